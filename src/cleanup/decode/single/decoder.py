"""Articles decoded each by itself: the prior of what farms do, and what the article shows.

A pure function of the texts, what was repaired in them before, the model and the prior. Articles of a batch are scored
together and know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cleanup.channel.items import Channel, Item
from cleanup.data import Tier
from cleanup.decode import inserts, strips
from cleanup.decode.depth import Depth
from cleanup.decode.judge import F64, judge
from cleanup.decode.masks import find_masks
from cleanup.decode.places import F32, Places, best_apart
from cleanup.decode.repair import Decoded, Repair
from cleanup.decode.single import chars, masked, swapped, terms
from cleanup.decode.single.made import NOTHING, Made
from cleanup.decode.single.pooling import Pooled, pooled
from cleanup.decode.texts import I64, Texts
from cleanup.edits import Apart
from cleanup.lexicon import Lexicon
from cleanup.lm.alphabet import CLASSES
from cleanup.lm.model import Model

# Places less likely at first sight are no damage whatever the rest of the article shows, and speak for nothing.
LEAST = 0.05
# An article is looked at closer where a term is so likely to be pushed in at first sight.
GLANCE = 0.5
# What is suggested. Of terms and swaps between .5 and .7 two in three are right on the tuned farms, and two thirds of
# what would be suggested in undamaged text lie there: an article that nobody knows is more often undamaged.
SUGGEST = {"char": 0.5, "term": 0.7, "swap": 0.7, "mask": 0.6}
# Characters alone may be put back unasked, and only within a clause and where the place by itself prefers that by so
# many nats. Of those above .99 all were right on the tuned farms and 492 of 497 on the others, hence a little more.
AUTO, MARGIN = 0.993, 3.0

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Found:
    """Places of one kind, with what they are worth and what the rest of their article shows."""

    kind: str
    places: Places
    p: F64
    margin: F32
    pool: Pooled


class SingleDecoder:
    """Repairs articles whose source is not known."""

    def __init__(self, model: Model, prior: Channel, lexicon: Callable[[], Lexicon]) -> None:
        self.model = model
        self._lexicon = lexicon
        strips = [i for i in prior.of("strip") if (model.alphabet.encode(i.text) >= CLASSES).all()]
        self._strips = {i.text: i for i in strips}
        self._gaps = chars.Gaps(model, strips)
        self._slot = next((i for i in prior.of("insert") if i.text == "*" and i.slot == "after-de"), None)
        self._swaps = prior.of("swap")
        self._mask = next((i for i in prior.of("mask") if not i.text), None)
        self._behind: dict[bytes, masked.Ranked] = {}

    def decode(
        self, texts: Sequence[str], closed: Sequence[Spans] = (), made: Sequence[Made] = ()
    ) -> list[Decoded]:
        """The repairs of each text, none touching another.

        closed  for each text spans that are not to be touched
        made    for each text what was repaired in it before
        What is no modern prose is left alone.
        """
        if not texts:
            return []
        scored = Texts.of(self.model, texts)
        made = made or [NOTHING] * len(texts)
        depth = Depth.of(scored, closed)
        repairs: list[list[Repair]] = [[] for _ in texts]
        taken = [Apart([]) for _ in texts]
        for r in [*self._chosen(scored, made), *self._replaced(scored, made)]:
            n = r.number
            if depth.forbids(n, r.start, r.end) or taken[n].over(r.start, r.end) is not None:
                continue
            taken[n].add(r.start, r.end)
            repairs[n].append(r)
        return depth.decoded(repairs)

    def _chosen(self, texts: Texts, made: Sequence[Made]) -> list[Repair]:
        """What is missing and what was pushed in, the surest of those that meet."""
        found = [f for f in self._found(texts, made) if len(f.places)]
        if not found:
            return []
        kind = np.repeat(np.arange(len(found)), [len(f.places) for f in found])
        row = np.concatenate([np.arange(len(f.places)) for f in found])
        start, end = (np.concatenate([getattr(f.places, c) for f in found]) for c in ("start", "end"))
        p = np.concatenate([f.p for f in found])
        likely = np.flatnonzero(p >= np.array([SUGGEST[f.kind] for f in found])[kind])
        nothing = np.zeros(len(likely), np.float32)
        both = Places(
            tuple(f.kind for f in found), kind[likely], start[likely], end[likely], nothing, nothing
        )
        rows = likely[best_apart(both, p[likely])]
        return [self._repair(texts, made, found[kind[r]], int(row[r])) for r in rows.tolist()]

    def _found(self, texts: Texts, made: Sequence[Made]) -> tuple[Found, ...]:
        """Characters and terms, in the light of what both show."""
        pushed, often, seen = self._terms(texts, made)
        p = judge("single-term-scan", terms.SCAN).probability(seen)
        looked = np.array([bool(m.places) for m in made])
        looked[texts.article[pushed.start[p >= GLANCE]]] = True
        looked = self._gaps.glance(texts, looked)
        if not looked.any():
            return ()
        some = np.flatnonzero(looked[texts.article[pushed.start]])
        pushed, often, seen, p = pushed.take(some), often[some], seen[some], p[some]
        context = terms.context(texts, pushed)
        rivals = inserts.around(texts, pushed, p)
        missing = self._gaps.insertions(texts, looked)
        first = chars.at_places(texts, missing, self._gaps, self._lexicon(), rivals)
        neighbours = chars.context(texts, missing)
        q = judge("single-char-scan", chars.SCAN).probability(first)
        ahead = strips.margin_in(first)
        kept, kept_p = _likely(missing, q)
        pool = _pool(texts, missing.take(kept), neighbours[kept], kept_p)
        # terms first: what they explain is no gap
        some, some_p = _likely(pushed, p)
        pushed, often, seen, context = pushed.take(some), often[some], seen[some], context[some]
        terms_pool = _pool(texts, pushed, context, some_p)
        own = terms.of_article(texts, pushed, often, terms_pool, made, pool.total)
        p = judge("single-term", (*terms.SCAN, *terms.ARTICLE)).probability(np.hstack([seen, own]))
        rivals = inserts.around(texts, pushed, p)
        total = _pool(texts, pushed, context, p).total
        missing, first, neighbours = missing.take(kept), first[kept], neighbours[kept]
        first = chars.with_rivals(first, missing, rivals)
        standing = chars.surviving(texts, missing, made)
        own = chars.of_article(texts, missing, standing, pool, made, total)
        q = judge("single-char", (*chars.SCAN, *chars.ARTICLE)).probability(np.hstack([first, own]))
        return (
            Found("char", missing, q, ahead[kept], pool),
            Found("term", pushed, p, pushed.gain, terms_pool),
        )

    def _terms(self, texts: Texts, made: Sequence[Made]) -> tuple[Places, I64, F64]:
        found = terms.after_de(texts) if self._slot else Places.none()
        if any(m.emptied for m in made):
            found = found.take(terms.open_slots(texts, found, made))
        often = inserts.times_in_article(texts, found)
        return found, often, terms.at_places(texts, found, often)

    def _repair(self, texts: Texts, made: Sequence[Made], found: Found, row: int) -> Repair:
        places, p = found.places, float(found.p[row])
        start, end = int(places.start[row]), int(places.end[row])
        number, a = texts.offset(start)
        text = places.items[int(places.item[row])]
        elsewhere, rest = float(found.pool.elsewhere[row]), float(found.pool.rest[row])
        if found.kind == "char":
            item, rule, written = self._strips[text], "prior-dropped-character", text
            back = made[number].restored.get(text, 0)
            elsewhere += back
            rest += max(0, made[number].places - back)
            stands = texts.count(number, text) - back
            sure = p >= AUTO and found.margin[row] >= MARGIN and chars.within_clause(texts, start)
            tier: Tier = "auto" if sure else "suggest"
        else:
            assert self._slot is not None
            item, rule, written, tier = self._slot, "prior-insertion", "", "suggest"
            rest += len(made[number].emptied)
            stands = texts.count(number, text) - 1 - round(elsewhere)
        told = _told(item, elsewhere, stands, rest)
        told["gain"] = round(float(places.gain[row]), 2)
        if found.margin[row] < places.gain[row]:
            told["runner_up_behind"] = round(float(found.margin[row]), 2)
        return Repair(number, a, a + end - start, written, rule, tier, round(p, 4), told)

    def _replaced(self, texts: Texts, made: Sequence[Made]) -> list[Repair]:
        """Swapped characters and words behind masks, surest first: suggestions."""
        out = []
        for item in self._swaps:
            at, gain = swapped.places(texts, item)
            if not len(at):
                continue
            evidence = swapped.evidence(texts, item, at, gain, made)
            p = judge("single-swap", (*swapped.PLACE, *swapped.ARTICLE)).probability(evidence)
            of = texts.article[at]
            total = np.bincount(of, weights=p, minlength=len(texts.texts))
            for k in np.flatnonzero(p >= SUGGEST["swap"]).tolist():
                number, a = texts.offset(int(at[k]))
                others = float(total[number] - p[k])
                told = _told(item, others, texts.count(number, item.text), 0.0)
                told["gain"] = round(float(gain[k]), 2)
                b = a + len(item.becomes)
                out.append(_suggested(number, a, b, item.text, "prior-swap", float(p[k]), told))
        if self._mask is not None:
            guesses = masked.guesses(texts, find_masks(texts.texts), self._behind)
            p = judge("single-mask", masked.EVIDENCE).probability(masked.evidence(guesses))
            for g, sure in zip(guesses, p.tolist(), strict=True):
                if sure >= SUGGEST["mask"]:
                    told = _told(self._mask, g.masks - 1.0, 0, 0.0)
                    if g.runner_up:
                        told["runner_up"] = g.runner_up
                    out.append(_suggested(*g.place, g.word, "prior-mask", sure, told))
        return sorted(out, key=lambda r: (-r.confidence, r.number, r.start))


def _likely(places: Places, p: F64) -> tuple[I64, F64]:
    rows = np.flatnonzero(p >= LEAST)
    return rows, p[rows]


def _pool(texts: Texts, places: Places, context: I64, p: F64) -> Pooled:
    """What places show of each other; those that a likelier one touches count nothing."""
    hits = np.flatnonzero(p >= LEAST)
    hits = hits[best_apart(places.take(hits), p[hits])]
    return pooled(texts.article[places.start], places.item, context, p, hits, len(texts.texts))


def _suggested(
    number: int, start: int, end: int, written: str, rule: str, p: float, told: dict[str, Any]
) -> Repair:
    return Repair(number, start, end, written, rule, "suggest", round(p, 4), told)


def _told(item: Item, elsewhere: float, stands: int, rest: float) -> dict[str, Any]:
    """What this article says for a repair, for a person."""
    return {
        "item": item.name,
        "status": item.status,
        "elsewhere": round(elsewhere),
        "stands": max(0, stands),
        "rest": round(rest),
    }
