"""What code finds without a rule file, in one table: read it, and you know what can be found.

A built-in has an id like a rule, is listed and shown like one, and is switched off like one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cleanup.data import TIER_CONFIDENCE, Action, Kind, Tier


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A finding that a detector makes: its id, what it does, what it tells, and why it is right."""

    id: str
    kind: Kind
    tier: Tier
    action: Action
    message: Mapping[str, str]
    why: str
    confidence: float = 0.0

    def __post_init__(self) -> None:
        if not self.confidence:
            object.__setattr__(self, "confidence", TIER_CONFIDENCE[self.tier])


_ALL = (
    BuiltIn(
        "title-repeated",
        "boilerplate",
        "auto",
        "delete",
        {"zh": "标题在正文里重复出现", "en": "the title stands again in the body"},
        "A line that says the whole title once more is page, not article; short titles are left alone.",
    ),
    # script
    BuiltIn(
        "traditional-in-simplified",
        "script_mix",
        "auto",
        "replace",
        {"zh": "简体文章里夹着繁体字", "en": "a traditional character in simplified text"},
        "A simplified article has traditional characters in names, titles and quotations, not in the midst of a simplified sentence; "
        "what may be meant so (a whole line, a quotation, a character talked about) is left alone, a lone place is suggested.",
    ),
    BuiltIn(
        "simplified-in-traditional",
        "script_mix",
        "auto",
        "replace",
        {"zh": "繁体文章里夹着简体字", "en": "a simplified character in traditional text"},
        "One simplified character may be several traditional ones: the phrases of opencc decide, then the article's own words; "
        "where neither does, it is suggested.",
    ),
)
BUILT_IN: dict[str, BuiltIn] = {b.id: b for b in _ALL}
assert len(BUILT_IN) == len(_ALL), "two built-ins of one id"
