"""What lets a finding pass: comments in the article, and entries of the config.

In Markdown and in web pages:

    <!-- cleanup-disable-line RULE… -- why -->       on the line that it stands on
    <!-- cleanup-disable-next-line RULE… -- why -->  on the next line that is not blank
    <!-- cleanup-disable RULE… -- why -->            from here on, up to
    <!-- cleanup-enable RULE… -->                    this, or to the end
    <!-- cleanup-disable-file RULE… -- why -->       in the whole article

A RULE is the id of one, or a kind; where none is named all are meant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import regex

from cleanup.check.nouns import Unused
from cleanup.check.paths import Root, matches
from cleanup.config import Suppression
from cleanup.data import Document, Finding, line_starts
from cleanup.detect.closed import Spans, code_spans, comment_spans, merge
from cleanup.dumps.pagelines import PageLines
from cleanup.keywords import Keywords

_SIGN = "cleanup-"
_DIRECTIVE = regex.compile(rf"\s*{_SIGN}(?P<what>[\w-]+)(?P<rest>[\s\S]*)")
# Unknown words of an article that are told with what may be meant.
_MEANT = 20
_WHAT = ("disable", "enable", "disable-line", "disable-next-line", "disable-file")


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment beside an article's text.

    at    offset in the text: what stands in front of it does so in the file, too
    line  of the file
    body  what is written between <!-- and -->
    own   span of the line of the text that it stands in or beside, None where it stands apart or that is not known
    next  span of the line behind it, None where none follows or that is not known
    """

    at: int
    line: int
    body: str
    own: Span | None
    next: Span | None


@dataclass(frozen=True, slots=True)
class Directive:
    """What a comment switches off: a span of the text, for some rules and kinds, or for all where none is named."""

    where: str
    says: str
    why: str
    rules: frozenset[str]
    start: int
    end: int

    def silences(self, finding: Finding) -> bool:
        """Whether a finding starts within it and is of what it names."""
        return self.start <= finding.start < self.end and _names(self.rules, finding)


def comments_of(document: Document) -> list[Comment]:
    """The comments of a Markdown text, but for those in code, which tell how they are written."""
    text = document.text
    if _SIGN not in text:
        return []
    code = Spans(code_spans(text))
    first = int(document.meta.get("line", 1))
    lines = _TextLines(text)
    return [
        Comment(
            start,
            first + row,
            text[start + 4 : end - 3],
            lines.span(row, lines.row(end - 1)),
            lines.after(end),
        )
        for start, end in comment_spans(text)
        if not any(True for _ in code.over(start, end))
        for row in [lines.row(start)]
    ]


def comments_of_page(text: str, lines: PageLines) -> list[Comment]:
    """The comments of a web page beside the text that was extracted from it."""
    starts = [*line_starts(text), len(text)]

    def span(line: int | None) -> Span | None:
        return None if line is None or line + 1 >= len(starts) else (starts[line], starts[line + 1])

    return [
        Comment(c.offset, c.line, c.body, span(c.beside), span(c.next))
        for c in lines.comments
        if _SIGN in c.body
    ]


def directives(
    document: Document, comments: Iterable[Comment], rules: Sequence[str]
) -> tuple[list[Directive], list[Unused]]:
    """What the comments of an article switch off, and those that say nothing that is known.

    rules  ids and kinds that there are
    """
    text = document.text
    found: list[Directive] = []
    unknown: list[Unused] = []
    opened: dict[str, list[Directive]] = defaultdict(list)

    def switch_on(names: frozenset[str], at: int) -> None:
        for name in list(opened) if not names else [n for n in names if n in opened]:
            found.extend(replace(d, end=at) for d in opened.pop(name))

    for comment in comments:
        m = _DIRECTIVE.match(comment.body)
        if m is None:
            continue
        what, (named, _, why) = m["what"], regex.sub(r"\s+", " ", m["rest"]).partition("--")
        names = frozenset(named.replace(",", " ").split())
        where = f"{document.file}:{comment.line}"
        says = f"cleanup-{what} {named.strip()}".strip()
        if what not in _WHAT:
            unknown.append(Unused(where, says + _meant(what, _WHAT, len(unknown))))
            continue
        if odd := sorted(names.difference(rules)):
            unknown.append(Unused(where, says + _meant(odd[0], rules, len(unknown))))
            names &= frozenset(rules)
            if not names:
                continue
        if what == "enable":
            switch_on(names, comment.at)
            continue
        start, end = _span(what, text, comment)
        directive = Directive(where, says, why.strip(), names, start, end)
        if what != "disable":
            found.append(directive)
            continue
        # one directive of several rules may be ended for each of them apart
        for name in sorted(names) or [""]:
            opened[name].append(replace(directive, rules=frozenset([name] if name else [])))
    found += [d for open_ in opened.values() for d in open_]
    return sorted(found, key=lambda d: (d.start, d.end, d.where)), unknown


class Suppressions:
    """All that lets findings pass in a check, and which of it did."""

    def __init__(self, entries: Sequence[Suppression], rules: Iterable[str], root: Root) -> None:
        """`rules`: ids and kinds that there are."""
        self._entries = entries
        self._root = root
        self._rules = sorted(rules)
        self._used: set[str] = set()
        self._met: set[str] = set()
        # a line may hold several
        self._inline: dict[tuple[str, str], None] = {}
        self._used_inline: set[tuple[str, str]] = set()
        self._unknown: dict[Unused, None] = {}
        # thousands of terms cost little where none of them stands
        self._terms = Keywords({e.term.text for e in entries if e.term})

    def of(self, document: Document, comments: Iterable[Comment]) -> ArticleSuppressions:
        """Those that may hold in one article."""
        found, unknown = directives(document, comments, self._rules)
        self._unknown |= dict.fromkeys(unknown)
        self._inline |= dict.fromkeys((d.where, d.says) for d in found)
        name = self._root.under_config(document.file)
        entries = [e for e in self._entries if not e.path or matches([e.path], name)]
        self._met.update(e.where for e in entries if e.path)
        held = set(self._terms.held(document.text))
        entries = [e for e in entries if e.term is None or e.term.text in held]
        return ArticleSuppressions(document, found, entries, self._used, self._used_inline)

    def unused(self, *, everything: bool) -> list[Unused]:
        """What silenced nothing. Of the config only what names files that were looked at, unless `everything` was."""
        idle = [
            e for e in self._entries if e.where not in self._used and (everything or e.where in self._met)
        ]
        inline = [Unused(*own) for own in self._inline if own not in self._used_inline]
        return [*self._unknown, *inline, *(Unused(e.where, str(e)) for e in idle)]


class ArticleSuppressions:
    """What lets findings of one article pass."""

    def __init__(
        self,
        document: Document,
        found: Sequence[Directive],
        entries: Sequence[Suppression],
        used: set[str],
        used_inline: set[tuple[str, str]],
    ) -> None:
        self._found = found
        self._used = used
        self._used_inline = used_inline
        self._entries = [
            (e, Spans(merge(list(e.term.places(document.text)))) if e.term else None) for e in entries
        ]

    def why(self, finding: Finding) -> tuple[str, str]:
        """Where the suppression of a finding stands and what its author wrote beside it; ("", "") where none holds."""
        for d in self._found:
            if d.silences(finding):
                self._used_inline.add((d.where, d.says))
                return d.where, d.why
        for e, places in self._entries:
            if (
                (not e.rule or e.rule == finding.rule)
                and (not e.kind or e.kind == finding.kind)
                and (places is None or _touches(places, finding))
            ):
                self._used.add(e.where)
                return e.where, e.why
        return "", ""


def _touches(places: Spans, finding: Finding) -> bool:
    """Whether a finding shares a character with a term; an insertion, whether it stands in or beside one."""
    start, end = finding.start, finding.end
    gap = int(start == end)
    return any(True for _ in places.over(start - gap, end + gap))


def _names(rules: frozenset[str], finding: Finding) -> bool:
    return not rules or finding.rule in rules or finding.kind in rules


def _meant(word: str, known: Sequence[str], told: int) -> str:
    # a comparison with all rules takes milliseconds, and an article may name thousands that there are not
    near = get_close_matches(word, known, 1, 0.7) if told < _MEANT else []
    return f" ({word}? → {near[0]})" if near else f" ({word}?)"


def _span(what: str, text: str, comment: Comment) -> Span:
    """The span that a comment switches off, which may be empty."""
    if what == "disable-file":
        return 0, len(text) + 1
    if what == "disable":
        return comment.at, len(text) + 1
    return (comment.own if what == "disable-line" else comment.next) or (comment.at, comment.at)


class _TextLines:
    """The lines of a text, each with its newline."""

    def __init__(self, text: str) -> None:
        self._starts = [*line_starts(text), len(text)]
        # of each line the next one that is not blank
        self._after: list[int | None] = []
        after: int | None = None
        for row in range(len(self._starts) - 2, -1, -1):
            self._after.append(after)
            if text[self._starts[row] : self._starts[row + 1]].strip():
                after = row
        self._after.reverse()

    def row(self, offset: int) -> int:
        return bisect_right(self._starts, offset, 0, len(self._starts) - 1) - 1

    def span(self, first: int, last: int) -> Span:
        return self._starts[first], self._starts[last + 1]

    def after(self, end: int) -> Span | None:
        """The next line that is not blank behind the one that a comment ends on."""
        row = self._after[self.row(end - 1)]
        return None if row is None else self.span(row, row)
