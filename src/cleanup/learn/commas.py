"""The share of commas between clauses that a source has lost.

Places where a comma would make the text much likelier are counted against the commas that stand and that the model
would miss as much: how many of them it sees is known, since they stand. Native writing leaves some commas out, too,
so a source has lost commas only when there are more such places than undamaged text has.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.habits import COMMA
from cleanup.decode.substitutes import best_insertion, gain_of, substitutes
from cleanup.decode.texts import Texts
from cleanup.learn.swaps import examples

I64 = npt.NDArray[np.int64]

# A comma is missed where it gains this much. The model misses a tenth (court papers, reviews) to four tenths
# (dialogue, news) of the commas that stand by so much; at 2 twice as many, but false ones three times as many.
_MISSED = 4.0
# Places in text that lost no commas, for each comma that stands and would be missed: .05 in the middle over nineteen
# sources, .17 at most (hotel reviews, which leave out commas themselves). Of 39 samples of other undamaged text two
# had more than .2 for certain, reviews and court papers; at .27, which excludes the reviews, farms that lost a tenth
# and two of those that lost a fifth are not seen any more.
_HONEST, _HONEST_AT_MOST = 0.08, 0.2
# Places seen for each comma that was lost, where one that stands is seen once: what is lost makes the gaps around it odd,
# too. Of eighteen samples of text with a fifth to a third of its commas taken out the share is then
# learned within a quarter of itself, but for xinwenlianbo (.2 as .29).
_SEEN = 1.3
# Gaps are asked where what follows has less than e^-4 after what is before: half of them, which hold 98 of 100 places.
_SURPRISING = -4.0
# Fewer commas that would be missed say nothing.
_ENOUGH = 30


def learn_commas(texts: Texts) -> Item | None:
    """The commas that the source lost, None where it is not clear that it lost any.

    found counts places where one is missed, less what honest text would have; surviving the commas that stand and
    would be missed; expected the places that honest text would have.
    """
    model, ids, chinese = texts.model, texts.ids.astype(np.int64), texts.chinese()
    comma = int(model.alphabet.encode(COMMA)[0])
    inner = np.zeros(len(ids), bool)
    inner[1:-1] = chinese[:-2] & chinese[2:]
    standing = np.flatnonzero(inner & (ids == comma))
    seen = standing[-gain_of(texts, standing, 1, "") >= _MISSED]
    if len(seen):
        # a comma counts as seen where nothing else fits better
        seen = seen[substitutes(texts, seen)[1].max(1) < 0]
    kept = len(_once(ids, seen, 1))
    if kept < _ENOUGH:
        return None
    gaps = np.flatnonzero(chinese[1:] & chinese[:-1] & (np.diff(texts.scored.upto)[1:] < _SURPRISING)) + 1
    gain = gain_of(texts, gaps, 0, COMMA)
    gaps, gain = gaps[gain >= _MISSED], gain[gain >= _MISSED]
    # what was stripped leaves gaps, too
    real = best_insertion(texts, gaps, 0) < gain
    gaps, gain = gaps[real], gain[real]
    once = _once(ids, gaps, 0)
    gaps, gain = gaps[once], gain[once]
    missed = len(gaps)
    if missed - 2 * sqrt(missed) <= _HONEST_AT_MOST * kept:
        return None
    found = round((missed - _HONEST * kept) / _SEEN)
    halfwidth = sum(t.count(",") for t in texts.texts) > sum(t.count(COMMA) for t in texts.texts)
    spread = (missed - _HONEST_AT_MOST * kept) / sqrt(missed)
    return Item(
        "commas",
        "," if halfwidth else COMMA,
        rate=found / (found + kept),
        found=found,
        surviving=kept,
        articles=len(np.unique(texts.article[gaps])),
        contexts=missed,
        expected=round(_HONEST * kept, 1),
        # how many standard errors it is above what honest text has at most
        sure=1 - 0.5 ** min(spread + 1, 10.0),
        examples=examples(texts, gaps, gain, 0, COMMA),
    )


def _once(ids: I64, at: I64, length: int) -> I64:
    """One place, as its number in `at`, of those between the same two symbols on either side.

    A formula of court papers that the model would punctuate says the same hundred times.
    """
    key = np.stack([ids[at - 2], ids[at - 1], ids[at + length], ids[at + length + 1]])
    return np.sort(np.unique(key, axis=1, return_index=True)[1])
