"""Where the rows of a CSV file begin and end, which only reading it from its beginning tells, and what its columns are."""

from __future__ import annotations

import csv
import difflib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from cleanup.dumps.encoding import Choice
from cleanup.dumps.lines import Ids, Lines, is_wide
from cleanup.dumps.record import RECORD_BYTES, BadFile, Fields, InputFile, Reject

# Bytes of a file that may be read once more behind quotes that nothing closes. A file of millions of them would take
# forever, and is no CSV.
_AGAIN = 1_000_000_000
# What csv allows a cell is a setting of the process, 131,072 characters by default.
_CELL = 2**31 - 1
_DELIMITERS = {"csv": ",;\t", "tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are read: its encoding, what stands between cells, and the names of the columns."""

    choice: Choice
    delimiter: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The bytes of a row, its line, how often its id stood in the file before, and why it is no record, or "".

    size     the bytes it has in the file, where not all are kept
    literal  its quotes mean themselves
    """

    raw: bytes
    line: int
    before: int = 0
    bad: str = ""
    size: int = 0
    literal: bool = False


def rows(file: InputFile, lines: Lines, fields: Fields) -> tuple[Layout, Iterator[Row]]:
    """How a file is laid out, and its rows, that of the header first; none where it is empty.

    Raises BadFile where no column has the texts.
    """
    feed = _Feed(lines)
    header, layout = _header(file, fields, feed)
    return layout, iter(()) if header is None else _Rows(file, feed, layout, fields).after(header)


class _Feed:
    """The lines of a file as csv asks for them. What it has taken for a row can be given back."""

    def __init__(self, lines: Lines) -> None:
        self._lines = iter(lines)
        self._back: deque[tuple[bytes, int]] = deque()
        # signs of CSV are no part of a character in any of the narrow encodings, so their bytes need no decoding
        self._codec = lines.choice.encoding if is_wide(lines.choice.encoding) else "latin-1"
        self._first: tuple[bytes, int] | None = None
        self.choice = lines.choice
        self.taken: list[tuple[bytes, int]] = []
        self._size = 0
        # why there is no more, if that is no end
        self.error: OSError | None = None

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        # a row that is too long ends here, in a quote that is still open
        if self._size > RECORD_BYTES:
            raise StopIteration
        line = self._back.popleft() if self._back else self._next()
        self.taken.append(line)
        raw, over = line
        self._size += len(raw)
        if line is self._first:
            raw = raw.removeprefix(self.choice.bom)
        text = raw.decode(self._codec, "replace")
        if over or "\0" in text:
            # no row goes on behind a line that cannot be read
            raise _Unfit
        return text

    def _next(self) -> tuple[bytes, int]:
        try:
            line = next(self._lines)
        except OSError as e:
            # what stands in front of it is read before it is told
            self.error = e
            raise StopIteration from None
        self._first = self._first or line
        return line

    def row(self) -> list[tuple[bytes, int]]:
        """The lines taken since this was asked last."""
        taken, self.taken, self._size = self.taken, [], 0
        return taken

    def give_back(self, lines: list[tuple[bytes, int]]) -> None:
        self._back.extendleft(reversed(lines))


class _Unfit(Exception):
    """A line that holds NUL bytes, or is too long."""


def _header(file: InputFile, fields: Fields, feed: _Feed) -> tuple[bytes | None, Layout]:
    """The first row, and how the others are read. Raises BadFile where it names no column of texts."""
    found: list[str] = []
    csv.field_size_limit(_CELL)
    for delimiter in _DELIMITERS[file.format]:
        try:
            cells = next(csv.reader(feed, delimiter=delimiter, strict=True), None)
        except (csv.Error, _Unfit) as e:
            if "new-line" in str(e):
                zh, en = (
                    "行尾只有 \\r；请把换行统一成 \\n 或 \\r\\n",
                    "lines end in \\r alone; make all line ends \\n or \\r\\n",
                )
                raise BadFile(Reject(file.name, 1, "stray_return", zh, en)) from e
            cells = None
        taken = feed.row()
        raw = b"".join(line for line, _ in taken)
        if not taken:
            if feed.error is not None:
                raise feed.error
            return None, Layout(feed.choice, delimiter, ())
        names = [_name_of(c, feed.choice) for c in cells or ()]
        if fields.text in names and names.count(fields.text) == 1:
            return raw, Layout(feed.choice, delimiter, tuple(names))
        found = found or names
        feed.give_back(taken)
    raise BadFile(no_text(file.name, fields.text, found))


def no_text(name: str, wanted: str, columns: list[str]) -> Reject:
    """What is said of a table that has no column of texts, or two."""
    said = "、".join(columns[:20]), ", ".join(columns[:20])
    if wanted in columns:
        zh, en = (
            f"有 {columns.count(wanted)} 列都叫 {wanted}",
            f"has {columns.count(wanted)} columns {wanted}",
        )
        return Reject(name, 1, "no_text", f"{zh}；请改名", f"{en}; rename one")
    near = difflib.get_close_matches(wanted, columns, 1)
    near += [c for c in columns if c.casefold().strip() == wanted.casefold()]
    meant = (f"；是 --text-field {near[0]} 吗？", f"; did you mean --text-field {near[0]}?") if near else ("；正文在别的列时请用 --text-field", "; if the text is in another, use --text-field")  # fmt: skip
    return Reject(
        name,
        1,
        "no_text",
        f"没有 {wanted} 列(有 {said[0] or '空表头'}){meant[0]}",
        f"has no column {wanted} (it has {said[1] or 'none'}){meant[1]}",
    )


class _Rows:
    """The rows of a file behind its header."""

    def __init__(self, file: InputFile, feed: _Feed, layout: Layout, fields: Fields) -> None:
        self._file, self._feed, self._layout = file, feed, layout
        self._id = layout.columns.index(fields.id) if fields.id in layout.columns else -1
        self._ids = Ids()
        self._again = 0
        self._newline = "\n".encode(layout.choice.encoding) if is_wide(layout.choice.encoding) else b"\n"

    def after(self, header: bytes) -> Iterator[Row]:
        """The header, and all rows behind it."""
        yield Row(header, 1)
        line = 1 + header.count(self._newline)
        feed, width = self._feed, len(self._layout.columns)
        reader = csv.reader(feed, delimiter=self._layout.delimiter, strict=True)
        while True:
            bad, cells = "", None
            try:
                cells = next(reader)
            except StopIteration:
                if feed.error is not None:
                    raise feed.error from None
                return
            except csv.Error as e:
                bad = "stray_return" if "new-line" in str(e) else "bad_quote"
            except _Unfit:
                bad = "binary" if not feed.taken[-1][1] else "too_large"
                if len(feed.taken) > 1:
                    # the row that was begun before it
                    bad = "bad_quote"
            taken = feed.row()
            if not bad and cells and len(cells) != width:
                bad = "wrong_columns"
            if bad:
                self._once_more(taken[1:], line)
                (raw, over), *_ = taken
                if bad in ("bad_quote", "wrong_columns") and (cells := self._literal(raw)):
                    yield Row(raw, line, self._times(cells), literal=True)
                    line += 1
                    continue
                yield Row(raw, line, bad=bad, size=len(raw) + over)
                line += 1
                continue
            raw = taken[0][0] if len(taken) == 1 else b"".join(part for part, _ in taken)
            yield Row(raw, line, self._times(cells))
            line += len(taken)

    def _times(self, cells: list[str] | None) -> int:
        """How often the id of a row stood in the file before."""
        return self._ids.before(cells[self._id]) if cells and self._id >= 0 else 0

    def _literal(self, raw: bytes) -> list[str] | None:
        """The cells of a line of TSV that is a row if quotes mean themselves, as many programs write it."""
        if self._file.format != "tsv" or is_wide(self._layout.choice.encoding):
            return None
        try:
            cells = cells_of(raw.decode("latin-1"), self._layout.delimiter, literal=True)
        except csv.Error:
            return None
        return cells if len(cells) == len(self._layout.columns) else None

    def _once_more(self, lines: list[tuple[bytes, int]], at: int) -> None:
        """Read what follows a bad row again, by itself."""
        self._again += sum(len(line) for line, _ in lines)
        if self._again > _AGAIN:
            zh, en = (
                "引号太乱，读不下去；请检查分隔符和引号",
                "too many bad quotes to go on; look at the quoting",
            )
            raise BadFile(Reject(self._file.name, at, "bad_quote", zh, en))
        self._feed.give_back(lines)


def _name_of(cell: str, choice: Choice) -> str:
    """The name of a column."""
    if not is_wide(choice.encoding):
        cell = cell.encode("latin-1").decode(choice.encoding, "replace")
    return cell.strip()


def cells_of(text: str, delimiter: str, *, literal: bool = False) -> list[str]:
    """The cells of a row, whose quotes may mean themselves; none of a blank line. Raises csv.Error."""
    csv.field_size_limit(_CELL)
    if literal:
        return next(csv.reader([text], delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True), [])
    return next(csv.reader([text], delimiter=delimiter, strict=True), [])
