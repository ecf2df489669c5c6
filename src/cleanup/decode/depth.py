"""Where the model is out of its depth: spans of an article in which nothing is decoded, each with a reason.

A model that finds everything improbable finds every repair an improvement. So lines, quotations and lists that are no
modern prose are told by what they are made of, and there the text stays. Damage makes a line surprising, too, but
leaves it its 的 and 了 and its shape: nothing is silent for being surprising alone unless it is beyond all damage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.data import REASONS, Silence
from cleanup.decode.lines import LEAST_CHINESE, PLAIN, Lines
from cleanup.decode.repair import Decoded, Repair, in_doubt
from cleanup.decode.shapes import han_runs, name_runs, quotations, verse_runs
from cleanup.decode.signs import F64, Signs, bit, spans
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.edits import Apart

# An article is silent as a whole where so much of it is: what is left is headings, or too little to be told.
WHOLE = 0.75
# Where hardly any of it is Chinese it must have so many visible characters.
_FEWEST = 8
# It is told for the reason of its largest part, if that is so much of it.
_TELLING = 0.2
# It is silent, too, where it is surprising, with so many Chinese characters or more, and either without the function
# words of modern prose or beyond all damage: of damaged articles none has 8.5 bits. Modern translations of old prose
# that the model has not met have 8.5 and more in five articles of six; 10.5 in 100 of their characters are silent with
# 8.5 here, 9.7 with 9.0 and 9.1 with 9.5, where a seventh of old verse is no longer.
_HAN, _BITS, _MODERN, _BEYOND = 40, 9.0, 0.04, 11.0


@dataclass(frozen=True, slots=True)
class Depth:
    """Where a batch of texts is not to be decoded.

    why  the number of the reason at each position, -1 where there is none, shape (len(texts.ids),); a line has its
         border, a quotation its closing mark, so that nothing is written at its end either
    bits  of each text bits a Chinese character, 0 where there are too few to tell
    """

    texts: Texts
    why: npt.NDArray[np.int8]
    bits: F64
    _closed: tuple[Apart, ...]

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
        for begin, shut in zip(texts.scored.starts.tolist(), closed, strict=False):
            for a, b in shut:
                why[begin + a : begin + b] = -1
        bits = _whole(signs, closed, why)
        return cls(texts, why, bits, tuple(map(Apart, closed or [()] * len(texts.texts))))

    def silent(self, start: I64, end: I64) -> Bools:
        """Which edits of positions start:end touch a place that is not to be decoded."""
        out: Bools = (self.why[start] >= 0) | (self.why[np.maximum(start, end - 1)] >= 0)
        return out

    def silent_at(self, start: int, end: int) -> bool:
        """`silent` of one edit."""
        return bool(self.why[start] >= 0 or self.why[max(start, end - 1)] >= 0)

    def forbids(self, number: int, start: int, end: int) -> bool:
        """Whether an edit of a text, in offsets of it, touches what is not to be decoded or is closed."""
        at = int(self.texts.scored.starts[number])
        return self.silent_at(at + start, at + end) or self._closed[number].over(start, end) is not None

    def decoded(self, repairs: Sequence[Sequence[Repair]]) -> list[Decoded]:
        """What decoding answers of each text, with its repairs as a text of its depth may have them."""
        return [
            Decoded(tuple(in_doubt(r, bits) for r in sorted(own, key=lambda r: (r.start, r.end))), silent)
            for own, silent, bits in zip(repairs, self.silences(), self.bits.tolist(), strict=True)
        ]

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
        "dialect": [of(lines, lines.spoken(quotes)), of(quotes, quotes.spoken())],
        "classical": [of(lines, lines.old_among(lines.old(signs))), of(quotes, quotes.old(signs))],
        "surprising": [of(lines, lines.beyond())],
        **{reason: [of(lines, which)] for reason, which in lines.coded(signs).items()},
    }


def _whole(signs: Signs, closed: Sequence[Sequence[tuple[int, int]]], why: npt.NDArray[np.int8]) -> F64:
    """Silence the texts that are of one such kind as a whole, and give the bits of each; what is closed does not count."""
    texts = signs.texts
    begins, ends = texts.scored.starts[:-1], texts.scored.starts[1:] - 1
    shut = np.array([(n, a, b) for n, own in enumerate(closed) for a, b in own], np.int64).reshape(-1, 3)
    of = shut[:, 0]
    start, end = begins[of] + shut[:, 1], begins[of] + shut[:, 2]
    visible, han = signs.visible(begins, ends), spans(signs.han_upto, begins, ends)
    bits = signs.bits_upto[ends] - signs.bits_upto[begins]
    np.subtract.at(visible, of, signs.visible(start, end))
    np.subtract.at(han, of, spans(signs.han_upto, start, end))
    np.subtract.at(bits, of, signs.bits_upto[end] - signs.bits_upto[start])
    some = np.maximum(han, 1)
    little = (visible >= _FEWEST) & (han < LEAST_CHINESE * visible)
    strange = (han >= _HAN) & (bits > _BITS * some)
    touched = np.zeros(len(begins), bool)
    touched[texts.article[np.flatnonzero(why >= 0)]] = True
    for number in np.flatnonzero((visible > 0) & (little | strange | touched)).tolist():
        a, b = int(begins[number]), int(ends[number])
        if strange[number] and bits[number] <= _BEYOND * some[number]:
            plain, modern = (int((signs.kinds[a:b] & bit(k) != 0).sum()) for k in ("plain", "modern"))
            strange[number] = plain <= PLAIN * han[number] and modern <= _MODERN * han[number]
        shares = np.bincount(why[a:b][signs.shown(a, b)] + 1, minlength=len(REASONS) + 1)[1:]
        if little[number] or strange[number] or shares.sum() >= WHOLE * visible[number]:
            most = int(np.argmax(shares))
            if shares[most] < _TELLING * visible[number]:
                most = REASONS.index("foreign" if little[number] else "surprising")
            why[a : b + 1] = most
    return np.where(han >= _HAN, bits / some, 0.0)
