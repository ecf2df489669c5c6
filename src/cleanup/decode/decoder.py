"""A source's channel at work: what was stripped is put back, what was pushed in is taken out.

A pure function of the texts, the model and the channel. Hypotheses of all texts of a batch are scored together; those
of different kinds that meet at a place are rivals, and the likelier one wins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cleanup.channel.items import Channel, Item, Slot
from cleanup.decode import inserts, strips
from cleanup.decode.alternatives import FLAG, Open, alternatives, without_rivals
from cleanup.decode.fits import Fits, insertions
from cleanup.decode.judge import F64, Judge, judge
from cleanup.decode.masks import Filling, Memo, fill_masks, find_masks, worn
from cleanup.decode.phrases import Phrases
from cleanup.decode.places import F32, Places, best_apart, margins
from cleanup.decode.repair import BITS, SUGGEST, Decoded, Repair, evidence_of, support_elsewhere, tier_of
from cleanup.decode.seams import Seam, decode_seams
from cleanup.decode.swaps import Swapped, decode_swaps
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.decode.words import places_of_words
from cleanup.edits import Apart
from cleanup.lexicon import Lexicon
from cleanup.lm.alphabet import CLASSES
from cleanup.lm.model import Model
from cleanup.lm.surprise import surprises

# Insertions that gain less are not looked at.
_LEAST = 1.0
# What is taken to be expected of an item that an editor wrote.
_EXPECTED = 10.0
# Of the slots after 的 farms fill a seventh to a half; of other places one in 500 to one in 150 are enough to be seen.
_USUAL = 0.15
# What puts back what was stripped.
_PUT_BACK = ("channel-dropped-character", "channel-dropped-word")
Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Judged:
    """Hypotheses of one kind, with what they are worth; `alone`: if nothing else could be true at their places."""

    places: Places
    p: F64
    margin: F32
    rule: str
    item_of: Callable[[int], Item]
    evidence_of: Callable[[int], dict[str, Any]]
    alone: F64 | None = None

    def written(self, row: int) -> str:
        """What a hypothesis writes: nothing where it takes a term out."""
        return "" if self.rule == "channel-insertion" else self.places.items[int(self.places.item[row])]


class Decoder:
    """Repairs texts of one source by its channel."""

    def __init__(self, model: Model, channel: Channel, lexicon: Callable[[], Lexicon]) -> None:
        self.model = model
        self.channel = channel
        self._lexicon = lexicon
        # of digits, letters and characters it never counted the model cannot say where one is missing
        stripped = [i for i in channel.of("strip") if (model.alphabet.encode(i.text) >= CLASSES).all()]
        self._strips = [[i for i in stripped if (len(i.text) == 1) == single] for single in (True, False)]
        self._fits = [Fits.of(model, [i.text for i in items]) for items in self._strips]
        self._terms = {i.text: i for i in channel.of("insert") if i.text != "*"}
        self._masks, self._swaps, self._spins = channel.of("mask"), channel.of("swap"), channel.of("spin")
        self._memo: Memo = {}
        self._phrases = Phrases.unpacked(channel.phrases)
        self._written = {(i.becomes, i.text): i for i in (*self._spins, *self._swaps)}
        # a term that an editor rejected is none, not even one that was found in the slot here alone
        self._rejected = {i.text for i in channel.items if i.kind == "insert" and i.status == "rejected"}
        self._slots = {i.slot: i for i in channel.of("insert") if i.text == "*"}

    @property
    def idle(self) -> bool:
        """Whether the channel knows nothing that could be repaired."""
        known = (*self._strips, self._terms, self._slots, self._masks, self._swaps, self._spins)
        return not any(known)

    def decode(self, texts: Sequence[str], closed: Sequence[Spans]) -> list[Decoded]:
        """The repairs of each text, none touching another.

        closed  for each text spans that are not to be touched
        Texts of a kind that the model does not know are left alone.
        """
        if self.idle or not texts:
            return [Decoded() for _ in texts]
        return self.judge(Texts.of(self.model, texts), closed)

    def judge(self, scored: Texts, closed: Sequence[Spans] = ()) -> list[Decoded]:
        """`decode` of texts that are scored already."""
        strange = [s.beyond(BITS) for s in surprises(self.model, scored.scored)]
        repairs: list[list[Repair]] = [[] for _ in scored.texts]
        shut = [Apart(spans) for spans in closed or [()] * len(scored.texts)]
        judged = self._judged(scored)
        put_back = [j for j in judged if j.rule in _PUT_BACK]
        rivals = alternatives([(j.places, j.alone) for j in put_back if j.alone is not None])
        chosen = _chosen(judged)
        for kind, row in [*chosen, *_open(put_back, rivals, chosen)]:
            start, end = int(kind.places.start[row]), int(kind.places.end[row])
            number, a = scored.offset(start)
            b = a + end - start
            if strange[number] or shut[number].over(a, b) is not None:
                continue
            item, p = kind.item_of(row), float(kind.p[row])
            evidence = {**evidence_of(item), **kind.evidence_of(row)}
            written: str | None = kind.written(row)
            gap = rivals.get(start) if kind.rule in _PUT_BACK else None
            if gap is not None:
                evidence["alternatives"] = [list(s) for s in gap.shares]
                p = gap.p if gap.is_open else min(p, gap.probability(item.text))
            tier = tier_of(item, p, float(kind.margin[row]))
            if gap is not None and gap.is_open:
                # that something is missing is likely, and not what
                written, tier = None, "flag"
            if tier is not None:
                repairs[number].append(Repair(number, a, b, written, kind.rule, tier, round(p, 4), evidence))
        for r in sorted(self._replaced(scored), key=lambda r: (-r.confidence, r.number, r.start)):
            taken = [*((o.start, o.end) for o in repairs[r.number])]
            if strange[r.number] or shut[r.number].over(r.start, r.end) or Apart(taken).over(r.start, r.end):
                continue
            repairs[r.number].append(r)
        return [
            Decoded(tuple(sorted(r, key=lambda x: (x.start, x.end))), why)
            for r, why in zip(repairs, strange, strict=True)
        ]

    def _replaced(self, texts: Texts) -> list[Repair]:
        """What stands for something else: words behind masks, swapped characters, compounds that spinning broke."""
        out = []
        if self._masks:
            item_of = {(worn(i.becomes), i.text): i for i in self._masks}
            for f in fill_masks(texts, find_masks(texts.texts), self._masks, self._memo):
                item = item_of[worn(texts.texts[f.text][f.start : f.end]), f.replacement]
                more = {"runner_up": f.runner_up} if f.runner_up else {}
                out.append(_repair(f, item, "channel-mask", f.posterior, more))
        for s in decode_swaps(texts, self._swaps) if self._swaps else ():
            item = self._written[texts.texts[s.text][s.start : s.end], s.replacement]
            out.append(_repair(s, item, "channel-swap", s.confidence, {}))
        for m in decode_seams(texts, self._spins, self._lexicon()) if self._spins else ():
            item = self._written[texts.texts[m.text][m.start : m.end], m.replacement]
            out.append(_repair(m, item, "channel-seam", m.confidence, {"words": list(m.whole)}))
        return [r for r in out if r is not None]

    def _judged(self, texts: Texts) -> list[Judged]:
        taken_out, rivals = self._insertions(texts)
        out = [taken_out] if taken_out is not None else []
        for kind, items, fits in zip(("char", "word"), self._strips, self._fits, strict=True):
            if items:
                out.append(self._restored(texts, kind, items, fits, rivals))
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

        taken_out = Judged(found, p, found.gain, "channel-insertion", item_of, told)
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

    def _restored(self, texts: Texts, kind: str, items: list[Item], fits: Fits, rivals: F64) -> Judged:
        if kind == "word":
            return self._restored_words(texts, items, fits, rivals)
        places = insertions(texts, fits, _LEAST)
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
        return _put_back(places, asked, evidence, "channel-dropped-character", items)

    def _restored_words(self, texts: Texts, items: list[Item], fits: Fits, rivals: F64) -> Judged:
        places = places_of_words(texts, fits)
        evidence = strips.at_places(texts, places, self._lexicon(), rivals)
        return _put_back(places, judge("strip-word", strips.PLACE), evidence, "channel-dropped-word", items)


def _put_back(places: Places, asked: Judge, evidence: F64, rule: str, items: list[Item]) -> Judged:
    """What was stripped, with what an editor is told of each place."""
    margin = margins(places)

    def told(row: int) -> dict[str, Any]:
        out: dict[str, Any] = {"gain": _nats(places.gain[row])}
        if margin[row] < places.gain[row]:
            out["runner_up_behind"] = _nats(margin[row])
        return out

    p, alone = asked.probability(evidence), without_rivals(asked, evidence, places)
    return Judged(places, p, margin, rule, lambda row: items[int(places.item[row])], told, alone)


def _repair(
    found: Filling | Swapped | Seam, item: Item, rule: str, confidence: float, more: dict[str, Any]
) -> Repair | None:
    tier = tier_of(item, confidence, found.gain)
    if tier is None:
        return None
    evidence = {**evidence_of(item), "gain": _nats(found.gain), **more}
    return Repair(
        found.text, found.start, found.end, found.replacement, rule, tier, round(confidence, 4), evidence
    )


def _nats(value: float) -> float:
    return round(float(value), 2)


def _open(
    put_back: list[Judged], rivals: dict[int, Open], chosen: list[tuple[Judged, int]]
) -> list[tuple[Judged, int]]:
    """The best hypotheses of gaps where none is likely, and it is likely that one of them is right."""
    taken = Apart((int(k.places.start[row]), int(k.places.end[row])) for k, row in chosen)
    return [
        (put_back[gap.best[0]], gap.best[1])
        for start, gap in sorted(rivals.items())
        if gap.is_open and gap.p >= FLAG and taken.over(start, start) is None
    ]


def _chosen(judged: list[Judged]) -> list[tuple[Judged, int]]:
    """The likeliest hypotheses of all kinds that keep clear of each other, in order of place."""
    rows = [np.flatnonzero(j.p >= SUGGEST) for j in judged]
    likely = [j.places.take(r) for j, r in zip(judged, rows, strict=True)]
    if not any(map(len, likely)):
        return []
    kind = np.repeat(np.arange(len(judged)), [len(r) for r in rows])
    start, end = (np.concatenate([getattr(x, c) for x in likely]) for c in ("start", "end"))
    p = np.concatenate([j.p[r] for j, r in zip(judged, rows, strict=True)])
    row_of: I64 = np.concatenate(rows)
    nothing = np.zeros(len(start), np.float32)
    # the kinds are the items here: of hypotheses that are as likely the one of the first kind wins
    every = Places(tuple(j.rule for j in judged), kind, start, end, nothing, nothing)
    return [(judged[int(kind[r])], int(row_of[r])) for r in best_apart(every, p)]
