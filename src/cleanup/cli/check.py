"""`cleanup check`: is new content damaged? An exit code, and a document in the format that a CI reads."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanup.cli.check_inputs import inputs_of
from cleanup.cli.configured import ConfigOption, configured
from cleanup.cli.options import (
    LANG_DEFAULT,
    ChannelsOption,
    EncodingOption,
    IdFieldOption,
    LangOption,
    ModelOption,
    OffOption,
    PriorOption,
    ProtectedOption,
    QuietOption,
    RulesOption,
    ShippedOption,
    SourceFieldOption,
    TextFieldOption,
    TitleFieldOption,
    choice,
    known_encoding,
    language,
    model_opener,
    protected_terms,
)
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.errors import PinError, UsageError

if TYPE_CHECKING:
    from cleanup.check.nouns import Report
    from cleanup.check.paths import Root
    from cleanup.flow import Watch
    from cleanup.pipeline import Cleaner

HELP = told(
    """检查新内容有没有损坏，给 CI 用：以退出码作答。

    0 没有问题；1 有发现（默认只算 auto 档）；2 用法不对或有读不了的输入；3 规则、信道或模型文件有错，或摘要不符。取最坏的一个，各种格式都一样。

    从不学习：结论只取决于文章、规则、模型和仓库里的信道，它们合成一个摘要。

    例：

    `cleanup check content/` — 文件夹；在 cleanup.toml 里写了 paths 就不必给路径

    `cleanup check content/ --min-tier suggest` — 待定的也算

    `cleanup check --changed-since origin/main` — 只看改过的文件和行

    `cleanup check content/ --format sarif > cleanup.sarif`，或 `--report sarif=cleanup.sarif`

    `cleanup check content/ --baseline baseline.json --update-baseline` — 现有的都记下，以后只报新的

    `cleanup check a.md --fix` — auto 档就地改好

    `cat a.md | cleanup check - --stdin-filename content/a.md`
    """,
    """Check new content for damage, for CI: the exit code is the answer.

    0 clean; 1 findings (of tier auto by default); 2 usage or unreadable input; 3 a broken rule, channel or model file,
    or another digest than the one that is pinned. The worst wins, the same in every format.

    Nothing is learned: the verdict depends on the articles, the rules, the model and the channels of the repository,
    which one digest names.

    Examples:

    `cleanup check content/` — a folder; no path is needed where cleanup.toml has paths

    `cleanup check content/ --min-tier suggest` — suggestions count, too

    `cleanup check --changed-since origin/main` — only files and lines that changed

    `cleanup check content/ --format sarif > cleanup.sarif`, or `--report sarif=cleanup.sarif`

    `cleanup check content/ --baseline baseline.json --update-baseline` — know what is there, tell what is new from now on

    `cleanup check a.md --fix` — repairs of tier auto, in place

    `cat a.md | cleanup check - --stdin-filename content/a.md`
    """,
)

# Options that change how a check is told and not what it finds: no part of the command that repeats it.
_MANNER = frozenset(
    {"format", "report", "quiet", "update_baseline", "repair", "stdin_filename", "allow_no_files"}
)
# Files that the command to repeat a check names one by one.
_NAMED = 10


def check(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH…",
            help=told(
                "文件、文件夹或加引号的通配符，格式同 run；- 为标准输入；默认为配置里的 paths。",
                "Files, folders or quoted patterns, of the formats of run; - is stdin; by default the config's paths.",
            ),
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help=told(
                "标准输出的格式：text、json、sarif、github、rdjson、gitlab、junit。",
                "Format of stdout: text, json, sarif, github, rdjson, gitlab or junit.",
            ),
        ),
    ] = "text",
    report: Annotated[
        list[str],
        typer.Option(
            "--report",
            metavar="FORMAT=FILE",
            help=told("另写一份文件，可重复。", "Write a file as well; may be repeated."),
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    min_tier: Annotated[
        str,
        typer.Option(
            "--min-tier",
            help=told(
                "算到哪一档：auto、suggest（连同 auto）、flag（全部）。",
                "Lowest tier that counts: auto, suggest (and auto) or flag (all).",
            ),
        ),
    ] = "auto",
    min_confidence: Annotated[
        float,
        typer.Option(
            "--min-confidence",
            min=0,
            max=1,
            help=told("置信度不低于此才算。", "Findings of at least this confidence count."),
        ),
    ] = 0.0,
    kind: Annotated[
        list[str],
        typer.Option(
            "--kind",
            help=told("只算这一类，可重复。", "Only this kind counts; may be repeated."),
            show_default=False,
        ),
    ] = [],  # noqa: B006
    any_tier: Annotated[
        list[str],
        typer.Option(
            "--any-tier",
            metavar="KIND",
            help=told(
                "这一类不论哪一档都算，如 mask；可重复。",
                "This kind counts whatever its tier, as mask; may be repeated.",
            ),
            show_default=False,
        ),
    ] = [],  # noqa: B006
    max_damage: Annotated[
        float,
        typer.Option(
            "--max-damage",
            min=0,
            help=told(
                "一篇里每千字不超过这么多处时，只警告。",
                "Up to so many findings per 1,000 characters, those of an article only warn.",
            ),
        ),
    ] = 0.0,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help=told(
                "基线文件：其中已有的不算新的。", "Baseline file: what is in it is known, and does not fail."
            ),
            show_default=False,
        ),
    ] = None,
    update_baseline: Annotated[
        bool,
        typer.Option(
            "--update-baseline",
            help=told(
                "把现有的发现写进基线（没有就新建）。",
                "Write the findings of now into the baseline, new or old.",
            ),
        ),
    ] = False,
    changed_since: Annotated[
        str,
        typer.Option(
            "--changed-since",
            metavar="REV",
            help=told(
                "只看 git 仓库里自此以来改过的文件和行。",
                "Only files and lines of a git repository that changed since this revision.",
            ),
            show_default=False,
        ),
    ] = "",
    repair: Annotated[
        bool,
        typer.Option("--fix", help=told("auto 档就地改好。", "Make repairs of tier auto in the files.")),
    ] = False,
    stdin_filename: Annotated[
        str,
        typer.Option(
            "--stdin-filename",
            metavar="PATH",
            help=told(
                "标准输入算作哪个文件，格式由扩展名定。",
                "The file that stdin is; its suffix tells the format.",
            ),
            show_default=False,
        ),
    ] = "",
    allow_no_files: Annotated[
        bool,
        typer.Option(
            "--allow-no-files",
            help=told("没有可检查的文件时以 0 退出。", "Exit 0 where there is no file to check."),
        ),
    ] = False,
    digest: Annotated[
        str,
        typer.Option(
            "--digest",
            help=told(
                "规则、模型、信道应有的摘要；不符以 3 退出。",
                "The digest that rules, model and channels must have; exit 3 where they have another.",
            ),
            show_default=False,
        ),
    ] = "",
    rules: RulesOption = [],  # noqa: B006
    off: OffOption = [],  # noqa: B006
    shipped: ShippedOption = True,
    protected: ProtectedOption = [],  # noqa: B006
    channel: ChannelsOption = [],  # noqa: B006
    prior: PriorOption = True,
    model: ModelOption = None,
    encoding: EncodingOption = "auto",
    html: Annotated[
        bool,
        typer.Option("--html", help=told("记录的正文字段是 HTML。", "The text field of records is HTML.")),
    ] = False,
    id_field: IdFieldOption = "id",
    text_field: TextFieldOption = "text",
    source_field: SourceFieldOption = "source",
    title_field: TitleFieldOption = "title",
    quiet: QuietOption = False,
    config: ConfigOption = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Parse, check, tell."""
    voice = Voice("zh", quiet=quiet)
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.check.formats import FORMATS, format_named
        from cleanup.check.job import check as check_files
        from cleanup.check.paths import Root
        from cleanup.check.scan import Limits, Options
        from cleanup.data import KINDS, TIERS
        from cleanup.dumps.record import Fields

        settings = configured(context)
        formats = tuple(FORMATS)
        choice("--format", format, formats)
        reports = [_report(said, formats) for said in report]
        kinds = [choice("--kind", one, KINDS) for one in kind] or settings.check.kinds
        baseline = baseline or settings.baseline
        _together(paths, baseline, update_baseline, changed_since, repair)
        cleaner = _cleaner(
            rules,
            off,
            shipped,
            protected,
            channel,
            prior,
            model,
            [
                *((rule, settings.where.get("warn", "")) for rule in settings.check.warn),
                *((entry.rule, entry.where) for entry in settings.suppress if entry.rule),
            ],
            voice,
        )
        _pinned(cleaner, digest)
        root = Root.of(Path.cwd(), settings.folder)
        with inputs_of(paths, stdin_filename, changed_since, root, settings) as (files, rejects, changed):
            if not files and not rejects:
                zh, en = "没有可检查的文件", "no file to check"
                if not allow_no_files:
                    raise UsageError(
                        f"{zh}；若属正常，加 --allow-no-files", f"{en}; if that is fine, add --allow-no-files"
                    )
                voice.warn(voice.pick(zh, en))
            if reports:
                _apart([path for _, path in reports], [f.path for f in files], baseline)
            limits = Limits(
                min_tier=choice("--min-tier", min_tier, TIERS),
                min_confidence=min_confidence,
                kinds=frozenset(kinds),
                any_tier=frozenset(
                    [choice("--any-tier", k, KINDS) for k in any_tier] or settings.check.any_tier
                ),
                max_damage=max_damage,
                warn=frozenset(settings.check.warn),
                new_rules_warn=settings.check.new_rules == "warn",
            )
            options = Options(
                root=root,
                limits=limits,
                fields=Fields(id_field, text_field, source_field, title_field, html),
                encoding=known_encoding(encoding),
                suppress=settings.suppress,
                everything=not paths and not changed_since,
                baseline=baseline,
                update=update_baseline,
                changed=changed,
                repair=repair,
            )
            with _watch(voice, silent=format == "text") as watch:
                done = check_files(files, rejects, cleaner, options, watch)
        done = replace(done, command=_command(done, context, paths or [], root))
        for name, path in reports:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(format_named(name).render(done, voice.lang).encode("utf-8", "backslashreplace"))
        _tell(done, format, voice)
        raise typer.Exit(done.exit_code)


def _report(said: str, formats: Sequence[str]) -> tuple[str, Path]:
    name, sign, path = said.partition("=")
    if not sign or not path:
        raise UsageError(
            f"--report 应写作 格式=文件，不是 {said!r}", f"--report is FORMAT=FILE, not {said!r}"
        )
    return choice("--report", name, formats), Path(path)


def _apart(reports: Sequence[Path], inputs: Sequence[Path], baseline: Path | None) -> None:
    """Raise UsageError for a report that would be written over an article, the baseline or another report."""
    taken = {os.path.realpath(p) for p in (*inputs, *([baseline] if baseline else ()))}
    for path in reports:
        if (real := os.path.realpath(path)) in taken:
            raise UsageError(
                "--report 会盖掉输入、基线或另一份报告",
                "--report would be written over an input, the baseline or another report",
                where=str(path),
            )
        taken.add(real)


def _together(
    paths: Sequence[Path] | None, baseline: Path | None, update: bool, changed_since: str, repair: bool
) -> None:
    """Raise UsageError for options that cannot be given together."""
    stdin = Path("-") in (paths or [])
    for wrong, zh, en in (
        (
            update and baseline is None,
            "--update-baseline 要有 --baseline",
            "--update-baseline needs --baseline",
        ),
        (
            update and bool(changed_since),
            "只看改过的行时不能更新基线：其余的会丢失",
            "a baseline cannot be updated by changed lines alone: the others would be lost",
        ),
        (update and repair, "--update-baseline 与 --fix 请分开运行", "run --update-baseline and --fix apart"),
        (
            stdin and repair,
            "标准输入不能就地修改；请用 cleanup run -",
            "stdin cannot be mended in place; use cleanup run -",
        ),
        (
            stdin and len(paths or []) > 1,
            "- 不能与其他输入同用",
            "- cannot be used with other inputs",
        ),
        (
            stdin and bool(changed_since),
            "- 不能与 --changed-since 同用",
            "- cannot be used with --changed-since",
        ),
    ):
        if wrong:
            raise UsageError(zh, en)


def _cleaner(
    rules: list[Path],
    off: list[str],
    shipped: bool,
    protected: list[Path],
    channel: list[Path],
    prior: bool,
    model: Path | None,
    named: list[tuple[str, str]],
    voice: Voice,
) -> Cleaner:
    """What articles are cleaned by; all of it is read now, so that what is broken is told first.

    named  rules that the config names, each with where it does
    """
    from cleanup.builtin import BUILT_IN
    from cleanup.channel.prior import shipped_prior
    from cleanup.cli.channel_run import distinct_channels
    from cleanup.pipeline import Cleaner
    from cleanup.verify import load_verified

    loaded = load_verified(rules, shipped=shipped)
    for rule, where in named:
        try:
            rule in BUILT_IN or loaded[rule]
        except UsageError as e:
            raise UsageError(e.zh, e.en, where=where) from None
    return Cleaner(
        loaded.without(off),
        lang=voice.lang,
        channels=[c for _, c in distinct_channels(channel)],
        model=model_opener(model),
        prior=shipped_prior() if prior else None,
        protected=protected_terms(protected),
    )


def _pinned(cleaner: Cleaner, digest: str) -> None:
    """Raise PinError where what decides is not what was pinned."""
    from cleanup.check.job import digest_of_check, versions_of

    versions = versions_of(cleaner)
    now = digest_of_check(versions)
    if digest and digest != now:
        parts = ", ".join(f"{k} {v}" for k, v in versions.items())
        raise PinError(
            f"摘要是 {now}，不是钉住的 {digest}（{parts}）；确认改动后更新 digest",
            f"the digest is {now}, and {digest} is pinned ({parts}); look at what changed, then pin the new one",
        )


@contextmanager
def _watch(voice: Voice, *, silent: bool) -> Iterator[Watch]:
    """What is told on stderr. A document for people tells what could not be read by itself."""
    from cleanup.cli.watching import watching

    with watching(voice, "检查", "checking", kept=False) as watch:
        yield replace(watch, warn=lambda reject: None) if silent else watch


def _command(done: Report, context: typer.Context, paths: Sequence[Path], root: Root) -> str:
    """The command that gives the findings of a check at a desk: its options, and the files that have open alarms."""
    settings = configured(context)
    # what the config lists was put before what the command line lists, and is there again
    listed = {
        "rules": len(settings.rules),
        "off": len(settings.off),
        "channel": len(settings.channels),
        "protected": len(settings.protected),
    }
    failing = list(dict.fromkeys(a.finding.file for a in done.alarms if a.is_open))
    # standard input without a name is no file at a desk
    unnamed = Path("-") in paths and not context.params["stdin_filename"]
    words = ["-"] if unnamed else [_from_here(root.folder / f) for f in failing]
    words = words if 0 < len(words) <= _NAMED else [str(p) for p in paths if p != Path("-")]
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name in _MANNER or name == "paths" or source is None or source.name != "COMMANDLINE":
            continue
        value, option = context.params[name], parameter.opts[0]
        if isinstance(value, bool):
            words.append(option if value else (parameter.secondary_opts or [option])[0])
        elif isinstance(value, list | tuple):
            words += [w for one in value[listed.get(name, 0) :] for w in (option, str(one))]
        else:
            words += [option, str(value)]
    return shlex.join(["cleanup", "check", *words])


def _from_here(path: Path) -> str:
    name = Path(os.path.relpath(path)).as_posix()
    return f"./{name}" if name.startswith("-") else name


def _tell(done: Report, format: str, voice: Voice) -> None:
    """The document to stdout; for GitHub its summary to where GitHub wants it."""
    from cleanup.check.formats import format_named

    if format == "text" and voice.out.is_terminal:
        from cleanup.check.formats.text import document

        voice.out.print(document(done, voice.lang), end="")
        return
    # names of files may hold what no encoding has
    data = format_named(format).render(done, voice.lang).encode("utf-8", "backslashreplace")
    if sys.stdout is None:
        raise UsageError("标准输出是关着的", "stdout is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # who reads but the head of it does not change the verdict; Python must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if format == "github" and summary:
        from cleanup.check.formats.summary import step_summary

        with Path(summary).open("a", encoding="utf-8") as f:
            f.write(step_summary(done, voice.lang))
