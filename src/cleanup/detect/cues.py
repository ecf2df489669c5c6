"""What speaks for a line being page, and what for it being article: one table, read it and you know.

A cue is a shape, or a small vocabulary put together by a shape: a role before a colon, a number beside
a word for readers, three services side by side. Points add up; `furniture` says from which sum on
a line is taken. Patterns match in folded text, so signs are narrow.

The points were set by hand and then adjusted on: the bench farms alpaca-site0, cail2019-site0,
smilechat-site0 and lctt-site0; half of tests/cases/furniture.toml (`use = "tune"`); and the
corpora of clean text, twelve paragraphs an article. The other farms and the other half confirm.
A step of 1 point moves a cue by about a third of the way from unsaid to suggested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HAN = "\u4e00-\u9fff"
DATE = r"(?<!\d)(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}(?!\d) ?日?"
ISO = r"(?<!\d)(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
TIME = r"(?<!\d)[012]?\d:[0-5]\d(?::[0-5]\d)?(?!\d)"
AGO = r"\d+ ?(?:秒|分钟|小时|天|周|个月)前|刚刚|昨天|前天"

# Roles of people and of facts about a page. Out: 时间, 地点, 主办 (notices have them), 价格, 型号
# (products), 导演, 主演 (films), 主料 (recipes). 作者 and 记者 are weak alone: poems and reports name them.
_PAGE_ROLE = (
    r"(?:(?:责任|责|值班|本期|文字|版面|网络|美术|栏目|新媒体|图文|本文)?编辑|责编|主编|编审|校对|校审|审校|审核|一审|二审|三审|初审|复审|终审|监制|统筹|排版|"
    r"(?:信息|文章|稿件|内容|资料|本文|新闻|消息)?来源|稿源|出处|来自|(?:发布|发表|更新|提交|上传|添加|入库|编辑|修改|整理|刊发|采编)(?:时间|日期|人|者|单位|部门)?|发布|"
    r"原(?:文)?(?:标题|链接|文地址)|原题|本文(?:链接|地址)|本文网址|转载自|文章编号|信息索引号|(?:所属)?(?:栏目|频道|分类|类别|板块)|字体|字号|字体大小|"
    r"(?:浏览|阅读|点击|访问|查看|下载|评论|点赞|收藏|转发|回复|围观|播放)(?:量|数|次数|人数|统计)|(?:浏览|阅读|点击|人气|热度|评论|围观|访问)(?= ?: ?\d)|投稿|供稿|摄影|撰稿|通讯员|编译|文稿)"
)
_WEAK_ROLE = r"(?:作者|记者|时间|日期|文|图|文/图|标签|关键词)"
_BOUND = r"(?:^|(?<=[\s|(\[【/·,;]))"
_READERS = r"(?:浏览|阅读|点击|访问|查看|人气|热度|围观|播放|评论|点赞|赞|喜欢|收藏|转发|分享|回复|打赏|在看|跟帖|留言|支持|反对|顶|踩|粉丝|关注)"
_AMOUNT = r"(?:\d[\d,.]*[万千kKwW]?\+?)"
_SERVICE = r"(?:微信|微博|新浪微博|腾讯微博|朋友圈|QQ空间|QQ好友|QQ|空间|豆瓣|人人网|贴吧|知乎|抖音|快手|小红书|头条|钉钉|邮件|打印|复制链接|[Ff]acebook|[Tt]witter|[Ww]ei[Bb]o|[Ww]e[Cc]hat|LinkedIn|Line|Telegram|Pinterest)"
_MENU = r"(?:首页|主页|网站首页|登录|登陆|注册|会员中心|个人中心|我的|帮助(?:中心)?|关于(?:我们|本站)?|联系(?:我们|方式)?|网站地图|诚聘英才|加入我们|广告(?:服务|合作|投放|刊例)|商务合作|友情链接|隐私(?:政策|条款|声明)|法律声明|免责声明|版权声明|服务(?:条款|协议)|用户协议|意见反馈|投诉(?:建议|举报)?|举报(?:中心)?|举报邮箱|RSS(?:订阅)?|手机版|电脑版|触屏版|客户端|APP|App|微信|微博|设为首页|加入收藏|新闻|资讯|视频|图片|论坛|博客|社区|专题|财经|体育|娱乐|科技|教育|健康|汽车|房产|旅游|军事|国际|国内|社会|文化|历史|时尚|女性|育儿|美食|游戏|数码|手机|星座|更多|搜索|返回顶部|TOP|上一页|下一页|English|繁体|无障碍)"
_LIST_ADJ = r"(?:相关|相似|类似|推荐|热门|热点|最热|最新|今日|本周|本月|近期|往期|更多|更多精彩|精彩|精选|编辑|小编|站内|同类|同城|随机|延伸|扩展|拓展|猜[你您]|大家|网友|站长|为您|为你|您可能|你可能|你也许|看了(?:又|还)|点击|阅读|一周|24小时|48小时|人气|关联|上期|下期|其他|其它|本类|本栏|栏目|图片|视频|友情)"
_LIST_NOUN = r"(?:阅读|文章|推荐|推介|新闻|资讯|信息|内容|链接|话题|专题|标签|搜索|热搜|问答|问题|帖子|主题|视频|图文|图片|美图|评论|跟帖|排行(?:榜)?|榜单|热榜|关注|点击|发布|更新|导读|回顾|精选|喜欢|也喜欢|还喜欢|感兴趣|在看|都在看|在搜|都在搜|爱看|想看|看过|还看了|又看|下载|产品|日志|博文|作品|动态|知识|百科|攻略|热帖|热点|热文|专栏|好文|美文)"
_OWN = r"(?:本站|本网(?!络)|本网站|本平台|本公众号|本号|本站点|本论坛|本App|本APP|我站|我网|小编|本刊物|本客户端)"
_LEGAL = (
    r"如有侵权|侵犯|侵权|侵删|转载|版权|著作权|免责|不代表|立场|观点|仅供参考|仅供学习|仅供阅读|不构成|投资建议|联系(?:我们|删除|处理|本站|本网|作者|客服|网站|管理员)|删除|下架|"
    r"注明(?:出处|来源)|(?:来源|来自|源自|收集|整理|摘自|转自)(?:于)?(?:互联)?网络?|互联网|网友(?:投稿|上传|发布|自发|自行)|用户(?:上传|投稿|发布|自发)|原作者|归(?:原)?作者|所有权|真实性|自行承担|概不负责|核实|追究|授权|原创|合法权益|举报|知识产权|法律责任|盗用|更正"
)
_SUBSCRIBE = r"(?:关注|订阅|扫码|扫描|扫一扫|长按|识别|星标|收听)"
_CHANNEL = r"(?:公众号|微信号|二维码|官方微[信博]|视频号|服务号|订阅号|知识星球|邮件列表|RSS|蓝字|(?:上|下)方卡片|名片|头条号|微信公众平台)"

SENTENCE_END = "。!?;…”」』"


@dataclass(frozen=True, slots=True)
class Cue:
    """A shape, the points it gives, once a line, and the families of hints without which it is not tried."""

    name: str
    points: float
    pattern: re.Pattern[str]
    families: frozenset[str] = frozenset()


def _cue(name: str, points: float, families: str, pattern: str) -> Cue:
    return Cue(name, points, re.compile(pattern), frozenset(families.split()))


# A cue that gives 4 or more makes a line of the head or the tail certain by itself, if nothing speaks
# against it; 2 and more make it a suggestion there.
CUES: tuple[Cue, ...] = (
    # A registration number, or a copyright mark with a year or a name. Neither is ever prose.
    _cue(
        "licence",
        6,
        "licence sign",
        r"ICP[备证许]?(?:案)?(?:字)?(?:第)?:? ?\d{5,}|[\u4e00-\u9fff]ICP|公网安备 ?\d{6,}|[A-Z]?B2-\d{6,}|(?:许可证|备案)(?:编?号)?: ?[\u4e00-\u9fff()\[\]A-Za-z\d-]*\d{5,}|网信备\d+|新出网证|(?:ISSN|CN) ?\d\d-\d{4}.{0,20}邮发",
    ),
    _cue(
        "copyright",
        5,
        "licence sign",
        r"©|\(c\) ?(?:19|20)\d\d|[Cc]opyright ?(?:©|\(|(?:19|20)\d\d|by)|[Aa]ll [Rr]ights? [Rr]eserved|^.{0,24}版权所有.{0,40}$(?<!。)|^Powered by",
    ),
    # A stamp: date and time with hardly anything else.
    _cue(
        "stamp",
        4,
        "sign",
        rf"^[{HAN}A-Za-z\d_·@ ]{{0,14}}?[\s|·:,/(\[]{{0,3}}(?:{DATE}|\d{{1,2}}[-月]\d{{1,2}}日?)(?: ?(?:星期|周)[一二三四五六日天])?[\sT]{{0,3}}{TIME}(?:\s*[|/·]?\s*[{HAN}A-Za-z\d·.]{{0,12}}){{0,2}}[)\]]?$",
    ),
    # 张三 · 3小时前, 2023-05-06 · 北京.
    _cue("ago", 3.5, "ago", rf"^(?:[^。,;!?]{{0,16}}?[\s|·])?(?:{AGO})(?:[\s|·]+[^。,;!?]{{0,14}})?$"),
    _cue(
        "dated-name",
        2.5,
        "sign",
        rf"^(?:[{HAN}A-Za-z·]{{1,10}}\s*[|·/\s]\s*{ISO}|{ISO}\s*[|·/\s]\s*[{HAN}A-Za-z·]{{1,10}})$",
    ),
    # A title with the date of its page: a link of a list.
    _cue(
        "dated-title",
        2.5,
        "sign",
        rf"^[^。]{{6,90}}?[\s(\[]{{1,3}}(?:{ISO}|[01]\d-[0-3]\d(?!\d))(?: {TIME})?[)\]]?$|^[\[(]?(?:{ISO}|(?<!\d)[01]\d-[0-3]\d(?!\d))[\])]?(?: {TIME})?[\s·|]{{1,3}}[^。]{{6,90}}$",
    ),
    _cue(
        "stamped-title",
        4,
        "sign",
        rf"^[^。]{{6,120}}?[\s(\[]+{DATE}\s{{0,2}}{TIME}\s?[^\s。,]{{0,10}}$|^.{{6,40}}?[\s(\[]+{ISO}\s{{1,2}}{TIME}\s?[^\s。,]{{0,10}}$",
    ),
    _cue(
        "two-roles",
        4.5,
        "byline",
        rf"{_BOUND}{_PAGE_ROLE} ?:.{{0,60}}?{_BOUND}(?:{_PAGE_ROLE}|{_WEAK_ROLE}) ?:|{_BOUND}{_WEAK_ROLE} ?:.{{0,40}}?{_BOUND}{_PAGE_ROLE} ?:",
    ),
    _cue("role", 2.5, "byline", rf"^[(\[【]?{_PAGE_ROLE} ?[:/|] ?[^。]{{0,60}}$"),
    _cue("weak-role", 1, "byline tags", rf"^[(\[【]?{_WEAK_ROLE} ?[:/|] ?[^。,]{{1,20}}$"),
    _cue(
        "date-and-role",
        3.5,
        "byline readers",
        rf"(?:{DATE}).{{0,20}}?\s(?:来源|作者|编辑|责编|阅读|浏览|点击|人气|评论|{_READERS}) ?[:(\d]|{_BOUND}(?:来源|作者|编辑|责编|栏目|分类) ?:.{{0,30}}?{DATE}",
    ),
    _cue(
        "counter",
        3,
        "readers",
        rf"(?:^|[\s|·(\[/])(?:总|已有|共)?{_READERS}(?:量|数|次数|人数|率)? ?[:(]? ?{_AMOUNT}(?:次|人|条)?[)\]]?(?:$|[\s|·/)])|(?:^|[\s|·(/]){_AMOUNT} ?(?:次|人|条|位|个)?(?:网友|用户|人)?(?:已)?{_READERS}(?:过|了)?(?:$|[\s|·)/])",
    ),
    _cue(
        "counters",
        2,
        "readers",
        rf"{_READERS}[^。]{{0,12}}?{_AMOUNT}[^。]{{0,6}}?{_READERS}[^。]{{0,8}}?{_AMOUNT}",
    ),
    _cue(
        "bare-buttons",
        4.5,
        "readers",
        rf"^(?:[\[【(]?(?:我要|点击|一键)?{_READERS}[\])】]?(?: ?\(?{_AMOUNT}\)?)?[\s|/·]{{1,4}}){{1,7}}[\[【(]?(?:{_READERS}|举报|投诉|纠错|打印|海报|更多|关闭)[\])】]?(?: ?\(?{_AMOUNT}\)?)?$",
    ),
    _cue(
        "breadcrumb",
        4.5,
        "place",
        rf"^(?:您?(?:现在|当前|目前)?的?(?:所在)?位置 ?(?:是)?[:>] ?[^。]{{0,30}}[>»›→/\\-].{{0,60}}|[{HAN}]{{0,8}}?(?:首页|主页|Home|HOME) ?(?:[>»›→/\\-]|::|>>) ?.{{1,70}})$",
    ),
    # The same without a home: instructions have it, too (设置 > 通用), so it is a hint only.
    _cue(
        "path",
        2,
        "sign",
        rf"^(?!.*(?:点击|选择|打开|设置|进入|菜单))(?:[{HAN}A-Za-z\d·]{{2,10}} ?[>»›] ?){{2,4}}[^。,>»›→]{{0,60}}$",
    ),
    _cue(
        "menu",
        4.5,
        "menu",
        rf"^(?:[\[【]?{_MENU}[\]】]?[\s|/·,\\>»-]{{1,4}}){{2,}}(?:[\[【]?[{HAN}A-Za-z]{{2,8}}[\]】]?[\s|/·]{{0,3}})*$",
    ),
    # One entry of a menu alone is a heading as well; beside other page it is not.
    _cue(
        "menu-entry",
        2.5,
        "menu scaffold",
        r"^(?:关于(?:我们|本站)|联系我们|加入我们|网站地图|友情链接|诚聘英才|广告服务|商务合作|隐私政策|法律声明|免责声明|版权声明|服务条款|用户协议|意见反馈|投诉建议|设为首页|加入收藏|手机版|电脑版|登录|注册|帮助中心|(?:文章|新闻)?正文|(?:文章|内容)(?:内容|详情))$",
    ),
    _cue("bars", 2, "sign", r"^(?:[^\s|。,;:]{1,10} ?\| ?){2,}[^|。]{1,12}\|?$"),
    _cue(
        "list-heading",
        4,
        "list",
        rf"^[\[【「●■◆▍▎|#>*\s]{{0,3}}(?!(?:热点|今日|精彩|本周)(?:问答|问题)){_LIST_ADJ}{{1,2}}(?:的|之)?{_LIST_NOUN}{{1,2}}[\]】」]?(?:(?: ?[:>»›+…]+| ?(?:更多|MORE|More|more|换一换|换一批|查看更多))+)?$",
    ),
    _cue(
        "neighbours",
        4.5,
        "place",
        r"^[<«‹←\[【(]*\s?(?:上|下|前|后)一?[篇条页章则个]?(?:篇|条|则)?(?:文章|新闻|资讯|内容|主题|日志|帖子|博文)?[\])】]?(?: ?[:>»›→] ?.{0,120}|(?:[\s|/]+[\[(【]?[上下前后]一?[篇条页章则个](?:文章)?[\])】]?)?[\s>»›→]*)$|^[<«‹←] ?[上下前后]一?[篇条页章则](?:文章)? .{2,80}$|^(?:Previous|Next|PREV|NEXT|Prev)(?: Post| Article|:| »|$)",
    ),
    _cue(
        "pages",
        5,
        "place sign",
        r"^(?=.*(?:页|\d+ \d+ \d+|[<>«»]))(?:(?:共|第|到|跳转?至?|转到?|首|末|尾|上一?|下一?|前一?|后一?|最后一?|[<>«»‹›])?\s?(?:\d+|\.{2,3}|…|[一二三四五六七八九十])?\s?(?:页|条|/)?[\s|,/\[\]<>«»‹›]{0,3}){2,}$",
    ),
    _cue(
        "share",
        4.5,
        "readers share",
        rf"^.{{0,6}}(?:分享|转发)(?:到|至|给|按钮)?:?.{{0,4}}?{_SERVICE}[^。,]{{0,30}}$|^(?:{_SERVICE}[\s|/、·]{{0,3}}){{3,}}.{{0,4}}$|^(?:分享|转发|一键分享)(?:到|至|给(?:朋友|好友))?:?$",
    ),
    _cue(
        "tags",
        3,
        "tags sign",
        r"^(?:文章|本文|相关|热门)?(?:标签|关键[词字]|话题|[Tt][Aa][Gg][Ss]?) ?[::] ?(?!.*[。;]).{1,80}$|^(?:# ?[^\s#。,]{2,14}#?[\s,]*){2,}$",
    ),
    _cue(
        "button",
        4,
        "button readers",
        r"^[\[【(]?(?:点击|查看|阅读|展开|收起|显示|隐藏|加载|浏览)(?:此处|这里)?(?:查看|阅读|展开|进入|下载|显示|加载|播放|放大)?(?:更多|全文|原文|剩余(?:内容|全文|部分)?|全部|详情|大图|原图|高清(?:大|原)?图|图片|回复|评论|内容|完整版)+(?:评论|内容|回复|图片|信息)?(?: ?[>»›.…↓▼]+)?[\])】]?$|^[\[【(]?(?:返回|回到)(?:顶部|首页|上一?[页级]|列表|目录|搜狐.{0,12}|栏目)[\])】>»]*(?:,.{0,12})?$|^[\[【]?(?:打印|关闭|收藏|复制|举报|纠错|挑错|报错)(?:本页|此文|本文|窗口|页面|链接)?[\]】]?(?:[\s|/][\[【]?(?:打印|关闭|收藏|复制|举报|纠错|挑错|报错)(?:本页|此文|本文|窗口|页面|链接)?[\]】]?)*$",
    ),
    _cue(
        "image",
        4,
        "image button",
        r"^[\[(【]?(?:图片|配图|题图|封面(?:图)?|图|照片|视频|图像|插图|头图)(?:[来]源(?:于|自)?|来自|源自|源|/|出处|版权|由)[^。]{0,40}[\])】]?$|^[\[【(]?(?:图片|image|IMAGE|Image|img|IMG|视频|音频|表情|附件|插图|图)(?: ?\d{1,3})?[\]】)]$|^.{0,24}(?:点击|单击|左右滑动|滑动)(?:可)?(?:图片)?(?:查看|看|浏览)?(?:放大|大图|原图|高清(?:大|原)?图|更多图片|下一张|图片)[^。]{0,6}$|^[\w.-]+\.(?:jpe?g|png|gif|webp|bmp)(?: ?\(.{0,30}\))?$|^(?:图片|视频)(?:加载|载入)(?:失败|中).{0,6}$",
    ),
    _cue(
        "comment",
        3.5,
        "comment readers sign",
        rf"^(?:沙发|板凳|地板|前排|占楼|路过|顶一个|火钳刘明|先马后看|抢沙发|抢占沙发|马克|mark|我来抢沙发)[!。~,].{{0,12}}$|^[#(]?(?:第? ?\d+|[一二三四五六七八九十]+) ?[楼#F](?:[\s:)].{{0,30}})?$|^.{{0,14}}?(?:发表于|回复于|评论于|发布于|来自).{{0,6}}(?:{DATE}|{AGO}|\d+楼).{{0,20}}$|^(?:回复|引用|@) ?(?:\d+楼|[{HAN}\w]{{1,12}}[::]).{{0,30}}$|^(?:(?:回复|引用|举报|支持|反对|顶|踩|赞|点评|只看楼主|收藏)(?:[((]?\d*[))]?)[\s|·]{{0,3}}){{2,}}$|^(?:最新|全部|热门|网友|用户|精彩|我要|发表|查看)?(?:评论|跟帖|留言|回帖)(?:列表|区|内容)?[ (:]*(?:\d+ ?条?|\(?共? ?\d+ ?条?\)?)\)?.{{0,8}}$|^(?:暂无|还没有|目前没有)(?:任何)?(?:评论|留言|回复|跟帖).{{0,16}}$|^(?:发表|我要|添加|提交|写)(?:评论|留言|跟帖|回复).{{0,14}}$",
    ),
    _cue(
        "gate",
        4.5,
        "gate readers",
        r"^.{0,10}(?:登录|登陆|注册|关注|回复|付费|购买|开通会员|扫码|输入(?:验证码|密码))(?:后|才能|即可|方可|之后)(?:可以?|才能|可)?(?:查看|阅读|下载|评论|发表|回复|继续|可见|浏览|解锁|观看).{0,24}$|^(?:正在|努力)?加载(?:中|失败)?[.…。,]*(?:请稍候?.{0,6}|点击重试)?$|^您的浏览器(?:不支持|版本).{0,50}$|^(?:请)?(?:启用|开启|打开) ?JavaScript.{0,30}$|^(?:广告|AD|ADVERTISEMENT|推广|赞助商链接|本文为?广告)$|^.{0,6}广告位?(?:招租|合作|刊登|热线|联系).{0,30}$|^(?:用户名|密码|验证码|昵称|邮箱) ?[:：]?.{0,16}(?:记住我|自动登录|忘记密码|看不清|提交).{0,8}$",
    ),
    _cue("arrow", 2, "sign button", r"(?:戳|点击|点|见)(?:这里|此处|链接|下方|右侧|下图).{0,8}$|[→»↓]$"),
    _cue("own-sheet", 2, "legal", rf"{_OWN}"),
    _cue(
        "subscribe",
        3.5,
        "subscribe readers",
        rf"{_SUBSCRIBE}.{{0,18}}?{_CHANNEL}|{_CHANNEL}.{{0,6}}?(?:关注|长按|回复|添加)|(?:点赞|在看|转发|分享|关注|收藏).{{0,4}}(?:点赞|在看|转发|分享|关注|收藏|三连|一波).{{0,20}}$|点个(?:赞|在看|关注)|一键三连",
    ),
    _cue(
        "client",
        1.5,
        "subscribe",
        r"(?:下载|打开|搜索|戳|添加|加入|回复).{0,14}?(?:客户端|APP|App|app|小程序|微信群|交流群|QQ群|微信|关键词)|(?:第一时间|每天|每日|免费)(?:收到|获取|获得|接收|推送|领取)",
    ),
    _cue(
        "scaffold",
        4.5,
        "scaffold",
        r"^(?:好的|当然(?:可以)?|没问题|明白了|收到)[,!。] ?(?:以下|下面|为您|为你|这是|这里是|根据(?:您|你)|我(?:将|来|会)(?:为|根据|按照)(?:您|你|要求)).{0,80}$|^(?:以下|下面)(?:是|为)(?:一篇|一份|我|根据|按照|为您|为你|您|你|改写|修改|润色|本文|全文|正文)[^。]{0,40}(?:文章|正文|范文|文案|标题|大纲|稿件|软文|草稿|改写|版本|全文)[^。]{0,24}[::。]?$|^(?:希望|但愿)(?:以上|这篇|上面|上述|本)[^。]{0,16}(?:文章|文案|内容|稿件|范文|正文)[^。]{0,24}[。!]?$|^(?:如果|若)(?:您|你)(?:还)?(?:有|需要)[^。]{0,24}(?:修改|调整|补充|其他(?:要求|需求)|润色|扩写)[^。]{0,40}$|作为(?:一个|一名)?(?:AI|人工智能)(?:语言)?(?:模型|助手)|^[(\[【]?(?:全文|正文|文章)?(?:总|约)?字数(?:要求|统计)? ?[::约] ?\d+.{0,12}[)\]】]?$|^[(\[【*# ]*(?:以[下上](?:为|是))?(?:文章|正文|本文)?(?:的)?(?:主体|正文|开头|结尾|标题|引言|导语|结语|过渡)(?:部分|段落|内容)(?:[^。,]{0,12})?[)\]】*::]*$|^(?:文章|正文|全文|内容)(?:到此)?(?:结束|完毕|开始)[。!]?$|^[(\[【](?:此处|这里)(?:插入|添加|放置|可以?(?:插入|添加)|填写)[^)\]】]{0,30}[)\]】]$|^(?:改写|伪原创|润色|仿写|续写)(?:后的?|版)?(?:文章|内容|正文|标题)?(?:如下)?[:：]$",
    ),
    _cue(
        "contact",
        2,
        "contact",
        r"(?:电话|热线|传真|手机|联系人|邮箱|[Ee]-?mail|QQ|微信|邮编|地址|网址|客服) ?: ?[^。]{0,60}?(?:电话|热线|传真|手机|邮箱|[Ee]-?mail|QQ|邮编|网址|地址|微信) ?:|(?:举报|投稿|广告|商务|合作|客服|爆料|新闻热线|服务热线|违法|不良信息)[^。:]{0,14}(?:电话|热线|邮箱|QQ|微信|[Ee]-?mail|方式) ?: ?[\w@.+-]{5,}",
    ),
    _cue("site", 1.5, "contact", r"(?:https?://|www\.)[\w./-]+|[\w-]+\.(?:com|cn|net|org)(?:\.cn)?(?![\w@])"),
)
BY_NAME = {c.name: c for c in CUES}
LEGAL = re.compile(_LEGAL)
# The legal words of a disclaimer, different ones, and what so many are worth.
LEGAL_POINTS = (0.0, 0.5, 2.0, 3.5, 4.5)
# What a disclaimer speaks of: this page, or an article as a thing. An essay on copyright speaks of works.
ABOUT_PAGE = re.compile(
    _OWN
    + r"|本文(?!讨论|认为|研究|介绍|提出|将|从|以|拟|分析)|此文|该文(?:观点|章)|文章(?:内容|来源|转载|版权|仅|为|系|观点|均)|以上(?:内容|文章|信息|观点|图文|言论)|部分(?:内容|文章|图片|素材|资料|文字)|(?:图文|图片|内容|素材|资料|信息|文字|稿件|视频)(?:均|皆|部分)?(?:来源|来自|源自|转载|仅|由|系|为|整理)|凡(?:注明|本|来源|标注|署名)|未经(?:许可|授权|允许|同意|书面)|转载请|请(?:及时)?(?:与?(?:我们|本[站网])?联系|告知|通知)(?:我|本|删)|声明 ?:|免责声明|版权声明|风险提示 ?:|商业转载"
)

# ---- what speaks against

# Prose has these; titles and furniture have few.
FUNCTION = re.compile("[的了在是着过和与就都也把被让从对]")
AGAINST: tuple[Cue, ...] = (
    _cue(
        "enumerated",
        -2,
        "",
        r"^(?:第?[一二三四五六七八九十百零\d]+[章节条款编篇、.)]|[(\[][一二三四五六七八九十\d]{1,3}[)\]]|[①-⑳●•·*#>-]\s|[A-H][.、)])",
    ),
    _cue(
        "reference",
        -3,
        "",
        r"^\[\d{1,3}\]|\[[JMDCNZP](?:/OL)?\]|《[^》]{2,40}》.{0,14}(?:\d{4}年|出版社|第\d+[期版卷页])|et al|doi|pp\.|论文集",
    ),
    _cue(
        "dialogue",
        -2.5,
        "",
        r"^(?!.{0,4}(?:声明|提示|来源|编辑))(?:[甲乙丙丁问答QA]|[\u4e00-\u9fff]{1,4}) ?: ?[“\"]?.*[。!?…~”]$",
    ),
    _cue("quoted", -1.5, "", r"^[“「『\"].*[”」』\"]$|[“「『][^”」』]{8,}[”」』]"),
    # Who signs a letter or an announcement, and formulas that close one.
    _cue(
        "signature",
        -3,
        "",
        r"^(?:[\u4e00-\u9fff]{2,24}(?:人民政府|政府|委员会|办公[室厅]|局|厅|法院|检察院|公司|协会|学院|大学|医院|中心|党组|党委|部|社|院|所|会|处)|此致|敬礼|特此(?:公告|通知|说明|声明|证明|函告|函复|批复)|谨启|敬上|[\u4e00-\u9fff]{2,4} ?(?:敬上|谨上|顿首|谨启|启)|(?:代理)?(?:审 ?判 ?长|审 ?判 ?员|书 ?记 ?员|陪审员|法官助理)[ :].{0,12}|附件?[:\d].{0,40}|\(?完\)?|\(?全文完\)?|.{0,10}人: ?[\u4e00-\u9fff]{2,4})$",
    ),
    _cue(
        "plain-date",
        -3,
        "",
        rf"^\(?(?:{DATE}|[二〇○零一二三四五六七八九十]{{4}}年[一二三四五六七八九十]{{1,3}}月[一二三四五六七八九十]{{1,3}}日)\)?$",
    ),
    _cue("dateline", -3, "", r"^.{0,16}(?:电|讯) ?[(:\s].{8,}|^(?:本报|新华社|据)[^。]{0,20}(?:电|讯|报道)"),
)
# Asked where nothing but recurrence speaks: every article of an honest source may have the same sections.
HEADING = _cue("heading", -2, "", r"^[【\[《#*].{1,16}[】\]》*]?$|^.{2,12}:$|^[\u4e00-\u9fff]{2,4}$")
# Cheap questions before any of the above: signs, and words, by the family of cues that can then fire. Words are
# plain strings, so that the scan skips by first characters: 5 to 20 ns a character.
SIGNS = re.compile(r"[|>»›→↓©@#]|\d[:年]\d|\d\d\d\d[-/.]|\d\d-\d\d|\d \d \d")
_WORDS = {
    "licence": "ICP B2- 备案 许可证 公网安备 网信备 邮发 版权所有 Powered opyright eserved 新出网证",
    "ago": "昨天 前天 刚刚 秒前 分钟前 小时前 天前 周前 个月前",
    "byline": "编辑 责编 主编 编审 来源 稿源 出处 来自 作者 记者 文/ 图/ 校对 校审 审校 审核 初审 复审 终审 一审 二审 三审 监制 统筹 排版 摄影 供稿 撰稿 投稿 通讯员 编译 发布 发表 更新 提交 上传 添加 入库 修改 整理 刊发 采编 原标题 原文 原题 原链接 本文 转载自 文章编号 索引号 栏目 频道 分类 类别 板块 字体 字号 文稿 人气 热度 浏览 阅读 点击 访问 评论 围观 时间: 日期:",
    "readers": "浏览 阅读 点击 访问 查看 人气 热度 围观 播放 评论 点赞 赞 喜欢 收藏 转发 分享 回复 打赏 在看 跟帖 留言 支持 反对 顶 踩 粉丝 关注 三连 举报",
    "place": "首页 主页 位置 Home HOME 上一 下一 上篇 下篇 前一 后一 上页 下页 Prev PREV Next NEXT 页",
    "menu": "设为首页 用户协议 服务条款 意见反馈 商务合作 电脑版 首页 主页 登录 登陆 注册 帮助 关于 联系 地图 诚聘 加入 广告 友情链接 隐私 声明 反馈 投诉 举报 RSS 手机版 客户端 收藏 新闻 资讯 论坛",
    "list": "相关 相似 类似 推荐 热门 热点 热搜 热榜 热帖 热文 最新 最热 今日 本周 本月 近期 往期 更多 精彩 精选 编辑 小编 站内 同类 同城 随机 延伸 扩展 拓展 猜你 猜您 感兴趣 大家 网友 站长 为您 为你 可能 看了 点击 阅读 一周 小时 关联 其他 其它 图片 视频 友情链接 排行",
    "share": "分享 转发 微信 微博 朋友圈 QQ 豆瓣 贴吧 复制链接",
    "tags": "标签 关键词 关键字 话题 Tag TAG tag",
    "button": "点击 查看 阅读 展开 收起 显示 加载 返回 回到 打印 关闭 纠错 报错 复制 收藏 举报 戳 图",
    "image": "图 照片 视频 image IMAGE Image img IMG 音频 附件 .jpg .jpeg .png .gif .webp",
    "comment": "沙发 板凳 地板 楼 前排 路过 顶一个 马克 mark 发表于 回复于 评论 跟帖 留言 回帖 引用 暂无 还没有 来自",
    "gate": "登录 登陆 注册 付费 购买 开通 扫码 验证码 密码 加载 浏览器 Java 广告 AD 推广 赞助 用户名 昵称",
    "legal": "本站 本网 本平台 本公众号 本号 本论坛 本刊 小编 声明 侵权 侵删 侵犯 免责 版权 著作权 不代表 仅供 转载 互联网 来源于网 网友 用户 下架 删除 观点 核实 原创 知识产权 违者 追究",
    "subscribe": "公众号 微信 二维码 视频号 服务号 订阅 知识星球 邮件列表 RSS 蓝字 卡片 名片 头条号 客户端 小程序 APP App QQ群 扫码 长按 星标 第一时间 免费",
    "scaffold": "以下 以上 下面 好的 当然 没问题 明白了 收到 希望 但愿 作为 正文 文章 全文 主体 部分 段落 字数 此处 这里 改写 伪原创 仿写 续写 润色 如果 AI 人工智能",
    "contact": "电话 热线 传真 手机 联系人 邮箱 mail QQ 微信 客服 邮编 地址 网址 举报 投稿 www http .com .cn .net .org",
}
_FAMILIES: dict[str, set[str]] = {}
for _family, _list in _WORDS.items():
    for _word in _list.split():
        _FAMILIES.setdefault(_word, set()).add(_family)
for _word, _of in _FAMILIES.items():  # 图片 is found where 图 is, and hides it from the scan
    _of.update(*(f for w, f in _FAMILIES.items() if w in _word))
HINT = re.compile("|".join(re.escape(w) for w in sorted(_FAMILIES, key=len, reverse=True)))
# Lines that read as sentences: only disclaimers, subscriptions, comments, bylines stuck on and generators do, and
# with these words, which are rarer than those above.
SENTENCE_HINT = re.compile(
    r"声明|侵[权删犯]|免责|版权|转载|不代表|仅供|投稿|公众号|二维码|扫[码一]|本站|本网|本刊|小编|©|ICP|备案|责编|责任编辑|编辑:|来源:|登录后|沙发|板凳|地板|前排|路过|浏览器不|还没有评|暂无|三连|点个|加载中|订阅|关注[我本公微官“]|以[下上]是|下面是|以下为|希望[以这本上]|需要修改|作为一[个名]|人工智能|AI|客户端|视频号|来自互联网|来源于网|网友自|用户上传|未经|正文|全文|文章[到结]"
)
# And for paragraphs: what a disclaimer or a notice cannot do without.
LEGAL_HINT = re.compile(r"声明|侵权|侵删|免责|版权|转载|不代表|仅供|公众号|二维码|©|ICP|责任编辑|责编")


def families(text: str) -> frozenset[str]:
    """The families of cues that have a hint in a folded line; empty for most lines of body."""
    found = {f for word in HINT.findall(text) for f in _FAMILIES[word]}
    if SIGNS.search(text):
        found.add("sign")
    return frozenset(found)
