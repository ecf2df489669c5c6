"""Blanks inside Chinese words: 工 作 → 工作.

Poems, lists of names, tables, headings and emphasis are laid out with blanks, so a blank goes only where it
tears a dictionary word of a sentence into single characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.data import TIER_CONFIDENCE
from cleanup.detect.late import late_re
from cleanup.detect.reading import Proposal, Reading, lines
from cleanup.lexicon import Lexicon, shared

_TORN = BUILT_IN["blank-in-word"]

_BLANK = " \u00a0\u2000-\u200a\u202f\u205f\u3000\t"
_HAN = "\u4e00-\u9fff\u3400-\u4dbf"
# A blank between two Chinese characters, the class of blanks first, which is the cheap question. Out: what follows a
# number of a law or a book (第一条　为了).
_GAP = re.compile(f"[{_BLANK}](?=[{_HAN}])(?<=[{_HAN}].)(?<![条章节款项编回集课篇].)")
# Chinese characters with single blanks among them: what a gap is judged in.
_STRETCH = late_re(f"[{_HAN}]+(?:[{_BLANK}][{_HAN}]+)+")
_PIECE = late_re(f"[{_HAN}]+")
_SENTENCE = re.compile("[，。；！？,;!?]")
# A line shorter than this is a heading, a name or a row: 通 知, 张 三.
_LINE_MIN = 16
# A word this common, torn in two: below it are names and chance neighbours. Counts are jieba's.
_WORD_COUNT = 50
# Single characters in a row, all with a blank between them and half of them in words: a sentence spaced out.
_SPACED_MIN = 4
# Characters of it that the evidence shows.
_SHOWN = 12
# Torn words that an article has before any of them is repaired without asking.
_AUTO_FROM = 3


def propose(reading: Reading, lexicon: Callable[[], Lexicon] = shared) -> list[Proposal]:
    """Blanks that stand in a word of a sentence."""
    text = reading.text
    if not _GAP.search(text):
        return []
    found = []
    for start, end in lines(text):
        line = text[start:end]
        if len(line.strip()) < _LINE_MIN or not _SENTENCE.search(line) or not _GAP.search(line):
            continue
        for stretch in _STRETCH.finditer(text, start, end):
            for a, b, word in _torn(stretch[0], lexicon):
                at, to = stretch.start() + a, stretch.start() + b
                if not reading.is_closed(at, to):
                    found.append(Proposal.of(_TORN, at, to, "", {"word": word}))
    if len(found) >= _AUTO_FROM:
        return found
    return [replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"]) for p in found]


def _torn(stretch: str, lexicon: Callable[[], Lexicon]) -> Iterator[tuple[int, int, str]]:
    """Gaps of a stretch inside a word: (start, end, word). The parts beside the gap must be no words without it."""
    pieces = _PIECE.findall(stretch)
    if len(pieces) > 3 and all(len(p) == len(pieces[0]) > 1 for p in pieces):
        return  # verse, or a list of names
    joined = "".join(pieces)
    spans = lexicon().segment(joined)
    spaced_out = _is_spaced_out(pieces, spans)
    at = -1
    border = 0
    for left, right in pairwise(pieces):
        at += len(left) + 1
        border += len(left)
        if not _GAP.match(stretch, at):
            continue
        word = next(((s, e) for s, e in spans if s < border < e), None)
        if word is None:
            if spaced_out:
                yield at, at + 1, joined[:_SHOWN]
            continue
        # the part of the word on each side must be what is left over there: 第一节 目标 holds 节目 by chance
        s, e = border - word[0], word[1] - border
        whole = (len(left) <= s or _last(left, lexicon()) == s) and (
            len(right) <= e or _first(right, lexicon()) == e
        )
        spelled = left[-s:] + right[:e]
        if whole and (spaced_out or lexicon().count(spelled) >= _WORD_COUNT):
            yield at, at + 1, spelled


def _is_spaced_out(pieces: list[str], spans: list[tuple[int, int]]) -> bool:
    """Whether a blank stands after each character: then all go, those between words too."""
    words = sum(e - s > 1 for s, e in spans)
    return len(pieces) >= _SPACED_MIN and all(len(p) == 1 for p in pieces) and 2 * words >= len(pieces) / 2


def _last(piece: str, lexicon: Lexicon) -> int:
    a, b = lexicon.segment(piece)[-1]
    return b - a


def _first(piece: str, lexicon: Lexicon) -> int:
    a, b = lexicon.segment(piece)[0]
    return b - a
