"""A channel file's text into a channel, key by key; every complaint names its line and item."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

import regex

from cleanup.channel.check import COUNTS, escaped, fault, in_order
from cleanup.channel.items import ITEM_KINDS, SLOTS, STATUSES, Channel, Item, ItemKind
from cleanup.channel.layout import FORMAT, HEADER_KEYS, ITEM_KEYS, Block, split
from cleanup.errors import ChannelError

_TYPES: dict[type, tuple[str, str]] = {
    str: ("字符串", "a string"),
    int: ("整数", "an integer"),
    float: ("数", "a number"),
    list: ("字符串列表", "a list of strings"),
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A channel with the pieces of the file it was read from.

    tables   each item with its block, in the order of the file
    version  of the program that wrote it, "" where it does not say
    phrases  the digest of the phrases that belong to the channel, "" where there are none
    """

    channel: Channel
    header: str
    tables: tuple[tuple[Item, Block], ...]
    tail: str
    version: str
    phrases: str


def parse(text: str, name: str) -> Parsed:
    """What the text of a channel file says; `name` is the file in messages. Raises ChannelError."""
    if not text.strip():
        raise ChannelError(
            '是空文件；至少要有 source = "来源"',
            'is empty; it needs at least source = "a source"',
            where=name,
        )
    text = text if text.endswith("\n") else text + "\n"
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as e:
        m = regex.search(r"at line (\d+)", str(e))
        raise ChannelError(
            f"不是合法的 TOML：{e}", f"not valid TOML: {e}", where=f"{name}:{m[1]}" if m else name
        ) from e
    header, blocks, tail = split(text)
    head = _Table({k: v for k, v in data.items() if k not in ITEM_KINDS}, name, header, 1, "")
    channel, phrases, version = _header(head, blocks)
    tables: list[tuple[Item, Block]] = []
    first: dict[tuple[str, str, str, str], int] = {}
    for kind in ITEM_KINDS:
        own = [b for b in blocks if b.kind == kind]
        entries = data.get(kind, [])
        if not isinstance(entries, list) or len(entries) != len(own):
            raise head.fail(
                kind,
                f"每个条目自成一表，以 [[{kind}]] 开头",
                f"each item is a table of its own, headed [[{kind}]]",
            )
        for entry, block in zip(entries, own, strict=True):
            table = _Table(entry, name, block.body, block.line, kind)
            item = _item(table, kind)
            if item.key in first:
                line = first[item.key]
                raise table.fail(
                    "text", f"条目重复，已见于第 {line} 行", f"the item is there twice, see line {line}"
                )
            first[item.key] = block.line
            tables.append((item, block))
    tables.sort(key=lambda t: t[1].line)
    whole = Channel(items=tuple(i for i, _ in tables), **channel)
    return Parsed(in_order(whole), header, tuple(tables), tail, version, phrases)


def _header(head: _Table, blocks: Sequence[Block]) -> tuple[dict[str, Any], str, str]:
    for key in head.values:
        if key not in HEADER_KEYS:
            line = next((b.line for b in blocks if b.kind == key), 0)
            raise head.fail(key, *unknown(key, (*HEADER_KEYS, *ITEM_KINDS)), line=line)
    version = head.get("format", int, FORMAT)
    if version > FORMAT:
        raise head.fail(
            "format",
            f"格式版本 {version} 比这个 cleanup 认识的 {FORMAT} 新；请升级 cleanup",
            f"format {version} is newer than the {FORMAT} that this cleanup knows; upgrade it",
        )
    if version < 1:
        raise head.fail("format", f"没有格式版本 {version}", f"there is no format {version}")
    if "source" not in head.values:
        raise head.fail(
            "source",
            "缺少 source：一个信道文件说的是一个来源",
            "source is missing: a channel file is about one source",
        )
    channel = {key: head.get(key, str, "") for key in ("source", "model")}
    for key in ("articles", "characters"):
        channel[key] = head.get(key, int, 0)
        if channel[key] < 0:
            raise head.fail(key, f"{key} 不能是负数", f"{key} cannot be negative")
    channel["notes"] = head.strings("notes")
    return channel, head.get("phrases", str, ""), head.get("cleanup", str, "")


def _item(table: _Table, kind: ItemKind) -> Item:
    for key in table.values:
        if key not in ITEM_KEYS:
            raise table.fail(key, *unknown(key, ITEM_KEYS))
    item = Item(
        kind,
        table.get("text", str, ""),
        table.get("becomes", str, ""),
        cast(Any, table.choice("slot", SLOTS, "")),
        rate=table.get("rate", float, 0.0),
        expected=table.get("expected", float, 0.0),
        sure=table.get("sure", float, 0.0),
        goes_on=table.get("goes_on", str, ""),
        status=cast(Any, table.choice("status", STATUSES, "learned")),
        examples=table.strings("examples"),
        **{key: table.get(key, int, 0) for key in COUNTS},
    )
    # a bound follows from the counts: what the file says of it is for its reader
    if not 0 <= table.get("rate_at_least", float, 0.0) <= 1:
        raise table.fail(
            "rate_at_least", "rate_at_least 应在 0 与 1 之间", "rate_at_least must be between 0 and 1"
        )
    if wrong := fault(item):
        raise table.fail(*wrong)
    return item


def unknown(key: str, known: Sequence[str]) -> tuple[str, str]:
    """That a key is not known, and which was meant."""
    near = get_close_matches(key, known, 1, 0.5)
    return (
        f"不认识的键 {key}" + (f"，是否指 {near[0]}？" if near else f"；可用的有 {', '.join(known)}"),
        f"unknown key {key}" + (f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"),
    )


class _Table:
    """One table of a file, with its lines."""

    def __init__(self, values: dict[str, Any], name: str, body: str, line: int, kind: str) -> None:
        self.values = values
        self._name = name
        self._lines = body.split("\n")
        self._line = line
        self._kind = kind

    def fail(self, key: str, zh: str, en: str, *, line: int = 0) -> ChannelError:
        """A complaint about a key, as `file:line: item`."""
        pattern = rf"\s*(?:\[+[^\]=]*?)?[\"']?{regex.escape(key)}[\"']?\s*[.=\]]"
        found = (n for n, text in enumerate(self._lines) if regex.match(pattern, text))
        line = line or self._line + next(found, 0)
        return ChannelError(
            zh, en, where=f"{self._name}:{line}" + (f": {self._item()}" if self._kind else "")
        )

    def _item(self) -> str:
        """How the item is called, as far as its table can be read."""
        values = {k: self.values.get(k) for k in ("text", "becomes", "slot")}
        known = {k: v for k, v in values.items() if isinstance(v, str)}
        return escaped(Item(cast(ItemKind, self._kind), **{"text": "?", **known}).name)  # type: ignore[arg-type]

    def get(self, key: str, kind: type, default: Any) -> Any:
        """The value of a key, of this type; an integer is a number, too."""
        value = self.values.get(key, default)
        if kind is float and type(value) is int:
            value = float(value) if abs(value) <= 2**53 else value
        if type(value) is not kind:
            raise self.fail(key, f"{key} 应是{_TYPES[kind][0]}", f"{key} must be {_TYPES[kind][1]}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.get(key, list, [])
        if not all(isinstance(v, str) for v in value):
            raise self.fail(key, f"{key} 应是{_TYPES[list][0]}", f"{key} must be {_TYPES[list][1]}")
        return tuple(value)

    def choice(self, key: str, known: Sequence[str], default: str) -> str:
        value = self.get(key, str, default)
        if value in known and (value or key not in self.values):
            return str(value)
        named = [k for k in known if k]
        near = get_close_matches(value, named, 1, 0.5)
        raise self.fail(
            key,
            f"{key} 不能是 {value!r}" + (f"，是否指 {near[0]}？" if near else f"；可用：{', '.join(named)}"),
            f"{key} cannot be {value!r}"
            + (f"; did you mean {near[0]}?" if near else f"; use one of {', '.join(named)}"),
        )
