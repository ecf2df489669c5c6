"""What the scripts that fit judges share: how well one does, and where its weights are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from cleanup.decode.judge import WEIGHTS, Judge, as_table


def recalls(p: np.ndarray, right: np.ndarray, gold: int, bars: Sequence[float]) -> str:
    """The largest recall at each precision: of the surest hypotheses so many that as large a share is right."""
    hits = np.cumsum(right[np.argsort(-p, kind="stable")])
    precision = hits / np.arange(1, len(hits) + 1)
    out = []
    for least in bars:
        good = np.flatnonzero(precision >= least)
        out.append(f"{hits[good[-1]] / max(1, gold) if len(good) else 0:.3f}")
    return " ".join(out)


def right_by_p(p: np.ndarray, right: np.ndarray, edges: Sequence[float], digits: int = 3) -> str:
    """The share that is right, and how many there are, of those with p between each two edges; the last edge is 1."""
    out = []
    for lo, hi in zip(edges, (*edges[1:], 1.01), strict=True):
        of = (p >= lo) & (p < hi)
        out.append(f"[{lo}] {right[of].mean() if of.any() else 0:.{digits}f} of {of.sum()}")
    return ", ".join(out)


def write(judges: Mapping[str, Judge]) -> None:
    """Put judges among the weights that ship, in place of those of the same questions."""
    table = {**json.loads(WEIGHTS.read_text("utf-8")), **{q: as_table(j) for q, j in judges.items()}}
    WEIGHTS.write_text(json.dumps(dict(sorted(table.items())), indent=1, ensure_ascii=False) + "\n", "utf-8")
