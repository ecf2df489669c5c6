"""Rows of a page: buttons, counters, dates and entries of a menu, side by side on one line, and nothing else.

What a row says is put together: a verb of the page, what it is done to, a count. The share of such pieces decides,
so that no row needs to be known as a whole. For folded text in simplified characters.
"""

from __future__ import annotations

import re

from cleanup.detect.late import late_re
from cleanup.detect.vocabulary import AMOUNT, DATE, MENU, READERS, SERVICE, TIME, WIDGET

# Longer lines are no row. The longest invented one has 90 characters.
ROW_MAX = 160
_PIECE_MAX = 14
_BREAK = late_re(r"[\s|/·•\[\]【】()<>»›→←«‹↓↑▼+]+|(?<=\d)(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff:])(?=\d)")
_NO_ROW = re.compile("[。!;,、“”《》]|\\?.")
_VERB = (
    "(?:我要|我来|点击|一键|立即|马上|免费|在线|快速|写|添加|发表|邀请|查看|展开|加入|加|告诉|打印|关闭|返回|回到|跳到|"
    "复制|投|换一?|已|被|总|共|全部|更多|相关|热门|最新|历史|使用|设为|收|放入)"
)
_CORE = (
    "(?:回答|答|提问|追问|问题|好问题|评论|跟[帖贴]|留言|参与|关注|关注者|粉丝|书签|书架|推荐票|月票|推荐|目录|章节目录|章节|书页|上一章|下一章|"
    "做过|收藏|全部|全文|窗口|此文|本文|本页|本站|好友|朋友|顶部|道具|批|换|权限|版本|应用|截图|下载|咨询|客服|预约|报名|追问|"
    "赞过?|踩过?|有用|没用|有得|疑问|收起|纠错|挑错|报错|赞同|编辑|分享|转发|举报|反馈|打赏|匿名用户|登录|注册|首页|排行|榜单|更多)"
)
_WORD = late_re(
    f"(?:{_VERB}{{0,2}}(?:{_CORE}|{READERS}|{WIDGET}|{MENU}){{1,2}}(?:量|数|次数|人数|者|过|了|于|到|至)?|[A-Za-z\u4e00-\u9fff]{{1,6}}版?下载|{SERVICE}):?"
)
_FACT = late_re(f"(?:{AMOUNT}|{DATE}|{TIME}|{DATE} ?{TIME}|[大中小]|[次人条个篇度])[:]?")
# A label with its count in brackets is a piece of the page, whatever it says: 有得(1).
_COUNTED = late_re(f"[\u4e00-\u9fff]{{1,8}} ?\\({AMOUNT}\\)")
# A menu has these, and its other entries are any words: 首页 职位 校园 公司 登录.
_ENTRANCE = late_re(
    r"[\u4e00-\u9fff]{0,4}(?:首页|登[录陆]|注册|返回顶部|手机版|[Aa][Pp][Pp]下载|加入收藏|设为首页|RSS|网站地图)"
)
_MENU_MIN, _ENTRY_MAX = 4, 8
# Pieces, pieces of the page among them, and their share. Of 400 articles of each of the 40 clean corpora no line
# is a row at these; with two words and a half 3 headings of tables are.
_WORDS_MIN, _PIECES_MIN, _SHARE = 2, 3, 0.6


def is_row(text: str) -> bool:
    """Whether a line is pieces of a page side by side."""
    if len(text) > ROW_MAX or _NO_ROW.search(text):
        return False
    # a way through menus (个人中心 > 我的票据 > 下载) is asked about elsewhere
    if text.count(" > ") >= 2 and "|" not in text:
        return False
    pieces = [p for p in _BREAK.split(text) if p and p != ":"]
    if len(pieces) < _PIECES_MIN or max(map(len, pieces)) > _PIECE_MAX:
        return False
    if len(pieces) >= _MENU_MIN and max(map(len, pieces)) <= _ENTRY_MAX:
        entrances = sum(_ENTRANCE.fullmatch(p) is not None for p in pieces)
        if entrances >= 2 or (entrances and _is_barred(text)):
            return True
    counted = len(_COUNTED.findall(text))
    if counted >= 2 and 2 * counted >= len(pieces) - counted:
        return any(_WORD.fullmatch(p) for p in pieces)
    words = [p for p in pieces if _WORD.fullmatch(p)]
    if len(words) < _WORDS_MIN:
        return False
    other = [p for p in pieces if p not in words and not _FACT.fullmatch(p)]
    # a long piece that says something of its own is a sentence
    return len(other) <= (1 - _SHARE) * len(pieces) and all(len(p) <= _ENTRY_MAX for p in other)


def _is_barred(text: str) -> bool:
    """Whether signs of a page stand between the pieces, and not blanks alone."""
    return text.count("|") + text.count(">") >= 2
