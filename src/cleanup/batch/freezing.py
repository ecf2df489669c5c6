"""What is learned from a dump before anything of it is decoded: the lines that recur, and the channel of each source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cleanup.batch.checkpoint import folder_digest
from cleanup.batch.pool import Lost, Pool
from cleanup.batch.setting import Setting
from cleanup.batch.tasks import Task
from cleanup.batch.watching import watch
from cleanup.batch.work import Learning, Surveying
from cleanup.channel.files import FOLDER
from cleanup.channel.items import Channel
from cleanup.drift.report import SourceDrift
from cleanup.learn.dump import Before, Learner, Survey
from cleanup.pipeline import Cleaner
from cleanup.recurrence import Recurrence

_FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Frozen:
    """What decoding is given of the dump. `channels` by source: those learned, and those that were given.

    drift  what is told of the machine of each source, where the run comes after another
    """

    recurrence: Recurrence | None = None
    channels: dict[str, Channel] = field(default_factory=dict)
    drift: tuple[SourceDrift, ...] = ()

    def known_to(self, cleaner: Cleaner) -> Cleaner:
        """The cleaner, told all this."""
        if self.recurrence is None and not self.channels:
            return cleaner
        return cleaner.knowing(self.recurrence, tuple(self.channels.values()))


def freeze(run: Setting, pool: Pool, before: Before, *, learning: bool) -> Frozen | None:
    """What there is to be learned, learned, and kept for a run that goes on; None where the user stopped it.

    before  the channels that lie in the folder, with what editors decided
    """
    given = {c.source: c for c in run.options.channels}
    counting = run.options.recurrence and run.dump
    # sources that there are channels of are watched from day to day
    watching = counting and (learning or bool(given) or run.options.after is not None)
    if not counting and not learning:
        return Frozen(None, given)
    kept = run.check.read(_FROZEN)
    if isinstance(kept, Frozen):
        return kept
    run.check.save(run.state)
    survey = Survey.asked(lines=counting, texts=learning or watching)
    _survey(run, pool, survey)
    if run.stop:
        return None
    recurrence = survey.recurrence()
    channels = given
    if learning:
        learned = _learn(run, pool, survey, recurrence, before, given)
        if learned is None:
            return None
        channels = {c.source: c for c in learned} | given
        run.state.identity["channels"] = folder_digest(run.out / FOLDER)
        run.check.save(run.state)
    told = watch(run, pool, survey, recurrence, channels) if watching else ()
    if told is None:
        return None
    frozen = Frozen(recurrence, channels, told)
    run.check.write(_FROZEN, frozen)
    return frozen


def _survey(run: Setting, pool: Pool, survey: Survey) -> None:
    """Count and sample the input. What cannot be read is left to the pass that cleans."""
    run.watch.phase("数行", "counting lines")
    run.watch.total(run.size)
    seen = None if run.options.after is None else run.options.after.seen
    pool.ready(Surveying(lines=survey.lines is not None, texts=survey.texts is not None, seen=seen))
    calls: Iterator[tuple[Task]] = ((s,) for s in run.steps() if isinstance(s, Task))
    for (task,), part in pool.map(calls, lambda call: call[0].size):
        if run.stop:
            return
        if not isinstance(part, Lost):
            survey.merge(part)
        run.watch.advance(task.stored)


def _learn(
    run: Setting,
    pool: Pool,
    survey: Survey,
    recurrence: Recurrence | None,
    before: Before,
    given: dict[str, Channel],
) -> list[Channel] | None:
    """The channels of the sources that none was given for, with what editors decided, as they lie in the folder.

    A channel that an interrupted run had learned is not learned again. Stopped while learning, nothing is written, and
    what lay there stays.
    """
    assert survey.texts is not None
    sources = {s: tuple(texts) for s, texts in survey.texts.sources().items() if s not in given}
    pool.ready(Learning(Learner(run.cleaner.rules, recurrence, run.cleaner.model), run.stop))
    learned: list[Channel] = []

    def calls() -> Iterator[tuple[str, Any]]:
        for n, (source, texts) in enumerate(sources.items(), 1):
            run.watch.phase(f"学习 {n}/{len(sources)}", f"learning {n}/{len(sources)}")
            if run.stop:
                return
            kept = run.check.read(_name(source))
            if kept is None:
                yield source, texts
            else:
                learned.append(kept)

    for (source, _), result in pool.map(calls()):
        if run.stop:
            return None
        channel, trace = (None, result.trace or "the worker died") if isinstance(result, Lost) else result
        if trace:
            run.state.notes.append(f"learning {source}: {trace}")
        if channel is None:
            channel = Channel(source, notes=("a fault of the program: nothing was learned",))
        else:
            run.check.write(_name(source), channel)
        learned.append(channel)
    if run.stop:
        return None
    channels = [before.merged(c) for c in sorted(learned, key=lambda c: c.source)]
    before.prune(before.write(channels))
    return channels


def _name(source: str) -> str:
    """Under which name the channel of a source is kept for a run that goes on."""
    return "learned-" + hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()[:24]
