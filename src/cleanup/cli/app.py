"""The commands, in the order in which help lists them."""

from __future__ import annotations

import typer

from cleanup import __version__
from cleanup.cli.late import commands_late
from cleanup.cli.voice import told

# Each is a module of `cleanup.cli`, imported when the command is called: one with an `app` is a group of commands,
# others hold a function of their own name and its HELP.
COMMANDS = (
    "run",
    "check",
    "init",
    "learn",
    "revert",
    "report",
    "explain",
    "evaluate",
    "dedup",
    "channel",
    "rules",
    "lm",
)

app = typer.Typer(
    name="cleanup",
    cls=commands_late(COMMANDS),
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
