"""Characters of the other script: traditional ones in simplified text, simplified ones in traditional text.

Which script a text has is decided by shares, for the article and for each line: a line wholly in the other
script is a quotation, and stays. What stands alone in quotes, titles and brackets may be a name written so on
purpose; it is repaired where the article shows the same damage in plain sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.chars import is_han
from cleanup.data import TIER_CONFIDENCE
from cleanup.detect.reading import Proposal, Reading, lines
from cleanup.detect.script_table import BY_WORD, LIKELY, SHARED, SIMPLIFIED, TRADITIONAL
from cleanup.detect.script_units import QUOTED, Units, between, count, outside, places
from cleanup.detect.script_words import Habits, simplify_table, traditional
from cleanup.lexicon import REACH, Lexicon, shared

_TO_SIMPLIFIED = BUILT_IN["traditional-in-simplified"]
_TO_TRADITIONAL = BUILT_IN["simplified-in-traditional"]

# `re` compiles a class of thousands into a bitmap: 500 M characters a second; `regex` reads it as a list.
_TRADITIONAL = re.compile(f"[{TRADITIONAL}]")
_SIMPLIFIED = re.compile(f"[{SIMPLIFIED}]")
_BY_WORD = re.compile(f"[{''.join(BY_WORD)}]")
_LIKELY = re.compile(f"[{LIKELY}]")
_SHARED = re.compile(f"[{SHARED}{LIKELY}]")
# Two kana within reach: Japanese, whose characters are of both scripts. One の is a shop sign.
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_KANA_REACH = 12
# The name of an account, as far as it can be: what follows it is not set off by a blank.
_ACCOUNT = re.compile(r"@[\w·.-]{1,10}")
# An article that talks about characters shows the other script on purpose.
_TOPIC = re.compile(
    "繁体|繁體|正体字|正體字|异体字|異體字|简化字|簡化字|繁简|简繁|繁簡|簡繁|书法|書法|篆|隶书|字形|偏旁|部首"
)

# The switch of a page stands among its buttons.
_BUTTONS = re.compile(r"[|/·>]| {2}|首[页頁]|登[录入錄]|[注註][册冊]|手机|手機|[书書][架签籤]")
_BUTTONS_MAX = 60

# A line is of the other script when it has this many of its characters and one in ten at most of the article's:
# at the densest damage of the bench, one convertible character in twenty, three of three come up once in 8,000 lines.
_LINE_MIN = 3
_LINE_OTHER = 9
# Places in plain mixed sentences that make a single doubtful place damage too. 1 and 3 differ by nothing on the bench.
_COMPANY = 2
# What the words around a place must count in jieba's dictionary to be everyday words, not names: a word of two or
# more characters, and a character that is a word by itself.
_WORD_COUNT = 100
_CHAR_COUNT = 20_000
# Text that is this near to an even mix has no script to be repaired to: suggested only. A sentence or two is too
# little to count; there simplified is the likelier.
_EVEN = 0.35
_EVEN_MIN = 20
_EVEN_TRADITIONAL = 0.3


def _speaks_of_script(text: str) -> bool:
    """Whether a sentence speaks of scripts: a button of the page (繁體 | 简体) does not."""
    for m in _TOPIC.finditer(text):
        end = text.find("\n", m.end())
        line = text[text.rfind("\n", 0, m.start()) + 1 : end if end >= 0 else None]
        if len(line) > _BUTTONS_MAX or not _BUTTONS.search(line):
            return True
    return False


def propose(reading: Reading, lexicon: Callable[[], Lexicon] = shared) -> list[Proposal]:
    """Characters of the script that the article does not have, and what they are in its own."""
    text = reading.view.folded
    if not _TRADITIONAL.search(text):
        return []
    if not _SIMPLIFIED.search(text):
        return []
    # what an account is called says nothing, and stays
    said = _ACCOUNT.sub(lambda m: "@" * len(m[0]), text) if "@" in text else text
    trad, simp = places(_TRADITIONAL, said), places(_SIMPLIFIED, said)
    quoted = [m.span() for m in QUOTED.finditer(text)]
    # what an article says itself tells its script; a quotation may be in the other
    likely = len(_LIKELY.findall(said))
    is_simplified = outside(trad, quoted) <= outside(simp, quoted) + likely
    own, other = (simp, trad) if is_simplified else (trad, simp)
    ours = [x for x in lines(text) if not _is_other(*x, own, other)]
    kept = [p for start, end in ours for p in between(other, start, end) if not _is_japanese(text, p)]
    if not kept:
        return []
    mine = sum(count(own, start, end) for start, end in ours)
    total = len(kept) + mine
    if is_simplified:
        even = total >= _EVEN_MIN and len(kept) > _EVEN * total
    else:
        even = len(kept) + likely > _EVEN_TRADITIONAL * (total + likely)
    units = Units(text, quoted, own, other)
    work = _to_simplified if is_simplified else _to_traditional
    found = [
        replace(p, start=a, end=b)
        for p in work(text, kept, ours, units, lexicon)
        if not reading.is_closed(*(s := reading.view.span(p.start, p.end))) and (a := s[0], b := s[1])
    ]
    if even or _speaks_of_script(reading.original):
        found = [_doubt(p) for p in found]
    return sorted(found, key=lambda p: p.start)


def _is_other(start: int, end: int, own: list[int], other: list[int]) -> bool:
    n = count(other, start, end)
    return n >= _LINE_MIN and _LINE_OTHER * count(own, start, end) <= n


def _is_japanese(text: str, at: int) -> bool:
    return len(_KANA.findall(text, max(0, at - _KANA_REACH), at + _KANA_REACH)) > 1


def _doubt(p: Proposal) -> Proposal:
    if p.tier != "auto":
        return p
    return replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"])


def _to_simplified(
    text: str, places: list[int], ours: list[tuple[int, int]], units: Units, lexicon: Callable[[], Lexicon]
) -> Iterator[Proposal]:
    """Traditional characters of simplified lines; those of two scripts where a word is certain."""
    table = simplify_table()
    around = {p: units.around(p) for p in places}
    mixed = {text[p] for p in places if around[p].own}
    drawn: list[tuple[Proposal, bool, bool]] = []
    sure: set[str] = set()
    for p in places:
        unit, char = around[p], text[p]
        if units.is_meant(unit):
            continue
        # one odd character again and again is a name (孙綝); several different ones are damage
        company = len(mixed - {char})
        made = table[ord(char)]
        certain = company >= _COMPANY
        word = _word(text, p, made, table, lexicon()) if not certain else ""
        if word and not unit.quoted and (unit.own or unit.other == 1):
            certain = True
            sure.add(char)
        evidence = {"traditional": len(places), "others_in_mixed_clauses": company, "word": word}
        drawn.append((Proposal.of(_TO_SIMPLIFIED, p, p + 1, made, evidence), certain, bool(unit.own)))
    for proposal, certain, in_mixed in drawn:
        # what makes an everyday word in one place is no name in another
        again = in_mixed and text[proposal.start] in sure
        yield proposal if certain or again else _doubt(proposal)
    if not mixed:
        return
    for start, end in ours:
        for m in _BY_WORD.finditer(text, start, end):
            p = m.start()
            if units.is_meant(units.around(p)):
                continue
            word = _word(text, p, BY_WORD[m[0]], table, lexicon(), against=True)
            if not word:
                continue
            evidence = {"traditional": len(places), "others_in_mixed_clauses": len(mixed), "word": word}
            proposal = Proposal.of(_TO_SIMPLIFIED, p, p + 1, BY_WORD[m[0]], evidence)
            # 著 alone may be "written by"; 於 alone is a preposition
            certain = len(mixed) >= _COMPANY and (len(word) > 1 or m[0] == "於")
            yield proposal if certain else _doubt(proposal)


def _word(
    text: str, at: int, made: str, table: Mapping[int, str], lexicon: Lexicon, *, against: bool = False
) -> str:
    """The everyday word that a place makes in simplified script, or "".

    `against`: none may stand there with the character as it is.
    """
    lo, hi = at, at + 1
    while lo > max(0, at - REACH) and is_han(text[lo - 1]):
        lo -= 1
    while hi < min(len(text), at + REACH) and is_han(text[hi]):
        hi += 1
    before, after = text[lo:at].translate(table), text[at + 1 : hi].translate(table)
    if not against:
        words = _words(before + made + after, at - lo)
        word = max(words, key=lexicon.count, default=made)
        if lexicon.count(word) >= _WORD_COUNT:
            return word
        return made if lexicon.count(made) >= _CHAR_COUNT else ""
    word = _covering(before + made + after, at - lo, lexicon)
    if len(_covering(before + text[at] + after, at - lo, lexicon)) > 1:
        return ""
    return word if lexicon.count(word) >= (_WORD_COUNT if len(word) > 1 else _CHAR_COUNT) else ""


def _words(window: str, at: int) -> list[str]:
    """Strings of two to four characters over a place: damage beside it may hide a word from a segmentation."""
    return [
        window[start : start + n]
        for n in (2, 3, 4)
        for start in range(max(0, at - n + 1), min(at, len(window) - n) + 1)
    ]


def _covering(window: str, at: int, lexicon: Lexicon) -> str:
    return next((window[a:b] for a, b in lexicon.segment(window) if a <= at < b), "")


def _to_traditional(
    text: str, places: list[int], ours: list[tuple[int, int]], units: Units, lexicon: Callable[[], Lexicon]
) -> Iterator[Proposal]:
    """Simplified characters of traditional lines, and shared ones where a phrase has another there."""
    habits = Habits(text)
    mixed = [p for p in places if units.around(p).own]
    for p in places:
        unit = units.around(p)
        if units.is_meant(unit):
            continue
        choice = traditional(text, p, habits)
        if choice is None:
            continue
        evidence = {"simplified": len(places), "by": choice.why, "word": choice.word}
        proposal = Proposal.of(_TO_TRADITIONAL, p, p + 1, choice.char, evidence)
        certain = choice.sure and (bool(unit.own) or len(mixed) >= _COMPANY)
        yield proposal if certain else _doubt(proposal)
    if len(mixed) < _COMPANY:
        return
    for start, end in ours:
        for m in _SHARED.finditer(text, start, end):
            choice = traditional(text, m.start(), habits)
            # 里 alone may be a mile; in 這里 it is not
            if choice is not None and choice.sure:
                evidence = {"simplified": len(places), "by": choice.why, "word": choice.word}
                yield Proposal.of(_TO_TRADITIONAL, m.start(), m.end(), choice.char, evidence)
