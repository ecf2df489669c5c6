"""Lines that recur over a source: counted the same in any order, and evidence beside features."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.pipeline import Cleaner
from cleanup.recurrence import (
    ARTICLES_MIN,
    LineCounts,
    normalised,
    template,
)
from cleanup.rules import RuleSet

NAMES = ["青豆", "阿宽", "林一", "老周", "顾北", "小满"]
SUBJECTS = ["木凳", "竹篮", "陶罐", "草鞋", "铜壶", "纸伞", "布鞋", "瓦当", "漆盒", "风筝"]
VERBS = ["怎样选料", "怎样晾干", "怎样修补", "怎样收存"]


def body(i, n=4):
    r = random.Random(i)
    return [
        f"{r.choice(SUBJECTS)}这门手艺里，{r.choice(NAMES)}最看重第{i}年学到的那一步，做起来慢，却省了后面许多工夫。{j}"
        for j in range(n)
    ]


def title(i):
    return SUBJECTS[i % 10] + VERBS[i // 10 % 4] + "之" + str(i)


def dump(n, head=(), tail=(), between=()):
    """Articles of one source, each with the same page around it."""
    for i in range(n):
        b = body(i)
        yield "\n".join([*head, title(i), *b[:2], *between, *b[2:], *tail])


def knowing(texts, source="s"):
    counts = LineCounts()
    for t in texts:
        counts.add(source, t)
    return Cleaner(RuleSet((), ""), recurrence=counts.freeze())


def gone(cleaner, text):
    return [f.observed.strip() for f in cleaner.clean(Document("a", text, "s")).applied]


def test_lines_are_counted_without_their_numbers_and_blanks():
    assert normalised("阅读 1024　次") == normalised("阅读 7 次") == "阅读0次"
    assert template("责编:青豆") == template("责编:阿宽") == "责编:*"
    assert template("没有栏目的一行") is None
    assert template("他说:这把椅子坐着稳,腿也不晃。") is None


def test_a_page_that_no_cue_knows_goes_where_it_recurs():
    head, tail = ["木作小屋 手艺人的客厅"], ["长风文化荣誉出品", "与三千位手艺人同行", "本周主打竹编入门套装"]
    texts = list(dump(40, head, tail))
    assert gone(Cleaner(RuleSet((), "")), texts[0]) == []
    assert sorted(gone(knowing(texts), texts[0])) == sorted(head + tail)


def test_fields_with_changing_names_recur_by_their_template():
    texts = [t + f"\n誊录值日：{NAMES[i % 6]}" for i, t in enumerate(dump(40))]
    alone = Cleaner(RuleSet((), "")).clean(Document("a", texts[0], "s")).findings
    known = knowing(texts).clean(Document("a", texts[0], "s")).findings
    assert not alone
    assert all(f.tier == "suggest" for f in known)
    texts = [t + f"\n责编辑：{NAMES[i % 6]}" for i, t in enumerate(dump(40))]
    assert gone(knowing(texts), texts[0]) == ["责编辑：青豆"]


@pytest.mark.parametrize(
    "line",
    [
        "【问题描述】",
        "第一章 总则",
        "一、案情简介",
        "参考文献",
        "本办法自2020年1月1日起施行。",
        "特此公告",
        "青石镇人民政府",
        "2020年3月5日",
        "审判长 王青",
        "此致",
        "敬礼",
        "你好",
        "咨询师：你好，请问今天想聊些什么？",
        "哎哟喂，收麦子喽，收麦子喽，镰刀磨得亮。",
        "如不服本判决，可在判决书送达之日起十五日内，向本院递交上诉状，上诉于市中级人民法院。",
    ],
)
@pytest.mark.parametrize("place", ["head", "between", "tail"])
def test_body_that_recurs_stays(line, place):
    texts = list(dump(60, **{place: [line]}))
    cleaner = knowing(texts)
    assert all(gone(cleaner, t) == [] for t in texts[:5])


def test_a_heading_of_every_article_stays_in_the_middle():
    texts = list(dump(60, between=["工具与材料清单"]))
    assert gone(knowing(texts), texts[0]) == []


def test_little_is_said_of_few_articles():
    tail = ["长风文化荣誉出品"]
    few = list(dump(ARTICLES_MIN - 1, tail=tail))
    assert gone(knowing(few), few[0]) == []
    rare = [*dump(95), *(t + "\n" + tail[0] for t in dump(3))]
    assert gone(knowing(rare), rare[-1]) == []


def test_the_same_text_counts_once():
    [text] = dump(1, tail=["长风文化荣誉出品"])
    counts = LineCounts()
    for _ in range(100):
        counts.add("s", text)
    assert counts.freeze().of("s") is None


def test_sources_do_not_speak_for_each_other():
    texts = list(dump(40, tail=["长风文化荣誉出品"]))
    outcome = knowing(texts, "other").clean(Document("a", texts[0], "s"))
    assert not outcome.changed


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4), st.integers(9, 60))
def test_order_and_sharding_do_not_change_the_counts(r, shards, sample):
    texts = [*dump(50, tail=["长风文化荣誉出品"]), *dump(20)]
    whole = LineCounts(sample)
    for t in texts:
        whole.add("s", t)
    r.shuffle(texts)
    parts = [LineCounts(sample) for _ in range(shards)]
    for i, t in enumerate(texts):
        parts[i % shards].add("s", t)
    parts[0].merge(parts[1:])
    assert parts[0].freeze() == whole.freeze()


def test_the_sample_is_bounded():
    counts = LineCounts(sample=10)
    for t in dump(200, tail=["长风文化荣誉出品"]):
        counts.add("s", t)
    seen = counts.freeze().of("s")
    assert seen.articles == 10 and seen.exact("长风文化荣誉出品") == 10


def test_cleaning_with_counts_again_changes_nothing():
    texts = list(dump(40, ["木作小屋 手艺人的客厅"], ["长风文化荣誉出品", "点击查看更多好物 >>"]))
    cleaner = knowing(texts)
    for t in texts[:10]:
        once = cleaner.clean(Document("a", t, "s"))
        again = cleaner.clean(Document("a", once.text, "s"))
        assert once.changed and not once.notes and again.text == once.text


def write(path, texts):
    path.write_text(
        "".join(json.dumps({"id": str(i), "text": t, "source": "s"}) + "\n" for i, t in enumerate(texts))
    )


def test_a_run_counts_first_names_the_counts_and_can_be_told_not_to(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from cleanup.cli.app import app

    texts = list(dump(40, tail=["长风文化荣誉出品"]))
    write(tmp_path / "dump.jsonl", texts)
    run = CliRunner()
    for extra, left in (([], 0), (["--no-recurrence"], 40)):
        out = tmp_path / f"out{left}"
        result = run.invoke(app, ["run", str(tmp_path / "dump.jsonl"), "--out", str(out), "-q", *extra])
        assert result.exit_code == 0, result.output
        cleaned = (out / "cleaned" / "dump.jsonl").read_text()
        assert sum("长风" in json.loads(line)["text"] for line in cleaned.splitlines()) == left
        versions = json.loads((out / "summary.json").read_text())["versions"]
        assert ("recurrence" in versions) == (left == 0)


def test_stdin_is_never_counted(tmp_path):
    from typer.testing import CliRunner

    from cleanup.cli.app import app

    texts = list(dump(40, tail=["长风文化荣誉出品"]))
    write(tmp_path / "dump.jsonl", texts)
    data = (tmp_path / "dump.jsonl").read_bytes()
    result = CliRunner().invoke(app, ["run", "-", "--format", "jsonl", "-q"], input=data)
    assert (
        result.exit_code == 0
        and result.stdout_bytes.count("长风".encode()) + result.stdout.count("\\u957f") >= 40
    )
