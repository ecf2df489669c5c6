"""A day's sources against the channels of the day before: signs of all of them, and learning where these hint at more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cleanup.channel.items import ARTICLES_MIN, Channel, Item, lower_bound
from cleanup.drift.compare import (
    CHANCE,
    CHANCE_LEARNED,
    Asked,
    Evidence,
    asked,
    learned_new,
    may_be_new,
    new_costumes,
)
from cleanup.drift.report import Change, Drift, SourceDrift, Verdict
from cleanup.drift.significance import discoveries
from cleanup.drift.signs import Signs, body, signs_of, watched
from cleanup.learn.dump import Learner
from cleanup.learn.sample import Sampled
from cleanup.recurrence import Recurrence, SourceLines

Mode = Literal["auto", "full", "off"]
MODES: tuple[Mode, ...] = ("auto", "full", "off")

# Of what is told at most this share is chance, on average over days.
FALSE_DISCOVERIES = 0.01
# A slot that no term was pushed into is told from this share on: twice what learning asks for.
_SLOT = 0.03
# What is learned anew is told where learning is so sure, in so many articles.
_SURE, _ARTICLES = 0.9, 3
# Of today's articles so many are learned from where signs hint at a change: a third of the time of all, and what is new
# in every tenth of them is found all the same.
_LEARNED_FROM = 120
_EXAMPLES, _REACH = 3, 8


def signs_of_sources(
    sampled: Mapping[str, Sequence[Sampled]],
    channels: Mapping[str, Channel],
    recurrence: Recurrence | None,
    *,
    stop: Sequence[int] = (),
) -> dict[str, Signs]:
    """The signs of each source that has enough articles, which a run keeps for the next day."""
    out = {}
    for source in sorted(sampled):
        if stop:
            break
        if len(sampled[source]) >= ARTICLES_MIN:
            lines = recurrence.of(source) if recurrence else None
            out[source] = signs_of((s.text for s in sampled[source]), channels.get(source), lines)
    return out


@dataclass(slots=True)
class _Source:
    """A source while it is looked at."""

    source: str
    sampled: Sequence[Sampled]
    channel: Channel
    now: Signs
    before: Signs
    questions: list[Asked]
    costumes: list[tuple[str, float, Evidence]]
    changes: list[Change]
    learned: Channel | None = None


def drift(
    before: Mapping[str, Signs],
    channels: Mapping[str, Channel],
    sampled: Mapping[str, Sequence[Sampled]],
    learner: Learner,
    mode: Mode = "auto",
    *,
    stop: Sequence[int] = (),
    begin: Callable[[int, int, str], None] = lambda n, of, source: None,
) -> Drift:
    """What the new articles of a day say of each source's machine.

    before    signs of the articles that the channels are of
    sampled   today's new articles, by source, as learning samples them
    learner   what learns from today's sample of a source: in mode auto where its signs hint at a change, and from a part
              of it, in full from all of it, always; `begin` is called before each, with its number, how many there are, and its name
    A pure function of all these; `stop` ends it early, with what is known by then.
    """
    now = signs_of_sources(sampled, channels, learner.recurrence, stop=stop)
    sources = [
        _Source(s, sampled[s], c, now[s], before[s], asked(c, now[s], before[s]), [], [])
        for s in now
        if s in before and (c := channels.get(s)) is not None
    ]
    for one in sources:
        one.costumes = list(new_costumes(one.now, one.before))
    _tell(sources, learner.recurrence)
    wanted = [s for s in sources if mode == "full" or s.changes or may_be_new(s.channel, s.now, s.before)]
    faults: list[str] = []
    for n, one in enumerate(wanted, 1):
        if stop:
            break
        begin(n, len(wanted), one.source)
        for channel in learner.channels(
            {one.source: one.sampled if mode == "full" else one.sampled[:_LEARNED_FROM]},
            stop=stop,
            fault=lambda source, trace: faults.append(f"{source}: {trace}"),
        ):
            one.learned = channel
    _tell_new(sources)
    by_name = {s.source: s for s in sources}
    told = tuple(
        _told(source, len(sampled[source]), channels, by_name.get(source), now.get(source))
        for source in sorted(sampled)
    )
    return Drift(
        told,
        {s: _kept(signs, before.get(s), channels.get(s)) for s, signs in now.items()},
        tuple(s.learned for s in sources if s.learned is not None and s.changes),
        tuple(faults),
    )


def _kept(now: Signs, before: Signs | None, channel: Channel | None) -> Signs:
    """What the next day is compared with: the articles that the channel is of, so that slow changes add up.

    A channel that names other strings is another one, and of today.
    """
    if before is None or channel is None:
        return now
    return before if all(key in before.strings for i in channel.items for key in watched(i)) else now


def _tell(sources: Sequence[_Source], recurrence: Recurrence | None) -> None:
    """The items that are not at work as they were, and new signs of masks: of all questions those that are no chance."""
    questions = [(s, q) for s in sources for q in s.questions]
    signs = [(s, c) for s in sources for c in s.costumes]
    kept = discoveries([q.p for _, q in questions] + [c[1] for _, c in signs], FALSE_DISCOVERIES)
    for (s, q), sure in zip(questions, kept, strict=False):
        if sure and q.enough and q.p <= CHANCE:
            lines = recurrence.of(s.source) if recurrence else None
            found = _examples(s.sampled, q.evidence.string, lines) if q.way != "less" else q.item.examples
            s.changes.append(
                Change(q.item.name, q.item.kind, q.way, q.p, q.evidence, tuple(found[:_EXAMPLES]))
            )
    for (s, (costume, p, evidence)), sure in zip(signs, kept[len(questions) :], strict=True):
        if sure and p <= CHANCE:
            lines = recurrence.of(s.source) if recurrence else None
            found = _examples(s.sampled, costume, lines)
            s.changes.append(Change(f"mask:{costume}", "mask", "new", p, evidence, tuple(found)))


def _tell_new(sources: Sequence[_Source]) -> None:
    """What was learned today and is not in the channel, where the articles of both days say that it is new."""
    questions = []
    for s in sources:
        known = {i.key for i in s.channel.items}
        terms = {i.text for i in s.channel.of("insert")}
        for item in s.learned.items if s.learned is not None else ():
            if item.key in known or (item.kind == "insert" and item.text in terms):
                continue
            if item.kind == "insert" and item.text == "*":
                if _slot_is_new(item, s.channel):
                    s.changes.append(
                        Change(item.name, item.kind, "new", None, None, item.examples[:_EXAMPLES])
                    )
            elif item.sure >= _SURE and item.articles >= _ARTICLES:
                question = learned_new(item, s.now, s.before)
                if question is not None:
                    questions.append((s, question))
    kept = discoveries([q.p for _, q in questions], FALSE_DISCOVERIES)
    for (s, q), sure in zip(questions, kept, strict=True):
        if sure and q.enough and q.p <= CHANCE_LEARNED:
            examples = q.item.examples[:_EXAMPLES]
            s.changes.append(Change(q.item.name, q.item.kind, "new", q.p, q.evidence, examples))


def _slot_is_new(item: Item, channel: Channel) -> bool:
    filled = any(i.slot == item.slot for i in channel.of("insert"))
    return not filled and lower_bound(item.found, item.found + item.surviving) >= _SLOT


def _told(
    source: str, articles: int, channels: Mapping[str, Channel], one: _Source | None, now: Signs | None
) -> SourceDrift:
    if one is None:
        verdict: Verdict = (
            "new source" if source not in channels else "too few" if now is None else "not watched"
        )
        return SourceDrift(source, verdict, articles)
    changes = tuple(one.changes)
    return SourceDrift(
        source,
        "changed" if changes else "unchanged",
        one.now.articles,
        one.before.articles,
        changes,
        one.learned is not None,
    )


def _examples(sampled: Sequence[Sampled], string: str, lines: SourceLines | None) -> list[str]:
    """A few places of a string, of different articles, the same ones in any order of articles."""
    out: list[str] = []
    for text in sorted(body(s.text, lines) for s in sampled):
        at = text.find(string)
        if at >= 0 and len(out) < _EXAMPLES:
            end = at + len(string)
            left = text[max(0, at - _REACH) : at].rpartition("\n")[2]
            right = text[end : end + _REACH].partition("\n")[0]
            out.append(f"{left}[{string}]{right}")
    return out
