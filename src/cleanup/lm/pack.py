"""A pruned model as the arrays of its file: quantised, in tables that are read where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.lm import fuse
from cleanup.lm.count import ORDER, Progress
from cleanup.lm.estimate import F32, U64, Pruned

# Bits of a slot for ln p: 8, and 6 for the highest order, whose slots have no backoff weight and are half as
# large. Against unquantised values 8 bits cost under .001 bits a character, 6 bits at order 5 .003.
CODES = {2: 256, 3: 256, 4: 256, 5: 64}
BACKOFF_CODES = 255
# What one n-gram takes in the file, in bytes, where there are many.
BYTES_EACH = {2: 2.0, 3: 4 * 1.131, 4: 4 * 1.131, 5: 2 * 1.131}


def table_bytes(counts: dict[int, int]) -> int:
    """What some numbers of n-grams take in the file, by order, exactly but for the alignment of sections."""
    tables = (fuse.Shape.for_keys(counts[n], 1).slots * (4 if n < ORDER else 2) for n in range(3, ORDER + 1))
    return 2 * counts[2] + sum(tables)


def fixed_bytes(symbols: int) -> int:
    """What the tables take that do not depend on how many n-grams are kept."""
    words = -(-symbols // 64)
    return symbols * words * 12 + symbols * 12 + 8192


def quantise(values: F32, levels: int) -> tuple[F32, npt.NDArray[np.uint32]]:
    """Values as codes into a book of `levels` numbers: k-means on a line, over a histogram of 8,192 bins."""
    if not len(values):
        return np.zeros(levels, np.float32), np.zeros(0, np.uint32)
    lo, hi = float(values.min()), float(values.max())
    bins = 8192
    scale = (bins - 1) / (hi - lo) if hi > lo else 0.0
    place = np.rint((values - np.float32(lo)) * np.float32(scale)).astype(np.int64)
    weight = np.bincount(place, minlength=bins).astype(np.float64)
    position = np.arange(bins)
    centre = np.interp((np.arange(levels) + 0.5) / levels, np.cumsum(weight) / weight.sum(), position)
    for _ in range(30):
        nearest = np.searchsorted((centre[1:] + centre[:-1]) / 2, position)
        mass = np.bincount(nearest, weight, levels)
        sums = np.bincount(nearest, weight * position, levels)
        centre = np.sort(np.where(mass > 0, sums / np.maximum(mass, 1e-9), centre))
    codes = np.searchsorted((centre[1:] + centre[:-1]) / 2, position).astype(np.uint32)
    book = lo + centre / scale if scale else np.full(levels, lo)
    return book.astype(np.float32), codes[place]


def pack(
    pruned: dict[int, Pruned], symbols: int, base: int, *, progress: Progress = lambda what, share: None
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, list[int]]]:
    """The arrays of the n-gram part of a model file, and the shapes of its tables for the header."""
    one = pruned[1]
    arrays: dict[str, npt.NDArray[Any]] = {
        "unigram.log_prob": one.log_prob,
        "unigram.log_backoff": np.nan_to_num(one.log_backoff),
    }
    shapes: dict[str, list[int]] = {}
    for order in range(2, ORDER + 1):
        p = pruned[order]
        book, codes = quantise(p.log_prob, CODES[order])
        arrays[f"{order}.book"] = book
        if order < ORDER:
            is_context = ~np.isnan(p.log_backoff)
            backoff_book, backoff_codes = quantise(p.log_backoff[is_context], BACKOFF_CODES)
            arrays[f"{order}.backoff_book"] = np.concatenate([[0], backoff_book]).astype(np.float32)
            codes[is_context] |= (backoff_codes + 1) << 8
        if order == 2:
            arrays |= _bigrams(p.keys, codes, symbols, base)
        else:
            bits, dtype = (16, np.uint32) if order < ORDER else (6, np.uint16)
            table = fuse.build(p.keys, codes, value_bits=bits, dtype=dtype)
            arrays[f"{order}.slots"] = table.slots
            s = table.shape
            shapes[str(order)] = [s.seed, s.segment_bits, s.segments]
        progress("pack", (order - 1) / (ORDER - 1))
    return arrays, shapes


def _bigrams(
    keys: U64, codes: npt.NDArray[np.uint32], symbols: int, base: int
) -> dict[str, npt.NDArray[Any]]:
    words = -(-symbols // 64)
    left, right = keys // np.uint64(base), keys % np.uint64(base)
    bits = np.zeros(symbols * words, np.uint64)
    np.bitwise_or.at(
        bits,
        (left * np.uint64(words) + right // np.uint64(64)).astype(np.int64),
        np.uint64(1) << right % np.uint64(64),
    )
    rank = np.zeros(len(bits), np.uint32)
    rank[1:] = np.cumsum(np.bitwise_count(bits), dtype=np.uint32)[:-1]
    return {
        "bigram.bits": bits.reshape(symbols, words),
        "bigram.rank": rank,
        "bigram.codes": codes.astype(np.uint16),
    }
