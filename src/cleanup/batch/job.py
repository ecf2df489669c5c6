"""Many documents: read, clean, write, count. Nothing is dropped: read = unchanged + changed + rejected.

Survey, learn, freeze, then clean: each a map over tasks, or sources, whose results are taken in order. What is written
depends on the input and on what the run is told, and neither on the number of processes nor on how often the run was
killed on the way.
"""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cleanup import __version__
from cleanup.batch.checkpoint import Checkpoint, State, differences, folder_digest, identity_of
from cleanup.batch.cleaning import clean
from cleanup.batch.estimate import estimate
from cleanup.batch.freezing import Frozen, freeze
from cleanup.batch.options import Options, Result, Used, jobs_for
from cleanup.batch.outputs import Outputs, cannot_write
from cleanup.batch.pool import Pool
from cleanup.batch.setting import Setting
from cleanup.batch.stopping import stop_requests
from cleanup.batch.watching import not_as_before
from cleanup.batch.writer import Writer
from cleanup.channel.files import FOLDER
from cleanup.channel.items import digest_of
from cleanup.dumps.walk import walk
from cleanup.errors import InputError
from cleanup.flow import Watch
from cleanup.learn.dump import Before
from cleanup.pipeline import Cleaner
from cleanup.runfolder import LOG, RunFolder
from cleanup.tally import Tally

# Bytes of input from which on a run tells beforehand what it will take.
_LONG = 50_000_000
_STAMPED = ("summary.json", "findings.jsonl", "articles.jsonl", "rejected.jsonl", "cleaned")


def run(
    inputs: Sequence[str | Path],
    out: Path,
    cleaner: Cleaner,
    command: dict[str, Any],
    options: Options,
    watch: Watch,
    lang: str,
) -> Result:
    """Clean every article under `inputs` and write everything a run writes into `out`.

    `command` identifies the run. A folder that holds the same one, interrupted, is gone on with from its last
    checkpoint; where anything changed that decides what is written, it is written anew. Ctrl-C ends the run after the
    articles at hand; what is done is kept in files that end in `.partial`. Raises InputError, UsageError, ChannelError,
    ModelError before anything is written, and InputError where the output cannot be written on.
    """
    files, odd = walk(inputs, out, pages=options.pages)
    if not files and not odd:
        raise InputError("没有可读的文件", "no file to read", where=" ".join(map(str, inputs)))
    folder = RunFolder(out)
    folder.check(command, overwrite=options.overwrite)
    with folder.locked(), stop_requests() as stop:
        setting = Setting(
            files, odd, folder, cleaner, command, options, watch, lang, stop, Checkpoint(out), State({})
        )
        try:
            return _Job(setting).run()
        except OSError as e:
            raise cannot_write(e, out) from e


class _Job:
    """A run at work in its folder."""

    def __init__(self, run: Setting) -> None:
        self._run = run
        self._clock = time.monotonic()
        self._started = datetime.datetime.now(datetime.UTC).isoformat()
        self._resumed = 0

    def run(self) -> Result:
        """Begin, or go on, and go to the end."""
        run = self._run
        learning = run.options.learn and run.dump
        after = run.options.after
        same = (learning or after is not None) and run.folder.holds_run_of(run.command["inputs"])
        # read before they are taken away: an editor may have decided about them
        before = Before.of(run.out / FOLDER) if same else Before(run.out / FOLDER)
        # a model that is broken is told before anything is written
        identity = identity_of(run.files, run.cleaner, run.options, run.command, learning=learning)
        # after another run the channels are given, decisions about those in the folder among them
        identity["channels"] = folder_digest(run.out / FOLDER) if same and after is None else ""
        if (done := self._finished(identity)) is not None:
            return done
        self._begin(identity, keep=(FOLDER,) if same else ())
        if after is not None:
            after.carry(run.out, run.options.channels)
            for note in not_as_before(run):
                run.watch.note(*note)
        self._reckon(learning=learning)
        with Pool(jobs_for(run.options, run.size), run.check.folder) as pool, Outputs(run.out) as outputs:
            frozen = freeze(run, pool, before, learning=learning)
            writer = Writer(run, outputs)
            failed = None
            if run.state.lengths:
                outputs.cut_back(run.state.lengths)
            else:
                writer.begin()
            if frozen is not None:
                failed = clean(run, pool, writer, frozen.known_to(run.cleaner), lambda: self._save(outputs))
            self._save(outputs)
            return self._end(writer, frozen or Frozen(), failed)

    def _begin(self, identity: dict[str, str], keep: Sequence[str]) -> None:
        """Take up the state that lies in the folder, if it is one of this very run; else clear the folder."""
        run = self._run
        state = None if run.options.fresh else run.check.load()
        changed = differences(state.identity, identity) if state is not None else []
        if state is not None and not changed:
            run.state = state
            self._resumed = state.tally.read
            run.watch.note(
                f"接着上次中断的运行做，已有 {state.tally.read:,} 篇",
                f"going on with an interrupted run that had done {state.tally.read:,} articles",
            )
        else:
            if changed:
                zh, en = "、".join(c[0] for c in changed), ", ".join(c[1] for c in changed)
                run.watch.note(
                    f"上次中断以来变了：{zh}；从头开始",
                    f"changed since the run was interrupted: {en}; beginning anew",
                )
            run.folder.clear(keep)
            run.state = State(identity)
        self._log("running")

    def _reckon(self, *, learning: bool) -> None:
        """Tell what a long run will take, before it begins."""
        run, options = self._run, self._run.options
        if run.size < _LONG or self._resumed or options.limit is not None:
            return
        known = estimate(run.files, run.out, run.cleaner, options)
        for zh, en in known.told(learns=learning) if known is not None else ():
            run.watch.note(zh, en)

    def _save(self, outputs: Outputs) -> None:
        """A checkpoint."""
        now, state = time.monotonic(), self._run.state
        state.lengths = outputs.lengths()
        state.seconds += now - self._clock
        self._clock = now
        self._run.check.save(state)

    def _end(self, writer: Writer, frozen: Frozen, failed: tuple[str, str] | None) -> Result:
        """Summary, report and log; where the run is complete, everything gets its name."""
        run = self._run
        state, options = run.state, run.options
        complete = not run.stop and failed is None
        used = Used.of(frozen.channels, options.channels, state.articles)
        versions = self._versions(frozen, used)
        summary = {"complete": complete, **state.tally.summary(versions)}
        if options.after is not None:
            summary["articles"]["known"] = state.tally.known
        if complete:
            writer.close()
        run.folder.write_json("summary.json", summary)
        if options.report and not options.cleaned_only:
            self._report(summary)
        more: list[str] = []
        if complete and options.after is not None:
            more = [en for _, en in not_as_before(run)]
        elif complete:
            more = used.differences(state.articles, versions.get("model", ""))
        self._log("finished" if complete else "failed" if failed else "interrupted", more)
        if complete:
            shutil.rmtree(run.check.folder, ignore_errors=True)
        return Result(
            state.tally,
            run.out,
            bool(run.stop),
            state.notes,
            state.seconds,
            used,
            self._resumed,
            failed=failed,
            drift=frozen.drift,
            after=options.after is not None,
        )

    def _log(self, status: str, more: Sequence[str] = ()) -> None:
        run, seconds = self._run, self._run.state.seconds
        log: dict[str, Any] = {"status": status, "started": self._started}
        if status != "running":
            log |= {
                "seconds": round(seconds, 3),
                "chars_per_second": round(run.state.tally.chars / seconds) if seconds else None,
            }
        log |= {"command": run.command, "identity": run.state.identity}
        if status != "running":
            log["notes"] = [*run.state.notes, *more]
        if status == "finished":
            log["written"] = _stamps(run.out)
        run.folder.write_json(LOG, log)

    def _versions(self, frozen: Frozen, used: Used) -> dict[str, str]:
        run = self._run
        cleaner = run.cleaner
        versions = {"cleanup": __version__, "rules": cleaner.rules.digest}
        if cleaner.protected:
            versions["protected"] = cleaner.protected.digest
        if frozen.recurrence is not None:
            versions["recurrence"] = frozen.recurrence.digest
        if cleaner.prior is not None:
            versions |= {"prior": cleaner.prior.digest, "model": run.options.opened().digest}
        if used.at_work:
            versions |= {"channels": digest_of(used.at_work), "model": run.options.opened().digest}
        return versions

    def _report(self, summary: dict[str, Any]) -> None:
        from cleanup.report.html import render

        run = self._run
        page = render(
            summary,
            run.state.tally.shown(),
            rules=run.cleaner.rules,
            left_out=run.state.tally.left_out,
            lang="en" if run.lang == "en" else "zh",
            title=run.out.name,
        )
        with run.folder.writing("report.html") as f:
            f.write(page.encode())

    def _finished(self, identity: dict[str, str]) -> Result | None:
        """The result of this very run, where the folder holds it finished and untouched."""
        run = self._run
        log = None if run.options.fresh else run.folder.log()
        if (
            log is None
            or log.get("status") != "finished"
            or log.get("written") != _stamps(run.out)
            or differences(log.get("identity", {}), identity)
        ):
            return None
        summary = msgspec.json.decode((run.out / "summary.json").read_bytes())
        tally = Tally.of_summary(summary)
        return Result(tally, run.out, False, log["notes"], log["seconds"], Used(), done_before=True)


def _stamps(out: Path) -> dict[str, list[int]]:
    """By what a finished run's files are told from files that were changed since: sizes and times of change."""
    found = {name: (out / name).stat() for name in _STAMPED if (out / name).exists()}
    return {name: [s.st_size, s.st_mtime_ns] for name, s in found.items()}
