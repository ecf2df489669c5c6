"""What the tasks of an engine do: batches of rows in, batches out. Pure functions, so an engine may repeat any of them.

Arrow is the common ground: columns that nobody touches keep their types and bytes.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from cleanup.batch.work import rejected
from cleanup.channel.items import Channel
from cleanup.data import Outcome
from cleanup.dumps.record import Record, Reject
from cleanup.engines.rows import BAD, FILE, LINE, Rows
from cleanup.facts import facts_of
from cleanup.flow import fault, groups, outcomes_of
from cleanup.learn.dump import Learner, Survey
from cleanup.learn.sample import Sampled
from cleanup.pipeline import Cleaner
from cleanup.tally import Tally, article_line

if TYPE_CHECKING:
    import pyarrow as pa

# Columns of what comes back: lines of findings, the line of the article, the line of its reject, and on the first row
# of a batch its counts.
FINDINGS, ARTICLE, REJECTED, TALLY = (
    "_cleanup_findings",
    "_cleanup_article",
    "_cleanup_rejected",
    "_cleanup_tally",
)
# The folder that each of them is written to; cleaned articles are the other columns.
FOLDERS = {"findings": FINDINGS, "articles": ARTICLE, "rejected": REJECTED}
SURVEY = "survey"
# Notes that a batch hands back: a fault that all records share would fill a log.
_NOTES = 20
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Surveying:
    """Counts and samples rows: of all batches together one row with the pickled Survey."""

    rows: Rows
    lines: bool
    texts: bool

    def __call__(self, batches: Iterable[Any]) -> Iterator[pa.RecordBatch]:
        survey = Survey.asked(lines=self.lines, texts=self.texts)
        for batch in batches:
            for record in self.rows.records(batch):
                if record.document is not None:
                    survey.add(record.document)
        yield _one(survey)


def merge(batches: Iterable[Any]) -> Iterator[pa.RecordBatch]:
    """Surveys merged to one: a level of the tree."""
    merged: Survey | None = None
    for batch in batches:
        for data in batch.column(SURVEY).to_pylist():
            survey: Survey = pickle.loads(data)
            if merged is None:
                merged = survey
            else:
                merged.merge(survey)
    if merged is not None:
        yield _one(merged)


def _one(survey: Survey) -> pa.RecordBatch:
    import pyarrow as pa

    data = pickle.dumps(survey, pickle.HIGHEST_PROTOCOL)
    return pa.RecordBatch.from_pydict({SURVEY: pa.array([data], pa.binary())})


@dataclass(frozen=True, slots=True)
class Learning:
    """Learns the channels of sources: each row a pickled source with its sample in, a pickled channel out, with a
    traceback where learning failed.
    """

    learner: Learner

    def __call__(self, batches: Iterable[Any]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            for data in batch.column("sampled").to_pylist():
                source, sampled = pickle.loads(data)
                what = pickle.dumps(_learned(self.learner, source, sampled))
                yield pa.RecordBatch.from_pydict({"channel": pa.array([what], pa.binary())})


def _learned(learner: Learner, source: str, sampled: Sequence[Sampled]) -> tuple[Channel, str]:
    faults: list[str] = []
    channels = learner.channels({source: sampled}, fault=lambda _, trace: faults.append(trace))
    return next(channels), "".join(faults)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Cleans rows. The columns come back as they were but for the text, and null where the row was rejected; beside
    them stand FINDINGS, ARTICLE, REJECTED and TALLY, without the columns that the engine added.
    """

    rows: Rows
    cleaner: Cleaner
    lang: str
    details: bool = True

    def __call__(self, batches: Iterable[Any]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            if len(batch):
                table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
                yield from self._cleaned(table).to_batches()

    def _cleaned(self, table: pa.Table) -> pa.Table:
        import pyarrow as pa

        told = _Told(self.rows, self.cleaner, self.lang, self.details)
        texts: list[bytes | str | None] = []
        for group in groups(self.rows.records(table)):
            for record, outcome in zip(group, outcomes_of(self.cleaner, group), strict=True):
                texts.append(told.cleaned(record, outcome))
        name = LINE if self.rows.format == "jsonl" else self.rows.fields.text
        at = table.schema.get_field_index(name)
        if told.kept != len(texts) or (at >= 0 and pa.types.is_dictionary(table.schema.field(at).type)):
            table = _with_texts(table, at, texts)
        drop = [n for n in (FILE, BAD) if n in table.schema.names]
        table = table.drop_columns(drop)
        first: list[bytes | None] = [None] * len(texts)
        first[0] = pickle.dumps((told.tally, told.notes), pickle.HIGHEST_PROTOCOL)
        for column, values, type_ in (
            (FINDINGS, told.findings, pa.string()),
            (ARTICLE, told.articles, pa.string()),
            (REJECTED, told.rejects, pa.string()),
            (TALLY, first, pa.binary()),
        ):
            table = table.append_column(column, pa.array(values, type_))
        return table


def _with_texts(table: pa.Table, at: int, texts: Sequence[bytes | str | None]) -> pa.Table:
    """The table with other texts in a column; null leaves what stands there."""
    import pyarrow as pa

    field = table.schema.field(at)
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    old = table.column(at)
    values = [old[i].as_py() if t is None else t for i, t in enumerate(texts)]
    return table.set_column(at, pa.field(field.name, kind), pa.array(values, kind))


class _Told:
    """What is told of the rows of a batch, row by row."""

    def __init__(self, rows: Rows, cleaner: Cleaner, lang: str, details: bool) -> None:
        self._rows, self._cleaner, self._lang, self._details = rows, cleaner, lang, details
        self.tally = Tally()
        self.notes: list[str] = []
        self.findings: list[str | None] = []
        self.articles: list[str | None] = []
        self.rejects: list[str | None] = []
        # rows that stay as they are
        self.kept = 0

    def cleaned(self, record: Record, outcome: Outcome | None) -> bytes | str | None:
        """What stands in the place of a row's text; None where it stays as it is. A fault costs the row alone."""
        document = record.document
        if document is None:
            self._tell(reject=record.reject, raw=record.told or record.raw)
            self.kept += 1
            return None
        try:
            outcome = outcome or self._cleaner.clean(document)
            changed = outcome.changed or record.how.get("derived")
            new = self._rows.rewritten(record, outcome.text) if changed else None
            facts = facts_of(outcome)
            line = _text(_ENCODER.encode(article_line(outcome, facts)))
            found = "\n".join(_text(_ENCODER.encode(f)) for f in outcome.findings)
        except Exception as e:
            self._note(f"{document.article}: {traceback.format_exc()}")
            self._tell(reject=fault(document.file, 0, e), raw=record.raw)
            self.kept += 1
            return None
        self.tally.add(outcome, facts, show=False)
        for note in outcome.notes:
            self._note(f"{document.article}: {note}")
        self._tell(line if self._details else None, found if self._details and found else None)
        self.kept += new is None
        return new

    def _note(self, note: str) -> None:
        if len(self.notes) < _NOTES:
            self.notes.append(note)

    def _tell(
        self,
        article: str | None = None,
        findings: str | None = None,
        reject: Reject | None = None,
        raw: bytes = b"",
    ) -> None:
        self.articles.append(article)
        self.findings.append(findings)
        if reject is not None:
            self.tally.reject(reject)
        self.rejects.append(None if reject is None else _text(rejected(reject, raw, self._lang)))


def _text(line: bytes) -> str:
    return line.decode().removesuffix("\n")


def tallied(cells: Iterable[Any]) -> tuple[Tally, list[str]]:
    """The counts and notes of all batches, from the cells of TALLY."""
    tally, notes = Tally(), list[str]()
    for cell in cells:
        part, more = pickle.loads(cell)
        tally.merge(part)
        notes += more
    return tally, notes
