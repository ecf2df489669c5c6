"""Spark: its readers, its tasks, its writers. What a task is lost with, Spark does again."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col
from pyspark.sql.types import BinaryType, StringType, StructField, StructType
from pyspark.storagelevel import StorageLevel

from cleanup.channel.items import Channel
from cleanup.engines.rows import BAD, FILE, LINE, no_text
from cleanup.engines.work import (
    FOLDERS,
    REJECTED,
    SURVEY,
    TALLY,
    Cleaning,
    Learning,
    Surveying,
    merge,
    tallied,
)
from cleanup.errors import InputError, UsageError
from cleanup.learn.dump import Survey
from cleanup.learn.sample import Sampled
from cleanup.tally import Tally

# Surveys that one task merges.
_TREE = 16
_SURVEYS = StructType([StructField(SURVEY, BinaryType())])
_CSV = {
    "header": True,
    "multiLine": True,
    "quote": '"',
    "escape": '"',
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": BAD,
    # files whose columns stand in another order are refused, and not read askew
    "enforceSchema": False,
}


@contextmanager
def started() -> Iterator[SparkEngine]:
    """Spark as it was submitted or set up, or begun on this machine and ended with the block.

    Raises UsageError where there is no Java.
    """
    running = SparkSession.getActiveSession()
    if running is None:
        need_java()
        # tasks run in the Python that runs this
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with warnings.catch_warnings():
        # of frames in pandas, which nothing here is
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        session = running or SparkSession.builder.appName("cleanup").getOrCreate()
        try:
            yield SparkEngine(session)
        finally:
            if running is None:
                session.stop()


def need_java() -> None:
    """Raise UsageError where there is no Java for Spark to run in."""
    home = os.environ.get("JAVA_HOME")
    if not (home and Path(home, "bin", "java").exists()) and shutil.which("java") is None:
        raise UsageError(
            "Spark 需要 Java 17 以上（JAVA_HOME 或 PATH 里都没有）；Debian、Ubuntu：apt-get install openjdk-17-jre-headless",
            "Spark needs Java 17 or newer, which is neither in JAVA_HOME nor in PATH; "
            "on Debian and Ubuntu: apt-get install openjdk-17-jre-headless",
        )


class SparkEngine:
    """Spark as an engine."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def store(self, out: str) -> SparkStore:
        return SparkStore(self._spark, out)

    def survey(self, paths: Sequence[str], suffixes: Sequence[str], work: Surveying) -> Survey | None:
        """Count and sample a dump: a map over its partitions, merged in a tree."""
        rows = self._read(paths, suffixes, work.rows.format, work.rows.fields, work.rows.encoding)
        surveys = rows.toDF(*_plain(rows.columns)).mapInArrow(_task(work, rows.columns), _SURVEYS)
        n = max(1, rows.rdd.getNumPartitions())
        while n > 1:
            n = -(-n // _TREE)
            surveys = surveys.repartition(n).mapInArrow(_task(merge), _SURVEYS)
        parts = [pickle.loads(row[SURVEY]) for row in surveys.collect()]
        for part in parts[1:]:
            parts[0].merge(part)
        return parts[0] if parts else None

    def learn(
        self, sources: Mapping[str, Sequence[Sampled]], work: Learning
    ) -> Iterable[tuple[Channel, str]]:
        """The channel of each source: a map over sources."""
        if not sources:
            return []
        spread = self._spark.sparkContext.parallelize(
            [(pickle.dumps(item),) for item in sources.items()], len(sources)
        )
        rows = self._spark.createDataFrame(spread, StructType([StructField("sampled", BinaryType())]))
        learned = rows.mapInArrow(_task(work), StructType([StructField("channel", BinaryType())]))
        return [pickle.loads(row["channel"]) for row in learned.collect()]

    def clean(
        self, paths: Sequence[str], suffixes: Sequence[str], work: Cleaning, store: Any
    ) -> tuple[Tally, list[str]]:
        """Clean a dump into the folder of a store. What was cleaned is kept on disk until all of it is written."""
        rows, kind = work.rows, work.rows.format
        read = self._read(paths, suffixes, kind, rows.fields, rows.encoding)
        plain = _plain(read.columns)
        own = [n for n in read.columns if n not in (FILE, BAD)]
        kinds = [read.schema.fields[read.columns.index(n)].dataType for n in own]
        schema = StructType([StructField(n, kind) for n, kind in zip(plain, kinds, strict=False)])
        for column in FOLDERS.values():
            schema.add(column, StringType())
        schema.add(TALLY, BinaryType())
        done = read.toDF(*plain).mapInArrow(_task(work, read.columns, len(own)), schema)
        cleaned = done.persist(StorageLevel.DISK_ONLY)
        try:
            kept = cleaned.where(col(REJECTED).isNull()).select(*plain[: len(own)]).toDF(*own)
            self._write(kept, kind, store.at("cleaned"))
            for folder, column in FOLDERS.items():
                lines = cleaned.where(col(column).isNotNull()).select(column)
                lines.write.option("lineSep", "\n").text(store.at(folder))
                store.renamed(folder, ".txt", ".jsonl")
            if kind == "jsonl":
                store.renamed("cleaned", ".txt", ".jsonl")
            counts = cleaned.where(col(TALLY).isNotNull()).select(TALLY).toLocalIterator()
            return tallied(bytes(row[TALLY]) for row in counts)
        finally:
            cleaned.unpersist()

    def _read(
        self, paths: Sequence[str], suffixes: Sequence[str], kind: str, fields: Any, encoding: str
    ) -> DataFrame:
        """A dump as a frame, each row with its file."""
        reader = self._spark.read.option("recursiveFileLookup", True)
        if suffixes:
            ends = ",".join(s[1:] for s in suffixes)
            reader = reader.option("pathGlobFilter", f"*.{{{ends}}}{{,.gz,.bz2,.zst,.lz4}}")
        at = col("_metadata.file_path").alias(FILE)
        try:
            if kind == "jsonl":
                lines = reader.option("lineSep", "\n").text([*paths])
                # as bytes: what is no UTF-8 is told of its own line
                return lines.select(col("value").cast("binary").alias(LINE), at)
            if kind == "parquet":
                found = reader.parquet(*paths)
            else:
                reader = reader.options(**_CSV)
                if encoding != "auto":
                    reader = reader.option("encoding", encoding)
                header = reader.csv([*paths]).columns
                names = [*(n for n in header if n != BAD), BAD]
                cells = StructType([StructField(n, StringType()) for n in names])
                found = reader.schema(cells).csv([*paths])
        except AnalysisException as e:
            why = (e.getMessage() or str(e)).splitlines()[0]
            raise InputError(f"读不了：{why}", f"cannot be read: {why}", where=" ".join(paths)) from e
        if fields.text not in found.columns:
            raise no_text(fields.text, [n for n in found.columns if n != BAD], paths)
        return found.select("*", at)

    def _write(self, kept: DataFrame, kind: str, to: str) -> None:
        if kind == "parquet":
            kept.write.parquet(to)
        elif kind == "csv":
            kept.write.options(header=True, quote='"', escape='"').option("emptyValue", '""').csv(to)
        else:
            kept.select(col(LINE).cast("string")).write.option("lineSep", "\n").text(to)


def _task(
    work: Callable[[Iterable[Any]], Iterator[Any]], names: Sequence[str] = (), own: int = 0
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Work as a plain function, which is what Spark takes, of batches whose columns have their names again.

    own  columns of what comes back that are to have plain names
    """

    def task(batches: Iterator[Any]) -> Iterator[Any]:
        named = (b.rename_columns([*names]) for b in batches) if names else batches
        for done in work(named):
            yield done.rename_columns([*_plain(names)[:own], *done.schema.names[own:]])

    return task


def _plain(names: Sequence[str]) -> list[str]:
    """Names for columns on their way to a task: Spark takes a point in a name for a field of a structure there."""
    return [f"_{n}" for n in range(len(names))]


class SparkStore:
    """A folder on a file system of Hadoop, which is what Spark itself writes to."""

    def __init__(self, spark: SparkSession, out: str) -> None:
        self.where = out
        jvm: Any = spark._jvm
        self._path: Any = jvm.org.apache.hadoop.fs.Path
        self._fs = self._path(out).getFileSystem(spark._jsc.hadoopConfiguration())
        # sums beside local files would speak against every channel that an editor changes
        self._fs.setWriteChecksum(False)
        self._fs.setVerifyChecksum(False)
        self._io: Any = jvm.org.apache.commons.io.IOUtils

    def at(self, path: str) -> str:
        """The address of a file or folder in it."""
        return f"{self.where.rstrip('/')}/{path}" if path else self.where

    def names(self, folder: str = "") -> list[str]:
        at = self._path(self.at(folder))
        if not self._fs.exists(at):
            return []
        return sorted(str(s.getPath().getName()) for s in self._fs.listStatus(at))

    def read(self, path: str) -> bytes | None:
        at = self._path(self.at(path))
        if not self._fs.exists(at):
            return None
        stream = self._fs.open(at)
        try:
            return bytes(self._io.toByteArray(stream))
        finally:
            stream.close()

    def write(self, path: str, data: bytes) -> None:
        stream = self._fs.create(self._path(self.at(path)), True)
        try:
            stream.write(bytearray(data))
        finally:
            stream.close()

    def remove(self, path: str) -> None:
        self._fs.delete(self._path(self.at(path)), True)

    def renamed(self, folder: str, old: str, new: str) -> None:
        """Give the files of a folder another suffix."""
        for name in self.names(folder):
            if name.startswith("part-") and name.partition(".")[2].startswith(old[1:]):
                stem, _, rest = name.partition(old)
                source, to = self._path(self.at(f"{folder}/{name}")), self.at(f"{folder}/{stem}{new}{rest}")
                self._fs.rename(source, self._path(to))
