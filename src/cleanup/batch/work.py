"""What a worker does: tasks in, bytes and counts out. A pure function of the task, the cleaner and the options."""

from __future__ import annotations

import base64
import traceback
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import msgspec

from cleanup.batch.tasks import Task
from cleanup.channel.items import Channel
from cleanup.data import Document, Outcome
from cleanup.drift.signs import Signs
from cleanup.drift.watch import signs_of_source
from cleanup.dumps.packing import empty, packed
from cleanup.dumps.record import InputFile, Record, Reject, unreadable
from cleanup.dumps.walk import FORMATS, is_whole
from cleanup.facts import facts_of
from cleanup.flow import TOGETHER, fault, groups, outcomes_of
from cleanup.learn.dump import Learner, Survey
from cleanup.learn.sample import Sampled
from cleanup.pipeline import Cleaner
from cleanup.recurrence import Recurrence
from cleanup.runfolder import LOG
from cleanup.sampling import text_hash
from cleanup.seen import Seen, article_key, key_bytes
from cleanup.tally import Tally, Worst, article_line

_ENCODER = msgspec.json.Encoder()
# Tasks are numbered in the run, and articles in their task.
_TASK = 1 << 24


@dataclass(frozen=True, slots=True)
class Telling:
    """What is written of an article beside its cleaned text. `asked_…`: however many articles there are."""

    lang: str
    details: bool = True
    patch: bool = True
    table: bool = True
    sample: float = 1.0
    asked_patch: bool = False
    asked_table: bool = False


@dataclass(slots=True)
class Written:
    """What one file among the cleaned gets from a task, and whether any of it is an article."""

    file: InputFile
    data: bytes
    articles: int


@dataclass(slots=True)
class Done:
    """A task that was done.

    notes     for run.log.json, each with a key under which it is told once, or ""
    warnings  told on the way
    rejects   lines of rejected.jsonl
    articles  of the sources that there are channels of
    keys      of the articles that were cleaned, as seen.key_bytes has them
    """

    number: int
    written: list[Written] = field(default_factory=list)
    findings: bytes = b""
    lines: bytes = b""
    patch: bytes = b""
    table: bytes = b""
    rejects: bytes = b""
    warnings: list[Reject] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    articles: Counter[str] = field(default_factory=Counter)
    keys: bytes = b""


class Cleaning:
    """Does tasks. Of what a report may show it remembers the worst, so that the rest need not be handed back.

    seen  the articles that are known, and left out
    """

    def __init__(self, cleaner: Cleaner, telling: Telling, seen: Seen | None = None) -> None:
        self._cleaner = cleaner
        self._telling = telling
        self._seen = seen
        self._worst = Worst()

    def __call__(
        self, task: Task, most: int | None = None, without: Collection[int] = (), more: bool = True
    ) -> Done:
        """The task, done.

        most     records to read at most
        without  the records, counted over the task, that cost a worker its life: they are rejected
        more     whether a patch and a table that nobody asked for may still come to be
        """
        told = self._telling
        telling = replace(
            told,
            patch=told.patch and (more or told.asked_patch),
            table=told.table and (more or told.asked_table),
        )
        job = _Job(self._cleaner, telling, self._worst, task, set(without), self._seen)
        return job.done(most)

    def count(self, task: Task) -> int:
        """How many records the task has."""
        return sum(1 for _ in _records(task))

    def only(self, task: Task, begin: int, end: int) -> None:
        """Some records of the task, for nothing: whether a worker lives through them."""
        _Job(self._cleaner, self._telling, Worst(), task, (), self._seen, range(begin, end)).done(None)


def _records(task: Task) -> Iterator[tuple[InputFile, Record]]:
    """The records of a task. A file that cannot be read is a reject."""
    for piece in task.pieces:
        try:
            for record in FORMATS[piece.file.format].records(piece):
                yield piece.file, record
        except OSError as e:
            yield piece.file, Record(b"", reject=unreadable(piece.file.name, e))


def _told_apart(task: Task, seen: Seen | None) -> Iterator[tuple[InputFile, Record, bool]]:
    """The records of a task, each with whether it is an article that is known."""
    records = _records(task)
    if seen is None:
        yield from ((file, record, False) for file, record in records)
        return
    while some := list(islice(records, TOGETHER)):
        documents = [r.document for _, r in some if r.document is not None]
        known = iter(seen.known([article_key(d.source, d.text) for d in documents]))
        for file, record in some:
            yield file, record, record.document is not None and next(known)


class _Job:
    """One task at work."""

    def __init__(
        self,
        cleaner: Cleaner,
        telling: Telling,
        worst: Worst,
        task: Task,
        without: Collection[int],
        seen: Seen | None,
        within: range | None = None,
    ) -> None:
        self._cleaner, self._telling, self._worst, self._task = cleaner, telling, worst, task
        self._without, self._within = without, within
        self._seen = seen
        self._keys: list[int] = []
        self._done = Done(task.number)
        self._at = task.number * _TASK
        self._findings: list[bytes] = []
        self._lines: list[bytes] = []
        self._patch: list[str] = []
        self._rejects: list[bytes] = []
        self._table: Any = None
        if telling.table:
            from cleanup.report.table import Rows

            self._table = Rows()

    def done(self, most: int | None) -> Done:
        data: dict[str, list[bytes]] = {p.file.name: [] for p in self._task.pieces}
        articles = Counter[str]()
        owners: list[InputFile] = []

        def records() -> Iterator[Record]:
            left = most
            for n, (file, record, known) in enumerate(_told_apart(self._task, self._seen)):
                if known:
                    self._done.tally.known += 1
                    continue
                if record.document is not None or record.reject is not None:
                    if left == 0:
                        return
                    left = None if left is None else left - 1
                if not self._is_wanted(record) or (self._within is not None and n not in self._within):
                    continue
                owners.append(file)
                yield self._crashed(file, record) if n in self._without else record

        for group in groups(records()):
            # what was read ahead belongs to the group, and nothing else does
            of, owners[:] = owners[: len(group)], owners[len(group) :]
            for file, record, outcome in zip(of, group, outcomes_of(self._cleaner, group), strict=True):
                written = self._record(record, outcome, file)
                if written is not None:
                    data[file.name].append(written)
                    articles[file.name] += 1
        done = self._done
        by_name = {p.file.name: p.file for p in self._task.pieces}
        done.written = [_packed(by_name[n], b"".join(d), articles[n]) for n, d in data.items()]
        done.findings, done.lines = b"".join(self._findings), b"".join(self._lines)
        done.keys = key_bytes(self._keys)
        done.rejects, done.patch = b"".join(self._rejects), "".join(self._patch).encode()
        if self._table is not None:
            done.table = self._table.taken()
        return done

    def _is_wanted(self, record: Record) -> bool:
        """Whether a record is of the sample that is asked for; what is no article always is."""
        share, document = self._telling.sample, record.document
        return document is None or share >= 1 or text_hash(document.text) < share * (1 << 64)

    def _crashed(self, file: InputFile, record: Record) -> Record:
        line = record.document.record if record.document else 0
        zh = f"处理这一条时程序出错或进程崩溃；其余照常；详见 {LOG}"
        en = f"a worker failed or died over this record; the others are not touched by it; see {LOG}"
        return replace(record, document=None, reject=Reject(file.name, line, "worker_crashed", zh, en))

    def _record(self, record: Record, outcome: Outcome | None, file: InputFile) -> bytes | None:
        """The bytes of a record among the cleaned; None where it was rejected."""
        if record.reject is not None:
            self._reject(record.reject, record)
            return None
        if record.document is None:
            return record.raw
        try:
            outcome = outcome or self._cleaner.clean(record.document)
            data, moved_to = (
                (record.raw, "")
                if not outcome.changed and not record.how.get("derived")
                else FORMATS[file.format].rewrite(record, outcome.text)
            )
        except Exception as e:  # a fault of ours costs this record, not the run, and is told in full
            place = f"{file.name}:{record.document.record}"
            self._done.notes.append(("", f"{place}: {traceback.format_exc()}"))
            what = fault(file.name, record.document.record, e, zh=f"详见 {LOG}，", en=f"see {LOG}, and ")
            self._reject(what, record)
            return None
        self._tell(outcome, moved_to)
        return data

    def _tell(self, outcome: Outcome, moved_to: str) -> None:
        done, document = self._done, outcome.document
        if document.source in self._cleaner.channels:
            done.articles[document.source] += 1
        self._keys.append(article_key(document.source, document.text))
        self._notes(document, moved_to)
        place = f"{document.file}:{document.record}"
        done.notes += (("", f"{place}: {note}") for note in outcome.notes)
        facts = facts_of(outcome)
        done.tally.add(outcome, facts, show=self._telling.details, at=self._at, seen=self._worst)
        self._at += 1
        if not self._telling.details:
            return
        self._findings += (_ENCODER.encode(f) + b"\n" for f in outcome.findings)
        self._lines.append(_ENCODER.encode(article_line(outcome, facts)) + b"\n")
        if self._telling.patch and outcome.changed:
            from cleanup.report.patch import article_patch, patch_path

            self._patch.append(article_patch(outcome, patch_path(document)))
        if self._table is not None:
            self._table.add(outcome)

    def _notes(self, document: Document, moved_to: str) -> None:
        """What is told of how an article was read and written."""
        done, place = self._done, f"{document.file}:{document.record}"
        if not document.text.strip():
            done.warnings.append(Reject(document.file, document.record, "empty", *_why_empty(document.meta)))
        encoding, by = document.meta.get("encoding", "utf-8"), document.meta.get("encoding_by")
        if encoding != "utf-8" and by != "named":
            sure = document.meta.get("encoding_sure")
            key = f"{document.file}\0{encoding}"
            done.notes.append((key, f"{place}: read as {encoding} (by {by}, sure {sure})"))
        if moved_to:
            note = f"{place}: written as {moved_to}, which its own encoding could not hold"
            done.notes.append(("", note))
            zh, en = (
                f"原编码写不下，已改用 {moved_to}",
                f"did not fit its encoding and was written as {moved_to}",
            )
            done.warnings.append(Reject(document.file, 0, "re_encoded", zh, en))

    def _reject(self, reject: Reject, record: Record) -> None:
        self._done.tally.reject(reject)
        self._done.warnings.append(reject)
        raw = record.told or (record.raw if record.raw.count(b"\n") <= 1 else b"")
        self._rejects.append(rejected(reject, raw, self._telling.lang))


def _packed(file: InputFile, data: bytes, articles: int) -> Written:
    """What a file gets, as a member of its packing."""
    return Written(
        file, packed(data, file.packing) or (empty(file.packing) if is_whole(file) else b""), articles
    )


def rejected(reject: Reject, raw: bytes, lang: str) -> bytes:
    """A line of rejected.jsonl: what could not be read, with the reason; whole files stay where they are, unread."""
    line = reject_line(reject, lang)
    if raw and reject.reason != "binary":
        try:
            line["raw"] = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            line["raw_base64"] = base64.b64encode(raw).decode()
    return _ENCODER.encode(line) + b"\n"


def reject_line(reject: Reject, lang: str) -> dict[str, Any]:
    """A line of rejected.jsonl."""
    return {
        "file": reject.file,
        "line": reject.line,
        "reason": reject.reason,
        "message": reject.tell(lang),
    }


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


class Surveying:
    """Counts and samples tasks. It remembers what it handed back, so that it hands back only what may matter.

    seen  the articles that are known: their lines are counted, and they are not sampled
    """

    def __init__(self, *, lines: bool, texts: bool, seen: Seen | None = None) -> None:
        self._all = Survey.asked(lines=lines, texts=texts)
        self._seen = seen

    def __call__(self, task: Task) -> Survey:
        part = self._all.like()
        for _, record, known in _told_apart(task, self._seen):
            if record.document is not None:
                part.add(record.document, beside=self._all, sampled=not known)
        return part


class Signing:
    """Takes the signs of a source."""

    def __init__(self, recurrence: Recurrence | None) -> None:
        self._recurrence = recurrence

    def __call__(self, source: str, sampled: tuple[Sampled, ...], channel: Channel | None) -> Signs | None:
        lines = self._recurrence.of(source) if self._recurrence else None
        return signs_of_source(sampled, channel, lines)


@dataclass(frozen=True, slots=True)
class Learning:
    """Learns the channel of a source. `stop` is heard in the process whose list it is."""

    learner: Learner
    stop: list[int]

    def __call__(self, source: str, sampled: tuple[Sampled, ...]) -> tuple[Channel | None, str]:
        """The channel, and a traceback where learning failed."""
        faults: list[str] = []
        channels = list(
            self.learner.channels(
                {source: sampled}, stop=self.stop, fault=lambda _, trace: faults.append(trace)
            )
        )
        return (channels[0] if channels else None), "".join(faults)
