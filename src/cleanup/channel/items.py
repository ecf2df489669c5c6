"""The items of a channel: what a source strips, masks, inserts, swaps, spins, with the evidence for each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, get_args

ItemKind = Literal["strip", "mask", "insert", "swap", "spin", "commas"]
Status = Literal["learned", "approved", "rejected", "prior"]
Slot = Literal["", "after-de", "before-punctuation", "anywhere"]

ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
STATUSES: tuple[Status, ...] = get_args(Status)
SLOTS: tuple[Slot, ...] = get_args(Slot)

# With fewer articles of a source nothing is learned: what one article says twice is no habit of a source.
ARTICLES_MIN = 10
# Two standard errors: a bound that 39 of 40 true rates are above.
_Z = 2.0


def lower_bound(hits: float, of: float) -> float:
    """The lower end of Wilson's interval for a share of `hits` in `of` trials; 0 without trials.

    >>> round(lower_bound(10, 10), 2), round(lower_bound(100, 100), 2)
    (0.71, 0.96)
    """
    if of <= 0:
        return 0.0
    p, z2 = hits / of, _Z * _Z
    return max(0.0, (p + z2 / (2 * of) - _Z * sqrt(p * (1 - p) / of + z2 / (4 * of * of))) / (1 + z2 / of))


@dataclass(frozen=True, slots=True)
class Item:
    """One habit of a source's machine.

    kind       strip: `text` is taken out; mask: `becomes` stands in its place; insert: `text` is pushed in at
               `slot`; swap, spin: `becomes` is written for it, a spin by whole words and for style;
               commas: `text`, a comma, is lost
    rate       the share of its occurrences that are damaged; of an insert the share of slots that carry it
    found      places of the sample where its damage was found
    surviving  places where it stands unharmed
    articles   articles of the sample with such damage
    contexts   different pairs of neighbours at these places: one context again and again is one piece of evidence
    expected   how often it would stand in the sample by counts of clean text; 0 where that is not known
    sure       probability that the item is right, 0..1, as estimated
    goes_on    of an insert: the characters before which the source has the term as a phrase of its own, 生 for 美好
    examples   places, marked as rules mark them: 主要的工作[→范]围
    """

    kind: ItemKind
    text: str
    becomes: str = ""
    slot: Slot = ""
    rate: float = 0.0
    found: int = 0
    surviving: int = 0
    articles: int = 0
    contexts: int = 0
    expected: float = 0.0
    sure: float = 0.0
    goes_on: str = ""
    status: Status = "learned"
    examples: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same item in two channels."""
        return self.kind, self.text, self.becomes, self.slot

    @property
    def name(self) -> str:
        """How commands name it: strip:范, swap:最→更, mask:***→方法, insert:after-de:招聘."""
        if self.kind == "insert":
            return f"insert:{self.slot}:{self.text}"
        if self.kind == "mask":
            return f"mask:{self.becomes}→{self.text}"
        return f"{self.kind}:{self.text}→{self.becomes}" if self.becomes else f"{self.kind}:{self.text}"

    @property
    def rate_at_least(self) -> float:
        """The lower bound of the share of its occurrences that are damaged."""
        return lower_bound(self.found, self.found + self.surviving)


@dataclass(frozen=True, slots=True)
class Channel:
    """All that is known of one source's machine.

    articles, characters  size of the sample that was learned from
    model                 digest of the term-frequency model that it was learned with
    notes                 what the editor should know: too few articles, several sources in one
    phrases               what several articles of the source say alike, as decode.phrases packs it, and how it uses
                          commas (decode.habits)
    """

    source: str
    items: tuple[Item, ...] = ()
    articles: int = 0
    characters: int = 0
    model: str = ""
    notes: tuple[str, ...] = field(default=())
    phrases: bytes = field(default=b"", repr=False)

    def of(self, kind: ItemKind) -> tuple[Item, ...]:
        """The items of a kind that are not rejected."""
        return tuple(i for i in self.items if i.kind == kind and i.status != "rejected")

    @property
    def phrases_digest(self) -> str:
        """Names its phrases; "" where there are none."""
        return hashlib.sha256(self.phrases).hexdigest()[:16] if self.phrases else ""

    @property
    def digest(self) -> str:
        """Names what decoding reads of it: items with their evidence and status, not examples."""
        return digest_of([self])


def digest_of(channels: Iterable[Channel]) -> str:
    """One digest of some channels, whatever their order."""
    h = hashlib.sha256()
    for channel in sorted(channels, key=lambda c: c.source):
        names = (channel.source, channel.model, channel.phrases_digest)
        h.update("\0".join((*names, "")).encode(errors="surrogatepass"))
        for i in sorted(channel.items, key=lambda i: i.key):
            counts = tuple(map(int, (i.found, i.surviving, i.articles, i.contexts)))
            numbers = (*counts, f"{i.rate:.4f}", f"{i.sure:.4f}", f"{round(i.expected, 1):.1f}")
            h.update(repr((i.key, numbers, i.goes_on, i.status)).encode(errors="surrogatepass"))
    return h.hexdigest()[:16]
