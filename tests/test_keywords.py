"""What tells in one scan which words a text holds, and what is asked by search in place of a walk."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cleanup.chars import char_class
from cleanup.data import Document, LineMap
from cleanup.detect.hints import families, has_hint
from cleanup.detect.late import late_re, late_regex
from cleanup.detect.reading import Reading
from cleanup.fold import View, fold
from cleanup.keywords import Keywords

few = st.text("木匠的刨-]^\\\n", max_size=12)


@given(st.lists(st.text("木匠的刨-]", min_size=1, max_size=4), max_size=8), few)
def test_keywords_hold_what_a_test_of_each_finds(words, text):
    assert Keywords(words).held(text) == {w for w in words if w in text}


def test_a_word_that_overlaps_another_or_stands_in_it_is_held_too():
    assert Keywords(["刨花板", "花板凳", "板", "的凳"]).held("刨花板凳") == {"刨花板", "花板凳", "板"}


@given(st.text(max_size=20), st.characters())
def test_a_class_in_ranges_holds_its_characters_alone(chars, other):
    pattern = re.compile(char_class(chars + "a"))
    assert all(pattern.fullmatch(c) for c in chars)
    assert bool(pattern.fullmatch(other)) == (other in chars + "a")


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5),
    st.integers(0, 30),
    st.integers(0, 5),
)
def test_a_closed_place_is_one_that_reaches_into_a_closed_span(pairs, start, length):
    closed = []
    for a, b in sorted((min(p), max(p)) for p in pairs):
        if not closed or a > closed[-1][1]:
            closed.append((a, b))
    end = start + length
    text = "x" * 40
    reading = Reading(text, View(text, 40), text, "", tuple(closed))
    walked = any((a < end and start < b) or (start == end and a < start < b) for a, b in closed)
    assert reading.is_closed(start, end) == walked


@given(st.text("木\r\n", max_size=12), st.integers(1, 9), st.booleans())
def test_lines_are_those_that_a_walk_counts(text, first, exact):
    lines = LineMap(Document("a", text, meta={"line": first, "text_offset_exact": exact}))
    for offset in range(len(text) + 1):
        before = text.replace("\r\n", " \n").replace("\r", "\n")[:offset]
        walked = first + before.count("\n"), len(before) - before.rfind("\n")
        assert lines(offset) == (walked if exact else (first, 1))


@given(st.text("，：；！？（）【ＱＡ～　刨\u200b", max_size=12))
def test_folding_narrows_each_wide_form_and_no_other(text):
    wide = {chr(0xFF01 + i): chr(0x21 + i) for i in range(0x5E)} | {"\u3000": " "}
    assert fold(text).folded == "".join(wide.get(c, c) for c in text if c != "\u200b")


def test_a_late_pattern_is_a_pattern():
    for late in (late_re(r"\d+"), late_regex(r"\d+")):
        assert late.search("刨 12 次")[0] == "12"
        assert late.sub("0", "12") == "0"
        assert late.pattern == r"\d+"
        assert late.findall("1 2") == ["1", "2"]


def test_a_word_hides_those_that_begin_in_it():
    """Hints are read from left to right, the longest first."""
    assert families("图片来源") >= families("图片")
    assert has_hint("点击查看") and not has_hint("刨子")
