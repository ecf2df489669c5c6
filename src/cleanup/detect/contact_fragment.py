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
    bol, eol = _line(text, start, end)
    calls = words.CALLS.search(text, max(bol, start - _LEFT_REACH), start)
    core = start
    if calls is not None:
        start = calls.start()
        while start < core and text[start] in " ,、:":
            start += 1
    tail = words.TAIL.match(text, end, eol)
    # a blank alone is no tail: behind it a sentence of its own begins, or more of the call
    if tail is not None and tail[0].strip():
        end = tail.end()
    call = text[start:core]
    glue = ""
    bracketed = _brackets(text, start, end, (bol, eol))
    if bracketed:
        start, end, glue = *bracketed, "brackets"
    blank = start > bol and text[start - 1] == " " and text[end : end + 1] == " "
    if blank:
        end += 1
    left, right = text[max(bol, start - _AROUND) : start], text[end : min(eol, end + _AROUND)]
    if not glue:
        glue = _glue(left, right)
    elif not left.strip() and not right.strip():
        glue = "line"
    return Fragment(start, end, glue, call, left, right)


def _line(text: str, start: int, end: int) -> tuple[int, int]:
    """As much of the line around a place as is looked at: a page may be one line."""
    bol = max(text.rfind("\n", max(0, start - _SIGHT), start) + 1, start - _SIGHT, 0)
    newline = text.find("\n", end, end + _SIGHT)
    return bol, min(len(text), end + _SIGHT) if newline < 0 else newline


def _brackets(text: str, start: int, end: int, line: tuple[int, int]) -> tuple[int, int] | None:
    """The place with the brackets around it, where it opens them and little more stands in them."""
    before = text[start - 1] if start > line[0] else ""
    if not before or before not in _OPEN:
        return None
    at = text.find(_CLOSE[_OPEN.index(before)], end, min(line[1], end + 12))
    if at < 0 or any(c in STOP or c in _OPEN for c in text[end:at]):
        return None
    return start - 1, at + 1


def _glue(left: str, right: str) -> str:
    near, far = left.rstrip(" ")[-1:], right.lstrip(" ")[:1]
    if not near and (not far or (len(right) <= _REST and CLAUSE.isdisjoint(right))):
        # 加微信…领图纸: what is left of the line is what it gives, and no prose
        return "line"
    if near and near not in CLAUSE and near not in "”)）】》":
        return "inside"
    if not far:
        return "closing"
    if far in CLAUSE:
        return "clause"
    return "inside" if far in "”’」』)）】》\"'" else "between"


def widen(text: str, f: Fragment) -> Fragment:
    """A fragment whose call is in words of its own (代练找…, 买药请联系…), and what it promises (…领食谱), to the clause ends.

    For handles in disguise alone, which stand in no sentence that means them.
    """
    start, end = f.start, f.end
    if f.glue == "inside":
        pushed = words.PUSHED.search(f.left)
        if pushed is None or words.NOT_PUSHED.search(pushed["call"] + f.call):
            return f
        start -= len(pushed["call"])
    elif f.glue in ("line", "brackets"):
        return f
    prize = words.PRIZE.match(text, end, end + _AROUND)
    if prize is not None:
        end = prize.end()
    if (start, end) == (f.start, f.end):
        return f
    call = text[start : f.start] + f.call
    bol, eol = _line(text, start, end)
    bracketed = _brackets(text, start, end, (bol, eol))
    start, end = bracketed or (start, end)
    left, right = text[max(bol, start - _AROUND) : start], text[end : min(eol, end + _AROUND)]
    glue = "brackets" if bracketed and (left.strip() or right.strip()) else _glue(left, right)
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
