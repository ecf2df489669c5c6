"""The file in which a run keeps the signs of its sources for the next day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from cleanup.drift.signs import Count, Grams, Signs, Slots, kept
from cleanup.errors import InputError

FILE = "signs.msgpack"
_FORMAT = 1


class _Source(msgspec.Struct):
    """Signs as they are written: numbers of each string in the order of its fields, grams as bytes."""

    articles: int
    characters: int
    slots: dict[str, tuple[int, int]]
    strings: list[tuple[str, str, int, int, int, int]]
    costumes: dict[str, int]
    grams: tuple[bytes, bytes] | None


class _File(msgspec.Struct):
    format: int
    sources: dict[str, _Source]


def signs_bytes(signs: Mapping[str, Signs]) -> bytes:
    """The signs of sources as a file holds them; equal signs give equal bytes."""
    sources = {source: _packed(signs[source]) for source in sorted(signs)}
    return msgspec.msgpack.encode(_File(_FORMAT, sources), order="sorted")


def read_signs(path: Path) -> dict[str, Signs]:
    """The signs of sources. Raises InputError where the file cannot be read or is none of these."""
    try:
        file = msgspec.msgpack.decode(path.read_bytes(), type=_File)
        if file.format != _FORMAT:
            raise ValueError(f"format {file.format}")
        return {source: _unpacked(one) for source, one in file.sources.items()}
    except OSError as e:
        raise InputError(f"读不了：{e.strerror}", f"cannot be read: {e.strerror}", where=str(path)) from e
    except (msgspec.DecodeError, ValueError) as e:
        raise InputError(
            f"不是这个版本写的来源特征（{e}）；重跑写出它的那次运行",
            f"holds no signs of sources that this version reads ({e}); redo the run that wrote it",
            where=str(path),
        ) from e


def _packed(signs: Signs) -> _Source:
    grams = None if signs.grams is None else kept(signs.grams)
    return _Source(
        signs.articles,
        signs.characters,
        {name: (s.total, s.squares) for name, s in signs.slots.items()},
        [
            (slot, string, c.articles, c.places, c.squares, c.with_slots)
            for (slot, string), c in sorted(signs.strings.items())
        ],
        dict(signs.costumes),
        None
        if grams is None
        else (grams.keys.astype("<u8").tobytes(), grams.articles.astype("<u4").tobytes()),
    )


def _unpacked(one: _Source) -> Signs:
    import numpy as np

    grams: Any = None
    if one.grams is not None:
        keys, articles = (np.frombuffer(b, t) for b, t in zip(one.grams, ("<u8", "<u4"), strict=True))
        if len(keys) != len(articles):
            raise ValueError("uneven tables")
        grams = Grams(keys.astype(np.uint64), articles.astype(np.int64), one.articles, whole=False)
    return Signs(
        one.articles,
        one.characters,
        {name: Slots(*s) for name, s in one.slots.items()},
        {(slot, string): Count(*counts) for slot, string, *counts in one.strings},
        one.costumes,
        grams,
    )
