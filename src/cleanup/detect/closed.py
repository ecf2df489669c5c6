"""Spans that are not prose: nothing is repaired inside them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import regex

# Fenced code, the front matter and the comments of a Markdown file, inline code, addresses.
_FENCE = regex.compile(
    r"^(?P<f>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??(?:(?P=f)[`~]*[ \t]*$|\Z)", regex.MULTILINE | regex.DOTALL
)
_FRONT = regex.compile(r"\A---[ \t]*\r?\n.*?\n---[ \t]*(?:\r?\n|\Z)", regex.DOTALL)
_INLINE = regex.compile(r"(?<!`)`[^`\n]+`(?!`)")
# The signs around emphasised words: in a Markdown file they are no masks.
_EMPHASIS = regex.compile(r"(?<!\*)(\*{1,3})(?=[^\s*])[^*\n]+(?<=[^\s*])(\1)(?!\*)")
# Han as ranges: under the ASCII flag \p{Han} matches nothing, and an address would go on into the prose.
_ADDRESS = regex.compile(
    r"\b(?:https?|ftp)://[^\s\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af，。；、（）《》“”]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b",
    regex.ASCII,
)


def closed_spans(text: str, *, markdown: bool) -> tuple[tuple[int, int], ...]:
    """Where code, front matter, comments of Markdown and addresses stand, in order. Costs a few substring tests on plain prose."""
    spans = [*code_spans(text)]
    if markdown and text.startswith("---"):
        spans += [m.span() for m in _FRONT.finditer(text)]
    if markdown:
        spans += comment_spans(text)
    if "://" in text or "@" in text:
        spans += [m.span() for m in _ADDRESS.finditer(text)]
    return merge(spans)


def code_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where code stands, fenced and inline, in order."""
    spans: list[tuple[int, int]] = []
    if "```" in text or "~~~" in text:
        spans += [m.span() for m in _FENCE.finditer(text)]
    if "`" in text:
        spans += [m.span() for m in _INLINE.finditer(text)]
    return merge(spans)


def comment_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The comments of a Markdown text, in order. None is looked for behind one that nothing ends, as many may begin."""
    spans = []
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start + 4)) >= 0:
        end = close + 3
        spans.append((start, end))
    return tuple(spans)


def emphasis_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The signs around emphasised words of a Markdown text, in order."""
    if "*" not in text:
        return ()
    return tuple(span for m in _EMPHASIS.finditer(text) for span in (m.span(1), m.span(2)))


def merge(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The union of spans, in order."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text less some spans, which are in order and do not overlap."""
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    return "".join(kept) + text[at:]


class Spans:
    """Spans in order that do not overlap, asked by search: a page may hold very many of them."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = spans
        self._starts = [start for start, _ in spans]

    def over(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Those that share a character with [start, end)."""
        i = bisect_right(self._starts, start)
        i -= i > 0 and self._spans[i - 1][1] > start
        while i < len(self._spans) and self._spans[i][0] < end:
            yield self._spans[i]
            i += 1
