"""Main content, title and date of the pages in pages.py, by extractor.

python benchmarks/html.py [--show]

Characters are counted without white space; precision and recall are of the longest common
subsequence of the extracted text and the body. The title at the head of an extracted text is not
counted either way. Libraries that are not installed are left out.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

from rapidfuzz.distance import LCSseq

from pages import FRESH, Page, pages


def squeezed(text: str, title: str) -> str:
    lines = [x.strip().lstrip("#").strip() for x in text.splitlines() if x.strip()]
    if title and lines and lines[0] == title:
        lines = lines[1:]
    return re.sub(r"\s+", "", "".join(lines))


def score(page: Page, text: str) -> tuple[int, int, int]:
    gold, got = squeezed(page.text, ""), squeezed(text, page.title)
    return LCSseq.similarity(gold, got), len(got), len(gold)


def _trafilatura(**options: object) -> Callable[[str], str]:
    import trafilatura

    def extract(page: str) -> str:
        return trafilatura.extract(page, include_comments=False, **options) or ""

    return extract


def extractors() -> dict[str, Callable[[str], str]]:
    from cleanup.dumps.page import extract

    made: dict[str, Callable[[str], str]] = {"cleanup": lambda page: extract(page).text}
    for name, options in (
        ("trafilatura", {}),
        ("trafilatura recall", {"favor_recall": True}),
        ("trafilatura precision", {"favor_precision": True}),
        ("trafilatura fast", {"fast": True}),
        ("trafilatura fast recall", {"fast": True, "favor_recall": True}),
        ("trafilatura fast precision", {"fast": True, "favor_precision": True}),
        ("trafilatura no tables", {"include_tables": False}),
        ("trafilatura dedup", {"deduplicate": True}),
    ):
        made[name] = _trafilatura(**options)
    try:
        from lxml.html import fromstring
        from readability import Document

        def readability(page: str) -> str:
            made = fromstring(Document(page).summary())
            return "\n".join(t.strip() for t in made.itertext() if t.strip())

        made["readability-lxml"] = readability
    except ImportError:
        pass
    try:
        from resiliparse.extract.html2text import extract_plain_text

        made["resiliparse"] = lambda page: extract_plain_text(
            page, main_content=True, preserve_formatting=True
        )
        made["resiliparse all"] = lambda page: extract_plain_text(page, main_content=False)
    except ImportError:
        pass
    try:
        import justext

        def just(page: str) -> str:
            # no stop list for Chinese: density of stop words cannot be asked
            found = justext.justext(
                page, frozenset(), length_low=20, length_high=60, stopwords_low=0, stopwords_high=0
            )
            return "\n".join(p.text for p in found if not p.is_boilerplate)

        made["jusText"] = just
    except ImportError:
        pass
    return made


def main() -> None:
    show = "--show" in sys.argv
    todo = pages()
    print(
        f"{'':28} {'P all':>6} {'R all':>6} {'F all':>6} {'P fresh':>8} {'R fresh':>8} {'F fresh':>8}  ms a page"
    )
    for name, extract in extractors().items():
        parts: list[tuple[str, float, float]] = []
        began = time.perf_counter()
        for page in todo:
            try:
                text = extract(page.raw.decode(page.encoding))
            except Exception as e:
                text = ""
                print("   ", page.name, type(e).__name__)
            hit, got, gold = score(page, text)
            # a page without a body counts as right where nothing is extracted
            parts.append(
                (page.name, hit / got if got else float(not gold), hit / gold if gold else float(not got))
            )
            if show and parts[-1][1] + parts[-1][2] < 1.95:
                print(
                    f"    {page.name:30} P {parts[-1][1]:.3f} R {parts[-1][2]:.3f}",
                    repr(text[:60]),
                    repr(text[-60:]),
                )
        seconds = time.perf_counter() - began

        def f(chosen: list[tuple[str, float, float]]) -> tuple[float, float, float]:
            p = sum(x[1] for x in chosen) / len(chosen)
            r = sum(x[2] for x in chosen) / len(chosen)
            return p, r, 2 * p * r / (p + r) if p + r else 0.0

        p, r, both = f(parts)
        fresh = f(parts[FRESH - 1 :])
        print(
            f"{name:28} {p:6.3f} {r:6.3f} {both:6.3f} {fresh[0]:8.3f} {fresh[1]:8.3f} {fresh[2]:8.3f}  {1000 * seconds / len(todo):.1f}"
        )
    from cleanup.dumps.page import extract

    said = [extract(page.raw.decode(page.encoding)) for page in todo]
    for what in ("title", "date"):
        pairs = [(getattr(page, what), getattr(s, what)) for page, s in zip(todo, said, strict=True)]
        there = [(gold, got) for gold, got in pairs if gold]
        print(
            f"{what}: {sum(gold == got for gold, got in there)} of {len(there)} right; "
            f"{sum(bool(got) for gold, got in pairs if not gold)} given where a page has none"
        )


if __name__ == "__main__":
    main()
