"""What was read in the wrong encoding, and when that is proven.

A way of going wrong is a pair: the encoding that the bytes are in, and the one they were read in. The proof has
two halves. The round trip: the characters that stand there, written in the wrong encoding, give bytes that
decode wholly in the right one, and the result written in the right one gives these bytes again. The reading:
the result is Chinese by `cleanup.chinese`, and what stood there is not. Where bytes were lost there is no round
trip; what is left is read for evidence alone, and nothing is repaired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cleanup.chinese import counts

LOST = "\ufffd"
# 文 → æ–‡ → Ã¦â€“â€¡ → … : how often the same mistake is undone.
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """How much a reading must have: characters that are not ASCII, evidence in log10, and of it a character."""

    chars: int
    evidence: float
    per_char: float


# A place by itself. A word of two common characters has 3 to 5; nothing in 38 M characters of clean text and 61 M of
# 196 languages gets over 2.5 (benchmarks/encodings.py clean).
ALONE = Bar(2, 2.5, 0.5)
# A place in a text where the same way of going wrong is proven elsewhere, by evidence of at least PROVEN (bytes of
# UTF-8 prove much by themselves, those of two bytes a character little): then single characters between digits are
# expected, and it is enough that they are common ones.
AMONG = Bar(1, 0.1, 0.1)
PROVEN = {True: 4.0, False: 12.0}


@dataclass(frozen=True, slots=True)
class Misread:
    """text[start:end] is of the encoding `right` and was read as `wrong`, `rounds` times.

    reads     what it says, with U+FFFD where bytes were lost
    whole     nothing is lost and the round trip holds: `reads` is the repair
    evidence  log10, of `reads` over what stands there; 0 where nothing is proven, and then no part of the
              place is by itself, either
    """

    start: int
    end: int
    reads: str
    right: str
    wrong: str
    whole: bool
    evidence: float
    rounds: int = 1

    @property
    def way(self) -> tuple[str, str, int]:
        return self.right, self.wrong, self.rounds


def gain(observed: str, reads: str, bar: Bar) -> float:
    """The evidence for a reading over what stands there, 0 where it is not enough."""
    table = counts()
    evidence = table.evidence(reads)
    chars = sum(c >= "\x80" for c in reads)
    if chars < bar.chars or evidence < max(bar.evidence, bar.per_char * chars):
        return 0.0
    over = evidence - table.evidence(observed)
    return round(over, 1) if over >= bar.evidence else 0.0


@lru_cache(maxsize=8192)
def gb_bytes(char: str) -> bytes:
    """The two bytes of a character in GBK, b"" for one that it does not have.

    The byte 80 alone, which is in no standard, is the euro sign in code page 936 and on the web.
    """
    return b"\x80" if char == "€" else _two_bytes(char, "gb18030")


@lru_cache(maxsize=8192)
def big5_bytes(char: str) -> bytes:
    """The two bytes of a character in Big5, b"" for one that it does not have."""
    return _two_bytes(char, "cp950") or _two_bytes(char, "big5hkscs")


def _two_bytes(char: str, codec: str) -> bytes:
    try:
        code = char.encode(codec)
    except UnicodeEncodeError:
        return b""
    return code if len(code) == 2 else b""


# Code page 1252 as Windows and the web read it: the five bytes it leaves empty are controls, as in Latin-1.
CP1252 = {chr(b): bytes([b]) for b in range(0x80, 0x100)} | {
    bytes([b]).decode("cp1252"): bytes([b])
    for b in range(0x80, 0xA0)
    if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def latin_bytes(char: str) -> bytes:
    """The byte of a character in Latin-1 or code page 1252, from 80 up, b"" for one that they do not have."""
    return CP1252.get(char, b"")


def undone(text: str, rounds: int) -> Iterator[tuple[str, str, int]]:
    """What a whole text may have been before it went wrong: once, twice, … `rounds` times; with its encoding."""
    for code, rights in ((gb_bytes, ("utf-8",)), (latin_bytes, ("utf-8", "gb18030", "big5"))):
        body = b"".join(c.encode() if c < "\x80" else code(c) or b"\xff" for c in text)
        for right in rights:
            try:
                before = body.decode(right)
            except UnicodeDecodeError:
                continue
            if before != text and before.encode(right) == body:
                yield before, right, 1
                if rounds > 1:
                    yield from ((last, own, n + 1) for last, own, n in undone(before, rounds - 1))


def proven(
    text: str, at: int, to: int, body: bytes, reads: str, right: str, wrong: str, bar: Bar
) -> Misread | None:
    """The repair, where the reading proves it; where it is a mistake made again, what that comes to."""
    if reads.encode(right) != body:
        return None
    found = None
    for last, own, n in ((reads, right, 0), *undone(reads, ROUNDS - 1)):
        if over := gain(text[at:to], last, bar):
            # U+FFFD among the bytes: what it stood for was lost before
            found = Misread(at, to, last, own, wrong, LOST not in last, over, n + 1)
            if bar.chars > 1:
                break  # less evidence will do in company, and then half undone may look done
    return found
