"""Plain text and Markdown: a file is an article. Bytes come back as they were: BOM, encoding, newlines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cleanup.data import Document
from cleanup.dumps.encoding import Unreadable, decode
from cleanup.dumps.record import Fields, InputFile, Piece, Record, Reject, shown


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The one piece of a file, which is read where its record is."""
    yield Piece(file, 1, file.size, fields, encoding)


def records(piece: Piece) -> Iterator[Record]:
    """The one record of a file."""
    return read(piece.file.path, piece.file.name, fields=piece.fields, encoding=piece.encoding)


def read(path: Path, name: str, *, fields: Fields, encoding: str) -> Iterator[Record]:
    """The one record of a file. `encoding` is used where no byte order mark names another; see `decode`."""
    raw = path.read_bytes()
    try:
        text, choice = decode(raw, encoding)
    except Unreadable as e:
        yield Record(raw, reject=Reject(name, e.line, e.reason, e.zh, e.en))
        return
    suffix = "md" if path.suffix.lower() in (".md", ".markdown") else "txt"
    meta = {
        "format": suffix,
        "line": 1,
        "text_offset_exact": True,
        "encoding": choice.encoding,
        "encoding_sure": choice.sure,
        "encoding_by": choice.by,
    }
    document = Document(
        article=name, text=text, source=shown(path.resolve().parent.name), file=name, meta=meta
    )
    yield Record(raw, document, how={"bom": choice.bom, "encoding": choice.encoding})


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The bytes of the file with another text, and the encoding if it had to change, else ""."""
    encoding = str(record.how["encoding"])
    try:
        return bytes(record.how["bom"]) + text.encode(encoding), ""
    except UnicodeEncodeError:
        return text.encode("utf-8"), "utf-8"
