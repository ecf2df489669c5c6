"""Parquet: a row is an article. Columns other than the text, their types and order, row groups, compression and
metadata come back as they were.

A row is not written as it stands, so what is written of it first is an entry: that row n is kept, or its new text. At
the end of a file its entries and the input make the output, a row group at a time.
"""

from __future__ import annotations

import json
import mmap
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from cleanup.compression import unpacked
from cleanup.dumps.article import article_of
from cleanup.dumps.csv import no_text
from cleanup.dumps.encoding import Choice
from cleanup.dumps.lines import Ids
from cleanup.dumps.packing import PackedWriter, opened, raw_stream
from cleanup.dumps.page import is_page
from cleanup.dumps.record import (
    PIECE_BYTES,
    PIECE_RECORDS,
    RECORD_BYTES,
    BadFile,
    Fields,
    InputFile,
    Piece,
    Record,
    Reject,
    too_long,
)

_MAGIC, _SEALED = b"PAR1", b"PARE"
# Row, from 0, and the bytes of its text, or _KEPT.
_ENTRY = struct.Struct("<QI")
_KEPT = 0xFFFFFFFF
# Characters that a reject shows of a value of its row.
_TOLD = 1000
_READ = 1 << 20
_UTF8 = Choice("utf-8")


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The rows of a file, in stretches, with the columns that an article has. Raises BadFile."""
    import pyarrow as pa

    with _opened(file) as table:
        columns = _columns(file, table, fields)
        ids, row, total = Ids(), 0, max(table.metadata.num_rows, 1)
        size = 0
        for batch in _batches(file, table, columns):
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
        raw = _ENTRY.pack(n - 1, _KEPT)
        text = row[fields.text]
        if not isinstance(text, str) or len(text) > RECORD_BYTES:
            yield Record(raw, reject=_unfit(file.name, n, fields.text, text), told=_told(row))
            continue
        title, source = row.get(fields.title), row.get(fields.source)
        document = article_of(
            file,
            n,
            article=_id(row.get(fields.id)),
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
    data = text.encode()
    return _ENTRY.pack(record.how["row"], len(data)) + data, ""


def page(record: Record) -> str | None:
    """The web page that the text of an article was extracted from; None where the text is the cell."""
    return record.how.get("page")


def finish(file: InputFile, partial: Path, to: Path, fields: Fields) -> None:
    """Make the file of its entries. Rows without one are left out. Raises BadFile, OSError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = partial.with_name(partial.name + ".made")
    try:
        with ExitStack() as stack:
            table = stack.enter_context(_opened(file))
            _columns(file, table, fields)
            packing = file.packing if partial.stat().st_size else ""
            entries = _Entries(stack.enter_context(unpacked(partial.open("rb"), packing)))
            how = _properties(table, fields.text)
            writer = stack.enter_context(pq.ParquetWriter(made, table.schema_arrow, **how))
            row = 0
            for group in range(table.num_row_groups):
                end = row + table.metadata.row_group(group).num_rows
                if entries.next_row is not None and entries.next_row < end:
                    with _group(file, table, group, row, entries, fields.text, partial.parent) as rows:
                        writer.write_table(rows, row_group_size=len(rows))
                row = end
    except pa.ArrowException as e:
        made.unlink(missing_ok=True)
        raise _bad_file(file, e) from e
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    if file.packing:
        packed_up = partial.with_name(partial.name + ".packed")
        try:
            with made.open("rb") as plain, packed_up.open("wb") as f, PackedWriter(f, file.packing) as out:
                while part := plain.read(_READ):
                    out.write(part)
            packed_up.replace(to)
        finally:
            packed_up.unlink(missing_ok=True)
            made.unlink()
    else:
        made.replace(to)


class _Entries:
    """What is to become of the rows, in their order."""

    def __init__(self, f: BinaryIO) -> None:
        self._f = f
        self.next_row: int | None = None
        self._size = 0
        self._advance()

    def _advance(self) -> None:
        head = self._f.read(_ENTRY.size)
        if len(head) < _ENTRY.size:
            self.next_row = None
            return
        self.next_row, self._size = _ENTRY.unpack(head)

    def until(self, row: int) -> Iterator[tuple[int, str | None]]:
        """The rows below one that are written, each with its new text, or None where it is the old one."""
        while self.next_row is not None and self.next_row < row:
            at, size = self.next_row, self._size
            text = None if size == _KEPT else self._f.read(size).decode()
            yield at, text
            self._advance()


@contextmanager
def _group(
    file: InputFile, table: Any, group: int, first: int, entries: _Entries, text: str, folder: Path
) -> Iterator[Any]:
    """What is written of a row group. It lies in a file in a folder, and is mapped: a row group may be larger than
    memory is.
    """
    import pyarrow as pa

    schema = table.schema_arrow
    with tempfile.TemporaryFile(dir=folder, prefix=".cleanup-") as spill:
        with pa.ipc.new_stream(spill, schema) as stream:
            row = first
            for batch in _batches(file, table, None, [group]):
                written = [*entries.until(row + len(batch))]
                stream.write_batch(_written(batch, row, written, text, schema))
                row += len(batch)
        spill.flush()
        mapped = mmap.mmap(spill.fileno(), 0, access=mmap.ACCESS_READ)
        yield pa.ipc.open_stream(pa.py_buffer(mapped)).read_all()


def _written(batch: Any, first: int, written: list[tuple[int, str | None]], text: str, schema: Any) -> Any:
    """The rows of a batch that are written, with their new texts."""
    import pyarrow as pa

    if len(written) < len(batch):
        batch = batch.take(pa.array([row - first for row, _ in written], pa.int64()))
    new = {i: value for i, (_, value) in enumerate(written) if value is not None}
    if not new:
        return batch
    at = schema.get_field_index(text)
    values = batch.column(at).to_pylist()
    for i, value in new.items():
        values[i] = value
    column = _array(values, schema.field(at).type)
    return pa.RecordBatch.from_arrays([*batch.columns[:at], column, *batch.columns[at + 1 :]], schema=schema)


def _array(values: list[str | None], kind: Any) -> Any:
    import pyarrow as pa

    if not pa.types.is_dictionary(kind):
        return pa.array(values, kind)
    coded = pa.array(values, kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        coded.indices.cast(kind.index_type), coded.dictionary, ordered=kind.ordered
    )


def _properties(table: Any, text: str) -> dict[str, Any]:
    """How a file was written, as far as it tells, so that another is written so."""
    meta = table.metadata
    out: dict[str, Any] = {
        "version": meta.format_version,
        # a file of another program has no schema of Arrow in it, and gets none
        "store_schema": b"ARROW:schema" in (meta.metadata or {}),
    }
    if not meta.num_row_groups:
        return out
    group = meta.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    names = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}
    out["compression"] = {c.path_in_schema: names.get(c.compression, c.compression) for c in columns}
    out["use_dictionary"] = [c.path_in_schema for c in columns if any("DICT" in e for e in c.encodings)]
    out["write_statistics"] = [c.path_in_schema for c in columns if c.is_stats_set]
    out["use_deprecated_int96_timestamps"] = any(c.physical_type == "INT96" for c in columns)
    out["use_compliant_nested_type"] = not any(".list.item" in c.path_in_schema for c in columns)
    out["write_page_index"] = any(c.has_offset_index for c in columns)
    order = group.sorting_columns
    # texts that were in order need not be any more
    if order and all(columns[c.column_index].path_in_schema != text for c in order):
        out["sorting_columns"] = order
    return out


@contextmanager
def _opened(file: InputFile) -> Iterator[Any]:
    """The file as pyarrow has it. A packed one is unpacked to disk first: Parquet is read from its end."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with ExitStack() as stack:
        source: Any = None
        if not file.packing:
            source = stack.enter_context(raw_stream(file))
        if source is None or not source.seekable():
            source = stack.enter_context(tempfile.TemporaryFile(prefix="cleanup-parquet-"))
            with opened(file) as f:
                while part := f.read(_READ):
                    source.write(part)
            source.seek(0)
        _look(file, source)
        try:
            table = stack.enter_context(pq.ParquetFile(source, pre_buffer=False, buffer_size=_READ))
        except (pa.ArrowException, OSError, ValueError) as e:
            raise _bad_file(file, e) from e
        yield table


def _look(file: InputFile, source: Any) -> None:
    """Whether a file begins and ends as Parquet does."""
    head = source.read(4)
    size = source.seek(0, 2)
    tail = b""
    if size >= 12:
        source.seek(-4, 2)
        tail = source.read(4)
    source.seek(0)
    if _SEALED in (head, tail):
        zh, en = "是加密的 Parquet，读不了；请先解密", "is encrypted Parquet; decrypt it first"
        raise BadFile(Reject(file.name, 0, "encrypted", zh, en))
    if head != _MAGIC:
        zh, en = "不是 Parquet 文件", "is no Parquet file"
        raise BadFile(Reject(file.name, 0, "not_parquet", zh, en))
    if tail != _MAGIC:
        zh, en = (
            "Parquet 文件不完整：结尾的目录没有了；请重新取得这个文件",
            "the Parquet file is cut short: the footer at its end is missing; fetch it again",
        )
        raise BadFile(Reject(file.name, 0, "truncated", zh, en))


def _bad_file(file: InputFile, e: Exception, row: int = 0) -> BadFile:
    """Why a file cannot be read, or not on from a row."""
    why = str(e).strip().partition("\n")[0] or type(e).__name__
    if "crypt" in why.lower():
        zh, en = (
            f"是加密的 Parquet，读不了；请先解密（{why}）",
            f"is encrypted Parquet; decrypt it first ({why})",
        )
        return BadFile(Reject(file.name, row, "encrypted", zh, en))
    return BadFile(
        Reject(file.name, row, "corrupt", f"Parquet 文件损坏：{why}", f"the Parquet file is damaged: {why}")
    )


def _columns(file: InputFile, table: Any, fields: Fields) -> list[str]:
    """The columns that an article has. Raises BadFile where that of the texts is missing, or holds none."""
    import pyarrow as pa

    schema = table.schema_arrow
    if schema.names.count(fields.text) != 1:
        raise BadFile(no_text(file.name, fields.text, list(schema.names)))
    kind = schema.field(fields.text).type
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    is_text = pa.types.is_string(value) or pa.types.is_large_string(value)
    if not (is_text or (hasattr(pa.types, "is_string_view") and pa.types.is_string_view(value))):
        zh, en = f"{fields.text} 列是 {kind}，不是字符串", f"column {fields.text} is {kind}, not a string"
        raise BadFile(Reject(file.name, 0, "text_not_string", zh, en))
    others = (fields.id, fields.source, fields.title)
    return [fields.text, *dict.fromkeys(c for c in others if c != fields.text and schema.names.count(c) == 1)]


def _batches(
    file: InputFile, table: Any, columns: list[str] | None, groups: list[int] | None = None
) -> Iterator[Any]:
    """Rows by as many as a piece has, and of these columns. Raises BadFile where they cannot be read on."""
    import pyarrow as pa

    row = 0
    try:
        for batch in table.iter_batches(PIECE_RECORDS, groups, columns, use_threads=False):
            yield batch
            row += len(batch)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as e:
        if isinstance(e, BadFile) or (isinstance(e, OSError) and e.errno is not None):
            raise
        raise _bad_file(file, e, row + 1) from e


def _before(batch: Any, fields: Fields, ids: Ids) -> list[int]:
    """How often the id of each row stood in the file before."""
    if fields.id not in batch.schema.names:
        return [0] * len(batch)
    has_text = batch.column(fields.text).is_valid().to_pylist()
    import pyarrow as pa

    names = _values(pa.chunked_array([batch.column(fields.id)]))
    return [ids.before(_id(name)) if there else 0 for name, there in zip(names, has_text, strict=True)]


def _lengths(column: Any) -> list[int | None]:
    """The size of each text: in bytes, or in characters where pyarrow does not tell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        lengths: list[int | None] = pc.binary_length(column).to_pylist()
    except pa.ArrowException:
        lengths = [None if v is None else len(v) for v in _values(pa.chunked_array([column]))]
    return lengths


def _id(value: Any) -> str:
    """An id as text: a string as it stands, a number by its digits, anything else as no id."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return value if isinstance(value, str) else str(value)


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
