"""`cleanup lm score` and `cleanup lm fill`: ask a model how surprising articles are, and what a gap lacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cleanup.cli.options import (
    INPUTS,
    LANG_DEFAULT,
    EncodingOption,
    IdFieldOption,
    LangOption,
    SourceFieldOption,
    TextFieldOption,
    TitleFieldOption,
    known_encoding,
    language,
)
from cleanup.cli.voice import Voice, errors_told, told

SCORE_HELP = told(
    """每篇文章对模型来说有多意外：每个汉字多少比特，以及模型是否力所不及。

    模型不懂的文章（古文、诗、代码、人名表）里，处处都像损坏；out_of_depth 说明原因，空为力所能及。

    例：

    `cleanup lm score articles/`

    `cleanup lm score dump.jsonl --model my.lm > scores.jsonl`
    """,
    """How surprising articles are to a model, in bits a Chinese character, and whether it is out of its depth.

    In an article that the model does not know (old prose, verse, code, lists of names) everything looks damaged;
    out_of_depth tells why, and is empty where the model knows the kind.

    Examples:

    `cleanup lm score articles/`

    `cleanup lm score dump.jsonl --model my.lm > scores.jsonl`
    """,
)
FILL_HELP = told(
    """空缺处最可能少了什么：最可能的字和词，附增益（nat）与份额。空缺写作 `[]`。

    例：

    `cleanup lm fill "物业采取措[]防止雨水倒灌"`

    `cleanup lm fill "双方签订了劳动[]，约定了工资" -n 5 --json`
    """,
    """What is likeliest to be missing in a gap: characters and words, with gain (nats) and share. A gap is written `[]`.

    Examples:

    `cleanup lm fill "物业采取措[]防止雨水倒灌"`

    `cleanup lm fill "双方签订了劳动[]，约定了工资" -n 5 --json`
    """,
)
# Texts scored at a time: enough that arrays are long, few enough that a dump of any size streams.
_BATCH = 256
_GAP = "[]"

ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help=told("模型文件；默认是随附的。", "A model file; by default the one that ships."),
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=told("输出 JSON。", "Print JSON."))]


def score(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT…", help=INPUTS, show_default=False),
    ],
    model: ModelOption = None,
    encoding: EncodingOption = "auto",
    id_field: IdFieldOption = "id",
    text_field: TextFieldOption = "text",
    source_field: SourceFieldOption = "source",
    title_field: TitleFieldOption = "title",
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """A JSON object a line, in the order of the input; what cannot be read is told on stderr."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        import json
        from dataclasses import asdict
        from itertools import islice

        from cleanup.dumps.record import Fields
        from cleanup.lm import SHIPPED
        from cleanup.lm.model import Model
        from cleanup.lm.surprise import surprise

        asked = Model.open(model or SHIPPED)
        fields = Fields(id_field, text_field, source_field, title_field)
        documents = _documents(inputs, fields, known_encoding(encoding), voice)
        while group := list(islice(documents, _BATCH)):
            for document, seen in zip(group, surprise(asked, [d.text for d in group]), strict=True):
                values = {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(seen).items()}
                line = {"article": document.article, "source": document.source, "file": document.file}
                line |= values | {"out_of_depth": seen.out_of_depth}
                voice.out.file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _documents(inputs: list[str], fields: Any, encoding: str, voice: Voice) -> Iterator[Any]:
    """The articles of some inputs; what is none is told."""
    from cleanup.dumps.walk import read, walk

    files, odd = walk(inputs, None)
    for reject in odd:
        voice.warn(f"{reject.where}: {reject.tell(voice.lang)}")
    for file in files:
        for record in read(file, fields, encoding):
            if record.reject is not None:
                voice.warn(f"{record.reject.where}: {record.reject.tell(voice.lang)}")
            elif record.document is not None:
                yield record.document


def fill(
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help=told("有 [] 的文字，- 为标准输入。", "A text with [] in it; - is stdin."),
            show_default=False,
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, help=told("每种列几个。", "How many of each sort."))] = 10,
    model: ModelOption = None,
    json: JsonOption = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Each gap with its fillings, best first."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from dataclasses import asdict

        from cleanup.errors import UsageError
        from cleanup.lm import SHIPPED
        from cleanup.lm.model import Model
        from cleanup.lm.propose import fill_characters, fill_words

        if text == "-":
            text = sys.stdin.read()
        parts = text.split(_GAP)
        if len(parts) == 1:
            raise UsageError("文字里没有 []，不知道缺在哪里", "the text has no [], which marks the gap")
        gaps = [("".join(parts[:i]), "".join(parts[i:])) for i in range(1, len(parts))]
        asked = Model.open(model or SHIPPED)
        found = zip(gaps, fill_characters(asked, gaps, n), fill_words(asked, gaps, n), strict=True)
        for number, ((left, right), characters, words) in enumerate(found, 1):
            if json:
                import json as json_module

                line = {
                    "gap": number,
                    "characters": [*map(asdict, characters)],
                    "words": [*map(asdict, words)],
                }
                voice.out.file.write(json_module.dumps(line, ensure_ascii=False) + "\n")
                continue
            voice.out.print(Text(left[-12:] + _GAP + right[:12], style="bold"))
            for name, fills in (
                (voice.pick("字", "characters"), characters),
                (voice.pick("词", "words"), words),
            ):
                listed = "  ".join(f"{f.text} {f.gain:+.1f} {f.posterior:.0%}" for f in fills)
                voice.out.print(Text(f"  {name}: ", style="cyan") + Text(listed))
