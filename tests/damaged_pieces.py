"""Pieces that damaged articles are put together from: every kind that built-ins find, and honest lines between."""

HONEST = [
    "村口的老槐树下，几位木匠正在讨论榫卯的做法。",
    "他们认为手工的凳子更耐用，价格也不算贵，只是做起来要三天。",
    "当时发现的两件旧家具，后来都送进了县里的博物馆。",
    "“先把木料阴干，再下锯。”老师傅说。",
    "第二天一早，徒弟们把刨花扫进筐里，准备引火做饭。",
]
# A whole line each.
PAGE = [
    "首页 > 手艺 > 木工\n",
    "作者：林木生 发布时间：2021-03-04 12:33 阅读：1203\n",
    "上一篇：竹椅为什么会响\n下一篇：没有了\n",
    "声明：本文来源于网络，如有侵权请联系删除。\n",
    "京ICP备12345678号-1 版权所有 木作网\n",
    "分享到：微博 微信 QQ空间\n",
    "相关阅读\n竹椅为什么会响\n老木匠的一天\n刨子怎样磨\n",
    "老木匠的手艺与凳子的来历\n",
]


def misread(text: str, right: str, wrong: str) -> str:
    """The text as it looks where its bytes in one encoding are read in another."""
    return text.encode(right).decode(wrong, "replace")


MOJIBAKE = [
    misread("木匠的手艺与工具", "utf-8", "gb18030"),
    misread("木匠的手艺与工具", "utf-8", "latin-1"),
    misread("木匠的手艺与工具", "gb18030", "latin-1"),
    misread("好木匠", "utf-8", "gb18030"),
    "锟斤拷锟斤拷",
    "\ufffd\ufffd",
    "烫烫烫烫",
]
NOISE = [
    "&nbsp;",
    "&amp;nbsp;",
    "&ldquo;好&rdquo;",
    "&#12289;",
    "&#99999999;",
    "<br />",
    "\u200b",
    "\xad",
    "\x07",
    "⼯具",
    "\uf9b5子",
    "\ue123",
    "\ue201\ue305\ue417\ue522",
    "木(mù)匠(jiàng)",
    "做 凳 子 ",
    "瓞瓠，瓞瓠，瓞瓠。",
]
SCRIPT = ["幾位師傅", "發現問題", "後來說過話", "這個國家", "頭髮", "两个", "幹活", "皇後"]
MASKS = [
    "这些***都很好，",
    " *** ",
    "□□",
    "的××被",
    "口口",
    "__",
    "**很好**",
    "通过 、短信",
    "●●",
    "张某某",
    "李××",
]
CONTACTS = [
    "加薇信：mjx8023，",
    "（加V信mjx8023领取图纸）",
    "咨询电话13812345678微信同号，",
    "1③8①②③4⑤⑥7⑧",
    "扣扣群",
    "关注公众号木作坊，回复图纸领取全套资料，",
    "更多内容请访问wWw.MuZuo8.CoM，",
]
DAMAGE = MOJIBAKE + NOISE + SCRIPT + MASKS + CONTACTS
# Long enough for a script, and for prose.
TRADITIONAL = "老槐樹下，幾位木匠正在討論榫卯的做法，他們認為手工的凳子更耐用，這個價錢也不算貴。"


def struck(text: str, blows: list[tuple[str, int]]) -> str:
    """A text with pieces put in at places, which wrap around."""
    for piece, at in blows:
        at %= len(text) + 1
        text = text[:at] + piece + text[at:]
    return text
