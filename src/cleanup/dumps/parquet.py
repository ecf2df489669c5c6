"""Parquet: a row is an article. Columns other than the text, their types and order, row groups, compression and
metadata come back as they were.

A row is not written as it stands, so what is written of it first is an entry: that row n is kept, or its new text. At
the end of a file its entries and the input make the output, a row group at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cleanup.dumps.article import article_of, id_of
from cleanup.dumps.encoding import Choice
from cleanup.dumps.lines import Ids
from cleanup.dumps.page import is_page
from cleanup.dumps.parquetfile import batches, columns_of, opened_table
from cleanup.dumps.parquetout import changed, finish, kept
from cleanup.dumps.record import (
    PIECE_BYTES,
    RECORD_BYTES,
    Fields,
    InputFile,
    Piece,
    Record,
    Reject,
    too_long,
)

__all__ = ["finish", "page", "pieces", "records", "rewrite"]

# Characters that a reject shows of a value of its row.
_TOLD = 1000
_UTF8 = Choice("utf-8")


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The rows of a file, in stretches, with the columns that an article has. Raises BadFile."""
    import pyarrow as pa

    with opened_table(file) as table:
        columns = columns_of(file, table, fields)
        ids, row, total = Ids(), 0, max(table.metadata.num_rows, 1)
        size = 0
        for batch in batches(file, table, columns):
            before = _before(batch, fields, ids)
            lengths = _lengths(batch.column(fields.text))
            start = 0
            while start < len(batch):
                end, held = start, 0
                while end < len(batch) and (held < PIECE_BYTES or end == start):
                    held += lengths[end] or 0
                    end += 1
                part = pa.Table.from_batches([batch.slice(start, end - start)])
                sink = pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, part.schema) as writer:
                    writer.write_table(part)
                covered = file.size * (row + end) // total
                rows = sink.getvalue().to_pybytes(), tuple(before[start:end])
                yield Piece(file, row + start + 1, covered - size, fields, encoding, rows)
                start, size = end, covered
            row += len(batch)


def records(piece: Piece) -> Iterator[Record]:
    """The records of some rows."""
    import pyarrow as pa

    data, before = piece.held
    fields, file = piece.fields, piece.file
    folder = file.folder
    table = pa.ipc.open_stream(pa.py_buffer(data)).read_all()
    columns = {name: _values(table.column(name)) for name in table.column_names}
    for i, times in enumerate(before):
        row = {name: values[i] for name, values in columns.items()}
        n = piece.first + i
        raw = kept(n - 1)
        text = row[fields.text]
        if not isinstance(text, str) or len(text) > RECORD_BYTES:
            yield Record(raw, reject=_unfit(file.name, n, fields.text, text), told=_told(row))
            continue
        title, source = row.get(fields.title), row.get(fields.source)
        document = article_of(
            file.name,
            file.format,
            n,
            article=id_of(row.get(fields.id)),
            before=times,
            text=text,
            title=title if isinstance(title, str) else "",
            source=source if isinstance(source, str) and source else folder,
            fields=fields,
            choice=_UTF8,
        )
        how: dict[str, Any] = {"row": n - 1, "derived": fields.html}
        if fields.html and is_page(text):
            how["page"] = text
        yield Record(raw, document, how=how, told=_told(row))


def _values(column: Any) -> list[Any]:
    """The values of a column; bytes where a string is no UTF-8, which Parquet lets pass."""
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        values = []
        for chunk in column.chunks:
            for value in chunk:
                try:
                    values.append(value.as_py())
                except UnicodeDecodeError:
                    values.append(bytes(value.as_buffer()))
    return values


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The entry of a row with another text."""
    return changed(record.how["row"], text), ""


def page(record: Record) -> str | None:
    """The web page that the text of an article was extracted from; None where the text is the cell."""
    return record.how.get("page")


def _before(batch: Any, fields: Fields, ids: Ids) -> list[int]:
    """How often the id of each row stood in the file before."""
    if fields.id not in batch.schema.names:
        return [0] * len(batch)
    has_text = batch.column(fields.text).is_valid().to_pylist()
    import pyarrow as pa

    names = _values(pa.chunked_array([batch.column(fields.id)]))
    return [ids.before(id_of(name)) if there else 0 for name, there in zip(names, has_text, strict=True)]


def _lengths(column: Any) -> list[int | None]:
    """The size of each text: in bytes, or in characters where pyarrow does not tell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        lengths: list[int | None] = pc.binary_length(column).to_pylist()
    except pa.ArrowException:
        lengths = [None if v is None else len(v) for v in _values(pa.chunked_array([column]))]
    return lengths


def _unfit(name: str, row: int, field: str, text: Any) -> Reject:
    """Why what stands where a text should is none."""
    if isinstance(text, str):
        return too_long(name, row, len(text.encode()))
    if isinstance(text, bytes):
        zh, en = f"{field} 不是合法的 UTF-8", f"{field} is not valid UTF-8"
        return Reject(name, row, "undecodable", zh, en)
    return Reject(
        name, row, "text_not_string", f"{field} 是 null，不是字符串", f"{field} is a null, not a string"
    )


def _told(row: dict[str, Any]) -> bytes:
    """A row as JSON, its values no longer than they may be."""
    short = {k: v[:_TOLD] if isinstance(v, (str, bytes)) else v for k, v in row.items()}
    return json.dumps(short, ensure_ascii=False, default=_shown).encode()


def _shown(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)[:_TOLD]
