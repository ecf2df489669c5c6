"""What forbids that a repair is made unasked, however sure its source's habits make it: checks that are independent of them.

That a source strips 险 makes 险 likely wherever something is missing; whether it is 险 that is missing here, and not 费,
which nobody has learned of yet, the sentence has to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleanup.decode.fits import Fits
from cleanup.decode.places import Places
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.lm.gains import gains_of_changes
from cleanup.lm.model import Model

# How much worse the bigrams may find a rival than what it rivals: what they find worse by more hardly ever wins.
_SLACK = 6.0
# Places asked at a time: so many rows of all characters are some ten megabytes.
_ROUND = 256


@dataclass(frozen=True, slots=True)
class Rivals:
    """For each place the character, of all that the model knows, that fits best beside the one proposed.

    text    "" where none fits as well as the one proposed, or nearly so
    behind  nats that it is behind the one proposed, shape (n,); below 0 it fits better, inf where there is none
    """

    text: tuple[str, ...]
    behind: np.ndarray[tuple[int], np.dtype[np.float64]]


class Characters:
    """All Chinese characters of a model, to be asked which of them fits a gap best."""

    def __init__(self, model: Model) -> None:
        self._model = model
        symbols = np.flatnonzero(model.alphabet.is_chinese)
        self._fits = Fits(
            tuple(model.alphabet.symbol(s) for s in symbols.tolist()),
            symbols.astype(np.int64),
            symbols.astype(np.int64),
            np.zeros(len(symbols), np.float32),
        )

    def rivals(self, texts: Texts, places: Places) -> Rivals:
        """The rivals of insertions of one character each."""
        behind = np.full(len(places), np.inf)
        best = np.full(len(places), -1, np.int64)
        for lo in range(0, len(places), _ROUND):
            rows = np.arange(lo, min(lo + _ROUND, len(places)))
            self._ask(texts, places, rows, behind, best)
        return Rivals(tuple(self._fits.items[i] if i >= 0 else "" for i in best.tolist()), behind)

    def _ask(self, texts: Texts, places: Places, rows: I64, behind: np.ndarray, best: I64) -> None:
        ids, upto, at = texts.ids.astype(np.int64), texts.scored.upto, places.start[rows]
        least = upto[at + 1] - upto[at] + places.gain[rows] - _SLACK
        which, rival = self._fits.between(self._model, ids[at - 1], ids[at], least.astype(np.float32))
        own = np.array([self._model.alphabet.encode(i)[0] for i in places.items], np.int64)[places.item[rows]]
        other = self._fits.first[rival] != own[which]
        which, rival = which[other], rival[other]
        symbols = self._fits.first[rival].astype(np.uint16)[:, None]
        gain = gains_of_changes(self._model, texts.scored, at[which], at[which], symbols)
        # the best of each place comes last
        order = np.lexsort((-rival, gain, which))
        last = order[np.append(np.diff(which[order]) != 0, True)] if len(order) else order
        of = rows[which[last]]
        behind[of] = places.gain[of] - gain[last]
        best[of] = rival[last]


def tears_compound(texts: Texts, places: Places) -> Bools:
    """Whether each term that would be taken out begins a longer word where it stands: 招聘 in 招聘会, shape (n,).

    Of two thousand terms that two farms and more pushed in, two came to stand before a character that makes them one.
    """
    out = np.zeros(len(places), bool)
    for row, (start, end) in enumerate(zip(places.start.tolist(), places.end.tolist(), strict=True)):
        number, a = texts.offset(start)
        b = a + end - start
        text = texts.texts[number]
        out[row] = any(
            len(text) >= b + k and texts.model.words.number(text[a : b + k]) is not None for k in (1, 2)
        )
    return out
