"""A first look at learning: which characters does a source strip, told by absence and by what restoring finds?

    python benchmarks/strip_lists.py BENCH CORPORA MODEL [--gate 0.3] [--articles 100]

Nothing of the channel is given. A character is a candidate where a source has less than --gate of what its frequency
in CORPORA lets expect; it is restored where the model gains more than 4 nats by it, and no other candidate more. What
was restored is held against what survives. Furniture, noise and mixed scripts are taken out by the gold first, as in
gate.py. Prints precision and recall of the lists, over characters stripped at least five times and weighted by how
often each was, and what is found in undamaged articles. The model may have counted the sources: this flatters a little.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleanup.lm.gains import Scored, gains_of_changes
from cleanup.lm.model import Model
from gate import places, prepared

_GAIN = 4.0
_SAMPLE = 3_000_000


@dataclass(frozen=True)
class Character:
    """A candidate: how often it was restored, between how many pairs of neighbours, and how often it survives."""

    text: str
    restored: int
    contexts: int
    surviving: int

    @property
    def rate(self) -> float:
        """The share that is stripped, if half of what is missing was restored."""
        return 2 * self.restored / max(1, 2 * self.restored + self.surviving)


def frequencies(model: Model, corpora: Path) -> np.ndarray:
    """The share of each symbol among Chinese characters, large corpora held down to their square root."""
    total = np.zeros(len(model.alphabet))
    for path in sorted(corpora.glob("*.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as f:
            ids = model.alphabet.encode(f.read(_SAMPLE))
        counts = np.bincount(ids, minlength=len(total)) * model.alphabet.is_chinese
        total += counts / max(1.0, np.sqrt(counts.sum()))
    return total / total.sum()


def learned(model: Model, frequency: np.ndarray, texts: Sequence[str], gate: float) -> list[Character]:
    scored = Scored.of(model, texts)
    ids = scored.ids.astype(np.int64)
    seen = np.bincount(ids, minlength=len(model.alphabet))
    expected = frequency * model.alphabet.is_chinese[ids].sum()
    candidates = np.flatnonzero((expected >= 1) & (seen <= gate * expected + 1))
    at = np.concatenate([places(t) + scored.starts[i] for i, t in enumerate(texts)])
    left, right = ids[at - 1], ids[at]
    best: dict[int, tuple[float, int]] = {}
    for c in candidates.tolist():
        fits = model.bigrams.has(left, np.full(len(at), c)) & model.bigrams.has(np.full(len(at), c), right)
        here = at[fits]
        gain = gains_of_changes(model, scored, here, here, np.full((len(here), 1), c, np.uint16))
        for place, g in zip(here[gain > _GAIN].tolist(), gain[gain > _GAIN].tolist(), strict=True):
            best[place] = max(best.get(place, (0.0, 0)), (g, c))
    restored = Counter(c for _, c in best.values())
    contexts = defaultdict(set)
    for place, (_, c) in best.items():
        contexts[c].add((ids[place - 1], ids[place]))
    return [
        Character(model.alphabet.symbol(c), restored[c], len(contexts[c]), int(seen[c]))
        for c in candidates.tolist()
    ]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("corpora", type=Path)
    ap.add_argument("model", type=Path)
    ap.add_argument("--gate", type=float, default=0.3)
    ap.add_argument("--articles", type=int, default=100, help="of each source, at most")
    a = ap.parse_args()
    model = Model.open(a.model)
    frequency = frequencies(model, a.corpora)
    channels = json.loads((a.bench / "channels.json").read_text("utf-8"))
    texts: dict[str, list[str]] = defaultdict(list)
    stripped: dict[str, Counter[str]] = defaultdict(Counter)
    for name in ("garbled", "clean"):
        with (a.bench / f"{name}.jsonl").open(encoding="utf-8") as f:
            for record in map(json.loads, f):
                if len(texts[record["source"]]) < a.articles:
                    texts[record["source"]].append(
                        prepared(record).text if name == "garbled" else record["text"]
                    )
                    for e in record.get("edits", ()):
                        if e["type"] == "dropped_char":
                            stripped[record["source"]].update(e["replacement"])
    found = {source: learned(model, frequency, own, a.gate) for source, own in texts.items()}
    for k in (2, 3, 4):
        for rate in (0.5, 0.7, 0.8):

            def taken(c: Character, k: int = k, rate: float = rate) -> bool:
                return c.restored >= k and c.contexts >= 2 and c.rate >= rate

            tell(f"restored >= {k}, rate >= {rate}", taken, found, stripped, channels)


def tell(
    name: str,
    taken: Callable[[Character], bool],
    found: dict[str, list[Character]],
    stripped: dict[str, Counter[str]],
    channels: dict[str, dict[str, list[str]]],
) -> None:
    right = wrong = often = missed = weight = total = clean = 0
    for source, characters in found.items():
        got = {c.text for c in characters if taken(c)}
        if source not in channels:
            clean += len(got)
            continue
        listed, counts = set(channels[source]["chars"]), stripped[source]
        five = {c for c in listed if counts[c] >= 5}
        right, wrong = right + len(got & listed), wrong + len(got - listed)
        often, missed = often + len(five), missed + len(five - got)
        weight, total = weight + sum(counts[c] for c in got & listed), total + sum(counts.values())
    print(
        f"{name}: precision {right / max(1, right + wrong):.3f}, recall {1 - missed / max(1, often):.3f} of {often}, "
        f"{weight / max(1, total):.3f} of what was stripped; {clean} in undamaged sources",
        flush=True,
    )


if __name__ == "__main__":
    main()
