"""Figures on texts that do not ship: harm on clean articles, precision on garbled ones."""

import json

import pytest

from cleanup.data import Document
from cleanup.evaluate import Scorer, read_gold
from conftest import SHARED

pytestmark = pytest.mark.skipif(not (SHARED / "bench").is_dir(), reason="../shared/bench is not here")


def test_clean_articles_come_to_at_most_ten_harms(cleaner):
    harms = []
    for line in (SHARED / "bench/clean.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        outcome = cleaner.clean(Document(record["id"], record["text"], record["source"]))
        harms += [(record["source"], f.rule, f.observed, f.replacement) for f in outcome.applied]
    assert len(harms) <= 10, harms


def test_what_is_applied_to_garbled_articles_is_right(cleaner):
    scorer = Scorer()
    for article in read_gold(SHARED / "bench/garbled.jsonl").articles:
        scorer.add(article, cleaner.clean(Document(article.id, article.text, article.source)).findings)
    assert scorer.result().precision >= 0.99


def test_the_founding_article_is_repaired_in_its_main_places(cleaner):
    text = (SHARED / "samples/seed_article.txt").read_text("utf-8")
    outcome = cleaner.clean(Document("seed", text))
    by_rule = [f.rule for f in outcome.applied]
    assert by_rule.count("collection-agent") >= 10 and by_rule.count("collection-agent-bare") >= 5
    assert "浙B2" not in outcome.text and "相关推荐" not in outcome.text
    assert cleaner.clean(Document("seed", outcome.text)).text == outcome.text
