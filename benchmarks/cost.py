"""What cleaning costs: core-hours, and money at a price that is assumed, reckoned from rates that are measured.

    python benchmarks/cost.py measure SHARED [--sources 4] [--price 0.04]
    python benchmarks/cost.py reckon --rate 0.2 [--terabytes 1] [--price 0.04]

`measure`  CPU time of this process doing what tasks of an engine do (lines read, cleaned, findings and facts written)
           with bench/garbled.jsonl and bench/clean.jsonl: counting and sampling them, cleaning them by rules alone, with
           the prior, and with the channels of some sources, which are learned first. Rates are megabytes of JSON Lines a
           second of one core. Below each what a terabyte takes at it.
`reckon`   the same sum from a rate.

The sum is bytes / rate / 3600 core-hours; reading, writing and idle cores are not in it, and are told in docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import pickle
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from cleanup.channel.items import Channel
from cleanup.channel.prior import shipped_prior
from cleanup.engines.rows import LINE, Rows
from cleanup.engines.work import SURVEY, Cleaning, Surveying
from cleanup.learn.dump import Learner
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

TB = 1e12
# Rows of a batch.
BATCH = 256


def reckoned(rate: float, terabytes: float, price: float) -> str:
    """The sum, shown. `rate` in megabytes a second of a core, `price` in dollars an hour of a core."""
    hours = terabytes * TB / (rate * 1e6) / 3600
    return (
        f"{terabytes:g} TB / {rate:.3g} MB/s / 3600 s = {hours:,.0f} core-hours; "
        f"x {price:g} $ = {hours * price:,.0f} $; {hours / 1000:,.1f} h on 1,000 cores"
    )


def timed(what: Callable[[], object]) -> float:
    """Seconds of this process that something takes."""
    start = time.process_time()
    what()
    return time.process_time() - start


class Dump:
    """Articles as an engine hands them to a task: lines of JSON Lines in batches of Arrow."""

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        lines = [json.dumps(r, ensure_ascii=False).encode() for r in rows]
        self.rows, self.megabytes = rows, sum(len(x) + 1 for x in lines) / 1e6
        self.batches = [
            pa.table({LINE: pa.array(lines[n : n + BATCH], pa.binary())}) for n in range(0, len(lines), BATCH)
        ]

    @classmethod
    def read(cls, path: Path) -> Dump:
        return cls([json.loads(line) for line in path.read_text("utf-8").splitlines()])

    def of(self, sources: Sequence[str]) -> Dump:
        """The articles of some sources."""
        return Dump([r for r in self.rows if r["source"] in sources])

    def largest(self, n: int) -> list[str]:
        """The sources with the most articles."""
        return [s for s, _ in Counter(r["source"] for r in self.rows).most_common(n)]


def measure(shared: Path, sources: int, price: float) -> None:
    garbled, clean = (Dump.read(shared / "bench" / f"{n}.jsonl") for n in ("garbled", "clean"))
    rules, rows = load_verified(), Rows("jsonl")
    largest = garbled.largest(sources)
    some = garbled.of(largest)
    surveys: list[pa.RecordBatch] = []
    # what is loaded once is loaded
    deque(Cleaning(rows, Cleaner(rules, prior=shipped_prior()), "en")(garbled.batches[:1]), 0)
    counting = timed(lambda: surveys.extend(Surveying(rows, True, True)(garbled.batches)))
    survey = pickle.loads(surveys[0].column(SURVEY)[0].as_py())
    recurrence = survey.recurrence()
    sampled = {s: t for s, t in survey.texts.sources().items() if s in largest}
    learner = Learner(rules, recurrence, shipped_model)
    channels: list[Channel] = []
    learning = timed(lambda: channels.extend(learner.channels(sampled)))
    n = len(some.rows)
    print(f"learning: {learning / len(largest):.1f} s a source, from {n} articles of {len(largest)}")
    told("counting and sampling", garbled, counting, price)
    for name, cleaner, dump in (
        ("garbled, channels", Cleaner(rules, recurrence=recurrence, channels=channels), some),
        ("garbled, prior", Cleaner(rules, recurrence=recurrence, prior=shipped_prior()), some),
        ("garbled, rules alone", Cleaner(rules, recurrence=recurrence), some),
        ("clean, prior", Cleaner(rules, prior=shipped_prior()), clean),
        ("clean, rules alone", Cleaner(rules), clean),
    ):
        work = Cleaning(rows, cleaner, "en")
        deque(work(dump.batches[:1]), 0)
        told(name, dump, timed(lambda w=work, d=dump: deque(w(d.batches), 0)), price)


def told(name: str, dump: Dump, seconds: float, price: float) -> None:
    rate = dump.megabytes / seconds
    articles = round(len(dump.rows) / seconds * 3600, -3)
    print(f"{name:<24} {rate:7.3f} MB/s a core, {articles:11,.0f} articles an hour")
    print(f"    {reckoned(rate, 1, price)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure")
    measuring.add_argument("shared", type=Path)
    measuring.add_argument("--sources", type=int, default=4)
    reckoning = commands.add_parser("reckon")
    reckoning.add_argument("--rate", type=float, required=True, help="megabytes a second of a core")
    reckoning.add_argument("--terabytes", type=float, default=1)
    for command in (measuring, reckoning):
        command.add_argument("--price", type=float, default=0.04, help="dollars an hour of a core")
    args = parser.parse_args()
    if args.command == "reckon":
        print(reckoned(args.rate, args.terabytes, args.price))
    else:
        measure(args.shared, args.sources, args.price)


if __name__ == "__main__":
    main()
