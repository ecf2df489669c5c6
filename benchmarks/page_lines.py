"""How many lines of extracted text are told the right lines of their page: python benchmarks/page_lines.py [FILE…]

A character that says its line is put in front of each piece of a page's text, and extracted with it. Without files
the made pages are taken: as they are, broken up, and with the beginnings of all their lines said twice more.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

from cleanup.dumps.page import extract
from cleanup.dumps.pagelines import PageLines
from pages import pages

STYLES = ("as they are", "broken up", "with teasers")

_PIECE = re.compile(
    r"<!--.*?-->|<(script|style|title|noscript|select)\b.*?</\1\s*>|<[^>]*>|[^<]+", re.S | re.I
)
_MARK = re.compile("[\U00020000-\U0002a6df]")


def marked(page: str) -> str:
    """The page with a character in front of each piece of text that says which line it is on."""
    out, line = [], 1
    for m in _PIECE.finditer(page):
        parts = m[0].split("\n")
        for i, part in enumerate(parts):
            if not m[0].startswith("<") and (words := part.lstrip()):
                parts[i] = part[: len(part) - len(words)] + chr(0x20000 + line + i) + words
        line += len(parts) - 1
        out.append("\n".join(parts))
    return "".join(out)


def judged(page: str) -> Counter[str]:
    """How many lines of the text of a page are told right, not at all, and wrong."""
    lines = extract(marked(page)).text.split("\n")
    told = PageLines.of(page, _MARK.sub("", "\n".join(lines))).lines
    counts: Counter[str] = Counter()
    for line, span in zip(lines, told, strict=True):
        on = [ord(c) - 0x20000 for c in _MARK.findall(line)]
        if on:
            counts["none" if span is None else "right" if span == (min(on), max(on)) else "wrong"] += 1
    return counts


def broken_up(page: str) -> str:
    """A page with line breaks where they mean nothing."""
    rng = random.Random(1)
    page = page.replace("><", ">\n<")
    return re.sub("(?<=[。，])(?=[^<])", lambda m: "\n" if rng.random() < 0.5 else "", page)


def with_teasers(page: str, lines: list[str]) -> str:
    """A page that says the beginning of each line of its article in front of it and behind it as well."""
    said = "<ul>\n" + "".join(f"<li><a href=x>{line[:14]}</a></li>\n" for line in lines) + "</ul>"
    page = re.sub(r"<body[^>]*>", lambda m: m[0] + said, page, count=1, flags=re.I)
    return page.replace("</body>", said + "</body>")


def judged_all(style: str) -> Counter[str]:
    """The counts of all made pages in one of STYLES."""
    sums: Counter[str] = Counter()
    for p in pages():
        page = p.raw.decode(p.encoding, "replace")
        if style != "as they are":
            page = broken_up(page)
        if style == "with teasers":
            page = with_teasers(page, p.text.split("\n"))
        sums += judged(page)
    return sums


def _seconds(page: str) -> tuple[float, float]:
    started = time.perf_counter()
    text = extract(page).text
    extracted = time.perf_counter()
    PageLines.of(page, text)
    return extracted - started, time.perf_counter() - extracted


def main() -> None:
    files = [Path(p).read_text("utf-8", "replace") for p in sys.argv[1:]]
    extract("<p>")  # imports
    if files:
        print("files", dict(sum((judged(f) for f in files), Counter[str]())))
    for style in STYLES if not files else ():
        print(style, dict(judged_all(style)))
    took = [_seconds(f) for f in files or [p.raw.decode(p.encoding, "replace") for p in pages()]]
    print(f"extracting {sum(a for a, _ in took):.2f} s, lines and comments {sum(b for _, b in took):.2f} s")


if __name__ == "__main__":
    main()
