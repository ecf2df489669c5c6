"""What the articles of a source show of its machine without any model: how many hold a string, and how often.

Signs of two days are compared, so both are taken the same way: of the same sample (`sampling`), in the folded text,
without the lines that recur over the source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cleanup.channel.items import Channel, Item
from cleanup.fold import fold
from cleanup.recurrence import SourceLines

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    I64 = npt.NDArray[np.int64]
    U64 = npt.NDArray[np.uint64]

DE = "的"
# Strings of up to so many Chinese characters are counted: their code points fill 64 bits.
LONGEST = 4
# Kept are characters, and what follows 的, in so many articles; longer strings in so many, and in such a share.
_RARE, _SOME, _SHARE = 3, 5, 0.05
# Chinese characters without the rare planes, which need more than 16 bits, and which no list of a filter holds.
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF))


@dataclass(frozen=True, slots=True)
class Count:
    """A string over some articles: how many hold it, its places, and the sums that say how these cluster.

    With x places and m slots in an article, squares is Σx² and with_slots Σxm; slots are the 的 for what is looked
    for behind 的, else characters.
    """

    articles: int = 0
    places: int = 0
    squares: int = 0
    with_slots: int = 0


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of some articles: Σm and Σm²."""

    total: int = 0
    squares: int = 0


@dataclass(frozen=True, slots=True)
class Grams:
    """Strings of one to four Chinese characters: keys rise, shape (n,), with the number of articles that hold each.

    whole  whether rare ones are among them, too
    """

    keys: U64
    articles: I64
    of: int
    whole: bool = True

    def common(self, least: float) -> Iterator[tuple[str, int]]:
        """Strings that so many articles hold, in the order of their numbers, each with how many do."""
        rows = self.articles >= least
        for key, articles in zip(self.keys[rows].tolist(), self.articles[rows].tolist(), strict=True):
            yield gram(key), articles

    def bounds(self, string: str) -> tuple[int, int]:
        """The least and the most articles that hold a string; of a longer one its head tells the most."""
        import numpy as np

        key = gram_key(string[:LONGEST])
        if key is None:
            return 0, self.of
        at = int(np.searchsorted(self.keys, np.uint64(key)))
        there = at < len(self.keys) and int(self.keys[at]) == key
        if not there:
            return 0, 0 if self.whole else floor(string[:LONGEST], self.of) - 1
        known = int(self.articles[at])
        return known if len(string) <= LONGEST else 0, known


@dataclass(frozen=True, slots=True)
class Signs:
    """What was counted over a sample of a source.

    articles, characters  of the sample
    slots     of each kind: "的" and "" for characters
    strings   those that the channel of the source names, by slot and string
    costumes  the signs that masks wear, with the articles that hold one
    grams     what stands in how many articles
    """

    articles: int
    characters: int
    slots: dict[str, Slots]
    strings: dict[tuple[str, str], Count]
    costumes: dict[str, int] = field(default_factory=dict)
    grams: Grams | None = None


def gram_key(string: str) -> int | None:
    """A number for a string of one to four common Chinese characters; None for any other.

    >>> gram_key("的"), gram_key("a的")
    (30340, None)
    """
    if not 0 < len(string) <= LONGEST or not all(any(a <= ord(c) <= b for a, b in _HAN) for c in string):
        return None
    key = 0
    for c in string:
        key = key << 16 | ord(c)
    return key


def gram(key: int) -> str:
    """The string of a number."""
    return gram(key >> 16) + chr(key & 0xFFFF) if key else ""


def floor(string: str, of: int) -> int:
    """Strings in fewer of `of` articles are not kept."""
    return _RARE if len(string) == 1 or string.startswith(DE) else max(_SOME, int(_SHARE * of))


def watched(item: Item) -> list[tuple[str, str]]:
    """The strings whose number tells whether an item is still at work, each with the slots that it is counted over."""
    if item.kind == "insert":
        # what fills a slot in general has no string of its own
        return (
            [] if item.text == "*" else [(DE, DE + item.text) if item.slot == "after-de" else ("", item.text)]
        )
    if item.kind == "commas":
        return []
    both = [item.text, item.becomes] if item.kind in ("swap", "spin") else [item.text]
    return [("", s) for s in both if s]


def body(text: str, lines: SourceLines | None) -> str:
    """The folded text of an article less the lines that recur over its source."""
    folded = fold(text).folded
    if lines is None:
        return folded
    return "\n".join(line for line in folded.split("\n") if not line.strip() or not lines.exact(line.strip()))


def signs_of(
    texts: Iterable[str],
    channel: Channel | None,
    lines: SourceLines | None,
    *,
    also: Collection[tuple[str, str]] = (),
) -> Signs:
    """The signs of a source's sample; their order does not matter, and of equal texts one counts.

    also  strings to count beside those of the channel, with their slots
    """
    from cleanup.decode.masks import find_masks, worn

    bodies = sorted({body(t, lines) for t in texts})
    asked = {s for i in (channel.items if channel else ()) for s in watched(i)} | set(also)
    slots = {"": [len(b) for b in bodies], DE: [b.count(DE) for b in bodies]}
    strings = {}
    for slot, string in sorted(asked):
        found = [(n, m) for b, m in zip(bodies, slots[slot], strict=True) if (n := b.count(string))]
        strings[slot, string] = Count(
            len(found), sum(n for n, _ in found), sum(n * n for n, _ in found), sum(n * m for n, m in found)
        )
    costumes: dict[str, set[int]] = {}
    for number, start, end in find_masks(bodies):
        costumes.setdefault(worn(bodies[number][start:end]), set()).add(number)
    return Signs(
        len(bodies),
        sum(slots[""]),
        {name: Slots(sum(m), sum(x * x for x in m)) for name, m in slots.items()},
        strings,
        {costume: len(articles) for costume, articles in sorted(costumes.items())},
        _grams(bodies),
    )


def _grams(bodies: Sequence[str]) -> Grams:
    import numpy as np

    parts = [_of_article(np.frombuffer(b.encode("utf-32-le", "replace"), "<u4")) for b in bodies]
    keys, articles = np.unique(np.concatenate(parts or [np.zeros(0, np.uint64)]), return_counts=True)
    return Grams(keys, articles.astype(np.int64), len(bodies))


def _of_article(codes: npt.NDArray[np.uint32]) -> U64:
    """The strings of an article, once each."""
    import numpy as np

    han = np.zeros(len(codes), bool)
    for a, b in _HAN:
        han |= (codes >= a) & (codes <= b)
    wide = codes.astype(np.uint64)
    keys, whole, out = wide, han, [wide[han]]
    for k in range(1, min(LONGEST, len(codes))):
        keys = keys[:-1] << np.uint64(16) | wide[k:]
        whole = whole[:-1] & han[k:]
        out.append(keys[whole])
    return np.unique(np.concatenate(out))


def kept(grams: Grams) -> Grams:
    """The strings that are worth keeping until the next day."""
    import numpy as np

    keys = grams.keys
    first = keys.copy()
    for _ in range(LONGEST - 1):
        first = np.where(first > 0xFFFF, first >> np.uint64(16), first)
    lowly = (keys <= 0xFFFF) | (first == ord(DE))
    rows = grams.articles >= np.where(lowly, _RARE, max(_SOME, int(_SHARE * grams.of)))
    return Grams(keys[rows], grams.articles[rows], grams.of, whole=False)
