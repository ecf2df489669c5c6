"""What learning costs by the size of the sample, which share of a run that is, and what two processes gain.

    python benchmarks/learn_scale.py BENCH [--source xwlb-site0] [--rounds 3] [--processes 2]

Of one source samples of 10, 50, 100 and 400 articles are prepared and learned from, and its articles are surveyed and
cleaned by the channel in batches of 64: learning reads 400 articles at most, so its share of a run falls with the run.
Then the sources of the bench are learned in this process and in spawned ones: what the work costs altogether, and
the time that it takes where each process has a core to itself, longest source first.
Processor time with the shipped model, medians over rounds.
"""

from __future__ import annotations

import argparse
import heapq
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from cleanup.channel.items import Channel
from cleanup.data import Document
from cleanup.learn.dump import Learner
from cleanup.learn.sample import Sampled, TextSample
from cleanup.lm import SHIPPED
from cleanup.lm.opener import opened
from cleanup.pipeline import Cleaner
from cleanup.recurrence import LineCounts
from cleanup.verify import load_verified

BATCH = 64
SIZES = (10, 50, 100, 400)
RUNS = (1_000, 10_000, 100_000, 1_000_000)


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Processor time, the median over rounds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return median(times)


def survey(documents: Sequence[Document], size: int = 400) -> tuple[TextSample, LineCounts]:
    texts, lines = TextSample(size), LineCounts(size)
    for d in documents:
        texts.add(d)
        lines.add(d.source, d.text)
    return texts, lines


def clean(cleaner: Cleaner, documents: Sequence[Document]) -> None:
    for i in range(0, len(documents), BATCH):
        cleaner.clean_many(documents[i : i + BATCH])


def learn(learner: Learner, source: str, sampled: Sequence[Sampled]) -> tuple[Channel, float]:
    """The channel of a source, and the processor time it took."""
    began = time.process_time()
    learned = learner.learn_one(source, sampled)
    assert learned.channel is not None, learned.fault
    return learned.channel, time.process_time() - began


def by_size(learner: Learner, own: Sequence[Document], rounds: int) -> None:
    import jieba

    source = own[0].source
    cost: dict[int, float] = {}
    channel = Channel(source)
    print(f"{source}: {len(own)} articles, {sum(len(d.text) for d in own):,} characters")
    for size in [s for s in SIZES if s <= len(own)]:
        [(_, sampled)] = survey(own, size)[0].sources().items()
        channel, _ = learn(learner, source, sampled)
        cost[size] = seconds(lambda s=sampled: learn(learner, source, s), rounds)
        words = seconds(lambda s=sampled: [jieba.lcut(x.text) for x in s], rounds)
        print(
            f"  learned from {size:4} articles in {cost[size]:6.2f} s, {1000 * cost[size] / size:5.1f} ms an article, "
            f"×{words / cost[size]:.2f} jieba, {len(channel.items)} items"
        )
    read = seconds(lambda: survey(own), rounds) / len(own)
    cleaner = Cleaner(learner.rules, recurrence=learner.recurrence, channels=[channel])
    clean(cleaner, own)
    run = seconds(lambda: clean(cleaner, own), rounds) / len(own)
    print(f"  surveyed in {1000 * read:.2f} ms an article, cleaned in {1000 * run:.2f}")
    largest = max(cost)
    for n in RUNS:
        rest = n * (read + run)
        print(
            f"  of a run over {n:9,} articles learning is {100 * cost[largest] / (cost[largest] + rest):5.1f} %"
        )


def by_processes(learner: Learner, sources: dict[str, list[Sampled]], processes: int) -> None:
    for source in sources:
        learner.learn_one(source, sources[source])
    alone = {s: learn(learner, s, sampled) for s, sampled in sources.items()}
    order = sorted(sources, key=lambda s: -sum(len(x.text) for x in sources[s]))
    began = time.perf_counter()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        done = {s: pool.submit(learn, learner, s, sources[s]) for s in order}
        shared = {s: future.result() for s, future in done.items()}
    wall = time.perf_counter() - began
    busy = [0.0] * processes
    for s in order:
        heapq.heapreplace(busy, busy[0] + shared[s][1])
    total = sum(cost for _, cost in alone.values())
    print(
        f"{len(sources)} sources in one process: {total:.1f} s; in {processes}: {sum(c for _, c in shared.values()):.1f} s "
        f"altogether, {max(busy):.1f} s with a core each (×{total / max(busy):.2f}), {wall:.1f} s by the clock; "
        f"channels {'equal' if all(alone[s][0] == shared[s][0] for s in sources) else 'DIFFER'}"
    )


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("--source", default="xwlb-site0")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--processes", type=int, default=2)
    a = ap.parse_args()
    import jieba

    jieba.lcut("我们")
    documents: dict[str, list[Document]] = defaultdict(list)
    for name in ("garbled", "clean"):
        for line in (a.bench / f"{name}.jsonl").open(encoding="utf-8"):
            r = json.loads(line)
            documents[r["source"]].append(Document(r["id"], r["text"], r["source"]))
    texts, lines = survey([d for own in documents.values() for d in own])
    learner = Learner(load_verified(), lines.freeze(), partial(opened, SHIPPED))
    by_size(learner, documents[a.source], a.rounds)
    by_processes(learner, texts.sources(), a.processes)


if __name__ == "__main__":
    main()
