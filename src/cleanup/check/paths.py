"""Which files a check looks at, and what it calls them: relative to the root of the repository, whatever was typed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from cleanup.dumps.record import Reject
from cleanup.dumps.walk import SUFFIXES, InputFile, walk
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

    In a folder what is of no known format is passed over, as code and pictures are. What `exclude` fits is left out,
    however it was named: a hook names every file that changes.
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
        told = [replace(r, file=root.name(path / r.file)) for r in odd if r.reason != "unknown_format"]
        rejects += [r for r in told if not matches(exclude, root.under_config(r.file))]
        for file in found:
            name = root.name(file.path)
            if matches(exclude, root.under_config(name)):
                continue
            if not path.is_file() and file.path.suffix.lower() not in SUFFIXES:
                continue
            files.setdefault(file.path.resolve(), replace(file, name=name))
    return list(files.values()), rejects


def too_large(file: InputFile) -> Reject | None:
    """Why a file that is one article is not read, or None."""
    if file.format not in ("txt", "md") or file.size <= MAX_BYTES:
        return None
    mb = f"{file.size / 1e6:,.0f} MB"
    return Reject(
        file.name,
        0,
        "too_large",
        f"一篇文章有 {mb}，上限 {MAX_BYTES // 1_000_000} MB；若是整批文章，请写成 .jsonl，每行一篇",
        f"one article of {mb}, and {MAX_BYTES // 1_000_000} MB is the limit; if it is a dump, make it .jsonl, a line an article",
    )
