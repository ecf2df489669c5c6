"""GitLab Code Quality: open alarms and what could not be read; it has no word for known and suppressed ones."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from cleanup.check.formats.documents import json_document
from cleanup.check.formats.telling import Teller
from cleanup.check.nouns import Alarm, Level, Report
from cleanup.data import Kind, Tier
from cleanup.dumps.record import Reject

# How much it matters that it is published: certain damage that stops the check most, a hint that does not, least.
_SEVERITY: dict[tuple[Level, Tier], str] = {
    ("error", "auto"): "major",
    ("error", "suggest"): "minor",
    ("error", "flag"): "minor",
    ("warning", "auto"): "minor",
    ("warning", "suggest"): "info",
    ("warning", "flag"): "info",
}
# Of the categories of the Code Climate specification; damage to a sentence is a Bug Risk.
_CATEGORY: dict[Kind, str] = {
    "lost_punctuation": "Style",
    "script_mix": "Style",
    "noise": "Style",
    "spin_synonym": "Clarity",
    "boilerplate": "Clarity",
    "duplicate": "Duplication",
}


def render(report: Report, lang: str) -> str:
    """A list of issues."""
    teller = Teller(lang)
    issues = [_unread(r, teller) for r in report.rejects]
    issues += [_issue(a, teller) for a in report.alarms if a.is_open]
    return json_document(issues)


def _issue(alarm: Alarm, teller: Teller) -> dict[str, Any]:
    finding = alarm.finding
    return {
        "type": "issue",
        "check_name": finding.rule,
        "description": teller.alarm(alarm),
        "categories": [_CATEGORY.get(finding.kind, "Bug Risk")],
        "severity": _SEVERITY[alarm.level, finding.tier],
        "fingerprint": alarm.fingerprint,
        "location": {
            "path": finding.file,
            "lines": {"begin": alarm.start.line, "end": max(alarm.start.line, alarm.end.line)},
        },
    }


def _unread(reject: Reject, teller: Teller) -> dict[str, Any]:
    line = max(reject.line, 1)
    name = "\0".join((reject.file, str(reject.line), reject.reason))
    return {
        "type": "issue",
        "check_name": reject.reason,
        "description": teller.reject(reject),
        "categories": ["Bug Risk"],
        "severity": "critical",
        "fingerprint": sha256(name.encode(errors="surrogatepass")).hexdigest(),
        "location": {"path": reject.file, "lines": {"begin": line, "end": line}},
    }
