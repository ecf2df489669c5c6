"""Facts about whole articles, and the quality that sums them up."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.facts import PARTS, Facts, facts_of, quality
from test_run import BAD, lines, run_dir

GOOD = Facts(1000, 0.9, 0.0, 0.0, 0.0, 0.0, "", True, False)
HILL = (
    "山腰的这口井是太爷爷那一辈人挖的，井台用了九块青石。",
    "旱年里别处都干了，这口井的水只退下去一尺，全村人轮着来挑。",
    "后来通了自来水，井口加了一块石板，逢年过节才有人揭开看看。",
    "去年夏天修路，工程队想把井填掉，几位老人坐在石板上坐了三天。",
)


def facts(cleaner, text, **meta):
    return facts_of(cleaner.clean(Document("a", text, meta=meta)))


@pytest.mark.parametrize(
    "last,why",
    [
        ("路最后绕开了井，多花的钱由村里凑了一半，另一半是几位在外面做", "mid_sentence"),
        ("路最后绕开了井，多花的钱由村里凑了一半，", "mid_sentence"),
        ("路最后绕开了井，多花的钱由村里凑了一半...", "ellipsis"),
        ("路最后绕开了井，多花的钱由村里凑了一半…", "ellipsis"),
        ("路最后绕开了井，多花的钱由村里凑了一半。展开全文", "read_more"),
        ("（未完待续）", "read_more"),
        ("剩余 60% 登录后阅读全文 >>", "read_more"),
        ("路最后绕开了井，多花的钱由村里凑了一半。", ""),
        ("他只说了一句：“井是大家的，路也是大家的，都得留着……”", ""),
        ("再后来，就没有人提这件事了……", ""),
        ("村委会", ""),
        ("二〇二三年四月", ""),
        ("路最后绕开了井，多花的钱由村里凑了一半（据村志）", ""),
        ("想看村志的人可以展开全文目录，再按年份往下找就能看到这一段。", ""),
    ],
)
def test_an_article_that_is_cut_off_is_told_from_one_that_ends(cleaner, last, why):
    assert facts(cleaner, "\n".join([*HILL, last]), title="井").truncated == why


def test_lists_and_poems_are_not_held_to_end_in_sentences(cleaner):
    poem = "\n".join(["春水漫过三尺桥，", "桥头老树又抽条，", "去年燕子今年见，", "旧巢还在最高梢"])
    chat = "\n".join(
        [
            "你到哪里了呀，我都等了你快一个小时了",
            "堵在桥上呢，前面好像有两辆车撞了",
            "那我先去把菜点了，你慢慢开",
        ]
    )
    for text in (poem, chat, "葱两根\n姜一块\n盐少许", ""):
        assert facts(cleaner, text).truncated == ""


def test_furniture_after_the_body_does_not_hide_that_it_is_cut(cleaner):
    text = "\n".join(
        [
            *HILL,
            "路最后绕开了井，多花的钱由村里凑了一半，另一半是几位在外面做",
            "上一篇：山里的水\n下一篇：田里的泥\n版权所有 测ICP备10000000号-1\n",
        ]
    )
    got = facts(cleaner, text)
    assert got.furniture > 0 and got.truncated == "mid_sentence"


def test_titles_headlines_and_repeats(cleaner):
    body = "\n".join(HILL)
    assert not facts(cleaner, body).titled
    assert facts(cleaner, body, title="老井").titled
    assert facts(cleaner, f"半山腰的那口老井\n{body}").titled
    heads = [f"{a}{b}的三种做法" for a in ["清炒", "红烧", "凉拌"] for b in ["春笋", "南瓜", "豆角"]]
    assert facts(cleaner, "\n".join(heads)).list_page
    assert not facts(cleaner, body).list_page
    assert facts(cleaner, body).repeated == 0
    assert facts(cleaner, f"{body}\n{body}", title="老井").repeated == pytest.approx(0.5)


@given(
    st.sampled_from(["furniture", "repeated", "damaged", "noisy"]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 100),
)
def test_quality_falls_where_a_fact_gets_worse(name, a, b, scale):
    scale = scale if name in ("damaged", "noisy") else 1
    less, more = sorted((a * scale, b * scale))
    better, worse = (dataclasses.replace(GOOD, **{name: x}) for x in (less, more))
    assert 0 <= quality(worse)[0] <= quality(better)[0] <= 1


def test_quality_is_its_parts(cleaner):
    score, parts = quality(GOOD)
    assert score == 1 and list(parts) == [p.name for p in PARTS] and all(p.about for p in PARTS)
    assert quality(dataclasses.replace(GOOD, truncated="ellipsis"))[0] < 1
    assert quality(dataclasses.replace(GOOD, list_page=True))[0] < 1
    assert quality(dataclasses.replace(GOOD, furniture=1.0))[0] == 0
    assert quality(facts(cleaner, " \n"))[0] == 0


def test_a_run_writes_facts_of_articles_and_sums_of_sources(tmp_path):
    rows = [
        {"id": "a", "text": "\n".join(HILL), "title": "老井"},
        {"id": "b", "text": "\n".join(HILL)[:-12]},
        {"id": "c", "text": ""},
        {"id": "d", "text": BAD, "source": "x"},
    ]
    data = "".join(json.dumps(r) + "\n" for r in rows)
    made = []
    for apply in ("auto", "none"):
        (tmp_path / apply).mkdir()
        out, _ = run_dir(tmp_path / apply, {"d.jsonl": data}, "--apply", apply)
        made.append(
            [{k: a[k] for k in a if k not in ("applied", "verdict")} for a in lines(out / "articles.jsonl")]
        )
    # what is known of an article does not depend on what was repaired
    assert made[0] == made[1]
    a, b, c, d = made[0]
    assert (a["title"], a["quality"], a["truncated"], a["titled"]) == ("老井", 1, "", True)
    assert (b["truncated"], b["titled"]) == ("mid_sentence", False) and 0.8 < b["quality"] < 1
    assert c["quality"] == 0 and d["quality_parts"]["damage"] < 0.1
    sources = json.loads((out / "summary.json").read_text("utf-8"))["by_source"]
    mean = (a["quality"] + b["quality"] + c["quality"]) / 3
    assert sources["in"]["quality"] == pytest.approx(mean, abs=1e-4)
    assert {k: sources["in"][k] for k in ("articles", "empty", "truncated", "untitled")} == {
        "articles": 3,
        "empty": 1,
        "truncated": 1,
        "untitled": 2,
    }
    assert sources["x"]["articles"] == 1
    assert "Quality of articles" in (out / "report.html").read_text("utf-8")
