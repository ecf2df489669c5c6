"""What a run over a dump can be told: how much of it, what to write, when to give up; and what it will take."""

import json

import pytest
from typer.testing import CliRunner

from cleanup.cli.app import app
from small_farm import damaged

RUNNER = CliRunner()


def cleanup(*arguments, code=0):
    result = RUNNER.invoke(app, [*map(str, arguments), "--lang", "en"])
    assert result.exit_code == code, result.output
    return result


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def dump(tmp_path):
    """300 records in two files, with a bad line in each."""
    folder = tmp_path / "dump"
    folder.mkdir()
    for name, first in (("a", 0), ("b", 150)):
        rows = [
            json.dumps({"id": n, "text": f"{damaged(n % 40)}\n第{n}篇。", "source": "s"}, ensure_ascii=False)
            for n in range(first, first + 150)
        ]
        (folder / f"{name}.jsonl").write_text("\n".join([*rows[:70], "{", *rows[70:]]) + "\n", "utf-8")
    return folder


def counts(out):
    return json.loads((out / "summary.json").read_text("utf-8"))["articles"]


def test_the_first_records_alone(dump, tmp_path):
    out = tmp_path / "out"
    cleanup("run", dump, "--out", out, "--no-learn", "--limit", "160")
    assert counts(out)["read"] == 160 and counts(out)["rejected"] == 1
    assert [a["article"] for a in lines(out / "articles.jsonl")] == [str(n) for n in range(159)]
    assert len(lines(out / "cleaned/a.jsonl")) == 150 and len(lines(out / "cleaned/b.jsonl")) == 9


def test_a_sample_is_chosen_by_texts_and_cleaned_as_the_whole_is(dump, tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    cleanup("run", dump, "--out", out, "--sample", "20%")
    cleanup("run", dump, "--out", whole)
    some = {a["article"]: a for a in lines(out / "articles.jsonl")}
    assert 30 < len(some) < 95
    every = {a["article"]: a for a in lines(whole / "articles.jsonl")}
    assert all(every[n] == a for n, a in some.items())
    assert [r["line"] for r in lines(out / "rejected.jsonl")] == [71, 71]
    assert {f["article"] for f in lines(out / "findings.jsonl")} <= set(some)
    assert counts(out)["read"] == len(some) + 2


def test_the_cleaned_articles_alone(dump, tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    cleanup("run", dump, "--out", out, "--no-learn", "--cleaned-only")
    cleanup("run", dump, "--out", whole, "--no-learn")
    names = {p.name for p in out.iterdir() if not p.name.startswith(".")}
    assert names == {"cleaned", "rejected.jsonl", "summary.json", "seen.u64", "run.log.json"}
    assert (out / "cleaned/a.jsonl").read_bytes() == (whole / "cleaned/a.jsonl").read_bytes()
    assert counts(out) == counts(whole)


@pytest.mark.parametrize(("most", "code"), [("0", 2), ("1", 2), ("2", 0), ("0.5%", 2), ("1%", 0)])
def test_too_many_rejects_end_a_run(dump, tmp_path, most, code):
    out = tmp_path / "out"
    result = cleanup("run", dump, "--out", out, "--no-learn", "--max-rejects", most, code=code)
    log = json.loads((out / "run.log.json").read_text("utf-8"))
    assert log["status"] == ("failed" if code else "finished")
    assert ("more than --max-rejects" in result.output) == bool(code)


@pytest.mark.parametrize(
    ("option", "value"), [("--sample", "0"), ("--sample", "120%"), ("--max-rejects", "x%")]
)
def test_a_share_that_is_none_is_told(dump, tmp_path, option, value):
    result = cleanup("run", dump, "--out", tmp_path / "out", option, value, code=2)
    assert option in result.output and not (tmp_path / "out").exists()


def test_a_dry_run_reckons_and_writes_nothing(dump, tmp_path):
    out = tmp_path / "out"
    result = cleanup("run", dump, "--out", out, "--dry-run")
    assert not out.exists()
    said = result.output
    articles = int(said.split("about ")[1].split()[0].replace(",", ""))
    assert 280 <= articles <= 325
    assert "writes about" in said and "are free" in said and "those of the 1 sources that were met" in said


def test_a_long_run_says_beforehand_what_it_will_take(dump, tmp_path, monkeypatch):
    monkeypatch.setattr("cleanup.batch.job._LONG", 1000)
    result = cleanup("run", dump, "--out", tmp_path / "out", "--no-learn")
    said = result.stderr
    assert "cleaning takes about" in said and "are free" in said and "channels are learned" not in said
    assert counts(tmp_path / "out")["read"] == 302


def test_a_dry_run_over_nothing_that_can_be_read(tmp_path):
    (tmp_path / "a.jsonl").write_text("{\n", "utf-8")
    result = cleanup("run", tmp_path / "a.jsonl", "--out", tmp_path / "out", "--dry-run", code=2)
    assert "no article could be read" in result.output


def test_counts_agree_whatever_was_rejected(dump, tmp_path):
    out = tmp_path / "out"
    (dump / "gone.jsonl").symlink_to(dump / "nowhere")
    (dump / "x.bin").write_bytes(b"\0")
    cleanup("run", dump, "--out", out, "--no-learn")
    c = counts(out)
    assert c["read"] == c["changed"] + c["unchanged"] + c["rejected"] == 304
    assert len(lines(out / "rejected.jsonl")) == c["rejected"] == 4
    assert len(lines(out / "articles.jsonl")) == 300
