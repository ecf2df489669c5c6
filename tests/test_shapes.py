"""Rows of a page, tags of HTML, the other script, mojibake that is shown: by their parts, in lines of no bench."""

import pytest

from cleanup.data import Document
from cleanup.detect.rows import is_row
from cleanup.detect.script_plain import plain

BODY = (
    "河湾里的水车转了六十年，轴心换过三回，叶板年年要补。",
    "看水车的老人姓苗，清早先听声音，哪一块板松了，一听就知道。",
    "他说水车最怕的不是大水，是没有水，木头一干就裂。",
)


def cleaned(cleaner, text):
    return cleaner.clean(Document("a", text)).text


@pytest.mark.parametrize(
    "line",
    [
        "写回答 邀请回答 好问题 6 添加评论 分享",
        "【加入收藏】【告诉好友】【打印本页】【关闭窗口】",
        "上一章 ← 章节目录 → 下一章",
        "点赞(3) 收藏(1) 我有异议(0)",
        "首页 职位 公司 讲堂 | 登录 | 注册",
        "2019-05-18 07:09:44 38点赞 126收藏 57评论",
        "安卓版下载 苹果版下载 电脑版下载",
    ],
)
def test_rows_of_a_page_are_known_by_their_pieces(cleaner, line):
    assert is_row(line)
    assert cleaned(cleaner, "\n".join([*BODY, line])) == "\n".join(BODY) + "\n"


@pytest.mark.parametrize(
    "line",
    [
        "上湾村 3胜0负 6分",
        "| 名次 | 球队 | 积分 |",
        "小班 8:40 西门",
        "主页、博客、地址/联系方式、工作机会",
        "兑换外币可以在手机 App 预约",
        "评分：酸度★★★★ 甜感★★★☆",
        "豆子：浅烘 水洗 高海拔",
        "个人中心 > 我的票据 > 下载",
    ],
)
def test_rows_of_tables_and_recipes_are_no_rows_of_a_page(cleaner, line):
    assert not is_row(line)
    text = "\n".join([*BODY, line])
    assert cleaned(cleaner, text) == text


def test_the_page_of_an_article_in_traditional_script_goes(cleaner):
    body = [
        "河灣裡的水車轉了六十年，軸心換過三回，葉板年年要補。",
        "看水車的老人說，清早先聽聲音，哪一塊板鬆了，一聽就知道。",
    ]
    page = ["（廣告）請繼續往下閱讀", "延伸閱讀：", "➤ 老街的鐘錶匠要退休了", "➤ 一個人怎麼修好整座磨坊"]
    assert cleaned(cleaner, "\n".join([body[0], page[0], body[1], *page[1:]])) == "\n".join(body) + "\n"


def test_simplifying_keeps_the_length_and_leaves_simplified_text_itself():
    text = "水車轉了，木頭一乾就裂。"
    assert len(plain(text)) == len(text)
    assert plain(BODY[0]) is BODY[0]


def test_lines_between_two_of_the_page_go_with_them_below_the_article_only(cleaner):
    page = ["责任编辑：小满", "本站首发的一组老照片", "版权所有 © 2019 河湾网"]
    assert cleaned(cleaner, "\n".join([*BODY, *page])) == "\n".join(BODY) + "\n"
    signed = [*BODY, "责任编辑：小满", "河湾镇人民政府", "2019年5月6日"]
    assert cleaned(cleaner, "\n".join(signed)).endswith("河湾镇人民政府\n2019年5月6日")


def test_tags_go_with_what_they_say_about_the_page_and_a_break_stays_one(cleaner):
    text = f'<p style="text-indent:2em;">{BODY[0]}</p>{BODY[1]}<br />{BODY[2]}'
    assert cleaned(cleaner, text) == "\n".join(BODY)


@pytest.mark.parametrize(
    "text",
    [
        "网页里的 <p>正文</p> 要用标签包起来。",
        "# 手册\n\n水车<br>图解<br>见下表。",
        "a < b，而 b > c，所以 <b> 只是一个记号。",
        "请把<name>和<code>换成自己的。",
    ],
)
def test_tags_that_are_meant_stay(cleaner, text):
    assert cleaned(cleaner, text) == text


def test_mojibake_that_an_article_shows_in_quotes_stays(cleaner):
    shown = "同一段字节用错了编码去读，“水车”就会变成“姘磋溅”，这就是乱码。"
    assert cleaned(cleaner, shown) == shown


def test_a_switch_of_script_among_buttons_is_no_article_about_script(cleaner):
    text = "\n".join(
        [
            "手機版 書架 登入 註冊 繁體 | 简体",
            "河灣裡的水車轉了六十年，軸心換過三回，葉板年年要補，老人們都說這是鎮上的心跳。",
            "清早先聽聲音，哪一塊板鬆了，一聽就知道；學生們背著書包走過，總要多说兩句話。",
        ]
    )
    assert "多說兩句話" in cleaned(cleaner, text)
