"""From the paths a user names to the files to read, each with the name that outputs give it."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from stat import S_ISDIR, S_ISREG

from cleanup.compression import suffix_of
from cleanup.dumps.formats import FORMATS, SUFFIXES, cleaned_names, is_whole, kind_of, read, written_as
from cleanup.dumps.record import InputFile, Reject, shown
from cleanup.dumps.remote import files_at, local_of, name_in, url_of
from cleanup.errors import InputError, UsageError

__all__ = [
    "FORMATS",
    "SUFFIXES",
    "as_told",
    "cleaned_names",
    "is_whole",
    "kind_of",
    "read",
    "title_of",
    "walk",
]


def walk(
    inputs: Sequence[str | Path], out: Path | None, *, pages: str = "html"
) -> tuple[list[InputFile], list[Reject]]:
    """The files under some paths in a fixed order, and those that cannot be read or are of no known format.

    An input is a file, a folder, a pattern (`dump/*.jsonl.gz`, `**` for folders at any depth), or an address elsewhere
    of any of these. `pages` is the format of web pages: "html", written as text, or "html-record", as JSONL.
    The output folder is left out of the walk; hidden files and folders are, too. Raises InputError
    for a path that is neither a file nor a folder, or cannot be read, and UsageError where a path is the output
    folder itself. Inside a folder what cannot be read is a reject.
    """
    taken = _Taken(_real(out) if out else None)
    addresses = [(named, url_of(named)) for named in inputs]
    here = [local_of(named) for named, url in addresses if not url]
    base = _base(here)
    elsewhere = {url: files_at(url) for _, url in addresses if url}
    # the folder that addresses share names them shortly, if there is nothing beside them
    top = "" if here else _shared([folder for folder, _ in elsewhere.values()])
    for named, url in addresses:
        if url:
            taken.remote(*elsewhere[url], top)
            continue
        path = local_of(named)
        if _is_pattern(path):
            taken.fitting(path, base)
        else:
            taken.path(path, base)
    files = [replace(f, format=pages) if f.format == "html" else f for f in taken.files.values()]
    return written_as(files), [*taken.odd.values()]


def as_told(named: str | Path) -> str:
    """What a log calls an input: where it is, from wherever it is asked for."""
    return url_of(named) or str(local_of(named).resolve())


def title_of(named: str | Path) -> str:
    """A short name of an input, for a folder that is made for it; "" where it has none."""
    url = url_of(named)
    path = Path(name_in(url).rpartition("://")[2]) if url else local_of(named)
    while path.name and glob.has_magic(path.name) and (url or _is_pattern(path)):
        path = path.parent
    if not url and path.is_dir():
        return path.resolve().name
    kind, packing = kind_of(path.name)
    name = path.name[: len(path.name) - len(packing)]
    return PurePath(name).stem if kind or not url else name


class _Taken:
    """The files that inputs name, each once, and what is odd among them."""

    def __init__(self, skip: Path | None) -> None:
        self.files: dict[Path | str, InputFile] = {}
        self.odd: dict[str, Reject] = {}
        self._skip = skip

    def path(self, path: Path, base: Path) -> None:
        """A file or a folder that the user named."""
        found = _stat(path)
        if isinstance(found, _Trouble):
            raise InputError(found.zh, found.en, where=str(path))
        where = _real(path)
        if self._skip and where == self._skip:
            raise UsageError(
                "输出文件夹就是输入文件夹；请用 --out 另指一个",
                "the output folder is the input folder; name another with --out",
                where=str(path),
            )
        if self._skip and self._skip in where.parents:
            # a run takes away what an earlier one left in its folder, and would take its own input
            raise UsageError(
                "输入在输出文件夹里面；请用 --out 另指一个",
                "the input lies inside the output folder; name another with --out",
                where=str(path),
            )
        if S_ISREG(found.st_mode):
            kind, packing = kind_of(path.name)
            self._take(path, base, kind or "txt", packing, found.st_size, met=False)
            return
        for member, trouble in _inside(path, self._skip):
            if trouble is not None and member == path:
                raise InputError(trouble.zh, trouble.en, where=str(path))
            self._member(member, base, trouble)

    def fitting(self, pattern: Path, base: Path) -> None:
        """What fits a pattern: files, and the files in folders."""
        # Path.glob takes no pattern that begins at the root
        found = sorted(glob.glob(str(pattern), recursive=True))  # noqa: PTH207
        if not found:
            raise InputError("没有符合这个通配符的文件", "no file fits the pattern", where=str(pattern))
        for path in map(Path, found):
            where = _real(path)
            if self._skip and (where == self._skip or self._skip in where.parents):
                continue
            if not path.is_dir():
                self._member(path, base, None)
            elif "**" not in pattern.parts:
                for member, trouble in _inside(path, self._skip):
                    self._member(member, base, trouble)

    def remote(self, folder: str, found: Sequence[tuple[str, int]], top: str) -> None:
        """Files elsewhere. Their names are relative to `top`, or hold the whole address where there is none."""
        if not found:
            raise InputError("没有可读的文件", "no file to read", where=folder)
        for url, size in found:
            called = name_in(url)
            scheme, _, rest = called.partition("://")
            name = shown(called[len(top) :].lstrip("/") if top else f"{scheme}/{rest.lstrip('/')}")
            kind, packing = kind_of(name)
            if not kind and len(found) > 1:
                self.odd.setdefault(name, _unknown(name))
                continue
            path, met = Path(rest.lstrip("/")), len(found) > 1
            file = InputFile(path, name, kind or "txt", size, packing=packing, url=url, met=met)
            self.files.setdefault(url, file)

    def _member(self, path: Path, base: Path, trouble: _Trouble | None) -> None:
        """A file in a folder, or why a folder in it cannot be read."""
        kind, packing = kind_of(path.name)
        name = _name(path, base)
        inside = _stat(path) if kind and trouble is None else trouble
        if kind and isinstance(inside, os.stat_result):
            self._take(path, base, kind, packing, inside.st_size, met=True)
        elif isinstance(inside, _Trouble):
            self.odd[name] = Reject(name, 0, inside.reason, inside.zh, inside.en)
        else:
            self.odd[name] = _unknown(name)

    def _take(self, path: Path, base: Path, kind: str, packing: str, size: int, *, met: bool) -> None:
        file = InputFile(path, _name(path, base), kind, size, packing=packing, met=met)
        self.files.setdefault(_real(path), file)


def _unknown(name: str) -> Reject:
    """What is said of a file that is of no known format."""
    packing = suffix_of(name)
    known = f"{' '.join(SUFFIXES)} (.gz .zst .xz .bz2)"
    suffix = PurePath(name[: len(name) - len(packing)]).suffix + packing
    return Reject(
        name,
        0,
        "unknown_format",
        f"不认识的格式 {suffix or '(无扩展名)'}；可读的有 {known}",
        f"unknown format {suffix or '(no suffix)'}; known are {known}",
    )


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a path cannot be read: the code of a reject, and the words."""

    reason: str
    zh: str
    en: str

    @classmethod
    def of(cls, e: OSError | ValueError) -> _Trouble:
        reason = (isinstance(e, OSError) and e.strerror) or str(e)
        return cls("unreadable", f"读不了：{reason}", f"cannot be read: {reason}")


def _stat(path: Path) -> os.stat_result | _Trouble:
    """What a file or folder is, or why it is neither: pipes and devices have no end to wait for."""
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            to = shown(str(path.readlink()))
            return _Trouble("unreadable", f"链接指向的 {to} 不存在", f"a link to {to}, which does not exist")
        return _Trouble("unreadable", "没有这个文件或文件夹", "no such file or folder")
    except (OSError, ValueError) as e:
        return _Trouble.of(e)
    if S_ISREG(found.st_mode) or S_ISDIR(found.st_mode):
        return found
    return _Trouble(
        "not_a_file",
        "不是普通文件，而是管道、套接字或设备；管道里的文字请从标准输入读（-）",
        "no regular file but a pipe, a socket or a device; read what comes from a pipe as standard input (-)",
    )


def _inside(folder: Path, skip: Path | None) -> Iterator[tuple[Path, _Trouble | None]]:
    """The files in a folder and those inside it, in order, and the folders that cannot be read."""
    closed: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=closed.append):
        here = Path(root)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and _real(here / f) != skip)
        for name in sorted(names):
            if not name.startswith("."):
                yield here / name, None
    for e in closed:
        yield Path(os.fsdecode(e.filename)), _Trouble.of(e)


def _real(path: Path) -> Path:
    # resolve() raises on links that go in a circle
    return Path(os.path.realpath(path))


def _name(path: Path, base: Path) -> str:
    return shown(Path(os.path.abspath(path)).relative_to(base).as_posix())


def _base(inputs: Sequence[Path]) -> Path:
    """The folder that output names are relative to: the one input folder, or what all share."""
    tops = []
    for path in inputs:
        if _is_pattern(path):
            # up to the first part with a sign of a pattern in it
            parts = path.parts
            top = Path(*parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))])
            tops.append(Path(os.path.abspath(top)))
            continue
        found = _stat(path)
        top = Path(os.path.abspath(path))
        tops.append(top if isinstance(found, os.stat_result) and S_ISDIR(found.st_mode) else top.parent)
    if len(tops) == 1:
        return tops[0]
    return Path(os.path.commonpath(tops)) if tops else Path.cwd()


def _is_pattern(path: Path) -> bool:
    """Whether a path means others. One that is there means itself, whatever is in its name."""
    return glob.has_magic(str(path)) and not os.path.lexists(path)


def _shared(folders: Sequence[str]) -> str:
    """The address that some folders share, or "" where they are in different stores."""
    if len({f.partition("://")[0] for f in folders}) != 1:
        return ""
    parts = [f.split("/") for f in folders]
    same = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        same.append(level[0])
    # the scheme and the first part behind it, a bucket or a host
    return "/".join(same) if len(same) > 3 else folders[0] if len(folders) == 1 else ""
