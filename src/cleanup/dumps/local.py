"""Files and folders here: what they are, what is in them, and which fit a pattern."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from cleanup.dumps.record import shown


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a path cannot be read: the code of a reject, and the words."""

    reason: str
    zh: str
    en: str

    @classmethod
    def of(cls, e: OSError | ValueError) -> Trouble:
        reason = (isinstance(e, OSError) and e.strerror) or str(e)
        return cls("unreadable", f"读不了：{reason}", f"cannot be read: {reason}")


def stat_of(path: Path) -> os.stat_result | Trouble:
    """What a file or folder is, or why it is neither: pipes and devices have no end to wait for."""
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            to = shown(str(path.readlink()))
            return Trouble("unreadable", f"链接指向的 {to} 不存在", f"a link to {to}, which does not exist")
        return Trouble("unreadable", "没有这个文件或文件夹", "no such file or folder")
    except (OSError, ValueError) as e:
        return Trouble.of(e)
    if S_ISREG(found.st_mode) or S_ISDIR(found.st_mode):
        return found
    return Trouble(
        "not_a_file",
        "不是普通文件，而是管道、套接字或设备；管道里的文字请从标准输入读（-）",
        "no regular file but a pipe, a socket or a device; read what comes from a pipe as standard input (-)",
    )


def inside(folder: Path, skip: Path | None) -> Iterator[tuple[Path, Trouble | None]]:
    """The files in a folder and those inside it, in order, and the folders that cannot be read."""
    closed: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=closed.append):
        here = Path(root)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and real(here / f) != skip)
        for name in sorted(names):
            if not name.startswith("."):
                yield here / name, None
    for e in closed:
        yield Path(os.fsdecode(e.filename)), Trouble.of(e)


def fitting(pattern: Path) -> list[Path]:
    """The files and folders that fit a pattern."""
    # Path.glob takes no pattern that begins at the root
    return [Path(name) for name in sorted(glob.glob(str(pattern)))]  # noqa: PTH207


def at_any_depth(pattern: Path) -> Iterator[Path]:
    """The files that fit a pattern with ** in it, or lie in a folder that does. Links to folders, which may go in a
    circle, are not followed.
    """
    from pathspec import GitIgnoreSpec

    top = fixed_part(pattern)
    spec = GitIgnoreSpec.from_lines([f"/{pattern.relative_to(top).as_posix()}"])
    for path, trouble in inside(top, None):
        if trouble is None and spec.match_file(path.relative_to(top).as_posix()):
            yield path


def fixed_part(pattern: Path) -> Path:
    """The folder that a pattern begins with, up to the first part with a sign of a pattern in it."""
    parts = pattern.parts
    return Path(*parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))])


def real(path: Path) -> Path:
    # resolve() raises on links that go in a circle
    return Path(os.path.realpath(path))


def is_pattern(path: Path) -> bool:
    """Whether a path means others. One that is there means itself, whatever is in its name."""
    return glob.has_magic(str(path)) and not os.path.lexists(path)
