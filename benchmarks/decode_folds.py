"""Sources of the bench learned and decoded with models that have not counted their families.

    python benchmarks/decode_folds.py BENCH MODELS [--cache DIR] [--given]

As `cleanup evaluate BENCH/garbled.jsonl`, but for the model of each source: precision and recall by kind and by source,
of tier auto alone and of auto and suggest, for the farms tuned on and the others apart; and every edit that is applied
to undamaged articles. The shipped model has counted text of the families of the bench, so it flatters.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from cleanup.data import Apply, Document
from cleanup.evaluate import Scorer, read_gold
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
    a = ap.parse_args()
    rules = load_verified()
    for name in ("garbled", "clean"):
        gold = read_gold(a.bench / f"{name}.jsonl").articles
        known = farms(a.bench, name, a.cache / f"{name}.pkl" if a.cache else None)
        lines = LineCounts()
        for article in gold:
            lines.add(article.source, article.text)
        cleaner = Cleaner(rules, recurrence=lines.freeze())
        channels = {
            s: learn_channel(s, f.texts[:400], model_for(s, a.models), shared) for s, f in known.items()
        }
        tiers: tuple[Apply, ...] = ("auto", "suggest")
        for apply in tiers:
            scorers = {True: Scorer(), False: Scorer()}
            for source, channel in channels.items():
                model = model_for(source, a.models)
                own = Cleaner(
                    rules,
                    apply=apply,
                    recurrence=cleaner.recurrence,
                    channels=[channel],
                    model=lambda m=model: m,
                )
                articles = [x for x in gold if x.source == source]
                for i in range(0, len(articles), BATCH):
                    part = articles[i : i + BATCH]
                    for x, outcome in zip(
                        part, own.clean_many([Document(y.id, y.text, source) for y in part]), strict=True
                    ):
                        scorers[is_tuned(source)].add(x, outcome.findings)
                        for f in outcome.applied if name == "clean" else ():
                            around = x.text[max(0, f.start - 12) : f.start], x.text[f.end : f.end + 12]
                            print(
                                f"{apply} harm? {f.rule} {x.id} {around[0]}[{f.observed}→{f.replacement}]{around[1]}"
                            )
            if name == "garbled":
                for tuned, scorer in scorers.items():
                    tell(f"{apply}, {'tuned' if tuned else 'confirmed'}", scorer.result().as_dict())


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
                f"recall {gold.get('recall', 0) or 0:.3f}, detection {gold.get('detection', 0) or 0:.3f} of {gold.get('gold')}"
            )
    for source, row in figures["by_source"].items():
        print(
            f"  {source:20} F0.5 {row['f0.5']:.3f} precision {row['precision']:.4f} recall {row['recall']:.3f}"
        )


if __name__ == "__main__":
    main()
