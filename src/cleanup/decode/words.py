"""Places of stripped words, each asked of the whole model.

Bigrams are a poor first question here. A word is called for by what stands two and three characters before it (图形用户
[界面]), which bigrams do not see: of the places of words that gain anything the question that does for characters
passes 105 in 195. A list of words is short, so its words can be asked in full.

What the place says (strips.PLACE) is all that is asked of a word. How often its source was found to have lost it, its
stand-ins, and the same context in other articles were measured to add nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cleanup.decode.fits import Fits, insertions, surprising
from cleanup.decode.places import Places
from cleanup.decode.texts import Texts
from cleanup.lm.gains import parts_of_changes

# Farms strip one to five words. Longer lists are asked by bigrams first, so that an editor's list of hundreds of words
# costs no more than that: a word costs a sixtieth of a second in 50,000 characters.
MOST = 24
# Insertions of words are looked at from here on. Of those that gain less than nothing one in ten is right.
LEAST = -1.0


def places_of_words(texts: Texts, fits: Fits, least: float = LEAST) -> Places:
    """Every insertion of a word that gains more than `least` nats; those of a long list as far as bigrams allow."""
    if len(fits.items) > MOST:
        return insertions(texts, fits, least)
    return in_full(texts, fits.items, least)


def in_full(texts: Texts, items: Sequence[str], least: float) -> Places:
    """Every insertion of a word beside a Chinese character that gains more than `least` nats."""
    at = texts.gaps()
    at = at[surprising(texts, at, least)]
    parts = []
    for i, item in enumerate(items):
        symbols = texts.model.alphabet.encode(item)
        here, behind = parts_of_changes(texts.model, texts.scored, at, at, np.tile(symbols, (len(at), 1)))
        good = here + behind > least
        where = at[good]
        parts.append(Places(tuple(items), np.full(len(where), i), where, where, here[good], behind[good]))
    return Places.joined(tuple(items), parts)
