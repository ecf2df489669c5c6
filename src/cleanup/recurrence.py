"""Lines that come again over the articles of a source: counted over a dump, frozen, then only asked.

A site prints its page around every article, so what is page recurs over unrelated articles even where
no pattern knows it. Body recurs, too: a law's closing formula, the headings of a template. So this is
evidence beside the features of a line, never a verdict.

Counting takes a sample that the input alone fixes (`sampling`): order, sharding and repeats make no difference.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cleanup.fold import fold
from cleanup.sampling import SAMPLE, Lowest, text_hash

# Articles looked at in all: 655 sources with 400 each. Their keys take some 300 bytes an article, 80 MB.
LIMIT = 262_144
# Lines of an article that are kept, the first and the last: at 8 bytes a line and with templates, a
# source takes at most 1 MB while it is counted. Pages of the bench have up to 23 lines.
_FIRST, _LAST = 40, 100
# Longer lines are paragraphs. Footers of the bench have up to 33 characters, those invented for the tests up to 63.
LINE_MAX = 120
# Nothing is said of a source with fewer articles, nor of a line in fewer or in a smaller share of
# them: with 8 articles a footer is in 8, and a chance repeat in 2.
ARTICLES_MIN = 8
DOCS_MIN = 5
SHARE_MIN = 0.04

_DIGITS = re.compile(r"\d+")
# A template is a line of fields; sentences with a colon in them have more, and stops.
_TEMPLATE_MAX = 40
_STOPS = frozenset("。,!?;")
_VALUE = re.compile(r"([^\s:|]{1,8}): *[^\s:|]{1,30}")


def normalised(line: str) -> str:
    """A folded line as it is counted: numbers are 0, blanks are gone."""
    return _DIGITS.sub("0", "".join(line.split()))


def template(line: str) -> str | None:
    """A folded line with what stands after its colons masked, or None where it has no such shape."""
    if ":" not in line:
        return None
    masked = _VALUE.sub(r"\1:*", line.strip())
    if "*" not in masked or len(masked) > _TEMPLATE_MAX or not _STOPS.isdisjoint(line):
        return None
    return normalised(masked)


def line_key(line: str) -> int:
    """The 64-bit key under which a folded line is counted."""
    return text_hash(normalised(line))


def template_key(line: str) -> int | None:
    """The key of its template, in a space of its own."""
    masked = template(line)
    return None if masked is None else text_hash("*" + masked)


@dataclass(frozen=True, slots=True)
class SourceLines:
    """The recurring lines of one source: how many articles were looked at, and in how many each key stood."""

    articles: int
    docs: Mapping[int, int]

    def exact(self, line: str) -> int:
        """In how many of the articles a folded line stands; 0 where it is below the floor."""
        return self.docs.get(line_key(line), 0)

    def like(self, line: str) -> int:
        """In how many of the articles a line of the same template stands."""
        key = template_key(line)
        return 0 if key is None else self.docs.get(key, 0)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The frozen counts of a dump, which cleaning is given; `digest` names them in summary.json."""

    sources: Mapping[str, SourceLines] = field(default_factory=dict)
    digest: str = ""

    def of(self, source: str) -> SourceLines | None:
        """The recurring lines of a source, or None where there are none."""
        lines = self.sources.get(source)
        return lines if lines is not None and lines.docs else None


class LineCounts:
    """Counts while a dump is read. `add` each article, `merge` those of other workers, `freeze` in the end."""

    def __init__(self, sample: int = SAMPLE) -> None:
        self._lowest: Lowest[array[int]] = Lowest(sample, LIMIT)

    def add(self, source: str, text: str, name: int | None = None, beside: LineCounts | None = None) -> None:
        """Count an article, if it belongs to the sample. One hash of its text where it does not.

        name    the hash of the text, where it is known
        beside  other counts, which are given the article, too; one that they have no use for is not counted here either
        """
        name = text_hash(text) if name is None else name
        if (beside or self)._lowest.wants(source, name):
            keys = _keys(text)
            self._lowest.add(source, name, keys)
            if beside is not None:
                beside._lowest.add(source, name, keys)

    def merge(self, others: Iterable[LineCounts]) -> None:
        """Take in what other workers counted with the same `sample`."""
        for other in others:
            self._lowest.merge(other._lowest)

    def freeze(self) -> Recurrence:
        """The lines that recur, by source, with the digest that names them."""
        sources: dict[str, SourceLines] = {}
        digest = hashlib.sha256()
        for source, kept in self._lowest.sources():
            if len(kept) < ARTICLES_MIN:
                continue
            counts: Counter[int] = Counter()
            for keys in kept:
                counts.update(keys)
            least = max(DOCS_MIN, SHARE_MIN * len(kept))
            docs = {key: n for key, n in sorted(counts.items()) if n >= least}
            sources[source] = SourceLines(len(kept), docs)
            digest.update(f"{source}\0{len(kept)}\0{sorted(docs.items())}\0".encode(errors="surrogatepass"))
        return Recurrence(sources, digest.hexdigest()[:16])


def _keys(text: str) -> array[int]:
    """The different keys of an article's short lines, exact and by template."""
    lines = [s for line in fold(text).folded.split("\n") if (s := line.strip()) and len(s) <= LINE_MAX]
    if len(lines) > _FIRST + _LAST:
        lines = lines[:_FIRST] + lines[-_LAST:]
    keys: set[int] = set()
    for line in lines:
        keys.add(line_key(line))
        like = template_key(line)
        if like is not None:
            keys.add(like)
    return array("Q", sorted(keys))
