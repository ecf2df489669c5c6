"""Whether the confidence of rules and detectors is what comes of them, without any channel.

    python benchmarks/rule_confidence.py GOLD…

For each rule and tier the share right on all gold files together with its interval, beside what it states; then both
tiers in total. Suggestions on undamaged articles are wrong by definition. A flag offers no repair: it is right where it
points at damage.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from cleanup.data import Document
from cleanup.evaluate import Calibrator, Scorer, claim, judge, read_gold
from cleanup.evaluate.calibration import interval
from cleanup.pipeline import Cleaner
from cleanup.recurrence import LineCounts
from cleanup.verify import load_verified


def main(paths: list[Path]) -> None:
    calibrator = Calibrator()
    counts: Counter[tuple[str, str, float, bool]] = Counter()
    rules = load_verified()
    for path in paths:
        articles = read_gold(path).articles
        lines = LineCounts()
        for a in articles:
            lines.add(a.source, a.text)
        cleaner = Cleaner(rules, recurrence=lines.freeze())
        for a in articles:
            claims = [claim(f) for f in cleaner.clean(Document(a.id, a.text, a.source)).findings]
            calibrator.add(a, claims, Scorer().add(a, claims))
            for c in claims:
                if c.replacement is None:
                    counts[c.tier, c.rule, c.confidence or 0.0, judge(a, [c]).good_flags > 0] += 1
    made: Counter[tuple[str, str, float]] = Counter()
    right: Counter[tuple[str, str, float]] = Counter()
    for c, n in calibrator.result().changes.items():
        counts[c.tier, c.rule, c.confidence, c.right] += n
    for (tier, rule, confidence, is_right), n in counts.items():
        for key in ((tier, rule, confidence), (tier, "all", 0.0)):
            made[key] += n
            right[key] += n * is_right
    for key, n in sorted(made.items()):
        tier, rule, confidence = key
        low, high = interval(right[key], n)
        stated = f"stated {confidence:g}" if confidence else ""
        print(
            f"{tier:8} {rule:34} {right[key]:6} of {n:6} = {right[key] / n:.3f} [{low:.2f}, {high:.2f}] {stated}"
        )


if __name__ == "__main__":
    main([Path(p) for p in sys.argv[1:]])
