"""Files as Ray Data reads and writes them: lines as bytes, cells as strings, shards in one pass.

Ray's own reader of text decodes a file as a whole and ends lines where Unicode does; its own reader of CSV guesses
types, and fails of a bad row.
"""

from __future__ import annotations

import csv
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from ray.data.block import BlockAccessor
from ray.data.datasource import BlockBasedFileDatasink, FileBasedDatasource

from cleanup.dumps.encoding import AUTO
from cleanup.engines.rows import BAD, FILE, LINE
from cleanup.engines.work import FOLDERS, REJECTED, TALLY

# Bytes that are read before they are handed on; the blocks of tasks are made of these.
_BLOCK = 4_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")


class Lines(FileBasedDatasource):
    """Lines as bytes, ended by newlines alone, however large their file is."""

    def _read_stream(self, f: Any, path: str) -> Iterator[pa.Table]:
        lines: list[bytes] = []
        size = 0
        for line in _lines(f):
            lines.append(line.removesuffix(b"\n"))
            size += len(line)
            if size >= _BLOCK:
                yield _table({LINE: pa.array(lines, pa.binary())}, path)
                lines, size = [], 0
        if lines:
            yield _table({LINE: pa.array(lines, pa.binary())}, path)


class Cells(FileBasedDatasource):
    """Rows of CSV, all cells as strings; those that have not the columns of the header stand in BAD."""

    def __init__(self, paths: Any, encoding: str, **how: Any) -> None:
        super().__init__(paths, **how)
        self._encoding = "utf-8-sig" if encoding == AUTO else encoding

    def _read_stream(self, f: Any, path: str) -> Iterator[pa.Table]:
        csv.field_size_limit(2**31 - 1)
        reader = csv.reader(line.decode(self._encoding, "surrogateescape") for line in _lines(f))
        header = next(reader, [])
        rows: list[list[str | None]] = []
        bad: list[str | None] = []
        size = 0

        def block() -> pa.Table:
            columns = {n: pa.array([r[i] for r in rows], pa.string()) for i, n in enumerate(header)}
            return _table(columns | {BAD: pa.array(bad, pa.string())}, path)

        for row in reader:
            if not row:
                continue
            told = ",".join(row)
            fits = len(row) == len(header) and _SURROGATE.search(told) is None
            rows.append([*row] if fits else [None] * len(header))
            bad.append(
                None if fits else told.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            )
            size += len(told) * 3
            if size >= _BLOCK:
                yield block()
                rows, bad, size = [], [], 0
        if rows:
            yield block()


def _lines(f: Any) -> Iterator[bytes]:
    """The lines of a stream of pyarrow."""
    held = b""
    while part := f.read(1 << 20):
        *whole, held = (held + part).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if held:
        yield held


def _table(columns: dict[str, Any], path: str) -> pa.Table:
    n = len(next(iter(columns.values())))
    return pa.table(columns | {FILE: pa.array([path] * n, pa.string())})


class Shards(BlockBasedFileDatasink):
    """Each block as a part of the cleaned dump, of findings, articles and rejects, in one pass.

    A task that is done again writes the same names again. `cells` are the counts of all blocks in the end.
    """

    def __init__(self, path: str, kind: str, **how: Any) -> None:
        super().__init__(path, file_format=kind, **how)
        self._kind = kind
        self.cells: list[bytes] = []

    def write(self, blocks: Iterable[Any], ctx: Any) -> Any:
        tables: dict[Any, list[pa.Table]] = {}
        for block in blocks:
            part = BlockAccessor.for_block(block).to_arrow()
            if len(part):
                # files of CSV may have different columns
                tables.setdefault(tuple(part.schema.names), []).append(part)
        cells: list[bytes] = []
        for n, parts in enumerate(tables.values()):
            table = pa.concat_tables(parts, promote_options="permissive")
            cells += (c for c in table.column(TALLY).to_pylist() if c is not None)
            self._part(table, f"part-{ctx.task_idx:06}" + (f"-{n}" if n else ""))
        return cells

    def _part(self, table: pa.Table, name: str) -> None:
        columns = [n for n in table.schema.names if n not in (*FOLDERS.values(), TALLY)]
        kept = table.filter(table.column(REJECTED).is_null()).select(columns)
        if len(kept):
            with self._open("cleaned", f"{name}.{self._kind}") as f:
                _write(kept, self._kind, f)
        for folder, column in FOLDERS.items():
            lines = [v for v in table.column(column).to_pylist() if v is not None]
            if lines:
                with self._open(folder, f"{name}.jsonl") as f:
                    f.write("".join(line + "\n" for line in lines).encode())

    def on_write_complete(self, write_result: Any) -> None:
        self.cells = [cell for cells in write_result.write_returns for cell in cells]

    def _open(self, folder: str, name: str) -> Any:
        where = posixpath.join(self.path, folder)
        self._create_dir(where)
        return self.open_output_stream(posixpath.join(where, name))


def _write(table: pa.Table, kind: str, f: Any) -> None:
    if kind == "parquet":
        from pyarrow import parquet

        parquet.write_table(table, f)
    elif kind == "csv":
        from pyarrow import csv as pacsv

        pacsv.write_csv(table, f)
    else:
        for line in table.column(LINE).to_pylist():
            f.write(line + b"\n")
