"""Lines and quotations by what they are made of: classical prose, dialect, code, other languages, tables.

Shares are of Chinese characters. What was measured is told beside each limit: "old" is thirty-five paragraphs of
classical prose, "modern" are lines of forty corpora scored by models that have not counted them where there is one,
"damaged" the lines of the bench's farms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleanup.decode.signs import F64, Signs, among, bit, spans
from cleanup.decode.texts import I64, Bools

# Classical prose. Bits a character: old 9.4 and above (19 in 20), damaged below 8.5 (in finance news 9.1; 99 in 100).
# Function words: old up to .03, modern .05 to .2, but none at all in one modern line of ten. Particles, .1 and above in
# nine old lines of ten, are in one modern line of twenty. Each alone errs; the three together do not.
_OLD_HAN, _OLD_MODERN, _OLD_PARTICLES, _OLD_BITS = 12, 0.04, 0.10, 8.0
# 的, 了 and 们 are in none.
PLAIN = 0.01
# A 是 or 这 more does not matter where particles abound.
_LOUD_MODERN, _LOUD_PLAIN, _LOUD_PARTICLES, _LOUD_BITS = 0.06, 0.03, 0.2, 9.5
# With a particle that modern prose does not write, famous texts, which the model has met, are told as well.
_FAMOUS_MODERN, _FAMOUS_PARTICLES, _FAMOUS_BITS = 0.03, 0.15, 7.0
# With few of them: clauses as short as these (old 4 to 5.5 characters, modern 6 and more) and very surprising.
_TERSE_PARTICLES, _TERSE_CLAUSE, _TERSE_BITS = 0.03, 5.5, 9.5
# A line that may be old is so beside lines that are.
_MAYBE_HAN, _MAYBE_MODERN, _MAYBE_BITS = 4, 0.05, 8.5
# Two characters of a dialect, and so many: Cantonese has one in six, a modern line with a name in dialect less.
_DIALECT_LEAST, _DIALECT_SHARE = 2, 0.06
# Beyond any damage: of 6,700 damaged lines none is so surprising without function words.
_BEYOND_HAN, _BEYOND_BITS, _BEYOND_MODERN = 16, 11.0, 0.02
# What coded lines are told by.
_CODED = (
    "operator",
    "bracket",
    "latin",
    "digit",
    "syllable",
    "tab",
    "pipe",
    "comma",
    "blank",
    "stop",
    "clause",
)
# Less of the visible characters than this being Chinese; docs of software have .35 and more.
LEAST_CHINESE = 0.3
# Cells of a table are short; prose with blanks around foreign words is not all cells.
_CELL = 8
_FIGURES = 0.35
# A column of cells, a line each.
_COLUMN, _COLUMN_CELL, _COLUMN_FIGURES = 8, 12, 0.3


def runs(joined: Bools) -> I64:
    """A number for each run; `joined` says of each element whether it goes on from the one before."""
    out: I64 = np.cumsum(~joined) - 1
    return out


@dataclass(frozen=True, slots=True)
class Lines:
    """Spans of a batch, each inside a line, in order; arrays of shape (n,).

    plain              share of function words that old prose has none of, as 的 and 了
    modern, particles  share of function words of modern and of classical prose; what only the latter has counts twice
    bits               bits a Chinese character
    """

    start: I64
    end: I64
    article: I64
    han: I64
    visible: I64
    modern: F64
    bits: F64
    dialect: I64
    plain: F64
    old_only: I64
    particles: F64
    clause: F64

    @classmethod
    def of(cls, signs: Signs, start: I64, end: I64) -> Lines:
        han = spans(signs.han_upto, start, end)
        some = np.maximum(han, 1)
        modern = signs.count("modern", start, end) / some
        # all that may be old has few function words; of the rest nothing more is asked
        few = np.flatnonzero(modern <= _LOUD_MODERN)
        count = signs.counts(("plain", "classical", "formal", "clause"), start[few], end[few])
        plain, clause = np.ones(len(start)), np.full(len(start), np.inf)
        old_only, particles = np.zeros(len(start), np.int64), np.zeros(len(start))
        plain[few] = count["plain"] / some[few]
        old_only[few] = count["classical"]
        particles[few] = (count["formal"] + 2 * count["classical"]) / some[few]
        clause[few] = han[few] / np.maximum(count["clause"], 1)
        return cls(
            start,
            end,
            signs.article(start).astype(np.int64),
            han,
            signs.visible(start, end),
            modern,
            (signs.bits_upto[end] - signs.bits_upto[start]) / some,
            among(signs.dialect, start, end),
            plain,
            old_only,
            particles,
            clause,
        )

    def spoken(self, quotes: Lines | None = None) -> Bools:
        """Dialect. What of `quotes` is dialect by itself does not make the line that holds it."""
        dialect, han = self.dialect, self.han
        if quotes is not None and (own := quotes.spoken()).any():
            line = np.searchsorted(self.start, quotes.start[own], "right") - 1
            dialect, han = dialect.copy(), han.copy()
            np.subtract.at(dialect, line, quotes.dialect[own])
            np.subtract.at(han, line, quotes.han[own])
        return (dialect >= _DIALECT_LEAST) & (dialect >= _DIALECT_SHARE * han)

    def beyond(self) -> Bools:
        """What no damage makes so surprising."""
        return (self.han >= _BEYOND_HAN) & (self.bits >= _BEYOND_BITS) & (self.modern <= _BEYOND_MODERN)

    def old(self, signs: Signs) -> Bools:
        """Classical prose for sure."""
        sure = (self.modern <= _OLD_MODERN) & (self.particles >= _OLD_PARTICLES) & (self.bits >= _OLD_BITS)
        sure |= (
            (self.old_only > 0)
            & (self.modern <= _FAMOUS_MODERN)
            & (self.particles >= _FAMOUS_PARTICLES)
            & (self.bits >= _FAMOUS_BITS)
        )
        sure |= (
            (self.modern <= _FAMOUS_MODERN)
            & (self.particles >= _TERSE_PARTICLES)
            & (self.clause <= _TERSE_CLAUSE)
            & (self.bits >= _TERSE_BITS)
        )
        sure &= self.plain <= PLAIN
        sure |= (
            (self.modern <= _LOUD_MODERN)
            & (self.plain <= _LOUD_PLAIN)
            & (self.particles >= _LOUD_PARTICLES)
            & (self.bits >= _LOUD_BITS)
        )
        sure &= self.han >= _OLD_HAN
        # one particle again and again is a part of a name, as 以 of 以军
        both = bit("formal") | bit("classical")
        for row in np.flatnonzero(sure).tolist():
            span = slice(int(self.start[row]), int(self.end[row]))
            sure[row] = len(set(signs.codes[span][signs.kinds[span] & both != 0].tolist())) >= 2
        return sure

    def old_among(self, old: Bools) -> Bools:
        """`old`, and lines that may be, where they are less than half of their neighbours."""
        maybe = old | (
            (self.han >= _MAYBE_HAN)
            & (self.plain <= PLAIN)
            & (self.modern <= _MAYBE_MODERN)
            & (self.bits >= _MAYBE_BITS)
        )
        run = self._runs(maybe)
        known = np.bincount(run, self.han * old) >= 0.5 * np.bincount(run, self.han * maybe)
        return maybe & (known & (np.bincount(run, old) > 0))[run]

    def coded(self, signs: Signs) -> dict[str, Bools]:
        """Other languages, tables and code, by reason."""
        some = np.maximum(self.visible, 1)
        few = (self.han < 0.7 * some) | (self.modern <= _MAYBE_MODERN)
        rows = np.flatnonzero(few)
        count = {kind: np.zeros(len(some), np.int64) for kind in _CODED}
        for kind, found in signs.counts(_CODED, self.start[rows], self.end[rows]).items():
            count[kind][rows] = found
        han = self.han / some
        foreign = (count["syllable"] >= 0.15 * some) | (
            (han < LEAST_CHINESE) & (count["latin"] >= 0.5 * some) & (some >= _CELL)
        )
        return {
            "foreign": foreign,
            "table": self._table(count, some, han),
            "code": self._code(signs, count, some, han, foreign),
        }

    def _code(self, signs: Signs, count: dict[str, I64], some: I64, han: F64, foreign: Bools) -> Bools:
        """Lines with operators and little Chinese; among them remarks, and lines without operators."""
        code = (count["operator"] >= 2) & (count["operator"] >= 0.08 * some) & (han < 0.5)
        code &= (count["latin"] > 0) | (count["operator"] >= 0.3 * some)
        signed = count["operator"] + count["bracket"] >= 0.15 * some
        code |= foreign & (count["operator"] > 0) & signed
        if not code.any():
            return code
        # the first character that shows; a line of blanks gets that of a later one, or the last of all
        shown = np.append(np.flatnonzero(signs.shown(0, len(signs.codes))), len(signs.codes) - 1)
        first = shown[np.searchsorted(shown, self.start)]
        remark = np.isin(signs.codes[first], [ord(c) for c in "/#*-\"'<{}"]) | foreign
        run = self._runs(code | remark)
        return (code | remark) & (np.bincount(run, code) > 0)[run]

    def _table(self, count: dict[str, I64], some: I64, han: F64) -> Bools:
        """Rows of short cells, lines of figures, and columns of cells."""
        apart = np.maximum.reduce([count["tab"], count["pipe"], count["blank"], count["comma"]])
        plain = (count["stop"] == 0) & (self.modern <= _MAYBE_MODERN)
        row = plain & (apart >= 2) & (some <= _CELL * (apart + 1))
        # blanks and commas stand in titles with a year, too
        sure = row & ((count["tab"] >= 2) | (count["pipe"] >= 2))
        sure |= row & (apart >= 3) & (count["digit"] >= _FIGURES * some)
        sure |= plain & (count["digit"] >= 0.4 * some) & (some >= 10) & (han < 0.5)
        figures = count["digit"] + count["latin"] > 0
        # 8:00 and 2.5 are cells, too
        whole = (count["clause"] == 0) | (count["digit"] >= 0.5 * some)
        cell = plain & whole & (some <= _COLUMN_CELL) & (self.modern == 0)
        run = self._runs(cell)
        size = np.bincount(run, cell)
        column = (
            cell & ((size >= _COLUMN) & (np.bincount(run, figures & cell) >= _COLUMN_FIGURES * size))[run]
        )
        # the head of a table has no figures
        head = np.zeros(len(row), bool)
        head[:-1] = row[:-1] & sure[1:] & (self.article[1:] == self.article[:-1])
        out: Bools = sure | column | head
        return out

    def _runs(self, among: Bools) -> I64:
        """A number for each run of lines of one article that are all among some; every other line is one of its own."""
        joined = np.zeros(len(among), bool)
        joined[1:] = among[1:] & among[:-1] & (self.article[1:] == self.article[:-1])
        return runs(joined)
