"""Many documents: read, clean, write, count. Nothing is dropped: read = unchanged + changed + rejected."""

from __future__ import annotations

import base64
import datetime
import signal
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from cleanup import __version__
from cleanup.channel.files import FOLDER
from cleanup.channel.items import Channel, digest_of
from cleanup.data import Outcome
from cleanup.dumps.record import Fields, InputFile, Record, Reject, unreadable
from cleanup.dumps.walk import FORMATS, read, walk
from cleanup.errors import InputError
from cleanup.facts import facts_of
from cleanup.flow import Watch, fault, groups, is_enough, outcomes_of
from cleanup.learn.dump import Before, Learner, Survey
from cleanup.learn.sample import TextSample
from cleanup.pipeline import Cleaner
from cleanup.recurrence import ARTICLES_MIN, LineCounts
from cleanup.runfolder import LOG, RunFolder
from cleanup.sampling import SAMPLE
from cleanup.tally import Tally, article_line

if TYPE_CHECKING:
    from cleanup.lm.model import Model

# Above this many articles a patch and a table are written on request only: nobody reads them.
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is told beside its inputs. None for patch and csv: up to MANY articles.

    `report`: whether report.html is written; standard input that goes to standard output needs none.
    `recurrence`: lines are counted over each source first, and what recurs is evidence of page.
    `learn`: the channel of each source is learned first, but of those for which one is given in `channels`.
    `model`: what opens the term-frequency model; the one that ships where it is None.
    """

    fields: Fields = field(default_factory=Fields)
    encoding: str = "auto"
    pages: str = "html"
    overwrite: bool = False
    patch: bool | None = None
    csv: bool | None = None
    report: bool = True
    recurrence: bool = True
    learn: bool = True
    channels: tuple[Channel, ...] = ()
    model: Callable[[], Model] | None = None

    def opened(self) -> Model:
        """The model that channels are learned and decoded with."""
        if self.model is not None:
            return self.model()
        from cleanup.lm.model import shipped_model

        return shipped_model()


@dataclass(frozen=True, slots=True)
class Result:
    """A run that ended: its counts, and whether it was stopped before the end of the input."""

    tally: Tally
    out: Path
    interrupted: bool
    notes: list[str]
    seconds: float
    used: Used


def run(
    inputs: Sequence[Path],
    out: Path,
    cleaner: Cleaner,
    command: dict[str, Any],
    options: Options,
    watch: Watch,
    lang: str,
) -> Result:
    """Clean every article under `inputs` and write everything a run writes into `out`.

    `command` identifies the run: a folder that holds the same one is written anew. Ctrl-C ends the
    run after the articles at hand; what is done is kept, and the file at hand stays
    `.partial`. Raises InputError, UsageError, ChannelError, ModelError before anything is written.
    """
    files, odd = walk(inputs, out, pages=options.pages)
    if not files and not odd:
        raise InputError("没有可读的文件", "no file to read", where=" ".join(map(str, inputs)))
    folder = RunFolder(out)
    dump = _worth_counting(files)
    learning = options.learn and dump
    # read before they are taken away: an editor may have decided about them
    same = learning and folder.holds_run_of(command["inputs"])
    before = Before.of(out / FOLDER) if same else Before(out / FOLDER)
    if cleaner.prior is not None or any(c.items for c in options.channels):
        options.opened()  # a model that is broken is told before anything is written
    folder.claim(command, overwrite=options.overwrite, keep=(FOLDER,) if same else ())
    started, clock = datetime.datetime.now(datetime.UTC), time.monotonic()
    folder.write_json(LOG, {"status": "running", "started": started.isoformat(), "command": command})
    survey = Survey(LineCounts() if options.recurrence and dump else None, TextSample() if learning else None)
    counting = survey.lines is not None or survey.texts is not None
    watch.total(sum(f.size for f in files) * (2 if counting else 1))
    channels = {c.source: c for c in options.channels}
    faults: list[str] = []
    with ExitStack() as stack, stop_requests() as stop:
        if counting:
            watch.phase("数行", "counting lines")
            # what cannot be read is left to the pass that cleans
            survey.read(files, options.fields, options.encoding, stop=stop, advance=watch.advance)
            cleaner = cleaner.knowing(survey.recurrence())
        if survey.texts is not None and not stop:
            for channel in _learned(survey, cleaner, options, before, watch, stop, faults):
                channels.setdefault(channel.source, channel)
            cleaner = cleaner.knowing(channels=tuple(channels.values()))
        elif channels:
            cleaner = cleaner.knowing(channels=tuple(channels.values()))
        if counting:
            watch.phase("清理", "cleaning")
        job = _Job(folder, cleaner, options, watch, lang, stack)
        job.notes += faults
        for reject in odd:
            job.reject(reject, b"")
        job.files(files, stop)
        interrupted = bool(stop)
    seconds = time.monotonic() - clock
    used = Used.of(channels, options.channels, job.articles)
    versions = {"cleanup": __version__, "rules": cleaner.rules.digest}
    if cleaner.protected:
        versions["protected"] = cleaner.protected.digest
    if cleaner.recurrence is not None:
        versions["recurrence"] = cleaner.recurrence.digest
    if cleaner.prior is not None:
        versions |= {"prior": cleaner.prior.digest, "model": options.opened().digest}
    model = ""
    if used.at_work:
        model = options.opened().digest
        versions |= {"channels": digest_of(used.at_work), "model": model}
    job.finish(versions, complete=not interrupted)
    folder.write_json(
        LOG,
        {
            "status": "interrupted" if interrupted else "finished",
            "started": started.isoformat(),
            "seconds": round(seconds, 3),
            "chars_per_second": round(job.tally.chars / seconds) if seconds else None,
            "command": command,
            "notes": job.notes + ([] if interrupted else used.differences(job.articles, model)),
        },
    )
    return Result(job.tally, out, interrupted, job.notes, seconds, used)


def _worth_counting(files: Sequence[InputFile]) -> bool:
    """Whether there can be enough articles for a line to recur: a file of records, or several files."""
    return len(files) >= ARTICLES_MIN or any(f.format not in ("txt", "md") for f in files)


def _learned(
    survey: Survey,
    cleaner: Cleaner,
    options: Options,
    before: Before,
    watch: Watch,
    stop: list[int],
    faults: list[str],
) -> list[Channel]:
    """The channels of the sources that none was given for, with what editors decided, as they lie in the folder.

    Stopped while learning, nothing is written, and what lay there stays.
    """
    assert survey.texts is not None
    given = {c.source for c in options.channels}
    sources = {s: texts for s, texts in survey.texts.sources().items() if s not in given}
    learner = Learner(cleaner.rules, cleaner.recurrence, options.opened)
    channels = [
        before.merged(c)
        for c in learner.channels(
            sources,
            stop=stop,
            begin=lambda n, of, source: watch.phase(f"学习 {n}/{of}", f"learning {n}/{of}"),
            fault=lambda source, trace: faults.append(f"learning {source}: {trace}"),
        )
    ]
    if stop:
        return []
    before.prune(before.write(channels))
    return channels


@dataclass(frozen=True, slots=True)
class Used:
    """The channels of a run: those learned, those given, those of both that had something to repair by,
    and of those given the ones whose source was not in the input.
    """

    learned: tuple[Channel, ...] = ()
    given: tuple[Channel, ...] = ()
    at_work: tuple[Channel, ...] = ()
    not_met: tuple[Channel, ...] = ()

    @staticmethod
    def of(channels: Mapping[str, Channel], given: Sequence[Channel], articles: Mapping[str, int]) -> Used:
        """`articles` has how many articles there were of the sources of the channels."""
        named = {c.source for c in given}
        met = [c for c in channels.values() if articles.get(c.source)]
        return Used(
            tuple(c for c in channels.values() if c.source not in named),
            tuple(given),
            tuple(c for c in met if any(i.status != "rejected" for i in c.items)),
            tuple(c for c in given if not articles.get(c.source)),
        )

    def differences(self, articles: Mapping[str, int], model: str) -> list[str]:
        """In what the input and the model are not those that the channels given were learned from."""
        notes = []
        for c in self.given:
            now = min(articles.get(c.source, 0), SAMPLE)
            if now and now != c.articles:
                notes.append(
                    f"channel of {c.source}: learned from {c.articles} articles, and there are {now} now"
                )
            if now and model and c.model and c.model != model:
                notes.append(
                    f"channel of {c.source}: learned with the model {c.model}, and decoded with {model}"
                )
        return notes


def reject_line(reject: Reject, lang: str) -> dict[str, Any]:
    """A line of rejected.jsonl."""
    return {
        "file": reject.file,
        "line": reject.line,
        "reason": reject.reason,
        "message": reject.tell(lang),
    }


class _Stopped(Exception):
    """The user asked to stop; leaves the file at hand partial."""


@contextmanager
def stop_requests() -> Iterator[list[int]]:
    """A list that is empty until the user asks to stop (Ctrl-C, SIGTERM); the second Ctrl-C stops at once.

    Between two records nothing is half written, so that is where a run looks at it.
    """
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def note(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {s: signal.signal(s, note) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for s, handler in before.items():
            signal.signal(s, handler)


class _Job:
    """The open files of a run, and what goes into them."""

    def __init__(
        self, folder: RunFolder, cleaner: Cleaner, options: Options, watch: Watch, lang: str, stack: ExitStack
    ) -> None:
        self.tally = Tally()
        self.notes: list[str] = []
        # articles of the sources that there are channels of
        self.articles: Counter[str] = Counter()
        self._read_as: set[tuple[str, str]] = set()
        self._folder = folder
        self._cleaner = cleaner
        self._options = options
        self._watch = watch
        self._lang = lang
        self._encoder = msgspec.json.Encoder()
        self._out = {
            n: stack.enter_context(folder.writing(f"{n}.jsonl")) for n in ("findings", "articles", "rejected")
        }
        self._patch: IO[bytes] | None = (
            stack.enter_context(folder.writing("diff.patch")) if options.patch is not False else None
        )
        self._table: Any = None
        if options.csv is not False:
            from cleanup.report.table import FindingsCsv

            self._table = stack.enter_context(FindingsCsv(folder.path / "findings.csv"))

    def files(self, files: Sequence[InputFile], stop: list[int]) -> None:
        """Every input file into cleaned/, with what was found on the way; files of one article several at a time."""
        held: list[tuple[InputFile, list[Record]]] = []
        for file in files:
            if stop:
                return
            if file.format == "jsonl":
                self._whole(held)
                self._lines(file, stop)
                continue
            try:
                held.append((file, list(self._read(file))))
            except OSError as e:
                self._whole(held)
                self._cannot(file, e)
            if is_enough([r for _, records in held for r in records]):
                self._whole(held)
        if not stop:
            self._whole(held)

    def _whole(self, held: list[tuple[InputFile, list[Record]]]) -> None:
        """Write files of one article each, and hold them no longer."""
        outcomes = iter(outcomes_of(self._cleaner, [r for _, records in held for r in records]))
        for file, records in held:
            wrote = 0
            try:
                with self._folder.writing(f"cleaned/{file.cleaned}") as cleaned:
                    for record, outcome in zip(records, islice(outcomes, len(records)), strict=True):
                        wrote += self._record(record, outcome, file, cleaned)
                        self._watch.advance(len(record.raw))
            except OSError as e:
                self._cannot(file, e)
                continue
            if not wrote:
                # a reject that was a whole file leaves no empty shell of itself among the cleaned
                (self._folder.path / "cleaned" / file.cleaned).unlink(missing_ok=True)
        held.clear()

    def _lines(self, file: InputFile, stop: list[int]) -> None:
        """Write a file of records. Stopped, it stays `.partial`."""
        try:
            with suppress(_Stopped), self._folder.writing(f"cleaned/{file.cleaned}") as cleaned:
                for records in groups(self._read(file)):
                    for record, outcome in zip(records, outcomes_of(self._cleaner, records), strict=True):
                        self._record(record, outcome, file, cleaned)
                        self._watch.advance(len(record.raw))
                    if stop:
                        raise _Stopped
        except OSError as e:
            self._cannot(file, e)

    def _read(self, file: InputFile) -> Iterator[Record]:
        return read(file, self._options.fields, self._options.encoding)

    def _cannot(self, file: InputFile, e: OSError) -> None:
        self.reject(unreadable(file.name, e), b"")

    def _record(self, record: Record, outcome: Outcome | None, file: InputFile, cleaned: IO[bytes]) -> int:
        """Write one record; 0 where it was rejected."""
        if record.reject is not None:
            self.reject(record.reject, record.raw)
            return 0
        if record.document is None:
            cleaned.write(record.raw)
            return 1
        try:
            outcome = outcome or self._cleaner.clean(record.document)
            data, moved_to = (
                (record.raw, "")
                if not outcome.changed and not record.how.get("derived")
                else FORMATS[file.format].rewrite(record, outcome.text)
            )
        except Exception as e:  # a fault of ours costs this record, not the run, and is told in full
            self.notes.append(f"{file.name}:{record.document.record}: {traceback.format_exc()}")
            self.reject(
                fault(file.name, record.document.record, e, zh=f"详见 {LOG}，", en=f"see {LOG}, and "),
                record.raw,
            )
            return 0
        cleaned.write(data)
        self._tell(outcome, moved_to)
        return 1

    def _tell(self, outcome: Outcome, moved_to: str) -> None:
        document = outcome.document
        if document.source in self._cleaner.channels:
            self.articles[document.source] += 1
        place = f"{document.file}:{document.record}"
        if not document.text.strip():
            self._watch.warn(Reject(document.file, document.record, "empty", *_why_empty(document.meta)))
        encoding, by = document.meta.get("encoding", "utf-8"), document.meta.get("encoding_by")
        if encoding != "utf-8" and by != "named" and (document.file, encoding) not in self._read_as:
            self._read_as.add((document.file, encoding))
            sure = document.meta.get("encoding_sure")
            self.notes.append(f"{place}: read as {encoding} (by {by}, sure {sure})")
        if moved_to:
            self.notes.append(f"{place}: written as {moved_to}, which its own encoding could not hold")
            zh, en = (
                f"原编码写不下，已改用 {moved_to}",
                f"did not fit its encoding and was written as {moved_to}",
            )
            self._watch.warn(Reject(document.file, 0, "re_encoded", zh, en))
        self.notes += (f"{place}: {note}" for note in outcome.notes)
        facts = facts_of(outcome)
        self.tally.add(outcome, facts)
        for finding in outcome.findings:
            self._out["findings"].write(self._encoder.encode(finding) + b"\n")
        self._out["articles"].write(self._encoder.encode(article_line(outcome, facts)) + b"\n")
        if self._patch is not None and outcome.changed:
            from cleanup.report.patch import article_patch, patch_path

            self._patch.write(article_patch(outcome, patch_path(document)).encode())
        if self._table is not None:
            self._table.add(outcome)

    def reject(self, reject: Reject, raw: bytes) -> None:
        """Keep what could not be read, with the reason; whole files stay where they are, unread."""
        self.tally.reject(reject)
        line = reject_line(reject, self._lang)
        if raw and raw.count(b"\n") <= 1 and reject.reason != "binary":
            try:
                line["raw"] = raw.decode().rstrip("\r\n")
            except UnicodeDecodeError:
                line["raw_base64"] = base64.b64encode(raw).decode()
        self._out["rejected"].write(self._encoder.encode(line) + b"\n")
        self._watch.warn(reject)

    def finish(self, versions: dict[str, str], *, complete: bool) -> None:
        """Summary and report; and away with the patch and table of a dump too large for them."""
        for name, wanted in (("diff.patch", self._options.patch), ("findings.csv", self._options.csv)):
            if wanted is None and self.tally.read > MANY:
                (self._folder.path / name).unlink(missing_ok=True)
        summary = {"complete": complete, **self.tally.summary(versions)}
        self._folder.write_json("summary.json", summary)
        if not self._options.report:
            return
        from cleanup.report.html import render

        page = render(
            summary,
            self.tally.shown(),
            rules=self._cleaner.rules,
            left_out=self.tally.left_out,
            lang="en" if self._lang == "en" else "zh",
            title=self._folder.path.name,
        )
        with self._folder.writing("report.html") as f:
            f.write(page.encode())


def _why_empty(meta: Mapping[str, Any]) -> tuple[str, str]:
    """What is told of an article without text, in Chinese and English."""
    if meta.get("list_page"):
        return (
            "网页只有链接，没有正文；写出的是空文章",
            "the page is links alone, without content; an empty article is written",
        )
    if meta.get("format") == "html":
        return (
            "网页里没有找到正文；写出的是空文章",
            "no content was found in the page; an empty article is written",
        )
    return "文章是空的，原样写出", "the article is empty; written as it is"
