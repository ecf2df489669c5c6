"""SARIF 2.1.0: a run with its rules, results, fixes, suppressions, and what went wrong.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/ and what GitHub code scanning takes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cleanup.check.formats.documents import json_document
from cleanup.check.formats.sarif_places import ROOT, at_line, where
from cleanup.check.formats.sarif_results import Results
from cleanup.check.formats.sarif_rules import Rules
from cleanup.check.formats.telling import Teller, cut
from cleanup.check.nouns import Alarm, Report
from cleanup.report.inline import plain

# GitHub refuses a run of more.
MOST = 25_000


def render(report: Report, lang: str) -> str:
    """The log of one run. Of more than `MOST` results those that fail come first, and a notification counts the rest."""
    return json_document(
        {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [_run(report, Teller(lang))],
        }
    )


def _run(report: Report, teller: Teller) -> dict[str, Any]:
    alarms = _most(report.alarms)
    stale = report.stale[: MOST - len(alarms)]
    left_out = len(report.alarms) + len(report.stale) - len(alarms) - len(stale)
    rules = Rules(report, [a.finding for a in alarms], [s.rule for s in stale], teller)
    results = Results(rules, teller, baseline=bool(report.baseline))
    language = "zh-CN" if teller.words.lang == "zh" else "en-US"
    out: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "cleanup",
                "version": report.versions.get("cleanup", ""),
                "language": language,
                "rules": rules.descriptors,
                "properties": {"versions": dict(report.versions), "digest": report.digest},
            }
        },
        "invocations": [_invocation(report, left_out, teller)],
        "language": language,
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [*map(results.of_alarm, alarms), *map(results.of_stale, stale)],
        "properties": {
            "files": report.files,
            "articles": report.articles,
            "characters": report.characters,
            "below": report.below,
        },
    }
    if report.root:
        root = Path(report.root).as_uri().rstrip("/") + "/"
        out["originalUriBaseIds"] = {ROOT: {"uri": root}}
    return out


def _most(alarms: Sequence[Alarm]) -> list[Alarm]:
    """All that a run may hold, in their order: before what is let pass comes what fails."""
    if len(alarms) <= MOST:
        return list(alarms)
    ranked = sorted(range(len(alarms)), key=lambda i: (not alarms[i].fails, not alarms[i].is_open, i))
    return [alarms[i] for i in sorted(ranked[:MOST])]


def _invocation(report: Report, left_out: int, teller: Teller) -> dict[str, Any]:
    """How it went: findings are no failure of the tool, input that could not be read is."""
    told = [
        _notification("error", teller.reject(r), at_line(r.file, r.line), reason=r.reason)
        for r in report.rejects
    ]
    told += [
        _notification("warning", cut(plain(note)), at_line(file, 0) if file else None)
        for file, note in report.notes
    ]
    if left_out:
        told.append(_notification("warning", teller("too_many", n=left_out, most=MOST), None))
    out: dict[str, Any] = {
        "executionSuccessful": not report.rejects,
        "exitCode": report.exit_code,
        "exitCodeDescription": teller.counts(report),
        "toolExecutionNotifications": told,
        "toolConfigurationNotifications": [
            _notification("note", cut(teller("unused_entry", says=plain(u.says))), at_line(*where(u.where)))
            for u in report.unused
        ],
    }
    if report.command:
        out["commandLine"] = report.command
    return out


def _notification(
    level: str, text: str, location: dict[str, Any] | None, *, reason: str = ""
) -> dict[str, Any]:
    out: dict[str, Any] = {"level": level, "message": {"text": text}}
    if location:
        out["locations"] = [location]
    if reason:
        out["properties"] = {"reason": reason}
    return out
