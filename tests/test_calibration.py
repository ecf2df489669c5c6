"""Labels of findings, reliability and curves: cases to reckon by hand, and what must hold of all."""

import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanup.builtin import BUILT_IN
from cleanup.data import Edit
from cleanup.decode.calibrate import TABLE, judged, log_odds
from cleanup.decode.calibrate import stated as stated_confidence
from cleanup.edits import spans_overlap
from cleanup.errors import GoldError
from cleanup.evaluate import Calibrator, Scorer, score
from cleanup.evaluate.calibration import BINS, Change, interval, reliability
from cleanup.evaluate.changes import changes
from cleanup.evaluate.curves import as_dict, at_confidence, at_tier, bar, curve, thinned
from cleanup.evaluate.gold import Claim, GoldArticle, GoldEdit, claim
from cleanup.evaluate.labels import Level, label
from cleanup.evaluate.verdict import judge
from gold_cases import evaluations

TEXT = "他们在湖边散，看见一只白的鸟。"  # 散[步], 白[色]
STEP = GoldEdit(Edit(6, 6, "步"), "dropped_char", alternatives=("心",))
COLOUR = GoldEdit(Edit(12, 12, "色"), "dropped_char")


def says(start, end, replacement, confidence=0.8, *, applied=False, tier="", kind="dropped_char"):
    tier = tier or ("auto" if applied else "suggest")
    return Claim("a", start, end, replacement, applied, kind, "some-rule", tier, confidence)


def labels(edits, *claims, text=TEXT):
    article = GoldArticle("a", text, "甲站", tuple(edits))
    return label(article, claims, judge(article, claims))


def rights(found):
    return [(j.claim.start, j.right) for j in found.judged]


def calibrated(edits, *claims, text=TEXT):
    article = GoldArticle("a", text, "甲站", tuple(edits))
    calibrator = Calibrator()
    calibrator.add(article, claims, Scorer().add(article, claims))
    return calibrator.result()


# --- labels --------------------------------------------------------------------------------------


def test_a_suggestion_is_right_where_it_would_repair_and_wrong_where_it_would_not():
    got = labels([STEP, COLOUR], says(6, 6, "步"), says(12, 12, "雪", 0.6), says(0, 2, "我", 0.7))
    assert rights(got) == [(0, False), (6, True), (12, False)]
    assert got.levels == {0: Level(0.8, "suggest")}


def test_an_alternative_is_right_and_each_of_two_rivals_is_judged_by_itself():
    got = labels([STEP], says(6, 6, "心"), says(6, 6, "步", 0.9), says(6, 6, "伞", 0.6))
    assert sorted((j.claim.confidence, j.right) for j in got.judged) == [
        (0.6, False),
        (0.8, True),
        (0.9, True),
    ]
    assert got.levels[0] == Level(0.9, "suggest")


def test_what_lies_in_optional_damage_is_neutral_applied_or_not():
    may = GoldEdit(Edit(7, 9, "望见"), "spin_synonym", optional=True)
    one, other = says(7, 9, "望见"), says(7, 9, "看到")
    assert labels([may], one).neutral == (one,)
    assert labels([may], other).neutral == (other,)
    made = replace(other, applied=True)
    assert labels([may], made).neutral == (made,)
    assert not labels([may], one).judged and not labels([may], one).levels


def test_a_suggestion_is_judged_on_top_of_what_is_applied_beside_it():
    whole = GoldEdit(Edit(6, 6, "步去"), "dropped_word")
    half, rest = says(6, 6, "步", applied=True), says(6, 7, "去，", 0.7)
    assert rights(labels([whole], half)) == [(6, False)]
    assert rights(labels([whole], rest)) == [(6, False)]
    got = labels([whole], half, rest)
    assert [(j.claim.replacement, j.right) for j in got.judged] == [("步", False), ("去，", True)]
    assert got.levels == {0: Level(0.7, "suggest")}


def test_a_suggestion_that_an_applied_edit_stands_in_the_way_of_is_judged_in_its_place():
    got = labels([STEP], says(6, 6, "伞", 0.99, applied=True), says(6, 6, "步", 0.6))
    assert [(j.claim.replacement, j.right) for j in got.judged] == [("伞", False), ("步", True)]


def test_a_second_repair_of_what_is_repaired_is_wrong():
    text = "谢你的来信，谢谢"
    gold = GoldEdit(Edit(1, 1, "谢"), "dropped_char", alternatives=("谢谢",))
    got = labels([gold], says(1, 1, "谢", applied=True), says(0, 0, "多", 0.6), text=text)
    assert [(j.claim.replacement, j.right) for j in got.judged] == [("谢", True), ("多", False)]


def test_a_flag_a_noop_and_bad_offsets_have_no_label():
    assert labels([STEP], says(6, 7, None), says(0, 2, "他们"), says(10, 40, "")).judged == ()


def test_furniture_is_worth_the_confidence_at_which_its_ink_is_gone():
    text = "上一篇：湖边\n下一篇：林间\n他们在湖边散步。"
    page = GoldEdit(Edit(0, 14, ""), "boilerplate")
    first = says(0, 7, "", 0.99, applied=True, kind="boilerplate")
    second = says(7, 14, "", 0.7, kind="boilerplate")
    assert labels([page], first, text=text).levels == {}
    got = labels([page], first, second, text=text)
    assert got.levels == {0: Level(0.7, "suggest")}
    assert rights(got) == [(0, True), (7, True)]
    assert (
        labels([page], first, says(7, 18, "", 0.7, kind="boilerplate"), text=text).judged[-1].right is False
    )


def test_findings_that_state_no_confidence_are_counted_apart():
    got = calibrated([STEP], says(6, 6, "步", None), says(12, 12, "雪", 0.6))
    assert got.silent == 1
    assert got.changes == {Change("dropped_char", "some-rule", "suggest", 0.6, False): 1}
    assert got.levels == {} and got.gold == {"dropped_char": 1}


@pytest.mark.parametrize("value", ["0.9", 1.5, -0.1, True, float("nan")])
def test_a_confidence_that_is_none_is_refused_with_its_place(value):
    record = {"article": "a", "start": 0, "end": 1, "replacement": "", "confidence": value}
    with pytest.raises(GoldError, match=r"f\.jsonl:3: confidence must be a number from 0 to 1"):
        claim(record, where="f.jsonl:3")
    assert claim({**record, "confidence": None}).confidence is None


LAWS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def stated(draw):
    """Gold articles and claims about them; applied ones are of tier auto, the others of tier suggest."""
    gold, findings = draw(evaluations())
    articles = [
        GoldArticle(
            g["id"],
            g["text"],
            g["source"],
            tuple(
                GoldEdit(
                    Edit(e["start"], e["end"], e["replacement"]),
                    e["type"],
                    e.get("optional", False),
                    tuple(e.get("alternatives", ())),
                )
                for e in g["edits"]
            ),
        )
        for g in gold
    ]
    confidence = st.sampled_from((0.3, 0.5, 0.62, 0.9, 0.97, 0.99, 1.0))
    claims = [
        replace(claim(f), confidence=draw(confidence), tier="auto" if f["applied"] else "suggest")
        for f in findings
    ]
    return articles, claims


@LAWS
@given(stated())
def test_the_labels_of_what_is_applied_give_the_precision_of_the_scorer(case):
    articles, claims = case
    calibrator = Calibrator()
    scores = score(articles, claims, calibrator=calibrator)
    made, right = Counter(), Counter()
    for change, n in calibrator.result().changes.items():
        if change.tier == "auto":
            made[change.kind] += n
            right[change.kind] += n * change.right
    assert made == Counter({k: t.applied for k, t in scores.by_kind.items()})
    assert +right == +Counter({k: t.right for k, t in scores.by_kind.items()})


@LAWS
@given(stated())
def test_what_is_repaired_and_nothing_else_has_a_level_of_an_applied_tier(case):
    articles, claims = case
    for article in articles:
        own = [c for c in claims if c.article == article.id]
        verdict = judge(article, own)
        levels = label(article, own, verdict).levels
        must = {k for k, g in enumerate(article.edits) if not g.optional}
        assert must & verdict.repaired == {k for k in must & levels.keys() if levels[k].tier == "auto"}
        assert all(0 < level.confidence <= 1 for level in levels.values())


@LAWS
@given(stated())
def test_a_suggestion_is_judged_as_if_it_were_made(case):
    """Judged at its place, each gets the label that judging the whole article would give it."""
    articles, claims = case
    for article in articles:
        text = article.text
        own = [c for c in claims if c.article == article.id and 0 <= c.start <= c.end <= len(text)]
        own = [c for c in own if c.replacement not in (None, text[c.start : c.end])]
        got = label(article, own, judge(article, own))
        for c in own:
            if c.applied:
                continue
            mine = changes(text, Edit(c.start, c.end, c.replacement))
            beside = [
                o
                for o in own
                if o.applied
                and not spans_overlap(o.start, o.end, c.start, c.end)
                and not set(mine) & set(changes(text, Edit(o.start, o.end, o.replacement)))
            ]
            made = replace(c, applied=True)
            expected = [(j.edit, j.right) for j in judge(article, [*beside, made]).judged if j.claim is made]
            assert [(j.edit, j.right) for j in got.judged if j.claim is c] == expected


# --- reliability ---------------------------------------------------------------------------------


def honest(n=1000):
    """Changes of which exactly the stated share is right."""
    out = Counter()
    for percent in (55, 62, 70, 84, 90, 95, 97, 98, 99, 100):
        out[percent / 100, True] += n * percent // 100
        out[percent / 100, False] += n - n * percent // 100
    return out


def test_confidences_that_mean_what_they_say_have_no_calibration_error():
    got = reliability(honest())
    assert got.ece == pytest.approx(0, abs=1e-9)
    assert got.edits == 10_000 and not got.is_off
    assert all(b.interval[0] <= b.mean <= b.interval[1] for b in got.bins if b.edits)


def test_confidences_that_lie_have_an_error_as_large_as_the_lie():
    lying = reliability({(0.95, True): 600, (0.95, False): 400})
    assert lying.ece == pytest.approx(0.35)
    assert lying.is_off
    shy = reliability({(0.6, True): 95, (0.6, False): 5})
    assert shy.ece == pytest.approx(0.35) and shy.is_off


def test_the_brier_score_rewards_being_sure_of_what_is_right():
    sure = reliability({(0.99, True): 50, (0.01, False): 50})
    vague = reliability({(0.5, True): 50, (0.5, False): 50})
    assert vague.brier == pytest.approx(0.25) and sure.brier == pytest.approx(0.0001)
    # the vague ones are calibrated all the same
    assert vague.ece == pytest.approx(0)


def test_a_rule_that_is_always_right_at_99_is_not_off_and_a_few_findings_say_nothing():
    assert not reliability({(0.99, True): 5000}).is_off
    assert not reliability({(0.9, False): 20}).is_off


@given(st.dictionaries(st.tuples(st.floats(0, 1), st.booleans()), st.integers(1, 50), max_size=20))
def test_bins_hold_everything_once(counts):
    got = reliability(counts)
    assert got.edits == sum(counts.values()) == sum(b.edits for b in got.bins)
    assert got.right == sum(n for (_, right), n in counts.items() if right)
    for b in got.bins:
        if b.edits:
            assert b.low - 1e-9 <= b.mean <= b.high + 1e-9
            assert 0 <= b.interval[0] <= b.share + 1e-9 <= b.interval[1] + 2e-9
    if counts:
        assert 0 <= got.ece <= 1 and 0 <= got.brier <= 1
    else:
        assert got.ece is got.brier is got.share is None


def test_a_border_belongs_to_the_bin_above_it_and_one_to_the_last():
    got = reliability({(c, True): 1 for c in BINS})
    assert [b.edits for b in got.bins] == [1, 1, 1, 1, 1, 2]


def test_nothing_is_known_of_nothing():
    assert interval(0, 0) == (0.0, 1.0)
    low, high = interval(20, 20)
    assert 0.8 < low < 0.85 and high == pytest.approx(1)


# --- curves --------------------------------------------------------------------------------------


def test_a_curve_reckoned_by_hand():
    got = calibrated(
        [STEP, COLOUR], says(6, 6, "步", 0.99, applied=True), says(12, 12, "色", 0.6), says(0, 2, "我", 0.8)
    )
    points = curve(got, "dropped_char")
    assert [(p.confidence, p.edits, p.right, p.recall) for p in points] == [
        (0.99, 1, 1, 0.5),
        (0.8, 2, 1, 0.5),
        (0.6, 3, 2, 1.0),
    ]
    auto, both = (at_tier(got, "dropped_char", t) for t in ("auto", "suggest"))
    assert (auto.precision, auto.recall, auto.confidence) == (1.0, 0.5, 0.99)
    assert (both.right, both.edits, both.recall, both.confidence) == (2, 3, 1.0, 0.6)
    assert at_tier(got, "dropped_char", "flag") is None and curve(got, "mask") == []
    assert bar(points, 0.6).confidence == 0.6 and bar(points, 0.9).confidence == 0.99
    assert bar(points[1:], 0.9) is None
    assert at_confidence(points, 0.7).edits == 2 and at_confidence(points, 1.0) is None


def test_a_kind_without_gold_has_no_recall():
    got = calibrated([], says(0, 2, "我"))
    assert [p.recall for p in curve(got, "dropped_char")] == [None]
    assert at_tier(got, "dropped_char", "suggest").recall is None
    assert as_dict(got)["by_kind"]["dropped_char"]["tiers"]["suggest"]["precision"] == 0.0


@LAWS
@given(stated())
def test_as_the_confidence_falls_more_is_made_and_more_is_repaired(case):
    articles, claims = case
    calibrator = Calibrator()
    score(articles, claims, calibrator=calibrator)
    got = calibrator.result()
    for kind in ["", *got.kinds]:
        points = curve(got, kind)
        assert [p.confidence for p in points] == sorted({p.confidence for p in points}, reverse=True)
        for before, after in pairwise(points):
            assert before.edits <= after.edits and before.right <= after.right
            assert (before.recall or 0) <= (after.recall or 0) <= 1
        if points:
            assert (points[-1].edits, points[-1].right) == (got.of(kind).edits, got.of(kind).right)
            # what a kind's own findings leave may be repaired by suggestions of another
            both = at_tier(got, kind, "suggest")
            if both is not None:
                assert (both.edits, both.recall) == (points[-1].edits, points[-1].recall)


def test_a_long_curve_is_written_with_some_two_hundred_points_and_both_ends():
    gold = tuple(GoldEdit(Edit(2 * n, 2 * n, "步"), "dropped_char") for n in range(1000))
    claims = [says(2 * n, 2 * n, "步", 0.5 + n / 2500) for n in range(1000)]
    points = curve(calibrated(gold, *claims, text="散湖" * 1000), "dropped_char")
    shown = thinned(points)
    assert len(points) == 1000 and 150 <= len(shown) <= 210
    assert (shown[0], shown[-1]) == (points[0], points[-1])
    assert thinned([]) == []


# --- what decoding states ------------------------------------------------------------------------

MAPPED = sorted(json.loads(TABLE.read_text("utf-8")))


def test_only_channel_findings_have_maps_and_all_of_them_rise():
    table = json.loads(TABLE.read_text("utf-8"))
    assert all(rule in BUILT_IN and rule.startswith("channel-") for rule in table)
    assert all(set(line) == {"slope", "shift"} and line["slope"] > 0 for line in table.values())


@given(st.sampled_from([*MAPPED, "channel-mask"]), st.floats(0, 1), st.floats(0, 1))
def test_a_map_keeps_the_order_of_hypotheses(rule, p, q):
    low, high = sorted((p, q))
    assert stated_confidence(rule, low) <= stated_confidence(rule, high)
    assert 0 <= stated_confidence(rule, p) <= 1


@given(st.sampled_from([*MAPPED, "channel-mask"]), st.floats(0.001, 0.999))
def test_the_way_back_gives_the_probability_that_was_judged(rule, p):
    assert log_odds(judged(rule, stated_confidence(rule, p))) == pytest.approx(log_odds(p), abs=0.15)


def test_a_rule_without_a_map_states_what_was_judged():
    assert stated_confidence("a-rule-of-ours", 0.97) == 0.97 == judged("a-rule-of-ours", 0.97)
