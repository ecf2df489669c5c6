"""The input as a fixed sequence of tasks: what they are depends on the files alone, never on who does them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleanup.dumps.record import Fields, InputFile, Piece, Reject, unreadable
from cleanup.dumps.walk import FORMATS, is_whole
from cleanup.flow import TOGETHER

# Bytes of small files that are one task.
_TOGETHER_BYTES = 600_000


@dataclass(frozen=True, slots=True)
class Task:
    """Pieces that are cleaned together: one of a file of records, or some files that are one article each.

    number  of the task in the run, from 0
    """

    number: int
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Bytes of input that it covers."""
        return sum(p.size for p in self.pieces)

    @property
    def stored(self) -> int:
        """Bytes that it takes in the files of the input, which may be compressed."""
        return sum(p.size if p.stored is None else p.stored for p in self.pieces)

    @property
    def whole(self) -> bool:
        """Whether its pieces are files."""
        return is_whole(self.pieces[0].file)


@dataclass(frozen=True, slots=True)
class End:
    """A file of records has no more tasks; `reject` says why, where it could not be read to its end."""

    file: InputFile
    reject: Reject | None = None


def steps(files: Sequence[InputFile], fields: Fields, encoding: str) -> Iterator[Task | End]:
    """Tasks in the order of the input, with the end of each file of records behind its own."""
    number = 0
    held: list[Piece] = []
    for file in files:
        whole = is_whole(file)
        if held and (
            not whole or len(held) >= TOGETHER or sum(p.size for p in held) + file.size > _TOGETHER_BYTES
        ):
            yield Task(number, tuple(held))
            number += 1
            held = []
        if whole:
            held += FORMATS[file.format].pieces(file, fields=fields, encoding=encoding)
            continue
        reject = None
        try:
            for piece in FORMATS[file.format].pieces(file, fields=fields, encoding=encoding):
                yield Task(number, (piece,))
                number += 1
        except OSError as e:
            reject = unreadable(file.name, e)
        yield End(file, reject)
    if held:
        yield Task(number, tuple(held))
