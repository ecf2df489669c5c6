"""Places of characters of either script, and the quotation or clause around each."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

QUOTED = re.compile(
    r"《[^《》\n]*》|〈[^〈〉\n]*〉|「[^「」\n]*」|『[^『』\n]*』|“[^“”\n]*”|‘[^‘’\n]*’|\"[^\"\n]{1,60}\"|（[^（）\n]*）|\([^()\n]*\)|【[^【】\n]*】"
)
_CLAUSE_END = re.compile(r"[，。；！？：、,;!?:\n《》〈〉「」『』“”‘’\"（）()【】|/\s]")

# A quotation of k characters of the other script and none of the article's is damage where chance makes one: at a
# rate of one in twenty two of two are one in 400, and a name; at one in three they are one in nine. The rate is
# that of the article outside of quotations, with so many characters of its own script added, for short texts.
_CHANCE = 0.05
_PRIOR = 10


@dataclass(frozen=True, slots=True)
class Unit:
    """The quotation or clause around a place, and how many characters of each script it has."""

    start: int
    end: int
    quoted: bool
    own: int
    other: int


def places(pattern: re.Pattern[str], text: str) -> list[int]:
    """Where a pattern of one character stands, in order."""
    return [m.start() for m in pattern.finditer(text)]


def between(found: list[int], start: int, end: int) -> list[int]:
    """Those of some places that lie in [start, end)."""
    return found[bisect.bisect_left(found, start) : bisect.bisect_left(found, end)]


def count(found: list[int], start: int, end: int) -> int:
    """How many of some places lie in [start, end)."""
    return bisect.bisect_left(found, end) - bisect.bisect_left(found, start)


def outside(found: list[int], quoted: list[tuple[int, int]]) -> int:
    """How many of some places lie outside of quotations."""
    return len(found) - sum(count(found, a, b) for a, b in quoted)


class Units:
    """Finds the unit around a place."""

    def __init__(self, text: str, quoted: list[tuple[int, int]], own: list[int], other: list[int]) -> None:
        self._text, self._quoted, self._own, self._other = text, quoted, own, other
        plain = outside(other, quoted)
        self._rate = plain / (plain + outside(own, quoted) + _PRIOR)
        self._ends = places(_CLAUSE_END, text)

    def around(self, at: int) -> Unit:
        i = bisect.bisect_right(self._quoted, (at, len(self._text))) - 1
        quoted = i >= 0 and self._quoted[i][0] <= at < self._quoted[i][1]
        if quoted:
            start, end = self._quoted[i]
        else:
            i = bisect.bisect_left(self._ends, at)
            start = self._ends[i - 1] + 1 if i else 0
            end = self._ends[i] if i < len(self._ends) else len(self._text)
        return Unit(start, end, quoted, count(self._own, start, end), count(self._other, start, end))

    def is_meant(self, unit: Unit) -> bool:
        """Whether it stands so on purpose: a name or quotation in its own script, a character talked about, a lone one."""
        if not unit.quoted:
            return unit.end - unit.start == 1
        pure = unit.other > 1 and not unit.own
        return unit.end - unit.start == 3 or (pure and self._rate**unit.other < _CHANCE)
