"""Words that a source's sentences call for and never get: the odds that a word was stripped, over all its contexts.

At each gap the model says how likely the word is after what stands before, p, and how much likelier the text gets by
it, g. A source whose author does not use the word has 1 - p as the chance of what is seen there, one that lost the word
1 + exp g; so the sum of ln(1 + exp g) + ln(1 - p) over all gaps is the log odds of the two, and its exponential is 1 on
average where the author does not use it. What a context calls for by itself costs nothing, and what makes sentences go
on better counts: that tells words that were taken out from words of another topic.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cleanup.decode.judge import F64
from cleanup.decode.texts import I64, Texts
from cleanup.lm.alphabet import BORDER
from cleanup.lm.gains import parts_of_changes

# Gaps that are asked, about a tenth of a second a word: a larger source gives every second article, or third.
GAPS = 60_000
# No gap counts for more nats: one phrase may be worth twenty.
_MOST = 4.0
_NEARLY_SURE = 0.99
# The others whose log odds a word's are held against: all but the best three, which may be stripped, too.
_BEST = 3
# In undamaged sources the others have 1 to 10; less than this says no more than this does.
_USUAL = 3.0

# called_for   ln of the log odds; over_others  the same over the median of the words asked with it
# strong       gaps where it gains more than 2 nats; best_there  the share of the odds from gaps where it is the best word
EVIDENCE = ("called_for", "over_others", "strong", "best_there")


def called_for(texts: Texts, items: Sequence[str], gaps: I64) -> tuple[F64, F64]:
    """The log odds that each word was stripped, shape (n,), and the evidence for it, shape (n, len(EVIDENCE)).

    gaps  positions that words may be missing in front of
    """
    at = _some(texts, gaps)
    ids, n = texts.ids, len(items)
    right, left = ids[at], ids[at - 1]
    gain, fits = np.full((n, len(at)), -np.inf), np.zeros((n, len(at)))
    expected = np.zeros(n)
    own = np.zeros(len(texts.model.alphabet), bool)
    for i, item in enumerate(items):
        symbols = texts.model.alphabet.encode(item)
        # a filter that takes the word leaves none of its characters behind: 或 for 或者 is the author's word
        own[symbols] = True
        rows = np.flatnonzero(~(own[right] | own[left]))
        own[symbols] = False
        written = np.broadcast_to(symbols, (len(rows), len(symbols)))
        here, behind = parts_of_changes(texts.model, texts.scored, at[rows], at[rows], written)
        p = here.astype(np.float64)
        gains = p + behind
        gain[i, rows] = gains
        fits[i, rows] = np.log1p(np.exp(np.minimum(gains, _MOST)))
        expected[i] = -np.log1p(-np.minimum(np.exp(p), _NEARLY_SURE)).sum()
    odds: F64 = fits.sum(1) - expected
    others = np.sort(odds)[::-1][_BEST:]
    usual = max(_USUAL, float(np.median(others)) if len(others) else 0.0)
    positive = np.maximum(odds, 0.5)
    best = np.where(gain == gain.max(0, initial=-np.inf), fits, 0.0).sum(1)
    columns = (
        np.log(positive),
        np.log(positive / usual),
        np.log1p((gain > 2).sum(1)),
        best / np.maximum(fits.sum(1), 0.1),
    )
    return odds, np.column_stack(columns)


def _some(texts: Texts, gaps: I64) -> I64:
    """One gap for each context of two characters on either side, of as many articles as there is time for."""
    ids = texts.ids.astype(np.int64)
    # at the beginning of a line the model knows too little: what begins lines of news begins a review, too
    gaps = gaps[(ids[gaps - 1] != BORDER) & (ids[gaps - 1] != texts.model.alphabet.encode("\n")[0])]
    step = -(-len(gaps) // GAPS)
    at = gaps[texts.article[gaps] % max(1, step) == 0]
    size = len(texts.model.alphabet)
    context = ((ids[at - 2] * size + ids[at - 1]) * size + ids[at]) * size + ids[at + 1]
    first: I64 = np.sort(np.unique(context, return_index=True)[1])
    chosen: I64 = at[first]
    return chosen
