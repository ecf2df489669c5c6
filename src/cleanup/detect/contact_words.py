"""The words of contact fragments: services and their disguises, handles, numbers, calls to act.

A fragment is `call* service handle tail`, all of it in brackets or not. Everything here is matched
in the folded view, and every repetition is bounded, so that time grows with the text alone.
"""

from __future__ import annotations

import regex

from cleanup.detect.late import late_re, late_regex

# Digits in disguise. Han numerals and circled or raised digits; a digit with its keycap is a digit.
_DISGUISED = {
    c: str(n)
    for row in (
        "〇一二三四五六七八九",
        "零壹贰叁肆伍陆柒捌玖",
        "⓪①②③④⑤⑥⑦⑧⑨",
        "⓿❶❷❸❹❺❻❼❽❾",
        "⁰¹²³⁴⁵⁶⁷⁸⁹",
        "₀₁₂₃₄₅₆₇₈₉",
    )
    for n, c in enumerate(row)
} | {
    "两": "2",
    "幺": "1",
    "俩": "2",
    "⓵": "1",
    "⓶": "2",
    "⓷": "3",
    "⓸": "4",
    "⓹": "5",
    "⓺": "6",
    "⓻": "7",
    "⓼": "8",
    "⓽": "9",
}
# All of them, for a class.
DIGITS = "".join(_DISGUISED)
_DIGIT = rf"(?:[0-9{''.join(_DISGUISED)}]\ufe0f?\u20e3?)"
_SIGN = r"(?:[0-9①-⑨⓪❶-❾⓿⓵-⓽⁰¹²³⁴-⁹₀-₉]\ufe0f?\u20e3?)"
_GAP = r"[ .·•_~—*-]{0,2}"
# A mobile number in any digits has 11, so that a numeral of the prose after it stays out: 138…1111三个小时.
MOBILE = rf"(?:[1①❶⓵¹₁一壹幺]\ufe0f?\u20e3?)(?:{_GAP}{_DIGIT}){{10}}(?!{_SIGN})"
# Other numbers: 7 to 12 digits that are no Han numerals.
NUMBER = rf"(?:{MOBILE}|{_SIGN}(?:{_GAP}{_SIGN}){{6,11}}(?!{_SIGN}))"

# Spellings that hide a service from a filter and are no words of their own.
_HIDDEN = (
    r"[薇徽溦嶶]信|[薇徽微威][ .·*_/-]{1,2}信|(?<![A-Za-z0-9])[Vv][ .·*_/-]{1,2}信|(?<![A-Za-z])(?:[Ww][Ee][Ii]信|微xin|WeiXin|[Vv][ .·_/-][Xx](?=[:： ]))|[薇徽微威][芯❤♥💗💓]\ufe0f?信?|[薇徽](?=: ?[A-Za-z][A-Za-z0-9_-]{4})|(?<![A-Za-z0-9])[VvⅤⅴ](?:信|[❤♥💗]\ufe0f?)|"
    r"(?<![A-Za-z0-9.])(?:[Vv][Xx]|[Ww][Xx])(?=号|群|[:： ]|[a-z_-]{0,12}[0-9])|[扣抠蔻叩釦]{2}|"
    r"(?<![A-Za-z0-9])[Qq](?=群|号|裙)|[加➕✚+][Vv](?![A-Za-z])|[➕✚][薇微Qq]|(?<=[+加])[微薇](?=:? ?[A-Za-z][A-Za-z0-9_-]{4})|(?<![A-Za-z0-9])[Vv](?=:[a-z]{2,12}[0-9])|企鹅(?=[群号][:： ]?\d{6})|飞机(?=群[:： @]?[A-Za-z])"
)
# Honest words (prestige, satellite, penguin, plane): a service only where one is told to add them.
_AMBIGUOUS = r"威信|卫星|企鹅|球球|飞机|电报|蝙蝠"
_PLAIN = r"微信|QQ|qq|Qq|[Ww]e[Cc]hat|(?<![A-Za-z])(?:LINE|Line|WhatsApp|Whatsapp|Telegram|TG)(?![A-Za-z])|公众号|公号|小红书|抖音"
# Lower case, then a capitalised word: the handle ends where the Latin word of the prose begins.
_HANDLE = r"[a-z0-9][a-z0-9_-]{4,19}(?=[A-Z][A-Za-z]+(?![A-Za-z0-9_]))|[A-Za-z0-9][A-Za-z0-9_-]{4,19}"
# A service that nobody knows yet, told to be added: +绿泡泡: jz_hm2019. A letter and a digit, or seven digits.
UNKNOWN = late_regex(
    r"(?:[+➕✚]|(?<=[,，。;；!！?？(（【\p{Han}])[加私])(?P<service>[\p{Han}]{1,3})"
    r"(?::? ?(?=[a-z_-]{0,14}\d)(?P<handle>[a-z][a-z0-9_-]{5,19})|: ?(?P<handle>\d{7,11}))(?![A-Za-z0-9_.])"
)
# re, which is several times faster here: all text pays for it
UNKNOWN_GATE = late_re("[加私+➕✚][\u4e00-\u9fff]{1,3}:? ?[a-z0-9_-]{6}")
# Numerals that only cheques have: 加扣扣壹叁零贰柒柒肆.
_FORMAL = "[零壹贰叁肆伍陆柒捌玖幺]{5,12}"
ACCOUNT = late_regex(
    rf"(?:(?P<hidden>{_HIDDEN})|(?P<ambiguous>{_AMBIGUOUS})|(?P<plain>{_PLAIN}))"
    rf"(?:[/、或和](?:QQ|qq|微信|电话|手机))?(?:客服)?(?:同号)?(?:公众号|公号|[群裙]|号码?|账号)?号?(?:ID|id)?(?P<link>[:=@]|是|为|搜索?|➕|[+✚])?[ ]{{0,2}}[:=]?[ ]?"
    rf"(?P<handle>{NUMBER}(?![A-Za-z0-9_])|{_HANDLE}|{_FORMAL})"
)
# The number before the service that it is of, in disguise both or told to be added: 加⑥⑥③⑧①⑦⑨⑧扣扣.
BACKWARDS = late_regex(rf"(?P<handle>{NUMBER})(?:{_HIDDEN})")
PHONE = late_regex(
    rf"(?P<word>电话|热线|专线|手机号?|致电|拨打|来电|座机|客服|咨询|同号|代办|订购|加盟|招商|电联|[Tt]el|TEL|[☎☏📞📱]\ufe0f?|加)(?:号码?)?(?:[/、]微信)?[:是为 ]{{0,2}}"
    rf"(?P<number>(?<![0-9])(?:1\d{{10}}|1\d{{2}}[- ]\d{{4}}[- ]\d{{4}}|400[- ]?\d{{3,4}}[- ]?\d{{3,4}})(?!\d)|{NUMBER})"
)

WEB = late_regex(
    r"(?<![A-Za-z0-9@./_-])(?:https?://)?[Ww]{3}[ ]?[.。][ ]?(?P<domain>[A-Za-z0-9-]{2,30}(?:[.。][A-Za-z]{2,6}){1,2})(?![A-Za-z0-9_-])(?:/[A-Za-z0-9_./?=&%-]{0,60})?"
)

# Watermarks that name a page: (本文来源于…网), 更多…尽在…网.
WATERMARK = late_regex(
    r"(?:(?:本文|本篇|文章|内容)(?:首发|原文)?(?:来源于?|来自于?|转载自|转自|首发于?|摘自|出自|由)[:]?|(?:更多|最新|海量)(?:精彩|最新|相关|优质|免费)?\p{Han}{0,6}(?:尽在|请关注|请上|请访问|就上|请到|请登录|敬请关注))"
    r"(?P<site>[\p{Han}A-Za-z0-9.·]{2,12}?(?:网(?!络|上|友|页|民|点|购)站?|(?:论坛|社区|频道|文库)(?![网站])|\.com|\.cn|\.net))(?:\((?:[Ww]{3}\.)?[A-Za-z0-9.-]{3,30}\))?(?:首发|整理|提供|发布|独家|原创)?"
)

FOLLOW = late_regex(
    r"(?:关注|搜索|添加)(?:我们的?|本站的?)?(?:微信)?(?:公众号|公号)[:]?[“「【《\[\"']?[\p{Han}A-Za-z0-9·_-]{2,14}?[”」】》\]\"']?[, ]{0,2}(?:后台|并)?(?:回复|发送)"
    r"(?:关键词|口令)?[“「【\[\"']?[\p{Han}A-Za-z0-9]{1,8}?[”」】\]\"']?[, ]?(?:即可|可以?|就能|便可)?(?:免费)?(?:领取?|获取|查看|下载|索取)"
    r"(?P<goods>(?:(?:全套|全部|完整|免费|更多|最新|独家|本文|学习|电子|相关|\d{1,3}[GgMm份套本]){0,3}(?:资料|福利|红包|优惠券?|课程|详情|礼包|干货|教程|电子书|名额|源码|答案|试卷|模板|合集|版|书单){1,2}|[\p{Han}0-9]{1,10}(?=[,，。;；!！)）】\]]|$)))?",
    regex.MULTILINE,
)

# Grown to the left of an account, a number or a page.
_CALL = (
    r"(?:有?需要|想要|想了解|想学|感兴趣)的(?:朋友|同学|小伙伴|亲|家长|读者|网友)?们?,?|有意者,?|详情|更多|详细|资料|内容|资讯|免费|专业|"
    r"详询|领取?|获取|欢迎|可以|可|请|速|快来|赶紧|赶快|立即|马上|扫一?扫|扫码|长按|识别|加我?们?|添加我?们?|➕|✚|\+|关注我?们?|搜索?|咨询|联系我?们?|私聊|私信|联络|致电|拨打|来电|"
    r"客服|老师|小编|本人|我们?|助理|助手|顾问|站长|班主任|官方|同号|的|[一]?对[一]?|"
    r"服务|报名|订购|加盟|招商|代理|合作|代办|办理|购买|下单|微信|电话|热线|手机|登录|登陆|点击|戳|访问|进入|浏览|打开|百度|网址|网站|官网|地址|下载|观看|尽在"
)
CALLS = late_regex(rf"(?:(?:{_CALL})[: ]?){{1,6}}\Z")
# A call that tells to do something, or names what is sold; a lone 的 or 微信 does not.
ACT = late_regex(
    r"加|添加|关注|搜|咨询|私[聊信]|致电|拨打|来电|热线|➕|✚|\+|扫码|详情|更多|详询|登[录陆]|点击|戳|访问|进入|打开|订购|加盟|招商|办理|尽在|领"
)
# A firm that gives its own contact: 请联系我们的官方….
OFFICE = late_regex(r"官方|官网|联系我|我们的|本店|本公司")
# What a number is given for by those who sell. Out: 联系电话, 报名热线 and the like, which honest articles give.
SELL = late_regex(r"咨询|详情|加盟|招商|订购|代办|办理|免费|致电|拨打|来电|服务")
# One contact after another is a block of contacts, the article's own or a foot of the page.
CHAIN = late_regex(
    r"[ ,;|/、]{0,2}(?:投诉|客服|联系|投稿)?(?:邮箱|[Ee]-?mail|地址|网址|官网|微博|手机|电话|传真|QQ|微信|邮编|联系人|http|@)"
)
CHAIN_LEFT = late_regex(
    r"(?:热线|电话|手机|邮箱|地址|传真|QQ|微信|网址|官网|联系人|邮编)[:：]?[^,，。;；！？]{3,30}[,，;；、 ]\Z"
)
_GOODS = r"(?:更多|最新|相关|免费|全套|完整)?(?:资料|福利|红包|优惠券?|课程|详情|礼包|干货|教程|电子书|名额|报价|方案|内幕|独家|一份|大礼|好礼|试听课?|内容|信息)"
TAIL = late_regex(
    rf"[ ]?(?:[(（](?:请?备注|请?注明|暗号|验证)[^()（）\n]{{1,10}}[)）])?(?:[(（]?(?:同微信?|微信同号|微同号?|同号)[)）]?)?(?:[,， ]?(?:备注|注明)[“\"]?[\p{{Han}}A-Za-z0-9]{{1,6}}[”\"]?(?=[)）】\],，。;；!！]|$))?"
    rf"(?:(?:即可|可以?|马上|立即|免费)?(?:领取?|获取|索取|咨询|了解|办理|(?:拉你|带你|邀你|邀请)?[进入]群|报名|下载|查看|观看|拉群|试听|详聊)(?:{_GOODS}{{1,2}}|(?=[)）】\],，。;；!！]|$)|(?<=咨询|领取|进群|入群)(?!详|相关|有关|具体|师|服务|公司|顾问|电话|热线|室|台))){{0,2}}",
    regex.MULTILINE,
)
# The sentence goes on with what the contact is for, or with what is said about it: it is the sentence's own.
PURPOSE = late_regex(
    r"填写|索要|索取|提供|发送|说明|预约|沟通|联系|交流|购买|下单|参加|参与|获取|查询|查看|了解|办理|下载|申请|即可|就可|就能|便可|进行|反馈|投稿|聊天|转账|转给|收款|支付|付款|好友|报名|注册|观看|领取|咨询|"
    r"全天|24|二十四|开通|接通|为您|竭诚|受理|值守|畅通|打不通|无人|接听|接受|转\d|上线|公布|网站|官网|上的|里的|等网|等平|已经|已被|被"
)
# The rest of the call follows after a comma, and cannot be told from the prose after it.
REMARK = late_regex(r"[,，]?(?:备注|注明|暗号|验证)")
# Said about an account without a call: it is the subject of its sentence.
SUBJECT = late_regex(r"[是的在已被与和及为有向给将]|注销|添加|加|发")
# The article speaks about accounts and numbers, or gives its own; asked of what stands around.
STORY = late_regex(
    r"被告|原告|嫌疑|诈骗|骗子|骗[取走术局]|受骗|上当|警方|民警|公安|举报|账号|昵称|网名|小号|聊天记录|暗语|黑话|谐音|谣言|不法分子|话术|引流"
)
OWN = late_regex(
    r"联系人|联系方式|联系我|联系电话|报名|投稿|应聘|招聘|领养|转让|求购|预约|挂号|门诊|地址|邮箱|邮编|传真|微博|客服|加群|交流|探讨|有意|感兴趣|需要的|读者|热线|电话|咨询|官方|官网|反馈|疑问|意见|竭诚|版本|更新内容|侵权|版权|转载|曝光|删除|求助|捐|救助|转发|团购|购票|订票|值班"
)
OFFICIAL = late_regex(r"\.(?:gov|edu|org|mil|ac)(?:\.|$)|example", regex.IGNORECASE)

# A call that is no list of words: 代练找, 买药请联系, 内推+, up to a clause end. Who speaks of himself, or tells what
# somebody does, is out.
PUSHED = late_regex(r"(?:^|(?<=[,，。;；!！?？…(（【\[]))(?P<call>[\p{Han}A-Za-z0-9+➕]{1,9})\Z")
_SELF = r"我|咱|他|她|您?的|你的|本人|笔者|作者|叫|名|是|在|有|用|把|被|说|问"
NOT_PUSHED = late_regex(rf"{_SELF}")
# What is given for it, up to a clause end: 领食谱, 送优惠券, 拉群.
PRIZE = late_regex(
    r"(?:免费)?(?:领|拿|送|看|聊|问|索|要|进|入|拉|享|得|备注)\p{Han}{1,7}(?=[,，。;；!！?？)）】]|$)",
    regex.MULTILINE,
)

_VOWELS = frozenset("aeiouy")
_CONSONANTS = late_regex(r"[^aeiou\d_-]{5}", regex.IGNORECASE)


def digits(number: str) -> str:
    """The plain digits of a number, whatever they are written in."""
    return "".join(_DISGUISED.get(c, c) for c in number if (c.isascii() and c.isdigit()) or c in _DISGUISED)


def is_disguised(number: str) -> bool:
    """Whether a number is written in other digits than plain ones, or in a mixture."""
    return any(c in _DISGUISED or c == "\u20e3" for c in number)


def is_random(handle: str) -> bool:
    """Whether a handle looks made up by a machine: digits in it, hardly a vowel, or five consonants in a row."""
    if any(c.isdigit() or c in _DISGUISED for c in handle):
        return True
    return sum(c in _VOWELS for c in handle.lower()) < 0.2 * len(handle) or bool(_CONSONANTS.search(handle))


def is_chained(left: str, right: str) -> bool:
    """Whether another contact stands directly before or after."""
    return bool(CHAIN.match(right) or CHAIN_LEFT.search(left))
