"""The term-frequency model at work: how likely each character is after the four before it.

All work is on arrays of symbols of many texts at once; a text at a time is ten times slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cleanup.errors import ModelError
from cleanup.lm import SHIPPED, container
from cleanup.lm.alphabet import Alphabet, Ids
from cleanup.lm.fuse import Fuse, Shape
from cleanup.lm.kernel import Kernel, Known
from cleanup.lm.words import WordTable

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

ORDER = 5
# Symbols scored at a time: the arrays of a round stay in the second-level cache. From 16 k to 128 k the
# speed is the same within noise; 4 k is a third slower, 1 M a quarter.
_ROUND = 1 << 15
# Pairs of symbols looked up at a time, so that the arrays of a round stay in the second-level cache.
_PAIRS = 1 << 15


class BigramTable:
    """Bigrams, exactly: a bit for each pair of symbols, and codes in the order of the bits.

    Both directions can be listed, so the table is the index of what fits a gap, too.
    """

    def __init__(self, bits: U64, rank: npt.NDArray[np.uint32], codes: npt.NDArray[np.uint16]) -> None:
        self._bits = bits
        self._flat = bits.reshape(-1)
        self._rank = rank
        self._codes = codes
        self.words = bits.shape[1]

    def get(self, left: I64, right: I64) -> tuple[I64, npt.NDArray[np.uint16]]:
        """Which pairs were counted, as positions in the arguments, and their codes."""
        at = left * self.words
        at += right >> 6
        word = self._flat.take(at, mode="clip")
        # the bit of the pair becomes the highest, the bits before it stay below
        word <<= (~right & 63).view(np.uint64)
        hits = np.flatnonzero(word.view(np.int64) < 0)
        place = np.add(np.bitwise_count(word), self._rank.take(at, mode="clip"), dtype=np.int64)
        place -= 1
        return hits, self._codes.take(place.take(hits, mode="clip"), mode="clip")

    def has(self, left: I64, right: I64) -> npt.NDArray[np.bool_]:
        """Whether each pair was counted; shapes are broadcast."""
        word = self._flat[left * self.words + (right >> 6)]
        counted: npt.NDArray[np.bool_] = (word >> (right & 63).astype(np.uint64)) & np.uint64(1) != 0
        return counted

    def among(self, left: I64, right: I64) -> tuple[I64, I64, npt.NDArray[np.uint16]]:
        """Which of all pairs of some left and some right symbols were counted, in order, as positions in the arguments,
        and their codes.
        """
        column = right >> 6
        words = self._flat.take((left * self.words)[:, None] + column, mode="clip")
        # the bit of the pair becomes the highest, the bits before it stay below
        words <<= (~right & 63).view(np.uint64)
        row, at = np.nonzero(words.view(np.int64) < 0)
        place = np.add(
            np.bitwise_count(words[row, at]),
            self._rank.take(left.take(row) * self.words + column.take(at), mode="clip"),
            dtype=np.int64,
        )
        place -= 1
        return row, at, self._codes.take(place, mode="clip")

    def after(self, left: int) -> I64:
        """The symbols that were counted after one."""
        row = np.ascontiguousarray(self._bits[left])
        return np.flatnonzero(np.unpackbits(row.view(np.uint8), bitorder="little"))

    def before(self, right: int) -> I64:
        """The symbols that were counted before one."""
        column = self._bits[:, right >> 6]
        return np.flatnonzero((column >> np.uint64(right & 63)) & np.uint64(1))


@dataclass(frozen=True, slots=True)
class _Level:
    """What codes of one order mean: ln p, and ln of the backoff weight; code 0 of the latter is no context."""

    log_prob: F32
    log_backoff: F32


class Model:
    """A model file, open. Nothing is read before it is needed, and processes share what is read."""

    def __init__(self, file: container.Container) -> None:
        self.file = file
        self.meta = file.meta
        self.digest = file.digest
        a = file.arrays
        self.alphabet = Alphabet(bytes(a["alphabet"]).decode())
        self._base = np.uint64(file.meta["base"])
        self.unigram_log_prob: F32 = a["unigram.log_prob"]
        self._unigram_backoff: F32 = a["unigram.log_backoff"]
        self.bigrams = BigramTable(a["bigram.bits"], a["bigram.rank"], a["bigram.codes"])
        self._tables = {
            n: Fuse(Shape(*file.meta["fuse"][str(n)]), 16 if n < ORDER else 6, a[f"{n}.slots"])
            for n in range(3, ORDER + 1)
        }
        self.kernel = Kernel.of(a, file.meta)
        self.words = WordTable(
            a, self.alphabet, int(file.meta["base"]), float(file.meta["tokens"]), self.kernel
        )
        self._levels = {
            n: _Level(a[f"{n}.book"], a[f"{n}.backoff_book"] if n < ORDER else a[f"{n}.book"])
            for n in range(2, ORDER + 1)
        }

    @classmethod
    def open(cls, path: Path | str) -> Model:
        """Map a model file; ModelError where it is missing, cut short, of another version or not a model."""
        path = Path(path)
        file = container.read(path)
        try:
            return cls(file)
        except KeyError as e:
            raise ModelError(f"缺少 {e} 部分", f"lacks the section {e}", where=str(path)) from e

    def encode(self, texts: Sequence[str]) -> tuple[Ids, I64]:
        """Texts as one array of symbols with a border before, between and after, and where each begins.

        starts has one entry a text and one for the end: text i is at starts[i] … starts[i + 1] - 1.
        """
        joined = "\n" + "\n".join(texts) + "\n"
        lengths = np.fromiter((len(t) + 1 for t in texts), np.int64, len(texts))
        return self.alphabet.encode(joined), np.concatenate([[1], 1 + np.cumsum(lengths)])

    def bigram_log_probs(self, left: int | None, right: int | None) -> F32:
        """ln p of each symbol after `left`, or of `right` after each symbol; shape (len(alphabet),).

        Exactly one of the two is given.
        """
        n = len(self.alphabet)
        every = np.arange(n)
        if left is not None:
            out: F32 = self.unigram_log_prob + self._unigram_backoff[left]
            hits, codes = self.bigrams.get(np.full(n, left), every)
        elif right is not None:
            out = self._unigram_backoff + self.unigram_log_prob[right]
            hits, codes = self.bigrams.get(every, np.full(n, right))
        else:
            raise ValueError("neither a left nor a right neighbour")
        out[hits] = self._levels[2].log_prob[codes & 0xFF]
        return out

    def log_probs_counted(self, left: I64, right: I64) -> F32:
        """ln p of each right symbol after each left one where the pair was counted, else -inf.

        Shape (len(left), len(right)); longer contexts are not asked.
        """
        return self._written(left, right, np.full((len(left), len(right)), -np.inf, np.float32))

    def log_probs_of_pairs(self, left: I64, right: I64) -> F32:
        """`bigram_log_probs` of each right symbol after each left one, shape (len(left), len(right))."""
        return self._written(left, right, self.unigram_log_prob[right] + self._unigram_backoff[left][:, None])

    def _written(self, left: I64, right: I64, out: F32) -> F32:
        """ln p of the pairs that were counted, into the table of all of them."""
        book = self._levels[2].log_prob
        step = max(1, _PAIRS // max(1, len(right)))
        for lo in range(0, len(left), step):
            row, column, codes = self.bigrams.among(left[lo : lo + step], right)
            out[lo + row, column] = book.take(codes & 0xFF, mode="clip")
        return out

    def log_prob(self, text: str) -> F32:
        """ln p of each character of a text after the four before it in its line, shape (len(text),)."""
        return self.score(self.encode([text])[0])[1:-1]

    def chinese_nats(self, text: str) -> tuple[float, int]:
        """How surprising the Chinese characters of a text are altogether, in nats, and how many there are."""
        ids = self.encode([text])[0]
        chinese = self.alphabet.is_chinese[ids]
        return -float(self.score(ids)[chinese].sum(dtype=np.float64)), int(chinese.sum())

    def score(self, ids: Ids) -> F32:
        """ln p of each symbol after the four before it, shape (len(ids),), natural logarithms.

        Contexts do not reach over a border; the first symbol has none.
        """
        return self.scored(ids)[0]

    def scored(self, ids: Ids) -> tuple[F32, Known | None]:
        """`score`, and what the kernel, if there is one, needs to know of each symbol to go on from there."""
        if self.kernel is not None:
            return self.kernel.score(ids)
        out = np.empty(len(ids), np.float32)
        for lo in range(0, len(ids), _ROUND):
            reach = min(lo, ORDER - 1)
            out[lo : lo + _ROUND] = self._score_round(ids[lo - reach : lo + _ROUND])[reach:]
        return out, None

    def _score_round(self, ids: Ids) -> F32:
        # take() with a mode that need not check is about twice as fast as []; only the first look-up checks
        x = ids.astype(np.int64)
        score = self.unigram_log_prob[x]
        if len(x) < 2:
            return score
        score[1:] += self._unigram_backoff.take(x[:-1], mode="clip")
        at, codes = self.bigrams.get(x[:-1], x[1:])
        keys = x.take(at, mode="clip").view(np.uint64)
        at += 1
        score[at] = self._levels[2].log_prob.take(codes & 0xFF, mode="clip")
        for order in range(3, ORDER + 1):
            # an n-gram can only be there where the one it continues is a context
            codes >>= 8
            if len(at) and at[-1] == len(x) - 1:
                codes[-1] = 0
            good = np.flatnonzero(codes != 0)
            at = at.take(good, mode="clip")
            keys = keys.take(good, mode="clip")
            if order == 3:
                keys *= self._base
                keys += x.take(at, mode="clip").view(np.uint64)
            at += 1
            keys *= self._base
            keys += x.take(at, mode="clip").view(np.uint64)
            score[at] += self._levels[order - 1].log_backoff.take(codes.take(good, mode="clip"), mode="clip")
            there, codes = self._tables[order].get(keys)
            hit = np.flatnonzero(there)
            at = at.take(hit, mode="clip")
            keys = keys.take(hit, mode="clip")
            codes = codes.take(hit, mode="clip")
            meant = codes & 0xFF if order < ORDER else codes
            score[at] = self._levels[order].log_prob.take(meant, mode="clip")
        return score


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that ships, open once a process."""
    return Model.open(SHIPPED)
