"""From signatures to groups: each article is dropped for one that is kept and near to it, never by a chain.

Articles are taken in the order of their rank. One that nothing better is near to is kept, and what is near to
it and comes later goes into its group. So the groups depend on the ranks alone, and not on the order in which
articles were read, and every article that goes resembles the one that stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of pairs at the threshold at most this share share no band, and are missed.
_MISSED = 0.01


@dataclass(frozen=True, slots=True)
class Group:
    """The article that is kept, and those near to it with their similarity, as indices."""

    kept: int
    members: tuple[tuple[int, float], ...]


def rows_for(threshold: float, permutations: int) -> int:
    """Rows of a band: the most, and so the fewest comparisons, that miss no more than _MISSED."""
    best = 1
    for rows in (2, 4, 8, 16):
        if (1 - threshold**rows) ** (permutations // rows) <= _MISSED:
            best = rows
    return best


def groups(signatures: NDArray[np.uint32], ranked: NDArray[np.int64], threshold: float) -> Iterator[Group]:
    """Groups of two or more among the rows of `signatures`, those of `ranked` alone, best first.

    A similarity is the share of values that two signatures have in common, an estimate of the Jaccard
    similarity of their shingles.
    """
    import numpy as np

    if len(ranked) < 2:
        return
    starts, sizes, entries = _buckets(signatures, ranked, rows_for(threshold, signatures.shape[1]))
    if not len(entries):
        return
    # entries by article: the buckets that it is in
    bucket_of = np.repeat(np.arange(len(starts)), sizes)
    by_article = np.argsort(entries, kind="stable")
    places, first = np.unique(entries[by_article], return_index=True)
    ends = np.append(first[1:], len(entries))
    at = dict(zip(places.tolist(), zip(first.tolist(), ends.tolist(), strict=True), strict=True))
    done = np.zeros(signatures.shape[0], dtype=bool)
    for i in ranked.tolist():
        if done[i] or i not in at:
            continue
        done[i] = True
        a, b = at[i]
        near = np.concatenate([entries[starts[k] : starts[k] + sizes[k]] for k in bucket_of[by_article[a:b]]])
        near = np.unique(near[~done[near]])
        if not len(near):
            continue
        alike = (signatures[near] == signatures[i]).mean(axis=1)
        chosen = alike >= threshold
        if chosen.any():
            done[near[chosen]] = True
            yield Group(i, tuple(zip(near[chosen].tolist(), alike[chosen].tolist(), strict=True)))


def _buckets(
    signatures: NDArray[np.uint32], ranked: NDArray[np.int64], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Articles that share a band: where each bucket starts, its size, and the articles in all of them.

    A band at a time: 24 bytes an article, and 8 for each place in a bucket of two or more.
    """
    import numpy as np

    sizes: list[NDArray[np.int64]] = []
    entries: list[NDArray[np.int64]] = []
    for band in range(signatures.shape[1] // rows):
        key = np.zeros(len(ranked), dtype=np.uint64)
        for column in range(band * rows, band * rows + rows):
            key = key * np.uint64(0x9E3779B97F4A7C15) + signatures[:, column][ranked].astype(np.uint64)
        order = np.argsort(key, kind="stable")
        key = key[order]
        edges = np.flatnonzero(np.diff(key)) + 1
        first = np.concatenate([[0], edges])
        size = np.diff(np.append(first, len(key)))
        shared = np.repeat(size >= 2, size)
        entries.append(ranked[order[shared]])
        sizes.append(size[size >= 2])
    all_sizes = np.concatenate(sizes)
    starts = np.concatenate([[0], np.cumsum(all_sizes)[:-1]]) if len(all_sizes) else all_sizes
    return starts, all_sizes, np.concatenate(entries)
