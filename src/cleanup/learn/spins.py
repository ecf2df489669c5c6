"""Which words a source's machine writes for others, for style: 进行 → 实行.

A spun word is common in the source and the word that it stands for is rarer than term frequencies let expect; the
two share a character, or the model knows them as stand-ins of each other. That alone is any writer's taste. What
tells a machine is that it is blind: the word stands where only the other one can (为理解决, 至关要紧), in many unlike
contexts, and by more than the two words differ in neutral ones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.substitutes import best_insertion, gain_of, out_of_depth
from cleanup.decode.texts import Texts
from cleanup.learn.swaps import LOUD, distinct, diversity, examples
from cleanup.lexicon import Lexicon, shared
from cleanup.lm.gains import gains_of_changes
from cleanup.lm.model import Model

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

# A written word must stand this often, in this many articles, and be an entry of jieba's dictionary with this
# count: spinning tables are made of everyday words, while names and terms of a trade (携程, 容留, 毒资), which the model
# does not expect either, are below.
_OFTEN, _ARTICLES, _KNOWN = 5, 3, 100
# A word that it may stand for has this share of the occurrences that are expected, or less; at most so many words,
# those missed most.
_RARE, _EXPECTED, _MISSED = 0.7, 3.0, 400
# Places of a pair that are probed, and how many of them must gain so much before all are asked.
_PROBES, _PROBED, _GAIN = 12, 2, 4.0
# Places of a pair that are asked at most.
_PLACES = 200
# Gains, less what the two words differ by in neutral contexts, count no more than this either way.
_CAP = (-4.0, 6.0)

# Bars, set on fourteen farms and twelve undamaged sources. Places are loud where the other word gains LOUD. How many
# there are; the fewest of their left neighbours, right neighbours and articles, for stand-ins and for words that only
# share a character; their share of all contexts, where the other word survives in contexts of its own and where it
# does not; ln likelihood that the word is a mixture against that it is at home, for the two again.
_LOUD_PLACES = 5
_DIVERSE, _DIVERSE_SHARING = 3, 4
_SHARE, _SHARE_ALONE = 0.2, 0.3
_LIKELY, _LIKELY_SHARING = 20.0, 60.0
# Spinning machines have tables: a source of which fewer pairs are seen has none. Of 36 samples of undamaged modern
# text of families that the model had not counted ten had one pair (假如 for 如果 is a writer's taste), none two.
_TABLE = 2
# Where so many of the other word survive in contexts of their own, and the loud contexts are so many, this share does.
_MANY, _VERY_DIVERSE, _SURE_SHARE = 10, 8, 0.1
# The share of the other word's occurrences that were replaced: true pairs have .73 and more, pairs of a topic's
# words with an everyday one (以军 for 以及) .5 and less, since that one goes on standing everywhere.
_RATE = 0.6
# 一包 and 一些 have a character in common, but no meaning.
_NUMERALS = frozenset("一二三四五六七八九十百千万两几第")


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of two characters that stand in the sample: keys in order, with their places grouped."""

    key: I64
    count: I64
    articles: I64
    at: I64
    begin: I64

    def places(self, i: int, most: int) -> I64:
        """Up to `most` places of the word, evenly over the sample."""
        own = self.at[self.begin[i] : self.begin[i + 1]]
        return own[(np.arange(min(most, len(own))) * len(own)) // min(most, len(own))]


def learn_spins(texts: Texts, lexicon: Lexicon | None = None) -> list[Item]:
    """The words that the source's machine replaces, surest first: `text` was meant, `becomes` is written."""
    lexicon = lexicon or shared()
    model = texts.model
    words = _counted(texts)
    if not len(words.key) or out_of_depth(texts):
        return []
    missed = _missed(model, words)
    common = [
        i
        for i in np.flatnonzero((words.count >= _OFTEN) & (words.articles >= _ARTICLES)).tolist()
        if lexicon.count(_text(model, int(words.key[i]))) >= _KNOWN
    ]
    best: dict[int, tuple[float, Item]] = {}
    for pair in _probed(texts, words, _pairs(model, words, missed, common)):
        judged = _judged(texts, words, pair)
        if judged and judged[0] > best.get(pair.written, (0.0,))[0]:
            best[pair.written] = judged
    if len(best) < _TABLE:
        return []
    return sorted((item for _, item in best.values()), key=lambda i: (-i.sure, -i.found, i.text, i.becomes))


@dataclass(frozen=True, slots=True)
class _Missed:
    """A word that stands less often than expected; key as in _Words."""

    key: int
    seen: int
    expected: float


@dataclass(frozen=True, slots=True)
class _Pair:
    """A word that may be written, by its number in _Words, and one that may be meant."""

    written: int
    meant: _Missed
    stand_in: bool


def _counted(texts: Texts) -> _Words:
    ids, chinese = texts.ids.astype(np.int64), texts.chinese()
    at = np.flatnonzero(chinese[:-1] & chinese[1:])
    key, own, count = np.unique(
        ids[at] * len(texts.model.alphabet) + ids[at + 1], return_inverse=True, return_counts=True
    )
    once = np.unique(own.astype(np.int64) * len(texts.texts) + texts.article[at]) // max(1, len(texts.texts))
    order = np.argsort(own, kind="stable")
    begin = np.concatenate([[0], np.cumsum(count)])
    return _Words(key, count, np.bincount(once, minlength=len(key)), at[order], begin)


def _text(model: Model, key: int) -> str:
    return "".join(map(model.alphabet.symbol, divmod(key, len(model.alphabet))))


def _missed(model: Model, words: _Words) -> list[_Missed]:
    """The words that stand less often than term frequencies let expect, those missed most first."""
    first, last, length = model.words.first_last
    two = np.flatnonzero(length == 2)
    key = first[two] * len(model.alphabet) + last[two]
    place = np.minimum(np.searchsorted(words.key, key), len(words.key) - 1)
    seen = np.where(words.key[place] == key, words.count[place], 0)
    share = np.exp(model.words.log_probs[two].astype(np.float64))
    expected = share * (seen.sum() / share.sum())
    miss = (expected - seen) / np.sqrt(expected + 1)
    miss[(seen > _RARE * expected) | (expected < _EXPECTED)] = 0
    order = np.argsort(-miss, kind="stable")[:_MISSED]
    return [_Missed(int(key[k]), int(seen[k]), float(expected[k])) for k in order[miss[order] > 0]]


# The words of one dump come again in the next: 32,768 lists are 20 MB at most.
@lru_cache(maxsize=1 << 15)
def _alike(model: Model, word: str) -> tuple[str, ...]:
    return tuple(s.word for s in model.words.stand_ins(word))


def _pairs(model: Model, words: _Words, missed: list[_Missed], common: list[int]) -> list[_Pair]:
    """What may be written for what: stand-ins of each other, and words with a character in common."""
    size = len(model.alphabet)
    number = {_text(model, int(words.key[i])): i for i in common}
    having: dict[int, set[int]] = defaultdict(set)
    like: dict[str, set[int]] = defaultdict(set)
    for text, i in number.items():
        for symbol in divmod(int(words.key[i]), size):
            if model.alphabet.symbol(symbol) not in _NUMERALS:
                having[symbol].add(i)
        for other in _alike(model, text):
            like[other].add(i)
    out = []
    for meant in missed:
        text = _text(model, meant.key)
        alike = like[text] | {number[other] for other in _alike(model, text) if other in number}
        sharing = set[int]().union(*(having[symbol] for symbol in divmod(meant.key, size)))
        out += [
            _Pair(i, meant, i in alike) for i in sorted(alike | sharing) if int(words.key[i]) != meant.key
        ]
    return out


def _probed(texts: Texts, words: _Words, pairs: list[_Pair]) -> list[_Pair]:
    """The pairs of which a few places gain."""
    if not pairs:
        return []
    at = [words.places(p.written, _PROBES) for p in pairs]
    of = np.repeat(np.arange(len(pairs)), [len(a) for a in at])
    size = len(texts.model.alphabet)
    symbols = np.array([divmod(p.meant.key, size) for p in pairs], np.uint16)
    start = np.concatenate(at)
    gain = gains_of_changes(texts.model, texts.scored, start, start + 2, symbols[of])
    good = np.bincount(of, gain >= _GAIN, minlength=len(pairs)) >= _PROBED
    return [pairs[k] for k in np.flatnonzero(good)]


def _judged(texts: Texts, words: _Words, pair: _Pair) -> tuple[float, Item] | None:
    """How much likelier it is that the word is a mixture, in nats, and the item; None below the bars."""
    model, ids = texts.model, texts.ids.astype(np.int64)
    now, was = _text(model, int(words.key[pair.written])), _text(model, pair.meant.key)
    at = words.places(pair.written, _PLACES)
    # one place of those between the same neighbours
    at = at[np.sort(np.unique(ids[at - 1] << 16 | ids[at + 2], return_index=True)[1])]
    gain = gain_of(texts, at, 2, was)
    loud = at[gain >= LOUD]
    diverse, bar = (_DIVERSE, _LIKELY) if pair.stand_in else (_DIVERSE_SHARING, _LIKELY_SHARING)
    if len(loud) < _LOUD_PLACES or diversity(texts, loud, 2) < diverse:
        return None
    there = _places_of(words, pair.meant.key)
    survives = int((-gain_of(texts, there, 2, now) >= _GAIN).sum()) if len(there) else 0
    if survives >= _MANY and diversity(texts, loud, 2) >= _VERY_DIVERSE:
        least_share = _SURE_SHARE
    else:
        least_share = _SHARE if survives else _SHARE_ALONE
    if len(loud) < least_share * len(at):
        return None
    likely, posterior = _mixture(gain - (_neutral(model, was) - _neutral(model, now)))
    if likely < bar or (best_insertion(texts, loud, 2) >= gain[gain >= LOUD]).mean() > 0.25:
        return None
    found = max(len(loud), round(float(posterior.mean()) * int(words.count[pair.written])))
    if found < _RATE * (found + pair.meant.seen):
        return None
    spun = at[posterior >= 0.5]
    return likely, Item(
        "spin",
        was,
        now,
        rate=found / (found + pair.meant.seen),
        found=found,
        surviving=pair.meant.seen,
        articles=len(np.unique(texts.article[spun])),
        contexts=distinct(texts, spun, 2),
        expected=round(pair.meant.expected, 1),
        sure=1 - 2.0 ** -diversity(texts, loud, 2),
        examples=examples(texts, at, gain, 2, was),
    )


def _places_of(words: _Words, key: int) -> I64:
    i = int(np.searchsorted(words.key, key))
    if i == len(words.key) or words.key[i] != key:
        return np.zeros(0, np.int64)
    return words.places(i, _PLACES)


def _neutral(model: Model, word: str) -> float:
    """ln probability of a word where nothing is known of its place, by its bigrams."""
    first, second = model.alphabet.encode(word).tolist()
    return float(model.unigram_log_prob[first] + model.bigram_log_probs(first, None)[second])


def _mixture(odds: F32) -> tuple[float, F64]:
    """ln likelihood of the best mixture of own and foreign places against own ones alone, and what each place is.

    odds  ln odds of each place that the other word is meant, as far as its context goes, shape (n,)
    """
    ratio = np.exp(np.clip(odds, *_CAP).astype(np.float64))
    share = np.array([[0.05], [0.1], [0.2], [0.3], [0.5], [0.7], [0.9]])
    mixed = 1 - share + share * ratio
    likely = np.log(mixed).sum(1)
    k = int(np.argmax(likely))
    posterior: F64 = share[k] * ratio / mixed[k]
    return float(likely[k]), posterior
