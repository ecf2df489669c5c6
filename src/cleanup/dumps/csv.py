"""CSV and TSV: a row is a record, which may go over several lines. Rows that do not change are copied byte for byte; in
those that do, only the text does: its quotes stay, or come where the text needs them now.

The first row names the columns. A row that a stray quote tore costs its first line, and reading goes on at the next:
where a quote is missing the rest of a file would be one cell.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cleanup.dumps.article import article_of
from cleanup.dumps.encoding import Choice, Unreadable, undecodable
from cleanup.dumps.lines import Ids, Lines, as_utf8, is_wide
from cleanup.dumps.packing import opened
from cleanup.dumps.page import is_page
from cleanup.dumps.record import (
    RECORD_BYTES,
    BadFile,
    Fields,
    InputFile,
    Piece,
    Record,
    Reject,
    cut,
    finish,
    too_long,
)

__all__ = ["finish", "page", "pieces", "records", "rewrite"]

# Bytes of a file that may be read once more behind quotes that nothing closes. A file of millions of them would take
# forever, and is no CSV.
_AGAIN = 1_000_000_000
# What csv allows a cell is a setting of the process, 131,072 characters by default.
_CELL = 2**31 - 1
_DELIMITERS = {"csv": ",;\t", "tsv": "\t"}


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the rows of a file are read: its encoding, what stands between cells, and the names of the columns."""

    choice: Choice
    delimiter: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """The bytes of a row, its line, how often its id stood in the file before, and why it is no record, or "".

    size  the bytes it has in the file, where not all are kept
    """

    raw: bytes
    line: int
    before: int = 0
    bad: str = ""
    size: int = 0


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The rows of a file, in stretches. Where a row ends only those before it tell, so they are cut here.

    Raises BadFile where no column has the texts.
    """
    with opened(file) as f:
        lines = Lines(f, encoding)
        feed = _Feed(lines)
        header, layout = _header(file, fields, feed)
        if header is None:
            return
        rows = _Rows(file, feed, layout, fields)
        given = ((row.raw, row) for row in rows.after(header))
        for run in cut(given):
            cells = tuple(row for _, row in run)
            size = sum(row.size or len(row.raw) for row in cells)
            yield Piece(file, cells[0].line, size, fields, encoding, (layout, cells))


def records(piece: Piece) -> Iterator[Record]:
    """The records of some rows, that of the header and blank lines among them."""
    layout, rows = piece.held
    folder = piece.file.folder
    for row in rows:
        if row.line == 1:
            yield Record(row.raw)
        elif row.bad:
            yield _bad(piece.file.name, row, layout)
        else:
            yield _record(piece.file, row, layout, piece.fields, folder)


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


def _header(file: InputFile, fields: Fields, feed: _Feed) -> tuple[bytes | None, _Layout]:
    """The first row, and how the others are read. Raises BadFile where it names no column of texts."""
    found: list[str] = []
    csv.field_size_limit(_CELL)
    for delimiter in _DELIMITERS[file.format]:
        try:
            cells = next(csv.reader(feed, delimiter=delimiter, strict=True), None)
        except (csv.Error, _Unfit):
            cells = None
        taken = feed.row()
        raw = b"".join(line for line, _ in taken)
        if not taken:
            if feed.error is not None:
                raise feed.error
            return None, _Layout(feed.choice, delimiter, ())
        names = [_name_of(c, feed.choice) for c in cells or ()]
        if fields.text in names and names.count(fields.text) == 1:
            return raw, _Layout(feed.choice, delimiter, tuple(names))
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

    def __init__(self, file: InputFile, feed: _Feed, layout: _Layout, fields: Fields) -> None:
        self._file, self._feed, self._layout = file, feed, layout
        self._id = layout.columns.index(fields.id) if fields.id in layout.columns else -1
        self._ids = Ids()
        self._again = 0
        self._newline = "\n".encode(layout.choice.encoding) if is_wide(layout.choice.encoding) else b"\n"

    def after(self, header: bytes) -> Iterator[_Row]:
        """The header, and all rows behind it."""
        yield _Row(header, 1)
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
                yield _Row(raw, line, bad=bad, size=len(raw) + over)
                line += 1
                continue
            raw = taken[0][0] if len(taken) == 1 else b"".join(part for part, _ in taken)
            before = self._ids.before(cells[self._id]) if cells and self._id >= 0 else 0
            yield _Row(raw, line, before)
            line += len(taken)

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


def _bad(name: str, row: _Row, layout: _Layout) -> Record:
    """A line that is no row, as a reject."""
    if row.bad == "too_large":
        return Record(b"", reject=too_long(name, row.line, row.size), told=row.raw)
    zh, en = {
        "bad_quote": (
            '引号没有配对：开了没有关，或关在单元格中间；单元格里的引号要写成 ""',
            'a quote is never closed, or is closed inside of a cell; a quote in a cell is written ""',
        ),
        "stray_return": (
            "单元格外有回车符 \\r；请把换行统一成 \\n 或 \\r\\n",
            "a carriage return outside of a quoted cell; make all line ends \\n or \\r\\n",
        ),
        "binary": ("含有 NUL 字节，不是文本", "holds a NUL byte: not text"),
        "wrong_columns": (
            f"单元格的个数不是表头的 {len(layout.columns)} 个",
            f"has not the {len(layout.columns)} cells of the header",
        ),
    }[row.bad]
    return Record(row.raw, reject=Reject(name, row.line, row.bad, zh, en), told=row.raw)


def _record(file: InputFile, row: _Row, layout: _Layout, fields: Fields, folder: str) -> Record:
    name, choice = file.name, layout.choice
    try:
        line, choice = as_utf8(row.raw, choice)
        text = line.decode()
        if "\0" in text:
            return _bad(name, _Row(row.raw, row.line, bad="binary"), layout)
        cells = _cells(text, layout.delimiter)
    except UnicodeDecodeError as e:
        bad = undecodable(e)
        return Record(row.raw, reject=Reject(name, row.line, bad.reason, bad.zh, bad.en), told=row.raw)
    except Unreadable as e:
        return Record(row.raw, reject=Reject(name, row.line, e.reason, e.zh, e.en), told=row.raw)
    except csv.Error:
        return _bad(name, _Row(row.raw, row.line, bad="bad_quote"), layout)
    if not cells:
        return Record(row.raw)
    if len(cells) != len(layout.columns):
        return _bad(name, _Row(row.raw, row.line, bad="wrong_columns"), layout)
    # of columns of one name the first counts
    values = dict(reversed([*zip(layout.columns, cells, strict=True)]))
    document = article_of(
        file,
        row.line,
        article=values.get(fields.id, ""),
        before=row.before,
        text=values[fields.text],
        title=values.get(fields.title, ""),
        source=values.get(fields.source, "") or folder,
        fields=fields,
        choice=choice,
    )
    how = {
        "encoding": choice.encoding,
        "delimiter": layout.delimiter,
        "at": layout.columns.index(fields.text),
        "alone": len(layout.columns) == 1,
        "derived": fields.html,
    }
    return Record(row.raw, document, how=how)


def _cells(text: str, delimiter: str) -> list[str]:
    csv.field_size_limit(_CELL)
    return next(csv.reader([text], delimiter=delimiter, strict=True), [])


def page(record: Record) -> str | None:
    """The web page that the text of an article was extracted from; None where the text is the cell."""
    if not record.how["derived"]:
        return None
    cells = _cells(record.raw.decode(record.how["encoding"]), record.how["delimiter"])
    text = cells[record.how["at"]]
    return text if is_page(text) else None


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The row with another text, and UTF-8 if its encoding does not have all of it, else ""."""
    encoding, delimiter = str(record.how["encoding"]), str(record.how["delimiter"])
    line = record.raw.decode(encoding)
    start, end = _span(line, delimiter, record.how["at"])
    quoted = (
        line.startswith('"', start)
        or re.search(f'[{re.escape(delimiter)}"\r\n]', text) is not None
        # a line without anything is no row
        or (not text and record.how["alone"])
    )
    cell = '"' + text.replace('"', '""') + '"' if quoted else text
    new = line[:start] + cell + line[end:]
    try:
        return new.encode(encoding), ""
    except UnicodeEncodeError:
        return new.encode(), "utf-8"


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """A cell of a row that csv has read, and what ends it."""
    sign = re.escape(delimiter)
    return re.compile(rf'("[^"]*+(?:""[^"]*+)*+"|[^{sign}\r\n]*+)(?:{sign}|\r?\n|\r|\Z)')


def _span(line: str, delimiter: str, index: int) -> tuple[int, int]:
    """Where a cell stands in its row, with its quotes."""
    start, cell = 0, _cell(delimiter)
    for _ in range(index):
        found: Any = cell.match(line, start)
        start = found.end()
    found = cell.match(line, start)
    return found.span(1)  # type: ignore[no-any-return]
