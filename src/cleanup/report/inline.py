"""An article's text cut up for the page: what is shown, what is folded away, and the findings in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import regex

from cleanup import edits as ed
from cleanup.chars import INVISIBLE
from cleanup.data import Action, Edit, Finding, Outcome

# Characters kept on each side of a finding where its line, or the next, goes on for longer.
_CONTEXT = 120
# A stretch without findings shorter than this is shown: a fold would take as much room.
_FOLD_MIN = 90

# Never shown raw: controls would be a fault of the page, and marks of direction would turn around
# what stands beside them. Tab and newline are in good text.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ALWAYS = rf"[\p{{Cc}}\p{{Cs}}{_BIDI}\u2028\u2029]"
# In a finding, also what shows nothing or has no shape of its own. Elsewhere that may join an emoji.
_IN_FINDING = rf"[\p{{Cc}}\p{{Cs}}\p{{Co}}{_BIDI}\u2028\u2029{INVISIBLE}]"
_SPLIT = {
    False: regex.compile(rf"(?P<newline>\r?\n|\r)|(?!\t)(?P<badge>{_ALWAYS})"),
    True: regex.compile(rf"(?P<newline>\r?\n)|(?P<badge>{_IN_FINDING})"),
}
_BLANK_ONLY = regex.compile(r"(?P<newline>\r?\n)|(?P<badge>.)", regex.DOTALL)
# The rest of a line and one more, with the blank lines that follow each: two of them are context.
_TWO_LINES = regex.compile(r"(?:[^\n]*\n(?:[^\S\n]*\n)*){2}")
_STOP = regex.compile(r"\n|[。！？；!?;][”’」』）]*")


class Piece(NamedTuple):
    """Text as the page shows it: a run as it stands, one newline, or a badge for one character."""

    kind: Literal["text", "newline", "badge"]
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding in its article.

    number   its place in order, from 1
    action   what it asks for
    state    done: applied; open: a repair not applied; flag: no repair
    in_text  whether the text shows it; of findings that overlap, one can be shown
    lost_to  the rule whose edit was made instead, or ""
    old, new what is taken away and what is put in its place
    """

    number: int
    finding: Finding
    action: Action
    state: Literal["done", "open", "flag"]
    in_text: bool
    lost_to: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def ends_line(self) -> bool:
        """Whether what follows it on the page begins a line: its number then goes in front."""
        return any(run and run[-1].kind == "newline" for run in (self.old, self.new))


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the article; folded: without findings, and out of sight until asked for."""

    folded: bool
    parts: tuple[Mark | tuple[Piece, ...], ...]
    chars: int


def pieces(text: str, *, finding: bool = False) -> tuple[Piece, ...]:
    """The text in pieces. In a finding everything invisible is a badge, and blanks are if all is blank."""
    if not text:
        return ()
    split = _BLANK_ONLY if finding and text.isspace() else _SPLIT[finding]
    out: list[Piece] = []
    at = 0
    for m in split.finditer(text):
        if m.start() > at:
            out.append(Piece("text", text[at : m.start()]))
        out.append(Piece("newline", "\n") if m["newline"] else Piece("badge", m[0]))
        at = m.end()
    if at < len(text):
        out.append(Piece("text", text[at:]))
    return tuple(out)


def code_point(char: str) -> str:
    """U+200B for a zero-width space."""
    return f"U+{ord(char):04X}"


def code_point_name(char: str) -> str:
    """The Unicode name, or the code point where it has none."""
    return unicodedata.name(char, code_point(char))


def spelled(run: Sequence[Piece]) -> str:
    """Pieces as plain text on one line, what shows nothing spelled out."""
    badges = (f"⟨{code_point(p.text)}⟩" if p.kind == "badge" else p.text for p in run)
    return "".join(badges).replace("\n", "↵")


def plain(text: str) -> str:
    """The text for an attribute or a name: one line, nothing invisible in it."""
    return spelled(pieces(text, finding=True))


def shortened(run: Sequence[Piece], limit: int) -> tuple[Piece, ...]:
    """The first `limit` characters or so, with an ellipsis where there are more."""
    out: list[Piece] = []
    for piece in run:
        if limit <= 0:
            return (*out, Piece("text", "…"))
        text = piece.text
        out.append(piece if len(text) <= limit else Piece("text", text[:limit] + "…"))
        limit -= len(text)
        if limit < 0:
            return tuple(out)
    return tuple(out)


def action_of(finding: Finding) -> Action:
    """What a finding asks for: an empty replacement alone does not tell a deletion from a flag."""
    if finding.replacement is None:
        return "flag"
    if finding.start == finding.end:
        return "insert"
    return "replace" if finding.replacement else "delete"


def marks(outcome: Outcome, *, around: int = 8) -> list[Mark]:
    """Every finding of an article, those skipped too, in order of place, with the text `around` it."""
    text = outcome.document.text
    lost = {f.id: why for f, why in outcome.skipped}
    found = {f.id: f for f in (*outcome.findings, *(f for f, _ in outcome.skipped))}
    ordered = sorted(found.values(), key=lambda f: (f.start, f.end))
    # what was applied is shown whatever else overlaps it: the page must give the text that was written
    ranked = sorted(range(len(ordered)), key=lambda i: (not ordered[i].applied, ordered[i].id in lost, i))
    kept, _ = ed.select([Edit(ordered[i].start, ordered[i].end, "x") for i in ranked])
    shown = {ranked[k] for k in kept}
    out = []
    for i, f in enumerate(ordered):
        action = action_of(f)
        # the next line is no context of a line that goes whole
        after = (
            "" if text[f.start : f.end].endswith("\n") else text[f.end : f.end + around].partition("\n")[0]
        )
        out.append(
            Mark(
                number=i + 1,
                finding=f,
                action=action,
                state="done" if f.applied else "flag" if action == "flag" else "open",
                in_text=i in shown,
                lost_to=lost.get(f.id, ""),
                old=pieces(text[f.start : f.end], finding=True),
                new=pieces(f.replacement or "", finding=True),
                before=pieces(text[max(0, f.start - around) : f.start].rpartition("\n")[2].lstrip()),
                after=pieces(after),
            )
        )
    return out


def blocks(text: str, found: Sequence[Mark]) -> list[Block]:
    """The whole text in order: findings with the lines around them, the rest folded."""
    out: list[Block] = []
    parts: list[Mark | tuple[Piece, ...]] = []
    chars = 0

    def close(folded: bool) -> None:
        nonlocal parts, chars
        if parts:
            out.append(Block(folded, tuple(parts), chars))
        parts, chars = [], 0

    for stretch in _stretches(text, [m for m in found if m.in_text]):
        if isinstance(stretch, Mark):
            parts.append(stretch)
            continue
        start, end, folded = stretch
        if start == end:
            continue
        if folded:
            close(False)
        parts.append(pieces(text[start:end]))
        chars += end - start
        if folded:
            close(True)
    close(False)
    return out


def _stretches(text: str, shown: Sequence[Mark]) -> Iterator[Mark | tuple[int, int, bool]]:
    """Findings, and between them (start, end, folded)."""
    at = 0
    for mark in [*shown, None]:
        to = mark.finding.start if mark else len(text)
        gap = text[at:to]
        head = _head(gap) if at else _first_line(gap)
        tail = _tail(gap) if mark else len(gap)
        if tail - head >= _FOLD_MIN:
            yield at, at + head, False
            yield at + head, at + tail, True
            yield at + tail, to, False
        else:
            yield at, to, False
        if mark:
            yield mark
            at = mark.finding.end


def _first_line(gap: str) -> int:
    """How much of the beginning of an article stays in view: its first line, mostly the title."""
    newline = gap.find("\n")
    return newline + 1 if 0 <= newline < _CONTEXT else 0


def _head(gap: str) -> int:
    """How much stays in view after a finding: its line and the next, or as far as a sentence ends."""
    lines = _TWO_LINES.match(gap)
    if lines and lines.end() <= _CONTEXT:
        return int(lines.end())
    if len(gap) <= _CONTEXT:
        return len(gap)
    return max((m.end() for m in _STOP.finditer(gap, 0, _CONTEXT)), default=_CONTEXT)


def _tail(gap: str) -> int:
    """From where on it stays in view before a finding: the line before, or a sentence's beginning."""
    lo = max(0, len(gap) - _CONTEXT)
    own = gap.rfind("\n") + 1
    text_before = len(gap[:own].rstrip())
    previous = gap.rfind("\n", 0, text_before) + 1
    if own and previous >= lo:
        return previous
    if not lo:
        return 0
    return next((m.end() for m in _STOP.finditer(gap, lo)), lo)
