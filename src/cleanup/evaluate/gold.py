"""Reading what is compared: gold articles, and the findings to be judged by them.

A gold file is JSONL, one article a line:

    {"id": str, "text": str, "source": str?, "edits": [{"start": int, "end": int,
      "replacement": str, "type": str, "optional": bool?, "alternatives": [str]?}]}

Offsets are half-open code points of `text`; an article without edits is an undamaged one. A file
with anything wrong in it is refused with file and line: figures on half of a gold set, or on
edits that cannot all be made, would look like figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from cleanup.data import Edit, Finding
from cleanup.errors import EditError, GoldError

FURNITURE = "boilerplate"

_TYPE_NAMES: dict[type, tuple[str, str]] = {
    str: ("字符串", "a string"),
    int: ("整数", "an integer"),
    bool: ("布尔值", "true or false"),
    list: ("列表", "a list"),
    dict: ("对象", "an object"),
}


@dataclass(frozen=True, slots=True)
class GoldEdit:
    """An edit that a right repair makes.

    type          kind of the damage
    optional      counts neither for nor against: a repair that nobody need make
    alternatives  other replacements that are as right
    """

    edit: Edit
    type: str
    optional: bool = False
    alternatives: tuple[str, ...] = ()

    @property
    def is_furniture(self) -> bool:
        """Whether it removes page furniture, which is judged by visible characters, not by line."""
        return self.type == FURNITURE


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """A text and the edits that mend it; the edits do not overlap and stand in the file's order."""

    id: str
    text: str
    source: str = ""
    edits: tuple[GoldEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold file: its name, the first 16 hex digits of the SHA-256 of its bytes, its articles."""

    name: str
    digest: str
    articles: tuple[GoldArticle, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What of a finding is judged: there is damage at [start, end), and it was mended so.

    replacement None claims damage and offers no repair. Offsets may lie outside the text.
    tier, confidence  as in Finding; confidence None where the finding does not state one
    """

    article: str
    start: int
    end: int
    replacement: str | None
    applied: bool
    kind: str
    rule: str = ""
    tier: str = ""
    confidence: float | None = None


def read_gold(path: Path) -> Gold:
    """All articles of a gold file, validated. Raises GoldError with the file and line."""
    sha = hashlib.sha256()
    articles: list[GoldArticle] = []
    line_of: dict[str, int] = {}
    for number, raw, record in _records(path):
        sha.update(raw)
        if record is None:
            continue
        where = f"{path}:{number}"
        article = _article(record, where)
        if article.id in line_of:
            first = line_of[article.id]
            raise GoldError(
                f"id {article.id} 与第 {first} 行重复",
                f"id {article.id} stands on line {first} already",
                where=where,
            )
        line_of[article.id] = number
        articles.append(article)
    if not articles:
        raise GoldError("文件里没有文章", "no articles in the file", where=str(path))
    return Gold(path.name, sha.hexdigest()[:16], tuple(articles))


def read_findings(path: Path) -> Iterator[Claim]:
    """The findings of a findings.jsonl, one at a time. Raises GoldError with the file and line."""
    for number, _, record in _records(path):
        if record is not None:
            yield claim(record, where=f"{path}:{number}")


def claim(finding: Finding | Claim | Mapping[str, Any], *, where: str = "") -> Claim:
    """A finding, or a record of findings.jsonl, as what is judged of it.

    A record needs start and end and `article` (or, without one, `id`); the rest has defaults: no
    replacement, not applied, no confidence. Raises GoldError, placed at `where`, for a record of another shape.
    """
    if isinstance(finding, Claim):
        return finding
    if isinstance(finding, Finding):
        f = finding
        return Claim(
            f.article, f.start, f.end, f.replacement, f.applied, f.kind, f.rule, f.tier, f.confidence
        )
    name = "article" if "article" in finding else "id"
    article = finding.get(name)
    if not isinstance(article, str | int) or isinstance(article, bool):
        _wrong_type(name, str, where) if name in finding else _missing("article", where)
    if finding.get("replacement") is not None:
        _field(finding, "replacement", str, where)
    return Claim(
        article=str(article),
        start=_field(finding, "start", int, where),
        end=_field(finding, "end", int, where),
        replacement=finding.get("replacement"),
        applied=bool(finding.get("applied")),
        kind=str(finding.get("kind")),
        rule=str(finding.get("rule", "")),
        tier=str(finding.get("tier", "")),
        confidence=_confidence(finding.get("confidence"), where),
    )


def _confidence(value: object, where: str) -> float | None:
    """A stated confidence; None where none is. NaN is outside of 0 to 1, too."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise GoldError(
            f"confidence 应为 0 到 1 之间的数，不是 {value!r}",
            f"confidence must be a number from 0 to 1, not {value!r}",
            where=where,
        )
    return float(value)


def _records(path: Path) -> Iterator[tuple[int, bytes, dict[str, Any] | None]]:
    """Line number, bytes and JSON object of each line; None for the object of a blank line."""
    try:
        with path.open("rb") as lines:
            for number, raw in enumerate(lines, 1):
                yield number, raw, _object(raw, f"{path}:{number}") if raw.strip() else None
    except OSError as e:
        raise GoldError(f"无法读取：{e.strerror}", f"cannot be read: {e.strerror}", where=str(path)) from e


def _object(raw: bytes, where: str) -> dict[str, Any]:
    try:
        record = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as e:
        raise GoldError(f"不是 UTF-8(第 {e.start} 字节)", f"not UTF-8 (byte {e.start})", where=where) from e
    except ValueError as e:
        raise GoldError(f"不是 JSON:{e}", f"not JSON: {e}", where=where) from e
    if not isinstance(record, dict):
        raise GoldError("应为 JSON 对象", "must be a JSON object", where=where)
    # only an escape can smuggle half a character past the decoder
    if b"\\u" in raw and not _is_whole(record):
        raise GoldError("含有孤立的代理码位", "holds a lone surrogate", where=where)
    return record


def _is_whole(record: dict[str, Any]) -> bool:
    """Whether all of its characters can be written as UTF-8."""
    try:
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _article(record: Mapping[str, Any], where: str) -> GoldArticle:
    name = _field(record, "id", str, where)
    text = _field(record, "text", str, where)
    source = _field(record, "source", str, where) if "source" in record else ""
    listed = _field(record, "edits", list, where)
    edits = tuple(_edit(e, f"edits[{i}]", text, where) for i, e in enumerate(listed))
    in_order = sorted((e.edit for e in edits), key=lambda e: (e.start, e.end))
    for a, b in pairwise(in_order):
        # touching is allowed, and so are insertions at one point: their order in the file is meant
        if b.start < a.end:
            spans = f"[{a.start}, {a.end}) [{b.start}, {b.end})"
            raise GoldError(f"修改重叠：{spans}", f"edits overlap: {spans}", where=where)
    return GoldArticle(name, text, source, edits)


def _edit(record: object, label: str, text: str, where: str) -> GoldEdit:
    if not isinstance(record, dict):
        _wrong_type(label, dict, where)
    start = _field(record, "start", int, where, label)
    end = _field(record, "end", int, where, label)
    replacement = _field(record, "replacement", str, where, label)
    kind = _field(record, "type", str, where, label)
    optional = _field(record, "optional", bool, where, label) if "optional" in record else False
    others = _field(record, "alternatives", list, where, label) if "alternatives" in record else []
    if not 0 <= start <= end <= len(text):
        raise GoldError(
            f"{label}:[{start}, {end}) 超出正文(共 {len(text)} 字)",
            f"{label}: [{start}, {end}) is outside the text of {len(text)} characters",
            where=where,
        )
    if text[start:end] == replacement:
        raise GoldError(f"{label}：没有改动任何内容", f"{label}: changes nothing", where=where)
    for other in others:
        if not isinstance(other, str):
            _wrong_type(f"{label}.alternatives", str, where)
    try:
        return GoldEdit(Edit(start, end, replacement), kind, optional, tuple(others))
    except EditError as e:  # pragma: no cover - the checks above leave nothing for it
        raise GoldError(f"{label}:{e}", f"{label}: {e}", where=where) from e


def _field(record: Mapping[str, Any], key: str, kind: type, where: str, label: str = "") -> Any:
    """record[key], which must be there and be of that JSON type; `label` names the record."""
    name = f"{label}.{key}" if label else key
    if key not in record:
        _missing(name, where)
    value = record[key]
    # bool is an int to Python and is not one to JSON
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        _wrong_type(name, kind, where)
    return value


def _missing(name: str, where: str) -> NoReturn:
    raise GoldError(f"缺少 {name}", f"{name} is missing", where=where)


def _wrong_type(name: str, kind: type, where: str) -> NoReturn:
    zh, en = _TYPE_NAMES[kind]
    raise GoldError(f"{name} 应为{zh}", f"{name} must be {en}", where=where)
