"""Places where a spun word broke a compound: 为理解决 ← 为了解决, 至关要紧 ← 至关重要.

Spinning is blind to words. Where what was meant is no word of its own, but part of a longer one or astride two, the
synonym broke something that it does not fit, and nobody wrote it. Where it is a word of its own the synonym may be
the author's, and is left alone, however much likelier the other word would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from cleanup.channel.items import Item
from cleanup.decode.substitutes import gain_of, occurrences
from cleanup.decode.texts import Texts
from cleanup.lexicon import REACH, Lexicon, shared

# Gains below are not looked at. Of 479 compounds that blind replacing of 23 pairs broke in undamaged articles, and
# that the dictionary knows, all gain as much; of honest uses of the same words 7 do.
LEAST_GAIN = 2.0
# Of seams that gain 2 to 4 nats 25 of 29 were right, 4 to 6: 53 of 55, 6 to 7: 35 of 36, above 7 all 366.
_DOUBT, _FADES = 0.3, 1.3


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
        for k in np.flatnonzero(gain >= LEAST_GAIN).tolist():
            number, start = texts.offset(int(at[k]))
            whole = broken(texts.texts[number], start, item, lexicon)
            if whole:
                g = float(gain[k])
                sure = 1 - _DOUBT * exp((LEAST_GAIN - g) / _FADES)
                end = start + len(item.becomes)
                found.append(Seam(number, start, end, item.text, round(g, 4), round(sure, 4), whole))
    out: list[Seam] = []
    for seam in sorted(found, key=lambda s: (s.text, s.start, s.end, -s.confidence, s.replacement)):
        if out and out[-1].text == seam.text and out[-1].end > seam.start:
            if seam.confidence > out[-1].confidence:
                out[-1] = seam
        else:
            out.append(seam)
    return out


def broken(text: str, start: int, item: Item, lexicon: Lexicon) -> tuple[str, ...]:
    """The words that undoing a spin at a place gives, where these are longer than the word or astride it, else ()."""
    end = start + len(item.becomes)
    lo = max(0, start - REACH)
    words = lexicon.judge(text[lo : end + REACH], start - lo, end - lo, item.text)
    if words.after == (item.text,) or words.rarest_after == 0 or words.vetoed:
        return ()
    # a compound of the written word is the author's: 科研任务 is as good as 科研工作
    if any(item.becomes in word and word != item.becomes for word in words.before):
        return ()
    return words.after
