"""Sites that nothing was tuned on: what is learned of them, right and wrong, and what that repairs.

Made by tests/data/fresh_farms/build.py. At first sight auto precision was .67 on the sentences of `insurance`, for a
swap 我 → 保 that was none, and 护 was taken for stripped after one phrase; swaps are learned after strips since, and one
phrase is not enough. Nothing else was changed for these sites.
"""

import importlib.util
import sys

import pytest

from conftest import ROOT
from farm_sites import sites

DATA = ROOT / "tests" / "data"

TRUE = {
    "travel": {f"strip:{x}" for x in ["费", "票", "病", "酒", "死", "导游"]} | {"swap:很→挺", "mask:××→酒店"},
    "insurance": {f"strip:{x}" for x in ["险", "费", "款", "贷", "病", "死", "理赔"]},
    "phones": set(),
}


@pytest.fixture(scope="module")
def fresh():
    return sites(DATA / "fresh_farms.jsonl")


def test_what_is_checked_in_is_what_the_machine_makes():
    import json

    spec = importlib.util.spec_from_file_location("fresh_build", DATA / "fresh_farms" / "build.py")
    build = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    kept = (DATA / "fresh_farms.jsonl").read_text("utf-8").splitlines()
    assert build.records() == [json.loads(line) for line in kept]


@pytest.mark.parametrize("source", ["travel", "phones", "insurance"])
def test_nothing_false_is_learned_of_a_farm(fresh, source):
    inserted = {
        a.text[e.edit.start : e.edit.end]
        for a in fresh[source].articles
        for e in a.edits
        if e.type == "spam_insertion"
    }
    true = TRUE[source] | {
        f"insert:{slot}:{t}" for t in inserted | {"*"} for slot in ("after-de", "anywhere")
    }
    assert fresh[source].learned <= true


@pytest.mark.parametrize(
    ("source", "items"),
    [
        ("travel", {"strip:费", "swap:很→挺"}),
        ("insurance", {"strip:险"}),
        ("phones", {"insert:anywhere:*"}),
    ],
)
def test_what_is_learned_of_a_farm(fresh, source, items):
    assert items <= fresh[source].learned


def test_nothing_is_learned_of_an_honest_site_and_nothing_applied(fresh):
    # full of 招聘, 工资, 职位, 就业前景, 怎么办 and pet phrases; 方, 段, 范, 施 and 费 are never written
    careers = fresh["careers"]
    assert careers.learned == set()
    for name in ("auto", "suggest"):
        assert careers.scores(name).clean_applied == 0


@pytest.mark.parametrize(
    ("source", "apply", "precision", "recall"),
    [
        ("travel", "auto", 0.99, 0.25),
        ("travel", "suggest", 0.97, 0.4),
        ("insurance", "auto", 0.98, 0.17),
        ("insurance", "suggest", 0.72, 0.25),
        ("phones", "auto", 0.99, 0.35),
        ("phones", "suggest", 0.99, 0.35),
    ],
)
def test_damage_of_a_farm_is_repaired(fresh, source, apply, precision, recall):
    got = fresh[source].scores(apply)
    assert got.precision >= precision
    assert got.recall >= recall
