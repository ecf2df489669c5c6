"""Whether the machines of sources are still those that their channels are of: signs of each, and a drift report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cleanup import __version__
from cleanup.batch.pool import Lost, Pool
from cleanup.batch.setting import Setting
from cleanup.batch.work import Learning, Signing
from cleanup.channel.items import Channel
from cleanup.drift import kept
from cleanup.drift.report import SourceDrift, drift_json
from cleanup.drift.signs import Signs
from cleanup.drift.watch import Watched, learned_from
from cleanup.learn.dump import Learner, Survey
from cleanup.learn.sample import Sampled
from cleanup.recurrence import Recurrence

DRIFT = "drift.json"


def watch(
    run: Setting,
    pool: Pool,
    survey: Survey,
    recurrence: Recurrence | None,
    channels: Mapping[str, Channel],
) -> tuple[SourceDrift, ...] | None:
    """What is told of each source, where the run comes after another; None where the user stopped it.

    Writes the signs that the next run is to compare with, and drift.json.
    """
    assert survey.texts is not None
    sources = {s: tuple(texts) for s, texts in survey.texts.sources().items()}
    run.watch.phase("看来源的变化", "watching the sources")
    pool.ready(Signing(recurrence))
    signs: dict[str, Signs] = {}
    calls = ((s, texts, channels.get(s)) for s, texts in sources.items() if not run.stop)
    for (source, _, _), one in pool.map(calls):
        if isinstance(one, Signs):
            signs[source] = one
    if run.stop:
        return None
    after = run.options.after
    if after is None:
        _write_signs(run, signs)
        return ()
    watched = Watched(after.signs, channels, sources, signs, recurrence)
    _write_signs(run, watched.kept())
    if run.options.drift == "off":
        return ()
    learned, faults = _learned(run, pool, sources, recurrence, watched.wanted(run.options.drift))
    if run.stop:
        return None
    told = watched.told(learned)
    notes = [en for _, en in not_as_before(run)]
    report = drift_json(told, after=str(after.folder), notes=notes, faults=faults)
    with run.folder.writing(DRIFT) as f:
        text = json.dumps(report, ensure_ascii=False, indent=1)
        f.write(text.encode("utf-8", "backslashreplace") + b"\n")
    return told


def not_as_before(run: Setting) -> list[tuple[str, str]]:
    """In what this run is another program than the one that it comes after, in Chinese and English."""
    after = run.options.after
    if after is None:
        return []
    now = {"cleanup": __version__, "rules": run.cleaner.rules.digest}
    if "model" in after.versions:
        now["model"] = run.options.opened().digest
    return after.differences(now)


def _write_signs(run: Setting, signs: Mapping[str, Signs]) -> None:
    with run.folder.writing(kept.FILE) as f:
        f.write(kept.signs_bytes(signs))


def _learned(
    run: Setting,
    pool: Pool,
    sources: Mapping[str, tuple[Sampled, ...]],
    recurrence: Recurrence | None,
    wanted: list[str],
) -> tuple[dict[str, Channel], list[str]]:
    """Channels of some sources as they are today, and tracebacks of those that could not be learned from."""
    pool.ready(Learning(Learner(run.cleaner.rules, recurrence, run.cleaner.model), run.stop))

    def calls() -> Any:
        for n, source in enumerate(wanted, 1):
            if run.stop:
                return
            run.watch.phase(f"看来源的变化 {n}/{len(wanted)}", f"watching the sources {n}/{len(wanted)}")
            yield source, tuple(learned_from(sources[source], run.options.drift))

    learned, faults = {}, []
    for (source, _), result in pool.map(calls()):
        channel, trace = (None, result.trace or "the worker died") if isinstance(result, Lost) else result
        if channel is not None and not trace:
            learned[source] = channel
        elif trace:
            faults.append(f"{source}: {trace}")
    return learned, faults
