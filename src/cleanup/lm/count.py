"""Counts of n-grams up to order 5, out of core: sorted runs spilled by their first symbol, then merged.

An n-gram is one 64-bit key, its symbols in base len(alphabet), the first the most significant: the sorted
table of order 5 holds every lower order as runs of equal prefixes, and partitions by first symbol are
independent of each other. Memory is bounded by a batch and a partition, whatever the corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.lm.alphabet import BORDER, Ids

ORDER = 5
# Weights of corpora are carried as integers, in units of 1/16.
UNITS = 16
# Symbols to a sorted run, and entries to a partition: what the sort holds in memory is some 30 bytes each.
_BATCH = 1 << 24
_PARTITION = 1 << 26

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
Progress = Callable[[str, float], None]


def heads(sorted_array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Where each run of equal values starts."""
    if not len(sorted_array):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate([[True], sorted_array[1:] != sorted_array[:-1]]))


def windows(ids: Ids, base: int) -> U64:
    """The keys of the order-5 windows that start at each symbol; what lies behind a border is border.

    Repeated borders count once; the last symbol, a border, starts no window.
    """
    kept = np.ones(len(ids), bool)
    kept[1:] = (ids[1:] != BORDER) | (ids[:-1] != BORDER)
    ids = ids[kept]
    n = max(0, len(ids) - 1)
    padded = np.concatenate([ids, np.full(ORDER - 1, BORDER, np.uint16)])
    keys = padded[:n].astype(np.uint64)
    alive = np.ones(n, bool)
    for j in range(1, ORDER):
        symbol = np.where(alive, padded[j : j + n], BORDER)
        keys *= np.uint64(base)
        keys += symbol
        alive &= symbol != BORDER
    return keys


def whole(keys: U64, order: int, base: int) -> npt.NDArray[np.bool_]:
    """Which keys are n-grams of their order: no border but in first or last place."""
    ok = np.ones(len(keys), bool)
    rest = keys // np.uint64(base)
    for _ in range(order - 2):
        ok &= rest % np.uint64(base) != BORDER
        rest //= np.uint64(base)
    return ok


@dataclass(frozen=True, slots=True)
class Table:
    """The n-grams of one order, sorted by key.

    raw   counts, in units of 1/UNITS, weights of corpora included
    kind  counts to estimate from: for the highest order the raw ones; below, how many different symbols
          stand in front (continuation counts), but raw after a border, which nothing precedes
    """

    order: int
    keys: U64
    raw: U32
    kind: U32

    def estimate_from(self, lo: int, hi: int) -> npt.NDArray[np.float64]:
        """The counts of keys[lo:hi] to estimate from; fractions where weights are."""
        if self.order == ORDER:
            return self.raw[lo:hi] / UNITS
        return self.kind[lo:hi].astype(np.float64)


class _Files:
    """Arrays that grow in a folder, and are mapped when they are whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, name: str, array: npt.NDArray[Any]) -> None:
        with (self.folder / name).open("ab") as f:
            array.tofile(f)

    def mapped(self, name: str, dtype: type[np.unsignedinteger]) -> npt.NDArray[Any]:
        path = self.folder / name
        if not path.exists() or not path.stat().st_size:
            return np.zeros(0, dtype)
        return np.memmap(path, dtype, "r")

    def taken(self, name: str, dtype: type[np.unsignedinteger]) -> npt.NDArray[Any]:
        """The array in memory; its file is gone."""
        path = self.folder / name
        if not path.exists():
            return np.zeros(0, dtype)
        array = np.fromfile(path, dtype)
        path.unlink()
        return array


class _Partitions:
    """Entries spilled by their first symbol, to be merged a partition at a time."""

    def __init__(self, files: _Files, name: str, first_symbol: U64, order: int, base: int) -> None:
        self._files = files
        self._name = name
        self.borders = first_symbol * np.uint64(base ** (order - 1))

    def add(self, keys: U64, counts: U32 | None) -> None:
        """A sorted run."""
        cuts = [0, *np.searchsorted(keys, self.borders), len(keys)]
        for i, (a, b) in enumerate(pairwise(cuts)):
            if b > a:
                self._files.append(f"{self._name}-{i}.keys", keys[a:b])
                if counts is not None:
                    self._files.append(f"{self._name}-{i}.counts", counts[a:b])

    def merged(self, *, counted: bool) -> Iterator[tuple[U64, U32]]:
        """Per partition the distinct keys, sorted, and the sums of their counts (of ones if not counted)."""
        for i in range(len(self.borders) + 1):
            keys: U64 = self._files.taken(f"{self._name}-{i}.keys", np.uint64)
            if counted:
                counts = self._files.taken(f"{self._name}-{i}.counts", np.uint32)
                order = np.argsort(keys, kind="stable")  # merges the sorted runs
                keys, counts = keys[order], counts[order]
            else:
                keys.sort()
            start = heads(keys)
            if counted:
                sums = np.add.reduceat(counts, start, dtype=np.uint64) if len(start) else counts[:0]
            else:
                sums = np.diff(np.append(start, len(keys)))
            yield keys[start], np.minimum(sums, 0xFFFFFFFF).astype(np.uint32)


def count(
    batches: Iterable[tuple[Ids, float]],
    symbol_counts: npt.NDArray[np.int64],
    folder: Path,
    *,
    progress: Progress = lambda what, share: None,
) -> dict[int, Table]:
    """The tables of orders 1 to 5 of some text, their arrays mapped from files in `folder`.

    batches        (symbols, weight); symbols begin and end with a border
    symbol_counts  how often each symbol stands in the text, shape (len(alphabet),): to cut partitions by
    """
    base = len(symbol_counts)
    files = _Files(folder)
    firsts = _cut(symbol_counts)
    spill = _Partitions(files, "run", firsts, ORDER, base)
    total = max(1, int(symbol_counts.sum()))
    done = 0
    for ids, weight in _joined(batches):
        keys = windows(ids, base)
        keys.sort()
        start = heads(keys)
        times = np.diff(np.append(start, len(keys))) * max(1, round(weight * UNITS))
        spill.add(keys[start], np.minimum(times, 0xFFFFFFFF).astype(np.uint32))
        done += len(ids)
        progress("count", min(1.0, done / total))
    for keys, raw in spill.merged(counted=True):
        for order in range(ORDER, 0, -1):
            prefix = keys // np.uint64(base ** (ORDER - order))
            start = heads(prefix)
            if not len(start):
                continue
            ok = whole(prefix[start], order, base)
            sums = np.add.reduceat(raw, start, dtype=np.uint64)
            files.append(f"{order}.keys", prefix[start][ok])
            files.append(f"{order}.raw", np.minimum(sums, 0xFFFFFFFF)[ok].astype(np.uint32))
    tables: dict[int, Table] = {}
    for order in range(ORDER, 0, -1):
        keys = files.mapped(f"{order}.keys", np.uint64)
        raw = files.mapped(f"{order}.raw", np.uint32)
        kind = raw if order == ORDER else _continuations(files, tables[order + 1], keys, raw, firsts, base)
        tables[order] = Table(order, keys, raw, kind)
        progress("merge", (ORDER + 1 - order) / ORDER)
    return tables


def _joined(batches: Iterable[tuple[Ids, float]]) -> Iterator[tuple[Ids, float]]:
    """Small batches of one weight together, so that runs are of a size; a large one is a run of its own."""
    held: list[Ids] = []
    size, weight = 0, 1.0
    for ids, w in batches:
        if held and (w != weight or size + len(ids) > _BATCH):
            yield np.concatenate(held), weight
            held, size = [], 0
        held.append(ids)
        size += len(ids)
        weight = w
    if held:
        yield np.concatenate(held), weight


def _cut(symbol_counts: npt.NDArray[np.int64]) -> U64:
    """The first symbols of all partitions but the first, each of about as many windows."""
    upto = np.cumsum(symbol_counts)
    parts = int(upto[-1] // _PARTITION) + 1
    cuts = np.searchsorted(upto, upto[-1] * np.arange(1, parts) / parts)
    return np.unique(cuts).astype(np.uint64)


def _continuations(files: _Files, above: Table, keys: U64, raw: U32, firsts: U64, base: int) -> U32:
    """How many different symbols stand in front of each n-gram; its raw count where it starts at a border."""
    order = above.order - 1
    spill = _Partitions(files, "suffix", firsts, order, base)
    for lo in range(0, len(above.keys), _BATCH):
        suffix = np.asarray(above.keys[lo : lo + _BATCH]) % np.uint64(base**order)
        suffix.sort()
        spill.add(suffix, None)
    at = 0
    cuts = [*np.searchsorted(keys, spill.borders), len(keys)]
    for (suffix, times), end in zip(spill.merged(counted=False), cuts, strict=True):
        own = np.asarray(keys[at:end])
        kind = np.zeros(len(own), np.uint32)
        place = np.searchsorted(own, suffix)
        there = place < len(own)
        there[there] = own[place[there]] == suffix[there]
        kind[place[there]] = times[there]
        if order > 1:
            bordered = own // np.uint64(base ** (order - 1)) == BORDER
            once = np.maximum(1, np.asarray(raw[at:end]) // UNITS)
            kind[bordered] = once[bordered]
        files.append(f"{order}.kind", np.maximum(kind, 1))
        at = end
    return files.mapped(f"{order}.kind", np.uint32)
