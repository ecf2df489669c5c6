"""A static map from 64-bit keys to small numbers: a binary fuse table.

The XOR of three slots gives a fingerprint and a value; nothing else is stored, so a key costs 1.13 slots
and a lookup three reads, however full the table. A key that is not there gives a wrong fingerprint, but for
one in 2^bits. After Graf and Lemire, "Binary Fuse Filters" (2022), with values beside the fingerprints.

Everything works on whole arrays: the construction peels all slots of degree one at once, round by round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]

_MIX1, _MIX2, _MIX3 = (np.uint64(x) for x in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15))
# Sets of fewer keys than this get more room, as the theory holds for large ones only.
_SMALL = 1000
# Peeling fails for about one seed in some hundreds; forty in a row mean that keys repeat.
_SEEDS = 40


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table of some keys is laid out: `segments` starting segments of 2^segment_bits slots."""

    seed: int
    segment_bits: int
    segments: int

    @property
    def slots(self) -> int:
        return (self.segments + 2) << self.segment_bits

    @classmethod
    def for_keys(cls, n: int, seed: int) -> Shape:
        """The shape for n keys: the constants are those of the paper, for three slots a key."""
        if n < 2:
            return cls(seed, 2, 2)
        bits = min(18, int(np.floor(np.log(n) / np.log(3.33) + 2.25)))
        factor = max(1.125, 0.875 + 0.25 * np.log(1e6) / np.log(max(n, 2)))
        slots = n * factor + (64 if n < _SMALL else 0)
        return cls(seed, bits, max(1, int(np.ceil(slots / (1 << bits))) - 2 + 1))

    def hashed(self, keys: U64) -> U64:
        """Keys mixed well; shape (n,)."""
        h = keys + np.uint64(self.seed * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
        h ^= h >> np.uint64(30)
        h *= _MIX1
        h ^= h >> np.uint64(27)
        h *= _MIX2
        h ^= h >> np.uint64(31)
        return h

    def places(self, h: U64) -> tuple[U64, U64, U64]:
        """The three slots of mixed keys, in three neighbouring segments."""
        size = np.uint64(1 << self.segment_bits)
        mask = size - np.uint64(1)
        reach = np.uint64(self.segments << self.segment_bits)
        a = h >> np.uint64(32)
        a *= reach
        a >>= np.uint64(32)
        b = h >> np.uint64(18)
        b &= mask
        b ^= a + size
        c = h & mask
        c ^= a + (size + size)
        return a, b, c


def fingerprints(h: U64, bits: int) -> U64:
    """`bits` bits of mixed keys that the places do not tell."""
    return (h * _MIX3) >> np.uint64(64 - bits)


@dataclass(frozen=True, slots=True)
class Fuse:
    """The table: `slots` holds fingerprint << value_bits | value, XORed over three places."""

    shape: Shape
    value_bits: int
    slots: npt.NDArray[np.uint16] | npt.NDArray[np.uint32]

    @property
    def fingerprint_bits(self) -> int:
        return self.slots.dtype.itemsize * 8 - self.value_bits

    def get(self, keys: U64) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.unsignedinteger]]:
        """Whether each key is there, and its value (too large where it is not); both of shape (n,)."""
        h = self.shape.hashed(keys)
        # places are in range by construction, and take() that need not check is twice as fast as [];
        # so are signed indices, which are used as they are
        a, b, c = (p.view(np.int64) for p in self.shape.places(h))
        found = self.slots.take(a, mode="clip")
        found ^= self.slots.take(b, mode="clip")
        found ^= self.slots.take(c, mode="clip")
        wanted = fingerprints(h, self.fingerprint_bits)
        wanted <<= np.uint64(self.value_bits)
        # where the fingerprint is the key's, nothing but the value is left
        found ^= wanted.astype(found.dtype)
        return found < found.dtype.type(1 << self.value_bits), found


def build(
    keys: U64, values: npt.NDArray[np.uint32], *, value_bits: int, dtype: type[np.unsignedinteger]
) -> Fuse:
    """The table of distinct keys; the same keys in the same order give the same bytes.

    keys    shape (n,), distinct
    values  shape (n,), each below 2^value_bits
    ValueError where keys repeat: no seed can place them.
    """
    for seed in range(1, _SEEDS + 1):
        shape = Shape.for_keys(len(keys), seed)
        h = shape.hashed(keys)
        order = _peel(shape, h)
        if order is not None:
            return Fuse(shape, value_bits, _assign(shape, h, values, order, value_bits, dtype))
    raise ValueError(f"{len(keys)} keys cannot be placed: some are there twice")


def _peel(shape: Shape, h: U64) -> list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]] | None:
    """Rounds of (key numbers, the slot each has to itself), or None where some keys never get one."""
    n = len(h)
    places = [p.astype(np.uint32) for p in shape.places(h)]
    degree = np.zeros(shape.slots, np.uint32)
    holder = np.zeros(shape.slots, np.uint32)  # XOR of the numbers of the keys in a slot
    number = np.arange(n, dtype=np.uint32)
    for p in places:
        degree += np.bincount(p, minlength=shape.slots).astype(np.uint32)
        np.bitwise_xor.at(holder, p, number)
    rounds = []
    left = n
    slot_of = np.empty(n, np.uint32)
    alone = np.flatnonzero(degree == 1).astype(np.uint32)
    while len(alone):
        found = holder[alone]
        # of a key that has two slots to itself the first is its own: written last
        slot_of[found[::-1]] = alone[::-1]
        keys = _distinct(found, n)
        rounds.append((keys, slot_of[keys]))
        left -= len(keys)
        touched = []
        for p in places:
            at = p[keys]
            np.subtract.at(degree, at, np.uint32(1))
            np.bitwise_xor.at(holder, at, keys)
            touched.append(at)
        near = np.concatenate(touched)
        alone = _distinct(near[degree[near] == 1], shape.slots)
    return None if left else rounds


def _distinct(values: npt.NDArray[np.uint32], below: int) -> npt.NDArray[np.uint32]:
    """The distinct values, sorted: by marking where they are many, by sorting where they are few."""
    if len(values) < below // 32:
        return np.unique(values)
    mark = np.zeros(below, bool)
    mark[values] = True
    return np.flatnonzero(mark).astype(np.uint32)


def _assign(
    shape: Shape,
    h: U64,
    values: npt.NDArray[np.uint32],
    rounds: list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]],
    value_bits: int,
    dtype: type[np.unsignedinteger],
) -> npt.NDArray[np.unsignedinteger]:
    """Slots filled from the last round to the first, so that each key's own slot is free when its turn comes."""
    slots = np.zeros(shape.slots, dtype)
    bits = np.dtype(dtype).itemsize * 8 - value_bits
    for keys, own in reversed(rounds):
        mixed = h[keys]
        wanted = (fingerprints(mixed, bits) << np.uint64(value_bits)) | values[keys].astype(np.uint64)
        a, b, c = shape.places(mixed)
        # its own slot still holds zero, so the XOR of all three is that of the other two
        slots[own] = wanted.astype(dtype) ^ slots[a] ^ slots[b] ^ slots[c]
    return slots
