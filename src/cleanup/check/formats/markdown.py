"""Text of others inside Markdown."""

from __future__ import annotations

import re

# All of ASCII's punctuation may mean something: as references, none of it does, nor ends a cell of a table or a tag.
_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
_TICKS = re.compile("`+")


def escaped(text: str) -> str:
    """The text, which must be one line, as it is: no emphasis, link, table, or HTML comes of it."""
    return _MARKUP.sub(lambda m: f"&#{ord(m[0])};", text)


def fenced(text: str, language: str = "") -> str:
    """The text as a block of code."""
    fence = "`" * max(3, 1 + max((len(m[0]) for m in _TICKS.finditer(text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"
