"""What every stage is given, and what it gives back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from cleanup.builtin import BuiltIn
from cleanup.data import Edit, Kind, Tier
from cleanup.fold import View
from cleanup.keywords import Keywords
from cleanup.recurrence import SourceLines


class Standing(dict[str, bool]):
    """Whether words stand in a text, each looked for once: an article may have very many places that ask.

    asked  by what keywords books of rules look for: the text of a pass that was looked at last, and what it held
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.asked: dict[Keywords, tuple[str, frozenset[str]]] = {}
        self._of: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __missing__(self, word: str) -> bool:
        self[word] = stands = word in self._text
        return stands

    def of(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Those of some words that stand in the text."""
        if words not in self._of:
            self._of[words] = tuple(w for w in words if self[w])
        return self._of[words]


@dataclass(frozen=True, slots=True)
class Reading:
    """The article as one pass sees it.

    text      the text of this pass; offsets of proposals are in it
    view      its folded view, in which rules match
    original  the folded view of the text as it was read: what survived a filter is asked of this
    title     the title, where the reader knew one
    closed    spans of `text` that no stage but furniture may touch, in order, not overlapping
    furniture  spans of `text` that an earlier stage found to be page, in order, not overlapping
    recurring  the lines that recur over the article's source, where a dump was counted
    emphasis  the signs around emphasised words of a Markdown file, in order
    plain     the folded view in simplified script, where that is known
    standing  what stands in `original`, where an earlier pass has asked
    """

    text: str
    view: View
    original: str
    title: str
    closed: tuple[tuple[int, int], ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()
    recurring: SourceLines | None = None
    emphasis: tuple[tuple[int, int], ...] = ()
    plain: str | None = None
    standing: Standing | None = None

    def is_closed(self, start: int, end: int) -> bool:
        """Whether a place lies in, or reaches into, a closed span. O(log n): an article may have very many."""
        if not self.closed:
            return False
        i = bisect_left(self.closed, (end,))
        return i > 0 and self.closed[i - 1][1] > start


class Proposal(msgspec.Struct, frozen=True, gc=False):
    """Damage as a stage sees it, in offsets of its reading; a Finding once the article is done.

    An article may have very many, each is made and copied a few times on its way, and a struct costs a tenth of a
    dataclass there.
    """

    start: int
    end: int
    replacement: str | None
    rule: str
    kind: Kind
    tier: Tier
    confidence: float
    evidence: Mapping[str, Any]
    message: Mapping[str, str]

    @classmethod
    def of(
        cls, found: BuiltIn, start: int, end: int, replacement: str | None, evidence: Mapping[str, Any]
    ) -> Proposal:
        """What a built-in found at a place."""
        return cls(
            start,
            end,
            replacement,
            found.id,
            found.kind,
            found.tier,
            found.confidence,
            evidence,
            found.message,
        )

    @property
    def edit(self) -> Edit | None:
        return None if self.replacement is None else Edit(self.start, self.end, self.replacement)


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the lines of a text, each with the newline that ends it."""
    at = 0
    while at < len(text):
        newline = text.find("\n", at)
        end = len(text) if newline < 0 else newline + 1
        yield at, end
        at = end
