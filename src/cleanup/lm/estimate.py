"""Probabilities from counts: interpolated modified Kneser–Ney, pruned by what an n-gram is worth.

    p(w|h) = max(c(hw) - D(c), 0) / c(h) + gamma(h) p(w|h')

with continuation counts below the highest order and three discounts an order (Chen and Goodman 1999).
Then only n-grams stay that change the model most for the bytes they take (after Stolcke 1998); contexts
get backoff weights that make the rest sum to one.

What was compared is in docs/model.md: raw counts in lower orders cost .4 to .7 bits a character on text of
other sources; pruning by what an n-gram is worth beats thresholds on counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cleanup.lm.count import ORDER, UNITS, Progress, Table, heads

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

# Discounts found from counts of counts hold for text of the same sources. Text of other sources meets fewer
# of the long n-grams again: these factors, by order, gave .02 to .11 bits a character on sources left out
# (chosen on technical prose, confirmed on finance and reviews); steps of .2 change it by .01.
DOMAIN_SHIFT = {2: 1.0, 3: 1.1, 4: 1.2, 5: 1.6}
# No discount takes all: of a count of one .97 at most, and so on.
_MOST = (0.0, 0.97, 1.9, 2.8)
# A symbol that was never counted gets this share of the unigrams together with all others.
_UNSEEN = 1e-4
_CHUNK = 1 << 23


@dataclass(frozen=True, slots=True)
class Discounts:
    """What is taken from counts of one, two, and three or more; in between along straight lines."""

    one: float
    two: float
    more: float

    @classmethod
    def from_counts_of_counts(cls, n: npt.NDArray[np.int64], shift: float) -> Discounts:
        """n[i] is how many n-grams were counted i times, i up to 4. Sets too small for the formula get a half."""
        n1, n2, n3, n4 = (int(x) for x in n[1:5])
        if not (n1 and n2 and n3 and n4):
            return cls(0.5, 0.75, 0.9)
        y = n1 / (n1 + 2 * n2)
        found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
        one, two, more = (min(most, max(0.1, d * shift)) for d, most in zip(found, _MOST[1:], strict=True))
        return cls(one, two, more)

    def of(self, counts: F64) -> F64:
        taken: F64 = np.interp(counts, (0.0, 1.0, 2.0, 3.0), (0.0, self.one, self.two, self.more))
        return taken


@dataclass(frozen=True, slots=True)
class Estimates:
    """One order: shape (n,) for its n-grams, `gamma` for the n-grams of the order below as contexts.

    log_prob  ln p(w|h), interpolated
    worth     what leaving the n-gram out would cost the text that was counted, in nats
    gamma     the mass that each context leaves to the lower order; 1 where it is no context
    """

    log_prob: F32
    worth: F32
    gamma: F32
    discounts: Discounts


@dataclass(frozen=True, slots=True)
class Pruned:
    """What is kept of one order, sorted by key; log_backoff is NaN for n-grams that are no contexts."""

    keys: U64
    log_prob: F32
    log_backoff: F32


def find(sorted_keys: U64, wanted: U64) -> tuple[npt.NDArray[np.bool_], I64]:
    """Which keys are in a sorted table, and where (an arbitrary place for those that are not)."""
    place = np.searchsorted(sorted_keys, wanted)
    np.minimum(place, len(sorted_keys) - 1, out=place)
    return sorted_keys[place] == wanted, place


def _chunks(keys: U64, base: int) -> Iterator[tuple[int, int]]:
    """Ranges of a sorted table that part no context."""
    lo, n = 0, len(keys)
    while lo < n:
        hi = min(n, lo + _CHUNK)
        if hi < n:
            context = keys[hi] // np.uint64(base)
            hi = int(np.searchsorted(keys, context * np.uint64(base)))
            if hi <= lo:
                hi = int(np.searchsorted(keys, (context + np.uint64(1)) * np.uint64(base)))
        yield lo, hi
        lo = hi


def unigrams(table: Table, symbols: int) -> F64:
    """p(w) of all symbols, shape (symbols,): continuation counts, and a little for what was never seen."""
    counts = np.zeros(symbols)
    counts[np.asarray(table.keys).astype(np.int64)] = table.estimate_from(0, len(table.keys))
    shares: F64 = counts / counts.sum() * (1 - _UNSEEN) + _UNSEEN / symbols
    return shares


def estimate(
    tables: dict[int, Table], symbols: int, folder: Path, *, progress: Progress = lambda what, share: None
) -> dict[int, Estimates]:
    """Orders 2 to 5, with arrays mapped from files in `folder`."""
    base = symbols
    low: F32 = np.log(unigrams(tables[1], symbols))[np.asarray(tables[1].keys).astype(np.int64)].astype(
        np.float32
    )
    out = {}
    for order in range(2, ORDER + 1):
        table, below = tables[order], np.asarray(tables[order - 1].keys)
        n = len(table.keys)
        log_prob = np.memmap(folder / f"{order}.log_prob", np.float32, "w+", shape=max(1, n))[:n]
        worth = np.memmap(folder / f"{order}.worth", np.float32, "w+", shape=max(1, n))[:n]
        gamma = np.ones(len(below), np.float32)
        discounts = Discounts.from_counts_of_counts(_counts_of_counts(table), DOMAIN_SHIFT[order])
        for lo, hi in _chunks(table.keys, base):
            keys, counts = np.asarray(table.keys[lo:hi]), table.estimate_from(lo, hi)
            context = keys // np.uint64(base)
            start = heads(context)
            taken = np.minimum(discounts.of(counts), counts)
            total = np.add.reduceat(counts, start)
            left = np.add.reduceat(taken, start) / total
            run = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(keys))))
            gamma[find(below, context[start])[1]] = left
            suffix = find(below, keys % np.uint64(base ** (order - 1)))[1]
            backed_off = left[run] * np.exp(low[suffix], dtype=np.float64)
            p = (counts - taken) / total[run] + backed_off
            log_prob[lo:hi] = np.log(p)
            worth[lo:hi] = table.raw[lo:hi] / UNITS * np.log(p / backed_off)
            progress("estimate", (order - 2 + hi / n) / (ORDER - 1))
        out[order] = Estimates(log_prob, worth, gamma, discounts)
        low = log_prob
    return out


def _counts_of_counts(table: Table) -> npt.NDArray[np.int64]:
    n = np.zeros(6, np.int64)
    for lo in range(0, len(table.keys), _CHUNK):
        counts = np.rint(table.estimate_from(lo, min(lo + _CHUNK, len(table.keys))))
        n += np.bincount(np.minimum(counts, 5).astype(np.int64), minlength=6)
    return n


def needed_worth(
    tables: dict[int, Table], estimates: dict[int, Estimates], symbols: int, bytes_each: dict[int, float]
) -> dict[int, F32]:
    """For each n-gram the price per byte at which it, or one that continues it, is still worth its place."""
    price: dict[int, F32] = {}
    for order in range(ORDER, 1, -1):
        own = np.array(estimates[order].worth) / np.float32(bytes_each[order])
        if order < ORDER and len(price[order + 1]):
            context = np.asarray(tables[order + 1].keys) // np.uint64(symbols)
            start = heads(context)
            best = np.maximum.reduceat(price[order + 1], start)
            place = find(np.asarray(tables[order].keys), context[start])[1]
            own[place] = np.maximum(own[place], best)
        price[order] = own
    return price


def threshold(price: dict[int, F32], size: Callable[[dict[int, int]], float], budget: float) -> float:
    """The lowest price per byte at which what is kept fits the budget; -inf where all of it does.

    size  bytes that some numbers of n-grams take, by order
    """

    def fits(at: float) -> bool:
        return size({n: int(np.count_nonzero(p > at)) for n, p in price.items()}) <= budget

    if fits(-np.inf):
        return -np.inf
    finite = np.concatenate([p[np.isfinite(p)] for p in price.values()])
    # -inf itself keeps too much, so something finite has to go
    lo, hi = float(np.nextafter(finite.min(), -np.inf, dtype=np.float32)), float(finite.max())
    if fits(lo):
        return lo
    for _ in range(48):
        middle = (lo + hi) / 2
        lo, hi = (lo, middle) if fits(middle) else (middle, hi)
    return hi


def prune(
    tables: dict[int, Table],
    estimates: dict[int, Estimates],
    unigram: F64,
    keep: dict[int, npt.NDArray[np.bool_]],
    base: int,
    *,
    progress: Progress = lambda what, share: None,
) -> dict[int, Pruned]:
    """The n-grams that stay, orders 1 to 5, with backoff weights under which every context sums to one."""
    kept = {1: (np.arange(len(unigram), dtype=np.uint64), np.log(unigram).astype(np.float32))}
    for order in range(2, ORDER + 1):
        k = keep[order]
        kept[order] = (np.asarray(tables[order].keys)[k], np.asarray(estimates[order].log_prob)[k])
    backoff = {n: np.full(len(kept[n][0]), np.nan, np.float32) for n in kept}
    for order in range(2, ORDER + 1):
        keys, log_prob = kept[order]
        if not len(keys):
            continue
        context = keys // np.uint64(base)
        start = heads(context)
        low = _backed_off(kept, backoff, order - 1, keys % np.uint64(base ** (order - 1)), base)
        mine = 1 - np.add.reduceat(np.exp(log_prob, dtype=np.float64), start)
        theirs = 1 - np.add.reduceat(np.exp(low), start)
        place = find(kept[order - 1][0], context[start])[1]
        # rounding may leave nothing for the rest where a context was always followed by the same
        backoff[order - 1][place] = np.log(np.maximum(mine, 1e-5)) - np.log(np.maximum(theirs, 1e-5))
        progress("prune", (order - 1) / (ORDER - 1))
    return {n: Pruned(kept[n][0], kept[n][1], backoff[n]) for n in kept}


def _backed_off(
    kept: dict[int, tuple[U64, F32]], backoff: dict[int, F32], order: int, keys: U64, base: int
) -> F64:
    """ln p of n-grams of an order in the pruned model, through shorter ones where they are gone."""
    if order == 1:
        return kept[1][1][keys.astype(np.int64)].astype(np.float64)
    there, place = find(kept[order][0], keys) if len(kept[order][0]) else (np.zeros(len(keys), bool), keys)
    out = np.empty(len(keys))
    out[there] = kept[order][1][place[there]]
    gone = ~there
    missing = keys[gone]
    if len(missing):
        lower = _backed_off(kept, backoff, order - 1, missing % np.uint64(base ** (order - 1)), base)
        is_context, at = find(kept[order - 1][0], missing // np.uint64(base))
        weight = np.zeros(len(missing))
        weight[is_context] = np.nan_to_num(backoff[order - 1][at[is_context]])
        out[gone] = lower + weight
    return out
