"""Places as SARIF writes them: relative URIs, regions in code points."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from cleanup.check.nouns import Alarm

ROOT = "%SRCROOT%"
# A snippet is its region whole, or is not there.
_SNIPPET = 400
# Characters of its line on each side of a place.
_CONTEXT = 40


def artifact(file: str) -> dict[str, str]:
    """A file, relative to the root where it is."""
    uri = quote(file, safe="/", errors="surrogateescape")
    return {"uri": f"file://{uri}"} if PurePath(file).is_absolute() else {"uri": uri, "uriBaseId": ROOT}


def at_line(file: str, line: int) -> dict[str, Any]:
    """A line of a file, or the file where `line` is 0."""
    physical: dict[str, Any] = {"artifactLocation": artifact(file)}
    if line:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical}


def where(told: str) -> tuple[str, int]:
    """File and line of "docs/a.md:12"; line 0 where none is told."""
    file, _, line = told.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() else (told, 0)


def span(alarm: Alarm) -> dict[str, int]:
    """Its region, whose end is exclusive: for an insertion it is empty. Not exact, it is a line."""
    if not alarm.exact:
        return {"startLine": alarm.start.line}
    return {
        "startLine": alarm.start.line,
        "startColumn": alarm.start.column,
        "endLine": alarm.end.line,
        "endColumn": alarm.end.column,
    }


def location(alarm: Alarm) -> dict[str, Any]:
    """Where it is, with the text of it and around it; of a record, which article."""
    finding = alarm.finding
    region: dict[str, Any] = dict(span(alarm))
    physical: dict[str, Any] = {"artifactLocation": artifact(finding.file), "region": region}
    if alarm.exact:
        if 0 < len(finding.observed) <= _SNIPPET:
            region["snippet"] = {"text": finding.observed}
        if context := _context(alarm):
            physical["contextRegion"] = context
        return {"physicalLocation": physical}
    article = {
        "name": finding.article,
        "fullyQualifiedName": f"{finding.file}#{finding.article}",
        "kind": "object",
    }
    return {"physicalLocation": physical, "logicalLocations": [article]}


def _context(alarm: Alarm) -> dict[str, Any] | None:
    """What stands around it in its line; None around what is more than a part of one."""
    to = alarm.at + len(alarm.finding.observed)
    # what starts between \r and \n has no offset in the line
    if alarm.end.line != alarm.start.line or to > len(alarm.excerpt) or alarm.at != alarm.start.column - 1:
        return None
    begin, end = max(0, alarm.at - _CONTEXT), min(len(alarm.excerpt), to + _CONTEXT)
    if (begin, end) == (alarm.at, to) or end - begin > _SNIPPET:
        return None
    return {
        "startLine": alarm.start.line,
        "startColumn": alarm.start.column - (alarm.at - begin),
        "endLine": alarm.end.line,
        "endColumn": alarm.end.column + (end - to),
        "snippet": {"text": alarm.excerpt[begin:end]},
    }
