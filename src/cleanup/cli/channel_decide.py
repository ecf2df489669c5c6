"""`cleanup channel approve` and `reject`: what an editor decides about items."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cleanup.cli.channel_common import PathArgument, tell_contradictions
from cleanup.cli.options import LANG_DEFAULT, LangOption, choice, language
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.channel.items import Item, Status

APPROVE_HELP = told(
    """批准条目：以后处处照此修复。

    条目按名字指定，名字由 `cleanup channel show` 列出：strip:范、swap:最→更（也可写 `最->更`）、insert:after-de:招聘；不会混淆时可只写文字。
    也可用 --all、--kind、--sure、--below 一次选多条，这时只动尚未决定的。有一个名字不认识就什么也不写。

    例：

    `cleanup channel approve channels/site-1a2b3c4d5e6f.toml strip:范 段 "swap:最->更"`

    `cleanup channel approve channels/ --kind strip --sure 0.95`
    """,
    """Approve items: they repair everywhere from now on.

    Items go by name, as `cleanup channel show` lists them: strip:范, swap:最→更 (or `最->更`), insert:after-de:招聘;
    by their bare text where that names one item. --all, --kind, --sure and --below choose many at once, of those
    not decided yet. With one unknown name nothing is written.

    Examples:

    `cleanup channel approve channels/site-1a2b3c4d5e6f.toml strip:范 段 "swap:最->更"`

    `cleanup channel approve channels/ --kind strip --sure 0.95`
    """,
)
REJECT_HELP = told(
    """否决条目：不再使用，再次学习时也不会回来。条目的指定方式与 `cleanup channel approve` 相同。

    例：

    `cleanup channel reject channels/site-1a2b3c4d5e6f.toml insert:after-de:服务`

    `cleanup channel reject channels/ --kind spin --below 0.5`
    """,
    """Reject items: they are not used, and stay so when the source is learned again. Items are named as in
    `cleanup channel approve`.

    Examples:

    `cleanup channel reject channels/site-1a2b3c4d5e6f.toml insert:after-de:服务`

    `cleanup channel reject channels/ --kind spin --below 0.5`
    """,
)

ItemsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="ITEM…", help=told("条目的名字。", "Names of items."), show_default=False),
]
AllOption = Annotated[
    bool, typer.Option("--all", help=told("所有尚未决定的条目。", "All items that are not decided yet."))
]
KindOption = Annotated[
    str,
    typer.Option(
        "--kind", help=told("这一类中尚未决定的。", "Undecided ones of this kind."), show_default=False
    ),
]
SureOption = Annotated[
    float | None,
    typer.Option(
        "--sure",
        min=0,
        max=1,
        help=told("属实的概率至少为此、尚未决定的。", "Undecided ones at least this sure."),
        show_default=False,
    ),
]
BelowOption = Annotated[
    float | None,
    typer.Option(
        "--below",
        min=0,
        max=1,
        help=told("属实的概率低于此、尚未决定的。", "Undecided ones less sure than this."),
        show_default=False,
    ),
]


def approve(
    path: PathArgument,
    items: ItemsArgument = None,
    all_: AllOption = False,
    kind: KindOption = "",
    sure: SureOption = None,
    below: BelowOption = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """They repair everywhere from now on."""
    _decide(path, items or [], "approved", all_, kind, sure, below, lang)


def reject(
    path: PathArgument,
    items: ItemsArgument = None,
    all_: AllOption = False,
    kind: KindOption = "",
    sure: SureOption = None,
    below: BelowOption = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """They stay silenced."""
    _decide(path, items or [], "rejected", all_, kind, sure, below, lang)


def _decide(
    path: Path,
    names: Sequence[str],
    status: Status,
    all_: bool,
    kind: str,
    sure: float | None,
    below: float | None,
    lang: str,
) -> None:
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.channel.decisions import decide, named
        from cleanup.channel.files import load_channels, write_channel
        from cleanup.channel.items import ITEM_KINDS

        if kind:
            choice("--kind", kind, ITEM_KINDS)
        many = all_ or bool(kind) or sure is not None or below is not None
        if many == bool(names):
            raise UsageError(
                "或写出条目的名字，或用 --all、--kind、--sure、--below 选；二者取一",
                "name items, or choose them with --all, --kind, --sure or --below; one of the two",
            )

        def chosen(item: Item) -> bool:
            return (
                item.status == "learned"
                and (not kind or item.kind == kind)
                and (sure is None or item.sure >= sure)
                and (below is None or item.sure < below)
            )

        loaded = load_channels(path)
        keys = named((c for _, c in loaded), names)
        total = same = sources = 0
        decided = []
        for file, channel in loaded:
            own = {i.key for i in channel.items if (chosen(i) if many else i.key in keys)}
            after, changed = decide(channel, own, status)
            decided.append((file, after))
            same += len(own) - len(changed)
            if not changed:
                continue
            write_channel(file, after, in_place=True)
            total += len(changed)
            sources += 1
            _tell(voice, file, changed, status)
        _tell_total(voice, total, sources, same, status)
        tell_contradictions(voice, decided)


def _tell(voice: Voice, file: Path, changed: Sequence[Item], status: Status) -> None:
    from cleanup.report.inline import plain

    voice.out.print(Text(plain(str(file)), style="bold"))
    for item in changed:
        voice.out.print(Text(f"  {plain(item.name)}  {item.status} → {status}"))


def _tell_total(voice: Voice, total: int, sources: int, same: int, status: Status) -> None:
    zh, en = ("批准", "approved") if status == "approved" else ("否决", "rejected")
    already_zh, already_en = (f"，{same} 条原已如此", f"; {same} were so already") if same else ("", "")
    if total:
        voice.say(
            f"{zh}了 {total} 条，涉及 {sources} 个来源{already_zh}",
            f"{en} {total} item{'s' * (total > 1)} of {sources} source{'s' * (sources > 1)}{already_en}",
        )
    else:
        none_zh, none_en = (
            (already_zh, already_en) if same else ("：没有这样的条目", ": there is no such item")
        )
        voice.say(f"没有改动{none_zh}", f"nothing changed{none_en}")
