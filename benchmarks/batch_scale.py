"""How a run scales: processes, memory, and cost by size of the input.

    python benchmarks/batch_scale.py jobs SHARED [--rounds 3] [--mb 20]        one process and two over the same input
    python benchmarks/batch_scale.py size SHARED [--mb 10 100 1000] [--plot FILE] [-- OPTIONS OF RUN]
    python benchmarks/batch_scale.py phases SHARED [--mb 20]                   where the time of a run goes, one process

Input is made of bench/garbled.jsonl and bench/clean.jsonl in turns: each article again and again, with a line of its own
at the end, so that no two are the same. `size` runs the command in a process of its own, notes the most memory that any
of its processes held (Linux), and the time beside that of the smallest input.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from itertools import count, cycle, pairwise
from pathlib import Path


def make(path: Path, shared: Path, size: int, *, clean: bool) -> int:
    """A file of records of so many bytes; returns how many there are."""
    rows = [
        json.loads(line)
        for name in (("clean",) if clean else ("garbled", "clean"))
        for line in (shared / "bench" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    numbers = count()
    with path.open("wb") as f:
        for row in cycle(rows):
            n = next(numbers)
            record = {"id": n, "source": row.get("source", ""), "text": f"{row['text']}\n{n}"}
            f.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            if f.tell() >= size:
                return n + 1
    raise AssertionError


def ran(path: Path, out: Path, *more: str) -> tuple[float, int]:
    """Seconds of a run, and the most bytes that one of its processes held."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "cleanup", "run", str(path), "--out", str(out), "--fresh", "-q", *more]
    )
    most = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            for pid in [process.pid, *children(process.pid)]:
                most[0] = max(most[0], held(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    assert code == 0, code
    return time.perf_counter() - start, most[0]


def children(pid: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def held(pid: int) -> int:
    """The most that a process held in memory so far, what it maps of files among it."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def jobs(shared: Path, mb: float, rounds: int, more: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "in.jsonl")
        articles = make(path, shared, int(mb * 1e6), clean=False)
        took: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(rounds):
            for n, seconds in took.items():
                seconds.append(ran(path, Path(folder, f"out-{n}"), "--jobs", str(n), *more)[0])
        medians = {n: statistics.median(s) for n, s in took.items()}
        for n, seconds in took.items():
            print(
                f"{n} processes: {medians[n]:.1f} s ({min(seconds):.1f} to {max(seconds):.1f}), {articles} articles"
            )
        print(f"two are x{medians[1] / medians[2]:.2f} of one ({os.cpu_count()} cores)")


def sizes(shared: Path, mbs: list[float], plot: str, more: list[str]) -> None:
    points = []
    with tempfile.TemporaryDirectory() as folder:
        for mb in mbs:
            path = Path(folder, "in.jsonl")
            articles = make(path, shared, int(mb * 1e6), clean=False)
            seconds, most = ran(path, Path(folder, "out"), *more)
            points.append((mb, seconds, most))
            rate = seconds / mb / (points[0][1] / points[0][0])
            print(
                f"{mb:g} MB, {articles} articles: {seconds:.1f} s, {seconds / mb:.2f} s a MB (x{rate:.2f} of the smallest);"
                f" {most / 1e6:.0f} MB a process at most",
                flush=True,
            )
    if plot:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot as plt

        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
        x = [p[0] for p in points]
        left.loglog(x, [p[1] for p in points], "o-", label="measured")
        left.loglog(x, [points[0][1] * v / x[0] for v in x], "--", label="linear")
        left.set(xlabel="MB of JSONL", ylabel="seconds")
        left.legend()
        right.semilogx(x, [p[2] / 1e6 for p in points], "o-")
        right.set(xlabel="MB of JSONL", ylabel="MB a process at most", ylim=(0, 750))
        figure.tight_layout()
        figure.savefig(plot)


def phases(shared: Path, mb: float, more: list[str]) -> None:
    from cleanup import batch
    from cleanup.channel.prior import shipped_prior
    from cleanup.pipeline import Cleaner
    from cleanup.verify import load_verified

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "in.jsonl")
        make(path, shared, int(mb * 1e6), clean=False)
        marks: list[tuple[str, float]] = []
        watch = batch.Watch(phase=lambda zh, en: marks.append((en.split()[0], time.perf_counter())))
        cleaner = Cleaner(load_verified(), prior=None if "--no-prior" in more else shipped_prior())
        start = time.perf_counter()
        batch.run([path], Path(folder, "out"), cleaner, {"inputs": []}, batch.Options(jobs=1), watch, "zh")
        marks.append(("end", time.perf_counter()))
        whole = marks[-1][1] - start
        spent: dict[str, float] = {}
        for (name, at), (_, until) in pairwise(marks):
            spent[name] = spent.get(name, 0) + until - at
        for name, seconds in spent.items():
            print(f"{name:12}{seconds:8.2f} s {seconds / whole:6.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("jobs", "size", "phases"))
    parser.add_argument("shared", type=Path)
    parser.add_argument("--mb", type=float, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", default="")
    given = sys.argv[1:]
    at = given.index("--") if "--" in given else len(given)
    options, more = parser.parse_args(given[:at]), given[at + 1 :]
    if options.what == "jobs":
        jobs(options.shared, (options.mb or [20])[0], options.rounds, more)
    elif options.what == "size":
        sizes(options.shared, options.mb or [10, 100, 1000], options.plot, more)
    else:
        phases(options.shared, (options.mb or [20])[0], more)


if __name__ == "__main__":
    main()
