"""`cleanup check` under odd repositories, odd files, and people who mean no good."""

import json
import os
import shlex
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, data, integers, permutations, sampled_from
from typer.testing import CliRunner

from cleanup.check import baseline
from cleanup.cli.app import app
from cleanup.data import Document
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

CLEAN = "窗台上的薄荷长得很快，隔两天就要浇一次水。\n"
DAMAGED = "双方的工作围不同，要先谈妥。\n"
OTHER = "村里的工作围很宽，什么都要管。\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / ".git").mkdir()  # the search for a config ends here
    monkeypatch.chdir(folder)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return folder


def check(*args, **kwargs):
    return CliRunner().invoke(app, ["check", *map(str, args), "--lang", "en"], **kwargs)


def places(*args):
    """Where the open alarms are, by file and line."""
    result = check(*args, "-f", "json")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return [
        (a["finding"]["file"], a["start"]["line"])
        for a in json.loads(result.stdout)["alarms"]
        if not a["known"] and not a["suppressed"]
    ]


def write(here, name, text):
    path = here / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def held(result, code):
    """A told failure or verdict; no traceback."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.stderr


# git


@pytest.fixture
def repository(tmp_path, monkeypatch):
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    names = {f"GIT_{w}_{x}": "a@b" for w in ("AUTHOR", "COMMITTER") for x in ("NAME", "EMAIL")}

    def git(*args):
        subprocess.run(
            ["git", *args], cwd=folder, check=True, capture_output=True, env={**os.environ, **names}
        )

    def commit():
        git("add", "-A")
        git("commit", "-qm", "more")

    git("init", "-q", "-b", "main")
    return folder, git, commit


@pytest.mark.parametrize(
    "setting",
    [
        "diff.interHunkContext=50",
        "diff.orderFile=/nowhere",
        "diff.up.textconv=tac",
        "diff.external=true",
        "diff.noprefix=true",
        "color.ui=always",
        "core.quotePath=true",
    ],
)
def test_changed_lines_are_the_same_whatever_the_user_set_for_git(repository, setting):
    folder, git, commit = repository
    lines = [f"{n}、{DAMAGED}" for n in "甲乙丙丁戊己庚辛"]
    write(folder, "文.txt", "".join(lines))
    write(folder, ".gitattributes", "*.txt diff=up\n")
    commit()
    lines[1], lines[4] = f"子、{DAMAGED}", f"丑、{DAMAGED}"
    write(folder, "文.txt", "".join(lines))
    git("config", *setting.split("=", 1))
    assert places("--changed-since", "HEAD") == [("文.txt", 2), ("文.txt", 5)]


def test_a_name_that_is_a_pattern_is_a_name(repository):
    folder, _, commit = repository
    for name in ("a*.txt", "ab.txt"):
        write(folder, name, CLEAN + DAMAGED)
    commit()
    write(folder, "a*.txt", CLEAN + DAMAGED + OTHER)
    write(folder, "ab.txt", CLEAN + OTHER)
    assert places("--changed-since", "HEAD") == [("a*.txt", 3), ("ab.txt", 2)]


@pytest.mark.parametrize(
    "written",
    [lambda t: t.encode("utf-16"), lambda t: t.replace("\n", "\r").encode()],
    ids=["utf-16", "carriage returns"],
)
def test_a_file_whose_lines_git_cannot_count_has_changed_whole(repository, written):
    folder, _, commit = repository
    # the first sign of 上海 is, in UTF-16, a line feed and an N
    write(folder, "a.txt", written("上海的天气\n" + CLEAN))
    commit()
    assert places("--changed-since", "HEAD", "--allow-no-files") == []
    write(folder, "a.txt", written("上海的天气\n" + CLEAN + DAMAGED))
    assert places("--changed-since", "HEAD") == [("a.txt", 3)]


# articles that mean no good


def test_a_line_that_is_a_whole_article_is_not_told_with_each_of_its_places(here):
    signs = "甲乙丙丁戊己庚辛壬癸"
    write(here, "a.txt", "".join(f"{a}{b}{c}{DAMAGED.strip()}" for a in signs for b in signs for c in signs))
    for format in ("json", "sarif", "text"):
        out = check("a.txt", "-f", format).stdout
        assert out.count("dropped-char-in-phrase") >= 1000
        assert len(out) < 6_000_000
    alarm = json.loads(check("a.txt", "-f", "json").stdout)["alarms"][500]
    assert alarm["excerpt"][alarm["at"] - 3 : alarm["at"]] == "的工作"


def test_comments_by_the_thousand_cost_little(here):
    many = "".join(f"<!-- cleanup-disable-line no-such-{n} -->\n\n" for n in range(2000))
    write(
        here, "a.md", DAMAGED + "\n" + many + "<!-- cleanup-disable-next-line -->\n" + "\n" * 50_000 + OTHER
    )
    said = json.loads(check("a.md", "-f", "json").stdout)
    assert [(a["start"]["line"], a["suppressed"]) for a in said["alarms"]] == [
        (1, None),
        (54_004, "here/a.md:4003"),
    ]
    assert said["counts"]["unused"] == 2000


def test_lines_that_end_in_a_carriage_return_are_lines_for_comments_too(here):
    text = f"{DAMAGED}\n<!-- cleanup-disable-next-line -->\n\n{OTHER}\n采取措之前先看天气。<!-- cleanup-disable-line -->\n"
    write(here, "a.md", text.replace("\n", "\r"))
    assert places("a.md") == [("here/a.md", 1)]


def test_of_two_comments_on_a_line_the_one_that_is_of_no_use_is_told(here):
    line = DAMAGED.strip()
    write(
        here, "a.md", f"{line}<!-- cleanup-disable-line mask --><!-- cleanup-disable-line dropped_char -->\n"
    )
    said = json.loads(check("a.md", "-f", "json").stdout)
    assert (said["exit_code"], [u["says"] for u in said["unused"]]) == (0, ["cleanup-disable-line mask"])


# odd files


def test_what_cannot_be_read_in_a_folder_is_told_unless_it_is_left_out(here):
    (here / "content").mkdir()
    os.mkfifo(here / "content" / "pipe.md")
    (here / "content" / "loop.txt").symlink_to("loop.txt")
    write(here, "content/a.txt", CLEAN)
    write(here, "content/picture.png", b"\x00")
    said = json.loads(check("content", "-f", "json").stdout)
    assert sorted(r["file"] for r in said["rejects"]) == ["here/content/loop.txt", "here/content/pipe.md"]
    write(here, "cleanup.toml", '[check]\nexclude = ["pipe.md", "loop.*"]\n')
    assert check("content").exit_code == 0


def test_a_report_is_written_over_nothing_that_is_read(here):
    path = write(here, "a.txt", DAMAGED)
    (here / "link.txt").symlink_to("a.txt")
    for wrong in (["json=a.txt"], ["json=link.txt"], ["json=b.json", "sarif=./b.json"]):
        held(check("a.txt", *(w for one in wrong for w in ("--report", one))), 2)
    assert path.read_text("utf-8") == DAMAGED
    assert not (here / "b.json").exists()


def test_a_command_that_is_told_names_its_files_so_that_they_are_no_options(here):
    write(here, "--fix.txt", DAMAGED)
    assert "cleanup check ./--fix.txt" in check(".").stdout
    write(here, "\x1b[31m.txt", DAMAGED)
    assert "\x1b" not in check(".").stdout


def test_no_line_of_text_begins_as_a_command_of_a_runner(here, monkeypatch):
    root = here / "root"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    write(root, "::error::x.txt", DAMAGED)
    assert not any(line.lstrip().startswith("::") for line in check(".").stdout.splitlines())


def test_a_reader_that_goes_away_does_not_change_the_verdict(here):
    write(
        here, "a.jsonl", "".join(json.dumps({"id": n, "text": DAMAGED}) + "\n" for n in map(str, range(300)))
    )
    command = [sys.executable, "-m", "cleanup", "check", "a.jsonl", "-f", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        done.stdout.close()
        assert (done.wait(), done.stderr.read()) == (1, b"")


@pytest.mark.parametrize("closed", ["check a.txt >&-", "check - <&-"])
def test_a_closed_stream_is_told(here, closed):
    write(here, "a.txt", DAMAGED)
    done = subprocess.run(
        ["sh", "-c", f"{shlex.quote(sys.executable)} -m cleanup {closed}"], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr


# baselines

BASE = ["--baseline", "base.json"]


@pytest.mark.parametrize("held_", ["[" * 100_000, '{"version": ' + "9" * 5000 + "}", "<<<<<<< HEAD\n{}"])
def test_a_baseline_that_is_broken_is_told(here, held_):
    write(here, "a.txt", DAMAGED)
    write(here, "base.json", held_)
    for update in ([], ["--update-baseline"]):
        assert "base.json" in held(check("a.txt", *BASE, *update), 2)
    assert (here / "base.json").read_text() == held_


@pytest.mark.parametrize("name", [b"\xff\xfe.txt", b"a\n b.txt", "好的.txt".encode(), b"x" * 250 + b".txt"])
def test_files_of_any_name_have_a_baseline(here, name):
    path = write(here, os.fsdecode(name), DAMAGED)
    held(check(".", *BASE, "--update-baseline"), 0)
    held(check(".", *BASE), 0)
    path.unlink()
    write(here, "a.txt", CLEAN)
    assert len(json.loads(check("a.txt", *BASE, "-f", "json").stdout)["stale"]) == 1


def test_an_entry_of_a_file_that_cannot_be_is_stale(here):
    write(here, "a.txt", DAMAGED)
    check("a.txt", *BASE, "--update-baseline")
    base = json.loads((here / "base.json").read_text("utf-8"))
    entry = base["findings"][0]
    base["findings"] += [{**entry, "file": f, "around": f, "repaired": f} for f in ("x" * 300, "\0")]
    write(here, "base.json", json.dumps(base))
    said = json.loads(check("a.txt", *BASE, "-f", "json").stdout)
    assert (said["exit_code"], said["counts"]["stale"]) == (0, 2)
    held(check("a.txt", *BASE, "--update-baseline"), 0)
    assert len(json.loads((here / "base.json").read_text("utf-8"))["findings"]) == 1


def test_a_baseline_that_is_a_link_stays_one(here):
    write(here, "a.txt", DAMAGED)
    (here / "base.json").symlink_to("kept/real.json")
    held(check("a.txt", *BASE, "--update-baseline"), 0)
    assert (here / "base.json").is_symlink()
    assert (here / "kept/real.json").is_file()
    held(check("a.txt", *BASE), 0)


# configs


@pytest.mark.parametrize(
    "written",
    [
        "tool.cleanup.off = [{}]",
        "[tool]\ncleanup.off = [{}]",
        "[tool]\ncleanup = {{off = [{}]}}",
        "[ tool . 'cleanup' ]\noff = [{}]",
    ],
)
def test_a_config_is_found_however_its_table_is_written(here, written):
    write(here, "a.txt", DAMAGED)
    write(here, "pyproject.toml", written.format('"dropped-char-in-phrase"'))
    assert check("a.txt").exit_code == 0


@pytest.mark.parametrize(
    "written",
    ['x = """\n[tool.cleanup]\n"""\n', "# [tool.cleanup]\n", "x = 'tool.cleanup'\n", "[tool.cleanups]\n"],
)
def test_a_file_that_only_speaks_of_a_config_is_none(here, monkeypatch, written):
    write(here, "cleanup.toml", 'off = ["dropped-char-in-phrase"]\n')
    write(here, "a/a.txt", DAMAGED)
    write(here, "a/pyproject.toml", written)
    monkeypatch.chdir(here / "a")
    assert check("a.txt").exit_code == 0


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ('[check]\nexclude = ["!"]\n', 2),
        ('[[suppress]]\npath = "!"\n', 2),
        ('[[suppress]]\nrule = "dropped-char-in-phrse"\n', 1),
        ('[check]\nbaseline = "\\u0000"\n', 0),
        ('encoding = "\\u0000"\n', 0),
        ("x = " + "[" * 10_000, 0),
    ],
)
def test_a_value_that_says_nothing_is_told(here, written, line):
    write(here, "a.txt", DAMAGED)
    write(here, "cleanup.toml", written)
    assert (f"cleanup.toml:{line}: " if line else "") in held(check("a.txt"), 2)


# --fix


def test_a_file_keeps_its_encoding_and_a_repair_that_it_cannot_hold_is_told(here):
    rule = """
    [[rule]]
    id = "plane"
    kind = "dropped_char"
    tier = "auto"
    action = "insert"
    words = ["刨[锛]匠"]
    why = "a word"
    message = { zh = "少字", en = "a character is missing" }
    fires = ["老刨[→锛]匠推木板。"]
    quiet = ["老刨锛匠推木板。", "老木匠推木板。"]
    """
    write(here, "r.toml", rule)
    path = write(here, "a.txt", "老刨匠推木板。\n".encode("big5"))
    before = path.read_bytes()
    result = check("a.txt", "--fix", "--rules", "r.toml", "--encoding", "big5")
    assert result.exit_code == 1, result.output
    assert "big5" in result.stdout
    assert path.read_bytes() == before
    assert not list(here.glob(".*"))


# laws

HURT = [
    DAMAGED,
    OTHER,
    "采取措之前先看天气，下雨的日子不要上房顶修瓦。\n",
    "学徒学会了看图纸，工作围也慢慢地宽了起来。\n",
    "*甲方* 的工作围，与乙方的工作围，都写在后面。\n",
]
WHOLE = [
    "木匠把旧门板刨平，又用砂纸细细打磨了一遍。\n",
    "渡口的船一天只开两趟，错过了就要等到傍晚。\n",
    "她把晒干的橘皮收进罐子里，留着冬天泡水喝。\n",
    "后山的竹笋冒头了，雨后一夜能长半尺高。\n",
    "集市散了以后，街上只剩下几个收摊的人。\n",
    "\n",
]


@pytest.fixture(scope="module")
def cleaner():
    return Cleaner(load_verified([], shipped=True))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data())
def test_nothing_that_is_known_becomes_new_by_edits_elsewhere(cleaner, data):
    """Of what is said twice another finding may take the place: that is left out."""

    def prints(name, text):
        outcome = cleaner.clean(Document(article=name, text=text, file=name, meta={"format": "md"}))
        of = baseline.prints(outcome)
        return [(f, of(f)) for f in outcome.findings if f.rule == "dropped-char-in-phrase"]

    draw = data.draw
    lines = list(draw(permutations([*HURT, *WHOLE[:3]])))
    entries = [baseline.entry(f, own) for f, own in prints("a.md", "".join(lines))]
    for _ in range(draw(integers(1, 6))):
        at = draw(integers(0, len(lines)))
        if draw(booleans()) and (new := draw(sampled_from(WHOLE))) not in lines:
            lines.insert(at, new)
        elif at < len(lines):
            lines.pop(at)
    text, name = "".join(lines), draw(sampled_from(["a.md", "b.md"]))
    found = [own for _, own in prints(name, text.replace("\n", "\r\n") if draw(booleans()) else text)]
    known, stale = baseline.known(entries, found, {name}, lambda file: file != name)
    assert all(known)
    assert len(found) + len(stale) == len(entries)
