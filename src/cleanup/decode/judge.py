"""From evidence to a probability: one logistic model for each question, its weights in `weights.json`.

`benchmarks/fit_judges.py` fits them; docs/channels.md says on what and how well they are calibrated.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Judge:
    """Weights of named columns of evidence, and what it says without any."""

    names: tuple[str, ...]
    weights: F64
    bias: float

    def log_odds(self, evidence: F64) -> F64:
        """ln p/(1-p) for each row of evidence, shape (n,)."""
        out: F64 = evidence @ self.weights + self.bias
        return out

    def probability(self, evidence: F64) -> F64:
        """p for each row of evidence, shape (n,)."""
        out: F64 = 1.0 / (1.0 + np.exp(-np.clip(self.log_odds(evidence), -40, 40)))
        return out


@cache
def judge(question: str, names: tuple[str, ...]) -> Judge:
    """The judge of a question, for columns in the order of `names`; ValueError where it was fitted to others."""
    table = json.loads(WEIGHTS.read_text("utf-8"))[question]
    if set(table["weights"]) != set(names):
        raise ValueError(f"weights of {question} are for {sorted(table['weights'])}, not {sorted(names)}")
    return Judge(names, np.array([table["weights"][n] for n in names]), float(table["bias"]))


def fit(names: Sequence[str], evidence: F64, right: F64, *, ridge: float = 1.0) -> Judge:
    """Weights that make the labels likeliest, by Newton's method on standardised columns.

    evidence  shape (n, len(names)); right  0 or 1 a row, shape (n,)
    ridge     how strongly weights of standardised columns are held to 0
    """
    mean, scale = evidence.mean(0), np.maximum(evidence.std(0), 1e-9)
    x = np.hstack([(evidence - mean) / scale, np.ones((len(evidence), 1))])
    hold = np.append(np.full(len(names), ridge), 1e-6)
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (right - p) - hold * w
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(hold), gradient)
        w += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-6:
            break
    weights = w[:-1] / scale
    return Judge(tuple(names), weights, float(w[-1] - weights @ mean))
