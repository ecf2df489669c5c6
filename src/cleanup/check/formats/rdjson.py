"""Reviewdog's rdjson: open alarms and what could not be read; it has no word for known and suppressed ones."""

from __future__ import annotations

from typing import Any

from cleanup.check.formats.documents import json_document
from cleanup.check.formats.telling import Teller
from cleanup.check.nouns import Alarm, Place, Report
from cleanup.dumps.record import Reject


def render(report: Report, lang: str) -> str:
    """A DiagnosticResult. Columns are bytes of UTF-8 from 1, ends are exclusive."""
    teller = Teller(lang)
    told = [_unread(r, teller) for r in report.rejects]
    told += [_diagnostic(a, teller) for a in report.alarms if a.is_open]
    return json_document({"source": {"name": "cleanup"}, "diagnostics": told})


def _diagnostic(alarm: Alarm, teller: Teller) -> dict[str, Any]:
    finding = alarm.finding
    out: dict[str, Any] = {
        "message": teller.alarm(alarm),
        "location": {"path": finding.file, "range": _range(alarm)},
        "severity": alarm.level.upper(),
        "code": {"value": finding.rule},
    }
    if alarm.exact and finding.replacement is not None:
        out["suggestions"] = [{"range": _range(alarm), "text": finding.replacement}]
    return out


def _unread(reject: Reject, teller: Teller) -> dict[str, Any]:
    location: dict[str, Any] = {"path": reject.file}
    if reject.line:
        location["range"] = {"start": {"line": reject.line}}
    return {
        "message": teller.reject(reject),
        "location": location,
        "severity": "ERROR",
        "code": {"value": reject.reason},
    }


def _range(alarm: Alarm) -> dict[str, Any]:
    """Its exact range; else its line, for a comment on it."""
    if not alarm.exact:
        return {"start": {"line": alarm.start.line}}
    return {"start": _position(alarm.start), "end": _position(alarm.end)}


def _position(place: Place) -> dict[str, int]:
    return {"line": place.line, "column": place.byte_column}
