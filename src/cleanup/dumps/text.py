"""Plain text and Markdown: a file is an article. Bytes come back as they were: BOM, encoding, newlines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cleanup.data import Document
from cleanup.dumps.encoding import Unreadable, decode
from cleanup.dumps.packing import whole
from cleanup.dumps.record import (
    RECORD_BYTES,
    Fields,
    InputFile,
    Piece,
    Record,
    Reject,
    finish,
    too_long,
)

__all__ = ["finish", "pieces", "read", "records", "rewrite"]


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The one piece of a file, which is read where its record is."""
    yield Piece(file, 1, file.size, fields, encoding)


def records(piece: Piece) -> Iterator[Record]:
    """The one record of a file."""
    file = piece.file
    raw = whole(file, RECORD_BYTES)
    if raw is None:
        yield Record(b"", reject=too_long(file.name, 0, max(file.size, RECORD_BYTES + 1)))
        return
    try:
        text, choice = decode(raw, piece.encoding)
    except Unreadable as e:
        yield Record(raw, reject=Reject(file.name, e.line, e.reason, e.zh, e.en))
        return
    meta = {
        "format": "md" if file.suffix in (".md", ".markdown") else "txt",
        "line": 1,
        "text_offset_exact": True,
        "encoding": choice.encoding,
        "encoding_sure": choice.sure,
        "encoding_by": choice.by,
    }
    document = Document(article=file.name, text=text, source=file.folder, file=file.name, meta=meta)
    yield Record(raw, document, how={"bom": choice.bom, "encoding": choice.encoding})


def read(path: Path, name: str, *, fields: Fields, encoding: str) -> Iterator[Record]:
    """The one record of a file. `encoding` is used where no byte order mark names another; see `decode`."""
    file = InputFile(path, name, "txt", path.stat().st_size)
    return records(Piece(file, 1, file.size, fields, encoding))


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The bytes of the file with another text, and the encoding if it had to change, else ""."""
    encoding = str(record.how["encoding"])
    try:
        return bytes(record.how["bom"]) + text.encode(encoding), ""
    except UnicodeEncodeError:
        return text.encode("utf-8"), "utf-8"
