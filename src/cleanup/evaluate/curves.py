"""Precision and recall as the confidence that is asked for falls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleanup.data import TIERS
from cleanup.evaluate.calibration import Calibration

# A curve that is written down has so many points, at equal steps of recall; its ends are always there.
_POINTS = 200


@dataclass(frozen=True, slots=True)
class Point:
    """What comes of making every repair of at least this confidence.

    edits      changes made, of which `right` are right
    recall     the share of the kind's gold edits that these repair; None where there is no gold of the kind
    """

    confidence: float
    edits: int
    right: int
    recall: float | None

    @property
    def precision(self) -> float:
        return self.right / self.edits

    def as_dict(self) -> dict[str, Any]:
        recall = None if self.recall is None else round(self.recall, 4)
        return {
            "confidence": self.confidence,
            "edits": self.edits,
            "precision": round(self.precision, 4),
            "recall": recall,
        }


def curve(calibration: Calibration, kind: str = "") -> list[Point]:
    """The points of a kind from the surest change on, one for each confidence stated; "" takes all kinds together.

    Labels are those that the changes have as they were made or would be made by themselves: what is right together
    with others only is taken for right at its own confidence, while the recall waits for all of them.
    """
    edits: Counter[float] = Counter()
    right: Counter[float] = Counter()
    for c, n in calibration.changes.items():
        if kind in ("", c.kind):
            edits[c.confidence] += n
            right[c.confidence] += n * c.right
    levels: Counter[float] = Counter()
    for (of_type, level), n in calibration.levels.items():
        if kind in ("", of_type):
            levels[level.confidence] += n
    gold = _gold(calibration, kind)
    out: list[Point] = []
    made = good = repaired = 0
    for confidence in sorted(edits | levels, reverse=True):
        repaired += levels[confidence]
        made += edits[confidence]
        good += right[confidence]
        if made:
            out.append(Point(confidence, made, good, repaired / gold if gold else None))
    return out


def bar(points: Sequence[Point], precision: float) -> Point | None:
    """The lowest point of a curve from which on, and above, so many are right; None where no point has that."""
    return next((p for p in reversed(points) if p.precision >= precision), None)


def at_confidence(points: Sequence[Point], confidence: float) -> Point | None:
    """What comes of making every repair of at least this confidence; None where there are none."""
    return next((p for p in reversed(points) if p.confidence >= confidence), None)


def at_tier(calibration: Calibration, kind: str, tier: str) -> Point | None:
    """What comes of making the repairs of a tier and of surer tiers; None where there are none.

    Its confidence is the bar of the tier as it shows: the least that a finding of the tier itself states.
    """
    within = TIERS[: TIERS.index(tier) + 1] if tier in TIERS else (tier,)
    changes = [(c, n) for c, n in calibration.changes.items() if kind in ("", c.kind) and c.tier in within]
    own = [c.confidence for c, _ in changes if c.tier == tier]
    if not own:
        return None
    gold = _gold(calibration, kind)
    repaired = sum(
        n
        for (of_type, level), n in calibration.levels.items()
        if kind in ("", of_type) and level.tier in within
    )
    made = sum(n for _, n in changes)
    return Point(min(own), made, sum(n for c, n in changes if c.right), repaired / gold if gold else None)


def thinned(points: Sequence[Point]) -> list[Point]:
    """A curve of some 200 points at equal steps of recall, for writing down; of its ends where there is no recall."""
    out: list[Point] = []
    step = (points[-1].recall or 0.0) / _POINTS if points else 0.0
    for n, p in enumerate(points):
        last = n == len(points) - 1
        if not out or last or (step and (p.recall or 0.0) - (out[-1].recall or 0.0) >= step):
            out.append(p)
    return out


def as_dict(calibration: Calibration) -> dict[str, Any]:
    """Calibration as JSON values: totals, by kind with curves and tiers, by rule."""

    def of(kind: str) -> dict[str, Any]:
        tiers = {t: at_tier(calibration, kind, t) for t in TIERS}
        return {
            **calibration.of(kind).as_dict(),
            "gold": _gold(calibration, kind),
            "tiers": {t: p.as_dict() for t, p in tiers.items() if p is not None},
            "curve": [p.as_dict() for p in thinned(curve(calibration, kind))],
        }

    rules = {rule: r.as_dict() for rule, r in calibration.by_rule().items()}
    return {
        "neutral": calibration.neutral,
        "without_confidence": calibration.silent,
        "all": of(""),
        "by_kind": {kind: of(kind) for kind in calibration.kinds},
        "by_rule": {rule: {k: v for k, v in r.items() if k != "bins"} for rule, r in rules.items()},
    }


def _gold(calibration: Calibration, kind: str) -> int:
    return calibration.gold.get(kind, 0) if kind else sum(calibration.gold.values())
