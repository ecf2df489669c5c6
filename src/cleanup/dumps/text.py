"""Plain text and Markdown: a file is an article. Bytes come back as they were: BOM, encoding, newlines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from cleanup.data import Document
from cleanup.dumps.record import Fields, Record, Reject

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read(path: Path, name: str, *, fields: Fields, encoding: str) -> Iterator[Record]:
    """The one record of a file. `encoding` is used where no byte order mark names another."""
    raw = path.read_bytes()
    bom, encoding = next(((b, e) for b, e in _BOMS if raw.startswith(b)), (b"", encoding))
    body = raw[len(bom) :]
    if b"\0" in body and not encoding.startswith("utf-16"):
        line = body[: body.index(b"\0")].count(b"\n") + 1
        yield Record(
            raw,
            reject=Reject(
                name, line, "binary", "含有 NUL 字节，不是文本文件", "holds a NUL byte: not a text file"
            ),
        )
        return
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as e:
        yield Record(raw, reject=undecodable(name, body[: e.start].count(b"\n") + 1, e))
        return
    suffix = "md" if path.suffix.lower() in (".md", ".markdown") else "txt"
    meta = {"format": suffix, "line": 1, "text_offset_exact": True}
    document = Document(article=name, text=text, source=path.resolve().parent.name, file=name, meta=meta)
    yield Record(raw, document, how={"bom": bom, "encoding": encoding})


def undecodable(name: str, line: int, e: UnicodeDecodeError) -> Reject:
    """The reject for bytes that are not of the encoding they were read in."""
    byte = f"0x{e.object[e.start]:02X}"
    return Reject(
        name,
        line,
        "undecodable",
        f"第 {e.start} 字节 {byte} 不是 {e.encoding}；若是其他编码，请用 --encoding(如 gb18030)",
        f"byte {e.start}, {byte}, is not {e.encoding}; for another encoding use --encoding (gb18030, say)",
    )


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The bytes of the file with another text, and the encoding if it had to change, else ""."""
    encoding = str(record.how["encoding"])
    try:
        return bytes(record.how["bom"]) + text.encode(encoding), ""
    except UnicodeEncodeError:
        return text.encode("utf-8"), "utf-8"
