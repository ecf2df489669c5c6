"""Mojibake: stretches of a text that were read in the wrong encoding, mended where nothing was lost.

Clean text pays one search for the characters that such stretches are made of and prose is not. Where one stands,
`misread` looks for a proof.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cleanup.builtin import BUILT_IN
from cleanup.chars import char_class
from cleanup.detect.misread import ALONE, AMONG, CP1252, PROVEN, Bar, Misread, latin_bytes
from cleanup.detect.misread_big5 import crossed, run_around
from cleanup.detect.misread_bytes import pairs_in_latin, utf8_in_gb, utf8_in_latin
from cleanup.detect.reading import Proposal, Reading

_MISREAD = BUILT_IN["misread-encoding"]
_MISREAD_LOST = BUILT_IN["misread-encoding-lost"]
_CROSSED = {("big5", "gb18030", 1), ("gb18030", "big5", 1)}
_RUN = re.compile(r"[^\0-\x7f]+")
# An article on encodings shows what goes wrong, and sets it in quotes or names it: 会变成“浣犲ソ”.
_TOPIC = re.compile(
    "乱码|亂碼|字符集|字元集|编码|編碼|GBK|GB2312|GB18030|Big5|BIG5|Latin-1|ISO-8859|mojibake", re.IGNORECASE
)
_OPEN, _CLOSE = "“‘\"'「『`（(《【", "”’\"'」』`）)》】"


def propose(reading: Reading) -> list[Proposal]:
    """What was read in a wrong encoding: the repair where it is proven, a flag where bytes are gone."""
    text = reading.text
    gate = _gate()
    found: list[Misread] = []
    tried: dict[str, int] = {}
    done = 0
    for m in gate.search.finditer(text):
        if (
            m.start() < done
            or not (one := _best(_ways(text, m.start(), gate, ALONE, tried)))
            or one.start < done
        ):
            continue
        if one.evidence:
            found.append(one)
        done = one.end
    if found:
        found = _with_company(text, found, gate)
    if found and _TOPIC.search(reading.original):
        found = [one for one in found if not _is_shown(text, one)]
    return [_proposal(one) for one in found if not reading.is_closed(one.start, one.end)]


def _is_shown(text: str, one: Misread) -> bool:
    """Whether a stretch is all that stands in quotes or brackets."""
    before, after = text[one.start - 1 : one.start], text[one.end : one.end + 1]
    return bool(before and after) and before in _OPEN and after == _CLOSE[_OPEN.index(before)]


def _with_company(text: str, found: list[Misread], gate: _Gate) -> list[Misread]:
    """What was found, and what went wrong in the same way and is too short to prove it alone."""
    strength: dict[tuple[str, str, int], float] = defaultdict(float)
    for one in found:
        strength[one.way] += one.evidence
    ways = {way for way, evidence in strength.items() if evidence >= PROVEN[way[0] == "utf-8"]}
    out: list[Misread] = []
    tried: dict[str, int] = {}
    done = 0
    rest = iter([*found, None])
    sure = next(rest)
    for at in _places(text, found, ways, gate):
        while sure is not None and sure.start <= at:
            out.append(sure)
            done = sure.end
            sure = next(rest)
        if at < done:
            continue
        near = _best(w for w in _ways(text, at, gate, AMONG, tried) if w and w.way in ways and w.evidence)
        if near and done <= near.start and (sure is None or near.end <= sure.start):
            out.append(near)
            done = near.end
    return [*out, *([sure] if sure else []), *(one for one in rest if one)]


def _places(
    text: str, found: Sequence[Misread], ways: set[tuple[str, str, int]], gate: _Gate
) -> Iterator[int]:
    """Where else a proven way may have left its mark, in order: for Big5 and GBK on the same lines alone."""
    wrongs = {wrong for right, wrong, _ in ways if right == "utf-8" or wrong == "cp1252"}
    places = set()
    if "cp1252" in wrongs:
        places |= {m.start() for m in gate.high.finditer(text)}
    if "gb18030" in wrongs:
        places |= {m.start() for m in gate.search.finditer(text) if m.group() in gate.starts}
    for one in found:
        if one.way in ways & _CROSSED:
            start = text.rfind("\n", 0, one.start) + 1
            end = text.find("\n", one.end)
            places |= {m.start() for m in _RUN.finditer(text, start, len(text) if end < 0 else end)}
    yield from sorted(places)


def _ways(text: str, at: int, gate: _Gate, bar: Bar, tried: dict[str, int]) -> Iterator[Misread | None]:
    """What each way of going wrong makes of a place. `tried` holds, for each way that looks at a whole run, how far
    it has looked in vain: French or Japanese has something odd at every other place.
    """
    char = text[at]
    among = bar is not ALONE
    if char in gate.latin or (among and latin_bytes(char)):
        yield utf8_in_latin(text, at, bar)
        if at >= tried.get("latin", 0):
            one = pairs_in_latin(text, at, bar)
            if one is None:
                tried["latin"] = _run_end(text, at)
            yield one
    if char in gate.starts:
        yield utf8_in_gb(text, at, bar)
    for right, wrong, own in (("big5", "gb18030", gate.in_gb), ("gb18030", "big5", gate.in_big5)):
        if (char in own or among) and at >= tried.get(right, 0):
            one = crossed(text, at, right, wrong, bar)
            if one is None or not one.start <= at < one.end:
                tried[right] = max(run_around(text, at, right, wrong)[1], at + 1)
            yield one


def _run_end(text: str, at: int) -> int:
    while at < len(text) and latin_bytes(text[at]):
        at += 1
    return at


def _best(ways: Iterable[Misread | None]) -> Misread | None:
    return max((w for w in ways if w), key=lambda w: (w.whole, w.evidence), default=None)


def _proposal(one: Misread) -> Proposal:
    evidence = {
        "encoding": one.right,
        "read_as": one.wrong,
        "rounds": one.rounds,
        "evidence_log10": one.evidence,
    }
    if one.whole:
        return Proposal.of(_MISREAD, one.start, one.end, one.reads, evidence)
    return Proposal.of(_MISREAD_LOST, one.start, one.end, None, {"left": one.reads, **evidence})


@dataclass(frozen=True, slots=True)
class _Gate:
    """The search that clean text pays for, and the characters that each way of going wrong gives.

    high     all that a byte from 80 up is in Latin-1 or code page 1252
    starts   what the first two bytes of a character of UTF-8 are in GBK: 3 in 10,000 characters of clean
             Chinese, nearly all of them 浏
    latin    letters of Latin-1, and the signs that marks of GBK and Big5 begin with
    in_gb    what Big5 becomes in GBK at every second character: kana and private use
    in_big5  what GBK becomes in Big5 at every second character: its second level, which is rare everywhere
    """

    search: re.Pattern[str]
    high: re.Pattern[str]
    starts: frozenset[str]
    latin: frozenset[str]
    in_gb: frozenset[str]
    in_big5: frozenset[str]


@lru_cache(maxsize=1)
def _gate() -> _Gate:
    starts = _decoded("gb18030", [*range(0xE2, 0xEA), 0xEF], range(0x80, 0xC0))
    seconds = _decoded("gb18030", range(0x81, 0xC0), range(0x40, 0xFF)) | frozenset("€?\ufffd")
    latin = frozenset(map(chr, range(0xC0, 0x100))).union("£¡¤ª¬§") - frozenset("×÷")
    kana, private = _decoded("gb18030", [0xA4, 0xA5], range(0xA1, 0xFF)), map(chr, range(0xE000, 0xE766))
    in_gb = kana.union(private)
    in_big5 = _decoded("cp950", range(0xCA, 0xD8), range(0xA1, 0xFF))
    first, second, odd, high = (char_class(c) for c in (starts, seconds, in_gb | in_big5, CP1252))
    # one class for all, so that clean text is searched once; what must follow is asked of the few that are found
    search = re.compile(
        f"{char_class(starts | latin | in_gb | in_big5)}(?:(?<={first})(?={second})"
        f"|(?<={char_class(latin)})(?=[@-~]?{high})|(?<={odd})(?=[^\\n]{{0,3}}{odd}))"
    )
    return _Gate(search, re.compile(high), starts, latin, in_gb, in_big5)


def _decoded(codec: str, leads: Iterable[int], trails: Iterable[int]) -> frozenset[str]:
    """The characters that pairs of bytes are in an encoding."""
    trails = bytes(trails)
    out: set[str] = set()
    for lead in leads:
        # a newline after each pair: what is no character takes nothing of the next one with it
        row = b"".join(bytes((lead, trail, 10)) for trail in trails).decode(codec, "replace")
        out.update(pair for pair in row.split("\n") if len(pair) == 1)
    return frozenset(out - {"\ufffd"})
