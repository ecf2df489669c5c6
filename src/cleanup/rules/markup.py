"""The notation of examples and of words with a loss.

Examples show the edit in place: `工作[→范]围` inserts, `有效的[招聘→]协商` deletes,
`[更→最]低还款额` replaces, `后续[***→?]。` flags. Words show what they lose: `手[段]`.
"""

from __future__ import annotations

import regex

from cleanup.data import Example

_EDIT = regex.compile(r"\[([^\[\]→]*)→([^\[\]→]*)\]")
_LOSS = regex.compile(r"([^\[\]]*)\[([^\[\]]+)\]([^\[\]]*)")


def parse_example(written: str) -> Example:
    """An example with its marks taken out and its edits in offsets of the damaged text.

    >>> parse_example("工作[→范]围").edits
    ((2, 2, '范'),)

    Raises ValueError where a mark changes nothing.
    """
    text: list[str] = []
    edits: list[tuple[int, int, str | None]] = []
    at = size = 0
    for m in _EDIT.finditer(written):
        before = written[at : m.start()]
        observed, repair = m[1], m[2]
        start = size + len(before)
        if observed == repair:
            raise ValueError(f"{m[0]} changes nothing")
        edits.append((start, start + len(observed), None if repair == "?" else repair))
        text += (before, observed)
        size = start + len(observed)
        at = m.end()
    text.append(written[at:])
    return Example(written, "".join(text), tuple(edits))


def parse_loss(written: str) -> tuple[str, str, int, int]:
    """A word with its loss: (what is left, the word, start and end of the loss in the word).

    >>> parse_loss("工作[范]围")
    ('工作围', '工作范围', 2, 3)

    Raises ValueError where the word does not mark exactly one loss, or nothing would be left.
    """
    m = _LOSS.fullmatch(written)
    if m is None:
        raise ValueError(f"{written!r} does not mark one loss, as in 手[段]")
    before, lost, after = m.groups()
    if not before + after:
        raise ValueError(f"nothing is left of {written!r} to be recognised by")
    return before + after, before + lost + after, len(before), len(before) + len(lost)
