"""Furniture inside a line: a byline stuck to the first sentence, a licence or links stuck to the last."""

from __future__ import annotations

from cleanup.builtin import BUILT_IN
from cleanup.detect.late import late_re
from cleanup.detect.lines import is_hinted, score
from cleanup.detect.reading import Proposal, Reading
from cleanup.detect.runs import RUN_MAX, STAMP, is_link_run
from cleanup.detect.vocabulary import DATE, HAN, TIME

_GLUED = BUILT_IN["page-glued"]
# Name, date, time and at most three fields, then a blank and the first sentence. A sentence that begins
# with its own date goes on with a comma or a word, not with a blank.
_BYLINE = late_re(
    rf"\s*(?:[{HAN}A-Za-z·]{{1,12}}\s*)?(?:{DATE}[\sT]{{0,2}}{TIME}|(?:发布|更新)?(?:时间|日期):\s?{DATE}(?:\s?{TIME})?)"
    rf"(?:\s+(?:来源|作者|编辑|责编|阅读|浏览|点击|人气|评论|栏目|分类)(?:量|数)?\s?[:(]?\s?[{HAN}A-Za-z\d.]{{1,14}}\)?){{0,4}}\s+(?=[{HAN}“《「]{{4,}})"
)
# What a last sentence must have to go: one more than a line needs, for it stands in a paragraph.
_SURE = 5.0
# Sentences at the end of the last paragraph that are looked at, and how far back.
_TAIL = 400


def propose(reading: Reading) -> list[Proposal]:
    """At most one span in the first lines, and one in the last line."""
    text = reading.view.folded
    found = []
    head = _BYLINE.match(text, 0, 200) or (
        _BYLINE.match(text, newline + 1, newline + 200) if (newline := text.find("\n", 0, 200)) >= 0 else None
    )
    if head and head.end() < len(text) and text[head.end() - 1] != "\n" and "\n" not in head[0].strip():
        start = head.start() + len(head[0]) - len(head[0].lstrip())
        found.append(_proposal(reading, start, head.end(), "byline"))
    span = _tail(text.rstrip())
    if span:
        found.append(_proposal(reading, *span))
    return [p for p in found if not reading.is_closed(p.start, p.end)]


def _proposal(reading: Reading, start: int, end: int, what: str) -> Proposal:
    a, b = reading.view.span(start, end)
    return Proposal.of(_GLUED, a, b, "", {"stuck": what})


def _tail(text: str) -> tuple[int, int, str] | None:
    """What is stuck to the end of the last line: links with their dates, or sentences that are page."""
    line = text.rfind("\n") + 1
    if len(text) - line < 20:
        return None
    low = max(line, len(text) - RUN_MAX)
    stamp = STAMP.search(text, low) if text.find(":", low) >= 0 else None
    if stamp:
        stop = text.rfind("。", line, stamp.start())
        if stop > line and is_link_run(text[stop + 1 :]):
            return stop + 1, len(text), "links"
    at = len(text)
    low = max(line, at - _TAIL)
    cut = at
    while True:
        stop = max(text.rfind(c, low, at - 1) for c in "。!?")
        if stop < low:
            break
        piece = text[stop + 1 : at].strip()
        if not is_hinted(piece) or sum(score(piece).values()) < _SURE:
            break
        cut = at = stop + 1
    return (cut, len(text), "page") if line + 8 < cut < len(text) else None
