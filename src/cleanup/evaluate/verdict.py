"""How the findings of one article are judged by its gold edits; the definitions are told in `score.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from cleanup.data import Edit
from cleanup.evaluate.changes import Window, canonical, changes, visible
from cleanup.evaluate.gold import Claim, GoldArticle, GoldEdit

# These numbers are part of the definitions: figures measured with others are other figures.
_MUCH_LONGER = 20  # code points by which a finding may exceed the damage and still point at it
_OPTIONAL_AT_ONCE = 6  # optional edits of a cluster that are tried in every combination: 64 texts
_REMOVED = 0.9  # share of furniture's ink that must be gone
_COVERED = 0.5  # share of furniture's ink that findings must cover
_SLACK = 1  # visible characters that a deletion of furniture may take beside it


@dataclass(frozen=True, slots=True)
class Judged:
    """An applied change in its smallest leftmost form, the claim it is of, and whether it is right.

    golds  indices of the gold edits that it repairs, or of a cluster that is right as a whole helps to repair; of
           furniture those that it reaches into
    """

    edit: Edit
    claim: Claim
    right: bool
    golds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the findings of one article were judged.

    repaired, detected  indices of gold edits; optional ones may be among them
    the rest            as in Scores
    """

    judged: tuple[Judged, ...]
    repaired: frozenset[int]
    detected: frozenset[int]
    flags: int
    good_flags: int
    damage: int
    left: int
    bad_findings: int


def judge(article: GoldArticle, claims: Sequence[Claim]) -> Verdict:
    """Judge the claims about one article by its gold edits: a pure function of the two."""
    text = article.text
    valid = [c for c in claims if 0 <= c.start <= c.end <= len(text)]
    paper = _judge_furniture(article, valid)
    judged, repaired = paper.judged, paper.repaired
    damage, left = 0, paper.spoiled
    for cluster in _clusters(_members(article, paper.rest)):
        found = _judge_cluster(article, cluster, paper.rest)
        judged += found.judged
        repaired |= found.repaired
        damage += found.damage
        left += found.left
    return Verdict(
        judged=tuple(judged),
        repaired=frozenset(repaired),
        detected=_detected(article, valid, repaired),
        flags=len(valid),
        good_flags=sum(any(_points_at(c, g, any_furniture=True) for g in article.edits) for c in valid),
        damage=damage,
        left=left,
        bad_findings=len(claims) - len(valid),
    )


@dataclass(slots=True)
class _Furniture:
    """What became of the page furniture, and the changes that have nothing to do with it.

    spoiled  visible characters beside furniture that went with it
    rest     smallest changes still to be judged, each with the claim it is of
    """

    judged: list[Judged] = field(default_factory=list)
    repaired: set[int] = field(default_factory=set)
    spoiled: int = 0
    rest: dict[Edit, Claim] = field(default_factory=dict)


def _judge_furniture(article: GoldArticle, claims: Iterable[Claim]) -> _Furniture:
    text = article.text
    furniture = {k: visible(text, [g.edit]) for k, g in enumerate(article.edits) if g.is_furniture}
    paper = set().union(*furniture.values())
    gone: set[int] = set()
    out = _Furniture()
    for c in claims:
        if not c.applied or c.replacement is None or c.replacement == text[c.start : c.end]:
            continue
        edit = Edit(c.start, c.end, c.replacement)
        ink = visible(text, [edit])
        beside = ink - paper
        if not ink & paper:
            if not (edit.start == edit.end and {edit.start - 1, edit.start} <= paper):
                out.rest.update(dict.fromkeys(changes(text, edit), c))
        elif edit.replacement.strip():
            if beside:
                out.rest.update(dict.fromkeys(changes(text, edit), c))
        else:
            gone |= ink & paper
            right = len(beside) <= _SLACK
            reached = tuple(k for k, own in furniture.items() if not own.isdisjoint(ink))
            out.judged.append(Judged(edit, c, right, reached))
            out.spoiled += 0 if right else len(beside)
    out.repaired = {k for k, ink in furniture.items() if is_gone(ink, gone)}
    return out


def is_gone(ink: set[int], gone: set[int]) -> bool:
    """Whether so much of a piece of furniture's ink is gone that it is repaired."""
    return len(ink & gone) >= _REMOVED * len(ink)


class _Member(NamedTuple):
    """A gold edit (with its index) or an applied change (None), and the span it may stand in."""

    start: int
    end: int
    edit: Edit
    gold: int | None


def _members(article: GoldArticle, changes: Iterable[Edit]) -> list[_Member]:
    """All that is to be compared; furniture is judged elsewhere."""
    out = []
    for k, gold in enumerate(article.edits):
        if not gold.is_furniture:
            out.append(_Member(*reach(article.text, gold.edit), gold.edit, k))
    return out + [_Member(e.start, e.end, e, None) for e in changes]


def reach(text: str, edit: Edit) -> tuple[int, int]:
    """The span of an edit and of its smallest leftmost form, which may stand elsewhere: a cluster must hold both."""
    smallest = canonical(text, edit)
    return min(smallest.start, edit.start), max(smallest.end, edit.end)


def _clusters(members: Iterable[_Member]) -> list[list[_Member]]:
    """Groups of members whose spans touch, in order of place."""
    out: list[list[_Member]] = []
    end = -1
    for m in sorted(members, key=lambda m: (m.start, m.end)):
        if out and m.start <= end:
            out[-1].append(m)
            end = max(end, m.end)
        else:
            out.append([m])
            end = m.end
    return out


@dataclass(slots=True)
class _Cluster:
    """How a cluster was judged; damage and left are edit distances to its gold text."""

    damage: int
    left: int
    judged: list[Judged]
    repaired: set[int]


def _judge_cluster(
    article: GoldArticle, members: Sequence[_Member], claims: Mapping[Edit, Claim]
) -> _Cluster:
    gold = {m.gold: article.edits[m.gold] for m in members if m.gold is not None}
    applied = [m.edit for m in members if m.gold is None]
    must = [g.edit for g in gold.values() if not g.optional]
    may = [g.edit for g in gold.values() if g.optional][:_OPTIONAL_AT_ONCE]
    window = Window(article.text, members[0].start, max(m.end for m in members))
    wanted = window.after(must)
    damage = Levenshtein.distance(window.after(()), wanted)
    mine = _matches(article.text, gold, applied)
    if applied and must and _as_a_whole(window, applied, must, may):
        required = {k for k, g in gold.items() if not g.optional}
        # where each gold edit has an edit of its own, each is repaired by that alone
        each = required <= set(mine.values())
        golds = {e: tuple(k for k in sorted(required) if not each or mine.get(e) == k) for e in applied}
        return _Cluster(damage, 0, [Judged(e, claims[e], True, golds[e]) for e in applied], required)

    judged: list[Judged] = []
    made: list[Edit] = []
    for edit in applied:
        k = mine.get(edit)
        if k is not None:
            if not gold[k].optional:
                judged.append(Judged(edit, claims[edit], True, (k,)))
                # an alternative is as right, so it leaves no distance either
                made.append(gold[k].edit)
        elif not any(e.start <= edit.start and edit.end <= e.end for e in may):
            judged.append(Judged(edit, claims[edit], False))
            made.append(edit)
    repaired = set(mine.values())
    return _Cluster(damage, Levenshtein.distance(window.after(made), wanted), judged, repaired)


def _matches(text: str, gold: Mapping[int, GoldEdit], applied: Sequence[Edit]) -> dict[Edit, int]:
    """Which gold edit each applied one has the effect of, or of an alternative; no gold edit twice."""
    forms = {k: _right_forms(text, g) for k, g in gold.items()} if applied else {}
    out: dict[Edit, int] = {}
    for edit in applied:
        k = next((k for k, forms_of in forms.items() if edit in forms_of), None)
        if k is not None:
            out[edit] = k
            del forms[k]
    return out


def _as_a_whole(window: Window, applied: Sequence[Edit], must: Sequence[Edit], may: Sequence[Edit]) -> bool:
    """Whether the applied changes make the gold text, with any of the optional edits or none."""
    got = window.after(applied)
    return any(
        got == window.after([*must, *chosen]) for n in range(len(may) + 1) for chosen in combinations(may, n)
    )


def _right_forms(text: str, gold: GoldEdit) -> set[Edit]:
    """The smallest leftmost forms of a gold edit and its alternatives."""
    forms = set()
    for replacement in (gold.edit.replacement, *gold.alternatives):
        if replacement != text[gold.edit.start : gold.edit.end]:
            forms.add(canonical(text, Edit(gold.edit.start, gold.edit.end, replacement)))
    return forms


def _detected(article: GoldArticle, claims: Sequence[Claim], repaired: set[int]) -> frozenset[int]:
    text = article.text
    seen: set[int] = set()
    if any(g.is_furniture for g in article.edits):
        seen = visible(text, claims)

    def is_found(gold: GoldEdit) -> bool:
        if gold.is_furniture:
            ink = visible(text, [gold.edit])
            return len(ink & seen) >= _COVERED * len(ink)
        return any(_points_at(c, gold) for c in claims)

    return frozenset(k for k, g in enumerate(article.edits) if k in repaired or is_found(g))


def _points_at(c: Claim, gold: GoldEdit, *, any_furniture: bool = False) -> bool:
    """Whether a claim touches a gold edit and is at most 20 characters longer than it.

    An insertion point is touched within one character. With `any_furniture` a claim that touches
    furniture may be of any length.
    """
    start, end = gold.edit.start, gold.edit.end
    if start == end or c.start == c.end:
        touches = c.start <= end + 1 and start <= c.end + 1
    else:
        touches = c.start < end and start < c.end
    return touches and (
        (any_furniture and gold.is_furniture) or c.end - c.start <= end - start + _MUCH_LONGER
    )
