"""Rules obeyed: where a rule's pattern stands, what may stand there instead, and what speaks against."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

import regex
from msgspec.structs import replace

from cleanup.data import TIER_CONFIDENCE, Rule
from cleanup.detect.reading import Proposal, Reading, Standing, lines
from cleanup.keywords import Keywords
from cleanup.lexicon import Lexicon

# One rule on one article, of a million characters at most; a longer one gives as much for each million. Patterns that
# ship need under a millisecond for 100 kB; a pattern that runs for this long is caught in its own backtracking.
TIME_LIMIT_S = 5.0

_Repair = tuple[int, int, str | None]


# A word that stands once in so many characters at most is looked up, and the pattern is asked there.
_COMMON = 100


class OutOfTime(Exception):
    """A rule's pattern ran into the time limit; carries the rule's id."""


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> regex.Pattern[str]:
    """The pattern of a rule, compiled once a process."""
    return regex.compile(pattern, regex.MULTILINE)


# A pattern that is one class of characters behind its context: the class alone is asked first.
_ONE_CLASS = re.compile(r"\(\?P<at>(\[(?:[^\\\[\]]|\\u[0-9a-fA-F]{4})+\])\+?\)")


def _terms(words: Sequence[str]) -> str:
    """The core of a pattern that is a choice of words and nothing else."""
    return f"(?P<at>{'|'.join(regex.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))})"


# What a pattern wants directly before its terms, where that is one character: 的 before what is pushed in after it.
_BEFORE = re.compile(r"\(\?<=[^()|\[\]]*([\u4e00-\u9fff])\)")


class Book:
    """Rules that are obeyed together, with what tells in one scan which of them a text gives a cause.

    terms  of rules whose pattern is a choice of words with its contexts: the words, each with the character that
           must stand before it or "". They are looked up, and the pattern is tried where they stand.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self.wary = {r.id: r for r in rules if r.auto_from > 1 or r.suggest_from > 1}
        self.family = {r.id: (r.family, r.kind) for r in rules}
        self.terms: dict[str, str] = {}
        self._by_word: dict[str, list[int]] = {}
        self._together: Sequence[Book] = (self,)
        self._keywords: Keywords | None = None
        self._others: list[tuple[int, re.Pattern[str] | None]] = []
        for n, rule in enumerate(rules):
            if rule.keywords and _terms(rule.keywords) in rule.pattern:
                m = _BEFORE.match(rule.pattern)
                self.terms[rule.id] = m[1] if m else ""
            for word in rule.keywords:
                self._by_word.setdefault(self.terms.get(rule.id, "") + word, []).append(n)
            if not rule.keywords:
                m = _ONE_CLASS.search(rule.pattern)
                self._others.append((n, re.compile(m[1]) if m else None))

    @staticmethod
    def together(books: Sequence[Book]) -> None:
        """Tell books that the same texts are asked of them: the words of all are then looked for at once."""
        for book in books:
            book._together = books

    def _held(self, text: str, standing: Standing | None) -> frozenset[str]:
        if self._keywords is None:
            keywords = Keywords({word for book in self._together for word in book._by_word})
            for book in self._together:
                book._keywords = keywords
        assert self._keywords is not None
        if standing is None:
            return self._keywords.held(text)
        asked, held = standing.asked.get(self._keywords, ("", frozenset()))
        if asked is not text:
            held = self._keywords.held(text)
            standing.asked[self._keywords] = text, held
        return held

    def called(self, text: str, standing: Standing | None = None) -> tuple[list[Rule], frozenset[str]]:
        """The rules whose keywords a text holds, in their order, and keywords that it holds."""
        held = self._held(text, standing)
        which = {n for word in held if word in self._by_word for n in self._by_word[word]}
        if self._others:
            which.update([n for n, one in self._others if one is None or one.search(text)])
        return [self.rules[n] for n in sorted(which)], held


class _Scan:
    """Where words that a text holds stand, each looked for once: rules share many of them."""

    def __init__(self, text: str, held: frozenset[str]) -> None:
        self.text, self.held = text, held
        self._starts: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._lines: dict[str, list[int]] = {}
        # by the start of a line, what of it is left without the blanks around it
        self._bodies: dict[int, tuple[int, int]] = {}

    def starts(self, before: str, words: tuple[str, ...]) -> list[int]:
        """Where words that are held start behind a string, in order; two may start at one place."""
        starts = self._starts.get((before, words))
        if starts is None:
            text = self.text
            found: set[int] = set()
            for word in self.held.intersection([before + w for w in words] if before else words):
                at = text.find(word)
                while at >= 0:
                    found.add(at + len(before))
                    at = text.find(word, at + 1)
            starts = self._starts[before, words] = sorted(found)
        return starts

    def bodies(self, words: tuple[str, ...]) -> list[tuple[int, int]]:
        """Spans of the lines that hold one of some words, in order, each without the blanks around it."""
        held = self.held
        which = [self._holding(word) for word in words if word in held]
        starts = which[0] if len(which) == 1 else sorted({start for one in which for start in one})
        return [self._bodies[start] for start in starts]

    def _holding(self, word: str) -> list[int]:
        """Where the lines begin that hold a word, in order."""
        found = self._lines.get(word)
        if found is None:
            text = self.text
            found = self._lines[word] = []
            at = text.find(word)
            while at >= 0:
                start = text.rfind("\n", 0, at) + 1
                end = text.find("\n", at)
                end = len(text) if end < 0 else end + 1
                if start not in self._bodies:
                    line = text[start:end]
                    first = start + len(line) - len(line.lstrip())
                    self._bodies[start] = first, first + len(line.strip())
                first, last = self._bodies[start]
                # blanks around the line may be all that a word with a blank at its border stood in
                if word.strip() == word or text.find(word, first, last) >= 0:
                    found.append(start)
                at = text.find(word, end)
        return found


def _places(rule: Rule, scan: _Scan, before: str | None) -> list[tuple[int, int]]:
    """Where the rule's pattern stands: spans of its group `at`. A line pattern fits a whole line, blanks around it
    aside.

    All are found before any is looked at: the clock of an iterator of `regex` runs on between two matches.
    """
    pattern = compiled(rule.pattern)
    text = scan.text
    if rule.scope == "line":
        fits = pattern.fullmatch
        bodies = scan.bodies(rule.keywords) if rule.keywords else _all_bodies(text)
        return [m.span("at") for a, b in bodies if (m := fits(text, a, b, timeout=TIME_LIMIT_S)) is not None]
    if before is not None:
        starts = scan.starts(before, rule.keywords)
        # a single character that is common is found by the pattern itself as fast
        if len(starts) * _COMMON <= len(text) or len(rule.keywords) > 1:
            return _at(starts, pattern, text)
    limit = TIME_LIMIT_S * max(1.0, len(text) / 1e6)
    return [m.span("at") for m in pattern.finditer(text, timeout=limit)]


def _at(starts: Sequence[int], pattern: regex.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Those that start at some places, in order, none over another."""
    found = []
    done = 0
    for at in starts:
        if at >= done and (m := pattern.match(text, at, timeout=TIME_LIMIT_S)) is not None:
            found.append(m.span("at"))
            done = m.end()
    return found


def _all_bodies(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the lines that are not blank, without the blanks around them."""
    for at, end in lines(text):
        body = text[at:end].strip()
        if body:
            start = text.index(body, at)
            yield start, start + len(body)


def propose(
    book: Book, reading: Reading, lexicon: Callable[[], Lexicon], silent: Collection[str] = ()
) -> list[Proposal]:
    """Every proposal of some rules, in their order, but for the silent ones.

    The lexicon is loaded only if one asks for it.
    """
    called, held = book.called(reading.view.folded, reading.standing)
    if not called:
        return []
    found: list[Proposal] = []
    standing = Standing(reading.original) if reading.standing is None else reading.standing
    scan = _Scan(reading.view.folded, held)
    for rule in called:
        if (silent and rule.id in silent) or not _has_cause(rule, standing):
            continue
        try:
            places = _places(rule, scan, book.terms.get(rule.id))
        except TimeoutError as e:
            raise OutOfTime(rule.id) from e
        if places:
            found += _matches(rule, reading, places, standing, lexicon)
    return _lift(book, found, reading) if found else found


def _has_cause(rule: Rule, standing: Standing) -> bool:
    """The cheap questions about the article, asked before any pattern runs. Families share their needs."""
    if rule.absent and standing.of(rule.absent):
        return False
    return not rule.needs or len(standing.of(rule.needs)) >= rule.needs_min


def _matches(
    rule: Rule,
    reading: Reading,
    places: Sequence[tuple[int, int]],
    standing: Standing,
    lexicon: Callable[[], Lexicon],
) -> Iterator[Proposal]:
    view = reading.view
    for at, to in places:
        home = view.span(at, to)
        if rule.scope == "line":
            home = _whole_line(reading.text, *home)
        if reading.is_closed(*home):
            continue
        made = _best(rule, reading, standing, at, to, _repairs(rule, at, to, view.folded[at:to]), lexicon)
        if made is None:
            continue
        (start, end, replacement), evidence = made
        start, end = home if (start, end) == (at, to) else view.span(start, end)
        if replacement is not None and reading.text[start:end] == replacement:
            continue
        yield Proposal(
            start,
            end,
            replacement,
            rule.id,
            rule.kind,
            rule.tier,
            rule.confidence,
            evidence,
            rule.message,
        )


def _whole_line(text: str, start: int, end: int) -> tuple[int, int]:
    """A line with the blanks around it and the newline that ends it."""
    start = text.rfind("\n", 0, start) + 1
    newline = text.find("\n", end)
    return start, len(text) if newline < 0 else newline + 1


def _repairs(rule: Rule, at: int, to: int, observed: str) -> list[_Repair]:
    """What the rule offers for a match, in folded offsets."""
    if rule.lost:
        return [(at + s, at + s, word[s:e]) for word, s, e in rule.lost[observed]]
    if rule.action == "flag":
        return [(at, to, None)]
    return [(at, to, r) for r in rule.repairs]


def _best(
    rule: Rule,
    reading: Reading,
    standing: Standing,
    at: int,
    to: int,
    repairs: list[_Repair],
    lexicon: Callable[[], Lexicon],
) -> tuple[_Repair, dict[str, Any]] | None:
    """The repair to make, and what speaks for it; None where everything speaks against."""
    evidence: dict[str, Any] = {}
    if rule.needs:
        evidence["topic"] = list(standing.of(rule.needs))
    if rule.survivors_silence and rule.action != "flag":
        repairs = [r for r in repairs if r[2] and not standing[r[2]]]
        evidence["survivors"] = 0
        if not repairs:
            return None
    if len(repairs) == 1 and not rule.check_words:
        return repairs[0], evidence
    scored = []
    for repair in repairs:
        words = lexicon().judge(reading.view.folded, repair[0], repair[1], repair[2] or "")
        if not (rule.check_words and words.vetoed):
            scored.append((words, repair))
    if not scored:
        return None
    # the gain of a longer repair is lower by a word's worth, so rivals of a rule should be of one length
    scored.sort(key=lambda x: (-x[0].gain, x[1]))
    words, repair = scored[0]
    evidence |= {
        "words_before": list(words.before),
        "words_after": list(words.after),
        "count_before": words.rarest_before,
        "count_after": words.rarest_after,
        "gain_log10": words.gain,
    }
    if len(scored) > 1:
        evidence["runner_up"] = {"replacement": scored[1][1][2], "gain_log10": scored[1][0].gain}
    return repair, evidence


def _lift(book: Book, found: list[Proposal], reading: Reading) -> list[Proposal]:
    """Rules that want company: silent, or no more than suggested, until their family has found enough.

    One 招聘 after 的 may be the author's own; a third different term in that slot is not.
    """
    wary, family = book.wary, book.family
    if not any(p.rule in wary for p in found):
        return found
    different: dict[tuple[str, str], set[str]] = {}
    for p in found:
        different.setdefault(family[p.rule], set()).add(reading.text[p.start : p.end])
    out = []
    for p in found:
        if p.rule in wary:
            seen = len(different[family[p.rule]])
            if seen < wary[p.rule].suggest_from:
                continue
            p = replace(p, evidence={**p.evidence, "different_here": seen})
            if seen < wary[p.rule].auto_from and p.tier == "auto":
                p = replace(p, tier="suggest", confidence=min(p.confidence, TIER_CONFIDENCE["suggest"]))
        out.append(p)
    return out
