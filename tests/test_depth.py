"""Where the model is out of its depth the text stays, and the article says why; modern prose beside it is repaired."""

import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.channel.files import write_channel
from cleanup.channel.items import Channel, Item
from cleanup.data import REASONS, Document, Silence
from cleanup.decode.abstained import abstained, note, prose_of, silences_told
from cleanup.decode.decoder import Decoder
from cleanup.decode.depth import Depth
from cleanup.decode.texts import Texts
from cleanup.learn.source import learn_channel
from cleanup.lexicon import shared
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.report.evidence import sentences
from cleanup.report.html import render
from cleanup.report.words import Words
from cleanup.rules import RuleSet
from cleanup.tally import Tally, article_line
from depth_samples import CLASSICAL, CODE, DAMAGED, DIALECT, FOREIGN, MODERN, NAMES, SAMPLES, VERSE
from farm_sentences import SENTENCES
from small_farm import damaged
from test_run import cleanup, lines

CASES = [(reason, text, word) for reason, own in SAMPLES.items() for text, word in own]
FAN = Item("strip", "范", status="approved")


@pytest.fixture(scope="module")
def model():
    return shipped_model()


def channel(*words):
    terms = (Item("insert", w, slot="anywhere", status="approved") for w in words)
    return Channel("farm", (FAN, *terms))


def cleaner(*words):
    return Cleaner(RuleSet((), "", frozenset()), apply="suggest", channels=[channel(*words)])


def silences(model, *texts, closed=()):
    return Depth.of(Texts.of(model, texts), closed).silences()


def told(model, text):
    [found] = silences(model, text)
    return [(s.reason, text[s.start : s.end]) for s in found]


# what stays


@pytest.mark.parametrize(("reason", "text", "word"), CASES)
def test_what_is_no_modern_prose_stays_and_the_article_says_why(reason, text, word):
    article = f"{DAMAGED}\n{text}\n{MODERN[1]}"
    outcome = cleaner(word).clean(Document("a", article, "farm"))
    # what stands beside it is repaired
    assert outcome.text == f"{MODERN[0]}\n{text}\n{MODERN[1]}"
    assert {s.reason for s in outcome.silences} == {reason}
    [line] = article_line(outcome)["abstained"]
    assert line["reason"] == reason and 0.1 < line["share"] < 0.9
    covered = sum(end - start for start, end in line["spans"])
    assert covered >= 0.7 * len(text)


@pytest.mark.parametrize(("reason", "text", "word"), CASES)
def test_without_it_the_channel_would_edit_there(reason, text, word, model, monkeypatch):
    monkeypatch.setattr(Depth, "silent", lambda self, start, end: np.zeros(len(start), bool))
    monkeypatch.setattr(Depth, "silent_at", lambda self, start, end: False)
    article = f"{MODERN[2]}\n{text}\n{MODERN[1]}"
    [decoded] = Decoder(model, channel(word), shared).decode([article], [()])
    inside = range(len(MODERN[2]), len(MODERN[2]) + len(text) + 1)
    assert any(r.start in inside and article[r.start : r.end] == word for r in decoded.repairs)


@pytest.mark.parametrize("text", [*SENTENCES[:12], *MODERN, DAMAGED])
def test_modern_prose_is_decoded(text, model):
    assert silences(model, text) == [()]


def test_prose_that_lost_many_characters_is_not_taken_for_old_or_surprising(model):
    stripped = str.maketrans("", "", "工人时候年说上学东西")
    texts = [s.translate(stripped) for s in (*MODERN, *SENTENCES)]
    assert silences(model, *texts) == [()] * len(texts)


def test_modern_prose_with_a_few_old_words_foreign_words_and_names_is_decoded(model):
    texts = [
        "所谓渡口者，不过是几块石板而已，然而镇上的人对它都很有感情，谁也不愿意看着它被拆掉。",
        "安装 ferry-cli 之后，用 ferry status 查看每条船的位置，再用 ferry stop 让它停下来就可以了。",
        "值班的是许阿福和沈茂林，他们两个人一个管上闸，一个管下闸，从来没有出过事故。",
        "他用广东话说了一句“唔该”，大家都笑了，因为没有人想到他会说。",
        "2021年的水位是3.2米，2022年是3.5米，到了2023年就涨到了4.8米，比前两年高得多。",
    ]
    assert silences(model, *texts) == [()] * len(texts)


def test_a_quotation_inside_of_a_modern_paragraph_stays_alone(model):
    text = f"县志里有这样一段话：“{CLASSICAL[1]}”这段话现在刻在渡口的石碑上，来的人都会停下来看一看。"
    [(reason, quoted)] = told(model, text)
    assert reason == "classical" and quoted == CLASSICAL[1]
    text = "他随口念了两句：“半盏残灯分客影，一声短笛送归人。”大家都说写得好，就是太冷清了一些。"
    assert told(model, text) == [("verse", "半盏残灯分客影，一声短笛送归人")]
    text = f"船工的原话是：“{DIALECT[0]}”我听了两遍才明白他的意思，其实就是风浪太大，今天不开船了。"
    assert told(model, text) == [("dialect", DIALECT[0])]


def test_an_article_that_is_nearly_all_of_it_is_silent_as_a_whole(model):
    text = "渡者传\n" + "\n".join(CLASSICAL)
    assert told(model, text) == [("classical", text)]
    text = "附录\n" + CODE[0] + "\n" + CODE[1]
    assert told(model, text) == [("code", text)]
    assert told(model, FOREIGN[1]) == [("foreign", FOREIGN[1])]


def test_remarks_among_code_are_code_and_prose_around_it_is_not(model):
    text = f"{MODERN[0]}\n{CODE[0]}\n{MODERN[1]}"
    assert told(model, text) == [("code", CODE[0])]


def test_names_reach_from_the_first_to_the_last(model):
    text = f"{MODERN[1]}\n{NAMES[0]}"
    [(reason, found)] = told(model, text)
    assert reason == "names" and found.startswith("江水根") and found.endswith("曹来喜")


def test_what_is_closed_is_neither_asked_nor_told(model):
    text = f"{CLASSICAL[0]}\n{MODERN[1]}\n{MODERN[2]}"
    assert [s.reason for s in silences(model, text)[0]] == ["classical"]
    assert silences(model, text, closed=[((0, len(CLASSICAL[0])),)]) == [()]


def test_no_text_and_nothing_in_it_are_no_matter(model):
    assert silences(model) == []
    assert silences(model, "", "\n\n", MODERN[0], "") == [()] * 4


# laws

PIECES = (
    *MODERN,
    DAMAGED,
    *SENTENCES[:4],
    *(text for _, text, _ in CASES),
    "",
    "\n",
    "一",
    "。。。",
    "x = 1",
)
ARTICLES = st.lists(st.sampled_from(PIECES), max_size=5).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(ARTICLES, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_neither_the_batch_nor_its_order_matters(texts, rng):
    model = shipped_model()
    alone = {t: silences(model, t)[0] for t in texts}
    rng.shuffle(texts)
    assert silences(model, *texts) == [alone[t] for t in texts]


ANY = st.text(
    st.sampled_from(
        "的了之乎者也曰王李张、，。“”「」 \t|\n\r={}#/ab12嘅唔佢哋カなﾊ한𠮷\ud800\u200b\x00渡船水岸"
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=3))
def test_spans_are_in_order_apart_and_inside_of_any_text(texts):
    for text, found in zip(texts, silences(shipped_model(), *texts), strict=True):
        at = 0
        for s in found:
            assert at <= s.start < s.end <= len(text) and s.reason in REASONS
            at = s.end
        kept = [line for line in prose_of(text, found).split("\n") if line]
        lines = iter(text.split("\n"))
        assert all(line in lines for line in kept)


@settings(max_examples=25, deadline=None)
@given(st.lists(ARTICLES, min_size=1, max_size=3))
def test_no_repair_touches_a_silence(texts):
    model = shipped_model()
    words = [word for _, _, word in CASES]
    for decoded in Decoder(model, channel(*words), shared).decode(texts, [()] * len(texts)):
        for s in decoded.silences:
            assert not any(r.start <= s.end and s.start <= r.end for r in decoded.repairs if r.start == r.end)
            assert not any(r.start < s.end and s.start < r.end for r in decoded.repairs)


@pytest.mark.parametrize(
    "text",
    [
        "渡" * 1_000_000,
        "、" * 1_000_000,
        "王某、" * 300_000,
        "“渡者石埠人也失其名”" * 100_000,
        "渡者，石埠人也。\n" * 100_000,
        "x = 1;\n" * 150_000,
        "唔" * 1_000_000,
        "\n" * 1_000_000,
        " \t" * 500_000,
    ],
    ids=["character", "signs", "names", "quotations", "old", "code", "dialect", "empty", "blank"],
)
def test_a_megabyte_of_anything_takes_no_time(text, model):
    texts = Texts.of(model, [text])
    start = time.perf_counter()
    Depth.of(texts).silences()
    assert time.perf_counter() - start < 5


# what is told


def test_spans_are_told_in_the_text_as_it_was_read():
    article = f"{DAMAGED}{DAMAGED}\n{CLASSICAL[0]}\n{MODERN[1]}"
    outcome = cleaner().clean(Document("a", article, "farm"))
    assert outcome.text.count("范") == 2
    [s] = outcome.silences
    assert article[s.start : s.end] == CLASSICAL[0]


def test_a_note_names_reason_share_and_lines_in_either_language():
    article = f"{MODERN[0]}\n{CLASSICAL[0]}\n{CLASSICAL[1]}\n{MODERN[1]}\n{VERSE[1]}\n{MODERN[2]}"
    outcome = cleaner().clean(Document("a", article, "farm"))
    assert (
        note(outcome, "en")
        == "not decoded, the model is out of its depth: classical prose 38% (line 2–3); verse 8% (line 5–8)"
    )
    assert (
        note(outcome, "zh")
        == "以下部分模型没有把握，没有按来源的习惯修复：文言 38%（第 2–3 行）；诗词 8%（第 5–8 行）"
    )
    assert note(cleaner().clean(Document("b", MODERN[0], "farm")), "zh") == ""


def test_the_report_and_the_summary_say_what_was_left_alone():
    outcome = cleaner().clean(Document("a", f"{DAMAGED}\n{CLASSICAL[0]}\n{MODERN[1]}", "farm"))
    tally = Tally()
    tally.add(outcome)
    summary = tally.summary({})
    assert summary["abstained"] == {"classical": 1}
    rules = RuleSet((), "", frozenset())
    page = render(summary, tally.shown(), rules=rules, left_out=0, lang="en", title="farm")
    assert "not decoded, the model is out of its depth: classical prose" in page


def test_a_line_of_articles_gives_the_spans_back():
    outcome = cleaner().clean(Document("a", f"{CLASSICAL[0]}\n{MODERN[1]}\n{MODERN[2]}\n{CODE[0]}", "farm"))
    assert len(outcome.silences) == 2
    assert silences_told(article_line(outcome)) == outcome.silences
    assert silences_told({}) == ()
    assert abstained(cleaner().clean(Document("b", "", "farm"))) == []


def test_a_source_without_a_channel_is_told_nothing():
    outcome = cleaner().clean(Document("a", CLASSICAL[0], "elsewhere"))
    assert outcome.silences == () and article_line(outcome)["abstained"] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_run_explain_and_revert_tell_it_in_the_readers_language(lang, tmp_path):
    article = f"{DAMAGED}\n{CLASSICAL[0]}\n{MODERN[1]}"
    source = tmp_path / "farm.jsonl"
    source.write_text(
        json.dumps({"id": "a", "source": "farm", "text": article}, ensure_ascii=False) + "\n", "utf-8"
    )
    write_channel(tmp_path / "farm.toml", channel())
    out = tmp_path / "out"
    args = ("--channel", tmp_path / "farm.toml", "--lang", lang)
    ran = cleanup("run", source, "--out", out, "--apply", "suggest", *args)
    assert ran.exit_code == 0, ran.output
    [line] = lines(out / "articles.jsonl")
    assert [x["reason"] for x in line["abstained"]] == ["classical"] and not line["notes"]
    [[start, end]] = line["abstained"][0]["spans"]
    assert article[start:end] == CLASSICAL[0]
    told = {
        "zh": "没有按来源的习惯修复：文言 36%（第 2 行）",
        "en": "out of its depth: classical prose 36% (line 2)",
    }[lang]
    assert told in (out / "report.html").read_text("utf-8")
    assert told in cleanup("explain", article, *args).output.replace("\n", "")
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["abstained"] == {"classical": 1}
    assert cleanup("revert", out, "--rule", "channel-dropped-character", "--lang", lang).exit_code == 0
    assert json.loads((out / "summary.json").read_text("utf-8"))["abstained"] == {"classical": 1}
    assert lines(out / "articles.jsonl")[0]["abstained"] == line["abstained"]


def test_an_article_that_the_model_hardly_knows_is_repaired_on_demand_only(model, monkeypatch):
    monkeypatch.setattr("cleanup.decode.repair.BITS", 3.0)
    documents = [Document("a", f"{DAMAGED}\n{MODERN[1]}", "farm")]
    [doubted] = Cleaner(RuleSet((), "", frozenset()), channels=[channel()]).clean_many(documents)
    assert not doubted.changed and [f.tier for f in doubted.findings] == ["suggest"]
    assert doubted.findings[0].evidence["article_bits"] > 3
    told = sentences(doubted.findings[0].evidence, Words("en"))
    assert any("hardly knows this kind of text" in x for x in told)
    monkeypatch.undo()
    [sure] = Cleaner(RuleSet((), "", frozenset()), channels=[channel()]).clean_many(documents)
    assert sure.changed and "article_bits" not in sure.findings[0].evidence


# learning


def test_prose_keeps_sentences_that_hold_a_silence():
    text = "甲乙丙丁戊\n子丑寅卯\n"
    assert prose_of(text, [Silence(0, 2, "names")]) == text
    assert prose_of(text, [Silence(0, 3, "verse")]) == "子丑寅卯\n"
    assert prose_of(text, [Silence(2, 10, "verse")]) == ""


def test_lines_beyond_the_model_teach_nothing(model):
    texts = [damaged(n) for n in range(40)]
    strange = [text for _, text, _ in CASES]
    mixed = [f"{t}\n{strange[n % len(strange)]}" for n, t in enumerate(texts)]
    of = {i.name: (i.found, i.surviving) for i in learn_channel("farm", texts, model, shared).items}
    assert of and of == {
        i.name: (i.found, i.surviving) for i in learn_channel("farm", mixed, model, shared).items
    }
