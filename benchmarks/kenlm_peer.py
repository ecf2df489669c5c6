"""The same model in KenLM: do the figures agree, and what does a character cost from Python?

    pip install kenlm        # compiles for a minute; no dependency of the project
    python benchmarks/kenlm_peer.py CORPUS… --test TEXT [--budget 16] [--rounds 5] [--clock cpu] [-o OUT.json]

Counts and estimates come from cleanup.lm, pruned to a budget (10^6 bytes of n-grams; 0 keeps all). What is left
is written twice as ARPA, a character a token, and read by KenLM: once with the probabilities as estimated, once
with the ones that the model file holds, which are quantised. Bits a character of TEXT (a corpus: text, JSONL,
plain or packed) under all three then tell apart what quantisation costs and whether the look-up is right:
KenLM stores n-grams whole, while the model file tells them by fingerprints of 16 bits (order 5: 10) and takes
one in 2^16 (2^10) of those it does not hold for one that it holds. Lines of TEXT that stand in a corpus as well
are not counted there.

KenLM wants every n-gram's suffix, too; pruning keeps some without it. Those get the probability that they have
through shorter ones anyway, so that nothing changes but KenLM's size.

The border symbol is </s> where it is predicted and <s> where it is context; KenLM keeps two entries, the
model one. Classes (digit, letter, blank, unknown) are ordinary tokens, so that KenLM never meets <unk>.

Speed: KenLM's score (a number a sentence) and full_scores (one a token, as Model.score gives) take sentences
whose tokens are joined by blanks already; with "joining" the text is encoded and joined first, as the others
are timed from plain text. All take turns, the figure is the median; --clock cpu is for machines with other work.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.lm import container, count, estimate, pack
from cleanup.lm.alphabet import BORDER, Alphabet, Ids
from cleanup.lm.corpus import blocks
from cleanup.lm.model import ORDER, Model
from cleanup.lm.words import pack_words
from speed import CLOCKS, batches, seconds, warm_jieba

_LN10 = math.log(10)
# Characters seen fewer times are no symbols of their own, as in a recipe.
_RARE_BELOW = 5
# KenLM asks for <unk>; nothing is ever spelled so.
_NO_UNKNOWN = "-20\t<unk>\n"

Pruned = dict[int, estimate.Pruned]


def counted_blocks(corpora: Sequence[Path], left_out: set[str]) -> Iterator[str]:
    """The text of corpora without the lines that are tested on."""
    for corpus in corpora:
        for block in blocks(corpus):
            lines = block.splitlines()
            kept = [line for line in lines if line not in left_out]
            yield "\n".join(kept) + "\n"


def estimated(
    corpora: Sequence[Path], left_out: set[str], budget: float, folder: Path
) -> tuple[Alphabet, Pruned]:
    """Counts of corpora, estimated and pruned."""
    tally = np.zeros(0x10000, np.int64)
    for block in counted_blocks(corpora, left_out):
        Alphabet.tally(block, tally)
    alphabet = Alphabet.counted(tally, at_least=_RARE_BELOW)
    symbols = len(alphabet)
    counts = np.zeros(symbols, np.int64)
    for block in counted_blocks(corpora, left_out):
        counts += np.bincount(alphabet.encode(block), minlength=symbols)
    encoded = ((alphabet.encode("\n" + block), 1.0) for block in counted_blocks(corpora, left_out))
    tables = count.count(encoded, counts, folder)
    estimates = estimate.estimate(tables, symbols, folder)
    price = estimate.needed_worth(tables, estimates, symbols, pack.BYTES_EACH)
    at = estimate.threshold(price, pack.table_bytes, budget * 1e6) if budget else -math.inf
    keep = {n: p > at for n, p in price.items()}
    return alphabet, estimate.prune(tables, estimates, estimate.unigrams(tables[1], symbols), keep, symbols)


def quantised(pruned: Pruned) -> Pruned:
    """The same n-grams with the numbers that a model file holds for them."""
    out = {1: pruned[1]}
    for order in range(2, ORDER + 1):
        p = pruned[order]
        book, codes = pack.quantise(p.log_prob, pack.CODES[order])
        log_backoff = p.log_backoff.copy()
        if order < ORDER:
            is_context = ~np.isnan(log_backoff)
            backoff_book, backoff_codes = pack.quantise(log_backoff[is_context], pack.BACKOFF_CODES)
            log_backoff[is_context] = backoff_book[backoff_codes]
        out[order] = estimate.Pruned(p.keys, book[codes], log_backoff)
    return out


def with_suffixes(pruned: Pruned, base: int) -> Pruned:
    """The same model, where each n-gram's suffix is an entry as well: with what it has without one."""
    out = dict(pruned)
    for order in range(ORDER - 1, 1, -1):
        own = pruned[order]
        suffixes = np.unique(out[order + 1].keys % np.uint64(base**order))
        new = suffixes[~estimate.find(own.keys, suffixes)[0]] if len(own.keys) else suffixes
        keys = np.concatenate([own.keys, new])
        by_key = np.argsort(keys, kind="stable")
        log_prob = np.concatenate([own.log_prob, backed_off(pruned, order, new, base)])
        log_backoff = np.concatenate([own.log_backoff, np.full(len(new), np.nan, np.float32)])
        out[order] = estimate.Pruned(keys[by_key], log_prob[by_key], log_backoff[by_key])
    return out


def backed_off(pruned: Pruned, order: int, keys: estimate.U64, base: int) -> estimate.F32:
    """ln p of n-grams that may be there or not."""
    if order == 1:
        return pruned[1].log_prob[keys.astype(np.int64)]
    there, place = estimate.find(pruned[order].keys, keys)
    is_context, at = estimate.find(pruned[order - 1].keys, keys // np.uint64(base))
    weight = np.where(is_context, np.nan_to_num(pruned[order - 1].log_backoff[at]), np.float32(0))
    lower = backed_off(pruned, order - 1, keys % np.uint64(base ** (order - 1)), base)
    return np.where(there, pruned[order].log_prob[place], weight + lower)


def write_model(path: Path, alphabet: Alphabet, pruned: Pruned) -> Model:
    """A model file of the n-grams, with an empty word table, open."""
    symbols = len(alphabet)
    arrays, shapes = pack.pack(pruned, symbols, symbols)
    arrays["alphabet"] = np.frombuffer(alphabet.characters.encode(), np.uint8)
    no_words, tokens = pack_words(
        np.zeros(1, np.int64),
        [""],
        alphabet,
        np.zeros(0, np.int64),
        np.zeros((0, 1), np.uint32),
        base=symbols,
        limit=1,
    )
    meta = {"name": "peer", "fuse": shapes, "base": symbols, "symbols": symbols, "tokens": tokens}
    container.write(path, meta, arrays | no_words)
    return Model.open(path)


def tokens_of(alphabet: Alphabet) -> npt.NDArray[Any]:
    """What each symbol is called in ARPA where it is predicted, shape (len(alphabet),)."""
    names = np.array([alphabet.symbol(i) for i in range(len(alphabet))], object)
    names[BORDER] = "</s>"
    return names


def write_arpa(path: Path, alphabet: Alphabet, pruned: Pruned) -> None:
    """The n-grams as ARPA: log10, tokens between blanks."""
    last, first = tokens_of(alphabet), tokens_of(alphabet)
    first[BORDER] = "<s>"
    base = np.uint64(len(alphabet))
    with path.open("w", encoding="utf-8") as f:
        # <s> and <unk> are entries of their own
        sizes = {n: len(p.keys) + (2 if n == 1 else 0) for n, p in pruned.items()}
        f.write("\\data\\\n" + "".join(f"ngram {n}={size}\n" for n, size in sizes.items()))
        for order, p in pruned.items():
            f.write(f"\n\\{order}-grams:\n" + (_NO_UNKNOWN if order == 1 else ""))
            rest, columns = p.keys.copy(), []
            for place in range(order - 1, -1, -1):
                # n-grams of whole lines hold a border in the first or the last place only
                names = last if place == order - 1 else first
                columns.insert(0, names[(rest % base).astype(np.int64)])
                rest //= base
            probabilities = (np.minimum(p.log_prob, 0).astype(np.float64) / _LN10).tolist()
            weights = (p.log_backoff.astype(np.float64) / _LN10).tolist()
            for words, probability, weight in zip(
                zip(*columns, strict=True), probabilities, weights, strict=True
            ):
                backoff = "" if math.isnan(weight) or words[-1] == "</s>" else f"\t{weight:.9g}"
                f.write(f"{probability:.9g}\t{' '.join(words)}{backoff}\n")
                if order == 1 and words[-1] == "</s>":
                    f.write(f"-99\t<s>\t{0 if math.isnan(weight) else weight:.9g}\n")
        f.write("\n\\end\\\n")


def sentences(ids: Ids, names: npt.NDArray[Any]) -> list[str]:
    """The lines of encoded text, each as its tokens joined by blanks; empty ones are left out."""
    borders = np.flatnonzero(ids == BORDER)
    tokens = names[ids].tolist()
    return [" ".join(tokens[a + 1 : b]) for a, b in pairwise(borders) if b > a + 1]


def kenlm_scores(model: Any, lines: Sequence[str]) -> npt.NDArray[np.float32]:
    """ln p of every token and line end, in the order of the text."""
    log10 = [p for line in lines for p, _, _ in model.full_scores(line)]
    return (np.array(log10) * _LN10).astype(np.float32)


def bits(scores: npt.NDArray[np.float32]) -> float:
    return -float(scores.sum(dtype=np.float64)) / math.log(2) / len(scores)


def speeds(
    ours: Model, kenlm_model: Any, texts: Sequence[str], names: npt.NDArray[Any], rounds: int, clock: str
) -> dict[str, list[float]]:
    """Characters a second in each round."""
    tokenizer = warm_jieba()
    parts = batches(texts)
    lines = sentences(ours.encode(texts)[0], names)
    characters = sum(map(len, texts))

    def joined() -> list[str]:
        return [line for part in parts for line in sentences(ours.encode(part)[0], names)]

    work: dict[str, Callable[[], object]] = {
        "Model.score, batches": lambda: [ours.score(ours.encode(part)[0]) for part in parts],
        "Model.log_prob, a line": lambda: [ours.log_prob(text) for text in texts],
        "kenlm score": lambda: [kenlm_model.score(line) for line in lines],
        "kenlm full_scores": lambda: [list(kenlm_model.full_scores(line)) for line in lines],
        "kenlm score, joining": lambda: [kenlm_model.score(line) for line in joined()],
        "jieba.lcut": lambda: [tokenizer.lcut(text) for text in texts],
    }
    for name in ("Model.score, batches", "kenlm score"):
        work[name]()
    out: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, one in work.items():
            out[name].append(characters / seconds(one, clock))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description="The model and KenLM, from the same counts.")
    parser.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS")
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--budget", type=float, default=16.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    try:
        import kenlm
    except ImportError:
        sys.exit(
            "kenlm is missing: pip install kenlm (no dependency of the project, it compiles for a minute)"
        )

    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    load = os.getloadavg()
    # the lines as the model sees them: one a border
    texts = [line for block in blocks(options.test) for line in block.splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alphabet, pruned = estimated(options.corpora, set(texts), options.budget, folder)
        kept = {n: len(p.keys) for n, p in pruned.items()}
        ours = write_model(folder / "peer.lm", alphabet, pruned)
        size = (folder / "peer.lm").stat().st_size
        ids = ours.encode(texts)[0]
        mine = ours.score(ids)
        # a border behind a border ends an empty line, which is no sentence
        is_scored = np.append(False, (ids[1:] != BORDER) | (ids[:-1] != BORDER))
        scores = {"model file": mine[is_scored]}
        lines = sentences(ids, tokens_of(alphabet))
        loading = {}
        for what, version in (("kenlm, as estimated", pruned), ("kenlm, quantised", quantised(pruned))):
            complete = with_suffixes(version, len(alphabet))
            write_arpa(folder / "peer.arpa", alphabet, complete)
            start = time.perf_counter()
            kenlm_model = kenlm.Model(str(folder / "peer.arpa"), config)
            loading[what] = time.perf_counter() - start
            scores[what] = kenlm_scores(kenlm_model, lines)
        added = sum(len(p.keys) for p in complete.values()) - sum(kept.values())
        start = time.perf_counter()
        Model.open(folder / "peer.lm")
        loading["model file"] = time.perf_counter() - start
        figures = {what: bits(s) for what, s in scores.items()}
        # neither side rounds what the other holds, so what differs is a false match
        difference = np.abs(scores["model file"] - scores["kenlm, quantised"])
        off = difference > 1e-3
        elsewhere = float(difference[~off].max(initial=0))
        per_second = speeds(ours, kenlm_model, texts, tokens_of(alphabet), options.rounds, options.clock)
    medians = {what: statistics.median(values) for what, values in per_second.items()}
    result = {
        "corpora": [c.name for c in options.corpora],
        "test": options.test.name,
        "budget_mb": options.budget,
        "kept": kept,
        "suffixes_added": added,
        "model_bytes": size,
        "scored": len(mine[is_scored]),
        "bits_per_symbol": figures,
        "false_matches": int(off.sum()),
        "largest_other_difference": elsewhere,
        "load_seconds": loading,
        "clock": options.clock,
        "per_second": per_second,
        "median_per_second": medians,
        "load_before_and_after": [load[0], os.getloadavg()[0]],
    }

    print(
        f"{sum(kept.values()):,} n-grams kept {kept}, model file {size / 1e6:.1f} MB; {added:,} suffixes added for KenLM"
    )
    print(f"{options.test.name}: {len(lines):,} lines, {result['scored']:,} characters and line ends")
    for what, figure in figures.items():
        print(
            f"{what:24}{figure:>9.4f} bits   {figure - figures['kenlm, as estimated']:+.4f}   opens in {loading[what] * 1000:,.1f} ms"
        )
    print(
        f"model file and kenlm, quantised, differ by over .001 nats at {off.sum():,} places ({off.mean():.3%}),"
        f" by {elsewhere:.0e} at most elsewhere"
    )
    print(f"{'':24}{'median':>9}   all rounds, 1,000 characters a second ({options.clock} clock)")
    for what, values in per_second.items():
        print(f"{what:24}{medians[what] / 1000:>7,.0f} k   {'  '.join(f'{v / 1000:,.0f}' for v in values)}")
    print(f"load average {load[0]:.2f} before, {os.getloadavg()[0]:.2f} after")
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
