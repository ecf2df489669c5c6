"""Options that several commands share, spelled once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, get_args

import typer

from cleanup.cli.configured import with_channels, with_off, with_protected, with_rules
from cleanup.cli.voice import Lang, start_lang, told
from cleanup.data import Apply
from cleanup.errors import ModelError, UsageError

if TYPE_CHECKING:
    from cleanup.lm.model import Model
    from cleanup.protect import Terms

INPUTS = told(
    "文件、文件夹、加引号的通配符或地址（s3://…）；txt、md、html、jsonl、csv、tsv、parquet，也可带 .gz .zst .xz .bz2。",
    "Files, folders, quoted patterns or addresses (s3://…) of txt, md, html, jsonl, csv, tsv or parquet, "
    "plain or with .gz .zst .xz .bz2.",
)
LangOption = Annotated[
    str,
    typer.Option(
        "--lang",
        envvar="CLEANUP_LANG",
        help=told("消息与报告的语言：zh 或 en。", "Language of messages and reports: zh or en."),
    ),
]
RulesOption = Annotated[
    list[Path],
    typer.Option(
        "--rules",
        callback=with_rules,
        help=told("另加的规则文件或文件夹，可重复。", "More rule files or folders; may be repeated."),
        show_default=False,
    ),
]
OffOption = Annotated[
    list[str],
    typer.Option(
        "--off",
        metavar="RULE",
        callback=with_off,
        help=told("停用某条规则，可重复。", "A rule not to use; may be repeated."),
        show_default=False,
    ),
]
ProtectedOption = Annotated[
    list[Path],
    typer.Option(
        "--protected",
        metavar="FILE",
        callback=with_protected,
        help=told(
            "保护词表，每行一个词（可写“左-,词,-右”），可重复；这些词不改。",
            "Protected terms, one a line (or left-,term,-right), which stay as they are; may be repeated.",
        ),
        show_default=False,
    ),
]
ShippedOption = Annotated[
    bool,
    typer.Option(
        "--shipped/--no-shipped", help=told("是否使用随附的规则。", "Whether to use the rules that ship.")
    ),
]
EncodingOption = Annotated[
    str,
    typer.Option(
        "--encoding",
        help=told(
            "没有 BOM 的输入的编码；auto 由内容判断(UTF-8、GB18030、Big5、UTF-16)。",
            "Encoding of input without a byte order mark; auto tells UTF-8, GB18030, Big5 and UTF-16 by their content.",
        ),
    ),
]

IdFieldOption = Annotated[str, typer.Option(help=told("记录的编号字段。", "Field that holds a record's id."))]
TextFieldOption = Annotated[
    str, typer.Option(help=told("记录的正文字段。", "Field that holds a record's text."))
]
SourceFieldOption = Annotated[
    str, typer.Option(help=told("记录的来源字段。", "Field that holds a record's source."))
]
TitleFieldOption = Annotated[
    str, typer.Option(help=told("记录的标题字段。", "Field that holds a record's title."))
]

LearnOption = Annotated[
    bool,
    typer.Option(
        "--learn/--no-learn",
        help=told(
            "先学各来源的信道，再用它修复；标准输入从不学。",
            "Learn the channel of each source first, and repair by it; stdin never.",
        ),
    ),
]
ChannelsOption = Annotated[
    list[Path],
    typer.Option(
        "--channel",
        metavar="PATH",
        callback=with_channels,
        help=told(
            "现成的信道文件或文件夹，可重复；其中的来源不再学。",
            "Channel files or folders to use as they are; their sources are not learned. May be repeated.",
        ),
        show_default=False,
    ),
]
PriorOption = Annotated[
    bool,
    typer.Option(
        "--prior/--no-prior",
        help=told(
            "来源没有信道的文章（单篇、标准输入、不足 10 篇的来源），是否按各站通行的做法和文章自身来判断。",
            "Whether articles of sources without a channel (single ones, stdin, sources of fewer than 10) are judged "
            "by what farms do in general and by what the article itself shows.",
        ),
    ),
]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="FILE",
        help=told(
            "词频模型文件；默认用随附的。", "Term-frequency model file; the one that ships by default."
        ),
        show_default=False,
    ),
]

OverwriteOption = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help=told("覆盖输出文件夹里的另一次运行。", "Replace another run in the output folder."),
    ),
]
StrictOption = Annotated[
    bool,
    typer.Option(
        "--strict", help=told("有读不了的输入时以 2 退出。", "Exit 2 when some input could not be read.")
    ),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help=told("不显示进度和提示。", "No progress, no notes."))
]

JobsOption = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=0,
        help=told(
            "进程数；默认有几个核用几个，输入小时只用一个。结果与进程数无关。",
            "Processes; as many as there are cores by default, and one for small input. Results do not depend on it.",
        ),
        show_default=False,
    ),
]

LANG_DEFAULT = start_lang()


_Choice = TypeVar("_Choice", bound=str)


def choice(option: str, value: str, values: Sequence[_Choice]) -> _Choice:
    """The value of an option that has only these; anything else is a usage error."""
    for one in values:
        if value == one:
            return one
    near = get_close_matches(value, values, 1, 0.5)
    raise UsageError(
        f"{option} 不能是 {value!r}" + (f"，是否指 {near[0]}？" if near else f"；可用：{', '.join(values)}"),
        f"{option} cannot be {value!r}"
        + (f"; did you mean {near[0]}?" if near else f"; use one of {', '.join(values)}"),
    )


def tiers_to_apply(value: str) -> Apply:
    """`--apply` as one of its three values; anything else is a usage error."""
    tiers: tuple[Apply, ...] = get_args(Apply)
    return choice("--apply", value, tiers)


def share(option: str, value: str) -> float:
    """A share as `5%` or `0.05`; anything that is not above 0 and at most 1 is a usage error."""
    number = _number(value)
    if number is None or not 0 < number <= 1:
        raise UsageError(
            f"{option} 要写成 5% 或 0.05，不是 {value!r}",
            f"{option} is a share, as 5% or 0.05, not {value!r}",
        )
    return number


def count_or_share(option: str, value: str) -> float:
    """A number as `100`, or a share as `5%`, which comes out below 1; anything else is a usage error."""
    number = _number(value)
    fits = number is not None and (0 <= number < 1 if "%" in value or "." in value else number >= 0)
    if number is None or not fits:
        raise UsageError(
            f"{option} 要写成 100 或 5%，不是 {value!r}",
            f"{option} is a number, or a share as 5%, not {value!r}",
        )
    return number


def _number(value: str) -> float | None:
    try:
        return float(value[:-1]) / 100 if value.endswith("%") else float(value)
    except ValueError:
        return None


def model_opener(path: Path | None) -> Callable[[], Model] | None:
    """What opens the model of `--model` at its first use; None for the one that ships. Checks that a file is there."""
    if path is None:
        return None
    if not path.is_file():
        raise ModelError("没有这个模型文件", "there is no such model file", where=str(path))

    from cleanup.lm.opener import opened

    return partial(opened, path)


def protected_terms(paths: Sequence[Path]) -> Terms:
    """The protected terms of some files. Raises UsageError."""
    from cleanup.protect import Terms, read_terms

    return Terms(tuple(term for path in paths for term in read_terms(path)))


def language(value: str) -> Lang:
    """`--lang` as one of the two languages; anything else is a usage error."""
    if value.lower().startswith("zh"):
        return "zh"
    if value.lower().startswith("en"):
        return "en"
    raise UsageError(f"--lang 只能是 zh 或 en，不是 {value!r}", f"--lang is zh or en, not {value!r}")


def known_encoding(value: str) -> str:
    """`--encoding` as `auto` or a codec's name; anything else is a usage error."""
    import codecs

    try:
        if value == "auto" or codecs.lookup(value)._is_text_encoding:
            return value
    except (LookupError, ValueError):
        pass
    raise UsageError(
        f"不认识的编码 {value!r}；可用 auto，或 utf-8、gb18030、big5、utf-16-le 等",
        f"unknown encoding {value!r}; use auto, or utf-8, gb18030, big5, utf-16-le and the like",
    )
