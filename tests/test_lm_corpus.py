"""Corpora: the same text whatever it is packed in, and errors that name their line."""

import bz2
import gzip
import json
import lzma
import zlib
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanup.compression import packed
from cleanup.errors import CorpusError
from cleanup.lm import corpus
from lm_fixtures import sentences

PACK = {
    "": bytes,
    ".xz": lzma.compress,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".zst": lambda data: packed(data, ".zst"),
}
LINES = sentences(300, 11)
TEXT = "\n".join(LINES) + "\n"
SMALL = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
# what a text file may hold; no NUL, which says that it is none
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")


def jsonl(lines, key="text"):
    return "".join(json.dumps({"id": i, key: t}, ensure_ascii=False) + "\n" for i, t in enumerate(lines))


def read(path, **how):
    return "".join(corpus.blocks(path, **how))


def written(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def refused(path, **how):
    with pytest.raises(CorpusError) as e:
        read(path, **how)
    assert e.value.where.startswith(str(path))
    assert e.value.zh
    assert e.value.en
    return e.value


# ---- alike whatever it is packed in


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("size", [1 << 24, 200])
def test_a_text_is_the_same_whatever_it_is_packed_in(tmp_path, suffix, size):
    path = written(tmp_path / f"a.txt{suffix}", PACK[suffix](TEXT.encode()))
    with mock.patch.object(corpus, "BLOCK", size):
        assert read(path) == TEXT


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("kind", [".jsonl", ".ndjson"])
def test_records_are_the_same_text_whatever_they_are_packed_in(tmp_path, suffix, kind):
    path = written(tmp_path / f"a{kind}{suffix}", PACK[suffix](jsonl(LINES).encode()))
    assert read(path) == TEXT


@pytest.mark.parametrize("suffix", [s for s in PACK if s])
def test_packed_pieces_one_after_another_are_one_text(tmp_path, suffix):
    pieces = [TEXT.encode(), TEXT.upper().encode() * 20, "山水\n".encode()]
    path = written(tmp_path / f"a.txt{suffix}", b"".join(map(PACK[suffix], pieces)))
    assert read(path) == b"".join(pieces).decode()


@pytest.mark.parametrize("suffix", [s for s in PACK if s])
def test_packed_text_that_is_cut_short_is_an_error(tmp_path, suffix):
    # text that does not pack well, so that the cut is in the middle of it
    data = PACK[suffix](np.random.default_rng(1).bytes(50_000).hex().encode())
    for share in (0.3, 0.7, 0.99):
        path = written(tmp_path / f"a.txt{suffix}", data[: int(len(data) * share)])
        refused(path)


@pytest.mark.parametrize("suffix", [s for s in PACK if s])
def test_a_file_that_is_not_packed_as_its_name_says_is_an_error(tmp_path, suffix):
    refused(written(tmp_path / f"a.txt{suffix}", TEXT))


def test_packed_text_with_a_changed_byte_is_an_error(tmp_path):
    for suffix in (".xz", ".gz", ".bz2"):
        data = bytearray(PACK[suffix](TEXT.encode()))
        data[len(data) // 2] ^= 0x55
        refused(written(tmp_path / f"a.txt{suffix}", bytes(data)))


def test_names_are_without_suffixes(tmp_path):
    for name in ("a.txt", "a.jsonl.xz", "a.ndjson.zst", "a.txt.gz", "a.txt.bz2", "a"):
        assert corpus.name_of(tmp_path / name) == "a"


# ---- blocks


@SMALL
@given(st.text(CHARACTERS, max_size=60), st.integers(1, 9))
def test_no_size_of_blocks_loses_a_character(tmp_path, text, size):
    path = written(tmp_path / "a.txt", text)
    with mock.patch.object(corpus, "BLOCK", size):
        assert read(path) == text


@SMALL
@given(st.lists(st.text("山a😀，", max_size=9), max_size=9), st.integers(1, 60))
def test_blocks_are_whole_lines_where_lines_are_short(tmp_path, lines, size):
    path = written(tmp_path / "a.txt", "".join(line + "\n" for line in lines))
    with mock.patch.object(corpus, "BLOCK", max(size, 40)):
        assert all(block.endswith("\n") for block in corpus.blocks(path))


def test_a_very_long_line_loses_no_character_and_comes_in_pieces(tmp_path):
    text = "".join(LINES) * 3
    path = written(tmp_path / "a.txt", text)
    with mock.patch.object(corpus, "BLOCK", 1000):
        pieces = list(corpus.blocks(path))
    assert "".join(pieces) == text
    assert max(len(p.encode()) for p in pieces) <= 2 * 1000


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 24])
def test_records_longer_than_a_block_are_read_whole(tmp_path, size):
    path = written(tmp_path / "a.jsonl", jsonl(["山水" * 40, "火"]))
    with mock.patch.object(corpus, "BLOCK", size):
        assert read(path) == "山水" * 40 + "\n火\n"


def test_a_byte_order_mark_is_no_character_at_the_start_of_a_file(tmp_path):
    assert read(written(tmp_path / "a.txt", b"\xef\xbb\xbf" + "山水\n".encode())) == "山水\n"


def test_a_byte_order_mark_in_front_of_records_is_no_error(tmp_path):
    assert read(written(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + jsonl(["山水"]).encode())) == "山水\n"


def test_a_byte_order_mark_later_in_a_long_line_is_a_character(tmp_path):
    text = "山\ufeff" * 20
    path = written(tmp_path / "a.txt", text)
    for size in (5, 6, 7):
        with mock.patch.object(corpus, "BLOCK", size):
            assert read(path) == text


def test_line_breaks_within_records_are_line_breaks(tmp_path):
    assert read(written(tmp_path / "a.jsonl", jsonl(["山\n水", "火"]))) == "山\n水\n火\n"


def test_blank_lines_between_records_are_skipped(tmp_path):
    assert (
        read(written(tmp_path / "a.jsonl", "\n" + jsonl(["山"]) + "  \n\r\n" + jsonl(["水"]))) == "山\n水\n"
    )


def test_the_text_field_can_be_named(tmp_path):
    path = written(tmp_path / "a.jsonl", jsonl(["山水"], "body"))
    assert read(path, text_field="body") == "山水\n"
    error = refused(path)
    assert error.where == f"{path}:1"
    assert "'text'" in str(error)
    assert "--text-field" in str(error)


# ---- errors


def test_what_is_not_utf8_is_told_with_its_line(tmp_path):
    data = ("山水\n" * 4).encode() + "火木\n".encode("gb18030") + "土\n".encode()
    for size in (1 << 24, 10):
        with mock.patch.object(corpus, "BLOCK", size):
            error = refused(written(tmp_path / "a.txt", data))
        assert error.where == f"{tmp_path / 'a.txt'}:5"
        assert "UTF-8" in error.en


def test_the_line_is_right_behind_a_byte_order_mark(tmp_path):
    for n in range(4):
        data = b"\xef\xbb\xbf" + b"\n" * n + b"\xff\n"
        assert refused(written(tmp_path / "a.txt", data)).where.endswith(f":{n + 1}")


def test_what_is_not_text_is_told_with_its_line(tmp_path):
    data = "山水\n火".encode() + bytes(range(32)) * 4
    assert refused(written(tmp_path / "a.txt", data)).where.endswith(":2")
    assert "UTF-8" in refused(written(tmp_path / "b.txt", b"\x89PNG\r\n\x1a\n")).en
    refused(written(tmp_path / "c.txt", "山水\n".encode("utf-16")))


def test_bytes_that_only_continue_end_in_an_error(tmp_path):
    path = written(tmp_path / "a.txt", b"\x80" * 20_000)
    with mock.patch.object(corpus, "BLOCK", 100):
        refused(path)


@pytest.mark.parametrize(
    "bad",
    ["{", '{"text": "山"', "山水", '{"text": 5}', '{"no": "山"}', "[1]", '"山"', "null", '{"text": null}'],
)
@pytest.mark.parametrize("size", [1 << 24, 64])
def test_a_bad_record_is_told_with_its_line(tmp_path, bad, size):
    path = written(
        tmp_path / "a.jsonl", jsonl(["山", "水"]) + "\n" + jsonl(["火"]) + bad + "\n" + jsonl(["木"])
    )
    with mock.patch.object(corpus, "BLOCK", size):
        assert refused(path).where == f"{path}:5"


def test_half_of_a_surrogate_in_a_record_is_told_with_its_line(tmp_path):
    path = written(tmp_path / "a.jsonl", jsonl(["山"]) + '{"text": "水\\ud83d"}\n')
    assert refused(path).where == f"{path}:2"


def test_missing_files_and_folders_are_errors(tmp_path):
    refused(tmp_path / "missing.txt")
    refused(tmp_path)
    refused(written(tmp_path / "a.txt", "") / "b.txt")


def test_an_empty_file_has_no_text(tmp_path):
    for name in ("a.txt", "a.jsonl"):
        assert read(written(tmp_path / name, "")) == ""


def test_text_without_chinese_is_told_from_text_with_it(tmp_path):
    def has_none(text):
        return corpus.no_chinese(np.bincount([ord(c) for c in text], minlength=0x10000))

    assert has_none("abc 12，。！\n")
    assert has_none("かな")
    assert not has_none("abc 山")


# ---- what is held out


def test_lines_are_held_out_by_their_checksum_and_none_is_lost():
    block = "\n".join(f"第{i}行，{LINES[i % 300]}" for i in range(4000)) + "\n"
    counted, held = corpus.parted(block)
    a, b = counted.splitlines(), held.splitlines()
    assert sorted(a + b) == sorted(block.splitlines())
    assert all(zlib.crc32(line.encode()) % 256 == 0 for line in b)
    assert all(zlib.crc32(line.encode()) % 256 for line in a)
    # one in 256 of 4000 lines is 16; four deviations
    assert abs(len(b) - 4000 / 256) <= 4 * np.sqrt(4000 / 256)
    assert corpus.parted(counted) == (counted, "")


def test_a_line_said_twice_is_on_one_side():
    lines = [f"{i}{LINES[i % 300]}" for i in range(3000)]
    held = set(corpus.parted("\n".join(lines) + "\n")[1].splitlines())
    assert held
    counted, again = corpus.parted("\n".join([*lines, *sorted(held)]) + "\n")
    assert not held & set(counted.splitlines())
    assert sorted(again.splitlines()) == sorted([*held, *held])


def test_blank_lines_are_not_what_is_held_out():
    """Or a corpus with a blank line behind each paragraph would be measured on a few lines only."""
    assert corpus.parted("山\n\n\n水\n")[1].strip("\n") == corpus.parted("山\n\n\n水\n")[1]


@SMALL
@given(st.text(CHARACTERS, max_size=40))
def test_no_character_is_lost_between_the_sides(text):
    counted, held = corpus.parted(text)
    assert sorted((counted + held).split()) == sorted(text.split())
