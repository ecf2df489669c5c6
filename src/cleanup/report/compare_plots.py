"""Plots of a comparison, with matplotlib: a sheet of small multiples for each table, and a line over the days."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cleanup.report.compare_change import Change
from cleanup.report.compare_view import Row, Table, View, rate
from cleanup.report.inline import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _QUIET, _GRID = "#1f2328", "#565c66", "#e3e6ea"
_BAR, _UP, _DOWN = "#9aa1ab", "#b3362a", "#1a7f4b"
_LINES = ("#2459a8", "#b3362a", "#1a7f4b", "#b8590b", "#5a3b98", "#565c66")
_COLUMNS, _PANELS = 4, 16
_PANEL = 2.0, 1.25  # inches
_NAME_MAX = 30


def figures(view: View) -> Iterator[tuple[str, Figure]]:
    """The figures, each with the name of its file: rules.svg, kinds.svg, tiers.svg, sources.svg, days.svg."""
    for table in view.tables():
        if table.by == "day":
            yield "days.svg", _days(view)
        else:
            yield f"{table.by}s.svg", _sheet(view, table)


def _sheet(view: View, table: Table) -> Figure:
    """A panel for each key: a bar for each run, coloured where it is news."""
    rows = table.rows[:_PANELS]
    columns = min(_COLUMNS, len(rows))
    head = 0.72
    width, height = max(_PANEL[0] * columns, 6.4) + 0.2, _PANEL[1] * math.ceil(len(rows) / columns) + head
    title = f"{view.words.of('by', table.by)} · {view.words('col.per_1000')}"
    names = " → ".join(_short(run.name) for run in view.runs[:: max(1, len(view.runs) - 1)])
    figure = _headed(width, height, title, names)
    for n, row in enumerate(rows):
        down, across = divmod(n, columns)
        left, low = across * _PANEL[0] + 0.2, height - head - (down + 1) * _PANEL[1] + 0.2
        box = (left / width, low / height, (_PANEL[0] - 0.3) / width, (_PANEL[1] - 0.55) / height)
        _panel(figure.add_axes(box), row)
    return figure


def _panel(axes: Axes, row: Row) -> None:
    rates = [r or 0.0 for r in row.rates]
    news: tuple[Change | None, ...] = (None, *row.news)
    colours = [_BAR if c is None else _UP if c.change in ("new", "up") else _DOWN for c in news]
    axes.bar(range(len(rates)), rates, color=colours, width=0.8)
    axes.set_xlim(-0.6, max(len(rates), 4) - 0.4)
    axes.set_ylim(0, max(rates) * 1.05 or 1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    ends = [rate(row.rates[0]), rate(row.rates[-1])] if len(rates) > 1 else [rate(row.rates[0])]
    _text(axes, 0, 1.28, _short(row.name), fontsize=7.5, color=_INK, transform=axes.transAxes)
    _text(axes, 0, 1.07, " → ".join(ends), fontsize=6.5, color=_QUIET, transform=axes.transAxes)


def _days(view: View) -> Figure:
    """Findings per 1,000 articles over days, a line for each run; one for all, where each is of one day."""
    import matplotlib.dates

    # not all of it is typed
    dates: Any = matplotlib.dates
    width, height = 7.2, 3.4
    figure = _headed(width, height, view.words("chart.day"), view.words("chart.lines"))
    axes = figure.add_axes((0.5 / width, 0.35 / height, (width - 0.8) / width, (height - 1.2) / height))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=_GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    series = view.days()
    largest = max((p.articles for line in series for p in line), default=1)
    for n, points in enumerate(series):
        days: list[Any] = [p.day for p in points]
        rates = [p.per_1000 for p in points]
        sizes = [2 + 22 * p.articles / largest for p in points]
        colour = _LINES[n % len(_LINES)]
        label = "" if view.one_day_each else _short(view.runs[n].name)
        axes.plot(days, rates, color=colour, linewidth=1.1, label=label)
        axes.scatter(days, rates, s=sizes, color=colour, linewidths=0)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=2, maxticks=6))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%Y-%m-%d"))
    if len(series) > 1:
        axes.legend(
            frameon=False, fontsize=6.5, ncols=8, loc="lower left", bbox_to_anchor=(0, 1.0), borderpad=0
        )
    return figure


def _headed(width: float, height: float, title: str, below: str) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="white")
    _text(figure, 0.2 / width, 1 - 0.27 / height, title, fontsize=10, color=_INK)
    _text(figure, 0.2 / width, 1 - 0.45 / height, below, fontsize=7, color=_QUIET)
    return figure


def _text(on: Figure | Axes, x: float, y: float, line: str, **more: Any) -> None:
    """Text by its baseline; a $ in it is a $."""
    on.text(x, y, line, va="baseline", parse_math=False, **more)


def _short(name: str) -> str:
    clean = plain(name)
    return clean if len(clean) <= _NAME_MAX else clean[: _NAME_MAX - 1] + "…"
