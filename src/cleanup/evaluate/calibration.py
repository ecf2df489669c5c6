"""Whether confidences mean what they say: of the changes given 0.9, nine in ten are right.

reliability  Changes by bins of stated confidence; in each the mean of what was stated, the share that is right, and
             its interval (Wilson's, two standard errors).
ece          expected calibration error: the mean over changes of |stated - right share| of their bins.
brier        the mean of (stated - right)² over changes, right being 0 or 1: it rewards being sure, too.

Neutral findings and those that state no confidence are left out; how findings are labelled is told in `labels.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cleanup.channel.items import lower_bound
from cleanup.evaluate.gold import Claim, GoldArticle
from cleanup.evaluate.labels import Level, label
from cleanup.evaluate.verdict import Verdict

# The borders of bins. Narrow at the top, where tiers are decided: .97 and .99 are the bars of repairs made unasked.
BINS = (0.0, 0.5, 0.7, 0.9, 0.97, 0.99, 1.0)
# Fewer changes than this say little: 20 right ones of 20 leave an interval down to .83.
SMALL = 20
# A rule is told to be off only from so many changes on, and by so much: .99 for what is always right is no fault.
RULE_MIN, RULE_OFF = 30, 0.02


@dataclass(frozen=True, slots=True)
class Bin:
    """Changes whose stated confidence is in [low, high), the last bin's high included.

    stated  the sum of their confidences
    """

    low: float
    high: float
    edits: int = 0
    right: int = 0
    stated: float = 0.0

    @property
    def share(self) -> float | None:
        """The share that is right."""
        return self.right / self.edits if self.edits else None

    @property
    def mean(self) -> float | None:
        """The mean confidence."""
        return self.stated / self.edits if self.edits else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share; 0 to 1 for an empty bin."""
        return interval(self.right, self.edits)


@dataclass(frozen=True, slots=True)
class Reliability:
    """What some changes stated and what they were."""

    bins: tuple[Bin, ...]
    edits: int
    right: int
    stated: float
    squared: float

    @property
    def share(self) -> float | None:
        return self.right / self.edits if self.edits else None

    @property
    def mean(self) -> float | None:
        return self.stated / self.edits if self.edits else None

    @property
    def ece(self) -> float | None:
        """Expected calibration error; None without changes."""
        return sum(abs(b.stated - b.right) for b in self.bins) / self.edits if self.edits else None

    @property
    def brier(self) -> float | None:
        return self.squared / self.edits if self.edits else None

    @property
    def is_off(self) -> bool:
        """Whether what is stated is far from what is right, and outside of its interval."""
        if self.edits < RULE_MIN:
            return False
        low, high = interval(self.right, self.edits)
        mean = self.stated / self.edits
        return not low <= mean <= high and abs(mean - self.right / self.edits) > RULE_OFF

    def as_dict(self) -> dict[str, Any]:
        """As JSON values, rounded to 4 decimals; empty bins are left out."""
        low, high = interval(self.right, self.edits)
        return {
            "edits": self.edits,
            "right": self.right,
            "precision": _rounded(self.share),
            "low": _rounded(low),
            "high": _rounded(high),
            "mean_confidence": _rounded(self.mean),
            "ece": _rounded(self.ece),
            "brier": _rounded(self.brier),
            "bins": [
                {
                    "from": b.low,
                    "to": b.high,
                    "edits": b.edits,
                    "right": b.right,
                    "mean_confidence": _rounded(b.mean),
                    "precision": _rounded(b.share),
                    "low": _rounded(b.interval[0]),
                    "high": _rounded(b.interval[1]),
                }
                for b in self.bins
                if b.edits
            ],
        }


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's interval of a share at two standard errors; 0 to 1 of nothing."""
    return (lower_bound(right, of), 1.0 - lower_bound(of - right, of)) if of else (0.0, 1.0)


def reliability(counts: Mapping[tuple[float, bool], int], bins: Sequence[float] = BINS) -> Reliability:
    """The reliability of changes, counted by stated confidence (0..1) and whether they are right."""
    held = [Bin(low, high) for low, high in pairwise(bins)]
    squared = 0.0
    for (confidence, right), n in sorted(counts.items()):
        k = min(bisect_right(bins, confidence), len(held)) - 1
        b = held[k]
        held[k] = Bin(b.low, b.high, b.edits + n, b.right + n * right, b.stated + n * confidence)
        squared += n * (confidence - right) ** 2
    return Reliability(
        bins=tuple(held),
        edits=sum(b.edits for b in held),
        right=sum(b.right for b in held),
        stated=sum(b.stated for b in held),
        squared=squared,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What is counted of a change: the kind, rule, tier and confidence of its finding, and whether it is right."""

    kind: str
    rule: str
    tier: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that calibration is read off: counts of changes, and of gold edits by what would repair them.

    gold      by type, optional ones left out
    levels    by type and level, of the gold edits that some finding would repair
    neutral, silent  findings with a repair of which nothing counts, or that state no confidence
    """

    changes: Mapping[Change, int]
    gold: Mapping[str, int]
    levels: Mapping[tuple[str, Level], int]
    neutral: int = 0
    silent: int = 0

    @property
    def kinds(self) -> list[str]:
        """Kinds that have changes, and gold types, by name."""
        return sorted({c.kind for c in self.changes} | set(self.gold))

    def of(self, kind: str) -> Reliability:
        """The reliability of a kind of findings; of all kinds where it is ""."""
        return reliability(_counted((c, n) for c, n in self.changes.items() if kind in ("", c.kind)))

    def by_rule(self) -> dict[str, Reliability]:
        """The reliability of each rule, by name."""
        rules: defaultdict[str, list[tuple[Change, int]]] = defaultdict(list)
        for change, n in self.changes.items():
            rules[change.rule].append((change, n))
        return {rule: reliability(_counted(own)) for rule, own in sorted(rules.items())}


class Calibrator:
    """Adds up articles; what it holds grows with the number of different confidences, not with the gold."""

    def __init__(self) -> None:
        self._changes: Counter[Change] = Counter()
        self._gold: Counter[str] = Counter()
        self._levels: Counter[tuple[str, Level]] = Counter()
        self._neutral = self._silent = 0

    def add(self, article: GoldArticle, claims: Sequence[Claim], verdict: Verdict) -> None:
        """Count the findings of one article, the applied ones as `verdict` has judged them."""
        labels = label(article, claims, verdict)
        self._neutral += len(labels.neutral)
        self._silent += labels.silent
        for j in labels.judged:
            c = j.claim
            if c.confidence is not None:
                self._changes[Change(c.kind, c.rule, c.tier, round(c.confidence, 4), j.right)] += 1
        for k, gold in enumerate(article.edits):
            if not gold.optional:
                self._gold[gold.type] += 1
                if k in labels.levels:
                    level = labels.levels[k]
                    self._levels[gold.type, Level(round(level.confidence, 4), level.tier)] += 1

    def result(self) -> Calibration:
        """What was added so far."""
        return Calibration(
            dict(self._changes), dict(self._gold), dict(self._levels), self._neutral, self._silent
        )


def _counted(changes: Iterable[tuple[Change, int]]) -> Counter[tuple[float, bool]]:
    out: Counter[tuple[float, bool]] = Counter()
    for change, n in changes:
        out[change.confidence, change.right] += n
    return out


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
