"""Parquet: all but changed texts and rejected rows comes back as it was, and what is no Parquet is told."""

import base64
import datetime
import io
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.compression import packed, unpacked
from cleanup.dumps import formats, parquet
from cleanup.dumps.record import BadFile, Fields, InputFile
from test_run import GOOD

TEXT_TYPES = [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("站点")


def written(folder, table, name="a.parquet", **how):
    to = io.BytesIO()
    pq.write_table(table, to, **how)
    return stored(folder, to.getvalue(), name)


def stored(folder, data, name="a.parquet"):
    kind, packing = formats.kind_of(name)
    path = folder / name
    path.write_bytes(packed(data, packing))
    return InputFile(path, name, kind, path.stat().st_size, packing=packing)


def records(file, fields=None):
    return list(formats.read(file, fields or Fields(), "auto"))


def again(file, change=lambda document: None, fields=None):
    """A file written again, texts as `change` gives them, as bytes of Parquet."""
    to = file.path.with_name("out")
    with formats.same_kind(file, to, fields or Fields()) as out:
        for record in records(file, fields):
            if record.document is None:
                assert record.reject is not None
                continue
            text = change(record.document)
            out.write(record.raw if text is None else parquet.rewrite(record, text)[0])
    assert {p.name for p in to.parent.iterdir() if not p.name.startswith("a.parquet")} == {"out"}
    return bytes_of(to, file.packing)


def bytes_of(path, packing):
    with unpacked(path.open("rb"), packing) as f:
        return f.read()


def shape(data):
    """What a Parquet file says of itself: rows of its groups, and of each column its compression and encoding."""
    meta = pq.read_metadata(io.BytesIO(data))
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    columns = [
        (c.path_in_schema, c.compression, "RLE_DICTIONARY" in c.encodings, c.physical_type)
        for g in groups
        for c in (g.column(i) for i in range(g.num_columns))
    ]
    return [g.num_rows for g in groups], columns, meta.format_version


def opened(data):
    return pq.ParquetFile(io.BytesIO(data))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.none() | st.integers(-(2**40), 2**40),
            "text": st.text(st.sampled_from("天气很好，\n\0😀a"), max_size=8),
            "嵌套": st.none() | st.lists(st.none() | st.integers(0, 9), max_size=3),
            "s": st.none() | st.fixed_dictionaries({"x": st.binary(max_size=3)}),
        }
    ),
    min_size=1,
    max_size=12,
)
TABLE = pa.schema(
    [
        ("s", pa.struct([("x", pa.binary())])),
        ("id", pa.int64()),
        ("text", pa.string()),
        ("嵌套", pa.list_(pa.int8())),
    ],
    {"由来": "抓取"},
)


@settings(max_examples=40)
@given(
    ROWS,
    st.sampled_from(TEXT_TYPES),
    st.integers(1, 12),
    st.sampled_from(["none", "snappy", "zstd", "gzip", "lz4", "brotli"]),
    st.booleans(),
    st.sampled_from(["1.0", "2.6"]),
    st.sampled_from(["", ".gz", ".zst"]),
)
def test_a_table_written_again_is_the_same_table(
    folder, rows, kind, size, compression, coded, version, packing
):
    table = pa.Table.from_pylist(rows, schema=TABLE)
    table = table.set_column(2, "text", table["text"].cast(kind))
    how = {"row_group_size": size, "compression": compression, "use_dictionary": coded, "version": version}
    file = written(folder, table, f"a.parquet{packing}", **how)
    data = bytes_of(file.path, packing)
    same = again(file)
    assert shape(same) == shape(data)
    assert opened(same).schema_arrow.equals(opened(data).schema_arrow, check_metadata=True)
    assert opened(same).metadata.metadata.keys() == opened(data).metadata.metadata.keys()
    assert opened(same).read().equals(opened(data).read())


@settings(max_examples=40)
@given(ROWS, st.sampled_from(TEXT_TYPES), st.integers(1, 12), st.data())
def test_a_changed_text_changes_its_cell_alone(folder, rows, kind, size, data):
    table = pa.Table.from_pylist(rows, schema=TABLE)
    table = table.set_column(2, "text", table["text"].cast(kind))
    file = written(folder, table, row_group_size=size)
    new = data.draw(st.dictionaries(st.integers(1, len(rows)), st.text("改好了", max_size=9), max_size=4))
    done = opened(again(file, lambda document: new.get(document.record)))
    expected = [r["text"] if i not in new else new[i] for i, r in enumerate(rows, 1)]
    assert done.read()["text"].to_pylist() == expected
    assert done.read().drop_columns("text").equals(table.drop_columns("text"))
    assert done.schema_arrow.equals(opened(file.path.read_bytes()).schema_arrow, check_metadata=True)


def test_types_of_all_sorts_come_back(folder):
    table = pa.table(
        {
            "text": pa.array([GOOD, GOOD], pa.string_view()),
            "time": pa.array([datetime.datetime(2026, 1, 1)] * 2, pa.timestamp("us", "Asia/Shanghai")),
            "decimal": pa.array([1, 2], pa.decimal128(20, 4)),
            "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int32())),
            "kind": pa.array(["x", "y"]).dictionary_encode(),
            "half": pa.array([1.5, None], pa.float16()),
            "day": pa.array([1, 2], pa.date32()),
        }
    )
    file = written(folder, table)
    done = opened(again(file, lambda d: "改" if d.record == 2 else None))
    assert done.schema_arrow.equals(opened(file.path.read_bytes()).schema_arrow, check_metadata=True)
    assert done.read().drop_columns("text").equals(opened(file.path.read_bytes()).read().drop_columns("text"))
    assert done.read()["text"].to_pylist() == [GOOD, "改"]


def test_files_of_other_programs_stay_as_those_write_them(folder):
    """Spark knows no schema of Arrow, and older files name and time their parts otherwise."""
    table = pa.table(
        {
            "text": ["一", "二"],
            "time": pa.array([datetime.datetime(2026, 1, 1)] * 2, pa.timestamp("ns")),
            "list": [[1], [2]],
        }
    ).replace_schema_metadata({"org.apache.spark.version": "3.5"})
    how = {
        "store_schema": False,
        "use_deprecated_int96_timestamps": True,
        "use_compliant_nested_type": False,
        "compression": {"text": "zstd", "time": "none", "list.list.item": "snappy"},
        "write_statistics": False,
    }
    file = written(folder, table, **how)
    before, after = file.path.read_bytes(), again(file)
    assert shape(after) == shape(before)
    assert opened(after).metadata.metadata == opened(before).metadata.metadata
    assert opened(after).schema.equals(opened(before).schema)
    assert not opened(after).metadata.row_group(0).column(0).is_stats_set


def test_what_is_read_of_a_row(folder):
    table = pa.table(
        {
            "title": ["题", None, "题", "题"],
            "text": ["一", "二", None, "三"],
            "id": [7, 7, 7, None],
            "source": ["站", "", "站", None],
        }
    )
    found = records(written(folder, table))
    documents = [r.document for r in found if r.document]
    assert [d.article for d in documents] == ["7", "7#2", "a.parquet:4"]
    assert [(d.record, d.source, d.meta["line"]) for d in documents] == [
        (1, "站", 1),
        (2, folder.name, 2),
        (4, folder.name, 4),
    ]
    reject = found[2].reject
    assert (reject.reason, reject.line) == ("text_not_string", 3)
    assert json.loads(found[2].told) == {"text": None, "id": 7, "source": "站", "title": "题"}


def test_rejected_rows_are_left_out_and_groups_without_any_other_too(folder):
    table = pa.table({"text": ["一", None, None, None, "五"], "n": range(5)})
    done = again(written(folder, table, row_group_size=2))
    assert opened(done).read().to_pylist() == [{"text": "一", "n": 0}, {"text": "五", "n": 4}]
    assert shape(done)[0] == [1, 1]
    # and a table of nothing else is an empty one
    done = again(written(folder, pa.table({"text": pa.array([None], pa.string())})))
    assert opened(done).metadata.num_rows == 0


def test_bytes_that_are_no_utf_8_cost_their_row(folder):
    bad = pa.Array.from_buffers(pa.string(), 2, pa.array([b"\xff\xfe", GOOD.encode()], pa.binary()).buffers())
    file = written(folder, pa.table({"text": bad, "id": bad}))
    found = records(file)
    assert [r.reject and r.reject.reason for r in found] == ["undecodable", None]
    assert json.loads(found[0].told)["text"] == r"\xff\xfe"
    assert opened(again(file)).read()["text"].to_pylist() == [GOOD]


@pytest.mark.parametrize(
    "data,reason",
    [
        (b"", "not_parquet"),
        (b"id,text\n1,a\n", "not_parquet"),
        (b"PAR1" + bytes(100), "truncated"),
        (b"PAR1" + bytes(100) + b"PAR1", "corrupt"),
        (b"PARE" + bytes(100) + b"PARE", "encrypted"),
    ],
)
def test_what_is_no_parquet_is_told(folder, data, reason):
    with pytest.raises(BadFile) as e:
        records(stored(folder, data))
    assert e.value.reject.reason == reason


def test_columns_that_are_missing_or_hold_no_texts_are_told(folder):
    for table, reason, says in (
        (pa.table({"id": [1], "content": ["a"]}), "no_text", "it has id, content"),
        (pa.table({"Text": ["a"]}), "no_text", "did you mean --text-field Text"),
        (pa.table({"text": [1]}), "text_not_string", "column text is int64"),
        (pa.table({"text": [["a"]]}), "text_not_string", "column text is list"),
        (pa.table([["a"], ["b"]], ["text", "text"]), "no_text", "2 columns text"),
    ):
        with pytest.raises(BadFile, match=says) as e:
            records(written(folder, table))
        assert e.value.reject.reason == reason


def test_encrypted_columns_are_told(folder):
    import pyarrow.parquet.encryption as pe

    class Kms(pe.KmsClient):
        def __init__(self, config):
            super().__init__()

        def wrap_key(self, key, name):
            return base64.b64encode(key)

        def unwrap_key(self, key, name):
            return base64.b64decode(key)

    config = pe.EncryptionConfiguration("key", column_keys={"key": ["text"]}, plaintext_footer=True)
    properties = pe.CryptoFactory(Kms).file_encryption_properties(pe.KmsConnectionConfig(), config)
    table = pa.table({"id": [1], "text": [GOOD]})
    to = io.BytesIO()
    with pq.ParquetWriter(to, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    with pytest.raises(BadFile) as e:
        records(stored(folder, to.getvalue()))
    assert e.value.reject.reason == "encrypted"


def test_rows_before_a_damaged_page_are_read(folder):
    table = pa.table({"text": [f"{GOOD}{i}" for i in range(300)], "n": range(300)})
    file = written(folder, table, row_group_size=100, compression="gzip")
    data = bytearray(file.path.read_bytes())
    at = pq.read_metadata(file.path).row_group(1).column(0).data_page_offset
    data[at + 30 : at + 200] = bytes(170)
    file = stored(folder, bytes(data))
    found = []
    with pytest.raises(BadFile) as e:
        for record in formats.read(file, Fields(), "auto"):
            found.append(record.document.text)
    assert found == [f"{GOOD}{i}" for i in range(100)]
    assert (e.value.reject.reason, e.value.reject.line) == ("corrupt", 101)


def test_a_row_group_larger_than_memory_should_be_is_written_piece_by_piece(folder):
    text = "天气很好，大家都去公园散步。" * 400
    table = pa.table({"text": [f"{i}{text}" for i in range(1500)], "n": range(1500)})
    file = written(folder, table, use_dictionary=False, compression="zstd")
    pool = pa.default_memory_pool()
    del table
    before = pool.bytes_allocated()
    tracemalloc.start()
    for _ in formats.read(file, Fields(), "auto"):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000
    assert shape(again(file, lambda d: "改" if d.record == 7 else None))[0] == [1500]
    assert pool.bytes_allocated() - before < 5_000_000


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_file_is_read_or_told(folder, data):
    table = pa.table({"id": range(100), "text": [f"{GOOD}{i}" for i in range(100)], "n": [[1]] * 100})
    to = io.BytesIO()
    pq.write_table(table, to, row_group_size=40, compression="none")
    content = bytearray(to.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        # most of what there is to be wrong about stands at the end
        at = data.draw(st.integers(4, len(content) - 9) | st.integers(len(content) - 900, len(content) - 9))
        content[at] = data.draw(st.integers(0, 255))
    file = stored(folder, bytes(content))
    try:
        again(file, lambda document: document.text + "。")
    except BadFile as e:
        assert e.reject.reason in ("corrupt", "no_text", "text_not_string", "encrypted")
