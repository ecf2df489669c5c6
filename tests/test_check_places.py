"""Where a span stands in its file."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from cleanup.check.nouns import Place
from cleanup.check.places import Places
from cleanup.data import Document, LineMap

TEXTS = st.lists(
    st.one_of(st.sampled_from(["\n", "\r\n", "\r", "𠮷", "😀", "园林", "a", "\u2028"]), st.text(max_size=4))
).map("".join)


@st.composite
def spans(draw):
    text = draw(TEXTS)
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    return text, start, end


@given(spans(), st.integers(1, 9), st.booleans())
def test_lines_and_columns_are_those_of_findings(span, first, exact):
    text, start, end = span
    lines = LineMap(Document("a", text, meta={"line": first, "text_offset_exact": exact}))
    spot = Places(text, first, exact=exact)(start, end)
    assert (spot.start.line, spot.start.column) == lines(start)
    assert (spot.end.line, spot.end.column) == lines(end)


@given(spans(), st.booleans())
def test_the_excerpt_is_the_line_and_holds_the_place(span, exact):
    text, start, end = span
    spot = Places(text, 1, exact=exact)(start, end)
    newline = re.compile(r"\r\n|\r|\n")
    begin = max([0, *(m.end() for m in newline.finditer(text) if m.end() <= start)])
    assert spot.excerpt == newline.split(text[begin:])[0]
    assert spot.at == min(start - begin, len(spot.excerpt))


def test_bytes_are_those_of_utf8():
    text = "一行\na𐐀b园\r\n尾"
    at = text.index("b")
    assert Places(text, 3, exact=True)(at, at + 2)[:2] == (Place(4, 3, 6), Place(4, 5, 10))


@given(st.text(alphabet="a园𠮷\n", min_size=3000, max_size=3000), st.integers(0, 3000))
def test_bytes_are_right_far_into_a_text(text, offset):
    place = Places(text, 1, exact=True)(offset, offset).start
    line = text[:offset].rpartition("\n")[2]
    assert place.byte_column == len(line.encode()) + 1


def test_a_text_of_one_long_line_with_very_many_places_is_quick():
    text = "园林里的𠮷" * 100_000
    places = Places(text, 1, exact=True)
    began = time.perf_counter()
    spots = [places(i, i + 1) for i in range(0, len(text), 25)]
    assert time.perf_counter() - began < 2
    assert len({id(s.excerpt) for s in spots}) == 1
    assert spots[-1].start.byte_column == len(text[:-25].encode()) + 1
