"""What the noise and script detectors do to clean text, and how fast they are beside jieba.lcut.

    python benchmarks/noise.py harm CORPORA [--characters 1500000] [--skip 0]
    python benchmarks/noise.py traditional CLEAN.jsonl [--style s2tw] [--rate 0.05]
    python benchmarks/noise.py forms CLEAN.jsonl
    python benchmarks/noise.py speed CLEAN.jsonl

`harm` prints every edit that would be applied to clean text, eight paragraphs an article, and counts.
`traditional` converts clean text, turns a share of what the conversion changed back, and says how much is repaired.
`forms` converts it as a converter with one form for each character does, and says how much is mended.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cleanup.detect import noise, rules, script, script_forms
from cleanup.detect.closed import closed_spans
from cleanup.detect.reading import Proposal, Reading
from cleanup.fold import View
from cleanup.lexicon import shared
from cleanup.verify import load_verified

DETECTORS = {"noise": noise.propose, "script": script.propose, "script_forms": script_forms.propose}
# The worst form of some common characters: what a table of one form for each character holds.
NAIVE = dict(zip("了家出合面表只发复制系后干里", "瞭傢齣閤麵錶隻發複製係後幹裡", strict=True))


def reading(text: str) -> Reading:
    return Reading(text, View(text, len(text)), text, "", closed_spans(text, markdown=False))


def articles(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as f:
        for line in f:
            yield json.loads(line)["text"]


def around(text: str, p: Proposal) -> str:
    shown = f"{text[max(0, p.start - 12) : p.start]}[{text[p.start : p.end]}→{p.replacement}]{text[p.end : p.end + 10]}"
    return ascii(shown) if not shown.isprintable() and "\n" not in shown else shown.replace("\n", "⏎")


def harm(corpora: Path, characters: int, skip: int) -> None:
    total: Counter[tuple[str, str]] = Counter()
    for path in sorted(corpora.glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as f:
            f.read(skip)
            paragraphs = f.read(characters).split("\n")
        for i in range(0, len(paragraphs), 8):
            text = "\n".join(paragraphs[i : i + 8])
            for propose in DETECTORS.values():
                for p in propose(reading(text)):
                    total[p.rule, p.tier] += 1
                    if p.tier == "auto":
                        print(path.name.removesuffix(".txt.xz"), p.rule, around(text, p), sep="\t")
    print(*(f"{rule} {tier} {n}" for (rule, tier), n in sorted(total.items())), sep="\n")


def score(pairs: Sequence[tuple[str, str]], propose: Callable[[Reading], list[Proposal]]) -> None:
    """Pairs are (damaged, whole), of one length."""
    gold = right = wrong = suggested = 0
    for hurt, whole in pairs:
        places = {i for i, (a, b) in enumerate(zip(hurt, whole, strict=True)) if a != b}
        gold += len(places)
        for p in propose(reading(hurt)):
            is_right = p.start in places and whole[p.start] == p.replacement
            if p.tier == "auto":
                right, wrong = right + is_right, wrong + (not is_right)
            else:
                suggested += is_right
    print(
        f"gold {gold}  precision {right / max(right + wrong, 1):.4f}  recall {right / max(gold, 1):.4f}"
        f"  with suggestions {(right + suggested) / max(gold, 1):.4f}"
    )


def traditional(clean: Path, style: str, rate: float) -> None:
    from opencc import OpenCC

    convert, choose = OpenCC(style).convert, random.Random(5)
    pairs = []
    untouched: Counter[str] = Counter()
    for text in articles(clean):
        whole = convert(text)
        untouched.update(p.tier for propose in DETECTORS.values() for p in propose(reading(whole)))
        if len(whole) == len(text):
            hurt = (b if a == b or choose.random() >= rate else a for a, b in zip(text, whole, strict=True))
            pairs.append(("".join(hurt), whole))
    print("proposed for the converted text as it is:", dict(untouched))
    score(pairs, script.propose)


def forms(clean: Path) -> None:
    from opencc import OpenCC

    convert, choose = OpenCC("s2tw").convert, random.Random(3)
    pairs = []
    for text in articles(clean):
        whole = convert(text)
        if len(whole) == len(text):
            naive = {a: b for a, b in NAIVE.items() if choose.random() < 0.6}
            pairs.append(("".join(naive.get(a, b) for a, b in zip(text, whole, strict=True)), whole))
    score(pairs, script_forms.propose)


def speed(clean: Path) -> None:
    import jieba
    import pypinyin  # noqa: F401  a fifth of a second, once a process

    shared()
    jieba.setLogLevel(60)
    jieba.initialize()
    texts = list(articles(clean))
    size = sum(len(t.encode()) for t in texts) / 1e6
    start = time.perf_counter()
    for text in texts:
        jieba.lcut(text)
    base = time.perf_counter() - start
    print(f"jieba.lcut {size / base:.2f} MB/s")
    shipped = rules.Book([r for r in load_verified().rules if r.kind == "noise"])
    parts = {**DETECTORS, "rules of noise": lambda r: rules.propose(shipped, r, shared)}
    readings = [reading(t) for t in texts]
    parts["all"] = lambda r: [p for part in list(parts.values())[:-1] for p in part(r)]
    for name, propose in parts.items():
        for r in readings[:3]:
            propose(r)
        start = time.perf_counter()
        for r in readings:
            propose(r)
        took = time.perf_counter() - start
        print(f"{name:16} {size / took:8.1f} MB/s  ×{base / took:.0f}")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=("harm", "traditional", "forms", "speed"))
    ap.add_argument("path", type=Path)
    ap.add_argument("--characters", type=int, default=1_500_000)
    ap.add_argument("--skip", type=int, default=0)
    ap.add_argument("--style", default="s2tw")
    ap.add_argument("--rate", type=float, default=0.05)
    a = ap.parse_args()
    if a.what == "harm":
        harm(a.path, a.characters, a.skip)
    elif a.what == "traditional":
        traditional(a.path, a.style, a.rate)
    elif a.what == "forms":
        forms(a.path)
    else:
        speed(a.path)


if __name__ == "__main__":
    main()
