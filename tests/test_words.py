"""Whole words that a source strips: which they are, where they are missing, and what else may have stood there."""

import numpy as np
import pytest

from cleanup.channel.items import Channel, Item
from cleanup.data import Document
from cleanup.decode.alternatives import SHARE, alternatives
from cleanup.decode.fits import Fits, insertions
from cleanup.decode.places import Places
from cleanup.decode.texts import Texts
from cleanup.decode.words import MOST, in_full, places_of_words
from cleanup.learn.calls import called_for
from cleanup.learn.words import GRAMMAR, Scan, _most_wanted
from cleanup.lm.gains import gains_of_changes
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.report.evidence import sentences
from cleanup.report.words import Words
from cleanup.rules import RuleSet

# Of each the word was taken out: 影响, 服务, 环境.
BROKEN = [
    "干旱对花木的生长有很大的。",
    "花店为街坊提供免费的送货，周末也不休息。",
    "兰花喜欢凉爽湿润的，怕晒。",
    "修剪的早晚会开花的多少。",
    "苗圃的态度好，所以老客户多。",
    "花农们说，这场雨对收成的不大。",
    "温室为花木创造了良好的生长。",
]


@pytest.fixture(scope="module")
def model():
    return shipped_model()


@pytest.fixture(scope="module")
def texts(model):
    return Texts.of(model, BROKEN)


def cleaned(text, *words, apply="suggest"):
    items = tuple(Item("strip", w, status="approved") for w in words)
    cleaner = Cleaner(RuleSet((), "", frozenset()), apply=apply, channels=[Channel("nursery", items)])
    return cleaner.clean(Document("a", text, "nursery"))


# where


def test_every_insertion_of_a_word_that_gains_is_found_where_the_text_is_surprising(model):
    texts = Texts.of(
        model,
        [
            "老花农为花卉事业做出了的贡献，也取得了的成绩。",
            "这里的气候对花卉生长有着的影响，花农们都明白。",
        ],
    )
    words = ("突出", "优异", "重要", "卓越")
    found = in_full(texts, words, 2.0)
    got = set(zip(found.start.tolist(), found.item.tolist(), strict=True))
    at, every = texts.gaps(), set()
    for n, word in enumerate(words):
        symbols = np.tile(texts.model.alphabet.encode(word), (len(at), 1))
        gain = gains_of_changes(texts.model, texts.scored, at, at, symbols)
        every |= {(p, n) for p in at[gain > 3].tolist()}
    assert len(every) > 2
    assert every <= got


def test_what_bigrams_let_through_is_asked_in_full_as_well(texts):
    words = ("影响", "服务", "环境", "工作")
    rough, full = insertions(texts, Fits.of(texts.model, words), 1.0), in_full(texts, words, 1.0)
    gains = {(s, i): g for s, i, g in zip(full.start, full.item, full.gain, strict=True)}
    assert len(rough)
    for s, i, g in zip(rough.start, rough.item, rough.gain, strict=True):
        assert gains[s, i] == pytest.approx(g, abs=1e-3)


def test_a_long_list_costs_no_more_than_bigrams_let_through(texts):
    table = texts.model.words
    words = [w for n in range(4000) if len(w := table.word(n)) == 2 and w.isalpha()][: MOST + 1]
    fits = Fits.of(texts.model, words)
    rough, asked = insertions(texts, fits, 0.0), places_of_words(texts, fits, 0.0)
    assert asked.start.tolist() == rough.start.tolist()
    assert asked.item.tolist() == rough.item.tolist()


def test_an_approved_word_is_put_back_where_the_sentence_wants_it_and_nowhere_else():
    assert cleaned(BROKEN[0], "影响").text == "干旱对花木的生长有很大的影响。"
    whole = "花店旁边是一家面馆，生意都不错。"
    assert cleaned(whole, "影响", "服务", "环境").text == whole


# which


def test_a_word_that_was_taken_out_is_called_for_more_than_words_of_the_topic(model):
    many = Texts.of(model, [s.replace("花", f) for s in BROKEN for f in ("花", "果", "草", "菜")])
    words = ["影响", "肥料", "电影", "花盆"]
    odds, evidence = called_for(many, words, many.gaps())
    assert odds[0] > max(odds[1:]) + 3
    assert evidence.shape == (len(words), 4)
    assert np.isfinite(evidence).all()


def test_a_source_without_gaps_or_words_calls_for_nothing(model):
    one = Texts.of(model, ["abc\n123"])
    odds, evidence = called_for(one, ["影响", "服务"], one.gaps())
    assert odds.tolist() == [0.0, 0.0]
    assert np.isfinite(evidence).all()
    odds, evidence = called_for(one, [], one.gaps())
    assert odds.shape == (0,)
    assert evidence.shape == (0, 4)


def test_words_of_grammar_are_not_thought_to_be_stripped(model):
    lines = [f"第{n}天浇水吧，{s}" for n, s in enumerate(BROKEN * 60)]
    scan = Scan.of(Texts.of(model, lines))
    asked = {scan.candidates.items[i] for i in _most_wanted(scan)}
    assert GRAMMAR & set(scan.candidates.items)
    assert asked
    assert not asked & GRAMMAR


# what else


def hypotheses(*rows):
    """Places of the items a, b, c from rows of (position, item, gain)."""
    start = np.array([r[0] for r in rows], np.int64)
    item = np.array(["abc".index(r[1]) for r in rows], np.int64)
    gain = np.array([r[2] for r in rows], np.float32)
    return Places(("a", "b", "c"), item, start, start, gain, np.zeros(len(rows), np.float32))


def test_shares_follow_what_the_sentence_gains_and_one_item_has_no_alternatives():
    places = hypotheses((7, "a", 3.0), (7, "b", 4.0), (7, "c", 0.5), (9, "a", 5.0))
    found = alternatives([(places, np.array([0.7, 0.9, 0.3, 0.9]))])
    assert list(found) == [7]
    gap = found[7]
    assert [text for text, _ in gap.shares] == ["b", "a"]
    assert gap.shares[0][1] / gap.shares[1][1] == pytest.approx(np.e, rel=0.05)
    assert (gap.p, gap.best, gap.is_open) == (0.9, (0, 1), False)


def test_items_of_two_kinds_are_alternatives_of_each_other():
    found = alternatives(
        [(hypotheses((7, "a", 3.0)), np.array([0.6])), (hypotheses((7, "b", 3.1)), np.array([0.8]))]
    )
    assert [text for text, _ in found[7].shares] == ["b", "a"]
    assert found[7].best == (1, 0)
    assert found[7].is_open


def test_an_open_word_is_flagged_with_its_alternatives_and_the_text_stays():
    text = "这里的气候对花卉生长有着的影响，花农们都明白。"
    outcome = cleaned(text, "重要", "深远", "积极")
    assert outcome.text == text
    assert not outcome.notes
    (f,) = outcome.findings
    assert (f.tier, f.replacement, f.start, f.kind) == ("flag", None, 12, "dropped_word")
    assert {w for w, _ in f.evidence["alternatives"]} == {"重要", "深远"}
    assert f.evidence["alternatives"][0][1] < SHARE


def test_the_likeliest_alternative_is_the_repair_where_its_share_is_high():
    outcome = cleaned("园艺师在花卉展上取得了的成绩，大家都为他高兴。", "优异", "显著", "可喜")
    assert outcome.text == "园艺师在花卉展上取得了优异的成绩，大家都为他高兴。"
    (f,) = outcome.findings
    (best, share), *others = f.evidence["alternatives"]
    assert best == "优异"
    assert share >= SHARE
    assert others
    assert f.confidence <= share


def test_alternatives_are_told_with_their_shares():
    e = {"alternatives": [["尤为", 0.5], ["较为", 0.3]]}
    assert sentences(e, Words("zh")) == ["这里可能是“尤为”（50%）、“较为”（30%）"]
    assert sentences(e, Words("en")) == ["what stood here may be “尤为” (50%), “较为” (30%)"]
    assert sentences({"alternatives": "尤为"}, Words("en")) == ["alternatives: 尤为"]
