"""`cleanup learn`: the channel of each source of a dump, into files that an editor reads."""

from __future__ import annotations

import json as json_module
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cleanup.cli.channel_common import tell_contradictions
from cleanup.cli.configured import ConfigOption
from cleanup.cli.options import (
    INPUTS,
    LANG_DEFAULT,
    EncodingOption,
    IdFieldOption,
    LangOption,
    ModelOption,
    OffOption,
    QuietOption,
    RulesOption,
    ShippedOption,
    SourceFieldOption,
    StrictOption,
    TextFieldOption,
    TitleFieldOption,
    known_encoding,
    language,
    model_opener,
)
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.cli.watching import watching
from cleanup.errors import InputError, UsageError

if TYPE_CHECKING:
    from cleanup.channel.items import Channel
    from cleanup.dumps.record import Fields
    from cleanup.learn.dump import Before

HELP = told(
    """学各来源的信道：它的程序滤掉、遮住、塞入了什么，每条都有证据。每个来源一个文件，由编辑查看、批准或否决。

    从每个来源取固定的 400 篇，与文件的先后无关；不足 10 篇的来源不学。文件已在的，批准、否决和注释照旧。

    例：

    `cleanup learn dump.jsonl` — 写在 channels/

    `cleanup learn dump/ more.jsonl --out channels/2026-11`

    `cleanup run dump.jsonl --channel channels/` — 用学到的信道清理
    """,
    """Learn the channel of each source: what its machine strips, masks and pushes in, each item with its evidence.
    A file a source, for an editor to see, approve or reject.

    Of each source 400 articles are read, the same whatever the order of files; of fewer than 10 nothing is learned.
    Where a file is there already, what was approved, rejected and commented in it stays.

    Examples:

    `cleanup learn dump.jsonl` — into channels/

    `cleanup learn dump/ more.jsonl --out channels/2026-11`

    `cleanup run dump.jsonl --channel channels/` — clean by what was learned
    """,
)


def learn(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT…", help=INPUTS),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="DIR", help=told("信道的文件夹。", "Folder of the channels.")),
    ] = Path("channels"),
    prior: Annotated[
        bool,
        typer.Option(
            "--prior/--no-prior",
            help=told(
                "认为姓氏用字更可能被滤掉。", "Take characters that are surnames for likelier to be stripped."
            ),
        ),
    ] = True,
    model: ModelOption = None,
    rules: RulesOption = [],  # noqa: B006 - typer copies it
    off: OffOption = [],  # noqa: B006
    shipped: ShippedOption = True,
    encoding: EncodingOption = "auto",
    html: Annotated[
        bool,
        typer.Option("--html", help=told("记录的正文字段是 HTML。", "The text field of records is HTML.")),
    ] = False,
    id_field: IdFieldOption = "id",
    text_field: TextFieldOption = "text",
    source_field: SourceFieldOption = "source",
    title_field: TitleFieldOption = "title",
    json: Annotated[
        bool, typer.Option("--json", help=told("每个来源一行 JSON。", "A line of JSON a source."))
    ] = False,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    config: ConfigOption = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Parse, learn, tell."""
    voice = Voice("zh", quiet=quiet)
    with errors_told(voice):
        voice.lang = language(lang)
        if "-" in inputs:
            raise UsageError(
                "标准输入从不学：信道是从整批文章学的；请给文件或文件夹",
                "- never learns: a channel is learned from a dump; name files or folders",
            )
        from cleanup.dumps.record import Fields
        from cleanup.verify import load_verified

        ruleset = load_verified(rules, shipped=shipped).without(off)
        fields = Fields(id_field, text_field, source_field, title_field, html)
        before, channels, rejected, interrupted = _learn(
            inputs, out, ruleset, fields, known_encoding(encoding), model, prior, voice
        )
        if interrupted:
            voice.warn(voice.pick("已中断；没有写任何信道", "interrupted; no channel was written"))
            raise typer.Exit(130)
        for channel in channels:
            _tell(voice, channel, before.file(channel.source), json=json)
        from cleanup.learn.dump import tells

        learned = [c for c in channels if tells(c)]
        tell_contradictions(voice, [(before.file(c.source), c) for c in learned])
        if not json and not quiet:
            _tell_next(voice, inputs, out, learned)
        if not channels:
            voice.warn(voice.pick("没有一篇文章能读", "no article could be read"))
        if not channels or (strict and rejected):
            raise typer.Exit(2)


def _learn(
    inputs: Sequence[str],
    out: Path,
    rules: Any,
    fields: Fields,
    encoding: str,
    model: Path | None,
    prior: bool,
    voice: Voice,
) -> tuple[Before, list[Channel], int, bool]:
    """The channels, written; what lay in the folder before; how much was rejected; whether the user stopped it."""
    from cleanup.batch import Options, stop_requests
    from cleanup.dumps.walk import walk
    from cleanup.learn.dump import Before, Learner, Survey
    from cleanup.report.inline import plain

    files, odd = walk(inputs, out)
    if not files and not odd:
        raise InputError("没有可读的文件", "no file to read", where=" ".join(map(str, inputs)))
    opened = Options(model=model_opener(model)).opened
    before = Before.of(out)
    faults: list[str] = []
    rejected = 0
    survey = Survey()
    channels = []
    with watching(voice, "数行", "counting", kept=False) as watch, stop_requests() as stop:

        def reject(what: Any) -> None:
            nonlocal rejected
            rejected += 1
            watch.warn(what)

        watch.total(sum(f.size for f in files))
        for what in odd:
            reject(what)
        survey.read(
            files,
            fields,
            encoding,
            stop=stop,
            advance=watch.advance,
            reject=reject,
        )
        assert survey.texts is not None
        learner = Learner(rules, survey.recurrence(), opened, surnames=prior)
        for channel in learner.channels(
            survey.texts.sources(),
            stop=stop,
            begin=lambda n, of, s: watch.phase(f"学习 {plain(s)} {n}/{of}", f"learning {plain(s)} {n}/{of}"),
            fault=lambda source, trace: faults.append(f"{plain(source)}: {trace}"),
        ):
            channels.append(before.merged(channel))
        if not stop:
            before.write(channels)
    for trace in faults:
        voice.warn(trace)
    return before, channels, rejected, bool(stop)


def _tell(voice: Voice, channel: Channel, file: Path, *, json: bool) -> None:
    from cleanup.channel.items import ITEM_KINDS
    from cleanup.channel.notes import in_language
    from cleanup.learn.dump import tells
    from cleanup.report.inline import plain

    kinds = Counter(i.kind for i in channel.items)
    written = tells(channel)
    if json:
        line = {
            "source": channel.source,
            "file": plain(str(file)) if written else None,
            "articles": channel.articles,
            "characters": channel.characters,
            "items": {k: kinds[k] for k in ITEM_KINDS},
            "decided": sum(i.status != "learned" for i in channel.items),
            "digest": channel.digest,
            "model": channel.model,
            "notes": list(channel.notes),
        }
        voice.out.file.write(json_module.dumps(line, ensure_ascii=False) + "\n")
        return
    listed = " ".join(f"{k} {kinds[k]}" for k in ITEM_KINDS if kinds[k])
    name = plain(channel.source) or voice.pick("（无来源名）", "(no source)")
    voice.say(
        f"{name}：{channel.articles} 篇，{listed or '没有学到什么'}",
        f"{name}: {channel.articles} articles, {listed or 'nothing learned'}",
        "bold",
    )
    for note in channel.notes:
        voice.out.print(Text(f"  {plain(in_language(note, voice.lang))}", style="yellow"))
    if written:
        voice.say(
            f"  {plain(str(file))}  摘要 {channel.digest}", f"  {plain(str(file))}  digest {channel.digest}"
        )


def _tell_next(voice: Voice, inputs: Sequence[str], out: Path, channels: Sequence[Channel]) -> None:
    """What may be done with what was learned."""
    if not any(c.items for c in channels):
        return
    first = shlex.quote(inputs[0]) + (" …" if len(inputs) > 1 else "")
    for zh, en, command in (
        ("查看", "see", f"cleanup channel show {out}"),
        ("批准、否决", "decide", f"cleanup channel approve {out} ITEM…"),
        ("清理", "clean", f"cleanup run {first} --channel {out}"),
    ):
        voice.say(f"{zh} {command}", f"{en}: {command}")
