"""Damage planted into good articles of our own: what is planted is what is said, and enough of it is caught.

`benchmarks/planted.py` gives all the figures; here are floors under those of a check of single articles.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from cleanup import edits as ed
from cleanup.chars import is_han
from cleanup.data import KINDS

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import plant_places  # noqa: E402
import planted  # noqa: E402
import planted_figures  # noqa: E402
import plants  # noqa: E402

ARTICLES = planted.read(planted.OWN)
SOME = ARTICLES[::4]
# Two places planted in each article: share caught at auto and suggest as measured, less .1, or .01 where all were.
CAUGHT = {
    "dropped_char_all": 0.13,
    "spam_insertion": 0.08,
    "script_mix": 0.99,
    "mojibake": 0.83,
    "noise_invisible": 0.99,
    "noise_markup": 0.86,
    "contact_insertion": 0.55,
    "duplicate_next": 0.99,
}
# The same with flags, which name the place only.
FLAGGED = {"mask": 0.82}
# Of 38,311 characters three suggestions are wrong, and nothing is changed unasked.
ALARMS_PER_100K = {"auto": 0.0, "auto+suggest": 10.5, "all": 10.5}


@pytest.fixture(scope="module")
def asked():
    return planted.cleaner()


@pytest.fixture(scope="module")
def undamaged(asked):
    return planted.measure(asked, ARTICLES, (), "1")


def test_articles_are_many_and_of_article_length():
    assert len(ARTICLES) >= 60
    assert all(400 <= len(a.text) <= 1_500 for a in ARTICLES)
    assert len({a.id for a in ARTICLES}) == len({a.text for a in ARTICLES}) == len(ARTICLES)


def test_every_kind_that_is_planted_is_a_kind_of_finding():
    assert set(plants.KIND_OF) == set(plants.MAKERS)
    # furniture is left out, and a synonym is no damage that is sure
    assert set(KINDS) - set(plants.KIND_OF.values()) == {"boilerplate", "spin_synonym"}


@pytest.mark.parametrize("kind", plants.MAKERS)
def test_exactly_n_places_are_planted_and_the_gold_gives_the_article_back(kind):
    made = 0
    for article in SOME:
        for n in plants.COUNTS:
            p = plants.plant(kind, article.text, n, article.id)
            if p is None:
                continue
            made += 1
            assert len(p.edits) == n
            assert p.text != article.text
            assert ed.apply(p.text, p.edits) == article.text
            starts = [e.start for e in ed.reverse(p.text, p.edits)]
            assert all(b - a >= plants.APART for a, b in pairwise(starts))
            assert p == plants.plant(kind, article.text, n, article.id)
    assert made


def test_another_seed_plants_elsewhere():
    text = ARTICLES[0].text
    assert len({plants.plant("script_mix", text, 2, str(seed)) for seed in range(8)}) > 1


def test_a_stripped_character_survives_elsewhere_or_nowhere():
    for article in SOME:
        if p := plants.plant("dropped_char", article.text, 1, "s"):
            assert p.edits[0].replacement in p.text
        if p := plants.plant("dropped_char_all", article.text, 2, "s"):
            assert not {e.replacement for e in p.edits} & set(p.text)


def test_a_filtered_word_is_gone_from_the_page():
    made = [p for a in ARTICLES if (p := plants.plant("dropped_word", a.text, 1, "s"))]
    assert made
    assert all(p.edits[0].replacement not in p.text for p in made)


def test_nothing_is_planted_in_code_headings_and_addresses():
    text = (
        "# 一个标题，里面有时间和方法，还有很多别的字\n\n```\n注释里也有时间和方法，还有很多很多别的字。\n```\n"
        "见 https://a.example/ 的时间和方法，还有很多很多别的字。\n"
    )
    assert plant_places.prose(text) == []
    assert all(plants.plant(kind, text, 1, "s") is None for kind in plants.MAKERS)


def test_misread_characters_are_chinese_in_the_article():
    for article in SOME:
        p = plants.plant("mojibake", article.text, 2, "s")
        assert p is not None
        assert all(is_han(c) for e in p.edits for c in e.replacement)


def test_a_finding_beside_a_place_is_no_catch(asked):
    p = plants.plant("noise_invisible", ARTICLES[0].text, 1, "s")
    assert p is not None
    (found,) = (f for f in asked.clean(ARTICLES[0].document(p.text)).findings if f.kind == "noise")
    ((hit,),) = planted_figures.catches(p, [found])
    assert hit.right
    away = plants.Planted(p.kind, p.text, (ed.Edit(found.end + 2, found.end + 3, p.text[found.end + 2] * 2),))
    assert planted_figures.catches(away, [found]) == [[]]


@pytest.mark.parametrize(("kind", "floor"), CAUGHT.items())
def test_planted_damage_is_caught(asked, kind, floor):
    tally = planted.measure(asked, ARTICLES, (kind,), "1", (2,)).tallies[kind, 2]
    assert tally.shares(planted_figures.REACHES["auto+suggest"])["caught"] >= floor


@pytest.mark.parametrize(("kind", "floor"), FLAGGED.items())
def test_planted_damage_is_at_least_flagged(asked, kind, floor):
    tally = planted.measure(asked, ARTICLES, (kind,), "1", (2,)).tallies[kind, 2]
    assert tally.shares(planted_figures.REACHES["all"])["caught"] >= floor


@pytest.mark.parametrize(("reach", "most"), ALARMS_PER_100K.items())
def test_undamaged_articles_are_let_through(undamaged, reach, most):
    assert undamaged.alarms_per_100k(planted_figures.REACHES[reach]) <= most


# What is wrongly suggested in these articles: the article, and the words that are good as they stand.
WRONG = [
    ("own-27", "如今的背词软件大多照着它来安排"),
    ("own-66", "换上去，收了五元"),
    ("own-76", "身体要松，一紧就沉"),
]


@pytest.mark.xfail(strict=True, reason="the prior takes a rare but good word for one that lost a character")
@pytest.mark.parametrize(("article", "words"), WRONG)
def test_good_words_are_not_alarmed_about(undamaged, article, words):
    text = next(a.text for a in ARTICLES if a.id == article)
    begin = text.index(words)
    places = [f.start for a, f in undamaged.alarms if a == article]
    assert not any(begin <= at <= begin + len(words) for at in places)
