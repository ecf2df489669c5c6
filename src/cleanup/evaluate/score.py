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
from collections.abc import Iterable, Mapping
from typing import Any

from cleanup.data import Finding
from cleanup.evaluate.calibration import Calibrator
from cleanup.evaluate.figures import Miss, Scores, Tally, miss
from cleanup.evaluate.gold import Claim, GoldArticle, claim
from cleanup.evaluate.verdict import Verdict, judge


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
                self._wrong.append(miss("wrong", article, j.edit, j.claim.kind, j.claim.rule))
        for k, gold in enumerate(article.edits):
            if not gold.optional and k not in verdict.repaired and len(self._missed) < self._keep:
                self._missed.append(miss("missed", article, gold.edit, gold.type, ""))


def score(
    articles: Iterable[GoldArticle],
    findings: Iterable[Finding | Claim | Mapping[str, Any]],
    *,
    keep: int = 100,
    calibrator: Calibrator | None = None,
) -> Scores:
    """The figures of findings, in any order of articles, on gold articles; they are added to `calibrator`, too."""
    by_article: defaultdict[str, list[Claim]] = defaultdict(list)
    for finding in findings:
        one = claim(finding)
        by_article[one.article].append(one)
    scorer = Scorer(keep=keep)
    for article in articles:
        claims = by_article.pop(article.id, [])
        verdict = scorer.add(article, claims)
        if calibrator is not None:
            calibrator.add(article, claims, verdict)
    scorer.add_unknown(len(by_article))
    return scorer.result()
