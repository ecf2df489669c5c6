"""HTML entities that nobody resolved, once or several times escaped: what they mean stands there instead.

Restrained to entities whose names are no words of programs (`&sum;` is an address in C), to prose, and, in
articles about HTML, to places where nobody talks about an entity.
"""

from __future__ import annotations

import html
import re
import unicodedata

from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.chars import INVISIBLE, is_han
from cleanup.data import TIER_CONFIDENCE
from cleanup.detect.late import late_re
from cleanup.detect.reading import Proposal, Reading

_SPACE = BUILT_IN["entity-space"]
_SIGN = BUILT_IN["entity-sign"]
_BROKEN = BUILT_IN["entity-broken"]

_SPACES = "nbsp|ensp|emsp|thinsp|hairsp|numsp|puncsp|zwnj|zwj|zwsp|shy|lrm|rlm"
_SIGNS = (
    "quot|apos|amp|lt|gt|ldquo|rdquo|lsquo|rsquo|sbquo|bdquo|laquo|raquo|lsaquo|rsaquo|hellip|mdash|ndash|middot|"
    "bull|copy|reg|trade|yen|euro|pound|deg|plusmn|times|divide|frac12|sup2|sup3|micro|permil|prime|Prime|"
    "larr|uarr|rarr|darr|iexcl|iquest|sect|[AEIOUYaeiouy](?:grave|acute|circ|tilde|uml)|[Nn]tilde|[Cc]cedil|szlig"
)
# A run of spaces is one place. `amp;` in front says how often it was escaped. Without a semicolon only where no
# letter or digit goes on, so that a parameter of an address is no entity.
_ENTITY = late_re(
    rf"(?:&(?:amp;)*(?:(?:{_SPACES});|(?:nbsp|ensp|emsp)(?![0-9A-Za-z;=]))|&(?:amp;)*#(?:160|819[4-9]|820[0-7]|xA0);)+"
    rf"|(?:&(?:amp;)*(?:{_SIGNS}|#\d{{1,12}}|#x[0-9A-Fa-f]{{1,12}});)+",
    re.IGNORECASE,
)
_ONE = late_re(r"&((?:amp;)*)(#?\w+);?", re.IGNORECASE)
# An article that names one of these may show entities on purpose.
_TOPIC = late_re("html|xml|实体|實體|转义|轉義|标签|標籤|网页源|前端|css|javascript|</", re.IGNORECASE)
# Beside an entity: it is named, not left behind.
_NAMED_BEFORE = late_re(
    r"[用写寫加是即如为為成作叫入]$|[\"'“‘「`(（<>=]\s?$|(?:符号|字符|实体|转义|空格|代码)[:：]?\s?$"
)
_NAMED_AFTER = late_re(r"^\s?[\"'”’」`)）<>=]|^\s?(?:表示|代表|来|實體|实体|符|转义|标|等|或|、|是|会|可)")
_CODE = late_re(r"[{}]|->|=>|==|</?\w+|\w\(\w*\);|^\s*(?://|#include|\$ )")
_REACH = 80
# `p = &times;` takes an address.
_ADDRESS_OF = late_re(r"[A-Za-z_)\]]\s*[=(,]\s*$")
# What html.unescape gives for numbers that are no character.
_MEANINGLESS = frozenset("\ufffd")

# 正确的是（&nbsp;）: brackets with nothing else in them are a place for an answer.
_OPEN, _CLOSE = "(（[【", ")）]】"


def propose(reading: Reading) -> list[Proposal]:
    """Entities and what they mean; flags for those that mean nothing."""
    text = reading.text
    if "&" not in text:
        return []
    about = None
    found = []
    for m in _ENTITY.finditer(text):
        if reading.is_closed(*m.span()) or _in_code(text, *m.span()):
            continue
        if about is None:
            about = bool(_TOPIC.search(reading.original))
        if about and _is_named(text, *m.span()):
            continue
        p = _resolved(text, m)
        if p is not None:
            found.append(_doubt(p) if about and p.rule == _SIGN.id else p)
    return found


def _doubt(p: Proposal) -> Proposal:
    return p if p.tier != "auto" else replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"])


def _in_code(text: str, start: int, end: int) -> bool:
    """Whether the line is code: its signs, within reach, and no Chinese beside the entity."""
    if (start and is_han(text[start - 1])) or (end < len(text) and is_han(text[end])):
        return False
    before = text[max(0, start - _REACH) : start].rpartition("\n")[2]
    after = text[end : end + _REACH].partition("\n")[0]
    return bool(_ADDRESS_OF.search(before) or _CODE.search(before + text[start:end] + after))


def _is_named(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 6) : start], text[end : end + 6]
    if before[-1:].isspace() and after[:1].isspace():
        return True
    return bool(_NAMED_BEFORE.search(before) or _NAMED_AFTER.search(after))


def _resolved(text: str, m: re.Match[str]) -> Proposal | None:
    start, end = m.span()
    depth = 1
    meant = ""
    for one in _ONE.finditer(m[0]):
        meant += html.unescape(f"&{one[2]};")
        depth = max(depth, 1 + one[1].lower().count("amp;"))
    evidence = {"escaped": depth, "means": " ".join(f"U+{ord(c):04X}" for c in meant[:4])}
    if not meant or any(c in _MEANINGLESS or "\ud800" <= c <= "\udfff" for c in meant):
        return Proposal.of(_BROKEN, start, end, None, evidence)
    if all(c.isspace() or c in INVISIBLE for c in meant):
        return Proposal.of(_SPACE, start, end, _space(text, start, end, meant), evidence)
    if any(unicodedata.category(c) in ("Cc", "Co", "Cn") for c in meant):
        return Proposal.of(_BROKEN, start, end, None, evidence)
    return Proposal.of(_SIGN, start, end, meant, evidence)


def _space(text: str, start: int, end: int, meant: str) -> str:
    """A blank between two Latin words and where an answer is to be filled in, a newline where it was one; nothing
    beside Chinese, where no blank belongs.
    """
    if "\n" in meant:
        return "\n"
    if not any(c.isspace() for c in meant):
        return ""
    left, right = text[start - 1 : start], text[end : end + 1]
    both = left.isascii() and left.isalnum() and right.isascii() and right.isalnum()
    answer = left in _OPEN and right in _CLOSE and left and right
    return " " if both or answer else ""
