"""`cleanup run --after`: the next day's dump, by the channels of the run before."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from cleanup.batch.writer import Writer
from cleanup.channel.files import read_channels
from cleanup.cli.app import app
from cleanup.seen import Seen, article_key
from small_farm import damaged, honest, records

KNOWN = [damaged(n) for n in range(40)]
SAME = [damaged(n) for n in range(40, 80)]


def cleanup(*args, code=0):
    result = CliRunner().invoke(app, [str(a) for a in args] + ["--lang", "en"])
    assert result.exit_code == code, result.output
    return result.output


def lines(path):
    return [json.loads(x) for x in path.read_text("utf-8").splitlines()]


def read_json(path):
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory):
    folder = tmp_path_factory.mktemp("yesterday")
    (folder / "dump.jsonl").write_text(records(KNOWN) + "not json\n", "utf-8")
    cleanup("run", folder / "dump.jsonl", "--out", folder / "run")
    return folder / "run"


def today(tmp_path, articles, yesterday, *args, code=0, out="run"):
    dump = tmp_path / "today.jsonl"
    dump.write_text(records(articles), "utf-8")
    said = cleanup("run", dump, "--out", tmp_path / out, "--after", yesterday, *args, code=code)
    return tmp_path / out, said


def test_a_run_names_the_articles_it_read(yesterday):
    seen = Seen.open(yesterday / "seen.u64")
    assert seen.keys.tolist() == sorted(article_key("harbour", text) for text in KNOWN)
    assert not list(yesterday.glob(".resume*"))


def test_known_articles_are_left_out_and_counted(tmp_path, yesterday):
    articles = [*SAME[:12], *KNOWN[5:15], *SAME[12:24]]
    out, said = today(tmp_path, articles, yesterday)
    summary = read_json(out / "summary.json")["articles"]
    assert summary["known"] == 10
    assert summary["read"] == 24 == summary["changed"] + summary["unchanged"] + summary["rejected"]
    cleaned = [r["id"] for r in lines(out / "cleaned/today.jsonl")]
    assert cleaned == [str(n) for n in (*range(12), *range(22, 34))]
    assert [a["article"] for a in lines(out / "articles.jsonl")] == cleaned
    assert "10 more were known" in said
    both = sorted(article_key("harbour", text) for text in (*KNOWN, *SAME[:24]))
    assert Seen.open(out / "seen.u64").keys.tolist() == both


def test_the_same_text_of_another_source_is_another_article(tmp_path, yesterday):
    dump = tmp_path / "today.jsonl"
    dump.write_text(records(KNOWN[:3], source="elsewhere"), "utf-8")
    said = cleanup("run", dump, "--out", tmp_path / "run", "--after", yesterday)
    assert read_json(tmp_path / "run/summary.json")["articles"]["known"] == 0
    assert "no source of today is among those of the run before" in said


def test_nothing_is_learned_and_yesterdays_channels_repair(tmp_path, yesterday):
    out, said = today(tmp_path, SAME, yesterday)
    assert read_channels(out) == read_channels(yesterday)
    assert {f["rule"] for f in lines(out / "findings.jsonl")} >= {"channel-dropped-character"}
    assert [s["verdict"] for s in read_json(out / "drift.json")["sources"]] == ["unchanged"]
    assert "1 did not change" in said and "learn again" not in said


def test_a_machine_that_stopped_is_told_with_what_to_do(tmp_path, yesterday):
    out, said = today(tmp_path, [honest(n) for n in range(40, 80)], yesterday)
    [source] = read_json(out / "drift.json")["sources"]
    assert source["verdict"] == "changed"
    by_item = {c["item"]: c for c in source["changes"]}
    strip = by_item["strip:间"]
    assert (strip["way"], strip["then"]["articles"], strip["now"]["articles"]) == ("stands again", 0, 40)
    assert strip["now"]["interval"][0] > 0.9 and "[间]" in strip["examples"][0]
    assert by_item["insert:after-de:贷款"]["way"] == "less"
    assert "strip:间 stands again: in 0 of 40 articles then, in 40 of 40 now" in said
    assert "cleanup learn" in said and "cleanup channel diff" in said


def test_a_day_without_anything_new_is_no_failure(tmp_path, yesterday):
    out, _ = today(tmp_path, KNOWN[:20], yesterday)
    assert read_json(out / "summary.json")["articles"] == {
        "read": 0,
        "changed": 0,
        "unchanged": 0,
        "rejected": 0,
        "known": 20,
    }


def test_days_follow_each_other_and_are_held_against_the_first(tmp_path, yesterday):
    second, _ = today(tmp_path, KNOWN[:10] + SAME[:20], yesterday, "--drift", "off")
    assert not (second / "drift.json").exists()
    third, _ = today(tmp_path, SAME[:30], second, out="third")
    assert read_json(third / "summary.json")["articles"]["known"] == 20
    assert (third / "signs.msgpack").read_bytes() == (yesterday / "signs.msgpack").read_bytes()
    assert read_json(third / "drift.json")["sources"][0]["articles"] == {"then": 40, "now": 10}


def test_what_an_editor_decides_in_either_folder_holds(tmp_path, yesterday):
    before = tmp_path / "before"
    shutil.copytree(yesterday, before)
    cleanup("channel", "approve", before, "strip:间")
    out, _ = today(tmp_path, SAME[:12], before)
    cleanup("channel", "reject", out, "insert:after-de:贷款")
    today(tmp_path, SAME[:12], before)
    [channel] = read_channels(out)
    status = {i.name: i.status for i in channel.items}
    assert status["strip:间"] == "approved" and status["insert:after-de:贷款"] == "rejected"
    assert "insert:after-de:贷款" not in {f["evidence"].get("item") for f in lines(out / "findings.jsonl")}


def test_the_same_command_over_a_finished_run_does_nothing(tmp_path, yesterday):
    out, _ = today(tmp_path, SAME[:12], yesterday)
    when = (out / "findings.jsonl").stat().st_mtime_ns
    cleanup("run", tmp_path / "today.jsonl", "--out", out, "--after", yesterday)
    assert (out / "findings.jsonl").stat().st_mtime_ns == when


def bytes_of(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name not in ("run.log.json", ".lock")
    }


def test_interrupted_or_over_several_processes_it_writes_the_same_bytes(tmp_path, yesterday, monkeypatch):
    for name, articles in (("a", KNOWN[:5] + SAME[:15]), ("b", SAME[15:]), ("c", KNOWN[30:])):
        path = tmp_path / "today" / f"{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(records(articles), "utf-8")
    once, two, cut = (tmp_path / name / "out" for name in ("once", "two", "cut"))
    ask = ("run", tmp_path / "today", "--after", yesterday, "--checkpoint", 0, "--out")
    cleanup(*ask, once)
    cleanup(*ask, two, "--jobs", 2)
    take, calls = Writer.take, []

    def full(self, *given):
        calls.append(given)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        take(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "take", full)
        assert "No space left" in cleanup(*ask, cut, code=2)
    assert not (cut / "seen.u64").exists()
    assert "going on with an interrupted run" in cleanup(*ask, cut)
    whole = bytes_of(once)
    assert bytes_of(two) == whole and bytes_of(cut) == whole
    assert {"seen.u64", "signs.msgpack", "drift.json"} <= set(whole)


def test_another_run_before_is_noticed(tmp_path, yesterday, monkeypatch):
    """What was interrupted after one run is not gone on with after another."""
    other = tmp_path / "other"
    shutil.copytree(yesterday, other)
    out, _ = today(tmp_path, SAME[:12], other)
    assert "finished" in cleanup("run", tmp_path / "today.jsonl", "--out", out, "--after", other)
    cleanup("channel", "reject", other, "strip:间")
    assert "is finished" not in cleanup("run", tmp_path / "today.jsonl", "--out", out, "--after", other)


def test_tables_lose_the_rows_that_are_known(tmp_path, yesterday):
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [SAME[0], KNOWN[0], SAME[1], KNOWN[1]]
    rows = {"n": [1, 2, 3, 4], "text": texts, "source": ["harbour"] * 4}
    folder = tmp_path / "today"
    folder.mkdir()
    pq.write_table(pa.table(rows), folder / "rows.parquet")
    head = "n,text,source\n"
    table = [f"{n},{t},harbour\n" for n, t in zip(rows["n"], texts, strict=True)]
    (folder / "rows.csv").write_text(head + "".join(table), "utf-8")
    (folder / "known.csv").write_text(head + table[1], "utf-8")
    cleanup("run", folder, "--out", tmp_path / "run", "--after", yesterday)
    cleaned = tmp_path / "run/cleaned"
    assert pq.read_table(cleaned / "rows.parquet").column("n").to_pylist() == [1, 3]
    assert [r[0] for r in (cleaned / "rows.csv").read_text("utf-8").splitlines()] == ["n", "1", "3"]
    assert (cleaned / "known.csv").read_text("utf-8") == head
    assert read_json(tmp_path / "run/summary.json")["articles"]["known"] == 5


def test_channels_that_a_run_was_given_come_along(tmp_path, yesterday):
    channels = tmp_path / "channels"
    shutil.copytree(yesterday / "channels", channels)
    dump = tmp_path / "monday.jsonl"
    dump.write_text(records(KNOWN), "utf-8")
    cleanup("run", dump, "--out", tmp_path / "monday", "--channel", channels)
    assert not (tmp_path / "monday/channels").exists()
    tuesday, said = today(tmp_path, SAME[:12], tmp_path / "monday", out="tuesday")
    assert read_channels(tuesday) == read_channels(channels) and "1 did not change" in said
    shutil.rmtree(channels)
    today(tmp_path, SAME[12:24], tuesday, out="wednesday")
    said = cleanup("run", dump, "--after", tmp_path / "monday", "--out", tmp_path / "other", code=3)
    assert "they are gone" in said


def test_a_channel_that_is_given_takes_the_place_of_that_before(tmp_path, yesterday):
    channels = tmp_path / "channels"
    shutil.copytree(yesterday / "channels", channels)
    cleanup("channel", "reject", channels, "strip:间")
    out, _ = today(tmp_path, SAME[:12], yesterday, "--channel", channels)
    assert read_channels(out) == read_channels(channels) != read_channels(yesterday)


def unfinished(run):
    log = read_json(run / "run.log.json")
    (run / "run.log.json").write_text(json.dumps(log | {"status": "interrupted"}), "utf-8")


def test_a_run_that_nothing_can_come_after_is_told(tmp_path, yesterday):
    dump = tmp_path / "today.jsonl"
    dump.write_text(records(SAME[:3]), "utf-8")
    for spoil, said in (
        (lambda run: (run / "seen.u64").unlink(), "an earlier version wrote it"),
        (lambda run: (run / "seen.u64").write_bytes(b"no"), "no whole list"),
        (lambda run: (run / "signs.msgpack").write_bytes(b"no"), "no signs of sources"),
        (unfinished, "is not finished"),
        (lambda run: (run / "run.log.json").unlink(), "no folder that `cleanup run` wrote"),
        (shutil.rmtree, "no folder that `cleanup run` wrote"),
    ):
        run = tmp_path / "spoilt"
        shutil.copytree(yesterday, run)
        spoil(run)
        assert said in cleanup("run", dump, "--out", tmp_path / "out", "--after", run, code=2)
        assert not (tmp_path / "out").exists()
        shutil.rmtree(run, ignore_errors=True)
    assert "lies in the output folder" in cleanup(
        "run", dump, "--out", yesterday, "--after", yesterday, code=2
    )
    assert "use one of auto, full, off" in cleanup("run", dump, "--drift", "much", code=2)


def test_other_rules_are_told(tmp_path, yesterday):
    _, said = today(tmp_path, SAME[:3], yesterday, "--off", "dropped-char-in-phrase")
    log = read_json(tmp_path / "run/run.log.json")
    assert any("the rules are not those of the run before" in note for note in log["notes"]), said
