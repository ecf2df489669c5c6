"""The commands, in the order in which help lists them."""

from __future__ import annotations

import typer

from cleanup import __version__
from cleanup.cli import channel, check, dedup, evaluate, explain, learn, lm, revert, rules, run
from cleanup.cli.voice import told

app = typer.Typer(
    name="cleanup",
    help=told(
        "找出并修复采集来的中文文章里的系统性损坏：被滤掉的字词、塞入的广告词、掩码、页面残留。",
        "Find and repair the systematic damage in scraped Chinese articles: filtered words, inserted search terms, masks, page furniture.",
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"cleanup {__version__}")
        raise typer.Exit


@app.callback()
def top(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help=told("显示版本。", "Show the version.")
    ),
) -> None:
    """Options of the command itself."""


app.command("run", help=run.HELP)(run.run)
app.command("check", help=check.HELP)(check.check)
app.command("learn", help=learn.HELP)(learn.learn)
app.command("revert", help=revert.HELP)(revert.revert)
app.command("explain", help=explain.HELP)(explain.explain)
app.command("evaluate", help=evaluate.HELP)(evaluate.evaluate)
app.command("dedup", help=dedup.HELP)(dedup.dedup)
app.add_typer(channel.app, name="channel")
app.add_typer(rules.app, name="rules")
app.add_typer(lm.app, name="lm")
