"""The files that a run writes, in order, and their lengths: what a run that was killed is cut back to."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from cleanup.errors import InputError, UsageError
from cleanup.runfolder import PARTIAL

# Bytes that file systems in use allow a name.
_NAME_MAX = 255
# Files that are held open at a time.
_OPEN = 64


class Outputs:
    """Files of a folder that grow as `<name>.partial` and get their names when they are whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, IO[bytes]] = {}
        self._lengths: dict[str, int] = {}

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, *error: object) -> None:
        for f in self._open.values():
            # what could not be written is behind the last checkpoint
            with contextlib.suppress(OSError):
                f.close()
        self._open.clear()

    def __contains__(self, name: str) -> bool:
        """Whether a file is growing."""
        return name in self._lengths

    def length(self, name: str) -> int:
        """The bytes that a file has so far."""
        return self._lengths.get(name, 0)

    def partial(self, name: str) -> Path:
        """Where a file lies until it is whole."""
        path = self.folder / name
        if len(os.fsencode(path.name)) + len(PARTIAL) <= _NAME_MAX:
            return path.with_name(path.name + PARTIAL)
        return path.with_name(hashlib.sha256(os.fsencode(path.name)).hexdigest()[:24] + PARTIAL)

    def add(self, name: str, data: bytes) -> None:
        """Write on at the end of a file, which is begun with the first call."""
        f = self._open.get(name)
        if f is None:
            while len(self._open) >= _OPEN:
                self._open.pop(next(iter(self._open))).close()
            path = self.partial(name)
            if name not in self._lengths:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._lengths[name] = 0
                f = path.open("wb")
            else:
                f = path.open("ab")
            self._open[name] = f
        f.write(data)
        self._lengths[name] += len(data)

    def whole(self, name: str) -> None:
        """A file that was written to its end gets its name."""
        self.let_go(name)
        self.partial(name).replace(self.folder / name)

    def let_go(self, name: str) -> None:
        """A file that was written to its end is closed, and is none of the files that grow."""
        f = self._open.pop(name, None)
        if f is not None:
            f.close()
        self._lengths.pop(name, None)

    def write(self, name: str, data: bytes) -> None:
        """A file that is written at once."""
        path, partial = self.folder / name, self.partial(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)

    def drop(self, name: str) -> None:
        """A file is not wanted any more."""
        self.let_go(name)
        self.partial(name).unlink(missing_ok=True)
        (self.folder / name).unlink(missing_ok=True)

    def lengths(self) -> dict[str, int]:
        """The length of each file that grows, with all of it handed to the system and on its way to the disk."""
        for f in self._open.values():
            f.flush()
            os.fsync(f.fileno())
        return dict(self._lengths)

    def cut_back(self, lengths: Mapping[str, int]) -> None:
        """Make the files that grow what they were at a checkpoint.

        One that got its name since is taken back. Raises UsageError where one is gone or shorter, since someone
        changed it.
        """
        for name, length in lengths.items():
            path, partial = self.folder / name, self.partial(name)
            if not partial.exists() and path.exists():
                path.replace(partial)
            if not partial.exists() or partial.stat().st_size < length:
                raise UsageError(
                    "上次没写完的文件被动过，接不下去；加 --fresh 从头开始",
                    "an unfinished file of the last run was changed, so that it cannot be gone on with; "
                    "begin anew with --fresh",
                    where=str(partial),
                )
            with partial.open("r+b") as f:
                f.truncate(length)
            self._lengths[name] = length


def cannot_write(e: OSError, folder: Path) -> InputError:
    """What is told where the output cannot be written on: the disk is full, or was taken away."""
    reason = e.strerror or str(e)
    return InputError(
        f"写不下去：{reason}；已写的都在，排除之后用同一命令接着做",
        f"cannot be written on: {reason}; what was done is kept: mend it, and the same command goes on",
        where=str(e.filename or folder),
    )
