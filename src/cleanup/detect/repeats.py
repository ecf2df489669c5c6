"""What an article says twice: its title as a line of the body, a paragraph directly after itself."""

from __future__ import annotations

import regex

from cleanup.builtin import BUILT_IN, BuiltIn
from cleanup.detect.reading import Proposal, Reading

_TITLE_REPEATED = BUILT_IN["title-repeated"]
_REPEATED, _LIKELY = BUILT_IN["paragraph-repeated"], BUILT_IN["paragraph-repeated-likely"]
_BLANK = regex.compile(r"[\s\p{P}\p{S}]+")
_DIGITS = regex.compile(r"\d+")
# A heading of fewer characters may well be a word that the body says again on a line of its own.
_TITLE_MIN = 8
# The page's own title: 榆木凳子是怎样做成的_木作网.
_SITE = regex.compile(r"[-_|—–][\s\p{Han}A-Za-z.·]{2,16}\s*$")
_SITE_MAX = 12
# Shorter lines are said twice on purpose: refrains, answers, cries.
_PARAGRAPH_MIN = 20
# Similarity of neighbours, 0 to 100. A long copy of which the damage took or gave a few characters goes; one that
# differs in words, or is short, is shown only: manuals say 右 and then 左 in paragraphs that are 97 % alike.
# In 14,400 lines of each of 40 clean corpora the limits met 37 pairs, mostly court annotations and texts
# that were printed twice.
_SURE, _LIKE = 96.0, 80.0
_LONG = 80
# Similarity costs time by the product of the lengths; paragraphs are far shorter than this.
_PARAGRAPH_MAX = 4000


def propose(reading: Reading) -> list[Proposal]:
    """Later lines that say the title again, and paragraphs that follow themselves.

    The title is the record's, or else the first line of the text, which then stays.
    """
    text = reading.view.folded
    title = _key(reading.title) if reading.title else ""
    least, most = _title_range(title)
    found = []
    before = ""
    end = 0
    for line in text.split("\n"):
        start = end
        n = len(line)
        end += n + 1
        if not n or line.isspace():
            continue
        p = None
        if not title:
            title = _key(line)
            least, most = _title_range(title)
        elif (
            least <= n <= most
            and start > 0
            # what begins with another letter than the title does not say it
            and (line[0] == title[0] or (title[0] in line and not line[0].isalpha()))
            and _says(line, title)
        ):
            p = _proposal(reading, _TITLE_REPEATED, start, min(end, len(text)), {})
        if p is None and n >= _PARAGRAPH_MIN and (before[:4] == line[:4] or before[-5:] == line[-5:]):
            alike, sure = _alike(before, line)
            if alike:
                evidence: dict[str, object] = {"similarity": round(alike, 1)}
                end_here = min(end, len(text))
                p = _proposal(reading, _REPEATED if sure else _LIKELY, start, end_here, evidence)
        if p is not None:
            found.append(p)
            if p.tier == "auto":
                continue  # a third copy is compared with what stays
        before = line
    return [p for p in found if not reading.is_closed(p.start, p.end)]


def _proposal(reading: Reading, what: BuiltIn, start: int, end: int, evidence: dict[str, object]) -> Proposal:
    a, b = reading.view.span(start, end)
    return Proposal.of(what, a, b, "", evidence)


def _title_range(title: str) -> tuple[int, int]:
    """Lengths of a line that may say a title again, the least and the most; none for a short title."""
    return (len(title), 4 * len(title) + 8) if len(title) >= _TITLE_MIN else (1, 0)


def _key(line: str) -> str:
    return str(_BLANK.sub("", line))


def _says(line: str, title: str) -> bool:
    """Whether a line is the title, or the title with the name of the site behind a dash, a bar or an underscore."""
    key = _key(line)
    if key == title:
        return True
    site = _SITE.search(line)
    # books of a series go on with their own titles: the mark of the site follows the title at once
    return site is not None and len(key) <= len(title) + _SITE_MAX and _key(line[: site.start()]) == title


def _alike(a: str, b: str) -> tuple[float, bool]:
    """Similarity of two lines, 0 where they cannot be copies, and whether the second is surely a copy.

    Numbers must be the same, or it is a list that goes on. Only asked where the beginnings or the ends are alike:
    damage strikes a copy anywhere, and seldom both.
    """
    a, b = a.strip(), b.strip()
    if len(b) < _PARAGRAPH_MIN or not 0.75 <= len(a) / len(b) <= 1.33 or len(b) > _PARAGRAPH_MAX:
        return 0.0, False
    if a == b:
        return 100.0, True
    if _DIGITS.findall(a) != _DIGITS.findall(b):
        return 0.0, False
    if _key(a) == _key(b):
        return 99.9, True
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.fuzz import ratio

    alike = float(ratio(a, b, score_cutoff=_LIKE))
    sure = (
        alike >= _SURE
        and len(b) >= _LONG
        and not any(op.tag == "replace" for op in Levenshtein.opcodes(_key(a), _key(b)))
    )
    return alike, sure
