"""`cleanup check`: exit codes, thresholds, inputs, suppression, baseline, `--fix`, `--changed-since`."""

import json
import os
import shlex
import stat
import subprocess
import xml.etree.ElementTree as ET

import pytest
from typer.testing import CliRunner

from cleanup.check import fix as fixing
from cleanup.check import paths as check_paths
from cleanup.check.formats import FORMATS
from cleanup.cli.app import app

CLEAN = "窗台上的薄荷长得很快，隔两天就要浇一次水。\n"
# lines that say nothing twice, which would be damage, too
LINES = [
    "木匠把旧门板刨平，又用砂纸细细打磨了一遍。\n",
    "渡口的船一天只开两趟，错过了就要等到傍晚。\n",
    "她把晒干的橘皮收进罐子里，留着冬天泡水喝。\n",
    "后山的竹笋冒头了，雨后一夜能长半尺高。\n",
    "集市散了以后，街上只剩下几个收摊的人。\n",
]
DAMAGED = "双方的工作围不同，要先谈妥。\n"
OTHER = "村里的工作围很宽，什么都要管。\n"
# a rule suggests nothing here, and code flags the mask
SUGGESTED = "小镇里的 *** 很安静，到了晚上连狗都不叫。\n"
BINARY = b"\x00\x01\x02\xff\xfe\x00" * 40
RULE = "dropped-char-in-phrase"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test runs in a folder of its own, which is no repository and has no config above."""
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / ".git").mkdir()  # the search for a config ends here
    monkeypatch.chdir(folder)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return folder


def check(*args, **kwargs):
    return CliRunner().invoke(app, ["check", *map(str, args)], **kwargs)


def document(*args, **kwargs):
    """What the JSON says, each alarm flat, with the line that it is on."""
    result = check(*args, "-f", "json", **kwargs)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    said = json.loads(result.stdout)
    said["alarms"] = [{**a, **a["finding"], "line": a["start"]["line"]} for a in said["alarms"]]
    return said


def open_alarms(*args, **kwargs):
    return [a for a in document(*args, **kwargs)["alarms"] if not a["known"] and not a["suppressed"]]


def write(here, name, text):
    path = here / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# exit codes


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.txt": CLEAN}, 0),
        ({"a.txt": CLEAN, "b.txt": DAMAGED}, 1),
        ({"a.txt": CLEAN, "b.txt": BINARY}, 2),
        ({"a.txt": DAMAGED, "b.txt": BINARY}, 2),
    ],
    ids=["clean", "findings", "unreadable", "worst"],
)
def test_the_exit_code_is_the_same_in_every_format(here, files, code, format):
    for name, text in files.items():
        write(here, name, text)
    assert check(".", "--format", format).exit_code == code


@pytest.mark.parametrize("format", FORMATS)
def test_a_broken_rule_is_3_in_every_format_and_nothing_is_on_stdout(here, format):
    write(here, "a.txt", BINARY)
    write(here, "r.toml", "[[rule]]\nid = 3\n")
    result = check(".", "--rules", "r.toml", "--format", format)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "r.toml:" in result.stderr


def test_a_broken_channel_and_a_broken_model_are_3(here):
    write(here, "a.txt", CLEAN)
    write(here, "c.toml", "source = 3\n")
    write(here, "m.lm", "no model")
    assert check("a.txt", "--channel", "c.toml").exit_code == 3
    assert check("a.txt", "--model", "m.lm").exit_code == 3


@pytest.mark.parametrize("format", [f for f in FORMATS if f != "text"])
def test_stdout_is_the_document_alone(here, format):
    write(here, "a.txt", DAMAGED)
    write(here, "b.txt", BINARY)
    result = check("a.txt", "b.txt", "missing.txt", "-f", format)
    assert "missing.txt" in result.stderr
    if format == "junit":
        ET.fromstring(result.stdout)
    elif format == "github":
        assert all(line.startswith("::") for line in result.stdout.splitlines())
    else:
        json.loads(result.stdout)


def test_a_report_in_a_file_is_the_document_of_its_format(here):
    write(here, "a.txt", DAMAGED)
    result = check("a.txt", "--report", "sarif=out/a.sarif", "--report", "junit=out/a.xml")
    assert result.exit_code == 1
    assert (here / "out/a.sarif").read_text("utf-8") == check("a.txt", "-f", "sarif").stdout
    ET.fromstring((here / "out/a.xml").read_text("utf-8"))


@pytest.mark.parametrize(
    "wrong",
    [
        ["--format", "sarfi"],
        ["--report", "a.json"],
        ["--report", "xml=a"],
        ["--kind", "maskk"],
        ["--min-tier", "sugest"],
        ["--min-confidence", "2"],
        ["--update-baseline"],
        ["--update-baseline", "--baseline", "b", "--fix"],
        ["--off", "no-such-rule"],
        ["--encoding", "utf-9"],
        ["--config", "missing.toml"],
    ],
)
def test_a_wrong_option_is_2_and_says_so(here, wrong):
    write(here, "a.txt", DAMAGED)
    result = check("a.txt", *wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr and "Traceback" not in result.stderr


# thresholds


def test_auto_counts_by_default_and_suggestions_on_request(here):
    write(here, "a.txt", "".join([SUGGESTED, DAMAGED]))
    tiers = {
        t: {a["tier"] for a in open_alarms("a.txt", "--min-tier", t)} for t in ("auto", "suggest", "flag")
    }
    assert tiers["auto"] == {"auto"}
    assert tiers["suggest"] <= {"auto", "suggest"}
    assert "flag" in tiers["flag"] or "suggest" in tiers["suggest"]
    said = document("a.txt")
    assert said["counts"]["below"] == len(open_alarms("a.txt", "--min-tier", "flag")) - 1


def test_confidence_and_kind_keep_findings_out(here):
    write(here, "a.txt", DAMAGED)
    assert check("a.txt", "--min-confidence", "1").exit_code == 0
    assert check("a.txt", "--kind", "mask").exit_code == 0
    assert check("a.txt", "--kind", "mask", "--kind", "dropped_char").exit_code == 1


def test_a_kind_may_count_whatever_its_tier(here):
    write(here, "a.txt", SUGGESTED)
    assert check("a.txt").exit_code == 0
    assert {a["kind"] for a in open_alarms("a.txt", "--any-tier", "mask")} == {"mask"}
    write(here, "cleanup.toml", '[check]\nany-tier = ["mask"]\n')
    assert check("a.txt").exit_code == 1
    assert check("a.txt", "--any-tier", "masks").exit_code == 2


def test_little_damage_only_warns(here):
    write(here, "a.txt", "".join(LINES) + DAMAGED)
    assert check("a.txt", "--max-damage", "5").exit_code == 1
    result = check("a.txt", "--max-damage", "10")
    assert result.exit_code == 0
    assert RULE in result.stdout


def test_a_rule_that_only_warns_does_not_fail(here):
    write(here, "a.txt", DAMAGED)
    write(here, "cleanup.toml", f'[check]\nwarn = ["{RULE}"]\n')
    assert check("a.txt").exit_code == 0
    assert [a["level"] for a in open_alarms("a.txt")] == ["warning"]


# inputs


def test_without_files_the_answer_is_2_unless_that_is_allowed(here):
    (here / "empty").mkdir()
    assert check("empty").exit_code == 2
    assert check("empty", "--allow-no-files").exit_code == 0
    assert check().exit_code == 2
    write(here, "empty/picture.png", BINARY)
    assert check("empty").exit_code == 2


def test_paths_come_from_the_config_and_are_relative_to_it(here, monkeypatch):
    write(here, "content/a.txt", DAMAGED)
    write(here, "content/skip/b.txt", DAMAGED)
    write(here, "cleanup.toml", '[check]\npaths = ["content"]\nexclude = ["content/skip/"]\n')
    monkeypatch.chdir(here / "content")
    assert [a["file"] for a in open_alarms()] == ["here/content/a.txt"]
    # a hook names what changed, excluded or not
    assert check("skip/b.txt", "--allow-no-files").exit_code == 0


def test_the_verdict_on_a_file_is_the_same_whatever_else_is_checked(here):
    write(here, "a.txt", DAMAGED)
    for n in range(70):
        write(here, f"many/{n}.txt", CLEAN * (n + 1) + "相关推荐\n© 版权所有\n")
    alone = document("a.txt")["alarms"]
    assert alone == [a for a in document("a.txt", "many")["alarms"] if a["file"].endswith("here/a.txt")]


def test_every_input_of_a_run_is_checked(here):
    write(here, "a.md", "`工作围`\n\n" + DAMAGED)
    write(here, "b.jsonl", json.dumps({"id": "x", "text": DAMAGED}, ensure_ascii=False) + "\n\n{bad\n")
    body = "<p>早上起来先把窗户打开，屋子里的空气会好一些，人也精神。</p>"
    write(
        here,
        "c.html",
        f"<html><body><article><h1>早晨</h1>{body * 3}<p>{DAMAGED}</p></article></body></html>",
    )
    write(here, "d.csv", DAMAGED)
    said = document(".")
    assert {a["file"] for a in said["alarms"]} == {"here/a.md", "here/b.jsonl", "here/c.html"}
    assert [(r["file"], r["line"], r["reason"]) for r in said["rejects"]] == [("here/b.jsonl", 3, "not_json")]


def test_stdin_is_the_file_that_it_is_said_to_be(here):
    text = "```\n工作围\n```\n\n" + DAMAGED
    assert [a["line"] for a in open_alarms("-", "--stdin-filename", "x/a.md", input=text)] == [5]
    assert {a["file"] for a in open_alarms("-", "--stdin-filename", "x/a.md", input=text)} == {"here/x/a.md"}
    assert check("-", input=CLEAN).exit_code == 0
    assert check("-", input=DAMAGED).exit_code == 1
    assert check("-", "a.txt", input=CLEAN).exit_code == 2
    assert check("-", "--fix", input=DAMAGED).exit_code == 2


def test_what_is_not_there_does_not_keep_the_rest_from_being_checked(here):
    write(here, "a.txt", DAMAGED)
    (here / "gone.txt").symlink_to("nowhere.txt")
    (here / "folder").mkdir()
    (here / "folder" / "gone.md").symlink_to("nowhere.md")
    said = document("a.txt", "missing.txt", "gone.txt", "folder")
    assert said["exit_code"] == 2
    assert [r["reason"] for r in said["rejects"]] == ["missing", "missing", "unreadable"]
    assert len(said["alarms"]) == 1


def test_a_file_that_vanishes_is_told(here, monkeypatch):
    write(here, "a.txt", DAMAGED)
    lost = write(here, "b.txt", DAMAGED)
    monkeypatch.setattr(check_paths, "too_large", None)
    from cleanup.check import scan

    monkeypatch.setattr(scan, "too_large", lambda file: lost.unlink(missing_ok=True))
    said = document("a.txt", "b.txt")
    assert [r["file"] for r in said["rejects"]] == ["here/b.txt"]
    assert len(said["alarms"]) == 1


def test_an_article_too_large_to_be_one_is_told(here, monkeypatch):
    write(here, "a.txt", DAMAGED * 100)
    monkeypatch.setattr(check_paths, "MAX_BYTES", 1000)
    said = document("a.txt")
    assert (said["exit_code"], [r["reason"] for r in said["rejects"]]) == (2, ["too_large"])


# what text says


def test_the_caret_stands_under_the_place(here):
    write(here, "a.txt", "ＡB" + DAMAGED)
    lines = check("a.txt").stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if DAMAGED.strip() in line)
    from rich.cells import cell_len

    before = lines[at][: lines[at].index("围")]
    assert cell_len(before) == lines[at + 1].index("^")


def test_a_long_line_is_cut_and_the_caret_still_stands_under_the_place(here):
    from rich.cells import cell_len

    write(here, "a.txt", CLEAN.strip() * 30 + DAMAGED.strip() + CLEAN.strip() * 30)
    lines = check("a.txt").stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if "工作围" in line)
    assert all(cell_len(line) < 80 for line in lines[:3])
    assert cell_len(lines[at][: lines[at].index("围")]) == lines[at + 1].index("^")


def test_what_shows_nothing_is_spelled_out(here):
    write(here, "a.txt", "晒太阳的猫\u200b在窗边，看\u202e着外面的雨。\n")
    out = check("a.txt").stdout
    assert "\u200b" not in out and "\u202e" not in out
    assert "U+200B" in out


def test_the_command_that_is_told_gives_the_same_findings(here):
    write(here, "a b.txt", DAMAGED)
    write(here, "c.txt", CLEAN)
    write(here, "off.toml", f'off = ["{RULE}"]\n')
    said = document("a b.txt", "c.txt", "--min-tier", "suggest", "--kind", "dropped_char", "--no-prior")
    words = shlex.split(said["command"])
    assert words[:2] == ["cleanup", "check"]
    again = document(*words[2:])
    assert [a["fingerprint"] for a in again["alarms"]] == [a["fingerprint"] for a in said["alarms"]]


def test_the_command_keeps_the_choice_of_no_config_and_of_standard_input(here):
    write(here, "a.txt", DAMAGED)
    assert document("a.txt", "--config", "none")["command"] == "cleanup check a.txt --config none"
    assert document("-", input=DAMAGED)["command"] == "cleanup check -"
    named = document("-", "--stdin-filename", "a.txt", input=DAMAGED)
    assert named["command"] == "cleanup check a.txt"


def test_comments_that_nothing_ends_cost_little(here):
    import time

    write(here, "a.md", DAMAGED + "<!--" * 50_000)
    started = time.perf_counter()
    assert check("a.md").exit_code == 1
    assert time.perf_counter() - started < 10


def test_english_is_available(here):
    write(here, "a.txt", DAMAGED)
    assert "error" in check("a.txt", "--lang", "en").stdout
    assert "错误" in check("a.txt", "--lang", "zh").stdout


# suppression


def test_comments_let_findings_pass_where_they_say(here):
    text = [
        "工作围一。<!-- cleanup-disable-line -->",
        "<!-- cleanup-disable-next-line dropped_char -- 引文如此 -->",
        "",
        "工作围二。",
        "工作围三。",
        f"<!-- cleanup-disable {RULE} -->",
        "工作围四。",
        "<!-- cleanup-enable -->",
        "工作围五。",
        "<!-- cleanup-disable superlative_swap -->",
        "工作围六。",
    ]
    write(here, "a.md", "\n\n".join(text))
    said = document("a.md")["alarms"]
    by_line = {a["line"]: a["suppressed"] for a in said}
    assert {line for line, where in by_line.items() if not where} == {9, 17, 21}
    assert by_line[7] == "here/a.md:3"
    assert [a["why_suppressed"] for a in said if a["line"] == 7] == ["引文如此"]


def test_a_comment_for_the_whole_file_works_from_anywhere(here):
    write(here, "a.md", DAMAGED + "\n<!-- cleanup-disable-file -->\n")
    assert check("a.md").exit_code == 0


def test_comments_in_code_and_in_plain_text_are_none(here):
    write(here, "a.md", "```\n<!-- cleanup-disable-file -->\n```\n\n" + DAMAGED)
    write(here, "b.txt", "<!-- cleanup-disable-file -->\n" + DAMAGED)
    assert {a["file"] for a in open_alarms("a.md", "b.txt") if a["kind"] == "dropped_char"} == {
        "here/a.md",
        "here/b.txt",
    }


def test_what_suppresses_nothing_is_told(here):
    write(here, "a.md", f"{CLEAN}\n<!-- cleanup-disable -->\n\n<!-- cleanup-disabel-line -->\n")
    write(here, "cleanup.toml", '[[suppress]]\nterm = "薄荷"\n\n[[suppress]]\npath = "other/"\n')
    said = {(u["where"], u["says"]) for u in document("a.md")["unused"]}
    # of the config only what names files that were looked at
    assert [where for where, _ in sorted(said)] == ["here/a.md:3", "here/a.md:5"]
    assert any("disable-line" in says for _, says in said)
    write(here, "cleanup.toml", '[check]\npaths = ["a.md"]\n[[suppress]]\nterm = "薄荷"\n')
    assert "cleanup.toml:3" in {u["where"] for u in document()["unused"]}


def test_a_suppression_of_what_does_not_count_is_used_all_the_same(here):
    write(here, "a.md", f"<!-- cleanup-disable-next-line -->\n{DAMAGED}")
    assert document("a.md", "--kind", "mask")["unused"] == []


@pytest.mark.parametrize(
    ("entry", "passes"),
    [
        ('path = "*.txt"', True),
        ('path = "other/**"', False),
        (f'rule = "{RULE}"', True),
        ('rule = "misread-encoding"', False),
        ('kind = "dropped_char"', True),
        ('term = "工作围"', True),
        ('term = "的-,工作围,-不同"', True),
        ('term = "我的-,工作围"', False),
        (f'path = "*.txt"\nrule = "{RULE}"\nterm = "工作围,-不同"', True),
        ('path = "*.txt"\nterm = "谈妥"', False),
    ],
)
def test_entries_of_the_config_let_findings_pass(here, entry, passes):
    write(here, "a.txt", DAMAGED)
    write(here, "cleanup.toml", f"[[suppress]]\n{entry}\n")
    assert check("a.txt").exit_code == (0 if passes else 1)


def test_a_rule_that_is_off_in_the_config_is_off_everywhere(here):
    source = write(here, "a.txt", DAMAGED)
    write(here, "cleanup.toml", f'off = ["{RULE}"]\n')
    assert check("a.txt").exit_code == 0
    assert check("a.txt", "--fix").exit_code == 0
    assert check("a.txt", "--off", "misread-encoding").exit_code == 0
    assert source.read_text("utf-8") == DAMAGED
    run = CliRunner().invoke(app, ["run", "a.txt", "--out", "out", "-q"])
    assert run.exit_code == 0
    assert (here / "out/cleaned/a.txt").read_text("utf-8") == DAMAGED
    assert RULE not in CliRunner().invoke(app, ["explain", "-f", "a.txt"]).stdout
    assert check("a.txt", "--config", "none").exit_code == 1


def test_a_channel_rule_that_is_off_is_off(here):
    """What the decoder finds has rules, too."""
    text = "".join(f"第{n}天的更好的消息是按规操作，流已经走完，公司的程没有变。\n" for n in range(9))
    write(here, "a.txt", text)
    found = {a["rule"] for a in open_alarms("a.txt", "--min-tier", "flag")}
    prior = {r for r in found if r.startswith("prior-")}
    assert prior
    off = [x for r in prior for x in ("--off", r)]
    assert not {a["rule"] for a in open_alarms("a.txt", "--min-tier", "flag", *off)} & prior


def test_protected_terms_stay(here):
    write(here, "a.txt", DAMAGED)
    write(here, "terms.txt", "# 自家的说法\n的-,工作围,-不同\n")
    assert check("a.txt", "--protected", "terms.txt").exit_code == 0
    write(here, "cleanup.toml", 'protected = ["terms.txt"]\n')
    assert check("a.txt").exit_code == 0
    write(here, "terms.txt", "我的-,工作围\n")
    assert check("a.txt").exit_code == 1
    write(here, "terms.txt", b"\xff\xfe\x00")
    assert check("a.txt").exit_code == 2


# baseline


BASE = ["--baseline", "base.json"]


def test_a_baseline_knows_what_was_there_and_fails_what_is_new(here):
    write(here, "a.txt", DAMAGED)
    assert check("a.txt", *BASE).exit_code == 2  # there is none yet
    assert check("a.txt", *BASE, "--update-baseline").exit_code == 0
    assert check("a.txt", *BASE).exit_code == 0
    assert [a["known"] for a in document("a.txt", *BASE)["alarms"]] == [True]
    # lines moved, and edits elsewhere
    write(here, "a.txt", "".join(LINES[:3]) + DAMAGED.replace("谈妥", "商量"))
    assert check("a.txt", *BASE).exit_code == 0
    write(here, "a.txt", CLEAN + DAMAGED + "采取措之前先看天气。\n")
    new = open_alarms("a.txt", *BASE)
    assert [a["line"] for a in new] == [3]


def test_the_same_damage_said_again_is_new(here):
    write(here, "a.txt", DAMAGED)
    check("a.txt", *BASE, "--update-baseline")
    write(here, "a.txt", DAMAGED + CLEAN + DAMAGED)
    assert len(open_alarms("a.txt", *BASE)) == 1


def test_a_file_that_was_moved_takes_its_known_damage_along(here):
    moved = write(here, "a.txt", DAMAGED)
    check(".", *BASE, "--update-baseline")
    (here / "sub").mkdir()
    moved.rename(here / "sub" / "b.txt")
    said = document(".", *BASE)
    assert (said["exit_code"], said["stale"]) == (0, [])
    # a copy is new
    write(here, "c.txt", DAMAGED)
    assert check(".", *BASE).exit_code == 1


def test_a_neighbour_that_was_repaired_makes_no_new_damage(here):
    write(here, "a.txt", "甲方的工作围与现阶的任务都写清楚了。\n")
    assert len(open_alarms("a.txt")) == 2
    check("a.txt", *BASE, "--update-baseline")
    write(here, "a.txt", "甲方的工作范围与现阶的任务都写清楚了。\n")
    said = document("a.txt", *BASE)
    assert (said["exit_code"], len(said["stale"])) == (0, 1)


def test_stale_entries_are_told_and_dropped_by_an_update(here):
    write(here, "a.txt", DAMAGED)
    write(here, "b.txt", DAMAGED)
    check(".", *BASE, "--update-baseline")
    write(here, "a.txt", CLEAN)
    assert [s["file"] for s in document(".", *BASE)["stale"]] == ["here/a.txt"]
    # what was not looked at is not stale, and an update of a part keeps the rest
    assert document("b.txt", *BASE)["stale"] == []
    check("a.txt", *BASE, "--update-baseline")
    assert [e["file"] for e in json.loads((here / "base.json").read_text("utf-8"))["findings"]] == [
        "here/b.txt"
    ]
    (here / "b.txt").unlink()
    assert [s["file"] for s in document("a.txt", *BASE)["stale"]] == ["here/b.txt"]


def test_what_is_suppressed_leaves_its_entry_to_what_is_not(here):
    write(here, "a.md", f"{DAMAGED}\n")
    check("a.md", *BASE, "--update-baseline")
    write(here, "a.md", f"<!-- cleanup-disable-next-line -->\n{DAMAGED}\n{DAMAGED}\n")
    assert check("a.md", *BASE).exit_code == 0


def test_the_same_check_writes_the_same_baseline(here):
    for name in ("b.txt", "a.txt"):
        write(here, name, DAMAGED + CLEAN + DAMAGED)
    check("b.txt", "a.txt", *BASE, "--update-baseline")
    first = (here / "base.json").read_bytes()
    check(".", *BASE, "--update-baseline")
    assert (here / "base.json").read_bytes() == first


def test_an_unreadable_file_keeps_its_entries(here):
    write(here, "a.txt", DAMAGED)
    check("a.txt", *BASE, "--update-baseline")
    write(here, "a.txt", BINARY)
    assert check("a.txt", *BASE, "--update-baseline").exit_code == 2
    assert len(json.loads((here / "base.json").read_text("utf-8"))["findings"]) == 1


@pytest.mark.parametrize(
    "held", ["{", "[]", '{"version": 2}', '{"version": 1, "findings": 3}', "{}", "\udcff"], ids=str
)
def test_a_baseline_that_is_none_is_2(here, held):
    write(here, "a.txt", DAMAGED)
    write(here, "base.json", held.encode(errors="surrogateescape"))
    result = check("a.txt", *BASE)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "base.json" in result.stderr


def test_new_rules_may_enter_as_warnings(here):
    write(here, "a.txt", CLEAN)
    check("a.txt", *BASE, "--update-baseline")
    held = json.loads((here / "base.json").read_text("utf-8"))
    held["rules"].remove(RULE)
    write(here, "base.json", json.dumps(held))
    write(here, "a.txt", DAMAGED)
    assert check("a.txt", *BASE).exit_code == 1
    write(here, "cleanup.toml", '[check]\nnew-rules = "warn"\nbaseline = "base.json"\n')
    assert check("a.txt").exit_code == 0


# pinning


def test_a_digest_pins_what_decides(here):
    write(here, "a.txt", CLEAN)
    digest = document("a.txt")["tool"]["digest"]
    assert check("a.txt", "--digest", digest).exit_code == 0
    result = check("a.txt", "--digest", digest, "--off", RULE)
    assert (result.exit_code, result.stdout) == (3, "")
    assert digest in result.stderr
    write(here, "cleanup.toml", f'[check]\ndigest = "{digest}"\n')
    assert check("a.txt").exit_code == 0
    assert check("a.txt", "--no-prior").exit_code == 3


# --fix


def test_fix_makes_the_open_edits_in_place_and_tells_what_is_left(here):
    path = write(here, "a.md", f"{DAMAGED}\n<!-- cleanup-disable-next-line -->\n{DAMAGED}")
    path.chmod(0o640)
    said = document("a.md", "--fix")
    assert path.read_text("utf-8") == (
        f"{DAMAGED.replace('工作围', '工作范围')}\n<!-- cleanup-disable-next-line -->\n{DAMAGED}"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (said["exit_code"], said["fixed"]) == (0, {"here/a.md": 1})
    assert list(here.iterdir()) == [path]


def test_fix_leaves_the_bytes_of_records_that_do_not_change(here):
    clean = b'{"id":  "x", "text": "\\u7a97\\u53f0", "n": 1.0}\r\n'
    other = json.dumps({"id": "y", "n": 2, "text": DAMAGED}, ensure_ascii=False).encode() + b"\n"
    path = write(here, "a.jsonl", clean + b"\n{bad\n" + other)
    said = document("a.jsonl", "--fix")
    assert path.read_bytes() == clean + b"\n{bad\n" + other.replace("工作围".encode(), "工作范围".encode())
    assert (said["exit_code"], said["fixed"]) == (2, {"here/a.jsonl": 1})


def test_fix_keeps_encoding_and_links(here):
    real = write(here, "real.txt", DAMAGED.encode("gb18030"))
    (here / "link.txt").symlink_to("real.txt")
    assert check("link.txt", "--fix").exit_code == 0
    assert (here / "link.txt").is_symlink()
    assert real.read_bytes().decode("gb18030") == DAMAGED.replace("工作围", "工作范围")


def test_fix_makes_no_suggestion_and_changes_no_page(here):
    body = "<p>早上起来先把窗户打开，屋子里的空气会好一些，人也精神。</p>"
    page = write(here, "c.html", f"<html><body><article>{body * 3}<p>{DAMAGED}</p></article></body></html>")
    before = page.read_bytes()
    assert check("c.html", "--fix").exit_code == 1
    assert page.read_bytes() == before


def test_a_file_that_changed_meanwhile_is_left_alone(here, monkeypatch):
    path = write(here, "a.txt", DAMAGED)
    real = fixing.fix

    def late(file, made, **options):
        path.write_text("新的内容。\n", "utf-8")
        return real(file, made, **options)

    from cleanup.check import job

    monkeypatch.setattr(job, "fix", late)
    said = document("a.txt", "--fix")
    assert path.read_text("utf-8") == "新的内容。\n"
    assert said["fixed"] == {}
    assert said["notes"]
    assert list(here.iterdir()) == [path]


def test_what_cannot_be_written_is_told_and_whole(here, monkeypatch):
    path = write(here, "a.txt", DAMAGED)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = document("a.txt", "--fix")
    assert (said["exit_code"], [r["reason"] for r in said["rejects"]]) == (2, ["unreadable"])
    assert path.read_text("utf-8") == DAMAGED
    assert list(here.iterdir()) == [path]


def test_fixing_twice_changes_nothing_more(here):
    path = write(here, "a.txt", DAMAGED + "采取措之前先看天气。\n")
    check("a.txt", "--fix")
    once = path.read_bytes()
    assert check("a.txt", "--fix").exit_code == 0
    assert path.read_bytes() == once


# --changed-since


@pytest.fixture
def repository(tmp_path, monkeypatch):
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def git(*args):
        names = {f"GIT_{w}_{x}": "a@b" for w in ("AUTHOR", "COMMITTER") for x in ("NAME", "EMAIL")}
        subprocess.run(
            ["git", *args], cwd=folder, check=True, capture_output=True, env={**os.environ, **names}
        )

    git("init", "-q", "-b", "main")
    write(folder, "old.txt", DAMAGED + CLEAN)
    write(folder, "其他.txt", DAMAGED)
    write(folder, "dump.jsonl", json.dumps({"id": "1", "text": DAMAGED}) + "\n")
    git("add", "-A")
    git("commit", "-qm", "first")
    return folder, git


def test_only_changed_files_and_lines_count(repository):
    folder, _ = repository
    assert document(".", "--changed-since", "HEAD", "--allow-no-files")["counts"]["files"] == 0
    assert check(".", "--changed-since", "HEAD").exit_code == 2
    write(folder, "old.txt", DAMAGED + CLEAN + OTHER)
    write(folder, "new 文.txt", DAMAGED)
    old = (folder / "dump.jsonl").read_bytes()
    write(folder, "dump.jsonl", old + json.dumps({"id": "2", "text": DAMAGED}).encode() + b"\n")
    places = {(a["file"], a["line"]) for a in open_alarms("--changed-since", "HEAD")}
    assert places == {("old.txt", 3), ("new 文.txt", 1), ("dump.jsonl", 2)}
    assert {a["file"] for a in open_alarms("old.txt", "--changed-since", "HEAD")} == {"old.txt"}


def test_what_git_ignores_is_passed_over_in_folders_and_checked_by_name(repository):
    folder, _ = repository
    write(folder, ".gitignore", "build/\n")
    write(folder, "build/made.txt", DAMAGED)
    assert "build/made.txt" not in {a["file"] for a in open_alarms(".")}
    assert {a["file"] for a in open_alarms("build/made.txt")} == {"build/made.txt"}


def test_changes_are_those_since_the_branches_parted(repository):
    folder, git = repository
    git("checkout", "-qb", "topic")
    write(folder, "mine.txt", DAMAGED)
    git("add", "-A")
    git("commit", "-qm", "mine")
    git("checkout", "-q", "main")
    write(folder, "theirs.txt", DAMAGED)
    git("add", "-A")
    git("commit", "-qm", "theirs")
    git("checkout", "-q", "topic")
    assert {a["file"] for a in open_alarms("--changed-since", "main")} == {"mine.txt"}


def test_a_revision_that_is_none_is_2(repository, here, monkeypatch):
    for revision in ("nothing-such", "--output=x"):
        result = check("old.txt", f"--changed-since={revision}")
        assert (result.exit_code, result.stdout) == (2, "")
    monkeypatch.setenv("PATH", str(here))
    assert check("old.txt", "--changed-since", "HEAD").exit_code == 2


def test_fix_mends_changed_lines_alone(repository):
    folder, _ = repository
    write(folder, "old.txt", DAMAGED + CLEAN + OTHER)
    check("--changed-since", "HEAD", "--fix")
    assert (folder / "old.txt").read_text("utf-8") == DAMAGED + CLEAN + OTHER.replace("工作围", "工作范围")


# web pages


PAGE = """<!DOCTYPE html>
<html><head><title>早晨</title></head>
<body>
<article>
<h1>早晨</h1>
<p>早上起来先把窗户打开，屋子里的空气会好一些，人也精神得多。</p>
<p>厨房里煮着一锅粥，邻居的孩子在楼下跳绳，数到一百才肯停。</p>
{}
<p>晾衣绳上挂满了床单，风一吹像船帆，太阳出来以后很快就干。</p>
</article>
</body></html>
"""


def page(*paragraphs):
    return PAGE.format("\n".join(paragraphs))


def test_places_in_a_page_are_lines_of_its_file(here):
    write(here, "a.html", page("<p>双方的工作围不同，要先谈妥，再把谈好的写下来。</p>"))
    assert [a["line"] for a in open_alarms("a.html")] == [8]


def test_comments_of_a_page_let_findings_pass(here):
    one = "<p>双方的工作围不同，要先谈妥，再把谈好的写下来。</p>"
    other = "<p>采取措之前先看天气，下雨的日子不要上房顶修瓦。</p>"
    write(here, "a.html", page("<!-- cleanup-disable-next-line -- 原文如此 -->", one, other))
    said = document("a.html")["alarms"]
    assert [(a["line"], a["suppressed"]) for a in said] == [(9, "here/a.html:8"), (10, None)]
    write(here, "a.html", page("<!-- cleanup-disable -->", one, "<!-- cleanup-enable -->", other))
    assert [a["line"] for a in open_alarms("a.html")] == [11]
    write(here, "a.html", page(one, other, "<!-- cleanup-disable-file -->"))
    assert check("a.html").exit_code == 0
    write(here, "a.html", page(one.replace("<p>", "<p><!-- cleanup-disable-line mask -->"), other))
    said = document("a.html")
    assert [u["where"] for u in said["unused"]] == ["here/a.html:8"]
    assert said["exit_code"] == 1


def test_changed_lines_of_a_page_count(repository):
    folder, git = repository
    one = "<p>双方的工作围不同，要先谈妥，再把谈好的写下来。</p>"
    other = "<p>采取措之前先看天气，下雨的日子不要上房顶修瓦。</p>"
    write(folder, "a.html", page(one))
    git("add", "-A")
    git("commit", "-qm", "a page")
    write(folder, "a.html", page(one, other))
    assert [a["line"] for a in open_alarms("--changed-since", "HEAD")] == [9]
