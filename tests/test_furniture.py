"""Furniture from features of lines and blocks: what goes, what stays, and what is said of it."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanup import edits as ed
from cleanup.builtin import BUILT_IN
from cleanup.data import Document
from cleanup.detect.cues import CUES
from cleanup.detect.furniture import propose
from cleanup.detect.hints import families, has_hint
from cleanup.detect.lines import is_hinted, score
from cleanup.detect.reading import Reading
from cleanup.detect.runs import is_link_run
from cleanup.detect.share import furniture_share
from cleanup.fold import fold
from cleanup.pipeline import Cleaner
from cleanup.recurrence import LineCounts
from cleanup.rules import RuleSet
from furniture_lines import BODY, TITLE, marked

PAGE, HONEST = marked()
FURNITURE = ("boilerplate", "duplicate")


@pytest.fixture(scope="module")
def features():
    """What features find alone, without any rule."""
    return Cleaner(RuleSet((), ""))


def article(*lines):
    return "\n".join([TITLE, *BODY, *lines])


def taken(cleaner, text, **meta):
    return [f.observed.strip() for f in cleaner.clean(Document("a", text, meta=meta)).applied]


def shares(cleaner, lines):
    """How many of some marked lines go, and how many are at least shown."""
    gone = shown = 0
    for m in lines:
        text = m.article()
        start = text.index(m.line)
        found = [
            f
            for f in cleaner.clean(Document("a", text)).findings
            if f.start <= start and start + len(m.line) <= f.end and f.kind in FURNITURE
        ]
        shown += bool(found)
        gone += any(f.applied for f in found)
    return gone / len(lines), shown / len(lines)


def test_most_page_lines_of_styles_never_looked_at_go(cleaner, features):
    held = [m for m in PAGE if m.use == "hold"]
    assert len(held) >= 70
    for how, least in ((cleaner, 0.8), (features, 0.78)):
        gone, shown = shares(how, held)
        assert gone >= least and shown >= gone


def test_page_lines_looked_at_go(cleaner):
    gone, _ = shares(cleaner, [m for m in PAGE if m.use == "tune"])
    assert gone >= 0.88


def test_honest_lines_that_look_like_page_stay_wherever_they_stand(cleaner):
    assert len({m.line for m in HONEST}) >= 120
    wrong = [
        (m.at, m.line)
        for m in HONEST
        if any(f.kind in FURNITURE for f in cleaner.clean(Document("a", m.article())).applied)
    ]
    assert wrong == []


def test_nothing_but_the_marked_line_goes(cleaner):
    for m in PAGE:
        for f in cleaner.clean(Document("a", m.article())).applied:
            if f.kind in FURNITURE:
                assert f.observed.strip() in m.line


def test_a_line_goes_with_its_newline_and_says_why(features):
    text = article("阅读 3201 · 评论 12")
    [f] = features.clean(Document("a", text)).applied
    assert f.observed == "阅读 3201 · 评论 12" and f.rule == "page-line" and f.kind == "boilerplate"
    assert f.evidence["place"] == "tail" and f.evidence["points"] == pytest.approx(
        sum(f.evidence["cues"].values()), abs=0.02
    )
    middle = "\n".join([TITLE, "稿源：晨光观察　责编：阿树", *BODY])
    [f] = features.clean(Document("a", middle)).applied
    assert f.observed.endswith("\n")


def test_what_a_rule_finds_is_not_found_again(cleaner):
    text = article("责任编辑：小猫", "© 版权所有 浙ICP备12345678号-1")
    places = [(f.start, f.end) for f in cleaner.clean(Document("a", text)).findings]
    assert len(places) == len(set(places)) == 2


def test_links_under_a_heading_go_to_the_end(features):
    text = article("延伸阅读", "竹篮的十二种编法", "陶土为什么会裂", "老式煤炉怎样封火")
    assert len(taken(features, text)) == 4


def test_links_with_body_after_them_are_only_shown(features):
    text = article("延伸阅读", "竹篮的十二种编法", "陶土为什么会裂", BODY[0].replace("老周", "老杨"))
    kept = features.clean(Document("a", text)).text
    assert "竹篮的十二种编法" in kept and "老杨" in kept


def test_a_run_of_dated_links_goes_however_long(features):
    run = " ".join(
        f"怎样修好第{i}号凳子？先看榫头 2021-05-0{i % 9 + 1} 10:1{i % 10}木匠{i}" for i in range(40)
    )
    assert taken(features, article(run)) == [run]
    assert is_link_run(run) and not is_link_run(
        "2021-05-01 10:10 开始，2021-05-01 11:10 结束，之后散会，各自回家吃饭。"
    )


def test_a_chronicle_is_no_list_of_links(cleaner):
    dates = ["2003-05-12　大桥合龙", "2003-08-01　大桥通车", "2004-01-15　收费站撤去", "2005-10-01　夜灯亮起"]
    assert taken(cleaner, article(*dates, BODY[2])) == []


def test_a_byline_stuck_to_the_first_sentence_goes_alone(features):
    text = "\n".join([TITLE, "手艺人 2022-03-05 09:12 来源：北岸晚报 " + BODY[0], *BODY[1:]])
    outcome = features.clean(Document("a", text))
    assert outcome.text == "\n".join([TITLE, *BODY])
    assert outcome.applied[0].rule == "page-glued"


def test_what_is_stuck_to_the_last_sentence_goes_alone(features):
    for page in (
        "粤ICP备09012345号-6 粤公网安备44010302000123号",
        "免责声明：本文转载自网络，版权归原作者所有，如有侵权请联系删除。",
        "竹篮怎么编 2021-05-01 10:10青豆 陶土怎么醒？看这里 2021-05-01 10:12网友阿宽",
    ):
        assert features.clean(Document("a", article() + page)).text == article(), page


def test_a_sentence_with_its_own_date_is_no_byline(features):
    text = "\n".join([TITLE, "2022年3月5日 9:12，第一批榆木运到了巷口的木作铺。", *BODY])
    assert taken(features, text) == []


def test_the_title_said_again_goes_and_the_first_stays(features):
    text = "\n".join([TITLE, BODY[0], TITLE + "？", BODY[1]])
    assert taken(features, text) == [TITLE + "？"]


def test_the_title_with_the_name_of_the_site_goes(features):
    assert taken(features, "\n".join([TITLE, f"{TITLE}_木作网", *BODY])) == [f"{TITLE}_木作网"]
    assert taken(features, "\n".join([TITLE, f"{TITLE}，要从选料说起", *BODY])) == []


def test_a_paragraph_twice_in_a_row_goes_once(features):
    text = "\n".join([TITLE, BODY[0], BODY[1], BODY[1], BODY[2]])
    outcome = features.clean(Document("a", text))
    assert outcome.text == "\n".join([TITLE, *BODY[:3]])
    assert outcome.applied[0].kind == "duplicate"


def test_paragraphs_that_differ_in_a_word_or_a_number_stay(features):
    pairs = (
        (
            "左边的抽屉放刨子和凿子，用完要上油，雨季每周看一次。",
            "右边的抽屉放刨子和凿子，用完要上油，雨季每周看一次。",
        ),
        (
            "第3号榫眼宽12毫米，深30毫米，敲进去以前先试一试松紧。",
            "第4号榫眼宽12毫米，深30毫米，敲进去以前先试一试松紧。",
        ),
    )
    for a, b in pairs:
        assert not features.clean(Document("a", "\n".join([TITLE, a, b, BODY[0]]))).changed


def test_refrains_stay(features):
    refrain = "哎哟喂，收麦子喽"
    assert not features.clean(Document("a", "\n".join([TITLE, refrain, BODY[0], refrain, refrain]))).changed


@pytest.mark.parametrize(
    "text",
    [
        "相关阅读\n" + "\n".join(f"竹篮编法第{i}讲 2021-05-01 10:10阿宽" for i in range(20)),
        "首页 | 新闻 | 财经 | 体育\n热门文章\n竹篮的编法\n陶土的醒法\n煤炉的封法\n联系我们",
        "\n".join([TITLE] * 30),
    ],
)
def test_an_article_that_is_all_page_is_flagged_and_kept(cleaner, text):
    outcome = cleaner.clean(Document("a", text))
    assert outcome.text == text
    [f] = outcome.findings
    assert f.rule == "page-without-article" and f.tier == "flag"
    assert furniture_share(text, outcome.findings) == 1.0


def test_the_share_of_furniture_counts_visible_characters():
    text = "一二三四\n责编：甲乙\n"
    cleaner = Cleaner(RuleSet((), ""))
    assert furniture_share(text, cleaner.clean(Document("a", "正文。")).findings) == 0.0
    outcome = cleaner.clean(Document("a", article("阅读 3201 · 评论 12")))
    assert 0 < furniture_share(outcome.document.text, outcome.findings) < 0.2
    assert furniture_share("", []) == 0.0


def test_code_and_front_matter_are_not_page(features):
    text = "\n".join([TITLE, *BODY, "```", "首页 | 新闻 | 财经 | 体育", "```"])
    assert taken(features, text) == []


def test_built_ins_of_the_page_can_be_switched_off(ruleset):
    off = Cleaner(RuleSet((), "").without(["page-line"]))
    assert taken(off, article("阅读 3201 · 评论 12")) == []


def test_every_cue_is_reached_through_a_hint():
    for cue in CUES:
        assert cue.families, cue.name
    assert families("老周把刨花扫到墙角") == frozenset()
    assert "list" in families("编辑推荐") and "image" in families("图片来源：某处")
    assert has_hint("点击查看原图")


def test_a_line_without_a_hint_has_no_score():
    for m in PAGE:
        if score(fold(m.line).folded.strip()):
            assert is_hinted(fold(m.line).folded.strip()), m.line


def test_strange_articles_cost_no_time(features):
    import time

    for text in (
        "\n".join("春" for _ in range(20_000)),
        "\n".join(["编辑推荐"] * 5_000),
        "榆木的脾气要慢慢摸" * 40_000,
        "\n".join([TITLE] * 5_000),
    ):
        start = time.process_time()
        assert features.clean(Document("a", text)).text == text
        assert time.process_time() - start < 10


LINES = st.lists(
    st.one_of(
        st.sampled_from([m.line for m in PAGE]),
        st.sampled_from([m.line for m in HONEST]),
        st.sampled_from([TITLE, *BODY, "", BODY[0] + "粤ICP备09012345号", "\u200b", "```"]),
    ),
    max_size=14,
).map("\n".join)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_cleaning_again_changes_nothing_and_the_log_replays(cleaner, text):
    once = cleaner.clean(Document("a", text))
    assert not once.notes
    assert cleaner.clean(Document("a", once.text)).text == once.text
    assert ed.apply(text, [f.edit for f in once.applied]) == once.text


@settings(max_examples=120, deadline=None)
@given(LINES)
def test_proposals_of_the_page_lie_apart_and_inside(text):
    found = sorted(propose(Reading(text, fold(text), text, "")), key=lambda p: p.start)
    for p in found:
        assert 0 <= p.start < p.end <= len(text) and BUILT_IN[p.rule].kind == "boilerplate"
    for a, b in itertools.pairwise(found):
        assert a.end <= b.start


def test_furniture_of_a_mirror_in_traditional_script_goes_and_the_body_keeps_its_script(cleaner):
    body = "老槐樹下，幾位木匠正在討論榫卯的做法，他們認為手工的凳子更耐用，這個價錢也不算貴。\n"
    page = [
        "首頁 > 手藝 > 木工\n",
        "上一篇：竹椅為什麼會響\n",
        "聲明：本文來源於網絡，如有侵權請聯繫刪除。\n",
    ]
    outcome = cleaner.clean(Document("x", page[0] + body + body[5:] + "".join(page[1:])))
    assert outcome.text == body + body[5:]
    assert [f.observed for f in outcome.applied] == page


def test_lines_that_recur_over_a_traditional_source_are_asked_as_they_were_counted(cleaner):
    body = "第{}天，老槐樹下的木匠們討論榫卯的做法，他們認為手工的凳子更耐用，這個價錢也不算貴。\n"
    ours = "木作鄉親們的園地歡迎您來\n"
    texts = [body.format(n) * 2 + ours for n in range(40)]
    counts = LineCounts()
    for text in texts:
        counts.add("s", text)
    outcome = cleaner.knowing(counts.freeze()).clean(Document("x", texts[3], "s"))
    assert ours in [f.observed for f in outcome.findings if f.evidence.get("recurs_in") == 40]
