"""What runs on engines are made of, without the engines: these have tests of their own, run by `make test-engines`."""

import json
import pickle
import random

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from cleanup.cli.app import app
from cleanup.dumps.record import Fields
from cleanup.engines import job, store, work
from cleanup.engines.rows import BAD, FILE, LINE, Rows, place
from cleanup.errors import InputError, UsageError
from cleanup.learn.dump import Survey

BROKEN, MENDED = "双方的工作围不同。", "双方的工作范围不同。"


def cleanup(*args):
    return CliRunner().invoke(app, [str(a) for a in args])


def batch(lines, file="/dump/a.jsonl"):
    return pa.table({LINE: pa.array(lines, pa.binary()), FILE: [file] * len(lines)})


def cleaned(cleaner, rows, table):
    return pa.Table.from_batches([*work.Cleaning(rows, cleaner, "en")([table])])


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/dump/a%20b.jsonl", "/dump/a%20b.jsonl"),
        ("file:///dump/a%20b.jsonl", "/dump/a b.jsonl"),
        ("file:/dump/a.jsonl", "/dump/a.jsonl"),
        ("s3a://bucket/x/a%23b.jsonl", "bucket/x/a#b.jsonl"),
        ("hdfs://name:8020/dump/a.jsonl", "name:8020/dump/a.jsonl"),
    ],
)
def test_a_place_is_an_address_without_its_scheme(address, where):
    assert place(address) == where


def test_files_are_named_relative_to_what_the_inputs_share(tmp_path):
    assert job.base_of([str(tmp_path)]) == str(tmp_path)
    assert job.base_of(["s3://bucket/dump/2024-*/x.jsonl"]) == "bucket/dump"
    assert job.base_of(["s3://bucket/dump/a.jsonl", "s3://bucket/dump/sub/b.jsonl"]) == "bucket/dump"
    rows = Rows("jsonl", "bucket/dump")
    (record,) = rows.records(batch([b'{"id": 1, "text": "x"}'], "s3a://bucket/dump/sub/b.jsonl"))
    assert (record.document.file, record.document.source) == ("sub/b.jsonl", "sub")


def test_the_format_is_told_by_names_or_asked_for(tmp_path):
    (tmp_path / "a.jsonl.gz").touch()
    (tmp_path / "notes.txt").touch()
    assert job.format_of([str(tmp_path)]) == "jsonl"
    assert job.format_of(["s3://bucket/x.parquet"]) == "parquet"
    (tmp_path / "b.csv").touch()
    with pytest.raises(UsageError, match=r"several formats.*--format"):
        job.format_of([str(tmp_path)])
    with pytest.raises(UsageError, match=r"no format.*--format"):
        job.format_of(["s3://bucket/dump"])
    with pytest.raises(InputError, match="no such file"):
        job.format_of([str(tmp_path / "gone.jsonl")])


@pytest.mark.parametrize("engine", ["ray", "spark"])
def test_an_engine_that_is_not_installed_is_told_with_its_extra(tmp_path, monkeypatch, engine):
    monkeypatch.setattr(job, "find_spec", lambda name: None)
    (tmp_path / "a.jsonl").touch()
    result = cleanup("run", tmp_path / "a.jsonl", "--engine", engine, "--lang", "en", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert f"pip install 'cleanup[{engine}]'" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "flag",
    [
        ["--limit", "5"],
        ["--jobs", "2"],
        ["--sample", "1%"],
        ["--dry-run"],
        ["--csv"],
        ["--fresh"],
        ["--after", "."],
    ],
)
def test_what_only_a_local_run_does_is_refused(tmp_path, flag):
    (tmp_path / "a.jsonl").touch()
    result = cleanup("run", tmp_path / "a.jsonl", "--engine", "ray", "--lang", "en", *flag)
    assert result.exit_code == 2
    assert f"--engine ray does not go with {flag[0]}" in result.output


def test_an_engine_that_is_none_is_told_with_those_there_are(tmp_path):
    result = cleanup("run", tmp_path, "--engine", "sparks", "--lang", "en")
    assert result.exit_code == 2
    assert "did you mean spark?" in result.output


def test_other_formats_are_left_to_a_local_run(tmp_path):
    (tmp_path / "a.md").touch()
    result = cleanup("run", tmp_path / "a.md", "--engine", "ray", "--lang", "en")
    assert result.exit_code == 2
    assert "ray reads jsonl, csv, parquet, not md" in result.output


def test_a_tree_of_merges_gives_the_survey_of_the_whole():
    rows = Rows("jsonl")
    lines = [
        json.dumps(
            {"id": n, "source": f"s{n % 3}", "text": f"第{n}篇\n页脚一行"}, ensure_ascii=False
        ).encode()
        for n in range(90)
    ]
    surveying = work.Surveying(rows, lines=True, texts=True)

    def level(tables):
        return pa.Table.from_batches([*work.merge(tables)])

    (whole,) = surveying([batch(lines)])
    random.Random(5).shuffle(lines)
    parts = [pa.Table.from_batches([*surveying([batch(lines[n : n + 7])])]) for n in range(0, 90, 7)]
    tree = level([level(parts[9:]), level(parts[:4]), level(parts[4:9])])
    one, other = (pickle.loads(t.column(work.SURVEY)[0].as_py()) for t in (whole, tree))
    assert isinstance(one, Survey)
    assert one.articles == other.articles == 90
    assert one.recurrence() == other.recurrence()
    assert one.recurrence().sources["s0"].docs
    assert one.texts.sources() == other.texts.sources()


def test_lines_come_back_as_they_were_but_for_the_text(cleaner):
    lines = [
        b'{"n": 1.50,  "id": "a", "text": "' + BROKEN.encode() + b'"}\r',
        "",
        b'{"id": "b", "text": "\xe4\xb8"}',
        "\ufeff" + json.dumps({"id": "c", "text": MENDED}, ensure_ascii=False),
    ]
    lines = [x.encode() if isinstance(x, str) else x for x in lines]
    done = cleaned(cleaner, Rows("jsonl", "/dump"), batch(lines))
    assert done.schema.names == [LINE, work.FINDINGS, work.ARTICLE, work.REJECTED, work.TALLY]
    values = done.column(LINE).to_pylist()
    assert values == [lines[0].replace(BROKEN.encode(), MENDED.encode()), *lines[1:]]
    rejects = done.column(work.REJECTED).to_pylist()
    assert [r is None for r in rejects] == [True, True, False, True]
    assert json.loads(rejects[2])["reason"] == "undecodable"
    tally, notes = work.tallied([done.column(work.TALLY)[0].as_py()])
    assert (tally.read, tally.changed, tally.unchanged, tally.rejected, notes) == (3, 1, 1, 1, [])
    assert done.column(work.TALLY).null_count == 3


def test_rows_keep_the_types_of_their_other_columns(cleaner):
    coded = pa.array([BROKEN, MENDED, None]).dictionary_encode()
    table = pa.table(
        {
            "text": coded,
            "n": pa.array([1, None, 3], pa.int8()),
            FILE: ["/d/a"] * 3,
            BAD: pa.array([None] * 3, pa.string()),
        }
    )
    done = cleaned(cleaner, Rows("parquet", "/d"), table)
    assert done.column("text").to_pylist() == [MENDED, MENDED, None]
    assert done.schema.field("n").type == pa.int8()
    assert not {FILE, BAD} & {*done.schema.names}
    articles = [json.loads(a) for a in done.column(work.ARTICLE).to_pylist()[:2]]
    assert [a["article"][:2] for a in articles] == ["a:", "a:"]
    assert articles[0]["article"] != articles[1]["article"]


def test_csv_of_another_header_is_rejected_row_by_row(cleaner):
    done = cleaned(cleaner, Rows("csv"), pa.table({"body": [BROKEN], FILE: ["a.csv"]}))
    assert json.loads(done.column(work.REJECTED)[0].as_py())["reason"] == "no_text"
    assert done.column("body").to_pylist() == [BROKEN]


def test_pages_in_a_column_are_read_as_pages(cleaner):
    page = f"<html><body><article><p>{BROKEN}</p></article></body></html>"
    done = cleaned(
        cleaner, Rows("csv", fields=Fields(html=True)), pa.table({"text": [page], FILE: ["a.csv"]})
    )
    assert done.column("text").to_pylist() == [MENDED]


class Memory:
    """A folder in memory."""

    def __init__(self, **files):
        self.files, self.where = files, "mem"

    def names(self, folder=""):
        inside = [n for n in self.files if n.startswith(folder)]
        return sorted({n[len(folder) :].strip("/").partition("/")[0] for n in inside})

    def read(self, path):
        return self.files.get(path)

    def write(self, path, data):
        self.files[path] = data

    def remove(self, path):
        self.files = {n: d for n, d in self.files.items() if n != path and not n.startswith(path + "/")}


def test_the_folder_of_another_run_is_not_taken():
    command = {"inputs": ["/dump"], "apply": "auto"}
    log = json.dumps({"command": command}).encode()
    assert store.claim(Memory(), command, overwrite=False) is False
    assert store.claim(Memory(**{"run.log.json": log}), command, overwrite=False) is True
    with pytest.raises(UsageError, match="another run"):
        store.claim(Memory(**{"run.log.json": log}), command | {"apply": "none"}, overwrite=False)
    assert store.claim(Memory(**{"run.log.json": log}), command | {"apply": "none"}, overwrite=True) is True
    with pytest.raises(UsageError, match="no run wrote"):
        store.claim(Memory(**{"thesis.doc": b""}), command, overwrite=True)
