"""Ray Data: its readers, its tasks, its writers. What a task is lost with, Ray does again."""

from __future__ import annotations

import glob
import logging
import os
import pickle
import posixpath
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
from pyarrow import fs as pafs

from cleanup.channel.items import Channel
from cleanup.dumps.remote import files_at
from cleanup.engines.ray_files import Cells, Lines, Shards
from cleanup.engines.rows import FILE, Rows, no_text
from cleanup.engines.work import (
    SURVEY,
    Cleaning,
    Learning,
    Surveying,
    merge,
    tallied,
)
from cleanup.errors import InputError
from cleanup.learn.dump import Survey
from cleanup.learn.sample import Sampled
from cleanup.tally import Tally

# Bytes of a block, and so of the work of a task: a minute where articles have channels.
_BLOCK = 16_000_000
# Rows of a block of Parquet, whose row groups may be large.
_ROWS = 2_048
# Surveys that one task merges.
_TREE = 16


@contextmanager
def started() -> Iterator[RayEngine]:
    """Ray, connected to the cluster that RAY_ADDRESS or a job names, or begun on this machine and ended with the block.

    Where nobody looks, what goes wrong is told and nothing else.
    """
    mine = not ray.is_initialized()
    watched = sys.stderr.isatty()
    if mine:
        ray.init(logging_level=logging.INFO if watched else logging.ERROR, include_dashboard=False)
    context = ray.data.DataContext.get_current()
    bars = context.enable_progress_bars
    context.enable_progress_bars = bars and watched
    largest = context.target_max_block_size
    context.target_max_block_size = min(largest or _BLOCK, _BLOCK)
    if not watched:
        logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        yield RayEngine()
    finally:
        context.enable_progress_bars = bars
        context.target_max_block_size = largest
        if mine:
            ray.shutdown()


class RayEngine:
    """Ray Data as an engine."""

    def store(self, out: str) -> RayStore:
        return RayStore(out)

    def survey(self, paths: Sequence[str], suffixes: Sequence[str], work: Surveying) -> Survey | None:
        """Count and sample a dump: a map over its blocks, merged in a tree."""
        surveys = _read(paths, suffixes, work.rows).map_batches(
            _whole(work), batch_format="pyarrow", batch_size=None
        )
        surveys = surveys.materialize()
        while (n := surveys.num_blocks()) > 1:
            surveys = surveys.repartition(-(-n // _TREE)).map_batches(
                _whole(merge), batch_format="pyarrow", batch_size=None
            )
            surveys = surveys.materialize()
        merged = [row[SURVEY] for row in surveys.take_all()]
        return _all(merged)

    def learn(
        self, sources: Mapping[str, Sequence[Sampled]], work: Learning
    ) -> Iterable[tuple[Channel, str]]:
        """The channel of each source: a map over sources."""
        if not sources:
            return []
        sampled = [{"sampled": pickle.dumps(item)} for item in sources.items()]
        learned = ray.data.from_items(sampled, override_num_blocks=len(sampled)).map_batches(
            _whole(work), batch_format="pyarrow", batch_size=None
        )
        return [pickle.loads(row["channel"]) for row in learned.take_all()]

    def clean(
        self, paths: Sequence[str], suffixes: Sequence[str], work: Cleaning, store: Any
    ) -> tuple[Tally, list[str]]:
        """Clean a dump into the folder of a store."""
        cleaned = _read(paths, suffixes, work.rows).map_batches(
            _whole(work), batch_format="pyarrow", batch_size=None
        )
        sink = Shards(store.path, work.rows.format, filesystem=store.fs)
        cleaned.write_datasink(sink)
        return tallied(sink.cells)


def _whole(work: Callable[[Iterable[Any]], Iterator[pa.RecordBatch]]) -> Callable[[pa.Table], pa.Table]:
    """Work on batches as a function of a block."""

    def of_block(block: pa.Table) -> pa.Table:
        done = [*work([block])]
        return pa.Table.from_batches(done) if done else block.slice(0, 0)

    return of_block


def _all(pickled: Sequence[bytes]) -> Survey | None:
    parts = [pickle.loads(data) for data in pickled]
    for part in parts[1:]:
        parts[0].merge(part)
    return parts[0] if parts else None


def _read(paths: Sequence[str], suffixes: Sequence[str], rows: Rows) -> Any:
    """A dump as a dataset, each row with its file."""
    kind, encoding = rows.format, rows.encoding
    fs, inside = _located([found for p in paths for found in _fitting(p)])
    ends = [s[1:] + packed for s in suffixes for packed in ("", ".gz", ".bz2", ".zst", ".lz4")] or None
    try:
        if kind == "parquet":
            how: dict[str, Any] = {"filesystem": fs, "file_extensions": [*(s[1:] for s in suffixes)] or None}
            names = ray.data.read_parquet(inside, **how).schema().names
            if rows.fields.text not in names:
                raise no_text(rows.fields.text, names, paths)
            # a column of that name would be lost to the paths
            how |= {} if "path" in names else {"include_paths": True}
            found = ray.data.read_parquet(inside, **how).repartition(target_num_rows_per_block=_ROWS)
            return found if "path" in names else found.rename_columns({"path": FILE})
        if kind == "csv":
            return ray.data.read_datasource(Cells(inside, encoding, filesystem=fs, file_extensions=ends))
        return ray.data.read_datasource(Lines(inside, filesystem=fs, file_extensions=ends))
    except (FileNotFoundError, ValueError) as e:
        raise InputError(f"没有可读的文件：{e}", f"no file to read: {e}", where=" ".join(paths)) from e


class RayStore:
    """A folder through pyarrow, or through fsspec where pyarrow does not know its store."""

    def __init__(self, out: str) -> None:
        self.where = out
        self.fs, (self.path,) = _located([out])

    def names(self, folder: str = "") -> list[str]:
        selector = pafs.FileSelector(posixpath.join(self.path, folder).rstrip("/"), allow_not_found=True)
        return sorted(i.base_name for i in self.fs.get_file_info(selector))

    def read(self, path: str) -> bytes | None:
        try:
            with self.fs.open_input_stream(posixpath.join(self.path, path)) as f:
                return bytes(f.readall())
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        at = posixpath.join(self.path, path)
        self.fs.create_dir(posixpath.dirname(at), recursive=True)
        with self.fs.open_output_stream(at) as f:
            f.write(data)

    def remove(self, path: str) -> None:
        at = posixpath.join(self.path, path)
        found = self.fs.get_file_info(at).type
        if found is pafs.FileType.Directory:
            self.fs.delete_dir(at)
        elif found is pafs.FileType.File:
            self.fs.delete_file(at)


def _fitting(path: str) -> list[str]:
    """The files that fit a pattern; what is no pattern is its own."""
    if "://" in path:
        return [name for name, _ in files_at(path)[1]] if glob.has_magic(path) else [path]
    if not glob.has_magic(path) or Path(path).exists():
        return [path]
    return sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - an absolute pattern


def _located(names: Sequence[str]) -> tuple[Any, list[str]]:
    """The file system of some addresses, and the paths on it."""
    remote = [n for n in names if "://" in n and not n.startswith("file://")]
    if not remote:
        return pafs.LocalFileSystem(), [os.path.abspath(n.removeprefix("file://")) for n in names]
    try:
        fs = pafs.FileSystem.from_uri(remote[0])[0]
        return fs, [pafs.FileSystem.from_uri(n)[1] for n in names]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        from fsspec.core import url_to_fs

        found = [url_to_fs(n) for n in names]
        return pafs.PyFileSystem(pafs.FSSpecHandler(found[0][0])), [path for _, path in found]
