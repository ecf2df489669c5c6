"""Contact fragments and site names glued into sentences, and spellings that hide them.

Certain by structure, not by name: a service or number with its handle, that stands where no contact can,
in front of prose that goes on as if nothing had been there (…作用，加微信abc123光照也…), or in a
disguise. A contact that is the sentence's own, or the article's, is suggested or left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import regex
from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.data import TIER_CONFIDENCE, Tier
from cleanup.detect import contact_words as words
from cleanup.detect.closed import Spans, merge
from cleanup.detect.contact_fragment import Fragment, cut, grow, widen
from cleanup.detect.contact_tiers import account_tier, page_tier, phone_tier
from cleanup.detect.evasion import disguised, is_hidden, is_odd
from cleanup.detect.reading import Proposal, Reading
from cleanup.detect.script_plain import plain

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
# Services whose letters are too common for the question above, or that stand behind their number.
_BACKWARDS = ("扣扣", "抠抠", "蔻蔻", "薇信", "V信", "v信")
_MESSENGERS = ("扣扣", "抠抠", "蔻蔻", "LINE", "Line:", "WhatsApp", "Whatsapp", "Telegram")
_SITE_WORDS = ("本文", "本篇", "文章", "更多", "最新", "海量", "内容")


def propose(reading: Reading) -> list[Proposal]:
    """Fragments to delete, those that may be, and disguised spellings that stand in sentences."""
    text = plain(reading.view.folded) if reading.plain is None else reading.plain
    has_run, has_sign = _RUN.search(text), _SIGNS.search(text)
    has_digits = has_run and _DIGITS.search(text, has_run.start())
    if not has_run and not has_sign:
        return []
    found: list[Proposal] = []
    if has_run and (_SERVICE.search(text) or any(w in text for w in _MESSENGERS)):
        found += _accounts(reading, text)
        if any(w in text for w in _BACKWARDS):
            found += _backwards(reading, text)
    if has_run and words.UNKNOWN_GATE.search(text):
        found += _unknown(reading, text)
    if has_digits and _PHONE.search(text):
        found += _phones(reading, text)
    if has_sign and _WEB.search(text):
        found += _pages(reading, text)
    if has_sign and ("公众号" in text or "公号" in text) and ("回复" in text or "发送" in text):
        found += _followed(reading, text)
    if has_sign and ("网" in text or "论坛" in text or ".c" in text) and any(w in text for w in _SITE_WORDS):
        found += _watermarks(reading, text)
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


def _accounts(reading: Reading, text: str) -> Iterator[Proposal]:
    for m in words.ACCOUNT.finditer(text):
        f = grow(text, *m.span())
        handle = m["handle"]
        acts = bool(words.ACT.search(f.call)) or m[0][0] in "加➕✚+" or m["link"] in ("➕", "+", "✚")
        hidden = m["hidden"] is not None or words.is_disguised(handle)
        if hidden and words.is_random(handle):
            f = widen(text, f)
            acts = acts or bool(words.ACT.search(f.call))
        # an honest penguin has no number in circles
        ambiguous = bool(m["ambiguous"]) and not words.is_disguised(handle)
        tier = account_tier(f, acts, hidden, words.is_random(handle), ambiguous)
        if tier is not None:
            evidence = {"handle": handle, "call": f.call, "disguised": hidden}
            yield _made(reading, "contact-account", f, tier, evidence)


def _backwards(reading: Reading, text: str) -> Iterator[Proposal]:
    for m in words.BACKWARDS.finditer(text):
        f = widen(text, grow(text, *m.span()))
        acts = bool(words.ACT.search(f.call))
        if not acts:
            continue
        tier = account_tier(f, True, words.is_disguised(m["handle"]), True, False)
        if tier is not None:
            yield _made(reading, "contact-account", f, tier, {"handle": m["handle"], "call": f.call})


def _unknown(reading: Reading, text: str) -> Iterator[Proposal]:
    """A handle behind a service that is not in the table: suggested, for it may be a user or a part of a device."""
    for m in words.UNKNOWN.finditer(text):
        f = widen(text, grow(text, *m.span()))
        if (
            f.glue in ("between", "clause", "brackets")
            and f.left
            and not f.tells
            and not words.OWN.search(f.left + f.right)
        ):
            evidence = {"handle": m["handle"], "call": f.call, "service": m["service"]}
            yield _made(reading, "contact-account", f, "suggest", evidence)


def _phones(reading: Reading, text: str) -> Iterator[Proposal]:
    for m in words.PHONE.finditer(text):
        number = words.digits(m["number"])
        mobile = len(number) == 11 and number[0] == "1"
        if not mobile and not number.startswith("400"):
            continue
        hidden = words.is_disguised(m["number"])
        f = grow(text, *m.span())
        same = "同" in text[m.end() : f.end]
        sells = bool(words.SELL.search(f.call)) or m["word"] not in _NEUTRAL
        tier = phone_tier(f, sells, same or hidden, mobile)
        if tier is not None:
            yield _made(reading, "contact-telephone", f, tier, {"number": number, "call": f.call + m["word"]})


def _pages(reading: Reading, text: str) -> Iterator[Proposal]:
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
        tier = page_tier(f, odd, again[domain.lower()] > 1, words.is_random(domain.split(".")[0]))
        if tier is not None:
            yield _made(reading, "contact-website", f, tier, {"domain": domain, "call": f.call})


def _followed(reading: Reading, text: str) -> Iterator[Proposal]:
    """关注公众号…回复…领取…: often the author's own, so it is suggested; in brackets between sentences it is not."""
    for m in words.FOLLOW.finditer(text):
        f = grow(text, *m.span())
        if f.glue in ("line", "inside") or f.tells:
            continue
        sure = f.glue == "between" and bool(f.left) and bool(m["goods"])
        yield _made(reading, "contact-follow", f, "auto" if sure else "suggest", {"call": f.call})


def _watermarks(reading: Reading, text: str) -> Iterator[Proposal]:
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
