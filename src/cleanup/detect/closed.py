"""Spans that are not prose: nothing is repaired inside them."""

from __future__ import annotations

import regex

# Fenced code, the front matter of a Markdown file, inline code, addresses.
_FENCE = regex.compile(
    r"^(?P<f>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??(?:(?P=f)[`~]*[ \t]*$|\Z)", regex.MULTILINE | regex.DOTALL
)
_FRONT = regex.compile(r"\A---[ \t]*\r?\n.*?\n---[ \t]*(?:\r?\n|\Z)", regex.DOTALL)
_INLINE = regex.compile(r"(?<!`)`[^`\n]+`(?!`)")
_ADDRESS = regex.compile(
    r"\b(?:https?|ftp)://[^\s\p{Han}，。；、（）《》“”]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", regex.ASCII
)


def closed_spans(text: str, *, markdown: bool) -> tuple[tuple[int, int], ...]:
    """Where code, front matter and addresses stand, in order. Costs a few substring tests on plain prose."""
    spans: list[tuple[int, int]] = []
    if markdown and text.startswith("---"):
        spans += [m.span() for m in _FRONT.finditer(text)]
    if "```" in text or "~~~" in text:
        spans += [m.span() for m in _FENCE.finditer(text)]
    if "`" in text:
        spans += [m.span() for m in _INLINE.finditer(text)]
    if "://" in text or "@" in text:
        spans += [m.span() for m in _ADDRESS.finditer(text)]
    return merge(spans)


def merge(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The union of spans, in order."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)
