"""Mojibake: stretches of a text that were read in the wrong encoding, mended where nothing was lost.

Clean text pays one search for the characters that such stretches are made of and prose is not. Where one stands,
`misread` looks for a proof.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from cleanup.builtin import BUILT_IN
from cleanup.detect.misread import ALONE, AMONG, PROVEN, Bar, Misread, latin_bytes
from cleanup.detect.misread_big5 import crossed
from cleanup.detect.misread_bytes import pairs_in_latin, utf8_in_gb, utf8_in_latin
from cleanup.detect.reading import Proposal, Reading

_MISREAD = BUILT_IN["misread-encoding"]
_MISREAD_LOST = BUILT_IN["misread-encoding-lost"]
# Anything that is not ASCII: where a way of going wrong is proven, every run of it is looked at.
_ODD = re.compile(r"[^\0-\x7f]")


def propose(reading: Reading) -> list[Proposal]:
    """What was read in a wrong encoding: the repair where it is proven, a flag where bytes are gone."""
    text = reading.text
    gate = _gate()
    found: list[Misread] = []
    done = 0
    for m in gate.search.finditer(text):
        if m.start() >= done and (one := _best(_ways(text, m.start(), gate, ALONE))) and one.start >= done:
            found.append(one)
            done = one.end
    if found:
        found = _with_company(text, found, gate)
    return [_proposal(one) for one in found if not reading.is_closed(one.start, one.end)]


def _with_company(text: str, found: list[Misread], gate: _Gate) -> list[Misread]:
    """What was found, and what went wrong in the same way and is too short to prove it alone."""
    strength: dict[tuple[str, str], float] = defaultdict(float)
    for one in found:
        strength[one.way] += one.evidence
    ways = {way for way, evidence in strength.items() if evidence >= PROVEN}
    if not ways:
        return found
    out: list[Misread] = []
    at = 0
    sure: Misread | None
    for sure in [*found, None]:
        limit = sure.start if sure else len(text)
        for m in _ODD.finditer(text, at, limit):
            if m.start() < at:
                continue
            near = _best(w for w in _ways(text, m.start(), gate, AMONG) if w and w.way in ways)
            if near and at <= near.start and near.end <= limit:
                out.append(near)
                at = near.end
        if sure:
            out.append(sure)
            at = sure.end
    return out


def _ways(text: str, at: int, gate: _Gate, bar: Bar) -> Iterator[Misread | None]:
    """What each way of going wrong makes of a place."""
    char = text[at]
    among = bar is not ALONE
    if char in gate.latin or (among and latin_bytes(char)):
        yield utf8_in_latin(text, at, bar)
        yield pairs_in_latin(text, at, bar)
    if char in gate.starts:
        yield utf8_in_gb(text, at, bar)
    if char in gate.in_gb or among:
        yield crossed(text, at, "big5", "gb18030", bar)
    if char in gate.in_big5 or among:
        yield crossed(text, at, "gb18030", "big5", bar)


def _best(ways: Iterable[Misread | None]) -> Misread | None:
    return max((w for w in ways if w), key=lambda w: (w.whole, w.evidence), default=None)


def _proposal(one: Misread) -> Proposal:
    evidence = {
        "encoding": one.right,
        "read_as": one.wrong,
        "rounds": one.rounds,
        "reads": one.reads,
        "evidence_log10": one.evidence,
    }
    if one.whole:
        return Proposal.of(_MISREAD, one.start, one.end, one.reads, evidence)
    return Proposal.of(_MISREAD_LOST, one.start, one.end, None, evidence)


@dataclass(frozen=True, slots=True)
class _Gate:
    """The search that clean text pays for, and the characters that each way of going wrong gives.

    starts   what the first two bytes of a character of UTF-8 are in GBK; in running Chinese 3 characters in
             10,000, nearly all of them 浏, and then the next character settles it
    latin    letters of Latin-1, and the signs that marks of GBK and Big5 begin with
    in_gb    what Big5 becomes in GBK at every second character: kana and private use
    in_big5  what GBK becomes in Big5 at every second character: its second level, which is rare everywhere
    """

    search: re.Pattern[str]
    starts: frozenset[str]
    latin: frozenset[str]
    in_gb: frozenset[str]
    in_big5: frozenset[str]


@lru_cache(maxsize=1)
def _gate() -> _Gate:
    starts = _decoded("gb18030", [*range(0xE2, 0xEA), 0xEF], range(0x80, 0xC0))
    latin = frozenset(map(chr, range(0xC0, 0x100))) | frozenset("£¡¤ª¬§") - frozenset("×÷")
    kana, private = (
        _decoded("gb18030", [0xA4, 0xA5], range(0xA1, 0xFF)),
        frozenset(map(chr, range(0xE000, 0xE766))),
    )
    in_gb = kana | private
    in_big5 = _decoded("cp950", range(0xCA, 0xD8), range(0xA1, 0xFF))
    odd = re.escape("".join(sorted(starts | latin | in_gb | in_big5)))
    # alone before ASCII none of them is part of a stretch; a question mark may stand for what was lost
    return _Gate(re.compile(f"[{odd}](?=[^\0->@-\x7f]|[?@-~])"), starts, latin, in_gb, in_big5)


def _decoded(codec: str, leads: Iterable[int], trails: Iterable[int]) -> frozenset[str]:
    """The characters that pairs of bytes are in an encoding."""
    out = set()
    for pair in product(leads, trails):
        with suppress(UnicodeDecodeError):
            out.add(bytes(pair).decode(codec))
    return frozenset(c for c in out if len(c) == 1)
