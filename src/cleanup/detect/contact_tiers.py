"""How sure it is that a contact was pushed in, by how it is glued and by what stands around it; None: it belongs there."""

from __future__ import annotations

import regex

from cleanup.data import Tier
from cleanup.detect import contact_words as words
from cleanup.detect.contact_fragment import CLAUSE, Fragment


def account_tier(f: Fragment, acts: bool, hidden: bool, is_random: bool, ambiguous: bool) -> Tier | None:
    """How sure it is that an account was pushed in; None: it is the sentence's own."""
    around = f.left + f.right
    story = f.tells
    if f.glue == "line" or f.left[-1:] in ("“", '"', "‘", "「"):
        return None
    if (ambiguous and not acts) or words.OFFICE.search(f.call):
        return None
    if f.glue == "brackets":
        if story:
            return "suggest" if hidden and acts else None
        after_clause = not f.left or f.left[-1] in CLAUSE
        if hidden and is_random:
            return "auto"
        if after_clause and acts and is_random and f.right and not words.OWN.search(f.left):
            return "auto"
        return "suggest" if after_clause and (acts or is_random) else None
    if f.glue == "inside":
        return "suggest" if acts and hidden and is_random and f.right[:1] in "。!！" and not story else None
    if (
        words.is_chained(f.left, f.right)
        or words.PURPOSE.match(f.right)
        or (not acts and words.SUBJECT.match(f.right) and not hidden)
    ):
        return None
    if story or f.left[-1:] in (":", "：", "、") or not (acts or hidden or is_random):
        return None
    own = words.OWN.search(around) is not None
    if f.glue == "between":
        if not f.left:
            return "auto" if is_random and (acts or hidden) else "suggest"
        sure = is_random and f.right[0] != " " and (acts or hidden or not own)
        return "auto" if sure else "suggest"
    if f.glue == "closing":
        return "auto" if is_random and (hidden or (acts and not own)) else "suggest"
    if words.REMARK.match(f.right):
        return "suggest"
    if hidden and is_random and not own:
        return "auto"
    return "suggest" if hidden or is_random else None


def phone_tier(f: Fragment, sells: bool, marked: bool, mobile: bool) -> Tier | None:
    """Honest articles give numbers, too; pushed in are those that prose goes on after, or that say 微信同号."""
    if f.glue in ("line", "inside") or f.left[-1:] in (":", "：", "、", "“"):
        return None
    around = f.left + f.right
    if (
        f.tells
        or words.OFFICE.search(f.call)
        or words.PURPOSE.match(f.right)
        or words.is_chained(f.left, f.right)
    ):
        return None
    own = words.OWN.search(around) is not None
    if f.glue == "brackets":
        after_clause = not f.left or f.left[-1] in CLAUSE
        return "suggest" if after_clause and (sells or marked) and not own else None
    if f.glue == "between":
        if not f.left:
            return "suggest" if sells or marked else None
        # after a blank a sentence of its own begins
        if (marked or (sells and mobile)) and f.right[0] != " ":
            return "auto"
        return "suggest" if sells or not own else None
    if f.glue == "closing":
        if mobile and (marked or sells) and not own:
            return "auto"
        return "suggest" if marked and not own else None
    return "suggest" if mobile and marked and not own else None


def page_tier(f: Fragment, odd: bool, again: bool, is_random: bool) -> Tier | None:
    if f.glue == "line" or f.left[-1:] in (":", "：", "“", "、") or words.PURPOSE.match(f.right):
        return None
    acts = bool(words.ACT.search(f.call))
    if f.tells:
        return None
    if f.glue == "inside":
        # a site name between two characters of one sentence: only if it comes again, or hides
        glued = regex.match(r"\p{Han}", f.left[-1:]) and regex.match(r"\p{Han}", f.right)
        return "suggest" if glued and odd and not f.call else None
    if f.glue == "brackets":
        after_clause = not f.left or f.left[-1] in CLAUSE
        return ("auto" if odd or is_random else "suggest") if after_clause and acts and f.right else None
    if f.glue == "between":
        if f.left and (acts or odd):
            return "auto"
        return "suggest" if acts or odd or again else None
    own = words.OWN.search(f.left) is not None
    if f.glue == "closing":
        if acts and (is_random or odd) and not own:
            return "auto"
        return "suggest" if acts and not own else None
    return "suggest" if acts and odd and not own else None
