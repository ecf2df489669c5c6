"""Compressed streams: read in constant memory and told exactly where they end, written as members of fixed bytes.

The file objects of the standard library lose what they have read when an error follows it, and those of bz2 and xz pass
over what follows a member without a word, be it a damaged member. Here the stream is read by their decompressors.
"""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Literal

SUFFIXES = (".gz", ".zst", ".xz", ".bz2")

# Compressed bytes asked for at a time, and unpacked bytes held for a reader.
_READ = 1 << 16
_BUFFER = 1 << 17
# What unpacking xz may take: `xz -9` needs 65 MB. zstd by itself refuses windows above 128 MB.
_MEMORY = 256_000_000


class Damaged(OSError):
    """A compressed stream that ends too early (`truncated`), or is not what it should be (`corrupt`), behind `newlines`
    newlines of unpacked bytes.
    """

    def __init__(self, reason: Literal["truncated", "corrupt"], newlines: int, why: str) -> None:
        super().__init__(f"{reason}: {why}")
        self.reason, self.newlines, self.why = reason, newlines, why


def suffix_of(name: str) -> str:
    """The suffix that says how a file is packed, or ""."""
    return next((s for s in SUFFIXES if name.lower().endswith(s)), "")


def unpacked(stream: io.BufferedReader, packing: str) -> io.BufferedReader:
    """What a stream holds, as a stream, which closes the other with it. Reading raises Damaged where it cannot go on.

    `read1` and `readline` give all that stands in front of the damage, `readline` all whole lines.
    """
    return io.BufferedReader(_Unpacked(stream, packing), _BUFFER) if packing else stream


def position(stream: io.BufferedReader) -> int:
    """How many bytes as they are stored were read for what was read of a stream, in steps of a buffer."""
    return stream.raw.position if isinstance(stream.raw, _Unpacked) else stream.tell()


def packed(data: bytes, packing: str) -> bytes:
    """Some bytes as a member of a compressed file, the same whenever it is made; no bytes give none."""
    return _packed(data, packing) if data else b""


def empty(packing: str) -> bytes:
    """What a file that holds nothing holds: one member without bytes."""
    return _packed(b"", packing)


def _packed(data: bytes, packing: str) -> bytes:
    match packing:
        case "":
            return data
        case ".gz":
            # no name and no time
            return zlib.compress(data, 6, wbits=31)
        case ".bz2":
            return bz2.compress(data)
        case ".xz":
            return lzma.compress(data)
    zstd = _zstd()
    parameter = zstd.CompressionParameter
    made: bytes = zstd.compress(data, options={parameter.compression_level: 3, parameter.checksum_flag: 1})
    return made


def _zstd() -> Any:
    """The zstd module of Python 3.14, or its backport."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


class _Gzip:
    """zlib's decompressor with the interface of the others."""

    def __init__(self) -> None:
        self._z = zlib.decompressobj(31)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        tail = self._z.unconsumed_tail
        return self._z.decompress(tail + data if tail else data, max_length)

    @property
    def eof(self) -> bool:
        return self._z.eof

    @property
    def needs_input(self) -> bool:
        return not self._z.unconsumed_tail and not self._z.eof

    @property
    def unused_data(self) -> bytes:
        return self._z.unused_data


_NEW: dict[str, Callable[[], Any]] = {
    ".gz": _Gzip,
    ".bz2": bz2.BZ2Decompressor,
    ".xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=_MEMORY),
    ".zst": lambda: _zstd().ZstdDecompressor(),
}


class _Unpacked(io.RawIOBase):
    """What the members of a compressed stream hold, one behind the other. Zeros between them are padding."""

    def __init__(self, stream: BinaryIO, packing: str) -> None:
        self._stream, self._new = stream, _NEW[packing]
        self._member: Any = None
        self._held = b""
        self._newlines = 0
        self._begun = False

    @property
    def position(self) -> int:
        return self._stream.tell() - len(self._held)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def readinto(self, buffer: Any, /) -> int:
        data = self._some(len(buffer))
        buffer[: len(data)] = data
        self._newlines += data.count(b"\n")
        return len(data)

    def _some(self, size: int) -> bytes:
        """The next unpacked bytes, at most so many; none where the stream ends, as it should, behind a member."""
        while True:
            if self._member is None and not self._next_member():
                return b""
            try:
                out = self._fed(size)
            except EOFError:
                raise self._damaged("truncated", "the compressed stream ends in a member") from None
            except OSError as e:
                if e.errno is not None:
                    raise
                raise self._damaged("corrupt", str(e)) from e
            except _errors() as e:
                raise self._damaged("corrupt", str(e)) from e
            if self._member.eof:
                self._held = self._member.unused_data.lstrip(b"\0")
                self._member = None
            if out:
                return out

    def _next_member(self) -> bool:
        while not self._held:
            self._held = self._stream.read(_READ)
            if not self._held:
                if not self._begun:
                    raise self._damaged("truncated", "the file is empty, and no compressed file is")
                return False
            if self._begun:
                self._held = self._held.lstrip(b"\0")
        self._begun = True
        self._member = self._new()
        return True

    def _fed(self, size: int) -> bytes:
        data = b""
        if self._member.needs_input:
            data, self._held = self._held or self._stream.read(_READ), b""
            if not data:
                # zlib may hold some back
                out: bytes = self._member.decompress(b"", size)
                if out or self._member.eof:
                    return out
                raise EOFError
        fed: bytes = self._member.decompress(data, size)
        return fed

    def _damaged(self, reason: Literal["truncated", "corrupt"], why: str) -> Damaged:
        return Damaged(reason, self._newlines, why)


def _errors() -> tuple[type[BaseException], ...]:
    """What decompressors raise; asked for only when something was raised."""
    return ValueError, zlib.error, lzma.LZMAError, _zstd().ZstdError
