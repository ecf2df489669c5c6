"""A view in simplified script, in which the lines of a page are looked for: mirrors have 聲明 and 上一頁."""

from __future__ import annotations

import re
from functools import lru_cache

from cleanup.detect.script_table import TRADITIONAL
from cleanup.detect.script_words import simplify_table
from cleanup.fold import View

_TRADITIONAL = re.compile(f"[{TRADITIONAL}]")


def simplified(view: View) -> View:
    """The view with traditional characters simplified one by one, so that offsets stay. Without any it is itself."""
    if not _TRADITIONAL.search(view.folded):
        return view
    return View(view.folded.translate(_table()), view.length, view.home)


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    return {k: v for k, v in simplify_table().items() if len(v) == 1}
