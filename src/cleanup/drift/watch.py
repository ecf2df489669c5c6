"""A day's sources against the channels of the day before: signs of all of them, and learning where these hint at more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from cleanup.drift.report import Change, SourceDrift, Verdict
from cleanup.drift.significance import discoveries
from cleanup.drift.signs import Signs, body, signs_of, watched
from cleanup.learn.dump import Learner
from cleanup.learn.sample import Sampled
from cleanup.recurrence import Recurrence, SourceLines

Mode = Literal["auto", "full", "off"]

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


def signs_of_source(
    sampled: Sequence[Sampled], channel: Channel | None, lines: SourceLines | None
) -> Signs | None:
    """The signs of a source, which a run keeps for the next day; None where it has too few articles."""
    if len(sampled) < ARTICLES_MIN:
        return None
    return signs_of((s.text for s in sampled), channel, lines)


def learned_from(sampled: Sequence[Sampled], mode: Mode) -> Sequence[Sampled]:
    """The articles of a source's sample that are learned from."""
    return sampled if mode == "full" else sampled[:_LEARNED_FROM]


@dataclass(slots=True)
class _Source:
    """A source while it is looked at."""

    source: str
    sampled: Sequence[Sampled]
    lines: SourceLines | None
    channel: Channel
    now: Signs
    before: Signs
    questions: list[Asked]
    costumes: list[tuple[str, float, Evidence]]
    changes: list[Change]


class Watched:
    """A day's sources held against the day before: first by their signs, then by what is learned of some of them.

    before    signs of the articles that the channels are of
    channels  by source
    sampled   today's new articles, by source, as learning samples them
    now       their signs
    """

    def __init__(
        self,
        before: Mapping[str, Signs],
        channels: Mapping[str, Channel],
        sampled: Mapping[str, Sequence[Sampled]],
        now: Mapping[str, Signs],
        recurrence: Recurrence | None,
    ) -> None:
        self._before, self._channels, self._sampled, self._now = before, channels, sampled, now
        self._sources: dict[str, _Source] = {}
        for s in sorted(now):
            if s in before and (c := channels.get(s)) is not None:
                lines = recurrence.of(s) if recurrence else None
                questions, costumes = asked(c, now[s], before[s]), list(new_costumes(now[s], before[s]))
                self._sources[s] = _Source(
                    s, sampled[s], lines, c, now[s], before[s], questions, costumes, []
                )
        _tell(list(self._sources.values()))

    def wanted(self, mode: Mode) -> list[str]:
        """The sources to be learned from: in mode auto those whose signs hint at a change, in full all, in off none."""
        if mode == "off":
            return []
        return [
            s.source
            for s in self._sources.values()
            if mode == "full" or s.changes or may_be_new(s.channel, s.now, s.before)
        ]

    def told(self, learned: Mapping[str, Channel]) -> tuple[SourceDrift, ...]:
        """What is told of each source, in the order of their names.

        learned  the channels of today's articles of some sources
        """
        new = _new([s for s in self._sources.values() if s.source in learned], learned)
        return tuple(
            self._told(source, new.get(source, []), source in learned) for source in sorted(self._sampled)
        )

    def _told(self, source: str, new: Sequence[Change], learned: bool) -> SourceDrift:
        one = self._sources.get(source)
        if one is None:
            verdict: Verdict = (
                "new source"
                if source not in self._channels
                else "not watched"
                if source in self._now
                else "too few"
            )
            return SourceDrift(source, verdict, len(self._sampled[source]))
        changes = (*one.changes, *new)
        return SourceDrift(
            source,
            "changed" if changes else "unchanged",
            one.now.articles,
            one.before.articles,
            changes,
            learned,
        )

    def kept(self) -> dict[str, Signs]:
        """The signs for the next day."""
        out = {s: signs for s, signs in self._before.items() if s not in self._now}
        out |= {s: _kept(signs, self._before.get(s), self._channels.get(s)) for s, signs in self._now.items()}
        return out


def drift(
    before: Mapping[str, Signs],
    channels: Mapping[str, Channel],
    sampled: Mapping[str, Sequence[Sampled]],
    learner: Learner,
    mode: Mode = "auto",
) -> tuple[SourceDrift, ...]:
    """What the new articles of a day say of each source's machine, in one process; see Watched."""
    lines = learner.recurrence
    now = {
        s: signs
        for s, texts in sampled.items()
        if (signs := signs_of_source(texts, channels.get(s), lines.of(s) if lines else None)) is not None
    }
    watched = Watched(before, channels, sampled, now, lines)
    wanted = {s: learned_from(sampled[s], mode) for s in watched.wanted(mode)}
    return watched.told({c.source: c for c in learner.channels(wanted)})


def _kept(now: Signs, before: Signs | None, channel: Channel | None) -> Signs:
    """What the next day is compared with: the articles that the channel is of, so that slow changes add up.

    A channel that names other strings is another one, and of today.
    """
    if before is None or channel is None:
        return now
    return before if all(key in before.strings for i in channel.items for key in watched(i)) else now


def _tell(sources: Sequence[_Source]) -> None:
    """The items that are not at work as they were, and new signs of masks: of all questions those that are no chance."""
    questions = [(s, q) for s in sources for q in s.questions]
    signs = [(s, c) for s in sources for c in s.costumes]
    kept = discoveries([q.p for _, q in questions] + [c[1] for _, c in signs], FALSE_DISCOVERIES)
    for (s, q), sure in zip(questions, kept, strict=False):
        if sure and q.enough and q.p <= CHANCE:
            found = _examples(s, q.evidence.string) if q.way != "less" else q.item.examples
            s.changes.append(
                Change(q.item.name, q.item.kind, q.way, q.p, q.evidence, tuple(found[:_EXAMPLES]))
            )
    for (s, (costume, p, evidence)), sure in zip(signs, kept[len(questions) :], strict=True):
        if sure and p <= CHANCE:
            found = _examples(s, costume)
            s.changes.append(Change(f"mask:{costume}", "mask", "new", p, evidence, tuple(found)))


def _new(sources: Sequence[_Source], learned: Mapping[str, Channel]) -> dict[str, list[Change]]:
    """What was learned today and is not in the channel, where the articles of both days say that it is new."""
    questions: list[tuple[_Source, Asked]] = []
    out: dict[str, list[Change]] = {}
    for s in sources:
        known = {i.key for i in s.channel.items}
        # in another slot it is no other term; what fills a slot in general is told by slot
        terms = {i.text for i in s.channel.items if i.kind == "insert" and i.text != "*"}
        for item in learned[s.source].items:
            if item.key in known or (item.kind == "insert" and item.text in terms):
                continue
            if item.kind == "insert" and item.text == "*":
                if _slot_is_new(item, s.channel):
                    out.setdefault(s.source, []).append(_change(item, None))
            elif item.sure >= _SURE and item.articles >= _ARTICLES:
                question = learned_new(item, s.now, s.before)
                if question is not None:
                    questions.append((s, question))
    kept = discoveries([q.p for _, q in questions], FALSE_DISCOVERIES)
    for (s, q), sure in zip(questions, kept, strict=True):
        if sure and q.enough and q.p <= CHANCE_LEARNED:
            out.setdefault(s.source, []).append(_change(q.item, q))
    return out


def _change(item: Item, question: Asked | None) -> Change:
    p, evidence = (None, None) if question is None else (question.p, question.evidence)
    return Change(item.name, item.kind, "new", p, evidence, item.examples[:_EXAMPLES])


def _slot_is_new(item: Item, channel: Channel) -> bool:
    filled = any(i.slot == item.slot for i in channel.of("insert"))
    return not filled and lower_bound(item.found, item.found + item.surviving) >= _SLOT


def _examples(source: _Source, string: str) -> list[str]:
    """A few places of a string, of different articles, the same ones in any order of articles."""
    out: list[str] = []
    for text in sorted(body(s.text, source.lines) for s in source.sampled):
        at = text.find(string)
        if at >= 0 and len(out) < _EXAMPLES:
            end = at + len(string)
            left = text[max(0, at - _REACH) : at].rpartition("\n")[2]
            right = text[end : end + _REACH].partition("\n")[0]
            out.append(f"{left}[{string}]{right}")
    return out
