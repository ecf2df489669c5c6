"""Which lines of a web page the lines of its extracted text come from, and where in the text its comments stand.

Extraction keeps no places, so the text is aligned with the page afterwards. Strings of the text that stand as often
in the page are anchors; of these the heaviest chain in which both go forward is kept, so that a line that was moved
costs itself alone; and between two of the chain what is left is looked for where it can only be. What is not found so
is told as not known. Takes time in proportion to the page.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleanup.dumps.page import is_page
from cleanup.dumps.pagesource import RawComment, Source, comment_at, fold, kept

# Characters that tell a place from others. Shorter strings count only where they fill a run between two tags.
_KEY = 12
# What is looked for between anchors may read so many times the page in all; what is beyond it is not known.
_EFFORT = 64
# What is found between anchors narrows down where the rest can be.
_ROUNDS = 3
_NEWLINE = re.compile(r"\r\n?|\n")

Span = tuple[int, int]


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

    @classmethod
    def of(cls, page: str, text: str) -> PageLines:
        """Align the text that was extracted from a page with the page."""
        if not is_page(page) and page == text:
            return _as_it_is(page)
        return _Alignment(Source(page), text).told()


@dataclass(frozen=True, slots=True)
class _Match:
    """text[t:t+n] is page[p:p+n], both folded."""

    t: int
    p: int
    n: int


class _Alignment:
    def __init__(self, source: Source, text: str) -> None:
        self.source, self.page = source, source.text
        self.raw_starts = [0, *(m.end() for m in _NEWLINE.finditer(text))]
        self.raw = text
        folded = [fold(text[a:b]) for a, b in self._raw_lines()]
        self.text = "".join(folded)
        self.starts = array("L", [0])  # where each line starts in the folded text, and the end of the last
        for line in folded:
            self.starts.append(self.starts[-1] + len(line))
        self.effort = _EFFORT * (len(self.page) + 1000)
        self.chain = _chain(_grown(self.text, self.page, self._anchors()))
        for _ in range(_ROUNDS):
            found = list(self._between(self.chain))
            if not found:
                break
            self.chain = _chain([*self.chain, *found])
        self.chain_t = [m.t for m in self.chain]
        self.chain_p = [m.p for m in self.chain]

    def told(self) -> PageLines:
        return PageLines(tuple(self._lines()), tuple(self._comments()))

    def _raw_lines(self) -> Iterator[Span]:
        yield from zip(self.raw_starts, [*self.raw_starts[1:], len(self.raw)], strict=True)

    def _anchors(self) -> list[Span]:
        """Places of text and page with the same key, as often in the one as in the other, in order of the text."""
        keys: dict[str, list[int]] = {}
        for i in dict.fromkeys(self.starts):
            keys.setdefault(self.text[i : i + _KEY], []).append(i)
        there: dict[str, list[int]] = {}
        for i in self.source.starts():
            if (key := self.page[i : i + _KEY]) in keys:
                there.setdefault(key, []).append(i)
        return sorted(
            pair
            for key, here in keys.items()
            if len(key) == _KEY and len(there.get(key, ())) == len(here)
            for pair in zip(here, there[key], strict=True)
        )

    def _between(self, chain: Sequence[_Match]) -> Iterator[_Match]:
        """What is found of the text between the matches of a chain, in the page between them."""
        t = p = 0
        for after in [*chain, _Match(len(self.text), len(self.page), 0)]:
            more = _same(self.text, t, self.page, p, min(after.t - t, after.p - p)) if t else 0
            if more:
                yield _Match(t, p, more)
                t, p = t + more, p + more
            back = _same_back(self.text, after.t, self.page, after.p, min(after.t - t, after.p - p))
            if back:
                yield _Match(after.t - back, after.p - back, back)
            yield from self._inside((t, after.t - back), (p, after.p - back))
            t, p = after.t + after.n, after.p + after.n

    def _inside(self, t: Span, p: Span) -> Iterator[_Match]:
        i = bisect_right(self.starts, t[0]) - 1
        while t[0] < t[1] and p[0] < p[1] and i < len(self.starts) - 1 and self.starts[i] < t[1]:
            a, b = max(self.starts[i], t[0]), min(self.starts[i + 1], t[1])
            i += 1
            if a == b:
                continue
            if (at := self._only(a, b, p)) is not None:
                yield _Match(a, at, b - a)
                continue
            done = a
            for seed in range(a, b - _KEY + 1, _KEY):
                if seed < done or (at := self._only(seed, seed + _KEY, p)) is None:
                    continue
                back = _same_back(self.text, seed, self.page, at, min(seed - done, at - p[0]))
                more = _same(self.text, seed, self.page, at, min(b - seed, p[1] - at))
                yield _Match(seed - back, at - back, back + more)
                done = seed + more

    def _only(self, a: int, b: int, p: Span) -> int | None:
        """The one place within a part of the page of a piece of the text."""
        piece = self.text[a:b]
        found: list[int] = []
        at = p[0]
        while len(found) < 2 and self.effort > 0:
            start, at = at, self.page.find(piece, at, p[1])
            self.effort -= (at if at >= 0 else p[1]) - start + len(piece)
            if at < 0:
                return found[0] if len(found) == 1 else None
            if b - a >= _KEY or (self.source.is_edge(at) and self.source.is_edge(at + b - a)):
                found.append(at)
            at += 1
        return None

    def _lines(self) -> Iterator[Span | None]:
        line = self.source.line
        for a, b in zip(self.starts, self.starts[1:], strict=False):
            first, last = self._match(a), self._match(b - 1)
            if a == b:
                yield None
            elif first is not None and last is not None:
                yield line(first.p + a - first.t), line(last.p + b - 1 - last.t)
            elif (at := self._only(a, b, (0, len(self.page)))) is not None:
                # a line that was moved is where it stands all the same
                yield line(at), line(at + b - a - 1)
            else:
                yield None

    def _match(self, t: int) -> _Match | None:
        """The match of the chain that holds a character of the text."""
        i = bisect_right(self.chain_t, t) - 1
        return self.chain[i] if i >= 0 and t < self.chain[i].t + self.chain[i].n else None

    def _comments(self) -> Iterator[Comment]:
        offsets = _Offsets(self)
        for c in self.source.comments:
            i = bisect_left(self.chain_p, c.at) - 1  # the last match that starts in front of it
            before = self.chain[i] if i >= 0 else _Match(0, 0, 0)
            after = (
                self.chain[i + 1] if i + 1 < len(self.chain) else _Match(len(self.text), len(self.page), 0)
            )
            inside = c.at < before.p + before.n
            t = before.t + min(c.at - before.p, before.n)
            until = t if inside else after.t
            touches = (
                inside or (before.n > 0 and c.at == before.p + before.n),
                inside or (after.n > 0 and c.at == after.p),
            )
            yield self._comment(c, t, until, touches, offsets)

    def _comment(
        self, c: RawComment, t: int, until: int, touches: tuple[bool, bool], offsets: _Offsets
    ) -> Comment:
        """A comment behind text[:t] and in front of text[until:]; `touches`: whether the page's characters at its
        sides are those of the text.
        """
        count = len(self.raw_starts)
        here = bisect_left(self.starts, t) - 1 if t else None  # line of the character in front
        there = bisect_right(self.starts, until) - 1 if until < len(self.text) else count
        if here == there and here is not None:
            return Comment(offsets.behind(t, here), c.line, c.body, here, here + 1)
        left = touches[0] and self.source.line(c.at - 1) == c.line
        right = touches[1] and self.source.line(c.at) == c.last
        if left and right:
            left, right = self.source.blocks(c.at - 1) == c.blocks, self.source.blocks(c.at) == c.blocks
        if right and not left:
            return Comment(self.raw_starts[there], c.line, c.body, there, there + 1)
        beside = here if left and not right else None
        offset = offsets.behind(t, here) if here is not None else 0
        following = there if t == until or touches[1] else None
        return Comment(offset, c.line, c.body, beside, following)


class _Offsets:
    """Offsets in a text of characters of its folded view, asked for in order."""

    def __init__(self, alignment: _Alignment) -> None:
        self._of = alignment
        self._line = -1
        self._kept: list[int] = []

    def behind(self, t: int, line: int) -> int:
        """Behind folded character t - 1, which is of a line."""
        if line != self._line:
            a = self._of.raw_starts[line]
            b = self._of.raw_starts[line + 1] if line + 1 < len(self._of.raw_starts) else len(self._of.raw)
            self._line, self._kept = line, [i for i in range(a, b) if kept(self._of.raw[i])]
        return self._kept[t - 1 - self._of.starts[line]] + 1


def _as_it_is(page: str) -> PageLines:
    """Of a file without markup, whose text is the file."""
    starts = [0, *(m.end() for m in _NEWLINE.finditer(page))]
    comments = []
    at = page.find("<!--")
    while at >= 0:
        end, body = comment_at(page, at)
        if end < 0:
            break
        first, last = bisect_right(starts, at), bisect_right(starts, end - 1)
        comments.append(Comment(at, first, body, first - 1, last))
        at = page.find("<!--", end)
    return PageLines(tuple((i, i) for i in range(1, len(starts) + 1)), tuple(comments))


def _grown(text: str, page: str, pairs: Sequence[Span]) -> Iterator[_Match]:
    """Each pair as a match that goes as far as it can, up to where the next one begins on another course."""
    until = [len(text)] * len(pairs)
    for i in range(len(pairs) - 2, -1, -1):
        (t, p), (u, q) = pairs[i : i + 2]
        until[i] = until[i + 1] if u - q == t - p else u
    done, course = 0, 0
    for (t, p), end in zip(pairs, until, strict=True):
        if t < done and t - p == course:
            continue
        n = _same(text, t, page, p, end - t)
        done, course = t + n, t - p
        yield _Match(t, p, n)


def _chain(matches: Iterable[_Match]) -> list[_Match]:
    """The heaviest of the chains in which text and page both go forward, without an overlap."""
    ends: list[int] = [0]  # ends in the page, rising, with the weight up to there, rising too
    best: list[tuple[int, int]] = [(0, -1)]  # and which match is the last
    before: list[int] = []
    ordered = sorted(matches, key=lambda m: (m.t, m.p))
    for k, m in enumerate(ordered):
        weight, last = best[bisect_right(ends, m.p) - 1]
        before.append(last)
        end, weight = m.p + m.n, weight + m.n
        i = bisect_right(ends, end)
        if best[i - 1][0] >= weight:
            continue
        j = i
        while j < len(ends) and best[j][0] <= weight:
            j += 1
        if ends[i - 1] == end:
            i -= 1
        ends[i:j], best[i:j] = [end], [(weight, k)]
    k = best[-1][1]
    chain = []
    while k >= 0:
        chain.append(ordered[k])
        k = before[k]
    return chain[::-1]


def _same(a: str, i: int, b: str, j: int, most: int) -> int:
    """How many characters are the same from two places on."""
    n, step = 0, 32
    most = min(most, len(a) - i, len(b) - j)
    while n + step < most and a[i + n : i + n + step] == b[j + n : j + n + step]:
        n, step = n + step, min(2 * step, 4096)
    while n < most and a[i + n] == b[j + n]:
        n += 1
    return n


def _same_back(a: str, i: int, b: str, j: int, most: int) -> int:
    """How many characters are the same up to two places."""
    n = 0
    while n < most and a[i - n - 1] == b[j - n - 1]:
        n += 1
    return n
