"""The bytes of an input file, wherever it is and whatever it is packed in, and the bytes of packed output."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import BinaryIO

from cleanup.compression import Damaged, empty, packed, unpacked
from cleanup.dumps.record import BadFile, InputFile, Reject

__all__ = ["PackedWriter", "bad_packing", "empty", "opened", "packed", "raw_stream", "whole"]

_READ = 1 << 20


@contextmanager
def opened(file: InputFile) -> Iterator[io.BufferedReader]:
    """The unpacked bytes of a file. Damage of its packing is a BadFile: `truncated` or `corrupt`, with its line.

    `read1` and `readline` give what stands in front of the damage, `read` may not.
    """
    try:
        with unpacked(raw_stream(file), file.packing) as f:
            yield f
    except Damaged as e:
        raise bad_packing(file, e) from e


def bad_packing(file: InputFile, e: Damaged) -> BadFile:
    """Why a packed file cannot be read on."""
    kind = file.packing.removeprefix(".")
    if e.reason == "truncated":
        zh = f"{kind} 压缩文件不完整，后面的读不到；请重新取得这个文件"
        en = f"the {kind} file is cut short, and what follows is not there; fetch it again"
    else:
        zh = f"{kind} 压缩文件从这里起损坏：{e.why}"
        en = f"the {kind} file is damaged from here on: {e.why}"
    return BadFile(Reject(file.name, e.newlines + 1, e.reason, zh, en))


def raw_stream(file: InputFile) -> io.BufferedReader:
    """The bytes of a file as they are stored."""
    if not file.url:
        return file.path.open("rb")
    from cleanup.dumps.remote import open_url

    return open_url(file.url)


def whole(file: InputFile, limit: int) -> bytes | None:
    """All unpacked bytes of a file, or None where there are more than `limit`."""
    parts: list[bytes] = []
    left = limit
    with opened(file) as f:
        while part := f.read(min(left + 1, _READ)):
            left -= len(part)
            if left < 0:
                return None
            parts.append(part)
    return b"".join(parts)


class PackedWriter:
    """Writes bytes packed, in members of the size of a piece. A file that gets none holds an empty member."""

    def __init__(self, to: BinaryIO, packing: str) -> None:
        self._to, self._packing = to, packing
        self._held: list[bytes] = []
        self._size = self._members = 0

    def __enter__(self) -> PackedWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
            if not self._members:
                self._to.write(empty(self._packing))

    def write(self, data: bytes) -> None:
        self._held.append(data)
        self._size += len(data)
        if self._size >= _READ:
            self._flush()

    def _flush(self) -> None:
        if self._size:
            self._to.write(packed(b"".join(self._held), self._packing))
            self._members += 1
        self._held, self._size = [], 0
