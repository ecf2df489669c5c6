"""The results of a SARIF run."""

from __future__ import annotations

from typing import Any

from cleanup.check.formats.sarif_places import artifact, at_line, location, span, where
from cleanup.check.formats.sarif_rules import Rules
from cleanup.check.formats.telling import Teller, cut, echo
from cleanup.check.nouns import Alarm, Stale
from cleanup.report.evidence import sentences

# Under this name ours is compared with ours: GitHub fills in its own, of lines, beside it.
_FINGERPRINT = "cleanup/v1"


class Results:
    """Makes results; with a baseline, each says whether it is new."""

    def __init__(self, rules: Rules, teller: Teller, *, baseline: bool) -> None:
        self._rules = rules
        self._teller = teller
        self._baseline = baseline

    def of_alarm(self, alarm: Alarm) -> dict[str, Any]:
        """An alarm, those known and suppressed marked."""
        finding = alarm.finding
        out: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": self._rules.index[finding.rule],
            "level": alarm.level,
            "message": {"text": _text(self._teller.alarm(alarm))},
            "locations": [location(alarm)],
            "partialFingerprints": {_FINGERPRINT: alarm.fingerprint},
            "rank": round(100 * finding.confidence, 2),
        }
        if self._baseline:
            out["baselineState"] = "unchanged" if alarm.known else "new"
        if alarm.suppressed:
            out["suppressions"] = [_suppression(alarm)]
        if alarm.exact and finding.replacement is not None:
            out["fixes"] = [_fix(alarm, finding.replacement, self._teller)]
        return out | {
            "properties": {
                "kind": finding.kind,
                "tier": finding.tier,
                "confidence": finding.confidence,
                "article": finding.article,
                "record": finding.record,
                "start": finding.start,
                "end": finding.end,
                "evidence": sentences(finding.evidence, self._teller.words),
            }
        }

    def of_stale(self, stale: Stale) -> dict[str, Any]:
        """What stood in the baseline and is gone: nothing that fails."""
        text = self._teller("stale_entry", rule=stale.rule, old=echo(stale.observed))
        return {
            "ruleId": stale.rule,
            "ruleIndex": self._rules.index[stale.rule],
            "kind": "informational",
            "level": "none",
            "message": {"text": _text(cut(text))},
            "locations": [at_line(stale.file, 0)],
            "partialFingerprints": {_FINGERPRINT: stale.fingerprint},
            "baselineState": "absent",
        }


def _suppression(alarm: Alarm) -> dict[str, Any]:
    """A comment in the checked file itself is in the source; a line of a config is outside of it."""
    file, line = where(alarm.suppressed)
    out: dict[str, Any] = {
        "kind": "inSource" if file == alarm.finding.file else "external",
        "status": "accepted",
        "location": at_line(file, line),
    }
    if alarm.why_suppressed:
        out["justification"] = alarm.why_suppressed
    return out


def _fix(alarm: Alarm, replacement: str, teller: Teller) -> dict[str, Any]:
    change: dict[str, Any] = {"deletedRegion": span(alarm)}
    if replacement:
        change["insertedContent"] = {"text": replacement}
    return {
        "description": {"text": _text(teller.change(alarm.finding))},
        "artifactChanges": [{"artifactLocation": artifact(alarm.finding.file), "replacements": [change]}],
    }


def _text(message: str) -> str:
    """A message whose braces are no placeholders (§3.11.5) and whose brackets are no links (§3.11.6)."""
    return message.replace("{", "{{").replace("}", "}}").replace("](", "] (")
