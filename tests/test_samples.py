"""The samples: what is found in them, and that the repaired ones are left alone."""

import json

import pytest
from typer.testing import CliRunner

from cleanup.cli.app import app
from cleanup.data import Document
from conftest import ROOT

SAMPLES = ROOT / "samples"
NAMES = sorted(p.stem for p in (SAMPLES / "marked").glob("*.txt"))


def short(finding):
    return {
        k: getattr(finding, k) for k in ("rule", "start", "end", "observed", "replacement", "tier", "applied")
    }


@pytest.mark.parametrize("name", NAMES)
def test_sample_gives_the_expected_findings(cleaner, name):
    raw = (SAMPLES / "raw" / f"{name}.txt").read_text("utf-8")
    expected = [
        json.loads(x) for x in (SAMPLES / "expected" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    assert [short(f) for f in cleaner.clean(Document(name, raw)).findings] == expected


@pytest.mark.parametrize("name", NAMES)
def test_repaired_sample_is_left_alone(cleaner, name):
    fixed = (SAMPLES / "fixed" / f"{name}.txt").read_text("utf-8")
    assert cleaner.clean(Document(name, fixed)).text == fixed


def test_samples_are_as_they_were_marked():
    import importlib.util

    spec = importlib.util.spec_from_file_location("build", SAMPLES / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    for name in NAMES:
        raw, fixed, _ = build.parse((SAMPLES / "marked" / f"{name}.txt").read_text("utf-8"))
        assert (SAMPLES / "raw" / f"{name}.txt").read_text("utf-8") == raw
        assert (SAMPLES / "fixed" / f"{name}.txt").read_text("utf-8") == fixed


def test_honest_articles_are_left_alone(cleaner):
    for line in (SAMPLES / "honest.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        outcome = cleaner.clean(
            Document(record["id"], record["text"], meta={"title": record.get("title", "")})
        )
        assert outcome.findings == (), record["id"]


def test_no_figure_falls_under_its_floor():
    result = CliRunner().invoke(
        app,
        [
            "evaluate",
            str(SAMPLES / "gold.jsonl"),
            "--baseline",
            str(ROOT / "reports/baseline.json"),
            "--lang",
            "en",
        ],
    )
    assert result.exit_code == 0, result.stderr


def test_floors_are_not_lowered_in_silence(tmp_path):
    baseline = tmp_path / "baseline.json"
    baseline.write_bytes((ROOT / "reports/baseline.json").read_bytes())
    worse = [
        "evaluate",
        str(SAMPLES / "gold.jsonl"),
        "--off",
        "dropped-char-in-phrase",
        "--baseline",
        str(baseline),
        "--lang",
        "en",
    ]
    run = CliRunner().invoke
    assert run(app, worse).exit_code == 1
    refused = run(app, [*worse, "--update-baseline"])
    assert refused.exit_code == 1 and "recall" in refused.stderr
    assert baseline.read_bytes() == (ROOT / "reports/baseline.json").read_bytes()
    assert run(app, [*worse, "--update-baseline", "--lower", "a rule was taken out"]).exit_code == 0
    assert "a rule was taken out" in baseline.read_text("utf-8")
    assert run(app, worse).exit_code == 0
