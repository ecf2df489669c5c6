"""The page, the patch and the table: nothing of a text is lost in them, and nothing of it is run."""

import base64
import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from string import Formatter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cleanup import edits as ed
from cleanup.builtin import BUILT_IN
from cleanup.data import KINDS, TIERS, Document, Edit, Finding, Outcome
from cleanup.pipeline import Cleaner
from cleanup.report import html
from cleanup.report.evidence import sentences
from cleanup.report.inline import blocks, marks, pieces, plain
from cleanup.report.patch import article_patch, patch_path, slug
from cleanup.report.table import COLUMNS, FindingsCsv, cell, write_csv
from cleanup.report.words import WORDS, Words
from cleanup.rules import load_rules
from cleanup.tally import Tally
from damaged_pieces import DAMAGE, HONEST, PAGE, TRADITIONAL, struck

RULES = r"""
[[rule]]
id = "dropped-fan"
action = "insert"
kind = "dropped_char"
tier = "auto"
words = ["工作[范]围"]
message = { zh = "掉了的字", en = "a dropped character" }
why = "名单里有“范”字。"
fires = ["工作[→范]围"]
quiet = ["工作范围"]

[[rule]]
id = "mask-stars"
action = "flag"
kind = "mask"
pattern = '[*]{3}'
message = { zh = "打了码", en = "masked" }
why = "Anything may have stood there."
fires = ["后续[***→?]。"]
quiet = ["后续"]

[[rule]]
id = "zero-width"
action = "delete"
kind = "noise"
tier = "auto"
pattern = '\u200b+'
message = { zh = "看不见的字符", en = "an invisible character" }
why = "没有作用。"
fires = ["中[\u200b→]文"]
quiet = ["中文"]
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "few.toml").write_text(RULES, "utf-8")
    return load_rules([folder])


def finding(
    text, start, end, replacement, *, n=0, rule="some-rule", tier="auto", applied=True, evidence=None
):
    return Finding(
        id=f"{rule}-{start}-{end}-{n}",
        article="a",
        source="s",
        file="a.txt",
        record=1,
        start=start,
        end=end,
        observed=text[start:end],
        replacement=replacement,
        kind="spam_insertion",
        rule=rule,
        tier="flag" if replacement is None else tier,
        confidence=0.99,
        applied=applied,
        evidence=evidence or {},
        message="一处",
    )


def outcome(text, *wanted, article="a", file="a.txt", meta=None, record=1, source="s"):
    """An Outcome of (start, end, replacement, applied) that do not overlap where applied."""
    found = [
        replace(finding(text, s, e, r, n=n, applied=applied), article=article, source=source, file=file)
        for n, (s, e, r, applied) in enumerate(wanted)
    ]
    applied = tuple(f for f in found if f.applied)
    document = Document(article, text, source, file, record, meta if meta is not None else {"format": "txt"})
    return Outcome(document, tuple(found), applied, (), ed.apply(text, [f.edit for f in applied]))


def page(*outcomes, rules=None, lang="zh", title="样本", left_out=0):
    tally = Tally()
    for one in outcomes:
        tally.add(one)
    return html.render(
        tally.summary({"cleanup": "0.1.0"}),
        outcomes,
        rules=rules or {},
        left_out=left_out,
        lang=lang,
        title=title,
    )


class Reader(HTMLParser):
    """The page as a browser sees it: elements with their attributes, and the text of articles."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.texts = []  # per article: (text, enclosing tags and classes)
        self.visible = []
        self._open = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        if tag in ("meta", "input", "br", "link"):
            return
        self._open.append((tag, (attrs.get("class") or "").split()))
        if tag == "div" and "text" in self._open[-1][1]:
            self.texts.append([])

    def handle_endtag(self, tag):
        assert self._open and self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data):
        if any(tag in ("script", "style") for tag, _ in self._open):
            return
        self.visible.append(data)
        within = {tag for tag, _ in self._open} | {c for _, classes in self._open for c in classes}
        if "run" in within:
            if "cp" in within:
                data = chr(int(data.removeprefix("U+"), 16))
            self.texts[-1].append((data, within))

    def before(self, n=0):
        return "".join(t for t, within in self.texts[n] if not within & {"ins", "prop"})

    def after(self, n=0):
        return "".join(t for t, within in self.texts[n] if not within & {"del", "prop"})

    def inside(self, tag, n=0):
        return "".join(t for t, within in self.texts[n] if tag in within)

    def all(self, tag):
        return [attrs for t, attrs in self.elements if t == tag]


@st.composite
def outcomes(draw, alphabet="信用卡催收员,。<&\"'a \n\u200b\u202e\u3000"):
    text = draw(st.text(alphabet=alphabet, max_size=300))
    wanted = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(text)),
                st.integers(0, 6),
                st.none() | st.text(alphabet=alphabet, max_size=3),
                st.booleans(),
            ),
            max_size=6,
        )
    )
    wanted = [(s, min(len(text), s + n), r, a and r is not None) for s, n, r, a in wanted]
    wanted = [w for w in wanted if w[2] != text[w[0] : w[1]]]
    kept, _ = ed.select([Edit(s, e, r if r is not None and (r or s < e) else "x") for s, e, r, _ in wanted])
    kept_set = set(kept)
    chosen = [(*w[:3], w[3] and i in kept_set) for i, w in enumerate(wanted)]
    return outcome(text, *sorted(chosen, key=lambda w: w[:2]))


# --- the page ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(outcomes())
def test_the_text_before_and_after_can_be_read_off_the_page(one):
    seen = Reader(page(one))
    assert seen.before() == one.document.text
    assert seen.after() == one.text


def test_each_way_of_changing_has_its_own_element():
    text = "工作围很有效的招聘协商更低的***难题"
    seen = Reader(
        page(
            outcome(
                text,
                (2, 2, "范", True),
                (7, 9, "", True),
                (11, 12, "最", True),
                (14, 17, None, False),
                (17, 19, "问题", False),
            )
        )
    )
    assert seen.inside("ins") == "范最"
    assert seen.inside("del") == "招聘更"
    assert seen.inside("flag") == "***"
    assert seen.inside("sug") == "难题"
    assert seen.inside("prop") == "问题"


def test_what_is_applied_is_shown_where_something_else_overlaps_it():
    text = "有效的招聘信息协商"
    winner = finding(text, 3, 5, "", rule="the-winner")
    rival = finding(text, 3, 7, "", rule="the-rival", applied=False)
    one = Outcome(Document("a", text), (winner,), (winner,), ((rival, "the-winner"),), "有效的信息协商")
    source = page(one)
    seen = Reader(source)
    assert seen.after() == one.text
    assert "the-rival" in source
    assert Words("zh")("lost_to", rule="the-winner") in source


def test_every_mark_leads_to_its_note_and_back():
    text = "甲乙丙丁" * 40
    seen = Reader(page(outcome(text, (1, 1, "子", True), (9, 11, "", True), (30, 31, None, False))))
    ids = [attrs["id"] for _, attrs in seen.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in seen.all("a")]
    assert {"#f1-1", "#f1-2", "#f1-3", "#t1-1", "#t1-2", "#t1-3"} <= set(links)
    assert all(link.startswith("#") and link[1:] in ids for link in links)


def test_marks_are_told_in_words_for_those_who_do_not_see_them():
    labels = [
        a.get("aria-label", "")
        for a in Reader(page(outcome("工作围", (2, 2, "范", True)), lang="en")).all("a")
    ]
    assert any("“范” put in" in label for label in labels)


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;b&gt;{{ 7*7 }}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_from_outside_becomes_markup(lang):
    text = f"甲{HOSTILE}乙"
    f = finding(text, 0, 1, HOSTILE, rule=HOSTILE, evidence={HOSTILE: HOSTILE, "topic": [HOSTILE]})
    f2 = finding(text, len(text) - 1, len(text), None)
    document = Document(HOSTILE, text, HOSTILE, HOSTILE, 1, {"title": HOSTILE})
    one = Outcome(document, (f, f2), (f,), (), ed.apply(text, [f.edit]), (HOSTILE,))
    source = page(one, lang=lang, title=HOSTILE)
    seen = Reader(source)
    assert [tag for tag, _ in seen.elements].count("script") == 1
    assert not seen.all("img") and not seen.all("b")
    assert not any(name.startswith("on") for _, attrs in seen.elements for name in attrs)
    assert seen.before() == text
    assert "{{ 7*7 }}" in source


def test_the_only_script_is_the_one_that_the_policy_names():
    source = page(outcome("工作围", (2, 2, "范", True)))
    body = source.split("<script>")[1].split("</script>")[0]
    assert f"sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}" in source


def test_the_page_asks_nothing_of_the_net():
    text = "见 https://example.com/a.png 与 //example.com/b.css 工作围"
    source = page(outcome(text, (0, 1, "看", True)))
    seen = Reader(source)
    assert not seen.all("link") and not seen.all("img")
    for _, attrs in seen.elements:
        assert "src" not in attrs
        assert attrs.get("href", "#").startswith("#")
    for code in re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", source, re.DOTALL):
        assert not re.search(r"https?:|url\(|@import|fetch|XMLHttp", code)


def test_invisible_characters_of_a_finding_are_shown():
    source = page(outcome("中\u200b文", (1, 2, "", True)))
    assert '<span class="cp" title="ZERO WIDTH SPACE">U+200B</span>' in source
    assert "\u200b" not in source


def test_a_blank_that_is_taken_out_is_shown():
    assert "U+3000" in page(outcome("中\u3000文", (1, 2, "", True)))


def test_marks_of_direction_never_reach_the_page():
    odd = "\u202e\u2066\u200f\u061c"
    one = outcome(
        f"信{odd}用卡",
        (0, 0, "子", True),
        article=f"id{odd}",
        file=f"f{odd}",
        meta={"title": f"t{odd}"},
        source=odd,
    )
    source = page(one, title=odd)
    assert not set(odd) & set(source)
    assert "U+202E" in source


def test_controls_and_lone_surrogates_are_spelled_out():
    text = "甲\x00乙\x1b丙\ud800丁"
    source = page(outcome(text, (0, 1, "子", True), file="a\udcff.txt"))
    source.encode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", source)
    assert Reader(source).before() == text


def test_a_joined_emoji_outside_findings_stays_whole():
    assert "👩\u200d👧" in page(outcome("一家👩\u200d👧出门", (0, 1, "两", True)))


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-Hans"), ("en", "en")])
def test_the_page_speaks_its_language(lang, tag, rules):
    made = Cleaner(rules, lang=lang).clean(Document("a", "他的工作围,后续***。", "s", "a.txt"))
    seen = Reader(page(made, rules=rules, lang=lang))
    assert seen.all("html") == [{"lang": tag}]
    text = "".join(seen.visible)
    assert rules["dropped-fan"].message[lang] in text
    assert rules["dropped-fan"].why in text
    other = "en" if lang == "zh" else "zh"
    for key in ("kind.dropped_char", "report", "tiers", "meaning.auto"):
        assert WORDS[lang][key] in text
        assert WORDS[other][key] not in text


def test_counts_are_those_of_the_summary(rules):
    made = [
        Cleaner(rules).clean(Document(f"a{n}", "工作围与工作围***", "网站", f"a{n}.txt")) for n in range(3)
    ]
    source = page(*made, rules=rules, left_out=4)
    row = next(r for r in re.findall(r"<tr>.*?</tr>", source, re.DOTALL) if "<code>dropped-fan</code>" in r)
    assert re.findall(r'<td class="n">(\d+)</td>', row) == ["6", "6"]
    row = next(r for r in re.findall(r"<tr>.*?</tr>", source, re.DOTALL) if "<bdi>网站</bdi>" in r)
    assert re.findall(r'<td class="n">(\d+)</td>', row) == ["3", "3", "9", "6"]
    assert Words("zh")("articles.left_out", n=4) in source


def test_a_summary_without_its_counts_is_an_error():
    summary = {k: v for k, v in Tally().summary({}).items() if k != "by_rule"}
    with pytest.raises(KeyError, match="by_rule"):
        html.render(summary, [], rules={}, left_out=0, lang="zh", title="t")


def test_a_run_in_which_nothing_was_found_has_a_page():
    source = page(outcome("没有问题。"), lang="en")
    assert "Nothing was found." in source


def test_a_run_that_was_stopped_says_so():
    tally = Tally()
    summary = {**tally.summary({}), "complete": False}
    assert Words("zh")("incomplete") in html.render(summary, [], rules={}, left_out=0, lang="zh", title="t")


def test_a_long_paragraph_is_folded_around_its_finding_and_stays_whole():
    text = "天地玄黄,宇宙洪荒。" * 10_000
    one = outcome(text, (50_000, 50_000, "范", True))
    made = blocks(text, marks(one))
    assert [b.folded for b in made] == [True, False, True]
    assert made[1].chars < 500
    seen = Reader(page(one))
    assert seen.before() == text
    assert len(seen.all("details")) == 3  # the contents, and two stretches


def test_the_line_beside_a_finding_is_in_view_and_the_next_is_not():
    text = "\n".join(f"第{n}行," + "平静无事," * 8 for n in range(20))
    at = text.index("第10行")
    seen = [b for b in blocks(text, marks(outcome(text, (at, at, "约", True)))) if not b.folded]
    shown = "".join(
        "".join(p.text for p in part) for b in seen for part in b.parts if isinstance(part, tuple)
    )
    assert [n for n in range(20) if f"第{n}行" in shown] == [0, 9, 10, 11]


def test_short_stretches_are_not_folded():
    text = "短短的一段。" * 5
    assert [b.folded for b in blocks(text, marks(outcome(text, (9, 9, "范", True))))] == [False]


def test_the_page_keeps_to_its_size_and_says_what_it_left_out(monkeypatch):
    made = [outcome("短文" * 40, (1, 1, "范", True), article=f"a{n}", file=f"a{n}") for n in range(40)]
    whole = page(*made)
    assert whole.count("<article ") == 40
    monkeypatch.setattr(html, "MAX_BYTES", len(whole.encode()) // 2)
    less = page(*made, left_out=2, lang="en")
    shown = less.count("<article ")
    assert 0 < shown < 40
    assert len(less.encode()) <= html.MAX_BYTES
    assert f"{42 - shown} more articles with findings are left out" in less


def test_an_article_too_long_for_the_page_does_not_hide_the_others(monkeypatch):
    monkeypatch.setattr(html, "MAX_BYTES", 60_000)
    source = page(outcome("长" * 50_000, (1, 1, "范", True)), outcome("短", (0, 0, "范", True), article="b"))
    assert source.count("<article ") == 1
    assert len(source.encode()) <= 60_000
    assert Words("zh")("articles.left_out", n=1) in source


def test_many_sources_do_not_fill_the_page():
    tally = Tally()
    for n in range(3000):
        tally.add(outcome("短", (0, 0, "范", True), source=f"site{n}" * 50))
    source = html.render(tally.summary({}), [], rules={}, left_out=0, lang="zh", title="t")
    assert len(source.encode()) < 200_000
    assert Words("zh")("more_rows", n=2900) in source


# --- words ------------------------------------------------------------------------------------


def fields(text):
    return {name for part in text.split("|") for _, name, _, _ in Formatter().parse(part) if name}


def test_both_languages_hold_the_same_strings():
    zh, en = WORDS["zh"], WORDS["en"]
    assert zh.keys() == en.keys()
    for key in zh:
        assert zh[key].strip() and en[key].strip(), key
        assert fields(zh[key]) == fields(en[key]), key


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_and_tier_has_a_name(lang):
    assert all(f"kind.{kind}" in WORDS[lang] for kind in KINDS)
    assert all(f"tier.{tier}" in WORDS[lang] and f"meaning.{tier}" in WORDS[lang] for tier in TIERS)


def test_a_count_decides_the_form():
    words = Words("en")
    assert words("lead.found", n=1) == "1 place found"
    assert words("lead.found", n=1200) == "1,200 places found"


def test_evidence_is_told_in_words():
    told = sentences(
        {
            "words_before": ["工作", "围"],
            "words_after": ["范围"],
            "count_before": 12,
            "count_after": 12101,
            "gain_log10": 2.0,
            "runner_up": {"replacement": "段", "gain_log10": -1.0},
            "topic": ["银行"],
            "survivors": 0,
            "different_here": 3,
            "melted_from": ["a-b"],
            "odd": {"x": 1},
        },
        Words("en"),
    )
    assert told == [
        "the words “工作”, “围” become “范围”",
        "the rarest of them was counted 12 times before, 12,101 times after",
        "the text after it is 100 times likelier",
        "second best is “段”, 10 times less likely",
        "the article speaks of “银行”",
        "what is put in stands nowhere else in the article",
        "3 different terms stand in this slot in the article",
        "edits of the rules “a-b” in one",
        'odd: {"x": 1}',
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_evidence_of_built_ins_is_told_in_words(lang, ruleset):
    texts = [struck(HONEST[1], [(p, 8), (p, 20)]) + "\n" + p for p in [*DAMAGE, *PAGE]]
    texts += [struck(TRADITIONAL * 2, [(p, 9)]) for p in DAMAGE]
    texts += [HONEST[1] * 2 + "\n" + HONEST[1] * 2, PAGE[3] * 2, "".join(HONEST) + PAGE[4]]
    told = set()
    for text in texts:
        for f in Cleaner(ruleset, apply="suggest").clean(Document("a", text)).findings:
            if f.rule in BUILT_IN:
                told.add(f.rule)
                said = sentences(f.evidence, Words(lang))
                assert not [s for s in said if any(s.startswith(f"{k}: ") for k in f.evidence)], f
    assert len(told) > 20


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_evidence_of_an_unforeseen_shape_is_shown_as_it_is(lang):
    told = sentences({"gain_log10": "much", "topic": 3, "survivors": None, "runner_up": [1]}, Words(lang))
    assert sorted(told) == ["gain_log10: much", "runner_up: [1]", "survivors: null", "topic: 3"]


@given(st.text())
def test_pieces_lose_nothing_but_the_form_of_newlines(text):
    assert "".join(p.text for p in pieces(text)) == re.sub(r"\r\n?", "\n", text)


@given(st.text(max_size=20))
def test_a_plain_name_is_one_line_without_controls(text):
    assert not re.search(r"[\x00-\x1f\x7f\u200b\u202e\u2028]", plain(text))


# --- the patch --------------------------------------------------------------------------------


def patched(tmp_path, one, command):
    """The bytes of the article's file after its patch was applied by a tool."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    target = tmp_path / one.document.file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(one.document.text.encode())
    patch = article_patch(one, patch_path(one.document))
    (tmp_path / "x.patch").write_bytes(patch.encode())
    # a repository around the folder would have git look for the file there
    env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    subprocess.run([*command, "x.patch"], cwd=tmp_path, env=env, check=True, capture_output=True)
    return target.read_bytes() if target.exists() else b""


TOOLS = [["git", "apply"], ["patch", "-p1", "--binary", "-i"]]
LINES = "".join(f"第{n}行\n" for n in range(30))


@pytest.mark.parametrize("command", TOOLS, ids=["git", "patch"])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("工作围\n", [(2, 2, "范", True)]),
        ("工作围", [(2, 2, "范", True)]),
        ("甲\n乙", [(1, 2, "", True)]),
        ("甲\n乙\n", [(3, 4, "", True)]),
        ("甲\n相关阅读\n", [(2, 7, "", True)]),
        ("甲乙", [(1, 1, "\n", True)]),
        (
            LINES,
            [
                (0, 0, "初", True),
                (4, 8, "", True),
                (60, 61, "换\n换", True),
                (len(LINES), len(LINES), "末", True),
            ],
        ),
        ("甲\r\n乙\u2028丙\x0c丁\x85戊\n己\n", [(3, 4, "子", True)]),
        ("-- 甲\n++ 乙\n", [(0, 1, "", True)]),
    ],
)
def test_the_patch_makes_the_cleaned_file(tmp_path, command, text, wanted):
    one = outcome(text, *wanted, file="夹 子/a.txt")
    assert patched(tmp_path, one, command) == one.text.encode()


@settings(deadline=None, max_examples=40)
@given(outcomes(alphabet="甲乙\n\n\r"))
def test_any_patch_applies(tmp_path_factory, one):
    # an emptied file is for the tool to keep or to remove
    assume(one.changed and one.document.text and one.text)
    assert patched(tmp_path_factory.mktemp("p"), one, TOOLS[0]) == one.text.encode()


def test_nothing_changed_makes_no_patch():
    assert article_patch(outcome("甲乙", (0, 1, None, False)), "a.txt") == ""


def test_a_patch_of_edits_that_were_not_kept_is_made_from_the_texts():
    one = Outcome(Document("a", "甲\n乙\n"), (), (), (), "甲\n丙\n")
    assert article_patch(one, "a.txt") == "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n 甲\n-乙\n+丙\n"


def test_a_path_cannot_add_lines_to_a_patch(tmp_path):
    one = outcome("工作围\n", (2, 2, "范", True), file='a\n+++ b"c.txt')
    head = article_patch(one, patch_path(one.document)).splitlines()[:3]
    assert head[0] == r'--- "a/a\012+++ b\"c.txt"'
    assert head[2].startswith("@@")
    assert patched(tmp_path, one, TOOLS[0]) == one.text.encode()


def test_a_record_has_a_path_of_its_own_below_its_file():
    one = outcome("甲", article="新闻/../../12", file="dump/x.jsonl", record=7, meta={"format": "jsonl"})
    assert re.fullmatch(r"dump/x\.jsonl/7-新闻-12-[0-9a-f]{8}\.txt", patch_path(one.document))
    assert patch_path(outcome("甲", file="x/a.md", meta={"format": "md"}).document) == "x/a.md"


@given(st.text(max_size=300))
def test_a_slug_is_one_safe_segment(name):
    made = slug(name)
    assert made and len(made.encode()) <= 100
    assert not re.search(r"[/\\\x00-\x1f\s:]|\.\.", made)
    assert made[0] not in ".-"


def test_different_ids_get_different_slugs():
    assert len({slug(n) for n in ("a/b", "a-b", "a b", "a..b", "a.b", "", ".", "x" * 300, "x" * 301)}) == 9


# --- the table --------------------------------------------------------------------------------


def test_the_table_reads_back(tmp_path):
    import pandas as pd

    text = '甲,"乙"\n工作围***'
    one = outcome(
        text, (0, 1, "", True), (8, 8, "范", True), (9, 12, None, False), article="001", source="站"
    )
    with FindingsCsv(tmp_path / "f.csv") as table:
        table.add(one)
        table.add(one)
    assert (tmp_path / "f.csv").read_bytes().startswith(b"\xef\xbb\xbfarticle,")
    frame = pd.read_csv(tmp_path / "f.csv", dtype={"article": str}, keep_default_na=False)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 6
    assert list(frame.article[:3]) == ["001"] * 3
    assert list(frame.action[:3]) == ["delete", "insert", "flag"]
    assert list(frame.applied[:3]) == [True, True, False]
    assert frame.context_before[1] == '甲,"乙"\n工作'
    assert frame.observed[2] == "***"
    assert frame.start[2] == 9


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\n=", "＝"])
def test_a_cell_that_looks_like_a_formula_is_text(start):
    assert cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


def test_formulas_in_any_column_are_guarded():
    text = '=cmd|"/c calc"!A1'
    one = outcome(text, (0, len(text), "@SUM(1)", True), article="+1", source="-2", file="=3")
    to = io.StringIO(newline="")
    table = FindingsCsv(to)
    table.add(one)
    row = list(csv.reader(io.StringIO(to.getvalue().removeprefix("\ufeff"), newline="")))[1]
    got = dict(zip(COLUMNS, row, strict=True))
    assert (got["article"], got["source"], got["file"]) == ("'+1", "'-2", "'=3")
    assert (got["observed"], got["replacement"]) == ("'" + text, "'@SUM(1)")
    assert not any(v.startswith(("=", "+", "-", "@", "\t")) for v in row)


def test_findings_alone_make_a_table_and_a_file_of_the_caller_stays_open():
    to = io.StringIO(newline="")
    write_csv(to, iter([finding("工作围", 2, 2, "范")]))
    rows = list(csv.DictReader(io.StringIO(to.getvalue().removeprefix("\ufeff"), newline="")))
    assert [(r["replacement"], r["rule"], r["confidence"]) for r in rows] == [("范", "some-rule", "0.99")]
    assert not to.closed
