"""The formats of a check: valid by their schemas, exact to the character, whatever the article holds."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

import check_reports as made
from cleanup.check.formats import FORMATS, format_named, sarif, summary
from cleanup.check.formats.markdown import escaped, fenced
from cleanup.check.formats.telling import SAYINGS, Teller, fair
from cleanup.check.nouns import Report
from conftest import SHARED

MACHINES = [name for name in FORMATS if name != "text"]
SCHEMAS = SHARED / "schemas"
HOSTILE = "\x00]]>\x1b[31m‮\u2028\x85\ufffe|<b>&amp;`{0}[看](http://a.example)\r\n::error::%0A,: 𠮷"

PIECES = st.one_of(
    st.sampled_from(
        ["\n", "\r\n", "\r", "𠮷", "😀", "园林", "]]>", "::error::", "%0A", "a|b", "\x00", HOSTILE]
    ),
    st.text(max_size=4),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@st.composite
def edits(draw):
    """A text and a change of it."""
    text = draw(TEXTS)
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    new = draw(TEXTS.filter(bool) if start == end else TEXTS)
    return text, start, end, new


def rendered(name, report, lang="zh"):
    return format_named(name).render(report, lang)


def loaded(name, report, lang="zh"):
    return json.loads(rendered(name, report, lang))


@pytest.fixture(scope="module")
def valid():
    """Asserts that documents are what their schema asks for."""
    if not SCHEMAS.exists():
        pytest.skip("../shared/schemas is not here")
    names = {"sarif": "sarif-schema-2.1.0.json", "rdjson": "rdjson-DiagnosticResult.json"}
    by = {n: Draft4Validator(json.loads((SCHEMAS / file).read_text("utf-8"))) for n, file in names.items()}

    def check(name, document):
        by[name].validate(document)

    return check


# all formats


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", MACHINES)
def test_a_document_is_whole_and_ends_in_one_newline(name, lang):
    for report in (made.EMPTY, made.FULL):
        text = rendered(name, report, lang)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert text == rendered(name, report, lang)


@pytest.mark.parametrize("name", MACHINES)
def test_a_file_whose_name_is_not_utf8_is_told(name):
    file = os.fsdecode(b"\xff\xe4.md")
    report = Report((made.alarm("园里更后一棵", 2, 3, "最", file=file),), command=f"cleanup check {file}")
    assert rendered(name, report).encode()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["sarif", "rdjson"])
def test_documents_are_valid_by_their_schema(valid, name, lang):
    for report in (made.EMPTY, made.FULL, replace(made.FULL, baseline="", root="", command="", rules={})):
        valid(name, loaded(name, report, lang))


@given(edits(), st.booleans())
def test_whatever_an_article_holds_the_documents_are_well_formed(valid, edit, exact):
    text, start, end, new = edit
    found = made.alarm(
        text, start, end, new, exact=exact, message=text[:50], evidence={text: text}, why_suppressed=text
    )
    told = replace(found, suppressed=f"docs/{'a.md'}:3")
    report = replace(made.FULL, alarms=(found, told), rejects=(replace(made.REJECT, zh=text),))
    for name in ("sarif", "rdjson"):
        valid(name, loaded(name, report))
    assert loaded("json", report)["alarms"][0]["finding"]["observed"] == text[start:end]
    assert len(loaded("gitlab", report)) == 2
    ET.fromstring(rendered("junit", report))
    commands = rendered("github", report).splitlines()
    assert Counter(c.split(" ")[0] for c in commands) == {"::error": 2, "::warning": 1, "::notice": 1}


def test_what_a_format_is_not_asked_for_is_not_imported():
    code = (
        "import sys; from cleanup.check.formats import format_named; format_named('rdjson');"
        "print([m for m in sys.modules if m.startswith(('cleanup.check.formats.', 'xml.etree', 'jinja2'))])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "formats.rdjson" in told
    assert not re.search("sarif|junit|xml|jinja2", told)


def test_both_languages_say_the_same_things():
    assert SAYINGS["zh"].keys() == SAYINGS["en"].keys()
    for key, zh in SAYINGS["zh"].items():
        asked = set(re.findall(r"\{\w+\}", zh))
        for form in SAYINGS["en"][key].split("|"):
            assert set(re.findall(r"\{\w+\}", form)) == asked, key


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(0, 12))
def test_of_too_many_the_first_of_every_file_come_first(files, most):
    items = list(enumerate(files))
    shown = fair(items, most, lambda x: x[1])
    assert shown == sorted(shown)
    assert len(shown) == min(most, len(items))
    counts = Counter(f for _, f in shown)
    for file, n in Counter(files).items():
        assert n == counts[file] or counts[file] >= max(counts.values(), default=0) - 1


# json


def test_json_tells_all_that_a_check_knows():
    told = loaded("json", made.FULL)
    assert told["schema"] == 1
    assert told["exit_code"] == 2
    assert told["tool"] == {
        "name": "cleanup",
        "version": "1.2.3",
        "versions": {"cleanup": "1.2.3", "rules": "abc"},
        "digest": "d1",
    }
    assert told["command"] == made.FULL.command
    assert told["counts"] == {
        "files": 4,
        "articles": 6,
        "characters": 1234,
        "alarms": 8,
        "errors": 3,
        "warnings": 2,
        "known": 1,
        "suppressed": 2,
        "below": 3,
        "rejects": 2,
        "notes": 1,
        "stale": 1,
        "unused": 2,
        "fixed": 2,
    }
    by_place = {a["fingerprint"]: a for a in told["alarms"]}
    swap = by_place[made.SWAP.fingerprint]
    assert swap["finding"]["evidence"] == {"survivors": 0, "topic": ["树"]}
    assert swap["start"] == {"line": 2, "column": 9, "byte_column": 26}
    assert swap["excerpt"][swap["at"] :].startswith("更高的是")
    assert (swap["fails"], swap["known"], swap["suppressed"]) == (True, False, None)
    assert by_place[made.IN_FILE.fingerprint]["why_suppressed"] == "地名"
    assert told["rejects"][1] == {
        "file": "dump 1%.jsonl",
        "line": 3,
        "reason": "not_json",
        "message": "不是合法的 JSON",
    }
    assert told["notes"] == [{"file": "docs/a.md", "note": "规则 slow 超时"}]
    assert told["stale"][0]["observed"] == "更大\n"
    assert told["unused"][0] == {"where": "docs/b.md:4", "says": "cleanup-disable-line spun"}
    assert told["fixed"] == {"docs/c.md": 2}


# sarif


def results(report, lang="zh"):
    run = loaded("sarif", report, lang)["runs"][0]
    return run, {r["partialFingerprints"]["cleanup/v1"]: r for r in run["results"]}


def sarif_offset(text, newlines, line, column):
    """The offset of a place, as a reader of SARIF counts it."""
    lines = re.findall(rf"(?:(?!{'|'.join(newlines)}).)*(?:{'|'.join(newlines)}|\Z)", text, re.DOTALL)
    return sum(map(len, lines[: line - 1])) + column - 1


@given(edits())
def test_a_sarif_fix_gives_the_repair(edit):
    text, start, end, new = edit
    run, found = results(Report((made.alarm(text, start, end, new),)))
    assert run["columnKind"] == "unicodeCodePoints"
    (result,) = found.values()
    (change,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    lo = sarif_offset(text, run["newlineSequences"], region["startLine"], region["startColumn"])
    hi = sarif_offset(text, run["newlineSequences"], region["endLine"], region["endColumn"])
    inserted = replacement.get("insertedContent", {}).get("text", "")
    assert text[:lo] + inserted + text[hi:] == text[:start] + new + text[end:]
    physical = result["locations"][0]["physicalLocation"]
    if "snippet" in physical["region"]:
        assert physical["region"]["snippet"]["text"] == text[start:end]
    if context := physical.get("contextRegion"):
        lo = sarif_offset(text, run["newlineSequences"], context["startLine"], context["startColumn"])
        hi = sarif_offset(text, run["newlineSequences"], context["endLine"], context["endColumn"])
        assert lo <= start <= end <= hi
        assert (lo, hi) != (start, end)
        assert context["snippet"]["text"] == text[lo:hi]


def test_sarif_files_are_relative_to_the_root_and_encoded():
    run, found = results(made.FULL)
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == "file:///srv/%E6%96%87%20%E7%A8%BF/"
    where = found[made.RECORD.fingerprint]["locations"][0]
    assert where["physicalLocation"]["artifactLocation"] == {
        "uri": "dump%201%25.jsonl",
        "uriBaseId": "%SRCROOT%",
    }
    assert where["physicalLocation"]["region"] == {"startLine": 7}
    assert where["logicalLocations"][0]["name"] == "dump 1%.jsonl"
    outside = results(Report((replace(made.SWAP, finding=replace(made.SWAP.finding, file="/tmp/a b.md")),)))[
        1
    ]
    (result,) = outside.values()
    file = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert file == {"uri": "file:///tmp/a%20b.md"}
    colon = results(Report((replace(made.SWAP, finding=replace(made.SWAP.finding, file="a:b.md")),)))[1]
    uri = next(iter(colon.values()))["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert ":" not in uri
    assert unquote(uri) == "a:b.md"


def test_sarif_fixes_only_what_is_exact_and_has_a_repair():
    _, found = results(made.FULL)
    assert {f for f, r in found.items() if "fixes" not in r} == {
        made.RECORD.fingerprint,
        made.FLAG.fingerprint,
        "old-1",
    }
    region = found[made.INSERTION.fingerprint]["fixes"][0]["artifactChanges"][0]["replacements"][0][
        "deletedRegion"
    ]
    assert region == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 5}
    lines = found[made.LINES.fingerprint]["locations"][0]["physicalLocation"]["region"]
    assert (lines["startLine"], lines["startColumn"], lines["endLine"], lines["endColumn"]) == (3, 1, 5, 1)


def test_sarif_says_what_is_new_known_and_gone():
    _, found = results(made.FULL)
    states = {f: r["baselineState"] for f, r in found.items()}
    assert states.pop(made.KNOWN.fingerprint) == "unchanged"
    assert states.pop("old-1") == "absent"
    assert set(states.values()) == {"new"}
    assert found["old-1"]["level"] == "none"
    assert found["old-1"]["kind"] != "fail"
    _, without = results(replace(made.FULL, baseline="", stale=()))
    assert not any("baselineState" in r for r in without.values())


def test_sarif_says_what_is_suppressed_where_and_why():
    _, found = results(made.FULL)
    (comment,) = found[made.IN_FILE.fingerprint]["suppressions"]
    assert (comment["kind"], comment["justification"]) == ("inSource", "地名")
    assert comment["location"]["physicalLocation"]["region"] == {"startLine": 1}
    (config,) = found[made.IN_CONFIG.fingerprint]["suppressions"]
    assert config["kind"] == "external"
    assert config["location"]["physicalLocation"]["artifactLocation"]["uri"] == "cleanup.toml"
    assert "suppressions" not in found[made.SWAP.fingerprint]


def test_sarif_rules_are_those_of_the_results():
    run, found = results(made.FULL, "en")
    rules = run["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == sorted({a.finding.rule for a in made.FULL.alarms})
    for result in found.values():
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    swap = rules[found[made.SWAP.fingerprint]["ruleIndex"]]
    assert swap["shortDescription"]["text"] == "swapped superlative: 最 was swapped for 更"
    assert "Nothing is compared" in swap["help"]["text"]
    assert swap["defaultConfiguration"] == {"level": "error"}
    assert (swap["properties"]["kind"], swap["properties"]["tier"]) == ("superlative_swap", "auto")
    assert found[made.SWAP.fingerprint]["rank"] == 99
    assert found[made.INSERTION.fingerprint]["level"] == "warning"


def test_sarif_tells_how_the_check_went():
    run, _ = results(made.FULL)
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert invocation["commandLine"] == made.FULL.command
    told = invocation["toolExecutionNotifications"]
    assert [n["level"] for n in told] == ["error", "error", "warning"]
    assert told[1]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert [n["level"] for n in invocation["toolConfigurationNotifications"]] == ["note", "note"]
    (quiet,) = results(made.EMPTY)[0]["invocations"]
    assert (quiet["executionSuccessful"], quiet["exitCode"]) == (True, 0)
    (found,) = results(Report((made.SWAP,)))[0]["invocations"]
    assert (found["executionSuccessful"], found["exitCode"]) == (True, 1)


def test_of_more_results_than_github_takes_what_fails_is_kept(monkeypatch):
    monkeypatch.setattr(sarif, "MOST", 3)
    run, found = results(made.FULL)
    assert list(found) == [a.fingerprint for a in (made.SWAP, made.LINES, made.RECORD)]
    assert "6" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


def test_sarif_messages_hold_no_placeholders_and_no_links():
    found = made.alarm("{0}[看](http://a.example)", 0, 25, "", message="")
    text = results(Report((found,)))[1][found.fingerprint]["message"]["text"]
    assert "{{0}}" in text
    assert "](" not in text


# github


def commands(text):
    """The commands of a log, as the runner reads them: name, properties, message."""
    out = []
    for line in text.splitlines():
        name, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()
        pairs = [p.split("=", 1) for p in properties.split(",")]
        unescaped = {
            k: v.replace("%2C", ",")
            .replace("%3A", ":")
            .replace("%0A", "\n")
            .replace("%0D", "\r")
            .replace("%25", "%")
            for k, v in pairs
        }
        data = message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        out.append((name, unescaped, data))
    return out


@given(edits(), st.text(alphabet=":,%\r\n0ADa=園", min_size=1))
def test_github_commands_come_back_as_they_were(edit, file):
    text, start, end, new = edit
    found = made.alarm(text, start, end, new, file=file, rule="a:b,c%3A", message=text)
    (error, notice) = commands(rendered("github", Report((found,))))
    teller = Teller("zh")
    assert error[1]["file"] == file
    assert error[1]["title"] == teller.title(found)
    assert error[2] == teller.alarm(found)
    assert notice[0] == "notice"


def test_github_places_are_columns_within_a_line_only():
    found = commands(rendered("github", replace(made.FULL, rejects=(), notes=())))[:-1]
    told = [p for _, p, _ in found]
    swap = [p for p in told if p["file"] == "docs/a.md" and "superlative" in p["title"]]
    assert [(p["line"], p["col"], p["endLine"], p["endColumn"]) for p in swap] == [("2", "9", "2", "11")]
    (lines,) = [p for p in told if "page-line" in p["title"]]
    assert (lines["line"], lines["endLine"]) == ("3", "5")
    assert "col" not in lines
    (record,) = [p for p in told if p["file"] == "dump 1%.jsonl"]
    assert (record["line"], record.keys() & {"col", "endLine"}) == ("7", set())


def test_github_leaves_out_what_is_known_or_suppressed():
    text = rendered("github", made.FULL)
    assert "湖畔" not in text
    assert "漫步" not in text
    assert Counter(name for name, _, _ in commands(text)) == {"error": 5, "warning": 3, "notice": 1}
    silent = Report((made.KNOWN, made.IN_FILE), files=1, articles=1, command="cleanup check docs")
    assert "::" not in rendered("github", silent)


def test_github_is_quiet_where_all_is_clean():
    assert (
        rendered("github", made.EMPTY, "en") == "cleanup: 2 articles checked, in 2 files: no damage found\n"
    )


def test_github_shows_ten_of_a_level_fair_over_files_and_counts_the_rest():
    text = "更" * 40
    many = [made.alarm(text, i, i + 1, "最", file="a.md") for i in range(30)]
    others = [made.alarm(text, 0, 1, "最", file=f) for f in ("b.md", "c.md")]
    warnings = [
        made.alarm(text, i, i + 1, "最", file="a.md", level="warning", tier="suggest") for i in range(12)
    ]
    rejects = (replace(made.REJECT, file="z.md"),)
    report = Report((*many, *others, *warnings), rejects=rejects, command="cleanup check .")
    told = commands(rendered("github", report))
    shown = Counter((name, p.get("file")) for name, p, _ in told)
    assert shown == {
        ("error", "z.md"): 1,
        ("error", "a.md"): 7,
        ("error", "b.md"): 1,
        ("error", "c.md"): 1,
        ("warning", "a.md"): 10,
        ("notice", None): 1,
    }
    assert "另有 25 处" in told[-1][2]
    assert told[-1][2].endswith("cleanup check .")


# the page of a step


class Read(HTMLParser):
    """The text of a page, and its tags."""

    def __init__(self, page):
        super().__init__()
        self.text, self.tags = "", Counter()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1

    def handle_data(self, data):
        self.text += data


def shown(markdown):
    from markdown_it import MarkdownIt

    return Read(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
def test_markdown_shows_text_as_it_is_and_nothing_comes_of_it(text):
    cell = shown(f"| a | b |\n| --- | --- |\n| x{escaped(text)}x | y |")
    assert f"x{text}x" in cell.text
    assert cell.tags == {"table": 1, "thead": 1, "tbody": 1, "tr": 2, "th": 2, "td": 2}
    item = shown(f"- x{escaped(text)}x")
    assert item.text.strip() == f"x{text}x"
    assert item.tags == {"ul": 1, "li": 1}


def test_a_block_of_code_holds_fences():
    assert shown(fenced("a ``` b\n````", "sh")).text.strip() == "a ``` b\n````"


def test_the_page_of_a_step_counts_shows_and_says_how_to_see_it_again():
    page = shown(summary.step_summary(made.FULL, "zh"))
    assert page.tags["td"] == 4 * 4
    assert page.tags["li"] == 2 + 5
    assert page.tags["del"] == 3
    assert page.tags["ins"] == 3
    assert "湖边𠮷的树很多，更高最高的是银杏。" in page.text
    assert "docs/a.md:2:9" in page.text
    assert "cleanup check docs --min-tier flag\n" in page.text
    assert "湖畔" not in page.text


def test_the_page_of_a_step_of_a_clean_check_is_short():
    assert summary.step_summary(made.EMPTY, "en").count("\n") == 3


@given(edits())
def test_the_page_of_a_step_shows_hostile_text_as_text(edit):
    text, start, end, new = edit
    found = made.alarm(text, start, end, new, file="a|b<i>.md", rule="r`|", message=text)
    report = Report((found,), rejects=(replace(made.REJECT, zh=text),), command="cleanup check `a`")
    page = shown(summary.step_summary(report, "zh"))
    assert page.tags["li"] == 2
    assert page.tags["td"] == 4
    assert not page.tags.keys() & {"a", "em", "b", "i", "img", "script", "s"}
    assert "a|b<i>.md" in page.text


def test_the_page_of_a_step_stays_small():
    text = "更" * 3000
    many = [made.alarm(text, i, i + 1, "|" * 500, rule=f"rule-{i}", message="|" * 900) for i in range(3000)]
    page = summary.step_summary(Report(tuple(many)), "zh")
    assert len(page.encode()) < 100_000
    assert "另有 2,980 处" in unescape(page)


# rdjson


@given(edits())
def test_an_rdjson_suggestion_gives_the_repair(edit):
    text, start, end, new = edit
    (told,) = loaded("rdjson", Report((made.alarm(text, start, end, new),)))["diagnostics"]
    (suggestion,) = told["suggestions"]
    lines = [m.encode() for m in re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text)]
    places = [suggestion["range"][side] for side in ("start", "end")]
    lo, hi = (sum(map(len, lines[: p["line"] - 1])) + p["column"] - 1 for p in places)
    raw = text.encode()
    assert (raw[:lo] + suggestion["text"].encode() + raw[hi:]).decode() == text[:start] + new + text[end:]


def test_rdjson_tells_what_is_open_and_what_could_not_be_read():
    told = loaded("rdjson", made.FULL)["diagnostics"]
    assert [d["code"]["value"] for d in told] == [
        "binary",
        "not_json",
        "prior-insert",
        "superlative-swap",
        "page-line",
        "garbled",
        "superlative-swap",
    ]
    assert [d["severity"] for d in told] == ["ERROR"] * 2 + ["WARNING"] + ["ERROR"] * 2 + ["WARNING", "ERROR"]
    assert told[0]["location"] == {"path": "docs/坏.txt"}
    assert told[2]["suggestions"][0]["range"]["start"] == {"line": 2, "column": 14}
    assert [d["code"]["value"] for d in told if "suggestions" not in d] == [
        "binary",
        "not_json",
        "garbled",
        "superlative-swap",
    ]
    assert told[-1]["location"] == {"path": "dump 1%.jsonl", "range": {"start": {"line": 7}}}


# gitlab


def test_gitlab_issues_have_what_gitlab_asks_for():
    told = loaded("gitlab", made.FULL)
    assert len(told) == 7
    assert len({i["fingerprint"] for i in told}) == 7
    by_rule = {i["check_name"]: i for i in told}
    assert by_rule["page-line"]["location"] == {"path": "docs/a.md", "lines": {"begin": 3, "end": 5}}
    assert {i["check_name"]: i["severity"] for i in told} == {
        "binary": "critical",
        "not_json": "critical",
        "prior-insert": "info",
        "superlative-swap": "major",
        "page-line": "major",
        "garbled": "info",
    }
    for issue in told:
        assert issue["description"]
        assert set(issue["categories"]) <= {"Bug Risk", "Clarity", "Duplication", "Style"}
        assert issue["location"]["lines"]["begin"] >= 1
    assert loaded("gitlab", made.EMPTY) == []


# junit


def test_junit_fails_a_file_for_its_errors_and_tells_its_warnings():
    suite = ET.fromstring(rendered("junit", made.FULL))[0]
    cases = {(c.get("classname"), c.get("name")): c for c in suite.iter("testcase")}
    assert list(cases) == [
        ("cleanup.read", "docs/坏.txt"),
        ("cleanup.read", "dump 1%.jsonl"),
        ("cleanup.check", "docs/a.md"),
        ("cleanup.check", "dump 1%.jsonl"),
    ]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "2", "2")
    article = cases["cleanup.check", "docs/a.md"]
    failure = article.find("failure")
    assert "另有 1 处" in failure.get("message")
    assert "docs/a.md:2:9:" in failure.text
    assert "树很多，[更高→最高]的是" in failure.text
    output = article.findtext("system-out")
    assert "prior-insert" in output
    assert "𠮷的[→大]树" in output
    assert "再走[一段]就" in output
    assert "基线里已有 1 处" in output
    assert "已抑制 2 处" in output
    assert "spun" not in failure.text + output


def test_junit_passes_where_nothing_fails():
    for report, name in ((made.EMPTY, "cleanup check"), (Report((made.FLAG, made.KNOWN)), "docs/a.md")):
        suite = ET.fromstring(rendered("junit", report))[0]
        assert [c.get("name") for c in suite.iter("testcase")] == [name]
        assert not [*suite.iter("failure"), *suite.iter("error")]
        assert suite.get("failures") == "0"


def test_junit_spells_out_what_xml_cannot_hold():
    found = made.alarm(HOSTILE, 0, len(HOSTILE), "", message=HOSTILE)
    text = rendered("junit", Report((found,)))
    message = next(ET.fromstring(text).iter("failure")).get("message")
    for code in ("U+0000", "U+001B", "U+202E", "U+2028", "U+FFFE"):
        assert f"⟨{code}⟩" in message
    assert "]]>" in message
    assert not set(text) & set("\x00\x1b\u202e\ufffe")
