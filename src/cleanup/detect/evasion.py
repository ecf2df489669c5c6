"""Spellings that hide a service or a number from filters, where they stand in a sentence that stays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleanup.builtin import BUILT_IN
from cleanup.detect import contact_words as words
from cleanup.detect.closed import Spans
from cleanup.detect.late import late_regex
from cleanup.detect.reading import Proposal, Reading

# One of these stands in every disguised name that is looked for.
_HIDDEN = re.compile("[薇徽溦嶶❤♥信扣抠蔻](?:(?<=[薇徽溦嶶❤♥])|(?<=[Vv]信)|(?<=扣扣)|(?<=抠抠)|(?<=蔻蔻))")
_SPELLING = late_regex(
    r"(?:(?P<weixin>[薇徽溦嶶]信|[薇微威][❤♥]\ufe0f?|(?<![A-Za-z0-9])[Vv](?:信|[❤♥]\ufe0f?))|"
    r"(?P<qq>(?:扣扣|抠抠|蔻蔻)(?=群|号|[:： ]?\d{5})))(?!一词|二字|两[个字]|这个|那个|是)"
)

# Numbers in disguise: circled, raised or keycap digits, or Han numerals among plain ones. Out: numbers in
# Han numerals alone, which people in stories say.
_ODD_NUMBER = re.compile("[①-⑨❶-❾⓪⓿\u20e30-9](?:(?<![0-9])|[零〇一二三四五六七八九]{1,9}[0-9])")
_MOBILE = late_regex(rf"(?<![0-9]){words.MOBILE}")


def is_hidden(text: str) -> bool:
    """The cheap question: whether a folded text has what a disguised service is written with."""
    return _HIDDEN.search(text) is not None


def is_odd(text: str) -> bool:
    """The same of a number in disguise."""
    return _ODD_NUMBER.search(text) is not None


def disguised(reading: Reading, taken: Spans) -> Iterator[Proposal]:
    """Disguised services and numbers outside of `taken`; texts that speak about such spellings keep them."""
    text = reading.view.folded
    if is_hidden(text) and not words.STORY.search(text):
        for m in _SPELLING.finditer(text):
            start, end = reading.view.span(*m.span())
            quoted = text[m.start() - 1 : m.start()] in ("“", "‘", '"', "「")
            # a firm that calls its own group 扣扣群 hides nothing
            office = words.OFFICE.search(text[max(0, m.start() - 6) : m.start()])
            if not quoted and not office and not any(True for _ in taken.over(start, end)):
                plain = "微信" if m["weixin"] else "QQ"
                yield Proposal.of(BUILT_IN["evasion-service"], start, end, plain, {"reads": plain})
    if is_odd(text) and not words.STORY.search(text):
        for m in _MOBILE.finditer(text):
            plain = words.digits(m[0])
            start, end = reading.view.span(*m.span())
            if (
                plain[1] in "3456789"
                and _ODD_NUMBER.search(m[0])
                and not any(True for _ in taken.over(start, end))
            ):
                yield Proposal.of(BUILT_IN["evasion-number"], start, end, plain, {"reads": plain})
