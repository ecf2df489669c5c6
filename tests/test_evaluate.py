"""Each figure on cases small enough to reckon by hand, the laws of the floors, and, where it is
there, agreement with the scorer of the shared bench."""

import importlib.util
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanup.data import Edit, Finding
from cleanup.errors import FloorError, GoldError
from cleanup.evaluate import floors
from cleanup.evaluate.changes import canonical
from cleanup.evaluate.figures import Tally
from cleanup.evaluate.gold import Claim, GoldArticle, GoldEdit, claim, read_findings, read_gold
from cleanup.evaluate.score import Scorer, score
from cleanup.evaluate.verdict import judge
from gold_cases import evaluations, finding_record

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"
REFERENCE = BENCH / "score.py"
needs_reference = pytest.mark.skipif(not REFERENCE.is_file(), reason=f"{REFERENCE} is not here")


def gold_edit(start, end, replacement, kind="dropped_char", **more):
    return GoldEdit(Edit(start, end, replacement), kind, **more)


def applied(start, end, replacement, kind="dropped_char", *, article="a", rule="some-rule"):
    return Claim(article, start, end, replacement, True, kind, rule)


def flagged(start, end, *, article="a"):
    return Claim(article, start, end, None, False, "dropped_word")


def figures(text, edits, claims, **more):
    return score([GoldArticle("a", text, "甲站", tuple(edits), **more)], claims).as_dict()


# --- canonical form ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("水果果园", Edit(2, 3, ""), Edit(1, 2, "")),
        ("水果园", Edit(2, 2, "果"), Edit(1, 1, "果")),
        ("春天来了", Edit(0, 4, "春天快来了"), Edit(2, 2, "快")),
        ("春天来了", Edit(0, 4, "夏天来了"), Edit(0, 1, "夏")),
        ("哈哈哈哈", Edit(2, 4, ""), Edit(0, 2, "")),
        ("来来往往", Edit(4, 4, "来来往往"), Edit(0, 0, "来来往往")),
    ],
)
def test_equal_effects_have_one_leftmost_smallest_form(text, edit, expected):
    assert canonical(text, edit) == expected


def test_a_deletion_of_a_long_run_of_equal_characters_is_moved_in_linear_time():
    assert canonical("。" * 20_000, Edit(10_000, 20_000, "")) == Edit(0, 10_000, "")


# --- repair --------------------------------------------------------------------------------------

TEXT = "他们在湖边散，看见一只白的鸟。"  # 散[步], 白[色]
STEP = gold_edit(6, 6, "步")
COLOUR = gold_edit(12, 12, "色")


def test_doing_nothing_has_no_precision_no_recall_and_no_net():
    got = figures(TEXT, [STEP, COLOUR], [])
    assert (got["precision"], got["recall"], got["f0.5"], got["net"]) == (None, 0.0, 0.0, 0.0)
    assert got["macro_f0.5"] == got["worst_site_f0.5"] == 0.0


def test_one_right_one_wrong_of_two():
    got = figures(TEXT, [STEP, COLOUR], [applied(6, 6, "步"), applied(12, 12, "雪")])
    assert (got["precision"], got["recall"], got["f0.5"]) == (0.5, 0.5, 0.5)
    # one of two missing characters is back, the other gap holds a wrong one
    assert got["net"] == 0.5
    assert got["by_type"]["dropped_char"] == {
        "gold": 2,
        "detected": 2,
        "repaired": 1,
        "detection": 1.0,
        "recall": 0.5,
    }
    assert got["by_kind"] == {"dropped_char": {"applied": 2, "precision": 0.5}}


def test_f_half_weighs_precision_four_times_as_much_as_recall():
    got = figures(TEXT, [STEP, COLOUR], [applied(6, 6, "步")])
    assert (got["precision"], got["recall"]) == (1.0, 0.5)
    assert got["f0.5"] == round(1.25 * 0.5 / (0.25 + 0.5), 4)


def test_net_falls_below_zero_where_more_is_broken_than_mended():
    got = figures(TEXT, [STEP], [applied(0, 2, "我"), applied(13, 14, "鱼")])
    assert got["net"] == -3.0


def test_an_edit_not_applied_repairs_nothing():
    idle = Claim("a", 6, 6, "步", False, "dropped_char")
    got = figures(TEXT, [STEP], [idle])
    assert (got["precision"], got["recall"], got["detection_recall"]) == (None, 0.0, 1.0)


def test_an_applied_edit_that_changes_nothing_is_not_counted():
    assert figures(TEXT, [STEP], [applied(0, 2, "他们")])["precision"] is None


def test_an_insertion_may_stand_on_either_side_of_an_equal_character():
    text = "天长久的友谊"
    got = figures(text, [gold_edit(2, 2, "地久")], [applied(2, 3, "地久久")])
    assert got["precision"] == got["recall"] == 1.0
    got = figures("谢你的来信", [gold_edit(1, 1, "谢")], [applied(0, 0, "谢")])
    assert got["precision"] == got["recall"] == 1.0


def test_an_alternative_is_as_right_and_leaves_no_distance():
    edits = [gold_edit(6, 6, "步", alternatives=("心",))]
    got = figures(TEXT, edits, [applied(6, 6, "心")])
    assert (got["precision"], got["recall"], got["net"]) == (1.0, 1.0, 1.0)


def test_an_alternative_that_is_the_text_itself_is_never_met():
    edits = [gold_edit(0, 2, "我们", alternatives=("他们", "咱们"))]
    assert figures(TEXT, edits, [applied(0, 2, "咱们")])["recall"] == 1.0


def test_a_gold_edit_counts_once():
    edits = [gold_edit(6, 6, "步", alternatives=("心",))]
    got = figures(TEXT, edits, [applied(6, 6, "步"), applied(6, 6, "心")])
    assert (got["precision"], got["recall"]) == (0.5, 1.0)


def test_touching_edits_are_right_together_however_they_are_cut():
    text = "会议在午十点开始"  # 在[上]午, then 十→九
    edits = [gold_edit(3, 3, "上"), gold_edit(3, 5, "午九", "spin_seam")]
    together = applied(3, 5, "上午九", "mask")
    got = figures(text, edits, [together])
    assert (got["precision"], got["recall"], got["net"]) == (1.0, 1.0, 1.0)
    # one finding, two gold edits
    assert got["by_kind"] == {"mask": {"applied": 1, "precision": 1.0}}


def test_a_rewritten_sentence_is_judged_change_by_change():
    got = figures(TEXT, [STEP, COLOUR], [applied(0, 15, "他们在湖边散步，看见一只白的鱼。")])
    # 步 is right, 鸟→鱼 is wrong, 色 is missed
    assert (got["precision"], got["recall"], got["net"]) == (0.5, 0.5, 0.0)


def test_optional_edits_count_neither_for_nor_against():
    edits = [STEP, gold_edit(7, 9, "望见", "spin_synonym", optional=True)]
    for claims in ([applied(7, 9, "望见")], [applied(7, 8, "瞧")]):
        got = figures(TEXT, edits, claims)
        assert (got["precision"], got["recall"], got["gold_edits"]) == (None, 0.0, 1)
        assert "spin_synonym" not in got["by_type"]
    assert figures(TEXT, edits, [applied(6, 6, "步"), applied(7, 9, "望见")])["precision"] == 1.0


def test_a_cluster_is_right_with_or_without_its_optional_edits():
    edits = [gold_edit(6, 6, "步"), gold_edit(6, 7, "、", "spin_synonym", optional=True)]
    for replacement in ("步，", "步、"):
        assert figures(TEXT, edits, [applied(6, 7, replacement)])["precision"] == 1.0


def test_of_overlapping_applied_edits_the_first_is_made():
    # 散 becomes 岸走; the second edit of 散 cannot be made any more: 岸走 is 2 away from 散步
    got = figures(TEXT, [STEP], [applied(5, 6, "岸走"), applied(5, 6, "走")])
    assert (got["precision"], got["recall"], got["net"]) == (0.0, 0.0, -1.0)


def test_two_insertions_at_one_point_keep_the_order_of_the_gold():
    text = "我国的经济发"
    edits = [gold_edit(6, 6, "展"), gold_edit(6, 6, "。", "lost_punctuation")]
    assert figures(text, edits, [applied(6, 6, "展。")])["recall"] == 1.0
    assert figures(text, edits, [applied(6, 6, "。展")])["recall"] == 0.0


# --- furniture -----------------------------------------------------------------------------------

PAGE = "秋天的山很美。\n返回首页 联系我们\n"
PAPER = gold_edit(8, 18, "", "boilerplate")


def test_furniture_is_repaired_when_nine_tenths_of_its_ink_are_gone():
    got = figures(PAGE, [PAPER], [applied(8, 12, "", "boilerplate"), applied(13, 17, "", "boilerplate")])
    assert (got["precision"], got["recall"]) == (1.0, 1.0)
    got = figures(PAGE, [PAPER], [applied(8, 15, "", "boilerplate")])
    assert (got["precision"], got["recall"], got["detection_recall"]) == (1.0, 0.0, 1.0)


def test_a_deletion_of_furniture_may_take_one_visible_character_beside_it():
    assert figures(PAGE, [PAPER], [applied(6, 18, "")])["precision"] == 1.0
    got = figures(PAGE, [PAPER, gold_edit(3, 4, "水")], [applied(4, 18, "")])
    assert (got["precision"], got["recall"]) == (0.0, 0.5)
    # 很美。 are lost, 山 is not mended: 1 - (3 + 1) / 1
    assert got["net"] == -3.0


def test_edits_inside_furniture_count_neither_for_nor_against():
    for inside in (applied(8, 10, "回到"), applied(10, 10, "网站"), applied(12, 13, "")):
        got = figures(PAGE, [PAPER], [inside])
        assert got["by_kind"] == (
            {} if inside.start != 12 else {"dropped_char": {"applied": 1, "precision": 0.0}}
        )


def test_an_edit_that_reaches_out_of_furniture_is_judged_as_an_edit():
    assert figures(PAGE, [PAPER], [applied(5, 10, "丽。\n回到")])["precision"] == 0.0


def test_furniture_is_left_out_of_net():
    assert figures(PAGE, [PAPER], [applied(8, 18, "")])["net"] is None


def test_furniture_is_detected_when_findings_cover_half_of_its_ink():
    assert figures(PAGE, [PAPER], [flagged(8, 12)])["detection_recall"] == 1.0
    assert figures(PAGE, [PAPER], [flagged(8, 11)])["detection_recall"] == 0.0


# --- detection -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [(6, 6, 1.0), (7, 7, 1.0), (5, 5, 1.0), (8, 8, 0.0), (4, 4, 0.0), (3, 5, 1.0), (7, 9, 1.0), (0, 4, 0.0)],
)
def test_an_insertion_point_is_touched_within_one_character(start, end, found):
    got = figures(TEXT, [STEP], [flagged(start, end)])
    assert (got["detection_recall"], got["detection_precision"]) == (found, found)


def test_a_span_is_touched_by_what_shares_a_character_with_it():
    edits = [gold_edit(2, 4, "到", "spin_seam")]
    assert figures(TEXT, edits, [flagged(3, 9)])["detection_recall"] == 1.0
    assert figures(TEXT, edits, [flagged(4, 9)])["detection_recall"] == 0.0


def test_a_finding_over_twenty_characters_longer_than_the_damage_does_not_find_it():
    text = "早" * 50
    edits = [gold_edit(10, 12, "晚")]
    assert figures(text, edits, [flagged(10, 32)])["detection_recall"] == 1.0
    got = figures(text, edits, [flagged(10, 33)])
    assert (got["detection_recall"], got["detection_precision"]) == (0.0, 0.0)


def test_optional_damage_is_damage_to_detection_precision():
    edits = [gold_edit(7, 9, "望见", "spin_synonym", optional=True)]
    got = figures(TEXT, edits, [flagged(7, 9), flagged(0, 1)])
    assert (got["detection_precision"], got["detection_recall"]) == (0.5, None)


# --- harm, sources, bookkeeping ------------------------------------------------------------------


def test_harm_is_applied_edits_per_ten_thousand_characters_of_undamaged_text():
    clean = GoldArticle("b", "风" * 400)
    got = score([clean], [applied(3, 4, "雨", article="b"), flagged(9, 9, article="b")])
    assert got.harm_per_10k == 25.0
    assert (got.precision, got.recall, got.net, got.detection_precision) == (0.0, None, None, None)
    assert (got.clean_articles, got.macro_f_half, got.worst_source) == (1, None, None)


def test_harm_lowers_the_overall_precision():
    articles = [GoldArticle("a", TEXT, "甲站", (STEP,)), GoldArticle("b", "大雪封山", "乙站")]
    got = score(articles, [applied(6, 6, "步"), applied(0, 1, "小", article="b")])
    assert (got.precision, got.macro_f_half) == (0.5, 1.0)
    assert list(got.by_source) == ["甲站"]


def test_the_mean_over_sources_and_the_worst_do_not_follow_the_size_of_a_source():
    many = [GoldArticle(f"a{i}", TEXT, "甲站", (STEP,)) for i in range(9)]
    articles = [*many, GoldArticle("b", TEXT, "乙站", (STEP,))]
    got = score(articles, [applied(6, 6, "步", article=a.id) for a in many])
    assert (got.recall, got.macro_f_half, got.worst_source) == (0.9, 0.5, ("乙站", 0.0))


def test_the_table_of_kind_and_source_adds_up_to_its_margins():
    articles = [GoldArticle("a", TEXT, "甲站", (STEP, COLOUR)), GoldArticle("b", TEXT, "乙站", (STEP,))]
    got = score(articles, [applied(6, 6, "步"), applied(6, 6, "心", "mask", article="b")])
    assert got.by_kind_and_source == {
        "dropped_char": {
            "甲站": Tally(applied=1, right=1, gold=2, detected=1, repaired=1),
            "乙站": Tally(gold=1, detected=1),
        },
        "mask": {"乙站": Tally(applied=1)},
    }
    cell = got.by_kind_and_source["dropped_char"]["甲站"]
    assert (cell.precision, cell.recall, cell.detection) == (1.0, 0.5, 0.5)
    assert got.by_source["乙站"] == Tally(applied=1, gold=1, detected=1)
    assert got.by_kind["mask"].precision == 0.0


def test_bad_offsets_and_unknown_articles_are_counted_and_not_judged():
    claims = [applied(6, 99, ""), applied(-1, 2, ""), applied(9, 8, ""), flagged(0, 1, article="z")]
    got = figures(TEXT, [STEP], claims)
    assert (got["bad_findings"], got["unknown_articles"], got["precision"]) == (3, 1, None)
    assert got["detection_precision"] is None


def test_misses_tell_what_is_wrong_and_what_is_missed_with_the_text_around():
    articles = [GoldArticle("a", TEXT, "甲站", (STEP, COLOUR))]
    got = score(articles, [applied(13, 14, "鱼", "evasion", rule="fish-for-bird")])
    assert [m.tell("en") for m in got.misses(9)] == [
        "wrong evasion fish-for-bird a:13 们在湖边散，看见一只白的[鸟→鱼]。",
        "missed dropped_char a:6 他们在湖边散[→步]，看见一只白的鸟。",
        "missed dropped_char a:12 他们在湖边散，看见一只白[→色]的鸟。".replace(
            "他们在湖边散，看见一只白", TEXT[0:12]
        ),
    ]
    assert got.misses(1)[0].tell("zh").startswith("误改 ")
    assert [m.verdict for m in got.misses(1)] == ["wrong", "missed"]


def test_no_more_misses_are_held_than_asked_for():
    scorer = Scorer(keep=2)
    for i in range(5):
        scorer.add(GoldArticle(f"a{i}", TEXT, "甲站", (STEP,)), [])
    assert [m.article for m in scorer.result().misses(100)] == ["a0", "a1"]


def test_a_result_is_not_changed_by_what_is_added_later():
    scorer = Scorer()
    scorer.add(GoldArticle("a", TEXT, "甲站", (STEP,)), [])
    before = scorer.result()
    scorer.add(GoldArticle("b", TEXT, "甲站", (STEP,)), [])
    assert (before.total.gold, scorer.result().total.gold) == (1, 2)


def test_findings_records_and_claims_are_judged_alike():
    finding = Finding(
        id="f", article="a", source="甲站", file="a.txt", record=1, start=6, end=6, observed="",
        replacement="步", kind="dropped_char", rule="some-rule", tier="auto", confidence=0.99,
        applied=True, evidence={}, message="",
    )  # fmt: skip
    record = {
        "id": "f", "article": "a", "start": 6, "end": 6, "replacement": "步",
        "kind": "dropped_char", "rule": "some-rule", "tier": "auto", "confidence": 0.99, "applied": True,
    }  # fmt: skip
    assert claim(finding) == claim(record)
    assert claim(record) == replace(applied(6, 6, "步"), tier="auto", confidence=0.99)


# --- gold files ----------------------------------------------------------------------------------


def write_jsonl(path, records):
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    path.write_text(text, encoding="utf-8")
    return path


def edit_record(start, end, replacement, **more):
    return {"start": start, "end": end, "replacement": replacement, "type": "dropped_char", **more}


GOOD = {"id": "a", "text": TEXT, "edits": [edit_record(6, 6, "步")]}


def test_a_gold_file_is_read_whole_and_named_by_its_bytes(tmp_path):
    path = write_jsonl(
        tmp_path / "gold.jsonl", [GOOD, {"id": "b", "source": "乙站", "text": "好", "edits": []}]
    )
    gold = read_gold(path)
    assert gold.name == "gold.jsonl"
    assert gold.articles == (GoldArticle("a", TEXT, "", (STEP,)), GoldArticle("b", "好", "乙站"))
    with path.open("a", encoding="utf-8") as f:
        f.write("\n")
    again = read_gold(path)
    assert again.articles == gold.articles
    assert len(again.digest) == 16
    assert again.digest != gold.digest


def test_insertions_at_one_point_and_touching_edits_do_not_overlap(tmp_path):
    edits = [
        edit_record(6, 6, "步"),
        edit_record(6, 6, "着"),
        edit_record(6, 7, ";"),
        edit_record(4, 6, "河岸"),
    ]
    assert (
        len(read_gold(write_jsonl(tmp_path / "g.jsonl", [{**GOOD, "edits": edits}])).articles[0].edits) == 4
    )


@pytest.mark.parametrize(
    ("broken", "en", "zh"),
    [
        ("{'id': 1}", "not JSON", "不是 JSON"),
        ("[]", "must be a JSON object", "应为 JSON 对象"),
        ('{"id": "b", "text": "\\ud83d", "edits": []}', "holds a lone surrogate", "孤立的代理码位"),
        ({"text": "好", "edits": []}, "id is missing", "缺少 id"),
        ({"id": "b", "edits": []}, "text is missing", "缺少 text"),
        ({"id": "b", "text": "好"}, "edits is missing", "缺少 edits"),
        ({"id": 7, "text": "好", "edits": []}, "id must be a string", "id 应为字符串"),
        ({"id": "b", "text": "好", "source": None, "edits": []}, "source must be a string", "source 应为字符串"),
        ({"id": "b", "text": "好", "edits": {}}, "edits must be a list", "edits 应为列表"),
        ({"id": "b", "text": "好", "edits": [7]}, "edits[0] must be an object", "edits[0] 应为对象"),
        ([edit_record(0, 1, 5)], "edits[0].replacement must be a string", "edits[0].replacement 应为字符串"),
        ([edit_record("0", 1, "")], "edits[0].start must be an integer", "edits[0].start 应为整数"),
        ([edit_record(False, 1, "")], "edits[0].start must be an integer", "edits[0].start 应为整数"),
        ([edit_record(0, 3, "")], "[0, 3) is outside the text of 2", "[0, 3) 超出正文(共 2 字)"),
        ([edit_record(-1, 1, "")], "[-1, 1) is outside the text", "超出正文"),
        ([edit_record(2, 1, "")], "[2, 1) is outside the text", "超出正文"),
        ([edit_record(0, 1, "好")], "edits[0]: changes nothing", "没有改动任何内容"),
        ([edit_record(1, 1, "")], "edits[0]: changes nothing", "没有改动任何内容"),
        ([edit_record(1, 2, "x"), edit_record(0, 2, "")], "edits overlap: [0, 2) [1, 2)", "修改重叠：[0, 2) [1, 2)"),
        ([edit_record(1, 1, "x"), edit_record(0, 2, "")], "edits overlap: [0, 2) [1, 1)", "修改重叠"),
        ([edit_record(0, 1, "", optional=1)], "edits[0].optional must be true or false", "edits[0].optional 应为布尔值"),
        ([edit_record(0, 1, "", alternatives="x")], "edits[0].alternatives must be a list", "应为列表"),
        ([edit_record(0, 1, "", alternatives=[1])], "edits[0].alternatives must be a string", "应为字符串"),
        ([{"start": 0, "end": 1, "replacement": ""}], "edits[0].type is missing", "缺少 edits[0].type"),
        ({"id": "a", "text": "好", "edits": []}, "id a stands on line 1 already", "id a 与第 1 行重复"),
    ],
)  # fmt: skip
def test_a_fault_in_a_gold_file_is_told_with_its_line(tmp_path, broken, en, zh):
    if isinstance(broken, list):
        broken = {"id": "b", "text": "好人", "edits": broken}
    path = write_jsonl(tmp_path / "gold.jsonl", [GOOD])
    with path.open("a", encoding="utf-8") as f:
        f.write("\n" + (broken if isinstance(broken, str) else json.dumps(broken)) + "\n")
    with pytest.raises(GoldError) as caught:
        read_gold(path)
    assert caught.value.where == f"{path}:3"
    assert en in caught.value.tell("en")
    assert zh in caught.value.tell("zh")


def test_a_gold_file_without_articles_is_refused(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n\n")
    with pytest.raises(GoldError, match="no articles"):
        read_gold(path)
    with pytest.raises(GoldError, match=r"absent\.jsonl: cannot be read"):
        read_gold(tmp_path / "absent.jsonl")


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path):
    path = write_jsonl(tmp_path / "gold.jsonl", [GOOD])
    path.write_bytes(path.read_bytes() + '{"id": "好"}'.encode("gb18030"))
    with pytest.raises(GoldError, match=r"gold\.jsonl:2: not UTF-8"):
        read_gold(path)


def test_findings_are_read_one_by_one_and_faults_told_with_their_line(tmp_path):
    good = {"article": "a", "start": 6, "end": 6, "replacement": None, "kind": "mask"}
    path = write_jsonl(tmp_path / "findings.jsonl", [good, {"article": "a", "start": 6}])
    rows = read_findings(path)
    assert next(rows) == Claim("a", 6, 6, None, False, "mask")
    with pytest.raises(GoldError, match=r"findings\.jsonl:2: end is missing"):
        next(rows)
    for wrong, told in (
        ({"start": 0, "end": 1}, "article is missing"),
        ({"article": None, "start": 0, "end": 1}, "article must be a string"),
        ({"id": "a", "start": 0, "end": 1, "replacement": 3}, "replacement must be a string"),
    ):
        with pytest.raises(GoldError, match=told):
            claim(wrong)


# --- floors --------------------------------------------------------------------------------------

DAY = "2024-05-01"


@pytest.fixture
def baseline(tmp_path):
    """A baseline that holds the figures of one right repair of two, on one undamaged article too."""
    path = tmp_path / "reports" / "baseline.json"
    floors.update(path, "gold.jsonl", "d1", half_right(), date=DAY)
    return path


def half_right():
    return on_gold(applied(6, 6, "步"))


def on_gold(*claims):
    articles = [GoldArticle("a", TEXT, "甲站", (STEP, COLOUR)), GoldArticle("b", "风" * 1000, "甲站")]
    return score(articles, claims)


def entry(path):
    return json.loads(path.read_text(encoding="utf-8"))["gold"]["gold.jsonl"]


def test_the_first_record_holds_every_figure(baseline):
    assert entry(baseline) == {
        "digest": "d1",
        "articles": 2,
        "floors": {
            "precision": 1.0, "recall": 0.5, "f0.5": 0.8333, "macro_f0.5": 0.8333, "net": 0.5,
            "detection_precision": 1.0, "by_type": {"dropped_char": 0.5},
        },
        "ceilings": {"harm_per_10k": 0.0},
        "history": [{"date": DAY, "reason": "first recorded"}],
    }  # fmt: skip
    assert floors.check(baseline, "gold.jsonl", "d1", half_right()) == []


def test_the_file_is_sorted_indented_and_leaves_nothing_beside_it(baseline):
    text = baseline.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert [p.name for p in baseline.parent.iterdir()] == ["baseline.json"]


def test_a_figure_under_its_floor_and_harm_over_its_ceiling_are_breaches(baseline):
    worse = on_gold(applied(6, 6, "心"), applied(3, 4, "雨", article="b"))
    told = [b.tell("en") for b in floors.check(baseline, "gold.jsonl", "d1", worse)]
    assert told == [
        "by_type.dropped_char: 0.0000, under its floor of 0.5000",
        "f0.5: 0.0000, under its floor of 0.8333",
        "macro_f0.5: 0.0000, under its floor of 0.8333",
        "net: -0.5000, under its floor of 0.5000",
        "precision: 0.0000, under its floor of 1.0000",
        "recall: 0.0000, under its floor of 0.5000",
        "harm_per_10k: 10.0000, above its ceiling of 0.0000",
    ]
    zh = [b.tell("zh") for b in floors.check(baseline, "gold.jsonl", "d1", worse)]
    assert zh[-1] == "harm_per_10k:10.0000,高于上限 0.0000"


def test_a_figure_that_is_not_measured_any_more_is_a_breach(baseline):
    breaches = {b.figure: b.measured for b in floors.check(baseline, "gold.jsonl", "d1", on_gold())}
    assert breaches["precision"] is None
    assert breaches["detection_precision"] is None


def set_floor(path, value):
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["gold"]["gold.jsonl"]["floors"]["recall"] = value
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")


def test_one_step_of_the_last_decimal_is_tolerated_and_two_are_not(baseline):
    set_floor(baseline, 0.5001)
    assert floors.check(baseline, "gold.jsonl", "d1", half_right()) == []
    assert floors.update(baseline, "gold.jsonl", "d1", half_right(), date=DAY) == []
    assert entry(baseline)["floors"]["recall"] == 0.5001
    set_floor(baseline, 0.5002)
    assert [b.figure for b in floors.check(baseline, "gold.jsonl", "d1", half_right())] == ["recall"]


def test_figures_that_rose_raise_their_floors_and_need_no_reason(baseline):
    better = on_gold(applied(6, 6, "步"), applied(12, 12, "色"))
    moved = floors.update(baseline, "gold.jsonl", "d1", better, date=DAY)
    assert [c.tell("en") for c in moved] == [
        "by_type.dropped_char 0.5000 → 1.0000",
        "f0.5 0.8333 → 1.0000",
        "macro_f0.5 0.8333 → 1.0000",
        "net 0.5000 → 1.0000",
        "recall 0.5000 → 1.0000",
    ]
    assert entry(baseline)["floors"]["recall"] == 1.0
    assert len(entry(baseline)["history"]) == 1


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_no_floor_is_lowered_without_a_reason(baseline, reason):
    before = baseline.read_bytes()
    mixed = on_gold(applied(6, 6, "步"), applied(12, 12, "色"), applied(13, 14, "鱼"))
    with pytest.raises(FloorError) as caught:
        floors.update(baseline, "gold.jsonl", "d1", mixed, date=DAY, lower_reason=reason)
    assert "precision 1.0000 → 0.6667" in caught.value.tell("en")
    assert "precision 1.0000 → 0.6667" in caught.value.tell("zh")
    assert "recall" not in caught.value.tell("en")
    assert baseline.read_bytes() == before


def test_a_reason_lowers_and_is_written_down_and_what_rose_is_raised_all_the_same(baseline):
    mixed = on_gold(applied(6, 6, "步"), applied(12, 12, "色"), applied(13, 14, "鱼"))
    floors.update(baseline, "gold.jsonl", "d1", mixed, date="2024-06-02", lower_reason="鸟类规则待重写")
    now = entry(baseline)
    assert (now["floors"]["precision"], now["floors"]["recall"]) == (0.6667, 1.0)
    assert now["history"][1] == {
        "date": "2024-06-02",
        "reason": "鸟类规则待重写",
        "lowered": {"f0.5": [0.8333, 0.7143], "macro_f0.5": [0.8333, 0.7143], "precision": [1.0, 0.6667]},
    }
    assert floors.check(baseline, "gold.jsonl", "d1", mixed) == []


def test_a_ceiling_falls_on_its_own_and_rises_only_for_a_reason(baseline):
    harmful = on_gold(applied(6, 6, "步"), applied(3, 4, "雨", article="b"))
    with pytest.raises(FloorError, match=r"harm_per_10k 0\.0000 → 10\.0000"):
        floors.update(baseline, "gold.jsonl", "d1", harmful, date=DAY)
    floors.update(baseline, "gold.jsonl", "d1", harmful, date=DAY, lower_reason="试行")
    assert entry(baseline)["ceilings"] == {"harm_per_10k": 10.0}
    floors.update(baseline, "gold.jsonl", "d1", half_right(), date=DAY)
    assert entry(baseline)["ceilings"] == {"harm_per_10k": 0.0}


def test_a_figure_that_vanished_is_dropped_only_for_a_reason(baseline):
    floors.update(baseline, "gold.jsonl", "d1", on_gold(), date=DAY, lower_reason="规则全部停用")
    now = entry(baseline)
    assert "precision" not in now["floors"]
    assert now["history"][1]["lowered"]["precision"] == [1.0, None]


def test_floors_of_other_data_are_neither_compared_nor_replaced_in_silence(baseline):
    with pytest.raises(FloorError, match=r"belong to other data \(d1, not d2\).*record anew"):
        floors.check(baseline, "gold.jsonl", "d2", half_right())
    with pytest.raises(FloorError, match="digest d1 → d2"):
        floors.update(baseline, "gold.jsonl", "d2", half_right(), date=DAY)
    floors.update(baseline, "gold.jsonl", "d2", on_gold(), date=DAY, lower_reason="标注有误,已更正")
    now = entry(baseline)
    assert (now["digest"], now["floors"]["recall"]) == ("d2", 0.0)
    assert now["history"][1]["digest"] == ["d1", "d2"]
    assert now["history"][1]["lowered"]["recall"] == [0.5, 0.0]


def test_figures_on_a_part_of_the_gold_are_not_compared(baseline):
    part = score([GoldArticle("a", TEXT, "甲站", (STEP, COLOUR))], [applied(6, 6, "步")])
    with pytest.raises(FloorError, match="are on 2 articles, these figures on 1"):
        floors.check(baseline, "gold.jsonl", "d1", part)
    with pytest.raises(FloorError, match="are on 2 articles"):
        floors.update(baseline, "gold.jsonl", "d1", part, date=DAY, lower_reason="x")


def test_another_gold_file_is_recorded_beside_the_first(baseline):
    floors.update(baseline, "other.jsonl", "d9", half_right(), date=DAY)
    assert sorted(json.loads(baseline.read_text(encoding="utf-8"))["gold"]) == ["gold.jsonl", "other.jsonl"]
    assert entry(baseline)["digest"] == "d1"


def test_missing_floors_are_an_error(baseline, tmp_path):
    with pytest.raises(FloorError, match="no floors for third"):
        floors.check(baseline, "third.jsonl", "d1", half_right())
    with pytest.raises(FloorError, match="cannot be read"):
        floors.check(tmp_path / "absent.json", "gold.jsonl", "d1", half_right())


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('"digest": "d1",', '"digest": "d1"', 9, "not JSON"),
        ('"recall": 0.5', '"recall": "0.5"', 18, "floors.recall must be a finite number"),
        ('"recall": 0.5', '"recall": NaN', 18, "floors.recall must be a finite number"),
        ('"dropped_char": 0.5', '"dropped_char": null', 11, "floors.by_type.dropped_char must be a finite number"),
        ('"digest": "d1"', '"digest": 1', 8, "digest must be a string"),
        ('"articles": 2', '"articles": true', 4, "articles must be an integer"),
        ('"ceilings"', '"ceiling"', 3, "ceilings must be an object"),
        ('"version": 1', '"version": 2', 28, "version must be 1"),
        ('"gold": {', '"golden": {', 1, "gold must be an object"),
        ('"first recorded"\n    }\n', '"first recorded"\n    }, 5\n', 20, "history must be a list of objects"),
    ],
)  # fmt: skip
def test_a_malformed_baseline_is_told_with_its_line_and_never_written_over(baseline, old, new, line, told):
    text = baseline.read_text(encoding="utf-8")
    assert text.count(old) == 1
    baseline.write_text(text.replace(old, new), encoding="utf-8")
    before = baseline.read_bytes()
    for use in (
        lambda: floors.check(baseline, "gold.jsonl", "d1", half_right()),
        lambda: floors.update(baseline, "gold.jsonl", "d1", half_right(), date=DAY, lower_reason="x"),
    ):
        with pytest.raises(FloorError) as caught:
            use()
        assert told in caught.value.en
        assert caught.value.where == f"{baseline}:{line}"
    assert baseline.read_bytes() == before


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 1}'])
def test_an_empty_baseline_is_malformed(tmp_path, content):
    path = tmp_path / "baseline.json"
    path.write_text(content)
    with pytest.raises(FloorError, match=r"baseline\.json:1"):
        floors.check(path, "gold.jsonl", "d1", half_right())


# --- agreement with the scorer of the bench ------------------------------------------------------


def agree(gold_path, findings_path):
    """Run the reference on two files and compare all its figures with ours."""
    run = subprocess.run(
        [sys.executable, str(REFERENCE), str(gold_path), str(findings_path), "--json"],
        capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    expected = json.loads(run.stdout)
    del expected["shown"]
    ours = score(read_gold(gold_path).articles, read_findings(findings_path)).as_dict()
    assert ours == expected
    assert list(ours) == list(expected)
    return ours


@needs_reference
def test_the_figures_agree_with_the_bench_on_hand_made_cases(tmp_path):
    optional = edit_record(7, 9, "望见", type="spin_synonym", optional=True)
    gold = [
        {**GOOD, "source": "甲站", "edits": [edit_record(6, 6, "步", alternatives=["心"]), optional]},
        {"id": "p", "source": "乙站", "text": PAGE, "edits": [edit_record(8, 18, "", type="boilerplate"), edit_record(3, 4, "水")]},
        {"id": "c", "source": "丙站", "text": "大雪封山,行人绝迹。", "edits": []},
        {"id": "r", "source": "乙站", "text": "谢你的来信", "edits": [edit_record(1, 1, "谢")]},
    ]  # fmt: skip
    findings = [
        finding_record("a", 6, 6, "心"),
        finding_record("a", 7, 8, "瞧", "spin_synonym"),
        finding_record("a", 0, 15, "他们在湖畔散步，看见一只白的鸟。", "mask"),
        finding_record("p", 4, 18, "", "boilerplate"),
        finding_record("p", 8, 10, "回到"),
        finding_record("c", 0, 1, "小"),
        finding_record("c", 4, 99, ""),
        finding_record("r", 0, 0, "谢"),
        finding_record("r", 2, 3, None, applied=False),
        finding_record("gone", 0, 0, "谢"),
    ]
    got = agree(
        write_jsonl(tmp_path / "gold.jsonl", gold), write_jsonl(tmp_path / "findings.jsonl", findings)
    )
    assert got["bad_findings"] == got["unknown_articles"] == got["clean_articles"] == 1


def mutated(article, chance):
    """Findings that a flawed repairer might report: gold dropped, moved, cut up, not applied, and made up."""
    text, name = article["text"], article["id"]
    for e in article["edits"]:
        start, end, new, kind = e["start"], e["end"], e["replacement"], e["type"]
        lot = chance.random()
        if lot < 0.2:
            continue
        if lot < 0.3:
            move = chance.choice((-2, -1, 1, 2))
            start, end = start + move, end + move
        elif lot < 0.4 and end - start > 1:
            cut = chance.randrange(start + 1, end)
            yield finding_record(name, start, cut, new, kind)
            start, new = cut, ""
        elif lot < 0.5:
            reach = chance.randrange(4)
            start, end, new = (
                max(0, start - reach),
                end + reach,
                text[max(0, start - reach) : start] + new + text[end : end + reach],
            )
        elif lot < 0.55:
            new = chance.choice((None, "的", new + "了"))
        yield finding_record(name, start, end, new, kind, applied=chance.random() < 0.9)
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(text))
        new = chance.choice(("", "了", None, text[at : at + 9][::-1]))
        yield finding_record(name, at, at + chance.choice((0, 1, 9)), new, chance.choice(("mask", "noise")))


@needs_reference
def test_the_figures_agree_with_the_bench_on_its_own_articles(tmp_path):
    chance = random.Random(7)
    with (BENCH / "garbled.jsonl").open(encoding="utf-8") as lines:
        gold = [json.loads(line) for i, line in enumerate(lines) if i % 9 == 0]
    with (BENCH / "clean.jsonl").open(encoding="utf-8") as lines:
        gold += [json.loads(line) for i, line in enumerate(lines) if i % 40 == 0]
    findings = [f for article in gold for f in mutated(article, chance)]
    chance.shuffle(findings)
    got = agree(
        write_jsonl(tmp_path / "gold.jsonl", gold), write_jsonl(tmp_path / "findings.jsonl", findings)
    )
    # the mutations reach every branch: neither all right nor all wrong
    assert 0.3 < got["precision"] < 0.95
    assert 0.3 < got["recall"] < 0.9
    assert got["harm_per_10k"] > 0
    assert len(got["by_type"]) >= 8


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("reference_score", REFERENCE)
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


@needs_reference
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(evaluations())
def test_the_figures_agree_with_the_bench_on_any_small_case(reference, tmp_path, case):
    gold = write_jsonl(tmp_path / "gold.jsonl", case[0])
    findings = write_jsonl(tmp_path / "findings.jsonl", case[1])
    expected = reference.score(str(gold), str(findings))
    del expected["shown"]
    assert score(read_gold(gold).articles, read_findings(findings)).as_dict() == expected


@given(st.permutations([applied(6, 6, "步"), applied(13, 14, "鱼"), flagged(0, 3), applied(12, 12, "色")]))
def test_the_order_of_findings_that_do_not_compete_does_not_matter(claims):
    article = GoldArticle("a", TEXT, "甲站", (STEP, COLOUR))
    verdict = judge(article, claims)
    assert [(j.edit, j.right) for j in verdict.judged] == [
        (Edit(6, 6, "步"), True),
        (Edit(12, 12, "色"), True),
        (Edit(13, 14, "鱼"), False),
    ]
