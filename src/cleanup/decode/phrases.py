"""What several articles of a source say alike: sequences of three and four characters that stand in more than one.

A reference corpus does not know a source's own phrases, and finds them as odd as what was pushed into them. So these
are learned with a channel, as hashes, and asked: does the source elsewhere go on like this, with the term, or without?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.decode.places import Places
from cleanup.decode.texts import Bools, Texts

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
# A phrase is told by 32 bits of its hash: among a hundred thousand, one sequence in 40,000 is taken for one by chance.
# At most so many are kept, those of most articles: 400 kB a source.
MOST = 100_000
ARTICLES = 2
EVIDENCE = ("joins_as_elsewhere", "joins_in_context", "goes_on_as_elsewhere", "ends_as_elsewhere")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Hashes of the sequences that stand in at least two articles, sorted."""

    hashes: U32

    @classmethod
    def of(cls, texts: Texts) -> Phrases:
        """The phrases of a source's texts; the order of the texts does not matter."""
        found, spread = [], []
        article = texts.article.astype(np.uint64)
        for k in (3, 4):
            n = len(texts.ids) - k + 1
            names = hashed([texts.ids[i : n + i] for i in range(k)])
            hashes = np.sort(names << np.uint64(32) | article[:n])
            once = hashes[np.append(True, hashes[1:] != hashes[:-1])] >> np.uint64(32)
            start = np.flatnonzero(np.append(True, once[1:] != once[:-1]))
            times = np.diff(np.append(start, len(once)))
            found.append(once[start][times >= ARTICLES].astype(np.uint32))
            spread.append(times[times >= ARTICLES])
        hashes32, articles = np.concatenate(found), np.concatenate(spread)
        best = np.lexsort((hashes32, -articles))[:MOST]
        return cls(np.unique(hashes32[best]))

    @classmethod
    def unpacked(cls, data: bytes) -> Phrases:
        return cls(np.frombuffer(data, "<u4"))

    def packed(self, *more: U32) -> bytes:
        """The bytes that a channel keeps; `more` are other hashes that it is to keep with them."""
        return np.unique(np.concatenate([self.hashes, *more])).astype("<u4").tobytes()

    def have(self, *symbols: npt.NDArray[np.uint16]) -> Bools:
        """Which sequences are phrases; one array for each place in the sequence."""
        return self.know(hashed(list(symbols)).astype(np.uint32))

    def know(self, names: U32) -> Bools:
        """Which hashes are among its own."""
        if not len(self.hashes):
            return np.zeros(len(names), bool)
        known: Bools = self.hashes.take(np.searchsorted(self.hashes, names), mode="clip") == names
        return known

    def around(self, texts: Texts, found: Places) -> Bools:
        """Evidence for taking each term out, shape (n, len(EVIDENCE)): whether the source has, elsewhere, what would
        be joined; and whether it has what stands there now.
        """
        ids, a, b = texts.ids, found.start, found.end
        if not len(self.hashes):
            return np.zeros((len(found), len(EVIDENCE)), bool)
        columns = [
            self.have(ids[a - 1], ids[b], ids[b + 1]),
            self.have(ids[a - 2], ids[a - 1], ids[b], ids[b + 1]),
            self.have(ids[b - 1], ids[b], ids[b + 1]),
            self.have(ids[b - 2], ids[b - 1], ids[b]),
        ]
        return np.column_stack(columns)


def hashed(columns: Sequence[npt.NDArray[np.unsignedinteger[Any]]]) -> U64:
    """32 bits for each sequence, in the low half of 64."""
    out = np.full(len(columns[0]), len(columns), np.uint64)
    for column in columns:
        out = (out ^ column) * _MIX
        out ^= out >> np.uint64(29)
    return out >> np.uint64(32)
