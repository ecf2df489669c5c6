"""The counts of an evaluation and the figures made of them; `score.py` defines them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cleanup.data import Edit
from cleanup.evaluate.gold import GoldArticle

_CONTEXT = 12  # code points shown on either side of a miss
_SHOWN = 30  # code points shown of a long one


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of edits: by the findings' kind (applied, right) and by gold type (the other three)."""

    applied: int = 0
    right: int = 0
    gold: int = 0
    detected: int = 0
    repaired: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.applied + other.applied,
            self.right + other.right,
            self.gold + other.gold,
            self.detected + other.detected,
            self.repaired + other.repaired,
        )

    @property
    def precision(self) -> float | None:
        """right / applied."""
        return _share(self.right, self.applied)

    @property
    def recall(self) -> float | None:
        """repaired / gold."""
        return _share(self.repaired, self.gold)

    @property
    def detection(self) -> float | None:
        """detected / gold."""
        return _share(self.detected, self.gold)

    @property
    def found_only(self) -> float | None:
        """(detected - repaired) / gold: the share that is suggested or flagged, and not repaired."""
        return _share(self.detected - self.repaired, self.gold)

    @property
    def f_half(self) -> float:
        """F0.5 of precision and recall, 0 where either is 0 or undefined."""
        precision = self.right / self.applied if self.applied else 0.0
        recall = self.repaired / self.gold if self.gold else 0.0
        return _f_half(precision, recall)


@dataclass(frozen=True, slots=True)
class Miss:
    """A wrong edit that was applied, or a gold edit that was not made; with up to 12 characters around.

    kind is the finding's kind where it is wrong and the gold type where it is missed; rule is ""
    for what was missed. start and end are code points of the article's text.
    """

    verdict: Literal["wrong", "missed"]
    article: str
    kind: str
    rule: str
    start: int
    end: int
    before: str
    observed: str
    replacement: str
    after: str

    def tell(self, lang: str) -> str:
        """One line: verdict, kind, rule, article:start, before[observed→replacement]after."""
        zh = {"wrong": "误改", "missed": "漏改"}
        verdict = zh[self.verdict] if lang == "zh" else self.verdict
        place = f"{self.before}[{self.observed}→{self.replacement}]{self.after}".replace("\n", "⏎")
        return " ".join(
            x for x in (verdict, self.kind, self.rule, f"{self.article}:{self.start}", place) if x
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """The counts of an evaluation, and the figures made of them.

    cells         counts by kind (of the finding, or gold type) and source; their margins are the rest
    clean_*       articles without gold edits: how many, their code points, edits applied to them
    flags         findings on damaged articles; good_flags those that point at damage
    damage, left  edit distance to the gold text before and after, in code points, without furniture
    bad_findings  findings with offsets outside their text
    unknown_articles  articles that have findings and are not in the gold
    """

    articles: int
    clean_articles: int
    clean_chars: int
    clean_applied: int
    flags: int
    good_flags: int
    damage: int
    left: int
    bad_findings: int
    unknown_articles: int
    cells: Mapping[tuple[str, str], Tally]
    wrong: tuple[Miss, ...] = ()
    missed: tuple[Miss, ...] = ()

    @property
    def total(self) -> Tally:
        return sum(self.cells.values(), Tally())

    @property
    def precision(self) -> float | None:
        return self.total.precision

    @property
    def recall(self) -> float | None:
        return self.total.recall

    @property
    def f_half(self) -> float:
        """F0.5 over all edits; from the rounded precision and recall."""
        total = self.total
        return _f_half(total.precision or 0, total.recall or 0)

    @property
    def detection_recall(self) -> float | None:
        return self.total.detection

    @property
    def detection_precision(self) -> float | None:
        return _share(self.good_flags, self.flags)

    @property
    def net(self) -> float | None:
        """Share of the damage undone, net of harm: 1 perfect, 0 nothing done, below 0 made worse."""
        return round(1 - self.left / self.damage, 4) if self.damage else None

    @property
    def harm_per_10k(self) -> float | None:
        """Applied edits per 10,000 code points of undamaged articles."""
        return round(10_000 * self.clean_applied / self.clean_chars, 3) if self.clean_chars else None

    @property
    def by_type(self) -> dict[str, Tally]:
        """By gold type, of types that have gold edits."""
        return {kind: t for kind, t in self._margin(0).items() if t.gold}

    @property
    def by_kind(self) -> dict[str, Tally]:
        """By the findings' kind, of kinds that were applied."""
        return {kind: t for kind, t in self._margin(0).items() if t.applied}

    @property
    def by_source(self) -> dict[str, Tally]:
        """By source, of sources that have gold edits."""
        return {source: t for source, t in self._margin(1).items() if t.gold}

    @property
    def by_kind_and_source(self) -> dict[str, dict[str, Tally]]:
        """kind → source → counts; only cells in which something was applied or is gold."""
        table: dict[str, dict[str, Tally]] = {}
        for (kind, source), tally in sorted(self.cells.items()):
            table.setdefault(kind, {})[source] = tally
        return table

    @property
    def macro_f_half(self) -> float | None:
        """Mean of F0.5 over sources that have gold edits."""
        each = [t.f_half for t in self.by_source.values()]
        return round(sum(each) / len(each), 4) if each else None

    @property
    def worst_source(self) -> tuple[str, float] | None:
        """The source with the least F0.5, the first by name of equals, and its F0.5."""
        each = {source: t.f_half for source, t in self.by_source.items()}
        return min(each.items(), key=lambda x: x[1]) if each else None

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON values, under the names that reports and floors use."""
        worst = self.worst_source
        return {
            "articles": self.articles,
            "gold_edits": self.total.gold,
            "detection_recall": self.detection_recall,
            "detection_precision": self.detection_precision,
            "precision": self.precision,
            "recall": self.recall,
            "f0.5": self.f_half,
            "macro_f0.5": self.macro_f_half,
            "worst_site_f0.5": worst[1] if worst else None,
            "net": self.net,
            "harm_per_10k": self.harm_per_10k,
            "clean_articles": self.clean_articles,
            "bad_findings": self.bad_findings,
            "unknown_articles": self.unknown_articles,
            "by_type": {
                kind: {
                    "gold": t.gold,
                    "detected": t.detected,
                    "repaired": t.repaired,
                    "detection": t.detection,
                    "recall": t.recall,
                }
                for kind, t in self.by_type.items()
            },
            "by_kind": {
                kind: {"applied": t.applied, "precision": t.precision} for kind, t in self.by_kind.items()
            },
            "by_source": {
                source: {"f0.5": t.f_half, "precision": t.precision, "recall": t.recall}
                for source, t in self.by_source.items()
            },
        }

    def misses(self, n: int) -> list[Miss]:
        """Up to n wrong and then up to n missed edits, in the order of the gold.

        No more than the scorer was told to keep.
        """
        return [*self.wrong[:n], *self.missed[:n]]

    def _margin(self, axis: Literal[0, 1]) -> dict[str, Tally]:
        """The sums of the cells along the other axis, sorted by name."""
        sums: defaultdict[str, Tally] = defaultdict(Tally)
        for key, tally in self.cells.items():
            sums[key[axis]] += tally
        return dict(sorted(sums.items()))


def miss(verdict: Literal["wrong", "missed"], article: GoldArticle, edit: Edit, kind: str, rule: str) -> Miss:
    text, cut = article.text, min(edit.end, edit.start + _SHOWN)
    return Miss(
        verdict=verdict,
        article=article.id,
        kind=kind,
        rule=rule,
        start=edit.start,
        end=edit.end,
        before=text[max(0, edit.start - _CONTEXT) : edit.start],
        observed=text[edit.start : cut] + ("…" if cut < edit.end else ""),
        replacement=edit.replacement,
        after=text[edit.end : edit.end + _CONTEXT],
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _f_half(precision: float, recall: float) -> float:
    """F0.5: the harmonic mean that weighs precision four times as much as recall."""
    if not precision or not recall:
        return 0.0
    return round(1.25 * precision * recall / (0.25 * precision + recall), 4)
