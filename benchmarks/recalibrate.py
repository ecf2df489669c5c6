"""Whether confidences would be truer if they were mapped, rule by rule: fitted on the farms tuned on, tried on the others.

    python benchmarks/recalibrate.py BENCH MODELS [--cache DIR] [--apply auto|suggest] [--write]

Platt's map (a line in log-odds) and isotonic regression are fitted to the labels of each channel rule's findings, and
the calibration error and Brier score before and after are told for both groups of farms, then by source. A map earns
its place only where both fall on the farms it was not fitted to; with --write those of Platt's that do are the table
that `cleanup.decode.calibrate` reads. What stands in it now is undone first, so this can be run again.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from cleanup.decode.calibrate import TABLE, judged, log_odds
from cleanup.decode.judge import Judge, fit
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
    ap.add_argument("--write", action="store_true")
    a = ap.parse_args()
    calibrators: dict[str, Calibrator] = defaultdict(Calibrator)
    for _, x, outcome in decoded(a.bench, a.models, a.cache, "garbled", [a.apply]):
        claims = [claim(f) for f in outcome.findings]
        calibrators[x.source].add(x, claims, Scorer().add(x, claims))
    labels: dict[str, dict[str, Labels]] = defaultdict(dict)
    for source, calibrator in calibrators.items():
        for change, n in calibrator.result().changes.items():
            if change.rule.startswith("channel-"):
                p = judged(change.rule, change.confidence)
                labels[change.rule].setdefault(source, []).extend([(p, change.right)] * n)
    lines = {rule: line for rule, own in sorted(labels.items()) if (line := told(rule, own))}
    if a.write:
        TABLE.write_text(json.dumps(lines, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def told(rule: str, by_source: dict[str, Labels]) -> dict[str, float] | None:
    """Tell what maps of a rule would do; gives Platt's where it earns its place."""
    tuned = [x for s, own in by_source.items() if is_tuned(s) for x in own]
    others = [x for s, own in by_source.items() if not is_tuned(s) for x in own]
    if min(len(tuned), len(others)) < LEAST:
        print(f"{rule}: {len(tuned)} and {len(others)} findings, too few")
        return None
    line = platt(tuned)
    maps = {"as it is": lambda c: c, "platt": through(line), "isotonic": isotonic(tuned)}
    figures = {
        name: [reliability(Counter((float(mapped(c)), right) for c, right in x)) for x in (tuned, others)]
        for name, mapped in maps.items()
    }
    for name, (here, there) in figures.items():
        print(
            f"{rule} {name}: tuned ECE {here.ece:.4f} Brier {here.brier:.4f} of {here.edits}, "
            f"confirmed ECE {there.ece:.4f} Brier {there.brier:.4f} of {there.edits}"
        )
    for source, own in sorted(by_source.items()):
        r = reliability(Counter(own))
        if r.edits >= LEAST:
            print(f"  {source:20} right {r.share:.3f} stated {r.mean:.3f} of {r.edits}")
    earned = all(
        after.ece < before.ece and after.brier < before.brier
        for before, after in zip(figures["as it is"], figures["platt"], strict=True)
    )
    slope, shift = round(float(line.weights[0]), 4), round(line.bias, 4)
    return {"slope": slope, "shift": shift} if earned and slope > 0 else None


def platt(labels: Labels) -> Judge:
    """A line in log-odds, p → logistic(shift + slope·log-odds(p)), that makes the labels likeliest."""
    odds = np.array([[log_odds(c)] for c, _ in labels])
    return fit(["odds"], odds, np.array([float(right) for _, right in labels]))


def through(line: Judge):
    return lambda c: line.probability(np.array([[log_odds(c)]]))[0]


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


if __name__ == "__main__":
    main()
