"""Characters of the other script: what is repaired, what is suggested, what is left alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.detect import script, script_forms, script_table
from cleanup.detect.reading import Reading
from cleanup.fold import View
from cleanup.rules.markup import parse_example
from conftest import SHARED

# Damage around a case: three different characters in mixed clauses, so that the article is known to be mixed.
MIXED = "修车铺的師傅今天休息，隔壁的書店還开着门，邻居们都去看熱闹。\n"


def proposals(text):
    return script.propose(Reading(text, View(text, len(text)), text, ""))


def found(text, tiers=("auto",)):
    return tuple((p.start, p.end, p.replacement) for p in proposals(text) if p.tier in tiers)


AUTO = [
    "自行车的[鏈→链]条松了，要先把后轮抬起来，再慢慢调[緊→紧]螺丝，调好以[後→后]上一点油。",
    "[這→这]个周末图书馆照常开放。",
    "请把花盆移到阳台上，别让太阳跟[著→着]晒；[這→这]种花怕热，夏天[還→还]要遮阴，[應→应]该多浇水。",
    "木工课上先[學→学]会量尺寸，再[學→学]怎么锯木头，最[後→后]才是上漆，老师[會→会]在旁边看着。",
    "面团发好以[後→后]再揉一遍，[這→这]样烤出来的面包更松软，[對→对]新手来说也不难。",
    "钓鱼的时候要安静，[魚→鱼]儿听[見→见]响动就[會→会]跑，[於→于]是他[們→们]都不说话。",
    "[麵→面]条煮好捞出来，[乾→干]净的碗里放葱花和[醬→酱]油，[這→这]样拌着吃最香。",
    # half of a text is damaged: a short quotation too
    "门口的[師→师]傅说：“[這→这]是我的[書→书]。”[機→机]器还开着，[後→后]来他从[裡→里]面走了，鸟儿叫，[門→门]没关，树叶[黃→黄]了。",
    # traditional text, repaired in its own script
    "圖書館的閱覽室每天早上九點[开→開]門，讀者可以帶自己的書[进→進]來，但不能帶飲料。",
    "他剪了頭[发→髮]，又去店裡買了一束鮮花，準備參加晚上的[发→發]布會，[这→這]是第一次。",
    "廚房的[灯→燈]壞了，媽媽請師傅來修，修好以[后→後]又把[这→這]面牆重新刷了一遍。",
    "山上的空氣很新鮮，[个→個]個遊客都説[还→還]想再來，導遊也很高[兴→興]。",
    "這家餐廳的[面→麵]條很有名，[饼→餅][干→乾]也不錯，[价→價]錢還便宜，[说→說]起來大家都知道。",
    "[万→萬]一下雨，[运→運]動會就改在體育館[里→裡]舉行，請各[队→隊]準時到場。",
]
SUGGEST = [
    # an even mix has no script to be repaired to
    "我們一起去公[园→園]，公園很大，[发→發]現中國的花很多，[说→說]不完，[还→還]有鳥。",
    # one lone place in quotation marks, and no other damage in the article
    "那家店叫“[蘭→兰]亭”，开在河边。",
    # an article about characters
    "繁体字里，[這→这]个字的笔画更多，写起来慢，[練→练]习的人要有耐心。",
    # one odd character again and again: a name
    "馆长叫林[瑋→玮]，我们都喊他林[瑋→玮]老师，林[瑋→玮]最爱讲故事。",
]
QUIET = [
    # right in both scripts
    "乾隆年间的瓷瓶放在瞭望塔旁的展厅里，著名的藏家慰藉地笑了。",
    "皇后与太后在后花园里喝茶，干脆又下了一盘棋，面条和饼干摆了一桌。",
    # names, titles and quotations in their own script
    "展柜里有一本《東籬採菊譜》，封面已经发黄了。",
    "老招牌上写着「聚興茶樓」，油漆早就掉了。",
    "“發”字的右边要写得开一些，老师说。",
    "这个字原来写成“樂”，后来才简化。",
    # a paragraph wholly in the other script
    "下面是碑文：\n昔有老圃種菊東籬，歲歲開花，鄰里來觀者絡繹不絕。\n碑立在公园门口，游人常来拓印。",
    # the name of an account
    "转自@阿蘭愛釣魚：今天水库的水很清，去了的人都说好。",
    # Japanese
    "店名是「東京の森」，菜单上写着ご飯と味噌汁を選んで，很好认。",
    "樱花在日语里写作桜，人名里的佐々木也常见。",
    # traditional text that is whole
    "圖書館的閱覽室每天早上九點開門，讀者可以帶自己的書進來。",
    "皇后在後花園裡散步，看見一隻貓；理髮師發現頭髮乾了，就幹活去了。",
    "他在臺北讀書，週末回台南；里長和鄰居都認識他，公里數也記得清楚。",
    "我嘅朋友喺度等緊你，佢話今晚會遲啲先到，叫我哋唔使等。",
    # no Chinese at all
    "No Chinese here.",
    "",
]


@pytest.mark.parametrize("case", AUTO, ids=lambda c: c[:12])
def test_what_is_certain_is_repaired(case):
    example = parse_example(case)
    assert found(example.text) == example.edits


@pytest.mark.parametrize("case", SUGGEST, ids=lambda c: c[:12])
def test_what_may_be_meant_is_suggested(case):
    example = parse_example(case)
    assert found(example.text) == ()
    assert found(example.text, ("suggest",)) == example.edits


@pytest.mark.parametrize("text", QUIET, ids=lambda c: c[:12])
def test_what_is_right_in_its_script_is_left_alone(text):
    assert found(text, ("auto", "suggest")) == ()


@pytest.mark.parametrize("text", QUIET, ids=lambda c: c[:12])
def test_damage_elsewhere_does_not_reach_what_is_meant(text):
    """In an article that is mixed, names, quotations and whole paragraphs of the other script stay all the same."""
    if not text or script._is_other(0, len(text), *places(text)):
        return
    assert [p for p in proposals(MIXED + text) if p.start >= len(MIXED) and p.tier == "auto"] == []


def places(text):
    trad = [m.start() for m in script._TRADITIONAL.finditer(text)]
    return [m.start() for m in script._SIMPLIFIED.finditer(text)], trad


def test_forms_of_a_converter_are_mended_and_one_slip_is_suggested():
    text = (
        "每個國傢的圖書館都不一樣，有的開在山上，有的開在河邊，讓讀書的人覺得安靜。"
        "館長剪了頭發，又買了一張書桌，牆上的畫是新齣現的，說是兩個單位閤作送來的。"
    )
    mended = text.translate({ord("傢"): "家", ord("發"): "髮", ord("齣"): "出", ord("閤"): "合"})
    assert forms(text, "auto") == {i: mended[i] for i, c in enumerate(text) if mended[i] != c}
    assert forms(mended, "auto") == forms(mended, "suggest") == {}
    once = mended.replace("頭髮", "頭發")
    assert forms(once, "auto") == {} and list(forms(once, "suggest").values()) == ["髮"]


def forms(text, tier):
    reading = Reading(text, View(text, len(text)), text, "")
    return {p.start: p.replacement for p in script_forms.propose(reading) if p.tier == tier}


def test_hong_kong_text_gets_the_forms_of_hong_kong():
    text = "他説這裏的衞生很好，温度也合適，[启→啟]程那天又説了一遍，[说→説]完就走，[还→還]回頭看了一眼，覺得這座園子比從前更熱鬧。"
    example = parse_example(text)
    got = {s: r for s, _, r in found(example.text)}
    assert got[example.text.index("说")] == "説"


def test_a_repaired_text_is_left_alone(cleaner):
    for case in AUTO:
        once = cleaner.clean(Document("x", parse_example(case).text)).text
        assert cleaner.clean(Document("x", once)).text == once


@given(st.text(alphabet="这這个個发發后後里裡的了，。《》“”\n\ud800\u0301", max_size=40))
def test_proposals_are_single_characters_in_order_of_script(text):
    for p in proposals(text):
        assert p.end == p.start + 1 and len(p.replacement) == 1 and p.replacement != text[p.start]


def test_the_tables_are_what_opencc_and_the_standards_make():
    """The recipe of script_table.py."""
    from cleanup.detect.script_words import _read

    def holds(codec, char):
        try:
            char.encode(codec)
        except UnicodeEncodeError:
            return False
        return True

    to_simplified, to_traditional = _read("TSCharacters"), _read("STCharacters")
    tables = (to_traditional, _read("HKVariants"), _read("TWVariants"))
    traditional_side = {c for table in tables for v in table.values() for c in v}
    hong_kong = {c for v in _read("HKVariants").values() for c in v}
    traditional = {
        c
        for c, v in to_simplified.items()
        if "\u4e00" <= c <= "\u9fff" and v[0] != c and holds("gb2312", v[0])
        if (not holds("gb2312", c) or c == "後") and (holds("big5", c) or c in traditional_side)
    }
    assert set(script_table.TRADITIONAL) == traditional - set(script_table.BY_WORD)
    simplified = {
        c
        for c, v in to_traditional.items()
        if "\u4e00" <= c <= "\u9fff" and c not in v and c not in hong_kong
        if holds("gb2312", c) and not holds("big5", c)
    }
    assert set(script_table.SIMPLIFIED) == simplified
    assert not set(script_table.SIMPLIFIED + script_table.TRADITIONAL) & set(
        script_table.SHARED + script_table.LIKELY
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/bench/clean.jsonl")
def test_clean_text_converted_to_traditional_stays_and_mixed_comes_back():
    import json

    from opencc import OpenCC

    rows = (SHARED / "bench" / "clean.jsonl").read_text("utf-8").splitlines()[::12]
    to_taiwan = OpenCC("s2tw")
    choose = random.Random(7)
    right = wrong = gold = 0
    for row in rows:
        plain = json.loads(row)["text"][:600]
        whole = to_taiwan.convert(plain)
        assert [p for p in proposals(whole) if p.tier == "auto"] == []
        changed = [i for i, (a, b) in enumerate(zip(plain, whole, strict=True)) if a != b]
        hurt = {i for i in changed if choose.random() < 0.08}
        mixed = "".join(plain[i] if i in hurt else c for i, c in enumerate(whole))
        edits = {p.start: p.replacement for p in proposals(mixed) if p.tier == "auto"}
        gold += len(hurt)
        right += sum(edits.get(i) == whole[i] for i in hurt)
        wrong += sum(whole[i] != c for i, c in edits.items())
    assert right / gold > 0.9 and wrong / (right + wrong) < 0.01
