"""Annotations of GitHub Actions: workflow commands in the log of a step."""

from __future__ import annotations

from dataclasses import dataclass

from cleanup.check.formats.documents import writable
from cleanup.check.formats.telling import Teller, cut, fair
from cleanup.check.nouns import LEVELS, Alarm, Level, Report
from cleanup.dumps.record import Reject
from cleanup.report.inline import plain

# GitHub shows so many errors of a step, and as many warnings; the rest are dropped without a word.
MOST = 10


@dataclass(frozen=True, slots=True)
class _Annotation:
    level: Level
    file: str
    places: tuple[tuple[str, int], ...]
    title: str
    message: str


def render(report: Report, lang: str) -> str:
    """What could not be read, then open alarms, `MOST` of a level, and a notice that counts the rest.

    A report without any is one line of the log, which annotates nothing.
    """
    teller = Teller(lang)
    told = [_unread(r, teller) for r in report.rejects]
    told += [_note(file, note) for file, note in report.notes]
    told += [_alarm(a, teller) for a in report.alarms if a.is_open]
    counts = f"cleanup{teller('colon')}{teller.counts(report)}"
    if not told:
        return counts + "\n"
    shown = [a for level in LEVELS for a in fair([t for t in told if t.level == level], MOST, _file)]
    said = [teller.counts(report)]
    if len(told) > len(shown):
        said.append(teller("left_out", n=len(told) - len(shown)))
    if report.command:
        said.append(teller("reproduce", command=report.command))
    lines = [*map(_line, shown), _command("notice", {"title": "cleanup"}, teller.words("stop").join(said))]
    return writable("\n".join(lines) + "\n")


def _file(annotation: _Annotation) -> str:
    return annotation.file


def _alarm(alarm: Alarm, teller: Teller) -> _Annotation:
    places = [("line", alarm.start.line)]
    if alarm.exact:
        # columns of a range over several lines are refused
        if alarm.end.line == alarm.start.line:
            places += [("col", alarm.start.column), ("endColumn", alarm.end.column)]
        places.append(("endLine", alarm.end.line))
    return _Annotation(
        alarm.level, alarm.finding.file, tuple(places), teller.title(alarm), teller.alarm(alarm)
    )


def _unread(reject: Reject, teller: Teller) -> _Annotation:
    places = (("line", reject.line),) if reject.line else ()
    title = teller.words.name("reason", reject.reason)
    return _Annotation("error", reject.file, places, title, teller.reject(reject))


def _note(file: str, note: str) -> _Annotation:
    return _Annotation("warning", file, (), "cleanup", cut(plain(note)))


def _line(annotation: _Annotation) -> str:
    properties = {"file": annotation.file} if annotation.file else {}
    properties |= {key: str(value) for key, value in annotation.places}
    return _command(annotation.level, properties | {"title": annotation.title}, annotation.message)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{k}={_escaped(v, in_property=True)}" for k, v in properties.items())
    return f"::{name} {told}::{_escaped(message)}"


def _escaped(text: str, *, in_property: bool = False) -> str:
    """The text as the runner reads it back: the escapes of its data, and those of its properties."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
