"""Which words stand behind a source's masks, and how they are filled in."""

import random
from dataclasses import replace

import pytest

from cleanup.channel.items import Item
from cleanup.decode.masks import fill_masks, find_masks
from cleanup.decode.slots import Slots, common_words
from cleanup.decode.texts import Texts
from cleanup.learn.election import survivors
from cleanup.learn.masks import learn_masks
from cleanup.lm import SHIPPED
from cleanup.lm.model import Model

# One article a line; {} is where 比赛 stood.
MATCHES = (
    "周六下午的足球{}因为大雨推迟了两个小时才开始。",
    "她第一次参加长跑{}就拿到了第三名，教练非常高兴。",
    "这场{}的裁判来自邻县，判罚一直很公正。",
    "村里的拔河{}每年冬至举行，谁赢了谁家杀鸡。",
    "为了准备下个月的{}，队员们天天练到天黑。",
    "{}结束以后，观众久久不肯离开看台。",
    "老校长说，输掉一场{}并不丢人，逃跑才丢人。",
    "国际象棋{}规定每人有九十分钟的思考时间。",
    "上半场{}双方都没有进球，气氛有些沉闷。",
    "我们队在决赛{}中以一分之差输给了对手。",
    "爷爷年轻时也喜欢看篮球{}，常常站在门外听广播。",
    "主办方宣布，{}将于下周三在体育馆举行。",
    "他受伤之后已经有半年没有参加{}了。",
    "下雨天不能在室外{}，大家就改打乒乓球。",
)
# A second word, 电影, behind the same sign.
FILMS = (
    "周末他常去城南看一场{}，散场后走路回家。",
    "这部{}的导演今年才二十六岁，以前是个木匠。",
    "露天{}开演之前，晒谷场上已经坐满了人。",
    "她的小说后来拍成了{}，在县城里放了三天。",
    "外国{}要配上字幕，奶奶才看得懂。",
    "那家{}院的座椅又硬又窄，票价倒是便宜。",
    "叔叔收藏了几百张{}海报，贴满了阁楼。",
    "恐怖{}他只敢捂着眼睛看一半。",
    "弟弟想当{}演员，每天对着镜子练表情。",
    "我们约好星期天一起去看{}，结果票卖光了。",
)
# In the same words, but the signs hide a different word each time.
DIFFERENT = (
    ("他把□□放在桌上就出门了。", "钥匙"),
    ("今年的□□比去年来得早一些。", "春天"),
    ("孩子们围着□□唱歌跳舞。", "篝火"),
    ("医生劝他少喝□□，多走路。", "白酒"),
    ("河对面的□□已经荒了十几年。", "果园"),
    ("她用□□给妹妹织了一条围巾。", "毛线"),
    ("邮递员骑着□□从坡上下来。", "摩托"),
    ("没有人知道□□是谁画的。", "壁画"),
    ("老房子的□□漏雨，要请人来修。", "屋顶"),
    ("我们在□□里迷了路，天亮才走出来。", "森林"),
    ("祖母把□□晒在竹席上。", "辣椒"),
    ("那天的□□特别长，讲了三个小时。", "会议"),
)
# What the source writes besides: masks are a few in a thousand characters, and how often a word is to be expected
# goes by the length of the whole.
REST = (
    "小区门口新开了一家修车铺，老板姓什么大家都不知道，只晓得他手艺好，价钱也公道。上个月我的自行车链条断了，"
    "推过去不到十分钟就修好了，他还顺手给轮胎打了气，没有多收一分钱。铺子里总是放着收音机，冬天门口生一只煤炉，"
    "等着取车的人就围着炉子说些闲话，谁家的孩子考上了大学，谁家的阳台上又多了一盆花。"
) * 20


@pytest.fixture(scope="module")
def model():
    return Model.open(SHIPPED)


def masked(sentences, sign):
    """Texts with a sign in the place of {}, and where it stands; the last text has none."""
    return (
        [*(s.replace("{}", sign) for s in sentences), REST],
        [(n, s.index("{}"), s.index("{}") + len(sign)) for n, s in enumerate(sentences)],
    )


def test_a_word_that_one_sign_hides_everywhere_is_learned(model):
    texts, masks = masked(MATCHES, "□□")
    (item,) = learn_masks(Texts.of(model, texts), masks)
    assert (item.kind, item.text, item.becomes, item.slot) == ("mask", "比赛", "□□", "")
    assert item.found == item.articles >= 12
    assert item.surviving == 0
    assert item.rate > 0.8
    assert item.sure > 0.95
    assert 1 <= len(item.examples) <= 5
    assert all("[□□→比赛]" in e for e in item.examples)


def test_two_words_behind_one_sign_are_told_apart(model):
    texts, masks = masked(MATCHES + FILMS, "◆◆")
    scored = Texts.of(model, texts)
    items = learn_masks(scored, masks)
    assert [i.text for i in items] == ["比赛", "电影"]
    truth = ["比赛"] * len(MATCHES) + ["电影"] * len(FILMS)
    fillings = fill_masks(scored, masks, items)
    right = [f.replacement == w for f, w in zip(fillings, truth, strict=True)]
    assert sum(right) >= len(right) - 2
    assert all(r for f, r in zip(fillings, right, strict=True) if f.posterior > 0.9)
    assert {f.runner_up for f in fillings} == {"比赛", "电影"}
    assert all(f.posterior + f.runner_up_posterior <= 1 for f in fillings)


def test_each_sign_has_its_own_words(model):
    texts, masks = masked(MATCHES, "□□")
    others, more = masked(FILMS, "***")
    masks += [(n + len(texts), a, b) for n, a, b in more]
    items = learn_masks(Texts.of(model, texts + others), masks)
    assert {(i.becomes, i.text) for i in items} == {("□□", "比赛"), ("***", "电影")}


def test_signs_that_hide_different_words_teach_nothing(model):
    texts = [*(t for t, _ in DIFFERENT), REST]
    masks = [(n, t.index("□□"), t.index("□□") + 2) for n, (t, _) in enumerate(DIFFERENT)]
    assert learn_masks(Texts.of(model, texts), masks) == []


def test_a_word_that_the_source_writes_is_not_what_it_masks(model):
    texts, masks = masked(MATCHES, "□□")
    written = [s.format("比赛") for s in MATCHES]
    assert "比赛" not in {i.text for i in learn_masks(Texts.of(model, texts + written), masks)}


def test_one_survivor_of_many_is_counted_and_forgiven(model):
    texts, masks = masked(MATCHES, "□□")
    (item,) = learn_masks(Texts.of(model, [*texts, "他说那场比赛没有赢家。"]), masks)
    assert (item.text, item.surviving) == ("比赛", 1)


def test_the_order_of_articles_changes_nothing(model):
    texts, masks = masked(MATCHES + FILMS, "▓▓")
    items = learn_masks(Texts.of(model, texts), masks)
    order = list(range(len(texts)))
    random.Random(3).shuffle(order)
    shuffled = [texts[n] for n in order]
    moved = [(order.index(n), a, b) for n, a, b in masks]
    assert items == learn_masks(Texts.of(model, shuffled), moved)
    assert items == learn_masks(Texts.of(model, texts), masks[::-1])


def test_the_same_sentence_again_and_again_is_one_piece_of_evidence(model):
    texts, masks = masked(MATCHES[:1] * 30, "□□")
    assert learn_masks(Texts.of(model, texts), masks) == []


@pytest.mark.parametrize("texts", [[], [""], ["没有遮住什么的一句话。"], ["只有一个□□。"], ["□□"] * 5])
def test_too_little_teaches_nothing(model, texts):
    masks = [(n, t.index("□□"), t.index("□□") + 2) for n, t in enumerate(texts) if "□□" in t]
    assert learn_masks(Texts.of(model, texts), masks) == []
    assert fill_masks(Texts.of(model, texts), masks, []) == []


def test_one_article_is_enough_if_it_has_many_masks(model):
    article, at, masks = "", 0, []
    for s in MATCHES:
        masks.append((0, at + s.index("{}"), at + s.index("{}") + 2))
        article += s.format("□□") + "\n"
        at = len(article)
    article += REST
    assert find_masks([article]) == masks
    (item,) = learn_masks(Texts.of(model, [article]), masks)
    assert (item.text, item.articles) == ("比赛", 1)


def test_blanks_of_the_costume_are_replaced_with_it(model):
    texts, masks = masked(MATCHES[:9], " *** ")
    scored = Texts.of(model, texts)
    (item,) = learn_masks(scored, masks)
    assert item.becomes == " *** "
    first = fill_masks(scored, masks, [item])[0]
    mended = texts[0][: first.start] + first.replacement + texts[0][first.end :]
    assert mended == MATCHES[0].format("比赛")


def test_a_word_of_an_editor_fills_even_where_no_table_holds_it(model):
    texts, masks = masked(MATCHES[:3], "□□")
    scored = Texts.of(model, texts)
    wanted = Item("mask", "踢球大会", "□□", status="approved")
    assert {f.replacement for f in fill_masks(scored, masks, [wanted])} == {"踢球大会"}
    assert fill_masks(scored, masks, [replace(wanted, status="rejected")]) == []
    assert fill_masks(scored, masks, [replace(wanted, becomes="***")]) == []


def test_a_filling_depends_on_nothing_but_its_own_surroundings(model):
    texts, masks = masked(MATCHES + FILMS, "□□")
    items = [
        Item("mask", "比赛", "□□", rate=0.6, sure=1.0),
        Item("mask", "电影", "□□", rate=0.4, sure=1.0),
    ]
    together = fill_masks(Texts.of(model, texts), masks, items)
    for whole, text, (_, start, end) in zip(together, texts, masks, strict=False):
        (alone,) = fill_masks(Texts.of(model, [text]), [(0, start, end)], items)
        assert replace(whole, text=0) == alone


def test_the_detector_finds_the_masks_of_a_source():
    texts, masks = masked(MATCHES, "□□")
    found = find_masks(texts)
    # one at the start or the end of a clause alone in its article is none to the detector
    assert set(found) < set(masks)
    assert len(found) >= len(masks) - 2
    assert find_masks(["他说**重点**在后面。", ""]) == []


def test_survivors_are_counted_as_strings(model):
    numbers = common_words(model)
    texts = Texts.of(model, ["比赛前对方法律顾问没有来。", "比赛\n比", "赛"])
    counts = dict(zip(numbers.tolist(), survivors(texts, numbers).tolist(), strict=True))
    assert counts[model.words.number("比赛")] == 2
    assert counts[model.words.number("方法")] == 1
    assert counts[model.words.number("电影")] == 0


def test_a_word_fits_its_own_place_better_than_another(model):
    (text, _), masks = masked(MATCHES[:1], "□□")
    fits = Slots.around(Texts.of(model, [text]), masks).fits_of(["比赛", "电影"])
    assert fits.shape == (1, 2)
    assert fits[0, 0] > 2 + fits[0, 1]
