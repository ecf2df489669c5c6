"""A view of the text for matching only: invisible characters gone, full-width forms narrow.

Rules are written once; the view lets them match `催\\u200b收`, `ＱＱ`, and a comma of either width.
Patterns are folded the same way when they are loaded. What a rule finds in the view is carried home to offsets of the text as it was read, and only the text
itself is ever changed.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from cleanup.chars import INVISIBLE, WIDTH

# `re` keeps a class as a bitmap, `regex` as a list.
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_META = frozenset(r".^$*+?{}[]\|()-&~")
_NARROW = {chr(wide): chr(narrow) for wide, narrow in WIDTH.items()}
# To replace one character by another is a copy: half a nanosecond a character, where str.translate takes 65 and a
# search for all wide forms 7. So what nearly every text has is replaced unasked, and the rest searched for.
_COMMON = tuple((wide, _NARROW[wide]) for wide in "，：；！？（）")
_WIDE = re.compile("[" + "".join(re.escape(c) for c in _NARROW if c not in "，：；！？（）") + "]")
# Joiners beside emoji and letters that join are part of the writing, and stay visible to rules.
_JOINING = regex.compile(
    r"(?<=[\p{Arabic}\p{Devanagari}\p{Bengali}\p{Tamil}\p{Telugu}\p{Malayalam}\p{Emoji_Presentation}\p{Extended_Pictographic}\uFE0F])[\u200C\u200D]"
)


_JOINER = re.compile("[\u200c\u200d]")


@dataclass(frozen=True, slots=True)
class View:
    """Folded text and the way home to the text that it is of, which has `length` characters.

    `gone` tells what folding took out: of the k-th character taken out, how many are kept before it. It is None where
    folding moved nothing, the usual case. `before` is the view that this one is another reading of, character for
    character.
    """

    folded: str
    length: int
    gone: Sequence[int] | None = None
    before: View | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the text of folded[start:end]. O(log n) for n characters taken out.

        Invisible characters at the borders stay outside; an insertion point goes directly in
        front of the character that follows it.
        """
        if self.gone is None:
            return start, end
        at = start + bisect_right(self.gone, start)
        return (at, at) if start == end else (at, end + bisect_right(self.gone, end - 1))


def fold(text: str) -> View:
    """The view of a text. O(n), and a scan only where there is nothing to fold."""
    narrow = text
    for wide, ascii_form in _COMMON:
        narrow = narrow.replace(wide, ascii_form)
    for wide in set(_WIDE.findall(narrow)):
        narrow = narrow.replace(wide, _NARROW[wide])
    if not _INVISIBLE.search(narrow):
        return View(narrow, len(text))
    spared = {m.start() for m in _JOINING.finditer(narrow)} if _JOINER.search(narrow) else ()
    parts: list[str] = []
    gone = array("q")
    at = 0
    for m in _INVISIBLE.finditer(narrow):
        start = m.start()
        if start not in spared:
            parts.append(narrow[at:start])
            gone.append(start - len(gone))
            at = start + 1
    parts.append(narrow[at:])
    return View("".join(parts), len(text), gone)


def fold_pattern(pattern: str) -> str:
    """A regular expression as it must be to match in a view: a wide （ means the character, not a group."""
    out = []
    for c in pattern:
        narrow = chr(WIDTH.get(ord(c), ord(c)))
        # \u3000 in a class would become a plain blank, which is what the view holds too
        out.append("\\" + narrow if narrow != c and narrow in _META else narrow)
    return "".join(out)
