"""A contact with all that belongs to it: the calls before, the tail after, the brackets around; and its glue."""

from __future__ import annotations

from dataclasses import dataclass

from cleanup.detect import contact_words as words

_OPEN, _CLOSE = "([【「（{<《", ")]】」）}>》"
CLAUSE = frozenset(",，、。;；!！?？…:：")
STOP = frozenset("。!！?？…")
# How far the words around are asked whether the contact is the article's own: a sentence or two.
_AROUND = 40
_LEFT_REACH = 40
_SIGHT = 100
# A line that begins with a contact and goes on for at most so many characters without a clause end is all contact.
_REST = 8


@dataclass(frozen=True, slots=True)
class Fragment:
    """A contact with all that belongs to it, in offsets of the folded text, and how it is glued in.

    glue   brackets: in brackets; between: after a clause end, prose follows at once;
           clause: a clause of its own; closing: after a clause end, nothing follows in the line;
           inside: in the midst of a clause; line: nothing else in the line
    """

    start: int
    end: int
    glue: str
    call: str
    left: str
    right: str

    @property
    def tells(self) -> bool:
        """Whether the sentence that it stands in speaks about accounts and numbers, as a crime report does."""
        ends = [i for i, c in enumerate(self.right) if c in STOP]
        return words.STORY.search(self.left + self.right[: ends[0] if ends else None]) is not None


def grow(text: str, start: int, end: int) -> Fragment:
    """Grown over the calls before, the tail after and the brackets around; and how it is glued in."""
    # as much of the line as is looked at: a page may be one line
    bol = max(text.rfind("\n", max(0, start - _SIGHT), start) + 1, start - _SIGHT, 0)
    newline = text.find("\n", end, end + _SIGHT)
    eol = min(len(text), end + _SIGHT) if newline < 0 else newline
    calls = words.CALLS.search(text, max(bol, start - _LEFT_REACH), start)
    core = start
    if calls is not None:
        start = calls.start()
        while start < core and text[start] in " ,、:":
            start += 1
    tail = words.TAIL.match(text, end, eol)
    if tail is not None:
        end = tail.end()
    call = text[start:core]
    glue = ""
    before = text[start - 1] if start > bol else ""
    if before and before in _OPEN:
        close = _CLOSE[_OPEN.index(before)]
        at = text.find(close, end, min(eol, end + 12))
        if at >= 0 and not any(c in STOP or c in _OPEN for c in text[end:at]):
            start, end, glue = start - 1, at + 1, "brackets"
    blank = start > bol and text[start - 1] == " " and text[end : end + 1] == " "
    if blank:
        end += 1
    left, right = text[max(bol, start - _AROUND) : start], text[end : min(eol, end + _AROUND)]
    if not glue:
        near, far = left.rstrip(" ")[-1:], right.lstrip(" ")[:1]
        if not near and not far:
            glue = "line"
        elif not near and eol - end <= _REST and CLAUSE.isdisjoint(text[end:eol]):
            glue = "line"  # 加微信…领图纸: what is left of the line is what it gives, and no prose
        elif near and near not in CLAUSE and near not in "”)）】》":
            glue = "inside"
        elif not far:
            glue = "closing"
        elif far in CLAUSE:
            glue = "clause"
        elif far in "”’」』)）】》\"'":
            glue = "inside"
        else:
            glue = "between"
    elif not left.strip() and not right.strip():
        glue = "line"
    return Fragment(start, end, glue, call, left, right)


def cut(text: str, f: Fragment) -> tuple[int, int]:
    """What to delete: a clause of its own goes with one of the two signs around it, the weaker one."""
    if f.glue != "clause":
        return f.start, f.end
    if not f.left.strip():
        # nothing before it in the line: what it leaves must not begin with its comma
        return f.start, f.end + (f.right[0] in CLAUSE)
    if f.left[-1] in STOP or f.right[0] not in STOP:
        return f.start, f.end + 1
    return f.start - 1, f.end
