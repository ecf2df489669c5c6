"""Wrong traditional forms in traditional text: 國傢, 頭發, 為瞭.

A converter that knows one traditional form for each simplified character leaves them all over an article; an
author who mixes up two forms does so once.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.data import TIER_CONFIDENCE
from cleanup.detect.reading import Proposal, Reading
from cleanup.detect.script_table import MISTAKEN, SIMPLIFIED, TRADITIONAL
from cleanup.detect.script_words import Habits, mistaken

_WRONG = BUILT_IN["mistaken-traditional"]
_MISTAKEN = re.compile(f"[{MISTAKEN}]")
_TRADITIONAL = re.compile(f"[{TRADITIONAL}]")
_SIMPLIFIED = re.compile(f"[{SIMPLIFIED}]")

# A text of traditional script: this many of its characters, and nine for each simplified one.
_MIN = 20
_OTHER = 9
# Different wrong characters that make a converter of it; fewer are suggested.
_AUTO_FROM = 3


def propose(reading: Reading) -> list[Proposal]:
    """Traditional characters that all phrases around them have another form for."""
    text = reading.view.folded
    if not _TRADITIONAL.search(text) or not _MISTAKEN.search(text):
        return []
    traditional = len(_TRADITIONAL.findall(text))
    if traditional < _MIN or _OTHER * len(_SIMPLIFIED.findall(text)) > traditional:
        return []
    habits = Habits(text)
    found = []
    for m in _MISTAKEN.finditer(text):
        choice = mistaken(text, m.start(), habits)
        start, end = reading.view.span(*m.span())
        if choice is not None and not reading.is_closed(start, end):
            found.append(Proposal.of(_WRONG, start, end, choice.char, {"word": choice.word}))
    different = {reading.text[p.start : p.end] for p in found}
    found = [replace(p, evidence={**p.evidence, "characters": len(different)}) for p in found]
    if len(different) >= _AUTO_FROM:
        return found
    return [replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"]) for p in found]
