"""A word that a site strips, placed again on one of its pages: with the word's own counts, and with stand-ins.

    python benchmarks/place_word.py PAGE WORD MODEL [MODEL …]

The rules know some places of the word; what they apply and suggest on PAGE is taken for the truth, so this measures
whether the model finds the same places without being told the contexts. Prints for each model the best F0.5 over all
thresholds with precision and recall there, and the words that stood in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from cleanup import Cleaner
from cleanup.data import Document, Edit
from cleanup.edits import apply
from cleanup.lm.model import Model
from gate import Article, Hypotheses, Text, best_at_each_place, curve, fits, insertions, item_log_prob


def page_without(page: str, word: str) -> tuple[str, set[int]]:
    """The page with all other repairs made and the word taken out again, and the places where it belongs."""
    outcome = Cleaner(apply="suggest").clean(Document("page", page))
    rest, where, shift = [], [], 0
    for finding in sorted(outcome.applied, key=lambda f: f.start):
        new = finding.replacement or ""
        bare = new
        if word in new and word not in finding.observed:
            bare = new.replace(word, "", 1)
            where.append(finding.start + shift + new.index(word))
        if bare != finding.observed:
            rest.append(Edit(finding.start, finding.end, bare))
            shift += len(bare) - len(finding.observed)
    return apply(page, rest), set(where)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("page", type=Path)
    ap.add_argument("word")
    ap.add_argument("models", type=Path, nargs="+")
    a = ap.parse_args()
    text, truth = page_without(a.page.read_text("utf-8"), a.word)
    print(len(truth), "places of", a.word, "in", len(text), "characters")
    for path in a.models:
        model = Model.open(path)
        article = Article(text, {}, set())
        h: Hypotheses = insertions("dropped_word", [a.word], [article])
        for stand_ins in (False, True):
            fit = fits(Text(model, [article], [[]]), h, stand_ins=stand_ins)
            gain = (fit + item_log_prob(model, a.word)).astype(np.float32)
            rows = best_at_each_place(h, gain + 100)  # what is below the floor of the curves counts here
            points = curve([(float(gain[r]), int(h.start[r]) in truth) for r in rows], len(truth))
            best = max(points, key=lambda x: 1.25 * x[1] * x[2] / max(1e-9, 0.25 * x[1] + x[2]))
            _, p, r = best
            print(
                f"{path.name:14} {'stand-ins' if stand_ins else 'own counts':10} "
                f"F0.5 {1.25 * p * r / (0.25 * p + r):.3f}  P {p:.2f}  R {r:.2f}  at gain {best[0]:.2f}"
            )
        print(" ", " ".join(f"{s.word} {s.similarity:.2f}" for s in model.words.stand_ins(a.word)))


if __name__ == "__main__":
    main()
