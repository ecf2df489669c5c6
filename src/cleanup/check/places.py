"""Where spans of an article stand in its file, counted in every way that a format wants."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from cleanup.check.nouns import Place
from cleanup.data import line_starts

# Code points between two offsets whose bytes are known. A place costs the encoding of as many, a text one number for each.
_STEP = 1024


class Spot(NamedTuple):
    """A span in its file and in its line, as an `Alarm` holds it."""

    start: Place
    end: Place
    excerpt: str
    at: int


class Places:
    """The spots of spans of a text; linear in the text and the spans, however long its lines are.

    text        the article's text as it was read
    first_line  the line of its file, from 1, on which it starts
    exact       whether its lines are lines of the file; if not, all places are the start of `first_line`

    Lines and columns are those of `data.LineMap`. Spots of one line share its excerpt.
    """

    def __init__(self, text: str, first_line: int, *, exact: bool) -> None:
        self._text = text
        self._first = first_line
        self._exact = exact
        self._starts = line_starts(text)
        self._excerpts: dict[int, str] = {}

    def __call__(self, start: int, end: int) -> Spot:
        """The spot of text[start:end]; offsets are in code points of the text."""
        row = self._row(start)
        excerpt = self._excerpts.get(row)
        if excerpt is None:
            to = self._starts[row + 1] if row + 1 < len(self._starts) else len(self._text)
            excerpt = self._excerpts[row] = self._text[self._starts[row] : to].rstrip("\r\n")
        # a span may start in the newline itself
        at = min(start - self._starts[row], len(excerpt))
        return Spot(self._place(start), self._place(end), excerpt, at)

    def _row(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _place(self, offset: int) -> Place:
        if not self._exact:
            return Place(self._first, 1, 1)
        row = self._row(offset)
        begin = self._starts[row]
        return Place(self._first + row, offset - begin + 1, self._bytes(offset) - self._bytes(begin) + 1)

    def _bytes(self, offset: int) -> int:
        """Bytes of UTF-8 before an offset."""
        if self._text.isascii():
            return offset
        step = offset // _STEP
        return self._steps[step] + len(self._text[step * _STEP : offset].encode())

    @cached_property
    def _steps(self) -> list[int]:
        """Bytes of UTF-8 before every `_STEP`-th code point."""
        out = [0]
        for i in range(0, len(self._text), _STEP):
            out.append(out[-1] + len(self._text[i : i + _STEP].encode()))
        return out
