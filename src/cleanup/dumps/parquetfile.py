"""Parquet files as pyarrow has them, and what is wrong with those that are none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from cleanup.dumps.csvrows import no_text
from cleanup.dumps.packing import opened, raw_stream
from cleanup.dumps.record import PIECE_RECORDS, BadFile, Fields, InputFile, Reject

_MAGIC, _SEALED = b"PAR1", b"PARE"
_READ = 1 << 20


@contextmanager
def opened_table(file: InputFile) -> Iterator[Any]:
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
            table = stack.enter_context(
                pq.ParquetFile(source, pre_buffer=False, buffer_size=_READ, page_checksum_verification=True)
            )
        except (pa.ArrowException, OSError, ValueError) as e:
            raise bad_file(file, e) from e
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


def bad_file(file: InputFile, e: Exception, row: int = 0) -> BadFile:
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


def columns_of(file: InputFile, table: Any, fields: Fields) -> list[str]:
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


def batches(
    file: InputFile, table: Any, columns: list[str] | None, groups: list[int] | None = None
) -> Iterator[Any]:
    """Rows by as many as a piece has, and of these columns. Raises BadFile where they cannot be read on."""
    import pyarrow as pa

    row = 0
    try:
        # a row group at a time, so that one that is damaged takes nothing of the one before it
        for group in range(table.num_row_groups) if groups is None else groups:
            end = row + table.metadata.row_group(group).num_rows
            for batch in table.iter_batches(PIECE_RECORDS, [group], columns, use_threads=False):
                # of a damaged file columns may have different lengths
                batch.validate()
                yield batch
                row += len(batch)
            if row != end:
                raise pa.ArrowInvalid(f"a row group says that it has {end} rows and ends at {row}")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as e:
        if isinstance(e, BadFile) or (isinstance(e, OSError) and e.errno is not None):
            raise
        raise bad_file(file, e, row + 1) from e
