"""From the paths a user names to the files to read, each with the name that outputs give it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from cleanup.dumps import html, jsonl, text
from cleanup.dumps.record import Fields, Format, InputFile, Record, Reject, shown
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


FORMATS: dict[str, Format] = {
    "txt": text,
    "md": text,
    "jsonl": jsonl,
    "html": html,
    "html-record": html.AsRecord(),
}
# Formats that are read only, and the suffix of what is written in their stead.
_WRITTEN_AS = {"html": ".txt", "html-record": ".jsonl"}


# Formats of which a file is one article.
_WHOLE = frozenset({"txt", "md", "html", "html-record"})


def is_whole(file: InputFile) -> bool:
    """Whether a file is one article, and not a file of records."""
    return file.format in _WHOLE


def read(file: InputFile, fields: Fields, encoding: str) -> Iterator[Record]:
    """The records of a file, in order. Raises OSError where it cannot be read, or not on."""
    form = FORMATS[file.format]
    for piece in form.pieces(file, fields=fields, encoding=encoding):
        yield from form.records(piece)


def walk(
    inputs: Sequence[Path], out: Path | None, *, pages: str = "html"
) -> tuple[list[InputFile], list[Reject]]:
    """The files under some paths in a fixed order, and those that cannot be read or are of no known format.

    `pages` is the format of web pages: "html", written as text, or "html-record", as JSONL.
    The output folder is left out of the walk; hidden files and folders are, too. Raises InputError
    for a path that is neither a file nor a folder, or cannot be read, and UsageError where a path is the output
    folder itself. Inside a folder what cannot be read is a reject.
    """
    base = _base(inputs)
    skip = _real(out) if out else None
    files: dict[Path, InputFile] = {}
    odd: dict[str, Reject] = {}
    for path in inputs:
        found = _stat(path)
        if isinstance(found, _Trouble):
            raise InputError(found.zh, found.en, where=str(path))
        where = _real(path)
        if skip and where == skip:
            raise UsageError(
                "输出文件夹就是输入文件夹；请用 --out 另指一个",
                "the output folder is the input folder; name another with --out",
                where=str(path),
            )
        if skip and skip in where.parents:
            # a run takes away what an earlier one left in its folder, and would take its own input
            raise UsageError(
                "输入在输出文件夹里面；请用 --out 另指一个",
                "the input lies inside the output folder; name another with --out",
                where=str(path),
            )
        if S_ISREG(found.st_mode):
            _take(path, base, SUFFIXES.get(path.suffix.lower(), "txt"), found.st_size, files)
            continue
        for member, trouble in _inside(path, skip):
            if trouble is not None and member == path:
                raise InputError(trouble.zh, trouble.en, where=str(path))
            kind = SUFFIXES.get(member.suffix.lower())
            inside = _stat(member) if kind and trouble is None else trouble
            if kind and isinstance(inside, os.stat_result):
                _take(member, base, kind, inside.st_size, files)
                continue
            if inside is None:
                known, suffix = " ".join(SUFFIXES), shown(member.suffix)
                inside = _Trouble(
                    "unknown_format",
                    f"不认识的格式 {suffix or '(无扩展名)'}；可读的有 {known}",
                    f"unknown format {suffix or '(no suffix)'}; known are {known}",
                )
            assert isinstance(inside, _Trouble)
            name = _name(member, base)
            odd[name] = Reject(name, 0, inside.reason, inside.zh, inside.en)
    taken = [replace(f, format=pages) if f.format == "html" else f for f in files.values()]
    return _written(taken), [*odd.values()]


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


def _take(path: Path, base: Path, kind: str, size: int, files: dict[Path, InputFile]) -> None:
    files.setdefault(_real(path), InputFile(path, _name(path, base), kind, size))


def _real(path: Path) -> Path:
    # resolve() raises on links that go in a circle
    return Path(os.path.realpath(path))


def _name(path: Path, base: Path) -> str:
    return shown(Path(os.path.abspath(path)).relative_to(base).as_posix())


def _base(inputs: Sequence[Path]) -> Path:
    """The folder that output names are relative to: the one input folder, or what all share."""
    tops = []
    for path in inputs:
        found = _stat(path)
        top = Path(os.path.abspath(path))
        tops.append(top if isinstance(found, os.stat_result) and S_ISDIR(found.st_mode) else top.parent)
    if len(tops) == 1:
        return tops[0]
    return Path(os.path.commonpath(tops)) if tops else Path.cwd()
