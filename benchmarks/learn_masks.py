"""Masks: which words are learned behind which sign, and how well they are filled in.

    python benchmarks/learn_masks.py BENCH [--models MODELS] [--simulate] [-o OUT.json]

BENCH is a folder with garbled.jsonl, clean.jsonl and channels.json. MODELS is a folder with <fold>_64.lm, models
that did not count the sources of their fold; without it the shipped model is asked, which has counted them.

The articles are prepared as learning sees them: what stands around the sentences (page, noise, script, contacts)
is repaired by its rules, and the gold edits of masks are moved along. A mask inside of what should have been taken
out as page is neither for nor against. Words masked at least 5 times in the articles that were read are to be
learned, any other word is false. Held out: learned from every other article, filled in the rest.

--simulate masks other words behind other signs in the articles of clean.jsonl: one to four words, common and
rarer, one sign a character, and signs that hide many different words, behind which nothing is to be learned. There
the places are given, without the detector, which finds most names and numbers to be no masks.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from cleanup.data import Document
from cleanup.decode.masks import Filling, Place, fill_masks, find_masks
from cleanup.decode.texts import Texts
from cleanup.learn.masks import learn_masks
from cleanup.lm import SHIPPED
from cleanup.lm.model import Model
from cleanup.pipeline import Cleaner
from cleanup.recurrence import LineCounts
from cleanup.verify import load_verified
from folds import FOLDS, family
from gate import TUNED

AROUND = {"boilerplate", "duplicate", "noise", "mojibake", "script_mix", "contact_insertion", "evasion"}
SIZES = (10, 40, 160, 500)
TIMES = 5
CONFIDENCES = (0.5, 0.8, 0.9, 0.95, 0.99)

Gold = dict[Place, str]


def records(path: Path) -> dict[str, list[dict]]:
    out: dict[str, list[dict]] = defaultdict(list)
    for line in path.open(encoding="utf-8"):
        r = json.loads(line)
        out[r["source"]].append(r)
    return out


def prepared(sources: dict[str, list[dict]]) -> dict[str, tuple[list[str], Gold, set[Place]]]:
    """Texts of each source, the words behind their masks, and masks that are neither for nor against."""
    rules = load_verified([], shipped=True)
    rules = rules.without([r.id for r in rules.rules if r.kind not in AROUND])
    counts = LineCounts()
    for own in sources.values():
        for r in own:
            counts.add(r["source"], r["text"])
    cleaner = Cleaner(rules, apply="auto", recurrence=counts.freeze())
    out = {}
    for source, own in sources.items():
        texts, gold, neither = [], {}, set()
        for n, r in enumerate(own):
            outcome = cleaner.clean(Document(r["id"], r["text"], source))
            made = [(f.start, f.end, len(f.replacement or "")) for f in outcome.applied]
            texts.append(outcome.text)
            for e in r.get("edits", ()):
                if any(a < e["end"] and e["start"] < b for a, b, _ in made):
                    continue
                moved = sum(k - (b - a) for a, b, k in made if b <= e["start"])
                start, end = e["start"] + moved, e["end"] + moved
                if e["type"] == "mask":
                    gold[n, start, end] = e["replacement"]
                elif e["type"] == "boilerplate" or e.get("optional"):
                    neither |= {(n, at, -1) for at in range(start, end)}
        out[source] = texts, gold, neither
    return out


def judge(fillings: Iterable[Filling], gold: Gold, neither: set[Place]) -> list[tuple[float, bool]]:
    return [
        (f.posterior, gold.get((f.text, f.start, f.end)) == f.replacement)
        for f in fillings
        if (f.text, f.start, -1) not in neither
    ]


def curve(judged: list[tuple[float, bool]], wanted: int) -> str:
    parts = []
    for at_least in CONFIDENCES:
        own = [right for p, right in judged if p >= at_least]
        precision = np.mean(own) if own else float("nan")
        parts.append(f"≥{at_least} P {precision:.3f} R {sum(own) / max(1, wanted):.3f}")
    return "  ".join(parts)


def deciles(judged: list[tuple[float, bool]]) -> str:
    parts = []
    for lo in np.arange(0, 1, 0.1):
        own = [right for p, right in judged if lo <= p < lo + 0.1 + (lo > 0.85)]
        if own:
            parts.append(f"{lo:.1f}: {sum(own)}/{len(own)}")
    return "  ".join(parts)


def bench(folder: Path, model_of: Callable[[str], Model]) -> dict:
    sources = prepared(records(folder / "garbled.jsonl"))
    learned: dict[int, list[int]] = {k: [0, 0, 0] for k in SIZES}
    judged: dict[str, dict[str, list]] = {g: defaultdict(list) for g in ("tuned", "confirmed")}
    totals: dict[str, dict[str, int]] = {g: defaultdict(int) for g in ("tuned", "confirmed")}
    seconds = characters = 0.0
    for source, (texts, gold, neither) in sources.items():
        model, group = model_of(source), "tuned" if source in TUNED else "confirmed"
        for size in SIZES:
            if size > len(texts) and SIZES.index(size) and SIZES[SIZES.index(size) - 1] >= len(texts):
                continue
            part = texts[:size]
            masks, scored = find_masks(part), Texts.of(model, part)
            start = time.process_time()
            items = learn_masks(scored, masks)
            seconds += time.process_time() - start
            characters += sum(map(len, part))
            times = Counter(w for (n, _, _), w in gold.items() if n < size)
            wanted = {w for w, k in times.items() if k >= TIMES}
            words = {i.text for i in items}
            for i, k in enumerate((len(words & wanted), len(words - set(times)), len(wanted))):
                learned[size][i] += k
            if masks or items:
                shown = ", ".join(f"{i.name} {i.rate:.2f} sure {i.sure:.2f}" for i in items)
                print(
                    f"{source:18} {len(part):4} articles {len(masks):4} masks {dict(times)}: {shown or '-'}"
                )
            if size >= len(texts):
                fillings = fill_masks(scored, masks, items)
                judged[group]["all"] += judge(fillings, gold, neither)
                totals[group]["all"] += len(gold)
                own = judge(fillings, gold, neither)
                if gold:
                    print(f"{'':18} {curve(own, len(gold))}")
        half, rest = texts[::2], texts[1::2]
        items = learn_masks(Texts.of(model, half), find_masks(half))
        unseen = {(n // 2, a, b): w for (n, a, b), w in gold.items() if n % 2}
        out = {(n // 2, a, b) for n, a, b in neither if n % 2}
        judged[group]["held out"] += judge(
            fill_masks(Texts.of(model, rest), find_masks(rest), items), unseen, out
        )
        totals[group]["held out"] += len(unseen)
    for size, (right, false, wanted) in learned.items():
        print(f"{size:4} articles: learned {right} of {wanted}, {false} false")
    for group in judged:
        for what, own in judged[group].items():
            print(f"{group:9} {what:8} {totals[group][what]:4} masks: {curve(own, totals[group][what])}")
        print(f"{group:9} right by confidence: {deciles(judged[group]['all'])}")
    print(f"learning: {characters / seconds / 1e6:.2f} M characters a second of processor time, masks found")
    clean = 0
    for source, own in records(folder / "clean.jsonl").items():
        texts = [r["text"] for r in own]
        items = learn_masks(Texts.of(model_of(source), texts), find_masks(texts))
        clean += len(items)
    print(f"undamaged sources: {clean} learned")
    return {"learned": learned, "clean": clean, "fillings": judged, "masks": totals}


def masked(texts: list[str], words: Iterable[str], sign: Callable[[str], str]) -> tuple[list[str], Gold]:
    """Every place where one of the words stands, behind a sign."""
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    out, gold = [], {}
    for n, text in enumerate(texts):
        new, at = "", 0
        for m in pattern.finditer(text):
            new += text[at : m.start()]
            gold[n, len(new), len(new) + len(sign(m.group()))] = m.group()
            new, at = new + sign(m.group()), m.end()
        out.append(new + text[at:])
    return out, gold


def masked_tokens(
    tokens: list[list[tuple[str, str]]], hides: Callable[[str, str], bool]
) -> tuple[list[str], Gold]:
    """Some tokens, wherever the same string may stand beside them."""
    out, gold = [], {}
    for n, text in enumerate(tokens):
        new = ""
        for word, tag in text:
            if hides(word, tag):
                gold[n, len(new), len(new) + 3] = word
                word = "***"
            new += word
        out.append(new)
    return out, gold


CHINESE = re.compile("[\u4e00-\u9fff]{2,}")


def simulations(texts: list[str], rnd: random.Random) -> Iterable[tuple[str, list[str], Gold]]:
    """What was masked, the texts, and what stands behind; kinds that begin with "many" hide many words."""
    import jieba.posseg

    tokens = [[(w.word, w.flag) for w in jieba.posseg.cut(t)] for t in texts]
    times = Counter(w for t in tokens for w, _ in t if CHINESE.fullmatch(w))
    common = sorted(w for w, k in times.items() if k >= 20)
    rarer = sorted(w for w, k in times.items() if 5 <= k < 20)
    for pool, name in ((common, "common"), (rarer, "rarer")):
        for k in (1, 1, 2, 4):
            sign = rnd.choice(("□□", "***", " *** ", "◆◆", "##", "**", "▓▓", " □□ "))
            words = rnd.sample(pool, min(k, len(pool)))
            if words:
                yield f"{k} {name}", *masked(texts, words, lambda w, sign=sign: sign)
    words = rnd.sample(common, min(2, len(common))) + rnd.sample(rarer, min(2, len(rarer)))
    yield "a sign a character", *masked(texts, words, lambda w: "□" * len(w))
    for share in (0.003, 0.01, 0.03):
        yield (
            f"many: {share} of all words",
            *masked_tokens(
                tokens,
                lambda w, tag, share=share: bool(CHINESE.fullmatch(w)) and rnd.random() < share,
            ),
        )
    for name, tags in (
        ("names", ("nr", "nrt")),
        ("places", ("ns", "nt")),
        ("numbers", ("m",)),
    ):
        yield f"many: {name}", *masked_tokens(tokens, lambda w, tag, tags=tags: tag in tags)


def simulate(folder: Path, model_of: Callable[[str], Model]) -> dict:
    rnd = random.Random(5)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    fills: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for source, own in sorted(records(folder / "clean.jsonl").items()):
        for kind, texts, gold in simulations([r["text"] for r in own], rnd):
            if not gold:
                continue
            scored = Texts.of(model_of(source), texts)
            items = learn_masks(scored, list(gold))
            times = Counter(gold.values())
            words = {i.text for i in items}
            right = {w for w in words if times[w] >= 3}
            wanted = sum(k >= TIMES for k in times.values())
            for i, k in enumerate((len(right), len(words - right), wanted, 1)):
                counts[kind][i] += k
            fills[kind] += judge(fill_masks(scored, list(gold), items), gold, set())
            if words - right or (kind.startswith("many") and words):
                told = ", ".join(
                    f"{i.text} ({times[i.text]} of {len(gold)}, sure {i.sure:.2f})" for i in items
                )
                print(f"  {source} {kind}: {told}")
    for kind, (right, false, wanted, n) in counts.items():
        print(f"{kind:26} {n:3} sources: learned {right} of {wanted}, {false} false")
        if fills[kind]:
            print(f"{'':26} {curve(fills[kind], len(fills[kind]))}")
    few = [f for k, own in fills.items() if not k.startswith("many") for f in own]
    print(f"right by confidence: {deciles(few)}")
    return {"learned": dict(counts)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench", type=Path)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--simulate", action="store_true")
    parser.add_argument("-o", "--out", type=Path)
    args = parser.parse_args()
    opened: dict[Path, Model] = {}

    def model_of(source: str) -> Model:
        path = SHIPPED
        if args.models:
            fold = next(f for f, families in FOLDS.items() if family(source) in families)
            path = args.models / f"{fold}_64.lm"
        if path not in opened:
            opened[path] = Model.open(path)
        return opened[path]

    figures = (simulate if args.simulate else bench)(args.bench, model_of)
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
