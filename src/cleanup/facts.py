"""Facts about a whole article, and one number that sums them up.

They are of the text as it was read: what is found counts, whether or not it was repaired. The number is a
weighted geometric mean of parts, each 0..1: read PARTS, and you know the number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from cleanup.data import FURNITURE_KINDS, RAW_KINDS, Finding, Outcome, Tier
from cleanup.detect.closed import merge, without
from cleanup.detect.share import visible

Truncation = Literal["", "read_more", "ellipsis", "mid_sentence"]

# What a finding counts as damage: what is likely right, less where it is not sure.
_TIER_WEIGHT: dict[Tier, float] = {"auto": 1.0, "suggest": 0.7, "flag": 0.7}
# Findings per 1,000 characters that halve a part. The farms of the bench have 21 pieces of gold damage per
# 1,000 characters, 3 to 60 by farm.
_HALVES = 10.0
# A line of so many Chinese characters is prose, or else a heading, a signature or a verse.
_PROSE_MIN = 15
# The last line is held to end as the others do where this share of them end with a sentence, of at least
# this many. Called cut among 38,320 groups of six lines of 40 corpora, where a last line may be a heading:
# 1.5 of 100; with a share of 0.8, 2.2 of 100.
_ENDED_SHARE = 0.9
_ENDED_MIN = 3
# A last line without a comma may be a heading up to this length: with 15 instead 2.4 of 100 are called cut,
# and 4 more are found of 100 that are. One with a comma is none from this length: 15 instead misses 5 more.
_NO_HEADING = 25
_SHORTEST = 10

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007]")
# Possessive: a long line of another script is read once.
_PROSE = re.compile(f"(?:[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007]*+{_HAN.pattern}){{{_PROSE_MIN}}}")
# The same as the upper bytes of their codes, and those whose byte others share.
_UPPER = bytes([*range(0x34, 0x4D), *range(0x4E, 0xA0), 0xF9, 0xFA])
_REST = re.compile("[\u3007\u4d00-\u4dbf]")
_CLOSERS = "”’\"'』」）)】》〉］]*_`~"
_END = re.compile(f"[。！？!?.．；;：:…—～~{re.escape(_CLOSERS)}]$")
_STOP = re.compile("[。！？!?]")
_COMMA = re.compile("[，、,]")
# One ellipsis of a machine. An author's has six dots, and closes a sentence.
_CUT_DOTS = re.compile(r"(?<![….。])(?:…|\.{3})$")
# A class in front lets the search skip, which a choice of words does not.
_READ_MORE = re.compile(
    r"[展阅查浏余剩显加](?:(?<=展)开|(?<=阅)读|(?<=查)看|(?<=浏)览|(?<=余)下|(?<=剩)余|(?<=显)示|(?<=加)载)"
    r"(?:全文|全部|更多|余下内容|剩余内容|剩余部分|完整内容|全部内容|剩余\s*\d+\s*%)"
)
_PAY_TO_READ = re.compile(
    r"[未登订付购下打](?:(?<=未)完待续|(?:(?<=登)录|(?<=订)阅|(?<=付)费|(?<=购)买|(?<=下)载\s*[Aa][Pp][Pp]|(?<=打)开\s*[Aa][Pp][Pp])"
    r"后?(?:阅读|查看|继续阅读|解锁)(?:全文|全部|更多|余下|剩余)?)"
)
_SENTENCES = re.compile(r"[^。！？!?\n]+[。！？!?\n]*")
_LIST_LINES_MIN = 8
_REPEAT_MIN = 8


@dataclass(frozen=True)
class Facts:
    """What is known of an article as a whole.

    visible     characters that are no white space
    han         the share of them that are Chinese
    furniture   the share of them that findings of kind boilerplate and duplicate cover
    repeated    the share of them that say a sentence of the article again, word for word
    damaged     weighted findings per 1,000 visible characters, without furniture and noise
    noisy       the same of noise and mojibake
    truncated   why the article looks cut off, or "": read_more, a button or a promise of more; ellipsis;
                mid_sentence, where its other lines end sentences
    titled      whether the reader knew a title, or the first line is one
    list_page   nothing but lines like headlines, or a web page of nothing but links
    """

    visible: int
    han: float
    furniture: float
    repeated: float
    damaged: float
    noisy: float
    truncated: Truncation
    titled: bool
    list_page: bool

    @property
    def empty(self) -> bool:
        return not self.visible

    @cached_property
    def rated(self) -> tuple[float, dict[str, float]]:
        """`quality`, worked out once: totals and the article's line both ask."""
        return quality(self)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the quality: 1 is good, 0 is useless. `about` says what a number means."""

    name: str
    weight: float
    value: Callable[[Facts], float]
    about: str


def _rate(per_thousand: float) -> float:
    return 1 / (1 + per_thousand / _HALVES)


PARTS: tuple[Part, ...] = (
    Part(
        "complete",
        1.0,
        lambda f: 0.0 if f.empty else 0.5 if f.truncated else 1.0,
        "0 without text, 0.5 where it looks cut off",
    ),
    Part("furniture", 1.0, lambda f: 1 - f.furniture, "the share of characters that are not page furniture"),
    Part(
        "damage", 2.0, lambda f: _rate(f.damaged), "1 without damage, 0.5 at 10 places per 1,000 characters"
    ),
    Part("noise", 0.5, lambda f: _rate(f.noisy), "the same of invisible characters, entities and mojibake"),
    Part("repetition", 1.0, lambda f: 1 - f.repeated, "the share of characters that say nothing again"),
    Part("prose", 1.0, lambda f: 0.3 if f.list_page else 1.0, "0.3 for a list of headlines"),
)


def facts_line(outcome: Outcome, facts: Facts) -> dict[str, object]:
    """What articles.jsonl says of an article beside its counts."""
    score, parts = facts.rated
    said = ("title", "date", "site", "author")
    return {
        **{k: v for k in said if (v := str(outcome.document.meta.get(k) or ""))},
        "visible": facts.visible,
        "han": round(facts.han, 4),
        "furniture": round(facts.furniture, 4),
        "repeated": round(facts.repeated, 4),
        "truncated": facts.truncated,
        "titled": facts.titled,
        "list_page": facts.list_page,
        "quality": round(score, 4),
        "quality_parts": {k: round(v, 4) for k, v in parts.items()},
    }


def facts_told(line: Mapping[str, Any]) -> Facts:
    """The facts that a line of articles.jsonl tells. Rates of damage and noise are not among them, and are 0 here;
    `rated` is what the line says. Raises KeyError where a fact is missing.
    """
    facts = Facts(
        visible=line["visible"],
        han=line["han"],
        furniture=line["furniture"],
        repeated=line["repeated"],
        damaged=0.0,
        noisy=0.0,
        truncated=line["truncated"],
        titled=line["titled"],
        list_page=line["list_page"],
    )
    # a cached property keeps its value here
    vars(facts)["rated"] = line["quality"], line["quality_parts"]
    return facts


def quality(facts: Facts) -> tuple[float, dict[str, float]]:
    """The quality, 0..1, and its parts: the geometric mean of the parts by their weights.

    It falls where a part falls, and is 0 where one is.
    """
    parts = {p.name: min(1.0, max(0.0, p.value(facts))) for p in PARTS}
    if min(parts.values()) <= 0:
        return 0.0, parts
    nats = sum(p.weight * math.log(parts[p.name]) for p in PARTS)
    return math.exp(nats / sum(p.weight for p in PARTS)), parts


def facts_of(outcome: Outcome) -> Facts:
    """The facts of an article. What lost to a better finding is not counted twice."""
    document = outcome.document
    text = document.text
    seen = visible(text)
    found = outcome.findings
    page = merge([(f.start, f.end) for f in found if f.kind in FURNITURE_KINDS])
    body = without(text, page)
    lines = [line for x in body.splitlines() if (line := x.strip())]
    return Facts(
        visible=seen,
        han=_share(_han(text), seen),
        furniture=_share(sum(visible(text[a:b]) for a, b in page), seen),
        repeated=_share(_repeated(body), seen),
        damaged=_per_thousand((f for f in found if f.kind not in FURNITURE_KINDS | RAW_KINDS), seen),
        noisy=_per_thousand((f for f in found if f.kind in RAW_KINDS), seen),
        truncated=truncation(lines, text),
        titled=bool(str(document.meta.get("title") or "").strip()) or _starts_with_title(lines),
        list_page=bool(document.meta.get("list_page")) or _is_list(lines),
    )


def truncation(lines: Sequence[str], text: str) -> Truncation:
    """Why an article looks cut off, or "". `lines` are those of its body, `text` with its furniture.

    A last line that is short is taken for a signature or a verse, and an article whose lines end in no
    sentences (a list, a poem, a chat) is not judged by its last one.
    """
    kept = text.rstrip()
    tail = "\n".join(kept[kept.rfind("\n", 0, max(0, kept.rfind("\n"))) + 1 :].splitlines()[-2:])
    more = [m for m in (_READ_MORE.search(tail), _PAY_TO_READ.search(tail)) if m]
    if more:
        end = min(more, key=lambda m: m.start()).end()
        if len(tail) - end < 12 and not _STOP.search(tail, end):
            return "read_more"
    if not lines:
        return ""
    last = lines[-1]
    if _han(last) < (_SHORTEST if _COMMA.search(last) else _NO_HEADING) or (
        _END.search(last) and not _CUT_DOTS.search(last)
    ):
        return ""
    prose = [x for x in lines[:-1] if _PROSE.match(x)]
    ended = sum(1 for x in prose if _END.match(x, len(x) - 1))
    # an article of one paragraph is judged by the sentences in it: three of them end, and the last does not
    stops = len(_STOP.findall(last))
    usual = (
        ended >= _ENDED_SHARE * len(prose)
        if len(prose) >= _ENDED_MIN
        else ended == len(prose) and bool(stops >= 3 or (len(prose) + stops >= 2 and prose))
    )
    if not usual:
        return ""
    if _CUT_DOTS.search(last):
        return "ellipsis"
    return "mid_sentence"


def _starts_with_title(lines: Sequence[str]) -> bool:
    """Whether the first line is short, ends no sentence, and is followed by a longer one."""
    return (
        len(lines) > 1
        and 4 <= len(lines[0]) <= 40
        and not _END.search(lines[0])
        and len(lines[1]) > len(lines[0])
    )


def _is_list(lines: Sequence[str]) -> bool:
    """Whether nothing but headlines is there: many lines of a headline's length, none with a sentence in it."""
    if len(lines) < _LIST_LINES_MIN:
        return False
    heads = sum(1 for x in lines if 6 <= len(x) <= 60 and not re.search("[。，；]", x) and _HAN.search(x))
    return heads >= 0.9 * len(lines)


def _repeated(text: str) -> int:
    """Visible characters of sentences that stood before, word for word."""
    sentences = ["".join(s.split()) for s in _SENTENCES.findall(text) if len(s) >= _REPEAT_MIN]
    said = [s for s in sentences if len(s) >= _REPEAT_MIN]
    return sum(map(len, said)) - sum(map(len, set(said)))


def _han(text: str) -> int:
    """How many characters `_HAN` has of a text, told by the upper bytes of their codes: a fifth of what a scan costs."""
    upper = text.encode("utf-16-le", "surrogatepass")[1::2]
    han = len(upper) - len(upper.translate(None, _UPPER))
    if b"\x30" in upper or b"\x4d" in upper:
        han += len(_REST.findall(text))
    return han


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _per_thousand(found: Iterable[Finding], visible: int) -> float:
    return 1000 * sum(_TIER_WEIGHT[f.tier] for f in found) / visible if visible else 0.0
