"""Lines and blocks that are page, not article, from their features: no pattern decides alone.

The stage runs after the rules of furniture and takes up only what they left. Each line gets points
from its cues (`cues`), from reading like prose, from its place, from its neighbours and, in a dump, from
recurring over its source (`lines`). Long stretches of prose cost one look at their end and a scan.
"""

from __future__ import annotations

from bisect import bisect_left

from cleanup.builtin import BUILT_IN
from cleanup.detect import glued
from cleanup.detect.cues import BY_NAME
from cleanup.detect.lines import (
    Line,
    add_place,
    add_recurrence,
    is_hinted,
    is_mixed,
    score,
    set_places,
)
from cleanup.detect.prose import AGAINST, is_prose
from cleanup.detect.reading import Proposal, Reading, lines

# Sums from which a line goes, and from which it is shown to an editor. Of 264 marked lines of the page 239, 235, 215 and
# 183 go at 3.5, 4, 4.5 and 5, and of 191 honest ones in three places 4, 0, 0 and 0; on 400 articles of each of the 40
# clean corpora 12, 11, 10 and 7 lines go, of which two are body, paths through a menu that a rule takes, too.
AUTO = 4.0
SUGGEST = 2.5
# A sentence with this much of page in it is no sign that the body still goes on.
_DOUBT = 1.0
# A line that goes speaks for those beside it.
_NEIGHBOUR = 0.75
# Lines of the head and the tail of which recurrence is asked. Pages of the bench have up to 23 lines in all.
_HEAD, _TAIL = 12, 30
# Lines that no cue knows, and the one that goes behind them.
_GAP_MAX = 3
# A path through a site is the first line of its page, or the one below the title.
_TOP = 2
# A link of a list: titles have six characters and more, and are seldom longer than this.
_LINK_MIN, _LINK_MAX = 5, 60

_LINE, _LIKELY = BUILT_IN["page-line"], BUILT_IN["page-line-likely"]
_LIST, _LIST_LIKELY = BUILT_IN["page-list"], BUILT_IN["page-list-likely"]


def propose(reading: Reading) -> list[Proposal]:
    """Lines and blocks of furniture, and furniture stuck to the first or last sentence."""
    here = _lines(reading)
    if here is None:
        return glued.propose(reading)
    _judge(here)
    found = [
        _proposal(reading, line) for line in here if not line.known and line.points >= SUGGEST and line.why
    ]
    taken = {(p.start, p.end) for p in found if p.tier == "auto"}
    listed = [p for p in _lists(reading, here) if (p.start, p.end) not in taken]
    places = {(p.start, p.end) for p in listed}
    found = [p for p in found if (p.start, p.end) not in places] + listed
    spans = [(p.start, p.end) for p in found]
    stuck = [p for p in glued.propose(reading) if not any(a < p.end and p.start < b for a, b in spans)]
    return [p for p in [*found, *stuck] if not _is_code(reading, p)]


def _lines(reading: Reading) -> list[Line] | None:
    """The lines that are not blank, scored where they have a hint; None where nothing speaks for page."""
    text = reading.view.folded
    bodies = [line.strip() for line in text.split("\n")]
    seen = reading.recurring
    scored = {i: _score(body) for i, body in enumerate(bodies) if body and is_hinted(body)}
    if seen is None and not reading.furniture and not any(scored.values()):
        return None
    here: list[Line] = []
    for i, (start, end) in enumerate(lines(text)):
        if bodies[i]:
            here.append(Line(start, end, bodies[i], why=scored.get(i, {})))
    asked = any(line.why for line in here)
    if seen is not None:
        # recurrence has counted lines in the script that they are in
        folded = (reading.view.before or reading.view).folded
        for i, line in enumerate(here):
            if i < _HEAD or i >= len(here) - _TAIL or line.why:
                add_recurrence(line, seen, folded[line.start : line.end].strip())
                asked = asked or line.recurs is not None
    if not asked and not reading.furniture:
        return None
    _mark_known(reading, here)
    return here


def _score(body: str) -> dict[str, float]:
    """Points of a line by itself; none for one that begins with body."""
    why = score(body)
    return {} if why and is_mixed(body, why) else why


def _mark_known(reading: Reading, here: list[Line]) -> None:
    """Which lines the rules have found: both are in order."""
    spans = list(reading.furniture)
    k = 0
    for line in here:
        start, end = reading.view.span(line.start, line.end)
        while k < len(spans) and spans[k][1] <= start:
            k += 1
        if k < len(spans) and spans[k][0] < end:
            covered = min(end, spans[k][1]) - max(start, spans[k][0])
            line.known = covered >= 0.8 * (end - start)


def _judge(here: list[Line]) -> None:
    """Place and neighbours, from what the lines say by themselves."""
    for line in here:
        line.prose = not line.known and not line.common and line.points < _DOUBT and is_prose(line.text)
    set_places(here)
    for i, line in enumerate(here):
        if line.why and not line.known:
            add_place(line)
            if i < _TOP and line.place != "middle" and "path" in line.why and not _tells_the_way(here):
                line.why["on top"] = 1.5
            if (
                line.recurs
                and line.place == "head"
                and i + 1 < len(here)
                and here[i + 1].prose
                and line.base <= 3.5
            ):
                line.why["heads the text"] = -1.0
    # Neighbours are asked once, of lines that are certain by then, so a block does not eat its way into the body.
    sure = [line.known or line.points >= AUTO for line in here]
    for i, line in enumerate(here):
        if line.why and not sure[i] and line.base >= 0:
            beside = (i > 0 and sure[i - 1]) + (i + 1 < len(here) and sure[i + 1])
            if beside:
                # a line that most articles have, sentence or not, between two that go
                line.why["neighbours of page"] = _NEIGHBOUR * beside * (1 + line.common)
    _fill_tail(here)


def _tells_the_way(here: list[Line]) -> bool:
    """Whether more lines than one are paths: then the article leads through menus."""
    return sum("path" in line.why or line.text.count(" > ") >= 1 for line in here) > 2


def _fill_tail(here: list[Line]) -> None:
    """Below the article, what stands between two lines that go goes with them; what follows them is shown.

    A block of the page has lines that no cue knows. Signatures, dates, lists, references and verse say against it.
    """
    sure = [i for i, line in enumerate(here) if line.place == "tail" and (line.known or line.points >= AUTO)]
    if not sure:
        return
    for i in range(sure[0] + 1, len(here)):
        line = here[i]
        if line.known or line.points >= AUTO or len(line.text) > _LINK_MAX or "。" in line.text:
            continue
        if any(c.pattern.search(line.text) for c in AGAINST):
            continue
        after = bisect_left(sure, i)
        between = after < len(sure) and sure[after] - sure[after - 1] <= _GAP_MAX
        missing = (AUTO if between else SUGGEST) - line.points
        if missing > 0:
            line.why["below the article"] = missing


def _proposal(reading: Reading, line: Line) -> Proposal:
    evidence: dict[str, object] = {
        "cues": {k: round(v, 2) for k, v in sorted(line.why.items(), key=lambda kv: -abs(kv[1]))},
        "points": round(line.points, 2),
        "place": line.place,
    }
    if line.recurs:
        evidence["recurs_in"], evidence["of_articles"] = line.recurs
    start, end = _home(reading, line.start, line.end)
    return Proposal.of(_LINE if line.points >= AUTO else _LIKELY, start, end, "", evidence)


def _home(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """A folded span of whole lines in offsets of the text, invisible characters at its borders with it."""
    a, b = reading.view.span(start, end)
    a = reading.text.rfind("\n", 0, a) + 1
    if reading.text[b - 1 : b] != "\n":
        newline = reading.text.find("\n", b)
        b = len(reading.text) if newline < 0 else newline + 1
    return a, b


def _lists(reading: Reading, here: list[Line]) -> list[Proposal]:
    """Links under a heading such as 相关阅读, or dated titles in a row, down to the end of the article.

    The links go for certain where two or more of them run to the end, or to other furniture that does.
    """
    found = []
    # from which line on all is furniture
    tail = len(here)
    while tail and (here[tail - 1].known or here[tail - 1].points >= SUGGEST):
        tail -= 1
    i = 0
    while i < len(here):
        head = here[i]
        heading = bool(BY_NAME["list-heading"].pattern.search(head.text)) and (
            head.known or head.points >= SUGGEST
        )
        dated = not head.known and _is_dated(head)
        if not (heading or dated) or head.place not in ("tail", "bare"):
            i += 1
            continue
        j = i + 1 if heading else i
        block = []
        while j < len(here) and not here[j].known and (_is_link(here[j]) if heading else _is_dated(here[j])):
            block.append(here[j])
            j += 1
        at_end = j >= tail
        sure = at_end and len(block) >= (2 if heading else 3)
        if len(block) >= (1 if heading else 3):
            for line in block:
                start, end = _home(reading, line.start, line.end)
                evidence = {"under": head.text if heading else "", "links": len(block), "to_the_end": at_end}
                found.append(Proposal.of(_LIST if sure else _LIST_LIKELY, start, end, "", evidence))
        i = max(j, i + 1)
    return found


def _is_link(line: Line) -> bool:
    """Whether a line may be the title of another article."""
    if not _LINK_MIN <= len(line.text) <= _LINK_MAX or "。" in line.text or line.text[-1] in ";,:":
        return False
    return line.points > -2.5 and not BY_NAME["list-heading"].pattern.search(line.text)


def _is_dated(line: Line) -> bool:
    return "dated-title" in line.why or "stamped-title" in line.why


def _is_code(reading: Reading, p: Proposal) -> bool:
    """Whether a line belongs to code or front matter. An address inside of it does not spare it."""
    i = bisect_left(reading.closed, (p.end, p.end))
    while i and reading.closed[i - 1][1] > p.start:
        i -= 1
        if not p.start <= reading.closed[i][0] <= reading.closed[i][1] <= p.end:
            return True
    return False
