"""The real engines, each on this machine with two processors, against a local run; run by `make test-engines`."""

import csv
import datetime
import decimal
import json
import os
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_dumps import BAD, FARM, GOOD, cleaned_lines, cleanup, farm, summary, told, written

from cleanup import Cleaner as FrameCleaner
from cleanup.batch import Options, Watch
from cleanup.engines import run
from cleanup.pipeline import Cleaner

# what the engines do by themselves; what they make of our code stays an error
pytestmark = [pytest.mark.filterwarnings(f"ignore::Warning:{m}.*") for m in ("ray", "pyspark", "py4j")]


@pytest.fixture(scope="session")
def ray_here():
    import ray

    ray.init(
        num_cpus=2,
        object_store_memory=200_000_000,
        include_dashboard=False,
        logging_level="ERROR",
        log_to_driver=False,
    )
    yield ray
    ray.shutdown()


@pytest.fixture(scope="session")
def spark_here():
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        # a task that is lost is done again, which Spark on one machine does where it is told how often
        SparkSession.builder.master("local[2,3]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "1g")
        .config("spark.sql.shuffle.partitions", 2)
        .config("spark.ui.enabled", False)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(params=["ray", "spark"])
def engine(request):
    """The name of an engine that runs."""
    request.getfixturevalue(f"{request.param}_here")
    return request.param


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return farm(tmp_path_factory.mktemp("farm") / "in")


@pytest.fixture(scope="module")
def local(dump):
    out = dump.parent / "local"
    cleanup("run", dump, "--out", out)
    return out


@pytest.fixture
def here(tmp_path):
    """A folder without the folders of users above it."""
    (tmp_path / "in").mkdir()
    return tmp_path


def test_channels_findings_and_counts_are_those_of_a_local_run(engine, dump, local):
    out = dump.parent / engine
    cleanup("run", dump, "--out", out, "--engine", engine)
    channels = {p.name: p.read_bytes() for p in (local / "channels").iterdir()}
    assert {p.name: p.read_bytes() for p in (out / "channels").iterdir()} == channels
    assert len(channels) == 2  # what was learned, and its phrases
    for name in ("findings", "articles", "rejected"):
        assert told(out, name) == told(local, name)
    assert len(told(out, "findings")) > 100
    assert {r["reason"] for r in told(out, "rejected")} == {"text_not_string", "not_json"}
    assert summary(out) == summary(local)
    assert cleaned_lines(out) == cleaned_lines(local)


def test_what_an_editor_decided_outlives_the_next_run(engine, here):
    (here / "in/a.jsonl").write_bytes(b"".join(FARM))
    args = ("run", here / "in", "--out", here / "out", "--engine", engine, "--cleaned-only")
    cleanup(*args)
    (file,) = (here / "out/channels").glob("*.toml")
    file.write_text(file.read_text("utf-8").replace('status = "learned"', 'status = "rejected"', 1), "utf-8")
    cleanup(*args)
    assert file.read_text("utf-8").count('status = "rejected"') == 1
    assert not (here / "out/findings").exists() or not written(here / "out", "findings")


def test_articles_without_an_id_are_named_by_their_rows(engine, here):
    rows = [json.dumps({"text": BAD + str(n)}, ensure_ascii=False) + "\n" for n in range(3)]
    for name, some in (("one", rows), ("two", rows[::-1])):
        (here / "in/a.jsonl").write_text("".join(some), "utf-8")
        cleanup("run", here / "in", "--out", here / name, "--engine", engine, "--no-learn")
    one, two = told(here / "one", "findings"), told(here / "two", "findings")
    assert one == two
    assert len({f["article"] for f in one}) == 3
    assert all(f["article"].startswith("a.jsonl:") and f["source"] == "in" for f in one)


def test_csv_keeps_its_other_cells_and_a_bad_row_costs_itself(engine, here):
    rows = [["007", "a", BAD, 'say "x", y'], ["", "b", f"两行\n{BAD}", "1e5"], ["8", "c", "", ""]]
    with (here / "in/a.csv").open("w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([["n", "id", "text", "note"], *rows])
        f.write("9,d,一,二,三\n")
    cleanup("run", here / "in", "--out", here / "out", "--engine", engine, "--no-learn")
    found = []
    for part in (here / "out/cleaned").glob("part-*.csv"):
        with part.open(encoding="utf-8", newline="") as f:
            header, *cells = csv.reader(f)
        assert header == ["n", "id", "text", "note"]
        found += cells
    wanted = [[n, i, t.replace(BAD, GOOD), note] for n, i, t, note in rows]
    assert sorted(found) == sorted(wanted)
    assert [r["reason"] for r in told(here / "out", "rejected")] == ["wrong_columns"]
    assert summary(here / "out")["articles"] == {"read": 4, "changed": 2, "unchanged": 1, "rejected": 1}


def test_parquet_keeps_its_other_columns(engine, here):
    table = pa.table(
        {
            "id": ["a", "b", "c"],
            "text": pa.array([BAD, GOOD, None]),
            "big": pa.array([2**60 + 1, None, 3], pa.int64()),
            "tags": pa.array([["x", None], None, []], pa.list_(pa.string())),
            "price": pa.array([decimal.Decimal("1.10")] * 3, pa.decimal128(10, 2)),
            "day": pa.array([datetime.date(2024, 2, 29)] * 3),
            "a.b": pa.array([1.5, None, 2.5]),
        }
    )
    pq.write_table(table, here / "in/a.parquet")
    cleanup("run", here / "in", "--out", here / "out", "--engine", engine, "--no-learn")
    parts = (here / "out/cleaned").glob("part-*.parquet")
    found = pa.concat_tables(pq.read_table(p).replace_schema_metadata(None) for p in parts).sort_by("id")
    wanted = table.set_column(1, "text", pa.array([GOOD, GOOD, None])).slice(0, 2)
    assert found.to_pylist() == wanted.to_pylist()
    assert found.schema.names == table.schema.names
    assert [r["reason"] for r in told(here / "out", "rejected")] == ["text_not_string"]


def test_a_dump_without_the_column_of_texts_is_refused(engine, here):
    pq.write_table(pa.table({"body": ["一"]}), here / "in/a.parquet")
    said = cleanup("run", here / "in", "--out", here / "out", "--engine", engine, "--lang", "en", code=2)
    assert "has no column text (it has body)" in said
    assert "--text-field" in said


class Poisoned(Cleaner):
    """Fails of one article, and takes the process with it over another, once."""

    fuse = ""

    def clean_many(self, documents):
        for document in documents:
            if "毒" in document.text:
                raise ValueError("poison")
            if "炸" in document.text and os.path.exists(self.fuse):  # noqa: PTH110
                os.unlink(self.fuse)  # noqa: PTH108
                os._exit(1)
        return super().clean_many(documents)


@pytest.fixture
def poisoned(ruleset, engine, here):
    """A cleaner that tasks can have: by value, since they cannot import a test."""
    import test_engines

    if engine == "ray":
        from ray import cloudpickle
    else:
        from pyspark import cloudpickle
    cloudpickle.register_pickle_by_value(test_engines)
    cleaner = Poisoned(ruleset)
    cleaner.fuse = str(here / "fuse")
    yield cleaner
    cloudpickle.unregister_pickle_by_value(test_engines)


def run_with(cleaner, engine, here, texts):
    rows = [json.dumps({"id": str(n), "text": t}, ensure_ascii=False) + "\n" for n, t in enumerate(texts)]
    (here / "in/a.jsonl").write_text("".join(rows), "utf-8")
    options = Options(learn=False, recurrence=False)
    command = {"inputs": [str(here / "in")]}
    return run(engine, [str(here / "in")], str(here / "out"), cleaner, command, options, Watch(), "en")


def test_a_poison_record_costs_that_record(engine, here, poisoned):
    result = run_with(poisoned, engine, here, [BAD, "毒药", BAD])
    tally = result.tally
    assert (tally.read, tally.changed, tally.unchanged, tally.rejected) == (3, 2, 0, 1)
    (reject,) = told(here / "out", "rejected")
    assert reject["reason"] == "internal_error"
    assert "poison" in reject["message"]
    assert json.loads(reject["raw"]) == {"id": "1", "text": "毒药"}
    assert [json.loads(x)["id"] for x in written(here / "out", "cleaned")] == ["0", "2"]
    assert any("ValueError: poison" in note for note in result.notes)


def test_a_task_whose_process_dies_is_done_again_by_the_engine(engine, here, poisoned):
    (here / "fuse").touch()
    tally = run_with(poisoned, engine, here, [BAD, "炸药", BAD]).tally
    assert not (here / "fuse").exists()
    assert (tally.read, tally.changed, tally.unchanged, tally.rejected) == (3, 2, 1, 0)
    assert len(written(here / "out", "findings")) == 2


def test_frame_is_a_batch_function_of_ray(ray_here):
    frame = pd.DataFrame({"id": ["a", "b"], "text": [BAD, GOOD], "n": [1, 2]})
    cleaner = FrameCleaner()
    cleaned = ray_here.data.from_pandas(frame).map_batches(cleaner.frame, batch_format="pandas")
    rows = sorted(cleaned.take_all(), key=lambda row: row["id"])
    assert (
        rows
        == cleaner.frame(frame).to_dict("records")
        == [
            {"id": "a", "text": GOOD, "n": 1},
            {"id": "b", "text": GOOD, "n": 2},
        ]
    )


def test_frame_is_a_batch_function_of_spark(spark_here):
    cleaner = FrameCleaner()
    rows = [("a", BAD, 1), ("b", GOOD, 2)]
    df = spark_here.createDataFrame(rows, "id string, text string, n long")
    cleaned = df.mapInPandas(lambda frames: map(cleaner.frame, frames), df.schema)
    assert sorted(tuple(r) for r in cleaned.collect()) == [("a", GOOD, 1), ("b", GOOD, 2)]


def test_the_folder_of_a_run_is_read_and_written_where_the_engine_writes(engine, here):
    from cleanup.engines.job import opened
    from cleanup.engines.store import channels_here

    with opened(engine) as at:
        store = at.store(str(here / "out"))
        assert store.names() == []
        assert store.read("summary.json") is None
        store.write("channels/a.toml", b"a\0\xff")
        store.write("channels/b.toml", b"b")
        assert store.names() == ["channels"]
        # an editor changes a file
        (here / "out/channels/a.toml").write_bytes(b"changed")
        with channels_here(store, fetch=True) as folder:
            assert (folder / "a.toml").read_bytes() == b"changed"
            (folder / "b.toml").unlink()
            (folder / "c.toml").write_bytes(b"c")
        assert store.names("channels") == ["a.toml", "c.toml"]
        store.remove("channels")
        store.remove("channels")
        assert store.names() == []


def test_spark_without_java_is_told_with_what_to_install(tmp_path, monkeypatch):
    from cleanup.engines.spark import need_java
    from cleanup.errors import UsageError

    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="openjdk-17-jre-headless"):
        need_java()
    (tmp_path / "java").touch(0o755)
    need_java()
