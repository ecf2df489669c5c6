"""Contact fragments and site names glued into sentences, and spellings that hide them.

Certain by structure, not by name: a service or number with its handle, that stands where no contact can,
in front of prose that goes on as if nothing had been there (…作用，加微信abc123光照也…), or in a
disguise. A contact that is the sentence's own, or the article's, is suggested or left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import regex

from cleanup.builtin import BUILT_IN
from cleanup.data import TIER_CONFIDENCE, Tier
from cleanup.detect import contact_words as words
from cleanup.detect.closed import Spans, merge
from cleanup.detect.contact_fragment import CLAUSE, Fragment, cut, grow
from cleanup.detect.evasion import disguised, is_hidden, is_odd
from cleanup.detect.reading import Proposal, Reading

# Asked first, with re and bounded steps: five letters or digits in a row, in any disguise, without which no handle
# and no number is; and the words and signs of all else. Both classes are bitmaps: 2.5 ns a character each.
_MARKS = "①-⑨❶-❾⁰-⁹〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺\ufe0f\u20e3 .·•_~—*-"
_LETTER = f"[0-9A-Za-z{words.DIGITS}{_MARKS}]"
_DIGIT = f"[0-9{words.DIGITS}{_MARKS}]"
_RUN = re.compile(f"{_LETTER}{_LETTER}{{4}}")
_DIGITS = re.compile(f"{_DIGIT}{_DIGIT}{{9}}")
_SIGNS = re.compile(
    "[WwVv号网坛c薇徽溦嶶❤♥信扣抠蔻]"
    "(?:(?<=[Ww][Ww])|(?<=公号)|(?<=公众号)|(?<=网)|(?<=论坛)|(?<=\\.c)|(?<=[薇徽溦嶶❤♥])|(?<=[Vv]信)|(?<=扣扣)|(?<=抠抠)|(?<=蔻蔻))"
)
# Then the sign of a service or of a telephone, and close after it five letters or ten digits.
_SERVICE = re.compile(
    f"[信微威薇扣抠蔻叩芯卫企球飞电蝙号群裙书音❤♥QqVvWw][^\\n]{{0,10}}?[0-9A-Za-z{_MARKS}]{{5}}"
)
_PHONE = re.compile(f"[电线拨机客咨同号订招办盟加☎☏📞📱lL][^\\n]{{0,6}}?[0-9{_MARKS}]{{10}}")
_WEB = re.compile("[Ww][Ww]")
# Words that honest articles put before a number, too.
_NEUTRAL = ("电话", "热线", "专线", "手机", "手机号", "座机", "客服", "tel", "Tel", "TEL")
_SITE_WORDS = ("本文", "本篇", "文章", "更多", "最新", "海量", "内容")


def propose(reading: Reading) -> list[Proposal]:
    """Fragments to delete, those that may be, and disguised spellings that stand in sentences."""
    text = reading.view.folded
    has_run, has_sign = _RUN.search(text), _SIGNS.search(text)
    has_digits = has_run and _DIGITS.search(text, has_run.start())
    if not has_run and not has_sign:
        return []
    found: list[Proposal] = []
    if has_run and _SERVICE.search(text):
        found += _accounts(reading)
    if has_digits and _PHONE.search(text):
        found += _phones(reading)
    if has_sign and _WEB.search(text):
        found += _pages(reading)
    if has_sign and ("公众号" in text or "公号" in text) and ("回复" in text or "发送" in text):
        found += _followed(reading)
    if has_sign and ("网" in text or "论坛" in text or ".c" in text) and any(w in text for w in _SITE_WORDS):
        found += _watermarks(reading)
    if not found and not (has_sign and is_hidden(text)) and not (has_digits and is_odd(text)):
        return []
    closed = Spans(reading.closed)
    found = _apart([p for p in found if not _cuts_closed(closed, p)])
    taken = Spans(merge([*reading.closed, *((p.start, p.end) for p in found)]))
    return sorted([*found, *disguised(reading, taken)], key=lambda p: (p.start, p.end))


def _cuts_closed(closed: Spans, p: Proposal) -> bool:
    """Whether a fragment reaches into code; an address that lies wholly in it is a part of it."""
    return any(not (p.start <= a and b <= p.end) for a, b in closed.over(p.start, p.end))


def _apart(found: list[Proposal]) -> list[Proposal]:
    """In order of place; of two that overlap, the longer."""
    kept: list[Proposal] = []
    for p in sorted(found, key=lambda p: (p.start, -p.end)):
        if kept and p.start < kept[-1].end:
            if p.end - p.start > kept[-1].end - kept[-1].start:
                kept[-1] = p
        else:
            kept.append(p)
    return kept


def _made(reading: Reading, rule: str, f: Fragment, tier: Tier, evidence: dict[str, Any]) -> Proposal:
    start, end = reading.view.span(*cut(reading.view.folded, f))
    made = Proposal.of(BUILT_IN[rule], start, end, "", {**evidence, "glue": f.glue})
    return made if tier == made.tier else replace(made, tier=tier, confidence=TIER_CONFIDENCE[tier])


def _accounts(reading: Reading) -> Iterator[Proposal]:
    text = reading.view.folded
    for m in words.ACCOUNT.finditer(text):
        f = grow(text, *m.span())
        handle = m["handle"]
        acts = bool(words.ACT.search(f.call)) or m[0][0] in "加➕✚+" or m["link"] in ("➕", "+", "✚")
        hidden = m["hidden"] is not None or words.is_disguised(handle)
        tier = _account_tier(f, acts, hidden, words.is_random(handle), bool(m["ambiguous"]))
        if tier is not None:
            evidence = {"handle": handle, "call": f.call, "disguised": hidden}
            yield _made(reading, "contact-account", f, tier, evidence)


def _account_tier(f: Fragment, acts: bool, hidden: bool, is_random: bool, ambiguous: bool) -> Tier | None:
    """How sure it is that an account was pushed in; None: it is the sentence's own."""
    around = f.left + f.right
    story = f.tells
    if f.glue == "line" or f.left[-1:] in ("“", '"', "‘", "「"):
        return None
    if (ambiguous and not acts) or words.OFFICE.search(f.call):
        return None
    if f.glue == "brackets":
        if story:
            return "suggest" if hidden and acts else None
        after_clause = not f.left or f.left[-1] in CLAUSE
        if hidden and is_random:
            return "auto"
        if after_clause and acts and is_random and f.right and not words.OWN.search(f.left):
            return "auto"
        return "suggest" if after_clause and (acts or is_random) else None
    if f.glue == "inside":
        return "suggest" if acts and hidden and is_random and f.right[:1] in "。!！" and not story else None
    if (
        words.is_chained(f.left, f.right)
        or words.PURPOSE.match(f.right)
        or (not acts and words.SUBJECT.match(f.right) and not hidden)
    ):
        return None
    if story or f.left[-1:] in (":", "：", "、") or not (acts or hidden or is_random):
        return None
    own = words.OWN.search(around) is not None
    if f.glue == "between":
        if not f.left:
            return "auto" if is_random and (acts or hidden) else "suggest"
        sure = is_random and f.right[0] != " " and (acts or hidden or not own)
        return "auto" if sure else "suggest"
    if f.glue == "closing":
        return "auto" if is_random and (hidden or (acts and not own)) else "suggest"
    if words.REMARK.match(f.right):
        return "suggest"
    if hidden and is_random and not own:
        return "auto"
    return "suggest" if hidden or is_random else None


def _phones(reading: Reading) -> Iterator[Proposal]:
    text = reading.view.folded
    for m in words.PHONE.finditer(text):
        number = words.digits(m["number"])
        mobile = len(number) == 11 and number[0] == "1"
        if not mobile and not number.startswith("400"):
            continue
        hidden = words.is_disguised(m["number"])
        f = grow(text, *m.span())
        same = "同" in text[m.end() : f.end]
        sells = bool(words.SELL.search(f.call)) or m["word"] not in _NEUTRAL
        tier = _phone_tier(f, sells, same or hidden, mobile)
        if tier is not None:
            yield _made(reading, "contact-telephone", f, tier, {"number": number, "call": f.call + m["word"]})


def _phone_tier(f: Fragment, sells: bool, marked: bool, mobile: bool) -> Tier | None:
    """Honest articles give numbers, too; pushed in are those that prose goes on after, or that say 微信同号."""
    if f.glue in ("line", "inside") or f.left[-1:] in (":", "：", "、", "“"):
        return None
    around = f.left + f.right
    if (
        f.tells
        or words.OFFICE.search(f.call)
        or words.PURPOSE.match(f.right)
        or words.is_chained(f.left, f.right)
    ):
        return None
    own = words.OWN.search(around) is not None
    if f.glue == "brackets":
        after_clause = not f.left or f.left[-1] in CLAUSE
        return "suggest" if after_clause and (sells or marked) and not own else None
    if f.glue == "between":
        if not f.left:
            return "suggest" if sells or marked else None
        # after a blank a sentence of its own begins
        if (marked or (sells and mobile)) and f.right[0] != " ":
            return "auto"
        return "suggest" if sells or not own else None
    if f.glue == "closing":
        if mobile and (marked or sells) and not own:
            return "auto"
        return "suggest" if marked and not own else None
    return "suggest" if mobile and marked and not own else None


def _pages(reading: Reading) -> Iterator[Proposal]:
    text = reading.view.folded
    found = list(words.WEB.finditer(text))
    again = Counter(m["domain"].lower() for m in found)
    for m in found:
        domain = m["domain"]
        if words.OFFICIAL.search(domain):
            continue
        start, end = reading.view.span(*m.span())
        # a watermark is written so that no search finds it: wWw.SiTe.CoM, ｗｗｗ．ｓｉｔｅ．ｃｏｍ
        odd = not reading.text[start:end].isascii() or (domain != domain.lower() and domain != domain.upper())
        f = grow(text, *m.span())
        tier = _page_tier(f, odd, again[domain.lower()] > 1, words.is_random(domain.split(".")[0]))
        if tier is not None:
            yield _made(reading, "contact-website", f, tier, {"domain": domain, "call": f.call})


def _page_tier(f: Fragment, odd: bool, again: bool, is_random: bool) -> Tier | None:
    if f.glue == "line" or f.left[-1:] in (":", "：", "“", "、") or words.PURPOSE.match(f.right):
        return None
    acts = bool(words.ACT.search(f.call))
    if f.tells:
        return None
    if f.glue == "inside":
        # a site name between two characters of one sentence: only if it comes again, or hides
        glued = regex.match(r"\p{Han}", f.left[-1:]) and regex.match(r"\p{Han}", f.right)
        return "suggest" if glued and odd and not f.call else None
    if f.glue == "brackets":
        after_clause = not f.left or f.left[-1] in CLAUSE
        return ("auto" if odd or is_random else "suggest") if after_clause and acts and f.right else None
    if f.glue == "between":
        if f.left and (acts or odd):
            return "auto"
        return "suggest" if acts or odd or again else None
    own = words.OWN.search(f.left) is not None
    if f.glue == "closing":
        if acts and (is_random or odd) and not own:
            return "auto"
        return "suggest" if acts and not own else None
    return "suggest" if acts and odd and not own else None


def _followed(reading: Reading) -> Iterator[Proposal]:
    """关注公众号…回复…领取…: often the author's own, so it is suggested; in brackets between sentences it is not."""
    text = reading.view.folded
    for m in words.FOLLOW.finditer(text):
        f = grow(text, *m.span())
        if f.glue in ("line", "inside") or f.tells:
            continue
        sure = f.glue == "between" and bool(f.left) and bool(m["goods"])
        yield _made(reading, "contact-follow", f, "auto" if sure else "suggest", {"call": f.call})


def _watermarks(reading: Reading) -> Iterator[Proposal]:
    text = reading.view.folded
    for m in words.WATERMARK.finditer(text):
        f = grow(text, *m.span())
        if f.glue in ("line", "inside") or not f.left or f.left[-1] in ":：“":
            continue
        prose = bool(regex.match(r"\p{Han}", f.right))
        if f.glue == "brackets":
            tier: Tier = "auto" if prose and "." in m[0] else "suggest"
        elif f.glue == "between":
            sells = m[0][:2] in ("更多", "最新", "海量") or "." in m[0]
            tier = "auto" if prose and sells and not words.PURPOSE.match(f.right) else "suggest"
        else:
            tier = "suggest"
        yield _made(reading, "contact-watermark", f, tier, {"site": m["site"]})
