"""The formats of a check, in one table: read it, and you know what `--format` takes."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from cleanup.check.nouns import Report

# For people first, then for machines: what asks for none of them imports none of them.
FORMATS: dict[str, str] = {
    "text": "cleanup.check.formats.text",
    "json": "cleanup.check.formats.json",
    "sarif": "cleanup.check.formats.sarif",
    "github": "cleanup.check.formats.github",
    "rdjson": "cleanup.check.formats.rdjson",
    "gitlab": "cleanup.check.formats.gitlab",
    "junit": "cleanup.check.formats.junit",
}


class Format(Protocol):
    """What the module of a format holds."""

    def render(self, report: Report, lang: str) -> str:
        """The whole document, in `zh` or `en`, with a newline at its end."""


def format_named(name: str) -> Format:
    """The format of a name of `FORMATS`. Raises KeyError for another."""
    return cast(Format, import_module(FORMATS[name]))
