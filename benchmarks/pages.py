"""Pages of many styles of Chinese sites, written for the project, with their body text, title and date.

A page is made of an invented article and a template; `pages()` gives all of them, always the same.
The settings of `cleanup.dumps.page` were chosen on those up to FRESH; the others were written afterwards.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

# The number of the first page that no setting was chosen on.
FRESH = 35


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    date: str
    site: str
    author: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of a page, and what a reader of it would call its text, title and date ("" where none)."""

    name: str
    raw: bytes
    text: str
    title: str
    date: str
    encoding: str


ARTICLES = (
    Article(
        "山坡上的蜂箱怎样熬过冬天",
        "2023-11-08",
        "青禾农事网",
        "季南",
        (
            "入冬之前，蜂农老邱总要把山坡上的四十只蜂箱挨个看一遍。箱底的潮气要擦干，缝隙要用泥糊住，朝北的一面再挂上草帘。",
            "他说，蜂群怕的不是冷，是潮。",
            "一群蜂过冬大约要吃掉十斤蜜，存蜜不够的箱子得在霜降前喂足糖水，过了这个时候蜜蜂就不再往巢脾里搬了。喂得太晚，糖水会在巢里发酸，反而害了蜂群。",
            "有人问他为什么不把蜂箱搬进屋里。老邱摇头：屋里一暖，蜂以为春天来了，出去就回不来。",
            "到了正月，他会趁着晴天把耳朵贴在箱壁上听。声音低而匀，说明蜂团抱得紧；声音乱，就要开箱看看是不是进了老鼠。",
        ),
    ),
    Article(
        "旧城区三条公交线下月起改道",
        "2024-03-19",
        "临河晚报",
        "卜言",
        (
            "记者从市公交公司了解到，因东门桥加固施工，6路、17路和31路下月起改道行驶，预计持续五个月。",
            "改道后，6路不再经过菜市口，改走滨河南路，沿途增设两个临时站。",
            "17路的变化最大：原来十二分钟的路程要绕行铁路桥洞，高峰时段可能需要二十五分钟。公交公司表示将增加四辆车，把发车间隔压到八分钟以内。",
            "住在菜市口的居民担心老人买菜不便。社区已经同公交公司商量，每天上午开两班免费接驳车。",
            "施工方说，如果汛期来得晚，桥面有望提前两周恢复通行。",
        ),
    ),
    Article(
        "第一次烧柴窑，我学会了等",
        "2022-06-02",
        "泥火笔记",
        "阿樵",
        (
            "烧窑的前一夜下了雨，柴垛顶上湿了一层。师傅没有骂人，只说把外面的劈掉，里面的够用。",
            "点火以后的六个小时不能急。坯体里的水汽要慢慢走，火一大就炸。",
            "到了后半夜，窑温过了九百度，火舌从观火孔里舔出来，颜色由红转黄。师傅让我数着投柴，四根一组，间隔三分钟，我数到天亮。",
            "停火之后还要封窑三天。这三天里谁也不许碰窑门，连问都不许问。",
            "开窑那天，我的七只碗裂了五只。师傅把剩下的两只摆在架子上，说这两只是你的，那五只也是你的。",
        ),
    ),
    Article(
        "图书馆自习室预约办法有变",
        "2024-09-01",
        "南屏大学图书馆",
        "读者服务部",
        (
            "各位读者：",
            "自九月九日起，三楼自习室改为分时段预约，每天分上午、下午和晚上三段。",
            "预约后二十分钟内未签到的座位自动释放。一周内三次未签到的读者，暂停预约七天。",
            "临时离开请把座位牌翻到黄色一面，最长保留四十分钟。",
            "如有疑问，请到二楼总服务台咨询。",
        ),
    ),
    Article(
        "一只沙燕风筝的骨架",
        "2021-04-12",
        "手作旧闻",
        "白茸",
        (
            "沙燕的骨架只有五根竹条，难处全在弯度。上面两根叫上下膀条，弯得不一样，风筝就往一边栽。",
            "第一步：选竹。",
            "要三年以上的毛竹，取背阴面，节长的那一段。劈开以后先阴干半个月，急着用火烤干的竹条过一个夏天就走形。",
            "第二步：弯条。",
            "用酒精灯的外焰烤，边烤边弯，听见轻轻的一声响就要停。两根膀条弯好以后并在一起对着窗户看，不能漏光。",
            "第三步：糊纸。",
            "纸要先喷潮再糊，干了才绷得紧。最后扎上三根提线，到空地上试飞，低头就把上面的线收短一分。",
        ),
    ),
    Article(
        "家用电饭锅内胆多久该换",
        "2023-08-15",
        "厨电观察",
        "闻谷",
        (
            "内胆涂层划了几道，还能不能用？这是我们今年收到最多的问题。",
            "我们找来六只用了两年以上的内胆，分别煮饭、煮粥和蒸煮，再检测汤水。结果显示，轻微划痕没有让金属析出超过限值，但粘锅明显加重。",
            "真正需要换的是鼓包和掉皮。涂层一旦成片脱落，煮粥时碎片会混进米汤里，肉眼很难看见。",
            "日常使用有三点：不用钢丝球，不在内胆里淘米，煮完不要立刻冲冷水。",
            "做到这三点，一只内胆用四五年不成问题。",
        ),
    ),
)

_NAV = [
    "首页",
    "新闻",
    "社会",
    "财经",
    "体育",
    "健康",
    "旅游",
    "视频",
    "专题",
    "图片",
    "论坛",
    "登录",
    "注册",
]
_RELATED = (
    "秋收之后的田埂为什么要烧一遍",
    "老街修鞋摊搬进了社区中心",
    "周末短途：去水库边看候鸟",
    "冰箱异味的三个来源和处理办法",
    "县城新建的游泳馆开始试营业",
)
_FOOT = "关于我们 | 联系方式 | 广告服务 | 网站地图 | 免责声明"
_ICP = "Copyright © 2019-2024 版权所有 测ICP备10000000号-1 公网安备 00000000000000号"


def _links(names: tuple[str, ...] | list[str], tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/p/{i}.html">{n}</a></{tag}>' for i, n in enumerate(names))


def _p(body: tuple[str, ...]) -> str:
    return "\n".join(f"<p>{t}</p>" for t in body)


def _shell(a: Article, inner: str, *, charset: str = "utf-8", head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{charset}"><title>{a.title}_{a.site}</title>{head}'
        f'</head><body><div class="header"><ul class="nav">{_links(_NAV)}</ul></div>{inner}'
        f'<div class="footer"><p>{_FOOT}</p><p>{_ICP}</p></div></body></html>'
    )


def _news(a: Article) -> str:
    return _shell(
        a,
        f'<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/s">社会</a> &gt; 正文</div>'
        f'<div class="main"><h1>{a.title}</h1><div class="info"><span>{a.date} 09:30</span> <span>来源：{a.site}</span> '
        f'<span>作者：{a.author}</span> <span>阅读 3821</span></div><div class="article-content">{_p(a.body)}</div>'
        f'<div class="share">分享到：微信 微博 QQ空间</div><div class="related"><h3>相关阅读</h3><ul>{_links(_RELATED)}</ul></div></div>'
        f'<div class="sidebar"><h3>热门排行</h3><ol>{_links(_RELATED[::-1])}</ol></div>',
        head=f'<meta property="og:title" content="{a.title}"><meta property="article:published_time" content="{a.date}T09:30:00+08:00">',
    )


def _forum(a: Article) -> str:
    posts = "".join(
        f'<div id="post_{i}" class="plhin"><div class="pls"><p><a href="/u/{i}">会员{i}号</a></p><p>积分 {i}27</p><p>注册时间 2019-0{i + 1}-11</p></div>'
        f'<div class="plc"><div class="authi">发表于 {a.date} 1{i}:0{i}</div><div class="t_f" id="postmessage_{i}">{t}</div>'
        f'<div class="po"><a href="#">回复</a> <a href="#">举报</a></div></div></div>'
        for i, t in enumerate(a.body)
    )
    return _shell(
        a,
        f'<div id="pt"><a href="/">论坛</a> › <a href="/f">闲谈</a></div><h1 class="ts">{a.title}</h1>'
        f'<div id="postlist">{posts}</div><div class="pg"><a>1</a><a>2</a><a>下一页</a></div>'
        f'<div id="f_pst"><p>您需要登录后才可以回帖</p></div>',
    )


def _br(a: Article) -> str:
    body = "<br><br>\n　　".join(a.body)
    return _shell(
        a,
        f'<div id="title">{a.title}</div><div class="date">{a.date}</div><div id="zoom">　　{body}<br></div>'
        f"<div>上一篇：<a href=1>{_RELATED[0]}</a><br>下一篇：<a href=2>{_RELATED[1]}</a></div>",
    )


def _table(a: Article) -> str:
    rows = (("线路", "首班", "末班"), ("甲线", "六点十分", "二十一点"), ("乙线", "六点半", "二十二点一刻"))
    table = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in r) + "</tr>" for r in rows)
    return _shell(
        a,
        f"<article><h1>{a.title}</h1><time datetime='{a.date}'>{a.date}</time>{_p(a.body[:2])}"
        f"<table>{table}</table>{_p(a.body[2:])}</article><aside><ul>{_links(_RELATED)}</ul></aside>",
    )


_CAPTIONS = ("雨后的柴垛，外层已经劈去", "观火孔里的火色由红转黄", "开窑时剩下的两只碗")


def _gallery(a: Article) -> str:
    figures = "".join(
        f'<figure><img src="{i}.jpg"><figcaption>{c}</figcaption></figure>' for i, c in enumerate(_CAPTIONS)
    )
    return _shell(
        a,
        f"<main><h1>{a.title}</h1><p class=meta>{a.author} / {a.date}</p>{_p(a.body[:3])}{figures}{_p(a.body[3:])}</main>",
    )


def _scripts(a: Article) -> str:
    parts = "".join(
        f"<p>{t}</p><script>var ad{i}='<div>广告位</div>';document.write(ad{i});</script><style>.x{i}{{color:red}}</style>"
        for i, t in enumerate(a.body)
    )
    return _shell(
        a,
        f"<div class='post'><h2>{a.title}</h2><div class='post-body'>{parts}</div></div><noscript>请开启JavaScript</noscript>",
        head=f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{a.title}","datePublished":"{a.date}"}}</script>',
    )


def _amp(a: Article) -> str:
    return (
        f'<!doctype html><html amp lang="zh"><head><meta charset="utf-8"><title>{a.title}</title>'
        f'<script type="application/ld+json">{{"@context":"http://schema.org","@type":"Article","headline":"{a.title}","datePublished":"{a.date}T08:00:00+08:00"}}</script>'
        f"<style amp-boilerplate>body{{-webkit-animation:none}}</style></head><body><amp-sidebar id=s layout=nodisplay><ul>{_links(_NAV)}</ul></amp-sidebar>"
        f"<article><h1>{a.title}</h1>{_p(a.body[:2])}<amp-ad width=300 height=250 type=x></amp-ad>{_p(a.body[2:])}</article><footer>{_ICP}</footer></body></html>"
    )


def _http_equiv(a: Article) -> str:
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{a.title}-{a.site}</title></head>'
        f"<body><div id=top>{' | '.join(_NAV)}</div><div class=content><h1>{a.title}</h1><div class=laiyuan>发布时间：{a.date} 来源：{a.site}</div>{_p(a.body)}</div><div id=foot>{_FOOT}<br>{_ICP}</div></body></html>"
    )


def _unclosed(a: Article) -> str:
    return (
        f"<HTML><HEAD><TITLE>{a.title}</TITLE><BODY><UL><LI><A HREF=/>首页<LI><A HREF=/n>新闻</UL><H1>{a.title}<P>{a.date}"
        + "".join(f"<P><B>{t[:2]}{t[2:]}" if i == 1 else f"<P>{t}" for i, t in enumerate(a.body))
        + f"<HR><CENTER>{_ICP}"
    )


def _only_links(a: Article) -> str:
    many = [f"{x}（{k}）" for k in range(6) for x in _RELATED]
    return _shell(
        a,
        f'<div class="list"><ul>{_links(many)}</ul></div><div class="page"><a>1</a> <a>2</a> <a>末页</a></div>',
    )


def _empty(a: Article) -> str:
    return "<html><head><title></title></head><body></body></html>"


def _old_tables(a: Article) -> str:
    cells = "".join(f'<tr><td><font size="3" face="宋体">　　{t}</font></td></tr>' for t in a.body)
    side = "".join(
        f"<tr><td><a href=/a{i}><font color=blue>{n}</font></a></td></tr>" for i, n in enumerate(_RELATED)
    )
    return (
        f'<html><head><meta http-equiv=Content-Type content="text/html; charset=gbk"><title>{a.title}</title></head><body bgcolor=#ffffff>'
        f"<table width=760 align=center><tr><td>{'</td><td>'.join(_NAV)}</td></tr></table>"
        f"<table width=760 align=center><tr><td width=180 valign=top><table>{side}</table></td><td valign=top><table width=100%>"
        f"<tr><td align=center><b><font size=5>{a.title}</font></b></td></tr><tr><td align=center>{a.date} {a.site}</td></tr>{cells}</table></td></tr></table>"
        f"<table align=center><tr><td>{_FOOT}</td></tr><tr><td>{_ICP}</td></tr></table></body></html>"
    )


def _frames(a: Article) -> str:
    return f'<html><head><title>{a.site}</title></head><frameset cols="200,*"><frame src="left.htm"><frame src="main.htm"><noframes>您的浏览器不支持框架</noframes></frameset></html>'


def _wechat(a: Article) -> str:
    body = "".join(
        f'<section style="margin:0 8px"><p style="text-indent:2em"><span style="font-size:15px">{t}</span></p></section><p><br/></p>'
        for t in a.body
    )
    return (
        f'<html><head><meta charset="utf-8"><meta property="og:title" content="{a.title}"></head><body><div id="js_article">'
        f'<h1 class="rich_media_title">{a.title}</h1><div id="meta_content"><span>{a.author}</span> <a>{a.site}</a> <em id="publish_time">{a.date}</em></div>'
        f'<div class="rich_media_content" id="js_content">{body}</div></div><div class="qr"><p>微信扫一扫<br>关注该公众号</p></div></body></html>'
    )


def _answers(a: Article) -> str:
    items = "".join(
        f'<div class="List-item"><div class="AuthorInfo"><a>用户{i}</a></div><div class="RichContent"><span class="RichText"><p>{t}</p></span></div>'
        f'<div class="ContentItem-actions"><button>赞同 {i}2</button><button>添加评论</button><button>收藏</button></div></div>'
        for i, t in enumerate(a.body)
    )
    return _shell(
        a,
        f'<div class="QuestionHeader"><h1>{a.title}</h1></div><div class="Question-main">{items}</div><div class="Question-side"><p>关于作者</p>{_links(_RELATED)}</div>',
    )


def _soup(a: Article) -> str:
    lines = "".join(f"<div>{t}</div>" for t in a.body)
    return _shell(
        a,
        f'<div class="w1000"><div class="left"><div class="tit">{a.title}</div><div class="txt">{lines}<div class="editor">（责任编辑：某甲）</div></div>'
        f'<div class="zan">点赞 12 收藏 3 打赏</div></div><div class="right"><div class="hot">猜你喜欢</div>{_links(_RELATED, "div")}</div></div>',
    )


def _disclaimer(a: Article) -> str:
    return _shell(
        a,
        f'<div class="detail"><h1>{a.title}</h1><p class="time">时间：{a.date} 11:02　点击：552次</p><div class="con">{_p(a.body)}'
        f'<p>声明：本站部分文字及图片转载自网络，如有侵权请联系我们删除。</p><p class="next"><a href="2.html">下一页</a></p></div></div>',
    )


def _notice(a: Article) -> str:
    return _shell(
        a,
        f'<div class="xxgk"><h1 style="text-align:center">{a.title}</h1><p style="text-align:center">南图发〔2024〕0号</p>{_p(a.body)}'
        f'<p style="text-align:right">{a.site}</p><p style="text-align:right">{a.date[:4]}年{int(a.date[5:7])}月{int(a.date[8:])}日</p></div>',
    )


def _lists(a: Article) -> str:
    return _shell(
        a,
        f'<div class="recipe"><h1>{a.title}</h1><div class="intro"><p>{a.body[0]}</p></div><ul>'
        + "".join(f"<li>{t}</li>" for t in a.body[1:])
        + '</ul></div><div class="comments"><h3>评论（2）</h3><div class="c">写得真好，收藏了。</div><div class="c">沙发！</div></div>',
    )


def _blog(a: Article) -> str:
    return _shell(
        a,
        f'<article class="post"><header><h1>{a.title}</h1><time datetime="{a.date}T00:00:00+08:00">{a.date}</time></header>'
        f"<h2>缘起</h2>{_p(a.body[:2])}<blockquote><p>{a.body[2]}</p></blockquote><h2>后来</h2>{_p(a.body[3:])}"
        f'<div class="tags"><a>随笔</a> <a>手艺</a></div></article><nav class="pn"><a>上一篇 {_RELATED[0]}</a></nav>',
    )


def _hidden(a: Article) -> str:
    return _shell(
        a,
        f'<article><h1>{a.title}</h1>{_p(a.body[:2])}<div class="related-inline"><p>延伸阅读：<a href=/x>{_RELATED[2]}</a></p></div>'
        f'<div style="display:none">隐藏的关键词 隐藏的关键词 隐藏的关键词</div>{_p(a.body[2:])}<p><a href="app">打开APP阅读全文</a></p></article>',
    )


def _novel(a: Article) -> str:
    return (
        f'<html><head><meta charset="utf-8"><title>{a.title} - {a.site}</title></head><body><div class="bottem1"><a>上一章</a> <a>目录</a> <a>下一章</a></div>'
        f'<div class="bookname"><h1>{a.title}</h1></div><div id="content">'
        + "<br />\n<br />\n".join(f"&nbsp;&nbsp;&nbsp;&nbsp;{t}" for t in a.body)
        + f'</div><div class="bottem2"><a>上一章</a> <a>加入书签</a> <a>下一章</a></div><div class="footer">{_ICP}</div></body></html>'
    )


def _comments(a: Article) -> str:
    said = ("学到了。", "我家那边也是这样，多谢分享。", "第二段说得不太对吧？", "顶一个", "楼上说得好")
    comments = "".join(
        f'<li class="comment"><div class="comment-author">网友{i}</div><div class="comment-body"><p>{s}</p></div></li>'
        for i, s in enumerate(said * 3)
    )
    return _shell(
        a,
        f'<div class="entry"><h1>{a.title}</h1><div class="entry-content">{_p(a.body)}</div></div><div id="comments"><h3>网友评论</h3><ol class="commentlist">{comments}</ol></div>',
    )


def _pre(a: Article) -> str:
    return (
        f"<html><head><meta charset=utf-8><title>{a.title}</title></head><body><pre>\n"
        + "\n\n".join(a.body)
        + "\n</pre></body></html>"
    )


def _xhtml(a: Article) -> str:
    return (
        '<?xml version="1.0" encoding="gbk"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{a.title}</title><script type="text/javascript">//<![CDATA[\nvar a = 1 < 2;\n//]]></script></head>'
        f'<body><div id="menu"><ul>{_links(_NAV)}</ul></div><div id="text"><h1>{a.title}</h1>{_p(a.body)}</div><div id="bottom">{_ICP}</div></body></html>'
    )


_TALK = (
    "问：风筝往左偏怎么办？",
    "答：左边的线放长一点。",
    "问：还是偏呢？",
    "答：再放长一点。",
    "问：好的。",
    "答：试了吗？",
    "问：好的。",
    "答：那就等风。",
)


def _dialogue(a: Article) -> str:
    lines = "".join(f"<p>{t}</p>" for t in _TALK)
    return _shell(a, f'<div class="content"><h1>{a.title}</h1><p>{a.body[0]}</p>{lines}</div>')


def _short(a: Article) -> str:
    return _shell(
        a,
        f'<div class="content"><h1>{a.title}</h1><p>明日上午九点到十一点，三号楼停水。</p><p>请提前储水。</p><p>物业办</p></div>',
    )


def _entities(a: Article) -> str:
    coded = "".join(f"<p>{''.join(f'&#{ord(c)};' for c in t)}</p>" for t in a.body)
    return _shell(
        a,
        f'<div id="articleText"><h1>{a.title}</h1>{coded}</div><div class="hot-list">{_links(_RELATED)}</div>',
    )


def _mixed(a: Article) -> str:
    return _shell(
        a,
        f'<div class="box"><h1>{a.title}</h1><div class="neirong">{a.body[0]}<p>{a.body[1]}</p>{a.body[2]}<br>{a.body[3]}<p></p><span>{a.body[4]}</span></div></div>'
        f'<ul class="tj">{_links(_RELATED)}</ul>',
    )


def _heads(a: Article) -> str:
    parts = "".join(
        f"<h3>{n}、{t[:6].rstrip('，。')}</h3><p>{t}</p>" for n, t in zip("一二三四五", a.body, strict=True)
    )
    return _shell(
        a,
        f'<div class="article"><h1>{a.title}</h1>{parts}</div><div class="yqlj">友情链接：{"".join(f"<a>{n}</a> " for n in _NAV)}</div>',
    )


def _mobile(a: Article) -> str:
    spans = "".join(f'<div class="para"><span>{t}</span></div>' for t in a.body)
    cards = "".join(
        f'<div class="card"><a href="/m/{i}"><h4>{n}</h4><i>{i}分钟前</i></a></div>'
        for i, n in enumerate(_RELATED)
    )
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{a.title} - {a.site}</title>'
        f'<meta name="publishdate" content="{a.date}"></head><body><div class="openapp"><span>APP内打开</span></div><div class="wrap"><h1 class="t">{a.title}</h1>'
        f'<div class="src"><b>{a.site}</b><time>{a.date}</time></div>{spans}<div class="more">展开全文</div></div><div class="rec"><p>为你推荐</p>{cards}</div></body></html>'
    )


def _old_forum(a: Article) -> str:
    posts = "".join(
        f'<table class="post" width="98%"><tr><td width="150" valign="top"><b>楼客{i}</b><br>级别：新手<br>发帖：{i}3</td><td valign="top">'
        f'<div class="tips">{i}楼 发表于：{a.date}</div><div class="tpc_content">{t}</div><div class="sig">签名：知足常乐</div></td></tr></table>'
        for i, t in enumerate(a.body)
    )
    return _shell(
        a,
        f'<table><tr><td><a href="/">首页</a> -> <a href="/b">手工</a> -> {a.title}</td></tr></table>{posts}',
    )


def _gazette(a: Article) -> str:
    head = "".join(
        f"<tr><td>{k}</td><td>{v}</td></tr>"
        for k, v in (
            ("索引号", "000-2024-01"),
            ("发布机构", a.site),
            ("生成日期", a.date),
            ("主题分类", "其他"),
        )
    )
    body = "".join(
        f'<p class="MsoNormal" style="line-height:28pt"><span lang="EN-US"></span><span style="font-family:仿宋">{t}</span></p>'
        for t in a.body
    )
    return _shell(
        a,
        f'<table class="index">{head}</table><div class="TRS_Editor"><p align="center"><b>{a.title}</b></p>{body}</div><div class="tools">【打印】【关闭】【字体：大 中 小】</div>',
    )


def _encyclopedia(a: Article) -> str:
    info = "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in (("中文名", a.title[:4]), ("所属", "民间手艺")))
    sections = "".join(
        f'<div class="para-title"><h2>{h}</h2><a class="edit">编辑</a></div><div class="para">{t}</div>'
        for h, t in zip(("由来", "做法", "收尾"), a.body[1:], strict=False)
    )
    refs = "".join(f'<li>{i}. <a href="x">某书第{i}页</a></li>' for i in range(1, 5))
    return _shell(
        a,
        f'<div class="lemma"><h1>{a.title}</h1><div class="lemma-summary"><div class="para">{a.body[0]}</div></div><div class="basic-info"><dl>{info}</dl></div>{sections}<ul class="refs">{refs}</ul></div>',
    )


def _job(a: Article) -> str:
    return _shell(
        a,
        f'<div class="job"><h1>{a.title}</h1><div class="job-sec"><h3>说明</h3><div class="text">{"<br>".join(a.body)}</div></div><div class="job-sec"><h3>地点</h3><div class="loc">某市某区</div></div></div><div class="similar"><h3>相似的</h3><ul>{_links(_RELATED)}</ul></div>',
    )


def _docs(a: Article) -> str:
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{a.title} | {a.site}</title></head><body><div id="__docs"><nav class="navbar"><a>文档</a><a>博客</a><a>社区</a></nav>'
        f'<aside class="menu"><ul>{_links(_RELATED)}</ul></aside><main><div class="markdown"><h1>{a.title}</h1>{_p(a.body)}<div class="admonition"><p>提示：以上做法因地而异。</p></div></div>'
        f'<nav class="pagination"><a>上一页</a><a>下一页</a></nav></main><div class="toc"><a>概述</a><a>步骤</a><a>附录</a></div></div></body></html>'
    )


def _old_blog(a: Article) -> str:
    body = "".join(
        f"<P><FONT face=楷体 size=4><SPAN>&nbsp;&nbsp;&nbsp; {t}</SPAN></FONT></P>" for t in a.body
    )
    return _shell(
        a,
        f'<div class="blogbox"><div class="articalTitle"><h2>{a.title}</h2><span class="time">({a.date} 21:05:11)</span></div><div class="tags">标签： <a>杂谈</a></div><div class="articalContent">{body}</div><div class="more">分享： 喜欢 0 赠金笔</div><div class="act">阅读(<span>31</span>)┊评论(0)┊收藏(0)┊转载(0)</div></div>',
    )


def _cards(a: Article) -> str:
    body = "".join(f'<div class="row"><div class="col">{t}</div></div>' for t in a.body)
    return _shell(
        a,
        f'<section class="hero"><h1>{a.title}</h1></section><section>{body}</section><section class="cta"><a>立即咨询</a><a>免费试用</a></section>',
    )


def _joined(a: Article) -> str:
    return "\n".join(a.body)


# (name, template, article, encoding of the bytes, text where it is not the article's body, title known, date known)
_ALL: tuple[tuple[str, Callable[[Article], str], int, str, Callable[[Article], str], bool, bool], ...] = (
    ("01-news", _news, 0, "utf-8", _joined, True, True),
    ("02-forum", _forum, 5, "utf-8", _joined, True, True),
    ("03-br-only", _br, 1, "utf-8", _joined, True, True),
    (
        "04-table",
        _table,
        1,
        "utf-8",
        lambda a: "\n".join(
            [*a.body[:2], "线路首班末班甲线六点十分二十一点乙线六点半二十二点一刻", *a.body[2:]]
        ),
        True,
        True,
    ),
    (
        "05-gallery",
        _gallery,
        2,
        "utf-8",
        lambda a: "\n".join([*a.body[:3], *_CAPTIONS, *a.body[3:]]),
        True,
        True,
    ),
    ("06-scripts", _scripts, 5, "utf-8", _joined, True, True),
    ("07-amp", _amp, 0, "utf-8", _joined, True, True),
    ("08-gbk-meta", _http_equiv, 1, "gbk", _joined, True, True),
    ("09-meta-says-gb2312-is-utf8", _http_equiv, 5, "utf-8", _joined, True, True),
    ("10-meta-says-utf8-is-gbk", _news, 2, "gbk", _joined, True, True),
    ("11-unclosed", _unclosed, 2, "utf-8", _joined, True, True),
    ("12-only-links", _only_links, 3, "utf-8", lambda a: "", False, False),
    ("13-empty", _empty, 0, "utf-8", lambda a: "", False, False),
    ("14-nested-tables", _old_tables, 0, "gbk", _joined, True, True),
    ("15-frames", _frames, 0, "utf-8", lambda a: "", False, False),
    ("16-wechat", _wechat, 2, "utf-8", _joined, True, True),
    ("17-answers", _answers, 5, "utf-8", _joined, True, False),
    ("18-div-soup", _soup, 1, "utf-8", _joined, True, False),
    ("19-disclaimer", _disclaimer, 0, "utf-8", _joined, True, True),
    ("20-notice", _notice, 3, "utf-8", _joined, True, True),
    ("21-lists", _lists, 4, "utf-8", _joined, True, False),
    (
        "22-blog",
        _blog,
        2,
        "utf-8",
        lambda a: "\n".join(["缘起", *a.body[:3], "后来", *a.body[3:]]),
        True,
        True,
    ),
    ("23-hidden", _hidden, 1, "utf-8", _joined, True, False),
    ("24-novel", _novel, 2, "utf-8", _joined, True, False),
    ("25-comments", _comments, 5, "utf-8", _joined, True, False),
    ("26-pre", _pre, 0, "utf-8", _joined, True, False),
    ("27-xhtml-gbk", _xhtml, 5, "gbk", _joined, True, False),
    ("28-dialogue", _dialogue, 4, "utf-8", lambda a: "\n".join([a.body[0], *_TALK]), True, False),
    (
        "29-short-notice",
        _short,
        3,
        "utf-8",
        lambda a: "明日上午九点到十一点，三号楼停水。\n请提前储水。\n物业办",
        True,
        False,
    ),
    ("30-steps", _news, 4, "utf-8", _joined, True, True),
    ("31-entities", _entities, 0, "utf-8", _joined, True, False),
    ("32-mixed-blocks", _mixed, 5, "utf-8", _joined, True, False),
    (
        "33-headings",
        _heads,
        5,
        "utf-8",
        lambda a: "\n".join(
            x for n, t in zip("一二三四五", a.body, strict=True) for x in (f"{n}、{t[:6].rstrip('，。')}", t)
        ),
        True,
        False,
    ),
    ("34-soup-gbk", _soup, 2, "gb18030", _joined, True, False),
    ("35-mobile", _mobile, 1, "utf-8", _joined, True, True),
    ("36-old-forum", _old_forum, 4, "gbk", _joined, True, True),
    ("37-gazette", _gazette, 3, "utf-8", _joined, True, True),
    (
        "38-encyclopedia",
        _encyclopedia,
        2,
        "utf-8",
        lambda a: "\n".join([a.body[0], "由来", a.body[1], "做法", a.body[2], "收尾", a.body[3]]),
        True,
        False,
    ),
    ("39-job", _job, 5, "utf-8", lambda a: "\n".join(["说明", *a.body, "地点", "某市某区"]), True, False),
    ("40-docs", _docs, 0, "utf-8", lambda a: "\n".join([*a.body, "提示：以上做法因地而异。"]), True, False),
    ("41-old-blog", _old_blog, 0, "gbk", _joined, True, True),
    ("42-cards", _cards, 1, "utf-8", _joined, True, False),
)


def pages() -> list[Page]:
    out = []
    for name, template, k, encoding, text, titled, dated in _ALL:
        article = ARTICLES[k]
        out.append(
            Page(
                name,
                template(article).encode(encoding, "xmlcharrefreplace"),
                html.unescape(text(article)),
                article.title if titled else "",
                article.date if dated else "",
                encoding,
            )
        )
    return out
