"""Findings of a channel as people are told them: in the report, by `explain`, and when they are taken back."""

import json
import re
from dataclasses import replace

import pytest

from cleanup.batch import Options, run
from cleanup.channel.files import channel_file_name, read_channel, write_channel
from cleanup.channel.items import Channel, Item
from cleanup.data import Document
from cleanup.flow import Watch
from cleanup.pipeline import Cleaner
from cleanup.report import html
from cleanup.report.evidence import sentences
from cleanup.report.words import Words
from cleanup.tally import Tally
from test_channel_laws import BROKEN, CHANNEL, SOURCE
from test_revert import files_of, findings_of, taken_back
from test_run import cleanup, lines

STEPS = "把木料堆在院子里是第一个阶，刨平是第二个阶。"
TALES = "村里的招聘孩子们都喜欢到他的招聘院子里玩，听他讲过去的招聘故事。"


def evidence(item, status="learned", found=41, articles=23, surviving=2, sure=0.987, **more):
    return {
        "item": item,
        "status": status,
        "found": found,
        "articles": articles,
        "surviving": surviving,
        "sure": sure,
        **more,
    }


@pytest.mark.parametrize(
    ("item", "zh", "en"),
    [
        ("strip:范", "“范”有 41 处被滤掉，分布在 23 篇文章，另有 2 处还在", "“范” was stripped from 41 places, in 23 articles, and survives in 2 others"),
        ("strip:→", "“→”有 41 处被滤掉，分布在 23 篇文章，另有 2 处还在", "“→” was stripped from 41 places, in 23 articles, and survives in 2 others"),
        ("mask:***→图纸", "“图纸”有 41 处被“***”盖住，分布在 23 篇文章，另有 2 处没有盖住", "“图纸” was masked by “***” in 41 places, in 23 articles, and is not masked in 2 others"),
        ("mask:***→", "有 41 处的词被“***”盖住，分布在 23 篇文章，另有 2 处用作他途", "“***” masked words in 41 places, in 23 articles, and is no mask in 2 others"),
        ("insert:after-de:招聘", "“的”之后有 41 处塞进了“招聘”，分布在 23 篇文章，另有 2 处本来就有", "“招聘” was pushed in after 的 in 41 places, in 23 articles, and belongs there in 2 others"),
        ("insert:anywhere:a:b", "词与词之间有 41 处塞进了“a:b”，分布在 23 篇文章，另有 2 处本来就有", "“a:b” was pushed in between words in 41 places, in 23 articles, and belongs there in 2 others"),
        ("insert:before-punctuation:*", "在标点之前有 41 处塞进了词，分布在 23 篇文章，另有 2 处没有塞", "terms were pushed in before punctuation in 41 places, in 23 articles, and none in 2 others"),
        ("swap:最→更", "“最”有 41 处被换成“更”，分布在 23 篇文章，另有 2 处没有换", "“最” was swapped for “更” in 41 places, in 23 articles, and is not swapped in 2 others"),
        ("spin:工具→东西", "“工具”有 41 处被改写成“东西”，分布在 23 篇文章，另有 2 处没有改写", "“工具” was spun into “东西” in 41 places, in 23 articles, and is not spun in 2 others"),
        ("commas:，", "“，”有 41 处丢失，分布在 23 篇文章，另有 2 处还在", "“，” was lost from 41 places, in 23 articles, and survives in 2 others"),
    ],
)  # fmt: skip
def test_an_item_is_told_with_its_counts(item, zh, en):
    assert sentences(evidence(item), Words("zh")) == [
        f"条目 {item}（学到的，属实的概率 98.7%，未经审定）：样本里{zh}"
    ]
    assert sentences(evidence(item), Words("en")) == [
        f"item {item} (learned, right with probability 98.7%, not reviewed): in the sample {en}"
    ]


@pytest.mark.parametrize(
    ("said", "zh"),
    [
        (evidence("strip:范", "approved", 0, 0, 0, 0.0), "条目 strip:范（编辑已批准）"),
        (
            evidence("strip:范", "approved", 31, 22, 0, 0.2),
            "条目 strip:范（编辑已批准）：样本里“范”有 31 处被滤掉，分布在 22 篇文章，没有一处还在",
        ),
        (
            evidence("insert:after-de:招聘", surviving=0, sure=1.0),
            "条目 insert:after-de:招聘（学到的，属实的概率 99.9% 以上，未经审定）：样本里“的”之后有 41 处塞进了“招聘”，分布在 23 篇文章",
        ),
    ],
)
def test_an_approved_item_is_told_as_such_and_nothing_is_made_up(said, zh):
    assert sentences(said, Words("zh")) == [zh]


def test_what_the_sentence_gains_is_told_in_times():
    more = {
        "gain": 6.3,
        "gain_behind": -0.7,
        "runner_up": "段",
        "runner_up_behind": 2.2,
        "posterior": 0.973,
        "words": ["工具箱"],
    }
    assert sentences(more, Words("zh")) == [
        "得到的词是“工具箱”",
        "改后的读法常见 545 倍",
        "只看后面的几个字，少见 2.0 倍",
        "其次是“段”，少见 9.0 倍",
        "合起来看，改对的概率 97.3%",
    ]
    assert sentences({"runner_up_behind": -1.1}, Words("en")) == [
        "by the text alone the second best repair is 3.0 times likelier"
    ]
    assert sentences({"runner_up": "段"}, Words("zh")) == ["其次是“段”"]


def test_evidence_of_an_unforeseen_shape_is_shown_as_it_is():
    odd = evidence("strap:范", gain="much", runner_up=[1], posterior=7, words=[])
    told = sentences(odd, Words("zh"))
    assert {"item: strap:范", "gain: much", "runner_up: [1]", "posterior: 7", "words: []"} <= set(told)
    assert "found: 41" in told


@pytest.fixture(scope="module")
def eager(ruleset):
    return Cleaner(ruleset, apply="suggest", channels=[CHANNEL])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_key_that_decoding_writes_has_its_sentence(eager, lang):
    seen = 0
    for text in BROKEN:
        for f in eager.clean(Document("a", text, SOURCE)).findings:
            told = sentences(f.evidence, Words(lang))
            seen += f.rule.startswith("channel-")
            assert not [s for s in told if any(s.startswith(f"{k}: ") for k in f.evidence)], f
    assert seen > 3


def test_the_report_tells_a_channel_finding_as_an_editor_checks_it(ruleset):
    outcome = Cleaner(ruleset, channels=[CHANNEL]).clean(Document("a", STEPS, SOURCE))
    tally = Tally()
    tally.add(outcome)
    page = html.render(tally.summary({}), [outcome], rules=ruleset, left_out=0, lang="zh", title="t")
    notes = page.partition('<section class="notes"')[2]
    assert "条目 strip:段（学到的" in notes and "<code>channel-dropped-character</code>" in notes
    # the reason of a built-in is told as that of a rule is
    assert "the sentence breaks here" in notes


# --- explain ------------------------------------------------------------------------------------------------------


def test_explain_with_a_channel_tells_what_it_does_and_why(tmp_path):
    path = tmp_path / "c.toml"
    write_channel(path, CHANNEL)
    told = cleanup("explain", STEPS, "--channel", path, "--lang", "zh")
    assert told.exit_code == 0
    assert "第一个阶{+段+}" in told.stdout and "条目 strip:段（" in told.stdout
    assert STEPS.replace("阶", "阶段") in told.stdout
    assert "channel-dropped-character" not in cleanup("explain", STEPS).stdout
    [*_, last] = cleanup("explain", STEPS, "--channel", path, "--json").stdout.splitlines()
    assert json.loads(last)["evidence"]["item"] == "strip:段"


def test_explain_wants_one_channel_that_loads(tmp_path):
    missing = cleanup("explain", STEPS, "--channel", tmp_path / "none.toml", "--lang", "en")
    assert missing.exit_code == 3 and "cannot be read" in missing.output
    for source in ("a", "b"):
        write_channel(tmp_path / f"{source}.toml", replace(CHANNEL, source=source))
    many = cleanup("explain", STEPS, "--channel", tmp_path, "--lang", "en")
    assert many.exit_code == 2 and "holds 2 channel files" in many.output


@pytest.mark.parametrize("name", ["character", "word"])
def test_rules_show_knows_the_built_ins_of_a_channel(name):
    shown = cleanup("rules", "show", f"channel-dropped-{name}", "--lang", "en")
    assert shown.exit_code == 0 and "by its dump" in shown.stdout


# --- revert -------------------------------------------------------------------------------------------------------


@pytest.fixture
def out(tmp_path, ruleset):
    """A run of two sources by a channel that strips 段 and pushes 招聘 in, which it has in its folder."""
    rows = [
        {"id": "1", "source": SOURCE, "text": STEPS, "n": 1},
        {"id": "2", "source": SOURCE, "text": STEPS + TALES, "n": 2},
        {"id": "3", "source": "another", "text": STEPS, "n": 3},
    ]
    (tmp_path / "in").mkdir()
    data = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    (tmp_path / "in" / "a.jsonl").write_text(data, "utf-8")
    items = (
        Item("strip", "段", status="approved"),
        Item("insert", "招聘", slot="after-de", status="approved", found=500, articles=200, sure=0.999),
    )
    channels = [Channel(s, items) for s in (SOURCE, "another")]
    out = tmp_path / "out"
    command = {"inputs": [str(tmp_path / "in")], "lang": "en"}
    cleaner = Cleaner(ruleset, apply="suggest")
    options = Options(channels=tuple(channels), learn=False)
    run([tmp_path / "in"], out, cleaner, command, options, Watch(), "en")
    for c in channels:
        write_channel(out / "channels" / channel_file_name(c.source), c)
    assert {f["evidence"].get("item") for f in findings_of(out)} == {"strip:段", "insert:after-de:招聘"}
    return out


def statuses(out):
    return {
        (c.source, i.name): i.status
        for path in (out / "channels").glob("*.toml")
        for c in [read_channel(path)]
        for i in c.items
    }


def test_an_item_is_taken_back_everywhere_and_rejected(out, ruleset):
    path = out / "channels" / channel_file_name(SOURCE)
    path.write_text(path.read_text("utf-8") + "# 留着这句\n", "utf-8")
    result = taken_back(out, "--item", "strip:段")
    assert "took back 6 edits in 3 articles" in result.output
    assert f"rejected strip:段 of {SOURCE}" in result.output
    texts = [r["text"] for r in lines(out / "cleaned/a.jsonl")]
    assert texts[0] == texts[2] == STEPS
    assert texts[1].startswith(STEPS) and texts[1].count("招聘") < TALES.count("招聘")
    assert {f["applied"] for f in findings_of(out, rule="channel-dropped-character")} == {False}
    assert {f["applied"] for f in findings_of(out, rule="channel-insertion")} == {True}
    assert statuses(out)[SOURCE, "strip:段"] == statuses(out)["another", "strip:段"] == "rejected"
    assert statuses(out)[SOURCE, "insert:after-de:招聘"] == "approved"
    assert "# 留着这句" in path.read_text("utf-8")
    # a run by these channels does not do it again
    again = Cleaner(ruleset, apply="suggest", channels=[read_channel(path)])
    assert again.clean(Document("1", STEPS, SOURCE)).text == STEPS


def test_filters_of_one_kind_widen_and_those_of_several_narrow(out):
    dry = taken_back(out, "--item", "strip:段", "--item", "招聘", "--source", SOURCE, "--dry-run")
    both = findings_of(out, source=SOURCE, applied=True)
    assert f"would take back {len(both)} edits in 2 articles" in dry.output and len(both) > 4
    taken_back(out, "--item", "strip:段", "--article", "2")
    assert [r["text"].count("段") for r in lines(out / "cleaned/a.jsonl")] == [2, 0, 2]


def test_a_source_alone_rejects_in_its_own_channel(out):
    taken_back(out, "--item", "strip:段", "--source", "another")
    assert statuses(out)["another", "strip:段"] == "rejected"
    assert statuses(out)[SOURCE, "strip:段"] == "approved"


@pytest.mark.parametrize(
    "more", [["--keep-channel"], ["--article", "1"], ["--rule", "channel-dropped-character"]]
)
def test_a_channel_is_left_where_asked_or_where_a_part_is_meant(out, more):
    before = files_of(out / "channels")
    taken_back(out, "--item", "strip:段", *more)
    assert files_of(out / "channels") == before
    assert len(lines(out / "reverted.jsonl")) > 0


def test_a_dry_run_leaves_the_channel(out):
    before = files_of(out)
    assert "would reject strip:段" in taken_back(out, "--item", "strip:段", "--dry-run").output
    assert files_of(out) == before


def test_an_item_that_only_the_channel_has_is_rejected(out):
    path = out / "channels" / channel_file_name(SOURCE)
    more = (Item("swap", "最", "更", status="approved"), Item("strip", "更", status="approved"))
    write_channel(path, Channel(SOURCE, (*read_channel(path).items, *more)))
    result = taken_back(out, "--item", "swap:最->更")
    assert "no applied edit" in result.output and "rejected swap:最→更" in result.output
    assert statuses(out)[SOURCE, "swap:最→更"] == "rejected"


def test_an_unknown_item_names_near_ones(out):
    assert "strip:段" in taken_back(out, "--item", "strap:段", code=2).output
    assert "insert:after-de:招聘" in taken_back(out, "--item", "insert:招聘", code=2).output
    path = out / "channels" / channel_file_name(SOURCE)
    before = files_of(out)
    path.write_text(path.read_text("utf-8").replace('"approved"', '"aproved"'), "utf-8")
    assert path.name in taken_back(out, "--item", "strip:段", code=3).output
    path.write_bytes(before[f"channels/{path.name}"])
    assert files_of(out) == before


def test_an_edit_of_several_goes_where_one_that_wrote_in_it_is_meant(out):
    """What was written by an item's help is taken back with it; a deletion over it stands by itself."""
    text = (out / "findings.jsonl").read_text("utf-8")
    first = findings_of(out, article="1")[0]
    others = re.sub(r'"item":"strip:段"', '"item":"strip:丙","melted_items":["strip:段"]', text, count=1)
    (out / "findings.jsonl").write_text(others, "utf-8")
    result = taken_back(out, "--item", "strip:段", "--article", "1")
    assert "took back 2 edits in 1 article" in result.output
    assert {f["applied"] for f in findings_of(out, article="1")} == {False}
    assert first["replacement"] == "段"
