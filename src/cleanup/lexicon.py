"""Term frequencies from jieba's dictionary: which repair makes words, and which breaks them.

The counts are those that jieba 0.42 ships: 349,046 words, 60.1 million tokens. They are coarse
(news of the 1990s, mostly), so they decide between candidates and veto; they never propose.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from cleanup.chars import is_han
from cleanup.errors import ModelError

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


# The dictionary that jieba 0.42.1 ships: what it is, and its tokens. Behind 72 words that hold letters, its lines stand
# in the order of their first characters, so the words of one character are found without reading the others.
_SHA256 = "7197c3211ddd98962b036cdf40324d1ea2bfaa12bd028e68faa70111a88e12a8"
_TOTAL = 60_101_967
_FIRST_HAN = "一"
# Windows around edits are asked again and again: for each edit of a place, and in each pass over an article. So many are
# kept, of so many characters.
_KEPT, _KEPT_LENGTH = 4096, 32


class Lexicon:
    """Word counts of jieba's dictionary, read from its file: nobody's `add_word` reaches them, and jieba's tokenizer,
    which takes half a second to load and a second and a half where its cache is gone, is not asked.

    The words of a character are read when it is first asked for. Segmentation is that of `jieba.Tokenizer`'s
    `get_DAG` and `calc`, to the bit.
    """

    def __init__(self) -> None:
        path = _dictionary()
        try:
            self._raw = path.read_bytes()
        except OSError as e:
            raise ModelError(
                f"读不了 jieba 的词典：{e.strerror}；请重新安装 jieba",
                f"jieba's dictionary cannot be read: {e.strerror}; install jieba again",
                where=str(path),
            ) from e
        self._ordered = hashlib.sha256(self._raw).hexdigest() == _SHA256
        if self._ordered:
            total, self._han = _TOTAL, self._raw.index(f"\n{_FIRST_HAN}".encode()) + 1
        else:  # another jieba: all of it is read at once, whatever its order
            total, self._han = sum(int(line.split()[1]) for line in self._raw.splitlines()), len(self._raw)
        self._log_total = math.log(total)
        self._head = self._read(0, self._han)
        self._kept: dict[str, list[tuple[int, int]]] = {}
        self._by_first = {f: words for f, words in self._head.items() if self._is_whole(f)}
        self._nats: dict[str, dict[str, float]] = {}

    def _is_whole(self, first: str) -> bool:
        """Whether the head of the file holds all words that start with a character."""
        return first < _FIRST_HAN or not self._ordered

    def _read(self, start: int, end: int) -> dict[str, dict[str, int]]:
        """The lines of a span of the file, by first character: words with their counts, their beginnings with 0."""
        by_first: dict[str, dict[str, int]] = {}
        for line in self._raw[start:end].decode().splitlines():
            word, count = line.split(" ", 2)[:2]
            words = by_first.get(word[0])
            if words is None:
                words = by_first[word[0]] = {word[0]: 0}
            words[word] = int(count)
            for n in range(2, len(word)):
                words.setdefault(word[:n], 0)
        return by_first

    def _words(self, first: str) -> dict[str, int]:
        """The words that start with a character, with their counts, and beginnings of such with 0."""
        words = self._by_first.get(first)
        if words is None:
            words = self._head.get(first, {})
            if not self._is_whole(first):
                key = first.encode("utf-8", "surrogatepass")
                words = words | self._read(self._from(key), self._from(key + b"\xff")).get(first, {})
            self._by_first[first] = words
        return words

    def _nats_of(self, first: str) -> dict[str, float]:
        """ln p of the words that start with a character, and 0 for beginnings of such."""
        log, log_total = math.log, self._log_total
        nats = {word: log(count) - log_total if count else 0.0 for word, count in self._words(first).items()}
        self._nats[first] = nats
        return nats

    def _from(self, key: bytes) -> int:
        """Where the first line stands that is not before a key, among those in order."""
        raw, lo, hi = self._raw, self._han, len(self._raw)
        while lo < hi:
            line = raw.rfind(b"\n", lo, (lo + hi) // 2) + 1 or lo
            if raw[line : line + len(key)] < key:
                lo = raw.find(b"\n", line) + 1 or len(raw)
            else:
                hi = line
        return lo

    def count(self, word: str) -> int:
        """How often the dictionary counted a word; 0 for a string that it does not hold."""
        return self._words(word[0]).get(word, 0) if word else 0

    def segment(self, text: str) -> list[tuple[int, int]]:
        """The likeliest segmentation under unigram counts, as spans. No guessing of new words."""
        if len(text) > _KEPT_LENGTH:
            return self._segmented(text)
        spans = self._kept.get(text)
        if spans is None:
            if len(self._kept) == _KEPT:
                self._kept.clear()
            spans = self._kept[text] = self._segmented(text)
        return spans.copy()

    def _segmented(self, text: str) -> list[tuple[int, int]]:
        log_total, by_first, size = self._log_total, self._nats, len(text)
        best, ends = [0.0] * (size + 1), [0] * size
        for at in range(size - 1, -1, -1):
            words = by_first.get(text[at])
            if words is None:
                words = self._nats_of(text[at])
            # a character that is no word counts as seen once; of equals the longest wins
            end, top = at + 1, None
            ends[at] = end
            nats = words.get(text[at])
            while nats is not None:
                if nats:
                    score = nats + best[end]
                    if top is None or score >= top:
                        top, ends[at] = score, end
                if end == size:
                    break
                end += 1
                nats = words.get(text[at:end])
            best[at] = best[at + 1] - log_total if top is None else top
        spans, at = [], 0
        while at < size:
            spans.append((at, ends[at]))
            at = ends[at]
        return spans

    def log10_prob(self, text: str, spans: list[tuple[int, int]]) -> float:
        """log10 probability of a segmentation; a string not in the dictionary counts as seen once."""
        nats = sum([self._nats_of_word(text[a:b]) for a, b in spans])
        return nats / math.log(10)

    def _nats_of_word(self, word: str) -> float:
        words = self._nats.get(word[0])
        return (self._nats_of(word[0]) if words is None else words).get(word) or -self._log_total

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


def _dictionary() -> Path:
    """The file of jieba's dictionary, found without importing jieba."""
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "没有安装 jieba，请重新安装 cleanup", "jieba is not installed; install cleanup again"
        )
    return Path(next(iter(spec.submodule_search_locations))) / "dict.txt"


@lru_cache(maxsize=1)
def shared() -> Lexicon:
    """The one Lexicon of this process."""
    return Lexicon()
