"""Swaps, spun words and lost commas are learned from a source, and undone where the place says so."""

import pytest

from cleanup.channel.items import Item
from cleanup.decode.seams import decode_seams
from cleanup.decode.substitutes import best_insertion, gain_of, occurrences, out_of_depth, substitutes
from cleanup.decode.swaps import decode_swaps
from cleanup.decode.texts import Texts
from cleanup.learn.commas import learn_commas
from cleanup.learn.spins import learn_spins
from cleanup.learn.swaps import learn_swaps
from cleanup.lm import SHIPPED
from cleanup.lm.model import Model

MOST = """
这家面包房里最受欢迎的点心是核桃酥，烤得最好的时候外皮很脆。
山谷中最高的一棵树已经有三百年，它是村里最古老的树。
在所有的自行车里，他最喜欢那辆红色的，因为它骑起来最轻快。
陶艺课上最难的一步是拉坯，最重要的是双手要稳。
今年夏天最热的一天，池塘里的水降到了最低点。
她是合唱团里年纪最小的成员，声音却最响亮。
老木匠说，最常见的错误是刨得太快，最简单的办法是慢一点。
这条小路是下山最短的路线，也是风景最美的一段。
邻居家的猫最怕打雷，最爱在窗台上晒太阳。
全镇最大的集市每个月只开一次，最热闹的是清晨。
蜂农最担心的是倒春寒，最忙的季节是五月。
这本菜谱里最有名的一道菜是酸汤鱼，最不容易做的是豆腐。
博物馆里最珍贵的展品是一只青瓷碗，它保存得最完整。
冬天湖面上最厚的冰有半米，孩子们玩得最高兴。
他最擅长的是修理钟表，最得意的作品是一座木钟。
图书馆最安静的地方是三楼，那里有最好的光线。
船长说最危险的是夜里的暗礁，最可靠的是老舵手。
小镇上最便宜的旅店就在桥边，房间却最干净。
""".strip().splitlines()
MORE = """
今年的苹果比去年更甜，价钱也更便宜。
换了新炉子以后，面包烤得更均匀了。
为了更快地下山，他们走了另一条路。
我们希望把花园打理得更漂亮一些。
""".strip().splitlines()

VERY = """
这家茶馆的生意很好，门口很快就排起了队。
山里的夜晚很冷，被子却很薄。
她很小的时候就会吹笛子，吹得很动听。
修鞋匠的手艺很高，收费却很低。
这条河不是很深，水流很急。
村里有很多老房子，屋顶都很漂亮。
我很喜欢雨后的田野，空气很新鲜。
木箱很重，搬起来很吃力。
他的话很少，做事却很认真。
比赛进行得很顺利，观众很满意。
厨房很小，光线也很暗。
新来的邻居很热情，很快和大家熟了。
那段路很难走，要花很长时间。
羊毛很软，织成的围巾很暖和。
""".strip().splitlines()

FIRST = """
太阳刚刚升起的时候
下了一整夜的大雨以后
因为桥还没有修好
听到门外有人敲门
虽然天气已经很冷了
如果明天还是这样的天气
当最后一班渡船离开码头
等到锅里的水烧开了
他把工具箱放在地上
孩子们吃完了早饭
经过几个月的练习
为了赶上早上的集市
老人坐在院子里休息
在朋友们的帮助下
随着春天慢慢到来
除了两只小羊之外
听说镇上来了马戏团
他一边擦着桌子
""".strip().splitlines()
SECOND = """
我们决定先回家再说
母亲开始准备晚上的饭菜
大家都高兴得跳了起来
他还是坚持要去山上看看
村里的人纷纷来到河边
就可以把面团放进烤箱
但是没有人愿意先开口
所以只好绕很远的路
她终于学会了骑自行车
院子里的花也都开了
连最胆小的猫也跑了出来
把剩下的木头搬进了屋里
""".strip().splitlines()
SENTENCES = [f"{a}，{b}。" for a in FIRST for b in SECOND]
LONGER = [f"{a}，{b}，{c}。" for a in FIRST for b in SECOND for c in SECOND if b != c][::4]

SPUN = """
我们在木工坊里进行了一次测试，大家了解到刨子的重要性。
从老师那里我们了解到，这种粘土要进行两次烧制。
为了解决漏水的难处，我们对水管进行了检查。
他对养蜂十分了解，对我们非常重要。
对屋顶进行维修之前，先要了解木料的情况。
我们的社区正在进行垃圾分类，这是至关重要的一步。
记者从果园了解到，采摘工作正在有序进行。
花农向我们介绍，浇水起着重要作用。
据了解，新的磨坊将进行试运行。
他让我们对这件旧琴进行修复，因为它有重要意义。
双方就租金进行了谈判，我们表示会认真考虑。
她告诉我们，想进一步了解可以去图书馆。
对于我们来说，按时浇水十分重要。
医生对伤口进行处理，并了解病人的情况。
谁也不了解我们的难处，这一点很重要。
我们一起进行了讨论，发现最重要的是耐心。
比赛正在进行，让我们拭目以待。
加深了解，增进友谊，是我们重要的任务。
裁判对成绩进行统计，我们排在第二。
只有了解土壤，才能进行播种，这是重要的经验。
""".strip().splitlines()


@pytest.fixture(scope="module")
def model():
    return Model.open(SHIPPED)


def articles(lines, size=2):
    return ["\n".join(lines[i : i + size]) for i in range(0, len(lines), size)]


def read(model, lines, *swaps, size=2):
    """Articles with strings replaced by others."""
    texts = articles(lines, size)
    for old, new in swaps:
        texts = [t.replace(old, new) for t in texts]
    return Texts.of(model, texts)


def test_a_swap_is_learned_and_nothing_else(model):
    items = learn_swaps(read(model, MOST + MORE, ("最", "更")))
    assert [(i.name, i.surviving) for i in items] == [("swap:最→更", 0)]
    (item,) = items
    assert item.found >= 15 and item.rate == 1.0 and item.sure > 0.9
    assert item.articles >= 8 and item.contexts >= 12
    assert 1 <= len(item.examples) <= 5 and all("[更→最]" in e for e in item.examples)


def test_other_swaps_are_learned_by_the_same_means(model):
    assert [i.name for i in learn_swaps(read(model, VERY + MORE, ("很", "挺")))] == ["swap:很→挺"]
    both = read(model, VERY + MOST + MORE, ("很", "挺"), ("最", "更"))
    assert {i.name for i in learn_swaps(both)} == {"swap:很→挺", "swap:最→更"}


def test_undamaged_text_swaps_and_spins_nothing_and_lost_no_commas(model):
    texts = read(model, MOST + MORE + VERY + LONGER + SPUN)
    assert learn_swaps(texts) == []
    assert learn_spins(texts) == []
    assert learn_commas(texts) is None


def test_what_was_stripped_is_no_swap(model):
    stripped = [line.replace("最", "") for line in MOST] + MORE
    assert learn_swaps(Texts.of(model, articles(stripped))) == []


def test_where_most_survives_nothing_is_swapped(model):
    lines = [line.replace("最", "更") if n % 3 == 0 else line for n, line in enumerate(MOST)]
    assert learn_swaps(Texts.of(model, articles(lines))) == []


def test_learning_does_not_depend_on_the_run(model):
    texts = read(model, MOST + MORE, ("最", "更"))
    assert learn_swaps(texts) == learn_swaps(read(model, MOST + MORE, ("最", "更")))


def test_swapped_places_are_told_from_honest_ones(model):
    item = Item("swap", "最", "更", rate=1.0)
    texts = read(model, MOST + MORE, ("最", "更"))
    found = decode_swaps(texts, [item])
    honest = {n for n, t in enumerate(articles(MOST + MORE)) if "最" not in t}
    assert len([s for s in found if s.confidence >= 0.9]) >= 12
    assert not [s for s in found if s.confidence >= 0.9 and s.text in honest]
    for s in found:
        assert texts.texts[s.text][s.start : s.end] == "更" and s.replacement == "最"
        assert articles(MOST + MORE)[s.text][s.start] == "最" or s.confidence < 0.9
    assert [(s.text, s.start) for s in found] == sorted((s.text, s.start) for s in found)


def test_one_of_the_best_is_surer_than_more_than_another(model):
    item = Item("swap", "最", "更", rate=1.0)
    texts = Texts.of(model, ["这是镇上更好的面馆之一。", "这比镇上更好的面馆还好。"])
    sure = {s.text: s.confidence for s in decode_swaps(texts, [item])}
    assert sure[0] > 0.9 and sure.get(1, 0.0) < sure[0] - 0.03


def test_a_lower_rate_makes_places_less_sure(model):
    texts = Texts.of(model, ["她是合唱团里年纪更小的成员。"])
    (often,) = decode_swaps(texts, [Item("swap", "最", "更", rate=1.0)])
    rare = decode_swaps(texts, [Item("swap", "最", "更", rate=0.02)])
    assert not rare or rare[0].confidence < often.confidence
    assert decode_swaps(texts, [Item("swap", "最", "更", rate=1.0, status="rejected")]) == []
    (approved,) = decode_swaps(texts, [Item("swap", "最", "更", rate=0.02, status="approved")])
    assert approved.confidence == often.confidence


def test_a_text_is_judged_alike_alone_and_among_others(model):
    texts = [t.replace("最", "更").replace("了解", "理解") for t in articles(MOST + SPUN)]
    items = [Item("swap", "最", "更", rate=1.0), *SPINS]
    for decode in (decode_swaps, decode_seams):
        together = decode(Texts.of(model, texts), items)
        assert together
        for number, text in enumerate(texts):
            alone = decode(Texts.of(model, [text]), items)
            assert [(s.start, s.end, s.replacement, round(s.confidence, 2)) for s in alone] == [
                (s.start, s.end, s.replacement, round(s.confidence, 2)) for s in together if s.text == number
            ]


def test_a_swap_of_words_that_an_editor_approved_is_undone(model):
    item = Item("swap", "第一", "首个", status="approved")
    texts = Texts.of(model, ["这家面馆的汤是镇上首个，学徒首个到店里。"])
    found = decode_swaps(texts, [item])
    assert found and all(texts.texts[0][s.start : s.end] == "首个" for s in found)
    assert all(s.replacement == "第一" for s in found)


def test_undoing_swaps_leaves_nothing_to_undo(model):
    item = Item("swap", "最", "更", rate=1.0)
    texts = list(read(model, MOST + MORE, ("最", "更")).texts)
    for s in reversed(decode_swaps(Texts.of(model, texts), [item])):
        if s.confidence >= 0.9:
            texts[s.text] = texts[s.text][: s.start] + s.replacement + texts[s.text][s.end :]
    again = [s for s in decode_swaps(Texts.of(model, texts), [item]) if s.confidence >= 0.9]
    assert again == []


def test_lost_commas_are_estimated(model):
    # a third of them, evenly; full-width and half-width commas are one to the model
    lines = [s.replace("，", "") if n % 3 == 0 else s for n, s in enumerate(LONGER)]
    item = learn_commas(Texts.of(model, articles(lines, 6)))
    assert item is not None and item.kind == "commas" and item.text == "，"
    assert 0.2 < item.rate_at_least < item.rate < 0.6
    assert item.sure > 0.9 and item.expected > 0
    assert all("[→，]" in e for e in item.examples)
    narrow = learn_commas(Texts.of(model, articles([s.replace("，", ",") for s in lines], 6)))
    assert narrow is not None and (narrow.rate, narrow.found) == (item.rate, item.found)


def test_too_few_commas_say_nothing(model):
    assert learn_commas(Texts.of(model, articles(SENTENCES[:12]))) is None


def test_a_spinning_table_is_learned(model):
    table = [("我们", "咱们"), ("了解", "理解"), ("进行", "实行"), ("重要", "要紧")]
    items = learn_spins(read(model, SPUN + LONGER, *table))
    names = {(i.text, i.becomes) for i in items}
    assert len(names & set(table)) >= 2 and names <= set(table)
    for i in items:
        assert i.surviving == 0 and i.rate == 1.0 and i.expected > 0
        assert all(f"[{i.becomes}→{i.text}]" in e for e in i.examples) and len(i.examples) <= 5


def test_one_pair_is_a_writers_taste(model):
    assert learn_spins(read(model, SPUN + LONGER, ("我们", "咱们"))) == []


SPINS = [Item("spin", "了解", "理解"), Item("spin", "重要", "要紧"), Item("spin", "执行", "实行")]


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("师傅为理解决窗户漏风，换了整扇木框。", "师傅为了解决窗户漏风，换了整扇木框。"),
        ("对养蚕来说，桑叶至关要紧。", "对养蚕来说，桑叶至关重要。"),
        ("法院把木材商列为被实行人。", "法院把木材商列为被执行人。"),
    ],
)
def test_broken_compounds_are_mended(model, text, repaired):
    (seam,) = decode_seams(Texts.of(model, [text]), SPINS)
    assert text[: seam.start] + seam.replacement + text[seam.end :] == repaired
    assert seam.confidence >= 0.9 and seam.whole
    assert decode_seams(Texts.of(model, [repaired]), SPINS) == []


@pytest.mark.parametrize(
    "text",
    [
        "他不理解女儿为什么喜欢养蛇。",
        "浇水的时间十分要紧。",
        "这里实行夏令时，店铺早一小时开门。",
        "大家都想理解这件事。",
    ],
)
def test_synonyms_that_are_words_of_their_own_stay(model, text):
    assert decode_seams(Texts.of(model, [text]), SPINS) == []


def test_rejected_pairs_mend_nothing(model):
    texts = Texts.of(model, ["桑叶至关要紧。"])
    assert decode_seams(texts, [Item("spin", "重要", "要紧", status="rejected")]) == []


@pytest.mark.parametrize(
    "lines", [[], [""], ["好"], ["plain English, nothing else."], ["12345\n\n"], ["最" * 30]]
)
def test_texts_with_nothing_to_learn(model, lines):
    texts = Texts.of(model, lines)
    assert learn_swaps(texts) == [] and learn_spins(texts) == [] and learn_commas(texts) is None
    items = [Item("swap", "最", "更", rate=1.0), Item("spin", "了解", "理解")]
    assert decode_swaps(texts, items) == [] and decode_seams(texts, items) == []


def test_identical_articles_are_one_context(model):
    texts = Texts.of(model, [MOST[0].replace("最", "更")] * 40)
    assert learn_swaps(texts) == []


def test_old_prose_is_out_of_depth(model):
    old = "夫渔者乘舟入泽，见蓼花夹岸，乃系缆而登。童子抱琴随之，问曰：此何地也？渔者曰：吾亦不知，但闻水声泠泠耳。"
    assert out_of_depth(Texts.of(model, [old] * 3))
    assert not out_of_depth(read(model, SENTENCES))


def test_occurrences_and_gains(model):
    texts = Texts.of(model, ["山上最高的树", "最好的茶"])
    at = occurrences(texts, "最")
    assert [texts.offset(p) for p in at.tolist()] == [(0, 2), (1, 0)]
    assert occurrences(texts, "").tolist() == [] and occurrences(texts, "A").tolist() == []
    chosen, gain = substitutes(texts, at)
    assert chosen.shape == gain.shape == (2, 6)
    # writing what stands there changes nothing
    assert gain_of(texts, at, 1, "最") == pytest.approx([0, 0], abs=1e-3)
    broken = Texts.of(model, ["主要的工作围"])
    assert best_insertion(broken, occurrences(broken, "围")).max() > 3
