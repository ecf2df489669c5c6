"""The bench as learning sees it: each source's texts with everything around the sentence repaired, and the truth.

A hypothesis in such a text is carried home to the text as it was read and held against the gold there.
"""

from __future__ import annotations

import json
import pickle
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cleanup import edits as ed
from cleanup.data import Document
from cleanup.learn.prepare import preparer
from cleanup.lm import SHIPPED
from cleanup.lm.model import Model
from cleanup.recurrence import LineCounts
from cleanup.verify import load_verified
from folds import FOLDS, family
from gate import TUNED, canonical

AROUND = ("boilerplate", "noise", "contact_insertion", "script_mix")


@dataclass
class Article:
    """An article: its text prepared, the way home, and its gold edits in the text as read."""

    name: str
    text: str
    raw: str
    home: ed.WayHome
    gold: dict[tuple[int, int, str], str]
    soft: list[tuple[int, int]]

    def label(self, start: int, end: int, new: str) -> int:
        """1 where the edit is one of the gold, 0 where it is wrong, -1 where nothing can be said."""
        span = self.home.span(start, end)
        if span is None:
            return -1
        if canonical(self.raw, *span, new) in self.gold:
            return 1
        return -1 if any(a <= span[1] and span[0] <= b for a, b in self.soft) else 0


@dataclass
class Farm:
    """A source of the bench: its articles, what it did by channels.json, how often each item by the gold."""

    source: str
    articles: list[Article]
    channel: dict
    done: dict[str, Counter]

    @property
    def texts(self) -> list[str]:
        return [a.text for a in self.articles]

    def first(self, n: int) -> Farm:
        """The farm with its first n articles alone."""
        kept = self.articles[:n]
        done = defaultdict(Counter)
        for a in kept:
            for (start, end, new), kind in a.gold.items():
                done[kind][new or a.raw[start:end]] += 1
        return Farm(self.source, kept, self.channel, done)


def farms(bench: Path, name: str = "garbled", cache: Path | None = None) -> dict[str, Farm]:
    """The farms of bench/<name>.jsonl by source; `cache` keeps them between runs."""
    if cache is not None and cache.exists():
        return pickle.loads(cache.read_bytes())
    records = [json.loads(line) for line in (bench / f"{name}.jsonl").open(encoding="utf-8")]
    channels = json.loads((bench / "channels.json").read_text("utf-8"))
    lines = LineCounts()
    for r in records:
        lines.add(r["source"], r["text"])
    prepare = preparer(load_verified(), lines.freeze())
    out: dict[str, Farm] = {}
    for r in records:
        farm = out.setdefault(r["source"], Farm(r["source"], [], channels.get(r["source"], {}), {}))
        farm.articles.append(_article(r, prepare))
    out = {source: farm.first(len(farm.articles)) for source, farm in out.items()}
    if cache is not None:
        cache.write_bytes(pickle.dumps(out))
    return out


def _article(record: dict, prepare) -> Article:
    raw = record["text"]
    text, made = prepare(Document(record["id"], raw, record["source"]))
    gold, soft = {}, []
    for e in record.get("edits", ()):
        if e.get("optional"):
            soft.append((e["start"] - 1, e["end"] + 1))
        elif e["type"] in AROUND:
            # beside these an edit of ours cannot be told right from wrong by itself
            soft.append((e["start"], e["end"]))
        else:
            gold[canonical(raw, e["start"], e["end"], e["replacement"])] = e["type"]
    return Article(record["id"], text, raw, ed.WayHome(made), gold, soft)


@lru_cache(maxsize=8)
def _open(path: Path) -> Model:
    return Model.open(path)


def model_for(source: str, models: Path | None) -> Model:
    """A model that has not counted the source's family; the shipped one where there is none."""
    fold = next((f for f, families in FOLDS.items() if family(source) in families), "")
    path = models / f"{fold}_64.lm" if models else SHIPPED
    return _open(path if path.exists() else SHIPPED)


def is_tuned(source: str) -> bool:
    """Whether figures of the source may be looked at when something is chosen."""
    return source in TUNED
