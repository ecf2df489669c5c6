"""Near-duplicates made from clean articles: how many are found, and which clean pairs are taken for some.

python benchmarks/dedup.py [FOLDER OF THE BENCH]

A copy has other furniture (lines of its own kind, here), loses a share of its sentences, or has some of its
words replaced. Similarities are also computed exactly, to see what the estimate and the bands cost.
"""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path

import numpy as np
from opencc import OpenCC

from cleanup.data import Document
from cleanup.dedup import compare
from cleanup.dedup.compare import Printer, shingles
from cleanup.dedup.group import groups
from cleanup.verify import load_verified

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"
TOP = ("首页 > 栏目 > 正文", "发布时间：2021-0{}-1{} 来源：某某网", "字号：大 中 小", "编辑：小{} 阅读 {}02")
END = (
    "上一篇：没有了",
    "下一篇：怎样挑一只好用的砂锅",
    "版权所有 测ICP备1000000{}号-{}",
    "分享到微信 微博",
    "相关阅读",
    "热门标签：生活 {} 家居",
)


def furnished(text: str, rng: random.Random) -> str:
    def lines(of: tuple[str, ...]) -> list[str]:
        return [x.format(rng.randrange(10), rng.randrange(10)) for x in rng.sample(of, 3)]

    return "\n".join([*lines(TOP), text.strip(), *lines(END)])


def dropped(text: str, share: float, rng: random.Random) -> str:
    parts = re.findall(r"[^。！？\n]*[。！？\n]+|[^。！？\n]+$", text)
    kept = [p for p in parts if rng.random() >= share]
    return "".join(kept)


def spun(text: str, share: float, rng: random.Random, pool: list[str]) -> str:
    """Two characters in a row exchanged for two of other articles, until `share` of all are other."""
    out = list(text)
    for _ in range(int(len(text) * share / 2)):
        at = rng.randrange(len(out) - 1)
        out[at : at + 2] = rng.choice(pool)
    return "".join(out)


def main() -> None:
    bench = Path(sys.argv[1]) if len(sys.argv) > 1 else BENCH
    rows = [json.loads(x) for x in (bench / "clean.jsonl").read_text("utf-8").splitlines()]
    texts = [r["text"] for r in rows]
    rng = random.Random(11)
    pool = [t[i : i + 2] for t in texts for i in range(0, len(t) - 2, 40)]
    traditional = OpenCC("s2t")
    copies = {
        "furniture": [furnished(t, rng) for t in texts],
        "5 % of sentences": [dropped(t, 0.05, rng) for t in texts],
        "10 % of sentences": [dropped(t, 0.10, rng) for t in texts],
        "20 % of sentences": [dropped(t, 0.20, rng) for t in texts],
        "5 % of words": [spun(t, 0.05, rng, pool) for t in texts],
        "10 % of words": [spun(t, 0.10, rng, pool) for t in texts],
        "traditional script": [traditional.convert(t) for t in texts],
        "furniture, 10 % of sentences, 5 % of words": [
            furnished(spun(dropped(t, 0.1, rng), 0.05, rng, pool), rng) for t in texts
        ],
    }
    printer = Printer(load_verified())
    for k in (3, 4, 5):
        compare.SHINGLE = k

        def printed(texts: list[str]) -> tuple[list[set[str]], np.ndarray]:
            documents = [Document(str(i), t) for i, t in enumerate(texts)]
            prints = [printer.of(d) for d in documents]
            blank = [0] * compare.PERMUTATIONS
            signatures = np.array([p.signature or blank for p in prints], dtype=np.uint32)
            return [shingles(printer.body(d)[0]) for d in documents], signatures

        sets, signatures = printed(texts)
        clean_pairs = [
            len(a & b) / len(a | b)
            for i, a in enumerate(sets)
            for b in sets[:i]
            if min(len(a), len(b)) > 0.3 * max(len(a), len(b)) and a
        ]
        print(f"shingles of {k}: clean pairs most alike", [round(x, 2) for x in sorted(clean_pairs)[-6:]])
        for name, made in copies.items():
            other, signed = printed(made)
            exact = np.array([len(a & b) / max(1, len(a | b)) for a, b in zip(sets, other, strict=True)])
            estimated = (signatures == signed).mean(axis=1)
            error = np.abs(exact - estimated).mean()
            low = np.quantile(exact, [0.01, 0.05, 0.5])
            print(f"  {name:45} exact 1 %, 5 %, median: {low.round(2)}  error of the estimate {error:.3f}")
            if k != 3:
                continue
            both = np.vstack([signatures, signed])
            n = len(texts)
            for threshold in (0.5, 0.6, 0.7, 0.8):
                found = list(groups(both, np.arange(2 * n), threshold))
                pairs = {frozenset((g.kept, m)) for g in found for m, _ in g.members}
                right = sum(frozenset((i, i + n)) in pairs for i in range(n))
                false = sum(len({x % n for x in p}) == 2 for p in pairs)
                due = int((exact >= threshold).sum())
                print(
                    f"      at {threshold}: found {right} of {n} ({due} are as near by exact count), false pairs {false}"
                )


if __name__ == "__main__":
    main()
