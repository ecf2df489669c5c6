"""How a source uses commas: before and behind which symbols its articles have one, and where they have none.

A reference corpus knows that 此外 mostly has a comma behind it; that this source always writes one there, and none
behind 目前, only its own articles tell. Kept as hashes, which lie among those of the source's phrases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.decode.phrases import U32, U64, Phrases, hashed
from cleanup.decode.texts import I64, Bools, Texts
from cleanup.lm.alphabet import BORDER

F64 = npt.NDArray[np.float64]

COMMA = "，"
# What ends a clause; 、 and quotes do not.
_ENDS = "，。；：？！…"
# The contexts that are counted: symbols at so many places from the beginning of the clause that a comma would
# end, and from the gap.
CONTEXTS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "before_2": ((), (-2, -1)),
    "before_3": ((), (-3, -2, -1)),
    "behind_2": ((), (0, 1)),
    "behind_3": ((), (0, 1, 2)),
    "both_1": ((), (-1, 0)),
    "both_2": ((), (-2, -1, 0, 1)),
    "clause": ((0, 1), (-1,)),
}
# A context says something where its odds of a comma are half a level or more from those of all; levels are nats, and
# beyond so many no other.
_STEPS = 4
# As if each context had been seen so often more, as all contexts are.
_PRIOR = 2.0
# At most so many contexts are kept, those of most articles: 400 kB a source.
MOST = 100_000
_SALT = 1 << 12


@dataclass(frozen=True, slots=True)
class Habits:
    """Hashes of contexts, each with its level, sorted."""

    hashes: U32

    @classmethod
    def of(cls, texts: Texts) -> Habits:
        """The habits of a source's texts; the order of the texts does not matter."""
        ids, chinese = texts.ids, texts.chinese()
        comma = texts.model.alphabet.encode(COMMA)[0]
        inner = np.arange(4, len(ids) - 4)
        with_one = inner[(ids[inner] == comma) & (chinese[inner - 1] | chinese[inner + 1])]
        without = inner[chinese[inner - 1] & chinese[inner]]
        ends = np.flatnonzero(clause_ends(texts))
        kept, spread = [], []
        for context in CONTEXTS:
            yes = _articles(texts, _names(texts, context, ends, with_one, with_one + 1), with_one)
            no = _articles(texts, _names(texts, context, ends, without, without), without)
            names = _distinct(np.concatenate([yes, no]))
            n = tuple(np.searchsorted(x, names, "right") - np.searchsorted(x, names) for x in (yes, no))
            base = (len(yes) + 0.5) / (len(yes) + len(no) + 1)
            odds = np.log((n[0] + _PRIOR * base) / (n[1] + _PRIOR * (1 - base))) - np.log(base / (1 - base))
            level = np.clip(np.rint(odds), -_STEPS, _STEPS).astype(np.int64)
            some = (level != 0) & (n[0] + n[1] > 1)
            kept.append(_leveled(names[some], level[some]))
            spread.append((n[0] + n[1])[some])
        hashes, articles = np.concatenate(kept), np.concatenate(spread)
        best = np.lexsort((hashes, -articles))[:MOST]
        return cls(np.unique(hashes[best]))

    def levels(self, texts: Texts, start: I64, end: I64) -> F64:
        """What the source's habits say of a comma at each place, in nats, shape (n, len(CONTEXTS)); 0: nothing.

        start, end  what stands there: nothing, or a comma
        """
        out = np.zeros((len(start), len(CONTEXTS)))
        known, ends = Phrases(self.hashes), np.flatnonzero(clause_ends(texts))
        for column, context in enumerate(CONTEXTS):
            names = _names(texts, context, ends, start, end)
            for level in (*range(-_STEPS, 0), *range(1, _STEPS + 1)):
                out[known.know(_leveled(names, np.full(len(names), level))), column] = level
        return out


def clause_ends(texts: Texts) -> Bools:
    """Where a clause ends: its punctuation, and borders of lines."""
    out: Bools = np.isin(texts.ids, texts.model.alphabet.encode(_ENDS)) | (texts.ids == BORDER)
    return out


def _names(texts: Texts, context: str, ends: I64, start: I64, end: I64) -> U64:
    """A hash for the context of each place; `ends` are the positions of clause_ends."""
    ids, (in_clause, at_gap) = texts.ids, CONTEXTS[context]
    first = ends[np.searchsorted(ends, start) - 1] + 1 if in_clause else start
    columns = [ids[first + k] for k in in_clause] + [ids[(start if k < 0 else end) + k] for k in at_gap]
    kind = np.full(len(start), _SALT + list(CONTEXTS).index(context), np.uint16)
    return hashed([kind, *columns])


def _articles(texts: Texts, names: U64, at: I64) -> U64:
    """The contexts of places, once an article, in order."""
    return _distinct(names << np.uint64(32) | texts.article[at].astype(np.uint64)) >> np.uint64(32)


def _distinct(names: U64) -> U64:
    """The different ones, in order; np.unique, which hashes them first, takes twice the time."""
    names = np.sort(names)
    different: U64 = names[np.append(True, names[1:] != names[:-1])[: len(names)]]
    return different


def _leveled(names: U64, level: I64) -> U32:
    mixed = hashed([names.astype(np.uint32), (level + _SALT).astype(np.uint16)])
    return mixed.astype(np.uint32)
