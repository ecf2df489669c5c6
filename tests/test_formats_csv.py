"""CSV and TSV: rows come back byte for byte, a changed one changes its text alone, a torn one costs its first line."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleanup.dumps import csv as csv_format
from cleanup.dumps import csvrows, formats
from cleanup.dumps.record import BadFile, Fields, InputFile
from test_run import GOOD

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"]
HEAD = "id,text,source\n"
# signs of CSV, newlines of all sorts, and characters whose bytes look like them in some encoding
CELLS = st.lists(st.sampled_from([*"天气很好，a,;\t\" \n“”|\\'0＂", "\r\n"]), max_size=12).map("".join)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("站点")


def records(folder, data, name="a.csv", fields=None, encoding="auto"):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    kind, packing = formats.kind_of(name)
    file = InputFile(path, name, kind, path.stat().st_size, packing=packing)
    return list(formats.read(file, fields or Fields(), encoding))


def told(found):
    """Of each record that is one its text, or the reason and line of its reject."""
    out = []
    for r in found:
        if r.document:
            out.append(r.document.text)
        elif r.reject:
            out.append((r.reject.reason, r.reject.line))
    return out


def table(rows, delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\n"):
    f = io.StringIO()
    csv.writer(f, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return f.getvalue()


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(ENCODINGS),
    st.booleans(),
)
def test_what_csv_writes_is_read_and_written_again_byte_for_byte(
    folder, rows, delimiter, quoting, end, encoding, last
):
    data = table([("id", "text", "n"), *rows], delimiter, quoting, end)
    data = (data if last else data.removesuffix(end)).encode(encoding)
    name = "a.tsv" if delimiter == "\t" else "a.csv"
    # so short a text may be of any encoding, so it is named
    found = records(folder, data, name, encoding=encoding)
    assert b"".join(r.raw for r in found) == data
    # a row of one empty line is none to csv either
    assert told(found) == [text for _, text, _ in rows]
    starts = [1]
    for row in rows:
        starts.append(starts[-1] + table([row], delimiter, quoting, end).count("\n"))
    first = table([("id", "text", "n")], delimiter, quoting, end).count("\n")
    assert [r.document.record for r in found if r.document] == [first + s for s in starts[: len(rows)]]


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), CELLS, st.sampled_from(ENCODINGS), st.data()
)
def test_a_changed_text_changes_its_cell_alone(folder, rows, new, encoding, data):
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    content = table([("text", "其他"), *rows], quoting=quoting).encode(encoding)
    found = records(folder, content, encoding=encoding)
    at = data.draw(st.integers(0, len(rows) - 1))
    articles = [r for r in found if r.document]
    written, moved = csv_format.rewrite(articles[at], new)
    assert moved == ""
    again = b"".join(written if r is articles[at] else r.raw for r in found)
    expected = [list(r) for r in rows]
    expected[at][0] = new
    read = list(csv.reader(io.StringIO(again.decode(encoding), newline="")))
    assert read == [["text", "其他"], *expected]
    # the other cell keeps its bytes, quotes and all
    tail = table([rows[at][1:]], quoting=quoting) if rows[at][1] or quoting == csv.QUOTE_ALL else "\n"
    assert written.decode(articles[at].how["encoding"]).endswith("," + tail)
    assert csv_format.rewrite(articles[at], articles[at].document.text)[0] == articles[at].raw


def test_a_return_in_quotes_is_text_and_outside_of_them_no_row(folder):
    assert told(records(folder, HEAD + '1,"a\rb",x\r\n2,a\rb,x\n3,c,x\n')) == [
        "a\rb",
        ("stray_return", 3),
        "c",
    ]


def test_quotes_are_kept_and_come_where_they_are_needed(folder):
    def changed(row, text, head=HEAD):
        [_, record] = records(folder, head + row)
        return csv_format.rewrite(record, text)[0].decode()

    assert changed("1,旧,x\r\n", "新") == "1,新,x\r\n"
    assert changed('1,"旧",x\n', "新") == '1,"新",x\n'
    assert changed("1,旧,x", '新，"好",\n') == '1,"新，""好"",\n",x'
    assert changed('"a,b","旧\n""的""",x\n', "") == '"a,b","",x\n'
    assert changed("旧\n", "", "text\n") == '""\n'


def test_a_bad_quote_costs_its_line_and_reading_goes_on_at_the_next(folder):
    found = records(
        folder,
        HEAD
        + '1,一,x\n2,"没有关,x\n3,三,x\n4,"关在""中"间,x\n5,五"里有引号,x\n6,"六\n跨行",x\n\n7,"到文件尾,x\n8,八,x\n',
    )
    assert told(found) == [
        "一",
        ("bad_quote", 3),
        "三",
        ("bad_quote", 5),
        '五"里有引号',
        "六\n跨行",
        ("bad_quote", 10),
        "八",
    ]
    assert found[2].told == '2,"没有关,x\n'.encode()


def test_rows_of_another_width_are_told(folder):
    found = records(folder, HEAD + '1,一\n2,二,x,y\n3,"三\n三",\n4,"少\n一格"\n5,五,x\n')
    assert told(found) == [
        ("wrong_columns", 2),
        ("wrong_columns", 3),
        "三\n三",
        ("wrong_columns", 6),
        ("wrong_columns", 7),
        "五",
    ]


def test_bytes_that_are_no_text_cost_their_row(folder):
    body = HEAD.encode() + f"1,{GOOD},x\n2,".encode() + b"\xff\xfe\xff,x\n3,a\0b,x\n4,c\rd,x\n"
    found = records(folder, body + f"5,{GOOD},x\n".encode())
    assert told(found) == [GOOD, ("undecodable", 3), ("binary", 4), ("stray_return", 5), GOOD]


def test_a_row_of_another_encoding_than_its_file_is_read_and_written_in_its_own(folder):
    odd = f'2,"{GOOD}",x\n'.encode("gb18030")
    found = records(folder, (HEAD + f"1,{GOOD},x\n").encode() + odd)
    assert told(found) == [GOOD, GOOD]
    assert csv_format.rewrite(found[2], GOOD + "。")[0] == f'2,"{GOOD}。",x\n'.encode("gb18030")


def test_a_text_that_its_encoding_cannot_hold_is_told(folder):
    [_, record] = records(folder, "text\n天氣很好，大家都去公園散步\n".encode("big5"))
    assert record.how["encoding"] == "big5"
    assert csv_format.rewrite(record, "天氣🌤") == ("天氣🌤\n".encode(), "utf-8")


def test_ids_sources_and_titles(folder):
    found = records(folder, "title,id,text,source\n题,7,一,站\n,7,二,\n,,三,站\n", "b.csv", Fields(id="id"))
    documents = [r.document for r in found if r.document]
    assert [d.article for d in documents] == ["7", "7#2", "b.csv:4"]
    assert [d.source for d in documents] == ["站", folder.name, "站"]
    assert documents[0].meta["title"] == "题" and documents[0].meta["format"] == "csv"


def test_delimiters_are_those_with_which_the_text_has_a_column(folder):
    for head, row in (("id;text", "1;一，二"), ("id\ttext", "1\t一，二"), ('"id","text"', '1,"一，二"')):
        assert told(records(folder, f"\ufeff{head}\n{row}\n")) == ["一，二"]
    assert told(records(folder, "id\ttext\n1\t一,二\n", "a.tsv.xz".removesuffix(".xz"))) == ["一,二"]


@pytest.mark.parametrize(
    "head,says",
    [
        ("id,Text\n", "it has id, Text.*did you mean --text-field Text"),
        ("id,texts\n", "did you mean --text-field texts"),
        ("编号,正文\n", "it has 编号, 正文.*use --text-field"),
        ("text,text\n", "2 columns text"),
        ('"id\n', "it has none"),
    ],
)
def test_a_file_without_a_column_of_texts_says_what_it_has(folder, head, says):
    with pytest.raises(BadFile, match=says) as e:
        records(folder, head + "1,2\n")
    assert e.value.reject.reason == "no_text"


def test_an_empty_file_holds_nothing_and_one_of_a_header_no_article(folder):
    assert records(folder, "") == []
    assert told(records(folder, HEAD)) == []
    assert b"".join(r.raw for r in records(folder, HEAD)) == HEAD.encode()


def test_an_article_is_larger_than_csv_allows_a_cell_by_default(folder):
    text = "天气很好，\n" * 100_000
    found = records(folder, HEAD + f'1,"{text}",x\n')
    assert told(found) == [text]


def test_quotes_that_nothing_closes_are_not_searched_for_ever(folder, monkeypatch):
    monkeypatch.setattr(csvrows, "_AGAIN", 100_000)
    # a line that opens and closes a quote, whichever state it is met in
    body = HEAD + '"\n' + 'a","b\n' * 5000
    with pytest.raises(BadFile, match="too many bad quotes"):
        records(folder, body)


def test_a_row_that_is_too_long_costs_its_first_line(folder, monkeypatch):
    monkeypatch.setattr(csvrows, "RECORD_BYTES", 1000)
    found = records(folder, HEAD + '1,"' + "长\n" * 400 + f'",x\n2,{GOOD},x\n')
    assert told(found)[0] == ("bad_quote", 2)
    assert told(found)[-1] == GOOD


def test_lines_that_end_in_a_return_alone_are_told(folder):
    with pytest.raises(BadFile, match=r"lines end in \\r alone") as e:
        records(folder, "id,text\r1,a\r2,b\r")
    assert e.value.reject.reason == "stray_return"


@example([b",", b"a", b'"', b","])
@given(
    st.lists(
        st.sampled_from(
            [
                b'"',
                b",",
                b"\n",
                b"\r\n",
                b"\r",
                b"a",
                "天气".encode(),
                "天气".encode("gb18030"),
                b"\xff",
                b"\0",
            ]
        )
    )
)
def test_no_bytes_are_lost_and_none_stop_the_reading(folder, parts):
    data = HEAD.encode() + b"".join(parts)
    found = records(folder, data)
    assert b"".join(r.raw for r in found) == data
    places = [r.document.record if r.document else r.reject.line for r in found if r.document or r.reject]
    assert places == sorted(places)
    for r in found:
        if r.document:
            assert csv_format.rewrite(r, r.document.text)[0] == r.raw


def test_quotes_of_tsv_may_mean_themselves(folder):
    body = 'id\ttext\n1\t"天气"很好\n2\t"没有关\n3\t"全在引号里"\n4\t"他说"\t多了\n'
    found = records(folder, body, "a.tsv")
    assert told(found) == ['"天气"很好', '"没有关', "全在引号里", ("wrong_columns", 5)]
    assert csv_format.rewrite(found[1], '"天气"真好')[0] == '1\t"天气"真好\n'.encode()
    assert csv_format.rewrite(found[1], found[1].document.text)[0] == found[1].raw
    assert csv_format.rewrite(found[3], "换了")[0] == '3\t"换了"\n'.encode()


def test_quotes_that_are_escaped_by_backslashes_are_told_as_such(folder):
    found = records(folder, HEAD + r'1,"他说\"好\"",x' + "\n")
    assert told(found) == [("bad_quote", 2)]
    assert "backslashes" in found[1].reject.en
