"""Places where a spun word broke a compound: 为理解决 ← 为了解决, 至关要紧 ← 至关重要.

Spinning is blind to words. Where what was meant is no word of its own, but part of a longer one or astride two, the
synonym broke something that it does not fit, and nobody wrote it. Where it is a word of its own the synonym may be
the author's, and is left alone, however much likelier the other word would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from cleanup.channel.items import Item
from cleanup.decode.substitutes import gain_of, occurrences, surer
from cleanup.decode.texts import Texts
from cleanup.lexicon import REACH, Lexicon, Words, shared

# The score of a place: the model's gain, a quarter of what the dictionary's words gain, and so much more where what
# was meant is astride two words. Of the words' weight 0, .25, .5 and 1 a quarter was best; six of six places astride
# were right, down to a gain of 5.
_WORDS, _ASTRIDE = 0.25, 2.0
# Places that score less are left alone. In undamaged articles in which 23 pairs were replaced blindly, 9 of 14 that
# score 2 to 3 were right, 12 of 14 at 3 to 4, 30 of 33 at 4 to 6, above that all 409.
LEAST = 2.0
_DOUBT, _FADES = 0.36, 1.2


@dataclass(frozen=True, slots=True)
class Seam:
    """A broken compound. Offsets are code points of the text of that number.

    whole       the words of the repaired text that the place belongs to: (至关重要,), (为了, 解决)
    gain        ln P(with the replacement) - ln P(as it is), in nats
    confidence  probability that the replacement is what stood there
    """

    text: int
    start: int
    end: int
    replacement: str
    gain: float
    confidence: float
    whole: tuple[str, ...] = ()


def decode_seams(texts: Texts, items: Sequence[Item], lexicon: Lexicon | None = None) -> list[Seam]:
    """The compounds that spinning broke, in order; each is judged alone, and of two that meet the surer one is kept."""
    lexicon = lexicon or shared()
    found: list[Seam] = []
    for item in items:
        if item.kind != "spin" or item.status == "rejected" or not item.becomes or not item.text:
            continue
        at = occurrences(texts, item.becomes)
        gain = gain_of(texts, at, len(item.becomes), item.text)
        # the dictionary is asked only where it can still make a seam of it
        for k in np.flatnonzero(gain >= 0).tolist():
            number, start = texts.offset(int(at[k]))
            words = broken(texts.texts[number], start, item, lexicon)
            if words is None:
                continue
            astride = not any(item.text in word for word in words.after)
            score = float(gain[k]) + _WORDS * log(10) * words.gain + _ASTRIDE * astride
            if score >= LEAST:
                sure = 1 - _DOUBT * exp((LEAST - score) / _FADES)
                end = start + len(item.becomes)
                g = round(float(gain[k]), 4)
                found.append(Seam(number, start, end, item.text, g, round(sure, 4), words.after))
    return surer(sorted(found, key=lambda s: (s.text, s.start, s.end, -s.confidence, s.replacement)))


def broken(text: str, start: int, item: Item, lexicon: Lexicon) -> Words | None:
    """The words of a place, where what was meant is part of a longer one there, or astride two; None elsewhere."""
    end = start + len(item.becomes)
    lo = max(0, start - REACH)
    words = lexicon.judge(text[lo : end + REACH], start - lo, end - lo, item.text)
    if words.after == (item.text,) or words.rarest_after == 0 or words.vetoed:
        return None
    # a compound of the written word is the author's: 科研任务 is as good as 科研工作
    if any(item.becomes in word and word != item.becomes for word in words.before):
        return None
    # nor may the repair tear a word that stands: 依据地块 is not 根据地块
    at = start - lo
    old, new = text[lo : end + REACH], text[lo:start] + item.text + text[end : end + REACH]
    grown = len(item.text) - len(item.becomes)
    touched = [(a, b) for a, b in lexicon.segment(new) if a < at + len(item.text) and b > at]
    borders = {a for a, _ in lexicon.segment(old)} | {len(old)}
    return words if touched[0][0] in borders and touched[-1][1] - grown in borders else None
