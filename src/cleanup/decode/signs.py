"""What the characters of a batch of texts say: which are Chinese, function words, old particles, dialect, code.

One look-up a character, and sums over spans: asking of every line of a batch costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cleanup.decode.texts import I64, Bools, Texts
from cleanup.lm.alphabet import BORDER, code_points

F64 = npt.NDArray[np.float64]

_PLANE = 0x10000

# Sets of characters, in either script; a character may be in several.
#
# Function words of modern prose: one character in eight of it, one in 15 of laws and in 30 of television news; one in
# 200 of classical prose, which has none of the plain ones; 是 在 和 就 mean other things there.
_PLAIN = "的了这這们們个個你她它很吗嗎么麼没沒给給那"
_MODERN = _PLAIN + "是在和就都把被让讓着著过過"
# Particles of classical prose alone; 95 in 100 modern lines have none.
_CLASSICAL = "矣焉哉兮曰吾汝岂豈欤歟孰奚朕俟爰"
# Particles of it that modern prose writes as well: 18 characters in 100 there, 0 to 5 here.
_FORMAL = "之者也其而以于於与與则則乎亦乃遂皆故何若此斯莫无無弗勿毋夫盖蓋耳尔爾予余既虽雖所惟唯尝嘗甚诸諸未欲令使谓謂"
# Written Cantonese, Shanghainese and Hokkien; Mandarin has these in names and for sounds alone. Out: 阮, a surname; 咪
# and 咩, which are modern slang. What takes two characters is asked as pairs; out: 明朝, a dynasty.
_DIALECT = "嘅咗唔冇佢哋喺嘢啲嗰攞畀噉咁嚟冚噏嗌啱瞓嘥嗮谂諗㗎孭揾搵侬儂覅搿朆伲嘸佮袂恁佇攏囡"
_DIALECT_PAIRS = (
    "伊拉",
    "阿拉",
    "辰光",
    "哪能",
    "交关",
    "勿要",
    "今朝",
    "物事",
    "姆妈",
    "迭个",
    "啥物",
    "囡仔",
)
# 阿拉 before these is a name.
_ARABIAN = "伯斯丁善木巴法"
# Signs of code that prose has not; ASCII parentheses, colons and quotation marks are out.
_OPERATORS = "={}[]<>\\_+*&^~$;#`/"
_SETS = {
    "plain": _PLAIN,
    "modern": _MODERN,
    "classical": _CLASSICAL,
    "formal": _FORMAL,
    "dialect": _DIALECT,
    "pair": "".join(pair[0] for pair in _DIALECT_PAIRS),
    "operator": _OPERATORS,
    "bracket": "()",
    "stop": "。！？!?；",
    "clause": "，。；：？！,.;:?!",
    "pause": "、",
    "tab": "\t",
    "pipe": "|｜",
    "comma": ",，",
    "blank": " \u00a0\u3000",
    "open": "“「『",
    "close": "”」』",
}
# Letters of other scripts, and syllables: Latin, Greek, Cyrillic, Hebrew, Arabic; kana and hangul.
_RANGES = {
    "latin": ((0x41, 0x5B), (0x61, 0x7B), (0xC0, 0x250), (0x370, 0x700), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)),
    "digit": ((0x30, 0x3A), (0xFF10, 0xFF1A)),
    "syllable": ((0x3041, 0x3100), (0xAC00, 0xD7A4)),
}
_KINDS = (*_SETS, *_RANGES)


def bit(kind: str) -> int:
    """The bit of a kind of character in `Signs.kinds`."""
    return 1 << _KINDS.index(kind)


@cache
def _table() -> npt.NDArray[np.uint32]:
    """For each code point of the plane its kinds; the last stands for all above, which are of none."""
    table = np.zeros(_PLANE, np.uint32)
    for kind, members in _SETS.items():
        table[[ord(c) for c in members]] |= bit(kind)
    for kind, ranges in _RANGES.items():
        for a, b in ranges:
            table[a:b] |= bit(kind)
    return table


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of a batch by position, and sums of them; a sum is that of what stands before a position.

    codes   code points, 10 at borders, shape (len(texts.ids),)
    kinds   the kinds of each, one bit a kind
    han        which are Chinese, `han_upto` how many, `bits_upto` their bits, shape (len(texts.ids) + 1,)
    hidden     the positions of what does not show: borders and blanks
    dialect    the positions of what is dialect
    starts, ends  the lines that are not empty, in order
    """

    texts: Texts
    codes: npt.NDArray[np.uint32]
    kinds: npt.NDArray[np.uint32]
    han: Bools
    han_upto: I64
    bits_upto: F64
    hidden: I64
    dialect: I64
    starts: I64
    ends: I64

    @classmethod
    def of(cls, texts: Texts) -> Signs:
        ids = texts.ids
        joined = "\n".join(texts.texts)
        begin = int(texts.scored.starts[0])
        codes = code_points("\n" * begin + joined + "\n" * (len(ids) - begin - len(joined)))
        kinds = np.take(_table(), codes, mode="clip")
        han = texts.chinese()
        border = ids == BORDER
        cuts = np.flatnonzero(border)
        full = np.diff(cuts) > 1
        return cls(
            texts,
            codes,
            kinds,
            han,
            _upto(han),
            np.concatenate([[0.0], np.cumsum(np.diff(texts.scored.upto) * han)]) / -np.log(2),
            np.flatnonzero(border | (kinds & (bit("blank") | bit("tab")) != 0)),
            np.flatnonzero(_dialect(codes, kinds)),
            cuts[:-1][full] + 1,
            cuts[1:][full],
        )

    def count(self, kind: str, start: I64, end: I64) -> I64:
        """How many characters of a kind each span holds."""
        if 4 * int((end - start).sum()) < len(self.kinds):
            return self.counts((kind,), start, end)[kind]
        return among(np.flatnonzero(self.kinds & bit(kind)), start, end)

    def visible(self, start: I64, end: I64) -> I64:
        """How many characters of each span show."""
        return end - start - among(self.hidden, start, end)

    def counts(self, kinds: Iterable[str], start: I64, end: I64) -> dict[str, I64]:
        """`count` of several kinds; reads the spans alone, so it is cheap where they are a small part of the batch."""
        kinds = tuple(kinds)
        kernel = self.texts.model.kernel
        if kernel is not None:
            return dict(
                zip(kinds, kernel.kinds(self.kinds, start, end, [bit(k) for k in kinds]), strict=True)
            )
        upto = np.concatenate([[0], np.cumsum(end - start)])
        at = np.arange(upto[-1]) + np.repeat(start - upto[:-1], end - start)
        own = self.kinds[at]
        return {kind: spans(_upto(own & bit(kind) != 0), upto[:-1], upto[1:]) for kind in kinds}

    def shown(self, start: int, end: int) -> Bools:
        """Which characters of one span show."""
        out = np.ones(end - start, bool)
        a, b = np.searchsorted(self.hidden, (start, end))
        out[self.hidden[a:b] - start] = False
        return out

    def is_a(self, kind: str, at: I64) -> Bools:
        """Whether the character at each position is of a kind."""
        out: Bools = self.kinds[at] & bit(kind) != 0
        return out

    def article(self, position: I64) -> npt.NDArray[np.int32]:
        """The number of the text of each position."""
        return self.texts.article[position]


def spans(upto: I64, start: I64, end: I64) -> I64:
    """The sums of spans, from the sums up to each position."""
    out: I64 = upto[end] - upto[start]
    return out


def among(positions: I64, start: I64, end: I64) -> I64:
    """How many of some positions, in order, lie in each span."""
    out: I64 = np.searchsorted(positions, end) - np.searchsorted(positions, start)
    return out


def _upto(flags: Bools) -> I64:
    return np.concatenate([[0], np.cumsum(flags, dtype=np.int64)])


def _dialect(codes: npt.NDArray[np.uint32], kinds: npt.NDArray[np.uint32]) -> Bools:
    """Which characters are of a dialect, or begin a pair that is."""
    found: Bools = kinds & bit("dialect") != 0
    at = np.flatnonzero(kinds[:-1] & bit("pair") != 0)
    first, second = codes[at], codes[at + 1]
    for pair in _DIALECT_PAIRS:
        own = at[(first == ord(pair[0])) & (second == ord(pair[1]))]
        if pair == "阿拉":
            own = own[~np.isin(codes[np.minimum(own + 2, len(codes) - 1)], [ord(c) for c in _ARABIAN])]
        found[own] = True
    return found
