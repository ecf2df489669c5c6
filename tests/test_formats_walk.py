"""Files named by patterns and addresses: which they are, what they are called, and what is told of those that are not."""

import sys
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleanup.dumps import remote
from cleanup.dumps.formats import kind_of, read, same_kind
from cleanup.dumps.packing import opened
from cleanup.dumps.record import BadFile, Fields
from cleanup.dumps.walk import as_told, cleaned_names, title_of, walk
from cleanup.errors import InputError
from test_run import GOOD


@pytest.fixture
def tree(tmp_path):
    for name in (
        "a.jsonl.gz",
        "b.jsonl",
        "c.csv",
        "n/d.jsonl.gz",
        "n/.e.jsonl.gz",
        "n/x.pdf",
        ".h/f.jsonl.gz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return tmp_path


@pytest.fixture
def memory():
    """A store that is this process's memory."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]
    yield fs
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]


def names(inputs, out=None):
    files, odd = walk(inputs, out)
    return [f.name for f in files], [(r.file, r.reason) for r in odd]


@pytest.mark.parametrize(
    "name,kind",
    [
        ("a.csv", ("csv", "")),
        ("a.TSV.GZ", ("tsv", ".gz")),
        ("a.b.parquet.zst", ("parquet", ".zst")),
        ("a.pq", ("parquet", "")),
        ("a.html.xz", ("html", ".xz")),
        ("a.gz", ("", ".gz")),
        ("a.tar.bz2", ("", ".bz2")),
        (".gz", ("", ".gz")),
        ("csv", ("", "")),
    ],
)
def test_a_format_is_told_by_the_name_under_its_packing(name, kind):
    assert kind_of(name) == kind
    if kind[1]:
        assert kind_of(name.replace(".GZ", ".gz"))[1] == name[-len(kind[1]) :].lower()


def test_packed_pages_are_written_as_packed_texts():
    found = cleaned_names(["p.html.gz", "p.html.txt.gz", "p.htm", "t.csv.xz"], "html")
    assert {n: w for n, (_, w) in found.items()} == {
        "p.html.gz": "p.html-2.txt.gz",
        "p.html.txt.gz": "p.html.txt.gz",
        "p.htm": "p.htm.txt",
        "t.csv.xz": "t.csv.xz",
    }


def test_patterns_name_files_as_their_folder_would(tree):
    assert names([f"{tree}/*.jsonl*"]) == (["a.jsonl.gz", "b.jsonl"], [])
    assert names([f"{tree}/**/*.gz"]) == (["a.jsonl.gz", "n/d.jsonl.gz"], [])
    assert names([f"{tree}/n*"]) == (["n/d.jsonl.gz"], [("n/x.pdf", "unknown_format")])
    assert names([f"{tree}/**"]) == names([tree])
    assert names([f"{tree}/*.gz", f"{tree}/?.csv", tree / "a.jsonl.gz"]) == (["a.jsonl.gz", "c.csv"], [])
    assert all(f.met for f in walk([f"{tree}/*.csv"], None)[0])
    assert not walk([tree / "c.csv"], None)[0][0].met
    with pytest.raises(InputError, match="no file fits the pattern"):
        walk([f"{tree}/*.xml"], None)


def test_patterns_of_any_depth_do_not_go_in_circles(tree, monkeypatch):
    for name in ("up", "again", "n/up", "n/again"):
        (tree / name).symlink_to(tree)
    assert names([f"{tree}/**/*.gz"]) == (["a.jsonl.gz", "n/d.jsonl.gz"], [])
    assert names([f"{tree}/**/n"]) == (["n/d.jsonl.gz"], [("n/x.pdf", "unknown_format")])
    monkeypatch.chdir(tree)
    assert names(["**/d*"]) == (["n/d.jsonl.gz"], [])
    assert names(["n/**"]) == (["d.jsonl.gz"], [("x.pdf", "unknown_format")])


def test_a_pattern_that_is_the_name_of_a_file_is_that_file(tree):
    (tree / "[1].jsonl").write_bytes(b"")
    (tree / "1.jsonl").write_bytes(b"")
    assert names([f"{tree}/[1].jsonl"]) == (["[1].jsonl"], [])
    assert names([f"{tree}/[12].jsonl"]) == (["1.jsonl"], [])


def test_the_output_folder_is_left_out_of_patterns(tree):
    (tree / "out").mkdir()
    (tree / "out/z.jsonl").write_bytes(b"")
    assert names([f"{tree}/**/*.jsonl"], tree / "out") == (["b.jsonl"], [])


def test_addresses_name_files_folders_and_patterns(memory):
    for name in ("d/a.jsonl.gz", "d/n/b.csv", "d/.h/c.csv", "d/n/x.pdf", "e/a.jsonl"):
        memory.pipe(f"/bucket/{name}", b"123")
    assert names(["memory://bucket/d"]) == (["a.jsonl.gz", "n/b.csv"], [("n/x.pdf", "unknown_format")])
    assert names(["memory://bucket/d/n/b.csv"]) == (["b.csv"], [])
    assert names(["memory://bucket/*/a.*"]) == (["d/a.jsonl.gz", "e/a.jsonl"], [])
    assert names(["memory://bucket/d/a.jsonl.gz", "memory://bucket/e"]) == (["d/a.jsonl.gz", "e/a.jsonl"], [])
    (file,), _ = walk(["memory://bucket/d/a.jsonl.gz"], None)
    assert (file.format, file.packing, file.size, file.folder) == ("jsonl", ".gz", 3, "d")


def test_addresses_beside_files_hold_where_they_are(memory, tree):
    memory.pipe("/bucket/a.jsonl", b"1")
    assert names([tree / "b.jsonl", "memory://bucket/a.jsonl"]) == (["b.jsonl", "memory/bucket/a.jsonl"], [])


def test_an_address_that_was_taken_for_a_path_is_one_again(memory, tree):
    memory.pipe("/bucket/a.jsonl", b"1")
    assert names([type(tree)("memory://bucket/a.jsonl")]) == (["a.jsonl"], [])
    assert names([f"file://{tree}/b.jsonl"]) == (["b.jsonl"], [])
    assert as_told("memory://bucket/a.jsonl") == "memory://bucket/a.jsonl"
    assert as_told(f"file://{tree}/b.jsonl") == str(tree / "b.jsonl")
    (tree / "ab:").mkdir()
    (tree / "ab:/x.txt").write_text(GOOD, "utf-8")
    assert names([f"{tree}/ab:/x.txt"]) == (["x.txt"], [])


def test_what_is_not_there_and_stores_without_their_package_are_told(memory, monkeypatch):
    for address in ("memory://nowhere", "memory://nowhere/a.jsonl", "memory://nowhere/*.jsonl"):
        with pytest.raises(InputError, match=r"no (such )?file"):
            walk([address], None)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(InputError, match=r"s3://b/a\.csv: needs a package: pip install s3fs"):
        walk(["s3://b/a.csv"], None)
    with pytest.raises(InputError, match="Protocol not known: nothing"):
        walk(["nothing://b/a.csv"], None)


def test_a_query_of_an_address_is_no_pattern_and_no_suffix(memory, monkeypatch):
    memory.pipe("/x/a.csv.gz?sig=1", b"123")
    monkeypatch.setattr(remote, "_fs", lambda url: (memory, url.removeprefix("https://host")))
    monkeypatch.setattr(memory, "unstrip_protocol", lambda path: "https://host" + path, raising=False)
    (file,), _ = walk(["https://host/x/a.csv.gz?sig=1"], None)
    assert (file.name, file.format, file.packing) == ("a.csv.gz", "csv", ".gz")
    assert file.url == "https://host/x/a.csv.gz?sig=1"


def test_parquet_elsewhere_is_read_and_written_again(memory, tmp_path):
    table = pa.table({"text": [GOOD, None, "二"], "n": [1, 2, 3]})
    with memory.open("/b/a.parquet", "wb") as f:
        pq.write_table(table, f, row_group_size=2)
    (file,), _ = walk(["memory://b/a.parquet"], None)
    with same_kind(file, tmp_path / "out", Fields()) as out:
        for record in read(file, Fields(), "auto"):
            if record.document:
                out.write(record.raw)
    assert pq.read_table(tmp_path / "out").to_pylist() == [{"text": GOOD, "n": 1}, {"text": "二", "n": 3}]


def test_bytes_elsewhere_are_read_as_those_here(memory):
    from cleanup.compression import packed

    data = f'{{"text": "{GOOD}"}}\n'.encode()
    memory.pipe("/b/a.jsonl.xz", packed(data, ".xz"))
    (file,), _ = walk(["memory://b/a.jsonl.xz"], None)
    assert [r.document.text for r in read(file, Fields(), "auto")] == [GOOD]
    memory.pipe("/b/a.jsonl.xz", packed(data, ".xz")[:-5])
    with pytest.raises(BadFile) as e:
        list(read(file, Fields(), "auto"))
    assert e.value.reject.reason == "truncated"
    memory.rm("/b/a.jsonl.xz")
    with pytest.raises(FileNotFoundError):
        list(read(file, Fields(), "auto"))


def test_faults_of_a_store_are_errors_of_reading(memory, monkeypatch):
    memory.pipe("/b/a.jsonl", b"{}\n")
    (file,), _ = walk(["memory://b/a.jsonl"], None)

    def dies(self, path, mode="rb", **how):
        raise RuntimeError("503 slow down")

    monkeypatch.setattr(type(memory), "_open", dies)
    with pytest.raises(OSError, match="503 slow down"), opened(file):
        pass
    with pytest.raises(InputError, match="503 slow down"):
        remote.put(Path(__file__).parent / "data", "memory://b/out")


def test_what_tells_a_file_from_a_changed_one(memory):
    memory.pipe("/b/a.jsonl", b"{}\n")
    before = remote.stamp_of("memory://b/a.jsonl")
    assert remote.stamp_of("memory://b/a.jsonl") == before
    memory.pipe("/b/a.jsonl", b"{}\n\n")
    assert remote.stamp_of("memory://b/a.jsonl") != before


def test_a_folder_is_put_to_an_address_file_by_file(memory, tree):
    remote.put(tree, "memory://out/run/")
    assert {p.removeprefix("/out/run/") for p in memory.find("/out/run")} == {
        "a.jsonl.gz",
        "b.jsonl",
        "c.csv",
        "n/d.jsonl.gz",
        "n/x.pdf",
    }


@pytest.mark.parametrize(
    "named,title",
    [
        ("x/dump.jsonl.gz", "dump"),
        ("x/*.jsonl", "x"),
        ("x/2026-*/*.csv", "x"),
        ("s3://b/dump/day.parquet", "day"),
        ("s3://b/dump/*.gz", "dump"),
        ("s3://b/dump", "dump"),
        ("https://host/x/dump.csv.gz?sig=a/b*", "dump"),
        ("a.txt", "a"),
    ],
)
def test_a_run_is_called_by_its_first_input(named, title):
    assert title_of(named) == title
