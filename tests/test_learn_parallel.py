"""Learning can be shared out: sources to other processes, articles of a source to several, samples to be merged."""

import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise
from multiprocessing import get_context

import pytest

import small_farm
from cleanup.channel.files import write_channel
from cleanup.data import Document
from cleanup.errors import ModelError
from cleanup.learn.dump import Learner
from cleanup.learn.sample import TextSample
from cleanup.lm import SHIPPED
from cleanup.lm.model import shipped_model
from cleanup.lm.opener import opened
from cleanup.recurrence import LineCounts
from farm_sentences import TERMS, articles, damaged

SOURCES = {
    "harbour": [small_farm.damaged(n) for n in range(40)],
    "workshop": damaged(articles(40), strip="范段程施", terms=TERMS),
    "honest": articles(12, seed=3),
    "few": articles(4, seed=5),
}
DOCUMENTS = [
    Document(f"{source}-{n}", text, source)
    for source, texts in SOURCES.items()
    for n, text in enumerate(texts)
]


def surveyed(shards, sample=400, limit=65_536):
    """The sample and the recurring lines of shards that were read apart."""
    read = []
    for shard in shards:
        texts, lines = TextSample(sample, limit), LineCounts(sample)
        for d in shard:
            texts.add(d)
            lines.add(d.source, d.text)
        read.append((texts, lines))
    (texts, lines), *rest = read
    for other, _ in rest:
        texts.merge(other)
    lines.merge([other for _, other in rest])
    return texts.sources(), lines.freeze()


def files_of(channels, folder):
    """The bytes of the files that hold some channels."""
    folder.mkdir()
    for channel in channels:
        write_channel(folder / f"{channel.source}.toml", channel)
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.fixture(scope="module")
def learner(ruleset):
    return Learner(ruleset, surveyed([DOCUMENTS])[1], partial(opened, SHIPPED))


@pytest.fixture(scope="module")
def channels(learner):
    return {c.source: c for c in learner.channels(surveyed([DOCUMENTS])[0])}


def test_sources_come_in_order_of_name_and_those_of_few_articles_teach_nothing(channels):
    assert list(channels) == ["few", "harbour", "honest", "workshop"]
    assert {i.text for i in channels["harbour"].items} >= {"间", "贷款"}
    assert {i.text for i in channels["workshop"].of("strip")} == set("范段程施")
    assert channels["few"].items == channels["honest"].items == ()


def test_order_and_shards_of_a_dump_change_no_byte_of_a_channel(learner, channels, tmp_path):
    rng = random.Random(8)
    documents = rng.sample(DOCUMENTS, len(DOCUMENTS)) + DOCUMENTS[5:12]
    cuts = [0, *sorted(rng.sample(range(len(documents)), 3)), len(documents)]
    shards = [documents[a:b] for a, b in pairwise(cuts)]
    rng.shuffle(shards)
    sources, recurrence = surveyed(shards)
    assert recurrence == learner.recurrence
    one_by_one = [learner.learn_one(s, sources[s]).channel for s in rng.sample(sorted(sources), len(sources))]
    assert files_of(one_by_one, tmp_path / "a") == files_of(channels.values(), tmp_path / "b")


def test_a_smaller_sample_is_the_same_however_it_was_merged(learner):
    whole, _ = surveyed([DOCUMENTS], 30, 50)
    shards = [DOCUMENTS[n::3] for n in (2, 0, 1)]
    parts, _ = surveyed(shards, 30, 50)
    assert whole == parts
    assert sum(map(len, whole.values())) <= 50
    source = "harbour"
    assert learner.learn_one(source, parts[source]) == learner.learn_one(source, whole[source])


def test_articles_may_be_prepared_in_parts_and_in_any_order(learner, channels):
    sampled = surveyed([DOCUMENTS])[0]["workshop"]
    texts = learner.prepared("workshop", sampled[25:]) + learner.prepared("workshop", sampled[:25])
    assert learner.learn_prepared("workshop", texts) == channels["workshop"]


def test_a_source_is_learned_in_another_process_as_in_this_one(learner, channels):
    sources, _ = surveyed([DOCUMENTS])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        done = {s: pool.submit(learner.learn_one, s, sources[s]) for s in ("harbour", "few")}
        for source, future in done.items():
            assert future.result() == (channels[source], "")


def _broken():
    raise RuntimeError("no lexicon today")


def test_a_fault_costs_one_source_its_channel_and_is_told(learner, ruleset):
    faulty = Learner(ruleset, None, shipped_model, _broken)
    sources, _ = surveyed([DOCUMENTS])
    learned = faulty.learn_one("harbour", sources["harbour"])
    assert learned.channel.items == () and "a fault of the program" in learned.channel.notes[0]
    assert "no lexicon today" in learned.fault
    told = []
    of_all = list(faulty.channels(sources, fault=lambda source, trace: told.append((source, trace))))
    assert [c.source for c in of_all] == sorted(sources)
    assert {s for s, _ in told} == {"harbour", "honest", "workshop"}
    assert all("no lexicon today" in trace for _, trace in told)


def test_a_model_that_is_not_there_is_an_error_and_no_fault(ruleset, tmp_path):
    sources, _ = surveyed([DOCUMENTS])
    missing = Learner(ruleset, None, partial(opened, tmp_path / "none.lm"))
    with pytest.raises(ModelError, match=r"none\.lm"):
        missing.learn_one("harbour", sources["harbour"])


def test_stopped_between_articles_there_is_no_channel(learner):
    sources, _ = surveyed([DOCUMENTS])
    assert learner.learn_one("harbour", sources["harbour"], stop=[2]) == (None, "")
    assert list(learner.channels(sources, stop=[2])) == []
