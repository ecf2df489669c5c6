"""How fast sources are learned and cleaned, as multiples of jieba.lcut of the same texts in the same process.

    python benchmarks/learn_speed.py BENCH [--rounds 5] [--source lctt-site0 …] [--only learn]

Learning is preparing the articles, learning their channel and asking whether they are of two machines; running is cleaning them with it, in batches of 64, and
without it. Processor time of one process with the shipped model; medians over rounds, then over sources. ×2 is twice
as fast as jieba.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

from cleanup.data import Document
from cleanup.learn.dump import Learner
from cleanup.learn.sample import Sampled
from cleanup.lexicon import shared
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

BATCH = 64
WORKS = ("learn", "run", "run --no-learn")


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--source", action="append")
    ap.add_argument("--only", choices=WORKS, action="append")
    a = ap.parse_args()
    import jieba

    jieba.lcut("我们")
    shared().judge("工作围", 2, 2, "范")
    rules = load_verified()
    documents: dict[str, list[Document]] = defaultdict(list)
    for name in ("garbled", "clean"):
        for line in (a.bench / f"{name}.jsonl").open(encoding="utf-8"):
            r = json.loads(line)
            documents[r["source"]].append(Document(r["id"], r["text"], r["source"]))
    learner = Learner(rules, None, shipped_model)
    ratios: dict[str, list[list[float]]] = {"damaged": [], "undamaged": []}
    for source in a.source or sorted(documents):
        own = documents[source][:400]

        def learn(own: list[Document] = own, source: str = source) -> object:
            sampled = [Sampled(d.text, "", False) for d in own]
            return learner.learn_one(source, sampled).channel

        def run(cleaner: Cleaner, own: list[Document] = own) -> None:
            for i in range(0, len(own), BATCH):
                cleaner.clean_many(own[i : i + BATCH])

        plain, knowing = Cleaner(rules), Cleaner(rules, channels=[learn()])
        works = dict(zip(WORKS, (learn, lambda k=knowing: run(k), lambda p=plain: run(p)), strict=True))
        works = {name: work for name, work in works.items() if name in (a.only or WORKS)}
        for name in works.keys() - {"learn"}:
            works[name]()
        rows = []
        for _ in range(a.rounds):
            words = seconds(lambda own=own: [jieba.lcut(d.text) for d in own])
            rows.append([words / seconds(work) for work in works.values()])
        columns = [median(c) for c in zip(*rows, strict=True)]
        ratios["undamaged" if source.endswith("-clean") else "damaged"].append(columns)
        print(f"{source:20} {told(works, columns)}", flush=True)
    for kind, columns in ratios.items():
        if columns:
            print(f"median, {kind}: {told(works, [median(c) for c in zip(*columns, strict=True)])}")


def told(names: Iterable[str], ratios: Sequence[float]) -> str:
    return "  ".join(f"{name} ×{ratio:.2f}" for name, ratio in zip(names, ratios, strict=True))


if __name__ == "__main__":
    main()
