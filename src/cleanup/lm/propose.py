"""What is likeliest to be missing in a gap between two contexts: characters, words, in order.

Candidates are ranked twice: all of them by the bigrams at both borders, then the best by the whole model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.lm.alphabet import Ids
from cleanup.lm.gains import Scored, gains_of_changes
from cleanup.lm.model import Model

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

# How many candidates of the first ranking the whole model looks at. Of characters cut from text that was not
# counted, 256 find as many among the first twenty as all 6,000 do, in a tenth of the time. Of words cut from two
# sources, 1,024 find .39 and .25 among the first twenty, 4,096 .39 and .29, 60,000 .38 and .28.
_SECOND_LOOK = {"character": 256, "word": 2048}
_REACH = 8


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
        # every candidate by what stands before its first character and behind its last one
        rough = model.bigram_log_probs(int(scored.ids[place - 1]), None)[first] + inside
        rough = rough + model.bigram_log_probs(None, int(scored.ids[place]))[last]
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
