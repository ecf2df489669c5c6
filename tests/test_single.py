"""Articles that come alone: the prior that ships, and what an article shows of itself."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cleanup.channel.items import Channel, Item
from cleanup.channel.prior import PRIOR, shipped_prior
from cleanup.cli.app import app
from cleanup.data import Document, Edit
from cleanup.decode.masks import find_masks
from cleanup.decode.single.decoder import SingleDecoder
from cleanup.decode.single.made import NOTHING, Made
from cleanup.decode.single.masked import guesses
from cleanup.decode.single.pooling import pooled
from cleanup.decode.slots import Slots
from cleanup.decode.texts import Texts
from cleanup.edits import apply
from cleanup.learn.surnames import COMMONEST, SURNAMES
from cleanup.lexicon import shared
from cleanup.lm.model import shipped_model
from cleanup.pipeline import Cleaner
from cleanup.report.evidence import sentences
from cleanup.report.words import Words
from cleanup.rules import RuleSet

POTTERY = """陶艺工坊的一天
工坊在老城的河边，院子里种着两棵柿子树。师傅每天早上七点开门，先把昨天拉好的泥坯翻一遍，再看窑里的温度。
制作一只茶杯的过程并不复杂：揉泥、拉坯、修坯、上釉、烧制，每个阶段都有自己的要求。揉泥是为了赶走气泡，否则烧的时候容易炸开。
初学的人常常着急，转盘转得太快，泥坯很快就歪了。师傅说，手要稳，速度要慢，用力的方向要一致，这样器物的厚薄才均匀。
烧窑要看火候。升温太快，釉面会起泡；降温太快，杯子会开裂。老窑工凭颜色判断温度，年轻人更相信温度计，两种办法各有各的好处。
工坊也开课。学员可以自由选择时间，课程分为初级和高级两个阶段，学完初级课程的人可以申请使用电窑。
一年里最忙的是秋天，展览和集市都在这个时段举行。师傅的作品以茶具为主，造型简单，价格也不高，常有外地的客人专程来买。
他说，做陶的乐趣在于耐心，急不得。一件好的器物，往往要经过很多次失败才能完成。"""

CAREERS = """招聘会上的几句话
这次招聘会有三十多家企业参加，招聘的岗位以技术工人为主。很多企业的招聘启事写得很清楚：工资多少，住宿怎么安排，有没有夜班。
来应聘的年轻人最关心工资。工资的高低当然重要，但是工资之外的东西也要问清楚，比如社会保险、加班的时间和休假的办法。
一家工厂的招聘负责人说，他们的工资在当地不算高，可是工作稳定，很少加班。去年招聘的二十个人里，只有两个人离开。
招聘会结束的时候，组织者发了一份调查表，问大家对这次招聘的意见。多数人希望以后的招聘会能提前公布岗位和工资。"""

ONLY_PRIOR = RuleSet((), "", frozenset())


def stripped(text, characters):
    return "".join(c for c in text if c not in characters)


def pushed(text, terms, every):
    """The text with a term after every so-and-so-manieth 的, the terms in turn."""
    parts = text.split("的")
    out = parts[0]
    for n, part in enumerate(parts[1:]):
        out += "的" + (terms[n // every % len(terms)] if n % every == 0 else "") + part
    return out


TERMS = ["怎么办", "公司", "电话", "工资"]
DAMAGED = pushed(stripped(POTTERY, "温程段高"), TERMS, 2).replace("泥坯", "***")


@pytest.fixture(scope="module")
def alone():
    return Cleaner(ONLY_PRIOR, prior=shipped_prior())


@pytest.fixture(scope="module")
def decoder():
    return SingleDecoder(shipped_model(), shipped_prior(), shared)


def by_rule(outcome, rule):
    return [f for f in outcome.findings if f.rule == rule]


# what is found


def test_characters_stripped_all_over_a_page_are_put_back_unasked(alone):
    outcome = alone.clean(Document("a", DAMAGED))
    put_back = [f.replacement for f in outcome.applied]
    assert len(put_back) >= 3 and set(put_back) <= set("温程段高")
    assert {f.rule for f in outcome.applied} == {"prior-dropped-character"}


def test_of_what_is_put_back_or_suggested_nine_in_ten_are_right(alone):
    found = by_rule(alone.clean(Document("a", DAMAGED)), "prior-dropped-character")
    right = [f for f in found if f.replacement in "温程段高"]
    assert len(right) >= 6 and len(right) >= 0.9 * len(found)


def test_terms_pushed_in_after_de_are_suggested_and_never_taken_out_unasked(alone):
    found = by_rule(alone.clean(Document("a", DAMAGED)), "prior-insertion")
    terms = [f.observed for f in found]
    assert len(terms) >= 3 and sum(t in TERMS for t in terms) >= 0.75 * len(terms)
    assert {f.tier for f in found} == {"suggest"}


def test_a_mask_is_filled_by_what_stands_nowhere_in_the_article(alone, decoder):
    [decoded] = decoder.decode([DAMAGED])
    for r in decoded.repairs:
        if r.rule == "prior-mask":
            assert r.tier == "suggest" and r.replacement not in DAMAGED


def test_undamaged_text_stays_and_hardly_anything_is_suggested(alone):
    for text in (POTTERY, CAREERS):
        outcome = alone.clean(Document("a", text))
        assert outcome.text == text
        assert len(outcome.findings) <= 1


def test_honest_talk_of_jobs_and_pay_is_no_insertion(alone):
    found = by_rule(alone.clean(Document("a", CAREERS)), "prior-insertion")
    assert [f.observed for f in found if f.observed in ("招聘", "工资")] == []


def test_a_character_that_survives_in_the_article_is_not_stripped_from_it(alone):
    # the same gap, once in an article that has the character nowhere and once where it stands
    standing = DAMAGED + "\n日程排满了，工程也完了，路程很远，程序很多。"
    p = [
        max(
            (f.confidence for f in alone.clean(Document("a", t)).findings if f.replacement == "程"), default=0
        )
        for t in (DAMAGED, standing)
    ]
    assert p[0] > p[1]


def test_no_surname_is_guessed_before_some_one(alone):
    text = stripped(POTTERY, "温程段高") + "\n被告人某在工坊盗窃。某与某某商量后，由某驾车离开。"
    assert not [f for f in alone.clean(Document("a", text)).findings if text[f.end : f.end + 1] == "某"]


def test_a_swap_is_suggested_where_the_article_hardly_has_the_other(alone):
    text = (
        "这是全省更大的水库，也是更早建成的水库之一。\n坝顶是看日出的更佳地点，更高处可以望见县城。\n"
        "更重要的是水质，全省的更低标准这里都达到了。\n"
    )
    found = by_rule(alone.clean(Document("a", text)), "prior-swap")
    assert found and {(f.observed, f.replacement, f.tier) for f in found} == {("更", "最", "suggest")}


# laws


def test_the_same_alone_and_in_any_batch(alone):
    documents = [Document(str(n), t) for n, t in enumerate((POTTERY, DAMAGED, CAREERS, DAMAGED[:300], ""))]
    each = [alone.clean(d) for d in documents]
    for batch in (documents, documents[::-1]):
        outcomes = {o.document.article: o for o in alone.clean_many(batch)}
        for one in each:
            other = outcomes[one.document.article]
            assert other.text == one.text and other.findings == one.findings


def test_cleaned_again_nothing_changes(alone):
    once = alone.clean(Document("a", DAMAGED)).text
    assert alone.clean(Document("a", once)).text == once


def test_applied_edits_replayed_give_the_text(alone):
    outcome = alone.clean(Document("a", DAMAGED))
    assert apply(DAMAGED, [f.edit for f in outcome.applied]) == outcome.text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["的", "，", "\n", "***", "工作围", "某", "更", "𠮷", "x" * 3, "炉", ""]), max_size=60
    )
)
def test_any_text_is_decoded_and_repairs_keep_clear_of_each_other(decoder, pieces):
    text = "".join(pieces)
    [decoded] = decoder.decode([text])
    at = 0
    for r in decoded.repairs:
        assert at <= r.start <= r.end <= len(text)
        at = r.end
    assert apply(text, [Edit(r.start, r.end, r.replacement) for r in decoded.repairs]) is not None


def test_a_text_that_is_all_damage_and_one_long_sentence(decoder):
    texts = ["*" * 3000, "的" * 3000, stripped(POTTERY, "，。\n").replace("\n", "") * 12]
    assert len(decoder.decode(texts)) == 3


# who is decoded so


def test_a_source_with_a_channel_is_decoded_by_it_alone():
    known = Channel("s", (Item("strip", "岭", status="rejected"),), articles=40)
    learned_nothing = Channel("s", (), articles=40)
    few = Channel("s", (), articles=3)
    for channel, applied in ((known, 0), (learned_nothing, 0), (few, 1)):
        cleaner = Cleaner(ONLY_PRIOR, channels=[channel], prior=shipped_prior())
        assert bool(cleaner.clean(Document("a", DAMAGED, "s")).applied) == bool(applied)


def test_without_the_prior_nothing_is_guessed():
    found = Cleaner(ONLY_PRIOR).clean(Document("a", DAMAGED)).findings
    assert {f.rule for f in found} <= {"mask-stars"}


def test_what_a_rule_put_back_does_not_survive_there():
    text = "工作围，法律手"
    made = Made.by(text, [Edit(2, 2, "范"), Edit(7, 7, "段")])
    assert dict(made.restored) == {"范": 1, "段": 1} and made.places == 2
    assert Made.by("好的怎么办工作", [Edit(2, 5, "")]).emptied == {2}
    assert Made.by("范围", []) == NOTHING


def test_a_slot_that_a_rule_emptied_holds_no_second_term(decoder):
    text = DAMAGED.replace("的怎么办", "的", 1)
    at = DAMAGED.index("的怎么办") + 1
    made = Made.by(DAMAGED, [Edit(at, at + 3, "")])
    [decoded] = decoder.decode([text], made=[made])
    assert not [r for r in decoded.repairs if r.rule == "prior-insertion" and r.start == at]


def test_nothing_confirms_itself():
    article, item = np.array([0, 0, 0, 1]), np.array([5, 5, 7, 5])
    context, p = np.array([1, 2, 3, 1]), np.array([0.9, 0.5, 0.4, 0.8])
    pool = pooled(article, item, context, p, np.arange(4), 2)
    assert pool.elsewhere.tolist() == pytest.approx([0.5, 0.9, 0, 0])
    assert pool.rest.tolist() == pytest.approx([0.4, 0.4, 1.4, 0])
    assert pool.total.tolist() == pytest.approx([1.8, 0.8])


def test_the_same_neighbours_again_are_one_observation():
    n = np.zeros(3, np.int64)
    pool = pooled(n, n, n, np.array([0.9, 0.8, 0.7]), np.arange(3), 1)
    assert pool.elsewhere.tolist() == [0, 0, 0] and pool.total.tolist() == [0.9]


# the prior


def test_the_prior_is_a_channel_of_classes_and_no_list():
    prior = shipped_prior()
    assert {i.status for i in prior.items} == {"prior"}
    strips = prior.of("strip")
    assert {i.text for i in strips} == SURNAMES
    # a class has one rate, and commoner surnames the higher one
    rates = [next(i.rate for i in strips if i.text == c) for c in dict.fromkeys(COMMONEST)]
    assert rates == sorted(rates, reverse=True) and len(set(rates)) == 3
    assert {i.name for i in prior.items if i.kind != "strip"} == {
        "insert:after-de:*",
        "swap:最→更",
        "mask:***→",
    }
    assert PRIOR.stat().st_size < 50_000


@pytest.mark.parametrize(("lang", "said"), [("zh", "只凭本文"), ("en", "from this article alone")])
def test_evidence_says_that_it_is_of_this_article_alone(alone, lang, said):
    outcome = alone.clean(Document("a", DAMAGED))
    for rule in {f.rule for f in outcome.findings if f.rule.startswith("prior-")}:
        told = " ".join(sentences(by_rule(outcome, rule)[0].evidence, Words(lang)))
        assert said in told and "elsewhere:" not in told and "status:" not in told


# commands


def test_stdin_is_judged_by_itself_unless_told_otherwise():
    def found(*options):
        result = CliRunner().invoke(app, ["explain", "--json", *options, "-"], input=DAMAGED)
        assert result.exit_code == 0, result.stderr
        return {json.loads(line)["rule"] for line in result.stdout.splitlines()}

    assert "prior-dropped-character" in found()
    assert not [r for r in found("--no-prior") if r.startswith("prior")]


def test_run_tells_which_way_it_went(tmp_path):
    page = tmp_path / "page.txt"
    page.write_text(DAMAGED, "utf-8")
    cleaned = []
    for n, options in enumerate(([], ["--no-prior"])):
        out = tmp_path / str(n)
        result = CliRunner().invoke(app, ["run", str(page), "--out", str(out), "--lang", "en", *options])
        assert result.exit_code == 0, result.stderr
        cleaned.append((out / "cleaned" / "page.txt").read_text("utf-8"))
        assert not list(out.glob("channels/*.toml"))
        versions = json.loads((out / "summary.json").read_text("utf-8"))["versions"]
        assert versions.get("prior", "") == ("" if options else shipped_prior().digest)
    assert "每个阶段" in cleaned[0] and "段" not in cleaned[1]


def test_masks_whose_surroundings_are_known_get_the_same_words(monkeypatch):
    """Articles are decoded again after each repair: what was found before, in whatever batch, changes nothing."""
    texts = Texts.of(
        shipped_model(), ["渔民在**里唱歌。", "老师在**里讲课。\n学生在**里听课。", "学生在**里听课。"]
    )
    masks = find_masks(texts.texts)
    fresh = guesses(texts, masks)
    assert len(masks) == len(fresh) == 4
    known = {}
    few = Texts.of(shipped_model(), ["学生在**里听课。"])
    guesses(few, find_masks(few.texts), known)
    assert len(known) == 1
    assert guesses(texts, masks, known) == fresh
    asked = []
    monkeypatch.setattr(Slots, "likeliest", lambda self: asked.append(self))
    assert guesses(texts, masks, known) == fresh and asked == []


def test_no_more_surroundings_are_kept_than_asked_for(monkeypatch):
    monkeypatch.setattr("cleanup.decode.single.masked._KEPT", 2)
    texts = Texts.of(shipped_model(), ["他们在江边**鱼。", "老师在**里讲课。", "学生在**里听课。"])
    masks, known = find_masks(texts.texts), {}
    assert [guesses(texts, masks, known) for _ in range(2)] == [guesses(texts, masks)] * 2
    few = Texts.of(shipped_model(), ["学生在**里听课。"])
    guesses(few, find_masks(few.texts), known)
    assert len(known) == 1
