"""What was caught of planted damage: which findings count, and the shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cleanup import edits as ed
from cleanup.data import Edit, Finding, Tier
from plants import KIND_OF, Planted

REACHES: dict[str, tuple[Tier, ...]] = {
    "auto": ("auto",),
    "auto+suggest": ("auto", "suggest"),
    "all": ("auto", "suggest", "flag"),
}
THRESHOLDS = (0.0, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Catch:
    """A finding that touches a planted place, and whether it repairs it."""

    tier: Tier
    confidence: float
    right: bool


@dataclass
class Tally:
    """What became of the planted places of one kind and number: one list of catches a place, by article."""

    articles: list[list[list[Catch]]] = field(default_factory=list)

    def shares(self, tiers: Sequence[Tier], confidence: float = 0.0) -> dict[str, float]:
        def counts(c: Catch) -> bool:
            return c.tier in tiers and c.confidence >= confidence

        places = [place for article in self.articles for place in article]
        caught = sum(any(counts(c) for c in place) for place in places)
        right = sum(any(counts(c) and c.right for c in place) for place in places)
        stopped = sum(any(counts(c) for place in article for c in place) for article in self.articles)
        return {
            "caught": caught / max(1, len(places)),
            "right": right / max(1, len(places)),
            "stopped": stopped / max(1, len(self.articles)),
        }


@dataclass
class Figures:
    """All of a set of articles: tallies by kind and number, and the findings in the articles undamaged."""

    size: int
    articles: int
    tallies: dict[tuple[str, int], Tally]
    alarms: list[tuple[str, Finding]]

    def alarms_per_100k(self, tiers: Sequence[Tier], confidence: float = 0.0, kind: str = "") -> float:
        n = sum(
            f.tier in tiers and f.confidence >= confidence and kind in ("", f.kind) for _, f in self.alarms
        )
        return n / self.size * 100_000

    def stopped_undamaged(self, tiers: Sequence[Tier]) -> float:
        """Share of the undamaged articles in which something is found."""
        return len({a for a, f in self.alarms if f.tier in tiers}) / max(1, self.articles)

    def curve(self, tiers: Sequence[Tier]) -> list[dict[str, float]]:
        """Mean over kinds of the share caught, numbers taken together, with the alarms, at each least confidence."""
        pooled: dict[str, Tally] = {}
        for (name, _), tally in self.tallies.items():
            pooled.setdefault(KIND_OF[name], Tally()).articles += tally.articles
        kinds = sorted(pooled)
        return [
            {
                "min_confidence": c,
                "caught": sum(pooled[k].shares(tiers, c)["caught"] for k in kinds) / max(1, len(kinds)),
                "right": sum(pooled[k].shares(tiers, c)["right"] for k in kinds) / max(1, len(kinds)),
                "alarms_per_100k": self.alarms_per_100k(tiers, c),
            }
            for c in THRESHOLDS
        ]


def _places(planted: Planted, edit: Edit) -> list[tuple[int, int]]:
    """Where a finding may tell of a planted edit: a paragraph said twice may go at either place."""
    places = [(edit.start, edit.end)]
    if KIND_OF[planted.kind] == "duplicate":
        said = planted.text[edit.start : edit.end].strip()
        first = planted.text.find(said)
        places.append((first, first + len(said)))
    return places


def catches(planted: Planted, findings: Iterable[Finding]) -> list[list[Catch]]:
    """For each planted edit the findings that touch it, to within a character."""
    found: list[list[Catch]] = [[] for _ in planted.edits]
    for f in findings:
        touched = [
            i
            for i, e in enumerate(planted.edits)
            if any(f.start <= b + 1 and a - 1 <= f.end for a, b in _places(planted, e))
        ]
        if not touched:
            continue
        right = f.edit is not None and _repairs(planted, f.edit, [planted.edits[i] for i in touched])
        for i in touched:
            found[i].append(Catch(f.tier, f.confidence, right))
    return found


def _repairs(planted: Planted, edit: Edit, gold: Sequence[Edit]) -> bool:
    text = planted.text
    if KIND_OF[planted.kind] == "duplicate" and not edit.replacement:
        gone = text[edit.start : edit.end].strip()
        return any(gone == text[e.start : e.end].strip() for e in gold)
    return ed.apply(text, [edit]) == ed.apply(text, gold)
