"""What of a comparison is shown, in words: the same on a terminal, on the page and in the plots."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cleanup.report.compare import Comparison
from cleanup.report.compare_change import Change, Difference
from cleanup.report.compare_runs import Count, Dimension, RunCounts
from cleanup.report.compare_words import CompareWords
from cleanup.report.inline import plain

# Characters of a digest or a value of an option that are shown.
_VALUE = 24
# A day of fewer articles is not drawn beside days of more: its rate is mostly chance.
_THIN = 20
_ARROWS = {"new": "＋", "gone": "－", "up": "↑", "down": "↓"}


@dataclass(frozen=True, slots=True)
class Row:
    """A key of a table: its count in each run, and the news of it from each run to the next, or None."""

    key: str
    name: str
    counts: tuple[Count, ...]
    news: tuple[Change | None, ...]

    @property
    def rates(self) -> tuple[float | None, ...]:
        return tuple(c.per_1000 for c in self.counts)


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of a dimension, and how many are left out."""

    by: Dimension
    rows: tuple[Row, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Day:
    """A point of the chart of days."""

    day: datetime.date
    per_1000: float
    articles: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two runs in turn: the news, notes on where it may come from, and what each learned from its own input."""

    before: RunCounts
    after: RunCounts
    notes: tuple[str, ...]
    learned: str
    news: tuple[Change, ...]
    left_out: int

    @property
    def quiet(self) -> bool:
        """Nothing to be told of it but that there is nothing."""
        return not self.news and not self.notes


class View:
    """A comparison as it is shown: all news, and tables of the dimensions `by`; of each `top` rows (0: all)."""

    def __init__(
        self, comparison: Comparison, words: CompareWords, by: Sequence[Dimension], top: int
    ) -> None:
        self.comparison, self.words, self.by, self.top = comparison, words, by, top
        self.runs = comparison.runs

    @property
    def notes(self) -> list[str]:
        """What holds of single runs: not finished, counted from lines."""
        out = []
        for run in self.runs:
            name = plain(run.name)
            if run.status != "finished":
                status = self.words.of("status", run.status)
                out.append(self.words("unfinished", name=name, status=status))
            if run.lines:
                out.append(self.words("from_lines", name=name))
        return out

    def pairs(self) -> list[Pair]:
        """Each run with the one before it, the latest first."""
        out = []
        for before, after in reversed(list(pairwise(self.runs))):
            of = (before.name, after.name)
            news = [c for c in self.comparison.changes if c.change and (c.before, c.after) == of]
            differing = [d for d in self.comparison.differences if (d.before, d.after) == of]
            first = news[: self.top or None]
            notes = tuple(self._notes(before, after, differing))
            # lines that recur are other ones in every dump; channels may be compared with `cleanup channel diff`
            names = [d.name for d in differing if d.learned and d.name == "channels"]
            learned = self.words("learned", listed=self.words("join").join(names)) if names else ""
            out.append(Pair(before, after, notes, learned, tuple(first), len(news) - len(first)))
        return out

    def quiet(self, pairs: Sequence[Pair]) -> str:
        """One sentence for all pairs of which there is nothing to tell; "" where there is none."""
        names = [self.pair(p) for p in reversed(pairs) if p.quiet]
        return self.words("news.quiet", listed=self.words("join").join(names)) if names else ""

    def pair(self, pair: Pair) -> str:
        return self.words("pair", before=plain(pair.before.name), after=plain(pair.after.name))

    def _notes(self, before: RunCounts, after: RunCounts, differing: Sequence[Difference]) -> list[str]:
        words, out = self.words, []
        tools = [
            words("tools.one", name=d.name, was=self.value(d.was), now=self.value(d.now))
            for d in differing
            if not d.learned
        ]
        if tools:
            out.append(words("tools", listed=words("join").join(tools)))
        parts = [plain(run.name) for run in (before, after) if run.status != "finished"]
        if parts:
            out.append(words("in_part", listed=words("join").join(parts)))
        elif before.inputs and before.inputs == after.inputs:
            out.append(words("same_input"))
        return out

    def value(self, text: str) -> str:
        """A digest or the value of an option, as far as there is room."""
        clean = plain(text)
        return self.words("none") if not clean else clean if len(clean) <= _VALUE else clean[:_VALUE] + "…"

    @property
    def one_day_each(self) -> bool:
        """Whether each run is of one day, so that all of them are one line over the days."""
        return all(len(run.tables.get("day", {})) <= 1 for run in self.runs)

    def days(self) -> list[list[Day]]:
        """The lines of the chart of days: one for each run, or one of all runs, where each is of one day.

        Days that are not known are left out, and those of few articles, where there are others.
        """
        rows = [row for row in self.table("day", 0).rows if row.key]
        most = max((c.articles for row in rows for c in row.counts), default=0)
        least = _THIN if most >= _THIN else 1
        lines = [
            [
                Day(datetime.date.fromisoformat(row.key), c.per_1000 or 0.0, c.articles)
                for row in rows
                if (c := row.counts[n]).articles >= least
            ]
            for n in range(len(self.runs))
        ]
        if self.one_day_each:
            return [sorted((day for line in lines for day in line), key=lambda d: d.day)]
        return lines

    def tables(self) -> list[Table]:
        """The tables of the dimensions that are shown and that have a row."""
        return [t for by in self.by if (t := self.table(by)).rows]

    def table(self, by: Dimension, top: int | None = None) -> Table:
        """The first rows of a dimension, of days the latest ones; `top` of them where it is given, and 0 is all."""
        keys, top = self.comparison.keys(by), self.top if top is None else top
        first = keys[: top or None] if by != "day" else keys[-top:]
        # of a source, news of its findings stands before news of its share of the articles
        news = sorted(
            (c for c in self.comparison.changes if c.by == by and c.change), key=lambda c: c.measure
        )
        told = {(c.before, c.after, c.key): c for c in news}
        rows = [
            Row(
                key,
                self.name(by, key),
                tuple(run.of(by, key) for run in self.runs),
                tuple(told.get((a.name, b.name, key)) for a, b in pairwise(self.runs)),
            )
            for key in first
        ]
        return Table(by, tuple(rows), len(keys) - len(rows))

    def name(self, by: str, key: str) -> str:
        """What a key is called."""
        if not key and by in ("source", "day"):
            return self.words("source.name" if by == "source" else "unknown_day")
        return plain(self.words.name(by, key) if by in ("kind", "tier", "reason") else key)

    def told(self, change: Change) -> str:
        """A change in a word: ↑ ×1.8, or new."""
        arrow = _ARROWS[change.change] if change.change else ""
        what = self.words.of("change", change.change)
        ratio = f" ×{change.ratio:.2g}" if change.ratio is not None else ""
        return f"{arrow} {what}{ratio}"


def rate(value: float | None) -> str:
    """A rate with three digits, or – where there is none."""
    if value is None:
        return "–"
    if not value:
        return "0"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def spark(rates: Sequence[float | None]) -> str:
    """Rates as bars of one character, for a terminal."""
    most = max((r for r in rates if r), default=0.0)
    return "".join(" " if r is None else "▁▂▃▄▅▆▇█"[round(7 * r / most) if most else 0] for r in rates)
