"""What a command tells while it reads a dump: the first rejects, and a bar on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cleanup.cli.voice import Voice

# Rejects that are told one by one; all of them are in rejected.jsonl.
_TOLD = 20


@contextmanager
def watching(voice: Voice, zh: str, en: str, *, speed: bool = False, kept: bool = True) -> Iterator[Any]:
    """A flow.Watch that warns of rejects and, on a terminal, shows a bar that begins as `zh` or `en`.

    kept  whether all rejects are written to rejected.jsonl
    """
    from cleanup.flow import Watch

    told = 0

    def warn(reject: Any) -> None:
        nonlocal told
        told += 1
        if voice.quiet or told > _TOLD:
            return
        voice.warn(f"{reject.where}: {reject.tell(voice.lang)} [{reject.reason}]")
        if told == _TOLD:
            voice.warn(
                voice.pick("……其余见 rejected.jsonl", "… the rest are in rejected.jsonl")
                if kept
                else voice.pick("……其余从略", "… and more")
            )

    def note(zh: str, en: str) -> None:
        if not voice.quiet:
            voice.warn(voice.pick(zh, en))

    if not voice.on_terminal:
        yield Watch(warn, note=note)
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    rate = (TransferSpeedColumn(),) if speed else ()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        *rate,
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=voice.err, transient=True) as progress:
        task = progress.add_task(voice.pick(zh, en), total=None)
        yield Watch(
            warn,
            lambda n: progress.advance(task, n),
            lambda n: progress.reset(task, total=n),
            lambda zh, en: progress.update(task, description=voice.pick(zh, en)),
            note,
        )
