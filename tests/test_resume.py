"""A run that is killed goes on where it was, and writes what an undisturbed one writes."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleanup import batch
from cleanup.batch import pool as pools
from cleanup.cli.app import app
from cleanup.dumps.record import PIECE_RECORDS
from cleanup.errors import UsageError
from cleanup.pipeline import Cleaner
from dying import DIES, Dying, Failing, sleeps
from small_farm import damaged

ARTICLES = [damaged(n) for n in range(40)]
RUNNER = CliRunner()
KILLS = int(os.environ.get("CLEANUP_KILLS", "3"))


def cleanup(*arguments):
    return RUNNER.invoke(app, [str(a) for a in arguments])


def bytes_of(folder):
    """Every file of a run but its log."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in ("run.log.json", ".lock")
    }


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    """Files of records, packed and not, and files of one article, with something unreadable among them."""
    folder = tmp_path_factory.mktemp("dump")
    for name, times in (("a", 7), ("b", 1)):
        rows = [
            json.dumps(
                {"id": f"{n}-{k}", "source": f"farm-{k % 2}", "text": text + f"\n第{n}回。"},
                ensure_ascii=False,
            )
            for n in range(times)
            for k, text in enumerate(ARTICLES)
        ]
        (folder / f"{name}.jsonl").write_text("\n".join([*rows, "no record", ""]), "utf-8")
    (folder / "empty.jsonl").write_bytes(b"")
    (folder / "one").mkdir()
    for n, text in enumerate(ARTICLES):
        (folder / "one" / f"{n:03}.txt").write_text(text, "utf-8")
    (folder / "one" / "odd.bin").write_bytes(b"\0")
    return folder


@pytest.fixture(scope="module")
def undisturbed(dump, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert cleanup("run", dump, "--out", out, "--jobs", "1", "--lang", "en").exit_code == 0
    return bytes_of(out)


def started(dump, out, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "cleanup", "run", str(dump), "--out", str(out), "--lang", "en", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_killed_at_random_and_run_again_it_writes_the_same_bytes(dump, undisturbed, tmp_path):
    rng = random.Random(os.environ.get("CLEANUP_KILLS_SEED", "1"))
    out, killed, went_on = tmp_path / "out", 0, 0
    deadline = time.monotonic() + 60 + 30 * KILLS
    while killed < KILLS:
        assert time.monotonic() < deadline
        with started(dump, out, "--jobs", str(rng.choice((1, 2))), "--checkpoint", "0") as process:
            try:
                process.wait(rng.uniform(0.3, 2.5))
            except subprocess.TimeoutExpired:
                process.send_signal(rng.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)))
                said, _ = process.communicate(timeout=60)
                killed += 1
                went_on += "going on" in said
                continue
            # it was done before it could be killed: what it wrote is looked at, and it begins anew
            assert process.returncode == 0, process.stdout.read()
        assert bytes_of(out) == undisturbed
        shutil.rmtree(out)
    with started(dump, out, "--jobs", "2") as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert bytes_of(out) == undisturbed
    assert not (out / ".resume").exists()
    print(f"{killed} kills, {went_on} runs went on")


def test_any_number_of_processes_writes_the_same_bytes(dump, undisturbed, tmp_path):
    assert cleanup("run", dump, "--out", tmp_path / "out", "--jobs", "3", "--lang", "en").exit_code == 0
    assert bytes_of(tmp_path / "out") == undisturbed


@pytest.fixture
def records(tmp_path):
    """A file of 400 records, and how to run over it with a checkpoint after each piece."""
    path = tmp_path / "in.jsonl"
    rows = [json.dumps({"id": n, "text": f"第{n}篇：主要的工作围。"}, ensure_ascii=False) for n in range(400)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def ran(path, out, cleaner, watch=None, **more):
    options = batch.Options(**{"learn": False, "every": 0.0, **more})
    return batch.run([path], out, cleaner, {"inputs": [str(path)]}, options, watch or batch.Watch(), "en")


def stopping_after(pieces):
    """A watch over a run that asks it to stop after so many pieces of the pass that cleans."""
    left = [None]

    def phase(zh, en):
        left[0] = pieces if en == "cleaning" else None

    def advance(size):
        if left[0] is not None and size:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGINT)

    notes = []
    return batch.Watch(phase=phase, advance=advance, note=lambda zh, en: notes.append(en)), notes


@pytest.mark.parametrize("pieces", [1, 2, 3, 4])
def test_what_is_done_is_not_done_again(records, tmp_path, ruleset, pieces):
    whole, out = tmp_path / "whole" / "out", tmp_path / "out"
    ran(records, whole, Cleaner(ruleset))
    stopped = ran(records, out, Cleaner(ruleset), stopping_after(pieces)[0])
    assert stopped.interrupted and stopped.tally.read == min(PIECE_RECORDS * pieces, 400)
    read = []

    class Noting(Cleaner):
        def clean_many(self, documents):
            read.extend(d.article for d in documents)
            return super().clean_many(documents)

    watch, notes = stopping_after(0)
    again = ran(records, out, Noting(ruleset), watch)
    assert not again.interrupted and again.resumed == stopped.tally.read
    assert len(read) == 400 - stopped.tally.read and any("going on" in n for n in notes)
    assert bytes_of(out) == bytes_of(whole)


def test_a_run_cut_back_after_a_file_got_its_name_is_whole_in_the_end(records, tmp_path, ruleset):
    """A kill between a file's last name and the next checkpoint."""
    whole, out = tmp_path / "whole" / "out", tmp_path / "out"
    ran(records, whole, Cleaner(ruleset))
    ran(records, out, Cleaner(ruleset), stopping_after(4)[0])
    partial = out / "cleaned" / "in.jsonl.partial"
    partial.replace(out / "cleaned" / "in.jsonl")
    with (out / "findings.jsonl.partial").open("ab") as f:
        f.write(b"behind the checkpoint")
    assert not ran(records, out, Cleaner(ruleset)).interrupted
    assert bytes_of(out) == bytes_of(whole)


@pytest.mark.parametrize("change", ["rules", "options", "input", "protected"])
def test_what_changed_is_noticed_and_not_mixed(records, tmp_path, ruleset, change):
    out = tmp_path / "out"
    ran(records, out, Cleaner(ruleset), stopping_after(3)[0])
    cleaner, more = Cleaner(ruleset), {}
    if change == "rules":
        cleaner = Cleaner(ruleset.without(["dropped-char-in-phrase"]))
    elif change == "options":
        more = {"csv": False}
    elif change == "input":
        records.write_text(records.read_text("utf-8").replace("第7篇", "第七篇"), "utf-8")
    else:
        from cleanup.protect import Term, Terms

        cleaner = Cleaner(ruleset, protected=Terms((Term("工作围"),)))
    watch, notes = stopping_after(0)
    again = ran(records, out, cleaner, watch, **more)
    word = {"input": "input files", "protected": "protected terms"}.get(change, change)
    assert any("changed" in n and word in n for n in notes), notes
    assert again.resumed == 0 and again.tally.read == 400
    assert again.tally.changed == (400 if change in ("options", "input") else 0)
    assert len(lines(out / "articles.jsonl")) == 400


def test_an_unfinished_file_that_someone_changed_is_told(records, tmp_path, ruleset):
    out = tmp_path / "out"
    ran(records, out, Cleaner(ruleset), stopping_after(3)[0])
    (out / "articles.jsonl.partial").write_bytes(b"")
    with pytest.raises(UsageError, match="--fresh"):
        ran(records, out, Cleaner(ruleset))
    assert not ran(records, out, Cleaner(ruleset), fresh=True).interrupted


def test_a_finished_run_is_not_done_again_until_something_changes(records, tmp_path, ruleset):
    out = tmp_path / "out"
    first = ran(records, out, Cleaner(ruleset))
    second = ran(records, out, Cleaner(ruleset))
    assert second.done_before and not first.done_before
    assert vars_of(second.tally) == vars_of(first.tally)
    assert not ran(records, out, Cleaner(ruleset), fresh=True).done_before
    (out / "findings.jsonl").write_text("", "utf-8")
    assert not ran(records, out, Cleaner(ruleset)).done_before
    assert lines(out / "findings.jsonl")


def vars_of(tally):
    return {
        n: getattr(tally, n) for n in ("read", "changed", "unchanged", "rejected", "found", "applied", "by")
    }


# --- workers that die ---------------------------------------------------------------------------------------------


def test_a_record_that_kills_its_worker_costs_itself_alone(tmp_path, ruleset):
    path = tmp_path / "in.jsonl"
    texts = [f"第{n}篇：主要的工作围。" for n in range(200)]
    texts[70], texts[71], texts[190] = DIES, "前面那篇" + DIES, DIES
    path.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(texts)), "utf-8")
    result = ran(path, tmp_path / "out", Dying(ruleset), jobs=2)
    assert (result.tally.read, result.tally.changed, result.tally.rejected) == (200, 197, 3)
    rejected = lines(tmp_path / "out" / "rejected.jsonl")
    assert [(r["line"], r["reason"]) for r in rejected] == [(n, "worker_crashed") for n in (71, 72, 191)]
    assert json.loads(rejected[0]["raw"])["id"] == 70
    assert len(lines(tmp_path / "out" / "cleaned" / "in.jsonl")) == 197


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_behind_cleaning_costs_the_one_record_and_is_told(tmp_path, ruleset, jobs):
    path = tmp_path / "in.jsonl"
    texts = [f"第{n}篇：主要的工作围。" for n in range(70)]
    texts[3] = DIES
    path.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(texts)), "utf-8")
    result = ran(path, tmp_path / "out", Failing(ruleset), jobs=jobs)
    assert (result.tally.read, result.tally.changed, result.tally.rejected) == (70, 69, 1)
    assert [r["line"] for r in lines(tmp_path / "out" / "rejected.jsonl")] == [4]
    assert any("Traceback" in note for note in result.notes)


def test_a_worker_that_hangs_is_ended_and_the_others_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(pools, "_SECONDS", 3.0)
    with pools.Pool(2, tmp_path) as pool:
        pool.ready(sleeps)
        got = list(pool.map([(0.0,), (3600.0,), (0.01,)]))
    assert got == [((0.0,), 0.0), ((3600.0,), pools.Lost(hung=True)), ((0.01,), 0.01)]


def test_workers_end_with_the_process_that_began_them(dump, tmp_path):
    process = started(dump, tmp_path / "out", "--jobs", "2")
    deadline = time.monotonic() + 60
    while len(children(process.pid)) < 2:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    workers = children(process.pid)
    process.kill()
    process.communicate(timeout=60)
    while any(alive(w) for w in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid):
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        pytest.skip("children of a process are listed under /proc on Linux alone")
    return [int(p) for p in found]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


# --- outputs that cannot be written -------------------------------------------------------------------------------


def test_two_runs_into_one_folder(records, tmp_path):
    from filelock import FileLock

    out = tmp_path / "out"
    assert cleanup("run", records, "--out", out, "--limit", "3", "--lang", "en").exit_code == 0
    with FileLock(out / ".lock"):
        second = cleanup("run", records, "--out", out, "--limit", "3", "--lang", "en")
    assert second.exit_code == 2 and "another cleanup is writing" in second.output


_SMALL_DISK = """
import resource, signal, sys
from cleanup.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
main()
"""


def test_a_full_disk_is_told_and_the_same_command_goes_on_once_there_is_room(records, tmp_path):
    """A limit on the size of files stands in for a disk that is full: writing fails half way the same."""
    whole, out = tmp_path / "whole" / "out", tmp_path / "out"
    command = ["run", str(records), "--no-learn", "--checkpoint", "0", "--lang", "en", "--out"]
    assert cleanup(*command, whole).exit_code == 0
    full = subprocess.run(
        [sys.executable, "-c", _SMALL_DISK, "60000", *command, str(out)], capture_output=True, text=True
    )
    assert full.returncode == 2 and "cannot be written on" in full.stderr and "Traceback" not in full.stderr
    again = cleanup(*command, out)
    assert again.exit_code == 0 and "going on" in again.output
    assert bytes_of(out) == bytes_of(whole)


def test_an_output_that_is_read_only_is_told_before_anything_is_done(records, tmp_path):
    result = cleanup("run", records, "--out", "/proc/cleanup-out", "--lang", "en")
    assert result.exit_code == 2 and "cannot be written" in result.output and "Traceback" not in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_a_file_leaves_it_to_be_gone_on_with(dump, undisturbed, tmp_path, number):
    out = tmp_path / "out"
    process = started(dump, out, "--jobs", "2", "--checkpoint", "0")
    partial, deadline = out / "cleaned" / "a.jsonl.partial", time.monotonic() + 60
    while not (partial.exists() and partial.stat().st_size):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "the same command goes on" in said and "Traceback" not in said
    assert json.loads((out / "run.log.json").read_text("utf-8"))["status"] == "interrupted"
    again = cleanup("run", dump, "--out", out, "--lang", "en")
    assert again.exit_code == 0 and "going on" in again.output
    assert bytes_of(out) == undisturbed
