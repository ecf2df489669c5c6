"""Texts of one source as hypotheses see them: symbols and their scores, and the way back to offsets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cleanup.lm.alphabet import code_points
from cleanup.lm.gains import Scored
from cleanup.lm.model import Model

I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# How many places an editor is shown of an item.
_EXAMPLES = 5
# How often a batch may be read to count sequences in it: a tenth of a nanosecond a symbol.
_READ = 256

# Texts of so many characters are indexed, by strings of up to so many.
_LONG, _INDEXED = 100_000, 5
_MIX = np.uint64(0x9E3779B97F4A7C15)

# (text, string) → how often; (text, length) → the strings of that length, as numbers, and how often each
Counted = dict[tuple[int, str] | tuple[int, int], int | tuple[npt.NDArray[np.uint64], I64]]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, scored once. A position is a place in `scored.ids`; an offset is a code point of one text.

    article  the number of the text of each position, shape (len(ids),); borders belong to the text before them
    han      which positions hold a Chinese character
    counted  how often strings stand in texts, as far as it was asked
    """

    model: Model
    texts: tuple[str, ...]
    scored: Scored
    article: npt.NDArray[np.int32]
    han: Bools
    counted: Counted = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, model: Model, texts: Sequence[str]) -> Texts:
        scored = Scored.of(model, texts)
        article = np.zeros(len(scored.ids), np.int32)
        if len(texts) > 1:
            article[scored.starts[1:-1]] = 1
        np.cumsum(article, out=article)
        han = model.alphabet.is_chinese[scored.ids]
        han.flags.writeable = False
        return cls(model, tuple(texts), scored, article, han)

    @property
    def ids(self) -> npt.NDArray[np.uint16]:
        return self.scored.ids

    def offset(self, position: int) -> tuple[int, int]:
        """The number of the text of a position, and the offset in it."""
        number = int(self.article[position])
        return number, position - int(self.scored.starts[number])

    def text_at(self, position: int, length: int) -> str:
        """The characters from a position on."""
        number, a = self.offset(position)
        return self.texts[number][a : a + length]

    def times(
        self, start: I64, end: I64, wanted: npt.NDArray[np.uint16], *, apart: bool = False
    ) -> I64 | None:
        """How often sequences of symbols stand in spans of positions, shape (n,); None where there is no kernel to say it,
        or the spans are so long that reading one for each sequence is too dear.

        start, end  shape (n,);  wanted  shape (n, k)
        apart       whether those that overlap the one before are not counted
        """
        kernel = self.model.kernel
        if kernel is None or int((end - start).sum()) > _READ * (len(self.ids) + _READ):
            return None
        return kernel.count(self.ids, start, end, wanted, apart=apart)

    def count(self, number: int, string: str) -> int:
        """How often a string stands in a text, as str.count says it, in time that does not grow with both."""
        text = self.texts[number]
        if len(text) < _LONG or not 0 < len(string) <= _INDEXED or _overlaps_itself(string):
            key = number, string
            times = self.counted.get(key)
            if not isinstance(times, int):
                times = self.counted[key] = text.count(string)
            return times
        of = number, len(string)
        index = self.counted.get(of)
        if index is None or isinstance(index, int):
            index = self.counted[of] = np.unique(_keys(text, len(string)), return_counts=True)
        key_of = _keys(string, len(string))[0]
        at = int(np.searchsorted(index[0], key_of))
        return int(index[1][at]) if at < len(index[0]) and index[0][at] == key_of else 0

    def holds(self, number: int, string: str) -> bool:
        """Whether a string stands in a text."""
        text = self.texts[number]
        return string in text if len(text) < _LONG else self.count(number, string) > 0

    def chinese(self) -> Bools:
        """Which positions hold a Chinese character."""
        return self.han

    def gaps(self) -> I64:
        """Positions in front of which something may be missing: next to a Chinese character, inside a line or at its ends."""
        han = self.chinese()
        ok = han.copy()
        ok[1:] |= han[:-1]
        return np.flatnonzero(ok)

    def marked(self, position: int, end: int, replacement: str, reach: int = 8) -> str:
        """The place with what is around it in its line, marked as rule files mark edits: 主要的工作[→范]围."""
        number, a = self.offset(position)
        b = a + end - position
        text = self.texts[number]
        left = text[max(0, a - reach) : a].rpartition("\n")[2]
        right = text[b : b + reach].partition("\n")[0]
        return f"{left}[{text[a:b]}→{replacement}]{right}"

    def examples(self, places: Iterable[tuple[int, int, str]]) -> tuple[str, ...]:
        """A few places (position, end, replacement), marked: the first of each article, in the order given."""
        out: dict[int, str] = {}
        for position, end, replacement in places:
            article = int(self.article[position])
            if article not in out:
                out[article] = self.marked(position, end, replacement)
            if len(out) == _EXAMPLES:
                break
        return tuple(out.values())


def _keys(text: str, k: int) -> npt.NDArray[np.uint64]:
    """A number for each k characters in a row of a text."""
    codes = code_points(text)
    n = len(codes) - k + 1
    out = np.zeros(n, np.uint64)
    for i in range(k):
        out = (out ^ codes[i : n + i]) * _MIX
        out ^= out >> np.uint64(29)
    return out


def _overlaps_itself(string: str) -> bool:
    """Whether two of it may share characters, so that str.count leaves some out."""
    return any(string.startswith(string[i:]) for i in range(1, len(string)))
