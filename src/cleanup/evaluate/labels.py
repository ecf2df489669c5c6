"""Every finding that offers a repair, applied or not, as right, wrong or neutral.

What is applied is labelled as `verdict.judge` judges it, so that these labels give the same precision. What is only
suggested is judged by the same code as if it were made on top of what is applied beside it, each suggestion by itself.
Applied edits that it overlaps, or that are the same change, are left out then.
Labels are of changes in the smallest form: a rewritten line may have several. A finding of which no change counts is
neutral: inside of optional damage, or of page furniture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleanup.data import TIERS, Edit
from cleanup.edits import spans_overlap
from cleanup.evaluate.changes import changes, visible
from cleanup.evaluate.gold import Claim, GoldArticle
from cleanup.evaluate.verdict import Judged, Verdict, is_gone, judge, reach


@dataclass(frozen=True, slots=True)
class Level:
    """What it takes for a gold edit to be repaired: findings of at least this confidence; of this tier or a surer one.

    Each is the best that any way to repair it asks for, and the two need not be of one way.
    """

    confidence: float
    tier: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The changes of an article's findings that state a confidence, and what would repair which gold edit.

    judged   right and wrong changes, applied or not
    neutral  findings with a repair of which nothing counts
    silent   how many findings with a repair state no confidence; they are not among the others
    levels   by index of the gold edit; one that nothing repairs has none
    """

    judged: tuple[Judged, ...]
    neutral: tuple[Claim, ...]
    silent: int
    levels: Mapping[int, Level]


def label(article: GoldArticle, claims: Sequence[Claim], verdict: Verdict) -> Labels:
    """The labels of an article's findings, the applied ones as `verdict` has judged them: a pure function."""
    offered = [c for c in claims if _offers(article.text, c)]
    judged = list(verdict.judged)
    ways = [judged]
    spoke = {id(j.claim) for j in judged}
    neutral = [c for c in offered if c.applied and id(c) not in spoke]
    standing: list[Judged] = []
    for place in _places(article, offered):
        for claim in place.standing:
            own, beside = place.judge(article, claim)
            standing += own
            together = {j.golds for j in own}
            ways.append(own + [j for j in beside if j.golds in together])
            if not own:
                neutral.append(claim)
    judged = [*judged, *standing]
    return Labels(
        judged=tuple(j for j in judged if j.claim.confidence is not None),
        neutral=tuple(c for c in neutral if c.confidence is not None),
        silent=sum(c.confidence is None for c in offered),
        levels={**_levels(article, ways), **_furniture_levels(article, judged)},
    )


def _offers(text: str, c: Claim) -> bool:
    """Whether a claim is a repair, and of this text."""
    return 0 <= c.start <= c.end <= len(text) and c.replacement not in (None, text[c.start : c.end])


# --- what is not applied -------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
    """What touches: gold edits (by index), applied claims, and claims that stand unapplied."""

    golds: list[int] = field(default_factory=list)
    applied: list[Claim] = field(default_factory=list)
    standing: list[Claim] = field(default_factory=list)

    def judge(self, article: GoldArticle, claim: Claim) -> tuple[list[Judged], list[Judged]]:
        """How a standing claim, were it made, and the applied ones beside it would be judged."""
        text = article.text
        same = set(_changes(text, claim))
        made = replace(claim, applied=True)
        company = [
            c
            for c in self.applied
            if not spans_overlap(c.start, c.end, claim.start, claim.end)
            and same.isdisjoint(_changes(text, c))
        ]
        near = replace(article, edits=tuple(article.edits[k] for k in self.golds))
        own: list[Judged] = []
        beside: list[Judged] = []
        for j in judge(near, [*company, made]).judged:
            golds = tuple(self.golds[k] for k in j.golds)
            if j.claim is made:
                own.append(replace(j, claim=claim, golds=golds))
            else:
                beside.append(replace(j, golds=golds))
        return own, beside


def _places(article: GoldArticle, offered: Sequence[Claim]) -> list[_Place]:
    """The places of an article at which claims stand unapplied."""
    members: list[tuple[int, int, int | Claim]] = []
    for k, gold in enumerate(article.edits):
        members.append((*reach(article.text, gold.edit), k))
    for c in offered:
        spans = [(c.start, c.end), *((e.start, e.end) for e in _changes(article.text, c))]
        members.append((min(s for s, _ in spans), max(e for _, e in spans), c))
    out: list[_Place] = []
    end = -1
    for start, stop, what in sorted(members, key=lambda m: m[:2]):
        if start > end:
            out.append(_Place())
        end = max(end, stop)
        place = out[-1]
        if isinstance(what, int):
            place.golds.append(what)
        else:
            (place.applied if what.applied else place.standing).append(what)
    order = {id(c): n for n, c in enumerate(offered)}
    for place in out:
        # of insertions at one point the order of the files is meant
        place.golds.sort()
        place.applied.sort(key=lambda c: order[id(c)])
    return [p for p in out if p.standing]


def _changes(text: str, c: Claim) -> list[Edit]:
    return changes(text, Edit(c.start, c.end, c.replacement or ""))


# --- what repairs the gold -----------------------------------------------------------------------


def _levels(article: GoldArticle, ways: Iterable[Iterable[Judged]]) -> dict[int, Level]:
    """The levels of gold edits that are no furniture. Edits that are right together only ask for all of them."""
    best: dict[int, Level] = {}
    for way in ways:
        together: defaultdict[tuple[int, ...], list[Claim]] = defaultdict(list)
        for j in way:
            if j.right and j.golds:
                together[j.golds].append(j.claim)
        for golds, made_by in together.items():
            stated = [c.confidence for c in made_by if c.confidence is not None]
            if len(stated) < len(made_by):
                continue
            level = Level(min(stated), max((c.tier for c in made_by), key=_rank))
            for k in golds:
                if not article.edits[k].is_furniture:
                    best[k] = _better(best.get(k), level)
    return best


def _furniture_levels(article: GoldArticle, judged: Iterable[Judged]) -> dict[int, Level]:
    """The levels of furniture: it is repaired when the deletions together leave little of its ink."""
    reaching: defaultdict[int, list[Judged]] = defaultdict(list)
    for j in judged:
        for k in j.golds:
            if article.edits[k].is_furniture and j.claim.confidence is not None:
                reaching[k].append(j)
    out: dict[int, Level] = {}
    for k, gold in enumerate(article.edits):
        if not gold.is_furniture:
            continue
        ink = visible(article.text, [gold.edit])
        if not ink:
            # blank furniture counts as gone, whatever is done
            out[k] = Level(1.0, TIERS[0])
            continue
        deletions = reaching[k]
        surest = _enough(article.text, ink, sorted(deletions, key=lambda j: -(j.claim.confidence or 0)))
        first = _enough(article.text, ink, sorted(deletions, key=lambda j: _rank(j.claim.tier)))
        if surest is not None and first is not None:
            out[k] = Level(surest.claim.confidence or 0.0, first.claim.tier)
    return out


def _enough(text: str, ink: set[int], deletions: Iterable[Judged]) -> Judged | None:
    """The deletion, of some in this order, with which the ink is gone."""
    gone: set[int] = set()
    for j in deletions:
        gone |= visible(text, [j.edit])
        if is_gone(ink, gone):
            return j
    return None


def _better(a: Level | None, b: Level) -> Level:
    if a is None:
        return b
    return Level(max(a.confidence, b.confidence), min(a.tier, b.tier, key=_rank))


def _rank(tier: str) -> int:
    """The surest tier first; one that is none last."""
    return TIERS.index(tier) if tier in TIERS else len(TIERS)
