"""diff.patch: what was changed, as `patch -p1` and `git apply` read it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import regex

from cleanup import edits as ed
from cleanup.data import Document, Edit, Outcome

# Lines kept around a change, as in every unified diff.
_CONTEXT = 3
# Bytes of a name made from an article's id. File systems allow 255; the record's number, the
# digest and the suffix are still to come.
_SLUG_MAX = 80
_UNSAFE = regex.compile(r"[^\p{L}\p{M}\p{N}._-]+")

# A run of lines: text lines [a, b) of the article became lines [c, d) of the result.
_Change = tuple[int, int, int, int]


def patch_path(document: Document) -> str:
    """The path of an article in a patch: its file, or for one record of many a path of its own below it."""
    if document.meta.get("format") in ("txt", "md"):
        return document.file
    return f"{document.file}/{document.record}-{slug(document.article)}.txt"


def slug(name: str) -> str:
    """A name for one path segment, of letters, digits, `-`, `_` and single dots; never hidden, never empty.

    Where that loses something, a digest of the whole name follows, so that two names stay two.

    >>> slug("新闻-12"), slug("../etc/passwd")
    ('新闻-12', 'etc-passwd-42540b52')
    """
    plain: str = regex.sub(r"[-.]{2,}", "-", _UNSAFE.sub("-", unicodedata.normalize("NFC", name))).strip(
        "-._"
    )
    short = plain.encode()[:_SLUG_MAX].decode(errors="ignore").rstrip("-._")
    if short and short == name:
        return short
    digest = hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=4).hexdigest()
    return f"{short}-{digest}" if short else digest


def article_patch(outcome: Outcome, path: str) -> str:
    """The change of one article as a unified diff with `a/path` and `b/path`; "" where nothing changed.

    Only "\\n" ends a line: a carriage return or U+2028 is a character of its line, as `patch` sees it.
    """
    if not outcome.changed:
        return ""
    old, new = _lines(outcome.document.text), _lines(outcome.text)
    edits = [e for f in outcome.applied if (e := f.edit) is not None]
    out = [f"--- {_header('a/' + path)}\n", f"+++ {_header('b/' + path)}\n"]
    for hunk in _hunks(_changes(outcome.document.text, old, new, edits), len(old)):
        out += _hunk(hunk, old, new)
    return "".join(out)


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def _changes(text: str, old: Sequence[str], new: Sequence[str], edits: Sequence[Edit]) -> list[_Change]:
    """The runs of lines that differ.

    The edits say where they are, so that difflib, quadratic on texts of many like lines, is asked
    only about the lines that an edit touched.
    """
    if ed.apply(text, edits) != "".join(new):  # an Outcome from elsewhere, whose edits were not kept
        return _compare(old, new, 0, len(old), 0, len(new))
    touched: list[list[int]] = []
    starts = _starts(old)
    line = 0
    for edit in edits:
        while line + 1 < len(old) and starts[line + 1] <= edit.start:
            line += 1
        last = line
        while last + 1 < len(old) and starts[last + 1] <= edit.end:
            last += 1
        shift = edit.replacement.count("\n") - text.count("\n", edit.start, edit.end)
        if touched and line < touched[-1][1]:
            touched[-1][1] = max(touched[-1][1], last + 1)
            touched[-1][2] += shift
        else:
            touched.append([line, last + 1, shift])
    changes: list[_Change] = []
    moved = 0
    for a, b, shift in touched:
        b = min(b, len(old))
        # the end is counted from the other end where the last line comes or goes whole
        d = len(new) if b == len(old) else b + moved + shift
        for change in _compare(old, new, a, b, a + moved, d):
            if changes and (changes[-1][1], changes[-1][3]) == (change[0], change[2]):
                change = (changes[-1][0], change[1], changes.pop()[2], change[3])
            changes.append(change)
        moved += shift
    return changes


def _starts(lines: Sequence[str]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line)
    return starts


def _compare(old: Sequence[str], new: Sequence[str], a: int, b: int, c: int, d: int) -> list[_Change]:
    if old[a:b] == new[c:d]:
        return []
    if min(b - a, d - c) == 0 or (b - a == d - c == 1):
        return [(a, b, c, d)]
    codes = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False).get_opcodes()
    return [(a + i, a + j, c + k, c + m) for tag, i, j, k, m in codes if tag != "equal"]


def _hunks(changes: Sequence[_Change], size: int) -> Iterator[list[_Change]]:
    """Changes whose context would touch, together."""
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change[0] - hunk[-1][1] > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _hunk(hunk: Sequence[_Change], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    a = max(0, hunk[0][0] - _CONTEXT)
    b = min(len(old), hunk[-1][1] + _CONTEXT)
    c, d = hunk[0][2] - (hunk[0][0] - a), hunk[-1][3] + (b - hunk[-1][1])
    yield f"@@ -{_range(a, b)} +{_range(c, d)} @@\n"
    at = a
    for i, j, k, m in hunk:
        yield from (_line(" ", s) for s in old[at:i])
        yield from (_line("-", s) for s in old[i:j])
        yield from (_line("+", s) for s in new[k:m])
        at = j
    yield from (_line(" ", s) for s in old[at:b])


def _range(start: int, end: int) -> str:
    """Lines as a hunk's head counts them: from 1, and from the line before where there are none."""
    if end - start == 1:
        return str(start + 1)
    return f"{start + 1 if end > start else start},{end - start}"


def _line(mark: str, line: str) -> str:
    return mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _header(path: str) -> str:
    """A path as git writes it: in quotes with escapes where a character would break the line or the quotes.

    GNU patch and git both take a path with a blank if a tab ends it.
    """
    if regex.search(r'[\p{Cc}\p{Cs}"\\]', path):
        return '"' + "".join(_escaped(c) for c in path) + '"'
    return path + "\t" if " " in path else path


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return "".join(f"\\{byte:03o}" for byte in char.encode(errors="surrogateescape"))
