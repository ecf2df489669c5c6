"""From corpora to a model file: symbols, counts, probabilities, pruning, words, and what was held out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup import __version__
from cleanup.errors import CorpusError, UsageError
from cleanup.lm import container, estimate, pack, segment, standins
from cleanup.lm import count as counting
from cleanup.lm.alphabet import UNKNOWN, Alphabet, Ids
from cleanup.lm.corpus import HELD_OUT_CHARACTERS, Corpus, blocks, no_chinese, parted
from cleanup.lm.model import Model
from cleanup.lm.recipe import Recipe
from cleanup.lm.words import pack_words

Progress = Callable[[str, float], None]

# Words to a megabyte of budget: the word table takes a tenth of the file then.
_WORDS_A_MB = 2000
_MERGE_EVERY = 8
# No alphabet is cut below this for a budget's sake.
_LEAST_SYMBOLS = 64
# What header and alignment of sections take at most.
_HEADER = 65536


@dataclass(frozen=True, slots=True)
class _Read:
    """What the first pass saw of a corpus."""

    corpus: Corpus
    characters: int
    held_out: str


def build(
    corpora: Sequence[Corpus],
    recipe: Recipe,
    outputs: dict[Path, float],
    *,
    text_field: str = "text",
    work: Path | None = None,
    workers: int = 0,
    progress: Progress = lambda what, share: None,
) -> None:
    """Count corpora and write a model file for each (path, budget in 10^6 bytes) of `outputs`.

    work     folder for what is spilled, and for word counts that are kept for the next build; without it a
             temporary folder beside the output, which is removed
    workers  processes that segment words; 0 is one a core
    The same corpora and recipe give the same bytes. CorpusError where there is nothing to count.
    """
    for path, budget_mb in outputs.items():
        if budget_mb:
            _room(path, budget_mb, 4 * pack.fixed_bytes(_LEAST_SYMBOLS))
        path.parent.mkdir(parents=True, exist_ok=True)
    first = next(iter(outputs))
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
    spill = Path(tempfile.mkdtemp(prefix=".lm-build-", dir=work or first.parent))
    try:
        alphabet, read = _first_pass(corpora, recipe, text_field, progress)
        symbol_counts = np.zeros(len(alphabet), np.int64)

        def batches() -> Iterator[tuple[Ids, float]]:
            for corpus in corpora:
                for block in blocks(corpus.path, text_field=text_field):
                    yield alphabet.encode("\n" + parted(block)[0] + "\n"), corpus.weight

        for corpus in corpora:
            for block in blocks(corpus.path, text_field=text_field):
                symbol_counts += np.bincount(alphabet.encode(block), minlength=len(alphabet))
            progress("symbols", 0.0)
        tables = counting.count(batches(), symbol_counts, spill, progress=progress)
        estimates = estimate.estimate(tables, len(alphabet), spill, progress=progress)
        unigram = estimate.unigrams(tables[1], len(alphabet))
        price = estimate.needed_worth(tables, estimates, len(alphabet), pack.BYTES_EACH)
        counted = _words(corpora, text_field, work, workers, progress)
        able, similar = standins.stand_ins(
            counted, segment.vocabulary(), progress=lambda share: progress("stand-ins", share)
        )
        for path, budget_mb in outputs.items():
            own = _fitting(alphabet, budget_mb)
            words, tokens = pack_words(
                counted.words,
                segment.vocabulary(),
                own,
                able,
                similar,
                base=len(alphabet),
                limit=min(recipe.words, int(budget_mb * _WORDS_A_MB) or recipe.words),
            )
            usable = {
                n: np.where(_within(tables[n].keys, n, len(alphabet), len(own)), p, -np.inf)
                for n, p in price.items()
            }
            at = -np.inf
            if budget_mb:
                fixed = sum(a.nbytes for a in words.values()) + pack.fixed_bytes(len(own))
                at = estimate.threshold(usable, pack.table_bytes, _room(path, budget_mb, fixed))
            keep = {n: p > at for n, p in usable.items()}
            del usable
            # rare symbols that a small model leaves out are unknown to it
            reduced = unigram[: len(own)].copy()
            reduced[UNKNOWN] += unigram[len(own) :].sum()
            pruned = estimate.prune(tables, estimates, reduced, keep, len(alphabet), progress=progress)
            arrays, shapes = pack.pack(pruned, len(own), len(alphabet), progress=progress)
            arrays["alphabet"] = np.frombuffer(own.characters.encode(), np.uint8)
            arrays |= words
            meta: dict[str, Any] = {
                "name": recipe.name or path.stem,
                "built_with": f"cleanup {__version__}",
                "fuse": shapes,
                "base": len(alphabet),
                "symbols": len(own),
                "tokens": tokens,
                "words": len(words["word.ends"]),
                "counted": {str(n): len(t.keys) for n, t in sorted(tables.items())},
                "kept": {str(n): int(k.sum()) for n, k in sorted(keep.items())},
                "discounts": {
                    str(n): [e.discounts.one, e.discounts.two, e.discounts.more] for n, e in estimates.items()
                },
                "corpora": [_about(r, recipe) for r in read],
            }
            del pruned, keep
            meta["held_out"] = _held_out(Model(container.in_memory(path, meta, arrays)), read)
            container.write(path, meta, arrays)
            progress("write", 1.0)
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _room(path: Path, budget_mb: float, own_bytes: int) -> float:
    room = budget_mb * 1e6 - own_bytes - _HEADER
    if room < 0:
        raise UsageError(
            f"{budget_mb:g} MB 放不下：符号表、双字表与词表已占 {own_bytes / 1e6:.1f} MB；请加大 --budget，或在配方里减少 words",
            f"{budget_mb:g} MB is too small: symbols, bigram bits and words alone take {own_bytes / 1e6:.1f} MB; raise --budget, or lower words in the recipe",
            where=str(path),
        )
    return room


def _first_pass(
    corpora: Sequence[Corpus], recipe: Recipe, text_field: str, progress: Progress
) -> tuple[Alphabet, list[_Read]]:
    """The alphabet, and of each corpus its size and the lines held out."""
    counts = np.zeros(0x10000, np.int64)
    read = []
    for i, corpus in enumerate(corpora):
        own = np.zeros(0x10000, np.int64)
        held: list[str] = []
        size = 0
        for block in blocks(corpus.path, text_field=text_field):
            Alphabet.tally(block, own)
            if size < HELD_OUT_CHARACTERS:
                held.append(parted(block)[1])
                size += len(held[-1])
        if not own.sum():
            raise CorpusError("是空的", "is empty", where=str(corpus.path))
        if no_chinese(own):
            raise CorpusError("没有一个汉字", "holds no Chinese character", where=str(corpus.path))
        counts += own
        read.append(_Read(corpus, int(own.sum()), "".join(held)[:HELD_OUT_CHARACTERS]))
        progress("read", (i + 1) / len(corpora))
    return Alphabet.counted(counts, at_least=recipe.rare_below), read


def _words(
    corpora: Sequence[Corpus], text_field: str, work: Path | None, workers: int, progress: Progress
) -> segment.WordCounts:
    """Words and pairs of all corpora, weights included, in whole occurrences."""
    total = np.zeros(len(segment.vocabulary()), np.int64)
    runs = []
    workers = workers or os.cpu_count() or 1
    # started afresh: a fork of a process with threads may hang
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for i, corpus in enumerate(corpora):

            def segmented(corpus: Corpus = corpus) -> segment.WordCounts:
                return segment.count_words(blocks(corpus.path, text_field=text_field), pool, workers)

            counts = segment.remembered(corpus.path, work, text_field, segmented)
            units = max(1, round(corpus.weight * counting.UNITS))
            total += counts.words * units
            runs.append((counts.pairs, counts.times * units))
            if len(runs) > _MERGE_EVERY:
                runs = [segment.merged(runs)]
            progress("words", (i + 1) / len(corpora))
    pairs, times = segment.merged(runs)
    some = times >= counting.UNITS
    return segment.WordCounts(total // counting.UNITS, pairs[some], times[some] // counting.UNITS)


def _fitting(alphabet: Alphabet, budget_mb: float) -> Alphabet:
    """The commonest symbols whose table of bigram bits takes at most a quarter of the budget."""
    if not budget_mb:
        return alphabet
    n = len(alphabet)
    while n > _LEAST_SYMBOLS and pack.fixed_bytes(n) > budget_mb * 1e6 / 4:
        n -= 64
    return Alphabet(alphabet.characters[: n - (len(alphabet) - len(alphabet.characters))])


def _within(keys: npt.NDArray[np.uint64], order: int, base: int, symbols: int) -> npt.NDArray[np.bool_]:
    """Which n-grams hold only the first `symbols` symbols."""
    ok = np.ones(len(keys), bool)
    if symbols == base:
        return ok
    rest = np.array(keys)
    for _ in range(order):
        ok &= rest % np.uint64(base) < symbols
        rest //= np.uint64(base)
    return ok


def _about(read: _Read, recipe: Recipe) -> dict[str, Any]:
    return {
        "name": read.corpus.name,
        "characters": read.characters,
        **recipe.corpora.get(read.corpus.name, {}),
        "weight": read.corpus.weight,
    }


def _held_out(model: Model, read: Sequence[_Read]) -> dict[str, Any]:
    """Bits a Chinese character of the lines that were not counted, and over all of them the perplexity."""
    bits, characters, by_corpus = 0.0, 0, {}
    for r in read:
        if not r.held_out:
            continue
        nats, n = model.chinese_nats(r.held_out)
        if n:
            by_corpus[r.corpus.name] = round(nats / n / np.log(2), 4)
            bits += nats / np.log(2)
            characters += n
    overall = bits / characters if characters else None
    return {
        "characters": characters,
        "bits_per_character": None if overall is None else round(overall, 4),
        "perplexity": None if overall is None else round(2**overall, 2),
        "by_corpus": by_corpus,
    }
