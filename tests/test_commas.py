"""Commas that a source lost are put back where its own articles have one, and nowhere else."""

import random
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farm_sentences
import small_farm
from cleanup.channel.items import Channel, Item
from cleanup.data import Document
from cleanup.decode.commas import EVIDENCE, NEAR, Gaps, evidence, gaps, lost_commas
from cleanup.decode.decoder import Decoder
from cleanup.decode.habits import CONTEXTS, Habits
from cleanup.decode.judge import judge
from cleanup.decode.phrases import Phrases
from cleanup.decode.repair import COMMA_APPROVED, tier_of
from cleanup.decode.texts import Texts
from cleanup.learn.source import learn_channel
from cleanup.lexicon import shared
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.report.evidence import sentences
from cleanup.report.words import Words
from test_learn_swaps import LONGER, articles

SOURCE = "www.harbour.example"
ITEM = Item("commas", "，", rate=0.2, found=100, surviving=400, articles=70, contexts=90, sure=0.99)
SENTENCES = [*farm_sentences.SENTENCES, *small_farm.SENTENCES, *small_farm.MORE]
# Both clauses stand in many of the articles below, with a comma between them.
LOST = "价格不高质量也好，所以生意一直不错。"
WHOLE = "价格不高，质量也好，所以生意一直不错。"


def written(n=80, seed=3):
    """n undamaged articles of two lines, five sentences each."""
    rng = random.Random(seed)
    return ["\n".join("".join(rng.sample(SENTENCES, 5)) for _ in range(2)) for _ in range(n)]


def without(text, share, seed=5):
    """The text with that share of its commas taken out, and the offsets where they stood."""
    rng, out, lost = random.Random(f"{seed}{text}"), [], []
    for c in text:
        if c == "，" and rng.random() < share:
            lost.append(len(out))
        else:
            out.append(c)
    return "".join(out), lost


@pytest.fixture(scope="module")
def model():
    return shipped_model()


@pytest.fixture(scope="module")
def farm():
    """Articles as the source has them, and where each lost its commas."""
    return [without(text, 0.2) for text in written()]


@pytest.fixture(scope="module")
def habits(model, farm):
    return Habits.of(Texts.of(model, [text for text, _ in farm]))


@pytest.fixture(scope="module")
def channel(habits):
    return Channel(SOURCE, (ITEM,), phrases=Phrases(habits.hashes).packed())


@pytest.fixture(scope="module")
def decoder(model, channel):
    return Decoder(model, channel, shared)


def decoded(decoder, *texts):
    return [d.repairs for d in decoder.decode(texts, [()] * len(texts))]


# what is put back


def test_most_commas_of_a_source_that_repeats_itself_are_found_and_few_others(decoder, farm):
    found = decoded(decoder, *(text for text, _ in farm))
    right = sum(r.start in lost for repairs, (_, lost) in zip(found, farm, strict=True) for r in repairs)
    assert right >= 0.6 * sum(len(lost) for _, lost in farm)
    assert right >= 0.97 * sum(map(len, found))


def test_an_undamaged_article_of_such_a_source_stays(decoder):
    assert sum(map(len, decoded(decoder, *written(40, seed=9)))) == 0


def test_without_an_item_nothing_is_asked(model, habits):
    for items in ((), (Item("commas", "，", status="rejected", rate=0.3),)):
        idle = Decoder(model, Channel(SOURCE, items, phrases=Phrases(habits.hashes).packed()), shared)
        assert idle.idle and decoded(idle, LOST) == [()]


def test_the_sign_is_the_one_that_the_source_writes(model, habits):
    half = Channel(SOURCE, (Item("commas", ",", rate=0.2),), phrases=Phrases(habits.hashes).packed())
    [[repair]] = decoded(Decoder(model, half, shared), LOST)
    assert (repair.start, repair.end, repair.replacement) == (4, 4, ",")


def test_a_comma_beside_another_repair_waits_for_it(ruleset, model, channel):
    # 格 is stripped, and the comma stands right behind the gap that it left
    text = "这家店不讲价质量也好，所以生意一直不错。镇上的人说价不高质量也好，东西耐用。"
    strips = Item("strip", "格", rate=1.0, found=60, articles=40, contexts=40, expected=60.0, sure=0.999)
    both = Channel(SOURCE, (ITEM, strips), phrases=channel.phrases)
    repairs = decoded(Decoder(model, both, shared), text)[0]
    restored = [r.start for r in repairs if r.replacement == "格"]
    assert restored == [text.index("价不高") + 1]
    assert not [r for r in repairs if r.replacement == "，" and abs(r.start - restored[0]) <= NEAR]
    cleaned = Cleaner(ruleset, apply="suggest", channels=[both]).clean(Document("a", text, SOURCE)).text
    assert "价格不高，质量也好" in cleaned


def test_nothing_is_put_in_where_it_is_closed(decoder):
    [inside] = decoder.decode([LOST], [[(2, 8)]])
    [outside] = decoder.decode([LOST], [[(9, 12)]])
    assert inside.repairs == () and len(outside.repairs) == 1


# tiers


def test_what_is_learned_is_only_suggested_and_an_editor_may_ask_for_more(decoder):
    [[repair]] = decoded(decoder, LOST)
    assert repair.rule == "channel-comma" and repair.tier == "suggest" and repair.confidence > 0.7
    approved = Item("commas", "，", status="approved")
    assert tier_of(ITEM, 0.92, 9.0) == "suggest"
    assert tier_of(approved, COMMA_APPROVED, 1.0) == "auto"
    assert tier_of(approved, COMMA_APPROVED - 0.01, 9.0) == "suggest"
    assert tier_of(approved, 0.4, 9.0) is None


def test_no_confidence_is_higher_than_authors_leave_commas_out(decoder, farm):
    found = decoded(decoder, *(text for text, _ in farm))
    assert max(r.confidence for repairs in found for r in repairs) <= 0.92


def test_a_source_that_lost_many_is_believed_to_have_lost_more(model, farm, habits):
    texts = Texts.of(model, [text for text, _ in farm])
    few, many = (
        {(c.text, c.start): c.confidence for c in lost_commas(texts, Item("commas", "，", rate=r), habits)}
        for r in (0.1, 0.3)
    )
    assert len(few) < len(many)
    assert all(p < many.get(place, 0) for place, p in few.items())


def test_an_editor_is_told_how_long_the_clause_is(decoder):
    [[repair]] = decoded(decoder, LOST)
    assert repair.evidence["clause"] == [4, 4]
    zh, en = (" ".join(sentences(repair.evidence, Words(lang))) for lang in ("zh", "en"))
    assert "8 个字连成一句，前 4 后 4" in zh
    assert "8 characters run on in one clause, 4 before it and 4 behind" in en


# habits


def test_what_stands_with_a_comma_elsewhere_speaks_for_one_and_what_stands_without_against(model):
    lines = ["掌柜说，今天不开门。", "掌柜说，明天再来吧。", "今年春天雨水很多。"] * 2
    texts = Texts.of(model, [line * (n + 1) for n, line in enumerate(lines)])
    asked = Texts.of(model, ["掌柜说后天才有货。", "今年春天没有货。"])
    at = asked.scored.starts[:2] + np.array([3, 2])
    levels = Habits.of(texts).levels(asked, at, at)
    said, spring = (dict(zip(CONTEXTS, row.tolist(), strict=True)) for row in levels)
    assert said["before_2"] > 0 and said["before_3"] > 0
    assert spring["both_1"] < 0 and spring["behind_3"] == 0


def test_habits_do_not_depend_on_the_order_of_articles_and_say_nothing_where_there_are_none(model, farm):
    texts = [text for text, _ in farm[:12]]
    forward, backward = (Habits.of(Texts.of(model, t)) for t in (texts, texts[::-1]))
    assert np.array_equal(forward.hashes, backward.hashes)
    scored = Texts.of(model, texts)
    at = gaps(scored).at
    assert not Habits(np.zeros(0, np.uint32)).levels(scored, at, at).any()


def test_the_weights_that_ship_are_for_the_evidence_that_is_gathered(model, farm, habits):
    texts = Texts.of(model, [text for text, _ in farm[:5]])
    found = gaps(texts)
    assert evidence(texts, found, habits, 0.2).shape == (len(found), len(EVIDENCE))
    assert judge("comma", EVIDENCE).names == EVIDENCE
    nothing = Gaps(found.at[:0], found.here[:0], found.behind[:0])
    assert evidence(texts, nothing, habits, 0.2).shape == (0, len(EVIDENCE))


@pytest.mark.parametrize("sign", ["，", ","])
def test_a_channel_is_learned_with_the_habits_and_the_sign_that_its_commas_need(model, sign):
    lines = [s.replace("，", "" if n % 3 == 0 else sign) for n, s in enumerate(LONGER)]
    texts = articles(lines, 6)
    channel = learn_channel(SOURCE, texts, model, shared)
    [item] = channel.of("commas")
    assert item.text == sign and 0.2 < item.rate < 0.5
    own = Habits.of(Texts.of(model, sorted(set(texts)))).hashes
    assert np.isin(own, Phrases.unpacked(channel.phrases).hashes).all()


# texts that are no sentences


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "，",
        "，，，，。。。\n\n，",
        "The harbour 价格不高质量也好 closed at noon, and the 渔船 stayed out.",
        "HTTP 404 not found 的 and a 了 here, nothing else to say about 2024",
        "村裏的老師傅說價格不高質量也好所以生意一直不錯孩子們放學以後喜歡到院子裏看師傅幹活",
        "围阶课措***●●●招聘的招聘围手。的的的的招聘招聘阶阶，，***围" * 20,
        "\x00\ud800\ufffe" * 10,
        "昔者圣人之作易也幽赞于神明而生蓍参天两地而倚数观变于阴阳而立卦发挥于刚柔而生爻" * 4,
    ],
)
def test_odd_texts_are_left_alone_or_mended_a_little(decoder, text):
    [repairs] = decoded(decoder, text)
    assert len(repairs) <= 1 + len(text) // 40


def test_a_text_without_punctuation_is_not_peppered_and_takes_no_longer_than_its_length(decoder):
    bare = "".join(c for text in written(40) for c in text if c not in "，。\n")
    assert len(bare) > 5000
    seconds = []
    for times in (1, 4):
        text = bare * (2 * times)
        begin = time.perf_counter()
        assert decoded(decoder, text) == [()]
        seconds.append(time.perf_counter() - begin)
    assert seconds[1] < 12 * seconds[0] + 0.2


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
# a line said twice is damage of another kind, and goes
@given(
    st.lists(st.sampled_from([*SENTENCES, LOST, "\n"]), min_size=1, max_size=6, unique=True),
    st.integers(0, 9),
)
def test_what_was_cleaned_is_clean_and_every_comma_is_in_a_clause_of_its_own(ruleset, channel, picked, seed):
    text, _ = without("".join(picked), 0.4, seed)
    cleaner = Cleaner(ruleset, apply="suggest", channels=[channel])
    once = cleaner.clean(Document("a", text, SOURCE))
    commas = [f for f in once.applied if f.rule == "channel-comma"]
    assert once.text.replace("，", "") == text.replace("，", "")
    assert once.text.count("，") == text.count("，") + len(commas)
    assert not [n for n in once.notes if "no fixed point" in n]
    assert cleaner.clean(Document("a", once.text, SOURCE)).text == once.text
