"""Characters that a filter may have swapped in one article: 更 where 最 was meant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cleanup.channel.items import Item
from cleanup.decode.judge import F64
from cleanup.decode.places import F32
from cleanup.decode.single.made import Made
from cleanup.decode.substitutes import gain_of, occurrences
from cleanup.decode.swaps import cues
from cleanup.decode.texts import I64, Texts

PLACE = ("gain_to_7", "gains_2", "cues")
ARTICLE = ("surviving", "others", "others_against")
# Undoing that gains as many nats speaks for a swap as much as it can, and one that loses a nat against it.
_FULL, _AGAINST = 5.0, -1.0
# Words in which filters leave 最 standing.
_SPARED = ("最后", "最近", "最终", "最为")


def places(texts: Texts, item: Item) -> tuple[I64, F32]:
    """Where the article writes `becomes`, and the nats that `text` would gain there."""
    at = occurrences(texts, item.becomes)
    return at, gain_of(texts, at, len(item.becomes), item.text)


def evidence(texts: Texts, item: Item, at: I64, gain: F32, made: Sequence[Made]) -> F64:
    """Evidence of each place, shape (n, len(PLACE) + len(ARTICLE))."""
    article, n = texts.article[at], len(texts.texts)
    standing = np.zeros(n)
    for number in np.unique(article).tolist():
        text = texts.texts[number]
        spared = sum(text.count(w) for w in _SPARED if w.startswith(item.text))
        standing[number] = text.count(item.text) - spared - made[number].restored.get(item.text, 0)
    own = np.clip(gain, 0.0, _FULL) / _FULL
    back = np.array([min(3, m.restored.get(item.text, 0)) for m in made], np.float64)
    loud = np.bincount(article, weights=own, minlength=n) + back
    against = np.bincount(article, weights=gain < _AGAINST, minlength=n)
    return np.column_stack(
        [
            np.minimum(gain, 7.0),
            gain > 2.0,
            cues(texts, at, item),
            np.log1p(np.maximum(standing, 0))[article],
            np.log(0.1 + np.maximum(loud[article] - own, 0.0)),
            np.log(0.3 + against[article] - (gain < _AGAINST)),
        ]
    ).astype(np.float64)
