"""Evidence for what a filter has stripped: an insertion at a place, and what the source says of the item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleanup.decode.judge import F64
from cleanup.decode.places import F32, Places, margins, words_around
from cleanup.decode.texts import I64, Texts
from cleanup.lexicon import Lexicon
from cleanup.lm.alphabet import DIGIT

# What is known of an insertion at its place. Gains are kept whole and with the part above 8 nats cut off, since
# what a gain of 20 says beyond one of 10 is mostly that a phrase is frequent.
PLACE = (
    "gain",
    "gain_to_8",
    "here",
    "here_from_-6",
    "behind_to_12",
    "margin",
    "margin_to_6",
    "words_gain",
    "tears_word",
    "rarest_before",
    "rarest_after",
    "commonness",
    "rival_deletion",
    "after_digit",
)
# And of its item over the source.
COUNTS = ("found", "articles", "contexts", "rate", "surviving", "expected", "missing")
ITEM = (*COUNTS, "stands_here")


def at_places(texts: Texts, places: Places, lexicon: Lexicon, rivals: F64) -> F64:
    """Evidence of the place for each insertion, shape (n, len(PLACE)).

    rivals  at each position the probability that a term around it was pushed in, shape (len(texts.ids),): what
            breaks a sentence at its edges is no gap
    """
    words = words_around(texts, places, lexicon)
    gain, margin = places.gain, margins(places)
    return np.column_stack(
        [
            gain,
            np.minimum(gain, 8),
            places.here,
            np.maximum(places.here, -6),
            np.minimum(places.behind, 12),
            margin,
            np.minimum(margin, 6),
            words[:, 0],
            words[:, 1],
            words[:, 2],
            words[:, 3],
            commonness(texts, places.items)[places.item] if len(places) else np.zeros(0),
            rivals[places.start],
            texts.ids[places.start - 1] == DIGIT,
        ]
    ).astype(np.float64)


def margin_in(evidence: F64) -> F32:
    """How far each insertion is ahead of the best other one, as `at_places` found it, shape (n,), to be changed."""
    return evidence[:, PLACE.index("margin")].astype(np.float32)


def commonness(texts: Texts, items: Sequence[str]) -> F64:
    """ln of the share of each item among all characters counted, or among all words."""
    words = texts.model.words
    total = max(1, int(words.characters.sum()))
    ids = [texts.model.alphabet.encode(i) for i in items]
    return np.array(
        [
            np.log(max(1, int(words.characters[i[0]])) / total) if len(i) == 1 else words.log_prob(item)
            for i, item in zip(ids, items, strict=True)
        ]
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """What a source shows of some items, in integers, shape (n,) each; see channel.items.Item."""

    found: I64
    articles: I64
    contexts: I64
    surviving: I64
    expected: F64

    def take(self, rows: I64) -> Counts:
        return Counts(
            self.found[rows],
            self.articles[rows],
            self.contexts[rows],
            self.surviving[rows],
            self.expected[rows],
        )


def of_items(counts: Counts, stands_here: F64) -> F64:
    """Evidence of the items, shape (n, len(ITEM)); `stands_here`: whether the item stands in the article unharmed."""
    return np.column_stack([of_counts(counts), stands_here])


def of_counts(counts: Counts) -> F64:
    """What the counts of items say, shape (n, len(COUNTS))."""
    found, surviving = counts.found.astype(float), counts.surviving.astype(float)
    expected = np.maximum(counts.expected, 0.1)
    return np.column_stack(
        [
            np.log(0.1 + found),
            np.log(0.1 + counts.articles),
            np.log(0.1 + counts.contexts),
            np.log((found + 0.3) / (found + surviving + 0.6)),
            np.log1p(surviving),
            np.log(expected),
            np.log((surviving + 0.5) / expected),
        ]
    )


def stands_here(texts: Texts, places: Places) -> F64:
    """Whether the item of each insertion stands somewhere in its article, shape (n,) of 0 and 1."""
    cache: dict[tuple[int, int], bool] = {}
    out = np.zeros(len(places))
    for row, (number, item) in enumerate(
        zip(texts.article[places.start].tolist(), places.item.tolist(), strict=True)
    ):
        key = (number, item)
        if key not in cache:
            cache[key] = places.items[item] in texts.texts[number]
        out[row] = cache[key]
    return out
