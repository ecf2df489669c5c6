"""Text and views in simplified script, for matching alone: the words of pages and adverts are written once, and
mirrors have 聲明 and 上一頁.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cleanup.chars import char_class
from cleanup.detect.script_table import TRADITIONAL
from cleanup.detect.script_words import simplify_table
from cleanup.fold import View

_TRADITIONAL = re.compile(f"[{TRADITIONAL}]")


# `re` has bitmaps for plane 0 alone.
_ABOVE = re.compile("[\U00010000-\U0010ffff]")
# One character replaced by another is a copy, where str.translate asks a table of every character: of so many
# different ones both cost the same.
_FEW = 60


def plain(text: str) -> str:
    """The text character for character in simplified script, of the same length; itself where nothing is traditional.

    >>> plain("延伸閱讀：")
    '延伸阅读：'
    """
    if not _TRADITIONAL.search(text):
        return text
    table, held_of, linked = _table()
    held = set(held_of.findall(text))
    if len(held) > _FEW or not held.isdisjoint(linked) or _ABOVE.search(text):
        return text.translate(table)
    for char in held:
        text = text.replace(char, table[ord(char)])
    return text


def simplified(view: View) -> View:
    """The view with traditional characters simplified one by one, so that offsets stay. Without any it is itself."""
    text = plain(view.folded)
    return view if text is view.folded else View(text, view.length, view.gone, view)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[int, str], re.Pattern[str], frozenset[str]]:
    """Simplified forms; a class of the characters of plane 0 that have one; and those of them that are the form of
    another.
    """
    table = {k: v for k, v in simplify_table().items() if len(v) == 1 and ord(v) != k}
    plane_0 = re.compile(char_class(chr(k) for k in table if k <= 0xFFFF))
    return table, plane_0, frozenset(v for v in table.values() if ord(v) in table)
