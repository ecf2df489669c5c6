"""From the paths a user names to the files to read, each with the name that outputs give it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from cleanup.dumps import html, jsonl, text
from cleanup.dumps.record import Fields, Record, Reject
from cleanup.errors import InputError, UsageError

SUFFIXES = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".shtml": "html",
}


class Format(Protocol):
    """What a format's module offers."""

    def read(self, path: Path, name: str, *, fields: Fields, encoding: str) -> Iterator[Record]: ...

    def rewrite(self, record: Record, text: str) -> tuple[bytes, str]: ...


FORMATS: dict[str, Format] = {
    "txt": text,
    "md": text,
    "jsonl": jsonl,
    "html": html,
    "html-record": html.AsRecord(),
}
# Formats that are read only, and the suffix of what is written in their stead.
_WRITTEN_AS = {"html": ".txt", "html-record": ".jsonl"}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read: where it is, its name in outputs (relative, with /), its format and size in bytes.

    `written` is its name among the cleaned files where that is another, as that of a page is.
    """

    path: Path
    name: str
    format: str
    size: int
    written: str = ""

    @property
    def cleaned(self) -> str:
        """Its name among the cleaned files."""
        return self.written or self.name


def walk(
    inputs: Sequence[Path], out: Path | None, *, pages: str = "html"
) -> tuple[list[InputFile], list[Reject]]:
    """The files under some paths in a fixed order, and those of no known format.

    `pages` is the format of web pages: "html", written as text, or "html-record", as JSONL.
    The output folder is left out of the walk; hidden files and folders are, too. Raises InputError
    for a path that does not exist and UsageError where a path is the output folder itself.
    """
    base = _base(inputs)
    skip = out.resolve() if out else None
    files: dict[Path, InputFile] = {}
    odd: list[Reject] = []
    for path in inputs:
        if not path.exists():
            raise InputError("没有这个文件或文件夹", "no such file or folder", where=str(path))
        if skip and path.resolve() == skip:
            raise UsageError(
                "输出文件夹就是输入文件夹；请用 --out 另指一个",
                "the output folder is the input folder; name another with --out",
                where=str(path),
            )
        if skip and skip in path.resolve().parents:
            # a run takes away what an earlier one left in its folder, and would take its own input
            raise UsageError(
                "输入在输出文件夹里面；请用 --out 另指一个",
                "the input lies inside the output folder; name another with --out",
                where=str(path),
            )
        if path.is_file():
            _take(path, base, SUFFIXES.get(path.suffix.lower(), "txt"), files)
            continue
        for member in _inside(path, skip):
            kind = SUFFIXES.get(member.suffix.lower())
            if kind:
                _take(member, base, kind, files)
            else:
                odd.append(
                    Reject(
                        _name(member, base),
                        0,
                        "unknown_format",
                        f"不认识的格式 {member.suffix or '(无扩展名)'}；可读的有 {' '.join(SUFFIXES)}",
                        f"unknown format {member.suffix or '(no suffix)'}; known are {' '.join(SUFFIXES)}",
                    )
                )
    return _written([replace(f, format=pages) if f.format == "html" else f for f in files.values()]), odd


def cleaned_names(names: Iterable[str], pages: str) -> dict[str, tuple[str, str]]:
    """Of files by their names in outputs: the format, and the name among the cleaned files, as `walk` gave them."""
    files = {n: InputFile(Path(n), n, SUFFIXES.get(Path(n).suffix.lower(), "txt"), 0) for n in names}
    written = _written([replace(f, format=pages) if f.format == "html" else f for f in files.values()])
    return {f.name: (f.format, f.cleaned) for f in written}


def _written(files: list[InputFile]) -> list[InputFile]:
    """The files, each with a name of its own among the cleaned: page.html is written as page.html.txt,
    and as page.html-2.txt where another input has that name.
    """
    taken = {f.name for f in files}
    out = []
    for f in files:
        suffix = _WRITTEN_AS.get(f.format)
        if suffix is None:
            out.append(f)
            continue
        n, name = 1, f.name + suffix
        while name in taken:
            n += 1
            name = f"{f.name}-{n}{suffix}"
        taken.add(name)
        out.append(replace(f, written=name))
    return out


def _inside(folder: Path, skip: Path | None) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (here / f).resolve() != skip)
        for name in sorted(names):
            if not name.startswith("."):
                yield here / name


def _take(path: Path, base: Path, kind: str, files: dict[Path, InputFile]) -> None:
    where = path.resolve()
    if where not in files:
        files[where] = InputFile(path, _name(path, base), kind, path.stat().st_size if path.exists() else 0)


def _name(path: Path, base: Path) -> str:
    return Path(os.path.abspath(path)).relative_to(base).as_posix()


def _base(inputs: Sequence[Path]) -> Path:
    """The folder that output names are relative to: the one input folder, or what all share."""
    tops = [Path(os.path.abspath(p)) if p.is_dir() else Path(os.path.abspath(p)).parent for p in inputs]
    if len(tops) == 1:
        return tops[0]
    return Path(os.path.commonpath(tops)) if tops else Path.cwd()
