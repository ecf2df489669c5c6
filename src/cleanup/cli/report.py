"""`cleanup report`: runs compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanup.cli.options import LANG_DEFAULT, LangOption, choice, language
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.report.compare_view import View

HELP = told(
    """比较几次运行：每条规则、类别、方式、来源、日期各有多少，前后两次之间什么新出现、消失、升、降。

    只报偶然难以造成的变化。规则、模型、信道不同会另外说明；没有做完的运行也能比。

    例：

    `cleanup report reports/monday reports/tuesday`

    `cleanup report reports/*/ --by source --top 30`

    `cleanup report reports/*/ --by day --out days.html`

    `cleanup report reports/*/ --format csv > counts.csv`
    """,
    """Compare runs: counts per rule, kind, tier, source and day; what is new, gone, up or down from each to the next.

    Only what chance hardly does is told as a change. Rules, models and channels that differ are named; a run that did
    not finish is compared, too.

    Examples:

    `cleanup report reports/monday reports/tuesday`

    `cleanup report reports/*/ --by source --top 30`

    `cleanup report reports/*/ --by day --out days.html`

    `cleanup report reports/*/ --format csv > counts.csv`
    """,
)
FORMATS = ("text", "json", "csv", "html")
# Wide enough for any table that is not for a terminal.
_WIDE = 2000


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN…",
            help=told("运行的输出文件夹，先后为序。", "Output folders of runs, in their order."),
            show_default=False,
        ),
    ],
    by: Annotated[
        list[str],
        typer.Option(
            "--by",
            metavar="rule|kind|tier|source|day",
            help=told(
                "只列这些，可重复；day 要逐篇读 articles.jsonl。默认除 day 外全列。",
                "List these alone; may be repeated. day reads articles.jsonl line by line. All but day by default.",
            ),
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    top: Annotated[
        int,
        typer.Option(
            "--top", min=0, help=told("每张表列多少行，0 为全部。", "Rows of each table; 0: all of them.")
        ),
    ] = 15,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="text|json|csv|html",
            help=told(
                "输出格式；默认看 --out 的后缀，否则 text。json、csv 总是全部。",
                "Output format; by default what --out ends in, else text. json and csv hold everything.",
            ),
            show_default=False,
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help=told("写入文件。", "Write to a file."), show_default=False
        ),
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(
            "--plots",
            metavar="DIR",
            help=told(
                "在此文件夹里画 SVG，每张表一张图；需要 pip install 'cleanup[plots]'。",
                "Draw SVGs in this folder, one for each table; needs pip install 'cleanup[plots]'.",
            ),
            show_default=False,
        ),
    ] = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Read, compare, tell."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.report.compare import compare
        from cleanup.report.compare_runs import DIMENSIONS
        from cleanup.report.compare_view import View
        from cleanup.report.compare_words import CompareWords

        shown = tuple(dict.fromkeys(choice("--by", b, DIMENSIONS) for b in by)) or DIMENSIONS[:-1]
        suffix = out.suffix[1:].lower() if out is not None else ""
        form = choice("--format", format or (suffix if suffix in FORMATS else "text"), FORMATS)
        if out is not None and out.is_dir():
            raise UsageError(
                "--out 要的是文件，这里是文件夹", "--out needs a file, and this is a folder", where=str(out)
            )
        if plots is not None:
            from cleanup.evaluate.plots import ready

            ready(plots)
        view = View(compare(runs, days="day" in shown), CompareWords(voice.lang), shown, top)
        if form == "text" and out is None and voice.out.is_terminal:
            _tell(view)
        else:
            _put(_made(view, form), out)
        if plots is not None:
            for path in _plots(view, plots):
                voice.err.print(voice.pick(f"图 {path}", f"plot {path}"))


def _tell(view: View) -> None:
    """The tables on a terminal."""
    from rich.console import Console

    from cleanup.report.compare_text import renderables

    console = Console(highlight=False)
    for part in renderables(view, console.width):
        console.print(part)


def _made(view: View, form: str) -> str:
    """The comparison in a format, as text."""
    if form == "html":
        from cleanup.report.compare_html import render

        return render(view)
    if form == "json":
        from cleanup.report.compare_tables import as_json

        return as_json(view.comparison)
    if form == "csv":
        from cleanup.report.compare_tables import as_csv

        return as_csv(view.comparison)
    from io import StringIO

    from rich.console import Console

    from cleanup.report.compare_text import renderables

    stream = StringIO()
    console = Console(file=stream, highlight=False, width=_WIDE, color_system=None)
    for part in renderables(view, _WIDE):
        console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def _put(text: str, out: Path | None) -> None:
    """To stdout, or to a file, which is there whole or not at all; a table gets the mark by which Excel knows UTF-8."""
    data = text.encode("utf-8", "backslashreplace")
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    partial = out.with_name(f".{out.name}.partial")
    try:
        partial.write_bytes((b"\xef\xbb\xbf" if out.suffix.lower() == ".csv" else b"") + data)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _plots(view: View, folder: Path) -> list[Path]:
    from cleanup.evaluate.plots import plain_matplotlib, save
    from cleanup.report.compare_plots import figures

    with plain_matplotlib():
        return [save(folder, name, figure, view.words.lang) for name, figure in figures(view)]
