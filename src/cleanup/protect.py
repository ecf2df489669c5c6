"""Terms that stay as they are: names, firms, and whatever a house writes in its own way.

A term is written as in the fragment of an address: `term`, or with what must stand beside it,
`left-,term,-right`, of which either side may be missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import regex

from cleanup.errors import UsageError
from cleanup.keywords import Keywords

_TERM = regex.compile(r"(?:(?P<left>.+?)-,)?(?P<term>.+?)(?:,-(?P<right>.+))?")


@dataclass(frozen=True, slots=True)
class Term:
    """A string, and what must stand directly before and behind it; "" for whatever does."""

    text: str
    left: str = ""
    right: str = ""

    @classmethod
    def of(cls, written: str) -> Term:
        """A term as it is written. Raises ValueError where there is none.

        >>> Term.of("大-,花旦,-出场")
        Term(text='花旦', left='大', right='出场')
        """
        m = _TERM.fullmatch(written.strip())
        if m is None or not m["term"].strip():
            raise ValueError(written)
        return cls(m["term"], m["left"] or "", m["right"] or "")

    def __str__(self) -> str:
        left = f"{self.left}-," if self.left else ""
        return left + self.text + (f",-{self.right}" if self.right else "")

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a text, with its sides; places may overlap."""
        whole = self.left + self.text + self.right
        at = text.find(whole)
        while at >= 0:
            start = at + len(self.left)
            yield start, start + len(self.text)
            at = text.find(whole, at + 1)


@dataclass(frozen=True)
class Terms:
    """Protected terms. Many cost little: those of which the first two characters stand nowhere are not looked for."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where one of them stands in a text, in order; places may overlap."""
        found: set[tuple[int, int]] = set()
        for word in self._keywords.held(text) if self.terms else ():
            for term in self._by_word[word]:
                found.update(term.places(text))
        return sorted(found)

    @property
    def digest(self) -> str:
        """Names the terms, whatever their order."""
        said = "\n".join(sorted(set(map(str, self.terms))))
        return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:16]

    @cached_property
    def _by_word(self) -> dict[str, list[Term]]:
        by_word: dict[str, list[Term]] = {}
        for term in self.terms:
            by_word.setdefault(term.text, []).append(term)
        return by_word

    @cached_property
    def _keywords(self) -> Keywords:
        return Keywords(self._by_word)


def read_terms(path: Path) -> list[Term]:
    """The terms of a file, one a line; blank lines and lines that begin with # say nothing.

    Raises UsageError, with the line, for a file that cannot be read so.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as e:
        raise UsageError(f"读不了：{e.strerror}", f"cannot be read: {e.strerror}", where=str(path)) from e
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise UsageError("不是 UTF-8 文本", "is not UTF-8 text", where=f"{path}:{line}") from e
    return list(_lines(text.splitlines(), str(path)))


def _lines(lines: Iterable[str], name: str) -> Iterator[Term]:
    for n, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield Term.of(line)
            except ValueError:
                raise UsageError(
                    f"不是词，也不是“左-,词,-右”：{line.strip()}",
                    f"neither a term nor left-,term,-right: {line.strip()}",
                    where=f"{name}:{n}",
                ) from None
