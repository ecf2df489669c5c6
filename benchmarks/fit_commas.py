"""Fit the judge of lost commas (question `comma` of `src/cleanup/decode/weights.json`), and say how well it does.

    python benchmarks/fit_commas.py BENCH MODELS [--cache DIR] [--check]

BENCH and MODELS as for fit_judges.py. Fitted on the farms of gate.TUNED as they are and with more commas taken out at
random, and on undamaged articles of their families with commas taken out; three of the seven lost commas themselves.
Everything printed is for farms that lost commas, as they are: those tuned on and the others apart; one of the tuned is
judged by weights fitted without it, too. And with the weights that ship, what channels that lose commas would put into
undamaged articles. With --check nothing is written.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleanup.channel.items import Item
from cleanup.decode.commas import EVIDENCE, SUREST, Gaps, evidence, gaps, lost_commas
from cleanup.decode.habits import COMMA, Habits
from cleanup.decode.judge import Judge, fit
from cleanup.decode.repair import COMMA_APPROVED
from cleanup.decode.texts import Texts
from cleanup.learn.commas import learn_commas
from cleanup.lm.model import Model
from farms import Farm, farms, is_tuned, model_for
from folds import family
from judges import recalls, right_by_p, write

ARTICLES = 400
KIND = "lost_punctuation"
COMMAS = "，,"
# Shares of the commas that stand which are taken out for fitting.
TAKEN = (0.1, 0.25)
BARS = (0.99, 0.97, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
BINS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.87)


@dataclass
class Case:
    """A farm with some of its commas taken out: its gaps, their evidence, what is right, how many commas were lost."""

    texts: Texts
    found: Gaps
    evidence: np.ndarray
    right: np.ndarray
    lost: int
    rate: float
    learned: float

    @classmethod
    def of(cls, farm: Farm, model: Model, taken: float = 0.0, seed: int = 0) -> Case:
        rnd = random.Random(seed)
        texts, ways, lost, standing = [], [], 0, 0
        for a in farm.articles[:ARTICLES]:
            keep = [not (c in COMMAS and rnd.random() < taken) for c in a.text]
            texts.append("".join(c for c, k in zip(a.text, keep, strict=True) if k))
            ways.append([i for i, k in enumerate(keep) if k])
            lost += len(keep) - sum(keep) + sum(kind == KIND for kind in a.gold.values())
            standing += sum(map(texts[-1].count, COMMAS))
        scored = Texts.of(model, texts)
        found = gaps(scored)
        right = np.zeros(len(found))
        for row, at in enumerate(found.at.tolist()):
            number, o = scored.offset(at)
            way = ways[number]
            if way[o] - way[o - 1] > 1:
                right[row] = 1
            else:
                right[row] = farm.articles[number].label(way[o], way[o], COMMA)
        rate = lost / max(1, lost + standing)
        item = learn_commas(scored)
        x = evidence(scored, found, Habits.of(scored), item.rate if item else rate)
        return cls(scored, found, x, right, lost, rate, item.rate if item else 0.0)


def fitted(cases: list[Case]) -> Judge:
    x = np.concatenate([c.evidence[c.right >= 0] for c in cases])
    y = np.concatenate([c.right[c.right >= 0] for c in cases])
    return fit(EVIDENCE, x, y, ridge=3.0)


def tell(title: str, judge: Judge, case: Case) -> tuple[np.ndarray, np.ndarray]:
    ok = case.right >= 0
    p, y = SUREST * judge.probability(case.evidence[ok]), case.right[ok]
    print(
        f"{title:28} {recalls(p, y, case.lost, BARS)} of {case.lost} (rate {case.rate:.2f}, learned {case.learned:.2f}); {p.sum():.0f} told, {y.sum():.0f} seen",
        flush=True,
    )
    return p, y


def harm(clean: dict[str, Farm], farms_: dict[str, Farm], models: Path) -> None:
    """What the channels of farms that lost commas, and an item written by hand, would put into undamaged articles."""
    channels = {"by hand": (Item("commas", COMMA, status="approved"), Habits(np.zeros(0, np.uint32)))}
    for s, farm in farms_.items():
        scored = Texts.of(model_for(s, models), farm.texts[:ARTICLES])
        channels[s] = (learn_commas(scored) or channels["by hand"][0], Habits.of(scored))
    asked = {s: Texts.of(model_for(s, models), farm.texts) for s, farm in clean.items()}
    size = sum(len(t) for texts in asked.values() for t in texts.texts)
    for name, (item, habits) in channels.items():
        each = {s: lost_commas(texts, item, habits) for s, texts in asked.items()}
        p = np.array([c.confidence for found in each.values() for c in found])
        rates = {s: len(each[s]) * 1e4 / sum(map(len, asked[s].texts)) for s in each}
        worst = max(rates, key=rates.__getitem__)
        print(
            f"commas in 10,000 undamaged characters, channel {name}: {len(p) * 1e4 / size:.2f}, "
            f"{(p >= COMMA_APPROVED).sum() * 1e4 / size:.2f} unasked if approved; most in {worst}, {rates[worst]:.1f}"
        )


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("--cache", type=Path)
    ap.add_argument("--check", action="store_true")
    a = ap.parse_args()
    every: dict[str, Farm] = {}
    for name in ("garbled", "clean"):
        every |= farms(a.bench, name, a.cache / f"{name}.pkl" if a.cache else None)
    tuned = {family(s) for s in every if is_tuned(s)}
    cases: dict[str, list[Case]] = {}
    as_is: dict[str, Case] = {}
    for s, farm in every.items():
        model = model_for(s, a.models)
        loses = KIND in farm.done
        if loses:
            as_is[s] = Case.of(farm, model)
        if is_tuned(s) or (s.endswith("-clean") and family(s) in tuned):
            cases[s] = [as_is[s]] if loses else []
            cases[s] += [Case.of(farm, model, taken, seed) for seed, taken in enumerate(TAKEN)]
    print(f"recall at precision {' '.join(map(str, BARS))}")
    for s, case in as_is.items():
        if is_tuned(s):
            others = [c for o in cases if family(o) != family(s) for c in cases[o]]
            tell(f"{s}, fitted without", fitted(others), case)
    judge = fitted([c for own in cases.values() for c in own])
    for title, half in (("tuned", True), ("confirmed", False)):
        told = [tell(s, judge, case) for s, case in as_is.items() if is_tuned(s) == half]
        p, y = (np.concatenate(x) for x in zip(*told, strict=True))
        lost = sum(case.lost for s, case in as_is.items() if is_tuned(s) == half)
        print(
            f"{title:28} {recalls(p, y, lost, BARS)} of {lost}\n   right by confidence: {right_by_p(p, y, BINS, 2)}"
        )
    losers = {s: f for s, f in every.items() if s in as_is}
    honest = {s: f for s, f in every.items() if s not in as_is}
    harm({s: f for s, f in honest.items() if s.endswith("-clean")}, losers, a.models)
    spared = [
        s for s, f in honest.items() if learn_commas(Texts.of(model_for(s, a.models), f.texts[:ARTICLES]))
    ]
    print(f"sources that lost none and have an item: {spared or 'none'}")
    if not a.check:
        write({"comma": judge})


if __name__ == "__main__":
    main()
