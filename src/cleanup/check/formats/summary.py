"""The page of a step of GitHub Actions: what a person reads who asks why the check failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cleanup.check.formats.documents import writable
from cleanup.check.formats.markdown import escaped, fenced
from cleanup.check.formats.telling import Teller, around, echo, fair
from cleanup.check.nouns import Alarm, Report
from cleanup.report.inline import plain

# GitHub takes 1 MiB of a step; this stays below a tenth of it.
_FINDINGS = 20
_RULES = 50
# Characters of its line on each side of a place.
_CONTEXT = 20


def step_summary(report: Report, lang: str) -> str:
    """Markdown for `GITHUB_STEP_SUMMARY`: counts by rule, the first open alarms of each file, the command for a desk."""
    teller = Teller(lang)
    parts = [f"### cleanup{teller.words('dot')}{teller('title')}", teller.counts(report)]
    if report.rejects:
        shown = fair(report.rejects, _FINDINGS, lambda r: r.file)
        told = [f"- {_code(r.where)}{teller('colon')}{escaped(teller.reject(r))}" for r in shown]
        parts += [f"#### {teller('unread')}", _listed(told, len(report.rejects), teller)]
    alarms = [a for a in report.alarms if a.is_open]
    if alarms:
        parts.append(_table(alarms, teller))
        shown_alarms = fair(alarms, _FINDINGS, lambda a: a.finding.file)
        parts += [
            f"#### {teller('findings')}",
            _listed([_item(a, teller) for a in shown_alarms], len(alarms), teller),
        ]
    if report.command and (alarms or report.rejects):
        parts += [teller("reproduce", command="").rstrip(), fenced(plain(report.command), "sh")]
    return writable("\n\n".join(parts) + "\n")


def _listed(items: list[str], of: int, teller: Teller) -> str:
    left = of - len(items)
    return "\n".join((*items, *([f"\n{teller('left_out', n=left)}"] if left else ())))


def _table(alarms: list[Alarm], teller: Teller) -> str:
    counts = Counter((a.finding.rule, a.finding.kind, a.level) for a in alarms)
    rules = Counter((a.finding.rule, a.finding.kind) for a in alarms)
    head = [teller("rule"), teller("kind"), teller("col.errors"), teller("col.warnings")]
    rows = [
        [
            _code(rule),
            teller.kind(kind),
            *(f"{counts[rule, kind, level]:,}" for level in ("error", "warning")),
        ]
        for (rule, kind), _ in sorted(rules.items(), key=lambda x: (-x[1], x[0]))
    ]
    table = [head, ["---", "---", "--:", "--:"], *rows[:_RULES]]
    more = [f"\n{teller('more_rules', n=len(rows) - _RULES)}"] if len(rows) > _RULES else []
    return "\n".join((*(f"| {' | '.join(row)} |" for row in table), *more))


def _item(alarm: Alarm, teller: Teller) -> str:
    """Where it stands, what it is, and its line with the change marked."""
    place = f"{alarm.finding.file}:{alarm.start.line}" + (f":{alarm.start.column}" if alarm.exact else "")
    return f"- {_code(place)} {escaped(teller.alarm(alarm))}<br>{''.join(_line(alarm))}"


def _line(alarm: Alarm) -> Iterator[str]:
    before, old, after = around(alarm, _CONTEXT)
    new = alarm.finding.replacement
    yield escaped(before)
    if old:
        yield f"<del>{escaped(old)}</del>" if new is not None else f"<strong>{escaped(old)}</strong>"
    if new:
        yield f"<ins>{escaped(echo(new))}</ins>"
    yield escaped(after)


def _code(text: str) -> str:
    return f"<code>{escaped(plain(text))}</code>"
