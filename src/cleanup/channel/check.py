"""What makes an item valid: asked of files that are read and of channels that are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import regex

from cleanup.channel.items import ITEM_KINDS, SLOTS, STATUSES, Channel, Item, ItemKind
from cleanup.chars import INVISIBLE
from cleanup.errors import ChannelError

# Kinds that write something else for `text`; the others only take it out or push it in.
REPLACING: frozenset[ItemKind] = frozenset({"mask", "swap", "spin"})
COUNTS = ("found", "surviving", "articles", "contexts")
SHARES = ("rate", "sure")

# Escaped wherever a file or a message shows a string: quotes, what shows nothing, what turns text around or
# breaks lines. The blank and the full-width space are out: both are seen, and both stand in good text.
_ESCAPED = regex.compile(rf'["\\\p{{Cc}}\p{{Cf}}\p{{Co}}\p{{Zl}}\p{{Zp}}{INVISIBLE}]|(?![ \u3000])\p{{Zs}}')
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}

Fault = tuple[str, str, str]


def escaped(text: str) -> str:
    """The inside of a TOML basic string: one line on which everything is seen.

    >>> print(escaped('a"b'), escaped("范\\n围"), escaped("招\\u200b聘"))
    a\\"b 范\\n围 招\\u200b聘
    """

    def one(m: regex.Match[str]) -> str:
        c = m[0]
        return _SHORT.get(c) or (f"\\u{ord(c):04x}" if ord(c) <= 0xFFFF else f"\\U{ord(c):08x}")

    return str(_ESCAPED.sub(one, text))


def fault(item: Item) -> Fault | None:
    """What is wrong with an item: the key, and the reason in Chinese and English; None where it is sound."""
    if not item.text and item.kind != "mask":
        return "text", "缺少 text", "text is missing"
    if item.kind in REPLACING and not item.becomes:
        return "becomes", f"{item.kind} 需要 becomes", f"{item.kind} needs becomes"
    if item.kind not in REPLACING and item.becomes:
        return "becomes", f"{item.kind} 没有 becomes", f"{item.kind} takes no becomes"
    if item.becomes and item.becomes == item.text:
        return "becomes", "becomes 与 text 相同", "becomes is the same as text"
    if item.kind == "insert" and not item.slot:
        slots = ", ".join(s for s in SLOTS if s)
        return "slot", f"insert 需要 slot：{slots}", f"insert needs slot: one of {slots}"
    if item.kind != "insert" and item.slot:
        return "slot", f"{item.kind} 没有 slot", f"{item.kind} takes no slot"
    for key in SHARES:
        if not 0 <= getattr(item, key) <= 1:
            return key, f"{key} 应在 0 与 1 之间", f"{key} must be between 0 and 1"
    for key in COUNTS:
        if getattr(item, key) < 0:
            return key, f"{key} 不能是负数", f"{key} cannot be negative"
    if not 0 <= item.expected < math.inf:
        return "expected", "expected 应是不小于 0 的数", "expected must be a number of 0 or more"
    return None


def in_order(channel: Channel) -> Channel:
    """The same channel with its items as files hold them: by kind, the surest and most frequent first.

    A status moves nothing: what an editor decides changes one line of a file.
    """
    ordered = sorted(channel.items, key=lambda i: (ITEM_KINDS.index(i.kind), -i.sure, -i.found, i.key))
    return replace(channel, items=tuple(ordered))


def rounded(channel: Channel) -> Channel:
    """The channel in plain numbers, shares of four decimals and expectations of one: as a person reads them.

    Learning rounds before it decodes, so that a file says all that was known.
    """

    def one(item: Item) -> Item:
        counts = {key: int(getattr(item, key)) for key in COUNTS}
        shares = {key: round(float(getattr(item, key)), 4) for key in SHARES}
        return replace(item, expected=round(float(item.expected), 1), **counts, **shares)  # type: ignore[arg-type]

    items = tuple(map(one, channel.items))
    return replace(channel, items=items, articles=int(channel.articles), characters=int(channel.characters))


def check(channel: Channel, where: str) -> None:
    """Raise ChannelError for a channel that no file can hold."""
    _writable((channel.source, channel.model, *channel.notes), where, "")
    seen: set[tuple[str, str, str, str]] = set()
    for key in ("articles", "characters"):
        if getattr(channel, key) < 0:
            raise ChannelError(f"{key} 不能是负数", f"{key} cannot be negative", where=where)
    for item in channel.items:
        _writable((item.text, item.becomes, item.goes_on, *item.examples), where, item.kind)
        at = f"{where}: {escaped(item.name)}"
        for value, known in ((item.kind, ITEM_KINDS), (item.status, STATUSES), (item.slot, SLOTS)):
            if value not in known:
                raise ChannelError(f"不认识 {value!r}", f"{value!r} is not known", where=at)
        if wrong := fault(item):
            raise ChannelError(*wrong[1:], where=at)
        if item.key in seen:
            raise ChannelError("条目重复", "the item is there twice", where=at)
        seen.add(item.key)


def _writable(strings: Iterable[str], where: str, what: str) -> None:
    for text in strings:
        try:
            text.encode()
        except UnicodeEncodeError:
            shown = text.encode(errors="backslashreplace").decode()
            raise ChannelError(
                f"{shown!r} 含有孤立的代理码位，不是文本，写不进文件",
                f"{shown!r} holds a lone surrogate, which is no text and cannot be written",
                where=f"{where}: {what}" if what else where,
            ) from None
