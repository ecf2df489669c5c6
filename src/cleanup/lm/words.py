"""The word table of a model: words, their counts, and the words that may stand in for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.lm.alphabet import UNKNOWN, Alphabet, Ids
from cleanup.lm.count import ORDER
from cleanup.lm.kernel import Kernel

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

# Words are looked up by a 64-bit key of at most five symbols; longer ones are few and no filter's prey.
MAX_LENGTH = ORDER
# Words whose strings are kept: a few megabytes.
_KNOWN = 1 << 15


@dataclass(frozen=True, slots=True)
class StandIn:
    """A word that behaves like another; similarity is the cosine of their neighbours, .1 to 1."""

    word: str
    similarity: float


class WordTable:
    """Words in order of their counts, commonest first; a number of a word is its place there.

    log_prob  ln of the share of all tokens, shape (n,)
    """

    def __init__(
        self,
        arrays: Mapping[str, npt.NDArray[Any]],
        alphabet: Alphabet,
        base: int,
        tokens: float,
        kernel: Kernel | None = None,
    ) -> None:
        self._kernel = kernel
        self._alphabet = alphabet
        self._base = np.uint64(base)
        self._symbols: Ids = arrays["word.symbols"]
        self._ends: U32 = arrays["word.ends"]
        self._counts: U32 = arrays["word.counts"]
        self._sorted_keys: U64 = arrays["word.keys"]
        self._sorted_numbers: U32 = arrays["word.numbers"]
        self._stand_ins: U32 = arrays["word.stand_ins"]
        self._tokens = tokens
        self._known: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def word(self, number: int) -> str:
        """The word of a number."""
        word = self._known.get(number)
        if word is None:
            if len(self._known) == _KNOWN:
                self._known.clear()
            word = self._known[number] = self._word(number)
        return word

    def _word(self, number: int) -> str:
        begin = int(self._ends[number - 1]) if number else 0
        return "".join(map(self._alphabet.symbol, self._symbols[begin : self._ends[number]].tolist()))

    def symbols(self, numbers: I64, length: int) -> Ids:
        """The symbols of words that are all of one length, shape (len(numbers), length)."""
        ends = self._ends[numbers].astype(np.int64)
        symbols: Ids = self._symbols[ends[:, None] + np.arange(-length, 0)]
        return symbols

    def number(self, word: str) -> int | None:
        """The number of a word, None where the table does not hold it."""
        if not 0 < len(word) <= MAX_LENGTH:
            return None
        ids = self._alphabet.encode(word)
        if (ids == UNKNOWN).any():
            return None
        key = np.uint64(0)
        for symbol in ids:
            key = key * self._base + np.uint64(symbol)
        at = int(np.searchsorted(self._sorted_keys, key))
        if at < len(self._sorted_keys) and self._sorted_keys[at] == key:
            return int(self._sorted_numbers[at])
        return None

    def numbers(self, symbols: Ids) -> I64:
        """The numbers of strings of one length, shape (n,); -1 where the table does not hold one.

        symbols  shape (n, k) with k of 1 to 5
        """
        keys = np.zeros(len(symbols), np.uint64)
        for column in symbols.T:
            keys *= self._base
            keys += column
        if self._kernel is not None:
            at = self._kernel.search(self._sorted_keys, keys)
        else:
            at = np.searchsorted(self._sorted_keys, keys)
        at = np.minimum(at, len(self._sorted_keys) - 1)
        return np.where(self._sorted_keys[at] == keys, self._sorted_numbers[at].astype(np.int64), -1)

    def numbers_of(self, words: Sequence[str]) -> I64:
        """`numbers` of words of any length, shape (len(words),)."""
        known = self._numbers
        new = [w for w in words if w not in known]
        if new:
            if len(known) + len(new) > _KNOWN:
                known.clear()
                new = list(words)
            for k in {len(w) for w in new}:
                own = [w for w in new if len(w) == k]
                symbols = self._alphabet.encode("".join(own)).reshape(-1, k)
                known.update(zip(own, self.numbers(symbols).tolist(), strict=True))
        return np.array([known[w] for w in words], np.int64)

    def count(self, word: str) -> int:
        """How often the word was counted, weights of corpora included; 0 where the table does not hold it."""
        number = self.number(word)
        return 0 if number is None else int(self._counts[number])

    def log_prob(self, word: str) -> float:
        """ln of the word's share of all tokens; a word that was not counted is taken for seen once."""
        return float(np.log(max(1, self.count(word)) / self._tokens))

    @cached_property
    def log_probs(self) -> npt.NDArray[np.float32]:
        """ln of the share of each word, shape (n,)."""
        return np.log(self._counts / self._tokens).astype(np.float32)

    @cached_property
    def counts(self) -> I64:
        """How often each word was counted, shape (n,)."""
        return self._counts.astype(np.int64)

    @cached_property
    def characters(self) -> I64:
        """How often each symbol stood in all words counted, shape (the alphabet,): a frequency, which the
        unigrams of the model, made for backing off, are not.
        """
        owner = np.repeat(self.counts, self.first_last[2])
        return np.bincount(self._symbols, weights=owner, minlength=len(self._alphabet)).astype(np.int64)

    @cached_property
    def first_last(self) -> tuple[I64, I64, I64]:
        """First symbol, last symbol and length of each word, shape (n,) each."""
        ends = self._ends.astype(np.int64)
        begins = np.append(0, ends)[:-1]
        return self._symbols[begins].astype(np.int64), self._symbols[ends - 1].astype(np.int64), ends - begins

    def over_stand_ins(self, values: npt.NDArray[Any], first: int | None = None) -> npt.NDArray[np.float64]:
        """For each word the sum of some values over its stand-ins, 0 for words without, shape (n,).

        values  one for each word, shape (n,)
        first   only so many words, the commonest, are asked for; shape (first,) then
        """
        out = np.zeros(len(self))[:first]
        entries = self._stand_ins[:first]
        out[: len(entries)] = np.where(entries > 0, np.asarray(values, np.float64)[entries >> 8], 0.0).sum(1)
        return out

    def counted(self, symbols: Ids) -> tuple[I64, I64]:
        """Which words stand in a list of strings of one length, and how often each; `symbols` as in `numbers`."""
        strings = np.zeros(len(symbols), np.uint64)
        for column in symbols.T:
            strings *= self._base
            strings += column
        strings, times = np.unique(strings, return_counts=True)
        at = np.minimum(np.searchsorted(self._sorted_keys, strings), len(self._sorted_keys) - 1)
        there = self._sorted_keys[at] == strings
        return self._sorted_numbers[at[there]].astype(np.int64), times[there]

    def stand_ins(self, word: str) -> list[StandIn]:
        """Words that fill the slots the word fills, most alike first; none where too little is known of it."""
        number = self.number(word)
        if number is None or number >= len(self._stand_ins):
            return []
        entries = self._stand_ins[number]
        return [StandIn(self.word(int(e >> 8)), (int(e) & 0xFF) / 255) for e in entries[entries > 0]]


def pack_words(
    counts: npt.NDArray[np.int64],
    vocabulary: Sequence[str],
    alphabet: Alphabet,
    able: I64,
    stand_ins: U32,
    *,
    base: int,
    limit: int,
) -> tuple[dict[str, npt.NDArray[Any]], float]:
    """The arrays of a word table, and how many tokens were counted.

    counts     of each word of the vocabulary, in whole occurrences
    able       ids of the words that have stand-ins; `stand_ins` has a row for each, entries id << 8 | cosine
    limit      how many words are kept at most
    """
    candidates = np.flatnonzero(counts >= 3)
    candidates = candidates[np.argsort(-counts[candidates], kind="stable")]
    ids: list[Ids] = []
    kept: list[int] = []
    for i in candidates.tolist():
        if not 0 < len(vocabulary[i]) <= MAX_LENGTH:
            continue
        symbols = alphabet.encode(vocabulary[i])
        if len(kept) == limit:
            break
        if UNKNOWN not in symbols and vocabulary[i] == "".join(map(alphabet.symbol, symbols.tolist())):
            ids.append(symbols)
            kept.append(i)
    number_of = np.full(len(counts), -1)
    number_of[kept] = np.arange(len(kept))
    keys = np.zeros(len(kept), np.uint64)
    for place in range(MAX_LENGTH):
        has = np.array([len(s) > place for s in ids], bool)
        keys[has] *= np.uint64(base)
        keys[has] += np.array([s[place] for s in ids if len(s) > place], np.uint64)
    order = np.argsort(keys, kind="stable")
    entries = np.where(stand_ins > 0, number_of[stand_ins >> 8], -1)
    own = number_of[able]
    table = np.zeros((int(own.max(initial=-1)) + 1, stand_ins.shape[1]), np.uint32)
    for row, number in enumerate(own):
        if number >= 0:
            good = [
                int(n) << 8 | int(e & 0xFF)
                for n, e in zip(entries[row], stand_ins[row], strict=True)
                if n >= 0
            ]
            table[number, : len(good)] = good
    lengths = np.array([len(s) for s in ids], np.int64)
    return {
        "word.symbols": np.concatenate(ids).astype(np.uint16) if ids else np.zeros(0, np.uint16),
        "word.ends": np.cumsum(lengths).astype(np.uint32),
        "word.counts": np.minimum(counts[kept], 0xFFFFFFFF).astype(np.uint32),
        "word.keys": keys[order],
        "word.numbers": order.astype(np.uint32),
        "word.stand_ins": table,
    }, float(max(1, counts.sum()))
