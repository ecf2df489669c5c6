"""What a confidence states: the judges' probability, mapped where measurement has shown that to be too sure.

The map of a rule is a rising line in log-odds (Platt's), so the order of its hypotheses stays; tiers and rivals are
decided before it. `benchmarks/recalibrate.py --write` fits the table on the farms tuned on and keeps a map only where
calibration error and Brier score fall on the others, too. Of commas it takes the error there from .028 to .007; for
insertions, masks and swaps, whose error differs from source to source, no map carries over, and there is none.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("calibration.json")
# Nothing is stated to be certain, or impossible: one in ten thousand is less than any measurement could show.
_LEAST = 1e-4


@cache
def _lines() -> dict[str, tuple[float, float]]:
    """Slope (above 0) and shift of each rule that has a map."""
    table = json.loads(TABLE.read_text("utf-8"))
    return {rule: (float(line["slope"]), float(line["shift"])) for rule, line in table.items()}


def stated(rule: str, probability: float) -> float:
    """The confidence that a finding of a rule states, to 4 decimals."""
    if rule not in _lines():
        return probability
    slope, shift = _lines()[rule]
    return round(_share(slope * log_odds(probability) + shift), 4)


def judged(rule: str, confidence: float) -> float:
    """The way back from `stated`: the judges' probability behind a confidence, as far as 4 decimals tell."""
    if rule not in _lines():
        return confidence
    slope, shift = _lines()[rule]
    return _share((log_odds(confidence) - shift) / slope)


def log_odds(probability: float) -> float:
    """ln p/(1-p), of a p held between one in ten thousand and the rest."""
    p = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(p / (1 - p))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
