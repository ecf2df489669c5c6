"""The page that compares runs: one file, offline, in the look of report.html."""

from __future__ import annotations

from importlib import resources

from cleanup import __version__
from cleanup.report.compare_charts import bars, days
from cleanup.report.compare_view import View, rate
from cleanup.report.inline import plain

# Runs whose rates a table has room for, beside the bars of all of them.
_COLUMNS = 4


def render(view: View) -> str:
    """The page as HTML."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("cleanup.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"rate": rate, "plain": plain}
    tables = view.tables()
    charts = {"day": Markup(days(view))} if "day" in view.by else {}
    runs = view.runs
    columns = list(range(len(runs)))[-_COLUMNS:]
    style = "".join(
        (resources.files("cleanup.report") / name).read_text("utf-8")
        for name in ("report.css", "compare.css")
    )
    return environment.get_template("compare.html.j2").render(
        t=view.words,
        view=view,
        runs=runs,
        title=" → ".join(plain(r.name) for r in runs) if len(runs) <= 3 else "",
        notes=view.notes,
        pairs=view.pairs(),
        tables=tables,
        reasons=[(view.name("reason", r), r) for r in view.comparison.reasons()],
        columns=columns,
        bars=lambda row: Markup(bars(view, row)),
        charts=charts,
        version=__version__,
        style=Markup(style),
    )
