"""Edits in the form in which equal effects are equal, and what of a text they touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from cleanup import edits as ed
from cleanup.data import Edit
from cleanup.errors import EditError
from cleanup.evaluate.gold import Claim

# Part of the definitions of the figures, as the numbers in verdict.py.
_REWRITE = 5  # code points from which a replaced span is judged change by change


def canonical(text: str, edit: Edit) -> Edit:
    """The leftmost smallest edit with the same effect, so that equal effects compare equal.

    The edit must change the text.

    >>> canonical("好好学习", Edit(1, 3, "学"))
    Edit(start=0, end=1, replacement='')
    """
    start, end, new = edit.start, edit.end, edit.replacement
    while start < end and new and text[end - 1] == new[-1]:
        end, new = end - 1, new[:-1]
    while start < end and new and text[start] == new[0]:
        start, new = start + 1, new[1:]
    if start == end and not new:
        raise EditError(f"an edit at {edit.start} that changes nothing")
    if not new:
        while start > 0 and text[start - 1] == text[end - 1]:
            start, end = start - 1, end - 1
    elif start == end:
        while start > 0 and text[start - 1] == new[-1]:
            new = new[-1] + new[:-1]
            start = end = start - 1
    return Edit(start, end, new)


def changes(text: str, edit: Edit) -> list[Edit]:
    """An edit as its smallest changes, so that a rewritten sentence is judged change by change."""
    start, end, new = edit.start, edit.end, edit.replacement
    if not new or end - start < _REWRITE:
        return [canonical(text, edit)]
    # difflib on purpose: which of several shortest alignments is taken is part of the definition
    blocks = SequenceMatcher(None, text[start:end], new, autojunk=False).get_opcodes()
    return [
        canonical(text, Edit(start + i, start + j, new[k:m])) for op, i, j, k, m in blocks if op != "equal"
    ]


@dataclass(frozen=True, slots=True)
class Window:
    """text[start:end], to be changed by edits in offsets of the whole text."""

    text: str
    start: int
    end: int

    def after(self, edits: Iterable[Edit]) -> str:
        """The window after the edits; of overlapping ones the first by place is made."""
        fitting = []
        at = self.start
        for e in sorted(edits, key=ed.by_place):
            if e.start >= at:
                fitting.append(Edit(e.start - self.start, e.end - self.start, e.replacement))
                at = e.end
        return ed.apply(self.text[self.start : self.end], fitting)


def visible(text: str, spans: Iterable[Edit] | Iterable[Claim]) -> set[int]:
    """The offsets of visible characters in the spans."""
    return {i for span in spans for i in range(span.start, span.end) if not text[i].isspace()}
