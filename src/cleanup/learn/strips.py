"""Which characters and words a source strips: what is missing from it, and fits again where its sentences break.

Every insertion of a candidate is judged by its place; then again in the light of what was found of its item in other
articles, until the list settles. An article never speaks for itself, so nothing confirms itself; decoys, which the
source is known to have, say how often the model would fancy an item of that frequency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleanup.channel.items import Item
from cleanup.decode import strips
from cleanup.decode.fits import Fits, insertions
from cleanup.decode.judge import F64, judge
from cleanup.decode.places import Places, best_apart
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.learn.candidates import Candidates, characters
from cleanup.learn.surnames import SURNAMES
from cleanup.lexicon import Lexicon

# Insertions that gain less are not looked at: below this nothing is ever restored with certainty.
_LEAST = 1.0
# What the bigrams miss by more is left out; see decode.fits. Lists need not every place.
_SLACK = 6.0
# Rounds of judging; lists settle in two or three.
_ROUNDS = 5

# Evidence of an item: what was found of it against what decoys of its frequency give.
OF_ITEM = (
    *strips.COUNTS,
    "contexts_over_decoys",
    "mean_p",
    "sum_p",
    "surname",
)


@dataclass(frozen=True, slots=True)
class Scan:
    """All insertions of some candidates in the texts of a source, with the evidence of their places."""

    texts: Texts
    candidates: Candidates
    places: Places
    evidence: F64

    @classmethod
    def of(cls, texts: Texts, candidates: Candidates, lexicon: Lexicon, rivals: F64) -> Scan:
        places = insertions(texts, Fits.of(texts.model, candidates.items), _LEAST, _SLACK)
        return cls(texts, candidates, places, strips.at_places(texts, places, lexicon, rivals))

    def contexts(self) -> I64:
        """A number for each pair of neighbours of each place."""
        ids = self.texts.ids.astype(np.int64)
        return ids[self.places.start - 1] << 16 | ids[self.places.start]


@dataclass(frozen=True, slots=True)
class Hits:
    """Places taken for damage, rows of a scan, none touching another.

    item, article, contexts  of each, shape (len(rows),)
    """

    scan: Scan
    rows: I64
    item: I64
    article: I64
    contexts: I64

    @classmethod
    def of(cls, scan: Scan, p: F64) -> Hits:
        likely = np.flatnonzero(p >= 0.5)
        rows = likely[best_apart(scan.places.take(likely), p[likely])]
        article = scan.texts.article[scan.places.start[rows]].astype(np.int64)
        return cls(scan, rows, scan.places.item[rows], article, scan.contexts()[rows])

    def counts(self) -> strips.Counts:
        """Of every candidate, over all articles."""
        n, candidates = len(self.scan.candidates.items), self.scan.candidates
        return strips.Counts(
            np.bincount(self.item, minlength=n),
            np.bincount(_pairs(self.item, self.article)[0], minlength=n),
            np.bincount(_pairs(self.item, self.contexts)[0], minlength=n),
            candidates.surviving,
            candidates.expected,
        )

    def counts_elsewhere(self) -> strips.Counts:
        """Of the item of every place, over the articles that the place is not in."""
        places = self.scan.places
        item, article = places.item, self.scan.texts.article[places.start].astype(np.int64)
        width = len(self.scan.texts.texts)
        # contexts that an item has in one article alone are not there without it
        _, of_place, of_hit = _numbered(item * width + article, self.item * width + self.article)
        of_item, context = _pairs(self.item, self.contexts)
        seen = np.searchsorted(_joined(of_item, context), _joined(self.item, self.contexts))
        once = np.unique(np.stack([seen, of_hit]), axis=1)
        alone = np.bincount(once[0], minlength=len(of_item)) == 1
        size = int(max(of_place.max(initial=-1), of_hit.max(initial=-1))) + 1
        own = np.bincount(of_hit, minlength=size)
        own_contexts = np.bincount(once[1][alone[once[0]]], minlength=size)
        every = self.counts()
        return strips.Counts(
            every.found[item] - own[of_place],
            every.articles[item] - (own[of_place] > 0),
            every.contexts[item] - own_contexts[of_place],
            every.surviving[item],
            every.expected[item],
        )


def _joined(one: I64, other: I64) -> I64:
    """A number for each pair; the other one takes less than 32 bits."""
    return one << 32 | other


def _pairs(one: I64, other: I64) -> tuple[I64, I64]:
    """The different pairs, in order."""
    both = np.unique(_joined(one, other))
    return both >> 32, both & 0xFFFFFFFF


def _numbered(*keys: I64) -> tuple[I64, ...]:
    """The different keys of some arrays, and for each array which it holds."""
    different, which = np.unique(np.concatenate(keys), return_inverse=True)
    return different, *np.split(which.reshape(-1), np.cumsum([len(k) for k in keys])[:-1])


def of_items(hits: Hits, p: F64, *, surnames: bool = True) -> F64:
    """Evidence of each candidate, shape (n, len(OF_ITEM))."""
    counts = hits.counts()
    candidates = hits.scan.candidates
    fancied = (counts.contexts[candidates.decoy].sum() + 1) / (counts.expected[candidates.decoy].sum() + 20)
    sums = np.zeros(len(candidates.items))
    np.add.at(sums, hits.scan.places.item[hits.rows], p[hits.rows])
    return np.column_stack(
        [
            strips.of_counts(counts),
            np.log((counts.contexts + 0.1) / (fancied * counts.expected + 0.1)),
            sums / np.maximum(counts.found, 1),
            np.log(0.1 + sums),
            [float(surnames and item in SURNAMES) for item in candidates.items],
        ]
    )


def learn_strips(texts: Texts, lexicon: Lexicon, rivals: F64, *, surnames: bool = True) -> list[Item]:
    """The characters that a source strips, as items, surest first."""
    scan = Scan.of(texts, characters(texts), lexicon, rivals)
    return sorted(_settled(scan, "char", surnames=surnames), key=lambda i: (-i.sure, -i.found, i.text))


def _settled(scan: Scan, kind: str, *, surnames: bool) -> list[Item]:
    if not len(scan.places):
        return []
    here = strips.stands_here(scan.texts, scan.places)
    p = judge(f"strip-{kind}-scan", strips.PLACE).probability(scan.evidence)
    asked = judge(f"strip-{kind}-item" + ("" if surnames else "-no-surnames"), OF_ITEM)
    told = judge(f"strip-{kind}-round", (*strips.PLACE, *strips.ITEM))
    before: list[tuple[int, int]] = []
    for _ in range(_ROUNDS):
        hits = Hits.of(scan, p)
        sure = np.where(scan.candidates.decoy, 0.0, asked.probability(of_items(hits, p, surnames=surnames)))
        counts = hits.counts()
        listed = (sure >= 0.5) & _recurs(counts, scan.candidates.items if surnames else ())
        now = [(i, int(counts.found[i])) for i in np.flatnonzero(listed).tolist()]
        if now == before:
            break
        before = now
        elsewhere = strips.of_items(hits.counts_elsewhere(), here)
        p = told.probability(np.hstack([scan.evidence, elsewhere]))
        p = np.where(listed[scan.places.item], p, 0.0)
    return [_item(hits, counts, i, float(sure[i])) for i, _ in now]


def _recurs(counts: strips.Counts, items: Sequence[str]) -> Bools:
    """Which items were found more than once and in more than one way; surnames need no second context.

    One phrase again and again is as often a template, a name or a turn of the author's.
    """
    spread = counts.contexts >= 2
    if items:
        spread |= np.array([i in SURNAMES for i in items])
    return spread & (counts.found >= 2)


def _item(hits: Hits, counts: strips.Counts, i: int, sure: float) -> Item:
    scan = hits.scan
    found, surviving = int(counts.found[i]), int(counts.surviving[i])
    text = scan.candidates.items[i]
    rows = [r for r in hits.rows.tolist() if scan.places.item[r] == i]
    return Item(
        kind="strip",
        text=text,
        rate=round(found / (found + surviving), 4),
        found=found,
        surviving=surviving,
        articles=int(counts.articles[i]),
        contexts=int(counts.contexts[i]),
        expected=round(float(counts.expected[i]), 1),
        sure=round(sure, 4),
        examples=scan.texts.examples(
            (int(scan.places.start[r]), int(scan.places.end[r]), text) for r in rows
        ),
    )
