"""Files of a folder written aside, and moved into their places together."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

STAGE = ".reverting"
# Written when all files are there. From then on moving them can be finished, whatever happens in between.
_READY = "ready.json"


class Staged:
    """New files of a folder. Those of an earlier one that was interrupted while moving are moved first.

    With `dry_run` they are written elsewhere, and never come into the folder.
    """

    def __init__(self, folder: Path, *, dry_run: bool = False) -> None:
        self._folder, self._dry = folder, dry_run

    def __enter__(self) -> Staged:
        if self._dry:
            self._at = Path(tempfile.mkdtemp(prefix="cleanup-revert-"))
            return self
        self._at = self._folder / STAGE
        finish(self._folder)
        self._at.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # what is ready and not moved yet is left for the next time
        if self._dry or not (self._at / _READY).exists():
            shutil.rmtree(self._at, ignore_errors=True)

    def path(self, name: str) -> Path:
        """Where a file of this name, relative and with /, is to be written."""
        path = self._at / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        with self.path(name).open("wb") as f:
            yield f

    def write_json(self, name: str, value: dict[str, Any]) -> None:
        with self.writing(name) as f:
            # bytes of a path that are no UTF-8 are surrogates, which JSON escapes
            f.write(
                json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
            )

    def commit(self) -> None:
        """Move all files into the folder."""
        if self._dry:
            return
        names = sorted(
            p.relative_to(self._at / "files").as_posix()
            for p in (self._at / "files").rglob("*")
            if p.is_file()
        )
        partial = self._at / (_READY + ".partial")
        partial.write_text(json.dumps(names), "utf-8")
        partial.replace(self._at / _READY)
        finish(self._folder)


def finish(folder: Path) -> None:
    """Move what an earlier `commit` had ready and did not come to move, and take away what was not ready."""
    stage = folder / STAGE
    if (stage / _READY).exists():
        for name in json.loads((stage / _READY).read_text("utf-8")):
            if (stage / "files" / name).exists():
                (stage / "files" / name).replace(folder / name)
        (stage / _READY).unlink()
    if stage.exists():
        shutil.rmtree(stage)
