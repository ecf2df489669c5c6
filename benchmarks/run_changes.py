"""What `cleanup report` tells of two runs that differ by chance alone, and what it finds where a rule changed.

    cleanup run ../shared/bench/garbled.jsonl ../shared/bench/clean.jsonl --no-learn --out RUN
    python benchmarks/run_changes.py RUN [--splits 200]

The articles of a run are dealt at random into two, again and again. Any news of the two is false: told are the splits
that have some, as it is, and with each finding taken for an event of its own. Then, of every rule with 100 findings,
those of the later half go from some of their articles, and it is told how often that is news.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cleanup.report import compare_change
from cleanup.report.compare_change import changes
from cleanup.report.compare_lines import Sum
from cleanup.report.compare_runs import Count, RunCounts

BANDS = ((1000, "1,000 or more"), (300, "300 to 999"), (100, "100 to 299"))


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("run", type=Path)
    ap.add_argument("--splits", type=int, default=200)
    a = ap.parse_args()
    articles = list(read(a.run))
    own = compare_change.dispersion
    for name, dispersion in (("as it is", own), ("no dispersion", lambda *_: 1.0)):
        compare_change.dispersion = dispersion
        for share in (0.5, 0.1):
            rng = random.Random(1)
            told = sum(any(c.change for c in changes(*split(articles, share, rng))) for _ in range(a.splits))
            print(f"{name}, later run {share:.0%}: news in {told} of {a.splits} splits", flush=True)
    compare_change.dispersion = own
    for kept in (0.5, 0.25):
        found, tried = planted(articles, kept)
        for _, band in BANDS:
            print(f"kept {kept:.0%} of a rule with {band} findings: told {found[band]} of {tried[band]}")


def read(run: Path) -> Iterator[dict[str, Any]]:
    """The articles, each with its findings by rule, kind and tier."""
    lines = [json.loads(x) for x in (run / "articles.jsonl").open()]
    by_place = {(x["file"], x["record"], x["article"]): x for x in lines}
    for x in lines:
        x["by"] = {by: Counter() for by in ("rule", "kind", "tier")}
    for raw in (run / "findings.jsonl").open():
        f = json.loads(raw)
        for by, counts in by_place[f["file"], f["record"], f["article"]]["by"].items():
            counts[f[by]] += 1
    yield from lines


def counted(name: str, articles: Sequence[dict[str, Any]]) -> RunCounts:
    """A run of these articles."""
    tables: dict[str, dict[str, Sum]] = {"rule": {}, "kind": {}, "tier": {}, "source": {}}
    for x in articles:
        for by, counts in x["by"].items():
            for key, n in counts.items():
                tables[by].setdefault(key, Sum()).add(n, 0)
        tables["source"].setdefault(x["source"], Sum()).add(x["findings"], 0, x["chars"])
    chars = sum(x["chars"] for x in articles)
    return RunCounts(
        name,
        Path(name),
        "finished",
        "",
        "",
        len(articles),
        0,
        0,
        Count(0, 0, 0, len(articles), chars),
        {
            by: {
                k: Count(
                    s.found,
                    0,
                    s.squares,
                    *((s.articles, s.chars) if by == "source" else (len(articles), chars)),
                )
                for k, s in table.items()
            }
            for by, table in tables.items()
        },
        {},
    )


def split(
    articles: Sequence[dict[str, Any]], share: float, rng: random.Random
) -> tuple[RunCounts, RunCounts]:
    """The articles dealt into two runs."""
    dealt = rng.sample(articles, len(articles))
    later = int(len(articles) * share)
    return counted("before", dealt[later:]), counted("after", dealt[:later])


def planted(
    articles: Sequence[dict[str, Any]], kept: float, splits: int = 6
) -> tuple[Counter[str], Counter[str]]:
    """How often a rule that lost its findings in some articles is told, by how many it had in all."""
    found, tried, rng = Counter[str](), Counter[str](), random.Random(2)
    totals = Counter[str]()
    for x in articles:
        totals.update(x["by"]["rule"])
    for _ in range(splits):
        dealt = rng.sample(articles, len(articles))
        half = len(dealt) // 2
        before = counted("before", dealt[:half])
        for rule, n in totals.items():
            band = next((name for least, name in BANDS if n >= least), None)
            if band is None:
                continue
            taken = [
                (x, x["by"]["rule"].pop(rule))
                for x in dealt[half:]
                if rule in x["by"]["rule"] and rng.random() > kept
            ]
            told = changes(before, counted("after", dealt[half:]))
            tried[band] += 1
            found[band] += any(c.change and c.by == "rule" and c.key == rule for c in told)
            for x, m in taken:
                x["by"]["rule"][rule] = m
    return found, tried


if __name__ == "__main__":
    main()
