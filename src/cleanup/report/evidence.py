"""Evidence of a finding in plain words, one short sentence each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cleanup.report.evidence_builtin import TELL
from cleanup.report.evidence_channel import TELL as CHANNEL
from cleanup.report.inline import plain
from cleanup.report.words import Words, likelier

# A value that no sentence is known for is shown as it is, up to here.
_LONGEST = 300


def sentences(evidence: Mapping[str, Any], words: Words) -> list[str]:
    """The evidence as a reader wants it. What has no sentence, or an unforeseen shape, is `key: value`."""
    left = dict(evidence)
    out: list[str] = []
    for keys, tell in _TELL:
        if not any(k in left for k in keys):
            continue
        try:
            told = tell({k: left.get(k) for k in keys}, words)
        except (TypeError, ValueError, KeyError, AttributeError):
            continue
        if told:
            out.append(told)
        for key in keys:
            left.pop(key, None)
    return [plain(s) for s in (*out, *(f"{k}: {_short(v)}" for k, v in left.items()))]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _listed(value: Any, words: Words) -> str:
    if isinstance(value, str) or not value:
        raise TypeError("not a list of words")
    return words("join").join(words("quoted", text=str(v)) for v in value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a count")
    return value


def _words(e: Mapping[str, Any], words: Words) -> str:
    before, after = e["words_before"], e["words_after"]
    if before and after:
        return words("evidence.words", before=_listed(before, words), after=_listed(after, words))
    if after:
        return words("evidence.words_after", after=_listed(after, words))
    return words("evidence.words_before", before=_listed(before, words))


def _counts(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.counts", before=_count(e["count_before"]), after=_count(e["count_after"]))


def _gain(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.gain", how=likelier(e["gain_log10"], words))


def _runner_up(e: Mapping[str, Any], words: Words) -> str:
    rival = e["runner_up"]
    text = words("quoted", text=str(rival["replacement"])) if rival["replacement"] else words("nothing")
    return words("evidence.runner_up", text=text, how=likelier(rival["gain_log10"], words))


def _topic(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.topic", listed=_listed(e["topic"], words))


def _survivors(e: Mapping[str, Any], words: Words) -> str:
    n = _count(e["survivors"])
    return words("evidence.survivors", n=n) if n else words("evidence.no_survivors")


def _different(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.different_here", n=_count(e["different_here"]))


def _melted(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.melted_from", listed=_listed(e["melted_from"], words))


# In the order in which they are told: what it does to the words, how much, and what else speaks for it.
_TELL: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Any], Words], str]], ...] = (
    (("words_before", "words_after"), _words),
    (("count_before", "count_after"), _counts),
    (("gain_log10",), _gain),
    (("runner_up",), _runner_up),
    (("topic",), _topic),
    (("survivors",), _survivors),
    (("different_here",), _different),
    *CHANNEL,
    *TELL,
    (("melted_from",), _melted),
)
