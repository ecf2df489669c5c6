"""The lines of a file, in the encoding that its head tells, each in its own where it is not of it."""

from __future__ import annotations

import io
from collections.abc import Iterator

from cleanup.dumps.encoding import AUTO, HAN_OR_ABOVE, Choice, Unreadable, decode
from cleanup.dumps.record import RECORD_BYTES
from cleanup.sampling import text_hash
from cleanup.seen import Repeats

# Bytes at the head of a file, up to the end of a line, that its encoding is decided on.
_SAMPLE = 1 << 16
# Bytes kept of a line that is too long to be read, whole characters of any width.
_KEPT = 1000
# How sure a line must be of an encoding that is not its file's.
_OWN = 0.99


class Lines:
    r"""The lines of a stream with the newlines (\n) that end them, and how they are encoded by the head of it.

    A line comes with the number of bytes that were left out of it, which is 0 but for one longer than RECORD_BYTES.
    What stands in front of an OSError is given first.
    """

    def __init__(self, f: io.BufferedReader, encoding: str) -> None:
        self._f = f
        self._error: OSError | None = None
        self._head = self._read_head()
        # a character may be cut where the stream is
        lines = self._head[: self._head.rfind(b"\n") + 1] if self._error else b""
        self.choice = _of_head(lines or self._head, encoding)

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        if is_wide(self.choice.encoding):
            yield from self._wide()
            return
        for line in io.BytesIO(self._head):
            if not line.endswith(b"\n") and self._error is not None:
                break  # what follows is not there, so it is no line
            yield line, 0
        if self._error is not None:
            raise self._error
        f = self._f
        while line := f.readline(RECORD_BYTES):
            if len(line) == RECORD_BYTES and not line.endswith(b"\n"):
                yield line[:_KEPT], len(line) - _KEPT + self._passed_over()
            else:
                yield line, 0

    def _read_head(self) -> bytes:
        """The head up to the end of a line: a line longer than the head is read as far as it may be long."""
        head = b""
        try:
            while len(head) < _SAMPLE and (part := self._f.read1(_SAMPLE - len(head))):
                head += part
            if len(head) == _SAMPLE and not head.endswith(b"\n"):
                head += self._f.readline(RECORD_BYTES)
        except OSError as e:
            self._error = e
        return head

    def _passed_over(self) -> int:
        """The bytes up to the end of a line, which are not kept."""
        n = 0
        while part := self._f.readline(_SAMPLE):
            n += len(part)
            if part.endswith(b"\n"):
                break
        return n

    def _blocks(self) -> Iterator[bytes]:
        yield self._head
        if self._error is not None:
            raise self._error
        while part := self._f.read1(_SAMPLE):
            yield part

    def _wide(self) -> Iterator[tuple[bytes, int]]:
        """Lines of two or four bytes a character."""
        newline = "\n".encode(self.choice.encoding)
        unit = len(newline)
        held, over = bytearray(), 0
        for block in self._blocks():
            # newlines were looked for up to here
            seen = max(0, len(held) - unit)
            held += block
            start = 0
            while (at := held.find(newline, seen)) >= 0:
                if (at - start) % unit:
                    seen = at + 1
                    continue
                line = bytes(held[start : at + unit])
                yield (line[:_KEPT], over + len(line) - _KEPT) if over else (line, 0)
                start = seen = at + unit
                over = 0
            del held[:start]
            if len(held) > RECORD_BYTES:
                end = len(held) - len(held) % unit
                over += end - _KEPT
                del held[_KEPT:end]
        if held:
            yield bytes(held), over


def is_wide(encoding: str) -> bool:
    """Whether an encoding writes a newline in several bytes."""
    return encoding.startswith(("utf-16", "utf-32"))


def _of_head(head: bytes, encoding: str) -> Choice:
    """The encoding of a file by its head. UTF-8 where the head does not tell."""
    if b"\0" in head and len(head) % 2:
        head = head[:-1]
    try:
        return decode(head, encoding)[1]
    except Unreadable:
        return Choice("utf-8" if encoding == AUTO else encoding)


def as_utf8(body: bytes, choice: Choice) -> tuple[bytes, Choice]:
    """A line as UTF-8, and how it was read: in its file's encoding, or in its own where that is certain.

    Raises UnicodeDecodeError, Unreadable.
    """
    if choice.by == "named" or is_wide(choice.encoding):
        return body.decode(choice.encoding).encode(), choice
    try:
        text = body.decode()
        if choice.encoding == "utf-8" or text.isascii() or HAN_OR_ABOVE.search(text):
            return body, choice if choice.encoding == "utf-8" else Choice("utf-8")
    except UnicodeDecodeError:
        if choice.encoding == "utf-8":
            return _in_its_own(body, choice)
    try:
        return body.decode(choice.encoding).encode(), choice
    except UnicodeDecodeError:
        return _in_its_own(body, choice)


def _in_its_own(body: bytes, choice: Choice) -> tuple[bytes, Choice]:
    """A line that is not of its file's encoding. Raises UnicodeDecodeError where its own is not certain."""
    try:
        text, own = decode(body)
        if own.sure >= _OWN and own.encoding != choice.encoding:
            return text.encode(), own
    except Unreadable:
        pass
    return body.decode(choice.encoding).encode(), choice


class Ids:
    """How often an id stood in a file before."""

    def __init__(self) -> None:
        self._ids = Repeats()

    def before(self, article: str) -> int:
        """How often this one did, which now stands there once more; an empty one never."""
        if not article:
            return 0
        return self._ids.count(text_hash(article))
