"""What cleaning costs: core-hours, and money at a price that is assumed, reckoned from rates that are measured.

    python benchmarks/cost.py measure SHARED [--sources 4] [--price 0.04]
    python benchmarks/cost.py reckon --rate 0.2 [--terabytes 1] [--price 0.04]

`measure`  CPU time of this process over bench/garbled.jsonl and bench/clean.jsonl: counting and sampling them, cleaning
           them by rules alone, with the prior, and with the channels of some sources, which are learned first. Rates are
           megabytes of JSON Lines a second of one core. Below them what a terabyte takes at each.
`reckon`   the same sum from a rate.

The sum is bytes / rate / 3600 core-hours; reading, writing and idle cores are not in it, and are told in docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from cleanup.channel.prior import shipped_prior
from cleanup.data import Document
from cleanup.flow import TOGETHER
from cleanup.learn.dump import Learner, Survey
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

TB = 1e12


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


def cleaned(cleaner: Cleaner, documents: Sequence[Document]) -> None:
    """Clean documents in the groups of a run."""
    for at in range(0, len(documents), TOGETHER):
        cleaner.clean_many(documents[at : at + TOGETHER])


def read(path: Path) -> list[Document]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Document(str(r["id"]), r["text"], r.get("source", "")) for r in rows]


def size(documents: Sequence[Document]) -> float:
    """Megabytes of JSON Lines that articles take."""
    rows = ({"id": d.article, "source": d.source, "text": d.text} for d in documents)
    return sum(len(json.dumps(r, ensure_ascii=False).encode()) + 1 for r in rows) / 1e6


def measure(shared: Path, sources: int, price: float) -> None:
    garbled, clean = (read(shared / "bench" / f"{n}.jsonl") for n in ("garbled", "clean"))
    by_source = defaultdict(list)
    for document in garbled:
        by_source[document.source].append(document)
    largest = sorted(by_source, key=lambda s: (-len(by_source[s]), s))[:sources]
    some = [d for s in largest for d in by_source[s]]
    rules = load_verified()
    survey = Survey()

    def count() -> None:
        for document in garbled:
            survey.add(document)

    cleaned(Cleaner(rules, prior=shipped_prior()), garbled[:TOGETHER])  # what is loaded once is loaded
    rows = [("survey: lines counted, texts sampled", size(garbled), timed(count))]
    recurrence = survey.recurrence()
    assert survey.texts is not None
    sampled = {s: t for s, t in survey.texts.sources().items() if s in largest}
    learner = Learner(rules, recurrence, shipped_model)
    channels: list[object] = []
    learning = timed(lambda: channels.extend(learner.channels(sampled)))
    with_channels = Cleaner(rules, recurrence=recurrence, channels=channels)  # type: ignore[arg-type]
    for name, cleaner, documents in (
        ("garbled, rules alone", Cleaner(rules, recurrence=recurrence), some),
        ("garbled, channels", with_channels, some),
        ("garbled, prior", Cleaner(rules, recurrence=recurrence, prior=shipped_prior()), some),
        ("clean, rules alone", Cleaner(rules), clean),
        ("clean, prior", Cleaner(rules, prior=shipped_prior()), clean),
    ):
        cleaned(cleaner, documents[:TOGETHER])
        rows.append((name, size(documents), timed(lambda c=cleaner, d=documents: cleaned(c, d))))
    articles = len(garbled) / size(garbled)
    print(
        f"garbled: {len(garbled)} articles, {size(garbled):.2f} MB; clean: {len(clean)}, {size(clean):.2f} MB"
    )
    print(f"learning: {learning / len(largest):.1f} s a source, over {len(some)} articles of {len(largest)}")
    for name, mb, seconds in rows:
        rate = mb / seconds
        print(f"{name:<40} {rate:7.3f} MB/s a core, {rate * articles * 3600:9,.0f} articles an hour")
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
    told = parser.parse_args()
    if told.command == "reckon":
        print(reckoned(told.rate, told.terabytes, told.price))
    else:
        measure(told.shared, told.sources, told.price)


if __name__ == "__main__":
    main()
