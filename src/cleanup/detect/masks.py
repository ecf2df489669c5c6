"""Words hidden behind signs: ***, □□, ××, XX, __, or a blank. Named and placed; what stood there is not known here.

A farm has one costume, and puts it on again and again inside its sentences. Anonymised names, ratings,
bold type, blanks of forms and footnote marks look the same one by one, so two things decide: the slot of
each run (`mask_slots`), and the vote of all runs of that sign in the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cleanup.builtin import BUILT_IN
from cleanup.detect.closed import Spans, merge
from cleanup.detect.mask_slots import HARD, Slot, has_topic, is_anonymised, is_markdown, slot_of
from cleanup.detect.reading import Proposal, Reading


@dataclass(frozen=True, slots=True)
class Costume:
    """Signs that masks are made of.

    widest       runs longer than this are decoration, rules or redaction by length
    least        how many runs in clean slots the article must show before the sign is taken for a mask
    for_names    whether the sign commonly stands for names that are not told, so that one slot must want a verb
    """

    rule: str
    signs: str
    widest: int
    least: int
    for_names: bool = False


# `least` was chosen on 40 corpora of clean text (the first 2 M characters of each): stars, squares and discs
# hardly stand in a clean slot there, so one is enough. Crosses, rings and the letter X stand for names that
# nobody wants to tell (XX公司), so one of their slots must be closed to names: without that 26 false flags.
# Low lines are blanks to be filled in, the other signs topics and code: one proves nothing. Dots are the commonest sign of all and need three in slots where no pause can be.
# Out: ~ and ? and ！ repeated are tone; - and — and = are rules; ★☆ are ratings; ． and 。 are sentence ends.
COSTUMES = (
    Costume("mask-stars", "*∗", 6, 1),
    Costume("mask-shapes", "□■▢◻◼●⬤◆▇█▓▒░", 8, 1),
    Costume("mask-shapes", "○◯◎◇", 6, 1, True),
    Costume("mask-shapes", "口", 2, 2),
    Costume("mask-letters", "Xx×✕✖╳", 4, 1, True),
    Costume("mask-signs", "_#", 2, 2),
    Costume("mask-signs", "$%&@", 6, 2),
    Costume("mask-signs", "…", 4, 3),
)
_OF = {sign: c for c in COSTUMES for sign in c.signs}
# re, not regex, and no alternative beside the class: so the search runs at 490 M characters a second on
# clean prose and is its own gate.
_RUN = re.compile(f"([{re.escape(''.join(_OF))}])\\1+")

# Where runs of signs stand thicker than one in 12 characters there is no prose around them but a drawing, a
# table or a joke. The densest article of the bench has one in 94; articles with few runs are not asked.
_FEW, _SPARSE = 40, 12

# A word that went and left its blank: 通过 、短信. In 46 M characters of clean text a single blank between
# a Chinese character and these signs stands 25 times outside of one manual that spaces its buttons.
# Out: closing marks ”）》, before which that manual and many typists leave blanks, and ： after labels.
_BLANK = re.compile(r"(?<=[\u4e00-\u9fff]) {1,2}(?=[、，。；,;](?! ))")
_BLANK_GATE = re.compile(" [、，。；,;]")
# Authors who space their punctuation do so often: blanks are masks only where they are at most this share
# of the article's own commas, stops and 、, or two of four or more (a filter takes out a few words).
_BLANK_SHARE = 0.2
# One blank alone may be a slip of the thumb, unless it stands before 、, which nobody types a blank for.
_BLANK_LEAST = 2
_STOPS = re.compile("[、，。；,;]")


def propose(reading: Reading) -> list[Proposal]:
    """Every run of mask signs that stands for a word, and every blank that a word left behind."""
    found = _signs(reading) + _blanks(reading)
    closed = Spans(merge([*reading.closed, *reading.emphasis]))
    return [p for p in found if not any(True for _ in closed.over(p.start, p.end))]


def _signs(reading: Reading) -> list[Proposal]:
    text = reading.view.folded
    runs: dict[str, list[Slot]] = {}
    count = len(_RUN.findall(text))
    if not count or (count > _FEW and count * _SPARSE > len(text)):
        return []
    for slot in _slots(text):
        runs.setdefault(slot.sign, []).append(slot)
    markdown = is_markdown(text)
    found = []
    for sign, slots in runs.items():
        costume = _OF[sign]
        spaced = 2 * sum(s.spaced for s in slots) >= len(slots)
        names = costume.for_names or any(s.doubt in ("name", "name-told", "place") for s in slots)
        if not spaced and is_anonymised(text, by_words=names):
            continue
        for slot in _elected(costume, slots, markdown=markdown):
            start, end = slot.start, slot.end
            # the blanks belong to the mask where most masks of the article have them on both sides
            before = spaced and text[start - 1 : start] == " "
            after = spaced and text[end : end + 1] == " "
            start, end = start - before, end + after
            found.append(
                Proposal.of(
                    BUILT_IN[costume.rule],
                    *reading.view.span(start, end),
                    None,
                    {
                        "costume": text[slot.start : slot.end],
                        "blanks": [int(before), int(after)],
                        "in_article": len(slots),
                        "slot": slot.place,
                    },
                )
            )
    return sorted(found, key=lambda p: p.start)


def _slots(text: str) -> Iterator[Slot]:
    """All runs of mask signs with what stands around them, line by line."""
    line: list[tuple[int, int]] = []
    until = -1
    for m in _RUN.finditer(text):
        if m.start() > until:
            yield from _line_of(text, line)
            newline = text.find("\n", m.start())
            line, until = [], len(text) if newline < 0 else newline
        line.append(m.span())
    yield from _line_of(text, line)


def _line_of(text: str, runs: list[tuple[int, int]]) -> Iterator[Slot]:
    if runs:
        start = text.rfind("\n", 0, runs[0][0]) + 1
        newline = text.find("\n", runs[-1][1])
        end = len(text) if newline < 0 else newline
        by_sign: dict[str, list[tuple[int, int]]] = {}
        for a, b in runs:
            by_sign.setdefault(text[a], []).append((a, b))
        for sign, same in by_sign.items():
            topic = sign == "#" and has_topic(text, start, end)
            for i, (a, b) in enumerate(same):
                yield slot_of(text, a, b, (start, end), same, i, _OF[sign].widest, topic)


def _elected(costume: Costume, slots: list[Slot], *, markdown: bool) -> list[Slot]:
    """The runs of one sign that are masks. Clean slots vote for, names, ratings, forms and bold against.

    Where clean slots are in the majority by two to one, the doubtful ones beside them are masks too:
    the farm's word stands before 市 or in quotation marks as well as anywhere else.
    """
    clean = [s for s in slots if not s.doubt]
    soft = [s for s in slots if s.doubt and s.doubt not in HARD]
    pairs = sum(s.doubt == "pair" for s in slots)
    against = len(slots) - len(clean) - pairs
    if markdown and costume.signs[0] in "*_" and (len(clean) < 3 or len(clean) <= against):
        return []
    # a lone mask beside other uses of its sign proves nothing; two signs make one bold word
    if len(clean) < against or 2 * len(clean) < pairs:
        return []
    if len(clean) < costume.least or (costume.for_names and not any(s.wordy for s in clean)):
        return []
    told = sum(s.doubt in ("name", "place", "quoted") for s in slots)
    if len(clean) >= max(2, 2 * told):
        return clean + soft
    # at the start of a line signs are bullets, unless most of their kind stand elsewhere
    edges = [s for s in soft if s.doubt == "edge"]
    return clean + edges if len(edges) <= len(clean) else clean


def _blanks(reading: Reading) -> list[Proposal]:
    text = reading.view.folded
    if not _BLANK_GATE.search(text):
        return []
    view = reading.view
    places = [
        m.span()
        for m in _BLANK.finditer(text)
        # a narrow comma with a blank before it is careless typing
        if not reading.text[view.span(m.end(), m.end() + 1)[0]].isascii()
    ]
    # the second question is asked only where the first was answered with yes
    if not places:
        return []
    stops = len(_STOPS.findall(text))
    if len(places) > max(_BLANK_SHARE * stops, min(_BLANK_LEAST, stops / 2)):
        return []
    if len(places) < _BLANK_LEAST:
        places = [(at, to) for at, to in places if text[to] == "、"]
    return [
        Proposal.of(
            BUILT_IN["mask-blank"],
            *reading.view.span(at, to),
            None,
            {
                "costume": text[at:to],
                "blanks": [0, 0],
                "in_article": len(places),
                "slot": "before-punctuation",
            },
        )
        for at, to in places
    ]
