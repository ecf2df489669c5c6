"""Channels in `cleanup run`: those that are given, and what is told of those that were used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cleanup.cli.channel_common import tell_contradictions
from cleanup.cli.voice import Voice
from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.batch import Used
    from cleanup.channel.items import Channel


def given_channels(paths: Sequence[Path], out: Path) -> list[tuple[Path, Channel]]:
    """The channels of some files and folders, with their files.

    Raises ChannelError where one does not load, UsageError where two are of one source, or where they lie in the
    output folder, which a run empties.
    """
    for path in paths:
        if out.resolve() in (path.resolve(), *path.resolve().parents):
            raise UsageError(
                "信道在输出文件夹里面，会被这次运行清掉；请先复制出来，或用 --out 另指一个",
                "the channels lie inside the output folder, which a run empties; copy them out, or name another "
                "with --out",
                where=str(path),
            )
    return distinct_channels(paths)


def distinct_channels(paths: Sequence[Path]) -> list[tuple[Path, Channel]]:
    """The channels of some files and folders, with their files, each once.

    Raises ChannelError where one does not load, UsageError where two are of one source.
    """
    from cleanup.channel.files import load_channels

    loaded: list[tuple[Path, Channel]] = []
    of: dict[str, Path] = {}
    for path in paths:
        for file, channel in load_channels(path):
            other = of.setdefault(channel.source, file)
            if other.resolve() != file.resolve():
                raise UsageError(
                    f"与 {other} 说的是同一个来源 {channel.source!r}；只给一个",
                    f"is about the same source as {other}, {channel.source!r}; give one of them",
                    where=str(file),
                )
            if other is file:
                loaded.append((file, channel))
    return loaded


def tell_channels(voice: Voice, used: Used, out: Path, *, after: bool = False) -> None:
    """Which channels were learned, where they lie, what to do with them; and which of those given were of no use."""
    from cleanup.channel.files import FOLDER, channel_file_name
    from cleanup.learn.dump import SEVERAL, tells
    from cleanup.report.inline import plain

    # after another run channels of all its sources come along, whatever there is today
    for channel in () if after else used.not_met:
        name = plain(channel.source)
        voice.warn(
            voice.pick(
                f"输入里没有来源 {name}，它的信道没有用上",
                f"no article is of {name}, its channel was not used",
            )
        )
    if used.given:
        items = sum(len(c.items) for c in used.given)
        voice.say(
            f"信道（{'前一次' if after else '给定'}）：{len(used.given)} 个来源，{items} 条",
            f"channels {'of the run before' if after else 'given'}: {_of(len(used.given), 'source')}, {_of(items, 'item')}",
        )
    told = [c for c in used.learned if tells(c)]
    if used.learned and not told:
        voice.say(
            "信道：每个来源的文章都太少（不足 10 篇），没有学",
            "channels: every source has too few articles (fewer than 10), none was learned",
        )
    if not told:
        return
    folder = out / FOLDER
    items = sum(len(c.items) for c in told)
    few = len(used.learned) - len(told)
    voice.say(
        f"信道：{len(told)} 个来源，{items} 条"
        + (f"；另有 {few} 个来源文章太少" if few else "")
        + f"，在 {folder}",
        f"channels: {_of(len(told), 'source')}, {_of(items, 'item')}"
        + (f"; {_of(few, 'more source')} with too few articles" if few else "")
        + f", in {folder}",
    )
    for channel in told:
        if any(n.startswith(SEVERAL) for n in channel.notes):
            name = plain(channel.source)
            voice.warn(
                voice.pick(
                    f"{name} 像是混在一起的几个来源，学到的不可靠；请用来源字段或文件夹分开，再学一次",
                    f"{name} looks like several sources in one, and what was learned of it cannot be relied on; "
                    "tell them apart by a source field or by folders, and learn again",
                )
            )
    tell_contradictions(voice, [(folder / channel_file_name(c.source), c) for c in told])
    if items:
        voice.say(
            f"  查看 cleanup channel show {folder}，批准或否决后再跑一次",
            f"  see them with cleanup channel show {folder}; approve or reject, and run again",
        )


def _of(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
