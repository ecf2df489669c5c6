"""`cleanup lm` from the command line: what it writes, what it says, how it fails."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from cleanup.cli.app import app
from cleanup.lm.model import Model

LINES = [
    f"{who}{when}在{where}{what}。"
    for who in ("木匠", "渔夫", "医生", "学生", "邻居")
    for when in ("清晨", "中午", "傍晚", "周末")
    for where in ("码头", "集市", "山谷", "茶馆")
    for what in ("修理木船", "寻找渔网", "整理药材", "购买灯笼", "描绘地图")
]


def call(*args):
    return CliRunner().invoke(app, ["lm", *map(str, args)])


@pytest.fixture
def corpora(tmp_path):
    folder = tmp_path / "corpora"
    folder.mkdir()
    (folder / "near.txt").write_text("\n".join(LINES[::2]) + "\n", "utf-8")
    records = [json.dumps({"text": x}, ensure_ascii=False) for x in LINES[1::2]]
    (folder / "far.jsonl").write_text("\n".join(records) + "\n", "utf-8")
    return folder


def test_a_built_model_opens_and_tells_what_it_was_built_from(corpora, tmp_path):
    out = tmp_path / "new" / "toy.lm"
    built = call("build", corpora, "-o", out, "--lang", "en", "-j", 1)
    assert built.exit_code == 0, built.output
    assert "wrote" in built.stdout and built.stdout.count("\n") == 1
    told = call("info", out, "--json", "--verify")
    about = json.loads(told.stdout)
    assert [c["name"] for c in about["corpora"]] == ["far", "near"] and about["verified"]
    assert about["digest"] == Model.open(out).digest and about["size"] == out.stat().st_size
    text = call("info", out, "--lang", "en").stdout
    assert "near" in text and "held out" in text and about["digest"] in text
    assert sorted(p.name for p in out.parent.iterdir()) == ["toy.lm"]


def test_an_excluded_corpus_is_not_counted(corpora, tmp_path):
    out = tmp_path / "toy.lm"
    assert call("build", corpora, "-o", out, "--exclude", "f*", "-j", 1, "-q").exit_code == 0
    assert [c["name"] for c in Model.open(out).meta["corpora"]] == ["near"]


def test_a_recipe_gives_weights_and_the_budget(corpora, tmp_path):
    recipe = tmp_path / "r.toml"
    recipe.write_text('budget_mb = 1\nwords = 50\n[corpora.near]\nweight = 0.5\nlicence = "none"\n', "utf-8")
    out = tmp_path / "toy.lm"
    assert call("build", corpora, "-o", out, "--recipe", recipe, "-j", 1, "-q").exit_code == 0
    near = next(c for c in Model.open(out).meta["corpora"] if c["name"] == "near")
    assert near["weight"] == 0.5 and near["licence"] == "none"
    assert out.stat().st_size <= 1_000_000 and Model.open(out).meta["words"] <= 50


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["missing.txt", "-o", "x.lm"], 2, "no such file or folder"),
        (["{corpora}", "-o", "{corpora}"], 2, "is a folder"),
        (["{corpora}", "-o", "x.lm", "--exclude", "nera"], 2, "did you mean near"),
        (["{corpora}", "-o", "x.lm", "--exclude", "*"], 2, "no corpus to count"),
        (["{corpora}", "-o", "x.lm", "--text-field", "body"], 2, "no text field"),
        (["{corpora}", "-o", "x.lm", "--budget", "0.01"], 2, "too small"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_written(corpora, tmp_path, monkeypatch, args, code, says):
    monkeypatch.chdir(tmp_path)
    result = call("build", *(a.format(corpora=corpora) for a in args), "--lang", "en", "-q", "-j", 1)
    assert result.exit_code == code and says in result.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpora"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"only English here\n", "holds no Chinese character"),
        (b"PK\x03\x04\x00\x00\x00\n", "NUL byte"),
        ("词频".encode("gb18030") + b"\n", "not UTF-8"),
    ],
)
def test_a_corpus_that_cannot_be_counted_is_named(tmp_path, content, says):
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    result = call("build", bad, "-o", tmp_path / "x.lm", "--lang", "en", "-q", "-j", 1)
    assert result.exit_code == 2 and says in result.output and "bad.txt" in result.output
    assert not (tmp_path / "x.lm").exists()


@pytest.mark.parametrize("content", [None, b"", b"CLEANLM\n", b"CLEANLM\n" + b"\x63" * 40, b"something else"])
def test_what_is_no_model_is_refused_with_exit_3(tmp_path, content):
    path = tmp_path / "no.lm"
    if content is not None:
        path.write_bytes(content)
    result = call("info", path, "--lang", "en")
    assert result.exit_code == 3 and "no.lm" in result.output and "Traceback" not in result.output


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_an_interrupted_build_leaves_the_old_model_and_no_rubbish(corpora, tmp_path):
    out = tmp_path / "models" / "toy.lm"
    out.parent.mkdir()
    out.write_bytes(b"the old one")
    # enough to be at work when the signal comes
    (corpora / "long.txt").write_text("\n".join(f"{i}{x}" for i in range(300) for x in LINES) + "\n", "utf-8")
    command = [sys.executable, "-m", "cleanup", "lm", "build", str(corpora), "-o", str(out), "--lang", "en"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stderr:
        if "segmenting" in line or "merging" in line or "estimating" in line:
            break
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    rest = process.communicate(timeout=60)[1]
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert out.read_bytes() == b"the old one" and [p.name for p in out.parent.iterdir()] == ["toy.lm"]


def test_articles_are_scored_in_order_and_what_cannot_be_read_is_told(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"id": "x", "text": "居民把旧报纸捆好，交给每周三来的回收车。"}, ensure_ascii=False)
        + "\nnot json\n"
        + json.dumps({"id": "y", "text": "int main() { return 0; } // 结束"}, ensure_ascii=False)
        + "\n",
        "utf-8",
    )
    result = CliRunner().invoke(app, ["lm", "score", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 0
    lines = [json.loads(x) for x in result.stdout.splitlines()]
    assert [(x["article"], x["out_of_depth"]) for x in lines] == [("x", ""), ("y", "too-little-chinese")]
    assert 3 < lines[0]["bits_per_character"] < 10 and "a.jsonl:2" in result.stderr


def test_a_gap_is_filled_with_characters_and_words():
    result = CliRunner().invoke(app, ["lm", "fill", "物业采取措[]防止雨水倒灌", "-n", "3", "--json"])
    filled = json.loads(result.stdout)
    assert result.exit_code == 0 and filled["characters"][0]["text"] == "施"
    assert len(filled["characters"]) == len(filled["words"]) == 3
    told = CliRunner().invoke(app, ["lm", "fill", "甲[]乙[]丙", "-n", "2", "--lang", "en"])
    assert told.stdout.count("characters:") == 2


def test_a_text_without_a_gap_is_a_usage_error():
    result = CliRunner().invoke(app, ["lm", "fill", "没有空缺", "--lang", "en"])
    assert result.exit_code == 2 and "[]" in result.stderr
