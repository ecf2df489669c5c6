"""The output folder of a run on Spark."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession


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
