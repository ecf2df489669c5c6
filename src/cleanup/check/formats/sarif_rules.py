"""The rules of a SARIF run: those that its results name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cleanup.check.formats.markdown import escaped
from cleanup.check.formats.telling import Teller, cut
from cleanup.check.nouns import Report, Told
from cleanup.data import Finding, Tier
from cleanup.report.inline import plain

# What GitHub shows beside a rule and filters by.
_PRECISION: dict[Tier, str] = {"auto": "very-high", "suggest": "high", "flag": "medium"}


class Rules:
    """Descriptors of rules, in order of their ids, and the index of each."""

    def __init__(
        self, report: Report, findings: Sequence[Finding], others: Sequence[str], teller: Teller
    ) -> None:
        first: dict[str, Finding | None] = dict.fromkeys(others)
        for f in findings:
            if first.get(f.rule) is None:
                first[f.rule] = f
        self.descriptors = []
        self.index: dict[str, int] = {}
        for i, rule in enumerate(sorted(first)):
            self.index[rule] = i
            told = report.rules.get(rule)
            self.descriptors.append(_descriptor(rule, told, first[rule], teller))


def _descriptor(rule: str, told: Told | None, finding: Finding | None, teller: Teller) -> dict[str, Any]:
    """What the report tells of a rule; of one it does not know, what a finding says, if there is one."""
    out: dict[str, Any] = {"id": rule}
    kind = told.kind if told else finding.kind if finding else None
    tier = told.tier if told else finding.tier if finding else None
    message = told.message.get(teller.words.lang, "") if told else finding.message if finding else ""
    if kind is None or tier is None:
        return out
    short = teller("colon").join(filter(None, (teller.kind(kind), plain(message))))
    why = plain(told.why) if told else ""
    meaning = teller.words.of("meaning", tier)
    level = "error" if tier == "auto" else "warning"
    shown = f"cleanup rules show {rule}"
    return out | {
        "shortDescription": {"text": cut(short)},
        "fullDescription": {"text": cut(f"{short}{teller.words('lead.period')}{why}" if why else short)},
        "help": {
            "text": "\n\n".join(filter(None, (why, meaning, shown))),
            "markdown": "\n\n".join(filter(None, (escaped(why), escaped(meaning), f"`{shown}`"))),
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "kind": kind,
            "tier": tier,
            "tags": [kind, tier],
            "precision": _PRECISION[tier],
            "problem.severity": level,
        },
    }
