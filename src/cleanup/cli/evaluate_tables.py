"""The figures of `cleanup evaluate` as tables and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cleanup.cli.voice import Voice

if TYPE_CHECKING:
    from cleanup.evaluate import Calibration, Scores, Tally
    from cleanup.evaluate.calibration import Bin, Reliability

_ZH = {
    "gold": "金标准",
    "detected": "发现",
    "repaired": "修复",
    "detection": "发现率",
    "recall": "召回率",
    "applied": "应用",
    "precision": "准确率",
}


def write_json(scores: Scores, calibration: Calibration, voice: Voice) -> None:
    """All figures as one line of JSON on stdout."""
    import json

    from cleanup.evaluate.curves import as_dict

    table = {k: {s: _cell(t) for s, t in row.items()} for k, row in scores.by_kind_and_source.items()}
    figures = {
        **scores.as_dict(),
        "found_only": {kind: tally.found_only for kind, tally in scores.by_type.items()},
        "by_kind_and_source": table,
        "calibration": as_dict(calibration),
    }
    voice.out.file.write(json.dumps(figures, ensure_ascii=False) + "\n")


def print_tables(scores: Scores, calibration: Calibration, voice: Voice) -> None:
    """The figures as text: totals, then tables by type, kind, confidence, source, and kind × source."""
    if not voice.out.is_terminal:
        voice.out.width = 240  # a pipe has no edge to fold tables at
    figures = scores.as_dict()
    tables = [figures.pop(name) for name in ("by_type", "by_kind", "by_source")]
    voice.out.print("  ".join(f"{k}={_round(v)}" for k, v in figures.items()), markup=False)
    types = {k: {**row, "found_only": scores.by_type[k].found_only} for k, row in tables[0].items()}
    heads = (
        (
            voice.pick("金标准类别", "gold type"),
            ("gold", "detected", "repaired", "detection", "recall", "found_only"),
        ),
        (voice.pick("发现的类别", "kind of finding"), ("applied", "precision")),
        (voice.pick("来源", "source"), ("f0.5", "precision", "recall")),
    )
    _figures(*heads[0], types, voice)
    _figures(*heads[1], tables[1], voice)
    _confidence(calibration, voice)
    _figures(*heads[2], tables[2], voice)
    _cells(scores, voice)


def _figures(head: str, columns: Sequence[str], rows: dict[str, Any], voice: Voice) -> None:
    from rich.table import Table

    if not rows:
        return
    zh = {**_ZH, "found_only": "发现未修"}
    names = [voice.pick(zh.get(c, c), c.replace("_", " ")) for c in columns]
    table = Table(head, *names, box=None, pad_edge=False)
    for name, row in rows.items():
        table.add_row(name, *(str(_round(row.get(c))) for c in columns))
    voice.out.print(table)


def _confidence(calibration: Calibration, voice: Voice) -> None:
    """What confidences stated and what came of them: by kind, and of the rules that are far off."""
    from rich.table import Table

    if n := calibration.silent:
        voice.say(f"没有置信度、未计入的发现：{n}", f"findings without a confidence, not counted: {n}")
    if not calibration.changes:
        return
    rows = {kind: calibration.of(kind) for kind in calibration.kinds}
    rows = {kind: of for kind, of in rows.items() if of.edits}
    if len(rows) > 1:
        rows = {voice.pick("全部", "all"): calibration.of(""), **rows}
    shown = [n for n, b in enumerate(calibration.of("").bins) if b.edits]
    borders = [_border(b) for b in calibration.of("").bins]
    title = voice.pick("置信度：声称与实际", "confidence: stated and right")
    names = voice.pick("处数 正确率 声称 ECE Brier", "edits right stated ECE Brier").split()
    table = Table(title, *names, *(borders[n] for n in shown), box=None, pad_edge=False)
    for kind, of in rows.items():
        table.add_row(kind, *_reliability(of), *(_bin(of.bins[n]) for n in shown))
    voice.out.print(table)
    off = {rule: of for rule, of in calibration.by_rule().items() if of.is_off}
    if off:
        title = voice.pick("声称与实际不符的规则", "rules whose confidence is off")
        table = Table(title, *names, box=None, pad_edge=False)
        for rule, of in off.items():
            table.add_row(rule, *_reliability(of))
        voice.out.print(table)


def _reliability(of: Reliability) -> tuple[str, ...]:
    figures = (of.share, of.mean, of.ece, of.brier)
    return (str(of.edits), *("–" if x is None else f"{x:.3f}" for x in figures))


def _border(b: Bin) -> str:
    return f"≥{b.low:g}" if b.high == 1 else f"{b.low:g}–{b.high:g}" if b.low else f"<{b.high:g}"


def _bin(b: Bin) -> str:
    """The share that is right, and of how many."""
    return f"{b.share:.3f}/{b.edits}" if b.share is not None else ""


def _cells(scores: Scores, voice: Voice) -> None:
    from rich.table import Table

    cells = scores.by_kind_and_source
    sources = sorted({s for row in cells.values() for s in row})
    if len(sources) > 1:
        title = voice.pick("来源 × 类别：准确率/召回率", "source × kind: precision/recall")
        table = Table(title, *cells, box=None, pad_edge=False)
        for source in sources:
            table.add_row(source, *(_pair(row[source]) if source in row else "" for row in cells.values()))
        voice.out.print(table)


def _cell(tally: Tally) -> dict[str, Any]:
    return {"applied": tally.applied, "right": tally.right, "gold": tally.gold, "repaired": tally.repaired}


def _pair(tally: Tally) -> str:
    show = tuple("–" if x is None else f"{x:.2f}" for x in (tally.precision, tally.recall))
    return f"{show[0]}/{show[1]}"


def _round(value: Any) -> Any:
    return f"{value:.4g}" if isinstance(value, float) else "–" if value is None else value
