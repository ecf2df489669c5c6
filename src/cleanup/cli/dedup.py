"""`cleanup dedup`: near-identical articles of a dump."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cleanup.cli.options import (
    INPUTS,
    LANG_DEFAULT,
    EncodingOption,
    IdFieldOption,
    LangOption,
    OverwriteOption,
    QuietOption,
    SourceFieldOption,
    StrictOption,
    TextFieldOption,
    TitleFieldOption,
    known_encoding,
    language,
)
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.cli.watching import watching
from cleanup.errors import UsageError

HELP = told(
    """找出几乎相同的文章：同一篇被转载、改写、换了页面的。

    比较的是正文：页面残留、空格、标点、全半角都不算。每组保留正文最长的一篇；一样长的，保留页面残留最少的一篇。

    写出 groups.jsonl：每组一行，列出成员、相似度、保留哪一篇。加 --write 另写出去重后的副本（kept/），原字节不变。

    例：

    `cleanup dedup dump.jsonl --out dups`

    `cleanup dedup pages/ more.jsonl --out dups --write`

    `cleanup dedup dump.jsonl --out dups --threshold 0.6` — 改写较多的也算
    """,
    """Find articles that are nearly the same: reposted, reworded, or in another page.

    Bodies are compared: page furniture, spaces, punctuation and width count for nothing. Of a group the article
    with the longest body is kept; of equally long ones, the one with the least furniture.

    Writes groups.jsonl: a line a group, with its members, their similarity, and which to keep. With --write also a
    copy of the input without the others (kept/), its bytes as they were.

    Examples:

    `cleanup dedup dump.jsonl --out dups`

    `cleanup dedup pages/ more.jsonl --out dups --write`

    `cleanup dedup dump.jsonl --out dups --threshold 0.6` — those reworded more, too
    """,
)


def dedup(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT…", help=INPUTS),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help=told("输出文件夹。", "Output folder."))],
    threshold: Annotated[
        float,
        typer.Option(
            "--threshold",
            help=told(
                "相似度从多少起算作一组，0 到 1。",
                "Similarity from which articles are of one group, 0 to 1.",
            ),
        ),
    ] = 0.7,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help=told("写出去重后的副本。", "Write a copy of the input without the duplicates.")
        ),
    ] = False,
    encoding: EncodingOption = "auto",
    html: Annotated[
        bool,
        typer.Option("--html", help=told("记录的正文字段是 HTML。", "The text field of records is HTML.")),
    ] = False,
    id_field: IdFieldOption = "id",
    text_field: TextFieldOption = "text",
    source_field: SourceFieldOption = "source",
    title_field: TitleFieldOption = "title",
    overwrite: OverwriteOption = False,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Parse, find, tell."""
    voice = Voice("zh", quiet=quiet)
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.dumps.walk import as_told

        if not 0 < threshold <= 1:
            raise UsageError(
                f"--threshold 要在 0 和 1 之间，不是 {threshold}",
                f"--threshold is above 0 and at most 1, not {threshold}",
            )
        command = {
            "dedup": True,
            "inputs": [as_told(named) for named in inputs],
            "threshold": threshold,
            "write": write,
            "encoding": known_encoding(encoding),
            "html": html,
            "fields": [id_field, text_field, source_field, title_field],
        }
        result = _dedup(inputs, out, command, overwrite, voice)
        if result.interrupted:
            voice.warn(voice.pick("已中断；没有写出结果", "interrupted; no result was written"))
            raise typer.Exit(130)
        if not quiet:
            _told(result, out, write, voice)
        nothing = result.read == result.rejected
        if nothing:
            voice.warn(voice.pick("没有一篇文章能读", "no article could be read"))
        if nothing or (strict and result.rejected):
            raise typer.Exit(2)


def _dedup(inputs: list[str], out: Path, command: dict[str, Any], overwrite: bool, voice: Voice) -> Any:
    from cleanup.dedup.compare import Printer
    from cleanup.dedup.dump import Options
    from cleanup.dedup.dump import dedup as find
    from cleanup.dumps.record import Fields
    from cleanup.verify import load_verified

    fields = replace(Fields(*command["fields"]), html=command["html"])
    options = Options(fields, command["encoding"], command["threshold"], command["write"], overwrite)
    printer = Printer(load_verified())
    with watching(voice, "查重", "comparing") as watch:
        return find(inputs, out, printer, command, options, watch, voice.lang)


def _told(result: Any, out: Path, write: bool, voice: Voice) -> None:
    """What was found and where it lies, in a few lines."""
    n = result.dropped
    voice.say(
        f"读取 {result.read} 篇（拒收 {result.rejected}）：{result.groups} 组，可去掉 {sum(n.values())} 篇",
        f"read {result.read} articles ({result.rejected} rejected): {result.groups} groups, {sum(n.values())} to drop",
        "bold",
    )
    voice.say(
        f"  全同 {n['exact']}，正文相同 {n['body']}，近似 {n['near']}",
        f"  the same {n['exact']}, the same body {n['body']}, near {n['near']}",
    )
    voice.say(f"分组 {out / 'groups.jsonl'}", f"groups {out / 'groups.jsonl'}")
    if write:
        voice.say(f"副本 {out / 'kept'}", f"copy {out / 'kept'}")
