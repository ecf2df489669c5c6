"""`cleanup revert`: what is taken back is as it was read, and all that the folder says goes with it."""

import json
import re
from pathlib import Path

import pytest

from cleanup.data import Document
from cleanup.pipeline import Cleaner
from cleanup.revert import Wanted, revert
from cleanup.revert.job import restored
from cleanup.revert.staged import STAGE, Staged, finish
from test_run import cleanup, lines, run_dir

BAD = "双方的工作围不同。"
GOOD = "双方的工作范围不同。"
NOISY = "木匠\u200b师傅说，双方的工作围不同。"
MADE = ("summary.json", "findings.jsonl", "articles.jsonl", "diff.patch", "findings.csv", "report.html")


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def taken_back(out, *args, code=0):
    result = cleanup("revert", out, "--lang", "en", *args)
    assert result.exit_code == code, result.output
    return result


def findings_of(out, **wanted):
    return [f for f in lines(out / "findings.jsonl") if all(f[k] == v for k, v in wanted.items())]


def rule_of(out, observed):
    return next(f["rule"] for f in findings_of(out) if f["observed"] == observed)


def test_a_rule_is_taken_back_and_the_folder_goes_on_agreeing(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": NOISY, "b.txt": BAD, "c.txt": GOOD})
    rule = rule_of(out, "")
    result = taken_back(out, "--rule", rule)
    assert "took back 2 edits in 2 articles" in result.output
    assert (out / "cleaned/a.txt").read_text("utf-8") == NOISY.replace("\u200b", "")
    assert (out / "cleaned/b.txt").read_text("utf-8") == BAD
    assert {f["applied"] for f in findings_of(out, rule=rule)} == {False}
    assert [(a["article"], a["applied"], a["verdict"]) for a in lines(out / "articles.jsonl")] == [
        ("a.txt", 1, "partly"),
        ("b.txt", 0, "open"),
        ("c.txt", 0, "clean"),
    ]
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["articles"] == {"read": 3, "changed": 1, "unchanged": 2, "rejected": 0}
    assert summary["findings"] == {"total": 3, "applied": 1} and summary["reverted"] == 2
    assert summary["by_rule"][rule]["applied"] == 0
    patch = (out / "diff.patch").read_text("utf-8")
    assert "a/a.txt" in patch and "b.txt" not in patch and "范" not in patch
    table = (out / "findings.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[-2] for row in table if rule in row] == ["false", "false"]
    page = (out / "report.html").read_text("utf-8")
    articles = page.partition("<article ")[2]
    assert "<ins>范</ins>" not in articles and '<span class="prop">范</span>' in articles
    assert not list(out.glob(".reverting*"))


def test_the_record_says_what_was_taken_back_and_adds_up(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": NOISY, "b.txt": BAD})
    rule = rule_of(out, "")
    taken_back(out, "--rule", rule, "--article", "b.txt")
    taken_back(out, "--article", "a.txt")
    record = lines(out / "reverted.jsonl")
    assert [(r["file"], r["record"], r["filter"]) for r in record] == [
        ("b.txt", 1, {"rule": [rule], "article": ["b.txt"]}),
        ("a.txt", 1, {"article": ["a.txt"]}),
        ("a.txt", 1, {"article": ["a.txt"]}),
    ]
    assert {r["id"] for r in record} == {f["id"] for f in findings_of(out)}
    assert json.loads((out / "summary.json").read_text("utf-8"))["reverted"] == 3
    assert "no applied edit" in taken_back(out, "--rule", rule).output
    assert len(lines(out / "reverted.jsonl")) == 3
    # a run of the same command begins anew
    assert cleanup("run", tmp_path / "in", "--out", out, "--lang", "en").exit_code == 0
    assert not (out / "reverted.jsonl").exists()


def test_what_is_told_again_is_what_the_run_told(tmp_path):
    """A revert of one article leaves all that the others make of files and counts, byte for byte."""
    page = f"<html><head><title>木匠</title></head><body><article><p>{BAD}徒弟们听了都点头，说这话有理。</p></article></body></html>"
    record = {"id": "x", "title": "手艺", "source": "木作", "text": BAD + NOISY, "n": 1.50}
    files = {
        "a.md": f"# 题\n\n{NOISY}\n",
        "b/c.jsonl": json.dumps(record) + "\n\nnot json\n" + json.dumps(record, ensure_ascii=False) + "\n",
        "p.html": page,
        "e.txt": "",
        "q.bin": b"\0",
    }
    out, _ = run_dir(tmp_path, {**files, "z.txt": BAD})
    with_z = files_of(out)
    taken_back(out, "--article", "z.txt")
    after = files_of(out)
    assert after["cleaned/z.txt"].decode() == BAD
    changed = {n for n in after if after[n] != with_z.get(n)}
    assert changed == {*MADE, "cleaned/z.txt", "reverted.jsonl"}
    for name in ("findings.jsonl", "articles.jsonl", "findings.csv"):
        a, b = with_z[name].splitlines(), after[name].splitlines()
        assert [x for x, y in zip(a, b, strict=True) if x != y] == [x for x in a if b"z.txt" in x]
    told = [json.loads(x["summary.json"]) for x in (with_z, after)]
    assert {k for k in told[1] if told[0].get(k) != told[1][k]} == {
        "articles", "findings", "by_rule", "by_kind", "by_tier", "by_source", "by_verdict", "reverted",
    }  # fmt: skip
    assert after["diff.patch"] == re.sub(rb"--- a/z.txt(?s:.*?)(?=--- a/)", b"", with_z["diff.patch"])


def test_a_folder_told_again_with_nothing_taken_back_is_the_same(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": NOISY, "b.jsonl": json.dumps({"text": BAD * 3}) + "\n"})
    before = files_of(out)
    rule = rule_of(out, "")
    # the rule has edits, and none of them in this source
    taken = revert(out, Wanted(rules=frozenset({rule}), articles=frozenset({"a.txt"})), dry_run=True)
    assert taken.findings == 1
    assert files_of(out) == before


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.txt", ("\r\n".join([NOISY, BAD]) + "\r\n").encode("utf-8-sig")),
        ("a.txt", (NOISY.replace("\u200b", "\u3000\u3000 ") + BAD * 3).encode("gb18030")),
        ("a.md", f"# 题\n\n{BAD}\n".encode("utf-16")),
        ("a.jsonl", json.dumps({"n": 1.50, "text": BAD, "x": [None]}).encode() + b"\r\n"),
        ("a.jsonl", json.dumps({"id": "号", "text": BAD * 9}, ensure_ascii=False).encode("gb18030")),
        ("a.jsonl", b'{"text" : "' + BAD.encode() + b'",  "big": 12345678901234567890123}\n\n{"text":""}'),
    ],
)
def test_all_taken_back_gives_the_bytes_that_were_read(tmp_path, name, raw):
    out, _ = run_dir(tmp_path, {name: raw})
    assert (out / "cleaned" / name).read_bytes() != raw
    for source in {a["source"] for a in lines(out / "articles.jsonl")}:
        taken_back(out, "--source", source)
    assert (out / "cleaned" / name).read_bytes() == raw
    assert json.loads((out / "summary.json").read_text("utf-8"))["articles"]["changed"] == 0
    assert (out / "diff.patch").read_bytes() == b""


@pytest.mark.parametrize("html_to", ["txt", "jsonl"])
def test_pages_are_taken_back_in_what_was_written_of_them(tmp_path, html_to):
    body = f"{BAD}徒弟们听了都点头，说这话有理，第二天一早就把刨花扫进了筐里。"
    page = f"<html><head><title>木匠的手艺</title></head><body><article><p>{body}</p></article></body></html>"
    out, _ = run_dir(tmp_path, {"p.html": page, "p.html.txt": GOOD}, "--html-to", html_to)
    [name] = [p.name for p in (out / "cleaned").iterdir() if p.name != "p.html.txt"]
    assert "范" in (out / "cleaned" / name).read_text("utf-8")
    taken_back(out, "--article", "p.html")
    text = (out / "cleaned" / name).read_text("utf-8")
    assert BAD in (json.loads(text)["text"] if html_to == "jsonl" else text)


def test_a_dry_run_says_the_same_and_changes_nothing(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": NOISY, "b.txt": BAD})
    before = files_of(out)
    result = taken_back(out, "--rule", rule_of(out, ""), "--dry-run")
    assert "would take back 2 edits in 2 articles" in result.output
    assert files_of(out) == before


def test_an_article_that_was_changed_since_is_named_and_left(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": BAD, "b.txt": BAD, "c.txt": BAD})
    mine = "我把这一篇改过了：" + GOOD
    (out / "cleaned/a.txt").write_text(mine, "utf-8")
    (out / "cleaned/c.txt").unlink()
    rule = rule_of(out, "")
    result = taken_back(out, "--rule", rule, code=2)
    assert "a.txt:1 a.txt" in result.output and "c.txt:1 c.txt" in result.output
    assert (out / "cleaned/a.txt").read_text("utf-8") == mine
    assert not (out / "cleaned/c.txt").exists()
    assert (out / "cleaned/b.txt").read_text("utf-8") == BAD
    assert [(f["file"], f["applied"]) for f in findings_of(out)] == [
        ("a.txt", True),
        ("b.txt", False),
        ("c.txt", True),
    ]
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["findings"] == {"total": 3, "applied": 2} and summary["articles"]["changed"] == 2
    assert summary["chars"] == 3 * len(BAD)


@pytest.mark.parametrize("change", ["下", "，", ""])
def test_a_change_beside_a_place_is_noticed(ruleset, change):
    outcome = Cleaner(ruleset).clean(Document("a", BAD))
    assert restored(outcome.text, len(BAD), outcome.findings) == BAD
    other = outcome.text.replace("同", change)
    assert restored(other, len(BAD), outcome.findings) is None


def test_records_after_one_that_was_taken_out_are_refused(tmp_path):
    rows = [json.dumps({"id": str(n), "text": BAD + "一" * n}, ensure_ascii=False) + "\n" for n in range(3)]
    out, _ = run_dir(tmp_path, {"a.jsonl": "".join(rows)})
    cleaned = (out / "cleaned/a.jsonl").read_text("utf-8").splitlines(keepends=True)
    (out / "cleaned/a.jsonl").write_text(cleaned[0] + cleaned[2], "utf-8")
    result = taken_back(out, "--rule", rule_of(out, ""), code=2)
    assert "a.jsonl:2 1" in result.output and "a.jsonl:3 2" in result.output
    assert lines(out / "cleaned/a.jsonl") == [json.loads(rows[0]), json.loads(cleaned[2])]


def test_what_is_no_finished_run_is_an_error(tmp_path):
    assert "no such folder" in taken_back(tmp_path / "none", "--rule", "x", code=2).output
    (tmp_path / "empty").mkdir()
    assert "not the output folder" in taken_back(tmp_path / "empty", "--rule", "x", code=2).output
    out, _ = run_dir(tmp_path, {"a.txt": BAD})
    assert "at least one of" in taken_back(out, code=2).output
    log = json.loads((out / "run.log.json").read_text("utf-8"))
    (out / "run.log.json").write_text(json.dumps({**log, "status": "interrupted"}), "utf-8")
    assert "its status is interrupted" in taken_back(out, "--rule", "x", code=2).output
    (out / "run.log.json").write_text(json.dumps(log), "utf-8")
    (out / "findings.jsonl").write_text('{"id": 3}\n', "utf-8")
    assert "findings.jsonl:1: " in taken_back(out, "--rule", "x", code=2).output


def test_a_filter_that_fits_nothing_names_what_may_have_been_meant(tmp_path):
    out, _ = run_dir(tmp_path, {"book.txt": BAD})
    rule = rule_of(out, "")
    before = files_of(out)
    assert rule in taken_back(out, "--rule", rule[:-1], code=2).output
    assert "book.txt" in taken_back(out, "--article", "boook.txt", code=2).output
    assert "no finding of the run is of item" in taken_back(out, "--item", "strip:甲", code=2).output
    assert files_of(out) == before


def test_a_log_whose_findings_have_no_article_is_refused(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": BAD, "b.txt": BAD})
    rows = (out / "articles.jsonl").read_text("utf-8").splitlines(keepends=True)
    (out / "articles.jsonl").write_text("".join(reversed(rows)), "utf-8")
    before = files_of(out)
    assert "articles.jsonl" in taken_back(out, "--rule", rule_of(out, ""), code=2).output
    assert files_of(out) == before


# --- interrupted ------------------------------------------------------------------------------------------------


def test_what_was_ready_when_a_revert_was_cut_off_is_moved_next_time(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old", "utf-8")
    (tmp_path / "b").write_text("old", "utf-8")
    moved = []
    move = Path.replace

    def cut_off(self, target):
        if self.name == "b":
            raise KeyboardInterrupt
        moved.append(self.name)
        return move(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut_off)
        with pytest.raises(KeyboardInterrupt), Staged(tmp_path) as staged:
            for name in "ab":
                staged.path(name).write_text("new", "utf-8")
            staged.commit()
    assert "a" in moved and (tmp_path / "b").read_text("utf-8") == "old"
    finish(tmp_path)
    assert {p.name: p.read_text("utf-8") for p in tmp_path.iterdir()} == {"a": "new", "b": "new"}


def test_what_was_not_ready_is_thrown_away(tmp_path):
    with pytest.raises(RuntimeError), Staged(tmp_path) as staged:
        staged.path("a").write_text("half", "utf-8")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / STAGE / "files").mkdir(parents=True)
    (tmp_path / STAGE / "files" / "a").write_text("half", "utf-8")
    finish(tmp_path)
    assert list(tmp_path.iterdir()) == []
