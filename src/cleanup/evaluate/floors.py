"""Quality floors: figures that were reached once and may not be lost in silence.

They are kept in one JSON file, by the name of the gold file that they were measured on:

    {"version": 1, "gold": {"gold.jsonl": {"digest": "…", "articles": 120,
      "floors": {"precision": 0.97, …, "by_type": {"dropped_char": 0.61, …}},
      "ceilings": {"harm_per_10k": 0.4},
      "history": [{"date": "2024-05-01", "reason": "…", "lowered": {"recall": [0.61, 0.58]}}]}}}

Floors of `by_type` are recall. In code and messages a nested figure is named with a dot,
`by_type.dropped_char`. The functions read no clock: the date is the caller's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from cleanup.errors import FloorError
from cleanup.evaluate.figures import Scores

VERSION = 1
# Figures are rounded to four decimals: one step of the last is noise of rounding, two are a loss.
TOLERANCE = 1e-4
# Binary fractions: 0.9 - 0.8999 comes out a little above 1e-4.
_FLOAT_NOISE = 1e-9

# macro_f0.5 beside the totals: a large source hides what a small one loses
_FLOORED = ("precision", "recall", "f0.5", "macro_f0.5", "net", "detection_precision")
_CEILED = ("harm_per_10k",)
_BY_TYPE = "by_type"

# The options of `cleanup evaluate` that call `update`, as messages name them.
_RECORD = "--update-baseline"
_LOWER_ZH = f'{_RECORD} --lower "原因"'
_LOWER_EN = f'{_RECORD} --lower "reason"'


@dataclass(frozen=True, slots=True)
class Breach:
    """A figure on the wrong side of its limit; measured is None where it is not measured any more."""

    figure: str
    limit: float
    measured: float | None
    is_ceiling: bool

    def tell(self, lang: str) -> str:
        """One line: the figure, what was measured, its limit."""
        got = _number(self.measured, lang)
        if lang == "zh":
            return f"{self.figure}:{got},{'高于上限' if self.is_ceiling else '低于下限'} {_number(self.limit, lang)}"
        side = "above its ceiling of" if self.is_ceiling else "under its floor of"
        return f"{self.figure}: {got}, {side} {_number(self.limit, lang)}"


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit that an update moved; old is None where it is new, new is None where it is gone."""

    figure: str
    old: float | None
    new: float | None

    def tell(self, lang: str) -> str:
        return f"{self.figure} {_number(self.old, lang)} → {_number(self.new, lang)}"


@dataclass(slots=True)
class _Entry:
    """The floors on one gold file, `by_type` flattened to dotted names."""

    digest: str
    articles: int
    floors: dict[str, float]
    ceilings: dict[str, float]
    history: list[dict[str, Any]] = field(default_factory=list)


def check(baseline_path: Path, gold_name: str, digest: str, scores: Scores) -> list[Breach]:
    """The figures that are worse than their limits by more than TOLERANCE.

    Raises FloorError where there is nothing to compare with: no file, no floors for this gold
    file, floors that belong to other data, figures on a part of the data, a malformed file.
    """
    entries = _read(baseline_path)
    if gold_name not in entries:
        raise FloorError(
            f"没有 {gold_name} 的质量下限；用 `cleanup evaluate {gold_name} {_RECORD}` 记录",
            f"no floors for {gold_name}; record them with `cleanup evaluate {gold_name} {_RECORD}`",
            where=str(baseline_path),
        )
    entry = entries[gold_name]
    if entry.digest != digest:
        raise FloorError(
            f"{gold_name} 的质量下限属于另一份数据({entry.digest}，现为 {digest});"
            f"如数据应当更换，用 `{_LOWER_ZH}` 重新记录",
            f"the floors for {gold_name} belong to other data ({entry.digest}, not {digest}); "
            f"if the data is meant to differ, record anew with `{_LOWER_EN}`",
            where=str(baseline_path),
        )
    _refuse_part(baseline_path, gold_name, entry, scores)
    return _breaches(entry, scores)


def update(
    baseline_path: Path,
    gold_name: str,
    digest: str,
    scores: Scores,
    *,
    date: str,
    lower_reason: str | None = None,
) -> list[LimitChange]:
    """Record the figures: limits get stricter on their own, and looser only for a stated reason.

    Figures within TOLERANCE of a limit leave it alone. Without a reason (blank counts as none) a
    limit that would get looser, or another digest, is a FloorError that names each figure with
    its old and new value, and nothing is written. With one, the reason and what was lowered go
    into the history under `date` (ISO 8601). Returns the limits that moved.
    """
    entries = _read(baseline_path) if baseline_path.exists() else {}
    reason = (lower_reason or "").strip()
    floors, ceilings = _figures(scores)
    new = _Entry(digest, scores.articles, floors, ceilings)
    old = entries.get(gold_name)
    if old is None:
        new.history = [{"date": date, "reason": reason or "first recorded"}]
        old = _Entry(digest, scores.articles, {}, {})
    else:
        if old.digest == digest:
            _refuse_part(baseline_path, gold_name, old, scores)
        lost = [LimitChange(b.figure, b.limit, b.measured) for b in _breaches(old, scores)]
        if not reason and (lost or old.digest != digest):
            _refuse(baseline_path, gold_name, old.digest, digest, lost)
        new.history = list(old.history)
        if lost or old.digest != digest:
            new.history.append(_remark(date, reason, old.digest, digest, lost))
        if old.digest == digest:
            lowered = {c.figure for c in lost}
            new.floors = _stricter(old.floors, floors, lowered, max)
            new.ceilings = _stricter(old.ceilings, ceilings, lowered, min)
    entries[gold_name] = new
    _write(baseline_path, entries)
    return _moved(old, new)


def _figures(scores: Scores) -> tuple[dict[str, float], dict[str, float]]:
    """Floors and ceilings that the scores would set; figures that are not defined set none."""
    figures = scores.as_dict()
    floors = {name: figures[name] for name in _FLOORED}
    floors |= {f"{_BY_TYPE}.{kind}": tally.recall for kind, tally in scores.by_type.items()}
    ceilings = {name: figures[name] for name in _CEILED}
    return (
        {name: value for name, value in floors.items() if value is not None},
        {name: value for name, value in ceilings.items() if value is not None},
    )


def _breaches(entry: _Entry, scores: Scores) -> list[Breach]:
    floors, ceilings = _figures(scores)
    out = []
    for name, limit in sorted(entry.floors.items()):
        got = floors.get(name)
        if got is None or limit - got > TOLERANCE + _FLOAT_NOISE:
            out.append(Breach(name, limit, got, False))
    for name, limit in sorted(entry.ceilings.items()):
        got = ceilings.get(name)
        if got is None or got - limit > TOLERANCE + _FLOAT_NOISE:
            out.append(Breach(name, limit, got, True))
    return out


def _stricter(
    old: Mapping[str, float],
    measured: Mapping[str, float],
    lowered: set[str],
    strictest: Callable[[float, float], float],
) -> dict[str, float]:
    """The limits after an update: the stricter of old and measured, the measured one where lowered."""
    out = dict(measured)
    for name, limit in old.items():
        if name not in lowered:
            out[name] = strictest(limit, measured[name])
    return out


def _moved(old: _Entry, new: _Entry) -> list[LimitChange]:
    before, after = old.floors | old.ceilings, new.floors | new.ceilings
    return [
        LimitChange(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _remark(date: str, reason: str, old: str, new: str, lost: list[LimitChange]) -> dict[str, Any]:
    remark: dict[str, Any] = {"date": date, "reason": reason}
    if lost:
        remark["lowered"] = {c.figure: [c.old, c.new] for c in lost}
    if old != new:
        remark["digest"] = [old, new]
    return remark


def _refuse(path: Path, name: str, old: str, new: str, lost: list[LimitChange]) -> NoReturn:
    def named(lang: str) -> str:
        changes = [c.tell(lang) for c in lost]
        return (";" if lang == "zh" else "; ").join(
            [f"digest {old} → {new}", *changes] if old != new else changes
        )

    raise FloorError(
        f"{name} 的质量下限不会在没有说明的情况下放宽：{named('zh')}。如确有必要，用 `{_LOWER_ZH}` 写明原因",
        f"the floors for {name} are not lowered in silence: {named('en')}. "
        f"If it has to be, state why with `{_LOWER_EN}`",
        where=str(path),
    )


def _refuse_part(path: Path, name: str, entry: _Entry, scores: Scores) -> None:
    """Figures on some of the articles are not comparable with floors on all of them."""
    if scores.articles != entry.articles:
        raise FloorError(
            f"{name} 的质量下限基于 {entry.articles} 篇文章，这次只评估了 {scores.articles} 篇；请评估全部文章",
            f"the floors for {name} are on {entry.articles} articles, these figures on {scores.articles}; "
            "evaluate all of them",
            where=str(path),
        )


def _number(value: float | None, lang: str) -> str:
    if value is None:
        return "无" if lang == "zh" else "none"
    return f"{value:.4f}"


# --- the file ------------------------------------------------------------------------------------


def _write(path: Path, entries: Mapping[str, _Entry]) -> None:
    """Write the whole file or none of it; keys are sorted so that a diff shows what changed."""
    gold = {name: _as_json(entry) for name, entry in entries.items()}
    text = json.dumps({"version": VERSION, "gold": gold}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.tmp")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _as_json(entry: _Entry) -> dict[str, Any]:
    prefix = f"{_BY_TYPE}."
    floors: dict[str, Any] = {k: v for k, v in entry.floors.items() if not k.startswith(prefix)}
    by_type = {k.removeprefix(prefix): v for k, v in entry.floors.items() if k.startswith(prefix)}
    if by_type:
        floors[_BY_TYPE] = by_type
    return {
        "digest": entry.digest,
        "articles": entry.articles,
        "floors": floors,
        "ceilings": entry.ceilings,
        "history": entry.history,
    }


def _read(path: Path) -> dict[str, _Entry]:
    """The entries by gold name. Anything missing or malformed is a FloorError, never an empty table."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as e:
        raise FloorError(
            f"无法读取质量下限：{e.strerror}；用 `{_RECORD}` 记录",
            f"the floors cannot be read: {e.strerror}; record them with `{_RECORD}`",
            where=str(path),
        ) from e
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise FloorError("不是 UTF-8", "not UTF-8", where=f"{path}:{line}") from e
    try:
        root = json.loads(text)
    except json.JSONDecodeError as e:
        raise FloorError(f"不是 JSON:{e.msg}", f"not JSON: {e.msg}", where=f"{path}:{e.lineno}") from e
    return _Baseline(path, text).entries(root)


class _Baseline:
    """Reads the parsed file, and finds the line of what is wrong in its text."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def entries(self, root: object) -> dict[str, _Entry]:
        if not isinstance(root, dict):
            self._fail((), "应为 JSON 对象", "must be a JSON object")
        if root.get("version") != VERSION:
            self._fail(("version",), f"应为 {VERSION}", f"must be {VERSION}")
        gold = self._table(root, ("gold",))
        return {name: self._entry(gold, ("gold", name)) for name in gold}

    def _entry(self, gold: dict[str, Any], at: tuple[str, ...]) -> _Entry:
        record = self._table(gold, at)
        digest, articles, history = (record.get(k) for k in ("digest", "articles", "history"))
        if not isinstance(digest, str) or not digest:
            self._fail((*at, "digest"), "应为字符串", "must be a string")
        if not isinstance(articles, int) or isinstance(articles, bool):
            self._fail((*at, "articles"), "应为整数", "must be an integer")
        if not isinstance(history, list) or not all(isinstance(h, dict) for h in history):
            self._fail((*at, "history"), "应为对象的列表", "must be a list of objects")
        floors = self._limits(record, (*at, "floors"), nested=_BY_TYPE)
        if not floors:
            # f0.5 is always defined: a file without any floor was not written by `update`
            self._fail((*at, "floors"), "不能为空", "must not be empty")
        return _Entry(digest, articles, floors, self._limits(record, (*at, "ceilings")), history)

    def _limits(self, record: dict[str, Any], at: tuple[str, ...], nested: str = "") -> dict[str, float]:
        """A table of numbers; the table under the key `nested` is flattened to dotted names."""
        out: dict[str, float] = {}
        table = self._table(record, at)
        for name, value in table.items():
            if name == nested:
                inner = self._limits(table, (*at, name))
                out |= {f"{name}.{key}": limit for key, limit in inner.items()}
            elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                out[name] = value
            else:
                # NaN too: no figure is under it
                self._fail((*at, name), "应为有限的数", "must be a finite number")
        return out

    def _table(self, record: dict[str, Any], at: tuple[str, ...]) -> dict[str, Any]:
        table = record.get(at[-1])
        if not isinstance(table, dict):
            self._fail(at, "应为对象", "must be an object")
        return table

    def _fail(self, at: tuple[str, ...], zh: str, en: str) -> NoReturn:
        name = ".".join(at[2:] or at)
        raise FloorError(
            f"{name} {zh}".strip(), f"{name} {en}".strip(), where=f"{self._path}:{self._line(at)}"
        )

    def _line(self, at: tuple[str, ...]) -> int:
        """The line of a nested key, or of the innermost key above it that is there.

        The parser keeps no places: each key is looked for behind the one that holds it, which
        finds it in files laid out as `update` writes them.
        """
        offset = 0
        for key in at:
            found = re.compile(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:").search(
                self._text, offset
            )
            if found is None:
                break
            offset = found.start()
        return self._text.count("\n", 0, offset) + 1
