"""`cleanup evaluate`: the figures against gold, and the floors they must not fall under."""

from __future__ import annotations

import datetime
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from cleanup.cli.configured import ConfigOption
from cleanup.cli.evaluate_tables import print_tables, write_json
from cleanup.cli.options import (
    LANG_DEFAULT,
    ChannelsOption,
    LangOption,
    LearnOption,
    ModelOption,
    OffOption,
    PriorOption,
    RulesOption,
    ShippedOption,
    language,
    model_opener,
    tiers_to_apply,
)
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.data import Apply

HELP = told(
    """对照金标准计算准确率、召回率、净修复率和误伤，按类别与来源列出。

    例：

    `cleanup evaluate samples/gold.jsonl`

    `cleanup evaluate gold.jsonl --findings reports/x/findings.jsonl --json`

    `cleanup evaluate gold.jsonl --no-learn --no-prior` — 只用规则，不学各来源的信道

    `cleanup evaluate samples/gold.jsonl --baseline reports/baseline.json` — 低于底线时以 1 退出

    `cleanup evaluate gold.jsonl --plots reports/plots` — 画出各类的曲线；需要 pip install 'cleanup[plots]'
    """,
    """Precision, recall, net repair and harm against gold edits, by kind and by source.

    Examples:

    `cleanup evaluate samples/gold.jsonl`

    `cleanup evaluate gold.jsonl --findings reports/x/findings.jsonl --json`

    `cleanup evaluate gold.jsonl --no-learn --no-prior` — rules alone, no channels learned

    `cleanup evaluate samples/gold.jsonl --baseline reports/baseline.json` — exits 1 under a floor

    `cleanup evaluate gold.jsonl --plots reports/plots` — curves by kind; needs pip install 'cleanup[plots]'
    """,
)


def evaluate(
    gold: Annotated[
        Path,
        typer.Argument(
            metavar="GOLD", help=told("金标准 JSONL:id、text、edits。", "Gold JSONL: id, text, edits.")
        ),
    ],
    findings: Annotated[
        Path | None,
        typer.Option(
            "--findings",
            help=told(
                "评这份 findings.jsonl，而不重新运行。", "Judge this findings.jsonl instead of running."
            ),
        ),
    ] = None,
    apply: Annotated[
        str,
        typer.Option(
            "--apply", help=told("应用到哪一档：auto 或 suggest。", "Tiers to apply: auto or suggest.")
        ),
    ] = "auto",
    rules: RulesOption = [],  # noqa: B006 - typer copies it
    off: OffOption = [],  # noqa: B006
    shipped: ShippedOption = True,
    learn: LearnOption = True,
    channel: ChannelsOption = [],  # noqa: B006
    prior: PriorOption = True,
    model: ModelOption = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline", help=told("底线文件；低于底线时以 1 退出。", "File of floors; exit 1 under one.")
        ),
    ] = None,
    update_baseline: Annotated[
        bool,
        typer.Option(
            "--update-baseline",
            help=told("把底线提高到现在的数值。", "Raise the floors to the present figures."),
        ),
    ] = False,
    lower: Annotated[
        str,
        typer.Option(
            "--lower",
            metavar="REASON",
            help=told("允许降低底线，理由记入文件。", "Allow floors to be lowered; the reason is recorded."),
        ),
    ] = "",
    show: Annotated[
        int, typer.Option("--show", help=told("列出若干错改与漏改。", "List so many wrong and missed edits."))
    ] = 0,
    plots: Annotated[
        Path | None,
        typer.Option(
            "--plots",
            metavar="DIR",
            help=told(
                "在此文件夹里画 SVG：准确率与召回率、置信度可靠性。",
                "Draw SVGs in this folder: precision-recall and reliability.",
            ),
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=told("输出 JSON。", "Write JSON."))] = False,
    config: ConfigOption = None,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Read, run unless findings are given, score, tell, compare with the floors."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.errors import UsageError
        from cleanup.evaluate import Calibrator, Scorer, claim, read_findings, read_gold, score
        from cleanup.evaluate.floors import check, update

        tiers = tiers_to_apply(apply)
        if (update_baseline or lower) and baseline is None:
            raise UsageError(
                "--update-baseline 和 --lower 需要 --baseline",
                "--update-baseline and --lower need --baseline",
            )
        if plots is not None:
            # before minutes of work, not after
            from cleanup.evaluate.plots import ready

            ready(plots)
        data = read_gold(gold)
        calibrator = Calibrator()
        if findings is not None:
            scores = score(data.articles, read_findings(findings), keep=max(show, 1), calibrator=calibrator)
        else:
            scorer = Scorer(keep=max(show, 1))
            cleaner = _cleaner(data.articles, rules, off, shipped, tiers, learn, channel, prior, model, voice)
            for article, found in _run(data.articles, cleaner, voice):
                claims = [claim(f) for f in found]
                calibrator.add(article, claims, scorer.add(article, claims))
            scores = scorer.result()
        calibration = calibrator.result()
        # floors first: a reader that closes the pipe early must not cost the record
        told_floors: list[Any] = []
        breaches: list[Any] = []
        if baseline is not None and update_baseline:
            today = datetime.datetime.now(datetime.UTC).date().isoformat()
            told_floors = update(
                baseline, data.name, data.digest, scores, date=today, lower_reason=lower or None
            )
        elif baseline is not None:
            told_floors = breaches = check(baseline, data.name, data.digest, scores)
        for floor in told_floors:
            voice.warn(floor.tell(voice.lang))
        if baseline is not None and not told_floors:
            voice.err.print(voice.pick("都不低于底线", "no figure is under its floor"))
        if plots is not None:
            from cleanup.evaluate.plots import write
            from cleanup.report.words import Words

            words = Words("zh")

            def name(kind: str) -> str:
                # identifiers are English already
                return words.name("kind", kind) if voice.lang == "zh" else kind

            for path in write(plots, calibration, lang=voice.lang, name=name):
                voice.err.print(voice.pick(f"图：{path}", f"plot: {path}"), markup=False)
        if json:
            write_json(scores, calibration, voice)
        else:
            print_tables(scores, calibration, voice)
            for miss in scores.misses(show):
                voice.out.print(miss.tell(voice.lang), markup=False)
        if breaches:
            raise typer.Exit(1)


def _cleaner(
    articles: Any,
    rules: list[Path],
    off: list[str],
    shipped: bool,
    apply: Apply,
    learn: bool,
    channel: list[Path],
    prior: bool,
    model: Path | None,
    voice: Voice,
) -> Any:
    """What `cleanup run` would clean these articles with: lines counted and channels learned over each source."""
    from cleanup.channel.files import read_channels
    from cleanup.channel.prior import shipped_prior
    from cleanup.data import Document
    from cleanup.learn.dump import Learner
    from cleanup.learn.sample import TextSample
    from cleanup.pipeline import Cleaner
    from cleanup.recurrence import LineCounts
    from cleanup.verify import load_verified

    opened = model_opener(model)
    cleaner = Cleaner(
        load_verified(rules, shipped=shipped).without(off),
        apply=apply,
        model=opened,
        prior=shipped_prior() if prior else None,
    )
    channels = {c.source: c for path in channel for c in read_channels(path)}
    if learn:
        lines, texts = LineCounts(), TextSample()
        for a in articles:
            lines.add(a.source, a.text)
            texts.add(Document(a.id, a.text, a.source))
        cleaner = cleaner.knowing(lines.freeze())
        sources = {s: sampled for s, sampled in texts.sources().items() if s not in channels}
        learner = Learner(cleaner.rules, cleaner.recurrence, cleaner.model)
        with voice.err.status(voice.pick("学习", "learning")) if voice.on_terminal else nullcontext():
            channels |= {c.source: c for c in learner.channels(sources)}
    return cleaner.knowing(channels=tuple(channels.values()))


def _run(articles: Any, cleaner: Any, voice: Voice) -> Any:
    """Each gold article with the findings of this machine, progress shown on a terminal."""
    from rich.progress import track

    from cleanup.data import Document
    from cleanup.flow import TOGETHER

    what = voice.pick("评测", "evaluating")
    groups = [articles[i : i + TOGETHER] for i in range(0, len(articles), TOGETHER)]
    for group in track(groups, what, console=voice.err, transient=True, disable=not voice.on_terminal):
        outcomes = cleaner.clean_many([Document(a.id, a.text, a.source) for a in group])
        for article, outcome in zip(group, outcomes, strict=True):
            yield article, outcome.findings
