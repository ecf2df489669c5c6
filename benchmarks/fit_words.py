"""Fit the judges of stripped words (`src/cleanup/decode/weights.json`), and say how well they do.

    python benchmarks/fit_words.py BENCH MODELS [--cache DIR] [--check]

Which words a source strips (`word-called-for`), from all that are asked in full; and where (`strip-word`), with each
farm's own list given, as if an editor had written it. Fitted on the farms of gate.TUNED and, for the lists, on every
other undamaged source, with models that have not counted their families. With --check nothing is written.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from cleanup.decode import strips
from cleanup.decode.judge import Judge, fit
from cleanup.decode.phrases import Phrases
from cleanup.decode.places import best_apart
from cleanup.decode.texts import Texts
from cleanup.decode.words import LEAST, in_full
from cleanup.learn import words as learn_words
from cleanup.learn.calls import EVIDENCE, called_for
from cleanup.learn.inserts import learn_inserts
from cleanup.learn.source import learn_channel, restored
from cleanup.lexicon import shared
from farms import Farm, farms, is_tuned, model_for
from fit_judges import labels
from judges import recalls, right_by_p, write

# Words that all contexts together hardly want are not asked what the rest of the evidence says.
ODDS = 8.0


def of_lists(source: str, farm: Farm, models: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The words of a source that are asked in full, their log odds and their evidence."""
    model = model_for(source, models)
    channel = learn_channel(source, farm.texts[:400], model, shared)
    kept = tuple(i for i in channel.items if i.kind != "strip" or len(i.text) == 1)
    texts = restored(Texts.of(model, farm.texts[:400]), replace(channel, items=kept), shared)
    scan = learn_words.Scan.of(texts)
    words = [scan.candidates.items[i] for i in learn_words._most_wanted(scan)]
    return words, *called_for(texts, words, learn_words._prose_gaps(texts))


def of_places(source: str, farm: Farm, models: Path):
    """All places of a farm's own words, what speaks for them and whether they are right."""
    texts = Texts.of(model_for(source, models), farm.texts[:400])
    places = in_full(texts, farm.channel["words"], LEAST)
    rivals = learn_inserts(texts, Phrases.of(texts))[1]
    return places, strips.at_places(texts, places, shared(), rivals), labels(farm, texts, places)


def fit_lists(garbled: dict[str, Farm], clean: dict[str, Farm], models: Path) -> Judge:
    asked = {s: of_lists(s, f, models) for s, f in {**garbled, **clean}.items()}
    train = [s for s in garbled if is_tuned(s)] + sorted(clean)[::2]
    x, y = [], []
    for s in train:
        words, odds, known = asked[s]
        listed = garbled[s].channel["words"] if s in garbled else ()
        x.append(known[odds >= ODDS])
        y.append(np.array([float(w in listed) for w in words])[odds >= ODDS])
    judge = fit(EVIDENCE, np.concatenate(x), np.concatenate(y))
    for title, of in (
        ("tuned", [s for s in garbled if is_tuned(s)]),
        ("confirmed", [s for s in garbled if not is_tuned(s)]),
        ("undamaged", sorted(clean)),
    ):
        rows = []
        for s in of:
            words, odds, known = asked[s]
            for w, o, p in zip(words, odds, judge.probability(known), strict=True):
                if o >= learn_words.ODDS and p > 0.2:
                    right = s in garbled and w in garbled[s].channel["words"]
                    rows.append((round(float(p), 2), round(float(o)), s, w, "right" if right else "WRONG"))
        print(title, *sorted(rows, reverse=True), sep="\n  ")
    return judge


def fit_places(garbled: dict[str, Farm], models: Path) -> Judge:
    found = {s: of_places(s, f, models) for s, f in garbled.items()}
    x, y = [], []
    for s in garbled:
        if is_tuned(s):
            _, known, right = found[s]
            x.append(known[right >= 0])
            y.append(right[right >= 0])
    judge = fit(strips.PLACE, np.concatenate(x), np.concatenate(y), ridge=10.0)
    for tuned in (True, False):
        ps, ys, gold = [], [], 0
        for s in (s for s in garbled if is_tuned(s) == tuned):
            places, known, right = found[s]
            p = judge.probability(known)
            rows = best_apart(places, p)
            rows = rows[right[rows] >= 0]
            ps.append(p[rows])
            ys.append(right[rows])
            gold += sum(garbled[s].done.get("dropped_word", {}).values())
        p, y = np.concatenate(ps), np.concatenate(ys)
        at = recalls(p, y, gold, (0.99, 0.95, 0.9, 0.8))
        bins = right_by_p(p, y, (0.5, 0.7, 0.9, 0.97), 2)
        print(
            "list given, tuned" if tuned else "list given, confirmed",
            f"recall at .99 .95 .9 .8: {at} of {gold}; right by p: {bins}",
        )
    return judge


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("--cache", type=Path)
    ap.add_argument("--check", action="store_true")
    ap.add_argument("--places", action="store_true", help="only where words are lost, not which")
    a = ap.parse_args()
    garbled, clean = (
        farms(a.bench, n, a.cache / f"{n}.pkl" if a.cache else None) for n in ("garbled", "clean")
    )
    judges = {"strip-word": fit_places(garbled, a.models)}
    if not a.places:
        judges["word-called-for"] = fit_lists(garbled, clean, a.models)
    if not a.check:
        write(judges)


if __name__ == "__main__":
    main()
