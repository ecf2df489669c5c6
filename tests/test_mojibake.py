"""Text that was read in the wrong encoding is mended where it can be proven, told where bytes are gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup.chinese import counts, load
from cleanup.data import Document
from cleanup.detect.misread import ALONE, big5_bytes, gb_bytes, latin_bytes, undone
from cleanup.detect.misread_bytes import utf8_in_gb
from cleanup.detect.mojibake import propose
from cleanup.detect.reading import Reading
from cleanup.edits import apply
from cleanup.fold import View

SENTENCE = "巷口的修伞铺只在下雨天开门，老师傅一边补伞一边讲旧事。"
TRADITIONAL = "巷口的修傘鋪只在下雨天開門，老師傅一邊補傘一邊講舊事。"


def as_gb(data):
    """As browsers read GB18030: the byte 80 is the euro sign, what is no character U+FFFD."""
    out, at = [], 0
    while at < len(data):
        size = 1 if data[at] <= 0x80 else 2
        try:
            out.append("€" if data[at] == 0x80 else data[at : at + size].decode("gb18030"))
        except UnicodeDecodeError:
            out.append("\ufffd")
            size = 1
        at += size
    return "".join(out)


def as_cp1252(data):
    """As browsers read code page 1252: empty places are control characters."""
    return "".join(
        chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([b]).decode("cp1252") for b in data
    )


def as_latin_1(data):
    return data.decode("latin-1")


def as_big5(data):
    return data.decode("cp950")


def found(text):
    return propose(Reading(text, View(text, len(text)), text, ""))


def mended(text):
    return apply(text, [p.edit for p in found(text) if p.edit is not None])


def flagged(text):
    return [(text[p.start : p.end], p.evidence["left"]) for p in found(text) if p.edit is None]


@pytest.mark.parametrize("read", [as_latin_1, as_cp1252])
@pytest.mark.parametrize(
    "encoding,text",
    [("utf-8", SENTENCE), ("gb18030", SENTENCE), ("big5", TRADITIONAL), ("utf-8", TRADITIONAL)],
)
def test_bytes_read_one_by_one_are_mended(encoding, text, read):
    broken = read(text.encode(encoding))
    assert mended(broken) == text
    assert mended(f"他说：{broken}\n第二天放晴了。") == f"他说：{text}\n第二天放晴了。"
    if encoding != "big5":  # whose second bytes are ASCII, so that the second mistake falls into pieces
        assert mended(read(broken.encode("utf-8"))) == text


@pytest.mark.parametrize("part", ["老师傅补雨伞", "老师", "一个下雨天", "街口老店", "雨伞坏了", "上海·外滩"])
def test_utf_8_read_as_gbk_is_mended_where_all_bytes_are_there(part):
    broken = as_gb(part.encode())
    assert broken != part and mended(f"那天{broken}，街上没人。") == f"那天{part}，街上没人。"


def test_the_euro_sign_is_one_byte_or_two():
    # 一 ends in 80, 呢 in A2 and the next character begins with E3: GBK has the euro sign for both
    assert "€" in as_gb("他是一个老师".encode())
    assert mended(as_gb("他是一个老师".encode())) == "他是一个老师"
    assert mended(as_gb("下着雨呢，大家没有走".encode())) == "下着雨呢，大家没有走"


def test_utf_8_read_as_gbk_twice_is_mended():
    broken = as_gb(as_gb("老师今天孩子了的".encode()).encode())
    assert "\ufffd" not in broken and mended(broken) == "老师今天孩子了的"
    assert found(broken)[0].evidence["rounds"] == 2


@pytest.mark.parametrize("sign", ["\ufffd", "?"])
def test_a_stretch_that_has_lost_bytes_is_told_and_kept(sign):
    broken = as_gb("老师傅补好雨伞。".encode()).replace("\ufffd", sign)
    [(place, reads)] = flagged(f"那天{broken}街上没人。")
    assert place == broken and reads.startswith("老师傅补好雨伞")
    assert mended(broken) == broken
    broken = as_cp1252("老师傅一边补伞一边讲旧事".encode("gb18030"))[1:]
    assert flagged(broken) and mended(broken) == broken


def test_big5_and_gbk_read_as_each_other_are_mended_between_borders():
    broken = as_gb(TRADITIONAL.encode("big5"))
    assert mended(broken) == TRADITIONAL
    assert mended(f"title\n{broken}\n") == f"title\n{TRADITIONAL}\n"
    broken = as_big5("老师傅一边补伞一边讲从前的事，".encode("gb18030"))
    assert mended(broken) == "老师傅一边补伞一边讲从前的事，"
    # inside other text nobody can tell where it begins
    assert mended(f"他们说{broken}就走了") == f"他们说{broken}就走了"


def test_a_word_too_short_to_be_proven_is_mended_in_company():
    broken = as_cp1252("第3年".encode()) + " abc " + as_cp1252("老师傅讲旧事".encode())
    assert mended(broken) == "第3年 abc 老师傅讲旧事"
    assert mended(as_cp1252("第3年".encode())) == as_cp1252("第3年".encode())


def test_places_that_are_closed_are_left_alone():
    broken = as_cp1252(SENTENCE.encode())
    reading = Reading(broken, View(broken, len(broken)), broken, "", ((0, 5),))
    assert propose(reading) == []


OTHERS = [
    "Le garçon a déjà mangé à l’hôtel « Été » – où l’œuvre naïve coûte 15 €…",
    "Über den Flüssen wächst schönes Gras; Größe, Äpfel, Öl und Füße – „so ist es“.",
    "El niño pequeño añadió ¿qué? y ¡más! en la montaña, según él.",
    "A avó não só pôs o pão à mesa, mas também três maçãs; ÃO, ÇÃ, «É».",
    "Í þágu íþrótta: það æð, öðrum þúsundum, ýmsum þýðingum, áður óþekktum.",
    "Trường học của chúng tôi ở Đà Nẵng, mưa suốt cả ngày hôm qua.",
    "Вчера шёл дождь, а сегодня солнце светит над крышами домов.",
    "Χθες έβρεχε όλη μέρα, σήμερα ο ουρανός είναι γαλανός.",
    "昨日は雨でした。カナダのカユンガから来たアンナは、傘を持っていませんでした。",
    "カナカナカナ、ソフトウェアのインストールとアップデート",
    "어제는 비가 왔습니다. 오늘은 하늘이 맑습니다.",
    "Zażółć gęślą jaźń; źdźbło, święto, łąka i śnieg.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Åse ønsker å få ærlige svar på øya i går kveld.",
    "“Café”—said the waiter’s ‘naïve’ friend… £5 §3 ±2 °C µm ×10 ½ ¾",
    "Ïðèâåò, ìèð! Ýòî ðóññêèé òåêñò.",  # Russian of code page 1251 read as Latin-1
    "¾È³çÇÏ¼¼¿ä ¿À´ÃÀº ¸¼½À´Ï´Ù",  # Korean of EUC-KR read as Latin-1
    "ÊÇ’ËÓŒ¯ÃŠ",  # nothing at all
]
CHINESE = [
    SENTENCE,
    TRADITIONAL,
    "浏览网页的瑜伽教练说：璀璨的琉璃、猕猴桃、锂电池，恪尽职守。",
    "鋼鐵廠的鐘錶鋪在鎮上，飯後飲茶，鍊條與銅鈴，鏈鎖著。",
    "周瑜?不，是诸葛亮。价格是 €20，共 3×5＝15 元；25℃、±3‰。",
    "阿尔贝·加缪（Albert Camus，1913—1960）写《局外人》……“啊——”",
    "嘿嘿，哎，唉！竭诚为您服务，环境嘈杂，栋栋高楼。",
    "日语里「の」是“的”，「こんにちは」是问候；ㄅㄆㄇ是注音。",
    "奈々さんと東京へ行く，这是一句日语。",
    "囧rz 龘靐齉 㐂㗊 𠮷野家 燚垚淼焱犇羴",
    "",
]


@pytest.mark.parametrize("text", OTHERS + CHINESE)
def test_clean_text_of_any_language_is_left_alone(text):
    assert found(text) == []
    assert found(text * 20) == []
    assert found("\n".join([text, SENTENCE] * 3)) == []


@given(st.text(max_size=60))
def test_any_text_is_read_without_error_and_mending_comes_to_an_end(text):
    for _ in range(4):
        text, before = mended(text), text
        if text == before:
            break
    assert mended(text) == text


@given(st.text(st.sampled_from(SENTENCE + TRADITIONAL + "abc 12"), min_size=1, max_size=30))
def test_what_is_repaired_is_what_was_there(text):
    for encoding, read in (("utf-8", as_gb), ("utf-8", as_cp1252), ("gb18030", as_cp1252)):
        for p in found(read(text.encode(encoding))):
            assert p.edit is None or p.replacement in text


@given(st.characters(min_codepoint=0x80, max_codepoint=0xFFFF, exclude_categories=["Cs"]))
def test_bytes_of_a_character_are_those_that_decode_to_it(char):
    for code, reads in (
        (gb_bytes, as_gb),
        (big5_bytes, lambda b: b.decode("big5hkscs") if b.decode("cp950", "replace") != char else char),
    ):
        assert not code(char) or reads(code(char)) == char
    if latin_bytes(char):
        assert char in (as_cp1252(latin_bytes(char)), as_latin_1(latin_bytes(char)))


def test_a_mistake_undone_gives_the_same_mistake_when_made_again():
    for text, right, rounds in undone(as_cp1252(as_cp1252("老师".encode()).encode()), 2):
        assert (right, rounds) != ("utf-8", 2) or text == "老师"
    assert utf8_in_gb("浏览", 0, ALONE) is None


def test_the_whole_way_repairs_keeps_and_tells(cleaner):
    lost = as_gb("老师傅补好雨伞。".encode())
    broken = f"他说：{as_cp1252(SENTENCE.encode())}\n她说：{lost}\n一把伞\ufffd\n"
    outcome = cleaner.clean(Document("a", broken))
    assert outcome.text == f"他说：{SENTENCE}\n她说：{lost}\n一把伞\ufffd\n"
    assert [(f.rule, f.applied) for f in outcome.findings] == [
        ("misread-encoding", True),
        ("misread-encoding-lost", False),
        ("replacement-character", False),
    ]
    again = cleaner.clean(Document("a", outcome.text))
    assert not again.changed and [f.rule for f in again.findings] == [f.rule for f in outcome.findings[1:]]


def test_private_use_that_is_mojibake_is_not_deleted_as_noise(cleaner):
    broken = as_gb(TRADITIONAL.encode("big5"))
    assert "\ue4c7" in broken and cleaner.clean(Document("a", broken)).text == TRADITIONAL


def test_a_table_that_is_none_is_refused(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("something else\n", "utf-8")
    with pytest.raises(ValueError, match="not a table of counts"):
        load(path)


def test_evidence_tells_chinese_from_what_wrong_readings_give():
    table = counts()
    assert table.evidence(SENTENCE) > len(SENTENCE)
    assert table.evidence(TRADITIONAL) > len(TRADITIONAL)
    for wrong in (as_gb(SENTENCE.encode()), as_big5("老师傅讲从前的事，".encode("gb18030")), "救崇窍技夸"):
        assert table.evidence(wrong) < 0.2 * len(wrong)
    assert table.evidence("plain ASCII, 123") == 0
