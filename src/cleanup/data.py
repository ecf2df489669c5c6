"""The nouns. Frozen, slotted; they know each other and nothing else of this package.

Offsets are half-open and count code points of the article's text as it was read, always.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from cleanup.errors import EditError

_NEWLINE = re.compile(r"\r\n?|\n")

Tier = Literal["auto", "suggest", "flag"]
Kind = Literal[
    "dropped_char",
    "dropped_word",
    "mask",
    "spam_insertion",
    "contact_insertion",
    "superlative_swap",
    "spin_seam",
    "spin_synonym",
    "lost_punctuation",
    "script_mix",
    "mojibake",
    "noise",
    "evasion",
    "boilerplate",
    "duplicate",
]
Action = Literal["insert", "delete", "replace", "flag"]
Apply = Literal["none", "auto", "suggest"]

TIERS: tuple[Tier, ...] = get_args(Tier)
KINDS: tuple[Kind, ...] = get_args(Kind)
ACTIONS: tuple[Action, ...] = get_args(Action)

# Kinds whose rules see the text as it is; all others match in its folded view.
RAW_KINDS: frozenset[Kind] = frozenset({"noise", "mojibake"})
# Kinds that are page around the article, or said twice: they are not damage to its sentences.
FURNITURE_KINDS: frozenset[Kind] = frozenset({"boilerplate", "duplicate"})
# What a finding of a rule claims where its file says nothing finer. On the bench, the fresh articles and the samples 6943
# of 6948 changes made unasked are right, and 163 of 192 suggestions (`benchmarks/rule_confidence.py`): at most what was
# measured, since detectors were looked at on these articles.
TIER_CONFIDENCE: dict[Tier, float] = {"auto": 0.99, "suggest": 0.7, "flag": 0.7}


@dataclass(frozen=True, slots=True)
class Document:
    """One article as it was read; never changed.

    `article` is its id as findings name it; `file` the path as reports name it (relative, with /);
    `record` the line of a record in its file, 1 for a file that is one article;
    `meta` what the reader knows beside the text: `title`, `format`, `line` (the line of the file
    on which the text starts) and `text_offset_exact` (whether lines of text are lines of the file).
    """

    article: str
    text: str
    source: str = ""
    file: str = ""
    record: int = 1
    meta: Mapping[str, Any] = field(default_factory=dict)


def line_starts(text: str) -> list[int]:
    r"""Where the lines of a text begin; `\r\n`, `\r` and `\n` end one."""
    return [0, *(m.end() for m in _NEWLINE.finditer(text))]


class LineMap:
    """Lines and columns of a document. Its newlines are looked for once: an article may have very many places."""

    def __init__(self, document: Document) -> None:
        self._first = int(document.meta.get("line", document.record))
        exact = document.meta.get("text_offset_exact", False)
        self._starts = line_starts(document.text) if exact else []

    def __call__(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a code point of the text in its file.

        Where the text is one field of a record, that is the record's line and column 1.
        """
        if not self._starts:
            return self._first, 1
        i = bisect_right(self._starts, offset) - 1
        return self._first + i, offset - self._starts[i] + 1


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A change of text[start:end] to `replacement`: start == end inserts, "" deletes."""

    start: int
    end: int
    replacement: str

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise EditError(f"offsets out of order: {self.start}, {self.end}")
        if self.start == self.end and not self.replacement:
            raise EditError(f"an edit at {self.start} that changes nothing")


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage at a place, with the repair that is proposed, if any.

    id           stable hash of rule, text around and article
    observed     document.text[start:end]
    replacement  None where the damage is certain and the repair is not
    rule         stable kebab-case id of what found it
    tier         auto: applied by default; suggest: applied on request; flag: named, not repaired
    confidence   0..1, that this is damage and this its repair: what the rule file states, or for a
                 channel what its judges gave, calibrated
    evidence     what a person can check: frequencies before and after, runner-up, topic, survivors
    line, column place in the file, both from 1
    """

    id: str
    article: str
    source: str
    file: str
    record: int
    start: int
    end: int
    observed: str
    replacement: str | None
    kind: Kind
    rule: str
    tier: Tier
    confidence: float
    applied: bool
    evidence: Mapping[str, Any]
    message: str
    line: int = 1
    column: int = 1

    @property
    def edit(self) -> Edit | None:
        """The change it proposes, or None for damage without a repair."""
        if self.replacement is None:
            return None
        return Edit(self.start, self.end, self.replacement)


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of a rule file: as written there, the damaged text, and the edits it must give.

    An edit is (start, end, replacement); replacement None is a flag. No edits: a quiet example.
    """

    written: str
    text: str
    edits: tuple[tuple[int, int, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its file states it. What the fields do is told in docs/rules.md.

    pattern   the regular expression that finds the place, contexts included
    repairs   what may stand there: several are decided between by term frequencies
    lost      for rules on words: damaged form → the words it may come from, as (word, start, end)
              of what was lost
    needs     words of which the article must hold `needs_min` different ones
    absent    words that the article must not hold
    survivors_silence  the rule is silent where what it would restore stands elsewhere in the
              article: a filter that strips a string leaves none of it on a page
    check_words  term frequencies may veto its repairs
    suggest_from, auto_from  how many different matches its family must have in the article
              before the rule speaks at all, and before it is auto
    """

    id: str
    family: str
    action: Action
    kind: Kind
    tier: Tier
    confidence: float
    message: Mapping[str, str]
    why: str
    fires: tuple[Example, ...]
    quiet: tuple[Example, ...]
    pattern: str = ""
    repairs: tuple[str, ...] = ()
    lost: Mapping[str, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_min: int = 1
    absent: tuple[str, ...] = ()
    survivors_silence: bool = False
    check_words: bool = False
    suggest_from: int = 1
    auto_from: int = 1
    scope: Literal["text", "line"] = "text"
    file: str = ""
    line: int = 0


# Why a part of an article is not decoded. In order: where two claim a place, the one named first is told.
Reason = Literal["code", "foreign", "table", "dialect", "names", "verse", "classical", "surprising"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Silence:
    """A span of a text in which nothing is decoded, since the model is out of its depth there, and why.

    code, foreign (other languages, or hardly any Chinese), table, dialect, names (a list of them), verse, classical
    (prose), surprising (beyond all damage, and none of these)
    """

    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of a document.

    findings  all of them, in order of place
    applied   those whose edits made `text`; replaying them on document.text gives `text`
    skipped   those that were due to be applied and overlapped a better one, with the reason
    notes     what went wrong and cost a part of the work: a rule out of time, no fixed point
    silences  where the channel of the source was not asked; empty where the source has none
    """

    document: Document
    findings: tuple[Finding, ...]
    applied: tuple[Finding, ...]
    skipped: tuple[tuple[Finding, str], ...]
    text: str
    notes: tuple[str, ...] = field(default=())
    silences: tuple[Silence, ...] = field(default=())

    @property
    def changed(self) -> bool:
        return self.text != self.document.text
