"""Damage to the signs, and what is pushed in whole: script, encodings, noise, disguises, contacts, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from cleanup.chars import is_han
from cleanup.data import Edit
from plant_places import STOPS, Group, Random, char_at, han, prose, words
from planted_words import CONTACTS, EVASIONS, INVISIBLE, JUNK_PAIRS, MARKUP, SIGNS


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
        yield from (i for i in range(begin + 4, end - 2) if text[i] in STOPS and han(text, i - 1))


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
            if text[i] == "。" and char_at(text, i + 1) not in "”》）』」":
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
