"""Learning a source: what a small invented farm does is found, what it does not is not."""

import random

import numpy as np
import pytest

from cleanup.data import Document
from cleanup.decode.judge import judge
from cleanup.decode.strips import PLACE
from cleanup.decode.texts import Texts
from cleanup.learn import ARTICLES_MIN, candidates
from cleanup.learn.source import learn_channel
from cleanup.learn.strips import Hits, Scan
from cleanup.learn.surnames import SURNAMES
from cleanup.lexicon import shared
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from farm_sentences import SENTENCES, TERMS, articles, damaged

CLEAN = articles(40)


def learned(texts, **options):
    return learn_channel("farm", texts, shipped_model(), shared, **options)


@pytest.fixture(scope="module")
def farm():
    return damaged(CLEAN, strip="范段程施", terms=TERMS)


@pytest.fixture(scope="module")
def channel(farm):
    return learned(farm)


def test_what_a_source_strips_is_learned_and_nothing_else(channel):
    assert {i.text for i in channel.of("strip")} == set("范段程施")
    for item in channel.of("strip"):
        assert item.surviving == 0 and item.rate == 1.0
        assert item.found >= item.articles >= 3
        assert item.sure >= 0.9
        assert all("→" + item.text in e for e in item.examples)


def test_what_a_source_pushes_in_is_learned_with_its_slot(channel):
    assert {i.text for i in channel.of("insert")} <= {"*", *TERMS}
    assert {i.text for i in channel.of("insert")} >= {"*", "招聘", "多少钱", "官网"}
    assert {i.slot for i in channel.of("insert")} == {"after-de"}
    [slot] = [i for i in channel.of("insert") if i.text == "*"]
    assert 0.1 < slot.rate < 0.35


def test_an_undamaged_source_teaches_nothing():
    channel = learned(CLEAN)
    assert channel.items == ()
    assert (channel.articles, channel.characters) == (len(CLEAN), sum(map(len, CLEAN)))


def test_terms_that_an_honest_source_is_full_of_are_its_own():
    honest = [s.replace("师傅", "招聘主管") + "招聘的工资和就业前景都写在公告里。" for s in SENTENCES]
    texts = ["".join(random.Random(n).sample(honest, 5)) for n in range(40)]
    assert learned(texts).of("insert") == ()


def test_the_order_of_articles_and_their_repeats_change_nothing(farm, channel):
    shuffled = random.Random(5).sample(farm, len(farm)) + farm[:7]
    assert learned(shuffled) == channel
    assert learned(shuffled).digest == channel.digest


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (CLEAN[: ARTICLES_MIN - 1], "too few articles"),
        ([CLEAN[0]] * 50, "too few articles"),
        ([], "too few articles"),
        (["工作围很广。"] * 3, "too few articles"),
        (
            [f"The quick brown fox number {i} jumps over the lazy dog again." for i in range(30)],
            "does not know the kind of",
        ),
    ],
)
def test_too_little_to_learn_from_teaches_nothing_and_is_said(texts, note):
    channel = learned(texts)
    assert channel.items == ()
    assert any(note in n for n in channel.notes), channel.notes


def test_surnames_are_a_prior_and_no_more(farm):
    """范 程 施 段 are surnames; without the prior they are learned all the same, as so much is missing."""
    assert set("范程施段") <= SURNAMES and "围" not in SURNAMES
    assert {i.text for i in learned(farm, surnames=False).of("strip")} == set("范段程施")


def test_decoys_are_there_as_often_as_they_should_be(farm):
    texts = Texts.of(shipped_model(), farm)
    found = candidates.characters(texts)
    joined = "".join(farm)
    for item, surviving, expected, decoy in zip(
        found.items, found.surviving.tolist(), found.expected.tolist(), found.decoy.tolist(), strict=True
    ):
        assert surviving == joined.count(item)
        assert surviving >= 0.7 * expected if decoy else surviving <= 0.3 * expected + 1
    assert {"范", "程"} <= {i for i, d in zip(found.items, found.decoy, strict=True) if not d}


def test_an_article_does_not_speak_for_itself(farm):
    texts = Texts.of(shipped_model(), farm)
    scan = Scan.of(texts, candidates.characters(texts), shared(), np.zeros(len(texts.ids)))
    hits = Hits.of(scan, judge("strip-char-scan", PLACE).probability(scan.evidence))
    every, elsewhere = hits.counts(), hits.counts_elsewhere()
    for row in hits.rows.tolist():
        item = int(scan.places.item[row])
        assert elsewhere.found[row] < every.found[item]
        assert elsewhere.articles[row] == every.articles[item] - 1


def test_what_other_articles_show_of_an_item_is_what_is_left_without_the_own_one(farm):
    texts = Texts.of(shipped_model(), farm)
    scan = Scan.of(texts, candidates.characters(texts), shared(), np.zeros(len(texts.ids)))
    hits = Hits.of(scan, judge("strip-char-scan", PLACE).probability(scan.evidence))
    found = list(zip(hits.item.tolist(), hits.article.tolist(), hits.contexts.tolist(), strict=True))
    counts = hits.counts_elsewhere()
    items, articles = scan.places.item.tolist(), texts.article[scan.places.start].tolist()
    for row, (item, article) in enumerate(zip(items, articles, strict=True)):
        others = [(a, c) for i, a, c in found if i == item and a != article]
        assert counts.found[row] == len(others)
        assert counts.articles[row] == len({a for a, _ in others})
        assert counts.contexts[row] == len({c for _, c in others})


def test_words_are_counted_wherever_they_stand():
    model = shipped_model()
    texts = Texts.of(model, ["工作的范围和工作的时间，工作！", "时间时间"])
    seen = candidates.occurrences(texts)
    for word, times in {"工作": 3, "时间": 3, "范围": 1, "的": 2, "招聘": 0}.items():
        assert seen[model.words.number(word)] == times


def test_all_pairs_are_looked_up_as_each_is():
    model = shipped_model()
    left = np.unique(model.alphabet.encode("的工作范围，时间\n")).astype(np.int64)
    right = np.unique(model.alphabet.encode("时间和空了。㐂")).astype(np.int64)
    whole = np.array([model.bigram_log_probs(int(x), None)[right] for x in left])
    assert np.array_equal(model.log_probs_of_pairs(left, right), whole)
    counted = model.bigrams.has(left[:, None], right)
    assert counted.any() and not counted.all()
    assert np.array_equal(model.log_probs_counted(left, right), np.where(counted, whole, -np.inf))
    assert model.log_probs_counted(left, right[:0]).shape == (len(left), 0)


def test_learned_on_some_articles_and_decoded_on_others(ruleset, channel):
    """The farm's next articles, which were not learned from, are repaired by what was learned."""
    new = articles(20, seed=99)
    bad = damaged(new, strip="范段程施", terms=TERMS, seed=98)
    cleaner = Cleaner(ruleset, channels=[channel])
    outcomes = cleaner.clean_many([Document(str(i), t, "farm") for i, t in enumerate(bad)])
    restored = sum(o.text.count(c) for o in outcomes for c in "范段程施")
    due = sum(t.count(c) for t in new for c in "范段程施")
    assert restored >= 0.4 * due
    wrong = [
        f for o in outcomes for f in o.applied if f.kind == "dropped_char" and f.replacement not in "范段程施"
    ]
    assert not wrong
    left = sum(o.text.count(t) for o in outcomes for t in ("招聘", "多少钱", "官网"))
    were = sum(t.count(x) for t in bad for x in ("招聘", "多少钱", "官网"))
    assert left <= 0.7 * were
