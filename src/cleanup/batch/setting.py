"""What the phases of a run share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleanup.batch.checkpoint import Checkpoint, State
from cleanup.batch.options import Options
from cleanup.batch.tasks import End, Task, steps
from cleanup.dumps.record import InputFile, Reject
from cleanup.flow import Watch
from cleanup.pipeline import Cleaner
from cleanup.recurrence import ARTICLES_MIN
from cleanup.runfolder import RunFolder


@dataclass(slots=True)
class Setting:
    """A run in its folder.

    odd   what of the input no reader can take
    stop  holds something once the user asked to stop
    """

    files: Sequence[InputFile]
    odd: Sequence[Reject]
    folder: RunFolder
    cleaner: Cleaner
    command: dict[str, Any]
    options: Options
    watch: Watch
    lang: str
    stop: list[int]
    check: Checkpoint
    state: State

    @property
    def out(self) -> Path:
        return self.folder.path

    @property
    def size(self) -> int:
        """Bytes of the input."""
        return sum(f.size for f in self.files)

    @property
    def dump(self) -> bool:
        """Whether there can be enough articles for a line to recur: a file of records, or several files."""
        return len(self.files) >= ARTICLES_MIN or any(f.format not in ("txt", "md") for f in self.files)

    def steps(self) -> Iterator[Task | End]:
        """The input as tasks, until the user asks to stop."""
        for step in steps(self.files, self.options.fields, self.options.encoding):
            if self.stop:
                return
            yield step
