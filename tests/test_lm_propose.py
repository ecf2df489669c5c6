"""What the model proposes for a gap, what it finds surprising, and the model that ships."""

import numpy as np
import pytest

from cleanup.data import Edit
from cleanup.lm import SHIPPED
from cleanup.lm.gains import gains
from cleanup.lm.model import Model
from cleanup.lm.propose import fill_characters, fill_words
from cleanup.lm.surprise import surprise
from conftest import ROOT

PLAIN = (
    "小区门口新开了一家修车铺，老板姓什么大家都不知道，只晓得他手艺好，价钱也公道。"
    "上个月我的自行车链条断了，推过去不到十分钟就修好了，他还顺手给轮胎打了气，没有多收一分钱。"
)
# put together for this test after the manner of old prose
OLD = (
    "翁负薪归，日已暮矣，遇叟于涧侧，揖而问之曰：子何为者？叟笑而不答，曳杖徐行，须臾不知所之。"
    "翁怅然久之，乃返。是夕梦叟授以丹书一卷，觉而视之，则空函耳，遂弃妻子入山，莫知其终焉。"
)
CODE = (
    "for (int i = 0; i < count; ++i) { total += price[i] * amount[i]; } // 求和\nreturn total / count;\n" * 3
)


@pytest.fixture(scope="module")
def shipped():
    return Model.open(SHIPPED)


def test_the_shipped_model_is_whole_and_within_its_budget(shipped):
    shipped.file.verify()
    assert SHIPPED.stat().st_size <= 64_000_000
    assert shipped.meta["held_out"]["bits_per_character"] < 5


def test_the_shipped_model_is_built_by_the_recipe_beside_it(shipped):
    from cleanup.lm.recipe import load

    recipe = load(SHIPPED.with_suffix(".toml"))
    assert {c["name"] for c in shipped.meta["corpora"]} == set(recipe.corpora)
    for corpus in shipped.meta["corpora"]:
        assert {k: corpus[k] for k in recipe.corpora[corpus["name"]]} == recipe.corpora[corpus["name"]]


@pytest.mark.parametrize(
    ("left", "right", "missing"),
    [
        ("会议讨论了今年的工作", "围和目标", "范"),
        ("物业应当采取措", "防止雨水倒灌", "施"),
        ("公司的历", "可以追溯到一百年前", "史"),
        ("为了保护顾客的合法", "益，商场设立了投诉站", "权"),
    ],
)
def test_a_missing_character_comes_first(shipped, left, right, missing):
    assert fill_characters(shipped, [(left, right)], 1)[0][0].text == missing


def test_a_missing_word_is_among_the_first_where_its_neighbours_tell(shipped):
    gaps = [("双方签订了劳动", "，约定了工资"), ("这项技术用于自然", "处理"), ("公民应当遵守", "法规")]
    for fills, true in zip(fill_words(shipped, gaps, 5), ("合同", "语言", "法律"), strict=True):
        assert true in [f.text for f in fills]


def test_fillings_come_best_first_with_shares_and_the_gain_of_the_edit(shipped):
    left, right = "他在银行办了一张信用", "，每月都按时还款"
    for fill in (fill_characters, fill_words):
        fills = fill(shipped, [(left, right)], 30)[0]
        assert [f.gain for f in fills] == sorted((f.gain for f in fills), reverse=True)
        assert 0 < sum(f.posterior for f in fills) <= 1 + 1e-9
        own = gains(shipped, [left + right], [(0, Edit(len(left), len(left), f.text)) for f in fills])
        # a filling sees eight characters on each side, which is more than the model reaches
        np.testing.assert_allclose([f.gain for f in fills], own, atol=1e-3)


def test_gaps_at_the_ends_of_a_text_and_across_lines_can_be_filled(shipped):
    for fill in (fill_characters, fill_words):
        assert fill(shipped, [], 5) == []
        ends = fill(
            shipped, [("", "们一起去公园"), ("我们一起去公", ""), ("", ""), ("上一行\n", "\n下一行")], 5
        )
        assert [len(f) for f in ends] == [5, 5, 5, 5]
    alone, beside = (
        fill_characters(shipped, [(left, "们去公园")], 5)[0] for left in ("", "毫不相干的一行\n")
    )
    assert alone == beside


def test_words_that_behave_alike_stand_in_for_a_rare_one(shipped):
    found = {s.word for s in shipped.words.stand_ins("催收")}
    assert len(found & {"催讨", "催款", "催缴", "追讨", "清收", "催要", "索要"}) >= 3
    assert all(0.1 <= s.similarity <= 1 for s in shipped.words.stand_ins("催收"))


def test_plain_prose_is_known_and_old_prose_and_code_are_not(shipped):
    plain, old, code = surprise(shipped, [PLAIN, OLD, CODE])
    assert plain.out_of_depth == ""
    assert old.out_of_depth == "surprising"
    assert code.out_of_depth == "too-little-chinese"
    assert old.bits_per_character > plain.bits_per_character + 1


def test_surprise_of_a_text_does_not_depend_on_its_neighbours(shipped):
    texts = [PLAIN, "", OLD, "一", CODE, "\ud800"]
    together = surprise(shipped, texts)
    for text, seen in zip(texts, together, strict=True):
        alone = surprise(shipped, [text])[0]
        assert alone.chinese == seen.chinese and alone.out_of_depth == seen.out_of_depth
        assert alone.bits_per_character == pytest.approx(seen.bits_per_character, abs=1e-6)


def test_a_text_without_chinese_is_no_article_for_the_model(shipped):
    empty, english = surprise(shipped, ["", "Nothing here is Chinese, not one character of it."])
    assert english.out_of_depth == "too-little-chinese"
    assert empty.bits_per_character == 0 and empty.chinese == 0


def test_the_model_card_lists_the_corpora_of_the_shipped_model(shipped):
    page = (ROOT / "docs" / "model.md").read_text("utf-8")
    table = page[page.index("## Sources and licences") :]
    for corpus in shipped.meta["corpora"]:
        line = next((x for x in table.splitlines() if x.startswith(f"| {corpus['name']} |")), "")
        assert line, corpus["name"]
        assert corpus["licence"] in line and f"{corpus['characters']:,}" in line
    assert shipped.digest in page
