"""How well words fit slots: places whose own word is hidden, judged by four symbols on either side.

What a word is worth in a slot is a ratio: how much likelier the slot's surroundings are around this word than
around any word. So words of all lengths and of all frequencies can be compared, and a slot that any word would
fit, such as one between two stops, says nothing for any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.decode.texts import Texts
from cleanup.lm.alphabet import BORDER, Ids
from cleanup.lm.model import ORDER, Model

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_REACH = ORDER - 1
# "Any word" is the sum over the commonest words of two characters and more, of which the best are looked at by
# the whole model. On eight farms the word that was masked is among the best 256 of 6,000 words in .54 of its slots,
# among the best 512 of 20,000 in .70; more words find rarer ones.
COMMON = 40_000
_LOOK = 512
# What one slot may say for or against a word, in nats: a fixed phrase is certain of its word, and must not pay
# for a word alone. With 6, 8 and 10, of 240 words of simulated sources 135, 133 and 136 were learned, and 10, 9 and
# 10 false ones.
CAP = 8.0
# Rows of symbols that are scored at a time.
_ROUND = 1 << 16


@dataclass(frozen=True, slots=True)
class Slots:
    """Different surroundings of places: equal ones are judged once.

    windows  four symbols before and four behind, nothing but borders beyond a border, shape (n, 8)
    of       which window each place has, shape (places,)
    """

    model: Model
    windows: Ids
    of: I64

    @classmethod
    def around(cls, texts: Texts, places: Sequence[tuple[int, int, int]]) -> Slots:
        """The slots of places, which are (number of a text, start, end). Sorted, so that no order of texts shows."""
        where = np.array(places, np.int64).reshape(-1, 3)
        begin = texts.scored.starts[where[:, 0]]
        reach = np.arange(_REACH)
        left = texts.ids[(begin + where[:, 1])[:, None] - 1 - reach]
        right = texts.ids[(begin + where[:, 2])[:, None] + reach]
        for side in (left, right):
            side[np.logical_or.accumulate(side == BORDER, axis=1)] = BORDER
        windows, of = np.unique(np.concatenate([left[:, ::-1], right], axis=1), axis=0, return_inverse=True)
        return cls(texts.model, windows, of.reshape(-1).astype(np.int64))

    def __len__(self) -> int:
        return len(self.windows)

    def take(self, rows: I64) -> Slots:
        """Some of the surroundings, as one place each."""
        return Slots(self.model, self.windows[rows], np.arange(len(rows)))

    def log_probs(self, rows: I64, numbers: I64) -> F64:
        """ln P(word and what stands behind it | what stands before), of words by number, shape (len(rows),)."""
        out = np.empty(len(rows))
        lengths = self.model.words.first_last[2][numbers]
        for k in np.unique(lengths).tolist():
            which = np.flatnonzero(lengths == k)
            for lo in range(0, len(which), _ROUND):
                part = which[lo : lo + _ROUND]
                out[part] = self._written(rows[part], self.model.words.symbols(numbers[part], k))
        return out

    def _written(self, rows: I64, symbols: Ids) -> F64:
        if self.model.kernel is not None:
            return self.model.kernel.written(self.windows, rows, symbols)
        window = self.windows[rows]
        lines = np.concatenate([window[:, :_REACH], symbols, window[:, _REACH:]], axis=1)
        score = self.model.score(lines.reshape(-1)).reshape(lines.shape)
        out: F64 = score[:, _REACH:].sum(1, dtype=np.float64)
        return out

    def rough(self, numbers: I64) -> Rough:
        """The same for many words by pairs of symbols alone: first rankings."""
        return Rough.of(self, numbers)

    def likeliest(self, rough: Rough | None = None) -> tuple[I64, F64]:
        """The best words of each slot and ln of their shares among all, shape (n, look) each, in no order.

        rough  of the common words, where it is there
        """
        words = common_words(self.model)
        look = min(_LOOK, len(words))
        best = np.empty((len(self), look), np.int64)
        for i, nats in enumerate(rough or self.rough(words)):
            best[i] = np.argpartition(-nats, look - 1)[:look]
        best = words[best]
        rows = np.repeat(np.arange(len(self)), look)
        return best, self.log_probs(rows, best.reshape(-1)).reshape(best.shape)

    def fits(self, numbers: I64, likeliest: tuple[I64, F64] | None = None) -> F64:
        """ln P(surroundings | word) - ln P(surroundings | any word), shape (n, len(numbers)), in nats."""
        likeliest = self.likeliest() if likeliest is None else likeliest
        n, k = len(self), len(numbers)
        own = self.log_probs(np.repeat(np.arange(n), k), np.tile(numbers, n)).reshape(n, k)
        return self._against(own, numbers, self.model.words.log_probs[numbers].astype(np.float64), likeliest)

    def fits_of(self, words: Sequence[str]) -> F64:
        """The same for strings, which the model's table of words need not hold, shape (n, len(words))."""
        table, every = self.model.words, np.arange(len(self))
        own = np.empty((len(self), len(words)))
        for j, word in enumerate(words):
            own[:, j] = self._written(every, np.tile(self.model.alphabet.encode(word), (len(self), 1)))
        numbers = np.array([-1 if (n := table.number(w)) is None else n for w in words], np.int64)
        return self._against(own, numbers, np.array([table.log_prob(w) for w in words]), self.likeliest())

    def _against(self, own: F64, numbers: I64, share: F64, likeliest: tuple[I64, F64]) -> F64:
        best, score = likeliest
        whole = np.logaddexp.reduce(score, axis=1, initial=-np.inf)
        out = own.copy()
        # a word that was not looked at counts among all words, too
        for j, number in enumerate(numbers.tolist()):
            looked = (best == number).any(1)
            out[:, j] -= np.where(looked, whole, np.logaddexp(whole, own[:, j]))
        every: float = np.logaddexp.reduce(
            self.model.words.log_probs[common_words(self.model)].astype(np.float64)
        )
        return out - (share - every)


@dataclass(frozen=True, slots=True)
class Rough:
    """ln P(word and what stands behind it | what stands before) of words in slots, by pairs of symbols alone.

    begins, ends  of the words, behind each symbol that stands before a slot, and before each that stands behind one
    common        ln of the share of each word among them
    """

    before: list[int]
    behind: list[int]
    begins: dict[int, F32]
    ends: dict[int, F32]
    common: F32

    @classmethod
    def of(cls, slots: Slots, numbers: I64) -> Rough:
        model = slots.model
        first, last, _ = (x[numbers] for x in model.words.first_last)
        # inside the word the first ranking knows no better than how common the word is
        inside = model.words.log_probs[numbers] - model.unigram_log_prob[first]
        before, behind = slots.windows[:, _REACH - 1].tolist(), slots.windows[:, _REACH].tolist()
        common = model.words.log_probs[numbers]
        return cls(
            before,
            behind,
            {c: model.bigram_log_probs(c, None)[first] + inside for c in sorted(set(before))},
            {c: model.bigram_log_probs(None, c)[last] for c in sorted(set(behind))},
            common - np.logaddexp.reduce(common),
        )

    def __iter__(self) -> Iterator[F32]:
        """Slot by slot, shape (words,) each."""
        for a, b in zip(self.before, self.behind, strict=True):
            yield self.begins[a] + self.ends[b]

    def nats(self, weight: F64, share: float) -> F64:
        """How much likelier the slots are if that share of them hides each word, shape (words,)."""
        out = np.zeros(len(self.common))
        for fit, w in zip(self, weight.tolist(), strict=True):
            fit -= fit.max()
            fit -= np.log(np.exp(fit).sum()) + self.common
            out += w * np.log(1 - share + share * np.exp(np.minimum(fit, CAP)))
        return out


def common_words(model: Model) -> I64:
    """The numbers of the commonest words of two characters and more."""
    numbers: I64 = np.flatnonzero(model.words.first_last[2] > 1)[:COMMON]
    return numbers
