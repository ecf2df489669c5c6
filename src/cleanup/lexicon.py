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


@dataclass(frozen=True, slots=True)
class Words:
    """The best segmentation around an edit, before and after.

    before, after      the words that touch the edit, in order
    rarest_*           the count of the rarest of them, 0 for a string the dictionary does not hold; a
                       compound made by the edit counts as its commonest part that holds the edit
    gain               log10 probability of the window after, minus before, under unigram counts
    breaks             a word of two or more characters that the edit cuts through, or ""
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

        `breaks-word`: it stands inside a word that the text has now.
        `rarer-words`: the words it makes are rarer than those it found, and not because they are
        longer (措|降低 → 采取措施|降低 makes a rarer word and a likelier text).
        """
        if self.breaks:
            return "breaks-word"
        if self.rarest_after < self.rarest_before and self.gain < 0:
            return "rarer-words"
        return ""


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
        through = next((window[s:e] for s, e in before if s < a < e or s < b < e), "")
        return Words(
            tuple(window[s:e] for s, e in before),
            tuple(edited[s:e] for s, e in after),
            min((self.count(window[s:e]) for s, e in before), default=0),
            min((self._common(edited, s, e, a, grown) for s, e in after), default=0),
            round(self.log10_prob(edited, new) - self.log10_prob(window, old), 4),
            through if a == b else "",
        )

    def _common(self, text: str, start: int, end: int, a: int, b: int) -> int:
        """The count of a word, or of the commonest word inside it that still touches text[a:b].

        法律手段 was counted 3 times only because its parts were counted instead.
        """
        inner = ((s, e) for s in range(start, end) for e in range(s + 2, end + 1) if s < b and e > a)
        return max([self.count(text[start:end]), *(self.count(text[s:e]) for s, e in inner)])


@lru_cache(maxsize=1)
def shared() -> Lexicon:
    """The one Lexicon of this process: its dictionary takes most of a second to load."""
    return Lexicon()
