"""The files that a check looks at: those named, those of the config, those that changed, or standard input."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.check.changed import Changed
    from cleanup.check.paths import Root
    from cleanup.config import Config
    from cleanup.dumps.record import InputFile, Reject

    Inputs = tuple[list[InputFile], list[Reject], Changed | None]


@contextmanager
def inputs_of(
    paths: Sequence[Path] | None, stdin_filename: str, changed_since: str, root: Root, settings: Config
) -> Iterator[Inputs]:
    """The files to check, the paths that are not there, and the changes."""
    from cleanup.check.changed import Changed
    from cleanup.check.paths import files_of

    exclude = settings.check.exclude
    if Path("-") in (paths or []):
        with tempfile.TemporaryDirectory(prefix="cleanup-") as folder:
            yield _stdin(Path(folder), stdin_filename, root, exclude)
        return
    changed = Changed(Path.cwd(), changed_since) if changed_since else None
    named = list(paths or [])
    if not named:
        base = settings.folder or Path.cwd()
        named = [base / p for p in settings.check.paths] or ([root.folder] if changed else [])
    if not named:
        raise UsageError("没有给路径，配置里也没有 paths", "no path is given, and the config has no paths")
    files, rejects = files_of(named, root, exclude)
    if changed is not None:
        wanted = set(changed.files)
        files = [f for f in files if f.path.resolve() in wanted]
    yield files, rejects, changed


def _stdin(folder: Path, filename: str, root: Root, exclude: Sequence[str]) -> Inputs:
    """Standard input as the file that it is said to be; its folder is that file's, which is its source."""
    from cleanup.check.paths import matches
    from cleanup.dumps.record import InputFile
    from cleanup.dumps.walk import kind_of

    if sys.stdin is None:
        raise UsageError("标准输入是关着的", "stdin is closed")
    said = Path(filename or "stdin.txt")
    name = root.name(said) if filename else "stdin"
    if filename and matches(exclude, root.under_config(name)):
        return [], [], None
    path = folder / (Path(name).parent.name or "stdin") / said.name
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as f:
        shutil.copyfileobj(sys.stdin.buffer, f)
    kind, packing = kind_of(said.name)
    return [InputFile(path, name, kind or "txt", path.stat().st_size, packing=packing)], [], None
