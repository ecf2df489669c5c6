"""Tags of HTML left in plain text: <p style="…">, </div>, <br />.

Restrained to elements that lay out text, to prose, and to articles that are not about HTML: there and in Markdown,
which may hold tags on purpose, nothing is said.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.chars import is_han
from cleanup.data import TIER_CONFIDENCE
from cleanup.detect.closed import Spans
from cleanup.detect.reading import Proposal, Reading

_TAG_LEFT = BUILT_IN["html-tag"]

# Out: elements whose content is no text (script, style), and names that stand in angle brackets for a thing to put in
# (<title>, <code>, <name>).
_NAMES = "p|br|hr|div|span|strong|b|em|i|u|font|center|section|article|blockquote|h[1-6]|ul|ol|li|table|tbody|tr|td|th|img|a|o:p|sup|sub|figure|figcaption|wbr|strike"
_TAG = re.compile(rf"<(?:/(?:{_NAMES})\s*|(?:{_NAMES})(?:\s[^<>\n]{{0,400}})?/?)>", re.IGNORECASE)
_TOPIC = re.compile(
    "html|xml|css|标签|標籤|网页|網頁|前端|模板|元素|转义|编程|代码|程式|markdown|javascript|react|vue|jsx|函数|语法|generic",
    re.IGNORECASE,
)
# Tags of Markdown documents are their author's.
_MARKDOWN = re.compile(r"^(?:#{1,6} |```|\|.*\|\s*$|[-*] )|\]\(", re.MULTILINE)
# So many tags in an article that they go without asking: one may be a slip of the keyboard, or an emoticon.
_AUTO_FROM = 2
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/section|/blockquote|hr)\b", re.IGNORECASE)


def propose(reading: Reading) -> list[Proposal]:
    """Tags to delete; one that ended a line leaves a newline where none is."""
    text = reading.text
    if "<" not in text or not _TAG.search(text):
        return []
    if _TOPIC.search(reading.original) or _MARKDOWN.search(text):
        return []
    found = []
    closed = Spans(reading.closed)
    for m in _TAG.finditer(text):
        start, end = m.span()
        # an address inside a tag does not spare it
        if any(a < start or b > end for a, b in closed.over(start, end)):
            continue
        found.append(Proposal.of(_TAG_LEFT, start, end, _left_behind(text, m), {"tag": m[0][:40]}))
    if len(found) >= _AUTO_FROM:
        return found
    return [replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"]) for p in found]


def _left_behind(text: str, m: re.Match[str]) -> str:
    """A newline where the tag broke the line between two pieces of text, else nothing."""
    before, after = text[m.start() - 1 : m.start()], text[m.end() : m.end() + 1]
    joins = (
        bool(before and after)
        and (is_han(after) or after in "“「《")
        and before not in "\n>"
        and after != "\n"
    )
    return "\n" if joins and _BREAKS.match(m[0]) else ""
