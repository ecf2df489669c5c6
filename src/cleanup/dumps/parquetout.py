"""The output of a Parquet file: its entries and the input, a row group at a time."""

from __future__ import annotations

import mmap
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from cleanup.compression import unpacked
from cleanup.dumps.packing import PackedWriter
from cleanup.dumps.parquetfile import bad_file, batches, columns_of, opened_table
from cleanup.dumps.record import Fields, InputFile

# Row, from 0, and the bytes of its text, or _KEPT.
_ENTRY = struct.Struct("<QI")
_KEPT = 0xFFFFFFFF
_READ = 1 << 20


def kept(row: int) -> bytes:
    """The entry of a row, from 0, that is written as it was."""
    return _ENTRY.pack(row, _KEPT)


def changed(row: int, text: str) -> bytes:
    """The entry of a row, from 0, that is written with another text."""
    data = text.encode()
    return _ENTRY.pack(row, len(data)) + data


def finish(file: InputFile, partial: Path, to: Path, fields: Fields) -> None:
    """Make the file of its entries. Rows without one are left out. Raises BadFile, OSError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = partial.with_name(partial.name + ".made")
    try:
        with ExitStack() as stack:
            table = stack.enter_context(opened_table(file))
            columns_of(file, table, fields)
            packing = file.packing if partial.stat().st_size else ""
            entries = _Entries(stack.enter_context(unpacked(partial.open("rb"), packing)))
            how = _properties(table, fields.text)
            writer = stack.enter_context(pq.ParquetWriter(made, table.schema_arrow, **how))
            row = 0
            for group in range(table.num_row_groups):
                end = row + table.metadata.row_group(group).num_rows
                if entries.next_row is not None and entries.next_row < end:
                    with _group(file, table, group, row, entries, fields.text, partial.parent) as rows:
                        if len(rows):
                            writer.write_table(rows, row_group_size=len(rows))
                row = end
    except pa.ArrowException as e:
        made.unlink(missing_ok=True)
        raise bad_file(file, e) from e
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
            for batch in batches(file, table, None, [group]):
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
