"""Articles as learning reads them: everything around the sentence repaired, the sentences as the farm left them.

Rules for dropped and inserted words do not run here: what they would repair is what is to be learned from.
"""

from __future__ import annotations

from collections.abc import Callable

from cleanup.data import Document, Edit, Kind
from cleanup.pipeline import Cleaner
from cleanup.recurrence import Recurrence
from cleanup.rules import RuleSet

# What is repaired before learning.
AROUND: frozenset[Kind] = frozenset(
    {"boilerplate", "duplicate", "noise", "mojibake", "script_mix", "contact_insertion", "evasion"}
)


def preparer(
    rules: RuleSet, recurrence: Recurrence | None = None
) -> Callable[[Document], tuple[str, list[Edit]]]:
    """A function that prepares a document: its text, and the edits that made it."""
    cleaner = Cleaner(
        rules.without([r.id for r in rules.rules if r.kind not in AROUND]), recurrence=recurrence
    )

    def prepare(document: Document) -> tuple[str, list[Edit]]:
        outcome = cleaner.clean(document)
        return outcome.text, [e for f in outcome.applied if (e := f.edit) is not None]

    return prepare
