"""From the start of the command to its verdict on one article, cold and warm, and many articles beside jieba.lcut.

    python benchmarks/check_speed.py start [--command "check {}"] [--file FILE] [--times 10] [--clock cpu]
    python benchmarks/check_speed.py rate BENCH [--rounds 5] [--clock cpu] [--profile]

`start`  the whole process, as a CI job starts it: imports, rules, prior, one article, what is printed. The article is
         3 kB of the damaged samples; {} in the command is its file. Each start is
         warm  in the user's own caches
         cold  with XDG_CACHE_HOME and TMPDIR empty, as on a machine that is made for the job
         Files are in the page cache. Bytecode, which installing leaves, is written by a start that is not counted.
         Medians, least and most.
         With --clock cpu, for a machine with other work, it is the time that the process ran, all threads together.
         What is loaded that takes long is named, so that a library that comes back is seen.
`rate`   Cleaner.clean_many with the prior, no learning, 64 articles at a time, over the articles of bench/garbled.jsonl
         and clean.jsonl (at most 1,000 of each) that are nearest to 1,000 characters, each alone. jieba.lcut of the
         same texts takes turns with it, so that what else the machine does hits both; figures are medians of the
         rounds. --clock cpu counts the time that this process ran. --profile names where the time goes instead.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cleanup.channel.prior import shipped_prior
from cleanup.data import Document
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified
from pipeline_speed import HEAVY
from speed import CLOCKS, read, seconds, warm_jieba

ROOT = Path(__file__).resolve().parents[1]
BYTES = 3_000
CHARACTERS = 1_000
ARTICLES = 1_000
BATCH = 64
# exit codes of a verdict: nothing found, something found
VERDICTS = (0, 1)


def damaged() -> str:
    """3 kB of the samples as a farm left them, cut at a line."""
    texts = [p.read_text("utf-8") for p in sorted((ROOT / "samples" / "raw").glob("*.txt"))]
    out: list[str] = []
    size = 0
    for line in "\n".join(texts).splitlines(keepends=True):
        size += len(line.encode())
        if size > BYTES:
            break
        out.append(line)
    return "".join(out)


def start(command: str, file: Path | None, times: int, clock: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        article = file
        if article is None:
            article = Path(folder, "article.txt")
            article.write_text(damaged(), "utf-8")
        words = [w.replace("{}", str(article)) for w in command.split()]
        size, characters = article.stat().st_size, len(article.read_text("utf-8", "replace"))
        print(f"cleanup {command}, {size} bytes, {characters} characters, medians of {times} ({clock} clock)")
        compiled = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        compiled["PYTHONPYCACHEPREFIX"] = str(Path(folder, "bytecode"))
        once(words, compiled, clock)
        took: dict[str, list[float]] = {"warm": [], "cold": []}
        for n in range(times):  # in turns: what else the machine does hits both
            took["warm"].append(once(words, compiled, clock))
            empty = {name: fresh(folder, f"{name}-{n}") for name in ("XDG_CACHE_HOME", "TMPDIR")}
            took["cold"].append(once(words, compiled | empty, clock))
        for way, ms in took.items():
            print(f"{way:6}{statistics.median(ms):6.0f} ms ({min(ms):.0f} to {max(ms):.0f})")
        print(f"loads {', '.join(loaded(words, compiled)) or 'none of the heavy libraries'}")


def fresh(folder: str, name: str) -> str:
    path = Path(folder, name)
    path.mkdir()
    return str(path)


def spent(clock: str) -> float:
    if clock == "wall":
        return time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def once(words: Sequence[str], environment: dict[str, str], clock: str) -> float:
    """Milliseconds of one process."""
    begun = spent(clock)
    done = subprocess.run(
        [sys.executable, "-m", "cleanup", *words], env=environment, capture_output=True, check=False
    )
    took = (spent(clock) - begun) * 1000
    if done.returncode not in VERDICTS:
        sys.exit(f"cleanup {' '.join(words)} ended with {done.returncode}:\n{done.stderr.decode()}")
    return took


_LOADED = """
import sys
from cleanup.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def loaded(words: Sequence[str], environment: dict[str, str]) -> list[str]:
    """The heavy libraries that a start imports."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *words], env=environment, capture_output=True, text=True, check=False
    )
    modules = done.stderr.split()
    return [name for name in HEAVY if name in modules]


def rate(bench: Path, rounds: int, clock: str, profile: bool) -> None:
    tokenizer = warm_jieba()
    rules, prior = load_verified(), shipped_prior()
    for name in ("garbled", "clean"):
        texts = sorted(read([bench / f"{name}.jsonl"], "text"), key=lambda t: abs(len(t) - CHARACTERS))
        texts = texts[:ARTICLES]
        documents = [Document(str(n), text) for n, text in enumerate(texts)]
        batches = [documents[i : i + BATCH] for i in range(0, len(documents), BATCH)]
        characters = sum(map(len, texts))

        def clean(batches: list[list[Document]] = batches) -> None:
            cleaner = Cleaner(rules, prior=prior)  # nothing is known of the round before
            for batch in batches:
                cleaner.clean_many(batch)

        clean()  # patterns, words and pages of the model that are asked for
        if profile:
            profiler = cProfile.Profile()
            profiler.runcall(clean)
            print(name)
            for order in ("cumulative", "tottime"):
                pstats.Stats(profiler).sort_stats(order).print_stats(40)
            continue
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(seconds(clean, clock))
            theirs.append(seconds(lambda texts=texts: [tokenizer.lcut(t) for t in texts], clock))
        mine, peer = statistics.median(ours), statistics.median(theirs)
        print(
            f"{name}: {len(texts)} articles, {characters} characters: cleaned {characters / mine / 1e6:.2f} M a second,"
            f" {mine / len(texts) * 1000:.2f} ms an article; jieba.lcut {characters / peer / 1e6:.2f} M;"
            f" x{peer / mine:.2f} of jieba ({clock} clock)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(dest="what", required=True)
    one = what.add_parser("start")
    one.add_argument("--command", default="check {}")
    one.add_argument("--file", type=Path)
    one.add_argument("--times", type=int, default=10)
    one.add_argument("--clock", choices=CLOCKS, default="wall")
    one = what.add_parser("rate")
    one.add_argument("bench", type=Path)
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--clock", choices=CLOCKS, default="wall")
    one.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if options.what == "start":
        start(options.command, options.file, options.times, options.clock)
    else:
        rate(options.bench, options.rounds, options.clock, options.profile)


if __name__ == "__main__":
    main()
