"""The sample of a dump depends on its articles, not on their order, their repeats, or who read which of them."""

from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.learn.sample import LONGEST, Sampled, TextSample
from cleanup.sampling import Lowest, text_hash

ARTICLES = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.integers(0, 40), st.integers(0, 3)), max_size=150
)


def sampled(articles, sample, limit):
    lowest = Lowest(sample, limit)
    for article in articles:
        lowest.add(*article)
    return lowest


def held(lowest):
    return lowest.sample, list(lowest.sources())


@given(ARTICLES, st.integers(1, 20), st.integers(1, 60), st.data())
def test_any_order_and_any_split_give_the_same_sample(articles, sample, limit, data):
    whole = sampled(articles, sample, limit)
    shuffled = data.draw(st.permutations(articles))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(articles)), max_size=3)))
    bounds = [0, *cuts, len(articles)]
    shards = [sampled(shuffled[a:b], sample, limit) for a, b in pairwise(bounds)]
    first, *rest = data.draw(st.permutations(shards))
    for other in rest:
        first.merge(other)
    assert held(first) == held(whole)


@given(ARTICLES, st.integers(1, 20), st.integers(1, 60))
def test_the_sample_is_the_largest_that_fits_and_holds_the_lowest_of_each_source(articles, sample, limit):
    of = defaultdict(dict)
    for source, name, payload in articles:
        of[source][name] = min(payload, of[source].get(name, payload))
    n = sample
    while sum(min(n, len(names)) for names in of.values()) > limit:
        n //= 2
    expected = {
        source: [of[source][name] for name in sorted(of[source])[:n]] for source in sorted(of) if n > 0
    }
    lowest = sampled(articles, sample, limit)
    if n < sample:
        assert lowest.sample == n
    assert dict(lowest.sources()) == expected
    assert lowest.count == sum(map(len, expected.values())) <= limit


def test_more_sources_than_are_kept_leave_nothing_and_take_no_room():
    lowest = sampled([(str(n), n, 0) for n in range(100)], 400, 50)
    assert held(lowest) == (0, [])
    assert not lowest.wants("new", 1)


def test_texts_are_cut_and_a_text_under_several_titles_is_one_article():
    long = "灯塔在雾里。" * LONGEST
    documents = [
        Document("1", long, "s", meta={"title": "乙", "format": "md"}),
        Document("2", long, "s", meta={"title": "甲"}),
        Document("3", long[:-1], "s", meta={"title": "甲"}),
    ]
    both = []
    for order in (documents, documents[::-1]):
        sample = TextSample()
        for d in order:
            sample.add(d)
        both.append(sample.sources())
    assert both[0] == both[1]
    assert sorted(both[0]["s"]) == [
        Sampled(long[:LONGEST], title, md) for title, md in (("乙", True), ("甲", False))
    ]
    assert both[0]["s"][0].document("s").meta["format"] in ("md", "txt")


def test_a_hash_is_of_the_whole_text_whatever_is_in_it():
    assert text_hash("海") != text_hash("海 ")
    assert 0 <= text_hash("\ud800") < 2**64
