"""Charts of the page that compares runs, as inline SVG in the colours of its style sheet; all of them are text."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from html import escape

from cleanup.report.compare_change import Change
from cleanup.report.compare_view import Row, View, rate

# Bars of a row: more runs than this are no bars any more, and the latest are shown.
_BARS_MAX = 40
_HEIGHT, _ROOM = 30, 150
# The chart of days, in its own units: about pixels at the full width of the page.
_WIDE, _HIGH, _LEFT, _RIGHT, _TOP, _LOW = 816, 270, 46, 12, 16, 30
# Lines that are told apart by colour; more runs begin with the first again.
_COLOURS = 6


def bars(view: View, row: Row) -> str:
    """A bar for each run: findings per 1,000 articles, coloured where they are news."""
    runs = view.runs[-_BARS_MAX:]
    rates = row.rates[-_BARS_MAX:]
    # news is of pairs: none of the first run
    news: tuple[Change | None, ...] = (None, *row.news)[-_BARS_MAX:]
    step = min(22.0, _ROOM / len(runs))
    most = max((r for r in rates if r), default=0.0)
    out = []
    for n, (run, value, change) in enumerate(zip(runs, rates, news, strict=True)):
        high = max(1.0, (_HEIGHT - 2) * value / most) if value and most else 0.0
        kind = f' class="{_colour(change)}"' if change else ""
        says = f"{run.name}: {rate(value)}" + (f" {view.told(change)}" if change else "")
        drawn = f'<rect x="{n * step:.1f}" y="{_HEIGHT - high:.1f}" width="{max(step - 2, 1):.1f}" height="{high:.1f}"{kind}/>'
        # the whole column answers the pointer, also where the bar is low
        out.append(
            f'<g><rect class="room" x="{n * step:.1f}" y="0" width="{step:.1f}" height="{_HEIGHT}"/>'
            f"{drawn}<title>{_safe(says)}</title></g>"
        )
    width = step * len(runs)
    told = ", ".join(map(rate, rates))
    return (
        f'<svg class="bars" viewBox="0 0 {width:.0f} {_HEIGHT}" width="{width:.0f}" height="{_HEIGHT}" role="img" '
        f'aria-label="{_safe(told)}">{"".join(out)}<path d="M0 {_HEIGHT - 0.5}H{width:.0f}"/></svg>'
    )


def _colour(change: Change) -> str:
    return "up" if change.change in ("new", "up") else "down"


def days(view: View) -> str:
    """Findings per 1,000 articles over the days of articles, a line for each run; "" where there is one day at most."""
    series = view.days()
    spread = sorted({p.day.toordinal() for line in series for p in line})
    if len(spread) < 2:
        return ""
    first, last = spread[0], spread[-1]
    top = _nice(max(p.per_1000 for line in series for p in line))
    largest = max(p.articles for line in series for p in line)
    out = list(_axes(first, last, top))
    for n, points in enumerate(series):
        colour = f"s{n % _COLOURS}"
        name = "" if view.one_day_each else f"{view.runs[n].name} "
        places = [
            (
                _LEFT + (_WIDE - _LEFT - _RIGHT) * (p.day.toordinal() - first) / (last - first),
                _TOP + (_HIGH - _TOP - _LOW) * (1 - p.per_1000 / top),
            )
            for p in points
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        out.append(f'<polyline class="{colour}" points="{line}"/>')
        for (x, y), p in zip(places, points, strict=True):
            radius = 1.5 + 3 * math.sqrt(p.articles / largest)
            says = _safe(f"{name}{p.day.isoformat()}: {rate(p.per_1000)} ({p.articles:,})")
            at = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
            out.append(f'<circle class="{colour}" {at}><title>{says}</title></circle>')
    label = _safe(view.words("chart.day"))
    return f'<svg class="days" viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{label}">{"".join(out)}</svg>'


def _axes(first: int, last: int, top: float) -> Iterator[str]:
    for n in range(5):
        value = top * n / 4
        y = _TOP + (_HIGH - _TOP - _LOW) * (1 - n / 4)
        yield f'<path d="M{_LEFT} {y:.1f}H{_WIDE - _RIGHT}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{rate(value)}</text>'
    for day in _ticks(first, last):
        x = _LEFT + (_WIDE - _LEFT - _RIGHT) * (day - first) / (last - first)
        side = "end" if day == last else "start" if day == first else "middle"
        yield f'<text x="{x:.1f}" y="{_HIGH - 8}" text-anchor="{side}">{_iso(day)}</text>'


def _ticks(first: int, last: int) -> Sequence[int]:
    """Five days at most, as far from each other, the last among them."""
    step = max(1, math.ceil((last - first) / 4))
    return range(last, first - 1, -step)[::-1]


def _nice(most: float) -> float:
    """The least number that is no less and has quarters of two digits: 1, 1.2, 1.6, 2 … 10 times a power of ten."""
    if most <= 0:
        return 1.0
    power = float(10 ** math.floor(math.log10(most)))
    return next(m * power for m in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10, 12) if m * power >= most)


def _iso(day: int) -> str:
    return datetime.date.fromordinal(day).isoformat()


def _safe(text: str) -> str:
    from cleanup.report.inline import plain

    return escape(plain(text))
