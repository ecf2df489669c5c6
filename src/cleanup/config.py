"""What a repository says once of all commands: `cleanup.toml`, or `[tool.cleanup]` in pyproject.toml.

A key that nothing reads is an error, since a typing error would switch a check off in silence.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import regex

from cleanup.data import Kind, Tier
from cleanup.errors import UsageError
from cleanup.protect import Term

OWN, SHARED = "cleanup.toml", "pyproject.toml"
# Where it stands in the shared one.
TABLE = ("tool", "cleanup")


class FieldNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names under which records hold their parts."""

    id: str = "id"
    text: str = "text"
    source: str = "source"
    title: str = "title"


class CheckTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """`[check]`: what `cleanup check` alone is told."""

    paths: list[str] = []
    exclude: list[str] = []
    min_tier: Tier = "auto"
    min_confidence: float = 0.0
    kinds: list[Kind] = []
    any_tier: list[Kind] = []
    max_damage: float = 0.0
    warn: list[str] = []
    new_rules: Literal["fail", "warn"] = "fail"
    baseline: str = ""
    digest: str = ""


class SuppressTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[suppress]]`: findings that are let pass. All that is said must hold of a finding."""

    path: str = ""
    rule: str = ""
    kind: Kind | None = None
    term: str = ""
    why: str = ""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """All of it."""

    rules: list[str] = []
    shipped: bool = True
    off: list[str] = []
    protected: list[str] = []
    channels: list[str] = []
    prior: bool = True
    model: str = ""
    lang: Literal["", "zh", "en"] = ""
    encoding: str = "auto"
    fields: FieldNames = FieldNames()
    check: CheckTable = CheckTable()
    suppress: list[SuppressTable] = []


@dataclass(frozen=True, slots=True)
class Suppression:
    """An entry of `[[suppress]]`, and where it stands."""

    where: str
    path: str
    rule: str
    kind: Kind | None
    term: Term | None
    why: str

    def __str__(self) -> str:
        said = {"path": self.path, "rule": self.rule, "kind": self.kind, "term": self.term}
        return " ".join(f"{k}={v}" for k, v in said.items() if v)


@dataclass(frozen=True, slots=True)
class Config:
    """A config as read; paths are those of the file system.

    file   where it was read, or None: everything is as if nothing were said
    where  key → file:line of keys that name rules, for messages about rules that there are not
    """

    file: Path | None = None
    rules: tuple[Path, ...] = ()
    shipped: bool = True
    off: tuple[str, ...] = ()
    protected: tuple[Path, ...] = ()
    channels: tuple[Path, ...] = ()
    prior: bool = True
    model: Path | None = None
    lang: str = ""
    encoding: str = "auto"
    fields: FieldNames = field(default_factory=FieldNames)
    check: CheckTable = field(default_factory=CheckTable)
    baseline: Path | None = None
    suppress: tuple[Suppression, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path | None:
        """What its paths are relative to."""
        return self.file.parent if self.file else None


def find(start: Path) -> Path | None:
    """The config of a folder: of it or of the nearest above, up to the root of its git repository."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (own := folder / OWN).is_file():
            return own
        if (shared := folder / SHARED).is_file() and _has_ours(shared):
            return shared
        if (folder / ".git").exists():
            return None
    return None


def _has_ours(path: Path) -> bool:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    if "cleanup" not in text:
        return False
    try:
        tool = tomllib.loads(text).get("tool")
        return isinstance(tool, dict) and "cleanup" in tool
    except (tomllib.TOMLDecodeError, RecursionError):
        # somebody else's mistakes in a file that says nothing of us are none of ours
        return regex.search(r"^\s*\[+\s*tool\s*\.\s*\"?cleanup\b", text, regex.MULTILINE) is not None


def read(path: Path) -> Config:
    """A config file. Raises UsageError, `file:line`, for anything that is wrong in it."""
    near = Path.cwd().is_relative_to(path.resolve().parent) or path.resolve().is_relative_to(Path.cwd())
    name = os.path.relpath(path) if near else str(path)
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as e:
        raise UsageError(f"读不了：{e.strerror}", f"cannot be read: {e.strerror}", where=name) from e
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise UsageError("不是 UTF-8 文本", "is not UTF-8 text", where=f"{name}:{line}") from e
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise UsageError("嵌套太深", "is nested too deeply", where=name) from None
    except tomllib.TOMLDecodeError as e:
        m = regex.search(r"at line (\d+)", str(e))
        raise UsageError(
            f"不是合法的 TOML：{e}", f"not valid TOML: {e}", where=f"{name}:{m[1]}" if m else name
        ) from e
    top: tuple[str, ...] = TABLE if path.name == SHARED else ()
    lines = _Lines(text, name, top)
    for key in top:
        data = data.get(key, {}) if isinstance(data, dict) else data
    if not isinstance(data, dict):
        raise UsageError("应是一个表", "must be a table", where=lines.at(()))
    for keys, why in _unknown(data, Table, ()):
        raise UsageError(*why, where=lines.at(keys))
    try:
        table = msgspec.convert(data, Table)
    except msgspec.ValidationError as e:
        keys, zh, en = _wrong(str(e), data)
        raise UsageError(zh, en, where=lines.at(keys)) from e
    _within(table, lines)
    base = path.parent
    return Config(
        file=path,
        rules=tuple(base / p for p in table.rules),
        shipped=table.shipped,
        off=tuple(table.off),
        protected=tuple(base / p for p in table.protected),
        channels=tuple(base / p for p in table.channels),
        prior=table.prior,
        model=base / table.model if table.model else None,
        lang=table.lang,
        encoding=table.encoding,
        fields=table.fields,
        check=table.check,
        baseline=base / table.check.baseline if table.check.baseline else None,
        suppress=tuple(_suppressions(table.suppress, lines)),
        where={
            "off": lines.at(("off",)),
            "warn": lines.at(("check", "warn")),
        },
    )


def _suppressions(entries: Sequence[SuppressTable], lines: _Lines) -> Iterator[Suppression]:
    for n, entry in enumerate(entries):
        where = lines.at(("suppress", n))
        if not (entry.path or entry.rule or entry.kind or entry.term):
            raise UsageError(
                "suppress 至少要有 path、rule、kind、term 之一",
                "suppress needs one of path, rule, kind, term",
                where=where,
            )
        try:
            term = Term.of(entry.term) if entry.term else None
        except ValueError:
            raise UsageError(
                f"term 不是词，也不是“左-,词,-右”：{entry.term!r}",
                f"term is neither a term nor left-,term,-right: {entry.term!r}",
                where=lines.at(("suppress", n, "term")),
            ) from None
        yield Suppression(where, entry.path, entry.rule, entry.kind, term, entry.why)


def _within(table: Table, lines: _Lines) -> None:
    """Raise UsageError for numbers out of their range, and for globs that are none."""
    globs: list[tuple[_Keys, str]] = [(("check", "exclude"), g) for g in table.check.exclude]
    globs += [(("suppress", n, "path"), e.path) for n, e in enumerate(table.suppress) if e.path]
    for keys, glob in globs:
        if not _is_glob(glob):
            raise UsageError(
                f"不是 .gitignore 式的通配：{glob!r}",
                f"is no glob of .gitignore: {glob!r}",
                where=lines.at(keys),
            )
    if not 0 <= table.check.min_confidence <= 1:
        raise UsageError(
            f"min-confidence 应在 0 与 1 之间，不是 {table.check.min_confidence}",
            f"min-confidence is from 0 to 1, not {table.check.min_confidence}",
            where=lines.at(("check", "min-confidence")),
        )
    if not table.check.max_damage >= 0:
        raise UsageError(
            f"max-damage 不能小于 0：{table.check.max_damage}",
            f"max-damage cannot be below 0: {table.check.max_damage}",
            where=lines.at(("check", "max-damage")),
        )


def _is_glob(written: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([written])
    except ValueError:
        return False
    return True


_Keys = tuple[str | int, ...]


def _unknown(data: Any, of: Any, keys: _Keys) -> Iterator[tuple[_Keys, tuple[str, str]]]:
    """Keys that no table has, with the message, in the order of the file."""
    if get_origin(of) is list and isinstance(data, list):
        for n, entry in enumerate(data):
            yield from _unknown(entry, get_args(of)[0], (*keys, n))
    if not (isinstance(of, type) and issubclass(of, msgspec.Struct) and isinstance(data, dict)):
        return
    hints = get_type_hints(of)
    known = {f.encode_name: hints[f.name] for f in msgspec.structs.fields(of)}
    for key, value in data.items():
        if key not in known:
            yield (*keys, key), _did_you_mean("不认识的键", "unknown key", key, list(known))
        else:
            yield from _unknown(value, known[key], (*keys, key))


def _did_you_mean(zh: str, en: str, value: str, known: Sequence[str]) -> tuple[str, str]:
    near = get_close_matches(value.replace("_", "-"), known, 1, 0.5)
    if near:
        return f"{zh} {value}，是否指 {near[0]}？", f"{en} {value}; did you mean {near[0]}?"
    return f"{zh} {value}；可用的有 {', '.join(known)}", f"{en} {value}; known are {', '.join(known)}"


def _wrong(message: str, data: Any) -> tuple[_Keys, str, str]:
    """Where a value is of the wrong kind, by msgspec's message, and what is said of it."""
    m = regex.search(r" - at `\$(.*)`$", message)
    keys: list[str | int] = []
    value, of = data, Any
    hints: Any = Table
    for part in regex.findall(r"\.([^.\[\]]+)|\[(\d*)\]", m[1] if m else ""):
        of = hints
        if part[0]:
            keys.append(part[0])
            names = {f.encode_name: f.name for f in msgspec.structs.fields(of)}
            hints = get_type_hints(of)[names[part[0]]]
            value = value[part[0]]
        else:
            hints = get_args(hints)[0]
            n = int(part[1]) if part[1] else _first_wrong(value, hints)
            keys.append(n)
            value = value[n]
    key = ".".join(str(k) for k in keys if isinstance(k, str))
    choices = [c for c in _choices(hints) if c]
    if choices and isinstance(value, str):
        return tuple(keys), *_did_you_mean(f"{key} 不能是", f"{key} cannot be", value, choices)
    what = (message[: m.start()] if m else message).replace("`", "")
    return tuple(keys), f"{key} 的值不对：{what}", f"{key} has a wrong value: {what}"


def _first_wrong(values: Any, of: Any) -> int:
    """The first value of a list that is not of a type; msgspec does not say which one it is."""
    for n, value in enumerate(values):
        try:
            msgspec.convert(value, of)
        except msgspec.ValidationError:
            return n
    return 0


def _choices(of: Any) -> list[str]:
    if get_origin(of) is Literal:
        return list(get_args(of))
    return [c for inner in get_args(of) for c in _choices(inner)]


class _Lines:
    """Where keys stand in a file, which TOML readers do not tell."""

    def __init__(self, text: str, name: str, top: tuple[str, ...]) -> None:
        self._name = name
        self._top = top
        self._at: dict[_Keys, int] = {}
        table: _Keys = ()
        counts: dict[_Keys, int] = {}
        for n, line in enumerate(text.split("\n"), 1):
            if m := regex.match(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]", line):
                names = _dotted(m[1])
                counts[names] = counts.get(names, -1) + 1
                table = (*names, counts[names])
                self._at.setdefault(table, n)
            elif m := regex.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
                table = _dotted(m[1])
                self._at.setdefault(table, n)
            elif m := regex.match(r"\s*([\w.\"'-]+)\s*=", line):
                keys: _Keys = (*table, *_dotted(m[1]))
                for upto in range(len(table) + 1, len(keys) + 1):
                    self._at.setdefault(keys[:upto], n)

    def at(self, keys: _Keys) -> str:
        """`file:line` of a key, or of the nearest that is about it."""
        whole = (*self._top, *keys)
        for upto in range(len(whole), 0, -1):
            if whole[:upto] in self._at:
                return f"{self._name}:{self._at[whole[:upto]]}"
        return self._name


def _dotted(written: str) -> tuple[str, ...]:
    return tuple(p.strip().strip("\"'") for p in written.split("."))
