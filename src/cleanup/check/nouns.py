"""What a check found, in the words that every format tells it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from cleanup.data import Action, Finding, Kind, Tier
from cleanup.dumps.record import Reject

Level = Literal["error", "warning"]
LEVELS: tuple[Level, ...] = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Place:
    """A point of a file: line and column from 1, the column in code points, and as reviewdog counts it in bytes of
    UTF-8.
    """

    line: int
    column: int
    byte_column: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding that the thresholds of the check let through.

    finding     `file` is relative to the root of the check
    level       error fails the check, warning is told; so is what an article within `--max-damage` holds
    start, end  where it stands in the file; `end` is behind its last character
    exact       whether they are exact: in a record or a page they are the start of what holds the text
    excerpt     the line of the article's text in which the finding starts, without its newline
    at          offset in `excerpt` of its start
    fingerprint stable hash: of its file, rule, and surroundings, with the number of the equal ones before it
    known       it stands in the baseline
    suppressed  what silences it, as "docs/a.md:12" or "cleanup.toml:8"; "" where nothing does
    why_suppressed  what its author wrote beside the suppression, or ""
    """

    finding: Finding
    level: Level
    start: Place
    end: Place
    exact: bool
    excerpt: str
    at: int
    fingerprint: str
    known: bool = False
    suppressed: str = ""
    why_suppressed: str = ""

    @property
    def fails(self) -> bool:
        """Whether it alone fails the check."""
        return self.level == "error" and self.is_open

    @property
    def is_open(self) -> bool:
        """Whether it is to be told as something to look at: neither known nor suppressed."""
        return not self.known and not self.suppressed


@dataclass(frozen=True, slots=True)
class Told:
    """What a format tells of a rule: its kind, tier, action, message in two languages, and why it is a rule (English)."""

    id: str
    kind: Kind
    tier: Tier
    action: Action
    message: Mapping[str, str]
    why: str


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of the baseline that nothing answers any more: what it was."""

    fingerprint: str
    file: str
    rule: str
    observed: str


@dataclass(frozen=True, slots=True)
class Unused:
    """A suppression that silenced nothing: where it stands, and what it says."""

    where: str
    says: str


@dataclass(frozen=True)
class Report:
    """A check that is done.

    alarms    in order of the files and places, those known and suppressed among them
    rejects   what could not be read
    notes     what went wrong and cost a part of the work, for each its file and the note
    below     findings that the thresholds kept out
    versions  cleanup, rules, channels, prior, model, and whatever else decides what is found
    digest    names all of `versions`
    command   the command that gives the same findings at a desk
    root      what files are relative to, absolute, with / at its end
    fixed     edits made in place, by file
    baseline  the file of the baseline, or ""
    """

    alarms: tuple[Alarm, ...]
    rejects: tuple[Reject, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    stale: tuple[Stale, ...] = ()
    unused: tuple[Unused, ...] = ()
    fixed: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    articles: int = 0
    characters: int = 0
    below: int = 0
    rules: Mapping[str, Told] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    command: str = ""
    root: str = ""
    baseline: str = ""

    @cached_property
    def errors(self) -> tuple[Alarm, ...]:
        """The alarms that fail the check."""
        return tuple(a for a in self.alarms if a.fails)

    @cached_property
    def warnings(self) -> tuple[Alarm, ...]:
        """The alarms that are open and do not fail it."""
        return tuple(a for a in self.alarms if a.is_open and a.level == "warning")

    @property
    def exit_code(self) -> int:
        """0 nothing that fails, 1 findings, 2 input that could not be read; the worst wins."""
        return 2 if self.rejects else 1 if self.errors else 0
