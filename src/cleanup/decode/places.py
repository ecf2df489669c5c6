"""Hypotheses in arrays: edits of some texts that may undo damage, with what the model gains by each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cleanup.decode.texts import I64, Bools, Texts
from cleanup.lexicon import Lexicon

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

# How far words reach on each side of an edit when the words around it are weighed.
_REACH = 12


@dataclass(frozen=True, slots=True)
class Places:
    """Edits of texts, in arrays of equal length: positions start:end become items[item].

    items   the strings written; "" deletes
    here    nats that what is written there gains over what stood there
    behind  nats that the four symbols behind gain
    """

    items: tuple[str, ...]
    item: I64
    start: I64
    end: I64
    here: F32
    behind: F32

    def __len__(self) -> int:
        return len(self.item)

    @property
    def gain(self) -> F32:
        return self.here + self.behind

    def take(self, rows: I64 | Bools) -> Places:
        return Places(
            self.items, self.item[rows], self.start[rows], self.end[rows], self.here[rows], self.behind[rows]
        )

    @classmethod
    def none(cls, items: tuple[str, ...] = ()) -> Places:
        i, f = np.zeros(0, np.int64), np.zeros(0, np.float32)
        return cls(items, i, i, i, f, f)

    @classmethod
    def joined(cls, items: tuple[str, ...], parts: list[Places]) -> Places:
        """Several of the same items as one, in order of place, then of item."""
        if not parts:
            return cls.none(items)
        columns = ("item", "start", "end", "here", "behind")
        item, start, end, here, behind = (np.concatenate([getattr(p, c) for p in parts]) for c in columns)
        order = np.lexsort((item, end, start))
        return cls(items, item[order], start[order], end[order], here[order], behind[order])


def margins(places: Places) -> F32:
    """How far each is ahead of the best other item at its place or next to it, in nats; its gain where there is none.

    The same item one place further is no rival: between two equal characters an insertion has two places.
    """
    out = np.array(places.gain)
    gain, start, item = places.gain.tolist(), places.start.tolist(), places.item.tolist()
    order = np.argsort(places.start, kind="stable").tolist()
    lo = 0
    for at, i in enumerate(order):
        while start[order[lo]] < start[i] - 1:
            lo += 1
        rival = 0.0
        j = lo
        while j < len(order) and start[order[j]] <= start[i] + 1:
            other = order[j]
            if j != at and item[other] != item[i] and gain[other] > rival:
                rival = gain[other]
            j += 1
        out[i] = gain[i] - rival
    return out


def best_apart(places: Places, score: F64) -> I64:
    """Rows of the best hypotheses that keep clear of each other: none touches a better one. In order of place."""
    if not len(places):
        return np.zeros(0, np.int64)
    order = np.lexsort((places.item, places.end, places.start))
    begin, upto = places.start[order] - 1, places.end[order] + 1
    # most have no neighbour that they could touch
    first = np.append(True, begin[1:] > np.maximum.accumulate(upto)[:-1])
    group = np.cumsum(first) - 1
    alone = (np.bincount(group) == 1)[group]
    out = order[alone].tolist()
    several = order[~alone]
    taken: set[int] = set()
    start, end = places.start.tolist(), places.end.tolist()
    ranked = np.lexsort((places.item[several], places.start[several], -score[several]))
    for row in several[ranked].tolist():
        span = range(start[row], end[row] + 1)
        if taken.isdisjoint(span):
            taken.update(range(start[row] - 1, end[row] + 2) if start[row] == end[row] else span)
            out.append(row)
    return np.array(sorted(out, key=lambda r: (start[r], end[r])), np.int64)


def words_around(texts: Texts, places: Places, lexicon: Lexicon) -> F64:
    """What the words around each edit say, shape (n, 4): nats that their segmentation gains, whether a word is torn,
    and ln(1 + count) of the rarest word that touches it before and after.
    """
    out = np.zeros((len(places), 4))
    items = places.items
    for row, (start, end, item) in enumerate(
        zip(places.start.tolist(), places.end.tolist(), places.item.tolist(), strict=True)
    ):
        number, a = texts.offset(start)
        text, b = texts.texts[number], a + end - start
        lo = max(0, a - _REACH)
        out[row] = _words_of(lexicon, text[lo : b + _REACH], a - lo, b - lo, items[item])
    return out


# An article is decoded again after each repair, mostly made elsewhere.
@lru_cache(maxsize=1 << 14)
def _words_of(
    lexicon: Lexicon, text: str, start: int, end: int, replacement: str
) -> tuple[float, float, float, float]:
    """What `words_around` says of one edit."""
    seen = lexicon.judge(text, start, end, replacement)
    rarest = np.log1p(seen.rarest_before), np.log1p(seen.rarest_after)
    return float(seen.gain * np.log(10)), float(bool(seen.breaks)), float(rarest[0]), float(rarest[1])
