"""Records through a cleaner, in the groups that are cleaned together, and what is told on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleanup.data import Outcome
from cleanup.dumps.record import Record, Reject
from cleanup.pipeline import Cleaner

# Records cleaned together, and the characters from which fewer are: decoding a channel costs as much for one article as
# for many. Articles that were changed are decoded again, fewer each time: with 64 together that costs a tenth more than
# with 256, and with 512 nothing less.
TOGETHER, TOGETHER_CHARACTERS = 256, 200_000


@dataclass(frozen=True, slots=True)
class Watch:
    """What is told during work: a warning to show, bytes done, the bytes there are, a phase begun, a note."""

    warn: Callable[[Reject], None] = lambda reject: None
    advance: Callable[[int], None] = lambda size: None
    total: Callable[[int], None] = lambda size: None
    phase: Callable[[str, str], None] = lambda zh, en: None
    note: Callable[[str, str], None] = lambda zh, en: None


def is_enough(records: Sequence[Record]) -> bool:
    """Whether these are as many as are cleaned together."""
    characters = sum(len(r.document.text) for r in records if r.document is not None)
    return len(records) >= TOGETHER or characters >= TOGETHER_CHARACTERS


def groups(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Records in the groups that are cleaned together, in order. What was read before an OSError is given first."""
    group: list[Record] = []
    try:
        for record in records:
            group.append(record)
            if is_enough(group):
                yield group
                group = []
    except OSError:
        yield group
        raise
    yield group


def outcomes_of(cleaner: Cleaner, records: Sequence[Record]) -> list[Outcome | None]:
    """The outcome of each record that is an article, all cleaned together.

    None for all where that fails: cleaned one at a time, a fault costs the one record that it is in.
    """
    documents = [r.document for r in records if r.document is not None]
    try:
        outcomes = iter(cleaner.clean_many(documents))
    except Exception:
        return [None] * len(records)
    return [None if r.document is None else next(outcomes) for r in records]


def fault(file: str, line: int, error: Exception, *, zh: str = "", en: str = "") -> Reject:
    """What is said of a record that a fault of the program cost, with where more is told."""
    what = f"{type(error).__name__}: {error}"
    return Reject(
        file,
        line,
        "internal_error",
        f"程序出错：{what}；{zh}请报告",
        f"a fault of the program: {what}; {en}please report it",
    )
