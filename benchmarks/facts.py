"""Article facts on the bench: false alarms on undamaged articles, cut articles found, quality as a ranking.

python benchmarks/facts.py [FOLDER OF THE BENCH] [--show]
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path

from cleanup.data import Document
from cleanup.facts import facts_of, quality
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"


def load(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def cut(text: str, rng: random.Random) -> str:
    """The text cut inside a sentence in its second half."""
    for _ in range(50):
        at = rng.randrange(len(text) // 2, len(text))
        if text[at - 1] not in "。！？；：…\n!?.;:" and text[at] not in "。！？；：…\n!?.;:”":
            return text[:at]
    return ""


def auc(good: list[float], bad: list[float]) -> float:
    """How often a good one has the higher number; ties count half."""
    ranked = sorted([(x, 1) for x in good] + [(x, 0) for x in bad])
    wins, below, i = 0.0, 0, 0
    while i < len(ranked):
        j = i
        while j < len(ranked) and ranked[j][0] == ranked[i][0]:
            j += 1
        ties = [k for _, k in ranked[i:j]]
        wins += sum(ties) * (below + ties.count(0) / 2)
        below += ties.count(0)
        i = j
    return wins / (len(good) * len(bad))


def main() -> None:
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    bench = Path(args[0]) if args else BENCH
    cleaner = Cleaner(load_verified())
    rng = random.Random(7)
    clean, garbled = load(bench / "clean.jsonl"), load(bench / "garbled.jsonl")

    def facts(row: dict[str, str], text: str | None = None):  # type: ignore[no-untyped-def]
        return facts_of(
            cleaner.clean(Document(row["id"], row["text"] if text is None else text, row["source"]))
        )

    of_clean, of_garbled = [facts(r) for r in clean], [facts(r) for r in garbled]
    false = [(r, f) for r, f in zip(clean, of_clean, strict=True) if f.truncated]
    print(
        f"clean: {len(false)} of {len(clean)} called truncated", dict(Counter(r["source"] for r, _ in false))
    )
    print(f"clean: {sum(f.list_page for f in of_clean)} called a list of headlines")
    if "--show" in sys.argv:
        for r, f in false:
            print("   ", r["id"], f.truncated, repr(r["text"][-60:]))
    found, tried = Counter[str](), Counter[str]()
    for r in clean:
        if len(r["text"]) > 100 and (text := cut(r["text"], rng)):
            tried[r["source"]] += 1
            found[r["source"]] += bool(facts(r, text).truncated)
    print(f"cut: {found.total()} of {tried.total()} found", {s: f"{found[s]}/{n}" for s, n in tried.items()})
    print(f"garbled: {sum(bool(f.truncated) for f in of_garbled)} of {len(garbled)} called truncated")
    good, bad = [quality(f)[0] for f in of_clean], [quality(f)[0] for f in of_garbled]
    print(
        f"quality: clean {sum(good) / len(good):.3f}, garbled {sum(bad) / len(bad):.3f}, AUC {auc(good, bad):.4f}"
    )
    for source in sorted({r["source"] for r in garbled}):
        mine = [q for r, q in zip(garbled, bad, strict=True) if r["source"] == source]
        print(f"    {source:20} mean {sum(mine) / len(mine):.3f} AUC {auc(good, mine):.4f}")


if __name__ == "__main__":
    main()
