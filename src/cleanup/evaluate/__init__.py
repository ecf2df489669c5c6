"""Figures on gold data, and the floors that they may not fall under."""

from cleanup.evaluate.floors import Breach, LimitChange, check, update
from cleanup.evaluate.gold import Claim, Gold, GoldArticle, GoldEdit, read_findings, read_gold
from cleanup.evaluate.score import Miss, Scorer, Scores, Tally, Verdict, judge, score

__all__ = [
    "Breach",
    "Claim",
    "Gold",
    "GoldArticle",
    "GoldEdit",
    "LimitChange",
    "Miss",
    "Scorer",
    "Scores",
    "Tally",
    "Verdict",
    "check",
    "judge",
    "read_findings",
    "read_gold",
    "score",
    "update",
]
