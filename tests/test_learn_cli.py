"""`cleanup learn`, and `cleanup run` that learns: freeze, then decode."""

import json
import os
import random
import signal
from collections import defaultdict

import pytest
from typer.testing import CliRunner

from cleanup import batch, flow
from cleanup.channel.files import channel_file_name, read_channel
from cleanup.cli.app import app
from cleanup.learn.dump import prose
from cleanup.pipeline import Cleaner
from small_farm import STRIPPED, TERM, damaged, honest, records

FILE = channel_file_name("harbour")
PHRASES = FILE.replace(".toml", ".phrases")
ARTICLES = [damaged(n) for n in range(40)]


def cleanup(*args, code=0, **kwargs):
    result = CliRunner().invoke(
        app, [*map(str, args), *([] if "--lang" in args else ["--lang", "en"])], **kwargs
    )
    assert result.exit_code == code, result.output
    return result


def bytes_of(folder, *, but=("run.log.json",)):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name not in but
    }


def texts(out, name="farm.jsonl"):
    return [json.loads(line)["text"] for line in (out / "cleaned" / name).read_text("utf-8").splitlines()]


def statuses(path):
    return {i.name: i.status for i in read_channel(path).items}


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    path = tmp_path_factory.mktemp("farm") / "farm.jsonl"
    path.write_text(records(ARTICLES), "utf-8")
    return path


@pytest.fixture(scope="module")
def learned(farm, tmp_path_factory):
    """The farm's channel, as `cleanup learn` wrote it, and what it told."""
    out = tmp_path_factory.mktemp("learned") / "channels"
    result = cleanup("learn", farm, "--out", out)
    return out, result


@pytest.fixture(scope="module")
def cleaned(farm, tmp_path_factory):
    """A run of the farm that learned, and what it told."""
    out = tmp_path_factory.mktemp("cleaned") / "out"
    return out, cleanup("run", farm, "--out", out)


def test_a_farm_is_learned_and_told_with_the_next_steps(learned):
    out, result = learned
    names = statuses(out / FILE)
    assert names[f"strip:{STRIPPED}"] == names[f"insert:after-de:{TERM}"] == "learned"
    assert "harbour: " in result.stdout and "strip 1" in result.stdout
    for next_ in (f"cleanup channel show {out}", "cleanup channel approve", "cleanup run", FILE):
        assert next_ in result.stdout


def test_a_run_learns_first_repairs_by_it_and_names_it(cleaned, learned):
    out, result = cleaned
    mended = texts(out)
    assert sum(STRIPPED in t for t in mended) >= 10
    assert not any(STRIPPED in t for t in ARTICLES)
    versions = json.loads((out / "summary.json").read_text("utf-8"))["versions"]
    assert versions["channels"] == read_channel(out / "channels" / FILE).digest and versions["model"]
    # the same channel as learn's, since both read the same sample in the same way
    assert (out / "channels" / FILE).read_bytes() == (learned[0] / FILE).read_bytes()
    assert f"cleanup channel show {out / 'channels'}" in result.stdout


def test_no_learn_gives_what_rules_give(farm, tmp_path):
    cleanup("run", farm, "--out", tmp_path / "out", "--no-learn", "--no-prior")
    assert not (tmp_path / "out" / "channels").exists()
    assert not any(STRIPPED in t for t in texts(tmp_path / "out"))
    versions = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["versions"]
    assert set(versions) == {"cleanup", "rules", "recurrence"}


def test_a_run_with_the_learned_channel_gives_what_the_run_that_learned_gave(
    farm, learned, cleaned, tmp_path
):
    out = tmp_path / "out"
    result = cleanup("run", farm, "--out", out, "--channel", learned[0])
    assert not (out / "channels").exists() and "channels given: 1 source" in result.stdout
    but = ("run.log.json", FILE, PHRASES)
    assert bytes_of(out, but=but) == bytes_of(cleaned[0], but=but)


def test_files_in_any_order_and_number_give_the_same_channel(learned, tmp_path):
    shuffled = ARTICLES[:]
    random.Random(5).shuffle(shuffled)
    for n in range(3):
        (tmp_path / f"{n}.jsonl").write_text(records(shuffled[n::3]), "utf-8")
    cleanup("learn", *(tmp_path / f"{n}.jsonl" for n in (2, 0, 1)), "--out", tmp_path / "channels")
    assert (tmp_path / "channels" / FILE).read_bytes() == (learned[0] / FILE).read_bytes()


def test_articles_one_a_file_are_learned_and_cleaned_as_records_are(cleaned, tmp_path):
    source = tmp_path / "harbour"
    source.mkdir()
    for n, text in enumerate(ARTICLES):
        (source / f"{n:02}.txt").write_text(text, "utf-8")
    cleanup("run", source, "--out", tmp_path / "out")
    assert [p.read_text("utf-8") for p in sorted((tmp_path / "out/cleaned").iterdir())] == texts(cleaned[0])
    assert statuses(tmp_path / "out/channels" / FILE) == statuses(cleaned[0] / "channels" / FILE)


def test_batches_change_no_byte(farm, learned, cleaned, tmp_path, monkeypatch):
    monkeypatch.setattr(flow, "TOGETHER", 1)
    out = tmp_path / "out"
    cleanup("run", farm, "--out", out, "--channel", learned[0])
    but = ("run.log.json", FILE, PHRASES)
    assert bytes_of(out, but=but) == bytes_of(cleaned[0], but=but)


def test_a_fault_in_a_batch_costs_the_one_record(farm, learned, tmp_path, monkeypatch):
    clean_many = Cleaner.clean_many

    def faulty(self, documents):
        if any(d.article == "7" for d in documents):
            raise RuntimeError("seven")
        return clean_many(self, documents)

    monkeypatch.setattr(Cleaner, "clean_many", faulty)
    out = tmp_path / "out"
    cleanup("run", farm, "--out", out, "--channel", learned[0])
    (reject,) = map(json.loads, (out / "rejected.jsonl").read_text("utf-8").splitlines())
    assert (reject["reason"], reject["line"]) == ("internal_error", 8)
    assert len(texts(out)) == 39


def test_decisions_hold_in_the_next_run_and_comments_stay(farm, tmp_path):
    out = tmp_path / "out"
    cleanup("run", farm, "--out", out)
    first = bytes_of(out)
    assert cleanup("run", farm, "--out", out) and bytes_of(out) == first
    cleanup("channel", "reject", out, f"insert:after-de:{TERM}")
    cleanup("channel", "approve", out, f"strip:{STRIPPED}")
    path = out / "channels" / FILE
    path.write_text("# seen on Monday\n" + path.read_text("utf-8"), "utf-8")
    cleanup("run", farm, "--out", out)
    assert "# seen on Monday" in path.read_text("utf-8")
    decided = statuses(path)
    assert decided[f"strip:{STRIPPED}"] == "approved"
    assert decided[f"insert:after-de:{TERM}"] == "rejected"
    found = [json.loads(x) for x in (out / "findings.jsonl").read_text("utf-8").splitlines()]
    by_item = defaultdict(list)
    for f in found:
        by_item[f["evidence"].get("item")].append(f)
    restored = by_item.pop(f"strip:{STRIPPED}")
    assert {f["evidence"]["status"] for f in restored} == {"approved"}
    assert sum(f["tier"] == "auto" and f["applied"] for f in restored) >= 10
    assert f"insert:after-de:{TERM}" not in by_item


def test_learning_again_keeps_what_was_decided(farm, learned, tmp_path):
    out = tmp_path / "channels"
    cleanup("learn", farm, "--out", out)
    cleanup("channel", "reject", out, f"strip:{STRIPPED}")
    decided = (out / FILE).read_bytes()
    cleanup("learn", farm, "--out", out)
    assert (out / FILE).read_bytes() == decided
    # nor is a decision lost where there is nothing to learn from any more
    few = tmp_path / "few.jsonl"
    few.write_text(records(ARTICLES[:3]), "utf-8")
    cleanup("learn", few, "--out", out)
    assert statuses(out / FILE) == {f"strip:{STRIPPED}": "rejected"}


def test_a_run_stopped_while_learning_leaves_the_decisions_that_lay_there(farm, tmp_path, ruleset):
    out = tmp_path / "out"

    def run(watch):
        return batch.run([farm], out, Cleaner(ruleset), {"inputs": ["a"]}, batch.Options(), watch, "en")

    run(batch.Watch())
    cleanup("channel", "reject", out, f"strip:{STRIPPED}")
    before = (out / "channels" / FILE).read_bytes()

    def stop(zh, en):
        if en.startswith("learning"):
            os.kill(os.getpid(), signal.SIGINT)

    stopped = run(batch.Watch(phase=stop))
    assert stopped.interrupted and stopped.tally.read == 0
    assert (out / "channels" / FILE).read_bytes() == before
    assert not run(batch.Watch()).interrupted
    assert (out / "channels" / FILE).read_bytes() == before


@pytest.mark.parametrize(
    "articles",
    [
        [ARTICLES[0]],
        [ARTICLES[0]] * 40,
        [f"The keeper of lighthouse number {n} wrote down every ship that passed." * 5 for n in range(20)],
        [f"{c}者，海之滨也。潮至则没，潮退则见，渔人以为候焉。" * 4 for c in "甲乙丙丁戊己庚辛壬癸子丑"],
        [c * 10 for c in "甲乙丙丁戊己庚辛壬癸子丑"],
        [""],
    ],
    ids=["one", "identical", "English", "classical", "ten-characters", "empty"],
)
def test_where_there_is_nothing_to_learn_from_it_is_said(tmp_path, articles):
    path, out = tmp_path / "a.jsonl", tmp_path / "out"
    path.write_text(records(articles), "utf-8")
    told = cleanup("learn", path, "--out", tmp_path / "channels").stdout
    assert "nothing learned" in told
    files = list((tmp_path / "channels").glob("*")) if (tmp_path / "channels").exists() else []
    assert all(not read_channel(f).items for f in files)
    assert files or "too few articles to learn from" in told
    cleanup("run", path, "--out", out)
    assert "channels" not in json.loads((out / "summary.json").read_text("utf-8"))["versions"]


def test_json_has_a_line_a_source(farm, tmp_path):
    two = tmp_path / "two.jsonl"
    two.write_text(records(ARTICLES) + records(ARTICLES[:2], "quay"), "utf-8")
    out = tmp_path / "channels"
    lines = [json.loads(x) for x in cleanup("learn", two, "--out", out, "--json").stdout.splitlines()]
    assert [(x["source"], x["articles"]) for x in lines][1] == ("quay", 2)
    assert lines[0]["items"]["strip"] == 1 and lines[0]["digest"] == read_channel(out / FILE).digest
    assert lines[1]["file"] is None and lines[1]["notes"]


def test_what_cannot_be_learned_from_is_refused(farm, learned, tmp_path):
    assert "- never learns" in cleanup("learn", "-", code=2, input="x").stderr
    (tmp_path / "bad.jsonl").write_text("not json\n", "utf-8")
    result = cleanup("learn", tmp_path / "bad.jsonl", "--out", tmp_path / "c", code=2)
    assert "not_json" in result.stderr and "no article could be read" in result.stderr
    assert "no such model file" in cleanup("learn", farm, "--model", tmp_path / "no.lm", code=3).stderr


def test_channels_that_cannot_be_used_are_refused(farm, learned, tmp_path):
    run = ("run", farm, "--out", tmp_path / "out")
    twice = tmp_path / "twice.toml"
    twice.write_bytes((learned[0] / FILE).read_bytes())
    twice.with_suffix(".phrases").write_bytes((learned[0] / PHRASES).read_bytes())
    result = cleanup(*run, "--channel", learned[0], "--channel", twice, code=2)
    assert "the same source" in result.stderr
    # the same file by two ways is one
    cleanup(*run, "--channel", learned[0], "--channel", learned[0] / FILE)
    inside = tmp_path / "out" / "mine.toml"
    inside.write_bytes(twice.read_bytes())
    assert "inside the output folder" in cleanup(*run, "--channel", inside, code=2).stderr
    assert cleanup(*run, "--channel", tmp_path / "none.toml", code=3)


def test_a_channel_of_a_source_that_is_not_there_is_told(learned, tmp_path):
    path, out = tmp_path / "a.jsonl", tmp_path / "out"
    path.write_text(records(ARTICLES[:3], "quay"), "utf-8")
    result = cleanup("run", path, "--out", out, "--channel", learned[0])
    assert "no article is of harbour" in result.stderr
    assert "channels" not in json.loads((out / "summary.json").read_text("utf-8"))["versions"]


def test_another_number_of_articles_is_noted(learned, tmp_path):
    path, out = tmp_path / "a.jsonl", tmp_path / "out"
    path.write_text(records(ARTICLES[:3]), "utf-8")
    cleanup("run", path, "--out", out, "--channel", learned[0])
    notes = json.loads((out / "run.log.json").read_text("utf-8"))["notes"]
    (note,) = [n for n in notes if "harbour" in n]
    assert note.startswith("channel of harbour: learned from") and note.endswith("there are 3 now")


def test_a_broken_channel_of_an_editor_is_told_and_stays(farm, tmp_path):
    out = tmp_path / "out"
    cleanup("run", farm, "--out", out)
    path = out / "channels" / FILE
    path.write_text(path.read_text("utf-8") + "[[strip]]\n", "utf-8")
    before = bytes_of(out)
    result = cleanup("run", farm, "--out", out, code=3)
    assert FILE in result.stderr and bytes_of(out) == before


def test_standard_input_never_learns_and_takes_a_channel(learned):
    lines = records(ARTICLES)
    said = cleanup("run", "-", "--format", "jsonl", input=lines).stdout
    assert not any(STRIPPED in json.loads(x)["text"] for x in said.splitlines())
    said = cleanup("run", "-", "--format", "jsonl", "--channel", learned[0], input=lines).stdout
    assert sum(STRIPPED in json.loads(x)["text"] for x in said.splitlines()) >= 10


def test_honest_articles_stay_as_they_are(tmp_path):
    path, out = tmp_path / "a.jsonl", tmp_path / "out"
    path.write_text(records(honest(n) for n in range(40)), "utf-8")
    cleanup("run", path, "--out", out)
    assert texts(out, "a.jsonl") == [honest(n) for n in range(40)]


def test_frames_are_repaired_by_the_channel_of_their_source(learned, cleaned):
    import pandas as pd

    from cleanup.api import Cleaner as ApiCleaner

    frame = pd.DataFrame({"text": [*ARTICLES, None], "source": ["harbour"] * 40 + ["quay"]})
    other = next(n for n, t in enumerate(texts(cleaned[0])) if t != ARTICLES[n])
    frame.loc[other, "source"] = "quay"
    out = ApiCleaner(channels=learned[0]).frame(frame)
    assert out["text"].isna().tolist() == [False] * 40 + [True] and out["text"][other] == ARTICLES[other]
    same = [a == b for a, b in zip(out["text"][:40], texts(cleaned[0]), strict=True)]
    assert same == [n != other for n in range(40)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("前。\n```\n代码\n```\n后。", "前。\n\n\n后。"),
        ("键入`回车`即可。", "键入x即可。"),
        ("---\ntitle: 甲\n---\n正文。", "\n正文。"),
    ],
)
def test_code_and_front_matter_teach_nothing(text, said):
    assert prose(text, markdown=True) == said
