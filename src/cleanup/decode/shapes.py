"""Shapes that are no lines: verse of even clauses, lists of names, quotations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleanup.decode.lines import runs
from cleanup.decode.signs import F64, Signs, bit, spans
from cleanup.decode.texts import I64, Bools
from cleanup.lm.alphabet import BORDER

Span = tuple[I64, I64]

# The commonest single-character surnames in either script, by which nine in ten people are named. Out: those that
# mostly begin words, as 高 金 时 安 平 成 明 水 文 in lists of those.
SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘蒋蔣"
    "蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦韋付邹鄒孟熊秦邱江尹薛闫段雷侯龙史陶黎贺賀顾"
    "顧毛郝龚邵钱錢严嚴覃武戴莫孔汤湯施牛樊葛邢万萬方白康易乔伍庞颜倪庄聂鲁岳殷詹申耿关焦柳甘祝尚舒纪梅童凌单季裴"
    "霍涂成柯高金"
)
# Names are two or three characters, with 某 or a letter four; so many in a row, and so many of them names. Filters take
# surnames away, so not all can be asked for.
_NAMES, _NAME_LONGEST, _NAMES_SHARE = 4, 4, 0.6
# A piece that is one of the commonest words of the model is no name.
_COMMON = 20_000
# Verse: so many clauses of one length, without function words, and unlikely. Headings and slogans of one length have
# below 7 bits, verse that the model has met 7 and above; with four characters, as set phrases have, more is asked.
_CLAUSES, _VERSE_BITS, _VERSE_MODERN = 4, 7.0, 0.06
_FOURS, _FOURS_BITS = 6, 9.0
# A couplet that is a line or a quotation by itself.
_COUPLET_BITS = 8.0
# Shorter quotations are words.
_QUOTED = 8


@dataclass(frozen=True, slots=True)
class _Runs:
    """Maximal runs of Chinese characters, and of these the runs of like pieces with short gaps between them."""

    start: I64
    end: I64
    group: I64

    @classmethod
    def of(cls, signs: Signs, piece: Bools, start: I64, end: I64, *, even: bool) -> _Runs:
        length = end - start
        joined = np.zeros(len(start), bool)
        near = (start[1:] - end[:-1] <= 3) & (signs.article(start[1:]) == signs.article(start[:-1]))
        joined[1:] = piece[1:] & piece[:-1] & near
        # a quotation is no part of what it stands in
        for k in range(3):
            rows = np.flatnonzero(joined)
            at = end[rows - 1] + k
            quote = (signs.is_a("open", at) | signs.is_a("close", at)) & (at < start[rows])
            joined[rows[quote]] = False
        if even:
            joined[1:] &= length[1:] == length[:-1]
        return cls(start, end, runs(joined))

    def spans(self, good: Bools, ends: Bools | None = None) -> Span:
        """From the first to the last piece of each good run; of those that are `ends`, where that is given."""
        keep = np.flatnonzero(good[self.group] if ends is None else good[self.group] & ends)
        if not len(keep):
            return _NONE
        edge = np.append(True, np.diff(self.group[keep]) != 0)
        return self.start[keep[edge]], self.end[keep[np.append(edge[1:], True)]]


_NONE: Span = (np.zeros(0, np.int64), np.zeros(0, np.int64))


def han_runs(signs: Signs) -> Span:
    """Maximal runs of Chinese characters."""
    edge = np.diff(np.concatenate([[0], signs.han.astype(np.int8), [0]]))
    return np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)


def name_runs(signs: Signs, start: I64, end: I64) -> Span:
    """Lists of names, with the name before and after that is stuck to a sentence: 委员王某、李某…

    start, end  the runs of Chinese characters
    """
    length = end - start
    pieces = _Runs.of(signs, (length >= 2) & (length <= _NAME_LONGEST), start, end, even=False)
    size = np.bincount(pieces.group)
    rows = np.flatnonzero((size >= _NAMES)[pieces.group])
    if not len(rows):
        return _NONE
    named = np.zeros(len(start))
    called = np.isin(signs.codes[start[rows]], [ord(c) for c in SURNAMES])
    words, ids = signs.texts.model.words, signs.texts.ids
    for k in (2, 3):
        own = rows[called & (length[rows] == k)]
        number = words.numbers(ids[start[own][:, None] + np.arange(k)])
        named[own] = (number < 0) | (number >= _COMMON)
    own = rows[called & (length[rows] == _NAME_LONGEST)]
    # 张某某甲, and the like
    named[own] = signs.codes[start[own] + 1] == ord("某")
    good = (size >= _NAMES) & (np.bincount(pieces.group, named) >= _NAMES_SHARE * size)
    first, last = pieces.spans(good, named > 0)
    # a name that the sentence before or behind runs into: up to three characters across a 、
    dun = ord("、")
    before = (signs.codes[first - 1] == dun) & signs.han[first - 2]
    behind = (signs.codes[last] == dun) & signs.han[np.minimum(last + 1, len(signs.han) - 1)]
    lead, tail = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    for k in range(1, 4):
        lead += before & (signs.han_upto[first - 1] - signs.han_upto[first - 1 - k] == k)
        at = np.minimum(last + 1 + k, len(signs.han))
        tail += behind & (signs.han_upto[at] - signs.han_upto[np.minimum(last + 1, at)] == k)
    return first - np.where(before, lead + 1, 0), last + np.where(behind, tail + 1, 0)


def verse_runs(signs: Signs, start: I64, end: I64) -> Span:
    """Verse: clauses of five, seven or four characters in a row, or a couplet by itself.

    start, end  the runs of Chinese characters
    """
    length = end - start
    even = (length == 4) | (length == 5) | (length == 7)
    pieces = _Runs.of(signs, even, start, end, even=True)
    size = np.bincount(pieces.group)
    many = size >= 2
    if not many.any():
        return _NONE
    a, b = pieces.spans(many)
    clauses, four = size[many], length[np.searchsorted(start, a)] == 4
    han = spans(signs.han_upto, a, b)
    bits: F64 = (signs.bits_upto[b] - signs.bits_upto[a]) / han
    count = signs.counts(("modern", "pause", "open"), a, b)
    modern = count["modern"]
    good = ~four & (clauses >= _CLAUSES) & (modern <= _VERSE_MODERN * han) & (bits >= _VERSE_BITS)
    good |= four & (clauses >= _FOURS) & (modern == 0) & (bits >= _FOURS_BITS)
    good |= ~four & (modern == 0) & (bits >= _COUPLET_BITS) & _by_itself(signs, a, b)
    # what is listed is no verse
    good &= count["pause"] + count["open"] == 0
    return a[good], b[good]


def _by_itself(signs: Signs, start: I64, end: I64) -> Bools:
    """Whether spans are a line or a quotation, but for a sign at the end."""
    ids = signs.texts.ids

    def edge(at: I64, quote: str) -> Bools:
        out: Bools = (ids[at] == BORDER) | signs.is_a(quote, at)
        return out

    behind = edge(end, "close") | (signs.is_a("clause", end) & edge(end + 1, "close"))
    return np.logical_and(edge(start - 1, "open"), behind)


def quotations(signs: Signs) -> Span:
    """What stands between quotation marks of one line."""
    mark = signs.kinds & (bit("open") | bit("close")) != 0
    at = np.flatnonzero(mark | (signs.texts.ids == BORDER))
    pair = signs.is_a("open", at[:-1]) & signs.is_a("close", at[1:]) & (np.diff(at) > _QUOTED)
    return at[:-1][pair] + 1, at[1:][pair]
