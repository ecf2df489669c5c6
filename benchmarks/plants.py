"""Damage planted into good articles, a known number of places of one kind each, so that catching it can be counted.

`plant(kind, text, n, seed)` gives the article with n places damaged and the edits that give the text back, or None where
it has no n places of which the damage would show. Places are taken in prose: not in code, headings, quotations of
Markdown, tables, lines with addresses. Two places stand at least 12 characters apart.

What is planted, by kind:

dropped_char      a surname character gone from n words that are broken without it, while it stands elsewhere on the page
dropped_char_all  the same, and no place on the page is left: how a filter strips
dropped_word      all places of one word or more of a filter's list, only where a part of the sentence is left hanging:
                  after a preposition, an open verb or 目前的 before a stop, between stops of a list, before 的 at the head of a clause
mask              *** over a word
spam_insertion    a search term between 的 and the noun that follows
superlative_swap  最 made 更 where nothing is compared: 最低工资, 最好先问, 最…之一, 以来最大, 最多三天
spin_seam         a part of a compound in other words, so that no compound is left
lost_punctuation  a comma gone between clauses, each of 9 characters or more or the second with a new subject or
                  conjunction; not behind adverbials nor before 并 以 而, where it may be gone as well
script_mix        one character in its traditional form
mojibake          two to six characters read in a wrong encoding: UTF-8 as GBK or windows-1252
noise_invisible   an invisible sign in a word
noise_markup      a sign as the entity of a page, or a space or a tag of it before a stop
noise_junk        a pair of rare characters, or letters and digits by chance, before a stop
evasion           a word disguised: 薇信, 贷kuan, 银.行
contact_insertion a contact pushed in behind a sentence
duplicate_next    a paragraph of 40 characters or more said again behind itself
duplicate_apart   the same, further down
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from cleanup import edits as ed
from cleanup.chars import is_han
from cleanup.data import KINDS, Edit, Kind
from planted_words import (
    CONTACTS,
    DROPPED_CHARS,
    DROPPED_WORDS,
    EVASIONS,
    INVISIBLE,
    JUNK_PAIRS,
    MARKUP,
    SEAMS,
    SEARCH_TERMS,
    SIGNS,
)

APART = 12
STOPS = "，。；：！？、"
Span = tuple[int, int]
# Edits that go together: all of them are planted or none.
Group = tuple[Edit, ...]
Random = random.Random


@dataclass(frozen=True, slots=True)
class Planted:
    """A damaged article. Applying `edits` to `text` gives the article as it was."""

    kind: str
    text: str
    edits: tuple[Edit, ...]


_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
_UNFIT = re.compile(r"^\s*(?:#|>|\||```)|https?://|www\.|@|[`*\\_]")


def prose(text: str) -> list[Span]:
    """Spans of lines that are sentences."""
    fences = [m.span() for m in _CODE.finditer(text)]
    spans, at = [], 0
    for line in text.splitlines(keepends=True):
        begin, at = at, at + len(line)
        body = line.rstrip()
        if (
            sum(map(is_han, body)) >= 12
            and any(c in body for c in "，。；")
            and not _UNFIT.search(body)
            and not any(a < at and begin < b for a, b in fences)
        ):
            spans.append((begin, begin + len(body)))
    return spans


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    import jieba

    jieba.setLogLevel(60)
    return jieba.Tokenizer()


@lru_cache(maxsize=1024)
def words(text: str) -> tuple[tuple[str, int, int], ...]:
    """The words of the prose of a text with their spans."""
    return tuple(
        (word, begin + a, begin + b)
        for begin, end in prose(text)
        for word, a, b in _tokenizer().tokenize(text[begin:end], HMM=False)
    )


def _han(text: str, at: int) -> bool:
    return 0 <= at < len(text) and is_han(text[at])


def _at(text: str, i: int) -> str:
    return text[i] if 0 <= i < len(text) else "\n"


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
    before, after = _at(text, begin - 1), _at(text, end)
    if after in "，；。" and _OPEN.search(text[max(0, begin - 4) : begin]):
        return True
    if before in "在对被把将从向给由为" and after in "，；。的、" and _at(text, begin - 2) not in "因认作成":
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
        if len(word) >= 2 and _at(text, a - 1) == "的" and _han(text, a - 2) and is_han(word[0]):
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
            if at >= end or text[at] != "，" or not (_han(text, at - 1) and _han(text, at + 1)):
                continue
            before, after = at - left - 1, right - at - 1
            if _NO_CLAUSE.match(text, left + 1) or _LOOSE.match(text, at + 1):
                continue
            new = _NEW_CLAUSE.match(text, at + 1)
            if min(before, after) >= 9 or (new and min(before, after) >= 5):
                yield (Edit(at, at + 1, ""),)


@lru_cache(maxsize=1)
def _to_traditional() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("s2t").convert
    return convert


def script_mix(text: str, n: int, rng: Random) -> Iterator[Group]:
    for word, a, _ in words(text):
        if len(word) < 2:
            continue
        other = _to_traditional()(word)
        changed = [i for i, (x, y) in enumerate(zip(word, other, strict=False)) if x != y]
        if len(other) == len(word) and changed:
            i = rng.choice(changed)
            yield (Edit(a + i, a + i + 1, other[i]),)


_EMPTY = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))


def _misread(part: str, rng: Random) -> str | None:
    data = part.encode()
    if rng.random() < 0.5:
        # as browsers read windows-1252: its five empty places are control characters
        return "".join(chr(b) if b in _EMPTY else bytes((b,)).decode("cp1252") for b in data)
    try:
        return data.decode("gbk")
    except UnicodeDecodeError:
        return None


def mojibake(text: str, n: int, rng: Random) -> Iterator[Group]:
    for begin, end in prose(text):
        for a in range(begin, end - 6):
            b = a + rng.choice((2, 4, 6))
            if all(map(is_han, text[a:b])) and (wrong := _misread(text[a:b], rng)):
                yield (Edit(a, b, wrong),)


def _before_stops(text: str) -> Iterator[int]:
    for begin, end in prose(text):
        yield from (i for i in range(begin + 4, end - 2) if text[i] in STOPS and _han(text, i - 1))


def noise_invisible(text: str, n: int, rng: Random) -> Iterator[Group]:
    for word, a, _ in words(text):
        if len(word) >= 2 and all(map(is_han, word)):
            yield (Edit(a + 1, a + 1, rng.choice(INVISIBLE)),)


def noise_markup(text: str, n: int, rng: Random) -> Iterator[Group]:
    for begin, end in prose(text):
        yield from ((Edit(i, i + 1, SIGNS[text[i]]),) for i in range(begin, end) if text[i] in SIGNS)
    yield from ((Edit(i, i, rng.choice(MARKUP)),) for i in _before_stops(text))


def noise_junk(text: str, n: int, rng: Random) -> Iterator[Group]:
    for i in _before_stops(text):
        latin = "".join(rng.choice("abcdefghjkmnpqrstuvwxyzABCDEFGHJK23456789") for _ in range(7))
        yield (Edit(i, i, rng.choice((rng.choice(JUNK_PAIRS), latin))),)


def evasion(text: str, n: int, rng: Random) -> Iterator[Group]:
    for word, a, b in words(text):
        if word in EVASIONS:
            yield (Edit(a, b, rng.choice(EVASIONS[word])),)


def contact_insertion(text: str, n: int, rng: Random) -> Iterator[Group]:
    for begin, end in prose(text):
        for i in range(begin, end):
            if text[i] == "。" and _at(text, i + 1) not in "”》）』」":
                a, b = rng.randrange(10000, 99999), rng.randrange(10**8, 10**9)
                c, d, e = rng.randrange(10**7, 10**8), rng.randrange(1000, 9999), rng.randrange(1000, 9999)
                yield (Edit(i + 1, i + 1, rng.choice(CONTACTS).format(a=a, b=b, c=c, d=d, e=e)),)


def _said_again(text: str, behind: Callable[[int, int], int]) -> Iterator[Group]:
    spans = prose(text)
    breaks = re.search(r"\n+", text)
    if breaks is None or len(spans) < 3:
        return
    for i, (a, b) in enumerate(spans[:-1]):
        j = behind(i, len(spans))
        if b - a >= 40 and j < len(spans):
            after = spans[j][1]
            yield (Edit(after, after, breaks.group() + text[a:b]),)


def duplicate_next(text: str, n: int, rng: Random) -> Iterator[Group]:
    return _said_again(text, lambda i, _: i)


def duplicate_apart(text: str, n: int, rng: Random) -> Iterator[Group]:
    return _said_again(text, lambda i, many: rng.randrange(i + 1, many))


Maker = Callable[[str, int, Random], Iterator[Group]]
MAKERS: dict[str, Maker] = {
    m.__name__: m
    for m in (
        dropped_char,
        dropped_char_all,
        dropped_word,
        mask,
        spam_insertion,
        superlative_swap,
        spin_seam,
        lost_punctuation,
        script_mix,
        mojibake,
        noise_invisible,
        noise_markup,
        noise_junk,
        evasion,
        contact_insertion,
        duplicate_next,
        duplicate_apart,
    )
}
# The kind of finding that each should give.
KIND_OF: dict[str, Kind] = {name: next(k for k in KINDS if name.startswith(k)) for name in MAKERS}
COUNTS: tuple[int, ...] = (1, 2, 4)


def _choose(groups: Sequence[Group], n: int) -> list[Edit] | None:
    chosen: list[Edit] = []
    for group in groups:
        together = sorted((*chosen, *group))
        near = any(b.start - a.start < APART for a, b in pairwise(together))
        if len(together) <= n and not near:
            chosen = together
        if len(chosen) == n:
            return chosen
    return None


def plant(kind: str, text: str, n: int, seed: str) -> Planted | None:
    """The text with n places damaged, always the same for a seed; None where it has no n fit places."""
    rng = random.Random(f"{seed}/{kind}/{n}")
    groups = list(MAKERS[kind](text, n, rng))
    if kind not in ("dropped_char_all", "dropped_word"):
        rng.shuffle(groups)
    chosen = _choose(groups, n)
    if chosen is None:
        return None
    return Planted(kind, ed.apply(text, chosen), tuple(ed.reverse(text, chosen)))
