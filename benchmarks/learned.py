"""What is learned of each source of the bench, against what its farm did (`channels.json` and the gold).

    python benchmarks/learned.py BENCH MODELS [--articles 10 --articles 40 …] [--cache DIR]

Strips are held against the farm's list: recall over items stripped at least five times in the articles learned from,
and weighted by how often each was; precision over all that is learned. Inserted terms are right where the gold has
them inserted at all; recall is over terms inserted at least five times. Each with models that have not counted the
source's family, with the prior for surnames on and off; undamaged sources must give nothing.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from cleanup.channel.items import Channel
from cleanup.learn.source import learn_channel
from cleanup.lexicon import shared
from farms import Farm, farms, is_tuned, model_for

OFTEN = 5


class Sum:
    """Counts of one kind of item over sources."""

    def __init__(self) -> None:
        self.n: Counter[str] = Counter()
        self.false: list[str] = []

    def add(self, source: str, got: set[str], true: set[str], done: Counter) -> None:
        often = {t for t in true if done[t] >= OFTEN}
        self.n.update(
            got=len(got),
            right=len(got & true),
            often=len(often),
            missed=len(often - got),
            weight=sum(done[t] for t in got & true),
            total=sum(done[t] for t in true),
        )
        self.false += [f"{source}:{t}" for t in sorted(got - true)]

    def __str__(self) -> str:
        n = self.n
        return (
            f"precision {n['right'] / max(1, n['got']):.3f} of {n['got']}, recall {1 - n['missed'] / max(1, n['often']):.3f} "
            f"of {n['often']}, {n['weight'] / max(1, n['total']):.3f} of what was done"
        )


def truth(farm: Farm, what: str) -> tuple[set[str], Counter]:
    if what == "characters":
        return set(farm.channel.get("chars", ())), farm.done.get("dropped_char", Counter())
    if what == "words":
        return set(farm.channel.get("words", ())), farm.done.get("dropped_word", Counter())
    done = farm.done.get("spam_insertion", Counter())
    return set(done), done


def got(channel: Channel, what: str) -> set[str]:
    if what == "inserted":
        return {i.text for i in channel.of("insert") if i.text != "*"}
    return {i.text for i in channel.of("strip") if (len(i.text) == 1) == (what == "characters")}


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("--articles", type=int, action="append")
    ap.add_argument("--cache", type=Path)
    ap.add_argument("--no-surnames", action="store_true")
    ap.add_argument("--false", action="store_true", help="name what is learned wrongly")
    a = ap.parse_args()
    kept = [a.cache / f"{n}.pkl" if a.cache else None for n in ("garbled", "clean")]
    damaged, clean = farms(a.bench, "garbled", kept[0]), farms(a.bench, "clean", kept[1])
    for n in a.articles or (10, 40, 160, 500):
        sums = {(t, w): Sum() for t in (True, False) for w in ("characters", "words", "inserted")}
        quiet: list[str] = []
        began = time.perf_counter()
        for source, farm in {**damaged, **clean}.items():
            part = farm.first(n)
            channel = learn_channel(
                source, part.texts, model_for(source, a.models), shared, surnames=not a.no_surnames
            )
            if source in clean:
                quiet += [f"{source}:{i.name}" for i in channel.items]
                continue
            for what in ("characters", "words", "inserted"):
                sums[is_tuned(source), what].add(source, got(channel, what), *truth(part, what))
        print(
            f"{n} articles, {time.perf_counter() - began:.0f} s; learned of undamaged sources: {quiet or 'nothing'}"
        )
        for (tuned, what), s in sums.items():
            print(f"  {what:11} {'tuned' if tuned else 'confirmed':9} {s}", flush=True)
            if a.false and s.false:
                print("   ", " ".join(s.false))


if __name__ == "__main__":
    main()
