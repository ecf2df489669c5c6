"""A sample of a dump that its texts alone fix: of each source the articles of the lowest text hashes.

Order, sharding and repeats make no difference: the same text is one article, and two samples are merged by keeping
the lowest of both, which is commutative and associative.

The sample is bounded. Where more than `limit` articles would be kept, the number kept of each source is halved, for
all sources, until they fit. What is kept at a given number only grows with the dump, so the number in the end, and
with it the sample, depends on the dump as a whole and on nothing else.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar

# Articles kept of each source. A line on 20 % of the pages of a source is then seen on 16 to 24 %
# (two standard errors); twice as many would make that 17 to 23 % and cost twice the memory.
SAMPLE = 400
# Articles kept in all: 163 sources with 400 each, or 6,500 with 10. Of texts of 1,500 characters they take 200 MB.
LIMIT = 65_536


class Ordered(Protocol):
    """What can be compared."""

    def __lt__(self, other: Any, /) -> bool: ...


T = TypeVar("T", bound=Ordered)


def text_hash(text: str) -> int:
    """64 bits that name a text."""
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


class Lowest(Generic[T]):
    """The articles of the lowest hashes of each source, with what is kept of each.

    sample  articles kept of each source, until `limit` forces fewer
    limit   articles kept in all
    """

    def __init__(self, sample: int = SAMPLE, limit: int = LIMIT) -> None:
        self.sample = sample
        self.limit = limit
        self.count = 0
        self._kept: dict[str, dict[int, T]] = {}
        self._highest: dict[str, list[int]] = {}

    def wants(self, source: str, name: int) -> bool:
        """Whether an article belongs to the sample of what was added so far, and is not in it."""
        kept = self._kept.get(source)
        if not kept:
            return self.sample > 0
        return name not in kept and (len(kept) < self.sample or name < -self._highest[source][0])

    def add(self, source: str, name: int, payload: T) -> bool:
        """Keep an article by the hash of its text, if it belongs to the sample. Whether that changed it.

        Where it is there already, with another payload, the lesser of the two stays.
        """
        if self.wants(source, name):
            self._keep(source, name, payload)
            self._fit()
            return True
        if (kept := self._kept.get(source, {})).get(name) is not None and payload < kept[name]:
            kept[name] = payload
            return True
        return False

    def merge(self, other: Lowest[T]) -> None:
        """Take in a sample that another worker took with the same `sample` and `limit`."""
        self._shrink(other.sample)
        for source, kept in other._kept.items():
            for name, payload in kept.items():
                self.add(source, name, payload)

    def sources(self) -> Iterator[tuple[str, list[T]]]:
        """Each source with what was kept of it, sources by name and articles by hash."""
        for source in sorted(self._kept):
            kept = self._kept[source]
            yield source, [kept[name] for name in sorted(kept)]

    def _keep(self, source: str, name: int, payload: T) -> None:
        kept = self._kept.setdefault(source, {})
        highest = self._highest.setdefault(source, [])
        kept[name] = payload
        heapq.heappush(highest, -name)
        self.count += 1
        if len(kept) > self.sample:
            self._drop(source)

    def _drop(self, source: str) -> None:
        del self._kept[source][-heapq.heappop(self._highest[source])]
        self.count -= 1

    def _fit(self) -> None:
        while self.count > self.limit:
            self._shrink(self.sample // 2)

    def _shrink(self, sample: int) -> None:
        self.sample = min(self.sample, sample)
        for source, kept in list(self._kept.items()):
            while len(kept) > self.sample:
                self._drop(source)
            if not kept:
                del self._kept[source], self._highest[source]
