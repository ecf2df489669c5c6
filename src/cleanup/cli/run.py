"""`cleanup run`: clean files and folders into an output folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cleanup.cli.configured import ConfigOption
from cleanup.cli.options import (
    INPUTS,
    LANG_DEFAULT,
    ChannelsOption,
    EncodingOption,
    IdFieldOption,
    JobsOption,
    LangOption,
    LearnOption,
    ModelOption,
    OffOption,
    OverwriteOption,
    PriorOption,
    ProtectedOption,
    QuietOption,
    RulesOption,
    ShippedOption,
    SourceFieldOption,
    StrictOption,
    TextFieldOption,
    TitleFieldOption,
    choice,
    count_or_share,
    known_encoding,
    language,
    share,
    tiers_to_apply,
)
from cleanup.cli.voice import Voice, errors_told, told

HELP = told(
    """清理文章，写出清理后的文章和差异报告。

    默认只应用 auto 档的改动；suggest 档写进报告，由编辑决定。

    单篇、标准输入和不足 10 篇的来源，按各站通行的做法和文章自身来判断；`--no-prior` 则只用规则。

    一个来源有 10 篇以上时，先学它的信道（滤掉、遮住、塞入了什么），写在输出文件夹的 channels/ 里，再用它修复。
    再跑一次，其中的批准与否决照旧有效。

    例：

    `cleanup run article.txt` — 结果在 reports/article

    `cleanup run dump/ more.jsonl --out out` — 文件夹与 JSONL，字段默认为 id、text、source、title

    `cleanup run a.csv --text-field body --apply suggest`

    `cleanup run "day/*.jsonl.gz" s3://bucket/day.parquet --out out` — 输出与输入同格式、同压缩

    `cleanup run pages/ --html-to jsonl` — 网页取正文，带标题、日期、来源，每页一条记录

    `cleanup run dump.jsonl --no-learn` — 不学信道；`--channel channels/` 用现成的

    `cleanup run dump/ --dry-run` — 先估计要多久、占多大；中断了用同一命令接着做

    `cleanup run today.jsonl --after reports/yesterday` — 只清理新文章，用昨天的信道，报告哪些来源变了

    `cat a.txt | cleanup run - > cleaned.txt`
    """,
    """Clean articles; write the cleaned articles and a diff report.

    Only edits of tier auto are made; those of tier suggest go into the report for an editor to decide.

    Single articles, stdin and sources of fewer than 10 articles are judged by what farms do in general and by what each
    article itself shows; with --no-prior by rules alone.

    Where a source has 10 articles or more its channel (what it strips, masks, pushes in) is learned first, written to
    channels/ in the output folder, and repaired by. What is approved and rejected there holds in the next run.

    Examples:

    `cleanup run article.txt` — results in reports/article

    `cleanup run dump/ more.jsonl --out out` — folders and JSONL, fields id, text, source, title

    `cleanup run a.csv --text-field body --apply suggest`

    `cleanup run "day/*.jsonl.gz" s3://bucket/day.parquet --out out` — what is written is of the same format and packing

    `cleanup run pages/ --html-to jsonl` — main content of web pages, a record each with title, date and source

    `cleanup run dump.jsonl --no-learn` — no channels are learned; `--channel channels/` uses those that are there

    `cleanup run dump/ --dry-run` — how long it will take, how much it will write; interrupted, the same command goes on

    `cleanup run today.jsonl --after reports/yesterday` — new articles alone, by yesterday's channels, and which sources changed

    `cat a.txt | cleanup run - > cleaned.txt`
    """,
)


def run(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…",
            help=INPUTS + told("- 为标准输入。", " - is stdin."),
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help=told(
                "输出文件夹，也可是地址（s3://…）；默认 reports/<输入名>。",
                "Output folder, or an address (s3://…); reports/<name of the input> by default.",
            ),
            show_default=False,
        ),
    ] = "",
    apply: Annotated[
        str,
        typer.Option(
            "--apply",
            help=told("应用到哪一档：auto、suggest 或 none。", "Tiers to apply: auto, suggest or none."),
        ),
    ] = "auto",
    rules: RulesOption = [],  # noqa: B006 - typer copies it
    off: OffOption = [],  # noqa: B006
    shipped: ShippedOption = True,
    protected: ProtectedOption = [],  # noqa: B006
    encoding: EncodingOption = "auto",
    format: Annotated[
        str,
        typer.Option(
            "--format",
            help=told(
                "标准输入的格式：txt（默认）、md、jsonl、csv、tsv、parquet 或 html；压缩的写作 jsonl.gz。用 --engine 时为输入的格式。",
                "Format of stdin: txt, the default, md, jsonl, csv, tsv, parquet or html; if it is packed, as in jsonl.gz. "
                "With --engine that of the input.",
            ),
            show_default=False,
        ),
    ] = "",
    html: Annotated[
        bool,
        typer.Option(
            "--html",
            help=told(
                "记录的正文字段是 HTML：取其正文，输出也是取出的正文。",
                "The text field of records is HTML: its main content is extracted, and is what is written.",
            ),
        ),
    ] = False,
    html_to: Annotated[
        str,
        typer.Option(
            "--html-to",
            help=told(
                "网页写成什么：txt 只写正文，jsonl 带标题、日期、来源。",
                "What pages are written as: txt, the text alone, or jsonl, with title, date and source.",
            ),
        ),
    ] = "txt",
    id_field: IdFieldOption = "id",
    text_field: TextFieldOption = "text",
    source_field: SourceFieldOption = "source",
    title_field: TitleFieldOption = "title",
    patch: Annotated[
        bool | None,
        typer.Option(
            "--patch/--no-patch",
            help=told(
                "写 diff.patch；默认一万篇以内写。", "Write diff.patch; by default up to 10,000 articles."
            ),
            show_default=False,
        ),
    ] = None,
    csv: Annotated[
        bool | None,
        typer.Option(
            "--csv/--no-csv",
            help=told(
                "写 findings.csv；默认一万篇以内写。", "Write findings.csv; by default up to 10,000 articles."
            ),
            show_default=False,
        ),
    ] = None,
    recurrence: Annotated[
        bool,
        typer.Option(
            "--recurrence/--no-recurrence",
            help=told(
                "先数各来源里重复出现的行，用来辨认页面内容；标准输入从不数。",
                "Count the lines that recur over each source first, as evidence of page furniture; stdin never.",
            ),
        ),
    ] = True,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            help=told(
                "在哪里跑：local（本机）、ray 或 spark；见 docs/scale.md。",
                "Where to run: local (this machine), ray or spark; see docs/scale.md.",
            ),
        ),
    ] = "local",
    jobs: JobsOption = 0,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            min=1,
            help=told("只读前 N 条，用来试一试。", "Read the first N records only, for a trial."),
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        str,
        typer.Option(
            "--sample",
            metavar="SHARE",
            help=told(
                "只清理这么多，如 1%：由文章内容选定，每次相同；信道仍从全部输入学。",
                "Clean such a share, as 1%, chosen by the texts alone, so the same each time; channels are learned from all.",
            ),
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=told("只估计时间和磁盘，什么都不写。", "Estimate time and disk; write nothing."),
        ),
    ] = False,
    cleaned_only: Annotated[
        bool,
        typer.Option(
            "--cleaned-only",
            help=told(
                "只写清理后的文章、拒收和总数，不写逐处的发现和报告。",
                "Write the cleaned articles, rejects and counts alone: no findings, no report.",
            ),
        ),
    ] = False,
    max_rejects: Annotated[
        str,
        typer.Option(
            "--max-rejects",
            metavar="N|SHARE",
            help=told(
                "拒收超过 N 条（或如 5%）就停下，以 2 退出。",
                "Stop with exit 2 beyond N rejects, or beyond a share, as 5%.",
            ),
            show_default=False,
        ),
    ] = "",
    checkpoint: Annotated[
        float,
        typer.Option(
            "--checkpoint",
            metavar="SECONDS",
            min=0,
            help=told(
                "隔几秒记一次进度；断电或被杀时最多丢这么多。",
                "Seconds between two checkpoints: what a kill costs at most.",
            ),
        ),
    ] = 5.0,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help=told(
                "从头开始，不接着上次中断的做，做完的也重做。",
                "Begin anew: go on with nothing that was interrupted, and do again what is finished.",
            ),
        ),
    ] = False,
    after: Annotated[
        Path | None,
        typer.Option(
            "--after",
            metavar="RUN",
            help=told(
                "接着前一次运行：它读过的文章不再写出，用它的信道，并报告哪些来源变了。",
                "Come after a finished run: leave out the articles it knew, use its channels, tell which sources changed.",
            ),
            show_default=False,
        ),
    ] = None,
    drift: Annotated[
        str,
        typer.Option(
            "--drift",
            help=told(
                "怎样看来源的变化：auto 只在有迹象时学今天的文章，full 都学，off 不看。",
                "How sources are watched: auto learns from today's articles where signs hint at a change, full always; off.",
            ),
        ),
    ] = "auto",
    learn: LearnOption = True,
    channel: ChannelsOption = [],  # noqa: B006
    prior: PriorOption = True,
    model: ModelOption = None,
    overwrite: OverwriteOption = False,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    config: ConfigOption = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Parse, run, tell."""
    voice = Voice("zh", quiet=quiet)
    with errors_told(voice):
        voice.lang = language(lang)
        tiers = tiers_to_apply(apply)
        options = {
            "rules": [str(p) for p in rules],
            "off": sorted(off),
            "shipped": shipped,
            "protected": [str(p) for p in protected],
            "apply": tiers,
            "encoding": known_encoding(encoding),
            "fields": [id_field, text_field, source_field, title_field],
            "html": html,
            "html_to": choice("--html-to", html_to, ("txt", "jsonl")),
            "lang": voice.lang,
            "recurrence": recurrence and "-" not in inputs,
            "learn": learn and "-" not in inputs,
            "channels": [str(p.resolve()) for p in channel],
            "prior": prior,
            "model": "" if model is None else str(model.resolve()),
        }
        drift = choice("--drift", drift, ("auto", "full", "off"))
        if after is not None:
            options |= {"learn": False, "after": str(after.resolve()), "drift": drift}
        flags = {
            "patch": patch,
            "csv": csv,
            "overwrite": overwrite,
            "jobs": jobs,
            "limit": limit,
            "sample": share("--sample", sample) if sample else 1.0,
            "cleaned_only": cleaned_only,
            "max_rejects": count_or_share("--max-rejects", max_rejects) if max_rejects else None,
            "fresh": fresh,
            "every": checkpoint,
        }
        from cleanup.cli.run_engine import ENGINES, run_on
        from cleanup.cli.run_job import Job

        job = Job(inputs, out, options, flags, voice)
        if choice("--engine", engine, ENGINES) != "local":
            code = run_on(engine, job, format, dry_run=dry_run, strict=strict)
        elif "-" in inputs:
            code = job.stdin(format or "txt")
        elif dry_run:
            code = job.estimate()
        else:
            code = job.run(strict=strict)
        if code:
            raise typer.Exit(code)
