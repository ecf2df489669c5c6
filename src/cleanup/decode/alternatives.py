"""What else may be missing at a gap: where several stripped strings fit, the loss may be sure and the word open.

A repair must be ahead of its rivals, so where 尤, 较 and 最 all fit none is likely. Asked as if it had no rival, the
best of them tells how likely any of them is missing; what the sentence gains by each tells their shares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from cleanup.data import Tier
from cleanup.decode.choice import Hypothesis
from cleanup.decode.judge import F64, Judge
from cleanup.decode.places import Places
from cleanup.decode.repair import SUGGEST, Repair, evidence_of
from cleanup.edits import Apart

# Number of a text, and offset in it.
Gap = tuple[int, int]

# The likeliest is the repair from this share on; below, the loss is flagged and the words are listed. Better than even
# odds, and half as much again as the next. On the bench six gaps of a thousand repairs have two items at all, so this
# and the next are set by what they mean.
SHARE = 0.6
# Where no item is likely enough to be suggested, a loss is flagged from here on.
FLAG = 0.8
# A share below this is not told.
_SHARE_TOLD = 0.05
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Open:
    """A gap that several items fit.

    p       the probability that one of them is missing
    shares  each item with its share, the likeliest first; at least two
    best    kind and row of the likeliest hypothesis
    """

    p: float
    shares: tuple[tuple[str, float], ...]
    best: tuple[int, int]

    @property
    def is_open(self) -> bool:
        """Whether the loss is likelier than any word for it."""
        return self.shares[0][1] < SHARE


def without_rivals(judge: Judge, evidence: F64, places: Places) -> F64:
    """The probability of each hypothesis if it were the only one at its place, shape (n,)."""
    alone = evidence.copy()
    alone[:, judge.names.index("margin")] = places.gain
    alone[:, judge.names.index("margin_to_6")] = np.minimum(places.gain, 6)
    return judge.probability(alone)


def alternatives(kinds: Sequence[tuple[Places, F64]]) -> dict[int, Open]:
    """The gaps that several items fit, by position; `kinds` are hypotheses with what `without_rivals` says of each."""
    found: dict[int, list[tuple[float, str, int, int]]] = defaultdict(list)
    for kind, (places, alone) in enumerate(kinds):
        for row in np.flatnonzero((alone >= _SHARE_TOLD) & (places.gain > 0)).tolist():
            text = places.items[int(places.item[row])]
            found[int(places.start[row])].append((float(places.gain[row]), text, kind, row))
    out = {}
    for start, rivals in found.items():
        rivals.sort(key=lambda r: (-r[0], r[1]))
        weight = np.exp(np.array([gain for gain, *_ in rivals]) - rivals[0][0])
        shares = [
            (text, round(float(w / weight.sum()), 2))
            for w, (_, text, *_) in zip(weight, rivals, strict=True)
            if w / weight.sum() >= _SHARE_TOLD
        ]
        if len(shares) > 1:
            p = max(float(kinds[kind][1][row]) for *_, kind, row in rivals)
            out[start] = Open(p, tuple(shares[:_MOST_TOLD]), (rivals[0][2], rivals[0][3]))
    return out


def told_apart(repair: Repair, gaps: Mapping[Gap, tuple[Open, Hypothesis]]) -> Repair:
    """The repair with what else may be missing there; a flag without a repair where that is as likely."""
    gap, _ = gaps.get((repair.number, repair.start), (None, None))
    if gap is None or repair.end > repair.start:
        return repair
    evidence = {**repair.evidence, "alternatives": [list(s) for s in gap.shares]}
    if gap.is_open:
        # that something is missing is likely, and not what
        return replace(repair, replacement=None, tier="flag", confidence=round(gap.p, 4), evidence=evidence)
    return replace(repair, evidence=evidence)


def left_over(
    gaps: Mapping[Gap, tuple[Open, Hypothesis]], repairs: Sequence[Sequence[Repair]]
) -> list[Repair]:
    """The gaps in which nothing is repaired since rivals keep each other down, and which hardly read on as they are.

    The likeliest string is suggested where its share is high, with a probability of that share; else a loss is flagged.
    """
    taken = [Apart((r.start, r.end) for r in own) for own in repairs]
    out = []
    for (number, at), (gap, best) in sorted(gaps.items(), key=lambda g: g[0]):
        share = gap.shares[0][1]
        p = gap.p if gap.is_open else gap.p * share
        if p < (FLAG if gap.is_open else SUGGEST) or taken[number].over(at, at) is not None:
            continue
        told = {**evidence_of(best.item), **best.told(), "alternatives": [list(s) for s in gap.shares]}
        written, tier = (None, "flag") if gap.is_open else (best.written, "suggest")
        out.append(Repair(number, at, at, written, best.rule, cast(Tier, tier), round(p, 4), told))
        taken[number].add(at, at)
    return out
