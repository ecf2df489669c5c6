"""Masks are found in every costume, and told apart from what looks like them."""

import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.detect import masks
from cleanup.detect.closed import closed_spans
from cleanup.detect.reading import Reading
from cleanup.fold import fold
from cleanup.rules.markup import parse_example
from conftest import ROOT

CASES = tomllib.loads((ROOT / "tests" / "cases" / "masks.toml").read_text("utf-8"))


def found(text):
    view = fold(text)
    return masks.propose(Reading(text, view, view.folded, "", closed_spans(text, markdown=False)))


def spans(text):
    return tuple((p.start, p.end) for p in found(text))


@pytest.mark.parametrize("case", CASES["fires"], ids=lambda c: c[:24])
def test_masks_are_placed_exactly(case):
    example = parse_example(case)
    assert spans(example.text) == tuple((start, end) for start, end, _ in example.edits)


@pytest.mark.parametrize("text", CASES["quiet"], ids=lambda c: c[:24])
def test_honest_signs_are_left_alone(text):
    assert spans(text) == ()


def test_there_are_enough_cases():
    assert len(CASES["fires"]) >= 60 and len(CASES["quiet"]) >= 80


def test_masks_are_flags_and_carry_what_the_solver_needs(cleaner):
    text = "茶要趁热 *** ，凉了发涩。炉火不能 *** ，水也不能久滚。"
    out = cleaner.clean(Document("a", text))
    flags = [f for f in out.findings if f.kind == "mask"]
    assert out.text == text
    assert [(f.observed, f.replacement, f.tier) for f in flags] == [(" *** ", None, "flag")] * 2
    assert flags[0].evidence == {
        "costume": "***",
        "blanks": [1, 1],
        "in_article": 2,
        "slot": "before-punctuation",
    }


def test_a_lone_sign_for_names_proves_nothing_and_a_verb_slot_does():
    assert spans("他在XX住了三年。") == ()
    assert spans("水库已XX三次检修。") == ((3, 5),)


def test_bold_type_in_the_article_silences_its_signs_unless_most_stand_alone():
    bold = "先看**土质**，再看**水源**。\n后看**风向**。\n"
    assert spans(bold) == ()
    assert len(spans("这里的**不让外人看。\n村里的**只传长子。\n要学**得先拜师。\n")) == 3


def test_markdown_needs_more_evidence():
    text = "# 做豆腐\n\n点卤时**要快。\n"
    assert spans("# 做豆腐\n" + text) == ()


def test_code_is_not_looked_into():
    assert spans("运行`甲**乙`即可。") == ()


def test_offsets_are_those_of_the_text_as_it_was_read():
    text = "\u200b山上的\u200b＊＊＊很甜。"
    ((start, end),) = spans(text)
    assert text[start:end] == "＊＊＊"


def test_a_blank_before_punctuation_is_a_mask_only_where_it_is_rare():
    assert spans("可以通过 、短信提醒老人。") == ((4, 5),)
    assert spans("我叫小林 ，今年九岁 ，喜欢下棋 。") == ()


@given(
    st.lists(st.sampled_from("山水**■□XX。，\n 字_×…1a“”"), max_size=60).map("".join),
)
def test_spans_are_in_order_apart_and_inside(text):
    last = 0
    for start, end in spans(text):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize(
    "text",
    [
        "*" * 1_000_000,
        "* " * 500_000,
        "字**" * 100_000,
        "**字" * 100_000,
        "没有XX了" * 50_000,
        "字 ，" * 100_000,
        "□" * 500_000,
        "天气很好，今天的**卖得很快。" * 10_000,
    ],
    ids=["stars", "spaced-stars", "no-prose", "pairs", "letters", "blanks", "boxes", "one-line"],
)
def test_a_page_of_signs_takes_time_in_proportion(text):
    began = time.perf_counter()
    found(text)
    assert time.perf_counter() - began < 15


def test_emphasis_of_a_markdown_file_is_no_mask(cleaner):
    text = "凳子是***很老***的手艺。这些***都不用钉子，那些***也不用。\n"
    flags = [
        f for f in cleaner.clean(Document("x", text, meta={"format": "md"})).findings if f.kind == "mask"
    ]
    assert flags == []
    assert cleaner.clean(Document("x", "这里的***很好。那里的 *** 不见了。", meta={"format": "txt"})).findings
