"""Count the table that `cleanup.chinese` ships: how common characters and pairs of characters are.

    .venv/bin/python benchmarks/count_chinese.py ../shared/corpora -o src/cleanup/chinese.txt

From the head of each corpus, every corpus with the same weight, so that no register outweighs another.
Traditional forms are folded to simplified ones by the table of opencc, and that table is kept, so that
text of either script is judged by the same counts. `--part even` counts half of the corpora: a table for
figures on text that was not counted.
"""

from __future__ import annotations

import argparse
import importlib.resources
import lzma
import math
from collections import defaultdict
from pathlib import Path

import numpy as np

# Beyond this many characters a corpus tells nothing new about its commonest characters and pairs.
HEAD = 1_500_000
# Characters kept: outside of these stand 2 in 10,000 of running text; they are judged as what a wrong decoding made.
CHARS = 5_000
# Pairs kept: 24,000 hold half of the pairs of running text (0.53) in half of the file's 109 kB.
PAIRS = 24_000
# A pair is evidence only if its characters meet this much oftener than by chance (log10).
TOGETHER = 0.4
# The step of a level: log10 of how much commoner a character is than one strewn at random.
STEP = 0.1
# As many characters a wrong decoding strews over.
STREWN = 20_000


def is_counted(codes: np.ndarray) -> np.ndarray:
    """Han, and the punctuation that Chinese text is full of."""
    marks = [ord(c) for c in "，。、；：？！“”‘’（）《》…—·「」『』【】"]
    return ((codes >= 0x4E00) & (codes <= 0x9FFF)) | np.isin(codes, marks)


def fold_table() -> dict[str, str]:
    """Traditional → simplified, one character each, by opencc's table."""
    path = importlib.resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    out = {}
    for line in path.read_text("utf-8").splitlines():
        old, _, new = line.partition("\t")
        new = new.split(" ")[0]
        if len(old) == len(new) == 1 and old != new:
            out[old] = new
    return out


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("corpora", type=Path)
    ask.add_argument("-o", "--out", type=Path, required=True)
    ask.add_argument("--part", choices=("all", "even", "odd"), default="all")
    args = ask.parse_args()
    files = sorted(args.corpora.glob("*.txt.xz"))
    files = {"all": files, "even": files[::2], "odd": files[1::2]}[args.part]
    fold = fold_table()
    folded = np.arange(0x110000, dtype=np.uint32)
    for old, new in fold.items():
        folded[ord(old)] = ord(new)
    single = np.zeros(0x10000)
    pairs: dict[int, float] = defaultdict(float)
    for path in files:
        with lzma.open(path, "rt", encoding="utf-8") as f:
            text = f.read(HEAD)
        codes = folded[np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)]
        kept = is_counted(codes)
        weight = 1.0 / kept.sum()
        single += np.bincount(codes[kept], minlength=0x10000)[:0x10000] * weight
        both = kept[:-1] & kept[1:]
        keys, counts = np.unique(
            codes[:-1][both].astype(np.uint64) << 16 | codes[1:][both], return_counts=True
        )
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            pairs[key] += count * weight
    single /= len(files)
    order = np.argsort(-single)[:CHARS]
    chars = {chr(c): single[c] for c in order.tolist() if single[c]}
    levels: dict[int, list[str]] = defaultdict(list)
    for char, p in chars.items():
        levels[round(math.log10(p * STREWN) / STEP)].append(char)
    wanted = sorted(pairs.items(), key=lambda kv: (-kv[1], kv[0]))
    followers: dict[str, list[str]] = defaultdict(list)
    n = 0
    for key, p in wanted:
        a, b = chr(key >> 16), chr(key & 0xFFFF)
        if a in chars and b in chars and p / len(files) >= 10**TOGETHER * chars[a] * chars[b]:
            followers[a].append(b)
            n += 1
            if n == PAIRS:
                break
    lines = ["cleanup-chinese 1"]
    lines += [f"{level}\t{''.join(sorted(levels[level]))}" for level in sorted(levels, reverse=True)]
    lines += ["fold\t" + "".join(a + b for a, b in sorted(fold.items()) if b in chars)]
    lines += ["pairs\t" + " ".join(a + "".join(sorted(f)) for a, f in sorted(followers.items()))]
    args.out.write_text("\n".join(lines) + "\n", "utf-8")
    covered = sum(p for k, p in pairs.items() if chr(k & 0xFFFF) in followers.get(chr(k >> 16), ()))
    print(f"{len(chars)} characters, {n} pairs, {covered / sum(pairs.values()):.3f} of running pairs")
    print(f"{args.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
