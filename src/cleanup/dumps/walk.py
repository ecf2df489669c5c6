"""From the paths a user names to the files to read, each with the name that outputs give it."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from stat import S_ISDIR, S_ISREG

from cleanup.compression import suffix_of
from cleanup.dumps.formats import FORMATS, SUFFIXES, cleaned_names, is_whole, kind_of, read, written_as
from cleanup.dumps.local import Trouble, at_any_depth, fitting, fixed_part, inside, is_pattern, real, stat_of
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
    taken = _Taken(real(out) if out else None)
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
        if is_pattern(path):
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
    while path.name and glob.has_magic(path.name) and (url or is_pattern(path)):
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
        found = stat_of(path)
        if isinstance(found, Trouble):
            raise InputError(found.zh, found.en, where=str(path))
        where = real(path)
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
        for member, trouble in inside(path, self._skip):
            if trouble is not None and member == path:
                raise InputError(trouble.zh, trouble.en, where=str(path))
            self._member(member, base, trouble)

    def fitting(self, pattern: Path, base: Path) -> None:
        """What fits a pattern: files, and the files in folders."""
        found = [*at_any_depth(pattern)] if "**" in pattern.parts else fitting(pattern)
        if not found:
            raise InputError("没有符合这个通配符的文件", "no file fits the pattern", where=str(pattern))
        for path in found:
            where = real(path)
            if self._skip and (where == self._skip or self._skip in where.parents):
                continue
            if not path.is_dir():
                self._member(path, base, None)
                continue
            for member, trouble in inside(path, self._skip):
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

    def _member(self, path: Path, base: Path, trouble: Trouble | None) -> None:
        """A file in a folder, or why a folder in it cannot be read."""
        kind, packing = kind_of(path.name)
        name = _name(path, base)
        found = stat_of(path) if kind and trouble is None else trouble
        if kind and isinstance(found, os.stat_result):
            self._take(path, base, kind, packing, found.st_size, met=True)
        elif isinstance(found, Trouble):
            self.odd[name] = Reject(name, 0, found.reason, found.zh, found.en)
        else:
            self.odd[name] = _unknown(name)

    def _take(self, path: Path, base: Path, kind: str, packing: str, size: int, *, met: bool) -> None:
        file = InputFile(path, _name(path, base), kind, size, packing=packing, met=met)
        self.files.setdefault(real(path), file)


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


def _name(path: Path, base: Path) -> str:
    return shown(Path(os.path.abspath(path)).relative_to(base).as_posix())


def _base(inputs: Sequence[Path]) -> Path:
    """The folder that output names are relative to: the one input folder, or what all share."""
    tops = []
    for path in inputs:
        if is_pattern(path):
            tops.append(Path(os.path.abspath(fixed_part(path))))
            continue
        found = stat_of(path)
        top = Path(os.path.abspath(path))
        tops.append(top if isinstance(found, os.stat_result) and S_ISDIR(found.st_mode) else top.parent)
    if len(tops) == 1:
        return tops[0]
    return Path(os.path.commonpath(tops)) if tops else Path.cwd()


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
