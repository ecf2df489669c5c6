"""Files of a check read and cleaned, and of each finding whether it counts and what lets it pass."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cleanup.check import baseline as bl
from cleanup.check.changed import Changed, ChangedLines
from cleanup.check.nouns import Alarm, Level, Place
from cleanup.check.paths import Root, too_large
from cleanup.check.places import Places, Spot
from cleanup.check.suppress import Comment, Suppressions, comments_of, comments_of_page
from cleanup.config import Suppression
from cleanup.data import TIERS, Document, Finding, Kind, Outcome, Tier
from cleanup.dumps.pagelines import PageLines, page_of
from cleanup.dumps.record import Fields, InputFile, Record, Reject, unreadable
from cleanup.dumps.walk import read
from cleanup.errors import CleanupError
from cleanup.flow import Watch, fault, groups, outcomes_of
from cleanup.pipeline import Cleaner


@dataclass(frozen=True, slots=True)
class Limits:
    """Which findings count, and which of them fail.

    kinds       all where there are none
    any_tier    kinds that count whatever their tier
    max_damage  findings per 1,000 characters up to which those of an article only warn
    warn        ids of rules that only warn
    new_rules_warn  so do rules that the baseline does not know
    """

    min_tier: Tier = "auto"
    min_confidence: float = 0.0
    kinds: frozenset[Kind] = frozenset()
    any_tier: frozenset[Kind] = frozenset()
    max_damage: float = 0.0
    warn: frozenset[str] = frozenset()
    new_rules_warn: bool = False

    def count(self, finding: Finding) -> bool:
        """Whether a finding counts at all."""
        return (
            (finding.kind in self.any_tier or TIERS.index(finding.tier) <= TIERS.index(self.min_tier))
            and finding.confidence >= self.min_confidence
            and (not self.kinds or finding.kind in self.kinds)
        )


@dataclass(frozen=True, slots=True)
class Options:
    """What a check is told beside its files and its cleaner.

    suppress    entries of the config
    everything  all that the config names is checked: then an entry that silences nothing is unused
    baseline    its file, or None
    update      write it anew
    changed     only lines that have changed count
    repair      make open edits of tier auto in the files
    """

    root: Root
    limits: Limits = field(default_factory=Limits)
    fields: Fields = field(default_factory=Fields)
    encoding: str = "auto"
    suppress: tuple[Suppression, ...] = ()
    everything: bool = True
    baseline: Path | None = None
    update: bool = False
    changed: Changed | None = None
    repair: bool = False


@dataclass(slots=True)
class Seen:
    """A finding of a checked article, what it is known again by, what suppresses it, and its alarm if it counts."""

    finding: Finding
    own: bl.Print
    suppressed: str
    alarm: Alarm | None = None

    @property
    def counts(self) -> bool:
        return self.alarm is not None


@dataclass(slots=True)
class ScannedFile:
    """What was found in one file."""

    file: InputFile
    seen: list[Seen] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    articles: int = 0
    characters: int = 0


class Scanner:
    """Reads and cleans files, and makes findings into alarms."""

    def __init__(
        self,
        cleaner: Cleaner,
        options: Options,
        suppressions: Suppressions,
        before: bl.Baseline | None,
        watch: Watch,
    ) -> None:
        self._cleaner = cleaner
        self._options = options
        self._suppressions = suppressions
        self._watch = watch
        self._changed_lines: dict[str, ChangedLines] = {}
        limits = options.limits
        self._old_rules = frozenset(before.rules) if before and limits.new_rules_warn else None

    def scan(self, files: Sequence[InputFile]) -> list[ScannedFile]:
        """What is found in some files, in their order."""
        done = [ScannedFile(f) for f in files]
        # a file that was mended has other lines now
        self._changed_lines.clear()
        # whose the records in hand are
        owners: deque[ScannedFile] = deque()

        def records() -> Iterator[Record]:
            for own in done:
                for record in self._read(own):
                    owners.append(own)
                    yield record

        for group in groups(records()):
            for record, outcome in zip(group, outcomes_of(self._cleaner, group), strict=True):
                self._take(owners.popleft(), record, outcome)
                self._watch.advance(len(record.raw))
        return done

    def _read(self, own: ScannedFile) -> Iterator[Record]:
        file = own.file
        if (reject := too_large(file)) is not None:
            self._reject(own, reject)
            return
        try:
            yield from read(file, self._options.fields, self._options.encoding)
        except OSError as e:
            reject = unreadable(file.name, e)
            # a table that was met in a folder, and has no column of texts, is none of articles
            if not (file.met and reject.reason == "no_text"):
                self._reject(own, reject)

    def _reject(self, own: ScannedFile, reject: Reject) -> None:
        own.rejects.append(reject)
        self._watch.warn(reject)

    def _take(self, own: ScannedFile, record: Record, outcome: Outcome | None) -> None:
        if record.reject is not None:
            self._reject(own, record.reject)
            return
        document = record.document
        if document is None:
            return
        try:
            outcome = outcome or self._cleaner.clean(document)
            own.seen += self._seen(record, outcome)
        except CleanupError:
            raise
        except Exception as e:  # a fault of ours costs this record, not the check, and is told in full
            own.notes.append((f"{document.file}:{document.record}", traceback.format_exc()))
            self._reject(own, fault(document.file, document.record, e))
            return
        own.articles += 1
        own.characters += len(document.text)
        own.notes += ((f"{document.file}:{document.record}", n) for n in outcome.notes)
        if self._options.repair and any(f.applied for f in outcome.findings):
            own.texts[document.record] = document.text

    def _seen(self, record: Record, outcome: Outcome) -> list[Seen]:
        """The findings of an article with what becomes of each; those on lines that did not change are none."""
        document, limits = outcome.document, self._options.limits
        around = _Around.of(record, outcome)
        if not outcome.findings and not around.comments:
            return []
        suppressed = self._suppressions.of(document, around.comments)
        print_of = bl.prints(outcome)
        changed = self._changed(document.file) if outcome.findings else None
        seen = []
        for f in outcome.findings:
            spot, known = around.spot(f)
            # asked of all: on a line that did not change a suppression is of use, too
            where, why = suppressed.why(f)
            if changed is not None and known and not changed.touch(spot.start.line, spot.end.line):
                continue
            warns = f.rule in limits.warn or (self._old_rules is not None and f.rule not in self._old_rules)
            level: Level = "warning" if warns else "error"
            alarm = Alarm(
                f, level, *spot[:2], around.exact, *spot[2:], "", suppressed=where, why_suppressed=why
            )
            seen.append(Seen(f, print_of(f), where, alarm if limits.count(f) else None))
        counted = sum(s.counts and not s.suppressed for s in seen)
        if counted and limits.max_damage and counted * 1000 <= limits.max_damage * len(document.text):
            for s in seen:
                s.alarm = replace(s.alarm, level="warning") if s.alarm else None
        return seen

    def _changed(self, name: str) -> ChangedLines | None:
        if self._options.changed is None:
            return None
        if name not in self._changed_lines:
            self._changed_lines[name] = self._options.changed.lines(self._options.root.folder / name)
        return self._changed_lines[name]


class _Around:
    """Of an article the places of its findings in its file, and the comments beside it."""

    def __init__(self, document: Document, comments: list[Comment], lines: PageLines | None) -> None:
        self.exact = bool(document.meta.get("text_offset_exact", False))
        self.comments = comments
        self._is_page = document.meta.get("format") == "html"
        self._lines = lines
        self._places = Places(
            document.text, int(document.meta.get("line", document.record)), exact=self.exact
        )

    @classmethod
    def of(cls, record: Record, outcome: Outcome) -> _Around:
        document = outcome.document
        kind = document.meta.get("format")
        if kind == "md":
            return cls(document, comments_of(document), None)
        # what a page is aligned for is asked first, since it costs
        asked = outcome.findings or b"cleanup-" in record.raw
        page = page_of(record) if asked else None
        if page is None:
            return cls(document, [], None)
        lines = PageLines.of(page, document.text)
        return cls(document, comments_of_page(document.text, lines), lines if kind == "html" else None)

    def spot(self, finding: Finding) -> tuple[Spot, bool]:
        """Where a finding stands, and whether its lines are known; if not, it is told at the head of its file."""
        spot = self._places(finding.start, finding.end)
        if not self._is_page:
            return spot, True
        part = self._lines.of_part(finding.start, finding.end) if self._lines else None
        if part is None:
            return spot, False
        first, last = part
        return spot._replace(start=Place(first, 1, 1), end=Place(last, 1, 1)), True
