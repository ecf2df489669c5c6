"""`cleanup revert`: take applied edits of a finished run back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanup.cli.options import LANG_DEFAULT, LangOption, language
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.revert import Taken

HELP = told(
    """把一次运行里已应用的改动原样退回：改写 cleaned、日志、统计和报告。

    同类选项任一符合即可，不同类的须同时符合；至少给出一类。
    退回整个条目时，运行文件夹里的信道也把它否决，下次不再这样改；--keep-channel 不动信道。
    清理后又被改过的文章不会动，逐一列出，并以 2 退出。

    例：

    `cleanup revert reports/dump --item strip:范`

    `cleanup revert reports/dump --rule channel-insertion --source www.greenhouse.example --dry-run`
    """,
    """Take applied edits of a run back exactly: the cleaned files, the log, the counts and the report are written anew.

    Of one kind of option any may fit, of several kinds each must; at least one is needed.
    An item that is taken back as such is rejected in the channels of the run's folder, too, so that the next run does
    not make its edits again; --keep-channel leaves them. Articles that were changed after the run are left as they are
    and named, and the exit code is 2.

    Examples:

    `cleanup revert reports/dump --item strip:范`

    `cleanup revert reports/dump --rule channel-insertion --source www.greenhouse.example --dry-run`
    """,
)
# Names that are listed; the rest is counted.
_LISTED = 20


def revert(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help=told("运行的输出文件夹。", "The output folder of a run."), show_default=False
        ),
    ],
    items: Annotated[
        list[str],
        typer.Option(
            "--item",
            help=told(
                "信道条目，如 strip:范，可重复。", "An item of the channel, as strip:范; may be repeated."
            ),
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    rules: Annotated[
        list[str],
        typer.Option("--rule", help=told("规则，可重复。", "A rule; may be repeated."), show_default=False),
    ] = [],  # noqa: B006
    articles: Annotated[
        list[str],
        typer.Option(
            "--article",
            help=told(
                "文章的编号，或 文件:行，可重复。", "The id of an article, or file:line; may be repeated."
            ),
            show_default=False,
        ),
    ] = [],  # noqa: B006
    sources: Annotated[
        list[str],
        typer.Option(
            "--source", help=told("来源，可重复。", "A source; may be repeated."), show_default=False
        ),
    ] = [],  # noqa: B006
    keep_channel: Annotated[
        bool,
        typer.Option(
            "--keep-channel",
            help=told("不在信道里否决条目。", "Do not reject the items in the run's channels."),
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=told("只说会退回什么。", "Only say what would be taken back."))
    ] = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Parse, take back, tell."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.revert import Wanted
        from cleanup.revert import revert as take_back

        if not (items or rules or articles or sources):
            raise UsageError(
                "请说明退回什么：--item、--rule、--article、--source 至少一个",
                "say what to take back: at least one of --item, --rule, --article, --source",
            )
        wanted = Wanted(frozenset(items), frozenset(rules), frozenset(articles), frozenset(sources))
        taken = take_back(folder, wanted, dry_run=dry_run, keep_channel=keep_channel)
        _tell(voice, taken, folder, dry_run=dry_run, narrowed=bool(items) and not wanted.whole_items)
        if taken.refused:
            raise typer.Exit(2)


def _tell(voice: Voice, taken: Taken, folder: Path, *, dry_run: bool, narrowed: bool) -> None:
    from cleanup.report.inline import plain

    if taken.findings:
        zh, en = ("将退回", "would take back") if dry_run else ("退回了", "took back")
        voice.say(
            f"{zh} {taken.findings} 处改动，涉及 {taken.articles} 篇文章",
            f"{en} {_many(taken.findings, 'edit')} in {_many(taken.articles, 'article')}",
            "bold",
        )
        named = taken.by_item or taken.by_rule
        for name, n in sorted(named.items(), key=lambda kv: (-kv[1], kv[0]))[:_LISTED]:
            voice.say(f"  {plain(name)}  {n}", f"  {plain(name)}  {n}")
        if len(named) > _LISTED:
            voice.say(f"  另有 {len(named) - _LISTED} 个", f"  and {len(named) - _LISTED} more")
        if taken.melted:
            voice.say(
                f"  其中 {taken.melted} 处是几条规则的改动合成的，一并退回",
                f"  {taken.melted} of them were edits of several rules in one, and went as a whole",
            )
    elif not taken.refused:
        voice.say("没有已应用的改动可退回", "there is no applied edit to take back")
    for source, name in taken.rejected:
        zh, en = ("将否决", "would reject") if dry_run else ("已否决", "rejected")
        of_zh, of_en = (f"来源 {plain(source)} 的", f" of {plain(source)}") if source else ("", "")
        voice.say(f"信道：{zh}{of_zh} {plain(name)}", f"channel: {en} {plain(name)}{of_en}")
    if narrowed and taken.findings:
        voice.say(
            "只退回了条目的一部分改动，信道未动",
            "a part of what the items did was meant, so no channel changes",
        )
    for place, article in taken.refused[:_LISTED]:
        voice.warn(
            voice.pick(
                f"{plain(place)} {plain(article)}: 清理后又被改过，与日志不符，没有动",
                f"{plain(place)} {plain(article)}: was changed after the run and is not what its log says; left as it is",
            )
        )
    if len(taken.refused) > _LISTED:
        more = len(taken.refused) - _LISTED
        voice.warn(voice.pick(f"另有 {more} 篇同样没有动", f"{more} more were left for the same reason"))
    if (taken.unfit or taken.refused) and taken.findings and not dry_run:
        n = taken.unfit + len(taken.refused)
        voice.warn(
            voice.pick(
                f"有 {n} 篇与日志不符，diff.patch 和 report.html 里略去",
                f"{_many(n, 'article')} not as the log says: left out of diff.patch and report.html",
            )
        )
    if taken.findings and not dry_run:
        voice.say(f"记录 {folder / 'reverted.jsonl'}", f"record {folder / 'reverted.jsonl'}")


def _many(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"
