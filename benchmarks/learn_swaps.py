"""What is learned of swaps, spun words and lost commas, and what decoding does with it, against channels.json.

    python benchmarks/learn_swaps.py BENCH [--models FOLDS] [--articles 10 40 160 500]

BENCH is a folder with garbled.jsonl, clean.jsonl and channels.json; FOLDS one with <fold>_64.lm, models that did not
count the sources they are asked about (benchmarks/build_folds.py); without it the shipped model is asked, which has.
Damage that is other stages' work is taken out by the gold first, as for the gate.

Sources that the bars were chosen on are `tuned`, the others `confirmed`; what is learned of undamaged sources is
listed, and should be nothing. Two experiments follow on the undamaged sources: other swaps than the bench has, and
words replaced blindly, to see which broken compounds are found.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from cleanup.channel.items import Item
from cleanup.decode.seams import decode_seams
from cleanup.decode.swaps import decode_swaps
from cleanup.decode.texts import Texts
from cleanup.learn.commas import learn_commas
from cleanup.learn.spins import learn_spins
from cleanup.learn.swaps import learn_swaps
from cleanup.lexicon import shared
from cleanup.lm import SHIPPED
from cleanup.lm.model import Model
from folds import FOLDS, family
from gate import TUNED, Article, prepared

CONFIDENCE = (0.5, 0.8, 0.9, 0.95, 0.99)
# A pair counts when the written word stands this often in the source.
SPUN = 5
# Swaps that the bench has not, and the share of occurrences that are swapped.
SWAPS = (("最", "更"), ("很", "挺"), ("必", "须"), ("元", "圆"), ("能", "可"), ("不", "没"))
SWAPPED = 0.95
# Words replaced without a look at what is around them, and the share of occurrences.
BLIND = (
    *(
        ("了解", "理解"),
        ("重要", "要紧"),
        ("执行", "实行"),
        ("问题", "疑问"),
        ("方式", "办法"),
        ("处理", "解决"),
    ),
    *(
        ("包括", "涵盖"),
        ("采取", "采纳"),
        ("行为", "表现"),
        ("影响", "作用"),
        ("我们", "咱们"),
        ("原因", "起因"),
    ),
    *(
        ("主义", "观点"),
        ("会议", "大会"),
        ("实现", "达到"),
        ("工作", "任务"),
        ("大学", "高校"),
        ("生活", "日子"),
    ),
)
REPLACED = 0.8


def one_in(share: float, n: int) -> bool:
    """Whether the n-th occurrence is damaged: evenly, so that the same runs give the same figures."""
    return int((n + 1) * share) > int(n * share)


def replaced(texts: list[str], old: str, new: str, share: float) -> tuple[list[str], set[tuple[int, int]]]:
    """Texts with a share of a string replaced, and where: (number, offset in the new text)."""
    out, places, n = [], set(), 0
    for number, text in enumerate(texts):
        parts = text.split(old)
        made = parts[0]
        for part in parts[1:]:
            hit = one_in(share, n)
            if hit:
                places.add((number, len(made)))
            made += (new if hit else old) + part
            n += 1
        out.append(made)
    return out, places


class Models:
    """The model to ask about a source, opened once."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.fold = {f: fold for fold, families in FOLDS.items() for f in families}
        self.opened: dict[Path, Model] = {}

    def of(self, source: str) -> Model:
        path = self.folder / f"{self.fold[family(source)]}_64.lm" if self.folder else SHIPPED
        if path not in self.opened:
            self.opened[path] = Model.open(path)
        return self.opened[path]


def share(hits: int, of: int) -> str:
    return f"{hits / of:.3f} ({hits}/{of})" if of else "-"


def side(source: str) -> str:
    return "tuned" if source in TUNED else "confirmed"


def learned(
    sources: dict[str, list[Article]], channels: dict, clean: dict[str, list[str]], models: Models, show: bool
) -> tuple[dict[str, list[Item]], dict[str, list[int]]]:
    """Everything is learned of all sources; prints it, returns the items of each farm and the sums."""
    items: dict[str, list[Item]] = {}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    seconds, characters = defaultdict(float), 0
    for source, articles in sources.items():
        texts = Texts.of(models.of(source), [a.text for a in articles])
        truth = channels[source]
        got: list[Item] = []
        for name, learn in (("swaps", learn_swaps), ("spins", learn_spins), ("commas", learn_commas)):
            began = time.process_time()
            result = learn(texts)
            seconds[name] += time.process_time() - began
            got += result if isinstance(result, list) else [result] if result else []
        characters += sum(map(len, texts.texts))
        items[source] = got
        joined = "\n".join(texts.texts)
        swaps = {("最", "更")} if truth["superlative"] else set()
        spins = {(o, w) for o, w in truth["spin"].items() if joined.count(w) >= SPUN}
        for kind, true in (("swap", swaps), ("spin", spins)):
            found = {(i.text, i.becomes) for i in got if i.kind == kind}
            every = true | ({*truth["spin"].items()} if kind == "spin" else set())
            for column in (side(source), "pooled"):
                s = sums[f"{kind} {column}"]
                s[0] += len(true & found)
                s[1] += len(true)
                s[2] += len(found - every)
            if show:
                wrong = ", ".join(f"{o}→{w}" for o, w in sorted(found - every))
                print(
                    f"{source:20} {kind}: {len(true & found)} of {len(true)}",
                    f"wrong: {wrong}" if wrong else "",
                )
        comma = next((i for i in got if i.kind == "commas"), None)
        s = sums[f"commas {side(source)}"]
        s[0] += bool(comma) and truth["comma"] > 0
        s[1] += truth["comma"] > 0
        s[2] += bool(comma) and not truth["comma"]
        if show and (comma or truth["comma"]):
            said = f"{comma.rate:.2f}, at least {comma.rate_at_least:.2f}" if comma else "nothing"
            print(f"{source:20} commas: lost {truth['comma']:.1f}, learned {said}")
    for name, s in sorted(sums.items()):
        print(f"{name:18} recall {share(s[0], s[1])} precision {share(s[0], s[0] + s[2])}")
    for source, texts in clean.items():
        t = Texts.of(models.of(source), texts)
        got = [*learn_swaps(t), *learn_spins(t)]
        comma = learn_commas(t)
        for i in got + ([comma] if comma else []):
            print(f"undamaged {source}: {i.name} found {i.found} surviving {i.surviving} sure {i.sure:.2f}")
    print(
        f"undamaged sources: {len(clean)}; seconds of processor time for",
        f"{characters / 1e6:.2f} M characters:",
        end=" ",
    )
    print(", ".join(f"{k} {v:.1f}" for k, v in seconds.items()))
    return items, sums


def decoded(sources: dict[str, list[Article]], items: dict[str, list[Item]], models: Models) -> None:
    """Swaps undone with what was learned: precision and recall by confidence; seams found, for reading."""
    sums: dict[tuple[str, float], list[int]] = defaultdict(lambda: [0, 0, 0])
    for source, articles in sources.items():
        texts = Texts.of(models.of(source), [a.text for a in articles])
        gold = sum(a.total["superlative_swap"] for a in articles)
        found = decode_swaps(texts, items[source])
        right = [
            articles[s.text].gold.get((s.start, s.end, s.replacement)) == "superlative_swap" for s in found
        ]
        line = []
        for c in CONFIDENCE:
            hits = sum(ok for s, ok in zip(found, right, strict=True) if s.confidence >= c)
            n = sum(s.confidence >= c for s in found)
            line.append(f"≥{c}: {hits}/{n}")
            for column in (side(source), "pooled"):
                s = sums[column, c]
                s[0] += hits
                s[1] += n
                s[2] += gold
        if gold or found:
            print(f"{source:20} {gold} swapped;", ", ".join(line))
        for seam in decode_seams(texts, items[source]):
            text = texts.texts[seam.text]
            around = (
                text[max(0, seam.start - 6) : seam.start]
                + f"[{text[seam.start : seam.end]}→{seam.replacement}]"
            )
            print(
                f"{source:20} seam {seam.confidence:.3f} {around}{text[seam.end : seam.end + 6]!r} {seam.whole}"
            )
    for (column, c), (hits, n, gold) in sorted(sums.items()):
        print(
            f"swaps undone, {column}, confidence ≥ {c}: precision {share(hits, n)} recall {share(hits, gold)}"
        )


def experiments(clean: dict[str, list[str]], models: Models) -> None:
    """Other swaps, and blind replacing, on undamaged sources."""
    for old, new in SWAPS:
        got, of, wrong = 0, 0, 0
        for source, texts in clean.items():
            if sum(t.count(old) for t in texts) < 10:
                continue
            made, _ = replaced(texts, old, new, SWAPPED)
            found = {(i.text, i.becomes) for i in learn_swaps(Texts.of(models.of(source), made))}
            got, of, wrong = got + ((old, new) in found), of + 1, wrong + len(found - {(old, new)})
        print(f"{old}→{new} in sources that have it ten times: learned in {got} of {of}, wrong {wrong}")
    sums = np.zeros((len(CONFIDENCE), 2), int)
    honest = 0
    for source, texts in clean.items():
        for old, new in BLIND:
            made, places = replaced(texts, old, new, REPLACED)
            for seam in decode_seams(Texts.of(models.of(source), made), [Item("spin", old, new)]):
                for k, c in enumerate(CONFIDENCE):
                    if seam.confidence >= c:
                        sums[k] += (seam.text, seam.start) in places, 1
        pairs = [Item("spin", old, new) for old, new in BLIND]
        honest += sum(s.confidence >= 0.9 for s in decode_seams(Texts.of(models.of(source), texts), pairs))
    for c, (hits, n) in zip(CONFIDENCE, sums.tolist(), strict=True):
        print(f"seams of blind replacing, confidence ≥ {c}: right {share(hits, n)}")
    print(f"seams ≥ 0.9 in undamaged text that is told of {len(BLIND)} pairs it never spun: {honest}")


def fit(sources: dict[str, list[Article]], channels: dict, models: Models) -> None:
    """The slope and level of decode.swaps: logistic regression of right on gain, on the tuned farms, rate as .95."""
    from cleanup.decode.substitutes import gain_of, occurrences

    x, y = [], []
    for source, articles in sources.items():
        if source not in TUNED or not channels[source]["superlative"]:
            continue
        texts = Texts.of(models.of(source), [a.text for a in articles])
        at = occurrences(texts, "更")
        x += np.minimum(gain_of(texts, at, 1, "最"), 7.0).tolist()
        for position in at.tolist():
            n, start = texts.offset(position)
            y.append((start, start + 1, "最") in articles[n].gold)
    gain, right, beta = np.column_stack([x, np.ones(len(x))]), np.array(y, float), np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-gain @ beta))
        beta += np.linalg.solve(gain.T @ (gain * (p * (1 - p))[:, None]), gain.T @ (right - p))
    print(f"fitted without cues: slope {beta[0]:.2f}, level {beta[1] - np.log(0.95):.2f}, on {len(x)} places")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--articles", type=int, nargs="*", default=[])
    parser.add_argument("--experiments", action="store_true", help="other swaps, and blind replacing")
    args = parser.parse_args()
    models = Models(args.models)
    shared()
    channels = json.loads((args.bench / "channels.json").read_text())
    sources: dict[str, list[Article]] = defaultdict(list)
    clean: dict[str, list[str]] = defaultdict(list)
    for line in (args.bench / "garbled.jsonl").open():
        record = json.loads(line)
        sources[record["source"]].append(prepared(record))
    for line in (args.bench / "clean.jsonl").open():
        record = json.loads(line)
        clean[record["source"]].append(record["text"])
    items, _ = learned(sources, channels, clean, models, show=True)
    decoded(sources, items, models)
    fit(sources, channels, models)
    for n in args.articles:
        print(f"--- the first {n} articles of each source")
        few = {s: a[:n] for s, a in sources.items()}
        learned(few, channels, {s: t[:n] for s, t in clean.items()}, models, show=False)
    if args.experiments:
        experiments(clean, models)


if __name__ == "__main__":
    main()
