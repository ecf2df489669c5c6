"""Cases in four files: as found in the wild, one mechanism each, text to leave alone, known failures."""

import tomllib

import pytest

from cleanup.data import Document
from cleanup.rules.markup import parse_example
from conftest import ROOT


def cases(name):
    return tomllib.loads((ROOT / "tests" / "cases" / f"{name}.toml").read_text("utf-8"))["case"]


def found(cleaner, text):
    return tuple((f.start, f.end, f.replacement) for f in cleaner.clean(Document("case", text)).findings)


@pytest.mark.parametrize("case", cases("wild") + cases("synthetic"), ids=lambda c: c["text"][:20])
def test_what_is_marked_is_found_and_nothing_else(cleaner, case):
    example = parse_example(case["text"])
    assert found(cleaner, example.text) == example.edits


@pytest.mark.parametrize("case", cases("negative"), ids=lambda c: c["text"][:20])
def test_honest_text_is_left_alone(cleaner, case):
    assert found(cleaner, case["text"]) == ()


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=pytest.mark.xfail(strict=True, reason=c["why"])) for c in cases("known_failures")],
    ids=lambda c: c["text"][:20],
)
def test_known_failures(cleaner, case):
    example = parse_example(case["text"])
    assert found(cleaner, example.text) == example.edits
