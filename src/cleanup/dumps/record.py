"""What a reader yields."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleanup.data import Document


def shown(name: str) -> str:
    """The name of a file as text: bytes that are no UTF-8, as in names of old archives, as \\xb5 and the like."""
    return name if name.isprintable() else os.fsencode(name).decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Fields:
    """The names under which a record holds its parts; `html` says that its text is a web page."""

    id: str = "id"
    text: str = "text"
    source: str = "source"
    title: str = "title"
    html: bool = False


@dataclass(frozen=True, slots=True)
class Reject:
    """Input that could not be read as an article.

    reason is a short stable code; line is that of the file, from 1, or 0 where there is none.
    """

    file: str
    line: int
    reason: str
    zh: str
    en: str

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def tell(self, lang: str) -> str:
        """The message in `zh` or `en`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Record:
    """A piece of an input file, as bytes, and what it was read as: an article, a reject, or neither
    (a blank line). `how` is what the format needs to write it again.
    """

    raw: bytes
    document: Document | None = None
    reject: Reject | None = None
    how: Mapping[str, Any] = field(default_factory=dict)
