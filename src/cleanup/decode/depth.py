"""Where the model is out of its depth: spans of an article in which nothing is decoded, each with a reason.

A model that finds everything improbable finds every repair an improvement. So lines, quotations and lists that are no
modern prose are told by what they are made of, and there the text stays. Damage makes a line surprising, too, but
leaves it its 的 and 了 and its shape: nothing is silent for being surprising alone unless it is beyond all damage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from cleanup.decode.lines import PLAIN, Lines
from cleanup.decode.shapes import han_runs, name_runs, quotations, verse_runs
from cleanup.decode.signs import Signs, bit
from cleanup.decode.texts import I64, Bools, Texts

# In order: where two claim a place, the one named first is told.
Reason = Literal["code", "foreign", "table", "dialect", "names", "verse", "classical", "surprising"]
REASONS: tuple[Reason, ...] = get_args(Reason)

# An article is silent as a whole where so much of it is: what is left is headings, or too little to be told.
WHOLE = 0.75
# Or where less of it than this is Chinese; docs of software have .35 and more.
LEAST_CHINESE = 0.3
# Or where it is surprising, with so many Chinese characters or more, and either without the function words of modern
# prose or beyond all damage. Of damaged articles none is above 8.5 bits; modern translations of classical prose are,
# if the model has not met any, and are harmed no more than other modern prose.
_HAN, _BITS, _MODERN, _BEYOND = 40, 8.5, 0.04, 11.0


@dataclass(frozen=True, slots=True)
class Silence:
    """A span of a text in which nothing is decoded; offsets are code points of the text."""

    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Depth:
    """Where a batch of texts is not to be decoded.

    why  the number of the reason at each position, -1 where there is none, shape (len(texts.ids),); a line has its
         border, a quotation its closing mark, so that nothing is written at its end either
    """

    texts: Texts
    why: npt.NDArray[np.int8]

    @classmethod
    def of(cls, texts: Texts, closed: Sequence[Sequence[tuple[int, int]]] = ()) -> Depth:
        """What a batch is made of. What is closed (page, fenced code) is neither asked nor told.

        closed  for each text spans that are not decoded anyway
        """
        signs = Signs.of(texts)
        why = np.full(len(texts.ids), -1, np.int8)
        found = _found(signs)
        for number, reason in reversed(list(enumerate(REASONS))):
            for start, end in found[reason]:
                for a, b in zip(start.tolist(), end.tolist(), strict=True):
                    why[a : b + 1] = number
        opened = signs.visible.copy()
        for begin, shut in zip(texts.scored.starts.tolist(), closed, strict=False):
            for a, b in shut:
                opened[begin + a : begin + b] = False
                why[begin + a : begin + b] = -1
        _whole(signs, opened, why)
        return cls(texts, why)

    def silent(self, start: I64, end: I64) -> Bools:
        """Which edits of start:end touch a place that is not to be decoded."""
        out: Bools = (self.why[start] >= 0) | (self.why[np.maximum(start, end - 1)] >= 0)
        return out

    def silences(self) -> list[tuple[Silence, ...]]:
        """The spans of each text, in order; lines that follow each other for one reason are one span."""
        texts = self.texts
        out: list[list[Silence]] = [[] for _ in texts.texts]
        if (self.why >= 0).any():
            cut = np.flatnonzero(np.append(True, (np.diff(self.why) != 0) | (np.diff(texts.article) != 0)))
            ends = np.append(cut[1:], len(self.why))
            for a, b, number in zip(cut.tolist(), ends.tolist(), self.why[cut].tolist(), strict=True):
                if number >= 0:
                    text, offset = texts.offset(a)
                    # a border is no part of a text's last line, and the sign behind a span none of the span
                    end = min(offset + b - a - 1, len(texts.texts[text]))
                    if end > offset:
                        out[text].append(Silence(offset, end, REASONS[number]))
        return [tuple(x) for x in out]


def _found(signs: Signs) -> dict[str, list[tuple[I64, I64]]]:
    """Spans by reason."""
    lines, quotes = Lines.of(signs, signs.starts, signs.ends), Lines.of(signs, *quotations(signs))
    pieces = han_runs(signs)

    def of(spans: Lines, which: Bools) -> tuple[I64, I64]:
        return spans.start[which], spans.end[which]

    return {
        "names": [name_runs(signs, *pieces)],
        "verse": [verse_runs(signs, *pieces)],
        "dialect": [of(lines, lines.spoken()), of(quotes, quotes.spoken())],
        "classical": [of(lines, lines.old_among(lines.old())), of(quotes, quotes.old())],
        "surprising": [of(lines, lines.beyond())],
        **{reason: [of(lines, which)] for reason, which in lines.coded(signs).items()},
    }


def _whole(signs: Signs, opened: Bools, why: npt.NDArray[np.int8]) -> None:
    """Silence the texts that are of one such kind as a whole; `opened` says of each position whether it counts."""
    texts = signs.texts
    n = len(texts.texts)
    article = texts.article
    visible = np.bincount(article, opened, n)
    han = np.bincount(article, opened & signs.han, n)
    of = [np.bincount(article, opened & (why == number), n) for number in range(len(REASONS))]
    some = np.maximum(han, 1)
    bits = np.bincount(article, np.diff(signs.bits_upto) * opened, n) / some
    plain, modern = (np.bincount(article, opened & (signs.kinds & bit(k) != 0), n) / some for k in ("plain", "modern"))
    little = han < LEAST_CHINESE * visible
    strange = (han >= _HAN) & (bits > _BITS) & (((plain <= PLAIN) & (modern <= _MODERN)) | (bits > _BEYOND))
    for number in np.flatnonzero((visible > 0) & (little | strange | (sum(of) >= WHOLE * visible))).tolist():
        shares = [float(count[number]) for count in of]
        most = int(np.argmax(shares))
        if shares[most] < 0.2 * visible[number]:
            most = REASONS.index("foreign" if little[number] else "surprising")
        begin, end = texts.scored.starts[number : number + 2].tolist()
        why[begin:end] = most
