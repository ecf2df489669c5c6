"""Which lines of a web page the lines of its extracted text come from, and where in the text its comments stand.

Extraction keeps no places, so the text is aligned with the page afterwards, both without white space. What is not
found so, or might come from two places, is told as not known.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cleanup.dumps import csv, html, jsonl, parquet
from cleanup.dumps.page import is_page
from cleanup.dumps.pagematch import Matches, Span
from cleanup.dumps.pagesource import RawComment, Source, comment_at, fold, kept
from cleanup.dumps.record import Record

_NEWLINE = re.compile(r"\r\n?|\n")


def page_of(record: Record) -> str | None:
    """The web page, as text, that the article of a record was extracted from, or None where it was read from none.

    The page of a file may hold no markup; that of a record is one of its fields, and its lines are none of the file.
    """
    kind = record.document.meta["format"] if record.document is not None else ""
    match kind:
        case "html":
            return html.page(record)
        case "jsonl":
            return jsonl.page(record)
        case "csv" | "tsv":
            return csv.page(record)
        case "parquet":
            return parquet.page(record)
    return None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a page.

    offset  in the text: all that is known to come from in front of the comment stands in front of it
    line    of the page, from 1, on which the comment starts
    body    what stands between <!-- and -->
    beside  index of the line of the text that it stands in, or beside on a line of the page; None where it stands
            apart, or where that cannot be told
    next    index of the line of the text that follows, as many as there are lines where none does; None where that
            cannot be told
    """

    offset: int
    line: int
    body: str
    beside: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class PageLines:
    """For each line of a text (they end in \\n, \\r\\n or \\r) the first and last line of the page that it comes
    from, counted from 1, or None where that cannot be told; and the comments of the page in order.
    """

    lines: tuple[Span | None, ...]
    comments: tuple[Comment, ...]
    _told: _Told | None = field(default=None, repr=False, compare=False)
    _starts: Sequence[int] = field(default=(), repr=False, compare=False)

    @classmethod
    def of(cls, page: str, text: str) -> PageLines:
        """Align the text that was extracted from a page with the page."""
        starts = [0, *(m.end() for m in _NEWLINE.finditer(text))]
        if not is_page(page) and page == text:
            return cls(
                tuple((i, i) for i in range(1, len(starts) + 1)), tuple(_as_it_is(page, starts)), None, starts
            )
        told = _Told(Source(page), _Text(text, starts))
        return cls(tuple(told.lines()), tuple(told.comments()), told, starts)

    def of_part(self, start: int, end: int) -> Span | None:
        """First and last line of the page of text[start:end], or of the place where that is empty: a line of text may
        be many of the page.
        """
        first, last = self._at(start), self._at(max(start, end - 1))
        return (first[0], max(first[1], last[1])) if first and last else first or last

    def _at(self, offset: int) -> Span | None:
        line = bisect_right(self._starts, offset) - 1
        exact = self._told.line_at(offset, line) if self._told is not None else None
        return (exact, exact) if exact else self.lines[line]


class _Text:
    """A text, where its lines start in it and in its folded view, which is `folded`."""

    def __init__(self, text: str, line_starts: Sequence[int]) -> None:
        self.text, self.line_starts = text, line_starts
        self.starts = array("L", [0])  # of the folded view, and its end
        parts = []
        for i in range(len(self.line_starts)):
            parts.append(fold(text[slice(*self._span(i))]))
            self.starts.append(self.starts[-1] + len(parts[-1]))
        self.folded = "".join(parts)
        self._line = -1
        self._kept: list[int] = []

    def behind(self, t: int, line: int) -> int:
        """The offset behind folded character t - 1, which is of a line. Quick where lines are asked for in turn."""
        return self._kept_of(line)[t - 1 - self.starts[line]] + 1

    def folded_at(self, offset: int, line: int) -> int:
        """The folded character at an offset of a line, or the next one of the line, or its last."""
        of_line = self._kept_of(line)
        return self.starts[line] + bisect_left(of_line, offset, 0, len(of_line) - 1)

    def _kept_of(self, line: int) -> list[int]:
        if line != self._line:
            self._line = line
            self._kept = [i for i in range(*self._span(line)) if kept(self.text[i])]
        return self._kept

    def _span(self, line: int) -> Span:
        ends = self.line_starts
        return ends[line], ends[line + 1] if line + 1 < len(ends) else len(self.text)


class _Told:
    """What is known of a text and its page."""

    def __init__(self, source: Source, text: _Text) -> None:
        self._source, self._text = source, text
        self._matches = Matches(source, text.folded, text.starts)

    def lines(self) -> Iterator[Span | None]:
        matches, line, starts = self._matches, self._source.line, self._text.starts
        for i, (a, b) in enumerate(pairwise(starts)):
            first, last = matches.of_text(a), matches.of_text(b - 1)
            if a == b or i in matches.two_ways:
                yield None
            elif first is not None and last is not None:
                yield line(first.p + a - first.t), line(last.p + b - 1 - last.t)
            elif (at := matches.only(a, b, (0, len(self._source.text)))) is not None:
                # a line that was moved is where it stands all the same
                yield line(at), line(at + b - a - 1)
            else:
                yield None

    def line_at(self, offset: int, line: int) -> int | None:
        """The line of the page of the character at an offset of a line of the text."""
        if line in self._matches.two_ways or self._text.starts[line] == self._text.starts[line + 1]:
            return None
        t = self._text.folded_at(offset, line)
        m = self._matches.of_text(t)
        return self._source.line(m.p + t - m.t) if m else None

    def comments(self) -> Iterator[Comment]:
        for c in self._source.comments:
            before, after = self._matches.around(c.at)
            inside = c.at < before.p + before.n
            t = before.t + min(c.at - before.p, before.n)
            left = inside or (before.n > 0 and c.at == before.p + before.n)
            right = inside or (after.n > 0 and c.at == after.p)
            yield self._comment(c, t, t if inside else after.t, left, right)

    def _comment(self, c: RawComment, t: int, until: int, left: bool, right: bool) -> Comment:
        """A comment behind folded characters [:t] and in front of [until:]; `left` and `right` say that the page's
        characters beside it are those of the text.
        """
        text, source = self._text, self._source
        here = bisect_left(text.starts, t) - 1 if t else None
        there = bisect_right(text.starts, until) - 1 if until < len(text.folded) else len(text.line_starts)
        if here == there and here is not None:
            return Comment(text.behind(t, here), c.line, c.body, here, here + 1)
        following = there if t == until or right else None
        left = left and source.line(c.at - 1) == c.line
        right = right and source.line(c.at) == c.last
        if left and right:
            # all on one line: it is of the block that it stands in
            left, right = source.blocks(c.at - 1) == c.blocks, source.blocks(c.at) == c.blocks
        if right and not left:
            return Comment(text.line_starts[there], c.line, c.body, there, there + 1)
        offset = text.behind(t, here) if here is not None else 0
        return Comment(offset, c.line, c.body, here if left and not right else None, following)


def _as_it_is(page: str, starts: Sequence[int]) -> Iterator[Comment]:
    """The comments of a file without markup, whose text is the file."""
    at = page.find("<!--")
    while at >= 0:
        end, body = comment_at(page, at)
        if end < 0:
            return
        first, last = bisect_right(starts, at), bisect_right(starts, end - 1)
        yield Comment(at, first, body, first - 1, last)
        at = page.find("<!--", end)
