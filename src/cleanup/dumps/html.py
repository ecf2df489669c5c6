"""Web pages: a file is an article, its main content the text, its title, date and site kept as fields.

HTML is input only. Offsets and lines count in the extracted text, the page itself is never changed, and
what is written is the text (`<name>.txt`) or one record with its fields (`<name>.jsonl`).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path

from cleanup.data import Document
from cleanup.dumps.encoding import AUTO, Unreadable, decode
from cleanup.dumps.packing import whole
from cleanup.dumps.page import Extract, extract, is_page
from cleanup.dumps.record import Fields, InputFile, Piece, Record, Reject, finish

__all__ = ["AsRecord", "finish", "page", "pieces", "read", "records", "rewrite"]

# A larger page is a dump or a fault. One of 10 MB takes 5 s, or, made to be slow, 31 s and
# 830 MB of memory.
MAX_BYTES = 10_000_000
# A page in its declared encoding may hold this share of bad bytes, as cut characters are; each becomes U+FFFD.
_BAD_SHARE = 0.001

_DECLARED = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w-]+)", re.I
)
# Browsers read the national standards of 1980 and 1995 as the one that holds them both.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "big5": "big5hkscs"}
# What the bytes say goes before what the page declares, which templates copy from each other, if it is as sure as this.
_SURE = 0.99


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The one piece of a page, which is read where its record is."""
    yield Piece(file, 1, file.size, fields, encoding)


def records(piece: Piece) -> Iterator[Record]:
    """The one record of a page. A page without main content is an article without text.

    The encoding names a codec, or is `auto`: the bytes tell, then what the page declares. A file without markup is read
    as text, since a lost article is worse than a wrong suffix; one that is JSON is a reject.
    """
    file, name, encoding, fields = piece.file, piece.file.name, piece.encoding, piece.fields
    raw = whole(file, MAX_BYTES) if file.packing or file.size <= MAX_BYTES else None
    if raw is None:
        mb, limit = f"{file.size / 1e6:,.0f} MB", f"{MAX_BYTES // 1_000_000} MB"
        if file.packing:
            zh = f"解压后的网页超过上限 {limit}；若是许多网页连在一起，请先拆开"
            en = f"the page unpacked has more than {limit}, the limit; if it is many pages in one file, split it"
        else:
            zh = f"网页有 {mb}，上限 {limit}；若是许多网页连在一起，请先拆开"
            en = f"the page has {mb}, and {limit} is the limit; if it is many pages in one file, split it"
        yield Record(b"", reject=Reject(name, 0, "too_large", zh, en))
        return
    try:
        page, used = _decoded(raw, encoding)
    except Unreadable as e:
        yield Record(raw, reject=Reject(name, e.line, e.reason, e.zh, e.en))
        return
    if (reject := _not_a_page(page, name)) is not None:
        yield Record(raw, reject=reject)
        return
    found = extract(page) if is_page(page) else Extract(page)
    meta = {
        "format": "html",
        "line": 1,
        # lines of the extracted text are none of the file
        "text_offset_exact": False,
        "title": found.title,
        "date": found.date,
        "site": found.site,
        "author": found.author,
        "list_page": found.links,
    }
    document = Document(name, found.text, found.site or file.folder, name, meta=meta)
    yield Record(raw, document, how={"derived": True, "encoding": used, "fields": fields})


def read(path: Path, name: str, *, fields: Fields, encoding: str) -> Iterator[Record]:
    """The one record of a page."""
    file = InputFile(path, name, "html", path.stat().st_size)
    return records(Piece(file, 1, file.size, fields, encoding))


def page(record: Record) -> str:
    """The page of a record, decoded again: few ask for it, and keeping it would double what a record holds."""
    return _plain(record.raw).decode(str(record.how["encoding"]), "replace").removeprefix("\ufeff")


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The text as a file of its own, in UTF-8."""
    return (text + "\n" if text and not text.endswith("\n") else text).encode(), ""


class AsRecord:
    """Pages that are written as one JSONL record each, with title, date, site and author."""

    def pieces(self, file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
        return pieces(file, fields=fields, encoding=encoding)

    def records(self, piece: Piece) -> Iterator[Record]:
        return records(piece)

    def rewrite(self, record: Record, text: str) -> tuple[bytes, str]:
        document, fields = record.document, record.how["fields"]
        assert document is not None, "a reject is not written"
        values = {
            fields.id: document.article,
            fields.title: document.meta["title"],
            "date": document.meta["date"],
            fields.source: document.source,
            "author": document.meta["author"],
            fields.text: text,
        }
        return json.dumps(values, ensure_ascii=False).encode() + b"\n", ""

    def finish(self, file: InputFile, partial: Path, to: Path, fields: Fields) -> None:
        finish(file, partial, to, fields)


def _not_a_page(page: str, name: str) -> Reject | None:
    """Why a file is neither a page nor a text, or None."""
    if "\0" in page and not is_page(page):
        zh, en = "含有 NUL 字节，不是网页", "holds a NUL byte and no markup: not a page"
        return Reject(name, page[: page.index("\0")].count("\n") + 1, "binary", zh, en)
    if page.lstrip().startswith(("{", "[")):
        try:
            json.loads(page)
        except (ValueError, RecursionError):
            return None
        return Reject(
            name,
            1,
            "not_html",
            "内容是 JSON，不是网页；请改用 .jsonl 扩展名",
            "holds JSON, not a page; give it the suffix .jsonl",
        )
    return None


def _decoded(raw: bytes, encoding: str) -> tuple[str, str]:
    """A page as text, and its encoding: by its mark, as valid UTF-8, by the Chinese that its bytes are, by what
    it declares. Raises Unreadable where nothing fits.
    """
    raw = _plain(raw)
    try:
        text, choice = decode(raw, encoding)
        if encoding != AUTO or choice.sure >= _SURE:
            return text, choice.encoding
        undecided = None
    except Unreadable as e:
        text, choice, undecided = "", None, e
    m = _DECLARED.search(raw, 0, 4096)
    declared = (m[1] or m[2]).decode("ascii", "ignore").lower() if m else ""
    if not _known(declared) or declared.startswith("utf-16"):  # it was read as ASCII, so it is not UTF-16
        declared = ""
    declared = _SUPERSETS.get(declared, declared)
    if declared:
        try:
            return raw.decode(declared), declared
        except UnicodeDecodeError:
            pass
    if choice is not None:
        return text, choice.encoding
    for name in dict.fromkeys((declared, "utf-8", "gb18030")):
        if name:
            text = raw.decode(name, "replace")
            if text.count("\ufffd") <= _BAD_SHARE * len(text) + 1:
                return text, name
    assert undecided is not None
    raise undecided


def _plain(raw: bytes) -> bytes:
    """A page without stray NUL bytes, in spite of which browsers read it."""
    return raw.replace(b"\0", b"") if b"\0" in raw and is_page(raw.decode("latin-1")) else raw


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
