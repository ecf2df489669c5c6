"""Which encoding bytes are in: a byte order mark, else valid UTF-8, else what reads as Chinese.

UTF-8 has so much structure that text of another encoding almost never passes for it, so valid UTF-8 wins, at
the cost of the decode. GB18030, Big5 and UTF-16 have little: most bytes are valid in several of them. There
Python's codecs say what is possible, and the counts of `cleanup.chinese` say in which of them the bytes are
Chinese. What is not Chinese in any is not guessed.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from cleanup.chinese import counts

AUTO = "auto"
# UTF-32-LE begins like UTF-16-LE, so it is asked first.
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# The encodings of Chinese that are not UTF-8. Of the three codecs of Big5 the plainest that reads all is taken.
_NARROW = ("gb18030", "big5", "cp950", "big5hkscs")
_WIDE = ("utf-16-le", "utf-16-be")
_BIG5 = _NARROW[1:]
# Bytes that the evidence is weighed on, from the first one that is not ASCII. 600 bytes are 300 characters, which
# decide every file of benchmarks/encodings.py; the long sample is for files that are mostly ASCII.
_SAMPLES = (600, 1 << 16)
# Evidence for Chinese in log10: in all, a character, and over the next encoding. One common pair (你好) has 4;
# foreign text in a wrong decoding mostly has less than nothing. Shorter texts have too little and are refused
# (benchmarks/encodings.py detect --low 2 --high 8).
_ENOUGH = 2.0
_ENOUGH_PER_CHAR = 0.25
_MARGIN = 1.5
# Korean in its old encoding is a row of common Chinese characters, but nearly no two of them are a common pair; of
# clean Chinese half are. Asked of texts of so many characters.
_PAIRS_FROM = 3
_PAIRS_KNOWN = 0.1
# Two bytes that happen to be one Chinese character are no proof that a file with NUL bytes is text.
_ENOUGH_WITH_NUL = 4.0
# So many bytes, every second one zero, are UTF-16.
_ZEROS = 8
# A file in which more lines than this had to be weighed is not searched further for a second encoding.
_LINES = 500
# Nothing is surer than this by evidence alone.
_SUREST = 0.9999

_HIGH = re.compile(rb"[\x80-\xff]")
# What UTF-8 writes in three bytes or more. Bytes that decode to such are UTF-8 and nothing else.
HAN_OR_ABOVE = re.compile("[\u0800-\U0010ffff]")
_RUN = re.compile(r"[^\0-\x7f]{2,}")
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class Choice:
    """An encoding (a codec's name), the byte order mark it begins with, how sure that is (0..1), and by what:
    `bom`, `utf-8` (valid, which is proof), `evidence` (it reads as Chinese), `zeros` (every second byte is
    one), or `named` by the user.
    """

    encoding: str
    bom: bytes = b""
    sure: float = 1.0
    by: str = "utf-8"


class Unreadable(Exception):
    """Bytes that are not text of an encoding, or of none that can be told: a stable reason, where, and what to do."""

    def __init__(self, reason: str, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason, self.line, self.zh, self.en = reason, line, zh, en


def decode(raw: bytes, encoding: str = AUTO) -> tuple[str, Choice]:
    """The text of some bytes without its byte order mark, and how they were read.

    A byte order mark wins; `encoding` names a codec for bytes without one, or AUTO. Raises Unreadable.
    """
    bom, marked = next(((b, e) for b, e in BOMS if raw.startswith(b)), (b"", ""))
    body = raw[len(bom) :]
    if marked or encoding != AUTO:
        choice = Choice(marked or encoding, bom, by="bom" if marked else "named")
        return _strict(body, choice.encoding), choice
    if b"\0" not in body:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            pass
        else:
            if text.isascii() or HAN_OR_ABOVE.search(text):
                return text, Choice("utf-8")
            # GBK text may be valid UTF-8 of two-byte sequences alone, as 联通 is: Greek or Arabic to look at
            chinese = _weigh(body, ("gb18030",))
            return (body.decode("gb18030"), chinese) if chinese else (text, Choice("utf-8"))
    choice = choose(body)
    return _strict(body, choice.encoding), choice


def choose(body: bytes) -> Choice:
    """The encoding of bytes that have no byte order mark and are not UTF-8. Raises Unreadable."""
    found = (_zeros(body) or _weigh(body, _WIDE)) if b"\0" in body else _weigh(body, (*_NARROW, *_WIDE))
    if found is None:
        raise _undecidable(body)
    return found


def _zeros(body: bytes) -> Choice | None:
    """UTF-16 of ASCII alone: every second byte is zero and no other."""
    for name, high, low in (("utf-16-le", body[1::2], body[::2]), ("utf-16-be", body[::2], body[1::2])):
        if len(body) % 2 == 0 and len(body) >= _ZEROS and not any(high) and low.isascii() and 0 not in low:
            return Choice(name, by="zeros")
    return None


def _weigh(body: bytes, names: tuple[str, ...]) -> Choice | None:
    """The one of some encodings in which the bytes are Chinese, if it is far enough ahead of the rest."""
    first = _HIGH.search(body)
    enough = _ENOUGH_WITH_NUL if b"\0" in body else _ENOUGH
    for size in _SAMPLES:
        ranked = sorted(_candidates(body, first.start() if first else 0, size, names), reverse=True)
        if not ranked:
            return None
        (best, per_char, name), *others = ranked
        rival = next((e for e, _, other in others if not {name, other} <= set(_BIG5)), 0.0)
        margin = min(best - rival, best)
        if best >= enough and per_char >= _ENOUGH_PER_CHAR and margin >= _MARGIN:
            return Choice(name, sure=round(min(1 - 10**-margin, _SUREST), 4), by="evidence")
        if len(body) <= size:
            break
    return None


def _candidates(body: bytes, start: int, size: int, names: tuple[str, ...]) -> list[tuple[float, float, str]]:
    """(evidence, evidence a character, encoding) of those in which a sample can be read at all."""
    out: list[tuple[float, float, str]] = []
    for name in names:
        if name in _BIG5 and any(n in _BIG5 for _, _, n in out):
            continue
        wide = name in _WIDE
        if wide and len(body) % 2:
            continue
        # one sample for all: from a lead byte, and from an even one for two bytes a character
        at = start - start % 2 if wide else start
        sample = body[at : at + size]
        try:
            if name in _BIG5:
                body.decode(name)
            text = codecs.getincrementaldecoder(name)("strict").decode(sample, len(sample) == len(body) - at)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            continue
        others = sum(c >= "\x80" for c in text)
        if 2 * sum(map(len, _RUN.findall(text))) < others:
            continue  # single characters between letters, as German is in GBK
        if others >= _PAIRS_FROM and counts().pairs_known(text) < max(1, _PAIRS_KNOWN * others):
            continue
        evidence = counts().evidence(text)
        out.append((evidence, evidence / max(others, 1), name))
    return out


def _strict(body: bytes, encoding: str) -> str:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as e:
        raise undecodable(e) from None
    if "\0" in text:
        raise _binary(text[: text.index("\0")].count("\n") + 1)
    return text


def line_of(e: UnicodeDecodeError) -> int:
    """The line, from 1, on which the bytes stop being of their encoding."""
    newline = "\n".encode(e.encoding) if e.encoding.startswith(("utf-16-", "utf-32-")) else b"\n"
    return bytes(e.object[: e.start]).count(newline) + 1


def undecodable(e: UnicodeDecodeError) -> Unreadable:
    """Why bytes that are not of their encoding cannot be read."""
    byte = f"0x{e.object[e.start]:02X}"
    lone = "surrogate" in e.reason or (e.encoding == "utf-8" and _SURROGATE.match(e.object, e.start))
    if lone:
        return Unreadable(
            "lone_surrogate",
            line_of(e),
            f"第 {e.start} 字节起是孤立的代理项，不是字符；请重新导出这个文件",
            f"byte {e.start} begins a lone surrogate, which is no character; export the file anew",
        )
    return Unreadable(
        "undecodable",
        line_of(e),
        f"第 {e.start} 字节 {byte} 不是 {e.encoding}；若是其他编码，请用 --encoding(如 gb18030)",
        f"byte {e.start}, {byte}, is not {e.encoding}; for another encoding use --encoding (gb18030, say)",
    )


def _binary(line: int) -> Unreadable:
    return Unreadable("binary", line, "含有 NUL 字节，不是文本文件", "holds a NUL byte: not a text file")


def _undecidable(body: bytes) -> Unreadable:
    """What is known about bytes that are Chinese in no encoding as a whole."""
    if b"\0" in body:
        return _binary(body[: body.index(b"\0")].count(b"\n") + 1)
    if mixed := _mixed(body):
        return mixed
    near = _nearest(body)
    try:
        body.decode(near or "utf-8")
    except UnicodeDecodeError as e:
        if near or _SURROGATE.match(body, e.start):
            return undecodable(e)
        return Unreadable(
            "unknown_encoding",
            line_of(e),
            f"第 {e.start} 字节起不是 UTF-8，用 GB18030、Big5、UTF-16 读也不成中文；知道编码时请用 --encoding",
            f"not UTF-8 from byte {e.start} on, and no Chinese in GB18030, Big5 or UTF-16 either; "
            "name the encoding with --encoding",
        )
    return Unreadable(
        "unknown_encoding",
        1,
        f"证据太少，看不出编码；若是 {near}，请用 --encoding {near}",
        f"too little evidence for an encoding; if it is {near}, use --encoding {near}",
    )


def _mixed(body: bytes) -> Unreadable | None:
    """Lines of several encodings, each by itself readable: which, and where the second begins."""
    seen: dict[str, int] = {}
    weighed = 0
    for n, line in enumerate(body.split(b"\n"), 1):
        if line.isascii():
            continue
        try:
            line.decode()
            name = "utf-8"
        except UnicodeDecodeError:
            weighed += 1
            found = _weigh(line, _NARROW) if weighed <= _LINES else None
            if found is None:
                return None
            name = found.encoding
        seen.setdefault(name, n)
        if len(seen) == 2:
            break
    else:
        return None
    (first, _), (second, line_number) = sorted(seen.items(), key=lambda kv: kv[1])
    return Unreadable(
        "mixed_encodings",
        line_number,
        f"一个文件里有几种编码：第 {line_number} 行起有 {second}，其余是 {first}；请先统一编码，或按行拆开",
        f"holds several encodings: {second} from line {line_number}, {first} elsewhere; bring it into one first",
    )


def _nearest(body: bytes) -> str:
    """The encoding in which most of some bytes is Chinese, bad ones left out, or ""."""
    sample = body[: _SAMPLES[1]]
    table = counts()
    best = max(("utf-8", *_NARROW[:2], *_WIDE), key=lambda n: table.evidence(sample.decode(n, "replace")))
    return best if table.evidence(sample.decode(best, "replace")) >= _ENOUGH else ""
