"""Fit the judges of single articles (questions `single-…` of `src/cleanup/decode/weights.json`), and say how well they do.

    python benchmarks/fit_single.py BENCH MODELS [--cache DIR] [--check]

BENCH is a folder with garbled.jsonl, clean.jsonl and channels.json; MODELS holds <fold>_64.lm, models that have not
counted the sources of their fold. Every article is taken alone. Fitted on the farms of gate.TUNED and on every other
undamaged source; everything printed is for the tuned and for the other sources apart. With --check nothing is written.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from cleanup.channel.prior import shipped_prior
from cleanup.decode import inserts
from cleanup.decode.judge import Judge, fit
from cleanup.decode.masks import find_masks
from cleanup.decode.places import best_apart
from cleanup.decode.single import chars, masked, swapped, terms
from cleanup.decode.single.made import NOTHING
from cleanup.decode.single.pooling import pooled
from cleanup.decode.texts import Texts
from cleanup.lexicon import shared
from farms import Farm, farms, is_tuned, model_for
from fit_judges import labels
from judges import recalls, right_by_p, write

LEAST = 0.05


def with_offset(names, evidence, right, fixed: str, ridge=1.0) -> Judge:
    """A judge whose weight of the column `fixed` is 1: log-odds that are known, and not to be fitted."""
    at = names.index(fixed)
    free = [i for i in range(len(names)) if i != at]
    x = evidence[:, free]
    mean, scale = x.mean(0), np.maximum(x.std(0), 1e-9)
    z = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    hold, w = np.append(np.full(len(free), ridge), 1e-6), np.zeros(len(free) + 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(z @ w + evidence[:, at], -30, 30)))
        step = np.linalg.solve(
            (z * (p * (1 - p))[:, None]).T @ z + np.diag(hold), z.T @ (right - p) - hold * w
        )
        w += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-6:
            break
    weights = np.insert(w[:-1] / scale, at, 1.0)
    return Judge(tuple(names), weights, float(w[-1] - (w[:-1] / scale) @ mean))


class Fitter:
    def __init__(self, garbled: dict[str, Farm], clean: dict[str, Farm], models: Path):
        self.sources = {**garbled, **clean}
        self.clean = sorted(clean)
        self.train = [s for s in garbled if is_tuned(s)] + self.clean[::2]
        self.weights: dict[str, Judge] = {}
        self.texts = {s: Texts.of(model_for(s, models), f.texts) for s, f in self.sources.items()}
        self.made = {s: [NOTHING] * len(f.texts) for s, f in self.sources.items()}

    def fit(self, question: str, names, evidence: dict, right: dict, fixed: str = "") -> dict:
        used = [s for s in self.train if len(evidence[s])]
        x = np.concatenate([evidence[s][right[s] >= 0] for s in used])
        y = np.concatenate([right[s][right[s] >= 0] for s in used])
        judge = with_offset(list(names), x, y, fixed) if fixed else fit(names, x, y)
        self.weights[question] = judge
        return {s: judge.probability(e) for s, e in evidence.items()}

    def curve(self, title: str, places: dict, p: dict, right: dict, kind: str) -> None:
        for name, tuned in (("tuned", True), ("confirmed", False)):
            ps, ys, gold = [], [], 0
            for s, farm in self.sources.items():
                if s in self.clean or is_tuned(s) != tuned:
                    continue
                rows = best_apart(places[s], p[s]) if places[s] is not None else np.arange(len(p[s]))
                rows = rows[right[s][rows] >= 0]
                ps.append(p[s][rows])
                ys.append(right[s][rows])
                gold += sum(farm.done.get(kind, {}).values())
            ps, ys = np.concatenate(ps), np.concatenate(ys)
            at = recalls(ps, ys, gold, (0.99, 0.97, 0.95, 0.9, 0.8))
            bins = right_by_p(ps, ys, (0.3, 0.5, 0.7, 0.9, 0.97, 0.99))
            print(f"{title:12} {name:9} recall at .99 .97 .95 .9 .8: {at} of {gold}; {bins}")
        for name, own in (("fitted", self.clean[::2]), ("other", self.clean[1::2])):
            ps = np.concatenate(
                [p[s][best_apart(places[s], p[s])] if places[s] is not None else p[s] for s in own]
            )
            size = sum(len(t) for s in own for t in self.sources[s].texts)
            told = " ".join(f"{lo}: {(ps >= lo).sum()}" for lo in (0.5, 0.7, 0.9, 0.98))
            print(f"{title:12} undamaged, {name}: {told} in {size} characters", flush=True)

    def run(self) -> None:
        prior = shipped_prior()
        items = list(prior.of("strip"))
        gaps = {id(t.model): chars.Gaps(t.model, items) for t in self.texts.values()}
        # terms at first sight
        found, often, seen, right_t = {}, {}, {}, {}
        for s, t in self.texts.items():
            found[s] = terms.after_de(t)
            often[s] = inserts.times_in_article(t, found[s])
            seen[s] = terms.at_places(t, found[s], often[s])
            right_t[s] = labels(self.sources[s], t, found[s], "")
        pt = self.fit("single-term-scan", terms.SCAN, seen, right_t)
        self.curve("term scan", found, pt, right_t, "spam_insertion")
        # characters at first sight
        places, first, right_c = {}, {}, {}
        for s, t in self.texts.items():
            g = gaps[id(t.model)]
            places[s] = g.insertions(t)
            rivals = inserts.around(t, found[s], pt[s])
            first[s] = chars.at_places(t, places[s], g, shared(), rivals)
            right_c[s] = labels(self.sources[s], t, places[s])
        pc = self.fit("single-char-scan", chars.SCAN, first, right_c, "prior")
        self.curve("char scan", places, pc, right_c, "dropped_char")
        # both in the light of the article
        pool_t = {s: self.pool(s, found[s], terms.context(t, found[s]), pt[s]) for s, t in self.texts.items()}
        pool_c = {
            s: self.pool(s, places[s], chars.context(t, places[s]), pc[s]) for s, t in self.texts.items()
        }
        full = {
            s: np.hstack(
                [seen[s], terms.of_article(t, found[s], often[s], pool_t[s], self.made[s], pool_c[s].total)]
            )
            for s, t in self.texts.items()
        }
        pt = self.fit("single-term", (*terms.SCAN, *terms.ARTICLE), full, right_t)
        self.curve("term", found, pt, right_t, "spam_insertion")
        for s, t in self.texts.items():
            rivals = inserts.around(t, found[s], pt[s])
            pushed = self.pool(s, found[s], terms.context(t, found[s]), pt[s]).total
            standing = chars.surviving(t, places[s], self.made[s])
            first[s] = chars.with_rivals(first[s], places[s], rivals)
            full[s] = np.hstack(
                [first[s], chars.of_article(t, places[s], standing, pool_c[s], self.made[s], pushed)]
            )
        pc = self.fit("single-char", (*chars.SCAN, *chars.ARTICLE), full, right_c, "prior")
        self.curve("char", places, pc, right_c, "dropped_char")
        # swaps, masks
        [swap] = prior.of("swap")
        evidence, right = {}, {}
        for s, t in self.texts.items():
            at, gain = swapped.places(t, swap)
            evidence[s] = swapped.evidence(t, swap, at, gain, self.made[s])
            spots = [t.offset(int(x)) for x in at]
            right[s] = np.array(
                [self.sources[s].articles[n].label(a, a + 1, swap.text) for n, a in spots], np.float64
            )
        p = self.fit("single-swap", (*swapped.PLACE, *swapped.ARTICLE), evidence, right)
        self.curve("swap", dict.fromkeys(self.sources), p, right, "superlative_swap")
        for s, t in self.texts.items():
            guesses = masked.guesses(t, find_masks(t.texts))
            evidence[s] = masked.evidence(guesses) if guesses else np.zeros((0, len(masked.EVIDENCE)))
            right[s] = np.array(
                [self.sources[s].articles[g.place[0]].label(*g.place[1:], g.word) for g in guesses],
                np.float64,
            )
        p = self.fit("single-mask", masked.EVIDENCE, evidence, right)
        self.curve("mask", dict.fromkeys(self.sources), p, right, "mask")
        self.last = {"char": (places, pc, right_c), "term": (found, pt, right_t)}

    def pool(self, s: str, places, context, p):
        hits = np.flatnonzero(p >= LEAST)
        hits = hits[best_apart(places.take(hits), p[hits])]
        t = self.texts[s]
        return pooled(t.article[places.start], places.item, context, p, hits, len(t.texts))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--check", action="store_true")
    a = parser.parse_args()
    caches = [a.cache / f"{n}.pkl" if a.cache else None for n in ("garbled", "clean")]
    fitter = Fitter(farms(a.bench, "garbled", caches[0]), farms(a.bench, "clean", caches[1]), a.models)
    fitter.run()
    for q, j in fitter.weights.items():
        print(q, {n: round(float(w), 2) for n, w in zip(j.names, j.weights, strict=True)}, round(j.bias, 2))
    if not a.check:
        write(fitter.weights)


if __name__ == "__main__":
    main()
