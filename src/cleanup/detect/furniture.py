"""Lines that are page, not article, where a pattern alone cannot tell: the title said again."""

from __future__ import annotations

import regex

from cleanup.builtin import BUILT_IN
from cleanup.detect.reading import Proposal, Reading, lines

_TITLE_REPEATED = BUILT_IN["title-repeated"]
_BLANK = regex.compile(r"[\s\p{P}\p{S}]+")
# A heading of fewer characters may well be a word that the body says again on a line of its own.
_TITLE_MIN = 8


def propose(reading: Reading) -> list[Proposal]:
    """Later lines that say the title again: the record's title, or else the first line of the text.

    The first line stays where the record brings no title of its own.
    """
    text = reading.view.folded
    title = _key(reading.title)
    found = []
    for start, end in lines(text):
        key = _key(text[start:end])
        if not key:
            continue
        if not title:
            title = key
            continue
        if key == title and len(title) >= _TITLE_MIN and start > 0:
            a, b = reading.view.span(start, end)
            if not reading.is_closed(a, b):
                found.append(Proposal.of(_TITLE_REPEATED, a, b, "", {}))
    return found


def _key(line: str) -> str:
    return str(_BLANK.sub("", line))
