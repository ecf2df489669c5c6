"""Proposals become findings: in order of place, each with an id that lasts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cleanup.data import Document, Finding, LineMap
from cleanup.detect.reading import Proposal

# How much of the line around a finding goes into its id: enough to tell places apart, little
# enough that an edit elsewhere in the line leaves the id alone.
_AROUND = 12


def place_digest(rule: str, article: str, text: str, start: int, end: int) -> str:
    """The id of a finding, without the number that tells places apart whose surroundings are the same."""
    left, right = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    around = (left.rpartition("\n")[2], text[start:end], right.partition("\n")[0])
    return hashlib.blake2b(
        "\0".join((rule, article, *around)).encode(errors="surrogatepass"), digest_size=8
    ).hexdigest()


def numbered(
    document: Document, proposals: Sequence[tuple[Proposal, bool, str]], lang: str
) -> list[tuple[Finding, str]]:
    """Findings in order of place, each with its id, and why it was skipped or ""; the applied come in order of place."""
    text = document.text
    lines = LineMap(document)
    out = []
    used: dict[str, int] = {}
    # what was applied at one point, a word and then a comma, keeps its order: the log is replayed in it
    for p, is_applied, why in sorted(
        proposals, key=lambda x: (x[0].start, x[0].end, "" if x[1] else x[0].rule)
    ):
        observed = text[p.start : p.end]
        name = place_digest(p.rule, document.article, text, p.start, p.end)
        used[name] = used.get(name, 0) + 1
        line, column = lines(p.start)
        finding = Finding(
            id=name if used[name] == 1 else f"{name}-{used[name]}",
            article=document.article,
            source=document.source,
            file=document.file,
            record=document.record,
            start=p.start,
            end=p.end,
            observed=observed,
            replacement=p.replacement,
            kind=p.kind,
            rule=p.rule,
            tier=p.tier,
            confidence=p.confidence,
            applied=is_applied,
            evidence=p.evidence,
            message=p.message[lang],
            line=line,
            column=column,
        )
        out.append((finding, why))
    return out
