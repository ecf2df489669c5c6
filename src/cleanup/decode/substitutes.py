"""Which characters would fit better at a place than what stands there, or in a gap: asked of the bigram table first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from cleanup.decode.texts import Texts
from cleanup.lm.alphabet import UNKNOWN
from cleanup.lm.gains import gains_of_changes
from cleanup.lm.model import Model
from cleanup.lm.surprise import BITS_OUT_OF_DEPTH, MIN_CHINESE

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

# Characters that are considered, commonest first: filters have no reason to swap the others, and with 3,000 the same
# swaps are learned at half the speed.
COMMON = 1500
# Of those the whole model looks at this many a place. With 12 the same swaps are learned.
LOOK = 6
# Places whose rows are added at a time: 2 MB, so that they stay in the cache.
_ROUND = 256


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Bigrams of the common characters with what stands beside them, made once a model: 20 MB, a tenth of a second.

    common         the symbols of the common characters, shape (n,)
    row            where a symbol that stands beside has its row; rare ones share that of the unknown
    after, before  ln p of each common character after the symbol of a row, and of that symbol after it
    """

    common: I64
    row: I64
    after: F32
    before: F32


@lru_cache(maxsize=1)
def _neighbours(model: Model) -> _Neighbours:
    chinese = model.alphabet.is_chinese
    common = np.flatnonzero(chinese)[:COMMON].astype(np.int64)
    beside = np.unique(np.concatenate([np.flatnonzero(~chinese), common]))
    row = np.full(len(chinese), int(np.searchsorted(beside, UNKNOWN)))
    row[beside] = np.arange(len(beside))
    after = model.log_probs_of_pairs(beside, common)
    before = np.ascontiguousarray(model.log_probs_of_pairs(common, beside).T)
    return _Neighbours(common, row, after, before)


def fitting(model: Model, left: I64, right: I64, look: int = LOOK) -> I64:
    """The `look` likeliest characters between two neighbours by bigrams alone, in no order, shape (n, look)."""
    known = _neighbours(model)
    # a third of the surprising places of a source stand between the same neighbours as others
    rows = len(known.after)
    pairs, which = np.unique(known.row[left] * rows + known.row[right], return_inverse=True)
    before, behind = np.divmod(pairs, rows)
    out = np.empty((len(pairs), look), np.int64)
    for lo in range(0, len(pairs), _ROUND):
        rough = known.after[before[lo : lo + _ROUND]]
        rough += known.before[behind[lo : lo + _ROUND]]
        best = np.argpartition(rough, rough.shape[1] - look, axis=1)[:, -look:]
        out[lo : lo + _ROUND] = known.common[best]
    chosen: I64 = out[which.reshape(-1)]
    return chosen


def substitutes(texts: Texts, at: I64, look: int = LOOK) -> tuple[I64, F32]:
    """Characters that may stand at each place instead, and the gain of each; shapes (n, look)."""
    ids = texts.ids.astype(np.int64)
    chosen = fitting(texts.model, ids[at - 1], ids[at + 1], look)
    rows = np.repeat(at, look)
    gain = gains_of_changes(
        texts.model, texts.scored, rows, rows + 1, chosen.reshape(-1, 1).astype(np.uint16)
    )
    return chosen, gain.reshape(chosen.shape)


def best_insertion(texts: Texts, at: I64, length: int = 1) -> F32:
    """The gain of the best single character in front of at, or behind the `length` symbols there, shape (n,)."""
    out = np.full(len(at), -np.inf, np.float32)
    ids = texts.ids.astype(np.int64)
    for gap in (at, at + length) if length else (at,):
        chosen = fitting(texts.model, ids[gap - 1], ids[gap])
        rows = np.repeat(gap, chosen.shape[1])
        gain = gains_of_changes(
            texts.model, texts.scored, rows, rows, chosen.reshape(-1, 1).astype(np.uint16)
        )
        np.maximum(out, gain.reshape(chosen.shape).max(1, initial=-np.inf), out=out)
    return out


def occurrences(texts: Texts, string: str) -> I64:
    """Positions where a string stands, in the symbols of the model; those that overlap are all given.

    A string with a symbol that stands for several characters (digits, letters, what the model does not know) is
    found nowhere.
    """
    symbols = texts.model.alphabet.encode(string)
    ids = texts.ids
    if not len(symbols) or (symbols < 5).any() or len(ids) < len(symbols):
        return np.zeros(0, np.int64)
    last = len(ids) - len(symbols) + 1
    hit = ids[:last] == symbols[0]
    for k in range(1, len(symbols)):
        hit &= ids[k : last + k] == symbols[k]
    return np.flatnonzero(hit).astype(np.int64)


def gain_of(texts: Texts, start: I64, length: int, written: str) -> F32:
    """The gain of writing one string over `length` symbols at each place, shape (n,)."""
    symbols = texts.model.alphabet.encode(written)
    return gains_of_changes(
        texts.model, texts.scored, start, start + length, np.tile(symbols, (len(start), 1))
    )


def out_of_depth(texts: Texts) -> bool:
    """Whether the model finds most of the texts so surprising that it should not be asked: old prose, lists."""
    chinese = texts.chinese()
    number = len(texts.texts)
    nats = np.bincount(texts.article[chinese], -np.diff(texts.scored.upto)[chinese], number)
    many = np.bincount(texts.article[chinese], minlength=number)
    enough = many >= MIN_CHINESE
    if not enough.any():
        return False
    bits = float(np.median(nats[enough] / many[enough]) / np.log(2))
    return bits > BITS_OUT_OF_DEPTH


class _Replaced(Protocol):
    """A place where something else was meant."""

    @property
    def text(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def confidence(self) -> float: ...


R = TypeVar("R", bound=_Replaced)


def surer(found: Sequence[R]) -> list[R]:
    """Of places in order, those that overlap no surer one before or behind them."""
    out: list[R] = []
    for one in found:
        if out and out[-1].text == one.text and out[-1].end > one.start:
            if one.confidence > out[-1].confidence:
                out[-1] = one
        else:
            out.append(one)
    return out
