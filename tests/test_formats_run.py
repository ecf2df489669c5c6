"""Every command over every format, plain and packed, from the command line."""

import csv
import io
import json
import shutil

import fsspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleanup.batch import checkpoint
from cleanup.compression import SUFFIXES, empty, packed, unpacked
from cleanup.dumps import csv as csv_format
from cleanup.dumps import parquet
from test_resume import bytes_of
from test_run import BAD, GOOD, cleanup, lines, run_dir

ROWS = [
    {
        "id": f"a{i}",
        "n": i,
        "text": (BAD if i % 3 == 0 else GOOD) + f'第{i}篇，"引号"与\n换行。',
        "source": "站",
    }
    for i in range(72)
]
CLEANED = [{**r, "text": r["text"].replace(BAD, GOOD)} for r in ROWS]
RECORDS = ("jsonl", "csv", "tsv", "parquet")
NO_LEARNING = ("--no-learn", "--no-recurrence", "--lang", "en")


def made(rows, kind):
    """Rows as the bytes of a file."""
    if kind == "jsonl":
        return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()
    if kind == "parquet":
        to = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), to, row_group_size=32)
        return to.getvalue()
    f = io.StringIO(newline="")
    out = csv.DictWriter(f, rows[0], delimiter="\t" if kind == "tsv" else ",", lineterminator="\r\n")
    out.writeheader()
    out.writerows(rows)
    return f.getvalue().encode()


def rows_of(path):
    """The rows of a file, as another program reads them."""
    packing = "" if path.suffix not in SUFFIXES else path.suffix
    kind = path.name.removesuffix(packing).rpartition(".")[2]
    with unpacked(path.open("rb"), packing) as f:
        data = f.read()
    if kind == "jsonl":
        return [json.loads(line) for line in data.splitlines()]
    if kind == "parquet":
        return pd.read_parquet(io.BytesIO(data)).to_dict("records")
    table = csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter="\t" if kind == "tsv" else ",")
    return [{**r, "n": int(r["n"])} for r in table]


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    """Every format in every packing."""
    folder = tmp_path_factory.mktemp("formats") / "dump"
    folder.mkdir()
    for packing in ("", *SUFFIXES):
        for kind in RECORDS:
            (folder / f"a.{kind}{packing}").write_bytes(packed(made(ROWS, kind), packing))
        (folder / f"t.txt{packing}").write_bytes(packed(BAD.encode(), packing))
        (folder / f"m.md{packing}").write_bytes(packed(f"# 题\n\n{BAD}\n".encode(), packing))
        page = f"<html><body><article><p>{BAD}大家都去公园散步，天气很好。</p></article></body></html>"
        (folder / f"p.html{packing}").write_bytes(packed(page.encode(), packing))
    return folder


@pytest.fixture(scope="module")
def run(dump):
    """A run over them."""
    out = dump.parent / "out"
    assert cleanup("run", dump, "--out", out, *NO_LEARNING).exit_code == 0
    return out


@pytest.mark.parametrize("packing", ["", *SUFFIXES])
def test_every_format_is_cleaned_and_stays_what_it_is(run, packing):
    for kind in RECORDS:
        assert rows_of(run / f"cleaned/a.{kind}{packing}") == CLEANED, kind
    for name, text in (("t.txt", GOOD), ("m.md", f"# 题\n\n{GOOD}\n")):
        with unpacked((run / f"cleaned/{name}{packing}").open("rb"), packing) as f:
            assert f.read().decode() == text
    with unpacked((run / f"cleaned/p.html.txt{packing}").open("rb"), packing) as f:
        assert GOOD in f.read().decode()


def test_nothing_is_lost_and_nothing_left_over(run):
    summary = json.loads((run / "summary.json").read_text("utf-8"))["articles"]
    assert summary == {"read": 1455, "changed": 495, "unchanged": 960, "rejected": 0}
    assert not [p for p in run.rglob("*") if p.suffix in (".partial", ".made", ".packed")]
    found = lines(run / "findings.jsonl")
    # the place of an article: its line, or its row
    assert next(f["line"] for f in found if f["file"] == "a.csv" and f["article"] == "a3") == 8
    assert next(f["line"] for f in found if f["file"] == "a.parquet.gz" and f["article"] == "a3") == 4


def test_two_processes_write_the_same_bytes(dump, run, tmp_path):
    done = cleanup("run", f"{dump}/?.*.gz", "--out", tmp_path / "out", *NO_LEARNING, "--jobs", "2")
    assert done.exit_code == 0, done.output
    for path in (tmp_path / "out/cleaned").iterdir():
        assert path.read_bytes() == (run / "cleaned" / path.name).read_bytes()


class Killed(BaseException):
    """As kill -9 is: nothing more is written."""


@pytest.mark.parametrize("moment", ["before finish", "after finish", "after save"])
def test_a_run_killed_around_the_end_of_a_parquet_file_goes_on(tmp_path, monkeypatch, moment):
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a.parquet", "b.parquet.gz"):
        (source / name).write_bytes(packed(made(ROWS, "parquet"), name[9:]))
    assert cleanup("run", source, "--out", tmp_path / "straight" / "out", *NO_LEARNING).exit_code == 0
    for at in (1, 2):
        calls = 0

        def killed(real, before, at=at):
            def call(*args, **kwargs):
                nonlocal calls
                calls += 1
                if calls == at and before:
                    raise Killed
                real(*args, **kwargs)
                if calls == at:
                    raise Killed

            return call

        out = tmp_path / str(at) / "out"
        with monkeypatch.context() as m, pytest.raises(Killed):
            if moment == "after save":
                m.setattr(checkpoint.Checkpoint, "save", killed(checkpoint.Checkpoint.save, False))
            else:
                m.setattr(parquet, "finish", killed(parquet.finish, moment == "before finish"))
            done = cleanup("run", source, "--out", out, *NO_LEARNING, catch_exceptions=False)
            raise done.exception or AssertionError(done.output)
        assert cleanup("run", source, "--out", out, *NO_LEARNING).exit_code == 0
        assert bytes_of(out) == bytes_of(tmp_path / "straight" / "out")


def test_bad_files_cost_what_is_bad_in_them(tmp_path):
    rows = made(ROWS, "jsonl")
    torn = 'id,text\n1,一\n2,"没有关\n3,三\n4,四,多了\n'.encode()
    other = made([{"id": 1, "body": GOOD}], "parquet")
    out, _ = run_dir(
        tmp_path,
        {
            "cut.jsonl.gz": packed(rows, ".gz")[:-20],
            "cut.txt.gz": packed(GOOD.encode() * 99, ".gz")[:-20],
            "torn.csv": torn,
            "missing.parquet": other,
            "missing.csv": "id,body\n1,a\n",
            "no.parquet": b"PAR1",
            "null.parquet": made([{"id": 7, "text": None}, {"id": 8, "text": BAD}], "parquet"),
            "empty.csv.xz": empty(".xz"),
            "shard1.parquet": made([{"text": BAD, "x": 1}], "parquet"),
            "shard2.parquet": made([{"y": [1.5], "text": BAD}], "parquet"),
        },
        *NO_LEARNING,
    )
    rejects = {(r["file"], r["line"]): r for r in lines(out / "rejected.jsonl")}
    kept = rows_of(out / "cleaned/cut.jsonl.gz")
    assert kept and kept == CLEANED[: len(kept)]
    cut = len(kept) + 1
    assert {k: r["reason"] for k, r in rejects.items()} == {
        ("cut.jsonl.gz", cut): "truncated",
        ("cut.txt.gz", 1): "truncated",
        ("torn.csv", 3): "bad_quote",
        ("torn.csv", 5): "wrong_columns",
        ("missing.parquet", 1): "no_text",
        ("missing.csv", 1): "no_text",
        ("no.parquet", 0): "truncated",
        ("null.parquet", 1): "text_not_string",
    }
    assert rejects["torn.csv", 3]["raw"] == '2,"没有关'
    assert json.loads(rejects["null.parquet", 1]["raw"]) == {"text": None, "id": 7}
    summary = json.loads((out / "summary.json").read_text("utf-8"))["articles"]
    assert summary["read"] == summary["changed"] + summary["unchanged"] + summary["rejected"]
    assert rows_of(out / "cleaned/null.parquet") == [{"id": 8, "text": GOOD}]
    assert rows_of(out / "cleaned/shard1.parquet") == [{"text": GOOD, "x": 1}]
    assert list(rows_of(out / "cleaned/shard2.parquet")[0]) == ["y", "text"]
    assert (out / "cleaned/torn.csv").read_text("utf-8") == "id,text\n1,一\n3,三\n"
    assert sorted(p.name for p in (out / "cleaned").iterdir()) == [
        "cut.jsonl.gz",
        "empty.csv.xz",
        "null.parquet",
        "shard1.parquet",
        "shard2.parquet",
        "torn.csv",
    ]


def test_a_fault_over_a_row_keeps_the_row(tmp_path, monkeypatch):
    def broken(record, text):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(csv_format, "rewrite", broken)
    out, _ = run_dir(tmp_path, {"a.csv": f'id,text\n1,"{BAD}\n二"\n2,{GOOD}\n'}, *NO_LEARNING)
    [reject] = lines(out / "rejected.jsonl")
    assert (reject["reason"], reject["raw"]) == ("internal_error", f'1,"{BAD}\n二"')


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "csv.gz", "parquet.zst", "jsonl.bz2", "html.gz"])
def test_stdin_of_every_format_goes_to_stdout(kind, tmp_path):
    form, _, packing = kind.partition(".")
    data = made(ROWS, form) if form != "html" else f"<p>{BAD}</p>".encode()
    done = cleanup("run", "-", "--format", kind, *NO_LEARNING, input=packed(data, packing and f".{packing}"))
    assert done.exit_code == 0, done.output
    path = tmp_path / f"a.{kind}"
    path.write_bytes(done.stdout_bytes)
    if form == "html":
        with unpacked(path.open("rb"), ".gz") as f:
            assert f.read().decode() == GOOD + "\n"
    else:
        assert rows_of(path) == CLEANED


def test_formats_that_are_none_are_told():
    for kind in ("xml", "gz", "csv.rar", ".csv"):
        done = cleanup("run", "-", "--format", kind, "--lang", "en", input="")
        assert done.exit_code == 2 and "csv, tsv, parquet or html" in done.output


def test_a_run_reads_patterns_and_addresses_and_writes_to_one(dump, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pipe("/b/in/a.csv.gz", (dump / "a.csv.gz").read_bytes())
    done = cleanup("run", "memory://b/in", f"{dump}/a.tsv*", "--out", "memory://b/out", *NO_LEARNING)
    assert done.exit_code == 0, done.output
    path = tmp_path / "a.csv.gz"
    path.write_bytes(fs.cat("/b/out/cleaned/memory/b/in/a.csv.gz"))
    assert rows_of(path) == CLEANED
    assert fs.exists("/b/out/cleaned/a.tsv.xz") and fs.exists("/b/out/summary.json")
    fs.store.clear()


def test_what_was_repaired_is_taken_back_in_every_format(dump, run, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(run, out)
    done = cleanup("revert", out, "--rule", "dropped-char-in-phrase", "--lang", "en")
    assert done.exit_code == 0, done.output
    for packing in ("", *SUFFIXES):
        for kind in RECORDS:
            assert rows_of(out / f"cleaned/a.{kind}{packing}") == ROWS, kind + packing
        with unpacked((out / f"cleaned/t.txt{packing}").open("rb"), packing) as f:
            assert f.read().decode() == BAD
    before, after = dump / "a.parquet", out / "cleaned/a.parquet"
    assert pq.read_metadata(after).num_row_groups == pq.read_metadata(before).num_row_groups
    assert (out / "cleaned/a.csv").read_bytes() == (dump / "a.csv").read_bytes()


def test_a_check_finds_and_mends_in_every_format(dump, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    for path in (*dump.glob("?.*.zst"), dump / "a.csv", dump / "a.parquet"):
        shutil.copy(path, tmp_path / "d")
    (tmp_path / "d/numbers.csv").write_text("x,y\n1,2\n", "utf-8")
    done = cleanup("check", "d", "--format", "json", "--lang", "en")
    assert done.exit_code == 1, done.output
    found = json.loads(done.stdout)
    places = {(a["finding"]["file"], a["start"]["line"]) for a in found["alarms"]}
    assert {("d/a.csv", 2), ("d/a.parquet", 1), ("d/a.tsv.zst", 8), ("d/t.txt.zst", 1)} <= places
    assert not found["rejects"]
    done = cleanup("check", "d", "--fix", "--lang", "en")
    left = json.loads(cleanup("check", "d", "--format", "json", "--lang", "en").stdout)["alarms"]
    # a page is never changed
    assert {a["finding"]["file"].partition(".")[0] for a in left} == {"d/p"}
    for path in (tmp_path / "d").glob("a.*"):
        assert rows_of(path) == CLEANED, path.name
    # a table without texts is nobody's business where it was met, and is told where it was named
    done = cleanup("check", "d/numbers.csv", "--lang", "en")
    assert done.exit_code == 2 and "has no column text" in done.output


def test_copies_are_dropped_in_every_format(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    twice = [ROWS[0], {**ROWS[0], "id": "b"}, {**ROWS[1], "text": "完全不同的另一篇，说的是收成和雨水。"}]
    for kind in RECORDS:
        for packing in ("", ".gz"):
            (source / f"a.{kind}{packing}").write_bytes(packed(made(twice, kind), packing))
    (source / "z.csv").write_text("id,text\n1,别处没有的一篇文章\n", "utf-8")
    assert cleanup("dedup", source, "--out", out, "--write").exit_code == 0
    kept = {p.name: rows_of(p) for p in (out / "kept").iterdir() if p.name != "z.csv"}
    assert sum(map(len, kept.values())) == 2
    assert sorted(kept) == sorted(p.name for p in source.iterdir() if p.name != "z.csv")
    assert (out / "kept/z.csv").read_bytes() == (source / "z.csv").read_bytes()


def test_explain_takes_an_article_out_of_a_file(dump):
    for name, line in (("a.csv.gz", 8), ("a.parquet", 4), ("a.jsonl.xz", 4)):
        done = cleanup("explain", "--file", dump / name, "--record", str(line), "--lang", "en")
        assert done.exit_code == 0 and GOOD + "第3篇" in done.output, done.output
    done = cleanup("explain", "--file", dump / "t.txt.zst", "--lang", "en")
    assert GOOD in done.output
    done = cleanup("explain", "--file", dump / "a.csv", "--record", "3", "--lang", "en")
    assert done.exit_code == 2 and "no article begins on this line" in done.output
    done = cleanup("explain", "--file", dump / "a.csv", "--text-field", "body", "--lang", "en")
    assert done.exit_code == 2 and "has no column body" in done.output


def test_learning_counts_the_same_articles_whatever_they_are_kept_in(tmp_path):
    told = set()
    for kind in ("csv.gz", "parquet"):
        source = tmp_path / kind / f"a.{kind}"
        source.parent.mkdir()
        source.write_bytes(packed(made(ROWS, kind.partition(".")[0]), ".gz" if "gz" in kind else ""))
        done = cleanup("learn", source, "--out", tmp_path / kind / "channels", "--json")
        assert done.exit_code == 0, done.output
        line = json.loads(done.stdout)
        told.add((line["source"], line["articles"], line["characters"], line["digest"]))
    assert len(told) == 1 and next(iter(told))[:2] == ("站", 72)


def test_html_in_a_column_is_extracted_and_what_is_written_is_the_text(tmp_path):
    page = f"<html><body><article><p>{BAD}大家都去公园散步，天气很好。</p></article></body></html>"
    rows = [{"id": "1", "text": page, "n": 2}]
    out, _ = run_dir(
        tmp_path, {f"a.{k}": made(rows, k) for k in ("csv", "parquet", "jsonl")}, "--html", *NO_LEARNING
    )
    for kind in ("csv", "parquet", "jsonl"):
        [row] = rows_of(out / f"cleaned/a.{kind}")
        assert row == {"id": "1", "text": GOOD + "大家都去公园散步，天气很好。", "n": 2}


def test_a_reckoning_looks_at_files_of_every_format(dump):
    done = cleanup("run", dump, "--dry-run", "--out", dump.parent / "nowhere", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert not (dump.parent / "nowhere").exists()
