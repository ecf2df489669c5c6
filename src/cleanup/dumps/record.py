"""What a reader yields."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cleanup.data import Document


def shown(name: str) -> str:
    """The name of a file as text: bytes that are no UTF-8, as in names of old archives, as \\xb5 and the like."""
    return name if name.isprintable() else os.fsencode(name).decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Fields:
    """The names under which a record holds its parts; `html` says that its text is a web page."""

    id: str = "id"
    text: str = "text"
    source: str = "source"
    title: str = "title"
    html: bool = False


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read: where it is, its name in outputs (relative, with /), its format and size in bytes.

    `written` is its name among the cleaned files where that is another, as that of a page is.
    `packing` is the suffix of what it is compressed with (".gz"), or ""; the size is that of the compressed file.
    `url` is where it is if it is remote; its path then is the name of nothing here.
    `met` says that it was met in a folder or by a pattern, and not named by the user.
    """

    path: Path
    name: str
    format: str
    size: int
    written: str = ""
    packing: str = ""
    url: str = ""
    met: bool = False

    @property
    def cleaned(self) -> str:
        """Its name among the cleaned files."""
        return self.written or self.name

    @property
    def folder(self) -> str:
        """The name of the folder that it lies in, the source of articles that name none."""
        return shown((self.path if self.url else self.path.resolve()).parent.name)

    @property
    def suffix(self) -> str:
        """The suffix of its name before that of its packing, in lower case."""
        return Path(self.path.name[: len(self.path.name) - len(self.packing)]).suffix.lower()


@dataclass(frozen=True, slots=True)
class Reject:
    """Input that could not be read as an article.

    reason is a short stable code; line is that of the file, from 1, or 0 where there is none.
    """

    file: str
    line: int
    reason: str
    zh: str
    en: str

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def tell(self, lang: str) -> str:
        """The message in `zh` or `en`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Record:
    """A piece of an input file, as bytes, and what it was read as: an article, a reject, or neither
    (a blank line). `how` is what the format needs to write it again.

    `told` is what a list of rejects shows of it, where its bytes are none that say something, or too many.
    """

    raw: bytes
    document: Document | None = None
    reject: Reject | None = None
    how: Mapping[str, Any] = field(default_factory=dict)
    told: bytes = b""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file as its reader cuts it, with all that reading its records takes, in whatever process.

    first  line of its first record in the file, from 1
    size   bytes of input that it covers, of a compressed file as they are unpacked
    held   what the format keeps in it: the bytes of its lines, say
    stored bytes that it takes in a compressed file, about
    """

    file: InputFile
    first: int
    size: int
    fields: Fields
    encoding: str
    held: Any = None
    stored: int | None = None


class BadFile(OSError):
    """A file that cannot be read, or not on from here, for a reason of its format: what is told of it."""

    def __init__(self, reject: Reject) -> None:
        super().__init__(reject.en)
        self.reject = reject

    def __reduce__(self) -> tuple[type[BadFile], tuple[Reject]]:
        return BadFile, (self.reject,)


def unreadable(file: str, error: OSError) -> Reject:
    """What is said of a file that the system does not let be read or written."""
    if isinstance(error, BadFile):
        return error.reject
    reason = error.strerror or str(error)
    return Reject(file, 0, "unreadable", f"读写不了：{reason}", f"cannot be read or written: {reason}")


class Format(Protocol):
    """What a format's module offers.

    pieces   cuts a file, in order and cheaply: only what cannot be done apart from the rest of the file happens here.
             Where it cannot go on it gives what it has, then raises OSError, of which BadFile says what to tell.
    records  reads a piece: a pure function, in any process
    rewrite  the bytes of a record with another text, and the encoding that it had to change to, or ""
    finish   makes the file `to`, at once, of what `partial` holds: the bytes of its records in order, of the unchanged
             ones as they were read, packed as the file is. Where they are not the file as they stand, `partial` is
             left as it is. Raises OSError, and BadFile where the input cannot be read any more.
    """

    def pieces(self, file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]: ...

    def records(self, piece: Piece) -> Iterator[Record]: ...

    def rewrite(self, record: Record, text: str) -> tuple[bytes, str]: ...

    def finish(self, file: InputFile, partial: Path, to: Path, fields: Fields) -> None: ...


def finish(file: InputFile, partial: Path, to: Path, fields: Fields) -> None:
    """What was written is the file."""
    partial.replace(to)


# No record has more bytes: what reads one holds it whole. An article of five million characters has 15 MB.
RECORD_BYTES = 64_000_000


def too_long(name: str, line: int, size: int) -> Reject:
    """What is said of a record of so many bytes."""
    mb, limit = f"{size / 1e6:,.0f} MB", f"{RECORD_BYTES // 1_000_000} MB"
    return Reject(
        name,
        line,
        "too_large",
        f"这一条有 {mb}，上限 {limit}；请先拆开",
        f"the record has {mb}, and {limit} is the limit; split it",
    )


# A piece has at most so many records, and is closed once it has so many bytes: large enough that handing it to another
# process costs nothing beside cleaning it, small enough that the last ones keep all processes at work.
PIECE_RECORDS, PIECE_BYTES = 128, 1_000_000


def cut(rows: Iterable[tuple[bytes, Any]]) -> Iterator[list[tuple[bytes, Any]]]:
    """Rows, each with its bytes, in runs as long as a piece. What was read before an error is given first."""
    run: list[tuple[bytes, Any]] = []
    size = 0
    try:
        for row in rows:
            run.append(row)
            size += len(row[0])
            if len(run) >= PIECE_RECORDS or size >= PIECE_BYTES:
                yield run
                run, size = [], 0
    except OSError:
        if run:
            yield run
        raise
    if run:
        yield run
