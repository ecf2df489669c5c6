"""Laws of cleaning with a channel, on texts in which what it strips is missing and what it pushes in stands."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanup import edits as ed
from cleanup.builtin import BUILT_IN
from cleanup.channel.items import Channel, Item
from cleanup.data import Document, Edit
from cleanup.decode.emptied import asked_once, emptied
from cleanup.decode.repair import Repair
from cleanup.pipeline import Cleaner
from damaged_pieces import DAMAGE, HONEST, PAGE, struck

SOURCE = "www.woodwork.example"


def learned(kind, text, becomes="", slot=""):
    return Item(
        kind,
        text,
        becomes,
        slot,
        rate=0.9,
        found=200,
        surviving=1,
        articles=150,
        contexts=120,
        expected=202.0,
        sure=0.998,
    )


CHANNEL = Channel(
    SOURCE,
    (
        learned("strip", "段"),
        learned("strip", "架"),
        learned("strip", "保证金"),
        learned("strip", "公司"),
        learned("strip", "医院"),
        Item("strip", "范", status="approved"),
        learned("insert", "招聘", slot="after-de"),
        learned("insert", "平台", slot="anywhere"),
        Item("insert", "服务", slot="anywhere", status="approved"),
        learned("mask", "办法", "***"),
        learned("mask", "图纸", "***"),
        learned("swap", "最", "更"),
        learned("spin", "工具", "东西"),
        Item("commas", "，", rate=0.5, found=160, surviving=160, articles=90, contexts=120, sure=0.998),
        learned("spin", "方法", "办法"),
        Item("strip", "木", status="rejected"),
    ),
    articles=400,
    characters=400_000,
)
# Sentences as the machine of this source leaves them, and how they were.
BROKEN = {
    "现阶的工作分成两个阶，第一阶先把木料晾干，等天气转凉再开始刨平。": "现阶段的工作分成两个阶段，第一阶段先把木料晾干，等天气转凉再开始刨平。",
    "这家木工房的经营围很广，师傅们按规操作。": "这家木工房的经营范围很广，师傅们按规操作。",
    "他在一家木器有限当学徒，每天坐车去上班。": "他在一家木器有限公司当学徒，每天坐车去上班。",
    "师傅伤了手，到第一人民去看病，住了三天。": "师傅伤了手，到第一人民医院去看病，住了三天。",
    "租客退房的时候，房东应当把退还给他，不得无故扣留。": "租客退房的时候，房东应当把退还给他，不得无故扣留。",
    "村里的招聘孩子们都喜欢到他的招聘院子里玩，听他讲过去的招聘故事。": "村里的孩子们都喜欢到他的院子里玩，听他讲过去的故事。",
    "他们把平台桌子搬到院子里，准备给平台孩子们上课。": "他们把平台桌子搬到院子里，准备给孩子们上课。",
    "师傅想了很多***，终于把这件事办成了，大家都很高兴。": "师傅想了很多办法，终于把这件事办成了，大家都很高兴。",
    "他是班里更高的一个，也是年级里更小的一个。": "他是班里最高的一个，也是年级里最小的一个。",
    "师傅想了很多次最后还是决定把这件事告诉他，大家都很高兴。": "师傅想了很多次，最后还是决定把这件事告诉他，大家都很高兴。",
    "学徒请教办法论，师傅把东西箱打开给他看。": "学徒请教方法论，师傅把工具箱打开给他看。",
}
PIECES = [
    *BROKEN,
    *BROKEN.values(),
    *HONEST,
    "阶",
    "围",
    "的招聘",
    "平台",
    "***",
    "更大的",
    "第一阶",
    "\n",
    "，",
    "。",
]
SENTENCE = st.tuples(
    st.sampled_from([*BROKEN, *HONEST]),
    st.lists(
        st.tuples(st.sampled_from(["招聘", "平台", "服务", "***", "的", "更", *DAMAGE]), st.integers(0, 60)),
        max_size=2,
    ),
).map(lambda x: struck(*x))
TEXT = st.lists(st.one_of(SENTENCE, st.sampled_from([*PIECES, *PAGE])), min_size=1, max_size=8).map("".join)
LAWS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def plain(ruleset):
    return Cleaner(ruleset, channels=[CHANNEL])


@pytest.fixture(scope="module")
def eager(ruleset):
    return Cleaner(ruleset, apply="suggest", channels=[CHANNEL])


@pytest.mark.parametrize("tiers", ["auto", "suggest"])
@LAWS
@given(text=TEXT)
def test_the_log_replays_and_reverses(plain, eager, tiers, text):
    outcome = (plain if tiers == "auto" else eager).clean(Document("a", text, SOURCE))
    edits = [f.edit for f in outcome.applied]
    assert edits == sorted(edits, key=ed.by_place)
    assert ed.apply(text, edits) == outcome.text
    assert ed.apply(outcome.text, ed.reverse(text, edits)) == text


@pytest.mark.parametrize("tiers", ["auto", "suggest"])
@LAWS
@given(text=TEXT)
def test_what_was_cleaned_is_clean(plain, eager, tiers, text):
    cleaner = plain if tiers == "auto" else eager
    once = cleaner.clean(Document("a", text, SOURCE))
    assert not [n for n in once.notes if "no fixed point" in n]
    twice = cleaner.clean(Document("a", once.text, SOURCE))
    if twice.text != once.text:
        # nothing tells the second time that a slot has given up a term, and what follows is suggested anew
        assert tiers == "suggest"
        slots = emptied((f.edit, f.kind == "spam_insertion") for f in once.applied)
        assert any(f.rule == "channel-insertion" and f.start in slots for f in twice.applied)


@LAWS
@given(text=TEXT)
def test_findings_are_in_order_and_say_what_they_saw(eager, text):
    outcome = eager.clean(Document("a", text, SOURCE))
    places = [(f.start, f.end) for f in outcome.findings]
    assert places == sorted(places)
    for f in outcome.findings:
        assert f.observed == text[f.start : f.end]
        assert f.replacement != f.observed
        if f.rule.startswith("channel-"):
            assert f.kind == BUILT_IN[f.rule].kind and 0 < f.confidence <= 1
            assert f.evidence["item"] in {i.name for i in CHANNEL.items if i.status != "rejected"}
    assert len({f.id for f in outcome.findings}) == len(outcome.findings)


@LAWS
@given(texts=st.lists(st.tuples(TEXT, st.sampled_from([SOURCE, SOURCE, "another"])), min_size=1, max_size=5))
def test_many_together_are_cleaned_as_each_alone(plain, texts):
    documents = [Document(f"a{n}", text, source) for n, (text, source) in enumerate(texts)]
    assert plain.clean_many(documents) == [plain.clean(d) for d in documents]


@LAWS
@given(text=TEXT)
def test_the_channel_of_a_source_is_nothing_to_another(plain, cleaner, text):
    document = Document("a", text, "another")
    assert plain.clean(document) == cleaner.clean(document)


def test_the_broken_sentences_reach_the_built_ins_of_a_channel(eager):
    found = {}
    for text in BROKEN:
        for f in eager.clean(Document("a", text, SOURCE)).findings:
            found.setdefault(f.rule, []).append(text)
    assert {b for b in BUILT_IN if b.startswith("channel-")} <= set(found)


def test_what_an_editor_rejected_repairs_nothing(ruleset):
    text = next(iter(BROKEN))
    rejected = Channel(SOURCE, (Item("strip", "段", status="rejected", found=40, articles=25, sure=0.998),))
    outcome = Cleaner(ruleset, channels=[rejected]).clean(Document("a", text, SOURCE))
    assert not [f for f in outcome.findings if f.rule.startswith("channel-")]


def test_an_approved_item_without_a_sample_repairs(ruleset):
    text = "把木料堆在院子里是第一个阶，刨平是第二个阶。"
    approved = Channel(SOURCE, (Item("strip", "段", status="approved"),))
    outcome = Cleaner(ruleset, channels=[approved]).clean(Document("a", text, SOURCE))
    assert outcome.text == text.replace("阶", "阶段")
    assert {(f.rule, f.tier) for f in outcome.findings} == {("channel-dropped-character", "auto")}


def test_a_slot_that_gave_up_a_term_is_not_asked_for_another():
    text = "村里的招聘孩子们喜欢新院子。"
    taken = [(Edit(3, 5, ""), True), (Edit(10, 10, "的"), False)]
    slots = emptied(taken)
    left = ed.apply(text, [e for e, _ in taken])
    assert slots == {3} and left[:3] == "村里的"

    def term(start, end, tier, rule="channel-insertion"):
        return Repair(0, start, end, "", rule, tier, 0.96, {})

    there, sure, elsewhere = term(3, 6, "suggest"), term(3, 6, "auto"), term(8, 9, "suggest")
    other = term(3, 6, "suggest", "channel-swap")
    assert asked_once([there, sure, elsewhere, other], slots) == [sure, elsewhere, other]
    assert asked_once([there], ()) == [there]


def test_a_slot_that_something_else_was_written_in_may_be_asked():
    assert emptied([(Edit(3, 5, "新"), True), (Edit(7, 9, ""), False)]) == set()
    assert emptied([(Edit(0, 2, "新的院子"), False), (Edit(5, 7, ""), True)]) == {7}
