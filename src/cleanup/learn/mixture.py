"""Which few words explain many slots: a mixture of words and of "any word", grown word by word.

Each slot has one hidden word. With probability `share` of a word it is that one, and with what is left it is any
word at all, which explains nothing. A word enters if the slots get likelier by more nats than it costs to name it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.decode.slots import CAP

F64 = npt.NDArray[np.float64]

# Shares that a word is tried with before it enters.
_TRIED = (0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.4, 0.6, 0.8, 0.95)
# Rounds of re-estimation.
_ROUNDS = 60
# More words than this explain anything; those that are learned are four at most.
_MOST = 12


@dataclass(frozen=True, slots=True)
class Mixture:
    """Chosen words, as columns of the fits that were given.

    shares  of each word; what is missing to one is "any word"
    nats    how much likelier the slots are than under "any word"
    """

    chosen: tuple[int, ...]
    shares: F64
    nats: float


def shares_of(fits: F64, weight: F64, chosen: Sequence[int]) -> Mixture:
    """The likeliest shares of some words. fits (n, words) in nats, weight (n,)."""
    ratio = np.concatenate(
        [np.ones((len(fits), 1)), np.exp(np.clip(fits[:, list(chosen)], -CAP, CAP))], axis=1
    )
    share = np.full(ratio.shape[1], 1 / ratio.shape[1])
    for _ in range(_ROUNDS):
        part = ratio * share
        share = weight @ (part / part.sum(1)[:, None]) / weight.sum()
    return Mixture(tuple(chosen), share[1:], float(weight @ np.log(ratio @ share)))


def grow(
    fits: F64,
    weight: F64,
    worth: F64,
    excludes: Callable[[int, int], bool],
    *,
    begin: Sequence[int] = (),
) -> Mixture:
    """The words that explain the slots, each of which pays for itself.

    worth     of taking each word before any slot is looked at, in nats, shape (words,); negative is a cost
    excludes  whether a word that was chosen forbids another
    begin     words that are chosen already
    """
    ratio = np.exp(np.clip(fits, -CAP, CAP))
    now = shares_of(fits, weight, begin)
    free = np.array([not any(j == c or excludes(c, j) for c in begin) for j in range(fits.shape[1])], bool)
    while free.any() and len(now.chosen) < _MOST:
        whole = 1 - now.shares.sum() + ratio[:, list(now.chosen)] @ now.shares
        gain = np.full(fits.shape[1], -np.inf)
        for share in _TRIED:
            gain = np.maximum(gain, weight @ np.log((1 - share) * whole[:, None] + share * ratio))
        gain = np.where(free, gain - now.nats + worth, -np.inf)
        best = int(gain.argmax())
        if gain[best] <= 0:
            break
        free[best] = False
        kept = [j for j in now.chosen if not excludes(best, j)]
        then = shares_of(fits, weight, [*kept, best])
        if then.nats - now.nats + worth[best] - worth[[j for j in now.chosen if j not in kept]].sum() <= 0:
            continue
        now = then
        free &= [not excludes(best, j) for j in range(fits.shape[1])]
        free[list(now.chosen)] = False
    return now


def margin(fits: F64, weight: F64, worth: F64, mixture: Mixture, word: int) -> float:
    """How many nats a chosen word is worth beside the others."""
    rest = shares_of(fits, weight, [j for j in mixture.chosen if j != word])
    return mixture.nats - rest.nats + float(worth[word])


def explained(fits: F64, mixture: Mixture, words: Sequence[int]) -> F64:
    """The share of each slot that some of the chosen words explain, shape (n,)."""
    part = np.exp(np.clip(fits[:, list(mixture.chosen)], -CAP, CAP)) * mixture.shares
    of = [j in words for j in mixture.chosen]
    share: F64 = part[:, of].sum(1) / (1 - mixture.shares.sum() + part.sum(1))
    return share
