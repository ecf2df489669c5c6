"""`cleanup run --no-learn` as a whole (read, survey, clean, write) beside jieba.lcut of the same texts, one process.

    python benchmarks/run_speed.py BENCH [--copies 5] [--rounds 5] [--clock cpu] [--channels RUN]

BENCH is the folder of garbled.jsonl and clean.jsonl. Each is taken several times, each copy of an article with a line of
its own: the report is of at most 200 articles, and what a run pays once should not stand for what it pays an article.
With --channels the channels of a run are given. Medians of the rounds; one round before them is not counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cleanup import batch
from cleanup.channel.files import read_channels
from cleanup.channel.prior import shipped_prior
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified
from speed import CLOCKS, seconds, warm_jieba


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument("--copies", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clock", choices=CLOCKS, default="cpu")
    parser.add_argument("--channels", type=Path)
    options = parser.parse_args()
    tokenizer, rules = warm_jieba(), load_verified()
    channels = read_channels(options.channels) if options.channels else ()
    kinds = {"by the prior": shipped_prior(), "by rules alone": None}
    if channels:
        kinds = {"by channels": shipped_prior()}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("garbled", "clean"):
            rows = [json.loads(x) for x in (options.bench / f"{name}.jsonl").read_text("utf-8").splitlines()]
            records = [
                {"id": f"{r['id']}-{n}", "source": r.get("source", ""), "text": f"{r['text']}\n{n}"}
                for n in range(options.copies)
                for r in rows
            ]
            path = Path(folder, f"{name}.jsonl")
            path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
            texts = [r["text"] for r in records]
            chars = sum(map(len, texts))
            for kind, prior in kinds.items():
                ours, theirs = [], []
                for n in range(options.rounds + 1):
                    told = batch.Options(jobs=1, learn=False, channels=channels, fresh=True)
                    cleaner = Cleaner(rules, prior=prior)
                    took = (
                        seconds(
                            lambda c=cleaner, t=told, p=path: batch.run(
                                [p], Path(folder, "out"), c, {"inputs": [str(p)]}, t, batch.Watch(), "zh"
                            ),
                            options.clock,
                        ),
                        seconds(lambda ts=texts: [tokenizer.lcut(t) for t in ts], options.clock),
                    )
                    if n:
                        ours.append(took[0])
                        theirs.append(took[1])
                a, b = statistics.median(ours), statistics.median(theirs)
                print(
                    f"{name:8} {kind:15} x{b / a:.2f}: {a:.2f} s ({min(ours):.2f} to {max(ours):.2f}), jieba {b:.2f} s; "
                    f"{a / chars * 1e6:.2f} ms per 1,000 characters, {len(records)} articles",
                    flush=True,
                )
            # the next dump is another run
            for left in sorted(Path(folder, "out").rglob("*"), reverse=True):
                left.unlink() if left.is_file() else left.rmdir()


if __name__ == "__main__":
    main()
