"""What is told of the machines of a day's sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cleanup.channel.items import ItemKind, lower_bound
from cleanup.drift.compare import Evidence, Way

Verdict = Literal["unchanged", "changed", "too few", "new source", "not watched"]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a source's machine does otherwise than the channel says.

    name      of the item, as channels name it
    way       stands again: what it stripped, masked or replaced is let through; less, more: pushed in so; new: a habit
              that the channel lacks
    p         how likely the articles of the two days are at least so unlike by chance; None where they were not counted
    examples  places: of what stands again in today's articles, of what is new as learned
    """

    name: str
    kind: ItemKind
    way: Way
    p: float | None
    evidence: Evidence | None
    examples: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {"item": self.name, "kind": self.kind, "way": self.way}
        if (e := self.evidence) is not None:
            out["string"] = e.string
            out["then"] = _share(e.articles_before, e.of_before)
            out["now"] = _share(e.articles, e.of)
        if self.p is not None:
            out["p"] = float(f"{self.p:.2g}")
        return out | {"examples": list(self.examples)}


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = interval(hits, of)
    return {"articles": hits, "of": of, "share": round(hits / max(1, of), 4), "interval": [low, high]}


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's interval for a share of articles, at two standard errors; 0 to 1 without articles.

    >>> interval(0, 400), interval(57, 100)
    ((0.0, 0.0099), (0.4705, 0.6638))
    """
    if of <= 0:
        return 0.0, 1.0
    return round(lower_bound(hits, of), 4), round(1 - lower_bound(of - hits, of), 4)


@dataclass(frozen=True, slots=True)
class SourceDrift:
    """What is told of a source: its sample of today's new articles against that of the day its channel is of.

    learned  whether today's sample was learned from, so that new habits could be found
    """

    source: str
    verdict: Verdict
    articles: int
    articles_before: int = 0
    changes: tuple[Change, ...] = ()
    learned: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "verdict": self.verdict,
            "articles": {"then": self.articles_before, "now": self.articles},
            "learned": self.learned,
            "changes": [c.as_dict() for c in self.changes],
        }


def drift_json(
    sources: Sequence[SourceDrift], *, after: str, notes: Sequence[str], faults: Sequence[str]
) -> dict[str, Any]:
    """For drift.json.

    after   the run that came before; `notes` in what it was another program
    faults  of sources that could not be learned from, which costs them their new habits
    """
    verdicts = Counter(s.verdict for s in sources)
    return {
        "after": after,
        "notes": list(notes),
        "faults": list(faults),
        "verdicts": dict(sorted(verdicts.items())),
        "sources": [s.as_dict() for s in sources],
    }
