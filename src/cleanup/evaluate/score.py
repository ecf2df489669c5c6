"""Findings against gold: what was found, which repairs are right, what was harmed.

repair     Applied edits and the gold edits that they touch are compared as clusters: all of a
           cluster is right when it makes the text that its gold edits make, however it is cut.
           Otherwise edit by edit: right is one with the effect of a gold edit, wherever in a run
           of equal characters it stands, or of one of its alternatives. A gold edit counts once.
           precision = right / applied, undamaged articles included; recall = repaired / gold.
furniture  is judged by its visible characters (ink): a deletion that reaches into it is right
           when it takes at most one visible character beside it; it is repaired when 90 % of its
           ink is gone. Edits inside of furniture count neither for nor against.
detection  A gold edit is detected when it is repaired, or when a finding of any status points at
           it; furniture, when findings cover half of its ink. detection_precision is the share
           of the findings on damaged articles that point at damage.
net        1 - distance(output, gold text) / distance(input, gold text), in code points, furniture
           left out: the share of the damage undone, net of harm.
harm       applied edits per 10,000 code points of the articles that have no gold edits.

A figure whose denominator is 0 is None. Figures are rounded to 4 decimals, harm to 3; the overall
F0.5 is made from the rounded precision and recall, as printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any, Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

from cleanup import edits as ed
from cleanup.data import Edit, Finding
from cleanup.errors import EditError
from cleanup.evaluate.gold import Claim, GoldArticle, GoldEdit, claim

# These numbers are part of the definitions: figures measured with others are other figures.
_MUCH_LONGER = 20  # code points by which a finding may exceed the damage and still point at it
_REWRITE = 5  # code points from which a replaced span is judged change by change
_OPTIONAL_AT_ONCE = 6  # optional edits of a cluster that are tried in every combination: 64 texts
_REMOVED = 0.9  # share of furniture's ink that must be gone
_COVERED = 0.5  # share of furniture's ink that findings must cover
_SLACK = 1  # visible characters that a deletion of furniture may take beside it

_CONTEXT = 12  # code points shown on either side of a miss
_SHOWN = 30  # code points shown of a long one


# --- the figures ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of edits: by the findings' kind (applied, right) and by gold type (the other three)."""

    applied: int = 0
    right: int = 0
    gold: int = 0
    detected: int = 0
    repaired: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.applied + other.applied,
            self.right + other.right,
            self.gold + other.gold,
            self.detected + other.detected,
            self.repaired + other.repaired,
        )

    @property
    def precision(self) -> float | None:
        """right / applied."""
        return _share(self.right, self.applied)

    @property
    def recall(self) -> float | None:
        """repaired / gold."""
        return _share(self.repaired, self.gold)

    @property
    def detection(self) -> float | None:
        """detected / gold."""
        return _share(self.detected, self.gold)

    @property
    def f_half(self) -> float:
        """F0.5 of precision and recall, 0 where either is 0 or undefined."""
        precision = self.right / self.applied if self.applied else 0.0
        recall = self.repaired / self.gold if self.gold else 0.0
        return _f_half(precision, recall)


@dataclass(frozen=True, slots=True)
class Miss:
    """A wrong edit that was applied, or a gold edit that was not made; with up to 12 characters around.

    kind is the finding's kind where it is wrong and the gold type where it is missed; rule is ""
    for what was missed. start and end are code points of the article's text.
    """

    verdict: Literal["wrong", "missed"]
    article: str
    kind: str
    rule: str
    start: int
    end: int
    before: str
    observed: str
    replacement: str
    after: str

    def tell(self, lang: str) -> str:
        """One line: verdict, kind, rule, article:start, before[observed→replacement]after."""
        zh = {"wrong": "误改", "missed": "漏改"}
        verdict = zh[self.verdict] if lang == "zh" else self.verdict
        place = f"{self.before}[{self.observed}→{self.replacement}]{self.after}".replace("\n", "⏎")
        return " ".join(
            x for x in (verdict, self.kind, self.rule, f"{self.article}:{self.start}", place) if x
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """The counts of an evaluation, and the figures made of them.

    cells         counts by kind (of the finding, or gold type) and source; their margins are the rest
    clean_*       articles without gold edits: how many, their code points, edits applied to them
    flags         findings on damaged articles; good_flags those that point at damage
    damage, left  edit distance to the gold text before and after, in code points, without furniture
    bad_findings  findings with offsets outside their text
    unknown_articles  articles that have findings and are not in the gold
    """

    articles: int
    clean_articles: int
    clean_chars: int
    clean_applied: int
    flags: int
    good_flags: int
    damage: int
    left: int
    bad_findings: int
    unknown_articles: int
    cells: Mapping[tuple[str, str], Tally]
    wrong: tuple[Miss, ...] = ()
    missed: tuple[Miss, ...] = ()

    @property
    def total(self) -> Tally:
        return sum(self.cells.values(), Tally())

    @property
    def precision(self) -> float | None:
        return self.total.precision

    @property
    def recall(self) -> float | None:
        return self.total.recall

    @property
    def f_half(self) -> float:
        """F0.5 over all edits; from the rounded precision and recall."""
        total = self.total
        return _f_half(total.precision or 0, total.recall or 0)

    @property
    def detection_recall(self) -> float | None:
        return self.total.detection

    @property
    def detection_precision(self) -> float | None:
        return _share(self.good_flags, self.flags)

    @property
    def net(self) -> float | None:
        """Share of the damage undone, net of harm: 1 perfect, 0 nothing done, below 0 made worse."""
        return round(1 - self.left / self.damage, 4) if self.damage else None

    @property
    def harm_per_10k(self) -> float | None:
        """Applied edits per 10,000 code points of undamaged articles."""
        return round(10_000 * self.clean_applied / self.clean_chars, 3) if self.clean_chars else None

    @property
    def by_type(self) -> dict[str, Tally]:
        """By gold type, of types that have gold edits."""
        return {kind: t for kind, t in self._margin(0).items() if t.gold}

    @property
    def by_kind(self) -> dict[str, Tally]:
        """By the findings' kind, of kinds that were applied."""
        return {kind: t for kind, t in self._margin(0).items() if t.applied}

    @property
    def by_source(self) -> dict[str, Tally]:
        """By source, of sources that have gold edits."""
        return {source: t for source, t in self._margin(1).items() if t.gold}

    @property
    def by_kind_and_source(self) -> dict[str, dict[str, Tally]]:
        """kind → source → counts; only cells in which something was applied or is gold."""
        table: dict[str, dict[str, Tally]] = {}
        for (kind, source), tally in sorted(self.cells.items()):
            table.setdefault(kind, {})[source] = tally
        return table

    @property
    def macro_f_half(self) -> float | None:
        """Mean of F0.5 over sources that have gold edits."""
        each = [t.f_half for t in self.by_source.values()]
        return round(sum(each) / len(each), 4) if each else None

    @property
    def worst_source(self) -> tuple[str, float] | None:
        """The source with the least F0.5, the first by name of equals, and its F0.5."""
        each = {source: t.f_half for source, t in self.by_source.items()}
        return min(each.items(), key=lambda x: x[1]) if each else None

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON values, under the names that reports and floors use."""
        worst = self.worst_source
        return {
            "articles": self.articles,
            "gold_edits": self.total.gold,
            "detection_recall": self.detection_recall,
            "detection_precision": self.detection_precision,
            "precision": self.precision,
            "recall": self.recall,
            "f0.5": self.f_half,
            "macro_f0.5": self.macro_f_half,
            "worst_site_f0.5": worst[1] if worst else None,
            "net": self.net,
            "harm_per_10k": self.harm_per_10k,
            "clean_articles": self.clean_articles,
            "bad_findings": self.bad_findings,
            "unknown_articles": self.unknown_articles,
            "by_type": {
                kind: {
                    "gold": t.gold,
                    "detected": t.detected,
                    "repaired": t.repaired,
                    "detection": t.detection,
                    "recall": t.recall,
                }
                for kind, t in self.by_type.items()
            },
            "by_kind": {
                kind: {"applied": t.applied, "precision": t.precision} for kind, t in self.by_kind.items()
            },
            "by_source": {
                source: {"f0.5": t.f_half, "precision": t.precision, "recall": t.recall}
                for source, t in self.by_source.items()
            },
        }

    def misses(self, n: int) -> list[Miss]:
        """Up to n wrong and then up to n missed edits, in the order of the gold.

        No more than the scorer was told to keep.
        """
        return [*self.wrong[:n], *self.missed[:n]]

    def _margin(self, axis: Literal[0, 1]) -> dict[str, Tally]:
        """The sums of the cells along the other axis, sorted by name."""
        sums: defaultdict[str, Tally] = defaultdict(Tally)
        for key, tally in self.cells.items():
            sums[key[axis]] += tally
        return dict(sorted(sums.items()))


class Scorer:
    """Adds up articles one at a time; what it holds does not grow with the length of the gold.

    keep  how many wrong and how many missed edits are kept to be shown, the first of each
    """

    def __init__(self, *, keep: int = 100) -> None:
        self._keep = keep
        self._cells: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
        self._wrong: list[Miss] = []
        self._missed: list[Miss] = []
        self._articles = self._clean_articles = self._clean_chars = self._clean_applied = 0
        self._flags = self._good_flags = self._damage = self._left = 0
        self._bad_findings = self._unknown_articles = 0

    def add(self, article: GoldArticle, findings: Iterable[Finding | Claim | Mapping[str, Any]]) -> Verdict:
        """Judge the findings of one article and count them; returns how they were judged."""
        verdict = judge(article, [claim(f) for f in findings])
        self._articles += 1
        self._damage += verdict.damage
        self._left += verdict.left
        self._bad_findings += verdict.bad_findings
        if article.edits:
            self._flags += verdict.flags
            self._good_flags += verdict.good_flags
        else:
            self._clean_articles += 1
            self._clean_chars += len(article.text)
            self._clean_applied += len(verdict.judged)
        self._count_cells(article, verdict)
        self._keep_misses(article, verdict)
        return verdict

    def add_unknown(self, articles: int = 1) -> None:
        """Count articles that have findings and are not in the gold."""
        self._unknown_articles += articles

    def result(self) -> Scores:
        """The figures over all that was added so far."""
        return Scores(
            articles=self._articles,
            clean_articles=self._clean_articles,
            clean_chars=self._clean_chars,
            clean_applied=self._clean_applied,
            flags=self._flags,
            good_flags=self._good_flags,
            damage=self._damage,
            left=self._left,
            bad_findings=self._bad_findings,
            unknown_articles=self._unknown_articles,
            cells=dict(self._cells),
            wrong=tuple(self._wrong),
            missed=tuple(self._missed),
        )

    def _count_cells(self, article: GoldArticle, verdict: Verdict) -> None:
        for j in verdict.judged:
            self._cells[j.claim.kind, article.source] += Tally(applied=1, right=int(j.right))
        for k, gold in enumerate(article.edits):
            if not gold.optional:
                self._cells[gold.type, article.source] += Tally(
                    gold=1, detected=int(k in verdict.detected), repaired=int(k in verdict.repaired)
                )

    def _keep_misses(self, article: GoldArticle, verdict: Verdict) -> None:
        for j in verdict.judged:
            if not j.right and len(self._wrong) < self._keep:
                self._wrong.append(_miss("wrong", article, j.edit, j.claim.kind, j.claim.rule))
        for k, gold in enumerate(article.edits):
            if not gold.optional and k not in verdict.repaired and len(self._missed) < self._keep:
                self._missed.append(_miss("missed", article, gold.edit, gold.type, ""))


def score(
    articles: Iterable[GoldArticle],
    findings: Iterable[Finding | Claim | Mapping[str, Any]],
    *,
    keep: int = 100,
) -> Scores:
    """The figures of findings, in any order of articles, on gold articles."""
    by_article: defaultdict[str, list[Claim]] = defaultdict(list)
    for finding in findings:
        one = claim(finding)
        by_article[one.article].append(one)
    scorer = Scorer(keep=keep)
    for article in articles:
        scorer.add(article, by_article.pop(article.id, ()))
    scorer.add_unknown(len(by_article))
    return scorer.result()


# --- one article ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """An applied change in its smallest leftmost form, the claim it is of, and whether it is right."""

    edit: Edit
    claim: Claim
    right: bool


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
    furniture = {k: _ink(text, [g.edit]) for k, g in enumerate(article.edits) if g.is_furniture}
    paper = set().union(*furniture.values())
    gone: set[int] = set()
    out = _Furniture()
    for c in claims:
        if not c.applied or c.replacement is None or c.replacement == text[c.start : c.end]:
            continue
        edit = Edit(c.start, c.end, c.replacement)
        ink = _ink(text, [edit])
        beside = ink - paper
        if not ink & paper:
            if not (edit.start == edit.end and {edit.start - 1, edit.start} <= paper):
                out.rest.update(dict.fromkeys(_changes(text, edit), c))
        elif edit.replacement.strip():
            if beside:
                out.rest.update(dict.fromkeys(_changes(text, edit), c))
        else:
            gone |= ink & paper
            right = len(beside) <= _SLACK
            out.judged.append(Judged(edit, c, right))
            out.spoiled += 0 if right else len(beside)
    out.repaired = {k for k, ink in furniture.items() if len(ink & gone) >= _REMOVED * len(ink)}
    return out


class _Member(NamedTuple):
    """A gold edit (with its index) or an applied change (None), and the span it may stand in."""

    start: int
    end: int
    edit: Edit
    gold: int | None


def _members(article: GoldArticle, changes: Iterable[Edit]) -> list[_Member]:
    """All that is to be compared; furniture is judged elsewhere."""
    members = []
    for k, gold in enumerate(article.edits):
        if not gold.is_furniture:
            e = gold.edit
            # the smallest leftmost form may stand elsewhere: a cluster must hold both places
            c = canonical(article.text, e)
            members.append(_Member(min(c.start, e.start), max(c.end, e.end), e, k))
    members += [_Member(e.start, e.end, e, None) for e in changes]
    return members


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
    window = _Window(article.text, members[0].start, max(m.end for m in members))
    wanted = window.after(must)
    damage = Levenshtein.distance(window.after(()), wanted)
    if applied and must and _as_a_whole(window, applied, must, may):
        required = {k for k, g in gold.items() if not g.optional}
        return _Cluster(damage, 0, [Judged(e, claims[e], True) for e in applied], required)

    forms = {k: _right_forms(article.text, g) for k, g in gold.items()}
    judged: list[Judged] = []
    repaired: set[int] = set()
    made: list[Edit] = []
    for edit in applied:
        k = next((k for k in gold if k not in repaired and edit in forms[k]), None)
        if k is not None:
            repaired.add(k)
            if not gold[k].optional:
                judged.append(Judged(edit, claims[edit], True))
                # an alternative is as right, so it leaves no distance either
                made.append(gold[k].edit)
        elif not any(e.start <= edit.start and edit.end <= e.end for e in may):
            judged.append(Judged(edit, claims[edit], False))
            made.append(edit)
    return _Cluster(damage, Levenshtein.distance(window.after(made), wanted), judged, repaired)


def _as_a_whole(window: _Window, applied: Sequence[Edit], must: Sequence[Edit], may: Sequence[Edit]) -> bool:
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
        seen = _ink(text, claims)

    def is_found(gold: GoldEdit) -> bool:
        if gold.is_furniture:
            ink = _ink(text, [gold.edit])
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


# --- edits and texts -----------------------------------------------------------------------------


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


def _changes(text: str, edit: Edit) -> list[Edit]:
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
class _Window:
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


def _ink(text: str, spans: Iterable[Edit] | Iterable[Claim]) -> set[int]:
    """The offsets of visible characters in the spans."""
    return {i for span in spans for i in range(span.start, span.end) if not text[i].isspace()}


def _miss(
    verdict: Literal["wrong", "missed"], article: GoldArticle, edit: Edit, kind: str, rule: str
) -> Miss:
    text, cut = article.text, min(edit.end, edit.start + _SHOWN)
    return Miss(
        verdict=verdict,
        article=article.id,
        kind=kind,
        rule=rule,
        start=edit.start,
        end=edit.end,
        before=text[max(0, edit.start - _CONTEXT) : edit.start],
        observed=text[edit.start : cut] + ("…" if cut < edit.end else ""),
        replacement=edit.replacement,
        after=text[edit.end : edit.end + _CONTEXT],
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _f_half(precision: float, recall: float) -> float:
    """F0.5: the harmonic mean that weighs precision four times as much as recall."""
    if not precision or not recall:
        return 0.0
    return round(1.25 * precision * recall / (0.25 * precision + recall), 4)
