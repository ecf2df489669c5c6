"""Which strings fit which gaps, by the bigrams that were counted: the cheap question before the dear one.

A string can stand between two symbols only if its first symbol was counted after the one and its last before the
other. What the bigrams give for each left neighbour and each candidate, and for each candidate and right neighbour, is
laid out once; then hundreds of candidates are weighed at a place by adding two rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.decode.places import Places
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.lm.gains import parts_of_changes
from cleanup.lm.model import Model

F32 = npt.NDArray[np.float32]

# Places weighed together: two rows of a thousand candidates each stay within the second-level cache.
_ROUND = 256
# Where the symbol behind a gap, or it and the three behind it, are no surprise, nothing is missing: of insertions
# that gain 4 nats 99 in 100 stand where the symbol behind costs more than 4 nats, and the four cost 13.
_SURPRISED = 4.0
_SURPRISED_FOUR = 9.0
# How much worse the bigrams may find an insertion than the whole model does. At 9 nats they lose none, at 7 nats 1 in
# 100 of those that gain 4 nats, at 6 nats 4, at 5 nats 9; at 6 an eighth as many are asked as at 9.
SLACK = 7.0


@dataclass(frozen=True, slots=True)
class Fits:
    """Candidates for gaps.

    items   the candidates
    first, last  their first and last symbols
    inside  ln p of what follows their first symbol
    """

    items: tuple[str, ...]
    first: I64
    last: I64
    inside: F32

    @classmethod
    def of(cls, model: Model, items: Sequence[str]) -> Fits:
        ids = [model.alphabet.encode(i).astype(np.int64) for i in items]
        first = np.array([i[0] for i in ids], np.int64)
        last = np.array([i[-1] for i in ids], np.int64)
        # inside a word bigrams know less than how common the word is
        inside = [
            model.words.log_prob(w) - float(model.unigram_log_prob[a]) if len(w) > 1 else 0.0
            for w, a in zip(items, first.tolist(), strict=True)
        ]
        return cls(tuple(items), first, last, np.array(inside, np.float32))

    def between(self, model: Model, left: I64, right: I64, least: F32) -> tuple[I64, I64]:
        """Which candidates have at least so many nats between their neighbours, by bigrams.

        left, right, least  shape (n,) each. Returns rows of these and numbers of candidates, in order.
        """
        lefts, at_left = np.unique(left, return_inverse=True)
        rights, at_right = np.unique(right, return_inverse=True)
        # many words begin or end alike
        firsts, of_first = np.unique(self.first, return_inverse=True)
        lasts, of_last = np.unique(self.last, return_inverse=True)
        begins = model.log_probs_counted(lefts, firsts).take(of_first, axis=1)
        begins += self.inside
        ends = np.ascontiguousarray(model.log_probs_counted(lasts, rights).T).take(of_last, axis=1)
        rows, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for lo in range(0, len(left), _ROUND):
            nats = begins[at_left[lo : lo + _ROUND]]
            nats += ends[at_right[lo : lo + _ROUND]]
            row, number = np.nonzero(nats > least[lo : lo + _ROUND, None])
            rows.append(row + lo)
            numbers.append(number)
        return np.concatenate(rows), np.concatenate(numbers)


def surprising(texts: Texts, at: I64, least: float) -> Bools:
    """Before which of some positions something that gains `least` nats may be missing, by what stands there."""
    upto = texts.scored.upto
    out: Bools = (upto[at + 1] - upto[at] < -_SURPRISED) & (
        upto[at + 4] - upto[at] < -_SURPRISED_FOUR - least
    )
    return out


def insertions(
    texts: Texts, fits: Fits, least: float, slack: float = SLACK, *, surprised: bool = True
) -> Places:
    """Every insertion of a candidate beside a Chinese character that gains more than `least` nats.

    What the bigrams alone find worse than that by `slack` is not asked further, so a few are missed; nor, if only
    the `surprised` are looked at, what stands in front of something that is no surprise.
    """
    if not fits.items:
        return Places.none()
    model, ids, upto = texts.model, texts.ids.astype(np.int64), texts.scored.upto
    at = texts.gaps()
    costs = upto[at + 1] - upto[at]
    if surprised:
        odd = surprising(texts, at, least)
        at, costs = at[odd], costs[odd]
    rows, numbers = fits.between(model, ids[at - 1], ids[at], (costs + least - slack).astype(np.float32))
    place = at[rows]
    parts = []
    length = np.array([len(i) for i in fits.items])
    for k in sorted(set(length.tolist())):
        of = np.flatnonzero(length[numbers] == k)
        symbols = model.alphabet.encode("".join(i for i in fits.items if len(i) == k)).reshape(-1, k)
        row_of = np.cumsum(length == k) - 1
        here, behind = parts_of_changes(
            model, texts.scored, place[of], place[of], symbols[row_of[numbers[of]]], least
        )
        good = here + behind > least
        where = place[of][good]
        parts.append(Places(fits.items, numbers[of][good], where, where, here[good], behind[good]))
    return Places.joined(fits.items, parts)
