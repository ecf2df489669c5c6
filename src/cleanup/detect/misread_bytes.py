"""Bytes of UTF-8, GB18030 or Big5 that were read as GB18030 or as Latin-1, from a place in a text on."""

from __future__ import annotations

import re
from collections.abc import Callable

from cleanup.chinese import counts
from cleanup.detect.misread import LOST, Bar, Misread, gain, gb_bytes, latin_bytes, proven

# UTF-8 of Chinese text: characters of three bytes, and between them a few signs of two. Not of two at an end:
# there 路 is a word, and not a middle dot. ASCII stands where a last byte took it for its second half. FF stands
# for what was lost, and a character that is not whole for itself.
_LEAD = rb"[\xe2-\xe9\xee\xef]"
_CHAR = _LEAD + rb"[\x80-\xbf][\x80-\xbf]"
_SIGN = rb"(?:\xc2[\xa0-\xbf]|\xc3[\x97\xb7])"
_PART = _LEAD + rb"[\x80-\xbf]?(?:\xff{1,2}[\x80-\xbf]{0,2})?(?![\x80-\xbf])"
_IN_GB = re.compile(rb"(?:" + _SIGN + rb"*(?:" + _CHAR + rb"[\x40-\x7e]*|" + _PART + rb"))+")
# Read byte by byte, every character of UTF-8 is plain to see.
_IN_LATIN = re.compile(
    rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|" + _PART + rb")+"
)
# Two bytes a character, and the lowest byte of a run. The plain rows of GB2312 first: they need no ASCII for
# second bytes, and none of the signs of code page 1252 that Chinese text has itself, as — and “.
_PAIRS = (
    ("gb18030", re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+"), b"\xa1"),
    ("big5", re.compile(rb"(?:[\xa1-\xf9][\x40-\x7e\xa1-\xfe])+"), b"\xa1"),
    ("gb18030", re.compile(rb"(?:[\x81-\xfe][\x40-\x7e\x80-\xfe])+"), b"\x80"),
)


# A euro sign at an end may be one byte that is there or two of which the second is not followed up: 呀 or 呢. Only
# a far better reading (一 over 丢 has 1.8) is taken for whole.
_EURO_MARGIN = 1.0
# Half a run of pairs, or one that begins a byte later, reads as some word by chance: Korean has 来美 in it.
_PART_OF_PAIRS = Bar(4, 3.5, 0.5)
# A whole run, too: Arabic has 轻人 in it, with 3.8.
_WHOLE_PAIRS = Bar(2, 4.0, 0.5)
# Two bytes a character have no structure: Arabic in its old encoding is a row of common Chinese characters. But not
# one in which as many neighbours are a common pair (of clean Chinese half are), or, with fewer pairs, that has as
# much evidence a character as clean Chinese. 何利例茄, which is Korean, has one pair in three and 1.2.
_PAIRS_KNOWN = 0.35
_LIKE_CLEAN = 1.4
# A run of so many characters is longer than the words of those languages, and a tenth is enough.
_LONG = 7
_PAIRS_KNOWN_LONG = 0.1


def utf8_in_gb(text: str, at: int, bar: Bar) -> Misread | None:
    """UTF-8 read as GB18030 from a place on: 鏂囩珷 is 文章."""
    after = text[at + 1 : at + 2]
    if after not in "?\ufffd" and not b"" < gb_bytes(after) < b"\xc0":
        return None  # no second byte follows, as in 浏览: settled without a look at the rest
    return _utf8(text, at, gb_bytes, _IN_GB, "gb18030", bar)


def utf8_in_latin(text: str, at: int, bar: Bar) -> Misread | None:
    """UTF-8 read as Latin-1 or code page 1252 from a place on: æ–‡ç« is 文章."""
    return _utf8(text, at, latin_bytes, _IN_LATIN, "cp1252", bar)


def _utf8(
    text: str, at: int, code: Callable[[str], bytes], pattern: re.Pattern[bytes], wrong: str, bar: Bar
) -> Misread | None:
    data, bounds, euro = _written(text, at, code, split=True)
    one = _matched(text, at, data, bounds, pattern, wrong, bar)
    if not euro:
        return one
    data, bounds, _ = _written(text, at, code, split=False)
    other = _matched(text, at, data, bounds, pattern, wrong, bar)
    if one is None or other is None:
        return one or other
    if not one.evidence or not other.evidence:
        return one if one.evidence else other
    if one.whole and other.whole:
        return max(one, other, key=lambda m: m.evidence)
    # a reading that ends before a sign of loss has taken too little, and 中止 with a byte lost is no 中歀
    if not other.whole or text[other.end : other.end + 1] in ("€", "?", LOST):
        return one
    return other if other.evidence > one.evidence + _EURO_MARGIN else one


def _matched(
    text: str,
    at: int,
    data: bytes,
    bounds: dict[int, int],
    pattern: re.Pattern[bytes],
    wrong: str,
    bar: Bar,
) -> Misread | None:
    m = pattern.match(data)
    if m is None:
        return None
    end = m.end()
    while end not in bounds:
        end -= 1
    if end <= 3 and bar.chars > 1:
        return None
    body = data[:end]
    to = at + bounds[end]
    none = Misread(at, to, "", "utf-8", wrong, False, 0.0)
    try:
        if end == m.end():
            return proven(text, at, to, body, body.decode(), "utf-8", wrong, bar) or none
    except UnicodeDecodeError:
        pass
    reads = re.sub(rb"\xff[\x80-\xbf]*", b"\xff", body).decode("utf-8", "replace")
    return _told(text, at, to, re.sub(LOST + "+", LOST, reads), "utf-8", wrong, bar) or none


def _written(
    text: str, at: int, code: Callable[[str], bytes], *, split: bool
) -> tuple[bytes, dict[int, int], bool]:
    """The bytes of a run from a place on, FF for a sign of loss; at which of them a character ends: which; and
    whether a euro sign was split: where one byte is due, it may be the byte 80, or A2 E3, the euro sign of
    GB18030, which ends one character and begins the next.
    """
    out = bytearray()
    bounds = {0: 0}
    euro = False
    due = 0  # bytes that the character of UTF-8 at hand still wants
    for n in range(at, len(text)):
        char = text[n]
        if char in "?\ufffd":
            if n == at or (text[n - 1] < "\x80" and text[n - 1] != "?"):
                break
            own = b"\xff"
        elif char == "€" and split and code is gb_bytes and due == 1 and _goes_on(text[n + 1 : n + 2]):
            own, euro = b"\xa2\xe3", True
        else:
            own = code(char) if char >= "\x80" else b""
            if not own:
                break
        first = own[0]
        stray = 0xC0 <= first < 0xE2 if due else first < 0xC0 and out[-1:] != b"\xff"
        out += own
        for byte in own:
            due = max(due - 1, 0) if byte < 0xC0 or byte == 0xFF else 2 if byte >= 0xE0 else 1
        bounds[len(out)] = n + 1 - at
        if stray:
            break  # the next byte could not be of UTF-8: no pattern gets past it
    return bytes(out), bounds, euro


def _goes_on(char: str) -> bool:
    """Whether a character of GBK begins with a later byte of UTF-8, or something may be lost there."""
    return char < "\x80" or char in ("€", LOST) or b"" < gb_bytes(char) < b"\xc0"


def _told(text: str, at: int, to: int, reads: str, right: str, wrong: str, bar: Bar) -> Misread | None:
    """What is left of a place where bytes were lost, if enough is; it may have gone wrong twice."""
    observed = text[at:to]
    if bar.chars < 2 and not reads.strip(LOST) and (LOST in observed or "?" in observed):
        return Misread(at, to, reads, right, wrong, False, bar.evidence)
    for rounds in (1, 2):
        if over := gain(observed, reads.replace(LOST, ""), bar):
            return Misread(at, to, reads, right, wrong, False, over, rounds)
        if rounds == 1:
            reads = LOST.join(_again(part, bar) for part in reads.split(LOST))
    return None


def _again(part: str, bar: Bar) -> str:
    ways = (way(part, 0, bar) for way in (utf8_in_gb, utf8_in_latin) if part)
    return next((m.reads for m in ways if m), "")


def pairs_in_latin(text: str, at: int, bar: Bar) -> Misread | None:
    """GB18030 or Big5 read as Latin-1 or code page 1252, around a place: ÎÄÕÂ is 文章."""
    found: list[Misread] = []
    for right, pattern, low in _PAIRS:
        if latin_bytes(text[at]) < low:
            continue
        start, high = at, at
        while start and latin_bytes(text[start - 1]) >= low:
            start -= 1
        while high < len(text) and latin_bytes(text[high]) >= low:
            high += 1
        end = high
        while end < len(text) and (latin_bytes(text[end]) or "@" <= text[end] <= "~"):
            end += 1
        for begin in {start, _big5_start(text, start)} if right == "big5" else (start,):
            data = b"".join(latin_bytes(c) or c.encode() for c in text[begin:end])
            found += (m for m in _paired(text, begin, high, data, right, pattern, low, bar) if m)
    return max(found, key=lambda f: (f.whole, f.evidence), default=None)


def _big5_start(text: str, start: int) -> int:
    """Where a run of Big5 begins, since its second bytes may be ASCII."""
    while start > 1 and "@" <= text[start - 1] <= "~" and latin_bytes(text[start - 2]):
        start -= 2
        while start and latin_bytes(text[start - 1]):
            start -= 1
    return start


def _paired(
    text: str,
    begin: int,
    high: int,
    data: bytes,
    right: str,
    pattern: re.Pattern[bytes],
    low: bytes,
    bar: Bar,
) -> list[Misread | None]:
    """The readings of a run, from its first byte and, as one may be lost, from its second."""
    out = []
    for offset in (0, 1):
        m = pattern.match(data, offset)
        if m is None:
            continue
        try:
            reads = m.group().decode(right)
        except UnicodeDecodeError:
            continue
        if not _is_prose(reads, bar):
            continue
        to = begin + m.end()
        if offset == 0 and to >= high and not latin_bytes(text[to : to + 1]) >= low:
            floor = bar if bar.chars < 2 else _WHOLE_PAIRS
            out.append(proven(text, begin, to, m.group(), reads, right, "cp1252", floor))
        elif bar.chars >= 2:
            reads = LOST * offset + reads + LOST
            out.append(_told(text, begin, max(to, high), reads, right, "cp1252", _PART_OF_PAIRS))
    return out


def _is_prose(reads: str, bar: Bar) -> bool:
    """Whether neighbours are common pairs as they are in prose, and not one character over and over."""
    if bar.chars < 2 and len(reads) < 3:
        return True
    if len(set(reads)) < min(len(reads), 3):
        return False
    table = counts()
    pairs = table.pairs_known(reads)
    if len(reads) == 3:
        return pairs == 2  # 挺送了 and 啊款单 are Ukrainian and Korean, and have one
    share = _PAIRS_KNOWN_LONG if len(reads) >= _LONG else _PAIRS_KNOWN
    return pairs >= max(1, share * (len(reads) - 1)) or (
        pairs > 0 and table.evidence(reads) >= _LIKE_CLEAN * len(reads)
    )
