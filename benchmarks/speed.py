"""How fast a model scores text and edits, how fast it opens, and what a second process pays for it.

    python benchmarks/speed.py MODEL TEXT.jsonl… [-o OUT.json] [--rounds 5] [--clock cpu]

Scoring   Alphabet.encode and Model.score over all texts, a batch of many texts at a time, in characters a
          second; and jieba.lcut over the same texts, one by one. The two take turns, so that what else the
          machine does hits both; the figure is the ratio of their medians. On a machine with other work, --clock
          cpu counts the time this process ran instead of the time that passed: nothing here uses a second core.
Edits     gains of inserting one Chinese character at random places, in hypotheses a second. The characters are
          drawn from the texts, so common ones come often, as they do in real hypotheses.
Opening   Model.open in fresh processes that have imported what it needs, in milliseconds.
Memory    what a second process has to itself (Private_Clean + Private_Dirty of /proc/self/smaps_rollup) after it
          opened the model and scored about 1 MB of text, less what it had before it opened it: the interpreter,
          numpy and the modules. It scores three times, and the most counts; text, symbols and scores are in it.
          The first process holds the model open and has scored the same text, as it would. Linux only.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cleanup.lm.gains import Scored, gains_of_insertions
from cleanup.lm.model import Model

# Characters to a batch, at least; texts are not cut.
BATCH = 1 << 18
HYPOTHESES = 200_000
OPENINGS = 20
SECOND_PROCESS_BYTES = 1_000_000
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}

_OPEN = """
import sys, time
from cleanup.lm.model import Model
start = time.perf_counter()
Model.open(sys.argv[1])
print((time.perf_counter() - start) * 1000)
"""

_PRIVATE = """
import gc, json, sys
from cleanup.lm.model import Model

def private():
    gc.collect()
    with open("/proc/self/smaps_rollup") as f:
        fields = dict(line.split()[:2] for line in f if line.startswith("Private_"))
    return sum(int(fields[name]) for name in ("Private_Clean:", "Private_Dirty:")) * 1024

before = private()
model = Model.open(sys.argv[1])
opened = private()
with open(sys.argv[2], encoding="utf-8") as f:
    texts = f.read().split("\\n")
most = 0
for _ in range(3):
    ids = model.encode(texts)[0]
    scores = model.score(ids)
    most = max(most, private())
print(json.dumps([opened - before, most - before]))
"""


def read(paths: Sequence[Path], field: str) -> list[str]:
    """The texts of JSONL files."""
    texts = []
    for path in paths:
        with path.open(encoding="utf-8") as f:
            texts += [json.loads(line)[field] for line in f if line.strip()]
    return texts


def batches(texts: Sequence[str]) -> list[list[str]]:
    """The texts in their order, parted into lists of some size."""
    out: list[list[str]] = [[]]
    size = 0
    for text in texts:
        if size >= BATCH:
            out.append([])
            size = 0
        out[-1].append(text)
        size += len(text)
    return out


def seconds(work: Callable[[], object], clock: str) -> float:
    now = CLOCKS[clock]
    start = now()
    work()
    return now() - start


def warm_jieba() -> Any:
    """A tokenizer of its own with its dictionary loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.lcut("先把词典读进来，计时从下一句开始。")
    return tokenizer


def throughput(model: Model, texts: Sequence[str], rounds: int, clock: str) -> dict[str, list[float]]:
    """Characters (of edits: hypotheses) a second in each round."""
    tokenizer = warm_jieba()
    parts = batches(texts)
    encoded = [model.encode(part)[0] for part in parts]
    characters = sum(map(len, texts))
    scored = Scored.of(model, texts)
    rng = np.random.default_rng(1)
    at = rng.integers(4, len(scored.ids) - 4, HYPOTHESES)
    chinese = scored.ids[model.alphabet.is_chinese[scored.ids]]
    inserted = rng.choice(chinese, (HYPOTHESES, 1))
    work: dict[str, tuple[int, Callable[[], object]]] = {
        "encode and score": (characters, lambda: [model.score(model.encode(part)[0]) for part in parts]),
        "score alone": (characters, lambda: [model.score(ids) for ids in encoded]),
        "jieba.lcut": (characters, lambda: [tokenizer.lcut(text) for text in texts]),
        "hypotheses": (HYPOTHESES, lambda: gains_of_insertions(model, scored, at, inserted)),
    }
    work["encode and score"][1]()
    work["hypotheses"][1]()
    out: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, (n, one) in work.items():
            out[name].append(n / seconds(one, clock))
    return out


def _child(program: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    ).stdout


def opening(path: Path) -> list[float]:
    """Milliseconds of Model.open, a fresh process each."""
    return [float(_child(_OPEN, str(path))) for _ in range(OPENINGS)]


def second_process(model: Model, texts: Sequence[str]) -> dict[str, float] | None:
    """Megabytes a second process has to itself; None where the system does not tell."""
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    some: list[str] = []
    size = 0
    for text in texts:
        if size >= SECOND_PROCESS_BYTES:
            break
        some.append(text)
        size += len(text.encode()) + 1
    model.score(model.encode(some)[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text"
        path.write_text("\n".join(some), encoding="utf-8")
        opened, scored = json.loads(_child(_PRIVATE, str(model.file.path), str(path)))
    return {"text_mb": size / 1e6, "opened_mb": opened / 1e6, "scored_mb": scored / 1e6}


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and memory of a model.")
    parser.add_argument("model", type=Path)
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXT.jsonl")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--text-field", default="text")
    options = parser.parse_args()

    load = os.getloadavg()
    model = Model.open(options.model)
    texts = read(options.texts, options.text_field)
    speeds = throughput(model, texts, options.rounds, options.clock)
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    ratio = medians["encode and score"] / medians["jieba.lcut"]
    opened = opening(options.model)
    memory = second_process(model, texts)
    result = {
        "model": options.model.name,
        "model_bytes": options.model.stat().st_size,
        "digest": model.digest,
        "texts": len(texts),
        "characters": sum(map(len, texts)),
        "clock": options.clock,
        "per_second": speeds,
        "median_per_second": medians,
        "times_jieba": ratio,
        "open_ms": opened,
        "median_open_ms": statistics.median(opened),
        "second_process": memory,
        "load_before_and_after": [load[0], os.getloadavg()[0]],
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "numpy": np.__version__,
    }

    print(
        f"{options.model.name}, {result['model_bytes'] / 1e6:.1f} MB; {len(texts)} texts, {result['characters']:,} characters"
    )
    print(f"{'':18}{'median':>12}   all rounds, 1,000 a second ({options.clock} clock)")
    for name, values in speeds.items():
        print(f"{name:18}{medians[name] / 1000:>10,.0f} k   {'  '.join(f'{v / 1000:,.0f}' for v in values)}")
    print(f"encode and score : jieba.lcut = {ratio:.1f}")
    print(
        f"Model.open        {result['median_open_ms']:.2f} ms, median of {OPENINGS} ({min(opened):.2f} to {max(opened):.2f})"
    )
    if memory:
        print(
            f"second process    {memory['scored_mb']:.1f} MB private after {memory['text_mb']:.2f} MB of text,"
            f" {memory['opened_mb']:.1f} MB after opening"
        )
    print(f"load average {load[0]:.2f} before, {os.getloadavg()[0]:.2f} after")
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
