"""CSV and TSV: a row is a record, which may go over several lines. Rows that do not change are copied byte for byte; in
those that do, only the text does: its quotes stay, or come where the text needs them now.

The first row names the columns. A row that a stray quote tore costs its first line, and reading goes on at the next:
where a quote is missing the rest of a file would be one cell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from cleanup.compression import position
from cleanup.dumps.article import article_of
from cleanup.dumps.csvrows import Layout, Row, cells_of, rows
from cleanup.dumps.encoding import Unreadable, undecodable
from cleanup.dumps.lines import Lines, as_utf8
from cleanup.dumps.packing import opened
from cleanup.dumps.page import is_page
from cleanup.dumps.record import (
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


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The rows of a file, in stretches. Raises BadFile where no column has the texts."""
    with opened(file) as f:
        layout, given = rows(file, Lines(f, encoding), fields)
        at = 0
        for run in cut((row.raw, row) for row in given):
            held = tuple(row for _, row in run)
            size, before = sum(row.size or len(row.raw) for row in held), at
            at = position(f) if file.packing else before + size
            yield Piece(file, held[0].line, size, fields, encoding, (layout, held), at - before)


def records(piece: Piece) -> Iterator[Record]:
    """The records of some rows, that of the header and blank lines among them."""
    layout, held = piece.held
    folder = piece.file.folder
    for row in held:
        if row.line == 1:
            yield Record(row.raw)
        elif row.bad:
            yield _bad(piece.file.name, row, layout)
        else:
            yield _record(piece.file, row, layout, piece.fields, folder)


def _bad(name: str, row: Row, layout: Layout) -> Record:
    """A line that is no row, as a reject."""
    if row.bad == "too_large":
        return Record(b"", reject=too_long(name, row.line, row.size), told=row.raw)
    if row.bad == "bad_quote" and b'\\"' in row.raw:
        zh = '引号用反斜杠转义（\\"），不是 CSV 的写法；请导出成 ""'
        en = 'quotes are escaped by backslashes, which is not CSV: export them doubled, as ""'
        return Record(row.raw, reject=Reject(name, row.line, row.bad, zh, en), told=row.raw)
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


def _record(file: InputFile, row: Row, layout: Layout, fields: Fields, folder: str) -> Record:
    name, choice = file.name, layout.choice
    try:
        line, choice = as_utf8(row.raw, choice)
        text = line.decode()
        if "\0" in text:
            return _bad(name, Row(row.raw, row.line, bad="binary"), layout)
        cells = cells_of(text, layout.delimiter, literal=row.literal)
    except UnicodeDecodeError as e:
        bad = undecodable(e)
        return Record(row.raw, reject=Reject(name, row.line, bad.reason, bad.zh, bad.en), told=row.raw)
    except Unreadable as e:
        return Record(row.raw, reject=Reject(name, row.line, e.reason, e.zh, e.en), told=row.raw)
    except csv.Error:
        return _bad(name, Row(row.raw, row.line, bad="bad_quote"), layout)
    if not cells:
        return Record(row.raw)
    if len(cells) != len(layout.columns):
        return _bad(name, Row(row.raw, row.line, bad="wrong_columns"), layout)
    # of columns of one name the first counts
    values = dict(reversed([*zip(layout.columns, cells, strict=True)]))
    document = article_of(
        file.name,
        file.format,
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
        "literal": row.literal,
        "derived": fields.html,
    }
    return Record(row.raw, document, how=how, told=row.raw)


def page(record: Record) -> str | None:
    """The web page that the text of an article was extracted from; None where the text is the cell."""
    if not record.how["derived"]:
        return None
    how = record.how
    cells = cells_of(record.raw.decode(how["encoding"]), how["delimiter"], literal=how["literal"])
    text = cells[how["at"]]
    return text if is_page(text) else None


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The row with another text, and UTF-8 if its encoding does not have all of it, else ""."""
    encoding, delimiter = str(record.how["encoding"]), str(record.how["delimiter"])
    line = record.raw.decode(encoding)
    literal = bool(record.how["literal"])
    start, end = _span(line, delimiter, record.how["at"], literal=literal)
    # a cell without quotes around it that holds some is read as it stands, and stays so
    bare = '"' in line[start:end]
    signs = re.escape(delimiter) + "\r\n" + ("" if bare else '"')
    quoted = not literal and (
        line.startswith('"', start)
        or text.startswith('"')
        or re.search(f"[{signs}]", text) is not None
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
def _cell(delimiter: str, *, literal: bool) -> re.Pattern[str]:
    """A cell of a row that csv has read, and what ends it."""
    sign = re.escape(delimiter)
    quoted = "" if literal else '"[^"]*+(?:""[^"]*+)*+"|'
    return re.compile(rf"({quoted}[^{sign}\r\n]*+)(?:{sign}|\r?\n|\r|\Z)")


def _span(line: str, delimiter: str, index: int, *, literal: bool) -> tuple[int, int]:
    """Where a cell stands in its row, with its quotes."""
    start, cell = 0, _cell(delimiter, literal=literal)
    for _ in range(index):
        found: Any = cell.match(line, start)
        start = found.end()
    found = cell.match(line, start)
    return found.span(1)  # type: ignore[no-any-return]
