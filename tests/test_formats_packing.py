"""Compressed files: all that can be read of them is, damage is told, and memory is bounded whatever they unpack to."""

import io
import itertools
import tracemalloc
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.compression import SUFFIXES, Damaged, empty, packed, unpacked
from cleanup.dumps import lines
from cleanup.dumps.formats import FORMATS, read
from cleanup.dumps.packing import PackedWriter
from cleanup.dumps.record import BadFile, Fields
from cleanup.dumps.walk import walk
from test_run import GOOD

PACKINGS = st.sampled_from(SUFFIXES)


class Slow(io.BytesIO):
    """A stream that gives little at a time, as sockets do."""

    def read(self, size=-1, /):
        return super().read(min(size, 7) if size > 0 else size)


def unpack(data, packing, stream=io.BytesIO):
    """What is read before the end, or before the damage, and the damage."""
    out = []
    f = unpacked(stream(data), packing)
    try:
        while part := f.read1(100):
            out.append(part)
    except Damaged as e:
        return b"".join(out), e
    return b"".join(out), None


def articles(path, data, encoding="auto"):
    """Of a file its articles' texts, the reasons of its rejects, and the reject of the file."""
    path.write_bytes(data)
    (file,), _ = walk([path], None)
    texts, reasons = [], []
    try:
        for record in read(file, Fields(), encoding):
            if record.document:
                texts.append(record.document.text)
            elif record.reject:
                reasons.append(record.reject.reason)
    except BadFile as e:
        return texts, reasons, e.reject
    return texts, reasons, None


@given(st.lists(st.binary(max_size=300), max_size=5), PACKINGS)
def test_what_is_packed_member_by_member_is_unpacked_as_one(parts, packing):
    data = b"".join(packed(p, packing) for p in parts) or empty(packing)
    for stream in (io.BytesIO, Slow):
        assert unpack(data, packing, stream) == (b"".join(parts), None)
    assert data == (b"".join(packed(p, packing) for p in parts) or empty(packing))


@given(st.binary(min_size=1, max_size=2000), PACKINGS, st.data())
def test_a_stream_cut_short_anywhere_gives_what_it_has_and_says_so(data, packing, draw):
    whole = packed(data[: len(data) // 2], packing) + packed(data, packing)
    first = len(packed(data[: len(data) // 2], packing))
    cut = draw.draw(st.integers(0, len(whole) - 1).filter(lambda n: n not in (first,) or first == 0))
    given_, damage = unpack(whole[:cut], packing)
    assert (data[: len(data) // 2] + data).startswith(given_)
    assert damage is not None and damage.reason == "truncated"
    assert damage.newlines == given_.count(b"\n")


@given(st.binary(min_size=20, max_size=500), PACKINGS, st.data())
def test_a_damaged_byte_is_never_read_as_something_else(data, packing, draw):
    whole = bytearray(packed(data, packing) + packed(data, packing))
    whole[draw.draw(st.integers(0, len(whole) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    given_, damage = unpack(bytes(whole), packing)
    # some bits of headers (the system it was made on) say nothing of the data
    assert damage is not None or given_ == data + data


@pytest.mark.parametrize("packing", SUFFIXES)
def test_what_follows_the_last_member_is_padding_or_told(packing):
    data = packed(b"abc\n", packing)
    assert unpack(data + bytes(40), packing) == (b"abc\n", None)
    given_, damage = unpack(data + b"<html>gateway timeout</html>" * 9, packing)
    assert given_ == b"abc\n" and damage.newlines == 1
    assert unpack(b"", packing)[1].reason == "truncated"
    assert unpack(b'{"text": "plain"}\n' * 9, packing)[1].reason == "corrupt"


@pytest.mark.parametrize("packing", SUFFIXES)
def test_the_lines_before_a_cut_are_read_and_the_cut_one_is_not(tmp_path, packing):
    rows = "".join(f'{{"id": {i}, "text": "{GOOD}{i * 7919}"}}\n' for i in range(3000)).encode()
    whole = packed(rows, packing)
    texts, reasons, reject = articles(tmp_path / f"a.jsonl{packing}", whole[: len(whole) * 3 // 4])
    assert texts == [f"{GOOD}{i * 7919}" for i in range(len(texts))]
    assert reasons == [] and len(texts) < 3000
    if packing not in (".bz2", ".xz"):  # these give nothing of a block that is not whole
        assert texts
    assert (reject.reason, reject.line) == ("truncated", len(texts) + 1)


def test_a_bomb_costs_its_record_and_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "RECORD_BYTES", 1_000_000)
    good = f'{{"text": "{GOOD}"}}\n'.encode()
    bomb = packed(good, ".gz") + packed(b" " * 60_000_000 + b"\n", ".gz") + packed(good, ".gz")
    assert len(bomb) < 100_000
    tracemalloc.start()
    texts, reasons, reject = articles(tmp_path / "a.jsonl.gz", bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (texts, reasons, reject) == ([GOOD, GOOD], ["too_large"], None)
    assert peak < 10_000_000


def test_a_page_that_unpacks_to_more_than_a_page_may_have_is_told(tmp_path):
    texts, reasons, _ = articles(tmp_path / "a.html.gz", packed(b"<p>" + b" " * 11_000_000, ".gz"))
    assert (texts, reasons) == ([], ["too_large"])


def test_lines_of_wide_encodings_that_are_too_long_cost_themselves(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "RECORD_BYTES", 200_000)
    good = f'{{"text": "{GOOD}"}}\n'
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        data = (good * 2000 + "长" * 300_001 + "\n" + good).encode(encoding)
        texts, reasons, _ = articles(tmp_path / "a.jsonl", data)
        assert (texts, reasons) == ([GOOD] * 2001, ["too_large"])


@given(st.lists(st.binary(max_size=100), max_size=20), PACKINGS)
def test_a_writer_writes_a_valid_file_whatever_it_gets(parts, packing):
    to = io.BytesIO()
    with PackedWriter(to, packing) as out:
        for part in parts:
            out.write(part)
    assert unpack(to.getvalue(), packing) == (b"".join(parts), None)


def test_bytes_of_a_member_depend_on_its_content_alone(monkeypatch):
    before = [packed(b"abc" * 99, p) for p in SUFFIXES]
    clock = itertools.count(10**9, 10**7)
    monkeypatch.setattr("time.time", lambda: next(clock))
    assert before == [packed(b"abc" * 99, p) for p in SUFFIXES]


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_pieces_of_a_packed_file_cover_the_file_as_it_is_stored(tmp_path, kind):
    if kind == "jsonl":
        data = "".join(f'{{"text": "{GOOD}{i * 7919}"}}\n' for i in range(20_000))
    else:
        data = "text\n" + "".join(f"{GOOD}{i * 7919}\n" for i in range(20_000))
    for packing in ("", ".gz", ".xz"):
        path = tmp_path / f"a.{kind}{packing}"
        path.write_bytes(packed(data.encode(), packing))
        (file,), _ = walk([path], None)
        pieces = list(FORMATS[kind].pieces(file, fields=Fields(), encoding="auto"))
        assert sum(p.size for p in pieces) == len(data.encode())
        assert 0.9 * file.size <= sum(p.stored for p in pieces) <= file.size


@given(st.lists(st.integers(0, 2000).map(str), max_size=3000))
def test_ids_are_counted(names):
    ids, seen = lines.Ids(), Counter()
    for name in names:
        assert ids.before(name) == seen[name]
        seen[name] += 1
    assert ids.before("") == ids.before("") == 0


@given(
    st.lists(
        st.sampled_from(
            [b'{"text": "', b'"}', b"\n", b"\r\n", GOOD.encode(), GOOD.encode("gb18030"), b"\xff", b"\0"]
        )
    )
)
def test_no_bytes_of_lines_are_lost_and_none_stop_the_reading(tmp_path_factory, parts):
    path = tmp_path_factory.getbasetemp() / "a.jsonl.zst"
    data = b"".join(parts)
    path.write_bytes(packed(data, ".zst") or empty(".zst"))
    (file,), _ = walk([path], None)
    found = list(read(file, Fields(), "auto"))
    assert b"".join(r.raw for r in found) == data
    for r in found:
        if r.document:
            assert FORMATS["jsonl"].rewrite(r, r.document.text)[0] == r.raw
