"""Big5 read as GB18030, and GB18030 read as Big5: 恅梒 is 文章.

Nearly every pair of bytes is a character in both, so the bytes prove nothing, and clean text round-trips, too.
Here the reading must prove it all: a run between ASCII, line ends and characters of neither is Chinese when read the
other way, is not as it stands, and has no part of which that is not so.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cleanup.chinese import counts
from cleanup.detect.misread import ALONE, LOST, Bar, Misread, big5_bytes, gb_bytes

# So many characters, or fewer with private use among them, which no clean text has; and of each so much evidence, for the reading and over what stands there. Characters that
# prose never has, as private use, count against what stands there, and then common pairs are not asked for.
_CHARS = 6
_CHARS_PRIVATE = 4
_PER_CHAR = 0.8
_PAIRS = 0.2
_NO_PAIRS_ABOVE = 2.2
# What a character must have over what stands there in a run that is too short alone.
_PER_CHAR_AMONG = 1.6
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_KANA = re.compile("[\u3040-\u30ff]+")
# A stretch inside a run for which what stands there is the better reading by this much is clean text.
_CLEAN = -2.5
# At either end of a run one character more or less is easily wrong: there less is allowed.
_EDGE = -0.5
# A stretch inside a longer run has no borders of its own; it must be longer, and is told, not repaired.
_INSIDE = 8


def run_around(text: str, at: int, right: str, wrong: str) -> tuple[int, int]:
    """The run of characters around a place that both encodings have."""
    start, end = at, at
    while start and _other(text[start - 1], right, wrong):
        start -= 1
    while end < len(text) and _other(text[end], right, wrong):
        end += 1
    return start, end


def crossed(text: str, at: int, right: str, wrong: str, bar: Bar) -> Misread | None:
    """Bytes of `right`, read as `wrong`, around a place; one of them is big5, the other gb18030."""
    start, end = run_around(text, at, right, wrong)
    observed = text[start:end]
    if end == start:
        return None
    if bar is ALONE and end - start < (_CHARS_PRIVATE if _PRIVATE.search(observed) else _CHARS):
        return None
    reads = "".join(_other(c, right, wrong) for c in observed)
    table = counts()
    before = table.by_character(observed)
    over = [new - old for new, old in zip(table.by_character(reads), before, strict=True)]
    if bar is not ALONE:
        # one character between digits: only where what stands there is rare throughout
        one = sum(over) >= _PER_CHAR_AMONG * len(over) and max(before) < 0 and _is_alone(text, start, end)
        return Misread(start, end, reads, right, wrong, True, round(sum(over), 1)) if one else None
    if _is_whole(over) and (gained := _gain(observed, reads)):
        if _is_alone(text, start, end) and not _PRIVATE.search(reads):
            return Misread(start, end, reads, right, wrong, True, gained)
        low, high = start, end
        while low and text[low - 1] == LOST:
            low -= 1
        while high < len(text) and (text[high] == LOST or (text[high - 1] == LOST and text[high] >= "\x80")):
            high += 1
        return Misread(low, high, LOST * (start - low) + reads + LOST, right, wrong, False, gained)
    low, high = _stretch(over)
    if high - low < _INSIDE:
        return None
    if gained := _gain(observed[low:high], reads[low:high]):
        return Misread(start + low, start + high, reads[low:high], right, wrong, False, gained)
    return None


@lru_cache(maxsize=16384)
def _other(char: str, right: str, wrong: str) -> str:
    """The character whose bytes in the right encoding are those of this one in the wrong one, or ""."""
    if char < "\x80":
        return ""
    body = gb_bytes(char) if wrong == "gb18030" else big5_bytes(char)
    for codec in ("gb18030",) if right == "gb18030" else ("cp950", "big5hkscs"):
        try:
            other = body.decode(codec)
        except UnicodeDecodeError:
            continue
        if len(other) == 1 and other.encode(codec) == body:
            return other
    return ""


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether a run ends at ASCII or at the ends of the text; a character of neither encoding is clean text or loss."""
    return (not start or text[start - 1] < "\x80") and (end == len(text) or text[end] < "\x80")


def _gain(observed: str, reads: str) -> float:
    if _KANA.fullmatch(observed):
        return 0.0  # a Japanese word; what went wrong has kana and rarer things by turns
    table = counts()
    n = len(reads)
    evidence, before = table.evidence(reads), table.evidence(observed)
    if evidence < _PER_CHAR * n or evidence - before < _PER_CHAR * n:
        return 0.0
    pairs = table.pairs_known(reads)
    if evidence - before < _NO_PAIRS_ABOVE * n and (
        pairs < _PAIRS * n or pairs < 2 * table.pairs_known(observed)
    ):
        return 0.0
    return round(evidence - before, 1)


def _is_whole(over: list[float]) -> bool:
    """Whether no stretch of a run reads better as it stands."""
    if min(over[0], over[-1]) < _EDGE:
        return False
    run = 0.0
    for step in over:
        run = min(run + step, 0.0)
        if run < _CLEAN:
            return False
    return True


def _stretch(over: list[float]) -> tuple[int, int]:
    """The stretch of a run with the most evidence for the other reading."""
    best, low, high = 0.0, 0, 0
    run, begin = 0.0, 0
    for n, step in enumerate(over):
        run += step
        if run <= 0:
            run, begin = 0.0, n + 1
        elif run > best:
            best, low, high = run, begin, n + 1
    return low, high
