"""Places of stripped words, each asked of the whole model.

Bigrams are a poor first question here. A word is called for by what stands two and three characters before it (图形用户
[界面]), which bigrams do not see: of the places of words that gain anything the question that does for characters
passes 105 in 195. A list of words is short, so its words can be asked in full.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cleanup.decode import strips
from cleanup.decode.fits import SURPRISED, SURPRISED_FOUR, Fits, insertions
from cleanup.decode.judge import F64, judge
from cleanup.decode.places import Places
from cleanup.decode.texts import Texts
from cleanup.lexicon import Lexicon
from cleanup.lm.gains import parts_of_changes

# Farms strip one to five words. Longer lists are asked by bigrams first, so that an editor's list of hundreds of words
# costs no more than that: a word costs a sixtieth of a second in 50,000 characters.
MOST = 24
# Insertions of words are looked at from here on. Of those that gain less than nothing one in ten is right.
LEAST = -1.0
# What is known of a word at its place. How often its source was found to have lost it says no more: with counts of
# places, articles and contexts, with its stand-ins, and with the same context in other articles recall is the same.
EVIDENCE = strips.PLACE


def places_of_words(texts: Texts, fits: Fits, least: float = LEAST) -> Places:
    """Every insertion of a word that gains more than `least` nats; those of a long list as far as bigrams allow."""
    if len(fits.items) > MOST:
        return insertions(texts, fits, least)
    return in_full(texts, fits.items, least)


def in_full(texts: Texts, items: Sequence[str], least: float) -> Places:
    """Every insertion of a word beside a Chinese character that gains more than `least` nats."""
    at, upto = texts.gaps(), texts.scored.upto
    surprised = (upto[at + 1] - upto[at] < -SURPRISED) & (upto[at + 4] - upto[at] < -SURPRISED_FOUR - least)
    at = at[surprised]
    parts = []
    for i, item in enumerate(items):
        symbols = texts.model.alphabet.encode(item)
        here, behind = parts_of_changes(texts.model, texts.scored, at, at, np.tile(symbols, (len(at), 1)))
        good = here + behind > least
        where = at[good]
        parts.append(Places(tuple(items), np.full(len(where), i), where, where, here[good], behind[good]))
    return Places.joined(tuple(items), parts)


def probability(texts: Texts, places: Places, lexicon: Lexicon, rivals: F64) -> F64:
    """The probability that each word stood there, if its source strips it, shape (n,); rivals as in strips.at_places."""
    return judge("word-place", EVIDENCE).probability(strips.at_places(texts, places, lexicon, rivals))
