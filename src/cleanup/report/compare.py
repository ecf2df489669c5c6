"""Runs compared: what they counted, in which of their tools they differ, and what is news from one to the next.

comparison = compare(["reports/monday", "reports/tuesday"])
tables = frames(comparison)          # pandas; or frames(["reports/monday", "reports/tuesday"])
tables["rule"].pivot(index="rule", columns="run", values="per_1000")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleanup.report.compare_change import Change, Difference, changes, differences, told
from cleanup.report.compare_runs import Count, Dimension, RunCounts, read_runs

if TYPE_CHECKING:
    from pandas import DataFrame

# The columns of the tables, so that an empty one has them, too.
_RUNS = (
    "run",
    "folder",
    "status",
    "day",
    "started",
    "read",
    "articles",
    "changed",
    "unchanged",
    "rejected",
    "chars",
    "count",
    "applied",
    "per_1000",
    "per_10000",
)
_COUNTS = ("count", "applied", "per_1000", "per_10000", "articles", "chars")
_CHANGES = tuple(Change.__dataclass_fields__)
_DIFFERENCES = tuple(Difference.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs in their order, every test of each with the one before it, and in what these differ."""

    runs: tuple[RunCounts, ...]
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]

    @property
    def has_days(self) -> bool:
        return any("day" in run.tables for run in self.runs)

    @property
    def news(self) -> list[Change]:
        """The changes that are no noise, the latest pair of runs first, in each the surest first."""
        place = {run.name: -n for n, run in enumerate(self.runs)}
        return sorted((c for c in self.changes if c.change), key=lambda c: (place[c.after], c.p))

    def keys(self, by: Dimension) -> list[str]:
        """The keys that any run has, the most frequent first; days in their order."""
        keys = {k for run in self.runs for k in run.tables[by]}
        if by == "day":
            return sorted(keys)
        most = {k: max(self._rank(run, by, k) for run in self.runs) for k in keys}
        return sorted(keys, key=lambda k: (-most[k], k))

    def _rank(self, run: RunCounts, by: Dimension, key: str) -> float:
        """Findings of all articles of the run: a source of one bad article is not the worst of the dump."""
        return 1000 * run.of(by, key).found / run.articles if run.articles else 0.0

    def reasons(self) -> list[str]:
        """Reasons of rejects that any run has, the most frequent first."""
        keys = {k for run in self.runs for k in run.reasons}
        return sorted(keys, key=lambda k: (-max(r.reasons.get(k, 0) for r in self.runs), k))


def compare(runs: Sequence[str | Path], *, days: bool = False) -> Comparison:
    """Compare output folders of `cleanup run`, in their order, each with the one before it.

    days  count by day, too, for which articles.jsonl is read line by line (once, in bounded memory)
    Raises InputError for a folder that holds no run or a file of it that cannot be read, UsageError for a run that is
    named twice.
    """
    read = read_runs(runs, days=days)
    pairs = list(pairwise(read))
    return Comparison(
        tuple(read),
        tuple(c for a, b in pairs for c in changes(a, b)),
        tuple(d for a, b in pairs for d in differences(a, b)),
    )


def frames(runs: Comparison | Sequence[str | Path], *, days: bool = False) -> dict[str, DataFrame]:
    """The tables of a comparison as tidy data frames: a row for each run and key, also where a run has none of it.

    runs         run, folder, status, day, started, read, articles, changed, unchanged, rejected, chars, count, …
    rule, kind, tier
                 run, rule (kind, tier), count, applied, per_1000 (of articles), per_10000 (of characters), articles and
                 chars (of the run), found_in: the articles that have it
    source, day  run, source (day), count, applied, per_1000, per_10000, articles and chars (of the source or day)
    reason       run, reason, count, per_1000 (of what was read)
    version      run, version, value: digests, and options with -- in front of them
    change       every count of two runs in turn, tested; `change` is "" where it is no news. See `compare_change`
    difference   before, after, name, was, now, learned

    "day" is there with `days`, or where the comparison has it. Raises as `compare` does.
    """
    import pandas as pd

    all_of = runs if isinstance(runs, Comparison) else compare(runs, days=days)
    bys: tuple[Dimension, ...] = ("rule", "kind", "tier", "source", *(("day",) if all_of.has_days else ()))
    tables: dict[str, DataFrame] = {"runs": pd.DataFrame([_run(r) for r in all_of.runs], columns=_RUNS)}
    for by in bys:
        own = by in ("source", "day")
        rows = [
            {"run": r.name, by: k, **_count(r.of(by, k), own=own)}
            for k in all_of.keys(by)
            for r in all_of.runs
        ]
        columns = ("run", by, *_COUNTS, *(() if own else ("found_in",)))
        tables[by] = pd.DataFrame(rows, columns=columns)
    reasons = [
        {"run": r.name, "reason": k, "count": n, "per_1000": 1000 * n / r.read if r.read else None}
        for k in all_of.reasons()
        for r in all_of.runs
        for n in (r.reasons.get(k, 0),)
    ]
    tables["reason"] = pd.DataFrame(reasons, columns=("run", "reason", "count", "per_1000"))
    tables["version"] = pd.DataFrame(
        [{"run": r.name, "version": k, "value": v} for r in all_of.runs for k, v in _versions(r).items()],
        columns=("run", "version", "value"),
    )
    tables["change"] = pd.DataFrame([asdict(c) for c in all_of.changes], columns=_CHANGES)
    tables["difference"] = pd.DataFrame([asdict(d) for d in all_of.differences], columns=_DIFFERENCES)
    return tables


def _run(run: RunCounts) -> dict[str, Any]:
    return {
        "run": run.name,
        "folder": str(run.folder),
        "status": run.status,
        "day": run.day,
        "started": run.started,
        "read": run.read,
        "articles": run.articles,
        "changed": run.changed,
        "unchanged": run.articles - run.changed,
        "rejected": run.rejected,
        "chars": run.total.chars,
        "count": run.total.found,
        "applied": run.total.applied,
        "per_1000": run.total.per_1000,
        "per_10000": run.total.per_10000,
    }


def _count(count: Count, *, own: bool) -> dict[str, Any]:
    return {
        "count": count.found,
        "applied": count.applied,
        "per_1000": count.per_1000,
        "per_10000": count.per_10000,
        "articles": count.articles,
        "chars": count.chars,
        **({} if own else {"found_in": count.hit}),
    }


def _versions(run: RunCounts) -> Mapping[str, str]:
    return {**run.versions, **{"--" + k.replace("_", "-"): told(v) for k, v in run.options.items()}}
