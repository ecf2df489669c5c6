"""The inner loops of the model in C, where they were compiled when the package was built; see kernel.c.

They give the bits that numpy gives. Where there was no compiler, or the library is of another source, all is done in
numpy, which takes two to five times as long.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.lm.alphabet import Ids

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Known = npt.NDArray[np.void]

# ln p of a symbol by n-grams of up to 2, 3 and 4 symbols, and the contexts that end at it.
KNOWN = np.dtype([("log_prob", np.float32, 3), ("context", np.uint8, 3)], align=True)

SOURCE = Path(__file__).with_name("kernel.c")
LIBRARY = Path(__file__).with_name("_kernel.so")
# Set to "off" it is not used, to see that nothing depends on it.
SWITCH = "CLEANUP_KERNEL"
# The symbols that a change may write, and those that it sees before and behind itself, as in kernel.c.
LONGEST, REACH = 64, 4
# Rows of `fitting` have a multiple of so many characters, and at most so many; as in kernel.c, like what follows.
LANES, WIDEST, UNITS, FAR = 16, 1024, 6, 127
# Places whose characters are looked for at a time.
_ROUND = 1024

_P, _I, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_BOOKS = ("2.book", "3.book", "4.book", "5.book", "2.backoff_book", "3.backoff_book", "4.backoff_book")
_TABLES = {
    "unigram.log_prob": np.float32,
    "unigram.log_backoff": np.float32,
    "bigram.bits": np.uint64,
    "bigram.rank": np.uint32,
    "bigram.codes": np.uint16,
    **dict.fromkeys(_BOOKS, np.float32),
    "3.slots": np.uint32,
    "4.slots": np.uint32,
    "5.slots": np.uint16,
}


class _Model(ctypes.Structure):
    _fields_ = (
        ("base", _LONG),
        ("words", _LONG),
        *((name, _P) for name in _TABLES),
        ("seed", ctypes.c_uint64 * 3),
        ("segment_bits", ctypes.c_uint64 * 3),
        ("segments", ctypes.c_uint64 * 3),
    )


@cache
def _library(path: Path) -> ctypes.CDLL | None:
    """The library, if it is there and was made of the source beside it."""
    try:
        library = ctypes.CDLL(str(path))
        library.cleanup_source.restype = ctypes.c_char_p
        made_of = library.cleanup_source().decode()
    except (OSError, AttributeError):
        return None
    if made_of != hashlib.sha256(SOURCE.read_bytes()).hexdigest():
        return None
    library.cleanup_score.argtypes = (_P, _P, _LONG, _P, _P)
    library.cleanup_score.restype = None
    library.cleanup_changes.argtypes = (*[_P] * 7, _LONG, _I, ctypes.c_double, ctypes.c_double, _P, _P)
    library.cleanup_changes.restype = None
    library.cleanup_written.argtypes = (*[_P] * 5, _LONG, _I, _P)
    library.cleanup_written.restype = None
    library.cleanup_count.argtypes = (*[_P] * 4, _LONG, _I, _I, _P)
    library.cleanup_count.restype = None
    library.cleanup_kinds.argtypes = (*[_P] * 3, _LONG, _P, _I, _P)
    library.cleanup_kinds.restype = None
    library.cleanup_search.argtypes = (_P, _LONG, _P, _LONG, _P)
    library.cleanup_search.restype = None
    library.cleanup_fitting.argtypes = (*[_P] * 4, _LONG, _P, _P, _LONG, _P, ctypes.c_float, _P, _P)
    library.cleanup_fitting.restype = _LONG
    return library


class Rows:
    """For some characters what each may lose behind each symbol of a model, and before it; laid out as symbols are met.

    begins, ends  nats, shape (symbols, width), -inf where a character cannot stand
    rough_begins, rough_ends  the same in units of 1/UNITS nats lost, rounded down
    """

    def __init__(self, symbols: int, characters: int) -> None:
        self._characters = characters
        size = symbols, -(-characters // LANES) * LANES
        # some ten megabytes each, of which the operating system gives what is written
        self.begins, self.ends = np.empty(size, np.float32), np.empty(size, np.float32)
        self.rough_begins, self.rough_ends = np.empty(size, np.uint8), np.empty(size, np.uint8)

    def lay(self, begins: bool, symbols: I64, nats: F32) -> None:
        """Lay out the rows of some symbols; nats of shape (len(symbols), characters)."""
        exact, rough = (self.begins, self.rough_begins) if begins else (self.ends, self.rough_ends)
        exact[symbols, : self._characters] = nats
        exact[symbols, self._characters :] = -np.inf
        lost = np.full((len(symbols), exact.shape[1]), FAR, np.uint8)
        known = nats > -np.inf
        lost[:, : self._characters][known] = np.minimum(-nats[known] * UNITS, FAR - 1)
        rough[symbols] = lost


class Kernel:
    """The tables of one model, as C reads them."""

    def __init__(self, library: ctypes.CDLL, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]):
        self._library = library
        # what the addresses point to must live as long
        self._tables = [arrays[name] for name in _TABLES]
        shapes = np.array([meta["fuse"][str(n)] for n in (3, 4, 5)], np.uint64)
        three = ctypes.c_uint64 * 3
        self._model = _Model(
            int(meta["base"]),
            arrays["bigram.bits"].shape[1],
            *(t.ctypes.data for t in self._tables),
            *(three(*column) for column in shapes.T.tolist()),
        )
        self._at = ctypes.addressof(self._model)
        self._ceiling = _ceiling(arrays)

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> Kernel | None:
        """The kernel for a model's tables, or None where it cannot be used."""
        if os.environ.get(SWITCH) == "off" or sys.byteorder != "little":
            return None
        library = _library(LIBRARY)
        fit = all(
            arrays[n].dtype == dtype and arrays[n].flags.c_contiguous and arrays[n].size
            for n, dtype in _TABLES.items()
        )
        return cls(library, arrays, meta) if library is not None and fit else None

    def score(self, ids: Ids) -> tuple[F32, Known]:
        """`Model.score`, and what `changes` is to know of each symbol."""
        ids = np.ascontiguousarray(ids, np.uint16)
        out, known = np.empty(len(ids), np.float32), np.empty(len(ids), KNOWN)
        self._library.cleanup_score(self._at, ids.ctypes.data, len(ids), out.ctypes.data, known.ctypes.data)
        return out, known

    def changes(
        self, ids: Ids, upto: F64, known: Known, start: I64, end: I64, written: Ids, least: float
    ) -> tuple[F32, F32]:
        """`gains.parts_of_changes`; where the gain is no more than `least` it may be -inf."""
        n, k = written.shape
        here, behind = np.empty(n, np.float32), np.empty(n, np.float32)
        if not n:
            return here, behind
        start, end = np.ascontiguousarray(start, np.int64), np.ascontiguousarray(end, np.int64)
        if start.min() < REACH or (start > end).any() or end.max() > len(ids) - REACH or k > LONGEST:
            raise IndexError("a change reaches out of the texts, or writes too much")
        ids, written = np.ascontiguousarray(ids), np.ascontiguousarray(written, np.uint16)
        addresses = (a.ctypes.data for a in (ids, upto, known, start, end, written))
        self._library.cleanup_changes(
            self._at, *addresses, n, k, least, self._ceiling, here.ctypes.data, behind.ctypes.data
        )
        return here, behind

    def written(self, windows: Ids, rows: I64, symbols: Ids) -> F64:
        """ln p of symbols written in the middle of windows and of what stands behind, summed up, shape (n,).

        windows  four symbols before and four behind, shape (m, 8)
        rows     the window of each, shape (n,);  symbols  shape (n, k)
        """
        n, k = symbols.shape
        out = np.zeros(n)
        if not n:
            return out
        first = int(rows.min())
        ids = np.ascontiguousarray(windows[first : int(rows.max()) + 1], np.uint16).reshape(-1)
        if first < 0 or k > LONGEST or windows.shape[1] != 2 * REACH:
            raise IndexError("windows are of eight symbols, and not too much is written into them")
        known = self.score(ids)[1]
        at = (rows - first) * (2 * REACH) + REACH
        symbols = np.ascontiguousarray(symbols, np.uint16)
        self._library.cleanup_written(
            self._at,
            ids.ctypes.data,
            known.ctypes.data,
            at.ctypes.data,
            symbols.ctypes.data,
            n,
            k,
            out.ctypes.data,
        )
        return out

    def fitting(self, rows: Rows, left: I64, right: I64, least: F32, near: float) -> tuple[I64, I64]:
        """Which characters fit between two neighbours, as (number of the place, character) in order.

        left, right   the neighbours of each place, shape (n,); least  nats, likewise
        near          how many nats behind the best of the place others may be; below 0 the best alone is given
        """
        begins, ends = rows.begins, rows.ends
        width = begins.shape[1]
        # of this room the operating system gives what is written
        room = min(len(left), _ROUND) * width
        place, character = np.empty(room, np.int64), np.empty(room, np.int64)
        places, characters = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for lo in range(0, len(left), _ROUND):
            some = [np.ascontiguousarray(a[lo : lo + _ROUND]) for a in (left, right, least)]
            n = len(some[0])
            found = self._library.cleanup_fitting(
                begins.ctypes.data,
                ends.ctypes.data,
                rows.rough_begins.ctypes.data,
                rows.rough_ends.ctypes.data,
                width,
                some[0].ctypes.data,
                some[1].ctypes.data,
                n,
                some[2].ctypes.data,
                near,
                place.ctypes.data,
                character.ctypes.data,
            )
            places.append(place[:found] + lo)
            characters.append(character[:found].copy())
        return np.concatenate(places), np.concatenate(characters)

    def count(self, ids: Ids, start: I64, end: I64, wanted: Ids, *, apart: bool) -> I64:
        """How often each sequence stands in its span of `ids`, shape (n,); reads each span once a sequence.

        start, end  shape (n,);  wanted  shape (n, k) with k of 1 to 5
        apart       whether those that overlap the one before are not counted, as str.count does
        """
        n, k = wanted.shape
        out = np.empty(n, np.int64)
        of = [np.ascontiguousarray(a, np.int64) for a in (start, end)]
        ids, wanted = np.ascontiguousarray(ids), np.ascontiguousarray(wanted, np.uint16)
        self._library.cleanup_count(
            ids.ctypes.data,
            of[0].ctypes.data,
            of[1].ctypes.data,
            wanted.ctypes.data,
            n,
            k,
            apart,
            out.ctypes.data,
        )
        return out

    def kinds(self, kinds: U32, start: I64, end: I64, bits: Sequence[int]) -> I64:
        """How many characters of spans are of each kind, shape (len(bits), n); a character may be of several.

        kinds  the bits of each character
        """
        start, end = np.ascontiguousarray(start, np.int64), np.ascontiguousarray(end, np.int64)
        if len(start) and (start.min() < 0 or end.max() > len(kinds)):
            raise IndexError("a span reaches out of the texts")
        asked = np.array(bits, np.uint32)
        out = np.empty((len(asked), len(start)), np.int64)
        self._library.cleanup_kinds(
            kinds.ctypes.data,
            start.ctypes.data,
            end.ctypes.data,
            len(start),
            asked.ctypes.data,
            len(asked),
            out.ctypes.data,
        )
        return out

    def search(self, keys: U64, wanted: U64) -> I64:
        """np.searchsorted of many keys, which are asked for at once."""
        out = np.empty(len(wanted), np.int64)
        wanted = np.ascontiguousarray(wanted, np.uint64)
        self._library.cleanup_search(
            keys.ctypes.data, len(keys), wanted.ctypes.data, len(wanted), out.ctypes.data
        )
        return out


def _ceiling(arrays: Mapping[str, npt.NDArray[Any]]) -> float:
    """What no ln p of a model is above: 0, but for what is lost by keeping weights in a byte."""
    most = float(arrays["unigram.log_prob"].max() + arrays["unigram.log_backoff"].max())
    for n in range(2, 6):
        most = max(most, float(arrays[f"{n}.book"].max()))
        if n < 5:
            most += float(arrays[f"{n}.backoff_book"].max())
    return max(0.0, most)
