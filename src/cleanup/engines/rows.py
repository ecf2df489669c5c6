"""Rows of an engine as records, and records as rows again.

An engine hands out rows without their lines: it cuts files where it likes. So a row has the line 0, and an article
without an id is named by what its row holds, which is the same however the dump is cut.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from cleanup.dumps.article import article_of, id_of
from cleanup.dumps.encoding import AUTO, Choice
from cleanup.dumps.record import RECORD_BYTES, Fields, Record, Reject, too_long
from cleanup.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

# The column of a line of JSON Lines, and those that an engine adds to a table: the file of a row, and a row of CSV that
# has not the columns of its header.
LINE, FILE, BAD = "value", "_cleanup_file", "_cleanup_bad"
# Characters that a reject shows of a value of its row.
_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Rows:
    """How the rows of a dump are read.

    format  jsonl (a row is a line), csv or parquet (a row has columns)
    base    the folder that files are named relative to, as `place` gives it
    """

    format: str
    base: str = ""
    fields: Fields = field(default_factory=Fields)
    encoding: str = AUTO

    def records(self, batch: pa.RecordBatch | pa.Table) -> Iterator[Record]:
        """The record of each row of a batch."""
        files = batch.column(FILE).to_pylist() if FILE in batch.schema.names else [""] * len(batch)
        if self.format == "jsonl":
            for raw, at in zip(batch.column(LINE).to_pylist(), files, strict=True):
                yield self._of_line(raw or b"", at or "")
            return
        names = [n for n in batch.schema.names if n not in (FILE, BAD)]
        wanted = [n for n in dict.fromkeys(_names(self.fields)) if names.count(n) == 1]
        values = [batch.column(n).to_pylist() for n in wanted]
        bad = batch.column(BAD).to_pylist() if BAD in batch.schema.names else [None] * len(batch)
        for i, at in enumerate(files):
            row = {n: column[i] for n, column in zip(wanted, values, strict=True)}
            yield self._of_row(row, at or "", bad[i])

    def rewritten(self, record: Record, text: str) -> bytes | str:
        """What stands in the place of a record whose text changed: its line, or its text."""
        if self.format != "jsonl":
            return text
        from cleanup.dumps import jsonl

        return jsonl.rewrite(record, text)[0].removesuffix(b"\n")

    def _of_line(self, raw: bytes, at: str) -> Record:
        from cleanup.dumps import jsonl

        name, folder = self._named(at)
        if len(raw) >= RECORD_BYTES:
            return Record(b"", reject=too_long(name, 0, len(raw)), told=raw[:_TOLD])
        choice = Choice("utf-8") if self.encoding == AUTO else Choice(self.encoding, by="named")
        if raw.startswith(codecs.BOM_UTF8):
            choice = replace(choice, bom=codecs.BOM_UTF8)
        record = jsonl.apart(raw + b"\n", name, folder, self.fields, choice)
        document = record.document
        if document is None:
            return record
        # without an id the line alone tells one article from another
        article = _unnamed(name, raw) if document.article == f"{name}:0" else document.article
        return replace(record, document=replace(document, article=article))

    def _of_row(self, row: dict[str, Any], at: str, bad: str | None) -> Record:
        name, folder = self._named(at)
        fields = self.fields
        if bad is not None:
            zh, en = "这一行与表头的列对不上", "the row has not the columns of the header"
            return Record(
                bad.encode("utf-8", "surrogatepass"), reject=Reject(name, 0, "wrong_columns", zh, en)
            )
        told = json.dumps({k: _short(v) for k, v in row.items()}, ensure_ascii=False, default=str)
        raw = told.encode("utf-8", "backslashreplace")
        text = row.get(fields.text)
        if fields.text not in row:
            zh, en = f"没有 {fields.text} 列", f"has no column {fields.text}"
            return Record(raw, reject=Reject(name, 0, "no_text", zh, en))
        if text is None and self.format == "csv":
            # an empty cell
            text = ""
        if not isinstance(text, str):
            kind = "null" if text is None else type(text).__name__
            zh, en = f"{fields.text} 是 {kind}，不是字符串", f"{fields.text} is {kind}, not a string"
            return Record(raw, reject=Reject(name, 0, "text_not_string", zh, en))
        title, source = row.get(fields.title), row.get(fields.source)
        document = article_of(
            name,
            self.format,
            0,
            article=id_of(row.get(fields.id)) or _unnamed(name, raw),
            before=0,
            text=text,
            title=title if isinstance(title, str) else "",
            source=source if isinstance(source, str) and source else folder,
            fields=fields,
            choice=Choice("utf-8"),
        )
        return Record(raw, document, how={"derived": fields.html})

    def _named(self, at: str) -> tuple[str, str]:
        """The name of a file in outputs, and that of the folder it lies in, the source of articles that name none."""
        path = PurePosixPath(place(at))
        name = path.relative_to(self.base) if self.base and path.is_relative_to(self.base) else path
        return str(name), path.parent.name


def place(address: str) -> str:
    """Where a file is, without the scheme of its address: s3a://bucket/a%20b.jsonl is bucket/a b.jsonl.

    >>> place("file:///dump/a.jsonl"), place("/dump/a.jsonl"), place("s3://bucket/a%20b.jsonl")
    ('/dump/a.jsonl', '/dump/a.jsonl', 'bucket/a b.jsonl')
    """
    if "://" not in address and not address.startswith("file:"):
        return address
    parts = urlsplit(address)
    # a # in a name is no fragment
    path = address.partition(":")[2].removeprefix("//").removeprefix(parts.netloc)
    return unquote(parts.netloc + "/" + path.lstrip("/"))


def no_text(wanted: str, columns: Sequence[str], paths: Sequence[str]) -> InputError:
    """What is said of a dump that has no column of texts."""
    there = ", ".join(columns)
    return InputError(
        f"没有 {wanted} 列（有 {there}）；正文在别的列时请用 --text-field",
        f"has no column {wanted} (it has {there}); if the text is in another, use --text-field",
        where=" ".join(paths),
    )


def _names(fields: Fields) -> tuple[str, ...]:
    return fields.text, fields.id, fields.source, fields.title


def _unnamed(name: str, raw: bytes) -> str:
    """The name of an article without an id: its file, and a digest of its row."""
    return f"{name}:{hashlib.blake2b(raw, digest_size=8).hexdigest()}"


def _short(value: Any) -> Any:
    return value[:_TOLD] if isinstance(value, (str, bytes)) else value
