"""The samples: what is found in them, and that the repaired ones are left alone."""

import json

import pytest
from conftest import ROOT

from cleanup.data import Document

SAMPLES = ROOT / "samples"
NAMES = sorted(p.stem for p in (SAMPLES / "marked").glob("*.txt"))


def short(finding):
    return {k: getattr(finding, k) for k in ("rule", "start", "end", "observed", "replacement", "tier", "applied")}


@pytest.mark.parametrize("name", NAMES)
def test_sample_gives_the_expected_findings(cleaner, name):
    raw = (SAMPLES / "raw" / f"{name}.txt").read_text("utf-8")
    expected = [json.loads(x) for x in (SAMPLES / "expected" / f"{name}.jsonl").read_text("utf-8").splitlines()]
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
        outcome = cleaner.clean(Document(record["id"], record["text"], meta={"title": record.get("title", "")}))
        assert outcome.findings == (), record["id"]
