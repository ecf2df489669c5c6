"""A comparison as tables of a terminal, or of a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from cleanup.report.compare_runs import RunCounts
from cleanup.report.compare_view import Pair, Row, Table, View, rate, spark
from cleanup.report.inline import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

# Runs of which the tables show counts beside the rates, and from how many on they show a trend.
_FEW, _MANY = 3, 3
# Columns that the names, trend and change of a row take, and that a run takes.
_NAMES, _NUMBER = 44, 9
# Under this width what is told by characters is left out of the table of runs.
_NARROW = 100
_STYLE = {"new": "red", "up": "red", "gone": "green", "down": "green"}


def renderables(view: View, width: int) -> Iterator[RenderableType]:
    """The parts of the comparison, in their order, for so many columns: of more runs than fit the latest have one."""
    from rich.text import Text

    yield _runs(view, width)
    for note in view.notes:
        yield Text(note, style="yellow")
    yield from _news(view)
    for table in view.tables():
        yield Text()
        yield _table(view, table, _shown(view, width))
        if table.left_out:
            yield Text(view.words("more", n=table.left_out), style="dim")
    if view.comparison.reasons():
        yield Text()
        yield _reasons(view, _shown(view, width))


def _shown(view: View, width: int) -> int:
    """Of how many runs, the latest, there is room for a column."""
    return min(len(view.runs), max(2, (width - _NAMES) // _NUMBER))


def _new(title: str, *columns: str, left: int = 1) -> Any:
    """A table whose first `left` columns are words, and the others numbers."""
    from rich.table import Table as RichTable

    table = RichTable(title=title, box=None, pad_edge=False, title_justify="left", title_style="bold")
    for n, name in enumerate(columns):
        table.add_column(
            name, justify="left" if n < left else "right", overflow="fold", header_style="dim", no_wrap=False
        )
    return table


def _runs(view: View, width: int) -> Any:
    words = view.words
    columns: dict[str, Callable[[RunCounts], str]] = {
        "run": lambda run: plain(run.name),
        "day": lambda run: run.day or "–",
        "status": lambda run: words.of("status", run.status),
        "read": lambda run: f"{run.read:,}",
        "changed": lambda run: f"{run.changed:,}",
        "rejected": lambda run: f"{run.rejected:,}",
        "chars": lambda run: f"{run.total.chars:,}",
        "found": lambda run: f"{run.total.found:,}",
        "applied": lambda run: f"{run.total.applied:,}",
        "rate": lambda run: rate(run.total.per_1000),
        "rate_chars": lambda run: rate(run.total.per_10000),
    }
    if width < _NARROW:
        del columns["chars"], columns["rate_chars"]
    table = _new(words("runs"), *(words(f"col.{n}") for n in columns), left=3)
    for run in view.runs:
        style = "" if run.status == "finished" else "yellow"
        table.add_row(*(_styled(of(run), style if n == "status" else "") for n, of in columns.items()))
    return _whole(table)


def _news(view: View) -> Iterator[RenderableType]:
    from rich.text import Text

    words, pairs = view.words, view.pairs()
    yield Text()
    yield Text(words("news"), style="bold")
    if not pairs:
        yield Text(words("news.one"))
        return
    for pair in pairs:
        if pair.quiet:
            continue
        yield Text(view.pair(pair))
        for note in pair.notes:
            yield Text(f"  {note}", style="yellow")
        if pair.learned:
            yield Text(f"  {pair.learned}", style="dim")
        if pair.news:
            yield _changes(view, pair)
        else:
            yield Text("  " + words("news.none"))
        if pair.left_out:
            yield Text("  " + words("news.more", n=pair.left_out), style="dim")
    if quiet := view.quiet(pairs):
        yield Text(quiet)
    yield Text(words("news.how"), style="dim")


def _changes(view: View, pair: Pair) -> Any:
    from rich.table import Table as RichTable

    table = RichTable(box=None, show_header=False, padding=(0, 1, 0, 1))
    for n in range(5):
        # only names are broken over lines
        table.add_column(overflow="fold", no_wrap=n != 2)
    for c in pair.news:
        table.add_row(
            _styled(view.told(c), _STYLE[c.change]),
            f"{view.words.of('by', c.by)}",
            _plain(view.name(c.by, c.key)),
            f"{view.words.of('measure', c.measure)} {c.was:,} → {c.now:,}",
            view.words("per", was=rate(c.was_per_1000), now=rate(c.now_per_1000)),
        )
    return table


def _table(view: View, table: Table, shown: int) -> Any:
    words, runs = view.words, view.runs[-shown:]
    few, trend = len(view.runs) <= _FEW, len(view.runs) >= _MANY
    columns = [words.of("by", table.by)]
    for run in runs:
        name = plain(run.name)
        columns += [name, words("col.rate")] if few else [name]
    if trend:
        columns.append(words("col.trend"))
    if len(runs) > 1 and table.by != "day":
        columns.append(words("col.change"))
    title = words.of("by", table.by) + ("" if few else f" · {words('col.per_1000')}")
    made = _new(title, *columns)
    for row in table.rows:
        cells: list[Any] = [_plain(row.name)]
        for count in row.counts[-shown:]:
            cells += [f"{count.found:,}", rate(count.per_1000)] if few else [rate(count.per_1000)]
        if trend:
            cells.append(spark(row.rates))
        if len(runs) > 1 and table.by != "day":
            cells.append(_change(view, row))
        made.add_row(*cells)
    return _whole(made)


def _change(view: View, row: Row) -> Any:
    """The news from the last run but one to the last."""
    change = row.news[-1]
    return _styled(view.told(change), _STYLE[change.change]) if change is not None else ""


def _reasons(view: View, shown: int) -> Any:
    runs = view.runs[-shown:]
    table = _new(view.words.of("by", "reason"), view.words("col.reason"), *(plain(r.name) for r in runs))
    for reason in view.comparison.reasons():
        table.add_row(
            _plain(view.name("reason", reason)), *(f"{run.reasons.get(reason, 0):,}" for run in runs)
        )
    return _whole(table)


def _whole(table: Any) -> Any:
    """The table, with no number and no word of a head broken over two lines; names are, where there is no room."""
    from rich.cells import cell_len

    for column in table.columns[1:]:
        whole = (*column.cells, *str(column.header).split())
        column.min_width = max(cell_len(str(part)) for part in whole)
    return table


def _plain(text: str) -> Any:
    """Text that is no markup, whatever is in it."""
    return _styled(plain(text), "")


def _styled(text: str, style: str) -> Any:
    from rich.text import Text

    return Text(text, style=style)
