"""Contacts pushed into sentences go with all that belongs to them; honest ones stay."""

import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.detect import contact
from cleanup.detect.closed import closed_spans
from cleanup.detect.contact_words import digits, is_disguised, is_random
from cleanup.detect.reading import Reading
from cleanup.edits import apply
from cleanup.fold import fold
from cleanup.rules.markup import parse_example
from conftest import ROOT

CASES = tomllib.loads((ROOT / "tests" / "cases" / "contacts.toml").read_text("utf-8"))


def found(text):
    view = fold(text)
    return contact.propose(Reading(text, view, view.folded, "", closed_spans(text, markdown=False)))


@pytest.mark.parametrize("tier", ["auto", "suggest"])
def test_fragments_are_cut_exactly(tier):
    wrong = []
    for case in CASES[tier]:
        example = parse_example(case)
        got = tuple((p.start, p.end, p.replacement) for p in found(example.text))
        if got != example.edits or {p.tier for p in found(example.text)} != {tier}:
            wrong.append((case, got))
    assert wrong == []


@pytest.mark.parametrize("text", CASES["quiet"], ids=lambda c: c[:24])
def test_honest_contacts_stay(text):
    assert found(text) == []


def test_there_are_enough_cases():
    assert len(CASES["auto"]) >= 60 and len(CASES["quiet"]) >= 80


def test_what_is_sure_is_deleted_and_the_rest_waits(cleaner):
    out = cleaner.clean(Document("a", "打年糕要趁热，加薇信ng88172x捶到不粘手。他教大家用薇信记账。"))
    assert out.text == "打年糕要趁热，捶到不粘手。他教大家用薇信记账。"
    assert [(f.kind, f.tier, f.replacement) for f in out.findings] == [
        ("contact_insertion", "auto", ""),
        ("evasion", "suggest", "微信"),
    ]


def test_a_clause_of_its_own_goes_with_one_sign(cleaner):
    assert cleaner.clean(Document("a", "抄纸要匀，加薇信cz8817x，晾纸要慢。")).text == "抄纸要匀，晾纸要慢。"
    assert cleaner.clean(Document("a", "抄纸要匀，加薇信cz8817x。晾纸要慢。")).text == "抄纸要匀。晾纸要慢。"
    assert cleaner.clean(Document("a", "抄纸要匀。加薇信cz8817x。晾纸要慢。")).text == "抄纸要匀。晾纸要慢。"


def test_an_address_inside_a_fragment_is_no_obstacle_and_code_is():
    assert [p.tier for p in found("擦窗先扫灰，详情登录http://www.cc77k8.com再用湿布。")] == ["auto"]
    assert found("写成`，加薇信cc88172x再`即可。") == []


def test_a_story_about_such_adverts_keeps_them():
    assert found("骗子在群里发消息，加薇信pz88172x领红包，许多人信了。") == []


def test_texts_on_evasion_keep_its_spellings():
    assert found("有人用谐音写微信，比如薇信和V信，平台很难识别。") == []


def test_digits_are_read_in_every_disguise():
    assert digits("一③捌0〇⁵") == "138005"
    assert is_disguised("①38") and not is_disguised("138")
    assert digits("1️⃣3️⃣") == "13"


@pytest.mark.parametrize("handle,random", [("zk8812x", True), ("wrtpqsdf", True), ("huangtudi", False)])
def test_made_up_handles_are_known(handle, random):
    assert is_random(handle) is random


HEADS = ["养蚕要勤换桑叶，", "这座桥修了三年。", "火候到了就起锅，"]
TAILS = ["别让水汽积在底部。", "来往的船都要鸣笛。", "孩子们围着灶台转。"]
CALLS = ["加薇信", "加V信", "加微信", "添加微信：", "（薇信："]


@given(
    st.sampled_from(HEADS),
    st.sampled_from(CALLS),
    st.from_regex(r"[bcdfghjkmnpqrstvwxz]{2}[0-9]{4}[bcdfghjkmnpqrstvwxz]", fullmatch=True),
    st.sampled_from(TAILS),
)
def test_deleting_gives_the_sentence_back_and_settles(head, call, handle, tail):
    fragment = call + handle + ("）" if call[0] == "（" else "")
    text = head + fragment + tail
    edits = [p.edit for p in found(text)]
    assert apply(text, edits) == head + tail
    assert found(head + tail) == []


@given(st.text(alphabet="加微信薇V电话：1389ab，。（）www.com网更多尽在关注公众号回复 \n", max_size=60))
def test_spans_are_in_order_apart_and_inside(text):
    last = 0
    for p in found(text):
        assert last <= p.start < p.end <= len(text)
        last = p.end


@pytest.mark.parametrize(
    "text",
    [
        "电话13800001111，" * 20_000,
        "13800001111 " * 50_000,
        "微信" + "a" * 500_000,
        "，加微信abc12345" * 20_000,
        "加微信详情咨询" * 50_000,
        "微信1" + "-" * 500_000,
        "一三八" * 100_000,
        "更多" * 200_000 + "网",
        "关注公众号回复" * 50_000,
        "（" * 300_000 + "微信abc12345",
        "w" * 500_000,
    ],
    ids=["calls", "numbers", "handle", "accounts", "words", "dashes", "han", "more", "follow", "open", "www"],
)
def test_a_page_of_contacts_takes_time_in_proportion(text):
    began = time.perf_counter()
    found(text)
    assert time.perf_counter() - began < 15


def test_an_address_ends_where_the_prose_begins():
    text = "打开http://www.example.com再看后面的话。"
    assert [text[a:b] for a, b in closed_spans(text, markdown=False)] == ["http://www.example.com"]


def test_a_contact_that_begins_a_line_takes_its_comma_along(cleaner):
    text = "他们做凳子。\n加薇信：mjx8023，老师傅在村口讨论榫卯的做法。"
    assert cleaner.clean(Document("x", text)).text == "他们做凳子。\n老师傅在村口讨论榫卯的做法。"


def test_a_line_that_is_all_contact_is_not_cut_in_the_middle(cleaner):
    text = "他们做凳子，做了三天。\n加薇信abc12345领取图纸\n"
    assert "图纸\n" not in cleaner.clean(Document("x", text)).text.replace("领取图纸\n", "")
