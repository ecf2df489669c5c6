"""Whether confidences would be truer if they were mapped, rule by rule: fitted on the farms tuned on, tried on the others.

    python benchmarks/recalibrate.py BENCH MODELS [--cache DIR] [--apply auto|suggest]

Platt's map (a line in log-odds) and isotonic regression are fitted to the labels of each channel rule's findings, and
the calibration error and Brier score before and after are told for both groups of farms, then by source. A map earns
its place only where both fall on the farms it was not fitted to.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from cleanup.decode.judge import fit
from cleanup.evaluate import Calibrator, Scorer, claim
from cleanup.evaluate.calibration import reliability
from decode_folds import decoded
from farms import is_tuned

Labels = list[tuple[float, bool]]
# Fewer findings on either side say nothing.
LEAST = 50


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("--cache", type=Path)
    ap.add_argument("--apply", choices=("auto", "suggest"), default="auto")
    a = ap.parse_args()
    calibrators: dict[str, Calibrator] = defaultdict(Calibrator)
    for _, x, outcome in decoded(a.bench, a.models, a.cache, "garbled", [a.apply]):
        claims = [claim(f) for f in outcome.findings]
        calibrators[x.source].add(x, claims, Scorer().add(x, claims))
    labels: dict[str, dict[str, Labels]] = defaultdict(dict)
    for source, calibrator in calibrators.items():
        for change, n in calibrator.result().changes.items():
            if change.rule.startswith("channel-"):
                labels[change.rule].setdefault(source, []).extend([(change.confidence, change.right)] * n)
    for rule, by_source in sorted(labels.items()):
        told(rule, by_source)


def told(rule: str, by_source: dict[str, Labels]) -> None:
    tuned = [x for s, own in by_source.items() if is_tuned(s) for x in own]
    others = [x for s, own in by_source.items() if not is_tuned(s) for x in own]
    if min(len(tuned), len(others)) < LEAST:
        print(f"{rule}: {len(tuned)} and {len(others)} findings, too few")
        return
    maps = {"as it is": lambda c: c, "platt": platt(tuned), "isotonic": isotonic(tuned)}
    for name, mapped in maps.items():
        before = [reliability(Counter((float(mapped(c)), right) for c, right in x)) for x in (tuned, others)]
        print(
            f"{rule} {name}: "
            + ", ".join(
                f"{group} ECE {r.ece:.4f} Brier {r.brier:.4f} of {r.edits}"
                for group, r in zip(("tuned", "confirmed"), before, strict=True)
            )
        )
    for source, own in sorted(by_source.items()):
        r = reliability(Counter(own))
        if r.edits >= LEAST:
            print(f"  {source:20} right {r.share:.3f} stated {r.mean:.3f} of {r.edits}")


def platt(labels: Labels):
    """A map p → logistic(a + b·log-odds(p)) with the a and b that make the labels likeliest."""
    odds = np.array([[log_odds(c)] for c, _ in labels])
    judge = fit(["odds"], odds, np.array([float(right) for _, right in labels]))
    return lambda c: judge.probability(np.array([[log_odds(c)]]))[0]


def isotonic(labels: Labels):
    """The rising steps nearest to the labels (pool adjacent violators), with lines between their middles."""
    own: dict[float, list[bool]] = defaultdict(list)
    for confidence, right in labels:
        own[confidence].append(right)
    blocks: list[list[float]] = []
    for confidence, rights in sorted(own.items()):
        blocks.append([confidence * len(rights), float(sum(rights)), float(len(rights))])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [x + y for x, y in zip(blocks[-1], last, strict=True)]
    at, share = np.array([[c / n, right / n] for c, right, n in blocks]).T
    return lambda c: np.interp(c, at, share)


def log_odds(confidence: float) -> float:
    p = min(max(confidence, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


if __name__ == "__main__":
    main()
