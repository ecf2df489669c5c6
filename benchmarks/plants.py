"""Damage planted into good articles, a known number of places of one kind each, so that catching it can be counted.

`plant(kind, text, n, seed)` gives the article with n places damaged and the edits that give the text back, or None where
it has no n places of which the damage would show. Places are taken in prose: not in code, headings, quotations of
Markdown, tables, lines with addresses. Two places stand at least 12 characters apart.

What is planted, by kind:

dropped_char      a surname character gone from n words that are broken without it, while it stands elsewhere on the page
dropped_char_all  the same, and no place on the page is left: how a filter strips
dropped_word      all places of one word or more of a filter's list, only where a part of the sentence is left hanging:
                  after a preposition, an open verb or 目前的 before a stop, between stops of a list, before 的 at the
                  head of a clause
mask              *** over a word
spam_insertion    a search term between 的 and the noun that follows
superlative_swap  最 made 更 where nothing is compared: 最低工资, 最好先问, 最…之一, 以来最大, 最多三天
spin_seam         a part of a compound in other words, so that no compound is left
lost_punctuation  a comma gone between clauses, each of 9 characters or more or the second with a new subject or
                  conjunction; not behind adverbials nor before 并 以 而, where it may be gone as well
script_mix        one character in its traditional form
mojibake          two to six characters read in a wrong encoding: UTF-8 as GBK or windows-1252
noise_invisible   an invisible sign in a word
noise_markup      a sign as the entity of a page, or a space or a tag of it before a stop
noise_junk        a pair of rare characters, or letters and digits by chance, before a stop
evasion           a word disguised: 薇信, 贷kuan, 银.行
contact_insertion a contact pushed in behind a sentence
duplicate_next    a paragraph of 40 characters or more said again behind itself
duplicate_apart   the same, further down
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import plant_signs
import plant_wording
from cleanup import edits as ed
from cleanup.data import KINDS, Edit, Kind
from plant_places import Group, Random

APART = 12


@dataclass(frozen=True, slots=True)
class Planted:
    """A damaged article. Applying `edits` to `text` gives the article as it was."""

    kind: str
    text: str
    edits: tuple[Edit, ...]


Maker = Callable[[str, int, Random], Iterator[Group]]
MAKERS: dict[str, Maker] = {
    m.__name__: m
    for m in (
        plant_wording.dropped_char,
        plant_wording.dropped_char_all,
        plant_wording.dropped_word,
        plant_wording.mask,
        plant_wording.spam_insertion,
        plant_wording.superlative_swap,
        plant_wording.spin_seam,
        plant_wording.lost_punctuation,
        plant_signs.script_mix,
        plant_signs.mojibake,
        plant_signs.noise_invisible,
        plant_signs.noise_markup,
        plant_signs.noise_junk,
        plant_signs.evasion,
        plant_signs.contact_insertion,
        plant_signs.duplicate_next,
        plant_signs.duplicate_apart,
    )
}
# The kind of finding that each should give.
KIND_OF: dict[str, Kind] = {name: next(k for k in KINDS if name.startswith(k)) for name in MAKERS}
COUNTS: tuple[int, ...] = (1, 2, 4)


def _choose(groups: Sequence[Group], n: int) -> list[Edit] | None:
    chosen: list[Edit] = []
    for group in groups:
        together = sorted((*chosen, *group))
        near = any(b.start - a.start < APART for a, b in pairwise(together))
        if len(together) <= n and not near:
            chosen = together
        if len(chosen) == n:
            return chosen
    return None


def plant(kind: str, text: str, n: int, seed: str) -> Planted | None:
    """The text with n places damaged, always the same for a seed; None where it has no n fit places."""
    rng = random.Random(f"{seed}/{kind}/{n}")
    groups = list(MAKERS[kind](text, n, rng))
    if kind not in ("dropped_char_all", "dropped_word"):
        rng.shuffle(groups)
    chosen = _choose(groups, n)
    if chosen is None:
        return None
    return Planted(kind, ed.apply(text, chosen), tuple(ed.reverse(text, chosen)))
