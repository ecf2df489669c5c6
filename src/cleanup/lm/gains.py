"""How much likelier edits make the text around them, for millions of hypotheses at once.

The gain of an edit is ln P(text with it) - ln P(text without it), over the symbols whose probability it can
change: those it writes, and the four behind it. A gain of 0 means that the model does not care.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.data import Edit
from cleanup.lm.alphabet import BORDER, Ids
from cleanup.lm.kernel import Known
from cleanup.lm.model import ORDER, Model

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

_REACH = ORDER - 1
# Hypotheses whose windows are made at a time: about ten symbols each, so a few megabytes.
_ROUND = 1 << 16


@dataclass(frozen=True, slots=True)
class Scored:
    """Texts as the model sees them, scored once.

    ids     the symbols of all texts, borders between them and four at each end
    starts  where each text begins in `ids`; one more for the end
    upto    the sum of ln p before each symbol, shape (len(ids) + 1,): differences give spans
    known  what the kernel, if there is one, knows of each symbol
    """

    ids: Ids
    starts: I64
    upto: npt.NDArray[np.float64]
    known: Known | None = None

    @classmethod
    def of(cls, model: Model, texts: Sequence[str]) -> Scored:
        ids, starts = model.encode(texts)
        pad = np.full(_REACH, BORDER, np.uint16)
        ids = np.concatenate([pad, ids, pad])
        score, known = model.scored(ids)
        upto = np.zeros(len(ids) + 1)
        np.cumsum(score, dtype=np.float64, out=upto[1:])
        return cls(ids, starts + _REACH, upto, known)


def gains_of_insertions(model: Model, scored: Scored, at: I64, inserted: Ids) -> F32:
    """The gain of writing something at each place.

    at        places in scored.ids, shape (n,): what is inserted goes in front of the symbol there
    inserted  shape (n, k): k symbols a hypothesis
    """
    return gains_of_changes(model, scored, at, at, inserted)


def gains_of_changes(model: Model, scored: Scored, start: I64, end: I64, written: Ids) -> F32:
    """The gain of replacing ids[start:end] by something, shape (n,) in nats.

    start, end  shape (n,), places in scored.ids at least four from either end
    written     shape (n, k); k may be 0, which deletes
    """
    here, behind = parts_of_changes(model, scored, start, end, written)
    return here + behind


def gains_of_edits(model: Model, scored: Scored, start: I64, end: I64, written: Sequence[Ids]) -> F32:
    """`gains_of_changes` of edits that write different numbers of symbols, one array each."""
    out = np.zeros(len(written), np.float32)
    length = np.array([len(w) for w in written], np.int64)
    for k in np.unique(length).tolist():
        of = np.flatnonzero(length == k)
        symbols = np.array([written[i] for i in of.tolist()], np.uint16).reshape(len(of), k)
        out[of] = gains_of_changes(model, scored, start[of], end[of], symbols)
    return out


def parts_of_changes(
    model: Model, scored: Scored, start: I64, end: I64, written: Ids, least: float = -np.inf
) -> tuple[F32, F32]:
    """The gain of replacing ids[start:end] in its two parts, shape (n,) each.

    here    ln p of what is written less that of what stood there
    behind  how much likelier the four symbols behind it get: whether the sentence goes on better
    Where both together are no more than `least` nats, `behind` may be -inf: nobody wants to know more of such.
    """
    if model.kernel is not None and scored.known is not None:
        return model.kernel.changes(scored.ids, scored.upto, scored.known, start, end, written, least)
    n, k = len(written), written.shape[1]
    here, behind = np.empty(n, np.float32), np.empty(n, np.float32)
    left, right = np.arange(-_REACH, 0), np.arange(_REACH)
    for lo in range(0, n, _ROUND):
        a, b = start[lo : lo + _ROUND, None], end[lo : lo + _ROUND, None]
        rows = np.concatenate(
            [scored.ids[a + left], written[lo : lo + _ROUND], scored.ids[b + right]], axis=1
        )
        # rows lie one after another: what a row sees of the one before is in its own first four symbols,
        # which are context and not scored
        new = model.score(rows.reshape(-1)).reshape(rows.shape)
        a, b = a[:, 0], b[:, 0]
        here[lo : lo + _ROUND] = new[:, _REACH : _REACH + k].sum(1, dtype=np.float64)
        here[lo : lo + _ROUND] -= scored.upto[b] - scored.upto[a]
        behind[lo : lo + _ROUND] = new[:, _REACH + k :].sum(1, dtype=np.float64)
        behind[lo : lo + _ROUND] -= scored.upto[b + _REACH] - scored.upto[b]
    return here, behind


def gains(model: Model, texts: Sequence[str], edits: Sequence[tuple[int, Edit]]) -> F32:
    """The gain of each (number of a text, edit), shape (len(edits),), in nats.

    Each is judged alone, in the text as it is. ValueError where an edit reaches out of its text.
    """
    scored = Scored.of(model, texts)
    for number, edit in edits:
        if not 0 <= number < len(texts):
            raise ValueError(f"there is no text {number}")
        if edit.end > len(texts[number]):
            raise ValueError(
                f"edit {edit} reaches out of text {number}, which has {len(texts[number])} characters"
            )
    begin = scored.starts[np.array([number for number, _ in edits], np.int64)]
    start = begin + np.array([edit.start for _, edit in edits], np.int64)
    end = begin + np.array([edit.end for _, edit in edits], np.int64)
    written = [model.alphabet.encode(edit.replacement) for _, edit in edits]
    return gains_of_edits(model, scored, start, end, written)
