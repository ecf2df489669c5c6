"""JUnit XML: a test case for each file that has something to tell, failed by its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleanup.check.formats.documents import writable
from cleanup.check.formats.telling import Teller, around
from cleanup.check.nouns import Alarm, Report
from cleanup.dumps.record import Reject
from cleanup.report.inline import code_point, plain

# What no XML 1.0 document may hold, not even as a reference. Tab and newline may stand.
_NO_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Characters of its line on each side of a place.
_CONTEXT = 20


def render(report: Report, lang: str) -> str:
    """A test suite. A file fails with all its errors in one failure, since most readers show one; what could not be
    read is an error; warnings, and how many are known or suppressed, are output of the case.
    """
    from xml.etree import ElementTree as ET

    teller = Teller(lang)
    cases = ET.Element("testsuite", name="cleanup check")
    failed = unread = 0
    for file, alarms, rejects in _files(report):
        case = ET.SubElement(cases, "testcase", classname="cleanup", name=_xml(file), file=_xml(file))
        errors = [a for a in alarms if a.fails]
        if rejects:
            unread += 1
            first = ET.SubElement(case, "error", type="unreadable", message=_xml(teller.reject(rejects[0])))
            first.text = _xml("\n".join(f"{plain(r.where)}: {teller.reject(r)}" for r in rejects))
        if errors:
            failed += not rejects
            first = ET.SubElement(case, "failure", type="damage", message=_xml(_heading(errors, teller)))
            first.text = _xml("\n".join(_told(errors, teller)))
        if output := _output(alarms, teller):
            ET.SubElement(case, "system-out").text = _xml("\n".join(output))
    if not len(cases):
        ET.SubElement(cases, "testcase", classname="cleanup", name="cleanup check")
    counts = {"tests": len(cases), "failures": failed, "errors": unread, "skipped": 0}
    suites = ET.Element("testsuites", name="cleanup check")
    for element in (suites, cases):
        for key, value in counts.items():
            element.set(key, str(value))
    ET.SubElement(cases, "system-out").text = _xml(
        "\n".join(
            (
                teller.counts(report),
                plain(report.command),
                *(f"{plain(f)}: {plain(n)}" for f, n in report.notes),
            )
        )
    )
    suites.append(cases)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _files(report: Report) -> Iterator[tuple[str, list[Alarm], list[Reject]]]:
    """The files that have alarms or could not be read, in order of the report."""
    alarms: dict[str, list[Alarm]] = {}
    rejects: dict[str, list[Reject]] = {}
    for a in report.alarms:
        alarms.setdefault(a.finding.file, []).append(a)
    for r in report.rejects:
        rejects.setdefault(r.file, []).append(r)
    for file in dict.fromkeys((*alarms, *rejects)):
        yield file, alarms.get(file, []), rejects.get(file, [])


def _heading(errors: list[Alarm], teller: Teller) -> str:
    more = len(errors) - 1
    return teller.alarm(errors[0]) + (teller.words("stop") + teller("more", n=more) if more else "")


def _told(alarms: list[Alarm], teller: Teller) -> Iterator[str]:
    for a in alarms:
        place = f"{a.start.line}:{a.start.column}" if a.exact else str(a.start.line)
        yield f"{plain(a.finding.file)}:{place}: {teller.title(a)}: {teller.alarm(a)}"
        before, old, after = around(a, _CONTEXT)
        yield f"    {before}[{old}]{after}"


def _output(alarms: list[Alarm], teller: Teller) -> list[str]:
    out = [*_told([a for a in alarms if a.is_open and not a.fails], teller)]
    for key, n in (
        ("known", sum(a.known for a in alarms)),
        ("suppressed", sum(bool(a.suppressed) for a in alarms)),
    ):
        if n:
            out.append(teller(key, n=n))
    return out


def _xml(text: str) -> str:
    return _NO_XML.sub(lambda m: f"⟨{code_point(m[0])}⟩", writable(text))
