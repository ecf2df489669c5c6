"""The one place where text changes.

Edits are kept in order of place. Two edits may touch; they may not overlap. Insertions at one
point keep the order in which they stand. An insertion at the start of a changed span comes
before it, one at its end after it.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cleanup.data import Edit
from cleanup.errors import EditError


def by_place(edit: Edit) -> tuple[int, int]:
    """Sort key: stable sorting by it keeps insertions at one point in their order."""
    return edit.start, edit.end


class Spanned(Protocol):
    """What has a place: an edit, or a proposal of one."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def overlap(a: Spanned, b: Spanned) -> bool:
    """Whether two edits cannot both be made as they stand.

    Touching is not overlapping, but two insertions at one point are rivals: which comes first
    would be chance.

    >>> overlap(Edit(0, 2, ""), Edit(2, 2, "x")), overlap(Edit(0, 2, ""), Edit(1, 1, "x"))
    (False, True)
    """
    return spans_overlap(a.start, a.end, b.start, b.end)


def spans_overlap(a_start: int, a_end: int, b_start: int, b_end: int) -> bool:
    """`overlap` for places alone, such as that of a flag, which has no edit."""
    if a_start == a_end and b_start == b_end:
        return a_start == b_start
    return a_start < b_end and b_start < a_end


def select(edits: Sequence[Spanned]) -> tuple[list[int], dict[int, int]]:
    """The edits that can be made together, the earlier in the sequence winning.

    Returns the indices kept, in order of place, and for each index left out the index it
    overlaps. O(n log n + n k) for k edits kept around a place.
    """
    kept: list[tuple[int, int, int]] = []
    lost: dict[int, int] = {}
    widest = 0
    for i, edit in enumerate(edits):
        # spans kept do not overlap, so only those that start within the widest span can reach here
        lo = bisect.bisect_left(kept, (edit.start - widest, -1, -1))
        hi = bisect.bisect_right(kept, (edit.end, edit.end, len(edits)))
        rival = next((k for _, _, k in kept[lo:hi] if overlap(edits[k], edit)), None)
        if rival is None:
            bisect.insort(kept, (edit.start, edit.end, i))
            widest = max(widest, edit.end - edit.start)
        else:
            lost[i] = rival
    return [k for _, _, k in kept], lost


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text after the edits, which must be in order of place.

    >>> apply("工作围", [Edit(2, 2, "范")])
    '工作范围'
    """
    out: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at:
            raise EditError(f"edit at {edit.start} begins before {at}, where the one before it ends")
        if edit.end > len(text):
            raise EditError(f"edit ends at {edit.end}, text at {len(text)}")
        out += (text[at : edit.start], edit.replacement)
        at = edit.end
    out.append(text[at:])
    return "".join(out)


def reverse(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """The edits that turn apply(text, edits) back into text, in order of place."""
    back: list[Edit] = []
    shift = 0
    for edit in edits:
        start = edit.start + shift
        back.append(Edit(start, start + len(edit.replacement), text[edit.start : edit.end]))
        shift += len(edit.replacement) - (edit.end - edit.start)
    return back


@dataclass(frozen=True, slots=True)
class Composed:
    """An edit of the original text, and which edits of the first and second pass it stands for."""

    edit: Edit | None
    first: tuple[int, ...]
    second: tuple[int, ...]


def compose(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> list[Composed]:
    """Two passes as one: `second` is in the offsets of apply(text, first).

    Both must be in order of place. An edit of the second pass that stays clear of what the first
    wrote is moved to the original offsets; one that reaches into it is melted with it into one
    edit. `edit` is None where the two cancel out.
    """
    out: list[Composed] = []
    i = j = 0
    shift = 0  # offset in the middle text minus offset in the original, before first[i]
    while i < len(first) or j < len(second):
        if j == len(second):
            out.append(Composed(first[i], (i,), ()))
            shift += len(first[i].replacement) - (first[i].end - first[i].start)
            i += 1
            continue
        f = (
            (first[i].start + shift, first[i].start + shift + len(first[i].replacement))
            if i < len(first)
            else None
        )
        s = second[j]
        if f is not None and not _clear(s, f):
            i, j, shift, melted = _melt(text, first, second, i, j, shift)
            out.append(melted)
        elif f is None or s.end < f[0] or (s.end <= f[0] and not _after(s, f)):
            out.append(Composed(Edit(s.start - shift, s.end - shift, s.replacement), (), (j,)))
            j += 1
        else:
            out.append(Composed(first[i], (i,), ()))
            shift += len(first[i].replacement) - (first[i].end - first[i].start)
            i += 1
    return out


def _clear(s: Edit, f: tuple[int, int]) -> bool:
    """Whether s, in middle offsets, touches at most the borders of what was written at f.

    For a deletion the two borders are one seam: a span over it is not clear of it.
    """
    return s.end <= f[0] or s.start >= f[1]


def _after(s: Edit, f: tuple[int, int]) -> bool:
    """Whether s, clear of f and ending where f begins, belongs behind it: an insertion at a seam."""
    return s.start == s.end == f[0] == f[1]


def _melt(
    text: str, first: Sequence[Edit], second: Sequence[Edit], i: int, j: int, shift: int
) -> tuple[int, int, int, Composed]:
    """One edit for a run of edits that reach into each other, from first[i] and second[j] on."""
    i0, j0 = i, j
    lo = min(first[i].start + shift, second[j].start)
    hi = lo
    start = lo - shift
    grew = True
    end_shift = shift
    while grew:
        grew = False
        while j < len(second) and (second[j].start < hi or j == j0):
            hi = max(hi, second[j].end)
            j += 1
            grew = True
        while i < len(first):
            at = first[i].start + end_shift
            after = at + len(first[i].replacement)
            inside = at < hi or (i == i0 and at <= hi)
            if not inside:
                break
            hi = max(hi, after)
            end_shift += len(first[i].replacement) - (first[i].end - first[i].start)
            i += 1
            grew = True
    end = hi - end_shift
    middle = apply(
        text[start:end], [Edit(e.start - start, e.end - start, e.replacement) for e in first[i0:i]]
    )
    new = apply(middle, [Edit(e.start - lo, e.end - lo, e.replacement) for e in second[j0:j]])
    old = text[start:end]
    edit = None if new == old else Edit(start, end, new)
    return i, j, end_shift, Composed(edit, tuple(range(i0, i)), tuple(range(j0, j)))


class Passes:
    """A text changed pass by pass, with the edits of the original that all passes so far come to.

    text     the text as it is now
    edits    in the offsets of the original, in order of place
    made_of  for each edit, the (pass, index) pairs of what it stands for
    """

    def __init__(self, text: str) -> None:
        self.original = text
        self.text = text
        self.edits: list[Edit] = []
        self.made_of: list[tuple[tuple[int, int], ...]] = []
        self.count = 0

    def make(self, new: Sequence[Edit]) -> None:
        """Make the edits of one more pass, in order of place and in the offsets of `text`; none may overlap."""
        merged = compose(self.original, self.edits, new)
        self.text = apply(self.text, new)
        self.made_of = [
            tuple(p for i in c.first for p in self.made_of[i]) + tuple((self.count, j) for j in c.second)
            for c in merged
            if c.edit is not None
        ]
        self.edits = [c.edit for c in merged if c.edit is not None]
        self.count += 1


class WayHome:
    """The way from apply(text, edits) back to the text. The edits are in order of place; O(log n) a question."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        # what the edits before the i-th have moved
        self._shifts = [0]
        for edit in edits:
            at = edit.start + self._shifts[-1]
            self._starts.append(at)
            self._ends.append(at + len(edit.replacement))
            self._shifts.append(self._shifts[-1] + len(edit.replacement) - (edit.end - edit.start))

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a span of the new text stood in the old one; None where an edit wrote part of it."""
        i = bisect.bisect_right(self._ends, start)
        if i < len(self._ends) and self._starts[i] < end:
            return None
        return start - self._shifts[i], end - self._shifts[i]


class Apart:
    """Spans that do not overlap, asked by search which of them a place overlaps; `spans_overlap` says what that is."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans = sorted(spans)

    def over(self, start: int, end: int) -> tuple[int, int] | None:
        """The first span that a place overlaps, if any."""
        i = bisect.bisect_left(self._spans, (start, start))
        # the one before may reach in, and insertions at its end may stand between
        while i > 0 and self._spans[i - 1][1] > start:
            i -= 1
        while i < len(self._spans) and self._spans[i][0] <= end:
            if spans_overlap(start, end, *self._spans[i]):
                return self._spans[i]
            i += 1
        return None

    def add(self, start: int, end: int) -> None:
        """One more, which must not overlap any."""
        bisect.insort(self._spans, (start, end))
