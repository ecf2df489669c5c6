"""How much a text looks like Chinese, from counts of common characters and of common pairs.

Bytes read in a wrong encoding still give characters, often Chinese ones, but rare ones in an order that
nobody writes: 文章 becomes 鏂囩珷. The evidence tells the two apart, in log10: what it gives for a text is how
much likelier its characters are in Chinese prose than strewn at random over the block.

The table is `chinese.txt` beside this module, counted by `benchmarks/count_chinese.py`. Traditional forms are
folded to simplified ones, so that one table judges both scripts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_HEADER = "cleanup-chinese 1"
# A level of the table, in log10.
_STEP = 0.1
# A comma is 800 times as common as a character strewn at random, but a wrong decoding repeats its favourites,
# too: no character counts for more than this.
_MOST = 2.0
# A character that is in no table of common ones. Of running Chinese 1 in 5,000 is such a one, of characters
# strewn at random 3 in 4: -3.6 by the book. Names of people and places bring several at once, so less is taken.
_RARE = -1.0
# A common pair. Half of the pairs of running Chinese are known, of characters strewn at random 1 in 10,000.
_PAIR = 1.0
# What wrong decodings are full of and prose is not: private use, unassigned, control characters.
_NEVER = -2.0
# Rarer marks of Chinese and of general punctuation.
_MARK = 0.4
# Letters and signs of other writing: no evidence for Chinese, a little against.
_FOREIGN = -0.3


@dataclass(frozen=True, slots=True)
class Counts:
    """levels: a character (folded) → its evidence in log10; fold: traditional → simplified, as str.translate
    takes it; pairs: common pairs of folded characters.
    """

    levels: Mapping[str, float]
    fold: Mapping[int, str]
    pairs: frozenset[str]

    def evidence(self, text: str) -> float:
        """log10 of how much likelier the text is as Chinese than as characters strewn at random.

        A sentence of clean Chinese has about 1.5 a character, one decoded wrongly about -0.7. ASCII counts
        for nothing.
        """
        return sum(self.by_character(text))

    def by_character(self, text: str) -> list[float]:
        """The evidence of each character; that of a pair counts with its second."""
        levels, pairs = self.levels, self.pairs
        out = []
        before = ""
        for char in text.translate(self.fold):
            if char < "\x80":
                before = ""
                out.append(0.0)
                continue
            level = levels.get(char)
            own = level if level is not None else _unlisted(char)
            out.append(own + _PAIR if before + char in pairs else own)
            before = char
        return out

    def pairs_known(self, text: str) -> int:
        """How many neighbours in the text are a common pair."""
        folded = text.translate(self.fold)
        return sum(folded[i : i + 2] in self.pairs for i in range(len(folded) - 1))


def _unlisted(char: str) -> float:
    if "\u3400" <= char <= "\u9fff":
        return _RARE
    if "\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff5e" or "\u2010" <= char <= "\u203b":
        return _MARK
    category = unicodedata.category(char)
    if category in ("Co", "Cn", "Cc", "Cs"):
        return _NEVER
    return _RARE if category in ("So", "Sk", "Mn", "Me") else _FOREIGN


def load(path: Path) -> Counts:
    """The table in a file. Raises ValueError for a file that is not one."""
    lines = path.read_text("utf-8").splitlines()
    if not lines or lines[0] != _HEADER:
        raise ValueError(f"{path}: not a table of counts: its first line is not {_HEADER!r}")
    levels: dict[str, float] = {}
    fold: dict[int, str] = {}
    pairs: list[str] = []
    for line in lines[1:]:
        name, _, body = line.partition("\t")
        if name == "fold":
            fold = {ord(body[i]): body[i + 1] for i in range(0, len(body), 2)}
        elif name == "pairs":
            pairs = [group[0] + c for group in body.split(" ") for c in group[1:]]
        else:
            level = max(-_MOST, min(int(name) * _STEP, _MOST))
            levels |= dict.fromkeys(body, level)
    return Counts(levels, fold, frozenset(pairs))


@lru_cache(maxsize=1)
def counts() -> Counts:
    """The table that ships; read once a process, in about 10 ms, and only where a doubt arises."""
    return load(Path(__file__).with_name("chinese.txt"))
