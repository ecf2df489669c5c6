"""What a source may strip: strings that clean text has often and this source hardly, and decoys that it has.

A filter leaves few or none of what it strips, so whatever stands in a source as often as it should is not stripped:
asked the same questions as the candidates, such decoys tell what the model finds by mere fancy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.decode.judge import F64
from cleanup.decode.texts import I64, Bools, Texts

# Expected fewer times than this, nothing can be learned of a string: of what is stripped about half is seen.
_CHAR_LEAST, _WORD_LEAST = 2.0, 3.0
# A candidate stands at most this share of what is expected, and one more: 金 survived on 6 of 32 pages of a site.
_CHAR_ABSENT, _WORD_ABSENT = 0.3, 0.1
# A decoy stands at least this share.
_PRESENT = 0.7
# How far the words like it lower or raise what is expected of a word.
_TOPIC = (0.2, 20.0)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Strings that may be stripped, and decoys; arrays of shape (len(items),).

    surviving  how often each stands in the source
    expected   how often it would in clean text of that length
    decoy      whether it is one
    """

    items: tuple[str, ...]
    surviving: I64
    expected: F64
    decoy: Bools


def characters(texts: Texts) -> Candidates:
    """Single characters that may be stripped, with as many decoys, each as common as a candidate."""
    alphabet = texts.model.alphabet
    counted = np.where(alphabet.is_chinese, texts.model.words.characters, 0)
    seen = np.bincount(texts.ids, minlength=len(alphabet))
    expected = counted * (seen[alphabet.is_chinese].sum() / max(1, counted.sum()))
    able = (expected >= _CHAR_LEAST) & alphabet.is_chinese
    return _with_decoys(np.flatnonzero(able), expected, seen, _CHAR_ABSENT, 1.0, alphabet.symbol)[1]


def words(texts: Texts) -> tuple[Candidates, F64]:
    """Words of two to four characters that may be stripped, with decoys, and for each how often words like it stand.

    What is expected of a word follows its topic: a source that has many times as many 软件 and 系统 as clean text would
    have as many times 版本. That factor is the second result, shape (len(items),).
    """
    table = texts.model.words
    seen = occurrences(texts)
    general = table.counts * (int(texts.chinese().sum()) / max(1, int(table.characters.sum())))
    # rarer words are not expected often enough, however often words like them stand
    some = int(np.searchsorted(-general, -0.999 * _WORD_LEAST / _TOPIC[1], "right"))
    alike = (table.over_stand_ins(seen, some) + 1) / (table.over_stand_ins(general, some) + 1)
    expected = general[:some] * np.clip(alike, *_TOPIC)
    first, last, length = (x[:some] for x in table.first_last)
    han = texts.model.alphabet.is_chinese
    able = (
        (np.maximum(expected, general[:some]) >= _WORD_LEAST)
        & (length >= 2)
        & (length <= 4)
        & han[first]
        & han[last]
    )
    both, found = _with_decoys(np.flatnonzero(able), expected, seen, _WORD_ABSENT, 0.0, table.word)
    return found, alike[both]


def occurrences(texts: Texts) -> I64:
    """How often each word of the model's table stands in the texts as a string, shape (len(words),)."""
    table = texts.model.words
    seen = np.zeros(len(table), np.int64)
    for k in range(1, 6):
        windows = np.lib.stride_tricks.sliding_window_view(texts.ids, k)
        strings, times = table.counted(windows)
        seen[strings] += times
    return seen


def _with_decoys(
    able: I64,
    expected: npt.NDArray[np.floating[Any]],
    seen: I64,
    absent: float,
    slack: float,
    name: Callable[[int], str],
) -> tuple[I64, Candidates]:
    """The candidates among some numbers and their decoys: the numbers of both, and what is known of them."""
    few = seen[able] <= absent * expected[able] + slack
    candidates = able[few]
    present = able[seen[able] >= _PRESENT * expected[able]]
    present = present[np.argsort(expected[present], kind="stable")]
    decoys: npt.NDArray[np.int64] = np.zeros(0, np.int64)
    if len(present) and len(candidates):
        like = np.searchsorted(expected[present], expected[candidates])
        decoys = np.unique(present[np.minimum(like, len(present) - 1)])
    both = np.concatenate([candidates, decoys])
    return both, Candidates(
        tuple(name(i) for i in both.tolist()),
        seen[both].astype(np.int64),
        expected[both].astype(np.float64),
        np.arange(len(both)) >= len(candidates),
    )
