"""Counts over a run: what summary.json and the report show. Adding is commutative, so order is no matter."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import Any

from cleanup.data import Outcome
from cleanup.decode.abstained import abstained
from cleanup.dumps.record import Reject
from cleanup.facts import Facts, facts_line, facts_of

# Articles shown in a report. More would not be read, and 200 of 3 kB stay well under 5 MB.
SHOWN = 200
# Qualities are added up in steps of a ten-thousandth.
_STEPS = 10_000


def verdict(outcome: Outcome) -> str:
    """empty: no text; clean: nothing found; repaired: all that was found is mended; partly: some of it;
    open: nothing mended, something found.
    """
    if not outcome.document.text.strip():
        return "empty"
    if not outcome.findings:
        return "clean"
    if len(outcome.applied) == len(outcome.findings):
        return "repaired"
    return "partly" if outcome.applied else "open"


def article_line(outcome: Outcome, facts: Facts | None = None) -> dict[str, Any]:
    """A line of articles.jsonl."""
    document = outcome.document
    return {
        "article": document.article,
        "source": document.source,
        "file": document.file,
        "record": document.record,
        "chars": len(document.text),
        "findings": len(outcome.findings),
        "applied": len(outcome.applied),
        "by_kind": dict(sorted(Counter([f.kind for f in outcome.findings]).items())),
        "by_tier": dict(sorted(Counter([f.tier for f in outcome.findings]).items())),
        "verdict": verdict(outcome),
        **facts_line(outcome, facts or facts_of(outcome)),
        "abstained": abstained(outcome),
        "notes": list(outcome.notes),
    }


class Tally:
    """Totals of a run, and the articles worth showing."""

    def __init__(self) -> None:
        self.read = self.changed = self.unchanged = self.rejected = self.chars = self.found = self.applied = 0
        self.by: dict[str, dict[str, Counter[str]]] = {"rule": {}, "kind": {}, "tier": {}}
        self.sources: dict[str, Counter[str]] = {}
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.abstained: Counter[str] = Counter()
        self._worst: list[tuple[float, int, int, Outcome]] = []
        self._of_rule: dict[str, tuple[float, int, Outcome]] = {}

    def reject(self, reject: Reject) -> None:
        self.read += 1
        self.rejected += 1
        self.reasons[reject.reason] += 1

    def add(self, outcome: Outcome, facts: Facts | None = None, *, show: bool = True) -> None:
        """Count an article; with `show` it may be one of those that a report shows."""
        facts = facts or facts_of(outcome)
        self.read += 1
        self.changed += outcome.changed
        self.unchanged += not outcome.changed
        self.chars += len(outcome.document.text)
        self.found += len(outcome.findings)
        self.applied += len(outcome.applied)
        self.verdicts[verdict(outcome)] += 1
        self.abstained.update({s.reason for s in outcome.silences})
        source = self.sources.setdefault(outcome.document.source, Counter())
        source["articles"] += 1
        source["changed"] += outcome.changed
        source["findings"] += len(outcome.findings)
        source["applied"] += len(outcome.applied)
        source["empty"] += facts.empty
        source["truncated"] += bool(facts.truncated)
        source["untitled"] += not facts.titled
        source["list_pages"] += facts.list_page
        # in whole steps, so that no order of adding changes the sum
        source["quality"] += round(facts.rated[0] * _STEPS)
        for (rule, kind, tier, applied), n in Counter(
            [(f.rule, f.kind, f.tier, f.applied) for f in outcome.findings]
        ).items():
            for name, key in (("rule", rule), ("kind", kind), ("tier", tier)):
                counts = self.by[name].setdefault(key, Counter())
                counts[tier] += n
                counts["applied"] += n * applied
        if show and outcome.findings:
            self._show(outcome)

    def _show(self, outcome: Outcome) -> None:
        """Keep the article if it is among the worst, or the worst that a rule has met."""
        badness = sum(1.0 if f.applied else 0.5 for f in outcome.findings)
        heapq.heappush(self._worst, (badness, -self.read, 0, outcome))
        if len(self._worst) > SHOWN:
            heapq.heappop(self._worst)
        for rule in {f.rule for f in outcome.findings}:
            if rule not in self._of_rule or self._of_rule[rule][0] < badness:
                self._of_rule[rule] = (badness, -self.read, outcome)

    def shown(self) -> list[Outcome]:
        """At most SHOWN articles, worst first, with one for every rule that fired while room lasts."""
        picked = {id(o): (b, n, o) for b, n, o in self._of_rule.values()}
        for b, n, _, o in sorted(self._worst, reverse=True, key=lambda x: x[:2]):
            if len(picked) >= SHOWN:
                break
            picked.setdefault(id(o), (b, n, o))
        ranked = sorted(picked.values(), key=lambda x: x[:2], reverse=True)[:SHOWN]
        return [o for _, _, o in ranked]

    @property
    def left_out(self) -> int:
        """Articles with findings that `shown` has no room for."""
        return self.read - self.rejected - self.verdicts["clean"] - self.verdicts["empty"] - len(self.shown())

    def summary(self, versions: dict[str, str]) -> dict[str, Any]:
        """summary.json: nothing in it depends on time, order or machine."""
        return {
            "articles": {
                "read": self.read,
                "changed": self.changed,
                "unchanged": self.unchanged,
                "rejected": self.rejected,
            },
            "chars": self.chars,
            "findings": {"total": self.found, "applied": self.applied},
            **{
                f"by_{name}": {k: _plain(v) for k, v in sorted(table.items())}
                for name, table in self.by.items()
            },
            "by_source": {k: _of_source(v) for k, v in sorted(self.sources.items())},
            "by_verdict": dict(sorted(self.verdicts.items())),
            "abstained": dict(sorted(self.abstained.items())),
            "rejected_reasons": dict(sorted(self.reasons.items())),
            "versions": versions,
        }


def _of_source(counts: Counter[str]) -> dict[str, int | float]:
    mean = round(counts["quality"] / counts["articles"] / _STEPS, 4)
    return dict(sorted(counts.items())) | {"quality": mean}


def _plain(counts: Counter[str]) -> dict[str, int]:
    return {k: counts[k] for k in ("auto", "suggest", "flag", "applied")}
