"""`cleanup channel`: what sources' machines do, listed, shown, decided on, compared."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cleanup.cli import channel_decide, channel_diff
from cleanup.cli.channel_common import PathArgument, tell_contradictions
from cleanup.cli.options import LANG_DEFAULT, LangOption, choice, language
from cleanup.cli.voice import Voice, errors_told, told

if TYPE_CHECKING:
    from cleanup.channel.items import Channel, Item

app = typer.Typer(
    help=told(
        "信道：各来源的程序对文章做了什么；列出、查看、批准、否决、比较。",
        "Channels: what each source's machine does to its articles; list, show, approve, reject, compare.",
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

LIST_HELP = told(
    """列出信道：每个来源一行，各类与各状态的条目数、样本文章数、摘要。互相矛盾的条目会提醒。

    例：

    `cleanup channel list channels/`

    `cleanup channel list reports/dump` — 一次运行的文件夹
    """,
    """List channels: a line a source, with items by kind and by status, articles of the sample, digest.
    Items that contradict each other are told.

    Examples:

    `cleanup channel list channels/`

    `cleanup channel list reports/dump` — the folder of a run
    """,
)
SHOW_HELP = told(
    """查看信道的条目与证据，最可靠、最常见的在前。

    例：

    `cleanup channel show channels/site-1a2b3c4d5e6f.toml`

    `cleanup channel show channels/ --kind strip --status learned --examples 5`

    `cleanup channel show channels/ --json | jq .items` — 每个来源一行 JSON
    """,
    """Show the items of channels with their evidence, the surest and most frequent first.

    Examples:

    `cleanup channel show channels/site-1a2b3c4d5e6f.toml`

    `cleanup channel show channels/ --kind strip --status learned --examples 5`

    `cleanup channel show channels/ --json | jq .items` — a line of JSON a source
    """,
)


@app.command("list", help=LIST_HELP)
def list_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH…",
            help=told(
                "信道文件、文件夹，或运行的输出文件夹。",
                "Channel files, folders of them, or folders of runs.",
            ),
            show_default=False,
        ),
    ],
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """One line a source; a table on a terminal, tabs in a pipe."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.channel.files import load_channels
        from cleanup.channel.items import ITEM_KINDS, STATUSES, digest_of
        from cleanup.report.inline import plain

        # the prior is no source's
        decided = [s for s in STATUSES if s != "prior"]

        loaded = [pair for path in paths for pair in load_channels(path)]
        rows = []
        for _, c in loaded:
            kinds = [str(sum(i.kind == k for i in c.items)) for k in ITEM_KINDS]
            statuses = [str(sum(i.status == s for i in c.items)) for s in decided]
            rows.append((plain(c.source), *kinds, *statuses, str(c.articles), c.digest))
        heads = (
            voice.pick("来源", "source"),
            *ITEM_KINDS,
            *decided,
            voice.pick("文章", "articles"),
            "digest",
        )
        _print_rows(voice, heads, rows, text_columns=(0, len(heads) - 1))
        if voice.out.is_terminal and len(loaded) > 1:
            voice.say(
                f"{len(loaded)} 个来源，总摘要 {digest_of(c for _, c in loaded)}",
                f"{len(loaded)} sources, digest of all {digest_of(c for _, c in loaded)}",
            )
        tell_contradictions(voice, loaded)


@app.command("show", help=SHOW_HELP)
def show(
    path: PathArgument,
    kind: Annotated[
        str, typer.Option("--kind", help=told("只看一类。", "Only one kind."), show_default=False)
    ] = "",
    status: Annotated[
        str, typer.Option("--status", help=told("只看一种状态。", "Only one status."), show_default=False)
    ] = "",
    examples: Annotated[
        int, typer.Option("--examples", min=0, help=told("每条列几个例子。", "How many examples an item."))
    ] = 2,
    json: Annotated[bool, typer.Option("--json", help=told("输出 JSON。", "Print JSON."))] = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Everything a person needs to decide on an item."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.channel.files import load_channels
        from cleanup.channel.items import ITEM_KINDS, STATUSES

        if kind:
            choice("--kind", kind, ITEM_KINDS)
        if status:
            choice("--status", status, STATUSES)
        loaded = load_channels(path)
        for file, channel in loaded:
            chosen = [
                i
                for i in channel.items
                if (not kind or i.kind == kind) and (not status or i.status == status)
            ]
            if json:
                line = _as_dict(file, channel, chosen, examples)
                voice.out.file.write(json_module.dumps(line, ensure_ascii=False) + "\n")
            else:
                _show(voice, file, channel, chosen, examples)
        tell_contradictions(voice, loaded)


app.command("approve", help=channel_decide.APPROVE_HELP)(channel_decide.approve)
app.command("reject", help=channel_decide.REJECT_HELP)(channel_decide.reject)
app.command("diff", help=channel_diff.HELP)(channel_diff.diff)


def _as_dict(file: Path, channel: Channel, items: Sequence[Item], examples: int) -> dict[str, Any]:
    from cleanup.channel.layout import item_values
    from cleanup.report.inline import plain

    return {
        "source": channel.source,
        "file": plain(str(file)),
        "articles": channel.articles,
        "characters": channel.characters,
        "model": channel.model,
        "digest": channel.digest,
        "notes": list(channel.notes),
        "items": [
            {"name": i.name, "kind": i.kind} | item_values(i) | {"examples": list(i.examples[:examples])}
            for i in items
        ],
    }


def _show(voice: Voice, file: Path, channel: Channel, items: Sequence[Item], examples: int) -> None:
    """A channel as a table on a terminal; in a pipe a line an item, the source in front."""
    from cleanup.channel.notes import in_language
    from cleanup.report.inline import plain

    heads = [
        voice.pick(zh, en)
        for zh, en in (
            ("条目", "item"),
            ("状态", "status"),
            ("比率", "rate"),
            ("下界", "at least"),
            ("找到", "found"),
            ("完好", "surviving"),
            ("文章", "articles"),
            ("上下文", "contexts"),
            ("应有", "expected"),
            ("属实", "sure"),
            ("例子", "examples"),
        )
    ]
    counted = [(plain(i.name), i.status, *_numbers(i)) for i in items]
    shown = [[plain(e) for e in i.examples[:examples]] for i in items]
    if not voice.out.is_terminal:
        rows = [(plain(channel.source), *c, " ".join(e)) for c, e in zip(counted, shown, strict=True)]
        _print_rows(voice, heads, rows, text_columns=())
        return
    voice.out.print(Text(plain(channel.source) or voice.pick("（无来源名）", "(no source)"), style="bold"))
    voice.say(
        f"{plain(str(file))} · {channel.articles} 篇 · {channel.characters} 字 · 摘要 {channel.digest}",
        f"{plain(str(file))} · {channel.articles} articles · {channel.characters} characters · digest {channel.digest}",
    )
    for note in channel.notes:
        voice.warn(plain(in_language(note, voice.lang)))
    if not items:
        voice.say("没有条目", "no items")
        return
    listed = [(*c, "\n".join(e)) for c, e in zip(counted, shown, strict=True)]
    _print_rows(voice, heads, listed, text_columns=(0, 1, 10))


def _numbers(item: Item) -> list[str]:
    """The evidence of an item as shown; what is not known is left blank."""
    from cleanup.channel.rates import rate_interval

    counts = (item.found, item.surviving, item.articles, item.contexts)
    if not any((*counts, item.rate, item.sure)):
        return [""] * 8
    return [
        f"{item.rate:.3f}",
        f"{rate_interval(item)[0]:.3f}",
        *map(str, counts),
        f"{item.expected:.1f}" if item.expected else "",
        f"{item.sure:.3f}",
    ]


def _print_rows(
    voice: Voice, heads: Sequence[str], rows: Iterable[Sequence[str]], text_columns: Sequence[int]
) -> None:
    if not voice.out.is_terminal:
        for row in rows:
            voice.out.file.write("\t".join(row) + "\n")
        return
    table = Table()
    for n, head in enumerate(heads):
        left = n in text_columns
        table.add_column(head, justify="left" if left else "right", no_wrap=not left, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    voice.out.print(table)
