"""The output folder of a run on an engine: wherever the engine itself writes, through the engine's own file system."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from cleanup.channel.files import FOLDER
from cleanup.runfolder import LOG, refuse_other

# What a run on an engine writes, as far as it is not there alone.
NAMES = ("cleaned", "findings", "articles", "rejected", FOLDER, "summary.json", LOG)


class Store(Protocol):
    """A folder, local or remote. Paths are relative to it, with /.

    names   what lies in a folder of it, hidden files aside; nothing where it is not there
    remove  takes away a file or folder, if it is there
    """

    where: str

    def names(self, folder: str = "") -> list[str]: ...

    def read(self, path: str) -> bytes | None: ...

    def write(self, path: str, data: bytes) -> None: ...

    def remove(self, path: str) -> None: ...


def claim(store: Store, command: dict[str, Any], *, overwrite: bool) -> bool:
    """Whether the folder holds an earlier run of the same inputs. Raises UsageError where it is not this command's."""
    before = log_of(store)
    held = [n for n in store.names() if not n.startswith(".")]
    refuse_other(held, before, command, store.where, overwrite=overwrite)
    return before is not None and before.get("inputs") == command["inputs"]


def log_of(store: Store) -> dict[str, Any] | None:
    """The command of the run that lies in a folder, or None where there is none."""
    try:
        log = json.loads(store.read(LOG) or b"")
    except ValueError:
        return None
    command = log.get("command") if isinstance(log, dict) else None
    return command if isinstance(command, dict) else None


def write_json(store: Store, name: str, value: dict[str, Any]) -> None:
    """A file like those that a local run writes."""
    data = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    store.write(name, data + b"\n")


@contextmanager
def channels_here(store: Store, *, fetch: bool) -> Iterator[Path]:
    """The folder of channels as one on this machine, for reading and writing; what lies in it in the end is put back.

    fetch  whether it begins with what lies there; else it begins empty
    """
    with tempfile.TemporaryDirectory(prefix="cleanup-channels-") as name:
        folder = Path(name)
        before: Sequence[str] = store.names(FOLDER)
        for file in before if fetch else ():
            data = store.read(f"{FOLDER}/{file}")
            if data is not None:
                (folder / file).write_bytes(data)
        yield folder
        after = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}
        for file in sorted({*before} - {*after}):
            store.remove(f"{FOLDER}/{file}")
        for file, data in after.items():
            store.write(f"{FOLDER}/{file}", data)
