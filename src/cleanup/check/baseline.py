"""Damage that is known: a file of fingerprints, so that only what is new fails a check.

A finding is known again by what surrounds it, not by its line: lines may move, and other places be edited. Of the same
place in the same words there may be several, and they are counted. Where a neighbour was repaired, the surroundings as
they read repaired are the same as before; where one side was edited, the other is; where a file was moved, those in
another file are.
"""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from cleanup.check.nouns import Stale
from cleanup.data import Finding, Outcome
from cleanup.errors import UsageError
from cleanup.numbering import place_digest

VERSION = 1
# Characters of what a finding is about that an entry shows, for those who read the file.
_SHOWN = 24
# Characters of the text on either side that are handed on; place_digest looks at less.
_REACH = 32
# Characters of one side that a finding is known again by where the other side was edited.
_SIDE = 8
# From this sign on, in `known`, files may differ.
_MOVED = 4


@dataclass(frozen=True, slots=True)
class Print:
    """What a finding is known again by: file, rule, and hashes of what stands around it, around it once all is
    repaired, before it, and after it.
    """

    file: str
    rule: str
    around: str
    repaired: str
    before: str
    after: str

    def fingerprint(self, n: int) -> str:
        """A stable id of the n-th finding, from 0, of this file, rule and surroundings."""
        whole = "\0".join((self.file, self.rule, self.around, str(n)))
        return hashlib.blake2b(whole.encode(errors="surrogatepass"), digest_size=16).hexdigest()


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that is known. `observed` and `replacement` are for people."""

    file: str
    rule: str
    around: str
    repaired: str
    before: str
    after: str
    observed: str = ""
    replacement: str | None = None

    @property
    def print(self) -> Print:
        return Print(self.file, self.rule, self.around, self.repaired, self.before, self.after)


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A baseline as its file holds it.

    digest  of the check that wrote it
    rules   the ids that there were then: a rule that is not among them is new
    """

    version: int
    digest: str
    rules: list[str]
    findings: list[Entry]


def prints(outcome: Outcome) -> Callable[[Finding], Print]:
    """What the findings of an outcome are known again by."""
    # lines end with the newline, however it is written: a checkout on another system changes that
    text, repaired = (t.replace("\r", "\n") for t in (outcome.document.text, outcome.text))
    shifts = [0]
    for a in outcome.applied:
        shifts.append(shifts[-1] + len(a.replacement or "") - (a.end - a.start))
    ends = [a.end for a in outcome.applied]
    starts = [a.start for a in outcome.applied]

    def of(f: Finding) -> Print:
        # what was written at the place itself belongs to neither side
        before = bisect_right(ends, f.start)
        while before and starts[before - 1] == ends[before - 1] == f.start:
            before -= 1
        after = max(before, bisect_left(starts, f.end))
        while after < len(starts) and starts[after] == ends[after] == f.end:
            after += 1
        left = max(0, f.start + shifts[before])
        right = f.end + shifts[after]
        own, end = f.observed, f.end
        said = repaired[:left][-_REACH:] + own + repaired[right : right + _REACH]
        at = min(left, _REACH)
        side = text[max(0, f.start - _SIDE) : f.start]
        return Print(
            f.file,
            f.rule,
            place_digest(f.rule, "", text, f.start, end),
            place_digest(f.rule, "", said, at, at + len(own)),
            place_digest(f.rule, "<", side + own, len(side), len(side) + len(own)),
            place_digest(f.rule, ">", text[f.start : end + _SIDE], 0, len(own)),
        )

    return of


def read(path: Path) -> Baseline:
    """A baseline file. Raises UsageError where it is missing, not JSON, of another version or of another shape."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            "没有这个基线文件；加 --update-baseline 建立",
            "there is no such baseline; make it with --update-baseline",
            where=str(path),
        ) from None
    except (OSError, ValueError) as e:
        why = (isinstance(e, OSError) and e.strerror) or str(e)
        raise UsageError(f"读不了：{why}", f"cannot be read: {why}", where=str(path)) from e
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as e:
        raise UsageError(
            f"不是 JSON，当不了基线：{e}", f"is not JSON, and no baseline: {e}", where=str(path)
        ) from e
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise UsageError(
            f"不是版本 {VERSION} 的基线（version 为 {version!r}）；删掉它，再用 --update-baseline 另写一个",
            f"is no baseline of version {VERSION} (version is {version!r}); delete it and write a new one with --update-baseline",
            where=str(path),
        )
    try:
        return msgspec.convert(data, Baseline)
    except msgspec.ValidationError as e:
        raise UsageError(
            f"基线的内容不对：{e}；删掉它，再用 --update-baseline 另写一个",
            f"is a broken baseline: {e}; delete it and write a new one with --update-baseline",
            where=str(path),
        ) from e


def write(path: Path, baseline: Baseline) -> None:
    """Write a baseline, whole or not at all, in an order that moves as little as can be."""
    data: dict[str, Any] = msgspec.to_builtins(baseline)
    data["findings"] = sorted(
        data["findings"], key=lambda e: (e["file"], e["rule"], e["around"], e["repaired"])
    )
    data["rules"] = sorted(data["rules"])
    # an entry a line: a diff then says which findings came and went
    rows = ",\n".join("  " + _row(e) for e in data.pop("findings"))
    head = json.dumps(data, ensure_ascii=False, indent=1)[:-2]
    text = f'{head},\n "findings": [\n{rows}\n ]\n}}\n' if rows else f'{head},\n "findings": []\n}}\n'
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, "utf-8", newline="\n")
    partial.replace(path)


def _row(entry: dict[str, Any]) -> str:
    row = json.dumps(entry, ensure_ascii=False)
    try:
        row.encode()
    except UnicodeEncodeError:
        # a file name that is not UTF-8 has lone surrogates, which no file can hold as they are
        return json.dumps(entry)
    return row


def entry(finding: Finding, own: Print) -> Entry:
    """What a baseline holds of a finding."""
    replacement = finding.replacement
    return Entry(
        own.file,
        own.rule,
        own.around,
        own.repaired,
        own.before,
        own.after,
        finding.observed[:_SHOWN],
        replacement if replacement is None else replacement[:_SHOWN],
    )


def known(
    entries: Sequence[Entry], found: Sequence[Print], checked: Collection[str], is_gone: Callable[[str], bool]
) -> tuple[list[bool], list[Entry]]:
    """Which of the findings are known, and the entries that no finding answers any more.

    Surer signs are asked first over all findings: file and surroundings, file and surroundings repaired, file and one
    side, then surroundings in another file, for which the entry's own file must hold it no longer.
    An entry is stale where its file was checked, or is gone.
    """
    is_known = [False] * len(found)
    taken = [False] * len(entries)
    keys: tuple[Callable[[Any], tuple[str, ...]], ...] = (
        lambda p: (p.file, p.rule, p.around),
        lambda p: (p.file, p.rule, p.repaired),
        lambda p: (p.file, p.rule, p.before),
        lambda p: (p.file, p.rule, p.after),
        lambda p: (p.rule, p.around),
        lambda p: (p.rule, p.repaired),
    )
    for n, key in enumerate(keys):
        moved = n >= _MOVED
        left: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i, e in enumerate(entries):
            if not taken[i] and (not moved or e.file in checked or is_gone(e.file)):
                left[key(e)].append(i)
        for j, p in enumerate(found):
            if not is_known[j] and (own := left.get(key(p))):
                taken[own.pop(0)] = True
                is_known[j] = True
    stale = [e for i, e in enumerate(entries) if not taken[i] and (e.file in checked or is_gone(e.file))]
    return is_known, stale


def fingerprints(found: Iterable[Print]) -> Iterator[str]:
    """The fingerprint of each finding, in the order of their files and places."""
    met: Counter[tuple[str, str, str]] = Counter()
    for p in found:
        key = p.file, p.rule, p.around
        yield p.fingerprint(met[key])
        met[key] += 1


def as_stale(e: Entry) -> Stale:
    """What is told of an entry that nothing answers; its fingerprint is that of the first such finding."""
    return Stale(e.print.fingerprint(0), e.file, e.rule, e.observed)
