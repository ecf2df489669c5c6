"""What an article says twice: its title as a line of the body, a paragraph directly after itself."""

from __future__ import annotations

import regex

from cleanup.builtin import BUILT_IN
from cleanup.detect.reading import Proposal, Reading, lines

_TITLE_REPEATED = BUILT_IN["title-repeated"]
_REPEATED, _LIKELY = BUILT_IN["paragraph-repeated"], BUILT_IN["paragraph-repeated-likely"]
_BLANK = regex.compile(r"[\s\p{P}\p{S}]+")
_DIGITS = regex.compile(r"\d+")
# A heading of fewer characters may well be a word that the body says again on a line of its own.
_TITLE_MIN = 8
# Shorter lines are said twice on purpose: refrains, answers, cries.
_PARAGRAPH_MIN = 20
# Similarity of two neighbours, 0 to 100, by the longest common subsequence of their characters.
_SURE, _LIKE = 92.0, 80.0
# Similarity costs time by the product of the lengths; paragraphs are far shorter than this.
_PARAGRAPH_MAX = 4000


def propose(reading: Reading) -> list[Proposal]:
    """Later lines that say the title again, and paragraphs that follow themselves.

    The title is the record's, or else the first line of the text, which then stays.
    """
    text = reading.view.folded
    title = _key(reading.title)
    found = []
    before = ""
    for start, end in lines(text):
        line = text[start:end]
        if line.isspace():
            continue
        p = None
        if not title:
            title = _key(line)
        elif start > 0 and len(title) >= _TITLE_MIN and end - start <= 4 * len(title) + 8 and _key(line) == title:
            p = _proposal(reading, _TITLE_REPEATED, start, end, {})
        if p is None and end - start > _PARAGRAPH_MIN and before:
            alike = _alike(before, line)
            if alike >= _LIKE:
                p = _proposal(
                    reading, _REPEATED if alike >= _SURE else _LIKELY, start, end, {"similarity": round(alike, 1)}
                )
        if p is not None:
            found.append(p)
            if p.tier == "auto":
                continue  # a third copy is compared with what stays
        before = line
    return [p for p in found if not reading.is_closed(p.start, p.end)]


def _proposal(reading: Reading, what: object, start: int, end: int, evidence: dict[str, object]) -> Proposal:
    a, b = reading.view.span(start, end)
    return Proposal.of(what, a, b, "", evidence)  # type: ignore[arg-type]


def _key(line: str) -> str:
    return str(_BLANK.sub("", line))


def _alike(a: str, b: str) -> float:
    """Similarity of two lines, 0 to 100; 0 without a look where they cannot be copies.

    Numbers must be the same, or it is a list that goes on. Damage strikes a copy anywhere, so of the
    beginnings and the ends only one need be alike.
    """
    a, b = a.strip(), b.strip()
    if len(b) < _PARAGRAPH_MIN or not 0.75 <= len(a) / len(b) <= 1.33 or len(b) > _PARAGRAPH_MAX:
        return 0.0
    if a == b:
        return 100.0
    if a[:4] != b[:4] and a[-5:-1] != b[-5:-1]:
        return 0.0
    if _DIGITS.findall(a) != _DIGITS.findall(b):
        return 0.0
    from rapidfuzz.fuzz import ratio

    return float(ratio(a, b, score_cutoff=_LIKE))
