"""`cleanup run --engine`: what is told to Ray or Spark, and what comes of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleanup.cli.channel_run import tell_channels
from cleanup.cli.voice import Voice
from cleanup.cli.watching import watching
from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.batch import Options, Result
    from cleanup.pipeline import Cleaner

ENGINES = ("local", "ray", "spark")
# What a local run alone does, by the flag that asks for it and the value that does not.
_LOCAL: Mapping[str, Any] = {
    "jobs": 0,
    "limit": None,
    "sample": 1.0,
    "max_rejects": None,
    "patch": None,
    "csv": None,
    "fresh": False,
}
# What a path makes of an address: one slash of two.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/(?!/)")


def refuse_local(engine: str, flags: Mapping[str, Any], inputs: Sequence[Path], html_to: str) -> None:
    """Raise UsageError for what only a local run does."""
    asked = [f"--{name.replace('_', '-')}" for name, off in _LOCAL.items() if flags.get(name, off) != off]
    asked += ["--html-to"] * (html_to != "txt") + ["-"] * (Path("-") in inputs)
    if asked:
        raise UsageError(
            f"--engine {engine} 不能与 {'、'.join(asked)} 同用",
            f"--engine {engine} does not go with {', '.join(asked)}",
        )


def address(path: Path | str) -> str:
    """A path or address as an engine is told it: absolute, since other machines work in other folders."""
    text = str(path)
    if found := _ADDRESS.match(text):
        return f"{found[1]}://{text[found.end() :]}"
    return text if "://" in text else os.path.abspath(text)


def run_on(
    engine: str,
    inputs: Sequence[Path],
    out: Path,
    format: str,
    cleaner: Cleaner,
    command: dict[str, Any],
    options: Options,
    voice: Voice,
) -> Result:
    """Run on an engine. Raises UsageError where it is not installed, and errors as a local run does."""
    from cleanup.engines import run

    names = [address(p) for p in inputs]
    command = command | {"inputs": names, "engine": engine, "format": format}
    with watching(voice, "清理", "cleaning") as watch:
        return run(engine, names, address(out), cleaner, command, options, watch, voice.lang, format=format)


def tell_engine(result: Result, voice: Voice, counted: Callable[[Any, Voice], None]) -> None:
    """What was done and where it lies.

    counted  tells the counts, as of any run
    """
    counted(result, voice)
    out = address(result.out)
    tell_channels(voice, result.used, result.out)
    voice.say(f"发现 {out}/findings", f"findings {out}/findings")
    voice.say(f"文章 {out}/cleaned", f"articles {out}/cleaned")
