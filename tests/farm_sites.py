"""Sites of a gold file as `cleanup` sees a dump: what is learned of each, and how well that repairs it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cleanup.channel.items import Channel
from cleanup.data import Document
from cleanup.evaluate import Scorer, read_gold
from cleanup.evaluate.figures import Scores
from cleanup.evaluate.gold import GoldArticle
from cleanup.learn.prepare import preparer
from cleanup.learn.source import learn_channel
from cleanup.lexicon import shared
from cleanup.lm import SHIPPED
from cleanup.lm.model import Model
from cleanup.pipeline import Cleaner
from cleanup.recurrence import LineCounts
from cleanup.verify import load_verified


@dataclass(frozen=True)
class Site:
    """A source: its articles with their gold, what was learned of it, and a cleaner that does not know that yet."""

    articles: tuple[GoldArticle, ...]
    documents: tuple[Document, ...]
    channel: Channel
    cleaner: Cleaner

    @property
    def learned(self) -> set[str]:
        return {i.name for i in self.channel.items}

    def scores(self, apply: str, *, learned: bool = True) -> Scores:
        cleaner = Cleaner(
            self.cleaner.rules,
            apply=apply,
            recurrence=self.cleaner.recurrence,
            channels=[self.channel] if learned else [],
        )
        scorer = Scorer()
        for article, outcome in zip(self.articles, cleaner.clean_many(self.documents), strict=True):
            scorer.add(article, outcome.findings)
        return scorer.result()


@cache
def sites(path: Path) -> dict[str, Site]:
    """The sites of a gold file, learned with the shipped model."""
    titles = {r["id"]: r.get("title", "") for r in map(json.loads, path.read_text("utf-8").splitlines())}
    by_source: dict[str, list[GoldArticle]] = defaultdict(list)
    lines = LineCounts()
    for a in read_gold(path).articles:
        by_source[a.source].append(a)
        lines.add(a.source, a.text)
    rules, model = load_verified(), Model.open(SHIPPED)
    prepare = preparer(rules, lines.freeze())
    out = {}
    for source, articles in by_source.items():
        documents = [Document(a.id, a.text, source, meta={"title": titles[a.id]}) for a in articles]
        channel = learn_channel(source, [prepare(d)[0] for d in documents], model, shared)
        out[source] = Site(
            tuple(articles), tuple(documents), channel, Cleaner(rules, recurrence=lines.freeze())
        )
    return out
