"""Corpora: text files and JSONL, plain or compressed, read as blocks of whole lines in constant memory."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cleanup.compression import SUFFIXES, suffix_of, unpacked
from cleanup.errors import CorpusError

# Bytes read at a time. A line that is longer than two blocks is cut: five characters of context are lost once in
# 16 MB, and a text without line breaks still fits in memory. A record of JSONL is never cut.
BLOCK = 1 << 24
# One line in so many is held out: not counted, and measured on. By its checksum, so that a line said
# twice is not on both sides.
HELD_OUT_ONE_IN = 256
# Characters that are kept of what is held out of a corpus; more would not make the figure better.
HELD_OUT_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """A file to count from; `weight` multiplies its counts, 1 is one of its characters a character."""

    path: Path
    name: str
    weight: float = 1.0
    note: str = ""


def name_of(path: Path) -> str:
    """How a corpus is called in recipes and on the command line: its file name without suffixes."""
    name = path.name
    for suffix in (*SUFFIXES, ".txt", ".jsonl", ".ndjson"):
        name = name.removesuffix(suffix)
    return name


def is_jsonl(path: Path) -> bool:
    """Whether a corpus is read as records and not as text."""
    return any(s in (".jsonl", ".ndjson") for s in path.suffixes)


def blocks(path: Path, *, text_field: str = "text") -> Iterator[str]:
    """The text of a corpus as blocks of whole lines, each ending in a line break where the file has one.

    JSONL gives the named field of each record; its line breaks are line breaks of the corpus.
    CorpusError where the file cannot be read, decompressed, decoded or parsed, with its line.
    """
    records = is_jsonl(path)
    try:
        with unpacked(path.open("rb"), suffix_of(path.name)) as f:
            line = 1
            for i, block in enumerate(_whole_lines(f, cut=not records)):
                if i == 0:
                    block = block.removeprefix(codecs.BOM_UTF8)
                text = _decoded(path, block, line)
                yield _fields(path, text, line, text_field) if records else text
                line += block.count(b"\n")
    except CorpusError:
        raise
    except OSError as e:
        raise CorpusError(f"读不下去：{e}", f"cannot be read to its end: {e}", where=str(path)) from e


def _whole_lines(f: BinaryIO, *, cut: bool) -> Iterator[bytes]:
    """Blocks that end at line breaks; a line longer than a block is cut between characters if it may be."""
    rest: list[bytes] = []
    while read := f.read(BLOCK):
        end = read.rfind(b"\n") + 1
        if not end and cut and rest:
            # a character has at most three bytes after its first
            end = next(
                (n for n in range(len(read) - 1, max(-1, len(read) - 5), -1) if read[n] & 0xC0 != 0x80), 0
            )
        if end:
            yield b"".join([*rest, read[:end]])
            rest = []
        rest.append(read[end:])
    if last := b"".join(rest):
        yield last


def _decoded(path: Path, block: bytes, line: int) -> str:
    if b"\0" in block:
        at = line + block.count(b"\n", 0, block.find(b"\0"))
        raise CorpusError("有空字节，不是文本", "holds a NUL byte: not text", where=f"{path}:{at}")
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError as e:
        at = line + block.count(b"\n", 0, e.start)
        raise CorpusError(
            "不是 UTF-8；请先转换编码", "not UTF-8: convert it first", where=f"{path}:{at}"
        ) from e


def _fields(path: Path, block: str, line: int, text_field: str) -> str:
    import msgspec

    out = []
    for n, raw in enumerate(block.split("\n"), line):
        if not raw.strip():
            continue
        try:
            record = msgspec.json.decode(raw)
        except msgspec.DecodeError as e:
            raise CorpusError(f"不是 JSON：{e}", f"not JSON: {e}", where=f"{path}:{n}") from e
        text = record.get(text_field) if isinstance(record, dict) else None
        if not isinstance(text, str):
            raise CorpusError(
                f"没有文本字段 {text_field!r}；用 --text-field 指明",
                f"no text field {text_field!r}: name it with --text-field",
                where=f"{path}:{n}",
            )
        out.append(text)
    return "\n".join(out) + "\n"


def parted(block: str) -> tuple[str, str]:
    """A block without the lines that are held out, and those lines."""
    lines = block.splitlines()
    held = [
        bool(line) and zlib.crc32(line.encode("utf-8", "surrogatepass")) % HELD_OUT_ONE_IN == 0
        for line in lines
    ]
    if not any(held):
        return block, ""
    counted = "\n".join(line for line, out in zip(lines, held, strict=True) if not out)
    return counted + "\n", "\n".join(line for line, out in zip(lines, held, strict=True) if out) + "\n"


def no_chinese(counts: npt.NDArray[np.int64]) -> bool:
    """Whether counts of code points, shape (65536,), hold no Chinese character."""
    return not counts[0x4E00:0xA000].any()
