"""A source's channel at work: what was stripped is put back, what was pushed in is taken out.

A pure function of the texts, the model and the channel. Hypotheses of all texts of a batch are scored together; those
that stand close together are weighed in all their combinations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cleanup.channel.decisions import consistent
from cleanup.channel.items import Channel, Item, Slot
from cleanup.decode import inserts, strips
from cleanup.decode.alternatives import Gap, Open, alternatives, left_over, told_apart, without_rivals
from cleanup.decode.choice import LEAST as MAYBE
from cleanup.decode.choice import Hypothesis, choose
from cleanup.decode.commas import missed
from cleanup.decode.depth import Depth
from cleanup.decode.fits import Fits, insertions
from cleanup.decode.habits import Habits
from cleanup.decode.judge import F64, judge
from cleanup.decode.masks import Filling, Memo, fill_masks, find_masks, worn
from cleanup.decode.phrases import Phrases
from cleanup.decode.places import F32, Places
from cleanup.decode.repair import SUGGEST, Decoded, Repair, support_elsewhere
from cleanup.decode.seams import Seam, decode_seams
from cleanup.decode.swaps import Swapped, decode_swaps
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.decode.veto import Characters, tears_compound
from cleanup.decode.words import places_of_words
from cleanup.lexicon import Lexicon
from cleanup.lm.alphabet import CLASSES
from cleanup.lm.model import Model

# Insertions that gain less are not looked at. Of the few characters that a source strips every one is tried in every
# gap, since the worst of them are the rivals that tell what the best is worth: at 1 nat, and in front of surprises
# alone, recall at precision .99 is .25 and .14 (tuned and confirmed farms), so it is .32 and .32.
LEAST, GATE = -3.0, 11.0
# Terms as likely as this, which may be taken out unasked, are looked at for longer words that they begin.
_LOOKED_AT_AGAIN = 0.9
# What another character fits better at is less likely by the nats that it is ahead: with suggestions precision is .93
# instead of .91 on the bench's farms, and recall .01 to .03 lower.
_OUTDONE = 1.0
# What is taken to be expected of an item that an editor wrote.
_EXPECTED = 10.0
# Of the slots after 的 farms fill a seventh to a half; of other places one in 500 to one in 150 are enough to be seen.
_USUAL = 0.15
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Judged:
    """Hypotheses of one kind, with what they are worth; `alone`: if nothing else could be true at their places."""

    places: Places
    p: F64
    margin: F32
    rule: str
    item_of: Callable[[int], Item]
    told: Callable[[int], dict[str, Any]]
    alone: F64 | None = None

    def hypothesis(self, row: int) -> Hypothesis:
        # a term is taken out, and nothing written
        written = "" if self.rule == "channel-insertion" else self.places.items[int(self.places.item[row])]
        return Hypothesis(
            int(self.places.start[row]),
            int(self.places.end[row]),
            written,
            self.rule,
            self.item_of(row),
            float(self.p[row]),
            float(self.margin[row]),
            lambda: self.told(row),
        )


class Decoder:
    """Repairs texts of one source by its channel."""

    def __init__(self, model: Model, channel: Channel, lexicon: Callable[[], Lexicon]) -> None:
        self.model = model
        self.channel = channel = consistent(channel)
        self._lexicon = lexicon
        # of digits, letters and characters it never counted the model cannot say where one is missing
        stripped = [i for i in channel.of("strip") if (model.alphabet.encode(i.text) >= CLASSES).all()]
        self._strips = [[i for i in stripped if (len(i.text) == 1) == single] for single in (True, False)]
        self._fits = [Fits.of(model, [i.text for i in items]) for items in self._strips]
        self._terms = {i.text: i for i in channel.of("insert") if i.text != "*"}
        self._masks, self._swaps, self._spins = channel.of("mask"), channel.of("swap"), channel.of("spin")
        self._memo: Memo = {}
        self._phrases = Phrases.unpacked(channel.phrases)
        self._commas, self._habits = channel.of("commas"), Habits(self._phrases.hashes)
        self._written = {(i.becomes, i.text): i for i in (*self._spins, *self._swaps)}
        # a term that an editor rejected is none, not even one that was found in the slot here alone; nor is what the
        # source strips, or what was put back would be taken out again
        self._rejected = {i.text for i in channel.items if i.kind == "insert" and i.status == "rejected"}
        self._rejected |= {i.text for i in channel.of("strip")}
        self._slots = {i.slot: i for i in channel.of("insert") if i.text == "*"}

    @cached_property
    def _characters(self) -> Characters:
        return Characters(self.model)

    @property
    def idle(self) -> bool:
        """Whether the channel knows nothing that could be repaired."""
        known = (*self._strips, self._terms, self._slots, self._masks, self._swaps, self._spins, self._commas)
        return not any(known)

    def decode(self, texts: Sequence[str], closed: Sequence[Spans]) -> list[Decoded]:
        """The repairs of each text, none touching another.

        closed  for each text spans that are not to be touched
        Where the model is out of its depth the text is left alone.
        """
        if self.idle or not texts:
            return [Decoded() for _ in texts]
        return self.judge(Texts.of(self.model, texts), closed)

    def judge(self, scored: Texts, closed: Sequence[Spans] = ()) -> list[Decoded]:
        """`decode` of texts that are scored already."""
        depth = Depth.of(scored, closed)
        judged = self._judged(scored)
        able = []
        for h in (*_likely(judged), *self._replaced(scored)):
            number, a = scored.offset(h.start)
            if not depth.forbids(number, a, a + h.end - h.start):
                able.append(h)
        gaps = _gaps(scored, judged)
        repairs: list[list[Repair]] = [[] for _ in scored.texts]
        for r in choose(scored, able):
            repairs[r.number].append(told_apart(r, gaps))
        for r in left_over(gaps, repairs):
            if not depth.forbids(r.number, r.start, r.end):
                repairs[r.number].append(r)
        for r in missed(scored, self._commas, self._habits, repairs):
            if not depth.forbids(r.number, r.start, r.end):
                repairs[r.number].append(r)
        return depth.decoded(repairs)

    def _replaced(self, texts: Texts) -> Iterator[Hypothesis]:
        """What stands for something else: words behind masks, swapped characters, compounds that spinning broke."""
        starts = texts.scored.starts
        if self._masks:
            item_of = {(worn(i.becomes), i.text): i for i in self._masks}
            for f in fill_masks(texts, find_masks(texts.texts), self._masks, self._memo):
                item = item_of[worn(texts.texts[f.text][f.start : f.end]), f.replacement]
                more = {"runner_up": f.runner_up} if f.runner_up else {}
                yield _of(starts, f, item, "channel-mask", f.posterior, more)
        for s in decode_swaps(texts, self._swaps) if self._swaps else ():
            item = self._written[texts.texts[s.text][s.start : s.end], s.replacement]
            yield _of(starts, s, item, "channel-swap", s.confidence, {})
        for m in decode_seams(texts, self._spins, self._lexicon()) if self._spins else ():
            item = self._written[texts.texts[m.text][m.start : m.end], m.replacement]
            yield _of(starts, m, item, "channel-seam", m.confidence, {"words": list(m.whole)})

    def _judged(self, texts: Texts) -> list[Judged]:
        taken_out, rivals = self._insertions(texts)
        out = [taken_out] if taken_out is not None else []
        asks = (self._restored, self._restored_words)
        for ask, items, fits in zip(asks, self._strips, self._fits, strict=True):
            if items:
                out.append(ask(texts, items, fits, rivals))
        return out

    def _insertions(self, texts: Texts) -> tuple[Judged | None, F64]:
        """Terms that were pushed in, and at each position how likely one is around it."""
        if not (self._terms or self._slots):
            return None, np.zeros(len(texts.ids))
        found, times = inserts.places(
            texts, self._terms, anywhere="anywhere" in self._slots, after_de="after-de" in self._slots
        )
        after = inserts.after_de(texts, found)
        own = [self._terms.get(text) for text in found.items]
        columns = np.array(
            [(*support_elsewhere(i)[:2], i.surviving, 1) if i else (0, 0, 0, 0) for i in own], np.int64
        ).reshape(-1, 4)[found.item]
        rates = (self._slot_rate("after-de"), self._slot_rate("anywhere"))
        evidence = np.hstack(
            [
                inserts.at_places(texts, found, times, self._phrases),
                inserts.of_items(
                    after,
                    rates,
                    columns[:, 0],
                    columns[:, 1],
                    columns[:, 2],
                    columns[:, 3] > 0,
                    self._goes_on(texts, found, own),
                ),
            ]
        )
        p = judge("insert", (*inserts.PLACE, *inserts.ITEM)).probability(evidence)
        if self._rejected:
            p[np.array([text in self._rejected for text in found.items], bool)[found.item]] = 0.0

        either = next(iter(self._slots.values()), None)
        slot_of = {True: self._slots.get("after-de", either), False: self._slots.get("anywhere", either)}

        def item_of(row: int) -> Item:
            item = own[int(found.item[row])] or slot_of[bool(after[row])]
            assert item is not None  # words that are no items are looked at where a slot is known
            return item

        def told(row: int) -> dict[str, Any]:
            return {"gain": _nats(found.gain[row]), "gain_behind": _nats(found.behind[row])}

        margin = np.array(found.gain)
        rows = np.flatnonzero(p >= _LOOKED_AT_AGAIN)
        margin[rows[tears_compound(texts, found.take(rows))]] = -1.0
        taken_out = Judged(found, p, margin, "channel-insertion", item_of, told)
        return taken_out, inserts.around(texts, found, p)

    def _slot_rate(self, slot: Slot) -> float:
        """The share of slots that are filled, drawn a little towards none, as in learning.

        Where an editor approved a term of a slot, or the slot, that is no less than a farm's usual.
        """
        item = self._slots.get(slot)
        of = item.found + item.surviving if item else 1000
        rate = ((item.found if item else 0) + 0.2) / (of + 20)
        told = [*self._terms.values(), *self._slots.values()]
        return max(rate, _USUAL) if any(i.slot == slot and i.status == "approved" for i in told) else rate

    def _goes_on(self, texts: Texts, found: Places, own: Sequence[Item | None]) -> Bools:
        """Whether each term stands before a character with which it is a phrase of the source."""
        encode = self.model.alphabet.encode
        behind = [set(encode(i.goes_on).tolist()) if i is not None and i.goes_on else () for i in own]
        after = texts.ids[found.end].tolist()
        return np.array(
            [symbol in behind[item] for item, symbol in zip(found.item.tolist(), after, strict=True)], bool
        )

    def _restored(self, texts: Texts, items: list[Item], fits: Fits, rivals: F64) -> Judged:
        places = insertions(texts, fits, LEAST, GATE, surprised=False)
        counts = np.array([(*support_elsewhere(i), i.surviving) for i in items], np.int64)[places.item]
        expected = np.array([i.expected or _EXPECTED for i in items])[places.item]
        evidence = np.hstack(
            [
                strips.at_places(texts, places, self._lexicon(), rivals),
                strips.of_items(
                    strips.Counts(counts[:, 0], counts[:, 1], counts[:, 2], counts[:, 3], expected),
                    strips.stands_here(texts, places),
                ),
            ]
        )
        asked = judge("strip-char", (*strips.PLACE, *strips.ITEM))
        p, margin = asked.probability(evidence), strips.margin_in(evidence)
        # asked of few, since all characters of the model are tried
        rows = np.flatnonzero(p >= SUGGEST)
        rivals_of_all = self._characters.rivals(texts, places.take(rows))
        behind = rivals_of_all.behind
        outdone, by = rows[behind < 0], behind[behind < 0]
        margin[outdone] = np.minimum(margin[outdone], by)
        p[outdone] = 1 / (1 + (1 - p[outdone]) / p[outdone] * np.exp(-_OUTDONE * by))
        named = {
            row: (text, nats)
            for row, text, nats in zip(rows.tolist(), rivals_of_all.text, behind.tolist(), strict=True)
            if text
        }
        alone = without_rivals(asked, evidence, places)
        return _put_back(places, p, margin, "channel-dropped-character", items, alone, named)

    def _restored_words(self, texts: Texts, items: list[Item], fits: Fits, rivals: F64) -> Judged:
        places = places_of_words(texts, fits)
        evidence = strips.at_places(texts, places, self._lexicon(), rivals)
        asked = judge("strip-word", strips.PLACE)
        p, alone = asked.probability(evidence), without_rivals(asked, evidence, places)
        margin = strips.margin_in(evidence)
        return _put_back(places, p, margin, "channel-dropped-word", items, alone, {})


def _put_back(
    places: Places,
    p: F64,
    margin: F32,
    rule: str,
    items: list[Item],
    alone: F64,
    named: Mapping[int, tuple[str, float]],
) -> Judged:
    """What was stripped, with what an editor is told of each place; `named`: what else fits best, and how far behind."""

    def told(row: int) -> dict[str, Any]:
        out: dict[str, Any] = {"gain": _nats(places.gain[row])}
        if row in named:
            out["runner_up"], out["runner_up_behind"] = named[row][0], _nats(named[row][1])
        elif margin[row] < places.gain[row]:
            out["runner_up_behind"] = _nats(margin[row])
        return out

    return Judged(places, p, margin, rule, lambda row: items[int(places.item[row])], told, alone)


def _likely(judged: Sequence[Judged]) -> Iterator[Hypothesis]:
    """What may have been stripped or pushed in, as far as it is likely enough to be combined."""
    for kind in judged:
        for row in np.flatnonzero(kind.p > MAYBE).tolist():
            yield kind.hypothesis(row)


def _gaps(texts: Texts, judged: Sequence[Judged]) -> dict[Gap, tuple[Open, Hypothesis]]:
    """The gaps that several stripped strings fit, each with its best hypothesis."""
    put_back = [(kind, kind.alone) for kind in judged if kind.alone is not None]
    return {
        texts.offset(start): (gap, put_back[gap.best[0]][0].hypothesis(gap.best[1]))
        for start, gap in alternatives([(kind.places, alone) for kind, alone in put_back]).items()
    }


def _of(
    starts: I64,
    found: Filling | Swapped | Seam,
    item: Item,
    rule: str,
    confidence: float,
    more: dict[str, Any],
) -> Hypothesis:
    at = int(starts[found.text])
    return Hypothesis(
        at + found.start,
        at + found.end,
        found.replacement,
        rule,
        item,
        confidence,
        found.gain,
        lambda: {"gain": _nats(found.gain), **more},
    )


def _nats(value: float) -> float:
    return round(float(value), 2)
