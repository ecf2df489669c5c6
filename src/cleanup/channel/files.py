"""Channel files: one a source, in TOML, read strictly and written whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import regex

from cleanup import __version__
from cleanup.channel.check import check, escaped, in_order
from cleanup.channel.items import Channel, Item
from cleanup.channel.layout import (
    assembled,
    channel_toml,
    comments,
    header_toml,
    header_values,
    item_toml,
    item_values,
    value_toml,
    written_keys,
)
from cleanup.channel.reading import Parsed, parse
from cleanup.errors import ChannelError

FOLDER = "channels"
# Bytes of a source that its file name keeps. The tightest limits in use are 143 bytes a name (encrypted
# folders) and 260 a path (Windows); with the digest and the suffix a name is then at most 78.
_SLUG_BYTES = 60
# Out of names: points, which make names reserved or hidden; letters that some file systems write in two ways.
_UNSAFE = regex.compile(r"[^0-9a-z_\p{Han}]+")


def channel_file_name(source: str) -> str:
    """The name of a source's channel file: what can be kept of the source, and a digest of all of it.

    >>> channel_file_name("www.example.com/新闻"), channel_file_name("")
    ('www-example-com-新闻-f3e74b2faaa6.toml', 'channel-e3b0c44298fc.toml')
    """
    plain = _UNSAFE.sub("-", unicodedata.normalize("NFKC", source).lower()).strip("-")
    short = plain.encode()[:_SLUG_BYTES].decode(errors="ignore").rstrip("-")
    digest = hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()[:12]
    return f"{short or 'channel'}-{digest}.toml"


def channel_files(path: Path) -> list[Path]:
    """The channel files of a path: itself, or those in a folder or in the `channels` of a run's folder."""
    if not path.is_dir():
        return [path]
    folder = path / FOLDER if (path / FOLDER).is_dir() else path
    found = sorted(p for p in folder.glob("*.toml") if not p.is_dir() and not p.name.startswith("."))
    if not found:
        raise ChannelError(
            f"文件夹里没有信道文件（*.toml，或 {FOLDER}/ 里的）",
            f"the folder holds no channel files (*.toml, or such in {FOLDER}/)",
            where=str(path),
        )
    return found


def read_channel(path: Path) -> Channel:
    """The channel of one file, its items in order. Raises ChannelError, as `file:line: item`, if anything is wrong."""
    return _parsed(path)[0].channel


def load_channels(path: Path) -> list[tuple[Path, Channel]]:
    """The channels of a file, a folder or a run's folder with their files, in the order of sources.

    Raises ChannelError where a file does not load, there is none, or two are about one source.
    """
    loaded = [(file, read_channel(file)) for file in channel_files(path)]
    of: dict[str, Path] = {}
    for file, channel in loaded:
        other = of.setdefault(channel.source, file)
        if other != file:
            raise ChannelError(
                f"与 {other} 说的是同一个来源 {channel.source!r}；只留一个",
                f"is about the same source as {other}, {channel.source!r}; keep one",
                where=str(file),
            )
    return sorted(loaded, key=lambda pair: pair[1].source)


def read_channels(path: Path) -> list[Channel]:
    """The channels of a file, a folder or a run's folder, in the order of sources; errors as of `load_channels`."""
    return [channel for _, channel in load_channels(path)]


def write_channel(path: Path, channel: Channel, *, in_place: bool = False) -> None:
    """Write a channel's file, whole or not at all.

    Where the file is there already the comments of its editor stay: beside their values, above their items, and
    those of items that are gone at the end. With `in_place` its order and header stay, too: for a change of statuses.
    What was written is read again before it takes the file's place.

    Raises ChannelError for what cannot be written (a lone surrogate, an item twice), where the file that is there
    does not load or is about another source, and where nothing can be written there.
    """
    check(channel, str(path))
    target = Path(os.path.realpath(path))
    mark, newline = "", "\n"
    if target.exists():
        old, mark, newline = _parsed(path)
        if old.channel.source != channel.source:
            raise ChannelError(
                f"文件说的是另一个来源 {old.channel.source!r}，不是 {channel.source!r}",
                f"the file is about another source, {old.channel.source!r}, and not {channel.source!r}",
                where=str(path),
            )
        if in_place and old.channel.phrases != channel.phrases:
            raise ChannelError(
                "phrases 变了，不能只改状态", "has other phrases: no change of statuses", where=str(path)
            )
        try:
            text = _with_statuses(old, channel) if in_place else _rewritten(old, channel)
        except ValueError:
            # an editor's file that tomllib reads and tomlkit does not
            text = ""
    else:
        text = channel_toml(channel, __version__)
    said = parse(text, str(path)) if text else None
    if said is None or replace(said.channel, phrases=channel.phrases) != in_order(channel):
        raise ChannelError(
            "不能在保留注释的同时改写；请移走这个文件后再写",
            "cannot be rewritten with its comments kept; move the file away and write again",
            where=str(path),
        )
    beside = phrases_file(target)
    if not channel.phrases:
        with contextlib.suppress(OSError):
            beside.unlink()
    elif not beside.exists() or beside.read_bytes() != channel.phrases:
        _replace(beside, channel.phrases)
    _replace(target, (mark + text.replace("\n", newline)).encode())


def phrases_file(path: Path) -> Path:
    """Where the phrases of a channel file lie: beside it, or beside what it links to."""
    return Path(os.path.realpath(path)).with_suffix(".phrases")


def _with_phrases(parsed: Parsed, path: Path) -> Parsed:
    """A parsed channel with its phrases. Raises ChannelError where these are gone or another channel's."""
    if not parsed.phrases:
        return parsed
    beside = phrases_file(path)
    try:
        channel = replace(parsed.channel, phrases=beside.read_bytes())
    except OSError as e:
        raise ChannelError(
            f"旁边缺少 {beside.name}（{e.strerror}）：把它与信道文件放在一起，或删去 phrases 一行",
            f"{beside.name} is not beside it ({e.strerror}): keep the two together, or take the line phrases out",
            where=str(path),
        ) from e
    if channel.phrases_digest != parsed.phrases:
        raise ChannelError(
            f"旁边的 {beside.name} 属于另一次学习；用同一次写出的两个文件，或删去 phrases 一行",
            f"{beside.name} beside it is of another learning; use the two files of one, or take the line phrases out",
            where=str(path),
        )
    return replace(parsed, channel=channel)


def _replace(target: Path, data: bytes) -> None:
    partial = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(target)
    except OSError as e:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise ChannelError(
            f"不能写入：{e.strerror}", f"cannot be written: {e.strerror}", where=str(target)
        ) from e


def _parsed(path: Path) -> tuple[Parsed, str, str]:
    """A file as read, with its byte order mark, if any, and its line ends: editors on Windows leave such."""
    try:
        raw = path.read_bytes()
        text = raw.decode()
    except OSError as e:
        raise ChannelError(f"读不了：{e.strerror}", f"cannot be read: {e.strerror}", where=str(path)) from e
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(b"\n") + 1
        raise ChannelError("不是 UTF-8 文本", "is not UTF-8 text", where=f"{path}:{line}") from e
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    parsed = parse(text.removeprefix(mark).replace("\r\n", "\n"), str(path))
    return _with_phrases(parsed, path), mark, newline


def _with_statuses(old: Parsed, new: Channel) -> str:
    """The file with other statuses; all else of it stays."""
    by_key = {item.key: item for item in new.items}
    parts = [old.header]
    for item, block in old.tables:
        wanted = by_key.get(item.key, item)
        keys = ["status"] if wanted.status != item.status else []
        body = _set(block.body, item.kind, {k: item_values(wanted)[k] for k in keys})
        parts += [block.lead, body]
    return "".join(parts) + old.tail


def _rewritten(old: Parsed, new: Channel) -> str:
    """The file of a channel that was learned again, with the comments of its editor."""
    header = (
        header_toml(new, __version__)
        if old.header == header_toml(old.channel, old.version)
        else _set(old.header, "", header_values(new, __version__))
    )
    blocks = {item.key: (item, block) for item, block in old.tables}
    items = []
    for item in in_order(new).items:
        if item.key not in blocks:
            items.append((item, "", item_toml(item)))
            continue
        before, block = blocks.pop(item.key)
        values = item_values(item)
        body = (
            item_toml(item)
            if block.body == item_toml(before)
            else _set(block.body, item.kind, {k: values[k] for k in written_keys(item)})
        )
        items.append((item, comments(block.lead), body))
    tail = comments(old.tail)
    for item, block in blocks.values():
        tail += _orphan(item, comments(block.lead), block.body)
    return assembled(header, items, tail)


def _orphan(item: Item, lead: str, body: str) -> str:
    """What an editor wrote about an item that is no longer in the file, as comments; "" where that is nothing."""
    touched = body != item_toml(item)
    if not lead and not touched:
        return ""
    kept = "".join(f"# {line}\n" for line in body.split("\n")[:-1]) if touched else ""
    return f"{lead}# 已不再学到：{escaped(item.name)}\n{kept}"


def _set(text: str, kind: str, values: dict[str, Any]) -> str:
    """A table's text with other values, comments beside them kept; `kind` is "" for the header."""
    import tomlkit

    document = tomlkit.parse(text)
    table: Any = document[kind][0] if kind else document
    changed = {k: v for k, v in values.items() if k not in table or table[k] != v}
    for key, value in changed.items():
        table[key] = tomlkit.value(value_toml(value))
    return document.as_string() if changed else text
