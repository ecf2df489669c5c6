"""Term frequencies from jieba's dictionary: which repair makes words, and which breaks them.

The counts are those that jieba 0.42 ships: 349,046 words, 60.1 million tokens. They are coarse
(news of the 1990s, mostly), so they decide between candidates and veto; they never propose.
"""

from __future__ import annotations

import logging
import math
import warnings
from dataclasses import dataclass
from functools import lru_cache

from cleanup.chars import is_han

# Words reach at most this far on each side of an edit: the longest entry that is not a proverb or
# an institution's name has 8 characters.
REACH = 8


# A repair may make the window less likely by this much, in log10: a longer word is rarer than the bare
# character it came from. On the rule examples true repairs stay above -0.7 (手|解决 → 手段|解决) and
# false ones that break nothing fall below -1.4.
MAX_LOSS = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """The best segmentation around an edit, before and after.

    before, after      the words that touch the edit, in order
    rarest_*           the count of the rarest of them, 0 for a string the dictionary does not hold
    gain               log10 probability of the window after, minus before, under unigram counts
    breaks             a word of two or more characters that the edit tears apart, or ""
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    rarest_before: int
    rarest_after: int
    gain: float
    breaks: str

    @property
    def vetoed(self) -> str:
        """Why the edit should not be made, as a stable code, or "".

        `breaks-word`: a word that the text has now would not be one any more (突|围, 清华|银行).
        `rarer-words`: the words it makes are so rare that the text gets less likely.
        """
        if self.breaks:
            return "breaks-word"
        return "rarer-words" if self.gain < -MAX_LOSS else ""


class Lexicon:
    """Word counts of one jieba Tokenizer, which is ours alone: nobody's `add_word` reaches it."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jieba

        jieba.setLogLevel(logging.ERROR)
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.initialize()
        self._log_total = math.log(self._tokenizer.total)

    def count(self, word: str) -> int:
        """How often the dictionary counted a word; 0 for a string that it does not hold."""
        return int(self._tokenizer.FREQ.get(word, 0))

    def segment(self, text: str) -> list[tuple[int, int]]:
        """The likeliest segmentation under unigram counts, as spans. No guessing of new words."""
        if not text:
            return []
        dag = self._tokenizer.get_DAG(text)
        route: dict[int, tuple[float, int]] = {}
        self._tokenizer.calc(text, dag, route)
        spans, at = [], 0
        while at < len(text):
            end = route[at][1] + 1
            spans.append((at, end))
            at = end
        return spans

    def log10_prob(self, text: str, spans: list[tuple[int, int]]) -> float:
        """log10 probability of a segmentation; a string not in the dictionary counts as seen once."""
        freq = self._tokenizer.FREQ
        nats = sum(math.log(freq.get(text[a:b]) or 1) - self._log_total for a, b in spans)
        return nats / math.log(10)

    def judge(self, text: str, start: int, end: int, replacement: str) -> Words:
        """What text[start:end] → replacement does to the words around it."""
        lo, hi = start, end
        while lo > max(0, start - REACH) and is_han(text[lo - 1]):
            lo -= 1
        while hi < min(len(text), end + REACH) and is_han(text[hi]):
            hi += 1
        window = text[lo:hi]
        a, b = start - lo, end - lo
        edited = window[:a] + replacement + window[b:]
        old, new = self.segment(window), self.segment(edited)
        grown = b + len(replacement) - (b - a)
        # an insertion touches the word on each side; a change the words it overlaps
        before = [(s, e) for s, e in old if (s <= b and e >= a if a == b else s < b and e > a)]
        after = [(s, e) for s, e in new if (s < grown and e > a if replacement else s <= a and e >= a)]
        grow = grown - b
        kept = [(s if s <= a else max(a, s - grow), e if e <= a else max(a, e - grow)) for s, e in new]
        torn = [(s, e) for s, e in before if e - s > 1 and not any(x <= s and e <= y for x, y in kept)]
        return Words(
            tuple(window[s:e] for s, e in before),
            tuple(edited[s:e] for s, e in after),
            min((self.count(window[s:e]) for s, e in before), default=0),
            min((self.count(edited[s:e]) for s, e in after), default=0),
            round(self.log10_prob(edited, new) - self.log10_prob(window, old), 4),
            window[slice(*torn[0])] if torn and a == b else "",
        )


@lru_cache(maxsize=1)
def shared() -> Lexicon:
    """The one Lexicon of this process: its dictionary takes most of a second to load."""
    return Lexicon()
