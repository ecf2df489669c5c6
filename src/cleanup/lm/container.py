"""The file of a model: a versioned header with checksums, then arrays that are mapped, never read whole.

8 bytes   magic
4 bytes   format version     little endian, as all numbers
4 bytes   length of the header
4 bytes   CRC-32 of the header
header    JSON: {"meta": …, "sections": {name: {dtype, shape, offset, crc32}}, "size": …}
arrays    each at a multiple of 64 bytes
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.errors import ModelError

MAGIC = b"CLEANLM\n"
VERSION = 1
_HEAD = struct.Struct("<8sIII")
_ALIGN = 64
_MAX_HEADER = 1 << 24

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Container:
    """An open model file: what it says of itself, and its arrays, mapped and read-only.

    digest  identifies the content: of the header, which holds the checksums of all arrays
    """

    path: Path
    meta: Mapping[str, Any]
    arrays: Mapping[str, Array]
    crc32: Mapping[str, int]
    digest: str

    def verify(self) -> None:
        """Read every array and compare checksums; ModelError names the first that is damaged."""
        for name, array in self.arrays.items():
            if zlib.crc32(np.ascontiguousarray(array).data) != self.crc32[name]:
                raise ModelError(
                    f"{name} 部分与校验和不符，文件已损坏；请重新生成或重新获取",
                    f"section {name} does not match its checksum: the file is damaged, build or fetch it again",
                    where=str(self.path),
                )


def _aligned(n: int) -> int:
    return -(-n // _ALIGN) * _ALIGN


def write(path: Path, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> int:
    """Write a model file and return its size; the old one stays until the new one is whole.

    OSError where the disk is full or the folder cannot be written; nothing half is left behind.
    """
    arrays = {name: np.ascontiguousarray(a, a.dtype.newbyteorder("<")) for name, a in arrays.items()}
    sections: dict[str, dict[str, Any]] = {}
    offset = 0
    for name, a in arrays.items():
        sections[name] = {
            "dtype": a.dtype.str,
            "shape": list(a.shape),
            "offset": offset,
            "crc32": zlib.crc32(a.data),
        }
        offset = _aligned(offset + a.nbytes)
    header = json.dumps(
        {"meta": meta, "sections": sections, "size": offset}, ensure_ascii=False, sort_keys=True
    ).encode()
    begin = _aligned(_HEAD.size + len(header))
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as f:
            f.write(_HEAD.pack(MAGIC, VERSION, len(header), zlib.crc32(header)))
            f.write(header)
            for name, a in arrays.items():
                f.seek(begin + sections[name]["offset"])
                f.write(a.data)
            f.truncate(begin + offset)
            f.flush()
            os.fsync(f.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return begin + offset


def in_memory(path: Path, meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> Container:
    """A model that is not written yet, to be asked before it is; it has no digest and no checksums."""
    return Container(path, meta, arrays, {}, "")


def read(path: Path) -> Container:
    """Open a model file without reading its arrays; ModelError where it is none, old, or cut short."""
    try:
        with path.open("rb") as f:
            head = f.read(_HEAD.size)
            size = os.fstat(f.fileno()).st_size
            if head[: len(MAGIC)] != MAGIC:
                raise _broken(path, "不是模型文件", "not a model file")
            if len(head) < _HEAD.size:
                raise _broken(path, "文件不完整", "cut short")
            _, version, length, crc = _HEAD.unpack(head)
            if version != VERSION:
                raise _broken(
                    path,
                    f"格式版本是 {version}，本程序读 {VERSION}；请用 cleanup lm build 重新生成",
                    f"has format version {version}, this program reads {VERSION}: build it again with cleanup lm build",
                )
            header = f.read(min(length, _MAX_HEADER))
    except OSError as e:
        raise _broken(path, f"打不开：{e.strerror}", f"cannot be opened: {e.strerror}") from e
    if len(header) < length or zlib.crc32(header) != crc:
        raise _broken(path, "文件头不完整或已损坏", "its header is cut short or damaged")
    try:
        content = json.loads(header)
        sections, array_bytes = content["sections"], int(content["size"])
        meta = content["meta"]
    except (ValueError, KeyError, TypeError) as e:
        raise _broken(
            path, "文件头读不懂，不是本程序写的", "its header was not written by this program"
        ) from e
    begin = _aligned(_HEAD.size + length)
    if size != begin + array_bytes:
        raise _broken(
            path,
            f"应有 {begin + content['size']} 字节，实有 {size}；文件不完整",
            f"should have {begin + content['size']} bytes and has {size}: not whole",
        )
    whole = np.memmap(path, np.uint8, "r") if array_bytes else np.zeros(0, np.uint8)
    arrays = {}
    for name, s in sections.items():
        dtype = np.dtype(s["dtype"])
        n = dtype.itemsize * int(np.prod(s["shape"]))
        at = begin + s["offset"]
        # a plain view: memmap's own class makes every small slice dear
        arrays[name] = np.asarray(whole[at : at + n]).view(np.ndarray).view(dtype).reshape(s["shape"])
    digest = hashlib.blake2b(header, digest_size=16).hexdigest()
    crcs = {name: s["crc32"] for name, s in sections.items()}
    return Container(path, meta, arrays, crcs, digest)


def _broken(path: Path, zh: str, en: str) -> ModelError:
    return ModelError(zh, en, where=str(path))
