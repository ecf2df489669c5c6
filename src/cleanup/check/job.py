"""A check: read, clean, ask what lets a finding pass, and say what is left.

Nothing is learned and no lines are counted, so that the verdict on an article is the same whatever else is checked.
"""

from __future__ import annotations

import hashlib
import traceback
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cleanup import __version__
from cleanup.builtin import BUILT_IN
from cleanup.channel.items import digest_of
from cleanup.check import baseline as bl
from cleanup.check.changed import Changed, ChangedLines
from cleanup.check.fix import FIXED, Moved, fix
from cleanup.check.nouns import Alarm, Level, Report, Told
from cleanup.check.paths import Root, too_large
from cleanup.check.places import Places
from cleanup.check.suppress import Suppressions, comments_of
from cleanup.config import Suppression
from cleanup.data import KINDS, TIERS, Edit, Finding, Kind, Outcome, Tier
from cleanup.dumps.record import Fields, Record, Reject
from cleanup.dumps.walk import FORMATS, InputFile
from cleanup.errors import CleanupError
from cleanup.flow import Watch, fault, groups, outcomes_of, unreadable
from cleanup.pipeline import Cleaner
from cleanup.rules import RuleSet

# Times that files are mended and looked at again. What a repair uncovers is repaired with it, so once is the rule.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Which findings count, and which of them fail.

    kinds       all where there are none
    max_damage  findings per 1,000 characters up to which those of an article only warn
    warn        ids of rules that only warn
    new_rules_warn  so do rules that the baseline does not know
    """

    min_tier: Tier = "auto"
    min_confidence: float = 0.0
    kinds: frozenset[Kind] = frozenset()
    max_damage: float = 0.0
    warn: frozenset[str] = frozenset()
    new_rules_warn: bool = False

    def count(self, finding: Finding) -> bool:
        """Whether a finding counts at all."""
        return (
            TIERS.index(finding.tier) <= TIERS.index(self.min_tier)
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
class _Seen:
    """A finding of a checked article, with all that decides what becomes of it."""

    finding: Finding
    own: bl.Print
    suppressed: str
    why: str
    counts: bool
    level: Level
    alarm: Alarm | None = None


@dataclass(slots=True)
class _File:
    """What was found in one file."""

    file: InputFile
    seen: list[_Seen] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    articles: int = 0
    characters: int = 0


def check(
    files: Sequence[InputFile],
    rejects: Sequence[Reject],
    cleaner: Cleaner,
    options: Options,
    watch: Watch,
    command: str = "",
) -> Report:
    """The report of some files; `rejects` of what was named and is not there goes into it.

    Raises UsageError for a baseline that cannot be used, ModelError.
    """
    before = bl.read(options.baseline) if options.baseline and not options.update else None
    versions = versions_of(cleaner)
    digest = digest_of_check(versions)
    rules = told(cleaner.rules)
    suppressions = Suppressions(options.suppress, [*rules, *KINDS], options.root)
    watch.total(sum(f.size for f in files))
    for reject in rejects:
        watch.warn(reject)
    scanner = _Scanner(cleaner, options, suppressions, before, watch)
    done = {f.name: own for f, own in zip(files, scanner.scan(files), strict=True)}
    fixed: Counter[str] = Counter()
    notes: list[tuple[str, str]] = []
    again = list(done) if options.repair else []
    for _ in range(_ROUNDS):
        mended = _mend([done[name] for name in again], before, options, cleaner.lang, notes)
        fixed.update(mended)
        again = list(mended)
        if not again:
            break
        files = [done[name].file for name in again]
        done |= {f.name: own for f, own in zip(files, scanner.scan(files), strict=True)}
    seen = [s for own in done.values() for s in own.seen]
    is_known, stale = _known(seen, before, done, options)
    prints = bl.fingerprints(s.own for s in seen)
    alarms = tuple(
        replace(s.alarm, fingerprint=name, known=known)
        for s, name, known in zip(seen, prints, is_known, strict=True)
        if s.alarm is not None
    )
    if options.update and options.baseline:
        _update(options.baseline, seen, done, digest, rules, options)
        alarms = tuple(replace(a, known=a.known or not a.suppressed) for a in alarms)
    if before is not None and before.digest != digest:
        notes.append(
            (
                str(options.baseline),
                f"写它时的摘要是 {before.digest}，现在是 {digest}：规则、模型、信道或版本变了"
                if cleaner.lang == "zh"
                else f"written under {before.digest}, and now is {digest}: rules, model, channels or version have changed",
            )
        )
    return Report(
        alarms=alarms,
        rejects=(*rejects, *(r for own in done.values() for r in own.rejects)),
        notes=(*notes, *(n for own in done.values() for n in own.notes)),
        stale=tuple(map(bl.as_stale, stale)),
        unused=tuple(suppressions.unused(everything=options.everything)),
        fixed=dict(fixed),
        files=len(done),
        articles=sum(own.articles for own in done.values()),
        characters=sum(own.characters for own in done.values()),
        below=sum(not s.counts for s in seen),
        rules=rules,
        versions=versions,
        digest=digest,
        command=command,
        root=options.root.folder.as_posix().rstrip("/") + "/",
        baseline=str(options.baseline or ""),
    )


def versions_of(cleaner: Cleaner) -> dict[str, str]:
    """What decides what is found, each by its own digest."""
    versions = {"cleanup": __version__, "rules": cleaner.rules.digest}
    if cleaner.channels:
        versions["channels"] = digest_of(cleaner.channels.values())
    if cleaner.prior is not None:
        versions["prior"] = cleaner.prior.digest
    if cleaner.protected:
        versions["protected"] = cleaner.protected.digest
    versions["model"] = cleaner.model().digest
    return versions


def digest_of_check(versions: Mapping[str, str]) -> str:
    """One digest of all that decides what is found."""
    said = "\n".join(f"{k} {v}" for k, v in sorted(versions.items()))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def told(rules: RuleSet) -> dict[str, Told]:
    """What formats tell of rules and built-ins, by id."""
    out = {r.id: Told(r.id, r.kind, r.tier, r.action, r.message, r.why) for r in rules.rules}
    for b in BUILT_IN.values():
        if b.id not in rules.off:
            out[b.id] = Told(b.id, b.kind, b.tier, b.action, b.message, b.why)
    return out


class _Scanner:
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

    def scan(self, files: Sequence[InputFile]) -> list[_File]:
        """What is found in some files, in their order."""
        done = [_File(f) for f in files]
        # a file that was mended has other lines now
        self._changed_lines.clear()
        # whose the records in hand are
        owners: deque[_File] = deque()

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

    def _read(self, own: _File) -> Iterator[Record]:
        file = own.file
        if (reject := too_large(file)) is not None:
            self._reject(own, reject)
            return
        try:
            yield from FORMATS[file.format].read(
                file.path, file.name, fields=self._options.fields, encoding=self._options.encoding
            )
        except OSError as e:
            self._reject(own, unreadable(file.name, e))

    def _reject(self, own: _File, reject: Reject) -> None:
        own.rejects.append(reject)
        self._watch.warn(reject)

    def _take(self, own: _File, record: Record, outcome: Outcome | None) -> None:
        if record.reject is not None:
            self._reject(own, record.reject)
            return
        document = record.document
        if document is None:
            return
        try:
            outcome = outcome or self._cleaner.clean(document)
            own.seen += self._seen(outcome)
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

    def _seen(self, outcome: Outcome) -> list[_Seen]:
        """The findings of an article with what becomes of each; those on lines that did not change are none."""
        document, limits = outcome.document, self._options.limits
        if not outcome.findings and "<!--" not in document.text:
            return []
        exact = bool(document.meta.get("text_offset_exact", False))
        places = Places(document.text, int(document.meta.get("line", document.record)), exact=exact)
        suppressed = self._suppressions.of(document, comments_of(document))
        print_of = bl.prints(outcome)
        changed = self._changed(document.file) if outcome.findings else None
        seen = []
        for f in outcome.findings:
            spot = places(f.start, f.end)
            # asked of all: on a line that did not change a suppression is of use, too
            where, why = suppressed.why(f)
            if changed is not None and not changed.touch(spot.start.line, spot.end.line):
                continue
            warns = f.rule in limits.warn or (self._old_rules is not None and f.rule not in self._old_rules)
            one = _Seen(f, print_of(f), where, why, limits.count(f), "warning" if warns else "error")
            if one.counts:
                one.alarm = Alarm(
                    f, one.level, *spot[:2], exact, spot.excerpt, spot.at, "", False, where, why
                )
            seen.append(one)
        counted = sum(s.counts and not s.suppressed for s in seen)
        if counted and limits.max_damage and counted * 1000 <= limits.max_damage * len(document.text):
            for s in seen:
                s.level = "warning"
                s.alarm = replace(s.alarm, level="warning") if s.alarm else None
        return seen

    def _changed(self, name: str) -> ChangedLines | None:
        if self._options.changed is None:
            return None
        if name not in self._changed_lines:
            self._changed_lines[name] = self._options.changed.lines(self._options.root.folder / name)
        return self._changed_lines[name]


def _known(
    seen: Sequence[_Seen], before: bl.Baseline | None, done: Mapping[str, _File], options: Options
) -> tuple[list[bool], list[bl.Entry]]:
    """Which findings are in the baseline, and its entries that nothing answers."""
    if before is None:
        return [False] * len(seen), []
    folder = options.root.folder
    # what is suppressed answers an entry only where nothing else does
    order = sorted(range(len(seen)), key=lambda i: bool(seen[i].suppressed))
    found, stale = bl.known(
        before.findings,
        [seen[i].own for i in order],
        _checked(done),
        lambda name: not (folder / name).exists(),
    )
    is_known = [known for _, known in sorted(zip(order, found, strict=True))]
    # where only changed lines were looked at, what stands on others was not asked
    return is_known, [] if options.changed else stale


def _checked(done: Mapping[str, _File]) -> set[str]:
    """The files that were read to their end."""
    return {name for name, own in done.items() if not own.rejects}


def _update(
    path: Path,
    seen: Sequence[_Seen],
    done: Mapping[str, _File],
    digest: str,
    rules: Iterable[str],
    options: Options,
) -> None:
    """Write the baseline: what counts now, and of files that were not checked what it held of them."""
    checked = _checked(done)
    kept: list[bl.Entry] = []
    if path.exists():
        folder = options.root.folder
        kept = [e for e in bl.read(path).findings if e.file not in checked and (folder / e.file).exists()]
    new = [
        bl.entry(s.finding, s.own) for s in seen if s.counts and not s.suppressed and s.own.file in checked
    ]
    bl.write(path, bl.Baseline(bl.VERSION, digest, list(rules), [*kept, *new]))


def _mend(
    done: Sequence[_File],
    before: bl.Baseline | None,
    options: Options,
    lang: str,
    notes: list[tuple[str, str]],
) -> dict[str, int]:
    """Make the open edits of tier auto in their files; how many, by file."""
    seen = [s for own in done for s in own.seen]
    is_known, _ = _known(seen, before, {own.file.name: own for own in done}, options)
    open_ = {
        id(s) for s, known in zip(seen, is_known, strict=True) if not known and not s.suppressed and s.alarm
    }
    mended: dict[str, int] = {}
    for own in done:
        edits: dict[int, list[Edit]] = defaultdict(list)
        for s in own.seen:
            if id(s) in open_ and s.finding.applied and (edit := s.finding.edit) is not None:
                edits[s.finding.record].append(edit)
        if not edits or own.file.format not in FIXED or options.fields.html:
            continue
        made = {record: (own.texts[record], e) for record, e in edits.items()}
        try:
            fix(own.file, made, fields=options.fields, encoding=options.encoding)
        except Moved:
            zh, en = "检查期间文件变了，没有修", "changed while it was checked, and was not mended"
            notes.append((own.file.name, zh if lang == "zh" else en))
        except OSError as e:
            own.rejects.append(unreadable(own.file.name, e))
        else:
            mended[own.file.name] = sum(map(len, edits.values()))
    return mended
