"""Laws of cleaning, on texts put together from damaged and honest pieces."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanup import edits as ed
from cleanup.builtin import BUILT_IN
from cleanup.data import Document
from cleanup.fold import fold
from cleanup.pipeline import Cleaner
from cleanup.rules.markup import parse_example
from conftest import ROOT
from damaged_pieces import DAMAGE, HONEST, PAGE, TRADITIONAL, struck
from test_cases import cases

PIECES = [parse_example(c["text"]).text for n in ("wild", "synthetic", "negative") for c in cases(n)]
PIECES += [
    "的",
    "更",
    "员",
    " *** ",
    "、、",
    "信用卡",
    "逾期还款",
    "\n",
    "\u200b",
    "&nbsp;",
    "```\n",
    "----",
    "的招聘的工资的职位",
]
TEXT = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=8).map("".join)
SENTENCE = st.tuples(
    st.sampled_from([*HONEST, TRADITIONAL]),
    st.lists(st.tuples(st.sampled_from(DAMAGE), st.integers(0, 60)), max_size=4),
).map(lambda x: struck(*x))
LINE = st.lists(SENTENCE, min_size=1, max_size=3).map("".join).map(lambda x: x + "\n")
ARTICLE = st.lists(st.one_of(LINE, LINE, st.sampled_from(PAGE)), min_size=1, max_size=5).map("".join)
META = st.fixed_dictionaries(
    {"format": st.sampled_from(["txt", "md"]), "title": st.sampled_from(["", "老木匠的手艺与凳子的来历"])}
)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def edits_of(findings):
    return sorted((f.edit for f in findings), key=ed.by_place)


@pytest.fixture(scope="module")
def eager(ruleset):
    return Cleaner(ruleset, apply="suggest")


@SLOW
@given(TEXT)
def test_the_log_replays_and_reverses(eager, text):
    outcome = eager.clean(Document("a", text))
    edits = [f.edit for f in outcome.applied]
    assert edits == edits_of(outcome.applied)
    assert ed.apply(text, edits) == outcome.text
    assert ed.apply(outcome.text, ed.reverse(text, edits)) == text


@SLOW
@given(TEXT)
def test_what_was_cleaned_is_clean(cleaner, text):
    once = cleaner.clean(Document("a", text))
    assert not once.notes
    assert cleaner.clean(Document("a", once.text)).text == once.text


@SLOW
@given(TEXT)
def test_findings_are_in_range_in_order_and_say_what_they_saw(cleaner, text):
    outcome = cleaner.clean(Document("a", text))
    places = [(f.start, f.end) for f in outcome.findings]
    assert places == sorted(places)
    for f in outcome.findings:
        assert 0 <= f.start <= f.end <= len(text)
        assert f.observed == text[f.start : f.end]
        assert f.replacement != f.observed
        assert (f.replacement is None) == (f.tier == "flag")
    assert [f for f in outcome.findings if f.applied] == list(outcome.applied)
    assert len({f.id for f in outcome.findings}) == len(outcome.findings)


@SLOW
@given(TEXT)
def test_folding_knows_the_way_home(text):
    view = fold(text)
    for i, char in enumerate(view.folded):
        start, end = view.span(i, i + 1)
        assert end == start + 1
        assert fold(text[start:end]).folded == char or text[start] == char


@pytest.mark.parametrize("tiers", ["auto", "suggest"])
@SLOW
@given(text=ARTICLE, meta=META)
def test_an_article_of_every_damage_keeps_the_laws(cleaner, eager, tiers, text, meta):
    clean = (cleaner if tiers == "auto" else eager).clean
    outcome = clean(Document("a", text, meta=meta))
    assert not outcome.notes
    edits = [f.edit for f in outcome.applied]
    assert ed.apply(text, edits) == outcome.text
    assert ed.apply(outcome.text, ed.reverse(text, edits)) == text
    for f in outcome.findings:
        assert f.observed == text[f.start : f.end]
        assert (f.replacement is None) == (f.tier == "flag")
    assert len({f.id for f in outcome.findings}) == len(outcome.findings)
    assert clean(Document("a", outcome.text, meta=meta)).text == outcome.text


def test_the_pieces_reach_the_built_ins(eager):
    rng = random.Random(1)
    found = set()
    for _ in range(300):
        home = rng.choice([HONEST, [TRADITIONAL]])
        text = "".join(
            struck(rng.choice(home), [(rng.choice(DAMAGE), rng.randrange(60)) for _ in range(3)])
            + rng.choice(["", "\n", "\n" + rng.choice(PAGE)])
            for _ in range(6)
        )
        found |= {f.rule for f in eager.clean(Document("a", text)).findings}
    # those of a channel and of the prior need one: test_channel_laws.py and test_single.py reach them
    missing = {b for b in BUILT_IN if not b.startswith(("channel-", "prior-"))} - found
    # these ask for the shape of a whole article, and have tests of their own
    assert missing <= {
        "title-repeated",
        "paragraph-repeated",
        "paragraph-repeated-likely",
        "page-without-article",
        "anticopy-line",
        "page-glued",
        "page-line-likely",
        "page-list-likely",
        "contact-watermark",
        "junk-pair",
        "mask-signs",
        "mask-letters",
    }, missing


def test_an_id_stays_when_another_paragraph_changes(cleaner):
    place = "双方的工作围不同，这一点要先说清楚，免得日后争执。"
    [a] = cleaner.clean(Document("x", "开头。\n" + place)).findings
    [b] = cleaner.clean(Document("x", "完全另一个开头，长得多，也改过好几遍。开头。\n" + place)).findings
    assert a.id == b.id and a.start != b.start
    [c] = cleaner.clean(Document("y", "开头。\n" + place)).findings
    assert a.id != c.id


def test_the_language_of_messages_is_outside_the_id(ruleset):
    text = "双方的工作围不同。"
    [zh] = Cleaner(ruleset, lang="zh").clean(Document("x", text)).findings
    [en] = Cleaner(ruleset, lang="en").clean(Document("x", text)).findings
    assert zh.id == en.id and zh.message != en.message


def test_code_and_front_matter_are_closed(cleaner):
    text = "---\ntitle: 工作围\n---\n看代码：\n```\n采取措降低\n```\n用`工作围`表示。\n"
    assert cleaner.clean(Document("x", text, meta={"format": "md"})).findings == ()
    assert len(cleaner.clean(Document("x", "采取措降低。")).findings) == 1


def test_what_survives_on_the_page_was_not_stripped(cleaner):
    assert cleaner.clean(Document("x", "双方的工作围不同。")).changed
    assert not cleaner.clean(Document("x", "双方的工作围不同。模范很多。")).changed


def test_rules_that_undo_each_other_are_named(tmp_path):
    from cleanup.rules import load_rules

    rule = """[[rule]]
id = "{a}"
action = "replace"
kind = "spin_seam"
tier = "auto"
terms = ["{x}"]
replace = "{y}"
message = {{ zh = "换", en = "swap" }}
why = "test"
fires = ["[{x}→{y}]"]
quiet = ["无"]
"""
    path = tmp_path / "flip.toml"
    path.write_text(rule.format(a="to-b", x="甲", y="乙") + rule.format(a="to-a", x="乙", y="甲"), "utf-8")
    outcome = Cleaner(load_rules([path])).clean(Document("x", "甲"))
    assert any("no fixed point" in n and ("to-a" in n or "to-b" in n) for n in outcome.notes)


def test_frame_keeps_rows_index_and_other_columns():
    import pandas as pd

    from cleanup import Cleaner as ApiCleaner

    frame = pd.DataFrame({"text": ["工作围很广", None, "好"], "n": [1, 2, 3]}, index=[7, 8, 9])
    out = ApiCleaner().frame(frame)
    assert list(out["text"][[7, 9]]) == ["工作范围很广", "好"]
    assert out["text"].isna()[8]
    assert list(out.index) == [7, 8, 9] and list(out["n"]) == [1, 2, 3]
    assert frame["text"][7] == "工作围很广"


def test_importing_the_package_is_cheap():
    import subprocess
    import sys

    code = "import sys, cleanup, cleanup.cli.app; print([m for m in ('jieba', 'pandas', 'jinja2') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "[]"
