"""Everything a check knows, as one JSON object."""

from __future__ import annotations

from typing import Any

from cleanup.check.formats.documents import json_document
from cleanup.check.nouns import Alarm, Report

# Raised when a key changes its meaning or goes; new keys do not raise it.
SCHEMA = 1
# Characters of its line before a place, and from its start on. A line may be an article, and be damaged in every place.
_BEFORE, _FROM = 200, 400


def render(report: Report, lang: str) -> str:
    """The report: alarms with their findings, what could not be read, and what decided them."""
    return json_document(
        {
            "schema": SCHEMA,
            "tool": {
                "name": "cleanup",
                "version": report.versions.get("cleanup", ""),
                "versions": dict(report.versions),
                "digest": report.digest,
            },
            "command": report.command,
            "exit_code": report.exit_code,
            "baseline": report.baseline or None,
            "counts": {
                "files": report.files,
                "articles": report.articles,
                "characters": report.characters,
                "alarms": len(report.alarms),
                "errors": len(report.errors),
                "warnings": len(report.warnings),
                "known": sum(a.known for a in report.alarms),
                "suppressed": sum(bool(a.suppressed) for a in report.alarms),
                "below": report.below,
                "rejects": len(report.rejects),
                "notes": len(report.notes),
                "stale": len(report.stale),
                "unused": len(report.unused),
                "fixed": sum(report.fixed.values()),
            },
            "alarms": [_alarm(a) for a in report.alarms],
            "rejects": [
                {"file": r.file, "line": r.line or None, "reason": r.reason, "message": r.tell(lang)}
                for r in report.rejects
            ],
            "notes": [{"file": file, "note": note} for file, note in report.notes],
            "stale": report.stale,
            "unused": report.unused,
            "fixed": dict(report.fixed),
        }
    )


def _alarm(alarm: Alarm) -> dict[str, Any]:
    begin = max(0, alarm.at - _BEFORE)
    return {
        "level": alarm.level,
        "fails": alarm.fails,
        "known": alarm.known,
        "suppressed": alarm.suppressed or None,
        "why_suppressed": alarm.why_suppressed or None,
        "fingerprint": alarm.fingerprint,
        "exact": alarm.exact,
        "start": alarm.start,
        "end": alarm.end,
        "excerpt": alarm.excerpt[begin : alarm.at + _FROM],
        "at": alarm.at - begin,
        "finding": alarm.finding,
    }
