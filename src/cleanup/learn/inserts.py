"""Which terms a source pushes into its sentences, and into which slots, by what taking them out gains, over its articles.

An honest careers article has its 招聘 and 工资; an inserted one recurs in unrelated places where the sentence reads
better without it. An article never speaks for itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item, Slot, lower_bound
from cleanup.chars import is_han
from cleanup.decode import inserts
from cleanup.decode.judge import F64, judge
from cleanup.decode.phrases import Phrases
from cleanup.decode.places import Places, best_apart
from cleanup.decode.texts import I64, Bools, Texts

# A term is listed with so many places in so many articles. With 2 in 2, a term that two articles are about may
# slip in; decoding weighs it by these counts.
FOUND_MIN, ARTICLES_MIN = 2, 2
# Nor is what stands between the same neighbours in all of them: a sentence that articles repeat is one observation.
CONTEXTS_MIN = 2
# Strings that are no words of the table are looked at after 的 where so many articles have them there.
_RECURS = 3
# A term that stands before the same character in so many other articles, and so many times as often as chance has
# it, is a phrase there.
GOES_ON, LIFT = 2, 3.0
# A slot is filled where so many articles have it filled, and at least this share of such slots, by its lower bound.
# Undamaged sources of forty articles and more give at most .002 of 的 and .0017 of other words, farms .02 and more of
# 的; of other words farms that push in a term every 170 characters give .0014 to .02.
SLOT_ARTICLES, AFTER_DE_MIN, ANYWHERE_MIN = 6, 0.015, 0.0018
# With fewer articles than this, sources of an odd style look like farms: one of twelve undamaged ones gives .11 of 的
# from ten articles and .01 from twenty, farms that fill a third of them and more .2 to .4 from ten.
FEW, AFTER_DE_MIN_OF_FEW = 20, 0.12
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Scan:
    """All terms of the texts of a source that may be inserted, with the evidence of their places."""

    texts: Texts
    places: Places
    evidence: F64
    after: Bools
    articles: I64
    slots: tuple[int, int]
    goes_on: Bools

    @classmethod
    def of(cls, texts: Texts, phrases: Phrases | None = None) -> Scan:
        places, times = inserts.places(texts, recurring(texts))
        after = inserts.after_de(texts, places)
        evidence = inserts.at_places(texts, places, times, phrases or Phrases.of(texts))
        de = int((texts.ids == texts.model.alphabet.encode("的")[0]).sum())
        return cls(
            texts,
            places,
            evidence,
            after,
            texts.article[places.start].astype(np.int64),
            (de, int((~after).sum())),
            goes_on(texts, places),
        )


def goes_on(texts: Texts, places: Places) -> Bools:
    """Whether each term stands before the same character in GOES_ON other articles, and more often than chance has it.

    By chance means as often as that character stands behind 的 or, where that is rarer, behind anything.
    """
    ids = texts.ids.astype(np.int64)
    symbols = len(texts.model.alphabet)
    de = texts.model.alphabet.encode("的")[0]
    anywhere = np.bincount(ids, minlength=symbols) / len(ids)
    behind_de = np.bincount(ids[1:][ids[:-1] == de], minlength=symbols) / max(1, int((ids == de).sum()))
    chance = np.maximum(anywhere, behind_de)
    out = np.zeros(len(places), bool)
    length = places.end - places.start
    articles = len(texts.texts)
    terms = phrases = ids.astype(np.uint64)
    for k in range(1, inserts.LONGEST + 1):
        terms, phrases = phrases, _longer(phrases, ids, k)
        rows = np.flatnonzero(length == k)
        if not len(rows):
            continue
        start = places.start[rows]
        own, number, _ = _standing(terms, start)
        stands = np.bincount(number)[own]
        own, number, at = _standing(phrases, start)
        spread = np.bincount(np.unique(number * articles + texts.article[at]) // articles)[own]
        # its own article is one of them
        often = spread - 1 >= LIFT * chance[ids[places.end[rows]]] * stands
        out[rows] = (spread > GOES_ON) & often
    return out


def _standing(hashes: npt.NDArray[np.uint64], start: I64) -> tuple[I64, I64, I64]:
    """The strings at some places: a number for that of each place, and of all that stand anywhere number and position."""
    wanted, own = np.unique(hashes[start], return_inverse=True)
    # most strings are told not to be wanted by 16 bits
    bits = hashes * _MIX >> np.uint64(48)
    some = np.zeros(1 << 16, bool)
    some[bits[start]] = True
    at = np.flatnonzero(some[bits])
    number = np.minimum(np.searchsorted(wanted, hashes[at]), len(wanted) - 1)
    there = wanted[number] == hashes[at]
    return own.reshape(-1).astype(np.int64), number[there], at[there]


def _longer(hashes: npt.NDArray[np.uint64], ids: I64, k: int) -> npt.NDArray[np.uint64]:
    """A 64-bit number for the k + 1 symbols from each position on, from those for k; what would reach over the end is
    left as it is.
    """
    out = hashes.copy()
    out[: len(ids) - k] *= _MIX
    out[: len(ids) - k] += ids[k:].astype(np.uint64)
    return out


def recurring(texts: Texts) -> list[str]:
    """Strings of two to five Chinese characters that stand after 的 in several articles and are no words."""
    ids, han = texts.ids, texts.chinese()
    de = np.flatnonzero(ids[:-8] == texts.model.alphabet.encode("的")[0])
    out = []
    for k in range(2, inserts.LONGEST + 1):
        at = de[han[de[:, None] + 1 + np.arange(k)].all(1)] + 1
        windows = ids[at[:, None] + np.arange(k)]
        new = texts.model.words.numbers(windows) < 0
        seen: dict[bytes, set[int]] = defaultdict(set)
        where: dict[bytes, int] = {}
        for a, w in zip(at[new].tolist(), windows[new], strict=True):
            key = w.tobytes()
            seen[key].add(int(texts.article[a]))
            where.setdefault(key, a)
        for key, articles in seen.items():
            if len(articles) >= _RECURS:
                number, offset = texts.offset(where[key])
                out.append(texts.texts[number][offset : offset + k])
    return sorted(out)


@dataclass(frozen=True, slots=True)
class Hits:
    """Places taken for insertions, rows of a scan that keep clear of each other, by item."""

    scan: Scan
    rows: I64
    rates: tuple[float, float]

    @classmethod
    def of(cls, scan: Scan, p: F64) -> Hits:
        likely = np.flatnonzero(p >= 0.5)
        rows = likely[best_apart(scan.places.take(likely), p[likely])]
        after = scan.after[rows]
        rates = (
            (int(after.sum()) + 0.2) / (scan.slots[0] + 20),
            (int((~after).sum()) + 0.2) / (scan.slots[1] + 20),
        )
        return cls(scan, rows, rates)

    def elsewhere(self) -> F64:
        """Evidence of the item of each place from the other articles, shape (n, len(inserts.ITEM))."""
        scan = self.scan
        n = len(scan.places.items)
        item, article = scan.places.item, scan.articles
        hits = np.bincount(item[self.rows], minlength=n)
        stands = np.bincount(item, minlength=n)
        width = int(article.max(initial=0)) + 1
        pairs, which, own = np.unique(item * width + article, return_inverse=True, return_counts=True)
        own_hits = np.bincount(which[self.rows], minlength=len(pairs))
        spread = np.bincount(pairs[own_hits > 0] // width, minlength=n)
        own, own_hits = own[which], own_hits[which]
        found = hits[item] - own_hits
        articles = spread[item] - (own_hits > 0)
        listed = (found >= FOUND_MIN - 1) & (articles >= ARTICLES_MIN - 1)
        surviving = np.where(listed, stands[item] - own - found, 0)
        return inserts.of_items(
            scan.after,
            self.rates,
            np.where(listed, found, 0),
            np.where(listed, articles, 0),
            surviving,
            listed,
            scan.goes_on,
        )


def learn_inserts(texts: Texts, phrases: Phrases) -> tuple[list[Item], F64]:
    """The slots that a source fills, each as the item `*`, and the terms that it pushes in.

    And at each position how likely a term is around it, shape (len(texts.ids),).
    """
    scan = Scan.of(texts, phrases)
    if not len(scan.places):
        return [], np.zeros(len(texts.ids))
    p = judge("insert-scan", inserts.PLACE).probability(scan.evidence)
    told = judge("insert", (*inserts.PLACE, *inserts.ITEM))
    # once: judged again in the light of what was judged so, terms that a source is fond of confirm themselves (on the
    # farms not tuned on recall at precision .95 falls from .41 to .31 and .26)
    first = Hits.of(scan, p)
    p = told.probability(np.hstack([scan.evidence, first.elsewhere()]))
    return _items(first, Hits.of(scan, p), p), inserts.around(texts, scan.places, p)


def _items(first: Hits, hits: Hits, p: F64) -> list[Item]:
    """Slots that carry terms, then terms; a term counts wherever it stands, and is named by its commoner slot.

    Counts are those of first sight, which is what places are judged by; an item is listed where places that it was
    found at stand up to judgement, and these are its examples.
    """
    scan, rows = hits.scan, hits.rows
    slots: list[tuple[bool, Slot]] = [(True, "after-de"), (False, "anywhere")]
    filled: set[Slot] = set()
    few = len(scan.texts.texts) < FEW
    out = []
    for after, slot in slots:
        own, of = rows[scan.after[rows] == after], scan.slots[0 if after else 1]
        seen = first.rows[scan.after[first.rows] == after]
        spread = len(set(scan.articles[own].tolist()))
        least = (AFTER_DE_MIN_OF_FEW if few else AFTER_DE_MIN) if after else ANYWHERE_MIN
        if spread >= SLOT_ARTICLES and lower_bound(len(own), of) >= least:
            filled.add(slot)
            out.append(_item(scan, own, seen, p, "*", slot, of - len(seen), of))
    n = len(scan.places.items)
    stands = np.bincount(scan.places.item, minlength=n)
    judged, seen_of = _by_item(scan, rows), _by_item(scan, first.rows)
    terms = []
    for item, own_rows in judged.items():
        seen_rows = seen_of.get(item, [])
        slot = "after-de" if 2 * int(scan.after[own_rows].sum()) >= len(own_rows) else "anywhere"
        if slot not in filled or len(seen_rows) < FOUND_MIN:
            continue
        if len(set(scan.articles[seen_rows].tolist())) >= ARTICLES_MIN:
            surviving = int(stands[item]) - len(seen_rows)
            of = scan.slots[0 if slot == "after-de" else 1]
            text = scan.places.items[item]
            term = _item(scan, np.array(own_rows), np.array(seen_rows), p, text, slot, surviving, of)
            if term.contexts >= CONTEXTS_MIN:
                terms.append(term)
    return out + sorted(terms, key=lambda i: (-i.found, i.text))


def _by_item(scan: Scan, rows: I64) -> dict[int, list[int]]:
    out: dict[int, list[int]] = defaultdict(list)
    for row in rows.tolist():
        out[int(scan.places.item[row])].append(row)
    return out


def _sure(articles: I64, p: F64) -> float:
    """The probability that a term was pushed in at all: not, if it is honest in every article; places of one article
    go together.
    """
    best: dict[int, float] = {}
    for article, one in zip(articles.tolist(), p.tolist(), strict=True):
        best[article] = max(best.get(article, 0.0), one)
    honest = float(np.prod([1.0 - b for b in best.values()]))
    return 1.0 - max(honest, 0.001)


def _item(
    scan: Scan, rows: I64, seen: I64, p: F64, text: str, slot: Slot, surviving: int, slots: int
) -> Item:
    places, texts = scan.places, scan.texts
    contexts = set()
    own = scan.goes_on & (places.item == places.item[rows[0]]) if text != "*" else np.zeros(len(places), bool)
    behind = {texts.model.alphabet.symbol(int(s)) for s in texts.ids[places.end[own]]}
    for row in rows.tolist():
        start, end = int(places.start[row]), int(places.end[row])
        contexts.add((int(texts.ids[start - 2]), int(texts.ids[start - 1]), int(texts.ids[end])))
    return Item(
        kind="insert",
        text=text,
        slot=slot,
        rate=len(seen) / max(1, slots),
        found=len(seen),
        surviving=surviving,
        articles=len(set(scan.articles[seen].tolist())),
        contexts=len(contexts),
        sure=_sure(scan.articles[rows], p[rows]),
        goes_on="".join(sorted(c for c in behind if is_han(c[:1]) and len(c) == 1)),
        examples=texts.examples((int(places.start[r]), int(places.end[r]), "") for r in rows.tolist()),
    )
