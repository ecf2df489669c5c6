"""What an article is told of the parts that were not decoded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from cleanup.data import REASONS, Outcome, Reason, Silence
from cleanup.detect.share import visible

_WORDS: dict[Reason, tuple[str, str]] = {
    "code": ("代码", "code"),
    "foreign": ("外文", "another language"),
    "table": ("表格", "a table"),
    "dialect": ("方言", "dialect"),
    "names": ("人名", "names"),
    "verse": ("诗词", "verse"),
    "classical": ("文言", "classical prose"),
    "surprising": ("模型没见过的文体", "a kind of text that the model has not met"),
}
# Places of each reason that a note names.
_PLACES = 3


def abstained(outcome: Outcome) -> list[dict[str, Any]]:
    """For articles.jsonl, the largest first: reason, share of the visible characters, spans of the text as read."""
    if not outcome.silences:
        return []
    text = outcome.document.text
    whole = visible(text) or 1
    out = []
    for reason in REASONS:
        own = [s for s in outcome.silences if s.reason == reason]
        if own:
            share = sum(visible(text[s.start : s.end]) for s in own) / whole
            out.append({"reason": reason, "share": round(share, 4), "spans": [[s.start, s.end] for s in own]})
    return sorted(out, key=lambda x: -x["share"])


def silences_told(line: Mapping[str, Any]) -> tuple[Silence, ...]:
    """The spans that a line of articles.jsonl tells, in order of place; none where an older run wrote it."""
    told = [Silence(start, end, x["reason"]) for x in line.get("abstained", ()) for start, end in x["spans"]]
    return tuple(sorted(told, key=lambda s: (s.start, s.end)))


def prose_of(text: str, silences: Sequence[Silence]) -> str:
    """The text less the lines of which silences cover half or more; what they cover inside a sentence stays, since the
    sentence would miss it.
    """
    if not silences:
        return text
    out, at = [], 0
    covered = iter(silences)
    silence = next(covered, None)
    for line in text.split("\n"):
        end, inside = at + len(line), 0
        while silence is not None and silence.start < end:
            inside += min(end, silence.end) - max(at, silence.start)
            if silence.end > end:
                break
            silence = next(covered, None)
        if not line or 2 * inside < len(line):
            out.append(line)
        at = end + 1
    return "\n".join(out)


def note(outcome: Outcome, lang: Literal["zh", "en"]) -> str:
    """What was left alone and why, for a reader; "" where nothing was."""
    told = abstained(outcome)
    if not told:
        return ""
    text, zh = outcome.document.text, lang == "zh"
    parts = []
    for x in told:
        word = _WORDS[x["reason"]][not zh]
        share = f"{max(1, round(100 * x['share']))}%"
        lines = _lines(text, x["spans"])
        where = ("、" if zh else ", ").join(lines[:_PLACES])
        if len(lines) > _PLACES:
            where += "……" if zh else ", …"
        parts.append(f"{word} {share}（第 {where} 行）" if zh else f"{word} {share} (line {where})")
    if zh:
        return "以下部分模型没有把握，没有按来源的习惯修复：" + "；".join(parts)
    return "not decoded, the model is out of its depth: " + "; ".join(parts)


def _lines(text: str, spans: Iterable[Sequence[int]]) -> list[str]:
    """Lines of spans, in order, as 3 or 3–5."""
    out: list[str] = []
    line, at = 1, 0
    for start, end in spans:
        line += text.count("\n", at, start)
        at = start
        last = line + text.count("\n", start, end)
        told = str(line) if last == line else f"{line}–{last}"
        if told not in out[-1:]:
            out.append(told)
        if len(out) > _PLACES:
            break
    return out
