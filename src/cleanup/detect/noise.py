"""What shows nothing or means nothing: entities, look-alikes, glued pinyin, torn words, marks against copying.

Each part asks a cheap question first. Invisible and control characters are plain patterns: see rules/noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cleanup.detect import anticopy, entities, glyphs, pinyin, spacing, tags
from cleanup.detect.reading import Proposal, Reading

PARTS: tuple[Callable[[Reading], Sequence[Proposal]], ...] = (
    tags.propose,
    entities.propose,
    glyphs.propose,
    pinyin.propose,
    spacing.propose,
    anticopy.propose,
)


def propose(reading: Reading) -> list[Proposal]:
    """All noise that code finds, in the order of PARTS."""
    return [p for part in PARTS for p in part(reading)]
