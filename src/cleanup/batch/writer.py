"""Where the results of tasks go, in order."""

from __future__ import annotations

from pathlib import Path

from cleanup.batch.checkpoint import FOLDER as RESUME
from cleanup.batch.options import MANY
from cleanup.batch.outputs import Outputs
from cleanup.batch.setting import Setting
from cleanup.batch.tasks import End, Task
from cleanup.batch.work import Done, rejected
from cleanup.dumps.packing import empty
from cleanup.dumps.record import BadFile, InputFile, Reject
from cleanup.dumps.walk import FORMATS, is_whole
from cleanup.seen import FILE as SEEN
from cleanup.seen import write_seen

PATCH, TABLE = "diff.patch", "findings.csv"
_LINES = ("findings.jsonl", "articles.jsonl")
_REJECTED = "rejected.jsonl"
# Names of the articles that were cleaned, in the order of the input, until all are known.
_KEYS = f"{RESUME}/seen"


class Writer:
    """Writes what tasks gave, and counts it in the state of the run."""

    def __init__(self, run: Setting, outputs: Outputs) -> None:
        self._run, self.outputs = run, outputs
        details = not run.options.cleaned_only
        self.patch = details and run.options.patch is not False
        self.table = details and run.options.csv is not False
        self._details = details

    def begin(self) -> None:
        """The files that every run has, and what of the input no reader can take."""
        out = self.outputs
        for name in (*(_LINES if self._details else ()), _REJECTED):
            out.add(name, b"")
        if self.patch:
            out.add(PATCH, b"")
        if self.table:
            from cleanup.report.table import header

            out.add(TABLE, header())
        out.add(_KEYS, b"")
        for reject in self._run.odd:
            self._reject(reject)

    def take(self, task: Task, done: Done) -> None:
        """Write what came of a task."""
        run, out, state = self._run, self.outputs, self._run.state
        for written in done.written:
            name = f"cleaned/{written.file.cleaned}"
            if not is_whole(written.file):
                out.add(name, written.data)
            elif written.articles:
                # a reject that was a whole file leaves no empty shell of itself among the cleaned
                out.write(name, written.data)
        if self._details:
            out.add("findings.jsonl", done.findings)
            out.add("articles.jsonl", done.lines)
        out.add(_REJECTED, done.rejects)
        state.tally.merge(done.tally)
        self._extra(PATCH, done.patch, self.patch and run.options.patch)
        self._extra(TABLE, done.table, self.table and run.options.csv)
        state.articles.update(done.articles)
        out.add(_KEYS, done.keys)
        for key, note in done.notes:
            if key not in state.told:
                state.notes.append(note)
                if key:
                    state.told.add(key)
        for warning in done.warnings:
            run.watch.warn(warning)
        state.done = task.number + 1

    @property
    def more(self) -> bool:
        """Whether a patch and a table that nobody asked for may still come to be."""
        return self._run.state.tally.read <= MANY

    def _extra(self, name: str, data: bytes, wanted: bool | None) -> None:
        """Write on a patch or a table; away with one of a dump too large for it."""
        if wanted is None and not self.more:
            if name in self.outputs:
                self.outputs.drop(name)
        elif wanted is not False:
            self.outputs.add(name, data)

    def end(self, end: End) -> Path | None:
        """A file of records is written to its end, or as far as it could be read.

        Returns what it was made of, where that is not it: it is of no more use once the state is saved.
        """
        name = f"cleaned/{end.file.cleaned}"
        left = None
        if end.reject is not None:
            self._reject(end.reject)
        if end.reject is None or name in self.outputs:
            left = self.whole(end.file)
        self._run.state.ended += 1
        return left

    def whole(self, file: InputFile) -> Path | None:
        """A file of records gets its name."""
        name, out = f"cleaned/{file.cleaned}", self.outputs
        if not out.length(name):
            out.add(name, empty(file.packing))
        out.let_go(name)
        partial = out.partial(name)
        try:
            FORMATS[file.format].finish(file, partial, out.folder / name, self._run.options.fields)
        except BadFile as e:
            self._reject(e.reject)
        return partial if partial.exists() else None

    def all_whole(self) -> None:
        """Files of records whose end was not waited for get their names."""
        for file in self._run.files:
            if f"cleaned/{file.cleaned}" in self.outputs and (left := self.whole(file)) is not None:
                left.unlink()

    def close(self) -> None:
        """Everything gets its name, and what a kill may have left beside it goes; the next run is told what was read."""
        run, keys = self._run, self.outputs.partial(_KEYS)
        # it goes with the folder that it lies in, once the run is told to be finished
        self.outputs.let_go(_KEYS)
        with run.folder.writing(SEEN) as f:
            write_seen(f, [keys], None if run.options.after is None else run.options.after.seen, keys.parent)
        for file in self._run.files:
            if not is_whole(file):
                self.outputs.partial(f"cleaned/{file.cleaned}").unlink(missing_ok=True)
        for name in list(self.outputs.lengths()):
            self.outputs.whole(name)

    def _reject(self, reject: Reject) -> None:
        self._run.state.tally.reject(reject)
        self.outputs.add(_REJECTED, rejected(reject, b"", self._run.lang))
        self._run.watch.warn(reject)
