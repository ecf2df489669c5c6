"""What a character is in the other script: the dictionaries of opencc, and the article's own habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cleanup.chars import is_han
from cleanup.detect.script_table import BY_WORD, LIKELY, MISTAKEN, RARELY

# The longest phrase of opencc that matters here; longer ones are proverbs, whose parts are there too.
_LONGEST = 8
_EASILY = frozenset(MISTAKEN)
# So many characters at the head of a text show its habits: a count costs 0.1 ms there, and one of a text of 100 MB
# would cost that many times a place.
_HABITS = 200_000


@dataclass(frozen=True, slots=True)
class Conversions:
    """The tables of opencc that are read here.

    simplify  traditional character → simplified, as a table for str.translate
    choices   simplified character → what it may be in traditional script, the likeliest first
    phrases   simplified phrase → the same in traditional script, character for character
    styles    of Taiwan, Hong Kong and opencc itself: opencc's form → the form that they write (裏 裡, 説 說)
    same      pairs of forms that are one character in two styles
    """

    simplify: Mapping[int, str]
    choices: Mapping[str, tuple[str, ...]]
    phrases: Mapping[str, str]
    styles: tuple[Mapping[str, str], ...]
    same: tuple[frozenset[str], ...]


def _read(name: str) -> dict[str, list[str]]:
    import opencc

    path = Path(opencc.__file__).parent / "dictionary" / f"{name}.txt"
    entries = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line)
    return {key: values.split() for key, values in entries}


@lru_cache(maxsize=1)
def traditional_forms() -> dict[int, str]:
    """Traditional → first simplified form, character for character, as OpenCC has them."""
    return {ord(k): v[0] for k, v in _read("TSCharacters").items()}


@lru_cache(maxsize=1)
def simplify_table() -> Mapping[int, str]:
    """Traditional → simplified, character for character; a few milliseconds, once a process."""
    return traditional_forms() | {ord(k): v for k, v in BY_WORD.items() if k != "著"}


@lru_cache(maxsize=1)
def conversions() -> Conversions:
    """All tables; a tenth of a second, once a process, and only where a traditional text is mixed."""
    styles = (*({k: v[0] for k, v in _read(n).items()} for n in ("TWVariants", "HKVariants")), {})
    return Conversions(
        simplify=simplify_table(),
        choices={k: tuple(v) for k, v in _read("STCharacters").items()},
        phrases={k: v[0] for k, v in _read("STPhrases").items() if len(k) == len(v[0])},
        styles=styles,
        same=tuple(frozenset(pair) for style in styles for pair in style.items()),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A traditional character for a simplified one: from a phrase, from the article, or the only one there is."""

    char: str
    why: str
    word: str
    sure: bool


def traditional(text: str, at: int, habits: Habits) -> Choice | None:
    """What the simplified character text[at] is in the traditional text around it; None where it is right."""
    tables = conversions()
    char = text[at]
    choices = tables.choices.get(char, ())
    # 說 and 説 are one character in two styles
    variants = {style[c] for style in tables.styles for c in choices if c in style}
    choices = tuple(c for c in choices if c not in variants) or choices
    lo, hi = at, at + 1
    while lo > max(0, at - _LONGEST) and is_han(text[lo - 1]):
        lo -= 1
    while hi < min(len(text), at + _LONGEST) and is_han(text[hi]):
        hi += 1
    window = text[lo:hi].translate(tables.simplify)
    phrase, made, agreed = _phrase(window, at - lo, tables.phrases)
    if phrase:
        made = habits.form(made)
        return None if made == char else Choice(made, "phrase", phrase, agreed)
    if not choices:
        return None
    if len(choices) > 1:
        near = habits.neighbour(text, at, choices)
        if near:
            return None if near[0] == char else Choice(near[0], "article", near[1], True)
    made = habits.form(choices[0])
    if made == char:
        return None
    return Choice(made, "character", char, len(choices) == 1 or char in LIKELY)


def mistaken(text: str, at: int, habits: Habits) -> Choice | None:
    """What the traditional character text[at] should be, where the phrases around it all have another one there.

    A converter that knows one traditional form for each simplified character writes 頭發 for 頭髮 and 國傢 for 國家.
    """
    tables = conversions()
    char = text[at]
    # three in four are in a pair that some phrase has; to ask all phrases is ten times dearer
    if text[at : at + 2] in good_pairs() or (at and text[at - 1 : at + 1] in good_pairs()):
        return None
    plain = tables.simplify.get(ord(char), char)
    lo, hi = max(0, at - _LONGEST), min(len(text), at + _LONGEST)
    window = text[lo:hi].translate(tables.simplify)
    phrase, made, agreed = _phrase(window[: at - lo] + plain + window[at - lo + 1 :], at - lo, tables.phrases)
    if not phrase and char in RARELY:
        phrase, made, agreed = plain, tables.choices[plain][0], True
    made = habits.form(made)
    if not phrase or not agreed or made == char or {made, char} in tables.same:
        return None
    return Choice(made, "phrase", phrase, True)


@lru_cache(maxsize=1)
def good_pairs() -> frozenset[str]:
    """Pairs of characters that phrases have in traditional script, one of them easily mistaken.

    Short phrases alone: a long one has chance pairs such as 頭發 in 從頭發起. In the forms of every style.
    """
    tables = conversions()
    pairs = {
        phrase[i : i + 2]
        for phrase in tables.phrases.values()
        if len(phrase) <= 3
        for i in range(len(phrase) - 1)
        if not _EASILY.isdisjoint(phrase[i : i + 2])
    }
    wide = [{ord(k): v for k, v in style.items()} for style in tables.styles]
    return frozenset(pair.translate(style) for pair in pairs for style in wide)


def _phrase(window: str, at: int, phrases: Mapping[str, str]) -> tuple[str, str, bool]:
    """The longest phrase over a place, what it has there, and whether all phrases that reach over it agree.

    然后|制定 holds 后制 (後製) and 制定: phrases that cut into each other must agree. One inside another is not asked.
    """
    found: list[tuple[int, int]] = []
    for length in range(min(_LONGEST, len(window)), 1, -1):
        for start in range(max(0, at - length + 1), min(at, len(window) - length) + 1):
            end = start + length
            if window[start:end] in phrases and not any(a <= start and end <= b for a, b in found):
                found.append((start, end))
    if not found:
        return "", "", False
    made = [phrases[window[a:b]][at - a] for a, b in found]
    return window[slice(*found[0])], made[0], len(set(made)) == 1


class Habits:
    """What a traditional article itself writes: whose variants, and which neighbours a character has."""

    def __init__(self, text: str) -> None:
        self._text = text[:_HABITS]
        self._pairs: dict[str, int] = {}
        self._style: Mapping[str, str] | None = None

    def _count(self, pair: str) -> int:
        if pair not in self._pairs:
            self._pairs[pair] = self._text.count(pair)
        return self._pairs[pair]

    def form(self, char: str) -> str:
        """The variant of a character in the style that the article writes most of; Taiwan's where none shows."""
        if self._style is None:
            styles = conversions().styles
            self._style = max(styles, key=self._shown)
        return self._style.get(char, char)

    def _shown(self, style: Mapping[str, str]) -> int:
        """How many characters of the article are of this style and of no other."""
        shown = 0
        for key in {key for s in conversions().styles for key in s}:
            own = style.get(key, key)
            if all(own != s.get(key, key) for s in conversions().styles if s is not style):
                shown += self._text.count(own)
        return shown

    def neighbour(self, text: str, at: int, choices: Sequence[str]) -> tuple[str, str] | None:
        """The choice that stands elsewhere in the article beside one of the same neighbours, with that pair."""
        seen: list[tuple[int, str, str]] = []
        for choice in dict.fromkeys(self.form(c) for c in choices):
            pairs = [text[at - 1] + choice] if at and is_han(text[at - 1]) else []
            if at + 1 < len(text) and is_han(text[at + 1]):
                pairs.append(choice + text[at + 1])
            for pair in pairs:
                seen.append((self._count(pair), choice, pair))
        seen = sorted((s for s in seen if s[0]), reverse=True)
        # two readings with evidence each: the article does not decide
        if not seen or any(choice != seen[0][1] for _, choice, _ in seen[1:]):
            return None
        return seen[0][1], seen[0][2]
