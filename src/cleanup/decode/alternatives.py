"""What else may be missing at a gap: where several stripped strings fit, the loss may be sure and the word open.

A repair must be ahead of its rivals, so where 尤, 较 and 最 all fit none is likely. Asked as if it had no rival, the
best of them tells how likely any of them is missing; what the sentence gains by each tells their shares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleanup.decode.judge import F64, Judge
from cleanup.decode.places import Places

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

    def probability(self, text: str) -> float:
        """The probability that this item is missing; 0 where it is none of those told."""
        return self.p * dict(self.shares).get(text, 0.0)


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
