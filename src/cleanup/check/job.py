"""A check: read, clean, ask what lets a finding pass, and say what is left.

Nothing is learned and no lines are counted, so that the verdict on an article is the same whatever else is checked.
"""

from __future__ import annotations

import errno
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cleanup import __version__
from cleanup.builtin import BUILT_IN
from cleanup.channel.items import digest_of
from cleanup.check import baseline as bl
from cleanup.check.fix import FIXED, Moved, Unwritable, fix
from cleanup.check.nouns import Report, Told
from cleanup.check.scan import Options, ScannedFile, Scanner, Seen
from cleanup.check.suppress import Suppressions
from cleanup.data import KINDS, Edit
from cleanup.dumps.record import InputFile, Reject, unreadable
from cleanup.flow import Watch
from cleanup.pipeline import Cleaner
from cleanup.rules import RuleSet

# Times that files are mended and looked at again. What a repair uncovers is repaired with it, so once is the rule.
_ROUNDS = 3


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
    scanner = Scanner(cleaner, options, suppressions, before, watch)
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


def _known(
    seen: Sequence[Seen], before: bl.Baseline | None, done: Mapping[str, ScannedFile], options: Options
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
        lambda name: not _is_there(folder / name),
    )
    is_known = [known for _, known in sorted(zip(order, found, strict=True))]
    # where only changed lines were looked at, what stands on others was not asked
    return is_known, [] if options.changed else stale


def _checked(done: Mapping[str, ScannedFile]) -> set[str]:
    """The files that were read to their end."""
    return {name for name, own in done.items() if not own.rejects}


def _is_there(path: Path) -> bool:
    """Whether there is such a file; what cannot be the name of one is none."""
    try:
        return path.exists()
    except OSError as e:
        return e.errno != errno.ENAMETOOLONG


def _update(
    path: Path,
    seen: Sequence[Seen],
    done: Mapping[str, ScannedFile],
    digest: str,
    rules: Iterable[str],
    options: Options,
) -> None:
    """Write the baseline: what counts now, and of files that were not checked what it held of them."""
    checked = _checked(done)
    kept: list[bl.Entry] = []
    if path.exists():
        folder = options.root.folder
        kept = [e for e in bl.read(path).findings if e.file not in checked and _is_there(folder / e.file)]
    new = [
        bl.entry(s.finding, s.own) for s in seen if s.counts and not s.suppressed and s.own.file in checked
    ]
    bl.write(path, bl.Baseline(bl.VERSION, digest, list(rules), [*kept, *new]))


def _mend(
    done: Sequence[ScannedFile],
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
        except Unwritable as e:
            zh, en = (
                f"修好的字 {e} 编码里没有，没有修",
                f"the repair cannot be written in {e}, and was not made",
            )
            notes.append((own.file.name, zh if lang == "zh" else en))
        except OSError as e:
            own.rejects.append(unreadable(own.file.name, e))
        else:
            mended[own.file.name] = sum(map(len, edits.values()))
    return mended
