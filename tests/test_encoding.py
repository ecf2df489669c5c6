"""The encoding of input is told by its content, and output goes back into it."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cleanup.cli.app import app
from cleanup.dumps import jsonl, text
from cleanup.dumps.encoding import Unreadable, choose, decode
from cleanup.dumps.record import Fields

SIMPLIFIED = "巷口的修伞铺只在下雨天开门，老师傅一边补伞一边讲旧事。\n孩子们听得入了迷。"
TRADITIONAL = "巷口的修傘鋪只在下雨天開門，老師傅一邊補傘一邊講舊事。\n孩子們聽得入了迷。"
BAD, GOOD = "双方的工作围不同。", "双方的工作范围不同。"


def cleanup(*args, **kwargs):
    return CliRunner().invoke(app, [str(a) for a in args], **kwargs)


def run_on(tmp_path, name, data, *args, code=0):
    path, out = tmp_path / name, tmp_path / "out"
    path.write_bytes(data)
    result = cleanup("run", path, "--out", out, "--lang", "en", *args)
    assert result.exit_code == code, result.output
    return out, result


def rejected(out):
    return [json.loads(x) for x in (out / "rejected.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "body,encoding",
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        (TRADITIONAL.replace("\n", ""), "utf-16-le"),  # holds no NUL
        ("ASCII only", "utf-8"),
        ("ASCII only", "utf-16-le"),
        ("老师", "gb18030"),
        ("联通", "gb18030"),  # valid UTF-8 by chance
        ("def f():  # 修伞铺只在下雨天开门\n" + "x = 1\n" * 500, "gb18030"),
        ("x = 1\n" * 500 + "# 修伞铺只在下雨天开门\n", "gb18030"),
        ("這家店的裏間賣傘，門口的粧鏡也賣。", "cp950"),
    ],
)
def test_text_is_read_in_the_encoding_it_was_written_in(body, encoding):
    assert decode(body.encode(encoding))[0] == body


@pytest.mark.parametrize(
    "bom,encoding",
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"\x84\x31\x95\x33", "gb18030"),
    ],
)
@pytest.mark.parametrize("named", ["auto", "big5"])
def test_a_byte_order_mark_wins_and_is_no_part_of_the_text(bom, encoding, named):
    found, choice = decode(bom + SIMPLIFIED.encode(encoding), named)
    assert (found, choice.encoding, choice.bom, choice.by) == (SIMPLIFIED, encoding, bom, "bom")
    assert decode(bom, named)[0] == ""


def test_an_encoding_that_is_named_is_used():
    assert decode(SIMPLIFIED.encode("gb18030"), "gb18030")[1].by == "named"
    with pytest.raises(Unreadable) as e:
        decode(SIMPLIFIED.encode("gb18030"), "utf-8")
    assert e.value.reason == "undecodable"


@pytest.mark.parametrize(
    "data,reason,line,says",
    [
        (b"one\ntwo\0", "binary", 2, "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "binary", 3, "NUL"),
        (b"a\0b\0", "binary", 1, "NUL"),  # too little for UTF-16
        (b"\xff\xfe\x00\xd8a\0", "lone_surrogate", 1, "surrogate"),
        (b"line\n\xed\xa0\x80", "lone_surrogate", 2, "surrogate"),
        (f"{SIMPLIFIED}\n".encode() + "明天还要下雨。".encode("gb18030"), "mixed_encodings", 3, "gb18030"),
        ("明天还要下雨。\n".encode("gb18030") + SIMPLIFIED.encode(), "mixed_encodings", 2, "utf-8"),
        (SIMPLIFIED.encode()[:-1], "undecodable", 2, "utf-8"),
        (SIMPLIFIED.encode("gb18030") + b"\xff", "undecodable", 2, "gb18030"),
        ("Le café est fermé, l’été a été long.".encode("cp1252"), "unknown_encoding", 1, "--encoding"),
        ("Вчера шёл дождь, сегодня сухо.".encode("cp1251"), "unknown_encoding", 1, "--encoding"),
        ("昨日は雨でした。今日は晴れです。".encode("shift_jis"), "unknown_encoding", 1, "--encoding"),
        ("昨日は雨でした。今日は晴れです。".encode("euc-jp"), "unknown_encoding", 1, "--encoding"),
        ("어제는 비가 왔습니다. 오늘은 맑습니다.".encode("euc-kr"), "unknown_encoding", 1, "--encoding"),
        (b"\xff", "unknown_encoding", 1, "--encoding"),
    ],
)
def test_what_cannot_be_read_says_why_where_and_what_to_do(data, reason, line, says):
    with pytest.raises(Unreadable) as e:
        decode(data)
    assert (e.value.reason, e.value.line) == (reason, line)
    assert says in e.value.en and e.value.zh


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_never_raise_otherwise(data):
    try:
        found, choice = decode(data)
    except Unreadable:
        return
    assert (choice.bom + found.encode(choice.encoding)).decode(choice.encoding) == choice.bom.decode(
        choice.encoding
    ) + found
    assert 0 < choice.sure <= 1


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=40))
def test_utf_8_is_never_taken_for_anything_else_where_it_holds_chinese(body):
    body = "修" + body
    assert decode(body.encode()) == (body, decode(b"x")[1])


def test_how_sure_an_encoding_is_grows_with_the_evidence():
    assert decode(b"plain")[1].sure == 1.0
    short, long = (choose(s.encode("gb18030")).sure for s in ("联通", SIMPLIFIED))
    assert 0.95 < short <= long < 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
def test_files_of_every_encoding_are_cleaned_and_written_back_in_it(tmp_path, name, encoding):
    body = f"{SIMPLIFIED}\r\n{BAD}\n"
    if name.endswith("jsonl"):
        rows = [{"id": i, "text": t, "n": 1.50} for i, t in enumerate([SIMPLIFIED, BAD])]
        body = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    out, _ = run_on(tmp_path, name, body.encode(encoding))
    assert (out / "cleaned" / name).read_bytes() == body.replace(BAD, GOOD).encode(encoding)
    notes = json.loads((out / "run.log.json").read_text("utf-8"))["notes"]
    assert [f"read as {encoding}" in n for n in notes] == ([True] if encoding != "utf-8" else [])


def test_the_document_knows_its_encoding(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(SIMPLIFIED.encode("gb18030"))
    [record] = text.read(path, "a.txt", fields=Fields(), encoding="auto")
    meta = record.document.meta
    assert (meta["encoding"], meta["encoding_by"], meta["encoding_sure"]) == ("gb18030", "evidence", 0.9999)


def test_characters_that_a_line_cannot_hold_are_escaped(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes((json.dumps({"text": TRADITIONAL}, ensure_ascii=False) + "\n").encode("big5"))
    [record] = jsonl.read(path, "a.jsonl", fields=Fields(), encoding="auto")
    line, moved = jsonl.rewrite(record, "修傘鋪的伞𠮷")
    assert moved == "" and json.loads(line.decode("big5"))["text"] == "修傘鋪的伞𠮷"
    assert "修傘鋪".encode("big5") in line and b"\\u4f1e\\ud842\\udfb7" in line


def test_a_line_of_another_encoding_is_read_in_its_own(tmp_path):
    def row(n, body):
        return json.dumps({"id": n, "text": body}, ensure_ascii=False) + "\n"

    body = (
        row(1, SIMPLIFIED).encode()
        + row(2, f"{SIMPLIFIED}{BAD}").encode("gb18030")
        + row(3, TRADITIONAL).encode("big5")
        + b'{"id": 4, "text": "\xff\xff"}\n'
        + row(5, BAD).encode()
    )
    out, _ = run_on(tmp_path, "a.jsonl", body)
    assert [(r["line"], r["reason"]) for r in rejected(out)] == [(4, "undecodable")]
    lines = (out / "cleaned/a.jsonl").read_bytes().splitlines(keepends=True)
    assert lines[1] == row(2, f"{SIMPLIFIED}{GOOD}").encode("gb18030")
    assert lines[2] == row(3, TRADITIONAL).encode("big5")
    assert lines[3] == row(5, GOOD).encode()
    # and the other way: lines of UTF-8 among GB18030, which that would read, too, as something else
    out, _ = run_on(
        tmp_path, "b.jsonl", row(1, SIMPLIFIED).encode("gb18030") + row(2, BAD).encode(), "--overwrite"
    )
    assert (out / "cleaned/b.jsonl").read_bytes().splitlines(keepends=True)[1] == row(2, GOOD).encode()


def test_a_jsonl_line_longer_than_the_sample_is_read_whole(tmp_path):
    body = json.dumps({"text": SIMPLIFIED * 3000}, ensure_ascii=False)
    path = tmp_path / "a.jsonl"
    for encoding in ("gb18030", "utf-16-le"):
        path.write_bytes(body.encode(encoding))
        [record] = jsonl.read(path, "a.jsonl", fields=Fields(), encoding="auto")
        assert record.document.text == SIMPLIFIED * 3000


def test_lines_of_utf_16_end_at_newlines_and_not_at_bytes_that_look_like_them(tmp_path):
    # 上 is 4E0A and ਀ is 0A00: both hold the byte of a newline
    rows = [json.dumps({"text": t}, ensure_ascii=False) for t in ("上楼", "਀字母", "下雨天开门", "老师傅")]
    path = tmp_path / "a.jsonl"
    for encoding, bom in (("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)):
        path.write_bytes(bom + "\n".join(rows).encode(encoding))
        records = list(jsonl.read(path, "a.jsonl", fields=Fields(), encoding="auto"))
        assert [r.document.text for r in records] == ["上楼", "਀字母", "下雨天开门", "老师傅"]
        assert b"".join(r.raw for r in records) == path.read_bytes()
        assert jsonl.rewrite(records[0], "上山")[0] == bom + rows[0].replace("楼", "山").encode(
            encoding
        ) + "\n".encode(encoding)


@pytest.mark.parametrize("data", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_nothing_but_a_byte_order_mark_is_an_empty_article(tmp_path, data):
    out, result = run_on(tmp_path, "a.txt", data)
    assert (out / "cleaned/a.txt").read_bytes() == data and "the article is empty" in result.stderr
    assert rejected(out) == []


def test_stdin_and_explain_read_as_run_does(tmp_path):
    data = f"{SIMPLIFIED}\n{BAD}".encode("gb18030")
    result = cleanup("run", "-", input=data)
    assert (result.exit_code, result.stdout_bytes) == (0, f"{SIMPLIFIED}\n{GOOD}".encode("gb18030"))
    assert GOOD in cleanup("explain", "-", input=data).stdout
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert GOOD in cleanup("explain", "--file", path).stdout
    assert cleanup("explain", "--file", path, "--encoding", "utf-8").exit_code == 2
    assert cleanup("explain", "-", input=b"\xff\xfa").exit_code == 2


def test_an_encoding_that_is_no_text_encoding_is_a_usage_error(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    for name in ("klingon", "base64"):
        assert cleanup("run", path, "--out", tmp_path / "o", "--encoding", name).exit_code == 2
