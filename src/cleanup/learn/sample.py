"""The articles that channels are learned from: of each source those of the lowest text hashes, cut to a length."""

from __future__ import annotations

from typing import NamedTuple

from cleanup.data import Document
from cleanup.sampling import LIMIT, SAMPLE, Lowest, text_hash

# Characters of an article that are kept, so that one book does not outweigh its source. Of the bench's articles
# 99 % are shorter than 8,000.
LONGEST = 20_000


class Sampled(NamedTuple):
    """What preparing an article needs of it."""

    text: str
    title: str
    markdown: bool

    def document(self, source: str) -> Document:
        """The article as a document."""
        meta = {"title": self.title, "format": "md" if self.markdown else "txt"}
        return Document("", self.text, source, meta=meta)


class TextSample:
    """Texts while a dump is read. `add` each article, `merge` those of other workers."""

    def __init__(self, sample: int = SAMPLE, limit: int = LIMIT) -> None:
        self._lowest: Lowest[Sampled] = Lowest(sample, limit)

    def add(self, document: Document, name: int | None = None, beside: TextSample | None = None) -> None:
        """Keep an article, if it belongs to the sample.

        name    the hash of its text, where it is known
        beside  another sample, which is given the article, too; one that it has no use for is not kept here either
        """
        meta = document.meta
        title, markdown = str(meta.get("title") or ""), meta.get("format") == "md"
        sampled = Sampled(document.text[:LONGEST], title, markdown)
        name = text_hash(document.text) if name is None else name
        if beside is None or beside._lowest.add(document.source, name, sampled):
            self._lowest.add(document.source, name, sampled)

    def merge(self, other: TextSample) -> None:
        """Take in what another worker sampled with the same bounds."""
        self._lowest.merge(other._lowest)

    def sources(self) -> dict[str, list[Sampled]]:
        """The articles of each source, sources by name."""
        return dict(self._lowest.sources())
