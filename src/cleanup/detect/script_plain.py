"""Text and views in simplified script, for matching alone: the words of pages and adverts are written once, and
mirrors have 聲明 and 上一頁.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cleanup.detect.script_table import TRADITIONAL
from cleanup.detect.script_words import simplify_table
from cleanup.fold import View

_TRADITIONAL = re.compile(f"[{TRADITIONAL}]")


def plain(text: str) -> str:
    """The text character for character in simplified script, of the same length; itself where nothing is traditional.

    >>> plain("延伸閱讀：")
    '延伸阅读：'
    """
    return text.translate(_table()) if _TRADITIONAL.search(text) else text


def simplified(view: View) -> View:
    """The view with traditional characters simplified one by one, so that offsets stay. Without any it is itself."""
    text = plain(view.folded)
    return view if text is view.folded else View(text, view.length, view.home, view)


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    return {k: v for k, v in simplify_table().items() if len(v) == 1}
