"""Marks against copying: lines of random Latin, and pairs of rare characters in front of punctuation.

Both are known by recurrence: an author may write one odd line or one rare name, not many without a meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.chars import char_class
from cleanup.data import TIER_CONFIDENCE
from cleanup.detect.reading import Proposal, Reading
from cleanup.detect.script_table import TRADITIONAL
from cleanup.lexicon import Lexicon, shared

_LINE = BUILT_IN["anticopy-line"]
_PAIR = BUILT_IN["junk-pair"]

# What forums write at the end of lines: tokens of one or two signs, `2 h: R9 p0 j* u, t4`. Formulas have the same
# tokens, without letters that cling to a sign and without capitals among them. Bounded, or a long line of short
# words is tried from each of them to its end.
_SCATTER = re.compile(r"(?:(?<=[^!-~])|^)[!-~]{1,3}(?: [!-~]{1,3}){4,40}(?= ?$)", re.MULTILINE)
_CLINGS = re.compile(r"[A-Za-z0-9][^A-Za-z0-9\s.]|[^A-Za-z0-9\s.(\-$][A-Za-z0-9]|[A-Za-z]\d|\d[A-Za-z]")
_FORMULA = re.compile(r"=|\\|\$|[a-z]\(|&&|\|\||//")
# Cheap questions: a literal or a class in front lets the search skip; a repeated class does not.
_TOKENS = re.compile(" [!-~]{1,3} [!-~]{1,3} [!-~]{1,3} [!-~]")
# A line that is one string of letters and digits in no order: six changes between classes in ten characters.
_RANDOM = re.compile(r"^[ \t\u3000]*([A-Za-z0-9]{10,40})[ \t\u3000]*$", re.MULTILINE)
_STRING = re.compile("[A-Za-z0-9][A-Za-z0-9]{9}")
_CHANGE = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_CHANGES_PER_CHAR = 0.4
_HAN_LINE = re.compile("[\u4e00-\u9fff]{6}")
_CODE = re.compile(
    "哈希|密钥|密码|序列号|激活码|校验|hash|token|key|commit|MD5|md5|SHA|uuid|UUID|编号|注册码|兑换码|提取码"
)
# Lines of one kind that an article has before they go without asking; two do where both cling to the end of a
# Chinese sentence, where no formula and no code is.
_LINES_FROM = 3
_STUCK_FROM = 2
_STUCK = frozenset("。！？!?…”’」』，,；;：:、）)")

# The same pair, in this many places and in none but before a mark; or as many pairs, different ones, all rare.
_PAIR_FROM = 4
_PAIRS_FROM = 4


def propose(reading: Reading, lexicon: Callable[[], Lexicon] = shared) -> list[Proposal]:
    """Anti-copy lines and junk pairs."""
    return _lines(reading) + _pairs(reading, lexicon)


def _lines(reading: Reading) -> list[Proposal]:
    text = reading.text
    found = []
    for m in _SCATTER.finditer(text) if _TOKENS.search(text) else ():
        s = m[0]
        if len(_CLINGS.findall(s)) < 3 or _FORMULA.search(s):
            continue
        if any(c.islower() for c in s) and any(c.isupper() for c in s) and any(c.isdigit() for c in s):
            found.append((m.start(), m.end()))
    if len(found) < _LINES_FROM and _STRING.search(text) and not _CODE.search(reading.original):
        strings = [m.span(1) for m in _RANDOM.finditer(text) if _is_random(m[1])]
        found += strings if _HAN_LINE.search(text) else []
    stuck = sum(text[a - 1 : a] in _STUCK for a, _ in found if a)
    certain = len(found) >= _LINES_FROM or stuck >= _STUCK_FROM
    out = []
    for start, end in found:
        a, b = _whole(text, start, end)
        if reading.is_closed(a, b):
            continue
        p = Proposal.of(_LINE, a, b, "", {"lines": len(found)})
        out.append(p if certain else replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"]))
    return out


def _is_random(s: str) -> bool:
    return (
        len(_CHANGE.findall(s)) >= _CHANGES_PER_CHAR * len(s)
        and sum(c.isdigit() for c in s) >= 2
        and any(c.islower() for c in s)
        and any(c.isupper() for c in s)
    )


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """With the blanks around it, and with the newline where it was all of its line."""
    while start and text[start - 1] in " \t\u3000\u00a0":
        start -= 1
    while end < len(text) and text[end] in " \t\u3000\u00a0":
        end += 1
    if (start == 0 or text[start - 1] == "\n") and end < len(text) and text[end] == "\n":
        end += 1
    return start, end


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """Level 1 of GB 2312, level 1 of Big5, and the traditional forms: characters of everyday text."""
    gb = (bytes((a, b)).decode("gb2312", "ignore") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF))
    big = (
        bytes((a, b)).decode("big5", "ignore")
        for a in range(0xA4, 0xC7)
        for b in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    )
    return frozenset(TRADITIONAL).union(*gb, *big)


@lru_cache(maxsize=1)
def _rare_last() -> re.Pattern[str]:
    """A rare character before a mark. A class of what is rare is a bitmap; asking each character is not."""
    rare = char_class(c for c in map(chr, range(0x3400, 0xA000)) if c not in _common())
    return re.compile(f"{rare}(?=[，。；！？、：,;!?]|\n|$)")


def _rare_pairs(text: str) -> list[tuple[int, int]]:
    """Where two rare characters stand behind a Chinese one and before a mark."""
    return [
        (at - 1, at + 1)
        for m in _rare_last().finditer(text)
        if (at := m.start()) > 1
        and "\u3400" <= text[at - 1] < "\ua000"
        and text[at - 1] not in _common()
        and "\u4e00" <= text[at - 2] <= "\u9fff"
    ]


def _pairs(reading: Reading, lexicon: Callable[[], Lexicon]) -> list[Proposal]:
    text = reading.text
    places = _rare_pairs(text)
    if len(places) < _PAIR_FROM:
        return []
    pairs = Counter(text[a:b] for a, b in places)
    # a word or a name stands in other places too
    junk = {p for p, n in pairs.items() if text.count(p) == n and not lexicon().count(p)}
    again = {p for p in junk if pairs[p] >= _PAIR_FROM}
    rare = sum(pairs[p] for p in junk)
    if not again and (len(junk) < _PAIRS_FROM or rare < _PAIR_FROM):
        return []
    found = []
    for a, b in places:
        pair = text[a:b]
        if pair not in junk or reading.is_closed(a, b):
            continue
        p = Proposal.of(_PAIR, a, b, "", {"same_pair": pairs[pair], "pairs": len(junk)})
        certain = pair in again or len(junk) >= _PAIRS_FROM
        found.append(p if certain else replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"]))
    return found
