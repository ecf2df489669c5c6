"""Noise: what shows nothing or means nothing goes, what only looks like it stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.rules.markup import parse_example

AUTO = [
    # invisible
    "蜂蜜[\u200b→]放在阴[\u2060→]凉处。",
    "腌萝卜[\ufeff→]要加盐，[\u00ad→]封好坛子。",
    "下午3[\u200d→]0分开船。",
    "渡轮票价 12 元[\u200e→]，儿童半价[\u202c→]。",
    "点开“设置 >[\u00ad→] 网络”就行。",
    "晒被[\u034f→]子要趁[\u3164→]早。",
    "木[\u0336→]匠[\u0336→]铺后面有一口井。",
    "水[\ufffc→]仙要换水。",
    "水[\ue00b→]仙开了，风[\ue00b→]铃响了。",
    "编竹[\x07→]篮先劈篾。",
    "锅里[\x00→]的汤开了。",
    # entities
    "豆腐切块[&nbsp;→]，下锅煎黄。",
    "豆腐切块[&amp;amp;nbsp;→]，下锅煎黄。",
    "[&nbsp;&nbsp;&nbsp;&nbsp;→]种蒜要选在秋天。",
    "鱼线[&#8203;→]打结要蘸水。",
    "他说[&ldquo;→“]水还没开[&rdquo;→”]。",
    '他说[&quot;→"]水还没开[&quot;→"]。',
    "缝纫机[&mdash;→—]老式的[&hellip;→…]还能用。",
    "登山[&#x7ef3;&#32034;→绳索]和头盔都要检查，[&#38772;→靴]子也是。",
    "登山[&amp;#x7ef3;→绳]要检查。",
    "用 Bob[&nbsp;→ ]Ross 的画法画一棵树。",
    "咖啡[&middot;→·]甜点[&middot;→·]面包",
    "水温要[&lt;→<]四十度。",
    "陶土店叫“泥[&amp;→&]火”，周一休息。",
    # look-alikes
    "冬天要[⽤→用]草绳把树[⼲→干]包好，防[⽌→止]冻伤。",
    "这条[⻥→鱼]是从河[⾥→里]钓上来的。",
    "老[⻋→车]站边有家[⾯→面]馆。",
    "秤杆是[\uf90a→金]属的，老板娘[\uf981→女]儿在管账。",
    # pinyin
    "窗帘店的業(yè)務(wù)很忙，過(guò)了午休才有人來談(tán)價，我們等了很久。".replace("(yè)", "[(yè)→]")
    .replace("(wù)", "[(wù)→]")
    .replace("(guò)", "[(guò)→]")
    .replace("(tán)", "[(tán)→]"),
    "這[(zhè)→]個[(gè)→]園[(yuán)→]區[(qū)→]對[(duì)→]鳥[(niǎo)→]類[(lèi)→]開[(kāi)→]放。",
    "收[(shōu)→]割稻子之前要看天[（tiān）→]气，晴了几天，地里的水[(shuǐ)→]也就退了。",
    # torn words
    "酿米酒的[→]工 作[→]要一步一步来".replace("[→]", "").replace("工 作", "工[ →]作")
    + "，先把糯[ →]米泡一夜，再上锅蒸熟，晾到不烫手，最后拌酒曲，放在暖[ →]和的地方等三天。",
    "开[ →]窑[ →]之[ →]前[ →]要[ →]等[ →]三[ →]天，不能急，火候不到就开，碗会裂。",
    # against copying
    "插秧要拉线。\n[4 k; T8 w* v3 q) Z\n→]行距要匀。\n[m2 @x 7U: r5 e; L\n→]水不能深。\n[p: 6G a! w9 Y) t3\n→]三天补苗。\n",
    "织布之前先要理线。\n[aK9fQ2xW7bZ4mT\n→]梭子要光。\n[tR5vN8cJ1hL6pY\n→]踏板要稳。\n[eX3gS7dM2kB9wU\n→]布边要齐。\n",
    "钟楼很高[鼗龠→]，台阶很陡[鼗龠→]，上去要半小时[鼗龠→]，风也大[鼗龠→]。",
]
SUGGEST = [
    "重[(chóng)→]新排成两行[(háng)→]，长[(zhǎng)→]者先说，数[(shǔ)→]到三再出发，谁也不许抢先。",
    "这种草药叫商(shāng)陆，长在沟边。".replace("(shāng)", "[(shāng)→]"),
    "理发店门口的[牌 子→]很旧".replace("[牌 子→]", "牌[ →]子") + "，招呼客人的是老板娘自己。",
    "磨刀的时候要加水。\n[aK9fQ2xW7bZ4mT\n→]刀刃要薄。\n",
]
FLAG = [
    "菜单上写着[\ue101→?]鱼、[\ue233→?]肉、[\ue3a7→?]汤和[\ue0f0→?]饭，都很便宜。",
    "票上的号码是[&#xD800;→?]，看不清。",
    "票上的号码是[&#99999999;→?]，看不清。",
]
QUIET = [
    # joiners, selectors, marks of other scripts
    "一家人👨\u200d👩\u200d👧出门，🏳️\u200d🌈挂在阳台，❤️很多。",
    "波斯语写作 می\u200cخواهم，印地语写作 क्\u200dष。",
    "希伯来语\u200fשלום\u200f意思是平安。",
    "藏文ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ和蒙古文ᠮᠣᠩᠭᠣᠯ\u180eᠠ都在石碑上。",
    "葛\U000e0100城市的葛字有一点。",
    "⿰氵工就是江，⿱艹早就是草。",
    "按键1️⃣2️⃣3️⃣，国旗🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f。",
    "法语 café 写作 cafe\u0301 也对，越南语 Tiếng Việt 也是。",
    "数学里 x\u0304 是平均值，ȳ 也是。",
    # talked about
    "HTML 里用 &nbsp; 表示空格，用 &lt; 表示小于号。",
    "把“&amp;”写成实体，浏览器才认得。",
    "转义符 &quot; 是引号，不要漏掉分号。",
    "R&D 部门和 AT&T 都来了，Q&A 在下午。",
    "int *p = &sum; 取地址，p = &times; 也一样。",
    "看地址 https://example.com/?a=1&copy=2&lt=3 就行。",
    "`&nbsp;` 是空格。",
    "康熙部首⽤、⼈、⽔各有自己的码位。",
    "图标字体用私用区的码位，\ue001 是房子，\ue002 是车。",
    "崎字的异体是﨑，人名里常见，﨑山先生就是。",
    "日文店名「福\ufa1bの湯」是老字形。",
    # layout
    "通 知",
    "张 三　李 四　王 五　赵 六",
    "床前明月光　疑是地上霜　举头望明月　低头思故乡",
    "姓 名：　　　　　　性 别：　　　　　　出 生 年 月：　　　　　　住 址：",
    "第一章 总则 第二章 目标 第三章 分工，各章都要先读一遍，再写读后感。",
    "品种有 月季 牡丹 芍药 海棠 茶花，价格从三元到三十元不等，可以混批。",
    "第一节 目标和计划，先看清楚再做；第二节 工具和材料，缺一不可。",
    # pinyin that is meant
    "饕(tāo)餮(tiè)是传说里的怪兽，鬲(lì)是煮饭的器具。",
    "小(xiǎo)猫(māo)爱(ài)吃(chī)鱼(yú)，小(xiǎo)狗(gǒu)爱(ài)啃(kěn)骨(gǔ)头(tou)。",
    "选项(a)和选项(b)都对，图(c)画错了，点(x)在线上。",
    "谷歌(google)和苹果(apple)都来了。",
    # lines that are data
    "这一次提交的哈希是：\naK9fQ2xW7bZ4mT\ntR5vN8cJ1hL6pY\neX3gS7dM2kB9wU\n请核对。",
    "公式如下：\na + b = c - 2 X\nx * y + z / 3 K\n2 a + 3 B = 7 q\n算完再看。",
    "曲名是\nA B C D E F G\n大家一起唱。",
    "诗人叫龠鼗，龠鼗写诗，龠鼗爱酒，龠鼗也爱花，大家都敬重龠鼗。",
    "",
]
KINDS = {"noise", "script_mix"}


def found(cleaner, text, tiers):
    findings = cleaner.clean(Document("x", text)).findings
    return tuple((f.start, f.end, f.replacement) for f in findings if f.kind in KINDS and f.tier in tiers)


@pytest.mark.parametrize("case", AUTO, ids=lambda c: ascii(c[:10]))
def test_noise_goes(cleaner, case):
    example = parse_example(case)
    assert found(cleaner, example.text, ("auto",)) == example.edits


@pytest.mark.parametrize("case", SUGGEST, ids=lambda c: c[:12])
def test_what_may_be_meant_is_suggested(cleaner, case):
    example = parse_example(case)
    assert found(cleaner, example.text, ("auto",)) == ()
    assert found(cleaner, example.text, ("suggest",)) == example.edits


@pytest.mark.parametrize("case", FLAG, ids=lambda c: ascii(c[:12]))
def test_what_is_lost_is_flagged(cleaner, case):
    example = parse_example(case)
    assert found(cleaner, example.text, ("auto", "suggest", "flag")) == example.edits


@pytest.mark.parametrize("text", QUIET, ids=lambda c: ascii(c[:12]))
def test_honest_text_is_left_alone(cleaner, text):
    assert found(cleaner, text, ("auto", "suggest", "flag")) == ()


@pytest.mark.parametrize("case", AUTO + SUGGEST, ids=lambda c: ascii(c[:10]))
def test_what_was_cleaned_is_clean(cleaner, case):
    outcome = cleaner.clean(Document("x", parse_example(case).text))
    assert not outcome.notes
    assert cleaner.clean(Document("x", outcome.text)).text == outcome.text


@given(
    st.text(
        alphabet="工作的水 \u3000\n&;#xamp nbsp(guò)，。\u200b\ue000\ue001\ue002\ue003⽤⻥\u0301\ud800A7k;",
        max_size=60,
    )
)
def test_any_text_is_cleaned_to_a_fixed_point(cleaner, text):
    once = cleaner.clean(Document("x", text))
    assert not once.notes
    assert cleaner.clean(Document("x", once.text)).text == once.text


BAD = {
    "entity bomb": "甜&" + "amp;" * 100_000 + "nbsp;瓜",
    "signs in a row": "甜" + "&amp;" * 100_000 + "瓜",
    "entities in a row": "甜&nbsp;" * 50_000 + "瓜",
    "lone surrogates": "甜\ud800瓜\udfff熟了。" * 1000,
    "zero width": "甜" + "\u200b" * 1_000_000 + "瓜",
    "zero width, scattered": "甜\u200b瓜\u200d" * 10_000,
    "combining marks": "甜" + "\u0336\u0301" * 100_000 + "瓜",
    "private use": "\ue000\ue001\ue002\ue003\ue004" * 20_000,
    "brackets": "(" * 50_000 + "“" * 50_000,
    "blanks": "甜 " * 20_000 + "瓜",
    "short words": "ab " * 50_000 + "水",
    "quotes that never close": "这個“《「(" * 10_000 + "国",
    "a long line of entities": "甜瓜熟了，" * 20 + "&nbsp;甜瓜" * 5_000,
    "mixed script": "这個" * 5_000,
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_read_in_time_and_never_an_error(cleaner, name):
    start = time.perf_counter()
    outcome = cleaner.clean(Document("x", BAD[name]))
    assert time.perf_counter() - start < 20
    assert not outcome.notes
    assert isinstance(outcome.text, str)


def test_colours_of_a_terminal_go_with_their_numbers(cleaner):
    text = "窑里的火\x1b[31m很旺\x1b[0m，师傅在添柴。"
    assert cleaner.clean(Document("x", text)).text == "窑里的火很旺，师傅在添柴。"


def test_a_bomb_is_one_edit(cleaner):
    assert cleaner.clean(Document("x", BAD["entity bomb"])).text == "甜瓜"
    assert cleaner.clean(Document("x", BAD["zero width"])).text == "甜瓜"


def test_a_blank_for_an_answer_stays_a_blank(cleaner):
    text = "下列做法正确的是（&nbsp;&nbsp;）。木匠&nbsp;说。"
    assert cleaner.clean(Document("x", text)).text == "下列做法正确的是（ ）。木匠说。"


@pytest.mark.parametrize(
    "piece", ["\uf900\uf901", "字\u200b，木匠□□凳", "幾位木匠说的话，"], ids=["compat", "mixed", "script"]
)
def test_thousands_of_places_take_time_in_proportion(cleaner, piece):
    import time

    text = piece * (50_000 // len(piece))
    began = time.perf_counter()
    outcome = cleaner.clean(Document("x", text, meta={"text_offset_exact": True, "line": 1}))
    assert len(outcome.findings) >= 5_000
    # with any part that grows with the square it is minutes
    assert time.perf_counter() - began < 30
