"""Which files a check looks at, and what it calls them: relative to the root of the repository, whatever was typed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from cleanup.dumps.record import InputFile, Reject
from cleanup.dumps.walk import walk
from cleanup.errors import InputError

# A file that is one article is read whole. One of 10 MB has a hundred times the characters of a long book chapter.
MAX_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Root:
    """The folder that names are relative to, and the one that globs of the config are."""

    folder: Path
    config: Path

    @classmethod
    def of(cls, here: Path, config: Path | None) -> Root:
        """The root of the git repository that a folder is in, else that of the config, else the folder itself."""
        here = here.resolve()
        top = next((p for p in (here, *here.parents) if (p / ".git").exists()), None)
        folder = top or (config.resolve() if config else here)
        return cls(folder, config.resolve() if config else folder)

    def name(self, path: Path) -> str:
        """What reports call a file; absolute where it lies outside of the root."""
        whole = Path(os.path.abspath(path))
        # a folder that is reached through a link is the folder
        whole = whole.parent.resolve() / whole.name
        return (whole.relative_to(self.folder) if whole.is_relative_to(self.folder) else whole).as_posix()

    def under_config(self, name: str) -> str:
        """A name as globs of the config see it."""
        path = PurePosixPath(self.folder.as_posix(), name)
        base = self.config.as_posix()
        return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()


# patterns are those of one config, and there may be thousands
@cache
def _spec(patterns: tuple[str, ...]) -> Any:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def matches(patterns: Sequence[str], name: str) -> bool:
    """Whether a name fits one of some patterns, which are written as in .gitignore."""
    return bool(patterns) and bool(_spec(tuple(patterns)).match_file(name))


def files_of(
    paths: Sequence[Path], root: Root, exclude: Sequence[str]
) -> tuple[list[InputFile], list[Reject]]:
    """The files under some paths, and the paths that are not there, in the order in which they were named.

    In a folder what is of no known format is passed over, as code and pictures are, and so is what git ignores. What
    `exclude` fits is left out however it was named: a hook names every file that changes.
    """
    files: dict[Path, InputFile] = {}
    rejects: list[Reject] = []
    for path in paths:
        try:
            found, odd = walk([path], None)
        except InputError as e:
            rejects.append(Reject(root.name(path), 0, "missing", e.zh, e.en))
            continue
        # names of a walk are relative to its folder
        trouble = [replace(o, file=root.name(path / o.file)) for o in odd if o.reason != "unknown_format"]
        rejects += (o for o in trouble if not matches(exclude, root.under_config(o.file)))
        named = [f if f.url else replace(f, name=root.name(f.path)) for f in found]
        named = [f for f in named if not matches(exclude, root.under_config(f.name))]
        if path.is_dir():
            ignored = _ignored([f.path for f in named], path)
            named = [f for f in named if f.path not in ignored]
        for file in named:
            files.setdefault(file.path.resolve(), file)
    return list(files.values()), rejects


def _ignored(paths: Sequence[Path], folder: Path) -> set[Path]:
    """Those of some files in a folder that git ignores; none where there is no git, or no repository."""
    if not paths or not any((p / ".git").exists() for p in (folder.resolve(), *folder.resolve().parents)):
        return set()
    asked = b"\0".join(os.fsencode(os.path.abspath(p)) for p in paths)
    try:
        done = subprocess.run(
            ["git", "check-ignore", "--stdin", "-z"],
            cwd=folder,
            input=asked,
            capture_output=True,
            check=False,
        )
    except OSError:
        return set()
    said = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    return {p for p in paths if os.path.abspath(p) in said}


def too_large(file: InputFile) -> Reject | None:
    """Why a file that is one article is not read, or None."""
    if file.format not in ("txt", "md") or file.packing or file.size <= MAX_BYTES:
        return None
    mb = f"{file.size / 1e6:,.0f} MB"
    return Reject(
        file.name,
        0,
        "too_large",
        f"一篇文章有 {mb}，上限 {MAX_BYTES // 1_000_000} MB；若是整批文章，请写成 .jsonl，每行一篇",
        f"one article of {mb}, and {MAX_BYTES // 1_000_000} MB is the limit; if it is a dump, make it .jsonl, a line an article",
    )
