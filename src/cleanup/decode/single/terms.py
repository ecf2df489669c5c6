"""Terms that may have been pushed in after 的 in one article, and the evidence for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from cleanup.decode import inserts
from cleanup.decode.judge import F64
from cleanup.decode.phrases import EVIDENCE, Phrases
from cleanup.decode.places import Places
from cleanup.decode.single.made import Made
from cleanup.decode.single.pooling import Pooled
from cleanup.decode.texts import I64, Texts
from cleanup.lm.gains import parts_of_changes

U64 = npt.NDArray[np.uint64]

# A term is looked at where it costs more than so many nats after 的: of what is taken out with even odds on the tuned
# farms 99 in 100 do, and of other words there two thirds.
_COST = 6.0

# What is the same for all of them, or is of a source.
_UNKNOWN: tuple[str, ...] = ("after_de", "no_word", *EVIDENCE)
_KEPT = tuple(n for n in inserts.PLACE if n not in _UNKNOWN)
_COLUMNS = [inserts.PLACE.index(n) for n in _KEPT]
# Whether what would be joined stands elsewhere in the article, and how far what stands there now does.
SELF = ("joins_2_1", "joins_1_2", "joins_2_2", "goes_on_1", "goes_on_2", "ends")
SCAN = _KEPT
ARTICLE = ("slot_rate", "elsewhere", "elsewhere_share", *SELF, "stripped")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NOTHING = Phrases.unpacked(b"")


def after_de(texts: Texts) -> Places:
    """Every word of the model's table straight after 的 that costs enough, in order of place."""
    model, ids, upto = texts.model, texts.ids, texts.scored.upto
    han = texts.chinese()
    slots = (
        np.flatnonzero(ids[: max(0, len(ids) - 4 - inserts.LONGEST)] == model.alphabet.encode("的")[0]) + 1
    )
    slots = slots[slots >= 4]
    begins, words = [], []
    for k in range(1, inserts.LONGEST + 1):
        at = slots[upto[slots] - upto[slots + k] > _COST]
        at = at[han[at[:, None] + np.arange(k)].all(1)]
        number = model.words.numbers(ids[at[:, None] + np.arange(k)])
        begins.append(at[number >= 0])
        words.append(number[number >= 0])
    start, word = np.concatenate(begins), np.concatenate(words)
    end = start + np.repeat(np.arange(1, inserts.LONGEST + 1), [len(b) for b in begins])
    here, behind = parts_of_changes(model, texts.scored, start, end, np.zeros((len(start), 0), np.uint16))
    # numbered as they are met
    of, first, item = np.unique(word, return_index=True, return_inverse=True)
    met = np.argsort(first, kind="stable")
    rank = np.empty(len(of), np.int64)
    rank[met] = np.arange(len(of))
    names = tuple(model.words.word(w) for w in of[met].tolist())
    return Places.joined(names, [Places((), rank[item.reshape(-1)], start, end, here, behind)])


def open_slots(texts: Texts, found: Places, made: Sequence[Made]) -> I64:
    """The rows whose slot no term was taken out of already: a farm pushes one into a slot."""
    return np.array(
        [
            row
            for row, (number, a) in enumerate(map(texts.offset, found.start.tolist()))
            if a not in made[number].emptied
        ],
        np.int64,
    )


def at_places(texts: Texts, found: Places, often: I64) -> F64:
    """Evidence of the place, shape (n, len(SCAN))."""
    out: F64 = inserts.at_places(texts, found, often, _NOTHING)[:, _COLUMNS]
    return out


def context(texts: Texts, found: Places) -> I64:
    """A number for what stands before 的 and behind the term."""
    ids = texts.ids.astype(np.int64)
    return ids[found.start - 2] << 16 | ids[found.end]


def slots(texts: Texts) -> F64:
    """How many 的 each article has, shape (articles,)."""
    de = texts.ids == texts.model.alphabet.encode("的")[0]
    return np.bincount(texts.article[de], minlength=len(texts.texts)).astype(np.float64)


def of_article(
    texts: Texts, found: Places, often: I64, pool: Pooled, made: Sequence[Made], stripped: F64
) -> F64:
    """What the article says of each place, shape (n, len(ARTICLE)).

    often     how often the term stands in it
    pool      what its other places show
    stripped  how many characters seem to be stripped, shape (articles,)
    """
    article = texts.article[found.start]
    removed = np.array([len(m.emptied) for m in made], np.float64)[article]
    rest = pool.rest + removed
    de = slots(texts)[article] + removed
    return np.column_stack(
        [
            np.log((0.1 + rest) / (de + 5)),
            np.log(0.1 + pool.elsewhere),
            np.log((0.1 + pool.elsewhere) / (often - 0.5)),
            _said_again(texts, found, often),
            np.log(0.1 + stripped[article]),
        ]
    ).astype(np.float64)


def _said_again(texts: Texts, found: Places, often: I64) -> F64:
    """How the article itself goes on, elsewhere, without the term and with it, shape (n, len(SELF))."""
    ids, a, b = texts.ids, found.start, found.end
    count = _counts(texts, texts.article[a])
    return np.column_stack(
        [
            count(ids[a - 2], ids[a - 1], ids[b]) > 0,
            count(ids[a - 1], ids[b], ids[b + 1]) > 0,
            count(ids[a - 2], ids[a - 1], ids[b], ids[b + 1]) > 0,
            # the term stands before the same character more than half the times, and more than once
            count(ids[b - 1], ids[b]) > often / 2 + 1,
            count(ids[b - 1], ids[b], ids[b + 1]) > 1,
            count(ids[b - 2], ids[b - 1], ids[b]) > 1,
        ]
    ).astype(np.float64)


def _counts(
    texts: Texts, article: npt.NDArray[np.int32]
) -> Callable[[*tuple[npt.NDArray[np.uint16], ...]], I64]:
    """What tells how often sequences begin in the articles of some places, each given by a column a symbol."""
    ends = np.append(texts.scored.starts[1:-1], len(texts.ids))
    start, end = np.where(article > 0, texts.scored.starts[article], 0), ends[article]
    hashes: dict[int, tuple[U64, I64]] = {}
    positions = np.zeros(0, np.int64)

    def count(*columns: npt.NDArray[np.uint16]) -> I64:
        nonlocal positions
        k = len(columns)
        upto = np.minimum(end, len(texts.ids) - k) + k - 1
        known = texts.times(start, upto, np.column_stack(columns))
        if known is not None:
            return known
        if k not in hashes:
            if not len(positions):
                positions = np.flatnonzero(np.isin(texts.article, np.unique(article)))
            hashes[k] = np.unique(_hashes(texts, positions, k), return_counts=True)
        names, n = _mixed(article, columns), hashes[k]
        at = np.searchsorted(n[0], names).clip(0, len(n[0]) - 1)
        return np.where(n[0][at] == names, n[1][at], 0)

    return count


def _hashes(texts: Texts, positions: I64, k: int) -> U64:
    """A number for the k symbols from each position on."""
    at = positions[positions < len(texts.ids) - k]
    return _mixed(texts.article[at], [texts.ids[at + i] for i in range(k)])


def _mixed(article: npt.NDArray[np.int32], columns: Sequence[npt.NDArray[np.uint16]]) -> U64:
    """A number for each sequence of an article."""
    # an article takes more room than a symbol, or one of the next would be taken for another of this
    out = article.astype(np.uint64) * _MIX
    for column in columns:
        out = (out ^ column) * _MIX
        out ^= out >> np.uint64(29)
    return out
