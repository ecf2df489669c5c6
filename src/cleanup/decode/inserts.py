"""Evidence for search terms pushed into sentences: what taking a term out gains, and what the source says of it.

An inserted term is unlikely where it stands, and the sentence goes on better without it. Both are kept apart: an
honest rare word is as unlikely, but what follows wants it.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from cleanup.chars import is_han
from cleanup.decode.judge import F64
from cleanup.decode.phrases import EVIDENCE, Phrases
from cleanup.decode.places import Places
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.lm.alphabet import MAX_SYMBOLS, Ids
from cleanup.lm.gains import parts_of_changes

# Terms are of at most five characters: longer ones are two terms, or no longer than rare.
LONGEST = 5
# Away from 的 a term is looked at only where its first character costs more than this many nats: of what is
# inserted 98 in 100 do, of other words half.
_SURPRISED = 4.0

PLACE = (
    "after_de",
    "gain",
    "here",
    "here_to_12",
    "behind",
    "behind_from_-4",
    "commonness",
    "here_over_commonness",
    "one_character",
    "three_or_more",
    "times_in_article",
    "before_punctuation",
    "no_word",
    *EVIDENCE,
)
ITEM = ("slot_rate", "slot_rate_after_de", "found", "articles", "share", "listed", "goes_on")

# Places and articles beyond which more of them say no more.
ENOUGH = 12
_PUNCTUATION = "，。、；：？！,.;:?!）)”》"


def places(
    texts: Texts, terms: Collection[str] = (), *, after_de: bool = True, anywhere: bool = True
) -> tuple[Places, I64]:
    """Every term that may have been inserted, and how often each stands in its article.

    That is each of `terms` wherever it stands; and `after_de` every word of the model's table straight after 的, and
    `anywhere` words of two characters and more where they surprise.
    """
    model, ids, upto = texts.model, texts.ids, texts.scored.upto
    han = texts.chinese()
    de = model.alphabet.encode("的")[0]
    parts: list[Places] = []
    items: list[str] = []
    upto_here = np.concatenate([[0], np.cumsum(han)])
    every = np.arange(4, len(ids) - 4)
    for k in sorted({*range(1, LONGEST + 1), *map(len, terms)}):
        own = [t for t in terms if len(t) == k]
        at = every[: max(0, len(every) - k)]
        chinese = upto_here[at + k] - upto_here[at] == k
        if all(all(map(is_han, t)) for t in own):
            # a term that an editor wrote may hold other signs, and then every place is looked at
            at, chinese = at[chinese], chinese[chinese]
        windows = ids[at[:, None] + np.arange(k)]
        slot = np.zeros(len(at), bool)
        if after_de:
            slot |= ids[at - 1] == de
        if anywhere and k > 1:
            slot |= upto[at + 1] - upto[at] < -_SURPRISED
        if k <= LONGEST:
            rows = np.flatnonzero(slot & chinese)
            slot[:] = False
            slot[rows] = model.words.numbers(windows[rows]) >= 0
        keep = _among(windows, model.alphabet.encode("".join(own)).reshape(-1, k))
        if k <= LONGEST:
            keep |= slot
        # the model knows one digit and one letter, so what looks like a term to it may be another
        for row in np.flatnonzero(keep & ~chinese).tolist():
            keep[row] = texts.text_at(int(at[row]), k) in own
        at, windows, chinese = at[keep], windows[keep], chinese[keep]
        here, behind = parts_of_changes(model, texts.scored, at, at + k, np.zeros((len(at), 0), np.uint16))
        names = _keys(windows)
        for row in np.flatnonzero(~chinese).tolist():
            names[row] = own.index(texts.text_at(int(at[row]), k))
        _, first, which = np.unique(names, return_index=True, return_inverse=True)
        item = which.astype(np.int64) + len(items)
        items += [texts.text_at(start, k) for start in at[first].tolist()]
        parts.append(Places((), item, at, at + k, here, behind))
    joined = Places.joined(tuple(items), parts)
    # what is written is nothing; the items are what is taken out
    return joined, times_in_article(texts, joined)


def _among(windows: Ids, wanted: Ids) -> Bools:
    """Which rows are among the wanted ones; both of shape (n, k)."""
    keys: Bools = np.isin(_keys(windows), _keys(wanted))
    return keys


def _keys(windows: Ids) -> npt.NDArray[np.uint64]:
    keys = np.zeros(len(windows), np.uint64)
    for column in windows.T:
        # five symbols fit 64 bits; of more this is a hash, which is as good
        keys = keys * np.uint64(MAX_SYMBOLS) + column
    return keys


def times_in_article(texts: Texts, found: Places) -> I64:
    """How often the term of each place stands in its article, as a string."""
    counted = _times_of_chinese(texts, found)
    if counted is not None:
        return counted
    of = zip(texts.article[found.start].tolist(), found.item.tolist(), strict=True)
    return np.array([texts.count(number, found.items[item]) for number, item in of], np.int64)


def _times_of_chinese(texts: Texts, found: Places) -> I64 | None:
    """`times_in_article` where all terms are Chinese characters, each of which is a symbol of its own; else None."""
    han = np.append(0, np.cumsum(texts.chinese()))
    length = found.end - found.start
    if (han[found.end] - han[found.start] != length).any() or length.max(initial=0) > LONGEST:
        return None
    out = np.empty(len(found), np.int64)
    for k in np.unique(length).tolist():
        own = np.flatnonzero(length == k)
        start = found.start[own]
        text = texts.article[start]
        spans = texts.scored.starts[text], texts.scored.starts[text + 1] - 1
        times = texts.times(*spans, texts.ids[start[:, None] + np.arange(k)], apart=True)
        if times is None:
            return None
        out[own] = times
    return out


def at_places(texts: Texts, found: Places, times: I64, phrases: Phrases) -> F64:
    """Evidence of the place for each term, shape (n, len(PLACE))."""
    model = texts.model
    numbers = model.words.numbers_of(found.items)
    known = numbers >= 0
    log_prob = np.where(known, model.words.log_probs[numbers], model.words.log_prob(""))
    cost = log_prob[found.item] if len(found) else np.zeros(0)
    length = found.end - found.start
    signs = model.alphabet.encode(_PUNCTUATION)
    return np.column_stack(
        [
            after_de(texts, found),
            found.gain,
            found.here,
            np.minimum(found.here, 12),
            found.behind,
            np.maximum(found.behind, -4),
            cost,
            found.here + cost,
            length == 1,
            length >= 3,
            np.log(np.maximum(times, 1)),
            np.isin(texts.ids[found.end], signs),
            ~known[found.item] if len(found) else np.zeros(0),
            phrases.around(texts, found),
        ]
    ).astype(np.float64)


def around(texts: Texts, found: Places, p: F64) -> F64:
    """At each position the largest probability of a term that begins, ends or lies over it, shape (len(ids),)."""
    out = np.zeros(len(texts.ids))
    some = np.flatnonzero(p > 0.05)
    for shift in range(LONGEST + 1):
        over = some[found.start[some] + shift <= found.end[some]]
        np.maximum.at(out, found.start[over] + shift, p[over])
    return out


def after_de(texts: Texts, found: Places) -> Bools:
    """Which places stand straight after 的."""
    after: Bools = texts.ids[found.start - 1] == texts.model.alphabet.encode("的")[0]
    return after


def of_items(
    after: Bools,
    slot_rates: tuple[float, float],
    found: I64,
    articles: I64,
    surviving: I64,
    listed: Bools,
    goes_on: Bools,
) -> F64:
    """Evidence of the items, shape (n, len(ITEM)).

    slot_rates  the share of slots after 的, and of other places looked at, that carry a term
    found, articles, surviving  of the term of each place; 0 where it is not `listed`
    goes_on  whether the source goes on like this behind the term in several articles: what is pushed in stands
             before anything
    """
    rate = np.log(np.where(after, *slot_rates))
    base = np.where(after, *slot_rates)
    share = np.log((found + 2 * base) / (surviving + 2 * (1 - base)))
    # what was found a dozen times is no likelier for being found a hundred times in a larger sample
    many, spread = np.minimum(found, ENOUGH), np.minimum(articles, ENOUGH)
    columns = [rate, rate * after, np.log(0.1 + many), np.log(0.1 + spread), share, listed, goes_on]
    return np.column_stack(columns).astype(np.float64)
