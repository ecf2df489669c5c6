"""Damage to the wording: characters, words and commas lost, words masked, pushed in, swapped, spun."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleanup.chars import is_han
from cleanup.data import Edit
from plant_places import Group, Random, Span, char_at, han, prose, words
from planted_words import DROPPED_CHARS, DROPPED_WORDS, SEAMS, SEARCH_TERMS


def _char_places(text: str) -> dict[str, list[int]]:
    """Listed character → where it stands in a word that is broken without it."""
    places: dict[str, list[int]] = {}
    for word, begin, _ in words(text):
        for i, char in enumerate(word):
            if word in DROPPED_CHARS.get(char, ()):
                places.setdefault(char, []).append(begin + i)
    return places


def dropped_char(text: str, n: int, rng: Random) -> Iterator[Group]:
    fit = [(c, at) for c, at in sorted(_char_places(text).items()) if len(at) >= n and text.count(c) > n]
    if fit:
        _, at = rng.choice(fit)
        yield from ((Edit(i, i + 1, ""),) for i in at)


def dropped_char_all(text: str, n: int, rng: Random) -> Iterator[Group]:
    groups = [
        tuple(Edit(i, i + 1, "") for i in at)
        for c, at in sorted(_char_places(text).items())
        if text.count(c) == len(at) <= n
    ]
    rng.shuffle(groups)
    yield from sorted(groups, key=lambda g: len(g) != n)


# What cannot end a clause.
_OPEN = re.compile(
    r"(?:(?:目前|当时|周围|附近|上述|以下|下列|相关|有关|任何|各种|这种|那种)的?|"
    r"造成|导致|成为|属于|位于|包括|关于|根据|按照|对于|由于|随着|以及|具有|达到|受到|遭到|作为|称为|"
    r"(?<!第)[一两三四五六七八九十几][位家名种项])$"
)


def _hangs(text: str, begin: int, end: int) -> bool:
    """Whether the sentence shows that a noun is missing."""
    before, after = char_at(text, begin - 1), char_at(text, end)
    if after in "，；。" and _OPEN.search(text[max(0, begin - 4) : begin]):
        return True
    if (
        before in "在对被把将从向给由为"
        and after in "，；。的、"
        and char_at(text, begin - 2) not in "因认作成"
    ):
        return True
    if before == "、" and after in "、和等，。；":
        return True
    return before in "，。；\n" and after in "的和、是"


def dropped_word(text: str, n: int, rng: Random) -> Iterator[Group]:
    listed = set(DROPPED_WORDS)
    places: dict[str, list[Span]] = {}
    for word, a, b in words(text):
        if word in listed and _hangs(text, a, b):
            places.setdefault(word, []).append((a, b))
    groups = [
        tuple(Edit(a, b, "") for a, b in spans)
        for word, spans in sorted(places.items())
        if text.count(word) == len(spans) <= n
    ]
    rng.shuffle(groups)
    yield from groups


def mask(text: str, n: int, rng: Random) -> Iterator[Group]:
    for word, a, b in words(text):
        if len(word) >= 2 and all(map(is_han, word)):
            yield (Edit(a, b, rng.choice(("***", " *** ", "**"))),)


def spam_insertion(text: str, n: int, rng: Random) -> Iterator[Group]:
    terms = [t for t in SEARCH_TERMS if t not in text]
    for word, a, _ in words(text):
        if len(word) >= 2 and char_at(text, a - 1) == "的" and han(text, a - 2) and is_han(word[0]):
            yield (Edit(a, a, rng.choice(terms)),)


_SUPERLATIVE = re.compile(
    r"最(?:低|高)(?:工资|还款|消费|支付|级别|点|人民|气温)|最大(?:限度|程度|化)|"
    r"最多(?=[可只有能\d一二三四五六七八九十几百])|最少(?=[要\d一二三四五六七八九十])|"
    r"最好(?=[是不别先再在把由用每到能让和与去请写问])|"
    r"最[^\W\d_]{1,2}的[一-龥]{0,6}(?:之一|莫过于)|(?<=之)最(?![^\W\d_])|(?<=以来)最[高低大]|(?<=全[国球省市校])最"
)


def superlative_swap(text: str, n: int, rng: Random) -> Iterator[Group]:
    for begin, end in prose(text):
        for m in _SUPERLATIVE.finditer(text, begin, end):
            if text[m.start() + 1] not in "后终初近为":
                yield (Edit(m.start(), m.start() + 1, "更"),)


def spin_seam(text: str, n: int, rng: Random) -> Iterator[Group]:
    for begin, end in prose(text):
        for whole, broken in SEAMS.items():
            for m in re.finditer(re.escape(whole), text[begin:end]):
                yield (Edit(begin + m.start(), begin + m.end(), rng.choice(broken)),)


_NEW_CLAUSE = re.compile(
    r"但|不过|所以|因此|如果|然而|于是|可是|虽然|即使|只要|否则|[他她它我你咱这那](?!样|么)|谁|有人|大家"
)
# A comma behind an adverbial, or before 并, is as good gone.
_NO_CLAUSE = re.compile(r"在|通过|当|随着|根据|据|对|从|为|经|\d")
_LOOSE = re.compile(r"并|然后|而|因为|以|再|如|应|甚至|导致")


def lost_punctuation(text: str, n: int, rng: Random) -> Iterator[Group]:
    for begin, end in prose(text):
        stops = [begin - 1, *(i for i in range(begin, end) if not text[i].isalnum()), end]
        for left, at, right in zip(stops, stops[1:], stops[2:], strict=False):
            if at >= end or text[at] != "，" or not (han(text, at - 1) and han(text, at + 1)):
                continue
            before, after = at - left - 1, right - at - 1
            if _NO_CLAUSE.match(text, left + 1) or _LOOSE.match(text, at + 1):
                continue
            new = _NEW_CLAUSE.match(text, at + 1)
            if min(before, after) >= 9 or (new and min(before, after) >= 5):
                yield (Edit(at, at + 1, ""),)
