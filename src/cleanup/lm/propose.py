"""What is likeliest to be missing in a gap between two contexts: characters, words, in order.

Candidates are ranked twice: all of them by how well their first character follows what stands before the gap and
how well what stands behind it follows their last one; then the best by the whole model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.lm.alphabet import BORDER, UNKNOWN, Ids
from cleanup.lm.gains import Scored, gains_of_changes
from cleanup.lm.model import ORDER, Model

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

# How many candidates of the first ranking the whole model looks at. Of characters cut from text that was not
# counted, 256 find as many among the first twenty as all 7,000 do (.94). Of words cut from two sources, 256 find .36
# and .20 among the first twenty, 1,024 .39 and .22, 2,048 .40 and .23, 8,192 .41 and .23.
_SECOND_LOOK = {"character": 256, "word": 2048}
_REACH = 8
_CONTEXT = ORDER - 1


@dataclass(frozen=True, slots=True)
class Fill:
    """Something that may stand in a gap.

    gain       ln P(with it) - ln P(with nothing), in nats
    posterior  its share among all candidates that were looked at; they sum to one over a gap
    """

    text: str
    gain: float
    posterior: float


def fill_characters(model: Model, gaps: Sequence[tuple[str, str]], n: int = 10) -> list[list[Fill]]:
    """The n likeliest single characters for each (left context, right context), best first.

    >>> fill_characters(model, [("主要的工作", "围")], 1)[0][0].text    # doctest: +SKIP
    '范'
    """
    candidates = np.flatnonzero(model.alphabet.is_chinese).astype(np.int64)
    ones = np.ones(len(candidates), np.int64)
    return _fill(
        model, gaps, candidates, candidates, ones, np.zeros(len(candidates), np.float32), n, "character"
    )


def fill_words(model: Model, gaps: Sequence[tuple[str, str]], n: int = 10) -> list[list[Fill]]:
    """The n likeliest words of two characters and more for each (left context, right context), best first."""
    first, last, length = model.words.first_last
    many = np.flatnonzero(length > 1)
    # inside the word the first ranking knows no better than how common the word is
    inside = model.words.log_probs[many] - model.unigram_log_prob[first[many]]
    return _fill(model, gaps, first[many], last[many], length[many], inside, n, "word", many)


def _fill(
    model: Model,
    gaps: Sequence[tuple[str, str]],
    first: I64,
    last: I64,
    length: I64,
    inside: F32,
    n: int,
    kind: str,
    numbers: I64 | None = None,
) -> list[list[Fill]]:
    lefts = [left.rpartition("\n")[2][-_REACH:] for left, _ in gaps]
    rights = [right.partition("\n")[0][:_REACH] for _, right in gaps]
    scored = Scored.of(model, [a + b for a, b in zip(lefts, rights, strict=True)])
    at = scored.starts[:-1] + np.fromiter(map(len, lefts), np.int64, len(lefts))
    chosen = []
    for place in at.tolist():
        begins, ends = _borders(model, scored.ids, place)
        rough = begins[first] + inside + ends[last]
        look = min(_SECOND_LOOK[kind], len(rough))
        best = np.argpartition(-rough, look - 1)[:look]
        chosen.append(best[np.argsort(-rough[best], kind="stable")])
    gain = np.full((len(gaps), max((len(c) for c in chosen), default=0)), -np.inf)
    for k in sorted(set(length[np.concatenate(chosen)].tolist())) if chosen else []:
        rows = [
            (g, j, c) for g, own in enumerate(chosen) for j, c in enumerate(own.tolist()) if length[c] == k
        ]
        places = at[[g for g, _, _ in rows]]
        written = _symbols(model, [c for _, _, c in rows], first, numbers, int(k))
        gain[[g for g, _, _ in rows], [j for _, j, _ in rows]] = gains_of_changes(
            model, scored, places, places, written
        )
    out = []
    for g, own in enumerate(chosen):
        row = gain[g, : len(own)]
        share = np.exp(row - row.max())
        share /= share.sum()
        order = np.lexsort((own, -row))[:n]
        out.append(
            [Fill(_text(model, int(own[j]), first, numbers), float(row[j]), float(share[j])) for j in order]
        )
    return out


def _borders(model: Model, ids: Ids, place: int) -> tuple[F32, F32]:
    """ln p of each symbol after what stands before a place, and of what stands behind it after each symbol.

    Bigrams alone would not do: with discounts made for backing off, 合 is no likely symbol after 动, while after
    签订了劳动 it nearly is the only one. Symbols that were never counted beside the border fall back together.
    """
    before, behind = ids[place - _CONTEXT : place], ids[place : place + _CONTEXT]
    begins = model.bigram_log_probs(int(before[-1]), None)
    seen = model.bigrams.after(int(before[-1]))
    rows = np.empty((len(seen) + 1, _CONTEXT + 1), np.uint16)
    rows[:, :-1] = before
    rows[:-1, -1] = seen
    rows[-1, -1] = UNKNOWN
    scores = model.score(rows.reshape(-1)).reshape(rows.shape)[:, -1]
    begins += scores[-1] - begins[UNKNOWN]
    begins[seen] = scores[:-1]
    ends = model.bigram_log_probs(None, int(behind[0]))
    seen = model.bigrams.before(int(behind[0]))
    rows = np.full((len(seen) + 1, 2 * _CONTEXT + 1), BORDER, np.uint16)
    rows[:-1, _CONTEXT] = seen
    rows[-1, _CONTEXT] = UNKNOWN
    rows[:, -_CONTEXT:] = behind
    scores = model.score(rows.reshape(-1)).reshape(rows.shape)[:, -_CONTEXT:].sum(1)
    ends += scores[-1] - ends[UNKNOWN]
    ends[seen] = scores[:-1]
    return begins, ends


def _symbols(model: Model, candidates: list[int], first: I64, numbers: I64 | None, k: int) -> Ids:
    if numbers is None:
        return first[candidates].astype(np.uint16).reshape(len(candidates), 1)
    return model.words.symbols(numbers[candidates], k)


def _text(model: Model, candidate: int, first: I64, numbers: I64 | None) -> str:
    return (
        model.alphabet.symbol(int(first[candidate]))
        if numbers is None
        else model.words.word(int(numbers[candidate]))
    )
