"""Figures on gold data, and the floors that they may not fall under."""

from cleanup.evaluate.calibration import Calibration, Calibrator
from cleanup.evaluate.figures import Miss, Scores, Tally
from cleanup.evaluate.floors import Breach, LimitChange, check, update
from cleanup.evaluate.gold import Claim, Gold, GoldArticle, GoldEdit, claim, read_findings, read_gold
from cleanup.evaluate.score import Scorer, score
from cleanup.evaluate.verdict import Verdict, judge

__all__ = [
    "Breach",
    "Calibration",
    "Calibrator",
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
    "claim",
    "judge",
    "read_findings",
    "read_gold",
    "score",
    "update",
]
