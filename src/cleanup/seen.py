"""Which articles were read before: 64-bit names of (source, text) in a sorted file, and repeats while reading.

Two articles are the same where source and text are. Their names are taken for them: that a new article of a dump of
ten million has the name of one of a hundred million known ones by chance happens once in twenty thousand such dumps.
"""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cleanup.errors import InputError
from cleanup.sampling import text_hash

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Keys = npt.NDArray[np.uint64]

FILE = "seen.u64"
# What a file begins with, and the number of its keys in 8 bytes; keys follow, little-endian and rising.
_MAGIC = b"seen\x01u64"
_HEAD = len(_MAGIC) + 8
# Keys that are sorted at a time: 32 MB, and three times that while they are. A merge takes as much.
CHUNK = 1 << 22
# Bytes of keys that are sorted without numpy, which takes a tenth of a second to load.
_FEW = 8 * 10_000
# Keys that Repeats keeps in a dict, at a hundred bytes each.
_DICT = 1 << 12


@lru_cache(maxsize=4096)
def _of_source(source: str) -> bytes:
    return hashlib.blake2b(source.encode(errors="surrogatepass"), digest_size=8).digest()


def article_key(source: str, text: str) -> int:
    """64 bits that name an article: the same source with the same text, and nothing else, has the same."""
    both = _of_source(source) + text_hash(text).to_bytes(8, "little")
    return int.from_bytes(hashlib.blake2b(both, digest_size=8).digest(), "little")


def key_bytes(keys: Iterable[int]) -> bytes:
    """Keys as `write_seen` reads them: 8 bytes each, little-endian."""
    return b"".join(k.to_bytes(8, "little") for k in keys)


@dataclass(frozen=True, slots=True)
class Seen:
    """The articles that a run knew, mapped into memory; sent to another process it is opened there by its path.

    `keys` rise, shape (n,).
    """

    path: Path
    keys: Keys

    @classmethod
    def open(cls, path: Path) -> Seen:
        """Raises InputError where the file is missing, or is none of these, or not all of one."""
        import numpy as np

        try:
            with path.open("rb") as f:
                head = f.read(_HEAD)
                size = f.seek(0, 2)
        except OSError as e:
            raise InputError(f"读不了：{e.strerror}", f"cannot be read: {e.strerror}", where=str(path)) from e
        count = int.from_bytes(head[len(_MAGIC) :], "little")
        if not head.startswith(_MAGIC) or len(head) < _HEAD or size != _HEAD + 8 * count:
            raise InputError(
                "不是完整的已读文章表；请从原处再复制一次，或重跑写出它的那次运行",
                "is no whole list of articles read; copy it again from where it came, or redo the run that wrote it",
                where=str(path),
            )
        if not count:
            return cls(path, np.zeros(0, "<u8"))
        return cls(path, np.memmap(path, "<u8", "r", _HEAD, (count,)))

    def __len__(self) -> int:
        return len(self.keys)

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Seen.open, (self.path,)

    def known(self, keys: Sequence[int]) -> list[bool]:
        """Which of some articles are among them."""
        import numpy as np

        if not len(self.keys) or not keys:
            return [False] * len(keys)
        asked = np.array(keys, np.uint64)
        order = np.argsort(asked)  # neighbours in the file are asked one after the other
        at = np.searchsorted(self.keys, asked[order])
        hit = self.keys[np.minimum(at, len(self.keys) - 1)] == asked[order]
        out = np.zeros(len(asked), bool)
        out[order] = hit
        return [bool(x) for x in out]


def write_seen(out: IO[bytes], parts: Iterable[Path], before: Seen | None, scratch: Path) -> int:
    """Write the file of some articles and of those that were known before; the number of its keys.

    out      a file open for writing at its beginning
    parts    files of keys in any order, repeats among them, as `key_bytes` writes them
    scratch  a folder with room for as much as the parts; what is put there is taken away
    The bytes depend on nothing but the set of keys. Memory is bounded by CHUNK, whatever the number of keys.
    """
    parts = list(parts)
    if before is None and sum(p.stat().st_size for p in parts) <= _FEW:
        # so few that they are sorted before numpy is loaded
        data = b"".join(p.read_bytes() for p in parts)
        few = sorted({int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data) - 7, 8)})
        out.write(_MAGIC + len(few).to_bytes(8, "little") + key_bytes(few))
        return len(few)
    with tempfile.TemporaryDirectory(prefix=".seen-", dir=scratch) as folder:
        runs = list(_sorted_runs(parts, Path(folder)))
        if before is not None and len(before):
            runs.append((before.path, _HEAD))
        out.write(_MAGIC + bytes(8))
        count = 0
        for keys in _merged(runs):
            out.write(keys.tobytes())
            count += len(keys)
    out.seek(len(_MAGIC))
    out.write(count.to_bytes(8, "little"))
    out.seek(0, 2)
    return count


def _once(keys: Keys) -> Keys:
    """Keys sorted, each once. What np.unique does for integers takes twice the time and memory."""
    import numpy as np

    keys.sort()
    keep = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=keep[1:])
    return keys[keep]


def _sorted_runs(parts: Iterable[Path], folder: Path) -> Iterator[tuple[Path, int]]:
    """The keys of some files, sorted in stretches of at most CHUNK: files of them, and where in each they begin."""
    import numpy as np

    for n, part in enumerate(parts):
        for start in range(0, part.stat().st_size // 8, CHUNK):
            path = folder / f"{n}-{start}"
            _once(np.fromfile(part, "<u8", CHUNK, offset=8 * start)).tofile(path)
            yield path, 0


def _merged(runs: Sequence[tuple[Path, int]]) -> Iterator[Keys]:
    """All keys of some sorted files, once each and rising. They are hashes, so that equal ranges hold equally many.

    The files are read, not mapped: pages that are mapped count as memory of the process.
    """
    import numpy as np

    sizes = [(path.stat().st_size - offset) // 8 for path, offset in runs]
    ranges = -(-sum(sizes) // CHUNK)
    bounds = np.array([(n << 64) // ranges for n in range(1, ranges)], np.uint64)
    ends = []
    for (path, offset), size in zip(runs, sizes, strict=True):
        mapped = np.memmap(path, "<u8", "r", offset, (size,))
        ends.append([0, *np.searchsorted(mapped, bounds).tolist(), size])
        del mapped
    for n in range(ranges):
        held = [
            np.fromfile(path, "<u8", at[n + 1] - at[n], offset=offset + 8 * at[n])
            for (path, offset), at in zip(runs, ends, strict=True)
        ]
        yield _once(np.concatenate(held))


class Repeats:
    """How often each key was there before, at 11 to 23 bytes a key and half a microsecond.

    An open table of the keys as they are, looked through from the place that a key's low bits name: keys must be
    hashes. Full to seven tenths it is built anew at twice the size; keys that come again are counted beside it. A few
    keys are kept in a dict, so that numpy is loaded for many alone.

    >>> repeats = Repeats()
    >>> [repeats.count(key) for key in (5, 7, 5, 5)]
    [0, 0, 1, 2]
    """

    def __init__(self) -> None:
        # how often each of few keys was there, of many those that were there before
        self._again: dict[int, int] = {}
        self._table = array("Q")
        self._mask = self._room = self._held = 0

    def __len__(self) -> int:
        """The number of different keys."""
        return self._held if self._table else len(self._again)

    def count(self, key: int) -> int:
        """How often a key of 64 bits was asked about before."""
        key = key or 1  # 0 is what stands where nothing is
        table = self._table
        if not table:
            times = self._again.get(key, -1) + 1
            self._again[key] = times
            if len(self._again) > _DICT:
                keys = array("Q", self._again)
                self._again = {k: n for k, n in self._again.items() if n}
                self._build(keys, 2 * _DICT)
            return times
        at = key & self._mask
        while (there := table[at]) and there != key:
            at += 1
        if there:
            times = self._again.get(key, 0) + 1
            self._again[key] = times
            return times
        table[at] = key
        self._held += 1
        # behind the last place keys run on into what lies there; it must never be full
        if self._held >= self._room or at >= len(table) - 2:
            self._build(table, 2 * (self._mask + 1))
        return 0

    def _build(self, table: array[int], size: int) -> None:
        """A table of `size` places, and some behind them, with the keys of another."""
        import numpy as np

        keys = np.frombuffer(table, np.uint64)
        keys = keys[keys != 0]
        while True:
            home = (keys & np.uint64(size - 1)).astype(np.int64)
            order = np.argsort(home, kind="stable")
            rank = np.arange(len(keys))
            at = np.maximum.accumulate(home[order] - rank) + rank if len(keys) else rank
            length = size + max(64, size >> 6)
            if not len(keys) or at[-1] < length - 2:
                break
            size *= 2
        new = np.zeros(length, np.uint64)
        new[at] = keys[order]
        self._table = array("Q", new.tobytes())
        self._mask = size - 1
        self._room = size * 7 // 10
        self._held = len(keys)
