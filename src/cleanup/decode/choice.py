"""From hypotheses to repairs: what is made together, with which confidence, and in which tier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np

from cleanup.channel.items import Item
from cleanup.data import TIERS
from cleanup.decode import joint
from cleanup.decode.repair import Repair, evidence_of, tier_of
from cleanup.decode.texts import Texts
from cleanup.lm.gains import gains_of_edits

# What is less likely than this alone is not combined with anything.
LEAST = 1 / (1 + exp(-joint.LEAST))
# No hypothesis counts as surer than this when it is combined.
_MOST = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An edit of a source's texts that may undo damage.

    start, end  positions
    written     what it writes there
    rule        the built-in that it would be a finding of
    item        what of the channel it rests on
    p           its probability, judged alone
    margin      nats by which the place alone prefers it to everything else there
    told        what a person is told of the place
    """

    start: int
    end: int
    written: str
    rule: str
    item: Item
    p: float
    margin: float
    told: Callable[[], dict[str, Any]]


def choose(texts: Texts, all_: Sequence[Hypothesis]) -> Iterator[Repair]:
    """The repairs to be made or suggested, none touching another, in order of place."""
    if not all_:
        return
    start = np.array([h.start for h in all_], np.int64)
    end = np.array([h.end for h in all_], np.int64)
    written = [texts.model.alphabet.encode(h.written) for h in all_]
    gain = gains_of_edits(texts.model, texts.scored, start, end, written).astype(np.float64)
    odds = np.array([log(min(h.p, _MOST) / (1 - min(h.p, _MOST))) if h.p > 0 else -np.inf for h in all_])
    p, chosen = joint.settle(texts, joint.Hypotheses(start, end, written, odds, gain))
    for island in chosen:
        parts = []
        for row, wanted in zip(island.rows, island.wanted, strict=True):
            # beside another edit the model is asked with that made
            margin = max(all_[row].margin, wanted) if len(island.rows) > 1 else all_[row].margin
            repair = _repair(texts, all_[row], float(p[row]), margin)
            if repair is not None:
                parts.append(repair)
        yield from _melted(parts)


def _repair(texts: Texts, h: Hypothesis, p: float, margin: float) -> Repair | None:
    tier = tier_of(h.item, p, margin)
    if tier is None:
        return None
    number, a = texts.offset(h.start)
    evidence = {**evidence_of(h.item), **h.told()}
    return Repair(number, a, a + h.end - h.start, h.written, h.rule, tier, round(p, 4), evidence)


def _melted(parts: list[Repair]) -> Iterator[Repair]:
    """Repairs of an island, those that touch made one: of the kind of the longest part, as sure as the least sure."""
    run: list[Repair] = []
    for part in [*parts, None]:
        if part is not None and (not run or run[-1].end == part.start):
            run.append(part)
            continue
        if run:
            yield _one(run) if len(run) > 1 else run[0]
        run = [part] if part is not None else []


def _one(run: list[Repair]) -> Repair:
    main = max(run, key=lambda r: r.end - r.start)
    others = [r for r in run if r is not main]
    evidence = {
        **main.evidence,
        "melted_from": [r.rule for r in run],
        "melted_items": [str(r.evidence["item"]) for r in others],
    }
    return Repair(
        main.number,
        run[0].start,
        run[-1].end,
        "".join(r.replacement or "" for r in run),
        main.rule,
        max((r.tier for r in run), key=TIERS.index),
        min(r.confidence for r in run),
        evidence,
    )
