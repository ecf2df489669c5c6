"""Words that behave alike, from their neighbours: whom to ask about a slot when its own word is rare.

A word is described by the words that stand directly before and after it, weighted by how much more often
than chance (positive pointwise mutual information), its 300 most telling neighbours only. Words with similar
neighbours fill similar slots: 催收 finds 催讨 催款 催缴 追讨, without a list that anyone wrote.

Nearest words are looked for among integer random projections, whose products are exact in single precision
in any order of addition, and the best are compared exactly; so the same counts give the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from cleanup.chars import is_han
from cleanup.lm.count import heads
from cleanup.lm.segment import PAIR_BITS, WordCounts

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

# Words with fewer occurrences have too few neighbours to tell what they are like.
MIN_COUNT = 30
STAND_INS = 12
# Below this cosine, neighbours shared by chance dominate: of the words for 指环王 and the like, under .1 nearly
# all are noise, above .15 nearly none.
MIN_SIMILARITY = 0.1
_NEIGHBOURS = 30_000
_FEATURES = 300
_DIMENSIONS = 512
_ASKED = 200


def stand_ins(
    counts: WordCounts,
    vocabulary: Sequence[str],
    *,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[I64, npt.NDArray[np.uint32]]:
    """The words that have stand-ins, shape (m,), and theirs, shape (m, STAND_INS).

    Words are ids of the vocabulary; an entry is id << 8 | cosine in 255ths, best first, 0 where there is none.
    """
    able = [2 <= len(w) <= 4 and all(map(is_han, w)) for w in vocabulary]
    words = np.flatnonzero(np.array(able) & (counts.words >= MIN_COUNT))
    row, feature, weight = _described(counts, words)
    begin = np.searchsorted(row, np.arange(len(words) + 1))
    vectors = _projected(row, feature, weight, len(words))
    out = np.zeros((len(words), STAND_INS), np.uint32)
    if not len(words):
        return words, out
    norm = np.maximum(1.0, np.sqrt((vectors.astype(np.float64) ** 2).sum(1)))
    dense = np.zeros(2 * _NEIGHBOURS)
    block = 512
    for lo in range(0, len(words), block):
        near = (vectors[lo : lo + block] @ vectors.T) / norm / norm[lo : lo + block, None]
        asked = min(_ASKED, len(words) - 1)
        best = np.argpartition(-near, asked, axis=1)[:, : asked + 1]
        for i, others in enumerate(best, lo):
            mine = slice(begin[i], begin[i + 1])
            dense[feature[mine]] = weight[mine]
            others = np.sort(others)
            lengths = begin[others + 1] - begin[others]
            at = np.repeat(begin[others] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
            owner = np.repeat(np.arange(len(others)), lengths)
            cosine = np.bincount(owner, dense[feature[at]] * weight[at], len(others))
            dense[feature[mine]] = 0
            n = 0
            for j in np.argsort(-cosine, kind="stable"):
                if cosine[j] < MIN_SIMILARITY or n == STAND_INS:
                    break
                mine_word, other_word = vocabulary[words[i]], vocabulary[words[others[j]]]
                # a word inside another says nothing new about the slot
                if mine_word in other_word or other_word in mine_word:
                    continue
                out[i, n] = words[others[j]] << 8 | min(255, round(cosine[j] * 255))
                n += 1
        progress(min(1.0, (lo + block) / len(words)))
    return words, out


def _described(counts: WordCounts, words: I64) -> tuple[I64, I64, npt.NDArray[np.float64]]:
    """Rows, features and weights of unit vectors, sorted by row; a feature is a neighbour on one side."""
    size = len(counts.words)
    row_of = np.full(size, -1)
    row_of[words] = np.arange(len(words))
    common = np.argsort(-counts.words[1:], kind="stable")[:_NEIGHBOURS] + 1
    feature_of = np.full(size, -1)
    feature_of[common] = np.arange(len(common))
    left = (counts.pairs >> np.uint64(PAIR_BITS)).astype(np.int64)
    right = (counts.pairs & np.uint64((1 << PAIR_BITS) - 1)).astype(np.int64)
    sides = []
    for word, neighbour, offset in ((right, left, 0), (left, right, _NEIGHBOURS)):
        use = (row_of[word] >= 0) & (feature_of[neighbour] >= 0)
        sides.append(
            (row_of[word[use]], feature_of[neighbour[use]] + offset, counts.times[use].astype(np.float64))
        )
    row, feature, times = (np.concatenate(x) for x in zip(*sides, strict=True))
    of_row = np.bincount(row, times, len(words))
    # to the power of .75: rare neighbours would look too telling (Levy, Goldberg and Dagan 2015)
    of_feature = np.bincount(feature, times, 2 * _NEIGHBOURS) ** 0.75
    of_side = of_feature.reshape(2, -1).sum(1)[feature // _NEIGHBOURS]
    weight = np.log(2 * times / of_row[row]) - np.log(of_feature[feature] / of_side)
    weight[times < 2] *= 0.5
    good = weight > 0
    row, feature, times, weight = row[good], feature[good], times[good], weight[good]
    order = np.lexsort((feature, -weight * times, row))
    row, feature, weight = row[order], feature[order], weight[order]
    start = heads(row)
    rank = np.arange(len(row)) - np.repeat(start, np.diff(np.append(start, len(row))))
    good = rank < _FEATURES
    row, feature, weight = row[good], feature[good], weight[good]
    length = np.sqrt(np.bincount(row, weight * weight, len(words)))
    return row, feature, weight / length[row]


def _projected(row: I64, feature: I64, weight: npt.NDArray[np.float64], n: int) -> F32:
    """Integer projections, shape (n, _DIMENSIONS), each at most 127 from zero."""
    x = np.arange(2 * _NEIGHBOURS * (_DIMENSIONS // 64), dtype=np.uint64) + np.uint64(1)
    # a fixed mixing function and no generator, whose streams may change between versions of numpy
    x *= np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    x ^= x >> np.uint64(31)
    sign = np.unpackbits(x.view(np.uint8)).reshape(2 * _NEIGHBOURS, _DIMENSIONS).astype(np.int8) * 2 - 1
    whole = np.rint(weight * 1000).astype(np.int32)
    out = np.zeros((n, _DIMENSIONS), np.float32)
    begin = np.searchsorted(row, np.arange(n + 1))
    step = 1000
    for lo in range(0, n, step):
        a, b = begin[lo], begin[min(lo + step, n)]
        if a == b:
            continue
        start = heads(row[a:b])
        sums = np.add.reduceat(sign[feature[a:b]] * whole[a:b, None], start, axis=0)
        out[row[a:b][start]] = sums
    most = np.maximum(1, np.abs(out).max(1, keepdims=True, initial=0))
    scaled: F32 = np.rint(out * 127 / most)
    return scaled
