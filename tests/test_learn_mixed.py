"""Whether a source is two machines is asked of which items go together, and answered by what stands where."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from cleanup.channel.items import Item
from cleanup.cli.app import app
from cleanup.learn.dump import SEVERAL
from cleanup.learn.mixed import _standing, mixed, split
from conftest import SHARED


def table(blocks, seed=1, articles=30, items=12, often=0.4):
    """Which items are found in which articles, of as many machines as there are blocks, shuffled."""
    random = np.random.default_rng(seed)
    found = np.zeros((articles * blocks, items * blocks), bool)
    for k in range(blocks):
        found[k * articles : (k + 1) * articles, k * items : (k + 1) * items] = (
            random.random((articles, items)) < often
        )
    order = random.permutation(len(found))
    return found[order], order // articles


def test_articles_of_two_machines_fall_apart():
    found, machine = table(2)
    first, second = split(found)
    assert len(set(machine[first])) == len(set(machine[second])) == 1
    assert len(first) + len(second) >= 58 and 0 in first


def test_articles_that_differ_only_in_how_much_is_damaged_do_not():
    apart = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        often = random.uniform(0.1, 0.9, (60, 1)) * random.uniform(0.3, 1, 20)
        apart += split(random.random((60, 20)) < often) is not None
    assert apart <= 2


@pytest.mark.parametrize("shape", [(0, 0), (5, 0), (60, 3), (12, 40)])
def test_too_little_is_not_split(shape):
    assert split(np.ones(shape, bool)) is None
    assert split(np.zeros(shape, bool)) is None


def test_a_character_stands_where_it_is_as_frequent_as_it_was_stripped():
    item = Item("strip", "潮", found=10)
    own = ["退落的时候，滩上全是贝壳。" * 10]
    assert _standing([item], own, ["涨潮的时候，船才进得来。" * 10]) == 1
    assert _standing([item], own, ["涨潮了。" + "船进得来的时候，滩上没有人。" * 10]) == 0


def test_articles_without_damage_speak_for_nothing():
    texts = [f"船进得来的时候，{n} 个人在滩上。" for n in range(40)]
    assert mixed(texts, [frozenset()] * 40, None, None) == ""
    assert mixed(texts, [frozenset({"insert:after-de:*"})] * 40, None, None) == ""


@pytest.mark.skipif(not (SHARED / "bench").exists(), reason="needs the bench in ../shared")
def test_two_farms_of_the_bench_under_one_name_are_told_and_one_alone_is_not(tmp_path):
    farms = {"alpaca-site1": ("one", "both"), "cail2019-site0": ("both",)}
    lines = {"one": [], "both": []}
    with (SHARED / "bench/garbled.jsonl").open(encoding="utf-8") as f:
        for record in map(json.loads, f):
            for name in farms.get(record["source"], ()):
                lines[name].append(json.dumps({"text": record["text"], "source": name}) + "\n")
    dump = tmp_path / "dump.jsonl"
    dump.write_text("".join(line for some in lines.values() for line in some), "utf-8")
    args = ["learn", str(dump), "--out", str(tmp_path / "channels"), "--json", "-q"]
    learned = map(json.loads, CliRunner().invoke(app, args).stdout.splitlines())
    told = {x["source"]: any(n.startswith(SEVERAL) for n in x["notes"]) for x in learned}
    assert told == {"both": True, "one": False}
