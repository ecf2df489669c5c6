"""Build the models that measurement needs: for each fold, without its corpora, at several sizes from one count.

    python benchmarks/build_folds.py CORPORA MODELS [--fold fin] [--size 16 --size 64 --size 0]

Size 0 keeps every n-gram. MODELS also keeps the word counts of each corpus, so the second fold is faster.
Five folds at four sizes take about an hour on two cores and 3 GB of disk.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cleanup.lm import build, recipe
from folds import LEFT_OUT


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("corpora", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("--fold", action="append", choices=sorted(LEFT_OUT))
    ap.add_argument("--size", action="append", type=float)
    a = ap.parse_args()
    plain = recipe.Recipe()
    for fold in a.fold or LEFT_OUT:
        kept = recipe.gather([a.corpora], plain, LEFT_OUT[fold])
        outputs = {a.models / f"{fold}_{size:g}.lm": size for size in a.size or (64.0, 16.0, 32.0, 0.0)}
        build.build(kept, plain, outputs, work=a.models / "work", progress=lambda what, share: None)
        print(fold, *(f"{p.name} {p.stat().st_size / 1e6:.1f} MB" for p in outputs), flush=True)


if __name__ == "__main__":
    main()
