"""JUnit XML: a test case for each file that has something to tell, failed by its errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from cleanup.check.formats.documents import writable
from cleanup.check.formats.telling import Teller, marked
from cleanup.check.nouns import Alarm, Report
from cleanup.report.inline import code_point, plain

T = TypeVar("T")

# What no XML 1.0 document may hold, not even as a reference. Tab and newline may stand.
_NO_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Characters of its line on each side of a place.
_CONTEXT = 20


def render(report: Report, lang: str) -> str:
    """A test suite. A file fails with all its errors in one failure, since most readers show one; warnings, and how
    many are known or suppressed, are output of its case. What could not be read is the error of a case of its own.
    """
    from xml.etree import ElementTree as ET

    teller = Teller(lang)
    suite = ET.Element("testsuite", name="cleanup check")
    unread = _by_file(report.rejects, lambda r: r.file)
    for file, rejects in unread.items():
        case = ET.SubElement(suite, "testcase", classname="cleanup.read", name=_xml(file), file=_xml(file))
        told = ET.SubElement(case, "error", type="unreadable", message=_xml(teller.reject(rejects[0])))
        told.text = _xml("\n".join(f"{plain(r.where)}: {teller.reject(r)}" for r in rejects))
    failed = 0
    for file, alarms in _by_file(report.alarms, lambda a: a.finding.file).items():
        case = ET.SubElement(suite, "testcase", classname="cleanup.check", name=_xml(file), file=_xml(file))
        if errors := [a for a in alarms if a.fails]:
            failed += 1
            told = ET.SubElement(case, "failure", type="damage", message=_xml(_heading(errors, teller)))
            told.text = _xml("\n".join(_told(errors, teller)))
        if output := _output(alarms, teller):
            ET.SubElement(case, "system-out").text = _xml("\n".join(output))
    if not len(suite):
        ET.SubElement(suite, "testcase", classname="cleanup.check", name="cleanup check")
    suites = ET.Element("testsuites", name="cleanup check")
    for element in (suites, suite):
        for key, value in (("tests", len(suite)), ("failures", failed), ("errors", len(unread))):
            element.set(key, str(value))
    notes = (f"{plain(file)}: {plain(note)}" for file, note in report.notes)
    said = (teller.counts(report), plain(report.command), *notes)
    ET.SubElement(suite, "system-out").text = _xml("\n".join(said))
    suites.append(suite)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _by_file(items: Iterable[T], file: Callable[[T], str]) -> dict[str, list[T]]:
    out: dict[str, list[T]] = {}
    for item in items:
        out.setdefault(file(item), []).append(item)
    return out


def _heading(errors: list[Alarm], teller: Teller) -> str:
    more = len(errors) - 1
    return teller.alarm(errors[0]) + (teller.words("stop") + teller("more", n=more) if more else "")


def _told(alarms: list[Alarm], teller: Teller) -> Iterator[str]:
    for a in alarms:
        place = f"{a.start.line}:{a.start.column}" if a.exact else str(a.start.line)
        yield f"{plain(a.finding.file)}:{place}: {teller.title(a)}: {teller.alarm(a)}"
        yield f"    {marked(a, _CONTEXT)}"


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
