"""What is repaired in articles that come alone, without a dump of their source.

    python benchmarks/single.py BENCH [MODELS] [--rules-alone] [--show]

BENCH is a folder with garbled.jsonl and clean.jsonl, whose articles are taken one by one, with no source. MODELS holds
<fold>_64.lm, models that have not counted the sources of their fold; without it the model that ships is used.
--rules-alone leaves the prior out, --show lists every edit applied to undamaged text.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from cleanup.channel.prior import shipped_prior
from cleanup.data import Apply, Document
from cleanup.evaluate import Scorer, read_gold
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified
from decode_folds import tell
from farms import is_tuned, model_for

BATCH = 128
TIERS: tuple[Apply, ...] = ("auto", "suggest")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument("models", type=Path, nargs="?")
    parser.add_argument("--rules-alone", action="store_true")
    parser.add_argument("--show", action="store_true")
    a = parser.parse_args()
    rules = load_verified()
    prior = None if a.rules_alone else shipped_prior()
    for name in ("garbled", "clean"):
        articles = read_gold(a.bench / f"{name}.jsonl").articles
        for apply in TIERS:
            scorers = {True: Scorer(), False: Scorer()}
            by_rule: dict[str, Counter[str]] = {}
            harms, size = Counter(), 0
            for source in sorted({x.source for x in articles}):
                model = model_for(source, a.models)
                cleaner = Cleaner(rules, apply=apply, model=lambda m=model: m, prior=prior)
                own = [x for x in articles if x.source == source]
                for i in range(0, len(own), BATCH):
                    part = own[i : i + BATCH]
                    for x, outcome in zip(
                        part, cleaner.clean_many([Document(y.id, y.text) for y in part]), strict=True
                    ):
                        scorers[is_tuned(source)].add(x, outcome.findings)
                        size += len(x.text)
                        for f in outcome.findings:
                            if f.rule.startswith("prior"):
                                by_rule.setdefault(f.rule, Counter())[f.tier] += 1
                        for f in outcome.applied if name == "clean" else ():
                            harms[f.rule.startswith("prior"), f.tier] += 1
                            if a.show:
                                before, after = (
                                    x.text[max(0, f.start - 12) : f.start],
                                    x.text[f.end : f.end + 12],
                                )
                                print(
                                    f"{f.rule} {f.confidence} {x.id} {before}[{f.observed}→{f.replacement}]{after}".replace(
                                        "\n", "⏎"
                                    )
                                )
            print(name, apply, {k: dict(v) for k, v in sorted(by_rule.items())}, f"of {size} characters")
            if name == "garbled":
                for tuned, scorer in scorers.items():
                    tell(f"{apply}, {'tuned' if tuned else 'confirmed'}", scorer.result().as_dict())
            else:
                told = {f"{'prior' if p else 'rules'} {t}": n for (p, t), n in sorted(harms.items())}
                print(f"undamaged, {apply}: edits {told}")


if __name__ == "__main__":
    main()
