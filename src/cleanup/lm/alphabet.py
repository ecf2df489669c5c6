"""The symbols that the model counts, and text as arrays of them.

Width is folded (，and , are one symbol), digits are one symbol and so are Latin letters and blanks: which
digit stands somewhere says nothing about the Chinese around it, and contexts get dense. One symbol a code
point, always, so that a position in the array is a position in the text.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from cleanup.chars import WIDTH, is_han

Ids = npt.NDArray[np.uint16]

# Every code point that is no symbol of its own: rare characters, other scripts, emoji.
UNKNOWN = 0
# The border of a line, before its first character and after its last.
BORDER = 1
DIGIT, LETTER, BLANK = 2, 3, 4
# Ids below are classes; a character of its own has this id or a higher one.
CLASSES = 5
# Five symbols must fit a 64-bit key: 7131 is the largest number whose fifth power is below 2^64. Corpora of
# modern Chinese hold some 10,000 different characters; those beyond the 7,100 commonest make 0.01 % of a text.
MAX_SYMBOLS = 7131

# One table for the Basic Multilingual Plane; what lies above it is UNKNOWN.
_PLANE = 0x10000


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The code points of a text, shape (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _classes() -> npt.NDArray[np.int32]:
    """For each code point of the plane its class, or the code point that stands for it, negated."""
    table = -np.arange(_PLANE, dtype=np.int32)
    for wide, narrow in WIDTH.items():
        table[wide] = -narrow
    folded = -table
    table[(folded >= 0x30) & (folded <= 0x39)] = DIGIT
    table[((folded >= 0x41) & (folded <= 0x5A)) | ((folded >= 0x61) & (folded <= 0x7A))] = LETTER
    for blank in (0x09, 0x20, 0xA0, 0x3000):
        table[blank] = BLANK
    for line in (0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029):
        table[line] = BORDER
    table[0] = UNKNOWN
    return table


class Alphabet:
    """Symbols in order of their ids, after the five classes.

    characters  the characters that are symbols of their own, folded, each once; ids start at 5
    """

    def __init__(self, characters: str) -> None:
        if len(set(characters)) != len(characters) or len(characters) + CLASSES > MAX_SYMBOLS:
            raise ValueError(f"{len(characters)} characters, repeated or more than {MAX_SYMBOLS - CLASSES}")
        self.characters = characters

    def __len__(self) -> int:
        return len(self.characters) + CLASSES

    @cached_property
    def _table(self) -> Ids:
        ids = np.zeros(_PLANE, np.uint16)
        own = code_points(self.characters)
        ids[own] = np.arange(CLASSES, len(self), dtype=np.uint16)
        classes = _classes()
        return np.where(classes > 0, classes, ids[np.maximum(-classes, 0)]).astype(np.uint16)

    @cached_property
    def is_chinese(self) -> npt.NDArray[np.bool_]:
        """Which symbols are Chinese characters, shape (len(self),)."""
        return np.array([False] * CLASSES + [is_han(c) for c in self.characters])

    def encode(self, text: str) -> Ids:
        """The symbols of a text, shape (len(text),), uint16."""
        # the last code point of the plane is no character, so it stands for all that lies above
        return self._table[np.minimum(code_points(text), _PLANE - 1)]

    def symbol(self, id: int) -> str:
        """What a symbol looks like: the character, or a name in angle brackets for a class."""
        names = ("<unknown>", "<border>", "<digit>", "<letter>", "<blank>")
        return names[id] if id < CLASSES else self.characters[id - CLASSES]

    @classmethod
    def counted(cls, counts: npt.NDArray[np.int64], *, at_least: int = 1) -> Alphabet:
        """The commonest characters, by counts of the code points of the plane, shape (65536,).

        Ties go to the lower code point, so that the same counts give the same ids.
        """
        classes = _classes()
        folded = np.zeros(_PLANE, np.int64)
        np.add.at(folded, np.maximum(-classes, 0), counts)
        folded[:0x21] = 0
        folded[0xD800:0xE000] = 0
        folded[_PLANE - 1] = 0
        order = np.argsort(-folded, kind="stable")[: MAX_SYMBOLS - CLASSES]
        return cls("".join(chr(c) for c in order if folded[c] >= max(1, at_least)))

    @staticmethod
    def tally(text: str, into: npt.NDArray[np.int64]) -> None:
        """Add the code points of a text to counts of shape (65536,)."""
        into += np.bincount(np.minimum(code_points(text), _PLANE - 1), minlength=_PLANE)
