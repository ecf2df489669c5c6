"""`cleanup rules`: list, show, test and write rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cleanup.cli.options import LANG_DEFAULT, LangOption, RulesOption, ShippedOption, language
from cleanup.cli.voice import Voice, errors_told, told

app = typer.Typer(
    help=told("规则：列出、查看、检验、新建。", "Rules: list, show, test, write."),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(
    "list",
    help=told(
        "列出规则。例：`cleanup rules list --kind mask`",
        "List the rules. Example: `cleanup rules list --kind mask`",
    ),
)
def list_(
    kind: Annotated[str, typer.Option("--kind", help=told("只列一类。", "Only one kind."))] = "",
    rules: RulesOption = [],  # noqa: B006 - typer copies it
    shipped: ShippedOption = True,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """One line a rule; a table on a terminal, tabs in a pipe."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.builtin import BUILT_IN
        from cleanup.data import KINDS
        from cleanup.errors import UsageError
        from cleanup.verify import load_verified

        if kind and kind not in KINDS:
            raise UsageError(
                f"没有 {kind!r} 这一类；可用：{', '.join(KINDS)}",
                f"no kind {kind!r}; use one of {', '.join(KINDS)}",
            )
        chosen = [r for r in load_verified(rules, shipped=shipped).rules if not kind or r.kind == kind]
        rows = [(r.id, r.kind, r.tier, r.action, r.family, r.message[voice.lang]) for r in chosen]
        rows += [
            (b.id, b.kind, b.tier, b.action, "built-in", b.message[voice.lang])
            for b in BUILT_IN.values()
            if not kind or b.kind == kind
        ]
        if not voice.out.is_terminal:
            for row in rows:
                voice.out.file.write("\t".join(row) + "\n")
            return
        table = Table(
            *(
                voice.pick(zh, en)
                for zh, en in (
                    ("规则", "rule"),
                    ("类", "kind"),
                    ("档", "tier"),
                    ("动作", "action"),
                    ("族", "family"),
                    ("说明", "message"),
                )
            )
        )
        for row in rows:
            table.add_row(*map(Text, row))
        voice.out.print(table)


@app.command(
    "show",
    help=told(
        "查看一条规则。例：`cleanup rules show dropped-char-in-word`",
        "Show a rule. Example: `cleanup rules show dropped-char-in-word`",
    ),
)
def show(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help=told("规则名。", "Id of the rule."))],
    rules: RulesOption = [],  # noqa: B006
    shipped: ShippedOption = True,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Everything a person needs to judge a rule."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.builtin import BUILT_IN
        from cleanup.verify import load_verified

        if (code := BUILT_IN.get(rule_id)) is not None:
            for name, value in (
                (voice.pick("规则", "rule"), code.id),
                (voice.pick("文件", "file"), voice.pick("内建，不在规则文件里", "built in, in no rule file")),
                (
                    voice.pick("类 · 档 · 动作", "kind · tier · action"),
                    f"{code.kind} · {code.tier} {code.confidence:.2f} · {code.action}",
                ),
                (voice.pick("说明", "message"), code.message[voice.lang]),
                (voice.pick("理由", "why"), code.why),
            ):
                voice.out.print(Text(f"{name}: ", style="bold cyan") + Text(value))
            return
        rule = load_verified(rules, shipped=shipped)[rule_id]
        rows = [
            (voice.pick("规则", "rule"), rule.id),
            (voice.pick("文件", "file"), f"{rule.file}:{rule.line}"),
            (
                voice.pick("类 · 档 · 动作", "kind · tier · action"),
                f"{rule.kind} · {rule.tier} {rule.confidence:.2f} · {rule.action}",
            ),
            (voice.pick("说明", "message"), rule.message[voice.lang]),
            (voice.pick("理由", "why"), rule.why),
            (voice.pick("修复", "repair"), " / ".join(rule.repairs)),
            (
                voice.pick("词", "words"),
                " ".join(w[:s] + f"[{w[s:e]}]" + w[e:] for v in rule.lost.values() for w, s, e in v),
            ),
            (
                voice.pick("模式", "pattern"),
                rule.pattern if len(rule.pattern) < 400 else rule.pattern[:400] + "…",
            ),
            (voice.pick("需有", "needs"), f"{rule.needs_min} × {' '.join(rule.needs)}" if rule.needs else ""),
            (voice.pick("触发", "fires"), "\n".join(e.written for e in rule.fires)),
            (voice.pick("不触发", "quiet"), "\n".join(e.written for e in rule.quiet)),
        ]
        for name, value in rows:
            if value:
                voice.out.print(Text(f"{name}: ", style="bold cyan") + Text(value))


@app.command(
    "test",
    help=told(
        "检验规则的例句。例：`cleanup rules test my-rules/`",
        "Try the examples of rules. Example: `cleanup rules test my-rules/`",
    ),
)
def test(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]…",
            help=told(
                "规则文件或文件夹；默认为随附的规则。", "Rule files or folders; those that ship by default."
            ),
        ),
    ] = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """All failures, not only the first; exit 3 if there is one."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.rules import load_rules, shipped_rules
        from cleanup.verify import failures

        ruleset = load_rules(paths or [shipped_rules()])
        failed = list(failures(ruleset.rules))
        for failure in failed:
            voice.fail(failure.error)
        examples = sum(len(r.fires) + len(r.quiet) for r in ruleset.rules)
        voice.say(
            f"{len(ruleset.rules)} 条规则，{examples} 个例句，{len(failed)} 个不符",
            f"{len(ruleset.rules)} rules, {examples} examples, {len(failed)} failing",
        )
        if failed:
            raise typer.Exit(3)


@app.command(
    "new",
    help=told(
        """由例句写出一条新规则，并当场检验。

        例：`cleanup rules new dropped-fan --fires "双方的工作[→范]围不同" --quiet "周围很安静" --to my-rules`
        """,
        """Write a new rule from its examples, and try it at once.

        Example: `cleanup rules new dropped-fan --fires "双方的工作[→范]围不同" --quiet "周围很安静" --to my-rules`
        """,
    ),
)
def new(
    rule_id: Annotated[
        str, typer.Argument(metavar="RULE", help=told("规则名，kebab-case。", "Id of the rule, kebab-case."))
    ],
    fires: Annotated[
        list[str],
        typer.Option(
            "--fires", help=told("应触发的例句，标出改动。", "A sentence that must fire, its edit marked.")
        ),
    ],
    quiet: Annotated[
        list[str], typer.Option("--quiet", help=told("不应触发的例句。", "A sentence that must not fire."))
    ],
    to: Annotated[Path, typer.Option("--to", help=told("规则文件夹。", "Folder of rules."))] = Path(
        "my-rules"
    ),
    kind: Annotated[
        str,
        typer.Option("--kind", help=told("类；默认由改动猜出。", "Kind; guessed from the edit by default.")),
    ] = "",
    tier: Annotated[str, typer.Option("--tier", help=told("档。", "Tier."))] = "suggest",
    why: Annotated[str, typer.Option("--why", help=told("理由。", "Why the rule is right."))] = "",
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """A file that does not load, or whose examples fail, is not left behind."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.rulewriter import write_rule

        path = write_rule(to, rule_id, fires, quiet, kind=kind, tier=tier, why=why)
        voice.say(
            f"已写 {path}，例句都符合；用 --rules {to} 启用",
            f"wrote {path}, its examples hold; use it with --rules {to}",
        )
