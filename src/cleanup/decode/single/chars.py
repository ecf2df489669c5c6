"""Characters that a filter may have stripped from one article, and the evidence for each place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode import strips
from cleanup.decode.judge import F64
from cleanup.decode.places import Places
from cleanup.decode.single.made import Made
from cleanup.decode.single.pooling import Pooled
from cleanup.decode.texts import I64, Texts
from cleanup.lexicon import Lexicon
from cleanup.lm.alphabet import BORDER
from cleanup.lm.gains import parts_of_changes
from cleanup.lm.model import Model

F32 = npt.NDArray[np.float32]

# A gap is looked at where the symbol behind it costs more than so many nats, and it and the three behind it so many;
# and an insertion where the model gains so many by it. Of what is restored with even odds on the tuned farms 98 in
# 100 places are such; at 4 and 11 none is lost, and three times as many are looked at.
_COST, _COST_FOUR, _LEAST = 5.0, 15.0, 2.0
# How much worse the bigrams may find an insertion than the whole model does; see decode.fits.
_SLACK = 7.0
_ROUND = 256

SCAN = (*strips.PLACE, "prior")
ARTICLE = ("surviving", "rest_rate", "elsewhere", "pushed_in")


class Gaps:
    """Characters of the prior and what bigrams give for them beside each symbol, laid out as symbols are met."""

    def __init__(self, model: Model, items: Sequence[Item]) -> None:
        self.model = model
        self.items = tuple(items)
        self.texts = tuple(i.text for i in items)
        self.symbols = model.alphabet.encode("".join(self.texts)).astype(np.int64)
        rate = np.clip([i.rate for i in items], 1e-4, 0.9999)
        self.prior: F64 = np.log(rate / (1 - rate))
        size = len(model.alphabet)
        self._rows = [np.empty((0, len(items)), np.float32) for _ in range(2)]
        self._row_of = [np.full(size, -1, np.int64) for _ in range(2)]

    def _beside(self, side: int, symbols: I64) -> tuple[F32, I64]:
        """ln p of each character after a left symbol (side 0), or of a right symbol after each (side 1): rows, and
        which row each symbol has.
        """
        row_of = self._row_of[side]
        new = np.unique(symbols[row_of[symbols] < 0])
        if len(new):
            if side == 0:
                rows = self.model.log_probs_counted(new, self.symbols)
            else:
                rows = np.ascontiguousarray(self.model.log_probs_counted(self.symbols, new).T)
            row_of[new] = len(self._rows[side]) + np.arange(len(new))
            self._rows[side] = np.concatenate([self._rows[side], rows])
        return self._rows[side], row_of[symbols]

    def insertions(self, texts: Texts) -> Places:
        """Every insertion that may be worth a look, in order of place."""
        upto, ids = texts.scored.upto, texts.ids.astype(np.int64)
        cost = upto[:-1] - upto[1:]
        at = np.flatnonzero(cost[:-3] > _COST)
        at = at[(upto[at] - upto[at + 4]) > _COST_FOUR]
        han = texts.chinese()
        # what was lost at the end of a line leaves nothing to tell it by
        at = at[(han[at] | han[at - 1]) & (at >= 4) & (at < len(ids) - 4) & (ids[at] != BORDER)]
        if not len(at) or not self.items:
            return Places.none(self.texts)
        begins, at_left = self._beside(0, ids[at - 1])
        ends, at_right = self._beside(1, ids[at])
        least = (_LEAST - _SLACK - cost[at]).astype(np.float32)
        rows, numbers = [], []
        for lo in range(0, len(at), _ROUND):
            nats = begins[at_left[lo : lo + _ROUND]]
            nats += ends[at_right[lo : lo + _ROUND]]
            row, number = np.nonzero(nats > least[lo : lo + _ROUND, None])
            rows.append(row + lo)
            numbers.append(number)
        place, item = at[np.concatenate(rows)], np.concatenate(numbers)
        written = self.symbols[item].astype(np.uint16)[:, None]
        here, behind = parts_of_changes(self.model, texts.scored, place, place, written)
        good = here + behind > _LEAST
        where = place[good]
        return Places(self.texts, item[good], where, where, here[good], behind[good])


def at_places(texts: Texts, places: Places, gaps: Gaps, lexicon: Lexicon, rivals: F64) -> F64:
    """Evidence of the place for each insertion, shape (n, len(SCAN)); `rivals` as in decode.strips."""
    place = strips.at_places(texts, places, lexicon, rivals)
    return np.column_stack([place, gaps.prior[places.item]]).astype(np.float64)


def with_rivals(evidence: F64, places: Places, rivals: F64) -> F64:
    """The same evidence, now that more is known of what was pushed in."""
    out = evidence.copy()
    out[:, strips.PLACE.index("rival_deletion")] = rivals[places.start]
    return out


def context(texts: Texts, places: Places) -> I64:
    """A number for the neighbours of each place."""
    ids = texts.ids.astype(np.int64)
    return ids[places.start - 1] << 16 | ids[places.start]


def surviving(texts: Texts, places: Places, made: Sequence[Made]) -> I64:
    """How often the character of each place stands in its article as it was read, shape (n,)."""
    out = np.zeros(len(places), np.int64)
    of = zip(texts.article[places.start].tolist(), places.item.tolist(), strict=True)
    for row, (number, item) in enumerate(of):
        c = places.items[item]
        out[row] = max(0, texts.texts[number].count(c) - made[number].restored.get(c, 0))
    return out


def of_article(
    texts: Texts, places: Places, standing: I64, found: Pooled, made: Sequence[Made], pushed_in: F64
) -> F64:
    """What the article says of each place, shape (n, len(ARTICLE)).

    standing   how often the character stands there unharmed
    found      what its other places show
    pushed_in  how many terms seem to be pushed in, shape (articles,)
    """
    article = texts.article[places.start]
    han = np.bincount(texts.article, weights=texts.chinese(), minlength=len(texts.texts))[article]
    back = np.array([m.places for m in made], np.float64)[article]
    of = zip(article.tolist(), places.item.tolist(), strict=True)
    own = np.array([made[n].restored.get(places.items[i], 0) for n, i in of], np.float64)
    rest = found.rest + np.clip(back - own, 0.0, 6.0)
    return np.column_stack(
        [
            np.log1p(standing),
            np.log((0.05 + rest) / (han + 300)),
            np.log(0.1 + found.elsewhere + np.minimum(own, 3.0)),
            np.log(0.1 + pushed_in[article]),
        ]
    ).astype(np.float64)
