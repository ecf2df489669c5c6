"""Words and pairs of neighbouring words of a corpus, as jieba's dictionary segments it."""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanup.chars import is_han
from cleanup.lm.corpus import is_jsonl
from cleanup.lm.count import heads

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

# Punctuation tells a slot as well as a word does. In front of the dictionary, so that ids are stable.
_PUNCTUATION = "，。、：；！？（）“”《》"
_NARROW = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？", "(": "（", ")": "）"}
# Two ids of 20 bits make a pair; jieba's dictionary has 349,046 words.
PAIR_BITS = 20
_PIECE = 1 << 19
_FLUSH = 1 << 24


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Counts over a vocabulary: of words, shape (len(vocabulary),), and of sorted pairs left << 20 | right."""

    words: npt.NDArray[np.int64]
    pairs: U64
    times: npt.NDArray[np.int64]


@lru_cache(maxsize=1)
def vocabulary() -> tuple[str, ...]:
    """All words that can be counted, punctuation first; id 0 is none of them."""
    return ("", *_PUNCTUATION, *sorted(w for w, n in _tokenizer().FREQ.items() if n and is_han(w[0])))


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


@lru_cache(maxsize=1)
def _ids() -> dict[str, int]:
    ids = {word: i for i, word in enumerate(vocabulary()) if i}
    return ids | {narrow: ids[wide] for narrow, wide in _NARROW.items()}


def segment(text: str) -> U32:
    """The words of a text as ids, 0 between lines and for what is no word. No guessing of new words."""
    ids, cut = _ids(), _tokenizer().cut
    out = []
    for line in text.split("\n"):
        out.append(0)
        out.extend(ids.get(word, 0) for word in cut(line, HMM=False))
    return np.array(out, np.uint32)


def count_words(blocks: Iterable[str], pool: Executor, workers: int) -> WordCounts:
    """Counts over the blocks of one corpus; the number of workers does not change them."""
    words = np.zeros(len(vocabulary()), np.int64)
    runs: list[tuple[U64, npt.NDArray[np.int64]]] = []
    held: list[U64] = []
    pieces = _pieces(blocks)
    # a bounded number in flight: the corpus may be larger than memory
    pending = deque(pool.submit(segment, p) for p in islice(pieces, 4 * workers))
    while pending:
        ids = pending.popleft().result()
        pending.extend(pool.submit(segment, p) for p in islice(pieces, 1))
        words += np.bincount(ids, minlength=len(words))
        known = (ids[:-1] > 0) & (ids[1:] > 0)
        held.append(((ids[:-1].astype(np.uint64) << np.uint64(PAIR_BITS)) | ids[1:])[known])
        if sum(map(len, held)) > _FLUSH:
            keys = np.concatenate(held)
            runs.append(merged([(keys, np.ones(len(keys), np.int64))]))
            held = []
            if sum(len(k) for k, _ in runs) > 4 * _FLUSH:
                runs = [merged(runs)]
    last = np.concatenate(held) if held else np.zeros(0, np.uint64)
    pairs, times = merged([*runs, (last, np.ones(len(last), np.int64))])
    return WordCounts(words, pairs, times)


def merged(runs: list[tuple[U64, npt.NDArray[np.int64]]]) -> tuple[U64, npt.NDArray[np.int64]]:
    """Sorted distinct keys of all runs and the sums of their counts."""
    keys = np.concatenate([k for k, _ in runs])
    times = np.concatenate([t for _, t in runs])
    order = np.argsort(keys, kind="stable")
    keys, times = keys[order], times[order]
    start = heads(keys)
    return keys[start], np.add.reduceat(times, start) if len(start) else times


def _pieces(blocks: Iterable[str]) -> Iterator[str]:
    """Pieces for the workers, cut at line breaks where there are any."""
    for block in blocks:
        at = 0
        while at < len(block):
            end = block.find("\n", at + _PIECE)
            end = len(block) if end < 0 else end + 1
            yield from _short(block[at:end])
            at = end


def _short(piece: str) -> Iterable[str]:
    if len(piece) <= 4 * _PIECE:
        return (piece,)
    # one line of many megabytes: jieba needs memory for all of it at once
    return (piece[i : i + _PIECE] for i in range(0, len(piece), _PIECE))


def remembered(
    path: Path, folder: Path | None, text_field: str, make: Callable[[], WordCounts]
) -> WordCounts:
    """The word counts of a file, from `folder` if it was counted before: it takes minutes, and other
    weights or other corpora beside it do not change it. What is told apart is the bytes and how they are read.
    """
    if folder is None:
        return make()
    h = hashlib.blake2b(digest_size=16)
    with path.open("rb") as f:
        while block := f.read(1 << 20):
            h.update(block)
    read_as = f"jsonl {text_field}" if is_jsonl(path) else "txt"
    h.update("\0".join(chain((read_as,), vocabulary())).encode())
    kept = folder / f"words-{h.hexdigest()}.npz"
    if kept.exists():
        with np.load(kept) as a:
            return WordCounts(a["words"], a["pairs"], a["times"])
    counts = make()
    folder.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial.npz")
    try:
        np.savez(partial, words=counts.words, pairs=counts.pairs, times=counts.times)
        partial.replace(kept)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return counts
