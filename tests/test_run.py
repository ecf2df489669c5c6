"""`cleanup run` from the command line, on good and on bad input."""

import base64
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cleanup import batch
from cleanup.cli.app import app
from cleanup.data import Edit
from cleanup.dumps import jsonl, text
from cleanup.dumps.encoding import Choice
from cleanup.dumps.record import Fields
from cleanup.edits import apply
from cleanup.pipeline import Cleaner
from conftest import ROOT

BAD = "双方的工作围不同。"
GOOD = "双方的工作范围不同。"


def cleanup(*args, **kwargs):
    return CliRunner().invoke(app, [str(a) for a in args], **kwargs)


def lines(path):
    return [json.loads(x) for x in path.read_text("utf-8").splitlines()]


def run_dir(tmp_path, files, *args, code=0):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name, data in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    result = cleanup("run", source, "--out", out, "--lang", "en", *args)
    assert result.exit_code == code, result.output
    return out, result


def test_everything_a_run_writes_is_there_and_agrees(tmp_path):
    out, _ = run_dir(
        tmp_path,
        {"a.txt": BAD, "b/c.jsonl": json.dumps({"id": 7, "text": BAD, "n": 1.50}) + "\n", "d.txt": GOOD},
    )
    assert (out / "cleaned/a.txt").read_text("utf-8") == GOOD
    assert lines(out / "cleaned/b/c.jsonl") == [{"id": 7, "text": GOOD, "n": 1.5}]
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["articles"] == {"read": 3, "changed": 2, "unchanged": 1, "rejected": 0}
    findings = lines(out / "findings.jsonl")
    assert [(f["article"], f["file"], f["line"], f["column"]) for f in findings] == [
        ("a.txt", "a.txt", 1, 6),
        ("7", "b/c.jsonl", 1, 1),
    ]
    assert [a["verdict"] for a in lines(out / "articles.jsonl")] == ["repaired", "clean", "repaired"]
    for f in findings:
        assert apply(BAD, [Edit(f["start"], f["end"], f["replacement"])]) == GOOD
    for name in ("report.html", "diff.patch", "findings.csv", "rejected.jsonl", "run.log.json"):
        assert (out / name).exists()
    assert not list(out.rglob("*.partial"))
    assert "dropped-char-in-phrase" in (out / "report.html").read_text("utf-8")


def test_two_runs_write_the_same_bytes(tmp_path):
    first, _ = run_dir(tmp_path, {"a.txt": BAD, "b.jsonl": json.dumps({"text": BAD})})
    before = {p.name: p.read_bytes() for p in first.rglob("*") if p.is_file() and p.name != "run.log.json"}
    assert cleanup("run", tmp_path / "in", "--out", first, "--lang", "en").exit_code == 0
    assert before == {
        p.name: p.read_bytes() for p in first.rglob("*") if p.is_file() and p.name != "run.log.json"
    }


def test_bad_records_are_kept_with_their_line_and_cost_only_themselves(tmp_path):
    rows = [
        b'{"id": "a/../b", "text": "%s"}' % BAD.encode(),
        b"not json",
        b'{"id": "x"}',
        b'{"text": null}',
        b'{"text": 12}',
        b'["text"]',
        b"",
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        b'{"id": "a/../b", "text": "\xe5\xa5\xbd"}',
    ]
    out, result = run_dir(tmp_path, {"d.jsonl": b"\n".join(rows)})
    rejects = lines(out / "rejected.jsonl")
    assert [(r["line"], r["reason"]) for r in rejects] == [
        (2, "not_json"),
        (3, "no_text"),
        (4, "text_not_string"),
        (5, "text_not_string"),
        (6, "not_an_object"),
        (8, "undecodable"),
        (9, "lone_surrogate"),
    ]
    assert all(f"d.jsonl:{r['line']}: " in result.stderr for r in rejects)
    assert rejects[0]["raw"] == "not json"
    assert base64.b64decode(rejects[5]["raw_base64"]).rstrip(b"\n") == rows[7]
    assert [a["article"] for a in lines(out / "articles.jsonl")] == ["a/../b", "a/../b#2"]
    cleaned = (out / "cleaned/d.jsonl").read_bytes().split(b"\n")
    assert json.loads(cleaned[0])["id"] == "a/../b" and cleaned[2] == rows[9]
    assert json.loads((out / "summary.json").read_text())["articles"] == {
        "read": 9,
        "changed": 1,
        "unchanged": 1,
        "rejected": 7,
    }


def test_files_that_are_no_text_are_named(tmp_path):
    out, result = run_dir(
        tmp_path,
        {
            "a.txt": b"ok\x00",
            "b.txt": "一\n二".encode() + b"\n\xff",
            "c.png": b"x",
            "e.txt": b"",
            "ok.txt": BAD,
        },
    )
    assert {(r["file"], r["line"], r["reason"]) for r in lines(out / "rejected.jsonl")} == {
        ("a.txt", 1, "binary"),
        ("b.txt", 3, "undecodable"),
        ("c.png", 0, "unknown_format"),
    }
    assert "e.txt:1: the article is empty" in result.stderr
    assert (out / "cleaned/e.txt").read_bytes() == b""
    assert sorted(p.name for p in (out / "cleaned").iterdir()) == ["e.txt", "ok.txt"]


def test_strict_and_nothing_read_exit_2(tmp_path):
    run_dir(tmp_path, {"a.txt": b"\xff", "b.txt": BAD}, "--strict", code=2)
    only = tmp_path / "only.jsonl"
    only.write_bytes(b"nope\n")
    assert cleanup("run", only, "--out", tmp_path / "o2").exit_code == 2


@pytest.mark.parametrize(
    "args,says",
    [
        (["none.txt"], "none.txt: no such file or folder"),
        ([".", "--out", "."], "the output folder is the input folder"),
        (["a.txt", "--apply", "all"], "--apply cannot be 'all'"),
        (["a.txt", "--encoding", "klingon"], "unknown encoding"),
        (["a.txt", "--off", "mask-star"], "did you mean mask-stars?"),
        (["a.txt", "--out", "b.txt"], "is a file, not a folder"),
        (["empty"], "no file to read"),
    ],
)
def test_calls_that_cannot_be_carried_out_say_why(tmp_path, monkeypatch, args, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(GOOD, "utf-8")
    (tmp_path / "b.txt").write_text(GOOD, "utf-8")
    (tmp_path / "empty").mkdir()
    result = cleanup("run", *args, "--lang", "en")
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_with_another_run_is_refused_and_with_strangers_too(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": BAD})
    other = tmp_path / "other.txt"
    other.write_text(GOOD, "utf-8")
    again = cleanup("run", other, "--out", out, "--lang", "en")
    assert again.exit_code == 2 and "holds another run" in again.stderr
    assert (out / "cleaned/a.txt").exists()
    assert cleanup("run", other, "--out", out, "--overwrite").exit_code == 0
    assert not (out / "cleaned/a.txt").exists()
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "thesis.doc").write_text("x")
    for flags in ([], ["--overwrite"]):
        assert cleanup("run", other, "--out", strange, *flags).exit_code == 2
        assert (strange / "thesis.doc").exists()


def test_a_run_never_takes_away_its_own_input(tmp_path):
    out, _ = run_dir(tmp_path, {"a.txt": BAD})
    again = cleanup("run", out / "cleaned", "--out", out, "--overwrite", "--lang", "en")
    assert again.exit_code == 2 and "lies inside the output folder" in again.stderr
    assert (out / "cleaned/a.txt").read_text("utf-8") == GOOD


def test_the_output_folder_inside_the_input_is_not_read(tmp_path):
    (tmp_path / "a.txt").write_text(BAD, "utf-8")
    for _ in range(2):
        assert cleanup("run", tmp_path, "--out", tmp_path / "out").exit_code == 0
    assert json.loads((tmp_path / "out/summary.json").read_text())["articles"]["read"] == 1


@pytest.mark.parametrize(
    "encoding,bom", [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("gb18030", b"")]
)
def test_bytes_come_back_as_they_were(tmp_path, encoding, bom):
    body = f"{BAD}\r\n第二行\r第三行\n"
    out, _ = run_dir(tmp_path, {"a.txt": bom + body.encode(encoding)}, "--encoding", encoding)
    assert (out / "cleaned/a.txt").read_bytes() == bom + body.replace(BAD, GOOD).encode(encoding)


def test_stdin_goes_to_stdout_alone():
    result = cleanup("run", "-", input=BAD)
    assert (result.exit_code, result.stdout) == (0, GOOD)
    result = cleanup(
        "run", "-", "--format", "jsonl", input=json.dumps({"text": BAD}, ensure_ascii=False) + "\n"
    )
    assert result.stdout == json.dumps({"text": GOOD}, ensure_ascii=False) + "\n"


def test_explain_tells_why_a_built_in_is_right():
    from cleanup.builtin import BUILT_IN

    told = " ".join(cleanup("explain", "木匠们说&nbsp;好", "--lang", "en").stdout.split())
    assert "entity-space" in told and BUILT_IN["entity-space"].why in told
    assert "means U+00A0, escaped once" in told


def test_explain_tells_rule_evidence_and_result():
    result = cleanup("explain", BAD, "--lang", "en")
    assert result.exit_code == 0
    assert "dropped-char-in-phrase" in result.stdout and "{+范+}" in result.stdout and GOOD in result.stdout
    [found] = [json.loads(x) for x in cleanup("explain", BAD, "--json").stdout.splitlines()]
    assert found["replacement"] == "范"
    assert cleanup("explain", "--file", "none.txt").exit_code == 2


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda x: (
        st.lists(x, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), x, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), VALUES, max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_a_rewritten_line_changes_its_text_and_nothing_else(extra, escaped, compact):
    record = {**extra, "text": "旧"}
    separators = (",", ":") if compact else (", ", ": ")
    raw = json.dumps(record, ensure_ascii=escaped, separators=separators).encode() + b"\r\n"
    read = jsonl._record(raw, "f", 1, "s", Fields(), Choice("utf-8"), 0)
    assert read.document is not None, read.reject
    line, _ = jsonl.rewrite(read, "新\u2028文")
    assert line.endswith(b"\r\n") and line.count(b"\n") == 1
    assert json.loads(line) == {**record, "text": "新\u2028文"}
    assert list(json.loads(line)) == list(record)
    assert line.isascii() or not escaped


def test_text_that_its_encoding_cannot_hold_is_written_as_utf_8(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("好".encode("gb2312"))
    [record] = text.read(path, "a.txt", fields=Fields(), encoding="gb2312")
    assert text.rewrite(record, "好𠮷") == ("好𠮷".encode(), "utf-8")


def test_ctrl_c_keeps_what_was_done(tmp_path):
    source = tmp_path / "big.jsonl"
    body = (ROOT / "samples/raw/collection.txt").read_text("utf-8")
    source.write_text("".join(json.dumps({"id": i, "text": body}) + "\n" for i in range(20000)), "utf-8")
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "cleanup", "run", str(source), "--out", str(out), "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
    )
    partial = out / "cleaned/big.jsonl.partial"
    deadline = time.monotonic() + 60
    while not (partial.exists() and partial.stat().st_size > 100_000):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Traceback" not in err
    done = lines(out / "articles.jsonl.partial")
    assert 0 < len(done) < 20000
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["complete"] is False and summary["articles"]["read"] == len(done)
    assert len(lines(partial)) == len(done)
    assert len(lines(out / "findings.jsonl.partial")) == sum(d["findings"] for d in done)


def test_a_changed_record_keeps_spacing_repeated_keys_and_numbers_beyond_floats(tmp_path):
    lines = [
        '{ "id" : 1e400 ,"text": "@" , "a":  [1,  2] }'.replace("@", BAD),
        '{"id":7,"id":8,"text":"gone","text":"@","n":1.00000000000000000001}'.replace("@", BAD),
        '{"title":"@","text":"@"}'.replace("@", BAD),
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    assert cleanup("run", path, "--out", tmp_path / "out").exit_code == 0
    said = (tmp_path / "out" / "cleaned" / "a.jsonl").read_text("utf-8").split("\n")
    assert said[0] == lines[0].replace(BAD, GOOD)
    assert said[1] == lines[1].replace(BAD, GOOD)
    assert said[2] == '{"title":"@","text":"'.replace("@", BAD) + GOOD + '"}'


@pytest.mark.parametrize("phase", ["counting lines", "cleaning"])
def test_a_run_stopped_in_either_pass_says_so_and_can_be_run_again(tmp_path, ruleset, phase):
    records = [json.dumps({"id": n, "text": BAD + f"第{n}篇。"}, ensure_ascii=False) for n in range(20)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(records) + "\n", "utf-8")
    out = tmp_path / "out"

    def run(watch):
        return batch.run([path], out, Cleaner(ruleset), {"inputs": ["a"]}, batch.Options(), watch, "en")

    stop = batch.Watch(phase=lambda zh, en: os.kill(os.getpid(), signal.SIGINT) if en == phase else None)
    stopped = run(stop)
    assert stopped.interrupted
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["complete"] is False and summary["articles"]["read"] == stopped.tally.read < 20
    again = run(batch.Watch())
    assert not again.interrupted and again.tally.changed == 20
    assert not list(out.rglob("*.partial"))
