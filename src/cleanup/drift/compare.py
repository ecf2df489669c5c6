"""What the signs of two days say of a channel: which items are not at work as they were, and what may be new.

A filter lets through nothing of what it strips, whatever the articles are about, so a stripped string that stands
again is the clearest sign. What stands less often may be another topic; that it is stripped now must be learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cleanup.channel.items import Channel, Item
from cleanup.drift.significance import fisher, rates_differ
from cleanup.drift.signs import DE, Count, Signs, watched

Way = Literal["stands again", "less", "more", "new"]

# Fewer articles that show a change are none.
ARTICLES = 3
# Of what would stand of a string without the filter this share must stand: two standard errors of what a filter that
# misses 3 in 100 leaves in 20 articles, and topics that have the string three times as often, stay below.
_STANDS, _TIMES = 0.2, 3.0
# The share of articles with a string whose natural number nobody knows.
_UNKNOWN = 0.03
# A term is pushed in more often by this factor, or less: honest phrases that were taken for terms come and go with topics.
_FACTOR = 5.0
# Of a term so many articles had it pushed in, and so large a share of its places was. Of 43 true terms of three farms each
# had 36 articles and .14; what was learned for a term and is none, 全部 after 的, has two to four, or .02.
_TERM_ARTICLES, _TERM_SHARE = 5, 0.1
# A spin leaves some of what it replaces: both of the pair must have moved by these factors.
_SPUN, _SPUN_AWAY = 1.5, 0.5
# By chance a single question has such an answer once in so many days; what the other questions allow comes beside it.
CHANCE = 1e-3
# What is learned was chosen by today's articles alone, so a lower bar is asked of it; and it must have fallen to a
# quarter, as a filter spares it in some places.
CHANCE_LEARNED, _LEFT = 1e-4, 0.25
# Hints that today's articles are worth learning from: a character of every fourteenth article is gone, a string of every
# fourth, or half of what every third had, since 最后 stays where 最 is swapped; and what came up behind 的 in every
# twentieth.
_GONE, _GONE_LONGER, _GONE_LEFT = 0.07, 0.25, 0.03
_MOSTLY_GONE, _MOSTLY_LEFT = 0.3, 0.5
_PUSHED, _RISE = 0.05, 5.0
_HINT = 1e-4


@dataclass(frozen=True, slots=True)
class Evidence:
    """A string, or a sign that masks wear, in the articles of two days: `articles` of `of` hold it."""

    string: str
    articles: int
    of: int
    articles_before: int
    of_before: int

    @property
    def share(self) -> float:
        return self.articles / max(1, self.of)

    @property
    def share_before(self) -> float:
        return self.articles_before / max(1, self.of_before)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked of two days: whether an item is at work as it was.

    p       how likely the two are at least so unlike by chance
    enough  whether the difference is large enough to be told, should it be no chance
    """

    item: Item
    way: Way
    p: float
    enough: bool
    evidence: Evidence


def asked(channel: Channel, now: Signs, before: Signs) -> list[Asked]:
    """Each item of a channel that is watched, in the order of the channel; rejected ones are not asked about."""
    out = []
    for item in channel.items:
        if item.status == "rejected" or any(key not in before.strings for key in watched(item)):
            continue
        if item.kind == "insert":
            if item.text != "*" and _is_sound(item):
                out.append(_term(item, now, before))
        elif item.kind == "spin":
            out.append(_spin(item, now, before))
        elif item.text and item.kind != "commas":
            out.append(_stands_again(item, channel.articles, now, before))
    return out


def _is_sound(term: Item) -> bool:
    """Whether a term is none that topics bring and take: decided by an editor, or often pushed in."""
    share = term.found / max(1, term.found + term.surviving)
    # a single character is mostly what a filter left of a word
    often = len(term.text) > 1 and term.articles >= _TERM_ARTICLES
    return term.status == "approved" or (often and share >= _TERM_SHARE)


def _evidence(string: str, slot: str, now: Signs, before: Signs) -> Evidence:
    n, b = now.strings.get((slot, string), Count()), before.strings.get((slot, string), Count())
    return Evidence(string, n.articles, now.articles, b.articles, before.articles)


def _stands_again(item: Item, sample: int, now: Signs, before: Signs) -> Asked:
    e = _evidence(item.text, "", now, before)
    p = fisher(e.articles, e.of, e.articles_before, e.of_before)
    natural = (item.articles / sample if sample else 0.0) + e.share_before
    least = max(_TIMES * e.share_before, e.share_before + _STANDS * natural if natural else _UNKNOWN)
    enough = e.articles >= ARTICLES and e.share >= least and _density(e, "", now, before) >= _TIMES
    return Asked(item, "stands again", p, enough, e)


def _density(e: Evidence, slot: str, now: Signs, before: Signs) -> float:
    """How many times as dense a string is as it was: articles that hold it for each slot, as longer ones hold more."""
    dense = e.articles / max(1, now.slots[slot].total)
    return dense / max(e.articles_before / max(1, before.slots[slot].total), 1e-12)


def _term(item: Item, now: Signs, before: Signs) -> Asked:
    [(slot, string)] = watched(item)
    e = _evidence(string, slot, now, before)
    counts = now.strings.get((slot, string), Count()), before.strings[slot, string]
    # by articles and by places: one article may hold a term thirty times, and longer articles hold more
    p = max(
        fisher(e.articles, e.of, e.articles_before, e.of_before),
        rates_differ(counts[0], now.slots[slot], counts[1], before.slots[slot]),
    )
    rate, rate_before = (
        c.places / max(1, s.slots[slot].total) for c, s in zip(counts, (now, before), strict=True)
    )
    more = rate > rate_before
    enough = max(e.articles, e.articles_before) >= ARTICLES and (
        rate >= _FACTOR * rate_before if more else rate_before >= _FACTOR * rate
    )
    return Asked(item, "more" if more else "less", p, enough, e)


def _spin(item: Item, now: Signs, before: Signs) -> Asked:
    e, away = _evidence(item.text, "", now, before), _evidence(item.becomes, "", now, before)
    p = max(fisher(x.articles, x.of, x.articles_before, x.of_before) for x in (e, away))
    enough = e.share >= _SPUN * e.share_before and away.share <= _SPUN_AWAY * away.share_before
    return Asked(item, "stands again", p, enough and e.articles >= ARTICLES, e)


def may_be_new(channel: Channel, now: Signs, before: Signs) -> list[str]:
    """Strings that hint at a habit that the channel lacks: gone almost everywhere, or everywhere behind 的."""
    known = {s for i in channel.items for _, s in watched(i)} | {i.text for i in channel.items}
    if now.grams is None or before.grams is None:
        return []
    out = []
    for string, n in before.grams.common(_GONE * before.articles):
        usual = n / before.articles
        if usual < (_GONE if len(string) == 1 else _GONE_LONGER) or string in known:
            continue
        k = now.grams.bounds(string)[1]
        mostly = len(string) == 1 and usual >= _MOSTLY_GONE
        left = _MOSTLY_LEFT if mostly else _GONE_LEFT
        if k <= left * usual * now.articles and _rare(k, now, n, before):
            out.append(string)
    # behind 的, for each 的: articles of another kind have more of them, and more of every term
    for string, k in now.grams.common(max(ARTICLES, _PUSHED * now.articles)):
        if len(string) < 3 or not string.startswith(DE) or string in known:
            continue
        e = Evidence(string, k, now.articles, before.grams.bounds(string)[1], before.articles)
        often = e.share >= _RISE * e.share_before and _density(e, DE, now, before) >= _RISE
        if often and _rare(k, now, e.articles_before, before):
            out.append(string)
    return out


def _rare(k: int, now: Signs, k_before: int, before: Signs) -> bool:
    return fisher(k, now.articles, k_before, before.articles) <= _HINT


def new_costumes(now: Signs, before: Signs) -> Iterator[tuple[str, float, Evidence]]:
    """Signs of masks with how likely it is by chance that so many articles wear them; those that any wore are left out."""
    for costume, k in now.costumes.items():
        e = Evidence(costume, k, now.articles, before.costumes.get(costume, 0), before.articles)
        # where some wore it the machine masked already, and what it masks may be another topic's
        if k >= ARTICLES and e.share >= _UNKNOWN and not e.articles_before:
            yield costume, fisher(k, e.of, e.articles_before, e.of_before), e


def learned_new(item: Item, now: Signs, before: Signs) -> Asked | None:
    """Whether an item that was learned today, and that the channel lacks, is new; None where nothing tells.

    What was stripped the day before, and not learned, stood as rarely then.
    """
    if now.grams is None or before.grams is None:
        return None
    if item.kind == "insert":
        slot = DE if item.slot == "after-de" else ""
        string = slot + item.text
        e = Evidence(string, _now(now, string), now.articles, before.grams.bounds(string)[1], before.articles)
        enough = e.articles >= ARTICLES and e.share >= _TIMES * e.share_before
        enough = enough and _density(e, slot, now, before) >= _TIMES
    elif item.kind in ("strip", "mask", "swap", "spin") and item.text:
        string = item.text
        e = Evidence(string, _now(now, string), now.articles, before.grams.bounds(string)[0], before.articles)
        left = _SPUN_AWAY if item.kind in ("swap", "spin") else _LEFT
        enough = e.articles_before >= ARTICLES and e.share <= left * e.share_before
        enough = enough and _density(e, "", now, before) <= left
    else:
        return None
    return Asked(item, "new", fisher(e.articles, e.of, e.articles_before, e.of_before), enough, e)


def _now(now: Signs, string: str) -> int:
    if (counted := now.strings.get(("", string))) is not None:
        return counted.articles
    assert now.grams is not None
    return now.grams.bounds(string)[1]
