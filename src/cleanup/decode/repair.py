"""What decoding gives: repairs of texts, each with the tier that its evidence earns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cleanup.channel.items import Item, lower_bound
from cleanup.data import Silence, Tier

# A repair is made unasked from this confidence on, and only where its item is well supported; it is suggested
# from even odds on. docs/benchmark.md has what these give.
AUTO: dict[str, float] = {"strip": 0.97, "insert": 0.97, "mask": 0.99, "swap": 0.98, "spin": 0.99}
SUGGEST = 0.5
# Articles with more bits a character are not learned from, and nothing is auto in them; depth.py says which of them are
# silent. Damage is surprising by itself: terse prose with eight edits in a hundred characters has up to 8.4, undamaged
# 8.1; of 80 articles in modern translations of old prose 69 are above. Channels learned elsewhere would make .2 to .5
# auto repairs in 10,000 of their characters, and make .05 to .09.
BITS = 8.5
# A learned item that no editor has seen may be auto where it was found in so many articles, and is right with such
# probability.
ARTICLES_MIN, SURE_MIN = 3, 0.9
# And a stripped string between so many different neighbours: one phrase that every article repeats is one observation.
CONTEXTS_MIN = 3
# However sure the item is, the place alone must prefer the repair by so many nats: below 3 of those with confidence
# above .98 9 in 10 were right, above 99 in 100.
MARGIN_MIN = 3.0
# An editor who approves an item asks for its repairs: what is left to doubt is the place.
AUTO_APPROVED, MARGIN_APPROVED = 0.9, 1.5
# No comma is put back unasked: of the surest 9 in 10 were lost, the others are places where the author left one out. From
# this confidence on 83 in 100 are right on three farms and 86 on three others; from .87 on 89, and half as many.
COMMA_APPROVED = 0.8
# What an editor approved counts as found at least so often, and in as many articles and contexts.
APPROVED = 20


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit of text `number` of a batch; offsets are code points of that text.

    replacement  None where that something is missing is sure, and not what
    rule         the built-in that it is a finding of
    """

    number: int
    start: int
    end: int
    replacement: str | None
    rule: str
    tier: Tier
    confidence: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What decoding makes of a text: its repairs, and where it was left alone and why, both in order of place."""

    repairs: tuple[Repair, ...] = ()
    silences: tuple[Silence, ...] = ()


def in_doubt(repair: Repair, bits: float) -> Repair:
    """The repair as an article of so many bits a character may have it: suggested at most where that is too many."""
    if bits <= BITS:
        return repair
    tier: Tier = "suggest" if repair.tier == "auto" else repair.tier
    return replace(repair, tier=tier, evidence={**repair.evidence, "article_bits": round(bits, 1)})


def support(item: Item) -> tuple[int, int, int]:
    """found, articles and contexts of an item as decoding counts them."""
    if item.status != "approved":
        return item.found, item.articles, item.contexts
    return max(item.found, APPROVED), max(item.articles, APPROVED), max(item.contexts, APPROVED)


def support_elsewhere(item: Item) -> tuple[int, int, int]:
    """`support` less what one article has of it: the one at hand may be of the sample, and does not speak for itself."""
    found, articles, contexts = support(item)
    if item.status == "approved" or not articles:
        return found, articles, contexts
    return found - -(-found // articles), articles - 1, contexts - -(-contexts // articles)


def tier_of(item: Item, confidence: float, margin: float) -> Tier | None:
    """The tier that a repair earns; None where it is not worth a look.

    margin  nats by which the place alone prefers it to everything else there

    What was found in a source is a sample, so its lower bounds decide: a stripped string that survives as often as
    it is restored, or one restored in two articles, is suggested and no more.
    """
    if confidence < SUGGEST:
        return None
    if item.text == "*":
        # a word that was found in the slot here alone: 24 in 25 are right, of terms that recur 99 in 100
        return "suggest"
    if item.kind == "commas":
        return "auto" if item.status == "approved" and confidence >= COMMA_APPROVED else "suggest"
    if item.status == "approved":
        return "auto" if confidence >= AUTO_APPROVED and margin >= MARGIN_APPROVED else "suggest"
    if confidence < AUTO[item.kind] or margin < MARGIN_MIN:
        return "suggest"
    sound = item.articles >= ARTICLES_MIN and item.sure >= SURE_MIN
    if item.kind == "mask":
        # a costume may hide a further word that was not learned: an editor must have seen the list
        return "suggest"
    if item.kind == "strip":
        sound &= item.contexts >= CONTEXTS_MIN
        sound &= lower_bound(item.found, item.found + item.surviving) >= STRIP_RATE_MIN
    return "auto" if sound else "suggest"


# The lower bound of the strip rate of what is restored unasked: four of four, or seven of eight.
STRIP_RATE_MIN = 0.45


def evidence_of(item: Item) -> dict[str, Any]:
    """What the channel says of an item, for a person."""
    return {
        "item": item.name,
        "status": item.status,
        "found": item.found,
        "articles": item.articles,
        "surviving": item.surviving,
        "sure": round(item.sure, 3),
    }
