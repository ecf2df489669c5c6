"""The longest way to read a text as pieces of a page, in order: how extracted text is found in its page again.

Strings of the text that stand as often in the page are anchors; of these the heaviest chain in which both go forward
is kept, so that a line that was moved costs itself alone; and what is left between two of the chain is looked for
where it can only be. Takes time in proportion to the page.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleanup.dumps.pagesource import Source

# Characters that tell a place from others. Shorter strings count only where they fill a run between two tags.
_KEY = 12
# What is looked for between anchors may read so many times the page in all; what is beyond it is not known.
_EFFORT = 32
# What is found between anchors narrows down where the rest can be.
_ROUNDS = 3

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """text[t:t+n] is page[p:p+n], both folded."""

    t: int
    p: int
    n: int


class Matches:
    """The pieces of a text, whose lines start at `starts` (and end at the last of them), found in a page.

    Text and page are folded; `chain` is in order of both, and `two_ways` are the indices of lines that may come from two places.
    """

    def __init__(self, source: Source, text: str, starts: Sequence[int]) -> None:
        self.source, self.page, self.text, self.starts = source, source.text, text, starts
        self.effort = _EFFORT * (len(self.page) + 1000)
        self.chain = _chain(_grown(text, self.page, self._anchors()))
        for _ in range(_ROUNDS):
            found = list(self._between(self.chain))
            if not found:
                break
            self.chain = _chain([*self.chain, *found])
        self.two_ways: set[int] = set()
        self.chain = self._settled(self.chain)
        self._chain_t = [m.t for m in self.chain]
        self._chain_p = [m.p for m in self.chain]

    def of_text(self, t: int) -> Match | None:
        """The match of the chain that holds a character of the text."""
        i = bisect_right(self._chain_t, t) - 1
        return self.chain[i] if i >= 0 and t < self.chain[i].t + self.chain[i].n else None

    def around(self, p: int) -> tuple[Match, Match]:
        """The last match of the chain that starts in front of a place of the page, and the one after it; empty ones
        at the ends of both where there is none.
        """
        i = bisect_left(self._chain_p, p)
        before = self.chain[i - 1] if i else Match(0, 0, 0)
        return before, self.chain[i] if i < len(self.chain) else self._end

    def _settled(self, chain: Sequence[Match]) -> list[Match]:
        """The chain with breaks between two matches where lines break, if that is as good. Where something was left out
        that begins or ends as what follows or precedes it, lines that could be of either go into `two_ways`.
        """
        settled = list(chain[:1])
        for b in chain[1:]:
            a = settled[-1]
            gap = b.p - a.p - a.n
            if a.t + a.n == b.t and gap:
                first = b.t - _same_back(self.text, b.t, self.page, b.p, min(a.n, gap))
                last = b.t + _same(self.text, b.t, self.page, a.p + a.n, min(b.n, gap))
                i, j = bisect_left(self.starts, first), bisect_right(self.starts, last)
                if i < j:
                    self.two_ways.update(range(i, j - 1))
                    shift = self.starts[i] - b.t
                    settled[-1] = Match(a.t, a.p, a.n + shift)
                    b = Match(b.t + shift, b.p + shift, b.n - shift)
            settled.append(b)
        return [m for m in settled if m.n]

    @property
    def _end(self) -> Match:
        return Match(len(self.text), len(self.page), 0)

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

    def _between(self, chain: Sequence[Match]) -> Iterator[Match]:
        """What is found of the text between the matches of a chain, in the page between them."""
        t = p = 0
        for after in [*chain, self._end]:
            more = _same(self.text, t, self.page, p, min(after.t - t, after.p - p)) if t else 0
            if more:
                yield Match(t, p, more)
                t, p = t + more, p + more
            back = _same_back(self.text, after.t, self.page, after.p, min(after.t - t, after.p - p))
            if back:
                yield Match(after.t - back, after.p - back, back)
            yield from self._inside((t, after.t - back), (p, after.p - back))
            t, p = after.t + after.n, after.p + after.n

    def _inside(self, t: Span, p: Span) -> Iterator[Match]:
        i = bisect_right(self.starts, t[0]) - 1
        while t[0] < t[1] and p[0] < p[1] and i < len(self.starts) - 1 and self.starts[i] < t[1]:
            a, b = max(self.starts[i], t[0]), min(self.starts[i + 1], t[1])
            i += 1
            if a == b:
                continue
            if (at := self.only(a, b, p)) is not None:
                yield Match(a, at, b - a)
                continue
            done = a
            for seed in range(a, b - _KEY + 1, _KEY):
                if seed < done or (at := self.only(seed, seed + _KEY, p)) is None:
                    continue
                back = _same_back(self.text, seed, self.page, at, min(seed - done, at - p[0]))
                more = _same(self.text, seed, self.page, at, min(b - seed, p[1] - at))
                yield Match(seed - back, at - back, back + more)
                done = seed + more

    def only(self, a: int, b: int, p: Span) -> int | None:
        """The one place within a part of the page of a piece of the text."""
        piece = self.text[a:b]
        # str.find goes back over what it has read where a string repeats itself, as a row of one character does
        slow = 1 + len(piece) // len(set(piece))
        found: list[int] = []
        at = p[0]
        while len(found) < 2 and self.effort > 0:
            start, at = at, self.page.find(piece, at, p[1])
            self.effort -= ((at if at >= 0 else p[1]) - start) * slow + len(piece)
            if at < 0:
                return found[0] if len(found) == 1 else None
            if b - a >= _KEY or (self.source.is_edge(at) and self.source.is_edge(at + b - a)):
                found.append(at)
            at += 1
        return None


def _grown(text: str, page: str, pairs: Sequence[Span]) -> Iterator[Match]:
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
        yield Match(t, p, n)


def _chain(matches: Iterable[Match]) -> list[Match]:
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
