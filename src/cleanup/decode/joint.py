"""Joint search: hypotheses that stand close together are weighed in all their combinations.

What was done to a sentence at one place changes what the next place looks like: two characters missing side by side, a
term pushed in beside a gap, two terms in a row, and two explanations of one break. So hypotheses within reach of each
other form an island, every combination of its hypotheses that can be made together is written and scored as one change,
and the probability of a hypothesis is the share of the combinations that hold it:

    score(combination) = sum of the log-odds of its parts + SLOPE · (gain of the whole - sum of the gains of its parts)

Alone in its island a hypothesis keeps the probability that its judge gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from cleanup.decode.judge import F64
from cleanup.decode.texts import I64, Texts
from cleanup.lm.alphabet import Ids
from cleanup.lm.gains import F32, gains_of_edits

# The model sees four characters on either side; what is farther apart hardly interacts.
REACH = 3
# Hypotheses less likely than this alone take no part: ln odds.
LEAST = -4.0
# So many of an island, the likeliest, are combined, and so many at a time.
MOST, TOGETHER = 8, 3
# Log-odds for a nat that a combination gains over its parts: less than 1, since the model errs.
SLOPE = 0.5
# So many nats each part must gain when the others are made: however often a source strips an item, the model has to
# want it here.
WANTED = 1.0


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Edits that may undo damage, of all kinds, in arrays of equal length.

    start, end  positions
    written     the symbols that each writes
    log_odds    ln p/(1-p) of each alone
    gain        nats that the model gains by each alone
    """

    start: I64
    end: I64
    written: Sequence[Ids]
    log_odds: F64
    gain: F64


@dataclass(frozen=True, slots=True)
class _Listed:
    """Hypotheses as lists: of an island there are a few, and hundreds of combinations. What is written is in bytes."""

    start: list[int]
    end: list[int]
    written: list[bytes]
    log_odds: list[float]
    gain: list[float]

    @classmethod
    def of(cls, all_: Hypotheses) -> _Listed:
        return cls(
            all_.start.tolist(),
            all_.end.tolist(),
            [w.tobytes() for w in all_.written],
            all_.log_odds.tolist(),
            all_.gain.tolist(),
        )

    def made(self, before: bytes, lo: int, hi: int, c: Sequence[int]) -> bytes:
        """What stands in lo:hi once some hypotheses are made; `before` is what stands there now."""
        parts, at = [], lo
        for row in c:
            parts += [before[2 * (at - lo) : 2 * (self.start[row] - lo)], self.written[row]]
            at = self.end[row]
        return b"".join([*parts, before[2 * (at - lo) : 2 * (hi - lo)]])


@dataclass(frozen=True, slots=True)
class Chosen:
    """The likeliest combination of an island: rows of hypotheses in order of place.

    wanted  nats that the model gains by each when the others are made
    """

    rows: tuple[int, ...]
    wanted: tuple[float, ...]


def settle(texts: Texts, all_: Hypotheses) -> tuple[F64, list[Chosen]]:
    """The probability of each hypothesis, shape (n,), and the likeliest combination of each island that has one."""
    p = 1.0 / (1.0 + np.exp(-np.clip(all_.log_odds, -40, 40)))
    listed = _Listed.of(all_)
    islands = list(_islands(texts, all_))
    combined = [list(_together(listed, rows)) for rows in islands]
    gains = iter(_gains(texts, listed, [c for several in combined for c in several]).tolist())
    chosen = []
    for rows, several in zip(islands, combined, strict=True):
        gain: dict[tuple[int, ...], float] = {(): 0.0}
        gain |= {(r,): listed.gain[r] for r in rows}
        gain |= {c: next(gains) for c in several}
        best = _settle(texts, listed, rows, gain, p)
        if best:
            wanted = [gain[best] - gain.get((*best[:i], *best[i + 1 :]), 0.0) for i in range(len(best))]
            chosen.append(Chosen(best, tuple(wanted)))
    return p, chosen


def _settle(
    texts: Texts, all_: _Listed, rows: list[int], gain: dict[tuple[int, ...], float], p: F64
) -> tuple[int, ...]:
    """The likeliest combination of an island, and into `p` the probability of each of its hypotheses."""
    scores: dict[bytes, float] = {}
    holds: dict[bytes, set[int]] = {}
    names: dict[bytes, tuple[int, ...]] = {}
    lo, hi = min(all_.start[r] for r in rows), max(all_.end[r] for r in rows)
    before = texts.ids[lo:hi].tobytes()
    for c in gain:
        score = _total(all_.log_odds, c)
        if len(c) > 1:
            if any(gain[c] < gain.get(less, -np.inf) + WANTED for less in combinations(c, len(c) - 1)):
                continue
            score += SLOPE * (gain[c] - _total(all_.gain, c))
        # an insertion on either side of an equal character is one and the same
        made = all_.made(before, lo, hi, c)
        if score > scores.get(made, -np.inf):
            scores[made], names[made] = score, c
        holds.setdefault(made, set()).update(c)
    top = max(scores.values())
    weight = {made: float(np.exp(s - top)) for made, s in scores.items()}
    total = sum(weight.values())
    for row in rows:
        p[row] = sum(w for made, w in weight.items() if row in holds[made]) / total
    return names[max(scores, key=lambda made: (scores[made], made))]


def _total(values: list[float], rows: Sequence[int]) -> float:
    """Added up one after another, which sum() is not everywhere."""
    total = 0.0
    for row in rows:
        total += values[row]
    return total


def _islands(texts: Texts, all_: Hypotheses) -> Iterator[list[int]]:
    """Rows of each island, in order of place, at most MOST of one."""
    able = np.flatnonzero(all_.log_odds > LEAST)
    order = able[np.lexsort((all_.end[able], all_.start[able]))]
    island: list[int] = []
    upto = article = -1
    for row in order.tolist():
        start, number = int(all_.start[row]), int(texts.article[all_.start[row]])
        if island and (start > upto + REACH or number != article):
            yield _likeliest(all_, island)
            island = []
            upto = -1
        island.append(row)
        upto, article = max(upto, int(all_.end[row])), number
    if island:
        yield _likeliest(all_, island)


def _likeliest(all_: Hypotheses, rows: list[int]) -> list[int]:
    if len(rows) <= MOST:
        return rows
    kept = set(sorted(rows, key=lambda r: (-all_.log_odds[r], r))[:MOST])
    return [r for r in rows if r in kept]


def _together(all_: _Listed, rows: list[int]) -> Iterator[tuple[int, ...]]:
    """Combinations of several hypotheses, in order of place, none reaching into another.

    Two insertions at one place stand for characters missing side by side, in either order; one twice for one doubled.
    """
    for k in range(2, TOGETHER + 1):
        for c in combinations(rows, k):
            if all(all_.end[a] <= all_.start[b] for a, b in pairwise(c)):
                yield from _orders(all_, c)
    for row in rows:
        if all_.start[row] == all_.end[row]:
            yield row, row


def _orders(all_: _Listed, c: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    yield c
    for i, (a, b) in enumerate(pairwise(c)):
        if all_.start[a] == all_.end[a] == all_.start[b] == all_.end[b]:
            yield (*c[:i], b, a, *c[i + 2 :])


def _gains(texts: Texts, all_: _Listed, several: Sequence[tuple[int, ...]]) -> F32:
    """The gain of each combination, made as one change, shape (len(several),)."""
    start = [all_.start[c[0]] for c in several]
    end = [max([all_.end[r] for r in c]) for c in several]
    written = [
        np.frombuffer(all_.made(texts.ids[lo:hi].tobytes(), lo, hi, c), np.uint16)
        for c, lo, hi in zip(several, start, end, strict=True)
    ]
    return gains_of_edits(
        texts.model, texts.scored, np.array(start, np.int64), np.array(end, np.int64), written
    )
