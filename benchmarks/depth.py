"""Where decoding is silent: how much modern prose it wrongs, what it costs the bench, what harm it keeps from old prose.

    python benchmarks/depth.py BENCH MODELS --corpora FOLDER [--articles 300] [--cache DIR] [--show REASON]

Undamaged prose that is silent, by source of the bench and by corpus (groups of eight lines; scored by a model that has
not counted the corpus where there is one): the even corpora were looked at when limits were set, the odd ones were not.
Gold edits of the farms that lie in a silence, and right and wrong repairs of their channels that are no longer made.
Edits of the farms' channels in the samples of the tests, with and without silence. Time beside that of decoding.
"""

from __future__ import annotations

import argparse
import lzma
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from fnmatch import fnmatch
from pathlib import Path
from unittest import mock

import numpy as np

from cleanup.channel.items import Channel
from cleanup.data import Silence
from cleanup.decode.decoder import Decoder
from cleanup.decode.depth import Depth
from cleanup.decode.texts import Texts
from cleanup.learn.source import learn_channel
from cleanup.lexicon import shared
from cleanup.lm.model import Model, shipped_model
from farms import Farm, _open, farms, is_tuned, model_for
from folds import LEFT_OUT

sys.path.append(str(Path(__file__).parent.parent / "tests"))

BATCH, LINES = 64, 8
LEARNED = 120


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("--corpora", type=Path)
    ap.add_argument("--articles", type=int, default=300)
    ap.add_argument("--cache", type=Path)
    ap.add_argument("--show", default="")
    a = ap.parse_args()
    damaged, clean = (
        farms(a.bench, n, a.cache / f"{n}.pkl" if a.cache else None) for n in ("garbled", "clean")
    )
    print("share of visible characters that is silent")
    for name, of in (("clean", clean), ("damaged", damaged)):
        for source, farm in of.items():
            tell(f"{name} {source}", model_for(source, a.models), farm.texts, a.show)
    if a.corpora:
        for n, (corpus, texts) in enumerate(corpora(a.corpora, a.articles)):
            tell(f"{'odd' if n % 2 else 'even'} {corpus}", model_of(corpus, a.models), texts, a.show)
    channels = {
        s: learn_channel(s, f.texts[:LEARNED], model_for(s, a.models), shared) for s, f in damaged.items()
    }
    lost(damaged, channels, a.models)
    harm(channels, a.models)


def tell(name: str, model: Model, texts: Sequence[str], show: str) -> None:
    whole, silent = 0, Counter()
    for i in range(0, len(texts), BATCH):
        part = texts[i : i + BATCH]
        for text, found in zip(part, Depth.of(Texts.of(model, part)).silences(), strict=True):
            whole += visible(text)
            for s in found:
                silent[s.reason] += visible(text[s.start : s.end])
                if show in (s.reason, "all"):
                    print(
                        f"    {s.reason} {text[max(0, s.start - 8) : s.start]!r} {text[s.start : s.end][:120]!r}"
                    )
    told = " ".join(f"{k} {100 * v / whole:.3f}" for k, v in silent.most_common())
    print(f"  {name:38} {100 * silent.total() / max(1, whole):7.3f}% of {whole:8} {told}", flush=True)


def lost(damaged: dict[str, Farm], channels: dict[str, Channel], models: Path) -> None:
    print("gold edits in silences, and repairs of the channels with and without")
    counts = {True: Counter(), False: Counter()}
    for source, farm in damaged.items():
        model, c = model_for(source, models), counts[is_tuned(source)]
        decoder, shut = Decoder(model, channels[source], shared), [()] * len(farm.texts)
        texts = Texts.of(model, farm.texts)
        began = time.perf_counter()
        silences = Depth.of(texts).silences()
        c["depth, ms"] += round(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        with_it = decoder.decode(farm.texts, shut)
        c["decoding, ms"] += round(1000 * (time.perf_counter() - began))
        with never_silent():
            without = decoder.decode(farm.texts, shut)
        for article, found, x, y in zip(farm.articles, silences, with_it, without, strict=True):
            c["gold"] += len(article.gold)
            c["gold lost"] += sum(1 for start, end, _ in article.gold if inside(article, found, start, end))
            made = {(r.start, r.end, r.replacement) for r in x.repairs}
            for r in y.repairs:
                label = {1: "right", 0: "wrong", -1: "open"}[article.label(r.start, r.end, r.replacement)]
                c[label] += 1
                c[f"{label} lost"] += (r.start, r.end, r.replacement) not in made
    for tuned, c in counts.items():
        print(f"  {'tuned' if tuned else 'confirmed'}: " + ", ".join(f"{k} {v}" for k, v in c.items()))


def inside(article, found: Sequence[Silence], start: int, end: int) -> bool:
    for s in found:
        a, b = article.home.span(s.start, s.start), article.home.span(s.end, s.end)
        if a and b and a[0] <= start and end <= b[0]:
            return True
    return False


def harm(channels: dict[str, Channel], models: Path) -> None:
    """Edits in 10,000 characters of the tests' samples, each between two paragraphs of modern prose."""
    from depth_samples import MODERN, SAMPLES

    print("edits in 10,000 characters of the samples: without and with silence")
    for reason, own in SAMPLES.items():
        articles = [f"{MODERN[2]}\n{text}\n{MODERN[1]}" for text, *_ in own]
        spans = [range(len(MODERN[2]) + 1, len(MODERN[2]) + 1 + len(text)) for text, *_ in own]
        size, edits = 0, []
        for silent in (False, True):
            size = n = 0
            for source, channel in channels.items():
                decoder = Decoder(model_for(source, models), channel, shared)
                with nullcontext() if silent else never_silent():
                    decoded = decoder.decode(articles, [()] * len(articles))
                n += sum(r.start in span for d, span in zip(decoded, spans, strict=True) for r in d.repairs)
                size += sum(map(len, spans))
            edits.append(1e4 * n / size)
        print(f"  {reason:12} {edits[0]:6.2f} {edits[1]:6.2f} of {size}")


def never_silent() -> AbstractContextManager[object]:
    return mock.patch.multiple(
        Depth,
        silent=lambda depth, start, end: np.zeros(len(start), bool),
        silent_at=lambda depth, start, end: False,
    )


def visible(text: str) -> int:
    return len("".join(text.split()))


def model_of(corpus: str, models: Path) -> Model:
    for fold, patterns in LEFT_OUT.items():
        path = models / f"{fold}_64.lm"
        if any(fnmatch(corpus, p) for p in patterns) and path.exists():
            return _open(path)
    return shipped_model()


def corpora(folder: Path, articles: int) -> Iterator[tuple[str, list[str]]]:
    for path in sorted(folder.glob("*.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as f:
            lines = [line.rstrip("\n") for _, line in zip(range(60_000), f, strict=False)]
        starts = list(range(0, len(lines) - LINES + 1, LINES))
        random.Random(path.name).shuffle(starts)
        yield path.name.partition(".")[0], ["\n".join(lines[s : s + LINES]) for s in starts[:articles]]


if __name__ == "__main__":
    main()
