"""The main content of a web page, and what the page says of itself.

What is main content is trafilatura's to say, of a page that `trim` has made ready. What extraction leaves
behind all the same (a date line, a disclaimer) is for the furniture stage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from cleanup.dumps.trim import SENTENCE, flatten, trim, visible

# trafilatura tries again, in the end with all text of the page, where it finds less than this. Its own
# 250 are of a language whose words have five letters: on benchmarks/pages.py 250 gives F 0.967, 120 and 80
# give 0.972, and 40 gives 0.957, since half an article is then enough.
_MIN_CHARS = 80
# Above this many elements trafilatura goes without its second opinions, of which one takes time that grows
# with the square of the paragraphs: 3 s at 6,000, a minute at 30,000.
_LARGE = 5_000
# Above this many it is not asked at all, and what `trim` has left of the page is the content: it takes 10 s for
# 100,000 elements, and pages of people have less than a tenth.
_HUGE = 100_000

_MARKUP = re.compile(
    r"<(?:!doctype\s+html|/?(?:html|head|body|title|meta|div|p|br|table|span|a|h[1-6]|ul|li|script|frameset)\b)",
    re.I,
)
# Declarations: an encoding in a decoded page is refused, entities declared by a page are not expanded.
_DECLARED = re.compile(r"<\?xml[^>]{0,200}\?>|<!DOCTYPE[^>\[]{0,500}\[[^\]]*\]\s*>", re.I)
# A tag of so many characters holds a picture, or attributes without end, for which libxml2 takes time
# that grows with their square.
_LONG_TAG = re.compile(r"<([A-Za-z][\w-]*)\s[^<>]{20000,}>")
_SILENT = re.compile(r"<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
# What a browser drops, and XML cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Extract:
    """The main content of a page as text, and what the page says of itself; "" for what it does not say.

    `links` says that the page is links and nothing else, and so has no content.
    """

    text: str
    title: str = ""
    date: str = ""
    site: str = ""
    author: str = ""
    links: bool = False


def is_page(text: str) -> bool:
    """Whether there is any markup of a page in a text; what has none keeps its lines as they are."""
    return _MARKUP.search(text) is not None


def extract(page: str) -> Extract:
    """The main content of a page, and its title, date (YYYY-MM-DD), site and author.

    A page without main content, as a list of links is, has the text "". Nothing is raised for what a
    page holds: one that the extractor cannot take has all its visible text as content.
    """
    import trafilatura
    from lxml import etree, html

    page = _LONG_TAG.sub(r"<\1>", _DECLARED.sub("", _CONTROL.sub("", page)))
    parser = html.HTMLParser(huge_tree=True)
    try:
        tree = html.document_fromstring(page, parser=parser)
    except (etree.LxmlError, ValueError):
        return Extract("")
    if any("depth" in e.message for e in parser.error_log):
        # the parser stopped there, and the rest of the page is not in the tree
        return Extract(_stripped(page))
    flatten(tree)
    try:
        facts = trafilatura.extract_metadata(tree, date_config=_dates(), extensive=False)
    except Exception:  # third-party code on any page of the web fails in its own ways: that costs the facts
        facts = None
    title, date, site, author = (
        str(getattr(facts, k, None) or "").strip() for k in ("title", "date", "sitename", "author")
    )
    if title and title == " ".join((tree.findtext(".//title") or "").split()):
        # <title> is "headline_channel_site" by convention, and all there is where no tag names the headline
        title = re.split("[_|｜]", title)[0].strip() or title
    mostly_links = trim(tree)
    found = None
    try:
        if not _larger(tree, _HUGE):
            found = trafilatura.bare_extraction(
                tree, fast=_larger(tree, _LARGE), include_comments=False, config=_config()
            )
    except Exception:
        pass
    text = _tidy(str(getattr(found, "text", None) or "")) or _tidy(visible(tree))
    links = mostly_links and not SENTENCE.search(text)
    return Extract("" if links else text, title, date, site, author, links)


@lru_cache(maxsize=1)
def _config() -> Any:
    from trafilatura.settings import use_config

    config = use_config()
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = str(_MIN_CHARS)
    config["DEFAULT"]["MIN_OUTPUT_SIZE"] = "1"
    return config


def _larger(tree: Any, bound: int) -> bool:
    return next(islice(tree.iter(), bound, None), None) is not None


def _dates() -> dict[str, Any]:
    """The first date of publication. No guess from the rest of the page, which gives the year of a copyright line."""
    return {"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"}


def _stripped(page: str) -> str:
    """All text of a page that no parser takes, without its tags."""
    import html

    return _tidy(html.unescape(_TAG.sub("\n", _SILENT.sub("\n", page))))


def _tidy(text: str) -> str:
    """Lines without blanks at their ends, and no empty ones."""
    return "\n".join(line for x in text.splitlines() if (line := x.strip()))
