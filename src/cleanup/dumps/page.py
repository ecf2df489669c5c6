"""The main content of a web page, and what the page says of itself.

What is main content is trafilatura's to say. Two things are done to the page before, for what it gets
wrong on Chinese pages: blocks of links are taken out, and tables that only lay out a page become blocks.
What extraction leaves behind all the same (a date line, a disclaimer) is for the furniture stage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

# trafilatura tries again, in the end with all text of the page, where it finds less than this. Its own
# 250 are of a language whose words have five letters.
_MIN_CHARS = 80
# A block is navigation where this share of its characters are links, of several, and nothing beside them
# is a sentence.
_LINK_SHARE = 0.7
_LINKS_MIN = 3
# A table with a longer cell lays out a page; cells of data are shorter.
_CELL_MAX = 60
# Elements nested deeper are spliced out: no person nests so deep, and the extractor recurses.
_DEPTH_MAX = 150

# Above this many elements trafilatura goes without its second opinions, of which one takes time that grows
# with the square of the paragraphs: 3 s at 6,000, a minute at 30,000.
_LARGE = 5_000

_BLOCKS = frozenset(
    [
        "ul",
        "ol",
        "dl",
        "div",
        "p",
        "table",
        "tr",
        "td",
        "section",
        "nav",
        "aside",
        "footer",
        "header",
        "center",
        "font",
        "span",
    ]
)
_UNSEEN = ("script", "style", "noscript", "template", "noframes", "iframe", "svg", "select", "button")
_TABLE = frozenset(["table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"])
_BREAKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "section",
        "article",
        "blockquote",
        "pre",
        "dt",
        "dd",
        "table",
    ]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "u",
    ]
)
_MARKUP = re.compile(
    r"<(?:!doctype\s+html|/?(?:html|head|body|title|meta|div|p|br|table|span|a|h[1-6]|ul|li|script|frameset)\b)",
    re.I,
)
_SENTENCE = re.compile("[。！？；]")
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
    """The main content of a page as text, and what the page says of it; "" for what it does not say."""

    text: str
    title: str = ""
    date: str = ""
    site: str = ""
    author: str = ""


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
    _shallow(tree)
    try:
        facts = trafilatura.extract_metadata(tree, date_config=_dates(), extensive=False)
    except (
        Exception
    ):  # third-party code on any page of the web: it fails in its own ways, and costs the facts
        facts = None
    title, date, site, author = (
        str(getattr(facts, k, None) or "").strip() for k in ("title", "date", "sitename", "author")
    )
    # <title> is "headline_channel_site" by convention, and stands for a headline that no tag names
    title = re.split("[_|｜]", title)[0].strip() or title
    mostly_links = _prepare(tree)
    try:
        found = trafilatura.bare_extraction(
            tree, fast=_larger(tree, _LARGE), include_comments=False, config=_config()
        )
    except Exception:  # as above; all that is visible is better than nothing
        found = None
    text = _tidy(str(getattr(found, "text", None) or "")) or _tidy(_visible(tree))
    if mostly_links and not _SENTENCE.search(text):
        text = ""
    return Extract(text, title, date, site, author)


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


def _shallow(tree: Any) -> None:
    """Splice out what is nested too deep, its text kept. Walks without recursion."""
    depth = {tree: 0}
    deep = []
    for element in tree.iterdescendants():
        depth[element] = depth[element.getparent()] + 1
        if depth[element] > _DEPTH_MAX and isinstance(element.tag, str):
            deep.append(element)
    for element in reversed(deep):
        element.drop_tag()


def _prepare(tree: Any) -> bool:
    """Take out what is not seen, and blocks of links; make layout tables blocks. Whether most of the page was links."""
    for element in [e for e in tree.iter(*_UNSEEN) if e is not tree]:
        element.drop_tree()
    chars: dict[Any, int] = {}
    linked: dict[Any, int] = {}
    links: dict[Any, int] = {}
    says: dict[Any, bool] = {}
    longest: dict[Any, int] = {}
    # in reverse document order all that is inside an element comes before it
    for element in reversed(list(tree.iter("*"))):
        own = [element.text or "", *(child.tail or "" for child in element)]
        n = sum(len(t.strip()) for t in own)
        inside = list(element.iterchildren("*"))
        chars[element] = n + sum(chars[c] for c in inside)
        if element.tag == "a":
            linked[element], links[element], says[element] = chars[element], 1, False
        else:
            linked[element] = sum(linked[c] for c in inside)
            links[element] = sum(links[c] for c in inside)
            says[element] = any(says[c] for c in inside) or any(map(_SENTENCE.search, own))
        cell = chars[element] if element.tag in ("td", "th") else 0
        longest[element] = max([cell, *(longest[c] for c in inside)])
    body = tree.find("body")
    whole = tree if body is None else body
    mostly_links = linked[whole] >= _LINK_SHARE * chars[whole] if chars[whole] else False
    gone = [
        e
        for e in tree.iter("*")
        if e.tag in _BLOCKS and links[e] >= _LINKS_MIN and not says[e] and linked[e] >= _LINK_SHARE * chars[e]
    ]
    for table in list(tree.iter("table")):
        if longest[table] > _CELL_MAX or next(table.iterdescendants("table"), None) is not None:
            for part in [table, *table.iterdescendants(*_TABLE)]:
                part.tag = "div"
    for element in gone:
        if element.getparent() is not None:
            element.drop_tree()
    for heading in whole.iter("h2", "h3", "h4", "h5", "h6"):
        # outside of containers that it knows, the extractor looks for paragraphs alone
        after = heading.getnext()
        if after is not None and any(map(_SENTENCE.search, after.itertext())):
            heading.tag = "p"
    for element in list(whole.iter("div", "section", "center", "article", "main", "body")):
        _paragraphs(element)
    return mostly_links


def _paragraphs(block: Any) -> None:
    """Put prose that stands bare in a block into paragraphs, ended by line breaks and by other blocks."""
    from lxml import etree

    bare = [block.text or ""]
    for child in block:
        inside = child.itertext() if child.tag in _INLINE and not _holds_block(child) else ()
        bare += [*inside, child.tail or ""]
    if not any(map(_SENTENCE.search, bare)):
        return
    # a run of text and inline elements starts with text, and each element is followed by its tail
    run: list[Any] = [block.text or ""]
    block.text = None
    kept: list[Any] = []
    for child in list(block):
        tail, child.tail = child.tail or "", None
        inline = isinstance(child.tag, str) and child.tag in _INLINE and not _holds_block(child)
        if inline:
            run += [child, tail]
            continue
        kept.append(run)
        if child.tag != "br":
            kept.append(child)
        run = [tail]
    kept.append(run)
    for child in list(block):
        block.remove(child)
    for part in kept:
        if not isinstance(part, list):
            block.append(part)
            continue
        if not any(x.strip() if isinstance(x, str) else True for x in part):
            continue
        p = etree.SubElement(block, "p")
        p.text = part[0]
        for element, tail in zip(part[1::2], part[2::2], strict=True):
            element.tail = tail
            p.append(element)


def _holds_block(element: Any) -> bool:
    return any(e.tag in _BREAKS for e in element.iterdescendants("*"))


def _visible(tree: Any) -> str:
    """All text of the body, a line a block."""
    body = tree.find("body")
    if body is None:
        return ""
    parts = []
    for event, element in _events(body):
        if event == "end":
            parts.append("\n" if element.tag in _BREAKS else "")
            parts.append(element.tail or "" if element is not body else "")
        else:
            parts.append("\n" if element.tag in _BREAKS else "")
            parts.append((element.text or "") if isinstance(element.tag, str) else "")
    return "".join(parts)


def _stripped(page: str) -> str:
    """All text of a page that no parser takes, without its tags."""
    import html

    return _tidy(html.unescape(_TAG.sub("\n", _SILENT.sub("\n", page))))


def _events(element: Any) -> Any:
    from lxml import etree

    return etree.iterwalk(element, events=("start", "end", "comment", "pi"))


def _tidy(text: str) -> str:
    """Lines without blanks at their ends, and no empty ones."""
    return "\n".join(line for x in text.splitlines() if (line := x.strip()))
