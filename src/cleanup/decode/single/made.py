"""What was repaired in an article before decoding asks it: by rules, and by decoding itself a pass ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from cleanup.data import Edit

# What is written by longer edits is text of rules, and no word restored.
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Made:
    """What edits of an article have put back and taken out.

    restored  how often each character was put back: it was stripped here, and does not survive
    places    how many places that were
    emptied   where terms were taken out after 的, in offsets of the text as it is now
    """

    restored: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    places: int = 0
    emptied: frozenset[int] = frozenset()

    @classmethod
    def by(cls, text: str, edits: Sequence[Edit]) -> Made:
        """What edits of the text as it was read have made; offsets are its code points."""
        restored: Counter[str] = Counter()
        places = shift = 0
        emptied = set()
        for e in edits:
            if e.replacement:
                if len(e.replacement) <= _LONGEST:
                    restored += Counter(e.replacement) - Counter(text[e.start : e.end])
                    places += 1
            elif e.end - e.start <= _LONGEST and text[max(0, e.start - 1) : e.start] == "的":
                emptied.add(e.start + shift)
            shift += len(e.replacement) - (e.end - e.start)
        return cls(MappingProxyType(restored), places, frozenset(emptied))


NOTHING = Made()
