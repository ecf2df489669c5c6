"""From evidence to a probability: one logistic model for each question, its weights in `weights.json`.

Where columns depend on each other, products of pairs are columns, too.

`benchmarks/fit_judges.py` fits them; docs/channels.md says on what and how well they are calibrated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Crossed:
    """Columns of evidence whose products speak, too: what is odd after 的 may be common elsewhere.

    columns   numbers of the columns, shape (k,)
    low, high bounds that a column is held to before it is multiplied, shape (k,): a product of two outliers says
              nothing of two ordinary values
    weights   of the products, shape (k, k), upper triangle
    """

    columns: npt.NDArray[np.int64]
    low: F64
    high: F64
    weights: F64

    def of(self, evidence: F64) -> F64:
        """The columns, held to their bounds, shape (n, k)."""
        return np.clip(evidence[:, self.columns], self.low, self.high)

    def log_odds(self, evidence: F64) -> F64:
        """What the products add to ln p/(1-p), shape (n,)."""
        held = self.of(evidence)
        out: F64 = np.einsum("ij,ij->i", held @ self.weights, held)
        return out


@dataclass(frozen=True, slots=True)
class Judge:
    """Weights of named columns of evidence, and of products of some of them, and what it says without any."""

    names: tuple[str, ...]
    weights: F64
    bias: float
    crossed: Crossed | None = None

    def log_odds(self, evidence: F64) -> F64:
        """ln p/(1-p) for each row of evidence, shape (n,)."""
        out: F64 = evidence @ self.weights + self.bias
        if self.crossed is not None:
            out += self.crossed.log_odds(evidence)
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
    crossed = None
    if bounds := table.get("crossed"):
        crossed = _crossed(names, bounds)
        at = {name: i for i, name in enumerate(bounds)}
        for pair, weight in table["products"].items():
            one, other = pair.split(" ")
            crossed.weights[at[one], at[other]] = weight
    return Judge(names, np.array([table["weights"][n] for n in names]), float(table["bias"]), crossed)


def as_table(judge: Judge) -> dict[str, Any]:
    """A judge as it stands in `weights.json`."""
    out: dict[str, Any] = {
        "bias": round(judge.bias, 4),
        "weights": {n: round(float(w), 4) for n, w in zip(judge.names, judge.weights, strict=True)},
    }
    if (crossed := judge.crossed) is not None:
        named = [judge.names[i] for i in crossed.columns.tolist()]
        bounds = zip(crossed.low.tolist(), crossed.high.tolist(), strict=True)
        out["crossed"] = dict(zip(named, map(list, bounds), strict=True))
        out["products"] = {
            f"{named[i]} {named[j]}": round(float(crossed.weights[i, j]), 5)
            for i, j in zip(*np.triu_indices(len(named)), strict=True)
        }
    return out


def _crossed(names: Sequence[str], bounds: Mapping[str, Sequence[float]]) -> Crossed:
    return Crossed(
        np.array([names.index(n) for n in bounds], np.int64),
        np.array([lo for lo, _ in bounds.values()], np.float64),
        np.array([hi for _, hi in bounds.values()], np.float64),
        np.zeros((len(bounds), len(bounds))),
    )


def fit(
    names: Sequence[str],
    evidence: F64,
    right: F64,
    *,
    ridge: float = 1.0,
    cross: Mapping[str, Sequence[float]] | None = None,
) -> Judge:
    """Weights that make the labels likeliest, by Newton's method on standardised columns.

    evidence  shape (n, len(names)); right  0 or 1 a row, shape (n,)
    ridge     how strongly weights of standardised columns are held to 0
    cross     names whose products are weighed as well, each with the bounds that it is held to
    """
    crossed = _crossed(names, cross) if cross else None
    columns, pairs = evidence, np.triu_indices(len(cross or ()))
    if crossed is not None:
        held = crossed.of(evidence)
        columns = np.hstack([evidence, held[:, pairs[0]] * held[:, pairs[1]]])
    weights, bias = _likeliest(columns, right, ridge)
    if crossed is not None:
        crossed.weights[pairs] = weights[len(names) :]
    return Judge(tuple(names), weights[: len(names)], bias, crossed)


def _likeliest(evidence: F64, right: F64, ridge: float) -> tuple[F64, float]:
    mean, scale = evidence.mean(0), np.maximum(evidence.std(0), 1e-9)
    x = np.hstack([(evidence - mean) / scale, np.ones((len(evidence), 1))])
    hold = np.append(np.full(evidence.shape[1], ridge), 1e-6)
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (right - p) - hold * w
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(hold), gradient)
        w += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-6:
            break
    weights = w[:-1] / scale
    return weights, float(w[-1] - weights @ mean)
