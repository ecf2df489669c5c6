"""Where in a web page its extracted text comes from, and where in the text the comments of the page stand."""

import json
import re
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.dumps import html, jsonl, text
from cleanup.dumps.page import extract
from cleanup.dumps.pagelines import PageLines, page_of
from cleanup.dumps.record import Fields
from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
from page_lines import STYLES, judged_all

ONE = "塘泥每年冬天清一次，清出来的泥晒干以后铺到桑树底下。"
TWO = "桑叶喂蚕，蚕沙又回到塘里，这一圈走下来什么也没有丢。"
THREE = "后来塘边修了路，泥车进不来，这个法子才慢慢没人用了。"


@pytest.mark.parametrize("how", STYLES)
def test_lines_of_made_pages_are_told_right(how):
    sums = judged_all(how)
    assert sums["wrong"] == 0
    assert sums["right"] > 250
    # one line of a forum, said of many members, that the extractor moved to the front
    assert sums["none"] == (1 if how == "with teasers" else 0)


def test_what_is_no_text_and_what_is_broken_costs_no_line():
    page = f"""<!DOCTYPE html><html><head><title>塘
泥</title><script>var a = "<p>{ONE}</p>"; // <!-- no comment
</script></head><body>
<p title="a > b
c">{ONE[:9]}&#65292;<b
 class=x>{ONE[10:]}</b></p><!-- 一
二 --><noscript>{TWO}</noscript>
<p>{TWO[:5]}<br>
{TWO[5:]} 3 < 5 &amp; 5 > 3 <img alt='>'
><p>{THREE}<![CDATA[ <p>
]]></body>"""
    told = PageLines.of(page, f"{ONE}\n{TWO[:5]}\n{TWO[5:]} 3 < 5 & 5 > 3\n{THREE}")
    assert told.lines == ((5, 6), (8, 8), (9, 9), (10, 10))
    assert [(c.line, c.body, c.offset, c.beside, c.next) for c in told.comments] == [
        (6, " 一\n二 ", len(ONE), 0, 1)
    ]


def test_a_part_of_a_line_is_told_by_its_own_lines():
    page = f"<h1>塘泥</h1>\n<p>{ONE[:9]}\n{ONE[9:]}</p><p>\n{TWO}</p>\n<p>{THREE}</p>"
    told = PageLines.of(page, f"{ONE}\n{TWO}\n桑基鱼塘志\n{THREE} 甲")
    parts = [(0, 3), (9, 10), (8, 10), (9, 9), (len(ONE), len(ONE)), (20, 30)]
    assert [told.of_part(*p) for p in parts] == [(2, 2), (3, 3), (2, 3), (3, 3), (3, 3), (3, 4)]
    at = len(f"{ONE}{TWO}\n\n")
    assert (told.of_part(at, at + 2), told.lines[3]) == (None, None)
    # what is known of a line that is not
    assert told.of_part(at + 6, at + 8) == (5, 5)
    plain = PageLines.of(f"{ONE}\r\n{TWO}", f"{ONE}\r\n{TWO}")
    assert plain.of_part(3, len(ONE) + 5) == (1, 2)


def test_a_line_that_was_moved_costs_no_other():
    page = f"<p>{ONE}</p>\n<p>{TWO}</p>\n<p>{THREE}</p>\n<h1>塘泥与桑叶</h1>"
    assert PageLines.of(page, f"塘泥与桑叶\n{ONE}\n{THREE}").lines == ((4, 4), (1, 1), (3, 3))


def test_what_is_not_in_the_page_is_not_told():
    assert PageLines.of(f"<p>{ONE}</p>\n<p>{THREE}</p>", f"{ONE}\n{TWO}\n{THREE}").lines == (
        (1, 1),
        None,
        (2, 2),
    )
    assert PageLines.of("<p>", ONE).lines == (None,)


def test_what_may_come_from_two_places_is_not_told():
    said = f"<p>{ONE}</p>\n<p>问：好的。</p>\n<p>{THREE}</p>\n"
    assert PageLines.of(said, "问：好的。").lines == ((2, 2),)
    assert PageLines.of(said + said, "问：好的。").lines == (None,)
    # the one who asks first or the one who asks again
    page = f"<p>{ONE}</p>\n<p>问：好的。</p>\n<p>答：不好。</p>\n<p>问：好的。</p>\n<p>{THREE}</p>"
    assert PageLines.of(page, f"{ONE}\n问：好的。\n{THREE}").lines == ((1, 1), None, (5, 5))
    # said as often in the text as in the page
    lines = PageLines.of(page, f"{ONE}\n问：好的。\n答：不好。\n问：好的。\n{THREE}").lines
    assert lines == tuple((i, i) for i in range(1, 6))


def test_part_of_a_word_is_no_line():
    assert PageLines.of(f"<p>{ONE}</p>\n<b>泥</b>", "泥").lines == ((2, 2),)
    assert PageLines.of(f"<p>{ONE}</p>", "泥").lines == (None,)


@pytest.mark.parametrize(
    ("page", "beside", "following"),
    [
        (f"<p>{ONE}</p>\n<!-- c -->\n<p>{TWO}</p>", None, 1),
        (f"<p>{ONE}</p><!-- c -->\n<p>{TWO}</p>", 0, 1),
        (f"<p>{ONE}<!-- c --></p><p>{TWO}</p>", 0, 1),
        (f"<p>{ONE}</p><!-- c --><p>{TWO}</p>", None, 1),
        (f"<p>{ONE}</p><p><!-- c -->{TWO}</p>", 1, 2),
        (f"<p>{ONE}</p>\n<p><!-- c -->{TWO}</p>", 1, 2),
        (f"<p>{ONE[:8]}<!-- c -->{ONE[8:]}</p><p>{TWO}</p>", 0, 1),
        (f"<!-- c -->\n<p>{ONE}</p>\n<p>{TWO}</p>", None, 0),
        (f"<p>{ONE}</p><p>{TWO}</p>\n<!-- c -->", None, 2),
        (f"<p>{ONE}</p><ul><li>首页</ul><!-- c --><ul><li>登录</ul>\n<p>{TWO}</p>", None, 1),
    ],
)
def test_a_comment_stands_in_the_text_where_it_stands_in_the_page(page, beside, following):
    [c] = PageLines.of(page, f"{ONE}\n{TWO}").comments
    assert (c.body, c.beside, c.next) == (" c ", beside, following)
    before = re.sub(r"<[^>]*>|\s|首页", "", page[: page.index("<!--")])
    assert f"{ONE}\n{TWO}"[: c.offset].replace("\n", "") == before


def test_what_follows_a_comment_is_not_told_where_the_text_is_not_in_the_page():
    page = f"<p>{ONE}</p>\n<!-- c -->\n<p>{THREE}</p>"
    [c] = PageLines.of(page, f"{ONE}\n{TWO}\n甲").comments
    assert (c.offset, c.beside, c.next) == (len(ONE), None, None)


def test_scripts_hold_no_comments_and_unclosed_ones_are_none():
    page = f"<script><!-- a --></script><p>{ONE}</p><!--><!-- b --!><textarea><!-- c --></textarea><!-- d"
    assert [c.body for c in PageLines.of(page, ONE).comments] == ["", " b "]


def test_a_file_without_markup_is_its_own_text():
    page = f"{ONE}\r\n<!-- c\n-->\r{TWO}\n"
    told = PageLines.of(page, page)
    assert told.lines == ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5))
    [c] = told.comments
    assert (c.offset, c.line, c.beside, c.next) == (page.index("<"), 2, 1, 3)


def test_lines_of_a_page_end_as_editors_end_them():
    page = f"<p>{ONE}</p>\r\n<p>{TWO}</p>\r<p>{THREE}</p>\n<!-- c -->"
    told = PageLines.of(page, f"{ONE}\n{TWO}\n{THREE}")
    assert told.lines == ((1, 1), (2, 2), (3, 3))
    assert told.comments[0].line == 4


_TAGS = "<p> </p> <b> <!-- <!--x--> --> <!--> <script> </script> <br/> <svg> </svg> <a\thref=' ' &# 99999999999; &lt;"
_SOUP = st.lists(
    st.sampled_from([*"甲乙丙\n\r &<>-|\u200b", *_TAGS.split(" "), ONE, TWO, "问：好的。"]),
    max_size=40,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(_SOUP, st.one_of(_SOUP, st.text(max_size=30)), st.booleans())
def test_laws_of_lines_and_comments(page, other, own):
    text = extract(page).text if own else other
    told = PageLines.of(page, text)
    last = len(re.findall(r"\r\n?|\n", page)) + 1
    count = len(re.findall(r"\r\n?|\n", text)) + 1
    assert len(told.lines) == count
    assert all(s is None or 1 <= s[0] <= s[1] <= last for s in told.lines)
    for i in range(len(text) + 1):
        part = told.of_part(i, min(i + 3, len(text)))
        assert part is None or 1 <= part[0] <= part[1] <= last
    offsets = [c.offset for c in told.comments]
    assert offsets == sorted(offsets)
    assert all(0 <= c.offset <= len(text) and 1 <= c.line <= last for c in told.comments)
    assert all(c.beside is None or 0 <= c.beside < count for c in told.comments)
    assert all(c.next is None or 0 <= c.next <= count for c in told.comments)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("甲乙丙丁。", min_size=1, max_size=20), min_size=1, max_size=12), st.data())
def test_of_a_page_that_is_all_text_every_line_is_right_and_every_comment_in_its_place(lines, data):
    page, starts, expected = "", [], []
    for i, line in enumerate(lines):
        if data.draw(st.booleans()):
            page += "<!-- c -->\n"
            expected.append(i)
        starts.append(page.count("\n") + 1)
        cut = data.draw(st.integers(0, len(line)))
        page += f"<p>{line[:cut]}\n{line[cut:]}</p>\n"
    told = PageLines.of(page, "\n".join(lines))
    for start, span in zip(starts, told.lines, strict=True):
        assert span is not None
        assert start <= span[0] <= span[1] <= start + 1
        at = sum(len(x) + 1 for x in lines[: starts.index(start)])
        assert told.of_part(at, at) == (span[0], span[0])
    assert [c.next for c in told.comments] == expected


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a ",
        '<a x="',
        "<!--",
        "<!",
        "</",
        "<script>",
        "<button>",
        "&#9",
        "<!-- x -->",
        "<p>水<!-- x -->火</p>",
        "<p>水</p>火",
        "<p>" + "水" * 30 + "</p>",
    ],
)
def test_pages_made_to_be_slow_take_time_in_proportion(unit):
    page = unit * (500_000 // len(unit))
    text = "\n".join(["水", "水" * 29, "水" * 28 + "火"] * 10_000)
    started = time.process_time()
    PageLines.of(page, text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_page_of_a_record_is_the_one_its_text_came_from(tmp_path, encoding):
    page = f"<meta charset=gb2312><body>\n<p>{ONE}</p>\n<!-- c -->\n<p>{TWO}</p>"
    path = tmp_path / "p.html"
    path.write_bytes(page.encode(encoding))
    [record] = html.read(path, "p.html", fields=Fields(), encoding="auto")
    assert page_of(record) == page
    assert PageLines.of(page, record.document.text).lines == ((2, 2), (4, 4))


def test_the_page_of_a_record_is_there_in_spite_of_bad_bytes(tmp_path):
    path = tmp_path / "p.html"
    path.write_bytes(f"<p>{ONE}</p>\0\n<p>{TWO}".encode() * 40 + "山".encode()[:2])
    [record] = html.read(path, "p.html", fields=Fields(), encoding="auto")
    assert page_of(record) == f"<p>{ONE}</p>\n<p>{TWO}" * 40 + "\ufffd"


def test_records_have_a_page_where_one_is_in_their_field(tmp_path):
    path = tmp_path / "d.jsonl"
    rows = [{"text": f"<p>{ONE}</p><!-- c -->"}, {"text": ONE}]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows) + "\n{", "utf-8")
    for fields, expected in ((Fields(html=True), [rows[0]["text"], None]), (Fields(), [None, None])):
        records = list(jsonl.read(path, "d.jsonl", fields=fields, encoding="auto"))
        assert [page_of(r) for r in records] == [*expected, None, None]
    path = tmp_path / "a.md"
    path.write_text("文", "utf-8")
    assert page_of(next(text.read(path, "a.md", fields=Fields(), encoding="auto"))) is None
