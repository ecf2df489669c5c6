"""What is repaired in articles that come alone, without a dump of their source.

    python benchmarks/single.py BENCH [MODELS] [--rules-alone] [--show] [--speed]

BENCH is a folder with garbled.jsonl and clean.jsonl, whose articles are taken one by one, with no source. MODELS holds
<fold>_64.lm, models that have not counted the sources of their fold; without it the model that ships is used.
--rules-alone leaves the prior out, --show lists every edit applied to undamaged text. --speed measures nothing but how
fast articles are cleaned, one at a time in a warm process and 1,000 in a call, as multiples of jieba.
"""

from __future__ import annotations

import argparse
import time
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


def speed(bench: Path) -> None:
    import jieba

    jieba.setLogLevel(60)
    list(jieba.cut("热身"))
    rules = load_verified()
    for name in ("clean", "garbled"):
        documents = [Document(x.id, x.text) for x in read_gold(bench / f"{name}.jsonl").articles[:1000]]
        size = sum(len(d.text) for d in documents)
        sample = documents[:200]
        for prior in (None, shipped_prior()):
            cleaner = Cleaner(rules, prior=prior)
            cleaner.clean_many(documents[:100])
            for many in (1, 1000):
                begin = time.perf_counter()
                for d in sample:
                    list(jieba.cut(d.text))
                peer = sum(len(d.text) for d in sample) / (time.perf_counter() - begin)
                begin = time.perf_counter()
                for i in range(0, len(documents), many):
                    cleaner.clean_many(documents[i : i + many])
                took = time.perf_counter() - begin
                print(
                    f"{name}, {'prior' if prior else 'rules alone'}, {many} at a time: {size / took / 1e6:.2f} M/s, "
                    f"jieba x{size / took / peer:.1f}, {took / len(documents) * 1000:.2f} ms an article"
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument("models", type=Path, nargs="?")
    parser.add_argument("--rules-alone", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--speed", action="store_true")
    a = parser.parse_args()
    if a.speed:
        speed(a.bench)
        return
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
