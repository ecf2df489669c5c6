"""The journey of a revert: every article is read from the cleaned files and the log, and told again.

The cleaned text and the log give the text as it was read, so the inputs are not asked for. An article whose cleaned
text is not what the log says, since someone changed it, is refused. All is written aside, and moved into place at once.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import msgspec

from cleanup import edits as ed
from cleanup.data import Document, Edit, Finding, Outcome
from cleanup.decode.abstained import silences_told
from cleanup.dumps.formats import kind_of, same_kind
from cleanup.dumps.packing import PackedWriter
from cleanup.dumps.record import Record
from cleanup.errors import EditError, InputError
from cleanup.facts import facts_told
from cleanup.numbering import place_digest
from cleanup.revert.channels import RunChannels
from cleanup.revert.log import Line, Raw, RunLog
from cleanup.revert.staged import Staged, finish
from cleanup.revert.wanted import Wanted, known
from cleanup.tally import Tally, verdict

RECORD = "reverted.jsonl"


@dataclass(slots=True)
class Taken:
    """What was taken back, or would be.

    findings, articles  how many; by_rule, by_item  findings of each
    melted    of the findings, those that are edits of several rules in one
    refused   articles that hold such edits and are not what the log says, as (file:record, id)
    unfit     how many others are not what the log says: the patch and the report leave them out
    rejected  items that were rejected in channels of the run, as (source, name)
    """

    findings: int = 0
    articles: int = 0
    melted: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    by_item: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    unfit: int = 0
    rejected: list[tuple[str, str]] = field(default_factory=list)


def revert(folder: Path, wanted: Wanted, *, dry_run: bool = False, keep_channel: bool = False) -> Taken:
    """Take back the applied edits that are wanted, in the folder of a finished run; with `dry_run` only say so.

    Items that are meant as such are rejected in the channels of the run, too, unless `keep_channel` is set.
    Raises InputError for a folder of no finished run or a log that does not hold together, UsageError for a filter
    that fits nothing of the run, ChannelError for a channel of the run that does not load.
    """
    finish(folder)
    log = RunLog.open(folder)
    channels = RunChannels.of(folder)
    wanted = known(wanted, (f for _, f in log.findings()), channels.names)
    taken = Taken()
    with Staged(folder, dry_run=dry_run) as staged:
        with ExitStack() as stack:
            job = _Job(log, wanted, staged, taken, stack)
            for file, lines in groupby(log.articles(), key=lambda pair: str(pair[1]["file"])):
                job.file(file, lines)
            job.finish()
        if wanted.whole_items and not keep_channel:
            taken.rejected = channels.reject(wanted, staged)
        if taken.findings or taken.rejected:
            staged.commit()
    return taken


def restored(text: str, chars: int, findings: Sequence[Finding]) -> str | None:
    """The text as it was read, of `chars` characters, from its cleaned text and the findings in order of place.

    None where the cleaned text is not what they say. Ids hold what stood around a place, so that a change near one
    does not pass.
    """
    back: list[Edit] = []
    shift = 0
    for f in findings:
        edit = f.edit
        if not f.applied or edit is None:
            continue
        start = edit.start + shift
        end = start + len(edit.replacement)
        if text[start:end] != edit.replacement:
            return None
        back.append(Edit(start, end, f.observed))
        shift += len(edit.replacement) - (edit.end - edit.start)
    try:
        original = ed.apply(text, back)
    except EditError:
        return None
    fits = len(original) == chars and all(
        f.observed == original[f.start : f.end]
        and f.id.partition("-")[0] == place_digest(f.rule, f.article, original, f.start, f.end)
        for f in findings
    )
    return original if fits else None


class _Job:
    """The files of the folder, written anew article by article."""

    def __init__(self, log: RunLog, wanted: Wanted, staged: Staged, taken: Taken, stack: ExitStack) -> None:
        self._log, self._wanted, self._staged, self._taken = log, wanted, staged, taken
        self._tally = Tally()
        self._encoder = msgspec.json.Encoder()
        self._found = _Ahead(log.findings())
        self._files = {f.file for _, f in log.findings() if f.applied and wanted.takes(f)}
        self._now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        names = ("findings.jsonl", "articles.jsonl", RECORD)
        self._findings, self._articles, self._record = (stack.enter_context(staged.writing(n)) for n in names)
        before = log.folder / RECORD
        held = before.read_bytes() if before.exists() else b""
        self._record.write(held)
        self._before = held.count(b"\n")
        # what the run did not write is not written now
        self._patch: IO[bytes] | None = None
        if (log.folder / "diff.patch").exists():
            self._patch = stack.enter_context(staged.writing("diff.patch"))
        self._table: Any = None
        if (log.folder / "findings.csv").exists():
            from cleanup.report.table import FindingsCsv

            self._table = stack.enter_context(FindingsCsv(staged.path("findings.csv")))

    def file(self, file: str, lines: Iterator[tuple[bytes, Line]]) -> None:
        """The articles of one input file. What was written of it is written again where edits of it are meant."""
        records = self._log.records(file)
        with ExitStack() as stack:
            out: PackedWriter | None = None
            if file in self._files and self._log.is_there(file):
                to = self._staged.path(self._log.cleaned(file)[1])
                out = stack.enter_context(same_kind(self._log.written(file), to, self._log.fields))
            for raw, line in lines:
                record = _next_article(records, out)
                data = self._article(raw, line, self._found.of(line), record)
                if out is not None:
                    out.write(data)
            for record in records:
                if out is not None:
                    out.write(record.raw)

    def _article(self, raw: bytes, line: Line, findings: Sequence[Raw], record: Record | None) -> bytes:
        """Tell an article again, and give its bytes among the cleaned."""
        found = [f for _, f in findings]
        meant = [f for f in found if f.applied and self._wanted.takes(f)]
        record, original = self._fit(line, record, found)
        if original is None:
            place = f"{line['file']}:{line['record']}"
            if meant:
                self._taken.refused.append((place, str(line["article"])))
            else:
                self._taken.unfit += 1
            meant = []
        gone = {f.id for f in meant}
        after = [replace(f, applied=False) if f.id in gone else f for f in found]
        outcome = _outcome(line, self._log.cleaned(str(line["file"]))[0], original, after)
        for (old, f), new in zip(findings, after, strict=True):
            if f is not new:
                old = self._encoder.encode({**msgspec.json.decode(old), "applied": False}) + b"\n"
            self._findings.write(old)
        if meant:
            self._count(meant)
            counts = {"applied": len(outcome.applied), "verdict": verdict(outcome)}
            raw = self._encoder.encode({**line, **counts}) + b"\n"
        self._articles.write(raw)
        self._tally.add(outcome, facts_told(line), show=original is not None)
        self._tell(outcome, fits=original is not None)
        if record is None:
            return b""
        return self._log.rewritten(str(line["file"]), record, outcome.text) if meant else record.raw

    def _fit(
        self, line: Line, record: Record | None, found: Sequence[Finding]
    ) -> tuple[Record | None, str | None]:
        """The record, read so that it is what the log says, and the text as the run read it."""
        if record is None:
            return None, None
        file, chars = str(line["file"]), int(line["chars"])
        for reading in self._log.readings(file, record):
            text = reading.document.text if reading.document else ""
            original = restored(text, chars, found)
            if original is None and text.endswith("\n") and self._log.cleaned(file)[0] == "html":
                # the text of a page is written with a newline at its end
                original = restored(text[:-1], chars, found)
            if original is not None:
                return reading, original
        return record, None

    def _count(self, meant: Sequence[Finding]) -> None:
        taken = self._taken
        taken.articles += 1
        taken.findings += len(meant)
        for f in meant:
            taken.by_rule[f.rule] += 1
            taken.melted += "melted_from" in f.evidence
            if "item" in f.evidence:
                taken.by_item[str(f.evidence["item"])] += 1
            said = {"time": self._now, "file": f.file, "record": f.record, "article": f.article, "id": f.id}
            self._record.write(self._encoder.encode({**said, "filter": self._wanted.told}) + b"\n")

    def _tell(self, outcome: Outcome, *, fits: bool) -> None:
        """An article in the patch and the table, where the run has them."""
        if self._patch is not None and fits and outcome.changed:
            from cleanup.report.patch import article_patch, patch_path

            self._patch.write(article_patch(outcome, patch_path(outcome.document)).encode())
        if self._table is None:
            return
        if fits:
            self._table.add(outcome)
        else:
            for f in outcome.findings:
                self._table.add_finding(f)

    def finish(self) -> None:
        """Counts and report. Raises InputError where findings are left that no article has."""
        if (left := self._found.next) is not None:
            raise InputError(
                f"findings.jsonl 里 {left[1].id} 的文章不在 articles.jsonl 里应在的位置",
                f"the article of {left[1].id} in findings.jsonl is not where it should be in articles.jsonl",
                where=str(self._log.folder),
            )
        for reject in self._log.rejects():
            self._tally.reject(reject)
        summary = self._log.summary | self._tally.summary(self._log.summary.get("versions", {}))
        summary["reverted"] = self._before + self._taken.findings
        self._staged.write_json("summary.json", summary)
        if not (self._log.folder / "report.html").exists():
            return
        from cleanup.report.html import render

        page = render(
            summary,
            self._tally.shown(),
            rules=self._log.rules(),
            left_out=self._tally.left_out,
            lang="en" if self._log.command.get("lang") == "en" else "zh",
            title=self._log.folder.name,
        )
        with self._staged.writing("report.html") as f:
            f.write(page.encode())


class _Ahead:
    """Findings, handed out article by article."""

    def __init__(self, findings: Iterator[Raw]) -> None:
        self._findings = findings
        self.next = next(findings, None)

    def of(self, line: Line) -> list[Raw]:
        """The next findings, as far as they are of this article."""
        out: list[Raw] = []
        article = line["file"], line["record"], line["article"]
        while self.next and (self.next[1].file, self.next[1].record, self.next[1].article) == article:
            out.append(self.next)
            self.next = next(self._findings, None)
        return out


def _next_article(records: Iterator[Record], out: PackedWriter | None) -> Record | None:
    """The next record that is an article; blank lines before it are copied."""
    for record in records:
        if record.document is not None or record.reject is not None:
            return record
        if out is not None:
            out.write(record.raw)
    return None


def _outcome(line: Line, form: str, original: str | None, findings: Sequence[Finding]) -> Outcome:
    """The outcome of an article as a run has it. Where its text is not known one of its length stands in."""
    kind = "html" if form.startswith("html") else form
    if kind in ("txt", "md"):
        kind = kind_of(str(line["file"]))[0] or "txt"
    exact = kind in ("txt", "md")
    meta = {k: line.get(k, "") for k in ("title", "date", "site", "author")}
    meta |= {
        "format": kind,
        "line": 1 if kind in ("txt", "md", "html") else line["record"],
        "text_offset_exact": exact,
        "list_page": line.get("list_page", False),
    }
    text = original if original is not None else ("?" if line.get("visible") else " ") * int(line["chars"])
    document = Document(
        str(line["article"]), text, str(line.get("source", "")), str(line["file"]), int(line["record"]), meta
    )
    applied = tuple(f for f in findings if f.applied)
    after = ed.apply(text, [e for f in applied if (e := f.edit) is not None])
    return Outcome(
        document, tuple(findings), applied, (), after, tuple(line.get("notes", ())), silences_told(line)
    )
