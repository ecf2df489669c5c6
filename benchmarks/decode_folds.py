"""Sources of the bench learned and decoded with models that have not counted their families.

    python benchmarks/decode_folds.py BENCH MODELS [--cache DIR] [--plots DIR]

As `cleanup evaluate BENCH/garbled.jsonl`, but for the model of each source: precision and recall by kind and by source,
of tier auto alone and of auto and suggest, for the farms tuned on and the others apart; and every edit that is applied
to undamaged articles. Then what confidences state and what came of them, by kind; --plots draws it, a folder for each.
The shipped model has counted text of the families of the bench, so it flatters.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from cleanup.data import Apply, Document, Outcome
from cleanup.evaluate import Calibration, Calibrator, GoldArticle, Scorer, claim, read_gold
from cleanup.evaluate.curves import at_confidence, bar, curve
from cleanup.evaluate.plots import write
from cleanup.learn.source import learn_channel
from cleanup.lexicon import shared
from cleanup.pipeline import Cleaner
from cleanup.recurrence import LineCounts
from cleanup.verify import load_verified
from farms import farms, is_tuned, model_for

BATCH = 64
KINDS = (
    "dropped_char",
    "dropped_word",
    "mask",
    "spam_insertion",
    "superlative_swap",
    "spin_seam",
    "lost_punctuation",
)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("--cache", type=Path)
    ap.add_argument("--plots", type=Path)
    a = ap.parse_args()
    scorers: dict[tuple[str, str], Scorer] = defaultdict(Scorer)
    calibrators: dict[tuple[str, str], Calibrator] = defaultdict(Calibrator)
    for name in ("garbled", "clean"):
        for apply, x, outcome in decoded(a.bench, a.models, a.cache, name):
            if name == "clean":
                for f in outcome.applied:
                    around = x.text[max(0, f.start - 12) : f.start], x.text[f.end : f.end + 12]
                    print(
                        f"{apply} harm? {f.rule} {x.id} {around[0]}[{f.observed}→{f.replacement}]{around[1]}"
                    )
                continue
            group = apply, "tuned" if is_tuned(x.source) else "confirmed"
            claims = [claim(f) for f in outcome.findings]
            calibrators[group].add(x, claims, scorers[group].add(x, claims))
        for group, scorer in scorers.items() if name == "garbled" else ():
            title, calibration = ", ".join(group), calibrators[group].result()
            tell(title, scorer.result().as_dict())
            tell_confidence(title, calibration)
            if a.plots:
                write(a.plots / "-".join(group), calibration)
        for apply in ("auto", "suggest") if name == "garbled" else ():
            tell_bars(apply, *(calibrators[apply, group].result() for group in ("tuned", "confirmed")))


def decoded(
    bench: Path, models: Path, cache: Path | None, name: str, tiers: Sequence[Apply] = ("auto", "suggest")
) -> Iterator[tuple[Apply, GoldArticle, Outcome]]:
    """What is made of bench/<name>.jsonl, source by source, each learned and decoded with a model that has not counted
    its family; `tiers` are applied one after another.
    """
    rules = load_verified()
    gold = read_gold(bench / f"{name}.jsonl").articles
    known = farms(bench, name, cache / f"{name}.pkl" if cache else None)
    lines = LineCounts()
    for article in gold:
        lines.add(article.source, article.text)
    recurrence = lines.freeze()
    models_of = {s: model_for(s, models) for s in known}
    channels = {s: learn_channel(s, f.texts[:400], models_of[s], shared) for s, f in known.items()}
    for apply in tiers:
        for source, channel in channels.items():
            own = Cleaner(
                rules,
                apply=apply,
                recurrence=recurrence,
                channels=[channel],
                model=lambda m=models_of[source]: m,
            )
            articles = [x for x in gold if x.source == source]
            for i in range(0, len(articles), BATCH):
                part = articles[i : i + BATCH]
                made = own.clean_many([Document(x.id, x.text, source) for x in part])
                yield from ((apply, x, outcome) for x, outcome in zip(part, made, strict=True))


def tell(title: str, figures: dict) -> None:
    print(
        f"{title}: precision {figures['precision']:.4f} recall {figures['recall']:.4f} F0.5 {figures['f0.5']:.4f} "
        f"macro {figures['macro_f0.5']:.4f} worst {figures['worst_site_f0.5']:.4f} net {figures['net']:.4f}"
    )
    for kind in KINDS:
        gold = figures["by_type"].get(kind, {})
        of = figures["by_kind"].get(kind, {})
        if gold or of:
            precision = of.get("precision")
            print(
                f"  {kind:17} precision {precision if precision is None else round(precision, 4)} of {of.get('applied')}, "
                f"recall {gold.get('recall', 0) or 0:.3f}, detection {gold.get('detection', 0) or 0:.3f}, "
                f"found only {(gold.get('detection') or 0) - (gold.get('recall') or 0):.3f} of {gold.get('gold')}"
            )
    for source, row in figures["by_source"].items():
        print(
            f"  {source:20} F0.5 {row['f0.5']:.3f} precision {row['precision']:.4f} recall {row['recall']:.3f}"
        )


def tell_bars(title: str, tuned: Calibration, confirmed: Calibration, precision: float = 0.99) -> None:
    """The least confidence that gives a precision on the farms tuned on, and what it gives on the others."""
    print(f"bars for precision {precision} over confidence alone, {title}:")
    for kind in tuned.kinds:
        if (low := bar(curve(tuned, kind), precision)) is None:
            continue
        there = at_confidence(curve(confirmed, kind), low.confidence)
        shown = [
            f"precision {p.precision:.4f} of {p.edits}"
            + ("" if p.recall is None else f" recall {p.recall:.3f}")
            for p in (low, there)
            if p is not None
        ]
        print(f"  {kind:18} from {low.confidence:.4f}: tuned {', confirmed '.join(shown)}")


def tell_confidence(title: str, calibration: Calibration) -> None:
    """Calibration error by kind, the share right by bins of confidence, and the rules that are far off."""
    print(f"confidence, {title}:")
    for kind in ["", *calibration.kinds]:
        of = calibration.of(kind)
        if of.edits:
            bins = "  ".join(f"{b.low:g}-{b.high:g} {b.share:.3f}/{b.edits}" for b in of.bins if b.edits)
            print(
                f"  {kind or 'all':18} ECE {of.ece:.3f} Brier {of.brier:.3f} "
                f"right {of.share:.3f} stated {of.mean:.3f} of {of.edits}: {bins}"
            )
    for rule, of in calibration.by_rule().items():
        if of.is_off:
            print(f"  off: {rule} right {of.share:.3f} stated {of.mean:.3f} of {of.edits}")


if __name__ == "__main__":
    main()
