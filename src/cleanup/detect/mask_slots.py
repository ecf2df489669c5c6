"""What a run of mask signs stands between, and what honest use it may be of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cleanup.detect.late import late_regex

# How much of the line is looked at on each side; the longest context below has 8 characters.
_SIGHT = 14

# Doubts that no vote overrules: what these name is never a mask of a word.
HARD = frozenset(
    {"alone", "long", "digits", "latin", "rating", "frame", "name-told", "form", "word", "tone", "topic"}
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A run of one sign, in offsets of the folded text.

    spaced   one blank on each side, and no more
    place    between-characters, before-punctuation, after-punctuation, edge
    doubt    the honest use that it may be of, as a stable code, or ""
    wordy    no name can stand there: after an adverb or an auxiliary, before an aspect particle
    """

    sign: str
    start: int
    end: int
    spaced: bool
    place: str
    doubt: str
    wordy: bool


# Surnames that seldom end a word, so that a mask after them hides the rest of a name: 张**, 李××.
# Out: 高 方 金 程 于 和 时 安 成 马 江 石 白 段 史 任 许 向 简 华 文 and the like end common words (提高**);
# they count where the name begins a clause.
_SURNAME = (
    "刘陈赵吴徐朱胡郭罗郑宋邓冯曹彭肖董袁潘蒋蔡杜魏吕丁沈姚卢姜崔谭汪廖贾邹孟熊秦邱尹薛闫侯黎郝龚邵严覃戴莫"
)
# These three end a few words (紧张**, 国王**, 行李**), and are the commonest of all.
_COMMON = r"(?<![紧主夸扩慌嚣一两几每])张|(?<![国帝女称霸大])王|(?<!行)李"
_WIDE_SURNAME = (
    _SURNAME
    + "张王李何余钱武雷田贺顾毛范谢唐梁黄钟陆龙曾苏韩周孙高方金程于时安成马江石白段史任许向简华文叶林夏付傅尤施孔柏水章葛常乐欧洪尚游万温康"
)
_ROLE = "被告人|原告|被告|上诉人|嫌疑人|证人|受害人|被害人|当事人|法定代表人|负责人|患者|死者|伤者|记者|网友|用户|学员|选手|男子|女子|老师|同学|经理|教授|医生|家长|业主|顾客|妻子|丈夫|儿子|女儿|父亲|母亲|同事|朋友|名叫|名为|叫|姓名|昵称|小|老|阿"
_TWO = "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|端木|夏侯|东方"
_NAME = late_regex(rf"(?:[{_SURNAME}]|{_COMMON}|{_TWO}|(?:^|[^\p{{Han}}]|{_ROLE})[{_WIDE_SURNAME}])\Z")
_NAME_TOLD = late_regex(
    rf"(?:(?:{_ROLE})[{_WIDE_SURNAME}]|(?:被告人|被告|原告|证人|受害人|被害人|嫌疑人|患者|死者|记者|网友|户名|姓名|昵称|账号|用户名|网名|笔名)[叫是为]?[:： ]?[“\"「]?)\Z"
)
# A nickname with its middle hidden: “小***猫”.
_NICKNAME = late_regex(r"[“\"「‘'][\p{Han}A-Za-z0-9]{1,2}\Z")
_NICKNAME_END = late_regex(r"[\p{Han}A-Za-z0-9]{0,2}[”\"」’']")
_TITLE = late_regex(r"(?:先生|女士|小姐|老师|同学|教授|医生|律师|警官|师傅|大爷|阿姨|\(?[男女][,，)])")

# What follows a place, an organisation or a number that is not told: XX市, **公司, ×年×月.
# Each character is out where it begins a common word of another kind: 市场 路径 组织 日常 年轻 时间 分析 网络 …
_PLACE = late_regex(
    r"(?:市(?!场|民|值|面|价)|省(?!略|心|力|钱)|县|区(?!别|分|域|块)|镇(?!静|定)|乡(?!愁|村)|村(?!民)|路(?!径|线|由|上|过|程)|街|巷|弄|号(?!召|码|称)|楼|栋|幢|单元(?!格)|室(?!内|外)|组(?!织|成|合|建|件)|屯|社(?!会|区|交)|"
    r"年(?!轻|龄|级)|月(?!亮|份)|日(?!常|益|前|后|子)|时(?=.{0,3}分|许|左右)|分(?=许|左右)|点(?=许|左右|半|整)|元(?!素)|万(?!一)|岁|"
    r"公司|有限|集团|银行|支行|医院|学校|中学|小学|大学|学院|派出所|法院|检察院|小区|大厦|广场|酒店|酒楼|饭店|餐厅|宾馆|商场|商店|诊所|药店|农场|物业|科技(?!含|进|创|发|人|水)|超市|工厂|厂(?!家)|店(?!铺)|局(?!面|势|部|限)|厅|先生|女士|同学|老师|教授|博士|经理|总(?!是|之|体|结|量|的|数|共)|某)"
)
# The sign is talked about, or holds the place of what the reader puts there.
_FOR = late_regex(
    r"(?:代表|代替|替代|表示(?!,)|是指|指的是|字样|占位|打码|脱敏|隐去|开头|结尾|型(?!成)|级别)"
)
_TO_FILL = late_regex(
    r"(?:输入|填写|填入|显示为|改为|改成|替换为|替换成|写成|写着|例如|比如|诸如|形如|格式为|称为|所谓|尊敬的|亲爱的|代号|编号|型号|密码为|密码是)[:： “\"‘']?\Z"
)
_RATING = late_regex(
    r"(?:评分|星级|指数|难度|评级|推荐度|推荐|等级|辣度|甜度|口味|强度|热度|密码|口令|验证码|进度|价格|环境|服务|颜值|[度力感值性分])[:： ]{1,2}\Z"
)
_FORM_LEFT = late_regex(r"[:：(（第￥¥]\s*\Z|(?:签字|签名|盖章|日期|姓名|电话|地址|甲方|乙方|编号|为|是)\Z")
_FORM_RIGHT = late_regex(r"\s*(?:[年月日元时分%)）]|万元|\(?(?:签字|盖章)|$)")
# 口 is a word of its own; two in a row meet where words meet, or make 口口声声.
_KOU_LEFT = late_regex(
    r"[出进关港窗路门入渡江河湖海山胸伤领袖裤井洞灶炉瓶枪插接切缺户人亲一每两几道风刀张开闭改松随可借]\Z"
)
_KOU_RIGHT = late_regex(r"[声相岸味感腔径号水头罩香红语碑服气吃述令诀袋粮音交供角齿]")
# #topic##topic#: the hashes of a topic stand alone on its other side.
_TOPIC = late_regex(r"(?<!#)#(?!#)")
# No pause can be before these, so dots here hide a word; elsewhere they are dots.
_NO_PAUSE = late_regex(r"[、的]")

# Slots that want a verb: an XX there is no name.
_VERBAL_LEFT = late_regex(
    r"(?:没有|正在|拒不|拒绝|未予|已经?|可以|能够|应当?|必须|不[能会可得再]|无法|难以|予以|加以|进行|得以|为[此了]|对此|就此|据此|由此|从而|进一步|积极|共同|努力|全面|持续|大力|逐步|及时|认真|充分|切实|主动|尽快|不断|非常|十分|更加|比较|[并会能需应曾均仍却也都就才又更最很])\Z"
)
# 对…XX回应, 为…XX贡献: between what an act is about and the act, only its light verb can be missing.
_ABOUT = late_regex(r"[对为就向给][^,，。;；、:：]{1,13}\Z")
_ACT = late_regex(
    r"(?:进一步|积极|重要|要紧|具体|明确|全面|巨大|突出|新的?|更大的?|的){0,3}(?:回应|贡献|部署|批示|指示|规划|决定|说明|解释|安排|调整|努力|突破|反应|判断|评价|承诺|选择|牺牲|让步|处罚|决策|指导|介绍|补充|回答|评论|保证|表态|检查|修改|分析|研究|改进|帮助|支持|服务|照顾|奖励|警告|规定|要求|建议|答复|赔偿|补偿|处理|整改|宣传|培训)(?![称说道者])"
)
_VERBAL_RIGHT = late_regex(r"(?:[了过着](?!解)|[这那][个些一]|起来|下去|出来|一下)")

_HAN = late_regex(r"[\p{Han}]")
_SHAPES = frozenset("□■▢◻◼●⬤◆○◯◎◇☆★▇█▓▒░☑☐◐◑△▲▽▼")
_NEVER_PAIRED = frozenset("Xx×✕✖╳口…")
_BEFORE = late_regex(r"[\p{Han},，、。;；:：“”‘’\"'《》()（）!！?？…—】」%]")
_AFTER = late_regex(r"[\p{Han},，、。;；:：?？!！“”‘’\"'《》()（）…—【「]")
_PUNCTUATION = late_regex(r"[\p{P}]")
# Bold type begins with none of these.
_NO_START = frozenset(",，。;；:：、!！?？…)）”》")
_ENDS = late_regex(r"[,，。;；:：!！?？]")


def is_markdown(text: str) -> bool:
    """Whether the article is written in Markdown: stars are bold and low lines are slant there."""
    return any(s in text for s in ("```", "](", "\n# ", "\n## ", "\n### ", "\n- ", "\n* ", "\n> ", "|--"))


_SOMEBODY = late_regex(r"[\p{Han}]某(?![些种个一年天地人位次处类项])")
_COURT = late_regex(r"被告|原告|公诉|上诉人|申诉|本院|判决|刑法|鉴定|受害人|被害人")


def is_anonymised(text: str, *, by_words: bool) -> bool:
    """Whether names, places and dates are blotted out by intent, as in court papers.

    Told by names such as 张某, twice, or, with `by_words`, by three words of the court: articles about
    the law use those words, too, so that they count only for signs that commonly stand for names.
    """
    if any(n == 2 for n, _ in enumerate(_SOMEBODY.finditer(text), 1)):
        return True
    return by_words and any(n == 3 for n, _ in enumerate(_COURT.finditer(text), 1))


def has_topic(text: str, start: int, end: int) -> bool:
    """Whether a hash stands alone in a line: then those beside another close one topic and open the next."""
    return _TOPIC.search(text, start, end) is not None


def slot_of(
    text: str,
    start: int,
    end: int,
    line: tuple[int, int],
    same: Sequence[tuple[int, int]],
    i: int,
    widest: int,
    topic: bool,
) -> Slot:
    """The slot of text[start:end], the i-th of the runs of its sign in its line. `topic`: the line has a #topic#."""
    spaced = text[start - 1 : start] == " " == text[end : end + 1] and start > line[0]
    left = text[max(line[0], start - _SIGHT) : start]
    right = text[end : min(line[1], end + _SIGHT)]
    doubt = _doubt(text[start], end - start, widest, topic, left, right) or _paired(
        text, line, same, i, spaced
    )
    near_left, near_right = left.rstrip(" ")[-1:], right.lstrip(" ")[:1]
    if not near_left or not near_right:
        place = "edge"
    elif _PUNCTUATION.match(near_right):
        place = "before-punctuation"
    elif _PUNCTUATION.match(near_left):
        place = "after-punctuation"
    else:
        place = "between-characters"
    return Slot(text[start], start, end, spaced, place, doubt, _is_wordy(left, right))


# Most slots of an article are asked about again in its next pass.
_KEPT = 4096


@lru_cache(maxsize=_KEPT)
def _is_wordy(left: str, right: str) -> bool:
    return bool(
        _VERBAL_LEFT.search(left) or _VERBAL_RIGHT.match(right) or (_ACT.match(right) and _ABOUT.search(left))
    )


@lru_cache(maxsize=_KEPT)
def _doubt(sign: str, width: int, widest: int, topic: bool, left: str, right: str) -> str:
    """The honest use that the run's own slot speaks for, hard ones first, or "". `topic`: its line has a #topic#."""
    if width > widest:
        return "long"
    near_left, near_right = left.rstrip(" "), right.lstrip(" ")
    if not _HAN.search(left) and not _HAN.search(right):
        return "alone"
    if (near_left[-1:] in _SHAPES and near_left) or (near_right[:1] in _SHAPES and near_right):
        return "rating"
    if _RATING.search(left) and not near_right[:1].strip(",，。;；(（"):
        return "rating"
    if (left[-1:].isascii() and left[-1:].isalpha()) or (right[:1].isascii() and right[:1].isalpha()):
        return "mixed" if _glues_to_latin(sign, left, right) else "latin"
    if left[-1:].isdigit() or right[:1].isdigit():
        many = (len(left) > 2 and left[-3:].isdigit()) or (len(right) > 2 and right[:3].isdigit())
        return (
            "digits"
            if many or sign in "Xx×_#$%&@" or (left[-1:].isdigit() and right[:1].isdigit())
            else "digit"
        )
    if sign == "口":
        return "word" if _KOU_LEFT.search(left) or _KOU_RIGHT.match(right) else ""
    if sign == "…":
        return "" if _NO_PAUSE.match(right) and _HAN.match(left[-1:]) else "tone"
    if topic:
        return "topic"
    if sign == "#" and not _HAN.match(near_left[-1:]):
        return "heading"
    if sign == "_" and (_FORM_LEFT.search(left) or _FORM_RIGHT.match(right)):
        return "form"
    if not near_left and not near_right:
        return "alone"
    if _NICKNAME.search(left) and _NICKNAME_END.match(right):
        return "name-told"
    if _NAME_TOLD.search(left) or (_NAME.search(left) and _TITLE.match(right)):
        return "name-told"
    if _NAME.search(left):
        return "name"
    if _PLACE.match(right):
        return "place"
    if _FOR.match(right) or _TO_FILL.search(left):
        return "placeholder"
    if left and right and (left[-1] == " ") != (right[0] == " "):
        return "lopsided"
    if sign in "Xx" and left[-1:] == " ":
        return "placeholder"
    if left[-1:] in "“\"‘'《(（[【「<" and right[:1] in "”\"’'》)）]】」>" and left and right:
        return "quoted"
    if not near_right and sign != "*":
        return "edge"
    if not near_left and (sign != "*" or width < 3 or not _HAN.match(right[:1])):
        return "edge"
    if (near_left and not _BEFORE.match(near_left[-1:])) or (near_right and not _AFTER.match(near_right[:1])):
        return "mixed"
    return ""


def _glues_to_latin(sign: str, left: str, right: str) -> bool:
    """Between a Chinese character and a Latin word, signs that no code knows may still be a mask."""
    return sign in _SHAPES and (bool(_HAN.match(left[-1:])) or bool(_HAN.match(right[:1])))


def _paired(text: str, line: tuple[int, int], same: Sequence[tuple[int, int]], i: int, spaced: bool) -> str:
    """Whether the run opens or closes something: **bold**, $$formula$$, ■■heading■■.

    Runs of a line pair up from the left. A pair is one only if it hugs what it holds, and holds no
    clause end in the midst of a sentence: between two masks there is any stretch of text.
    """
    if spaced or len(same) < 2 or text[same[i][0]] in _NEVER_PAIRED:
        return ""
    other = i + 1 if i % 2 == 0 else i - 1
    if other >= len(same) or same[other][1] - same[other][0] != same[i][1] - same[i][0]:
        return ""
    (a, b), (c, d) = sorted((same[i], same[other]))
    # blanks around a frame are few; a line may be the whole page
    alone_left = a - line[0] <= _SIGHT and not text[line[0] : a].strip()
    if alone_left and line[1] - d <= _SIGHT and not text[d : line[1]].strip():
        return "frame"
    inner = text[b:c]
    if text[a] in _SHAPES or not inner or inner[0].isspace() or inner[-1].isspace() or inner[0] in _NO_START:
        return ""
    whole = (a == line[0] or not _HAN.match(text[a - 1])) and (d >= line[1] or inner[-1] in "。；：;:!！?？")
    if _ENDS.search(inner, 0, len(inner) - 1) and not (whole and text[a] == "*"):
        return ""
    return "pair"
