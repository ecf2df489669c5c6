"""Whether the articles of a source are those of two machines: a dump without a source field may hold several farms.

Two machines differ in what they push in and strip, so the items found in an article tell which machine it passed. The
articles are split in two by that, and then asked what no split of a single farm can answer with yes: do characters
that are stripped in one half stand unharmed in the other?
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.phrases import Phrases
from cleanup.decode.texts import Texts
from cleanup.learn.inserts import learn_inserts
from cleanup.learn.strips import learn_strips
from cleanup.lexicon import Lexicon
from cleanup.lm.model import Model

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# Items in fewer articles, and articles with fewer items, say nothing about a split. Each half must have so many
# articles that something can be learned from it.
_DOCS, _ITEMS, _HALF = 5, 2, 10
# Of more articles of a half as many as are below this are learned from, evenly over their order.
_ENOUGH = 100
# By how much the first way to split must explain more than the second. Of 14 farms of the bench 6 are above, of pairs
# of farms put together 4 in 5; a lower gate costs time and finds few more.
_AHEAD = 0.05
# A stripped character as sure as this, found so often, is asked for in the other half, and stands there if there is
# a third as much of it as was stripped here.
_SURE, _FOUND, _STANDS = 0.9, 4, 0.3
# So many of them, and such a share, must stand in the other half. Of the single farms one has 1 of 9, all others none.
_LEAST, _SHARE = 3, 0.2


def mixed(
    texts: Sequence[str], found: Sequence[Collection[str]], model: Model, lexicon: Callable[[], Lexicon]
) -> str:
    """What speaks for the texts being of two machines, or "" where they seem to be of one.

    found  of each text the items of their common channel of which it shows damage
    """
    halves = split(_table(found))
    if halves is None:
        return ""
    first, second = ([texts[n] for n in half] for half in halves)
    asked = stand = 0
    for own, other in ((first, second), (second, first)):
        own = own[:: len(own) // _ENOUGH + 1]
        items = _stripped(own, model, lexicon)
        asked += len(items)
        stand += _standing(items, own, other)
    if stand < max(_LEAST, _SHARE * asked):
        return ""
    return (
        f"articles fall into two groups ({len(first)} and {len(second)}), and {stand} of {asked} characters that are "
        "stripped in one stand in the other"
    )


def split(found: npt.NDArray[np.bool_]) -> tuple[I64, I64] | None:
    """The rows of a table of articles by items in two groups, by the first axis of a correspondence analysis.

    None where there is too little to go by, or no axis stands out. How much damage an article has, and how frequent
    an item is, are taken out: only which items go together counts.
    """
    rows: I64 = np.arange(len(found))
    while True:
        columns = found.sum(0) >= _DOCS
        kept = found[:, columns].sum(1) >= _ITEMS
        if columns.all() and kept.all():
            break
        found, rows = found[kept][:, columns], rows[kept]
    if len(found) < 2 * _HALF or found.shape[1] < 6:
        return None
    share: F64 = found / found.sum()
    expected = np.outer(share.sum(1), share.sum(0))
    left, strength, _ = np.linalg.svd((share - expected) / np.sqrt(expected), full_matrices=False)
    first = left[:, 0] > 0
    first ^= not first[0]  # the sign of an axis means nothing, and libraries differ in it
    if strength[0] - strength[1] < _AHEAD or min(first.sum(), (~first).sum()) < _HALF:
        return None
    return rows[first], rows[~first]


def _table(found: Sequence[Collection[str]]) -> npt.NDArray[np.bool_]:
    """Which items were found in which text, shape (texts, items); that a slot is filled says nothing of a machine."""
    names = sorted({name for own in found for name in own if not name.endswith(":*")})
    return np.array([[name in own for name in names] for own in found], bool).reshape(len(found), len(names))


def _stripped(texts: Sequence[str], model: Model, lexicon: Callable[[], Lexicon]) -> list[Item]:
    """The characters that are surely stripped in some texts."""
    scored = Texts.of(model, texts)
    _, rivals = learn_inserts(scored, Phrases.of(scored))
    items = learn_strips(scored, lexicon(), rivals, surnames=True)
    return [i for i in items if i.sure >= _SURE and i.found >= _FOUND]


def _standing(items: Sequence[Item], own: Sequence[str], other: Sequence[str]) -> int:
    """How many of the items stripped in one half stand in the other."""
    there = "".join(other)
    times = len(there) / max(1, sum(map(len, own)))
    return sum(there.count(i.text) >= _STANDS * i.found * times for i in items)
