"""findings.csv: every finding on a row, for a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from cleanup.data import Finding, Outcome
from cleanup.report.inline import action_of

if TYPE_CHECKING:
    from _csv import Writer

COLUMNS = (
    "article",
    "source",
    "file",
    "record",
    "line",
    "column",
    "start",
    "end",
    "context_before",
    "observed",
    "replacement",
    "context_after",
    "action",
    "kind",
    "rule",
    "tier",
    "confidence",
    "applied",
    "message",
)
# Characters of the text shown on each side of a finding: a clause, so that a row can be judged
# without opening the article.
_AROUND = 15
# A spreadsheet takes a cell that begins so for a formula. Full-width forms are in because some
# locales narrow them; a carriage return because it may end the cell before and begin the next.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_SUSPECT = frozenset((" ", "\n", *_FORMULA))


class FindingsCsv:
    """Writes findings.csv as findings come. UTF-8 with a byte order mark, which is how Excel knows.

    Takes a path, or a text file opened with newline="" that stays the caller's to close; for that
    one the mark is written as a character; `header` says whether it begins with the mark and the names of the columns.
    Usable as a context manager.
    """

    def __init__(self, to: str | Path | IO[str], *, header: bool = True) -> None:
        import csv

        self._owned = isinstance(to, (str, Path))
        self._file: IO[str]
        if isinstance(to, (str, Path)):
            self._file = Path(to).open("w", encoding="utf-8", newline="")  # noqa: SIM115 closed in close()
        else:
            self._file = to
        self._writer: Writer = csv.writer(self._file)
        if header:
            self._file.write("\ufeff")
            self._writer.writerow(COLUMNS)

    def __enter__(self) -> FindingsCsv:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._owned:
            self._file.close()

    def add(self, outcome: Outcome) -> None:
        """A row for each finding of an article, with the text around it."""
        text = outcome.document.text
        for f in outcome.findings:
            self._row(f, text[max(0, f.start - _AROUND) : f.start], text[f.end : f.end + _AROUND])

    def add_finding(self, finding: Finding) -> None:
        """A row for a finding whose article is not at hand; the columns of the context stay empty."""
        self._row(finding, "", "")

    def _row(self, f: Finding, before: str, after: str) -> None:
        row: tuple[Any, ...] = (
            _told(f.article),
            _told(f.source),
            _told(f.file),
            f.record,
            f.line,
            f.column,
            f.start,
            f.end,
            cell(before),
            cell(f.observed),
            None if f.replacement is None else cell(f.replacement),
            cell(after),
            action_of(f),
            f.kind,
            _told(f.rule),
            f.tier,
            f"{f.confidence:g}",
            "true" if f.applied else "false",
            _told(f.message),
        )
        self._writer.writerow(row)


class Rows:
    """Rows of findings.csv as bytes, without its header: what a worker hands back."""

    def __init__(self) -> None:
        self._file = io.StringIO(newline="")
        self._table = FindingsCsv(self._file, header=False)

    def add(self, outcome: Outcome) -> None:
        """A row for each finding of an article."""
        self._table.add(outcome)

    def taken(self) -> bytes:
        """The rows."""
        return self._file.getvalue().encode()


def header() -> bytes:
    """What findings.csv begins with."""
    file = io.StringIO(newline="")
    FindingsCsv(file)
    return file.getvalue().encode()


def cell(value: str) -> str:
    """A string that a spreadsheet shows and does not run: what looks like a formula gets a `'` in front.

    >>> cell("=1+1"), cell("招聘")
    ("'=1+1", '招聘')
    """
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()
    # most begin with neither a blank nor a sign
    return "'" + value if value[:1] in _SUSPECT and value.lstrip(" \n").startswith(_FORMULA) else value


# What one row after another says again.
_told = lru_cache(maxsize=1024)(cell)


def write_csv(to: str | Path | IO[str], findings: Iterable[Finding]) -> None:
    """findings.csv of findings without their articles, streamed."""
    with FindingsCsv(to) as table:
        for finding in findings:
            table.add_finding(finding)
