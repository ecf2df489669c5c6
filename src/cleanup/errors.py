"""What can go wrong, in two languages, each with the exit code a shell sees.

An error says what happened, where, and what to do. `where` is `file`, `file:line` or
`file:line: rule-id`; the text is kept in Chinese and English so that the command line can
speak either, and `str(error)` is the English one, for logs and tracebacks.
"""

from __future__ import annotations

from typing import ClassVar


class CleanupError(Exception):
    """Base of every error that a user can cause or mend."""

    exit_code: ClassVar[int] = 2

    def __init__(self, zh: str, en: str, *, where: str = "") -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en
        self.where = where

    def tell(self, lang: str) -> str:
        """The message in `lang` ("zh" or "en"), with its place in front."""
        text = self.zh if lang == "zh" else self.en
        return f"{self.where}: {text}" if self.where else text

    def __str__(self) -> str:
        return self.tell("en")


class UsageError(CleanupError):
    """The command was called in a way that cannot be carried out."""


class InputError(CleanupError):
    """An input path is missing, unreadable or of no known format."""


class RuleError(CleanupError):
    """A rule file does not load, or its examples fail."""

    exit_code = 3


class CorpusError(CleanupError):
    """A corpus to count from cannot be read, or holds nothing to count."""


class ModelError(CleanupError):
    """A term-frequency model file is missing, truncated, of another version, or not a model."""

    exit_code = 3


class ChannelError(CleanupError):
    """A channel file does not load, or a channel cannot be written as one."""

    exit_code = 3


class PinError(CleanupError):
    """Rules, model or channels are not those that were pinned."""

    exit_code = 3


class GoldError(CleanupError):
    """A gold or findings file that `evaluate` cannot use."""


class FloorError(CleanupError):
    """A quality floor would be lowered, or belongs to other data."""

    exit_code = 1


class EditError(ValueError):
    """Edits that cannot be applied: a no-op, out of range, overlapping. A fault of the program."""
