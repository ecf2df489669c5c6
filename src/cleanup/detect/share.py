"""How much of an article is page, and what is done where all of it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from cleanup.builtin import BUILT_IN
from cleanup.data import FURNITURE_KINDS
from cleanup.detect.closed import merge, without
from cleanup.detect.reading import Proposal

_EMPTY = BUILT_IN["page-without-article"]
# An article that keeps less than this share of its visible characters, and no sentence in what it
# keeps, has no body: a page of links. The bench's articles keep .44 and more.
_KEEPS = 0.2
_SENTENCE = frozenset("。，,！？!?；;")


class _Spanned(Protocol):
    """A finding or a proposal."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...


def furniture_share(text: str, findings: Iterable[_Spanned]) -> float:
    """The share of an article's visible characters that findings of furniture cover, 0 to 1.

    Counts kinds `boilerplate` and `duplicate` of every tier, applied or not; 0 for an empty text.
    """
    spans = merge([(f.start, f.end) for f in findings if f.kind in FURNITURE_KINDS])
    seen = visible(text)
    return sum(visible(text[a:b]) for a, b in spans) / seen if seen else 0.0


def visible(text: str) -> int:
    """How many characters are no white space."""
    return len("".join(text.split()))


def spare_all_page(
    text: str, found: list[Proposal], closed: tuple[tuple[int, int], ...]
) -> tuple[list[Proposal], tuple[tuple[int, int], ...]]:
    """Where furniture is all that an article has, one flag over the article in place of its removal.

    Gives the proposals to go on with, and the closed spans: then the whole text.
    """
    gone = merge([(p.start, p.end) for p in found if p.replacement == "" and p.tier == "auto"])
    if not gone or sum(b - a for a, b in gone) < (1 - _KEEPS) * len(text):
        return found, closed
    kept = without(text, gone)
    if visible(kept) > _KEEPS * visible(text) or not _SENTENCE.isdisjoint(kept):
        return found, closed
    evidence = {"share": round(furniture_share(text, found), 3), "pieces": len(gone)}
    return [Proposal.of(_EMPTY, 0, len(text), None, evidence)], ((0, len(text)),)
