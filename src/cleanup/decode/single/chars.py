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
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.lexicon import Lexicon
from cleanup.lm.alphabet import BORDER
from cleanup.lm.gains import parts_of_changes
from cleanup.lm.kernel import WIDEST, Rows
from cleanup.lm.model import Model

F32 = npt.NDArray[np.float32]

# A gap is looked at where the symbol behind it costs more than so many nats, and it and the three behind it so many;
# and an insertion where the model gains so many by it. Of what is restored with even odds on the tuned farms 98 in
# 100 places are such; at 4 and 11 none is lost, and three times as many are looked at.
_COST, _COST_FOUR, _LEAST = 5.0, 15.0, 2.0
# How much worse the bigrams may find an insertion than the whole model does; see decode.fits.
_SLACK = 7.0
# And how far behind the best one there: of what is restored 98 in 100 are nearer, and a third of all are left.
_NEAR = 3.0
# What something else at the place beats by more nats is none of 200 that were restored.
_BEHIND = 2.0
# An article is worth a look where the symbol behind a gap costs so much and one character gains so much.
_COST_GLANCE, _GAIN_GLANCE = 6.0, 4.0
_SHORT = 300
# Places of an article that are glanced at before all others.
_GLANCES = 12
_ROUND = 256

SCAN = (*strips.PLACE, "prior")
ARTICLE = ("surviving", "rest_rate", "elsewhere", "pushed_in")


class Gaps:
    """Characters of the prior and what bigrams give for them beside each symbol, laid out as symbols are met."""

    def __init__(self, model: Model, items: Sequence[Item]) -> None:
        self.model = model
        self._kernel = model.kernel if len(items) <= WIDEST else None
        self.items = tuple(items)
        self.texts = tuple(i.text for i in items)
        self.symbols = model.alphabet.encode("".join(self.texts)).astype(np.int64)
        rate = np.clip([i.rate for i in items], 1e-4, 0.9999)
        self.prior: F64 = np.log(rate / (1 - rate))
        self._rows = Rows(len(model.alphabet), len(items))
        self._met = np.zeros((2, len(model.alphabet)), bool)

    def _meet(self, left: I64, right: I64) -> None:
        """Lay out what bigrams give beside these symbols."""
        new = np.unique(left[~self._met[0, left]])
        if len(new):
            self._rows.lay(True, new, self.model.log_probs_counted(new, self.symbols))
            self._met[0, new] = True
        new = np.unique(right[~self._met[1, right]])
        if len(new):
            self._rows.lay(False, new, self.model.log_probs_counted(self.symbols, new).T)
            self._met[1, new] = True

    def glance(self, texts: Texts, looked: Bools) -> Bools:
        """Which articles are worth more than a glance, shape (articles,): those that are `looked` at anyway, and those
        where one character, the likeliest by bigrams, gains much somewhere. Of an article that is short there is no saying.
        """
        n = len(texts.texts)
        han = np.bincount(texts.article, weights=texts.chinese(), minlength=n)
        out: Bools = looked | (han < _SHORT)
        if out.all() or not self.items:
            return out
        at, _ = _broken(texts, _COST_GLANCE, _COST_FOUR)
        at = at[~out[texts.article[at]]]
        # where most is to be gained first: mostly that is enough
        upto, article = texts.scored.upto, texts.article[at]
        order = np.lexsort((upto[at + 4] - upto[at], article))
        begin = np.searchsorted(article, article)
        first = np.zeros(len(at), bool)
        first[order] = np.arange(len(at)) - begin < _GLANCES
        self._glance(texts, at[first], out)
        at = at[~first]
        self._glance(texts, at[~out[texts.article[at]]], out)
        return out

    def _glance(self, texts: Texts, at: I64, out: Bools) -> None:
        if not len(at):
            return
        left, right = texts.ids[at - 1].astype(np.int64), texts.ids[at].astype(np.int64)
        self._meet(left, right)
        written = self.symbols[self._likeliest(left, right)].astype(np.uint16)[:, None]
        here, behind = parts_of_changes(self.model, texts.scored, at, at, written, _GAIN_GLANCE)
        out[texts.article[at[here + behind > _GAIN_GLANCE]]] = True

    def insertions(self, texts: Texts, looked: Bools | None = None) -> Places:
        """Every insertion that may be worth a look, in order of place; in the articles that are `looked` at."""
        at, cost = _broken(texts, _COST, _COST_FOUR)
        if looked is not None:
            at = at[looked[texts.article[at]]]
        if not len(at) or not self.items:
            return Places.none(self.texts)
        left, right = texts.ids[at - 1].astype(np.int64), texts.ids[at].astype(np.int64)
        self._meet(left, right)
        least = (_LEAST - _SLACK - cost[at]).astype(np.float32)
        row, item = self._likely(left, right, least)
        place = at[row]
        written = self.symbols[item].astype(np.uint16)[:, None]
        here, behind = parts_of_changes(self.model, texts.scored, place, place, written, _LEAST)
        good = here + behind > _LEAST
        where = place[good]
        found = Places(self.texts, item[good], where, where, here[good], behind[good])
        return found.take(found.gain > _best_around(found) - _BEHIND)

    def _likeliest(self, left: I64, right: I64) -> I64:
        """The number of the likeliest character between each two neighbours by bigrams, the first of equals."""
        if self._kernel is not None:
            none = np.empty(len(left), np.float32)
            return self._kernel.fitting(self._rows, left, right, none, -1.0)[1]
        best = [np.zeros(0, np.int64)]
        for lo in range(0, len(left), _ROUND):
            nats = self._rows.begins[left[lo : lo + _ROUND]]
            nats += self._rows.ends[right[lo : lo + _ROUND]]
            best.append(nats.argmax(1))
        return np.concatenate(best)

    def _likely(self, left: I64, right: I64, least: F32) -> tuple[I64, I64]:
        """The characters with more than `least` nats that are near the likeliest, as rows and numbers of them, in order."""
        if self._kernel is not None:
            return self._kernel.fitting(self._rows, left, right, least, _NEAR)
        rows, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for lo in range(0, len(left), _ROUND):
            nats = self._rows.begins[left[lo : lo + _ROUND]]
            nats += self._rows.ends[right[lo : lo + _ROUND]]
            bar = np.maximum(least[lo : lo + _ROUND], nats.max(1) - _NEAR)
            row, number = np.nonzero(nats > bar[:, None])
            rows.append(row + lo)
            numbers.append(number)
        return np.concatenate(rows), np.concatenate(numbers)


def _best_around(found: Places) -> F32:
    """The largest gain at the place of each insertion and at the two beside it; they lie in order of place."""
    place, first, which = np.unique(found.start, return_index=True, return_inverse=True)
    best = np.maximum.reduceat(found.gain, first) if len(first) else found.gain
    around = best.copy()
    beside = np.diff(place) == 1
    around[1:][beside] = np.maximum(around[1:], best[:-1])[beside]
    around[:-1][beside] = np.maximum(around[:-1], best[1:])[beside]
    return around[which.reshape(-1)]


def _broken(texts: Texts, least: float, least_four: float) -> tuple[I64, F64]:
    """Where a sentence may break: places, and what every symbol costs."""
    upto = texts.scored.upto
    cost: F64 = upto[:-1] - upto[1:]
    at = np.flatnonzero(cost[:-4] > least)
    at = at[(upto[at] - upto[at + 4]) > least_four]
    han, ids = texts.chinese(), texts.ids
    # what was lost at the end of a line leaves nothing to tell it by, and of a name before 某 nobody knows it
    some_one = texts.model.alphabet.encode("某")[0]
    ok = (han[at] | han[at - 1]) & (at >= 4) & (ids[at] != BORDER) & (ids[at] != some_one)
    return at[ok], cost


def at_places(texts: Texts, places: Places, gaps: Gaps, lexicon: Lexicon, rivals: F64) -> F64:
    """Evidence of the place for each insertion, shape (n, len(SCAN)); `rivals` as in decode.strips."""
    # of four hundred characters an article has a handful
    used, item = np.unique(places.item, return_inverse=True)
    names = tuple(places.items[i] for i in used.tolist())
    few = Places(names, item.reshape(-1), places.start, places.end, places.here, places.behind)
    place = strips.at_places(texts, few, lexicon, rivals)
    return np.column_stack([place, gaps.prior[places.item]]).astype(np.float64)


def with_rivals(evidence: F64, places: Places, rivals: F64) -> F64:
    """The same evidence, now that more is known of what was pushed in."""
    out = evidence.copy()
    out[:, strips.PLACE.index("rival_deletion")] = rivals[places.start]
    return out


def context(texts: Texts, places: Places) -> I64:
    """A number for the neighbours of each place; what is no Chinese character is one neighbour.

    So a name at the beginning of clauses is one observation, whatever sign stands before it.
    """
    ids = np.where(texts.chinese(), texts.ids, BORDER).astype(np.int64)
    return ids[places.start - 1] << 16 | ids[places.start]


def within_clause(texts: Texts, position: int) -> bool:
    """Whether a Chinese character stands before a place: at the beginning of a clause one side alone speaks, and what
    the model misses there may be a part of a name that is no part of it (侯渊, not 夏侯渊).
    """
    return bool(texts.model.alphabet.is_chinese[texts.ids[position - 1]])


def surviving(texts: Texts, places: Places, made: Sequence[Made]) -> I64:
    """How often the character of each place stands in its article as it was read, shape (n,)."""
    out = np.zeros(len(places), np.int64)
    of = zip(texts.article[places.start].tolist(), places.item.tolist(), strict=True)
    for row, (number, item) in enumerate(of):
        c = places.items[item]
        out[row] = max(0, texts.count(number, c) - made[number].restored.get(c, 0))
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
