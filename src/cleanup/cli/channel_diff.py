"""`cleanup channel diff`: how sources' machines changed."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cleanup.cli.options import LANG_DEFAULT, LangOption, language
from cleanup.cli.voice import Voice, errors_told, told

if TYPE_CHECKING:
    from cleanup.channel.diff import Change, SourceDiff
    from cleanup.channel.items import Item

HELP = told(
    """比较两次学到的信道：各来源少了、多了哪些条目，哪些比率变了，哪些来源没了、新来了。

    比率只有在两次的区间不重叠时才算变了；区间由各自的计数算出。条目或来源增减、状态改变都算变化。

    例：

    `cleanup channel diff channels-10/ channels-11/`

    `cleanup channel diff reports/old reports/new --exit-code` — 有变化时以 1 退出，供 CI 用
    """,
    """Compare channels: items gone and new for each source, rates that changed, sources gone and new.

    A rate counts as changed only where its two intervals, made from their counts, do not overlap. Items and sources
    that are gone or new, and other statuses, always count.

    Examples:

    `cleanup channel diff channels-10/ channels-11/`

    `cleanup channel diff reports/old reports/new --exit-code` — exit 1 where anything changed, for CI
    """,
)


def diff(
    old: Annotated[
        Path,
        typer.Argument(
            metavar="OLD",
            help=told("旧的信道文件或文件夹。", "The old channel file or folder."),
            show_default=False,
        ),
    ],
    new: Annotated[
        Path,
        typer.Argument(
            metavar="NEW",
            help=told("新的信道文件或文件夹。", "The new channel file or folder."),
            show_default=False,
        ),
    ],
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help=told("有值得注意的变化时以 1 退出。", "Exit 1 where anything notable changed."),
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help=told("输出 JSON。", "Print JSON."))] = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Source by source; those without a notable change are only counted."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.channel.diff import diff_channels
        from cleanup.channel.files import read_channels

        diffs = diff_channels(read_channels(old), read_channels(new))
        notable = [d for d in diffs if d.notable]
        if json:
            result = {"notable": bool(notable), "sources": [d.as_dict() for d in diffs]}
            voice.out.file.write(json_module.dumps(result, ensure_ascii=False, indent=1) + "\n")
        else:
            for d in notable:
                _tell(voice, d)
            rest = len(diffs) - len(notable)
            voice.say(
                f"{len(notable)} 个来源有变化，{rest} 个没有",
                f"{len(notable)} source{'s' * (len(notable) != 1)} changed, {rest} did not",
            )
        if exit_code and notable:
            raise typer.Exit(1)


def _tell(voice: Voice, d: SourceDiff) -> None:
    from cleanup.report.inline import plain

    states = {"new": voice.pick("（新来源）", " (new)"), "gone": voice.pick("（已没有）", " (gone)")}
    voice.out.print(Text(plain(d.source) + states.get(d.state, ""), style="bold"))
    for sign, style, items in (("-", "red", d.gone), ("+", "green", d.new)):
        for item in items:
            voice.out.print(Text(f"  {sign} {plain(item.name)}  {_rate(item)}  {item.status}", style=style))
    for change in d.changed:
        if change.notable:
            voice.out.print(Text(f"  ~ {_changed(change)}", style="yellow"))
    if slight := sum(not c.notable for c in d.changed):
        voice.say(
            f"    另有 {slight} 条的比率变化在误差之内",
            f"    {slight} more rate{'s' * (slight > 1)} moved within what chance allows",
        )


def _changed(change: Change) -> str:
    from cleanup.report.inline import plain

    old, new = change.old, change.new
    status = "" if old.status == new.status else f"  {old.status} → {new.status}"
    return f"{plain(old.name)}  {_rate(old)} → {_rate(new)}{status}"


def _rate(item: Item) -> str:
    from cleanup.channel.rates import rate_interval

    low, high = rate_interval(item)
    return f"{item.rate:.1%} ({low:.1%}–{high:.1%})"
