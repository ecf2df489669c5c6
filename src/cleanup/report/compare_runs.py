"""What a run counted, as far as runs are compared by it: of summary.json, or of its lines where that is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from cleanup.errors import InputError, UsageError
from cleanup.report.compare_lines import Counted, Lines

Status = Literal["finished", "interrupted", "failed", "running"]
Dimension = Literal["rule", "kind", "tier", "source", "day"]
DIMENSIONS: tuple[Dimension, ...] = ("rule", "kind", "tier", "source", "day")
_SPREAD: tuple[Dimension, ...] = ("rule", "kind", "tier")
_LOG = "run.log.json"
_STATUS: dict[str, Status] = {"finished": "finished", "interrupted": "interrupted", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Count:
    """Findings of a rule, a kind, a tier, a source or a day, and of how much text.

    found     findings; applied of them were made
    squares   the sum over articles of the square of their findings: how much findings come in clusters
    articles  articles that could have them: all that were cleaned, or those of the source or day; chars of these
    hit       articles that have one; None where it was not counted
    """

    found: int
    applied: int
    squares: int
    articles: int
    chars: int
    hit: int | None = None

    @property
    def per_1000(self) -> float | None:
        """Findings per 1,000 articles; None without articles."""
        return 1000 * self.found / self.articles if self.articles else None

    @property
    def per_10000(self) -> float | None:
        """Findings per 10,000 characters; None without text."""
        return 10_000 * self.found / self.chars if self.chars else None


@dataclass(frozen=True, slots=True)
class RunCounts:
    """A run as it is compared.

    name      the name of its folder, with as much of the path as tells it from the others
    day       of its start, ISO 8601, in UTC
    versions  digests of what it ran with; `options` what it was told beside its inputs; `inputs` identifies these
    lines     whether the counts were taken from the lines, since summary.json is not there or of another version
    tables    counts by dimension and key; "day" is there where it was asked for
    reasons   rejects by reason
    """

    name: str
    folder: Path
    status: Status
    started: str
    day: str
    read: int
    changed: int
    rejected: int
    total: Count
    tables: Mapping[Dimension, Mapping[str, Count]]
    reasons: Mapping[str, int]
    versions: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    inputs: str = ""
    lines: bool = False

    @property
    def articles(self) -> int:
        """Articles that were cleaned: those read, without the rejects."""
        return self.read - self.rejected

    def of(self, by: Dimension, key: str) -> Count:
        """The count of a key; none found where the run has not met it."""
        known = self.tables[by].get(key)
        if known is not None:
            return known
        own = by in ("source", "day")
        return Count(0, 0, 0, 0 if own else self.articles, 0 if own else self.total.chars, 0)


class _Articles(msgspec.Struct):
    read: int
    changed: int
    unchanged: int
    rejected: int


class _Findings(msgspec.Struct):
    total: int
    applied: int


class _Row(msgspec.Struct):
    auto: int
    suggest: int
    flag: int
    applied: int
    articles: int
    squares: int


class _Source(msgspec.Struct):
    articles: int
    findings: int
    applied: int
    chars: int
    squares: int


class _Summary(msgspec.Struct):
    articles: _Articles
    chars: int
    findings: _Findings
    by_rule: dict[str, _Row]
    by_kind: dict[str, _Row]
    by_tier: dict[str, _Row]
    by_source: dict[str, _Source]
    rejected_reasons: dict[str, int]
    versions: dict[str, str]


def read_runs(folders: Sequence[str | Path], *, days: bool = False) -> list[RunCounts]:
    """What each of the folders counted, in their order; articles are read one by one only where days are asked for.

    Raises InputError for a folder that holds no run or one that cannot be read, UsageError for one that is named twice.
    """
    paths = [Path(f) for f in folders]
    seen: dict[Path, Path] = {}
    for path in paths:
        real = path.resolve()
        if real in seen:
            raise UsageError("同一次运行给了两遍", "the same run is named twice", where=str(path))
        seen[real] = path
    names = _names([p.resolve() for p in paths])
    return [replace(_read(p, days=days), name=n) for p, n in zip(paths, names, strict=True)]


def _names(paths: Sequence[Path]) -> list[str]:
    """As much of the end of each path as tells it from the others."""
    deep = 1
    while True:
        names = ["/".join(p.parts[-deep:]) for p in paths]
        if len(set(names)) == len(names) or deep > max(len(p.parts) for p in paths):
            return names
        deep += 1


def _read(folder: Path, *, days: bool) -> RunCounts:
    log = _log(folder)
    started = str(log.get("started") or "")
    told, lines = _summary(folder), Lines(folder)
    if isinstance(told, _Summary):
        run = _of_summary(folder, told)
    elif lines.are_there:
        run = _of_lines(folder, lines.counted())
    elif (folder / "summary.json").exists():
        raise InputError(
            f"summary.json 是另一个版本的 cleanup 写的（{told}），逐行的记录也没有；请重新运行",
            f"summary.json was written by another version of cleanup ({told}), and there are no lines to count; "
            "run again",
            where=str(folder / "summary.json"),
        )
    else:
        raise InputError("这次运行还什么都没写下", "the run in it has written nothing yet", where=str(folder))
    status = _STATUS.get(str(log["status"]), "running")
    identity = log.get("identity") if isinstance(log.get("identity"), dict) else {}
    run = replace(
        run,
        status=status,
        started=started,
        day=started[:10],
        versions=run.versions or _identified(identity or {}),
        options={k: v for k, v in log["command"].items() if k not in ("inputs", "lang")},
        inputs=str((identity or {}).get("inputs", "")),
    )
    if days:
        by_day = lines.by_day(run.day) if lines.has_articles else {run.day: run.total}
        run = replace(run, tables={**run.tables, "day": {k: _counted(v) for k, v in by_day.items()}})
    return run


def _log(folder: Path) -> dict[str, Any]:
    """run.log.json. Raises InputError where it is not there, or not that of a `cleanup run`."""
    if not folder.is_dir():
        raise InputError("没有这个文件夹", "no such folder", where=str(folder))
    try:
        log = json.loads((folder / _LOG).read_text("utf-8"))
    except FileNotFoundError:
        log = None
    except ValueError as e:
        raise InputError(f"不是合法的 JSON：{e}", f"not valid JSON: {e}", where=str(folder / _LOG)) from e
    told = isinstance(log, dict) and isinstance(log.get("command"), dict) and "status" in log
    if not told or (folder / "groups.jsonl").exists():
        raise InputError(
            "不是 `cleanup run` 的输出文件夹",
            "is not the output folder of a `cleanup run`",
            where=str(folder),
        )
    return dict(log)


def _summary(folder: Path) -> _Summary | str:
    """summary.json, or why it cannot be gone by."""
    path = folder / "summary.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Summary)
    except FileNotFoundError:
        return ""
    except msgspec.ValidationError as e:
        return str(e)
    except msgspec.DecodeError as e:
        raise InputError(f"不是合法的 JSON：{e}", f"not valid JSON: {e}", where=str(path)) from e


def _of_summary(folder: Path, told: _Summary) -> RunCounts:
    read, chars = told.articles, told.chars
    articles = read.read - read.rejected

    def spread(rows: Mapping[str, _Row]) -> dict[str, Count]:
        return {
            k: Count(r.auto + r.suggest + r.flag, r.applied, r.squares, articles, chars, r.articles)
            for k, r in rows.items()
        }

    sources = {
        k: Count(s.findings, s.applied, s.squares, s.articles, s.chars) for k, s in told.by_source.items()
    }
    squares = sum(s.squares for s in sources.values())
    return RunCounts(
        name="",
        folder=folder,
        status="finished",
        started="",
        day="",
        read=read.read,
        changed=read.changed,
        rejected=read.rejected,
        total=Count(told.findings.total, told.findings.applied, squares, articles, chars),
        tables={
            "rule": spread(told.by_rule),
            "kind": spread(told.by_kind),
            "tier": spread(told.by_tier),
            "source": sources,
        },
        reasons=told.rejected_reasons,
        versions=told.versions,
    )


def _of_lines(folder: Path, got: Counted) -> RunCounts:
    total, rejected = got.total, sum(got.reasons.values())
    return RunCounts(
        name="",
        folder=folder,
        status="finished",
        started="",
        day="",
        read=total.articles + rejected,
        changed=got.changed,
        rejected=rejected,
        total=_counted(total),
        tables={
            **{
                by: {
                    k: Count(c.found, c.applied, c.squares, total.articles, total.chars, c.articles)
                    for k, c in got.tables[by].items()
                }
                for by in _SPREAD
            },
            "source": {k: _counted(c) for k, c in got.sources.items()},
        },
        reasons=got.reasons,
        lines=True,
    )


def _counted(c: Any) -> Count:
    return Count(c.found, c.applied, c.squares, c.articles, c.chars)


def _identified(identity: Mapping[str, Any]) -> dict[str, str]:
    """Versions as the log of a run has them that wrote no summary: channels are not among them before its end."""
    named = ("cleanup", "rules", "protected", "prior", "model")
    return {k: str(identity[k]) for k in named if identity.get(k)}
