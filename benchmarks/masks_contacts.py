"""Masks and contacts: what is found in clean corpora, by rule and tier, and the speed beside jieba.lcut.

    python benchmarks/masks_contacts.py CORPUS.txt.xz... [--chars 2000000] [--skip 0] [--show 20]

Corpora have one paragraph a line; 15 lines make an article.
"""

from __future__ import annotations

import argparse
import lzma
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

import jieba

from cleanup.detect import contact, masks
from cleanup.detect.closed import closed_spans
from cleanup.detect.reading import Reading
from cleanup.fold import fold

LINES = 15


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--chars", type=int, default=2_000_000)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--show", type=int, default=20)
    args = parser.parse_args()
    jieba.setLogLevel(60)
    jieba.initialize()
    count: Counter[tuple[str, str]] = Counter()
    shown = defaultdict(list)
    chars = cut_chars = 0
    seconds = cut_seconds = 0.0
    for path in args.corpora:
        with lzma.open(path, "rt", encoding="utf-8") as f:
            f.read(args.skip)
            lines = f.read(args.chars).splitlines()
        for n, i in enumerate(range(0, len(lines), LINES)):
            text = "\n".join(lines[i : i + LINES])
            view = fold(text)
            reading = Reading(text, view, view.folded, "", closed_spans(text, markdown=False))
            began = time.perf_counter()
            found = [*masks.propose(reading), *contact.propose(reading)]
            seconds += time.perf_counter() - began
            chars += len(text)
            if n % 50 == 0:
                began = time.perf_counter()
                jieba.lcut(text)
                cut_seconds += time.perf_counter() - began
                cut_chars += len(text)
            for p in found:
                count[p.rule, p.tier] += 1
                around = f"{text[max(0, p.start - 20) : p.start]}[{text[p.start : p.end]}]{text[p.end : p.end + 20]}"
                shown[p.rule, p.tier].append(f"{path.name[:14]} {around!r}")
    for key, n in count.most_common():
        print(*key, n)
        for line in random.Random(1).sample(shown[key], min(args.show, n)):
            print("   ", line)
    ours, theirs = chars / seconds, cut_chars / cut_seconds
    print(f"{chars} characters, {ours / 1e6:.1f} M a second, ×{ours / theirs:.0f} of jieba.lcut")


if __name__ == "__main__":
    main()
