"""The formats: what tells them by the name of a file, which module reads and writes them, and under what name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath

from cleanup.compression import suffix_of
from cleanup.dumps import csv, html, jsonl, parquet, text
from cleanup.dumps.packing import PackedWriter
from cleanup.dumps.record import Fields, Format, InputFile, Record

SUFFIXES = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".shtml": "html",
}


FORMATS: dict[str, Format] = {
    "txt": text,
    "md": text,
    "jsonl": jsonl,
    "csv": csv,
    "tsv": csv,
    "parquet": parquet,
    "html": html,
    "html-record": html.AsRecord(),
}
# Formats of which a file is one article.
_WHOLE = frozenset({"txt", "md", "html", "html-record"})
# Formats that are read only, and the suffix of what is written in their stead.
_WRITTEN_AS = {"html": ".txt", "html-record": ".jsonl"}


def read(file: InputFile, fields: Fields, encoding: str) -> Iterator[Record]:
    """The records of a file, in order. Raises OSError where it cannot be read, or not on."""
    form = FORMATS[file.format]
    for piece in form.pieces(file, fields=fields, encoding=encoding):
        yield from form.records(piece)


def is_whole(file: InputFile) -> bool:
    """Whether a file is one article, and not a file of records."""
    return file.format in _WHOLE


def kind_of(name: str) -> tuple[str, str]:
    """The format of a file by its name, or "" where it is of none that is known, and how it is packed."""
    packing = suffix_of(name)
    return SUFFIXES.get(PurePath(name[: len(name) - len(packing)]).suffix.lower(), ""), packing


def cleaned_names(names: Iterable[str], pages: str) -> dict[str, tuple[str, str]]:
    """Of files by their names in outputs: the format, and the name among the cleaned files, as `walk` gave them."""
    files = {}
    for name in names:
        kind, packing = kind_of(name)
        files[name] = InputFile(Path(name), name, kind or "txt", 0, packing=packing)
    written = written_as([replace(f, format=pages) if f.format == "html" else f for f in files.values()])
    return {f.name: (f.format, f.cleaned) for f in written}


def written_as(files: list[InputFile]) -> list[InputFile]:
    """The files, each with a name of its own among the cleaned: page.html is written as page.html.txt, and as
    page.html-2.txt where another input has that name; page.html.gz as page.html.txt.gz.
    """
    taken = {f.name for f in files}
    out = []
    for f in files:
        suffix = _WRITTEN_AS.get(f.format)
        if suffix is None:
            out.append(f)
            continue
        stem = f.name[: len(f.name) - len(f.packing)]
        ending = suffix + f.name[len(stem) :]
        n, name = 1, stem + ending
        while name in taken:
            n += 1
            name = f"{stem}-{n}{ending}"
        taken.add(name)
        out.append(replace(f, written=name))
    return out


@contextmanager
def same_kind(file: InputFile, path: Path, fields: Fields) -> Iterator[PackedWriter]:
    """A writer of a file of the format and packing of another: it takes records of that file, as they were read or with
    another text, in order. Raises OSError.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as f, PackedWriter(f, file.packing) as out:
            yield out
        FORMATS[file.format].finish(file, partial, path, fields)
    finally:
        partial.unlink(missing_ok=True)
