"""Tests of two samples, and the bound on false discoveries over many of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, lgamma, sqrt

from cleanup.drift.signs import Count, Slots


def fisher(k: int, n: int, k_before: int, n_before: int) -> float:
    """Fisher's exact test, two-sided: how likely shares at least as unlike are where both samples are of one kind.

    >>> round(fisher(8, 100, 0, 400), 7), fisher(3, 10, 12, 40)
    (1.9e-06, 1.0)
    """
    hits, total = k + k_before, n + n_before
    if not n or not n_before or not hits or hits == total:
        return 1.0

    def ln_p(x: int) -> float:
        return _ln_choose(n, x) + _ln_choose(n_before, hits - x)

    seen = ln_p(k) + 1e-9
    whole = _ln_choose(total, hits)
    least, most = max(0, hits - n_before), min(n, hits)
    return min(1.0, sum(exp(p - whole) for x in range(least, most + 1) if (p := ln_p(x)) <= seen))


def _ln_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def rates_differ(now: Count, slots: Slots, before: Count, slots_before: Slots) -> float:
    """How likely rates a slot at least as unlike are where both samples are of one machine, two-sided.

    Places of one article go together, so an article is one observation: the variance of a ratio is that of what each
    article has beyond its share. 1 where there is too little to tell.
    """
    if not slots.total or not slots_before.total or now.places + before.places == 0:
        return 1.0
    difference = now.places / slots.total - before.places / slots_before.total
    # under the same machine the rate is that of both, and with none found on one side so is its spread
    rate = (now.places + before.places) / (slots.total + slots_before.total)
    variance = _variance(now, slots, rate) + _variance(before, slots_before, rate)
    return erfc(abs(difference) / sqrt(2 * variance)) if variance > 0 else 1.0


def _variance(count: Count, slots: Slots, rate: float) -> float:
    spread = count.squares - 2 * rate * count.with_slots + rate * rate * slots.squares
    return max(spread, rate * slots.total) / slots.total**2


def discoveries(p_values: Sequence[float], share: float) -> list[bool]:
    """Which may be told so that of what is told at most this share is chance on average: Benjamini and Hochberg."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    last = max((r for r, i in enumerate(order, 1) if p_values[i] <= share * r / len(p_values)), default=0)
    out = [False] * len(p_values)
    for i in order[:last]:
        out[i] = True
    return out
