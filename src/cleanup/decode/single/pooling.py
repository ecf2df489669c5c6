"""What the other places of an article show: of the same item, and of all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.decode.judge import F64
from cleanup.decode.texts import I64

# One item counts as damage of the rest of the article at most so often: a word that an article is about and that
# the model does not know is one surprise, wherever it stands.
_MOST = 2.0


@dataclass(frozen=True, slots=True)
class Pooled:
    """For each place, in sums of probabilities, shape (n,): `elsewhere` of its item between other neighbours in its
    article, `rest` of all other items in its article. And of each article: `total` of all its items.
    """

    elsewhere: F64
    rest: F64
    total: F64


def pooled(
    article: npt.NDArray[np.integer[Any]], item: I64, context: I64, p: F64, hits: I64, articles: int
) -> Pooled:
    """What the hits say for each place, none of which speaks for itself.

    article, item, context  of every place, shape (n,); p its probability of being damage
    hits                    rows that keep clear of each other; all others count nothing
    articles                how many there are
    """
    where = article.astype(np.int64)
    width = int(item.max(initial=0)) + 1
    own = where * width + item
    # the same neighbours again are one observation: a phrase of the article's
    neighbours, of = np.unique(context, return_inverse=True)
    keys = own * max(1, len(neighbours)) + of.reshape(-1)
    seen, at_key = np.unique(keys[hits], return_inverse=True)
    best = np.zeros(len(seen))
    np.maximum.at(best, at_key.reshape(-1), p[hits])
    items, at = np.unique(seen // max(1, len(neighbours)), return_inverse=True)
    sums = np.bincount(at.reshape(-1), weights=best, minlength=len(items))
    capped = np.minimum(sums, _MOST)
    total = np.bincount(items // width, weights=capped, minlength=articles).astype(np.float64)
    if not len(items):
        return Pooled(np.zeros(len(p)), np.zeros(len(p)), total)
    mine = np.searchsorted(items, own).clip(0, len(items) - 1)
    known = items[mine] == own
    sum_of, cap_of = np.where(known, sums[mine], 0.0), np.where(known, capped[mine], 0.0)
    # what the hits of the same item between the same neighbours say
    same = np.searchsorted(seen, keys).clip(0, len(seen) - 1)
    here = np.where(seen[same] == keys, best[same], 0.0)
    return Pooled(np.maximum(sum_of - here, 0.0), np.maximum(total[where] - cap_of, 0.0), total)
