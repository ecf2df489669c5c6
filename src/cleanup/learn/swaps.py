"""Which characters a source's filter writes for others: 最 → 更.

At surprising places the whole model says which characters would fit better. Pooled by pair of what is written and
what would fit, a swap shows in many unlike contexts, on both sides, far better than the written character, and
what would fit has nearly vanished between the same neighbours. A domain's own words look alike only on one side
(毒品 where the model expects 产品), a mere preference of the model leaves the rival standing elsewhere, and a
stripped character is explained better by an insertion.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item, lower_bound
from cleanup.decode.substitutes import best_insertion, gain_of, occurrences, out_of_depth, substitutes
from cleanup.decode.texts import Texts
from cleanup.lexicon import REACH, Lexicon, shared
from cleanup.lm.alphabet import DIGIT
from cleanup.lm.gains import gains_of_changes

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]

# Places are asked where the character has less than e^-6 after what is before it: one in seven. At e^-5 one in five
# is, and the same swaps are learned.
_SURPRISING = -6.0
# At most this many of them, evenly over the sample: of 400 articles every third, and all of them change nothing.
_PLACES = 20_000
# A pair is looked at closer when it is proposed with this gain in this many contexts on either side.
_PROPOSED = 4.0
_CONTEXTS = 3
# The gain of a place that speaks for a swap, and of one that speaks loud: in honest text a wrong substitute has it
# by chance at one place in e^6.
FOR, LOUD = 3.0, 6.0
# Loud contexts, the fewest of left neighbours, right neighbours and articles. Of nine farms without swaps, twelve
# undamaged sources and 39 samples of undamaged text of families that the model had not counted none has a false pair
# with 4, and two have one with 3. True ones of the bench have 8 and more; of a farm with a dozen swaps nothing is seen.
_LOUD_CONTEXTS = 4
# Of the places that speak for it this share must be loud: swaps have .35 to .45, pairs like 我 for 其, which court
# papers write, .2.
_LOUD_SHARE = 0.35
# And they must be this share of all places of the written character, since by chance some are: of the 1,945 某 of a
# farm of court papers 2 in 100 would rather be 色 (after 蓝 and 白, which are surnames, too); swaps have 12 and more.
_OF_WRITTEN = 0.05
# The share of its occurrences that survive, between the same neighbours, and the lower bound of the share that does
# not. Filters are all or nothing: of true swaps .06 seemed to survive at most, of false pairs .12 and more.
_SURVIVING = 0.1
_RATE_AT_LEAST = 0.6
# Of the places that speak for it an insertion may explain a quarter better.
_NO_INSERTION = 0.75
# What the dictionary says at the loud places: what a swap gives back is likelier as words, in log10 by .3 and more on
# average, against -.5 of false pairs (住 where the model expects 买, in reviews of hotels).
_WORDS_GAIN = 0.1
_WORDS_PLACES = 60
# One left neighbour, as digits are to the model: 一包, 两包, 三包 say one thing.
_NUMERALS = "一二两三四五六七八九十几半"


# Where a stripped character beside it explains more of the places than this, nothing is swapped.
_LEFT_OVER = 0.3
# What a filter writes is an everyday character: a rare one (氙 in articles about it) is improbable wherever it stands.
_COMMON = 2e-5


def learn_swaps(texts: Texts, lexicon: Lexicon | None = None, stripped: Sequence[str] = ()) -> list[Item]:
    """The characters that the source's filter swaps, surest first: `text` was meant, `becomes` is written.

    stripped  characters that the source strips: 保 is what it leaves of 保险 and 保费, and no swap
    """
    if out_of_depth(texts):
        return []
    best: dict[int, Item] = {}
    for written, meant in _proposed(texts):
        item = _judged(texts, written, meant, lexicon or shared(), stripped)
        if item and (written not in best or best[written].found < item.found):
            best[written] = item
    return sorted(best.values(), key=lambda i: (-i.sure, -i.found, i.text, i.becomes))


def _proposed(texts: Texts) -> list[tuple[int, int]]:
    """Pairs (written, meant) that the model proposes in several contexts."""
    ids = texts.ids.astype(np.int64)
    at = np.flatnonzero(texts.chinese() & (np.diff(texts.scored.upto) < _SURPRISING))
    if not len(at):
        return []
    at = at[:: len(at) // _PLACES + 1]
    chosen, gain = substitutes(texts, at)
    row, k = np.nonzero((gain >= _PROPOSED) & (gain >= gain.max(1)[:, None] - 1))
    place = at[row]
    size = len(texts.model.alphabet)
    keys, own, count = np.unique(ids[place] * size + chosen[row, k], return_inverse=True, return_counts=True)
    enough = count >= _CONTEXTS
    for side in (-1, 1):
        pairs = np.unique(own * size + ids[place + side]) // size
        enough &= np.bincount(pairs, minlength=len(keys)) >= _CONTEXTS
    return [(int(key) // size, int(key) % size) for key in keys[enough]]


def _judged(texts: Texts, written: int, meant: int, lexicon: Lexicon, stripped: Sequence[str]) -> Item | None:
    symbol = texts.model.alphabet.symbol
    now, was = symbol(written), symbol(meant)
    counted = texts.model.words.characters
    if counted[written] < _COMMON * counted.sum():
        return None
    at = occurrences(texts, now)
    gain = gain_of(texts, at, 1, was)
    for_it, gain = at[gain >= FOR], gain[gain >= FOR]
    rivals = best_insertion(texts, for_it)
    kept = rivals < gain
    if kept.sum() < max(_NO_INSERTION * len(for_it), _OF_WRITTEN * len(at)):
        return None
    for_it, gain = for_it[kept], gain[kept]
    if _left_over(texts, for_it, stripped) > _LEFT_OVER:
        return None
    loud = for_it[gain >= LOUD]
    contexts = diversity(texts, loud, 1)
    if contexts < _LOUD_CONTEXTS or len(loud) < _LOUD_SHARE * len(for_it):
        return None
    if not _makes_words(texts, loud, now, was, lexicon):
        return None
    # what still stands, between right neighbours where it should have been swapped: 最后 and 最近 are spared
    ids = texts.ids
    there = occurrences(texts, was)
    there = there[np.isin(ids[there + 1], ids[for_it + 1])]
    surviving = int((-gain_of(texts, there, 1, now) >= FOR).sum())
    found = len(for_it)
    all_of_it = found + surviving
    if surviving > _SURVIVING * all_of_it or lower_bound(found, all_of_it) < _RATE_AT_LEAST:
        return None
    return Item(
        "swap",
        was,
        now,
        rate=found / all_of_it,
        found=found,
        surviving=surviving,
        articles=len(np.unique(texts.article[for_it])),
        contexts=distinct(texts, for_it, 1),
        # of wrong pairs half as many or fewer are left with each loud context more
        sure=1 - 2.0**-contexts,
        examples=examples(texts, for_it, gain, 1, was),
    )


def _left_over(texts: Texts, at: I64, stripped: Sequence[str]) -> float:
    """The share of characters that a stripped one beside them explains, too: it would gain there."""
    explained = np.zeros(len(at), bool)
    for c in stripped:
        symbols = np.tile(texts.model.alphabet.encode(c), (len(at), 1))
        for shift in (0, 1):
            beside = at + shift
            explained |= gains_of_changes(texts.model, texts.scored, beside, beside, symbols) > 0
    return float(explained.mean()) if len(at) else 0.0


def _makes_words(texts: Texts, at: I64, now: str, was: str, lexicon: Lexicon) -> bool:
    """Whether the dictionary, too, finds the text likelier with the other character."""
    gains = []
    for position in at[:_WORDS_PLACES].tolist():
        number, start = texts.offset(position)
        lo, end = max(0, start - REACH), start + len(now)
        gains.append(lexicon.judge(texts.texts[number][lo : end + REACH], start - lo, end - lo, was).gain)
    return float(np.mean(gains)) >= _WORDS_GAIN


def diversity(texts: Texts, at: I64, length: int) -> int:
    """The fewest of different left neighbours, right neighbours and articles of some places."""
    if not len(at):
        return 0
    ids = texts.ids
    numerals = texts.model.alphabet.encode(_NUMERALS)
    left = ids[at - 1].copy()
    left[np.isin(left, numerals)] = DIGIT
    return min(len(np.unique(x)) for x in (left, ids[at + length], texts.article[at]))


def distinct(texts: Texts, at: I64, length: int) -> int:
    """How many different pairs of neighbours some places have."""
    ids = texts.ids.astype(np.int64)
    return len(np.unique(ids[at - 1] << 16 | ids[at + length]))


def examples(texts: Texts, at: I64, gain: F32, length: int, meant: str) -> tuple[str, ...]:
    """The places of highest gain, of different articles, marked."""
    best = at[np.argsort(-gain, kind="stable")].tolist()
    return texts.examples((position, position + length, meant) for position in best)
