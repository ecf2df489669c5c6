"""Near-identical articles of a dump: read once to find them, and once more to write what is kept.

Memory for a million articles: 300 MB, and 512 MB of temporary disk for the signatures, of which the system
keeps in memory what it has room for (benchmarks/dedup_scale.py). No text is held but that of the article at hand.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec

from cleanup import __version__
from cleanup.batch import reject_line, stop_requests
from cleanup.dedup.columns import Articles
from cleanup.dedup.compare import PERMUTATIONS, SHINGLE, Printer
from cleanup.dedup.group import groups
from cleanup.dumps.formats import is_whole, read, same_kind
from cleanup.dumps.packing import raw_stream
from cleanup.dumps.record import BadFile, Fields, InputFile, Record, Reject, unreadable
from cleanup.dumps.walk import walk
from cleanup.errors import InputError
from cleanup.flow import Watch
from cleanup.runfolder import LOG, RunFolder

GROUPS = "groups.jsonl"
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked beside the inputs. `threshold` is the least similarity of articles of one group, 0..1."""

    fields: Fields = field(default_factory=Fields)
    encoding: str = "auto"
    threshold: float = 0.7
    write: bool = False
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Counts of what was found; `interrupted` where the user stopped it, and then nothing is written."""

    read: int
    rejected: int
    groups: int
    dropped: dict[str, int]
    interrupted: bool


class Stopped(Exception):
    """The user asked to stop."""


def dedup(
    inputs: Sequence[str | Path],
    out: Path,
    printer: Printer,
    command: dict[str, Any],
    options: Options,
    watch: Watch,
    lang: str,
) -> Result:
    """Write the groups of near-identical articles under `inputs`, and with `options.write` what is kept.

    Groups depend on the names and texts of the articles, not on the order of the inputs.
    Raises InputError, UsageError before anything is written.
    """
    files, odd = walk(inputs, out)
    if not files and not odd:
        raise InputError("没有可读的文件", "no file to read", where=" ".join(map(str, inputs)))
    files = sorted(files, key=lambda f: f.name)
    folder = RunFolder(out)
    folder.claim(command, overwrite=options.overwrite)
    folder.write_json(LOG, {"status": "running", "command": command})
    watch.total(sum(f.size for f in files) * (2 if options.write else 1))
    with (
        tempfile.TemporaryFile(prefix="cleanup-dedup-") as signatures,
        tempfile.TemporaryFile(prefix="cleanup-dedup-") as names,
        stop_requests() as stop,
    ):
        found = Articles(signatures, names)
        try:
            with folder.writing("rejected.jsonl") as rejected:
                rejects = _Rejects(rejected, watch, lang)
                for reject in odd:
                    rejects.add(reject)
                for n, file in enumerate(files):
                    for record in _records(file, options, rejects, watch, stop):
                        if record.document is not None:
                            found.add(
                                n,
                                record.document.record,
                                record.document.article,
                                printer.of(record.document),
                            )
            dropped = _write_groups(folder, files, found, options.threshold)
            if options.write:
                _write_kept(folder, files, dropped.places, options, watch, stop)
        except Stopped:
            folder.write_json(LOG, {"status": "interrupted", "command": command})
            return Result(len(found), rejects.count, 0, {}, True)
    summary = {
        "articles": {
            "read": len(found) + rejects.count,
            "rejected": rejects.count,
            "kept": len(found) - len(dropped.places),
        },
        "groups": dropped.groups,
        "dropped": dropped.by_kind,
        "threshold": options.threshold,
        "shingle": SHINGLE,
        "permutations": PERMUTATIONS,
        "versions": {"cleanup": __version__},
    }
    folder.write_json("summary.json", summary)
    folder.write_json(LOG, {"status": "finished", "command": command})
    return Result(len(found) + rejects.count, rejects.count, dropped.groups, dropped.by_kind, False)


class _Rejects:
    """Input that could not be read: told, written, counted."""

    def __init__(self, to: IO[bytes], watch: Watch, lang: str) -> None:
        self._to, self._watch, self._lang = to, watch, lang
        self.count = 0

    def add(self, reject: Reject) -> None:
        self.count += 1
        self._to.write(msgspec.json.encode(reject_line(reject, self._lang)) + b"\n")
        self._watch.warn(reject)


@dataclass(slots=True)
class _Dropped:
    groups: int
    by_kind: dict[str, int]
    places: set[tuple[int, int]]


def _records(
    file: InputFile, options: Options, rejects: _Rejects | None, watch: Watch, stop: list[int]
) -> Iterator[Record]:
    """The records of a file; what cannot be read goes to `rejects`. Raises Stopped between two of them."""
    try:
        for record in read(file, options.fields, options.encoding):
            if stop:
                raise Stopped
            if record.reject is not None and rejects is not None:
                rejects.add(record.reject)
            yield record
            watch.advance(len(record.raw))
    except OSError as e:
        if rejects is None:
            raise
        rejects.add(unreadable(file.name, e))


def _write_groups(
    folder: RunFolder, files: Sequence[InputFile], found: Articles, threshold: float
) -> _Dropped:
    """groups.jsonl, by the place of what is kept; and what is not."""
    import numpy as np

    dropped = _Dropped(0, {"exact": 0, "body": 0, "near": 0}, set())
    made: dict[int, list[tuple[int, str, float]]] = {}
    if len(found):
        text, body = (np.frombuffer(x, dtype=np.uint64) for x in (found.text, found.body))
        chars, furniture = (np.frombuffer(x, dtype=np.int64) for x in (found.chars, found.furniture))
        # best first: the longest body, of those the one with the least around it, then the first by place,
        # which is that of its index, since files are read in the order of their names
        ranked = np.lexsort((np.arange(len(found)), furniture, -chars)).astype(np.int64)
        ranked = ranked[chars[ranked] > 0]
        best: dict[int, int] = {}
        alone = []
        _, codes = np.unique(body, return_inverse=True)
        counts = np.bincount(codes)
        for i in ranked.tolist():
            if counts[codes[i]] > 1 and best.setdefault(int(codes[i]), i) != i:
                kept = best[int(codes[i])]
                made.setdefault(kept, []).append((i, "exact" if text[i] == text[kept] else "body", 1.0))
            else:
                alone.append(i)
        signed = np.frombuffer(found.signed, dtype=np.int8)
        unlike = np.array(alone, dtype=np.int64)
        unlike = unlike[signed[unlike] > 0]
        for group in groups(found.signatures(), unlike, threshold):
            mine = made.setdefault(group.kept, [])
            for i, similarity in group.members:
                mine.append((i, "near", round(similarity, 4)))
                # what says the same as a dropped one is as near to the one that is kept
                mine += [(k, "near", round(similarity, 4)) for k, _, _ in made.pop(i, [])]
    with folder.writing(GROUPS) as f:
        for kept, members in sorted(made.items()):
            ordered = [(kept, "kept", 1.0), *sorted(members, key=lambda m: (-m[2], m[0]))]
            place = f"{files[found.file[kept]].name}\0{found.record[kept]}"
            line = {
                "group": hashlib.blake2b(place.encode(), digest_size=8).hexdigest(),
                "keep": found.name(kept),
                "members": [
                    {
                        "article": found.name(i),
                        "file": files[found.file[i]].name,
                        "record": found.record[i],
                        "chars": found.chars[i],
                        "how": how,
                        "similarity": similarity,
                    }
                    for i, how, similarity in ordered
                ],
            }
            f.write(msgspec.json.encode(line) + b"\n")
            dropped.groups += 1
            for i, how, _ in members:
                dropped.by_kind[how] += 1
                dropped.places.add((found.file[i], found.record[i]))
    return dropped


def _write_kept(
    folder: RunFolder,
    files: Sequence[InputFile],
    places: set[tuple[int, int]],
    options: Options,
    watch: Watch,
    stop: list[int],
) -> None:
    """The input without what is dropped, byte for byte; what could not be read as an article stays in it."""
    touched = {n for n, _ in places}
    for n, file in enumerate(files):
        if stop:
            raise Stopped
        if n not in touched or is_whole(file):
            if (n, 1) not in places or not is_whole(file):
                with folder.writing(f"{KEPT}/{file.name}") as f, raw_stream(file) as source:
                    shutil.copyfileobj(source, f, 1 << 20)
            watch.advance(file.size)
            continue
        path = folder.path / KEPT / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        # what is wrong with a file was told when it was read first
        with same_kind(file, path, options.fields) as out, suppress(BadFile):
            for record in _records(file, options, None, watch, stop):
                if record.document is None or (n, record.document.record) not in places:
                    out.write(record.raw)
