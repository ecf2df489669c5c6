"""Which words a source strips: missing although words like them are there, and wanted where its sentences break.

Taking a word out mostly leaves a sentence that reads on, so no place proves anything, and the sum over all places has
to: what the model would gain by the word, held against what it gains by words that the source has.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from cleanup.channel.items import Item
from cleanup.decode.fits import Fits, insertions
from cleanup.decode.judge import F64, judge
from cleanup.decode.places import Places, best_apart
from cleanup.decode.texts import I64, Texts
from cleanup.learn import candidates
from cleanup.learn.candidates import Candidates

# Places that gain less than nothing are no evidence.
_LEAST, _SLACK = 0.0, 5.5
# No place is worth more than so many nats: one phrase may be worth twenty.
_MOST = 6.0
# Words are listed from here on. In forty corpora of clean text five words are missing by style (或者, 应当, 我国) with
# .33 to .58; of words that farms strip two thirds of what is found at all has more.
LISTED = 0.6

OF_ITEM = (
    "wanted",
    "wanted_over_decoys",
    "places",
    "strong_places",
    "articles",
    "expected",
    "surviving",
    "words_like_it",
    "missing",
)


@dataclass(frozen=True, slots=True)
class Scan:
    """All places that gain by a candidate, each with its best one, and the evidence of the candidates."""

    texts: Texts
    candidates: Candidates
    places: Places
    evidence: F64

    @classmethod
    def of(cls, texts: Texts) -> Scan:
        found, alike = candidates.words(texts)
        places = insertions(texts, Fits.of(texts.model, found.items), _LEAST, _SLACK)
        places = places.take(_in_prose(texts, places.start))
        places = places.take(best_apart(places, places.gain.astype(np.float64)))
        return cls(texts, found, places, _evidence(texts, found, alike, places))


def _in_prose(texts: Texts, at: I64) -> I64:
    """Rows of places between Chinese characters, or one and a stop: beside a mask everything is missing."""
    alphabet = texts.model.alphabet
    fine = alphabet.is_chinese.copy()
    fine[alphabet.encode("，。、；：！？“”（）《》\n")] = True
    return np.flatnonzero(fine[texts.ids[at - 1]] & fine[texts.ids[at]])


def _evidence(texts: Texts, found: Candidates, alike: F64, places: Places) -> F64:
    n = len(found.items)
    gain = places.gain.astype(np.float64)
    wanted = np.zeros(n)
    np.add.at(wanted, places.item, np.log1p(np.exp(np.minimum(gain, _MOST))))
    where = np.bincount(places.item, minlength=n)
    strong = np.bincount(places.item[gain > 2], minlength=n)
    spread = np.zeros(n)
    pairs = np.unique(np.column_stack([places.item, texts.article[places.start]]), axis=0)
    spread += np.bincount(pairs[:, 0], minlength=n)
    decoys = (wanted[found.decoy].sum() + 1) / (found.expected[found.decoy].sum() + 10)
    alike = np.clip(alike, 0.01, 20)
    return np.column_stack(
        [
            np.log(0.5 + wanted),
            np.log((0.5 + wanted) / (0.5 + decoys * found.expected)),
            np.log(0.5 + where),
            np.log(0.5 + strong),
            np.log(0.5 + spread),
            np.log(found.expected),
            np.log1p(found.surviving),
            np.log(alike),
            np.log((found.surviving + 0.5) / (found.expected + 0.5)),
        ]
    )


def learn_words(texts: Texts) -> list[Item]:
    """The words that a source strips, as items, surest first."""
    scan = Scan.of(texts)
    if not scan.candidates.items:
        return []
    sure = judge("word-item", OF_ITEM).probability(scan.evidence)
    sure[scan.candidates.decoy] = 0.0
    rows: dict[int, list[int]] = defaultdict(list)
    for row, item in enumerate(scan.places.item.tolist()):
        rows[item].append(row)
    return [
        _item(scan, i, rows[i], float(sure[i]))
        for i in np.flatnonzero(sure >= LISTED).tolist()
        if len(rows[i]) >= 2
    ]


def _item(scan: Scan, i: int, rows: list[int], sure: float) -> Item:
    texts, places = scan.texts, scan.places
    text = scan.candidates.items[i]
    ids = texts.ids
    best = sorted(rows, key=lambda r: -float(places.gain[r]))
    surviving = int(scan.candidates.surviving[i])
    return Item(
        "strip",
        text,
        rate=len(rows) / (len(rows) + surviving),
        found=len(rows),
        surviving=surviving,
        articles=len({int(texts.article[places.start[r]]) for r in rows}),
        contexts=len({(int(ids[places.start[r] - 1]), int(ids[places.start[r]])) for r in rows}),
        expected=float(scan.candidates.expected[i]),
        sure=sure,
        examples=texts.examples((int(places.start[r]), int(places.end[r]), text) for r in best),
    )
