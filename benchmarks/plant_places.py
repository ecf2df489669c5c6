"""Where damage may be planted: the prose of an article, and its words."""

from __future__ import annotations

import random
import re
from functools import lru_cache
from typing import Any

from cleanup.chars import is_han
from cleanup.data import Edit

STOPS = "，。；：！？、"
Span = tuple[int, int]
# Edits that go together: all of them are planted or none.
Group = tuple[Edit, ...]
Random = random.Random


_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
_UNFIT = re.compile(r"^\s*(?:#|>|\||```)|https?://|www\.|@|[`*\\_]")


def prose(text: str) -> list[Span]:
    """Spans of lines that are sentences."""
    fences = [m.span() for m in _CODE.finditer(text)]
    spans, at = [], 0
    for line in text.splitlines(keepends=True):
        begin, at = at, at + len(line)
        body = line.rstrip()
        if (
            sum(map(is_han, body)) >= 12
            and any(c in body for c in "，。；")
            and not _UNFIT.search(body)
            and not any(a < at and begin < b for a, b in fences)
        ):
            spans.append((begin, begin + len(body)))
    return spans


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    import jieba

    jieba.setLogLevel(60)
    return jieba.Tokenizer()


@lru_cache(maxsize=1024)
def words(text: str) -> tuple[tuple[str, int, int], ...]:
    """The words of the prose of a text with their spans."""
    return tuple(
        (word, begin + a, begin + b)
        for begin, end in prose(text)
        for word, a, b in _tokenizer().tokenize(text[begin:end], HMM=False)
    )


def han(text: str, at: int) -> bool:
    return 0 <= at < len(text) and is_han(text[at])


def char_at(text: str, i: int) -> str:
    return text[i] if 0 <= i < len(text) else "\n"
