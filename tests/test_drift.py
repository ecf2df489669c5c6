"""Whether a source's machine changed: told where it did, and not where chance or topics did."""

from dataclasses import replace

import pytest

from cleanup.channel.items import Channel, Item
from cleanup.drift import kept
from cleanup.drift.compare import asked, learned_new, may_be_new, new_costumes
from cleanup.drift.report import interval
from cleanup.drift.significance import discoveries, fisher, rates_differ
from cleanup.drift.signs import Count, Signs, Slots, gram, gram_key, signs_of
from cleanup.drift.watch import Watched, drift, signs_of_source
from cleanup.errors import InputError
from cleanup.learn.dump import Learner
from cleanup.learn.sample import Sampled
from cleanup.lm.model import shipped_model
from cleanup.recurrence import LineCounts
from cleanup.verify import load_verified
from farm_sentences import TERMS, articles, damaged

STRIPPED = "范段程施"


def sampled(texts):
    return [Sampled(t, "", False) for t in texts]


def day(n=80, seed=1, *, strip=STRIPPED, terms=TERMS, **options):
    return damaged(articles(n, seed), strip=strip, terms=terms, seed=seed, **options)


@pytest.fixture(scope="module")
def learner():
    return Learner(load_verified(), None, shipped_model)


@pytest.fixture(scope="module")
def yesterday(learner):
    """The channel of a day, and its signs as they are kept."""
    texts = sampled(day())
    [channel] = learner.channels({"farm": texts})
    signs = {"farm": signs_of_source(texts, channel, None)}
    return channel, kept_and_read(signs)


def kept_and_read(signs, folder=None):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as at:
        path = Path(at, kept.FILE)
        path.write_bytes(kept.signs_bytes(signs))
        return kept.read_signs(path)


def told(yesterday, learner, texts, mode="auto"):
    channel, before = yesterday
    [source] = drift(before, {"farm": channel}, {"farm": sampled(texts)}, learner, mode)
    return source


def changes(source):
    return {c.name: c.way for c in source.changes}


@pytest.mark.parametrize("seed", range(2, 12))
def test_the_same_machine_with_other_articles_is_unchanged(yesterday, learner, seed):
    source = told(yesterday, learner, day(seed=seed))
    assert (source.verdict, source.changes, source.learned) == ("unchanged", (), False)


def test_nothing_new_is_found_in_it_either(yesterday, learner):
    source = told(yesterday, learner, day(seed=2), "full")
    assert (source.verdict, source.learned) == ("unchanged", True)


def test_a_stripped_character_that_comes_back_is_told_with_its_places(yesterday, learner):
    source = told(yesterday, learner, day(seed=2, strip="段程施"))
    assert source.verdict == "changed"
    assert changes(source) == {"strip:范": "stands again"}
    [change] = source.changes
    assert change.evidence.articles_before == 0 and change.evidence.articles > 10
    assert change.p < 1e-4
    assert all("[范]" in e for e in change.examples) and len(change.examples) == 3


def test_one_character_more_is_learned_and_told(yesterday, learner):
    source = told(yesterday, learner, day(seed=2, strip=STRIPPED + "方"))
    assert changes(source) == {"strip:方": "new"} and source.learned


def test_terms_that_come_and_go_are_told(yesterday, learner):
    source = told(yesterday, learner, day(seed=2, terms=[*TERMS[1:], "加盟"]))
    assert changes(source) == {"insert:after-de:招聘": "less", "insert:after-de:加盟": "new"}
    gone = told(yesterday, learner, day(seed=2, terms=()))
    assert set(changes(gone).values()) == {"less"} and len(gone.changes) >= 4


def test_a_mask_that_was_not_there_is_told(yesterday, learner):
    texts = [t.replace("木头", "***") for t in day(seed=2)]
    got = changes(told(yesterday, learner, texts))
    assert got.pop("mask:***") == "new"
    assert set(got) <= {"mask:***→木头"}


def test_other_topics_of_the_same_machine_are_no_drift(yesterday, learner):
    # sentences of the second half of the list alone, and some that the first day had none of
    own = ["港口的渔船每天清晨出海，傍晚才回来。", "灯塔的楼梯一共有一百二十级，每一级都磨得发亮。"]
    other = [own[n % 2] + "".join(a.split("\n")[1:]) for n, a in enumerate(articles(120, 9))]
    assert told(yesterday, learner, damaged(other, strip=STRIPPED, terms=TERMS)).verdict == "unchanged"


def test_few_articles_a_source_without_a_channel_and_one_without_signs(yesterday, learner):
    channel, before = yesterday
    new = {"farm": sampled(day(9)), "elsewhere": sampled(day(12)), "watched": sampled(day(12))}
    channels = {"farm": channel, "watched": replace(channel, source="watched")}
    got = drift(before, channels, new, learner)
    assert [(s.source, s.verdict) for s in got] == [
        ("elsewhere", "new source"),
        ("farm", "too few"),
        ("watched", "not watched"),
    ]


def test_signs_are_kept_as_long_as_the_channel_is_the_same(yesterday):
    channel, before = yesterday
    texts = {"farm": sampled(day(seed=2))}
    now = {"farm": signs_of_source(texts["farm"], channel, None)}
    same = Watched(before, {"farm": channel}, texts, now, None).kept()
    assert same["farm"] is before["farm"]
    more = replace(channel, items=(*channel.items, Item("strip", "灯")))
    assert Watched(before, {"farm": more}, texts, now, None).kept()["farm"] is now["farm"]
    # a source of which nothing came is kept in mind
    assert Watched(before, {"farm": channel}, {}, {}, None).kept() == before


def test_the_order_of_articles_and_their_repeats_change_no_sign(yesterday):
    channel, _ = yesterday
    texts = day(30)
    one, two = (signs_of(t, channel, None) for t in (texts, [*texts[::-1], *texts[:5]]))
    assert kept.signs_bytes({"farm": one}) == kept.signs_bytes({"farm": two})


def test_lines_that_recur_over_the_source_are_no_sign_of_it():
    lines = LineCounts()
    texts = [f"{t}\n本站施工范围：全市" for t in day(20)]
    for text in texts:
        lines.add("farm", text)
    channel = Channel("farm", (Item("strip", "范"),))
    assert signs_of(texts, channel, None).strings["", "范"].articles == 20
    assert signs_of(texts, channel, lines.freeze().of("farm")).strings["", "范"].articles == 0


def test_a_file_of_signs_that_is_none_is_refused(tmp_path):
    for data in (b"", b"no", b"\x81\xa6format\x09"):
        (tmp_path / "signs").write_bytes(data)
        with pytest.raises(InputError):
            kept.read_signs(tmp_path / "signs")


def signs(articles, strings, *, de=10, costumes=None):
    """Signs of articles of a hundred characters with so many 的 each."""
    slots = {"": Slots(100 * articles, 100 * 100 * articles), "的": Slots(de * articles, de * de * articles)}
    return Signs(articles, 100 * articles, slots, strings, costumes or {}, None)


def ask(item, before, now, sample=400):
    [got] = asked(Channel("s", (item,), sample), now, before)
    return got


def in_articles(k, slot_m=100):
    return Count(k, k, k, k * slot_m)


def test_a_filter_that_lets_some_through_is_no_drift():
    # three in a hundred survive, and three times as many with a topic that has the character
    item = Item("strip", "范", found=100, articles=100)
    before = signs(400, {("", "范"): in_articles(8)})
    few = ask(item, before, signs(400, {("", "范"): in_articles(20)}))
    assert not few.enough
    many = ask(item, before, signs(400, {("", "范"): in_articles(60)}))
    assert many.enough and many.p < 1e-6


def test_one_article_full_of_a_term_is_no_drift():
    item = Item("insert", "招聘", slot="after-de", found=40, articles=40)
    before = signs(400, {("的", "的招聘"): Count(40, 40, 40, 400)})
    once = signs(100, {("的", "的招聘"): Count(9, 60, 50 * 50 + 10, 600)})
    assert ask(item, before, once).p > 0.05


def test_longer_articles_hold_more_of_everything():
    item = Item("strip", "范", found=100, articles=100)
    before = signs(400, {("", "范"): in_articles(8)})
    longer = replace(
        signs(100, {("", "范"): in_articles(12)}),
        slots={"": Slots(100 * 1000, 100 * 1000**2), "的": Slots(0, 0)},
    )
    assert not ask(item, before, longer).enough
    assert ask(item, before, signs(100, {("", "范"): in_articles(12)})).enough


def test_rejected_items_are_not_asked_about():
    before = signs(400, {("", "范"): in_articles(0)})
    now = signs(100, {("", "范"): in_articles(90)})
    item = Item("strip", "范", articles=90)
    assert ask(item, before, now).enough
    assert asked(Channel("s", (replace(item, status="rejected"),), 400), now, before) == []


def test_costumes_of_a_few_articles_are_not_told():
    before = signs(400, {}, costumes={"***": 40})
    assert [c for c, _, _ in new_costumes(signs(100, {}, costumes={"***": 20, "XX": 2}), before)] == []
    assert [c for c, _, _ in new_costumes(signs(100, {}, costumes={"XX": 9}), before)] == ["XX"]
    # another topic may have much of what is masked already
    assert [c for c, _, _ in new_costumes(signs(100, {}, costumes={"***": 90}), before)] == []


def test_what_was_hardly_found_is_no_term_to_watch():
    before = signs(400, {("的", "的全部"): in_articles(50, 10)})
    now = signs(100, {("的", "的全部"): Count()})
    honest = Item("insert", "全部", slot="after-de", found=2, surviving=109, articles=2)
    assert asked(Channel("s", (honest,), 400), now, before) == []
    assert asked(Channel("s", (replace(honest, status="approved"),), 400), now, before)[0].way == "less"


def test_what_was_missing_the_day_before_is_not_new():
    strip = Item("strip", "灯", found=9, articles=9, sure=1.0)
    without = signs_of(["港口的船每天清晨出海。"] * 1 + [f"第{n}天的船" for n in range(30)], None, None)
    with_it = signs_of([f"港口的灯塔在第{n}天修好" for n in range(30)], None, None)
    assert learned_new(strip, without, with_it).enough
    assert not learned_new(strip, without, without).enough
    assert "灯" in may_be_new(Channel("s"), without, with_it)


@pytest.mark.parametrize("string", ["的", "范围", "适用范围", "㐀"])
def test_a_string_and_its_number_are_one(string):
    assert gram(gram_key(string)) == string


def test_strings_beyond_the_numbers_have_none():
    assert [gram_key(s) for s in ("", "适用范围内", "a", "的a", "𠀀")] == [None] * 5


def test_fisher_is_exact():
    # 3 of 4 against 1 of 4: tables as unlike or more have (1 + 16 + 16 + 1) of 70
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher(0, 10, 0, 10) == fisher(5, 5, 7, 7) == 1.0
    assert fisher(3, 9, 2, 40) == pytest.approx(fisher(6, 9, 38, 40))


def test_rates_of_clustered_places_differ_less():
    slots = Slots(1000, 10_000)
    spread, clustered = Count(40, 40, 40, 400), Count(2, 40, 800, 400)
    none = Count()
    assert rates_differ(spread, slots, none, slots) < 1e-6
    assert rates_differ(clustered, slots, none, slots) > 0.01
    assert rates_differ(none, slots, none, slots) == rates_differ(spread, Slots(), none, slots) == 1.0


def test_false_discoveries_are_bounded():
    assert discoveries([0.001, 0.02, 0.03, 0.5], 0.05) == [True, True, True, False]
    assert discoveries([0.04] + [0.9] * 9, 0.05) == [False] * 10
    assert discoveries([], 0.05) == []


def test_an_interval_holds_the_share():
    assert interval(0, 0) == (0.0, 1.0)
    low, high = interval(12, 100)
    assert low < 0.12 < high
