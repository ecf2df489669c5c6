"""`cleanup explain`: what is found in a text, and why, place by place."""

from __future__ import annotations

import sys
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
    known_encoding,
    language,
    protected_terms,
)
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.data import Finding
from cleanup.errors import InputError, UsageError

if TYPE_CHECKING:
    from cleanup.channel.items import Channel

HELP = told(
    """逐处说明一段文字里发现了什么、凭什么、怎样修。

    例：

    `cleanup explain "双方的工作围不同"`

    `cleanup explain --file article.txt`

    `cleanup explain "按规操作" --channel channels/site-1a2b3c4d5e6f.toml` — 连同该来源的信道

    `pbpaste | cleanup explain -`
    """,
    """Tell, place by place, what is found in a text, on what evidence, and how it would be repaired.

    Examples:

    `cleanup explain "双方的工作围不同"`

    `cleanup explain --file article.txt`

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
        from cleanup.data import Document
        from cleanup.decode.abstained import note as abstained
        from cleanup.pipeline import Cleaner
        from cleanup.verify import load_verified

        known = _channel(channel) if channel is not None else None
        body = _text(text, file, known_encoding(encoding))
        ruleset = load_verified(rules, shipped=shipped).without(off)
        meta = {
            "line": 1,
            "text_offset_exact": True,
            "format": "md" if file and file.suffix == ".md" else "txt",
        }
        source = known.source if known is not None else ""
        document = Document(str(file or "text"), body, source, file=str(file or ""), meta=meta)
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


def _text(text: str, file: Path | None, encoding: str) -> str:
    if file is not None:
        from cleanup.dumps.record import Fields
        from cleanup.dumps.text import read

        if not file.is_file():
            raise InputError("没有这个文件", "no such file", where=str(file))
        record = next(iter(read(file, str(file), fields=Fields(), encoding=encoding)))
        if record.reject:
            raise InputError(record.reject.zh, record.reject.en, where=record.reject.where)
        return record.document.text if record.document else ""
    if text == "-" or not text:
        from cleanup.dumps.encoding import Unreadable, decode

        if not text and sys.stdin.isatty():
            raise InputError("请给出文字，或用 --file、-", "give a text, or --file, or -")
        try:
            return decode(sys.stdin.buffer.read(), encoding)[0]
        except Unreadable as e:
            raise InputError(e.zh, e.en, where=f"stdin:{e.line}") from None
    return text


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
