"""What changed from a run to the next, and what is only noise.

Findings come in clusters: an article that has one often has twenty, and a test that takes each for an event of its own
finds news everywhere. So counts are divided by their dispersion first (the variance of the findings of an article
over their mean, of both runs together), and what is left is tested exactly: given that so many events fell in the two
runs, how many of them would fall in the later one if both had the same rate? Asked per article and per character, and
the larger p is taken, since articles that are longer, or more of them, are no news of a rule. Of all tests between two
runs those are told that stand at a false discovery rate of FALSE (Benjamini and Hochberg), and move by MOVES at least.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from cleanup.report.compare_runs import Count, Dimension, RunCounts

Kind = Literal["new", "gone", "up", "down", ""]
# A false discovery rate: where nothing changed, one of a hundred pairs of runs is told any news.
FALSE = 0.01
# A rate that moves by less is no news, however sure: two large dumps always differ by a hundredth.
MOVES = 1.1
# From this variance on a binomial tail is a normal one, to three digits of its logarithm at six sigma.
_NORMAL = 10_000.0
# What is learned anew from each dump differs always.
_LEARNED = ("recurrence", "channels")
# Options of which only that they are given makes a difference: the run before is another one each day.
_OTHER_EACH_DAY = ("after",)


@dataclass(frozen=True, slots=True)
class Change:
    """A count in two runs, tested.

    measure   findings (of `articles` articles), articles (of a source, of all), or rejects (of what was read)
    was, now  counts; per_1000 each of articles
    ratio     of the rates, per article or per character, whichever moved less; None for new and gone
    p, q      the probability of a difference as large by chance; the false discovery rate at which it stands
    change    "" where it is no news
    """

    before: str
    after: str
    by: Dimension | Literal["reason"]
    key: str
    measure: Literal["findings", "articles", "rejects"]
    was: int
    now: int
    was_per_1000: float | None
    now_per_1000: float | None
    ratio: float | None
    p: float
    q: float = 1.0
    change: Kind = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A version or an option in which two runs differ. `learned` is what each learns from its own input."""

    before: str
    after: str
    name: str
    was: str
    now: str
    learned: bool


def changes(before: RunCounts, after: RunCounts) -> list[Change]:
    """Every count of two runs, tested, the surest first."""
    tested = sorted(_tested(before, after), key=lambda c: (c.p, c.by, c.key))
    least, out = 1.0, []
    for rank in range(len(tested), 0, -1):
        c = tested[rank - 1]
        least = min(least, c.p * len(tested) / rank)
        out.append(replace(c, q=least, change=_change(c) if least <= FALSE else ""))
    return out[::-1]


def _change(c: Change) -> Kind:
    if c.ratio is None:
        return "new" if not c.was else "gone"
    return "up" if c.ratio >= MOVES else "down" if c.ratio <= 1 / MOVES else ""


def _tested(before: RunCounts, after: RunCounts) -> Iterator[Change]:
    pair = before.name, after.name
    bys: tuple[Dimension, ...] = ("rule", "kind", "tier", "source")
    for by in bys:
        for key in {**before.tables[by], **after.tables[by]}:
            a, b = before.of(by, key), after.of(by, key)
            if by == "source":
                yield _shares(
                    pair, by, key, "articles", (a.articles, b.articles), (before.articles, after.articles)
                )
            if a.articles and b.articles and a.found + b.found:
                ratio, p = _compared(a, b)
                yield Change(*pair, by, key, "findings", a.found, b.found, a.per_1000, b.per_1000, ratio, p)
    for reason in {**before.reasons, **after.reasons}:
        counts = before.reasons.get(reason, 0), after.reasons.get(reason, 0)
        yield _shares(pair, "reason", reason, "rejects", counts, (before.read, after.read))


def _shares(
    pair: tuple[str, str],
    by: Dimension | Literal["reason"],
    key: str,
    measure: Literal["articles", "rejects"],
    counts: tuple[int, int],
    of: tuple[int, int],
) -> Change:
    """Articles of a source among all, or rejects among what was read."""
    if not all(of):
        return Change(*pair, by, key, measure, *counts, None, None, 1.0, 1.0)
    was, now = (1000 * n / m for n, m in zip(counts, of, strict=True))
    return Change(
        *pair, by, key, measure, *counts, was, now, _ratio(*counts, *of), tail(*counts, of[1] / sum(of))
    )


def _ratio(was: int, now: int, of_was: int, of_now: int) -> float | None:
    return (now / of_now) / (was / of_was) if was and now else None


def _compared(a: Count, b: Count) -> tuple[float | None, float]:
    """Ratio and p of findings in two runs: of those per article and per character the ones that tell less."""
    n = dispersion(a, b)
    ratios, p = [], 0.0
    for of_a, of_b in ((a.articles, b.articles), (a.chars, b.chars)):
        if not of_a or not of_b:
            return 1.0, 1.0
        ratios.append(_ratio(a.found, b.found, of_a, of_b))
        p = max(p, tail(a.found / n, b.found / n, of_b / (of_a + of_b)))
    low, high = ratios
    if low is None or high is None:
        return None, p
    if (low - 1) * (high - 1) <= 0:
        return 1.0, 1.0
    return min(low, high, key=lambda r: abs(math.log(r))), p


def dispersion(a: Count, b: Count) -> float:
    """The variance of the findings of an article over their mean, both runs together; 1, as of events, at least."""
    found, articles = a.found + b.found, a.articles + b.articles
    return max(1.0, (a.squares + b.squares) / found - found / articles)


def tail(was: float, now: float, share: float) -> float:
    """The two-sided p of `now` events of `was` + `now`, each of which falls in the later run with probability `share`.

    Parts of events are rounded to where they tell less.
    """
    n = math.floor(was + now)
    if not n:
        return 1.0
    expected = n * share
    # as far from what is expected as the counts are, in whole events
    off = now - (was + now) * share
    k = math.floor(expected + off) if off > 0 else math.ceil(expected + off)
    k = min(max(k, 0), n)
    if (k - expected) * off <= 0:
        return 1.0
    variance = expected * (1 - share)
    if variance > _NORMAL:
        return min(1.0, math.erfc((abs(k - expected) - 0.5) / math.sqrt(2 * variance)))
    return min(1.0, 2 * _binomial_tail(k, n, share, 1 if off > 0 else -1))


def _binomial_tail(k: int, n: int, p: float, step: int) -> float:
    """The probability of k of n and of all farther from the mean, which lies on the other side of `step`."""
    term = math.exp(
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(p)
        + (n - k) * math.log1p(-p)
    )
    total = 0.0
    while 0 <= k <= n and term > total * 1e-12:
        total += term
        ratio = (n - k) / (k + 1) * p / (1 - p) if step > 0 else k / (n - k + 1) * (1 - p) / p
        term *= ratio
        k += step
    return total


def differences(before: RunCounts, after: RunCounts) -> list[Difference]:
    """Versions and options in which two runs differ. A difference of rules is no difference of the dump."""
    learned = {n for n in _LEARNED if n != "channels" or not (_given(before) or _given(after))}
    was, now = before.versions, after.versions
    # a run that wrote no summary does not tell all of its versions, and one that is not told is no difference
    partly = before.lines or after.lines
    names = {n for n in {*was, *now} if not partly or (n in was and n in now)}
    out = [_difference(before, after, n, was.get(n, ""), now.get(n, ""), n in learned) for n in names]
    # rules, model and channels are both an option, which names files, and a version, which is of what they hold
    for n in {*before.options, *after.options}:
        values = [told(run.options.get(n, "")) for run in (before, after)]
        if n in _OTHER_EACH_DAY:
            values = ["…" if v else "" for v in values]
        out.append(_difference(before, after, "--" + n.replace("_", "-"), values[0], values[1], False))
    return sorted((d for d in out if d.was != d.now), key=lambda d: (d.learned, d.name))


def _difference(
    before: RunCounts, after: RunCounts, name: str, was: str, now: str, learned: bool
) -> Difference:
    return Difference(before.name, after.name, name, was, now, learned)


def _given(run: RunCounts) -> bool:
    return bool(run.options.get("channels"))


def told(value: object) -> str:
    """The value of an option on one line."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
