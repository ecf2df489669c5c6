"""`cleanup lm`: build a term-frequency model, and tell what is in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from cleanup.cli import lm_ask
from cleanup.cli.options import LANG_DEFAULT, LangOption, language
from cleanup.cli.voice import Voice, errors_told, told

app = typer.Typer(
    help=told(
        "词频模型：从语料生成，查看内容，提问。", "Term-frequency models: build one, look into one, ask it."
    ),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

BUILD_HELP = told(
    """从语料统计字的 n 元组（至五元）与词，写成一个模型文件。

    语料是 UTF-8 的 txt 或 jsonl，可用 .xz .gz .bz2 .zst 压缩；文件夹则取其中所有语料。
    同样的语料与配方得到逐字节相同的文件；中断或磁盘写满时，原来的文件不动。

    例：

    `cleanup lm build corpora/ -o my.lm` — 64 MB 的模型

    `cleanup lm build news.jsonl.zst books.txt --text-field body --budget 16 -o small.lm`

    `cleanup lm build corpora/ --recipe recipe.toml --exclude 'news*' -o without-news.lm`
    """,
    """Count character n-grams (up to order 5) and words of corpora into one model file.

    Corpora are UTF-8 txt or jsonl, plain or packed as .xz, .gz, .bz2, .zst; a folder stands for all corpora in it.
    The same corpora and recipe give the same bytes; an interrupt or a full disk leaves the old file as it was.

    Examples:

    `cleanup lm build corpora/ -o my.lm` — a model of 64 MB

    `cleanup lm build news.jsonl.zst books.txt --text-field body --budget 16 -o small.lm`

    `cleanup lm build corpora/ --recipe recipe.toml --exclude 'news*' -o without-news.lm`
    """,
)
INFO_HELP = told(
    """查看模型文件：语料、大小、各阶条目数、折扣、留出文本上的困惑度。

    例：

    `cleanup lm info` — 随附的模型

    `cleanup lm info my.lm --verify --json`
    """,
    """What is in a model file: corpora, sizes, orders, discounts, perplexity on held-out text.

    Examples:

    `cleanup lm info` — the model that ships

    `cleanup lm info my.lm --verify --json`
    """,
)

_STEPS = {
    "read": ("读语料", "reading"),
    "symbols": ("数字符", "counting symbols"),
    "count": ("数 n 元组", "counting n-grams"),
    "merge": ("归并", "merging"),
    "estimate": ("估计概率", "estimating"),
    "words": ("切词", "segmenting words"),
    "stand-ins": ("找替身词", "finding stand-ins"),
    "prune": ("剪枝", "pruning"),
    "pack": ("打包", "packing"),
    "write": ("写文件", "writing"),
}


@app.command("build", help=BUILD_HELP)
def build(
    corpora: Annotated[
        list[Path],
        typer.Argument(
            metavar="CORPUS…", help=told("语料文件或文件夹。", "Corpus files or folders."), show_default=False
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help=told("模型文件。", "The model file."), show_default=False),
    ],
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe",
            help=told(
                "配方：各语料的权重与大小预算，TOML。", "Recipe: weights of corpora and the budget, TOML."
            ),
        ),
    ] = None,
    exclude: Annotated[
        list[str],
        typer.Option(
            "--exclude",
            metavar="NAME",
            help=told(
                "不数这个语料（文件名去掉后缀，可用 * ?），可重复。",
                "A corpus not to count: its file name without suffixes, or a pattern with * and ?; may be repeated.",
            ),
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            metavar="MB",
            min=0,
            help=told(
                "文件至多多少 MB（10^6 字节），0 为不剪枝；默认依配方，再默认 64。",
                "The file's size at most, in MB (10^6 bytes), 0 for no pruning; from the recipe by default, else 64.",
            ),
            show_default=False,
        ),
    ] = None,
    text_field: Annotated[
        str, typer.Option("--text-field", help=told("jsonl 的文本字段。", "The text field of jsonl."))
    ] = "text",
    work: Annotated[
        Path | None,
        typer.Option(
            "--work",
            help=told(
                "中间文件放这里，并留下切词结果供下次用；默认用临时文件夹。",
                "Folder for intermediate files; word counts stay in it for the next build. A temporary one by default.",
            ),
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            min=0,
            help=told("切词的进程数，0 为每核一个。", "Processes that segment words; 0 is one a core."),
        ),
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=told("不报进度。", "No progress."))] = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Count, estimate, prune, pack, write."""
    voice = Voice("zh", quiet=quiet)
    with errors_told(voice):
        voice.lang = language(lang)
        from dataclasses import replace

        from cleanup.errors import UsageError
        from cleanup.lm import build as building
        from cleanup.lm import recipe as recipes
        from cleanup.lm.model import Model

        chosen = recipes.load(recipe) if recipe is not None else recipes.Recipe()
        if budget is not None:
            chosen = replace(chosen, budget_mb=budget)
        gathered = recipes.gather(corpora, chosen, exclude)
        if output.is_dir():
            raise UsageError(
                "-o 要一个文件名，这是文件夹", "-o wants a file name, this is a folder", where=str(output)
            )
        unused = sorted(set(chosen.corpora) - {c.name for c in recipes.gather(corpora, chosen, [])})
        for name in unused:
            voice.warn(
                voice.pick(
                    f"配方里的语料 {name} 不在输入中", f"the recipe's corpus {name} is not among the inputs"
                )
            )
        with _progress(voice) as tell:
            building.build(
                gathered,
                chosen,
                {output: chosen.budget_mb},
                text_field=text_field,
                work=work,
                workers=jobs,
                progress=tell,
            )
        model = Model.open(output)
        size = output.stat().st_size / 1e6
        characters = sum(c["characters"] for c in model.meta["corpora"])
        bits = model.meta["held_out"]["bits_per_character"]
        held = "–" if bits is None else f"{bits:.3f}"
        voice.say(
            f"已写入 {output}：{size:.1f} MB，数了 {characters:,} 个字符，留出文本每字 {held} 比特",
            f"wrote {output}: {size:.1f} MB from {characters:,} characters, {held} bits a character on held-out text",
        )


@app.command("info", help=INFO_HELP)
def info(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help=told("模型文件；默认是随附的。", "A model file; by default the one that ships."),
            show_default=False,
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help=told("读全文件，核对校验和。", "Read all of it and compare checksums.")
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help=told("输出 JSON。", "Print JSON."))] = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """What the header says, and with --verify whether the rest is whole."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.lm import SHIPPED
        from cleanup.lm.model import Model

        model = Model.open(file or SHIPPED)
        if verify:
            model.file.verify()
        sections = {name: int(a.nbytes) for name, a in model.file.arrays.items()}
        size = model.file.path.stat().st_size
        if json:
            import json as json_module

            about = {"file": str(model.file.path), "size": size, "digest": model.digest, "verified": verify}
            voice.out.file.write(
                json_module.dumps({**about, **model.meta, "sections": sections}, ensure_ascii=False) + "\n"
            )
            return
        _describe(voice, model, size, sections, verify)


def _describe(voice: Voice, model: Any, size: int, sections: dict[str, int], verified: bool) -> None:
    """The header as text: facts, then the orders, then the corpora."""
    from rich.table import Table

    if not voice.out.is_terminal:
        voice.out.width = 160  # a pipe has no edge to fold tables at
    meta = model.meta
    held = meta["held_out"]
    facts = [
        ("文件", "file", str(model.file.path)),
        ("大小", "size", f"{size / 1e6:.1f} MB"),
        (
            "摘要",
            "digest",
            model.digest + (voice.pick("，校验和相符", ", checksums match") if verified else ""),
        ),
        ("生成者", "built with", meta["built_with"]),
        ("符号", "symbols", f"{meta['symbols']:,}"),
        ("词", "words", f"{meta['words']:,}"),
        (
            "留出文本",
            "held out",
            f"{held['characters']:,} "
            + voice.pick(
                f"字，每字 {held['bits_per_character']} 比特，困惑度 {held['perplexity']}",
                f"characters, {held['bits_per_character']} bits each, perplexity {held['perplexity']}",
            ),
        ),
    ]
    grid = Table.grid(padding=(0, 2))
    for zh, en, value in facts:
        grid.add_row(voice.pick(zh, en), value)
    voice.out.print(grid, markup=False)
    head = voice.pick("阶 数到 留下 MB 折扣1 折扣2 折扣3+", "order counted kept MB D1 D2 D3+").split()
    orders = Table(*head, box=None, pad_edge=False)
    for n in range(1, 6):
        names = {1: ("unigram.",), 2: ("bigram.",)}.get(n, (f"{n}.slots",))
        size_mb = sum(b for name, b in sections.items() if name.startswith(names)) / 1e6
        discounts = meta["discounts"].get(str(n), [])
        orders.add_row(
            str(n),
            f"{meta['counted'][str(n)]:,}",
            f"{meta['kept'].get(str(n), meta['symbols']):,}",
            f"{size_mb:.1f}",
            *(f"{d:.3f}" for d in discounts),
        )
    voice.out.print(orders)
    head = voice.pick(
        "语料 字符 权重 留出比特 许可 来源", "corpus characters weight held-out-bits licence source"
    ).split()
    corpora = Table(*head, box=None, pad_edge=False)
    for c in meta["corpora"]:
        bits = held["by_corpus"].get(c["name"])
        corpora.add_row(
            c["name"],
            f"{c['characters']:,}",
            f"{c['weight']:g}",
            "–" if bits is None else f"{bits:.3f}",
            c.get("licence", "–"),
            c.get("source", "–"),
        )
    voice.out.print(corpora)


@contextmanager
def _progress(voice: Voice) -> Iterator[Any]:
    """A bar for each step on a terminal; a line for each step elsewhere, unless quiet."""
    if not voice.on_terminal:
        last = [""]

        def line(what: str, share: float) -> None:
            if what != last[0] and not voice.quiet:
                last[0] = what
                voice.err.print(voice.pick(*_STEPS[what]) + " …", markup=False)

        yield line
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=voice.err, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        step = [""]

        def show(what: str, share: float) -> None:
            if what != step[0]:
                step[0] = what
                bar.reset(task, total=1.0, description=voice.pick(*_STEPS[what]))
            bar.update(task, completed=share)

        yield show


app.command("score", help=lm_ask.SCORE_HELP)(lm_ask.score)
app.command("fill", help=lm_ask.FILL_HELP)(lm_ask.fill)
