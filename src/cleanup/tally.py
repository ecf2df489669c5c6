"""Counts over a run: what summary.json and the report show. Adding is commutative, so order is no matter."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from cleanup.data import Outcome
from cleanup.decode.abstained import abstained
from cleanup.dumps.record import Reject
from cleanup.facts import Facts, facts_line, facts_of

# Articles shown in a report. More would not be read, and 200 of 3 kB stay well under 5 MB.
SHOWN = 200
# Longer articles are books and whole dumps in one record: 200 of them would take all memory, and no page shows one.
SHOWN_CHARS = 300_000
# Qualities are added up in steps of a ten-thousandth.
_STEPS = 10_000
# Told of every rule, kind and tier beside its counts: whether two runs differ is reckoned from them.
_SPREAD = ("articles", "squares")


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


class Worst:
    """The articles worth showing: the worst, and the worst that each rule has met. Of two as bad the earlier one.

    Merged in any order the same: what is among the worst of all is among the worst of its part.
    """

    def __init__(self) -> None:
        self._worst: list[tuple[float, int, Outcome]] = []
        self._of_rule: dict[str, tuple[float, int, Outcome]] = {}

    def add(self, outcome: Outcome, at: int) -> bool:
        """Keep an article, which is the `at`th, if it is worth showing so far. Whether it is."""
        badness = sum(1.0 if f.applied else 0.5 for f in outcome.findings)
        return self._add(badness, -at, outcome, {f.rule for f in outcome.findings})

    def _add(self, badness: float, order: int, outcome: Outcome, rules: Iterable[str]) -> bool:
        kept = False
        if len(self._worst) < SHOWN:
            heapq.heappush(self._worst, (badness, order, outcome))
            kept = True
        elif (badness, order) > self._worst[0][:2]:
            heapq.heapreplace(self._worst, (badness, order, outcome))
            kept = True
        for rule in rules:
            if rule not in self._of_rule or (badness, order) > self._of_rule[rule][:2]:
                self._of_rule[rule] = (badness, order, outcome)
                kept = True
        return kept

    def merge(self, other: Worst) -> None:
        """Take in what another part of the run has met."""
        for badness, order, outcome in other._worst:
            self._add(badness, order, outcome, ())
        for rule, (badness, order, outcome) in other._of_rule.items():
            if rule not in self._of_rule or (badness, order) > self._of_rule[rule][:2]:
                self._of_rule[rule] = (badness, order, outcome)

    def shown(self) -> list[Outcome]:
        """At most SHOWN articles, worst first, with one for every rule that fired while room lasts."""
        picked = {n: (b, n, o) for b, n, o in self._of_rule.values()}
        for b, n, o in sorted(self._worst, reverse=True, key=lambda x: x[:2]):
            if len(picked) >= SHOWN:
                break
            picked.setdefault(n, (b, n, o))
        ranked = sorted(picked.values(), key=lambda x: x[:2], reverse=True)[:SHOWN]
        return [o for _, _, o in ranked]


class Tally:
    """Totals of a run, and the articles worth showing. Parts of a run are merged in any order to the same."""

    def __init__(self) -> None:
        self.read = self.changed = self.unchanged = self.rejected = self.chars = self.found = self.applied = 0
        # articles that the run before had, which are not among those read
        self.known = 0
        self.by: dict[str, dict[str, Counter[str]]] = {"rule": {}, "kind": {}, "tier": {}}
        # per rule, kind and tier: the articles in which it is found, and the squares of its counts in them
        self.spread: dict[str, dict[str, Counter[str]]] = {name: {} for name in self.by}
        self.sources: dict[str, Counter[str]] = {}
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.abstained: Counter[str] = Counter()
        self.worst = Worst()

    @classmethod
    def of_summary(cls, summary: Mapping[str, Any]) -> Tally:
        """The totals that a summary.json tells, without the articles worth showing."""
        tally = cls()
        tally.read, tally.changed, tally.unchanged, tally.rejected = (
            summary["articles"][k] for k in ("read", "changed", "unchanged", "rejected")
        )
        tally.known = summary["articles"].get("known", 0)
        tally.chars = summary["chars"]
        tally.found, tally.applied = (summary["findings"][k] for k in ("total", "applied"))
        for name, table in tally.by.items():
            told = summary[f"by_{name}"].items()
            table.update({k: Counter({t: n for t, n in v.items() if t not in _SPREAD}) for k, v in told})
            tally.spread[name].update({k: Counter({t: v[t] for t in _SPREAD if t in v}) for k, v in told})
        tally.verdicts = Counter(summary["by_verdict"])
        tally.reasons = Counter(summary["rejected_reasons"])
        return tally

    def merge(self, other: Tally) -> None:
        """Add what was counted over another part of the run."""
        for name in ("read", "known", "changed", "unchanged", "rejected", "chars", "found", "applied"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, others in ((self.by, other.by), (self.spread, other.spread)):
            for name, table in others.items():
                for key, counts in table.items():
                    mine[name].setdefault(key, Counter()).update(counts)
        for source, counts in other.sources.items():
            self.sources.setdefault(source, Counter()).update(counts)
        self.verdicts.update(other.verdicts)
        self.reasons.update(other.reasons)
        self.abstained.update(other.abstained)
        self.worst.merge(other.worst)

    def reject(self, reject: Reject) -> None:
        self.read += 1
        self.rejected += 1
        self.reasons[reject.reason] += 1

    def add(
        self,
        outcome: Outcome,
        facts: Facts | None = None,
        *,
        show: bool = True,
        at: int | None = None,
        seen: Worst | None = None,
    ) -> None:
        """Count an article; with `show` it may be one of those that a report shows.

        at    its number in the run; how many were read, where it is not given
        seen  what was worth showing of other parts: an article that is not, beside these, is not kept here either
        """
        facts = facts or facts_of(outcome)
        self.read += 1
        self.changed += outcome.changed
        self.unchanged += not outcome.changed
        self.chars += len(outcome.document.text)
        self.found += len(outcome.findings)
        self.applied += len(outcome.applied)
        self._spread(outcome)
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
        if show and outcome.findings and len(outcome.document.text) <= SHOWN_CHARS:
            at = self.read if at is None else at
            if seen is None or seen.add(outcome, at):
                self.worst.add(outcome, at)

    def _spread(self, outcome: Outcome) -> None:
        """Count how the findings of an article come together."""
        source = self.sources.setdefault(outcome.document.source, Counter())
        source["chars"] += len(outcome.document.text)
        source["squares"] += len(outcome.findings) ** 2
        for name, table in self.spread.items():
            for key, n in Counter([getattr(f, name) for f in outcome.findings]).items():
                counts = table.setdefault(key, Counter())
                counts["articles"] += 1
                counts["squares"] += n * n

    def shown(self) -> list[Outcome]:
        """The articles that a report shows, worst first."""
        return self.worst.shown()

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
                f"by_{name}": {k: _plain(v) | _spread(self.spread[name][k]) for k, v in sorted(table.items())}
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


def _spread(counts: Counter[str]) -> dict[str, int]:
    return {k: counts[k] for k in _SPREAD}


def _plain(counts: Counter[str]) -> dict[str, int]:
    return {k: counts[k] for k in ("auto", "suggest", "flag", "applied")}
