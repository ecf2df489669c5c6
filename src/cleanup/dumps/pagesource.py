"""A page's source, read for where things stand: its visible text with the lines it is on, and its comments.

The tree that content is extracted from keeps no places. This reads the page as a browser's tokenizer does
(comments, quoted attributes, elements of raw text), and is no judge of what is content.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from html import unescape

from cleanup.dumps.trim import INLINE

# A quote opens a value only behind "="; one that nothing closes is a character as any other.
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+>")
_OPENS = re.compile("<(?=[A-Za-z/!?])")
_COMMENT_END = re.compile("--!?>")
_NEWLINE = re.compile(r"\r\n?")
# Inside of these "<" opens nothing but their own end.
_RAW = frozenset({"script", "style", "title", "textarea", "iframe", "noframes", "xmp"})
# What is in these is on no page as text.
_HIDDEN = frozenset(
    {"script", "style", "title", "iframe", "noframes", "noscript", "template", "svg", "select", "button"}
)
# No character, and more digits than Python reads as a number.
_ENDLESS = re.compile(r"&#[0-9]{9,};?")
# What extraction puts around items and cells of its own accord.
_MARKS = str.maketrans("", "", "|-")


def fold(text: str) -> str:
    """What extraction leaves of a text: neither white space nor what cannot be seen, nor the marks of items and cells."""
    text = "".join(text.translate(_MARKS).split())
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def kept(char: str) -> bool:
    """Whether `fold` keeps a character."""
    return char.isprintable() and not char.isspace() and char not in "|-"


def newlines_as_lf(page: str) -> str:
    """With every kind of newline as \\n, so that lines are those that an editor shows."""
    return _NEWLINE.sub("\n", page) if "\r" in page else page


@dataclass(frozen=True, slots=True)
class RawComment:
    """A comment: offset in the folded text of the page, first and last line of the page, what it says,
    and how many blocks began or ended in front of it.
    """

    at: int
    line: int
    last: int
    body: str
    blocks: int


class Source:
    """The visible text of a page, folded, and where it comes from. Lines of the page count from 1.

    text      all of it, in document order
    runs      offsets in `text` where a run between two tags starts
    comments  in order; those of scripts and styles are none
    """

    def __init__(self, page: str) -> None:
        self.comments: list[RawComment] = []
        self.runs = array("L")
        self._blocks = array("L")
        self._starts = array("L")
        self._lines = array("L")
        self._parts: list[str] = []
        self._length = 0
        self._read(newlines_as_lf(page))
        self.text = "".join(self._parts)
        self._parts.clear()

    def line(self, at: int) -> int:
        """The line of the page of a character of `text`."""
        return self._lines[bisect_right(self._starts, at) - 1]

    def starts(self) -> list[int]:
        """Offsets in `text` where a line of the page or a run starts."""
        return sorted({*self.runs, *self._starts})

    def is_edge(self, at: int) -> bool:
        """Whether a run starts or ends at an offset of `text`."""
        i = bisect_left(self.runs, at)
        return at == len(self.text) or (i < len(self.runs) and self.runs[i] == at)

    def blocks(self, at: int) -> int:
        """How many blocks began or ended in front of a character of `text`."""
        return self._blocks[bisect_right(self.runs, at) - 1]

    def _read(self, page: str) -> None:
        at, line, blocks, seen = 0, 1, 0, 0  # `seen`: up to where what is hidden goes
        never: set[str] = set()  # names of which no end follows any more
        while at < len(page):
            opens = _OPENS.search(page, at)
            lt = opens.start() if opens else len(page)
            if lt > at:
                line = self._take(page[at:lt], line, blocks, at >= seen)
                at = lt
                continue
            if page.startswith("<!--", at):
                end, body = comment_at(page, at)
                if end < 0:
                    return
                last = line + page.count("\n", at, end)
                self.comments.append(RawComment(self._length, line, last, body, blocks))
                at, line = end, last
                continue
            tag = _TAG.match(page, at)
            if tag is None:
                # a declaration, what browsers take for a comment, or a tag that the end of the page cuts off
                end = page.find(">", at) + 1 if page[at + 1] in "!?/" else 0
                end = end or len(page)
            else:
                end = tag.end()
                name = tag[2].lower()
                blocks += name not in INLINE
                begins = not tag[1] and page[end - 2] != "/"
                if begins and (name in _RAW or (name in _HIDDEN and end > seen)) and name not in never:
                    close = re.compile(rf"</{name}(?![\w-])", re.I).search(page, end)
                    if close is None:
                        never.add(name)
                    elif name in _RAW:
                        line += page.count("\n", at, end)
                        shown = name not in _HIDDEN and end > seen
                        line = self._take(page[end : close.start()], line, blocks, shown)
                        at = close.start()
                        continue
                    else:
                        seen = close.start()
            line += page.count("\n", at, end)
            at = end

    def _take(self, text: str, line: int, blocks: int, shown: bool) -> int:
        """Take in a run of text that starts on a line; the line on which it ends."""
        if not shown:
            return line + text.count("\n")
        first = True
        for part in text.split("\n"):
            if "&" in part:
                part = unescape(_ENDLESS.sub("\ufffd", part))
            if part := fold(part):
                if first:
                    self.runs.append(self._length)
                    self._blocks.append(blocks)
                    first = False
                if not self._lines or self._lines[-1] != line:
                    self._starts.append(self._length)
                    self._lines.append(line)
                self._parts.append(part)
                self._length += len(part)
            line += 1
        return line - 1


def comment_at(page: str, at: int) -> tuple[int, str]:
    """The end of a comment, and what it says; -1 where nothing ends it."""
    for short in ("<!-->", "<!--->"):
        if page.startswith(short, at):
            return at + len(short), ""
    end = _COMMENT_END.search(page, at + 4)
    return (end.end(), page[at + 4 : end.start()]) if end else (-1, "")
