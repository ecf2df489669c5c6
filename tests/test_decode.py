"""Decoding with a channel: hypotheses, what they are worth, tiers, and what is left alone."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.channel.decisions import consistent
from cleanup.channel.items import Channel, Item
from cleanup.data import Document, Silence
from cleanup.decode import inserts, strips
from cleanup.decode.decoder import Decoder
from cleanup.decode.fits import Fits, insertions
from cleanup.decode.judge import WEIGHTS, fit, judge
from cleanup.decode.phrases import Phrases
from cleanup.decode.places import Places, best_apart, margins
from cleanup.decode.repair import AUTO, tier_of
from cleanup.decode.texts import Texts
from cleanup.learn.calls import EVIDENCE as CALLED_FOR
from cleanup.learn.strips import OF_ITEM as OF_STRIP
from cleanup.learn.words import OF_ITEM as OF_WORD
from cleanup.lexicon import shared
from cleanup.lm.gains import gains_of_changes
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.rules import RuleSet
from farm_sentences import SENTENCES


@pytest.fixture(scope="module")
def model():
    return shipped_model()


def approved(*items):
    return Channel("farm", tuple(items))


FAN = Item("strip", "范", status="approved")


@pytest.fixture(scope="module")
def farm_cleaner():
    """A cleaner with a channel and no rules."""

    def make(*items, apply="auto"):
        return Cleaner(RuleSet((), "", frozenset()), apply=apply, channels=[approved(*items)])

    return make


# hypotheses


def some_places(spans):
    n = len(spans)
    start, end = (np.array([s[i] for s in spans], np.int64).reshape(n) for i in (0, 1))
    zero = np.zeros(n, np.float32)
    return Places(("x",), np.zeros(n, np.int64), start, end, zero, zero)


@given(st.lists(st.tuples(st.integers(4, 40), st.integers(0, 4), st.floats(0, 1)), max_size=20))
def test_the_best_hypotheses_keep_clear_of_each_other_and_no_better_one_is_left_out(rows):
    places = some_places([(a, a + k) for a, k, _ in rows])
    score = np.array([s for _, _, s in rows], float)
    kept = best_apart(places, score).tolist()

    def touch(i, j):
        return places.start[i] <= places.end[j] and places.start[j] <= places.end[i]

    assert not any(touch(i, j) for i in kept for j in kept if i < j)
    for i in range(len(rows)):
        if i not in kept:
            assert any(
                score[j] >= score[i]
                and (
                    touch(i, j)
                    or abs(places.start[i] - places.end[j]) <= 1
                    or abs(places.end[i] - places.start[j]) <= 1
                )
                for j in kept
            )


def test_a_rival_is_another_item_at_the_place_or_beside_it(model):
    places = Places(
        ("范", "段"),
        np.array([0, 1, 0]),
        np.array([10, 11, 30]),
        np.array([10, 11, 30]),
        np.zeros(3, np.float32),
        np.array([6.0, 4.0, 5.0], np.float32),
    )
    assert margins(places).tolist() == [2.0, -2.0, 5.0]


def test_every_insertion_that_the_model_likes_is_found(model):
    """The bigrams are asked first; what they let through must hold all that gains much."""
    texts = Texts.of(model, ["他们的工作围很广，施过中没有出事。", "这一阶的任务是把木料阴干。"])
    items = ["范", "段", "程", "工", "方"]
    found = insertions(texts, Fits.of(model, items), 1.0)
    got = {
        (texts.marked(int(s), int(s), ""), found.items[int(i)])
        for s, i in zip(found.start, found.item, strict=True)
    }
    every = set()
    for item in items:
        at = texts.gaps()
        symbols = np.tile(model.alphabet.encode(item), (len(at), 1))
        gain = gains_of_changes(model, texts.scored, at, at, symbols)
        every |= {(texts.marked(int(p), int(p), ""), item) for p in at[gain > 3.0]}
    assert every and every <= got
    assert ("他们的工作[→]围很广，施过中没", "范") in got


def test_phrases_are_what_several_articles_say_in_any_order_of_them(model):
    texts = ["修理的范围写在合同里。", "超出修理的范围另外收费。", "院子的角落里堆着木料。"]
    phrases = Phrases.of(Texts.of(model, texts))
    assert phrases.packed() == Phrases.of(Texts.of(model, texts[::-1])).packed()
    assert phrases.hashes.tolist() == Phrases.unpacked(phrases.packed()).hashes.tolist()
    ids = model.alphabet.encode
    assert phrases.have(*[ids(c) for c in "理的范"]).all()
    assert not phrases.have(*[ids(c) for c in "角落里"]).any()


def test_an_inserted_term_gains_behind_it_and_an_honest_one_does_not(model):
    texts = Texts.of(model, ["他们的招聘产品主要卖给餐馆。", "镇上的木工坊很有名。"])
    found, times = inserts.places(texts, ["招聘"])
    rows = {found.items[int(i)]: float(b) for i, b in zip(found.item, found.behind, strict=True)}
    assert rows["招聘"] > 2 > rows["木工"]
    assert times.tolist() == [1] * len(times)


# judges


def test_a_judge_finds_the_weights_that_made_its_labels():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(6000, 3)) * [1, 5, 0.2] + [0, 10, 0]
    odds = 1.5 * x[:, 0] - 0.4 * (x[:, 1] - 10) + 0.5
    y = (rng.random(6000) < 1 / (1 + np.exp(-odds))).astype(float)
    fitted = fit(("a", "b", "c"), x, y)
    assert fitted.weights[:2] == pytest.approx([1.5, -0.4], abs=0.15)
    p = fitted.probability(x)
    assert y[(p > 0.7) & (p < 0.9)].mean() == pytest.approx(p[(p > 0.7) & (p < 0.9)].mean(), abs=0.04)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("strip-char-scan", strips.PLACE),
        ("strip-char", (*strips.PLACE, *strips.ITEM)),
        ("strip-char-item", OF_STRIP),
        ("strip-char-item-no-surnames", OF_STRIP),
        ("strip-word", strips.PLACE),
        ("word-called-for", CALLED_FOR),
        ("word-item", OF_WORD),
        ("insert-scan", inserts.PLACE),
        ("insert", (*inserts.PLACE, *inserts.ITEM)),
    ],
)
def test_the_weights_that_ship_are_for_the_evidence_that_is_gathered(question, names):
    assert judge(question, names).names == names


def test_no_weights_ship_that_nobody_asks():
    asked = {"comma", "insert", "insert-scan", "word-item", "word-called-for"} | {
        f"strip-{k}"
        for k in ("char", "char-scan", "char-round", "char-item", "char-item-no-surnames", "word")
    }
    asked |= {f"single-{k}" for k in ("char", "char-scan", "term", "term-scan", "swap", "mask")}
    assert set(json.loads(WEIGHTS.read_text("utf-8"))) == asked


def test_weights_for_other_evidence_are_refused():
    with pytest.raises(ValueError, match="weights of insert are for"):
        judge("insert", ("gain",))


# tiers


@pytest.mark.parametrize(
    ("item", "confidence", "margin", "tier"),
    [
        (Item("strip", "范", found=30, articles=20, contexts=9, sure=0.99), 0.99, 5.0, "auto"),
        (Item("strip", "范", found=30, articles=20, contexts=9, sure=0.99), 0.99, 1.0, "suggest"),
        (Item("strip", "范", found=30, articles=20, contexts=9, sure=0.99), 0.9, 5.0, "suggest"),
        (Item("strip", "范", found=30, articles=20, contexts=9, sure=0.99), 0.4, 5.0, None),
        (Item("strip", "范", found=3, articles=2, contexts=2, sure=0.99), 0.99, 5.0, "suggest"),
        (Item("strip", "范", found=9, surviving=9, articles=8, contexts=5, sure=0.99), 0.99, 5.0, "suggest"),
        (Item("strip", "范", found=30, articles=20, contexts=9, sure=0.6), 0.99, 5.0, "suggest"),
        (Item("strip", "范", found=3, articles=2, status="approved"), 0.99, 5.0, "auto"),
        (Item("strip", "范", found=3, articles=2, status="approved"), 0.92, 2.0, "auto"),
        (Item("strip", "范", found=3, articles=2, status="approved"), 0.8, 5.0, "suggest"),
        (Item("insert", "*", slot="after-de", found=90, articles=30, sure=0.99), 0.999, 5.0, "suggest"),
        (Item("mask", "方法", "***", found=30, articles=20, sure=0.99), 0.999, 9.0, "suggest"),
        (Item("mask", "方法", "***", status="approved"), 0.999, 9.0, "auto"),
    ],
)
def test_a_repair_is_auto_where_place_and_item_are_sure(item, confidence, margin, tier):
    assert tier_of(item, confidence, margin) == tier


def test_every_kind_that_is_decoded_has_a_bar():
    assert set(AUTO) == {"strip", "insert", "mask", "swap", "spin"}


# a channel at work


def test_an_approved_item_repairs_its_places_and_leaves_the_others(farm_cleaner):
    text = "镇上的木工坊把服务围扩大到了邻近的三个村子，围墙也要修。"
    outcome = farm_cleaner(FAN).clean(Document("a", text, "farm"))
    assert outcome.text == text.replace("服务围", "服务范围")
    [finding] = [f for f in outcome.findings if f.rule == "channel-dropped-character"]
    assert (finding.tier, finding.applied, finding.observed, finding.replacement) == ("auto", True, "", "范")
    assert finding.evidence["item"] == "strip:范"
    assert finding.confidence >= AUTO["strip"]


def test_a_rejected_item_is_silent_and_so_is_another_source(farm_cleaner):
    text = "镇上的木工坊把服务围扩大到了邻近的三个村子。"
    silent = farm_cleaner(Item("strip", "范", status="rejected")).clean(Document("a", text, "farm"))
    other = farm_cleaner(FAN).clean(Document("a", text, "elsewhere"))
    for outcome in (silent, other):
        assert not [f for f in outcome.findings if f.rule.startswith("channel-")]


def test_an_approved_term_is_taken_out_where_it_was_pushed_in(farm_cleaner):
    term = Item("insert", "招聘", slot="after-de", status="approved")
    text = "他们的招聘产品主要卖给城里的餐馆和茶馆。今天的招聘会很热闹。"
    assert farm_cleaner(term).clean(Document("a", text, "farm")).text == text.replace("招聘产品", "产品")


@pytest.mark.parametrize("term", ["加QQ群领取资料", "QQ群", "就业前景怎么样啊"])
def test_terms_that_an_editor_wrote_may_be_long_and_hold_letters(model, term):
    text = f"他们的{term}产品主要卖给城里的餐馆，AB群不是它。"
    texts = Texts.of(model, [text])
    found, _ = inserts.places(texts, [term], after_de=False, anywhere=False)
    assert [
        (found.items[int(i)], int(e - s)) for i, s, e in zip(found.item, found.start, found.end, strict=True)
    ] == [(term, len(term))]
    item = Item("insert", term, slot="after-de", status="approved")
    [decoded] = Decoder(model, approved(item), shared).decode([text], [()])
    assert [text[r.start : r.end] for r in decoded.repairs] == [term]


@pytest.mark.parametrize("text", ["Q", "8", "，QQ", "\U0001f600"])
def test_what_the_model_has_no_symbol_for_is_not_restored(model, text):
    decoder = Decoder(model, approved(Item("strip", text, status="approved")), shared)
    assert decoder.idle
    assert decoder.decode(["他的号是12345，请加AB群。"], [()])[0].repairs == ()


def test_a_rejected_term_is_not_suggested_as_a_word_of_the_slot(model):
    slot = Item("insert", "*", slot="after-de", found=300, surviving=500, articles=40, sure=0.99)
    text = "他们的招聘产品主要卖给城里的餐馆和茶馆。"
    found = {}
    for status in ("learned", "rejected"):
        term = Item("insert", "招聘", slot="after-de", found=9, articles=8, sure=0.99, status=status)
        [decoded] = Decoder(model, approved(slot, term), shared).decode([text], [()])
        found[status] = [text[r.start : r.end] for r in decoded.repairs]
    assert "招聘" in found["learned"] and "招聘" not in found["rejected"]


def test_closed_spans_are_not_touched(model):
    decoder = Decoder(model, approved(FAN), shared)
    text = "超出围的部分另外收费。"
    [open_] = decoder.decode([text], [()])
    [closed] = decoder.decode([text], [((0, len(text)),)])
    assert [(r.start, r.replacement) for r in open_.repairs] == [(2, "范")]
    assert not closed.repairs


def test_texts_of_a_kind_that_the_model_does_not_know_are_left_alone(farm_cleaner):
    cleaner = farm_cleaner(FAN, Item("strip", "之", status="approved"), apply="suggest")
    code = "".join(f"x{n} = sum(range({n}))\n" for n in range(40)) + "超出围的部分另外收费。"
    outcome = cleaner.clean(Document("a", code, "farm"))
    assert outcome.text == code
    assert outcome.silences == (Silence(0, len(code), "code"),)


def test_many_documents_at_once_are_cleaned_as_one_at_a_time(farm_cleaner):
    cleaner = farm_cleaner(FAN, Item("insert", "招聘", slot="after-de", status="approved"), apply="suggest")
    documents = [
        Document(str(i), s.replace("范", "").replace("的", "的招聘", 1), "farm" if i % 3 else "elsewhere")
        for i, s in enumerate(SENTENCES)
    ]
    assert cleaner.clean_many(documents) == [cleaner.clean(d) for d in documents]
    assert any(o.changed for o in cleaner.clean_many(documents))
    assert cleaner.clean_many([]) == []


def test_of_items_that_undo_each_other_none_repairs_unless_one_is_approved(model):
    strip, insert = Item("strip", "时间"), Item("insert", "时间", slot="after-de")
    there, back = Item("swap", "最", becomes="更"), Item("swap", "更", becomes="最")
    kept = Item("strip", "间")
    assert consistent(Channel("s", (strip, insert, there, back, kept))).items == (kept,)
    sure = replace(strip, status="approved")
    assert consistent(Channel("s", (sure, insert, kept))).items == (sure, kept)
    both = (sure, replace(insert, status="approved"))
    assert consistent(Channel("s", both)).items == ()
    rejected = replace(insert, status="rejected")
    assert consistent(Channel("s", (strip, rejected))).items == (strip, rejected)


@pytest.mark.parametrize("apply", ["auto", "suggest"])
def test_a_channel_that_strips_what_it_pushes_in_settles(apply):
    items = [Item("strip", "间"), Item("insert", "间", slot="after-de"), Item("insert", "*", slot="after-de")]
    channel = Channel("s", tuple(replace(i, status="approved") for i in items))
    text = "守塔人把时记在一块木板上的招聘谁也看不懂，院子中种了一棵石榴的" * 300
    outcome = Cleaner(RuleSet((), "", frozenset()), apply=apply, channels=[channel]).clean(
        Document("a", text, "s")
    )
    assert not any("fixed point" in note for note in outcome.notes)
