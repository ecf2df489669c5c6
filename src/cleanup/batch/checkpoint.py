"""How far a run has come, so that the same command goes on from there; and what makes it the same."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleanup import __version__
from cleanup.batch.options import Options
from cleanup.channel.items import digest_of
from cleanup.dumps.record import InputFile
from cleanup.dumps.remote import stamp_of
from cleanup.pipeline import Cleaner
from cleanup.runfolder import RunFolder
from cleanup.tally import Tally

# The folder in that of the run where it keeps what going on takes; gone when the run is finished.
FOLDER = ".resume"
_STATE = "state"


@dataclass(slots=True)
class State:
    """A run between two tasks.

    done     tasks that are written
    ended    files of records that are written to their end
    lengths  of the files that grow
    told     keys of notes that are told once
    """

    identity: dict[str, str]
    done: int = 0
    ended: int = 0
    lengths: dict[str, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    notes: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    articles: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


class Checkpoint:
    """The state of a run in its folder. A state is written whole or not at all, with a checksum."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.folder = out / FOLDER

    def load(self) -> State | None:
        """The state that lies there, or None where there is none that can be used."""
        data = self.read(_STATE)
        return data if isinstance(data, State) else None

    def save(self, state: State) -> None:
        self.write(_STATE, state)

    def read(self, name: str) -> Any:
        """What was written under a name; None where there is nothing whole."""
        try:
            data = (self.folder / name).read_bytes()
        except OSError:
            return None
        if hashlib.blake2b(data[32:], digest_size=32).digest() != data[:32]:
            return None
        try:
            return pickle.loads(data[32:])
        except Exception:  # of another version
            return None

    def write(self, name: str, value: Any) -> None:
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        with RunFolder(self._out).writing(f"{FOLDER}/{name}") as f:
            f.write(hashlib.blake2b(data, digest_size=32).digest() + data)


# What of a run's identity is called in messages.
_NAMES = {
    "cleanup": ("程序版本", "the version of cleanup"),
    "rules": ("规则", "the rules"),
    "options": ("选项", "the options"),
    "protected": ("保护词", "the protected terms"),
    "prior": ("通行做法", "the prior"),
    "model": ("词频模型", "the term-frequency model"),
    "given": ("给定的信道", "the channels given"),
    "channels": ("输出文件夹里的信道", "the channels in the output folder"),
    "after": ("前一次运行", "the run that this one comes after"),
    "inputs": ("输入文件", "the input files"),
}


def identity_of(
    files: Sequence[InputFile],
    cleaner: Cleaner,
    options: Options,
    command: Mapping[str, Any],
    *,
    learning: bool,
) -> dict[str, str]:
    """What decides the bytes of a run's output, each by a digest. Files are told by size and time of change."""
    asks_model = cleaner.prior is not None or learning or any(c.items for c in options.channels)
    said = {
        "command": command,
        "report": options.report,
        "patch": options.patch,
        "csv": options.csv,
        "limit": options.limit,
        "sample": options.sample,
        "cleaned_only": options.cleaned_only,
    }
    return {
        "cleanup": __version__,
        "rules": cleaner.rules.digest,
        "options": _digest(json.dumps(said, sort_keys=True, default=str)),
        "protected": cleaner.protected.digest if cleaner.protected else "",
        "prior": cleaner.prior.digest if cleaner.prior is not None else "",
        "model": options.opened().digest if asks_model else "",
        "given": digest_of(options.channels),
        "after": options.after.digest if options.after is not None else "",
        "inputs": inputs_digest(files),
    }


def inputs_digest(files: Sequence[InputFile]) -> str:
    """A digest of the names, sizes and times of change of files."""
    whole = hashlib.sha256()
    for file in files:
        if file.url:
            whole.update(f"{file.name}\0{stamp_of(file.url)}\0".encode())
            continue
        try:
            found = file.path.stat()
            said = f"{file.name}\0{found.st_size}\0{getattr(found, 'st_mtime_ns', '')}\0"
        except OSError:
            said = f"{file.name}\0gone\0"
        whole.update(said.encode(errors="surrogatepass"))
    return whole.hexdigest()[:16]


def folder_digest(folder: Path) -> str:
    """A digest of the files in a folder; "" where there are none."""
    whole = hashlib.sha256()
    paths = sorted(p for p in folder.glob("*") if p.is_file()) if folder.is_dir() else []
    for path in paths:
        whole.update(path.name.encode(errors="surrogateescape") + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:16] if paths else ""


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str]]:
    """What changed between two identities, in Chinese and English."""
    return [names for key, names in _NAMES.items() if before.get(key) != now.get(key)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
