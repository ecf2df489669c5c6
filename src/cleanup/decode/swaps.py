"""Places where a source's filter wrote a character for another, and what stood there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.substitutes import gain_of, occurrences
from cleanup.decode.texts import Texts

F32 = npt.NDArray[np.float32]

# ln odds that a place was swapped = SLOPE · gain + ln rate + LEVEL. With a model that knew all there is to know
# of a place the slope would be 1; fitted on the tuned farms of the bench (see fit() in benchmarks/learn_swaps.py).
SLOPE, LEVEL = 0.65, -0.43
# No gain makes a place surer than this gain does: among the very highest there are wrong ones, too.
_MOST = 7.0
# What is less likely than this is not returned.
LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Swapped:
    """A place where something else was meant. Offsets are code points of the text of that number.

    gain        ln P(with the replacement) - ln P(as it is), in nats
    confidence  probability that the replacement is what stood there
    """

    text: int
    start: int
    end: int
    replacement: str
    gain: float
    confidence: float


def decode_swaps(texts: Texts, items: Sequence[Item]) -> list[Swapped]:
    """The places that were swapped, in order; the surest replacement where two items meet. Each is judged alone."""
    best: dict[tuple[int, int], Swapped] = {}
    for item in items:
        if item.kind != "swap" or item.status == "rejected" or not item.becomes or not item.text:
            continue
        at = occurrences(texts, item.becomes)
        gain = gain_of(texts, at, len(item.becomes), item.text)
        sure = confidence(gain, item)
        for k in np.flatnonzero(sure >= LEAST).tolist():
            number, start = texts.offset(int(at[k]))
            place = (number, start)
            if place in best and best[place].confidence >= sure[k]:
                continue
            best[place] = Swapped(
                number,
                start,
                start + len(item.becomes),
                item.text,
                round(float(gain[k]), 4),
                round(float(sure[k]), 4),
            )
    return _apart(sorted(best.values(), key=lambda s: (s.text, s.start, s.end)))


def confidence(gain: F32, item: Item) -> F32:
    """Probability that places were swapped, by the gain of undoing it and the item's rate, shape of gain.

    What an editor approved counts as if the rate were one.
    """
    rate = 1.0 if item.status == "approved" else min(1.0, max(item.rate, 1e-3))
    odds = SLOPE * np.minimum(gain, _MOST) + np.log(rate) + LEVEL
    sure: F32 = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return sure


def _apart(found: list[Swapped]) -> list[Swapped]:
    """Of places that overlap the surer ones."""
    out: list[Swapped] = []
    for s in found:
        if out and out[-1].text == s.text and out[-1].end > s.start:
            if s.confidence > out[-1].confidence:
                out[-1] = s
        else:
            out.append(s)
    return out
