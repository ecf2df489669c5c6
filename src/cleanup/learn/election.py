"""Which words may stand behind the masks of one costume, and what the source and the slots say of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.decode.slots import COMMON, Rough, Slots, common_words
from cleanup.decode.texts import Texts

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Slots that are looked at for each costume, those of the lowest hashes: enough to tell a word that hides behind
# one mask in twenty, and a bound of the time that a large source takes.
_SAMPLE = 160
# Words of each sort that are elected: by likelihood, absent and present ones; by hiding behind some of the masks.
_ELECTED = 200
# The share of slots that a word is thought to hide behind when the whole table is asked roughly.
_SCREENED = 0.15
# A word is present if it survives more often than once, and than at this share of the masks: filters leave none
# or a few of what they mask.
_SURVIVING = 0.1
# To name a word costs ln of how many there are, in nats, and each place where it survived this much more.
_COST = float(np.log(COMMON))
_SURVIVOR = 3.0
# A word of another length than its sign where the source's signs come in several lengths, in nats.
_OTHER_LENGTH = 5.0
# Words come in bursts: one that is expected n times is absent by chance with (1 + n / _BURST) ** -_BURST.
_BURST = 0.5
# Characters of a running word, punctuation left out.
_WORD_LENGTH = 1.6
# How much commoner than elsewhere a word is where it is masked is spread like a logarithm with this deviation. What
# is rarer than _WILD nats of that is charged with _RARE times the rest. On simulated sources
# (benchmarks/learn_masks.py --simulate) right words were found up to 150 times as often as expected, and most that
# were none, 窒息 星辰 归档文件, 250 to 9,000 times.
_SPREAD, _WILD, _RARE = 2.0, 2.0, 24.0


@dataclass(frozen=True, slots=True)
class Election:
    """Words that stand for election, with how they fit the slots.

    fits   shape (slots, words); worth, absent, surviving, expected shape (words,)
    worth  of taking a word before any slot is looked at, in nats
    """

    numbers: I64
    names: list[str]
    fits: F64
    worth: F64
    absent: Bools
    surviving: I64
    expected: F64

    def excludes(self, chosen: int, other: int) -> bool:
        """A filter that masks 时间 masks it inside of 段时间, too."""
        return bool(self.absent[chosen]) and self.names[chosen] in self.names[other]


@dataclass(frozen=True, slots=True)
class Ballot:
    """The sampled slots of one costume, and what is known of the common words, commonest first.

    weight     of each slot: those with the same two neighbours on either side are one piece of evidence together
    numbers    of the common words, shape (words,); surviving, absent and expected are of the same words
    surviving  how often the source writes a word
    absent     whether that is so seldom that the word may be masked
    expected   how often the source would write it by counts of clean text
    masks      how many masks the costume has
    told       how long its words are, 0 where the sign does not tell
    """

    slots: Slots
    weight: F64
    rough: Rough
    likeliest: tuple[I64, F64]
    numbers: I64
    surviving: I64
    absent: Bools
    expected: F64
    masks: int
    told: int

    @classmethod
    def of(cls, texts: Texts, slots: Slots, masks: int, told: int) -> Ballot:
        _, of, times = np.unique(slots.windows[:, 2:6], axis=0, return_inverse=True, return_counts=True)
        numbers = common_words(texts.model)
        rough = slots.rough(numbers)
        surviving = survivors(texts, numbers)
        share = np.exp(texts.model.words.log_probs[numbers].astype(np.float64))
        return cls(
            slots,
            1.0 / times[of.reshape(-1)],
            rough,
            slots.likeliest(rough),
            numbers,
            surviving,
            surviving <= max(1.0, _SURVIVING * masks),
            share * float(texts.chinese().sum()) / _WORD_LENGTH,
            masks,
            told,
        )

    def likely(self, weight: F64) -> tuple[I64, I64]:
        """The absent and the present words that are likeliest over all slots, as places in `numbers`."""
        best, score = self.likeliest
        part = np.exp(score - np.logaddexp.reduce(score, axis=1)[:, None]) * weight[:, None]
        mass = np.bincount(best.reshape(-1), part.reshape(-1), minlength=int(self.numbers[-1]) + 1)
        order = np.argsort(-mass[self.numbers], kind="stable")
        absent = self.absent[order]
        return order[absent][:_ELECTED], order[~absent][:_ELECTED]

    def hidden(self, weight: F64) -> I64:
        """The absent words that explain most if they hide behind some of the masks, as places in `numbers`.

        Such a word need be among the likeliest of no slot, so the whole table is asked, roughly.
        """
        nats = self.rough.nats(weight, _SCREENED)
        nats -= too_rare(_SCREENED * self.masks, self.expected)
        order = np.argsort(-nats, kind="stable")
        return order[self.absent[order]][:_ELECTED]

    def elect(self, places: I64) -> Election:
        words, numbers = self.slots.model.words, self.numbers[places]
        absent, surviving, expected = self.absent[places], self.surviving[places], self.expected[places]
        missed = _BURST * np.log1p(expected / _BURST) - _SURVIVOR * surviving
        worth = np.where(absent, missed, 0.0) - _COST
        if self.told:
            worth -= _OTHER_LENGTH * (words.first_last[2][numbers] != self.told)
        names = [words.word(n) for n in numbers.tolist()]
        fits = self.slots.fits(numbers, self.likeliest)
        return Election(numbers, names, fits, worth, absent, surviving, expected)

    def is_absent(self, number: int | None) -> bool:
        """Whether a word, by number, is one of the common words and absent."""
        if number is None:
            return False
        at = int(np.searchsorted(self.numbers, number))
        return at < len(self.numbers) and int(self.numbers[at]) == number and bool(self.absent[at])


def too_rare(found: float, expected: F64) -> F64:
    """What speaks against words that are found so often where they are expected so seldom, in nats."""
    ratio = np.log(np.maximum(1.0, found / np.maximum(1e-3, expected)))
    charge: F64 = _RARE * np.maximum(0.0, ratio**2 / (2 * _SPREAD**2) - _WILD)
    return charge


def sample(slots: Slots) -> I64:
    """Slots that say something, with Chinese beside them and nothing unknown near; a fixed choice where many."""
    near = slots.windows[:, 2:6]
    good = np.flatnonzero((near != 0).all(1) & slots.model.alphabet.is_chinese[near[:, 1:3]].any(1))
    if len(good) > _SAMPLE:
        digests = [hashlib.blake2b(w.tobytes(), digest_size=8).digest() for w in slots.windows[good]]
        good = good[sorted(range(len(good)), key=digests.__getitem__)[:_SAMPLE]]
        good.sort()
    return good


def survivors(texts: Texts, numbers: I64) -> I64:
    """How often words stand in the texts, shape (len(numbers),).

    As strings, not as words: a filter of strings takes 方法 out of 对方法律, too.
    """
    words = texts.model.words
    lengths = words.first_last[2][numbers]
    out = np.zeros(len(numbers), np.int64)
    ids = texts.ids.astype(np.int64)
    base = np.int64(len(texts.model.alphabet))
    keys = ids
    for k in range(2, int(lengths.max(initial=1)) + 1):
        keys = keys[:-1] * base + ids[k - 1 :]
        which = np.flatnonzero(lengths == k)
        if len(which):
            wanted = np.zeros(len(which), np.int64)
            for column in words.symbols(numbers[which], k).astype(np.int64).T:
                wanted = wanted * base + column
            there = np.sort(keys)
            out[which] = np.searchsorted(there, wanted, "right") - np.searchsorted(there, wanted, "left")
    return out
