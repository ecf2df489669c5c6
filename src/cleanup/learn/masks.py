"""Which words a source hides behind which sign.

A farm masks one word or a few, always the same ones, and those words are then nowhere else in its texts. So a
word is learned for a costume where it explains many different slots far better than any word would, where few
words explain most of the slots, and where the source does not write it. Four things keep false words out:

- words that the source does write stand for election beside the absent ones: they cannot be what is masked, so
  what they explain is explained by something else, and is lost to the others;
- a word must be better than its kind: where a mixture of the words that behave like it does as well, the masks
  hide a class (names, numbers) and no word;
- a word that is hardly ever written elsewhere must explain much more, since the model's opinion of it rests on a
  few occurrences and it fits by accident;
- what is learned must explain half of the slots, with four words at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.masks import Place, by_costume
from cleanup.decode.slots import COMMON, Slots, common_words
from cleanup.decode.texts import Texts
from cleanup.learn.mixture import Mixture, grow, margin, shares_of

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Slots that are looked at for each costume, those of the lowest hashes: enough to tell a word that hides behind
# one mask in twenty, and a bound of the time that a large source takes.
_SAMPLE = 160
# Words that stand for election: those that are likeliest over all slots, absent and present ones apart.
_CANDIDATES = 300
# A word is present if it survives more often than once, and than at this share of the masks: filters leave none
# or a few of what they mask.
_SURVIVING = 0.1
# To name a word costs ln of how many there are, in nats, and each place where it survived this much more.
_COST = float(np.log(COMMON))
_SURVIVOR = 3.0
# Words come in bursts: one that is expected n times is absent by chance with (1 + n / _BURST) ** -_BURST.
_BURST = 0.5
# Characters of a running word, punctuation left out.
_WORD_LENGTH = 1.6
# How much commoner than elsewhere a word is where it is masked is spread like a logarithm with this deviation. What
# is rarer than once in _WILD deviations squared is charged with _RARE times the nats. On 194 simulated sources
# (benchmarks/learn_masks.py) words that were none, 窒息 星辰 徐徐, were expected under .1 times and found 30 times.
_SPREAD, _WILD, _RARE = 2.0, 2.0, 12.0
# A word of another length than its sign where the source's signs come in several lengths, in nats.
_OTHER_LENGTH = 5.0
# Nats over cost at which a word is as likely right as wrong, and how many make it e times likelier. On the
# simulated sources: of words with 8 to 20 nats 11 of 17 were right, above 20 all of 122.
_EVEN, _STEP = 12.0, 4.0
_EVEN_BESIDE, _PROVEN = 8.0, 0.9
_LEAST_SURE = 0.5
# Masks, and different pairs of neighbours, below which nothing is learned; and the share of slots and the number
# of words that the learned ones must explain and not exceed.
_LEAST = 3
_HALF = 0.5
_MOST_WORDS = 4
_EXAMPLES = 5


def learn_masks(texts: Texts, masks: Sequence[Place]) -> list[Item]:
    """The words behind the masks of a source, by costume and the commonest first; none where nothing recurs.

    masks  (number of a text, start, end), as `find_masks` gives them
    """
    groups = {c: p for c, p in by_costume(texts.texts, masks).items() if len(p) >= _LEAST}
    lengths: dict[str, set[int]] = {}
    for costume in groups:
        lengths.setdefault(costume[0], set()).add(len(costume))
    items: list[Item] = []
    for costume, places in sorted(groups.items()):
        told = len(costume) if len(lengths[costume[0]]) > 1 else 0
        items += _words_behind(texts, places, told)
    return items


@dataclass(frozen=True, slots=True)
class _Election:
    """The words that may stand behind a costume, and what the sampled slots say of them.

    fits     shape (slots, words); worth, absent, surviving, expected shape (words,)
    missing  which words of the whole table the source does not write, by number
    """

    slots: Slots
    weight: F64
    names: list[str]
    numbers: I64
    fits: F64
    worth: F64
    absent: Bools
    surviving: I64
    expected: F64
    likeliest: tuple[I64, F64]
    missing: Bools

    def excludes(self, chosen: int, other: int) -> bool:
        """A filter that masks 时间 masks it inside of 段时间, too."""
        return bool(self.absent[chosen]) and self.names[chosen] in self.names[other]


def _words_behind(texts: Texts, places: list[Place], told: int) -> list[Item]:
    """The items of one costume; told is how long its words are, 0 where the sign does not tell."""
    slots = Slots.around(texts, places)
    sample = _sample(slots)
    if len(sample) < _LEAST:
        return []
    e = _election(texts, sample, len(places), told)
    first = grow(e.fits, e.weight, e.worth, e.excludes)
    proven = _learned(e, first, len(places), _EVEN)
    # where a word is proven, the rest of the masks hide absent words, too: without the present ones to compete
    # with, and with less to show, those beside it are found
    if not proven or max(proven.values()) < _PROVEN:
        return []
    second = grow(
        e.fits, e.weight, e.worth, e.excludes, among=e.absent, begin=[j for j in first.chosen if j in proven]
    )
    sure = _learned(e, second, len(places), _EVEN_BESIDE)
    explained = sum(s for s, j in zip(second.shares.tolist(), second.chosen, strict=True) if j in sure)
    if explained < _HALF or len(sure) > _MOST_WORDS:
        return []
    return _items(texts, places, slots, e, sure)


def _learned(e: _Election, mixture: Mixture, masks: int, even: float) -> dict[int, float]:
    """The absent words of a mixture that are likelier right than not, and how sure that is."""
    sure = {
        j: _sure(e, mixture, j, share * masks, even)
        for share, j in zip(mixture.shares.tolist(), mixture.chosen, strict=True)
        if e.absent[j]
    }
    return {j: s for j, s in sure.items() if s >= _LEAST_SURE}


def _sample(slots: Slots) -> Slots:
    """Slots that say something, with Chinese beside them and nothing unknown near; a fixed choice where many."""
    near = slots.windows[:, 2:6]
    good = np.flatnonzero((near != 0).all(1) & slots.model.alphabet.is_chinese[near[:, 1:3]].any(1))
    if len(good) > _SAMPLE:
        digests = [hashlib.blake2b(w.tobytes(), digest_size=8).digest() for w in slots.windows[good]]
        good = good[sorted(range(len(good)), key=digests.__getitem__)[:_SAMPLE]]
        good.sort()
    return Slots(slots.model, slots.windows[good], np.arange(len(good)))


def _election(texts: Texts, slots: Slots, masks: int, told: int) -> _Election:
    words = texts.model.words
    # slots with the same two neighbours on either side are one piece of evidence together
    _, of, times = np.unique(slots.windows[:, 2:6], axis=0, return_inverse=True, return_counts=True)
    weight = 1.0 / times[of.reshape(-1)]
    likeliest = best, score = slots.likeliest()
    part = np.exp(score - np.logaddexp.reduce(score, axis=1)[:, None]) * weight[:, None]
    mass = np.bincount(best.reshape(-1), part.reshape(-1), minlength=len(words))
    known = common_words(texts.model)
    known = known[np.argsort(-mass[known], kind="stable")]
    surviving = survivors(texts, known)
    absent = surviving <= max(1.0, _SURVIVING * masks)
    missing = np.zeros(len(words), bool)
    missing[known] = absent
    missed = np.argsort(np.where(absent, known, len(words)), kind="stable")[: _CANDIDATES // 2]
    elected = np.concatenate(
        [
            np.union1d(np.flatnonzero(absent)[:_CANDIDATES], missed[absent[missed]]),
            np.flatnonzero(~absent)[:_CANDIDATES],
        ]
    )
    numbers, surviving, absent = known[elected], surviving[elected], absent[elected]
    share = np.exp(words.log_probs[numbers].astype(np.float64))
    expected = share * float(texts.chinese().sum()) / _WORD_LENGTH
    worth = np.where(absent, _BURST * np.log1p(expected / _BURST) - _SURVIVOR * surviving, 0.0) - _COST
    if told:
        worth -= _OTHER_LENGTH * (words.first_last[2][numbers] != told)
    names = [words.word(n) for n in numbers.tolist()]
    fits = slots.fits(numbers, likeliest)
    return _Election(
        slots, weight, names, numbers, fits, worth, absent, surviving, expected, likeliest, missing
    )


def _sure(e: _Election, mixture: Mixture, word: int, found: float, even: float) -> float:
    """The probability that a chosen word is right; 0 where its kind does as well."""
    nats = margin(e.fits, e.weight, e.worth, mixture, word)
    wild = max(0.0, float(np.log(found / max(1e-3, e.expected[word])))) ** 2 / (2 * _SPREAD**2)
    nats -= _RARE * max(0.0, wild - _WILD)
    if nats <= 0 or _kind_does_as_well(e, mixture, word):
        return 0.0
    return float(1 / (1 + np.exp((even - nats) / _STEP)))


def _kind_does_as_well(e: _Election, mixture: Mixture, word: int) -> bool:
    words, name = e.slots.model.words, e.names[word]
    kind = [
        (words.number(s.word), s.similarity)
        for s in words.stand_ins(name)
        if s.word not in name and name not in s.word and e.missing[words.number(s.word)]
    ]
    if not kind:
        return False
    numbers = np.array([n for n, _ in kind], np.int64)
    shares = np.array([s for _, s in kind])
    fits = e.fits.copy()
    fits[:, word] = np.logaddexp.reduce(
        e.slots.fits(numbers, e.likeliest) + np.log(shares / shares.sum()), axis=1
    )
    return shares_of(fits, e.weight, mixture.chosen).nats >= mixture.nats


def _items(
    texts: Texts, places: list[Place], slots: Slots, e: _Election, sure: dict[int, float]
) -> list[Item]:
    """The items of the words that were learned, counted over all places."""
    chosen = list(sure)
    fits = slots.fits(e.numbers[chosen])
    times = np.bincount(slots.of, minlength=len(slots)).astype(np.float64)
    shares = shares_of(fits, times, range(len(chosen))).shares
    with np.errstate(divide="ignore"):
        whole = np.concatenate(
            [np.log(np.full((len(fits), 1), max(0.0, 1 - shares.sum()))), fits + np.log(shares)], axis=1
        )
    winner = whole.argmax(1)[slots.of] - 1
    spans = [texts.texts[n][a:b] for n, a, b in places]
    becomes = max(sorted(set(spans)), key=spans.count)
    items = []
    for k, j in enumerate(chosen):
        own = np.flatnonzero(winner == k).tolist()
        items.append(
            Item(
                "mask",
                e.names[j],
                becomes,
                rate=float(shares[k]),
                found=len(own),
                surviving=int(e.surviving[j]),
                articles=len({places[i][0] for i in own}),
                contexts=len({slots.windows[slots.of[i], 2:6].tobytes() for i in own}),
                expected=float(e.expected[j]),
                sure=sure[j],
                examples=_examples(texts, [places[i] for i in own], e.names[j]),
            )
        )
    return sorted((i for i in items if i.contexts >= _LEAST), key=lambda i: (-i.found, i.text))


def _examples(texts: Texts, places: list[Place], word: str) -> tuple[str, ...]:
    """A few places from different articles, the same ones in any order of articles."""
    first: dict[int, str] = {}
    for number, start, end in places:
        begin = int(texts.scored.starts[number])
        first.setdefault(number, texts.marked(begin + start, begin + end, word))
    return tuple(sorted(set(first.values()))[:_EXAMPLES])


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
