"""What of an article is compared: its body, without furniture, space, punctuation, width and script, as a MinHash.

Two pages that carry one article in two templates are then the same, and so are a page and its mirror that has
other spaces, other quotes, invisible characters in it, or is in traditional script.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from cleanup.data import Document
from cleanup.detect import rules
from cleanup.detect.closed import closed_spans, merge, without
from cleanup.detect.reading import Reading
from cleanup.detect.rules import Book
from cleanup.detect.script_words import traditional_forms
from cleanup.fold import fold
from cleanup.lexicon import Lexicon, shared
from cleanup.pipeline import STAGES
from cleanup.rules import RuleSet

# Characters of a shingle. On benchmarks/dedup.py 3 leaves the least similar copy nearest to its original
# and clean pairs as far apart as 5 does; Chinese words have two characters, so 3 reach over a word's end.
SHINGLE = 3
# Values of a signature: the estimate of a similarity of 0.7 is off by 0.04 on average; 256 make it 0.03.
PERMUTATIONS = 128
# Fixed, so that two runs agree.
_SEED = 20_240_601
# Texts with less are compared whole only: of a sentence half may be a name.
MIN_CHARS = 40

_UNCOMPARED = re.compile(r"[\W_]+")
_FURNITURE = next(stage for stage in STAGES if stage.name == "furniture")


@dataclass(frozen=True, slots=True)
class Print:
    """What stands for an article: hashes of its text and of its body, the body's length, and the signature.

    chars      characters of the body that are compared
    furniture  characters of the text that are not
    signature  PERMUTATIONS numbers below 2**32; empty where the body is too short to be near to anything
    """

    text: int
    body: int
    chars: int
    furniture: int
    signature: list[int]


class Printer:
    """Makes prints under one set of rules."""

    def __init__(self, rules: RuleSet, lexicon: Callable[[], Lexicon] = shared) -> None:
        self._off = rules.off
        self._book = Book([r for r in rules.rules if _FURNITURE.takes(r)])
        self._lexicon = lexicon

    def of(self, document: Document) -> Print:
        body, furniture = self.body(document)
        signature: list[int] = []
        if len(body) >= MIN_CHARS:
            from rensa import RMinHash

            made = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
            made.update(list(shingles(body)))
            signature = made.digest()
        return Print(_hash(document.text), _hash(body), len(body), furniture, signature)

    def body(self, document: Document) -> tuple[str, int]:
        """What is compared of an article, and how many characters are taken for furniture."""
        text = document.text
        view = fold(text)
        closed = closed_spans(text, markdown=document.meta.get("format") == "md")
        title = str(document.meta.get("title") or "")
        reading = Reading(text, view, view.folded, title, closed)
        found = [p for ask in _FURNITURE.detectors for p in ask(reading) if p.rule not in self._off]
        with suppress(rules.OutOfTime):  # then some furniture is compared, too
            found += rules.propose(self._book, reading, self._lexicon)
        page = merge([(p.start, p.end) for p in found])
        gone = sum(end - start for start, end in page)
        body = _UNCOMPARED.sub("", fold(without(text, page)).folded).casefold()
        # one for one: what context would decide (乾/幹 → 干) comes out alike, and that is all that counts
        return body.translate(traditional_forms()) if _traditional().search(body) else body, gone


@lru_cache(maxsize=1)
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, traditional_forms()))}]")


def shingles(body: str) -> set[str]:
    return {body[i : i + SHINGLE] for i in range(len(body) - SHINGLE + 1)}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest())
