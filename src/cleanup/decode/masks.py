"""What stands behind a mask: the word of the channel that fits the place, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.slots import CAP, Slots
from cleanup.decode.texts import Texts
from cleanup.detect import masks as detector
from cleanup.detect.closed import closed_spans
from cleanup.detect.reading import Reading
from cleanup.fold import fold

# (number of a text, start, end)
Place = tuple[int, int, int]
# Costume and surroundings → how well each word of the channel fits there.
Memo = dict[tuple[str, bytes], npt.NDArray[np.float64]]
# Surroundings that are remembered: some twenty megabytes.
_MEMO = 1 << 16

# The share of places behind which something else may be, at least: inserted terms are masked, too, and the
# detector takes an honest sign for a mask now and then.
_SOMETHING_ELSE = 0.02
# How much of a fit is believed. Of all and .8 of it, .8 gives right fillings more probability: in nats a filling lost,
# .19 and .19 on the farms tuned on, .21 and .19 on the others, .61 and .55 on simulated sources of which words are
# missing in the channel (benchmarks/learn_masks.py, models that had not counted the sources).
_TEMPER = 0.8


@dataclass(frozen=True, slots=True)
class Filling:
    """The likeliest word behind a mask. Offsets are code points of the text of that number.

    posterior  the share of the word among the channel's words for this costume and something else, times how
               sure the item is
    gain       how much better the word fits than any word would, in nats
    runner_up  the next word; "" where the channel knows but one
    """

    text: int
    start: int
    end: int
    replacement: str
    posterior: float
    gain: float
    runner_up: str
    runner_up_posterior: float


def find_masks(texts: Sequence[str]) -> list[Place]:
    """The masks of some texts, as the detector finds them."""
    found = []
    for number, text in enumerate(texts):
        view = fold(text)
        reading = Reading(text, view, view.folded, "", closed_spans(text, markdown=False))
        found += [(number, p.start, p.end) for p in detector.propose(reading)]
    return found


def by_costume(texts: Sequence[str], masks: Sequence[Place]) -> dict[str, list[Place]]:
    """Masks by their signs without the blanks around them; by a blank where there is nothing else."""
    groups: dict[str, list[Place]] = {}
    for number, start, end in masks:
        groups.setdefault(worn(texts[number][start:end]), []).append((number, start, end))
    return groups


def worn(mask: str) -> str:
    """The costume of a mask as it stands: its signs."""
    return mask.strip() or " "


def fill_masks(
    texts: Texts, masks: Sequence[Place], items: Sequence[Item], memo: Memo | None = None
) -> list[Filling]:
    """The best word for each mask whose costume the items know, in order of the places.

    memo  what was made of surroundings before, with the same model and items
    """
    memo = {} if memo is None else memo
    known: dict[str, list[Item]] = {}
    for item in items:
        if item.kind == "mask" and item.status != "rejected":
            known.setdefault(worn(item.becomes), []).append(item)
    out: list[Filling] = []
    for costume, places in by_costume(texts.texts, masks).items():
        if costume in known:
            if len(memo) > _MEMO:
                memo.clear()
            out += _fill(texts, places, sorted(known[costume], key=lambda i: i.key), costume, memo)
    return sorted(out, key=lambda f: (f.text, f.start))


def _fill(texts: Texts, places: list[Place], items: list[Item], costume: str, memo: Memo) -> list[Filling]:
    slots = Slots.around(texts, places)
    keys = [(costume, window.tobytes()) for window in slots.windows]
    new = np.array([i for i, key in enumerate(keys) if key not in memo], np.int64)
    if len(new):
        judged = Slots(slots.model, slots.windows[new], np.arange(len(new))).fits_of([i.text for i in items])
        memo.update(zip([keys[i] for i in new.tolist()], judged, strict=True))
    fits = np.array([memo[key] for key in keys])
    share = np.array([i.rate for i in items])
    # an item that an editor wrote has no rate: it is as common as the others
    share[share <= 0] = share[share > 0].mean() if (share > 0).any() else 1.0
    share *= min(1.0, (1 - _SOMETHING_ELSE) / share.sum())
    sure = np.array([1.0 if i.status == "approved" else i.sure for i in items])
    odds = np.exp(np.clip(_TEMPER * fits, -CAP, CAP)) * share
    posterior = odds / (odds.sum(1)[:, None] + 1 - share.sum())
    order = np.argsort(-posterior, axis=1, kind="stable")
    out = []
    for place, slot in zip(places, slots.of.tolist(), strict=True):
        best = int(order[slot, 0])
        after = int(order[slot, 1]) if len(items) > 1 else -1
        out.append(
            Filling(
                *place,
                items[best].text,
                float(posterior[slot, best] * sure[best]),
                float(fits[slot, best]),
                items[after].text if after >= 0 else "",
                float(posterior[slot, after] * sure[after]) if after >= 0 else 0.0,
            )
        )
    return out
