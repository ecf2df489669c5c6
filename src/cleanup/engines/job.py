"""A run on an engine: survey, learn, freeze, then clean, as a local run does; only who spreads the work is another.

The counts of a dump merge in any order to the same, and a channel is a pure function of its source's sample, so the
channels are those that a local run learns, byte for byte.
"""

from __future__ import annotations

import datetime
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from cleanup import __version__
from cleanup.batch.options import Options, Result, Used
from cleanup.channel.files import FOLDER
from cleanup.channel.items import Channel, digest_of
from cleanup.dumps.walk import SUFFIXES, kind_of
from cleanup.engines.rows import Rows, place
from cleanup.engines.store import NAMES, Store, channels_here, claim, write_json
from cleanup.engines.work import Cleaning, Learning, Surveying
from cleanup.errors import InputError, UsageError
from cleanup.flow import Watch
from cleanup.learn.dump import Before, Learner, Survey
from cleanup.learn.sample import Sampled
from cleanup.pipeline import Cleaner
from cleanup.recurrence import Recurrence
from cleanup.runfolder import LOG
from cleanup.tally import Tally

# The engines, each with the modules that it takes and the name of the extra that brings them.
ENGINES = {"ray": ("ray", "pandas", "pyarrow"), "spark": ("pyspark", "pandas", "pyarrow")}
FORMATS = ("jsonl", "csv", "parquet")
_MAGIC = re.compile(r"[*?\[{]")


class Engine(Protocol):
    """What an adapter offers.

    paths     what is read, as the engine names it
    suffixes  of the files that are read of a folder; () for all
    """

    def store(self, out: str) -> Store: ...

    def survey(self, paths: Sequence[str], suffixes: Sequence[str], work: Surveying) -> Survey | None: ...

    def learn(
        self, sources: Mapping[str, Sequence[Sampled]], work: Learning
    ) -> Iterable[tuple[Channel, str]]: ...

    def clean(
        self, paths: Sequence[str], suffixes: Sequence[str], work: Cleaning, store: Store
    ) -> tuple[Tally, list[str]]: ...


def run(
    engine: str,
    inputs: Sequence[str],
    out: str,
    cleaner: Cleaner,
    command: dict[str, Any],
    options: Options,
    watch: Watch,
    lang: str,
    *,
    format: str = "",
) -> Result:
    """Clean the articles of a dump of JSON Lines, CSV or Parquet on an engine, into a folder of shards.

    inputs  files and folders, as paths on a file system that all machines share, or as addresses
    format  jsonl, csv or parquet; "" where the names of the inputs tell it

    Raises UsageError where the engine is not installed, or the folder is another's; InputError for what cannot be
    read; ChannelError, ModelError.
    """
    kind = format or format_of(inputs)
    if kind not in FORMATS:
        raise UsageError(
            f"{engine} 只读 {'、'.join(FORMATS)}，不读 {kind}；请去掉 --engine",
            f"{engine} reads {', '.join(FORMATS)}, not {kind}; leave out --engine",
        )
    suffixes = () if format else tuple(s for s, k in SUFFIXES.items() if k == kind)
    rows = Rows(kind, base_of(inputs), options.fields, options.encoding)
    with opened(engine) as at:
        job = _Job(at, [*inputs], suffixes, rows, at.store(out), cleaner, command, options, watch, lang)
        return job.run(engine, out)


def opened(engine: str) -> AbstractContextManager[Engine]:
    """An engine at work until the end of the block. Raises UsageError where something of it is not installed."""
    for module in ENGINES[engine]:
        if find_spec(module) is None:
            raise UsageError(
                f"没有安装 {module}：pip install 'cleanup[{engine}]'",
                f"{module} is not installed: pip install 'cleanup[{engine}]'",
            )
    adapter = import_module(f"cleanup.engines.{engine}")
    started: Callable[[], AbstractContextManager[Engine]] = adapter.started
    return started()


class _Job:
    """One run on an engine."""

    def __init__(
        self,
        at: Engine,
        paths: list[str],
        suffixes: Sequence[str],
        rows: Rows,
        store: Store,
        cleaner: Cleaner,
        command: dict[str, Any],
        options: Options,
        watch: Watch,
        lang: str,
    ) -> None:
        self._at, self._paths, self._suffixes, self._rows, self._store = at, paths, suffixes, rows, store
        self._cleaner, self._command, self._options = cleaner, command, options
        self._watch, self._lang = watch, lang
        self._notes: list[str] = []

    def run(self, engine: str, out: str) -> Result:
        """Begin, and go to the end. The log says `running` until everything is there."""
        store, options, clock = self._store, self._options, time.monotonic()
        same = claim(store, self._command, overwrite=options.overwrite)
        for name in NAMES:
            if not (same and options.learn and name == FOLDER):
                store.remove(name)
        log = {"started": datetime.datetime.now(datetime.UTC).isoformat(), "engine": engine}
        write_json(store, LOG, {"status": "running", **log, "command": self._command})
        recurrence, channels = self._freeze(same)
        self._watch.phase("清理", "cleaning")
        cleaner = self._cleaner
        if recurrence is not None or channels:
            cleaner = cleaner.knowing(recurrence, tuple(channels.values()))
        work = Cleaning(self._rows, cleaner, self._lang, not options.cleaned_only)
        tally, notes = self._at.clean(self._paths, self._suffixes, work, store)
        self._notes += notes
        articles = {s: n["articles"] for s, n in tally.sources.items()}
        used = Used.of(channels, options.channels, articles)
        versions = self._versions(recurrence, used)
        write_json(store, "summary.json", {"complete": True, **tally.summary(versions)})
        seconds = time.monotonic() - clock
        more = used.differences(articles, versions.get("model", ""))
        done = {"status": "finished", **log, "seconds": round(seconds, 3), "command": self._command}
        write_json(store, LOG, done | {"notes": [*self._notes, *more]})
        return Result(tally, Path(out), False, self._notes, seconds, used)

    def _freeze(self, same: bool) -> tuple[Recurrence | None, dict[str, Channel]]:
        """What there is to be learned of the dump, and the channels by source: learned, and given."""
        options = self._options
        given = {c.source: c for c in options.channels}
        if not options.recurrence and not options.learn:
            return None, given
        self._watch.phase("数行", "counting lines")
        work = Surveying(self._rows, options.recurrence, options.learn)
        survey = self._at.survey(self._paths, self._suffixes, work)
        if survey is None:
            survey = Survey.asked(lines=options.recurrence, texts=options.learn)
        recurrence = survey.recurrence()
        if survey.texts is None:
            return recurrence, given
        self._watch.phase("学习", "learning")
        sources = {s: tuple(t) for s, t in survey.texts.sources().items() if s not in given}
        learner = Learner(self._cleaner.rules, recurrence, self._cleaner.model)
        learned = []
        for channel, trace in self._at.learn(sources, Learning(learner)):
            learned.append(channel)
            if trace:
                self._notes.append(f"learning {channel.source}: {trace}")
        with channels_here(self._store, fetch=same) as folder:
            before = Before.of(folder)
            channels = [before.merged(c) for c in sorted(learned, key=lambda c: c.source)]
            before.prune(before.write(channels))
        return recurrence, {c.source: c for c in channels} | given

    def _versions(self, recurrence: Recurrence | None, used: Used) -> dict[str, str]:
        cleaner = self._cleaner
        versions = {"cleanup": __version__, "rules": cleaner.rules.digest}
        if cleaner.protected:
            versions["protected"] = cleaner.protected.digest
        if recurrence is not None:
            versions["recurrence"] = recurrence.digest
        if cleaner.prior is not None:
            versions |= {"prior": cleaner.prior.digest, "model": self._options.opened().digest}
        if used.at_work:
            versions |= {"channels": digest_of(used.at_work), "model": self._options.opened().digest}
        return versions


def format_of(inputs: Sequence[str]) -> str:
    """The one format that the names of some inputs tell; of a folder on this machine the names of its files.

    Raises UsageError where there are several, or none can be told.
    """
    kinds: set[str] = set()
    for name in inputs:
        names: Iterable[str] = [name]
        if os.path.isdir(name):  # noqa: PTH112 - it may be an address
            names = (n for _, _, files in os.walk(name) for n in files if n[:1] not in ("_", "."))
        elif "://" not in name and not _MAGIC.search(name) and not Path(name).exists():
            raise InputError("没有这个文件或文件夹", "no such file or folder", where=name)
        kinds |= {k for n in names if (k := kind_of(PurePosixPath(n).name)[0])}
    wanted = kinds & {*FORMATS} or kinds
    if len(wanted) == 1:
        return wanted.pop()
    zh, en = (
        ("里有几种格式", "holds several formats")
        if wanted
        else ("看不出是什么格式", "has names that tell no format")
    )
    raise UsageError(
        f"{zh}；请用 --format 指定 {'、'.join(FORMATS)} 之一",
        f"{en}; say which to read with --format: {', '.join(FORMATS)}",
        where=" ".join(inputs),
    )


def base_of(inputs: Sequence[str]) -> str:
    """The folder that names of files are relative to: the one input folder, or what all inputs share."""
    tops = []
    for name in inputs:
        at = PurePosixPath(place(name))
        if found := _MAGIC.search(str(at)):
            tops.append(str(PurePosixPath(str(at)[: found.start()] + "x").parent))
        elif os.path.isdir(name) or not at.suffix:  # noqa: PTH112
            tops.append(str(at))
        else:
            tops.append(str(at.parent))
    absolute = {t.startswith("/") for t in tops}
    return os.path.commonpath(tops) if len(absolute) == 1 else ""
