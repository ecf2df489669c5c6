"""Links run together on one line: titles, each with the date and the time of its page."""

from __future__ import annotations

from cleanup.detect.late import late_re
from cleanup.detect.vocabulary import DATE, TIME

STAMP = late_re(rf"{DATE}\s{{0,2}}{TIME}")
_CLOCK = late_re(r"\d:\d\d")
# Titles have up to 120 characters, nicknames with a blank up to 16; two stamps further apart are no links of one list.
TITLE_MAX, _TITLE_MIN, _NAME_MAX = 160, 4, 16
# More before the first stamp, with a full stop in it, is body to which the links are stuck. Titles that are the
# beginning of a text have a full stop, too, and up to 30 characters on the bench.
_FIRST_MAX = 40
# A sentence says when: 于 2023-05-06 10:20 发车.
_ON_A_DATE = frozenset("于在从至到为:是")
# A longer line is not asked whether it is a run of links: 300 titles fit in.
RUN_MAX = 40_000
_STOPS = frozenset("。!?")


def is_link_run(text: str) -> bool:
    """Whether a line is titles run together, each with the date and the time of its page.

    Any length: stamps recur no further apart than a title is long, from the first title to the end.
    """
    if not _CLOCK.search(text):
        return False
    at = 0
    found = 0
    for m in STAMP.finditer(text):
        if not _TITLE_MIN <= m.start() - at <= TITLE_MAX or text[at : m.start()].rstrip()[-1:] in _ON_A_DATE:
            return False
        if not found and m.start() > _FIRST_MAX and "。" in text[: m.start()]:
            return False
        at, found = m.end(), found + 1
    return found >= 2 and len(text) - at <= _NAME_MAX and _STOPS.isdisjoint(text[at:])
