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
from cleanup.decode.words import in_full
from cleanup.learn import candidates
from cleanup.learn.calls import EVIDENCE as CALLED_FOR
from cleanup.learn.calls import called_for
from cleanup.learn.candidates import Candidates

# Places that gain less than nothing are no evidence.
_LEAST, _SLACK = 0.0, 5.5
# No place is worth more than so many nats: one phrase may be worth twenty.
_MOST = 6.0
# Words are listed from here on. In forty corpora of clean text five words are missing by style (或者, 应当, 我国) with
# .33 to .58; of words that farms strip two thirds of what is found at all has more.
LISTED = 0.6

# How many candidates are asked what all their contexts say, and how sure that must be. Of words that no farm strips the
# surest has .55 (技术 in translated news of software), of undamaged sources .28; seen of both halves of the farms. Asked
# 16 instead of 30, two stripped words fewer are listed.
ASKED, CALLED, ODDS = 30, 0.6, 12.0
# Authors choose by style among words of grammar, and filters have no reason to take them: what is missing of these
# says nothing. Of the words that clean corpora call for in vain most are of this kind.
_GRAMMAR = (
    "或者 或是 还是 以及 及其 并且 而且 但是 可是 然而 不过 因此 因为 所以 由于 如果 要是 虽然 尽管 即使 然后 于是 甚至 "
    "应当 应该 可以 能够 不能 不会 不要 可能 必须 需要 才能 已经 曾经 正在 总是 经常 非常 十分 比较 更加 越来越 没有 不是 就是 "
    "我们 你们 他们 她们 它们 咱们 大家 自己 我国 本市 这个 那个 这些 那些 这样 那样 这里 那里 什么 怎么 如何 哪些 某某 "
    "一个 一些 一种 一样 一定 一般 一起 任何 各种 许多 很多 有些 有关 其他 其中 例如 比如 进行 "
    "以上 以下 对于 关于 根据 按照 为了 通过 随着 之后 之前 时候"
)
GRAMMAR = frozenset(_GRAMMAR.split())

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
    asked = _most_wanted(scan)
    sure = judge("word-item", OF_ITEM).probability(scan.evidence)
    sure[sure < LISTED] = 0.0
    odds, evidence = called_for(texts, [scan.candidates.items[i] for i in asked], _prose_gaps(texts))
    called = judge("word-called-for", CALLED_FOR).probability(evidence)
    called[(called < CALLED) | (odds < ODDS)] = 0.0
    sure[asked] = np.maximum(sure[asked], called)
    listed = [i for i in np.argsort(-sure, kind="stable").tolist() if sure[i] and not _never(scan, i)]
    items = tuple(scan.candidates.items[i] for i in listed)
    places = in_full(texts, items, _LEAST)
    places = places.take(best_apart(places, places.gain.astype(np.float64)))
    rows: dict[int, list[int]] = defaultdict(list)
    for row, item in enumerate(places.item.tolist()):
        rows[item].append(row)
    return [
        _item(scan, places, i, rows[n], float(sure[i])) for n, i in enumerate(listed) if len(rows[n]) >= 2
    ]


def _never(scan: Scan, i: int) -> bool:
    return bool(scan.candidates.decoy[i]) or scan.candidates.items[i] in GRAMMAR


def _most_wanted(scan: Scan) -> list[int]:
    """The candidates that their places speak for most, the best first: those that are worth asking in full."""
    odds = judge("word-item", OF_ITEM).log_odds(scan.evidence)
    return [i for i in np.argsort(-odds, kind="stable").tolist() if not _never(scan, i)][:ASKED]


def _prose_gaps(texts: Texts) -> I64:
    at = texts.gaps()
    return at[_in_prose(texts, at)]


def _item(scan: Scan, places: Places, i: int, rows: list[int], sure: float) -> Item:
    texts = scan.texts
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
