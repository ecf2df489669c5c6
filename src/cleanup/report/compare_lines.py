"""Counts from the lines of a run: articles.jsonl, findings.jsonl and rejected.jsonl, finished or not, line by line."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import msgspec

from cleanup.errors import InputError

_PARTIAL = ".partial"
_DAY = re.compile(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_Line = TypeVar("_Line", bound=msgspec.Struct)


class _Article(msgspec.Struct):
    source: str
    chars: int
    findings: int
    applied: int
    date: str = ""


class _Finding(msgspec.Struct):
    file: str
    record: int
    article: str
    rule: str
    kind: str
    tier: str
    applied: bool


class _Reject(msgspec.Struct):
    reason: str


@dataclass(slots=True)
class Sum:
    """Findings, those applied, the squares of the findings of each article; articles and their characters."""

    found: int = 0
    applied: int = 0
    squares: int = 0
    articles: int = 0
    chars: int = 0

    def add(self, found: int, applied: int, chars: int = 0) -> None:
        """An article."""
        self.found += found
        self.applied += applied
        self.squares += found * found
        self.articles += 1
        self.chars += chars


@dataclass(slots=True)
class Counted:
    """What the lines of a run say. `articles` of a rule, kind or tier are those that it was found in."""

    changed: int = 0
    total: Sum = field(default_factory=Sum)
    sources: dict[str, Sum] = field(default_factory=dict)
    tables: dict[str, dict[str, Sum]] = field(default_factory=lambda: {"rule": {}, "kind": {}, "tier": {}})
    reasons: Counter[str] = field(default_factory=Counter)


class Lines:
    """The files of lines in the folder of a run, under their names or, unfinished, with `.partial` behind them."""

    def __init__(self, folder: Path) -> None:
        self._articles = _there(folder / "articles.jsonl")
        self._findings = _there(folder / "findings.jsonl")
        self._rejects = _there(folder / "rejected.jsonl")

    @property
    def has_articles(self) -> bool:
        return self._articles is not None

    @property
    def are_there(self) -> bool:
        return None not in (self._articles, self._findings, self._rejects)

    def counted(self) -> Counted:
        """All of the lines, counted in one pass. Raises InputError with file and line of one that is broken."""
        got = Counted()
        for article in _lines(self._articles, _Article):
            got.changed += article.applied > 0
            got.total.add(article.findings, article.applied, article.chars)
            source = got.sources.setdefault(article.source, Sum())
            source.add(article.findings, article.applied, article.chars)
        for _, group in groupby(
            _lines(self._findings, _Finding), key=lambda f: (f.file, f.record, f.article)
        ):
            here: dict[tuple[str, str], list[int]] = {}
            for f in group:
                for by, key in (("rule", f.rule), ("kind", f.kind), ("tier", f.tier)):
                    n = here.setdefault((by, key), [0, 0])
                    n[0] += 1
                    n[1] += f.applied
            for (by, key), (found, applied) in here.items():
                got.tables[by].setdefault(key, Sum()).add(found, applied)
        got.reasons.update(r.reason for r in _lines(self._rejects, _Reject))
        return got

    def by_day(self, other: str) -> dict[str, Sum]:
        """Articles by the day of their date; those whose date is not known are of the day `other`."""
        days: dict[str, Sum] = {}
        for article in _lines(self._articles, _Article):
            day = (article.date and day_of(article.date)) or other
            days.setdefault(day, Sum()).add(article.findings, article.applied, article.chars)
        return dict(sorted(days.items()))


def day_of(date: str) -> str:
    """The day of a date as ISO 8601, "" where it begins with none: 2024-05-01T08:00, 2024/5/1, 2024年5月1日."""
    m = _DAY.match(date)
    try:
        return datetime.date(*map(int, m.groups())).isoformat() if m else ""
    except ValueError:
        return ""


def _there(path: Path) -> Path | None:
    partial = path.with_name(path.name + _PARTIAL)
    return path if path.is_file() else partial if partial.is_file() else None


def _lines(path: Path | None, of: type[_Line]) -> Iterator[_Line]:
    """The lines of a file. The last one of a file that is not whole may be torn, and is passed over then."""
    if path is None:
        return
    decode = msgspec.json.Decoder(of).decode
    with path.open("rb") as f:
        for n, raw in enumerate(f, 1):
            if not raw.endswith(b"\n") and path.suffix == _PARTIAL:
                return
            try:
                yield decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError) as e:
                raise InputError(
                    f"这一行读不懂：{e}", f"the line cannot be read: {e}", where=f"{path}:{n}"
                ) from e
