"""Memory and time of grouping many articles, with prints made up: one in twenty is near to another.

python benchmarks/dedup_scale.py [ARTICLES]

Reading and printing are not in it; their rate is that of `cleanup dedup` on a dump.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cleanup.dedup.columns import Articles
from cleanup.dedup.compare import PERMUTATIONS, Print
from cleanup.dedup.dump import _write_groups
from cleanup.dumps.record import InputFile
from cleanup.runfolder import RunFolder


def peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most"


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(5)
    print("at the start", peak())
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as signatures,
        tempfile.TemporaryFile() as names,
    ):
        found = Articles(signatures, names)
        began = time.perf_counter()
        last = rng.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32)
        for i in range(n):
            if i % 20:
                last = rng.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32)
            else:
                last = last.copy()
                last[rng.integers(0, PERMUTATIONS, 20)] = 7
            found.add(0, i, f"article-{i:09}", Print(i, i, 800 + i % 97, i % 7, last.tolist()))
        print(f"{n:,} prints kept in {time.perf_counter() - began:.0f} s", peak())
        began = time.perf_counter()
        file = InputFile(Path("x"), "x.jsonl", "jsonl", 0)
        dropped = _write_groups(RunFolder(Path(folder)), [file], found, 0.7)
        print(f"{dropped.groups:,} groups in {time.perf_counter() - began:.0f} s", peak())


if __name__ == "__main__":
    main()
