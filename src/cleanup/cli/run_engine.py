"""`cleanup run --engine`: what is told to Ray or Spark, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cleanup.cli.run_job import Job, default_out
from cleanup.cli.run_told import tell_result
from cleanup.cli.watching import watching
from cleanup.errors import UsageError

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


def run_on(engine: str, job: Job, format: str, *, dry_run: bool, strict: bool) -> int:
    """Run on an engine, and tell. Returns the exit code. Raises UsageError where it is not installed, and for what only
    a local run does.
    """
    _refuse(engine, job, dry_run=dry_run)
    from cleanup.dumps.remote import url_of
    from cleanup.engines import run

    out = job.out or str(default_out(job.inputs))
    cleaner, options = job.made(Path(out))
    names = [_address(n) for n in job.inputs]
    command = {"inputs": names, **job.options, "engine": engine, "format": format}
    voice = job.voice
    with watching(voice, "清理", "cleaning") as watch:
        result = run(
            engine, names, _address(out), cleaner, command, options, watch, voice.lang, format=format
        )
    if not voice.quiet:
        tell_result(result, voice, url_of(out))
    nothing = result.tally.read == result.tally.rejected
    if nothing:
        voice.warn(voice.pick("没有一篇文章能读", "no article could be read"))
    return 2 if nothing or (strict and result.tally.rejected) else 0


def _refuse(engine: str, job: Job, *, dry_run: bool) -> None:
    asked = [f"--{name.replace('_', '-')}" for name, off in _LOCAL.items() if job.flags.get(name, off) != off]
    asked += ["--dry-run"] * dry_run + ["--html-to"] * (job.options["html_to"] != "txt")
    asked += ["--after"] * ("after" in job.options) + ["-"] * ("-" in job.inputs)
    if asked:
        raise UsageError(
            f"--engine {engine} 不能与 {'、'.join(asked)} 同用",
            f"--engine {engine} does not go with {', '.join(asked)}",
        )


def _address(named: str) -> str:
    """A path or an address as an engine is told it: a path is absolute, since other machines work in other folders."""
    import os

    from cleanup.dumps.remote import local_of, url_of

    return url_of(named) or os.path.abspath(local_of(named))
