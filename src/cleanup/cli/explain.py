"""`cleanup explain`: what is found in a text, and why, place by place."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from cleanup.cli.configured import ConfigOption
from cleanup.cli.options import (
    LANG_DEFAULT,
    EncodingOption,
    LangOption,
    OffOption,
    PriorOption,
    ProtectedOption,
    RulesOption,
    ShippedOption,
    TextFieldOption,
    known_encoding,
    language,
    protected_terms,
)
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.data import Finding
from cleanup.errors import InputError, UsageError

if TYPE_CHECKING:
    from cleanup.channel.items import Channel
    from cleanup.data import Document
    from cleanup.dumps.record import Fields

HELP = told(
    """逐处说明一段文字里发现了什么、凭什么、怎样修。

    例：

    `cleanup explain "双方的工作围不同"`

    `cleanup explain --file article.txt`

    `cleanup explain --file dump.csv.gz --record 17` — 第 17 行起的那一条

    `cleanup explain "按规操作" --channel channels/site-1a2b3c4d5e6f.toml` — 连同该来源的信道

    `pbpaste | cleanup explain -`
    """,
    """Tell, place by place, what is found in a text, on what evidence, and how it would be repaired.

    Examples:

    `cleanup explain "双方的工作围不同"`

    `cleanup explain --file article.txt`

    `cleanup explain --file dump.csv.gz --record 17` — the article that begins on line 17

    `cleanup explain "按规操作" --channel channels/site-1a2b3c4d5e6f.toml` — with the channel of its source

    `pbpaste | cleanup explain -`
    """,
)

_SHOWN = 14


def explain(
    text: Annotated[
        str,
        typer.Argument(help=told("要看的文字，- 为标准输入。", "The text; - is stdin."), show_default=False),
    ] = "",
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help=told("要看的文件。", "A file to read."))
    ] = None,
    record: Annotated[
        int,
        typer.Option(
            "--record",
            metavar="LINE",
            min=0,
            help=told(
                "文件里的哪一条：它起始的行，parquet 为第几行；默认第一条。",
                "Which article of a file of records: the line on which it begins, or the row; by default the first.",
            ),
            show_default=False,
        ),
    ] = 0,
    text_field: TextFieldOption = "text",
    channel: Annotated[
        Path | None,
        typer.Option(
            "--channel",
            metavar="FILE",
            help=told(
                "文章来源的信道文件，一并用来修复。",
                "The channel file of the article's source, to repair by it, too.",
            ),
        ),
    ] = None,
    prior: PriorOption = True,
    rules: RulesOption = [],  # noqa: B006 - typer copies it
    off: OffOption = [],  # noqa: B006
    shipped: ShippedOption = True,
    protected: ProtectedOption = [],  # noqa: B006
    encoding: EncodingOption = "auto",
    json: Annotated[
        bool, typer.Option("--json", help=told("每处发现写一行 JSON。", "Write findings as JSON lines."))
    ] = False,
    config: ConfigOption = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Parse, clean, tell."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.builtin import BUILT_IN
        from cleanup.channel.prior import shipped_prior
        from cleanup.decode.abstained import note as abstained
        from cleanup.dumps.record import Fields
        from cleanup.pipeline import Cleaner
        from cleanup.verify import load_verified

        known = _channel(channel) if channel is not None else None
        fields = Fields(text=text_field)
        read = (
            _text(text, known_encoding(encoding))
            if file is None
            else _of_file(file, record, fields, known_encoding(encoding))
        )
        document = replace(read, source=known.source if known is not None else "")
        body = document.text
        ruleset = load_verified(rules, shipped=shipped).without(off)
        channels = (known,) if known is not None else ()
        outcome = Cleaner(
            ruleset,
            lang=voice.lang,
            channels=channels,
            prior=shipped_prior() if prior else None,
            protected=protected_terms(protected),
        ).clean(document)
        if json:
            import msgspec

            for f in outcome.findings:
                voice.out.file.write(msgspec.json.encode(f).decode() + "\n")
            return
        why = {r.id: r.why for r in ruleset.rules} | {b.id: b.why for b in BUILT_IN.values()}
        for f in outcome.findings:
            _place(voice, body, f, why.get(f.rule, ""))
        for f, winner in outcome.skipped:
            voice.say(
                f"  另有 {f.rule} 与 {winner} 重叠，未采用",
                f"  {f.rule} overlaps {winner} and was not used",
                "dim",
            )
        for note in outcome.notes:
            voice.warn(note)
        if outcome.silences:
            voice.say(abstained(outcome, "zh"), abstained(outcome, "en"), "dim")
        if not outcome.findings:
            voice.say("没有发现损坏", "no damage found")
        elif outcome.changed:
            voice.say("修复后：", "after repair:", "bold")
            voice.out.print(Text(outcome.text))


def _channel(path: Path) -> Channel:
    """The channel of a file, or the only one of a folder."""
    from cleanup.channel.files import channel_files, read_channel

    files = channel_files(path)
    if len(files) > 1:
        raise UsageError(
            f"有 {len(files)} 个信道文件；请指定文章来源的那一个",
            f"holds {len(files)} channel files; name that of the article's source",
            where=str(path),
        )
    return read_channel(files[0])


def _of_file(path: Path, line: int, fields: Fields, encoding: str) -> Document:
    """The article of a file, or one of its articles by its line. Raises InputError."""
    from cleanup.dumps.formats import kind_of, read
    from cleanup.dumps.record import InputFile, unreadable

    if not path.is_file():
        raise InputError("没有这个文件", "no such file", where=str(path))
    kind, packing = kind_of(path.name)
    file = InputFile(path, str(path), kind or "txt", path.stat().st_size, packing=packing)
    try:
        for record in read(file, fields, encoding):
            reject, document = record.reject, record.document
            if reject is not None and line in (0, reject.line):
                raise InputError(reject.zh, reject.en, where=reject.where)
            if document is not None and line in (0, document.record):
                return document
    except OSError as e:
        reject = unreadable(str(path), e)
        raise InputError(reject.zh, reject.en, where=reject.where) from e
    if line:
        raise InputError("这一行不是一条的开头", "no article begins on this line", where=f"{path}:{line}")
    raise InputError("没有文章", "holds no article", where=str(path))


def _text(text: str, encoding: str) -> Document:
    """What was typed, or comes from standard input."""
    from cleanup.data import Document

    if text == "-" or not text:
        from cleanup.dumps.encoding import Unreadable, decode

        if not text and sys.stdin.isatty():
            raise InputError("请给出文字，或用 --file、-", "give a text, or --file, or -")
        try:
            text = decode(sys.stdin.buffer.read(), encoding)[0]
        except Unreadable as e:
            raise InputError(e.zh, e.en, where=f"stdin:{e.line}") from None
    return Document("text", text, meta={"line": 1, "text_offset_exact": True, "format": "txt"})


def _place(voice: Voice, text: str, f: Finding, why: str) -> None:
    """One finding: its place in context, the rule, the reason, the evidence."""
    from cleanup.report.evidence import sentences
    from cleanup.report.words import Words

    lo, hi = max(0, f.start - _SHOWN), min(len(text), f.end + _SHOWN)
    line = Text(f"{f.line}:{f.column}  ", style="dim")
    line += Text(_flat(text[lo : f.start]))
    if f.observed:
        line += Text(
            f"[-{_flat(f.observed)}-]" if f.replacement is not None else f"[?{_flat(f.observed)}?]",
            style="red",
        )
    if f.replacement:
        line += Text(f"{{+{_flat(f.replacement)}+}}", style="green")
    line += Text(_flat(text[f.end : hi]))
    voice.out.print(line)
    state = (
        voice.pick("已修复", "repaired")
        if f.applied
        else {"suggest": voice.pick("待定", "suggested")}.get(f.tier, voice.pick("标出", "flagged"))
    )
    voice.out.print(
        Text(f"      {f.message}  ", style="bold")
        + Text(f"{f.rule} · {f.kind} · {f.tier} {f.confidence:.2f} · {state}", style="cyan")
    )
    if why:
        voice.out.print(Text(f"      {why}", style="dim"))
    for sentence in sentences(f.evidence, Words(voice.lang)):
        voice.out.print(Text(f"      {sentence}", style="dim"))


def _flat(text: str) -> str:
    """Text on one line, with what cannot be seen made visible."""
    from cleanup.chars import INVISIBLE

    return "".join(
        "⏎" if c == "\n" else f"<U+{ord(c):04X}>" if c in INVISIBLE or ord(c) < 32 else c for c in text
    )
