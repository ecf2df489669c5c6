"""Cheap questions asked of every line before any cue is tried: honest lines mostly end here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleanup.chars import char_class
from cleanup.detect.late import late_re

# Cheap questions before any of the above: signs, and words, by the family of cues that can then fire. Words are
# plain strings, so that the scan skips by first characters: 5 to 20 ns a character.
SIGNS = late_re(r"[|>»›→↓©@#\d](?:(?<!\d)|[:年]\d|\d\d\d[-/.]|\d-\d\d| \d \d)")
_WORDS = {
    "licence": "版权归 版权属 ICP B2- 备案 许可证 公网安备 网信备 邮发 版权所有 Powered opyright eserved 新出网证",
    "ago": "昨天 前天 刚刚 秒前 分钟前 小时前 天前 周前 个月前",
    "byline": "小编 技术支持 承办 公众号 官方 商务合作 索引号 标识码 发文 成文 发布机构 公开日期 公开形式 公开方式 信息名称 录入 出版: 转载请 编辑 责编 主编 编审 来源 稿源 出处 来自 作者 记者 文/ 图/ 校对 校审 审校 审核 初审 复审 终审 一审 二审 三审 监制 统筹 排版 摄影 供稿 撰稿 投稿 通讯员 编译 发布 发表 更新 上传 入库 整理 刊发 采编 原标题 原文 原题 原链接 本文 转载自 文章编号 索引号 栏目 频道 分类 类别 板块 字体 字号 文稿 人气 热度 浏览 阅读 点击 评论 围观 时间: 日期: 添加时间 访问量 访问次 提交时间 修改时间 于20 于 20 撰文 采写 口述 策划 文| 图| 文丨 图丨 新闻热线 报料热线",
    "readers": "听全文 分钟 min 打赏 私信 有用 赞同 返回 举报 反馈 更多 欢迎 记得 位访客 浏览 阅读 点击 查看 人气 热度 围观 评论 点赞 赞 喜欢 收藏 转发 分享 回复 打赏 在看 跟帖 跟贴 投票( 疑问( 留言 反对 顶 踩 粉丝 关注 三连 举报 播放量 播放数 播放次 访问量 访问数 访问次 次播放 人播放 评论区 留言区 投稿",
    "place": "首页 主页 位置 Home HOME 上一 下一 上篇 下篇 前一 后一 上页 下页 Prev PREV Next NEXT 页 所在",
    "menu": "设为首页 用户协议 服务条款 意见反馈 商务合作 电脑版 首页 主页 登录 登陆 注册 帮助 关于 联系 地图 诚聘 加入 广告 友情链接 隐私 声明 反馈 投诉 举报 RSS 手机版 客户端 收藏 新闻 资讯 论坛",
    "list": "的人 用户还 网友还 读者还 其他人 看过 读者 小伙伴 相关 相似 类似 推荐 热门 热点 热搜 热榜 热帖 热文 最新 最热 今日 本周 本月 近期 往期 更多 精彩 精选 编辑 小编 站内 同类 同城 随机 延伸 扩展 拓展 猜你 猜您 感兴趣 大家 网友 站长 为您 为你 可能 看了 点击 阅读 一周 小时 关联 其他 其它 图片 视频 友情链接 排行 你可能 您可能 你也 您也 热评 热议",
    "share": "分享 转发 微信 微博 朋友圈 QQ 豆瓣 贴吧 复制链接",
    "tags": "标签 关键词 关键字 话题 Tag TAG tag",
    "button": "点击 查看 阅读 展开 收起 加载 返回 回到 打印 关闭 纠错 报错 复制 收藏 举报 戳 图 进入",
    "image": "图 照片 视频 image IMAGE Image img IMG 音频 附件 .jpg .jpeg .png .gif .webp",
    "comment": "文明 理性 写下 说说 发表 回复 热门 最新 楼层 沙发 板凳 地板 楼 前排 路过 顶一个 马克 mark 发表于 回复于 评论 跟帖 留言 回帖 引用 暂无 还没有 来自",
    "gate": "分辨率 网站 文明 理性 遵守 写下 说说 留下 电子邮箱 扫一扫 扫码 微信 登录 登陆 注册 付费 开通 扫码 立即 马上 在线 一键 加载 还剩 剩余 登录 您需要 有害信息 不良信息 未成年人 回答 回复 解答 下载 验证码 密码 加载 浏览器 Java 广告 AD 推广 赞助 用户名 昵称 手机打开 手机扫 手机上 手机看",
    "legal": "本站 本网 本平台 本公众号 本号 本论坛 本刊 小编 声明 侵权 侵删 侵犯 免责 版权 著作权 不代表 仅供 转载 互联网 来源于网 网友 下架 观点 核实 原创 知识产权 违者 追究 用户上传 用户评论 用户自发 侵 谢绝 禁止 未经",
    "subscribe": "粉丝 点个 按个 点击 考友群 读者群 学习群 备考群 粉丝群 加入LINE LINE好友 公众号 微信 二维码 视频号 服务号 订阅 知识星球 邮件列表 RSS 蓝字 卡片 名片 头条号 客户端 小程序 APP App QQ群 扫码 长按 星标 第一时间 关注我",
    "scaffold": "以上就是 以下 以上 下面 好的 当然 没问题 明白了 希望 但愿 作为 正文 文章 全文 主体 字数 此处 这里 改写 伪原创 仿写 续写 润色 AI 人工智能 如果您 如果你 开头 结尾 引言 导语 结语 过渡",
    "serial": "收藏 更新速度 章节 这章 本章 记住 书签 书架 推荐票 章节 最快 无广告 无弹窗 手机用户 手机阅读",
    "script": "document. var --> <!-- google_ad adsbygoogle cpro_id BAIDU_CLB script window.",
    "end": "END End",
    "contact": "微信公众号 公众号 官方 商务合作 电话 热线 传真 手机 联系人 邮箱 mail QQ 微信 客服 邮编 地址 网址 举报 投稿 www http .com .cn .net .org",
}
_FAMILIES: dict[str, set[str]] = {}
for _family, _list in _WORDS.items():
    for _word in _list.split():
        _FAMILIES.setdefault(_word, set()).add(_family)
for _word, _of in _FAMILIES.items():  # 图片 is found where 图 is, and hides it from the scan
    _inside = {_word[a:b] for a in range(len(_word)) for b in range(a + 1, len(_word) + 1)}
    _of.update(*(_FAMILIES[w] for w in _inside if w in _FAMILIES))
_BY_FIRST: dict[str, list[str]] = {}
for _word in sorted(_FAMILIES, key=len, reverse=True):
    _BY_FIRST.setdefault(_word[0], []).append(_word)


# A class of first characters before one of second ones leaves few places, at which words are looked up: 10 ns a
# character on sentences, where an alternation of the words takes 55.
_PLACE = late_re(
    f"{char_class(_BY_FIRST)}(?:(?={char_class(w[1] for w in _FAMILIES if len(w) > 1)})|(?<={char_class(w for w in _FAMILIES if len(w) == 1)}))"
)
# Lines that read as sentences: only disclaimers, subscriptions, comments, bylines stuck on and generators do, and
# with these words, which are rarer than those above.
_SENTENCE_HINTS = [
    r"声明",
    r"侵[权删犯]",
    r"免责",
    r"版权",
    r"转载",
    r"不代表",
    r"仅供",
    r"投稿",
    r"公众号",
    r"二维码",
    r"扫[码一]",
    r"本站",
    r"本网",
    r"本刊",
    r"小编",
    r"©",
    r"ICP",
    r"备案",
    r"责编",
    r"责任编辑",
    r"编辑:",
    r"来源:",
    r"登录后",
    r"沙发",
    r"板凳",
    r"地板",
    r"前排",
    r"路过",
    r"浏览器不",
    r"还没有评",
    r"暂无",
    r"三连",
    r"点个",
    r"加载中",
    r"订阅",
    r"关注[我本公微官“]",
    r"以[下上]是",
    r"下面是",
    r"以下为",
    r"希望[以这本上]",
    r"需要修改",
    r"作为一[个名]",
    r"人工智能",
    r"AI",
    r"客户端",
    r"视频号",
    r"来自互联网",
    r"来源于网",
    r"网友自",
    r"用户上传",
    r"未经",
    r"正文",
    r"全文",
    r"文章[到结]",
    r"转载请",
    r"注明出处",
    r"打赏",
    r"更多.{0,16}[请在迎]",
    r"欢迎[关收点]",
    r"忘了[关收点]",
    r"document\.",
    r"var ",
    r"cpro_id",
    r"google_ad",
    r"咨询律师",
    r"追问",
    r"需要登录",
    r"需要 登录",
    r"举报",
    r"请大家收藏",
    r"更新速度",
    r"本章未",
    r"这章没",
    r"记住本",
    r"手机用户",
    r"点击下一",
    r"可看",
    r"广告",
    r"加载",
    r"以上就是",
    r"仅代表",
    r"文明上网",
    r"理性发言",
    r"扫一扫",
    r"原文链接",
    r"打开微信",
    r"评论区",
    r"留言区",
    r"谢绝",
    r"书面授权",
]
_SENTENCE_HINT = late_re("|".join(_SENTENCE_HINTS))
_HEADS = [re.match(r"(.)(\[[^]]+\]|.)?", hint) for hint in _SENTENCE_HINTS]
_SENTENCE_PLACE = late_re(
    f"{char_class(m[1] for m in _HEADS if m)}(?:(?=[{''.join((m[2] or '').strip('[]') for m in _HEADS if m)}])"
    f"|(?<={char_class(m[1] for m in _HEADS if m and not m[2])}))"
)
# And for paragraphs: what a disclaimer or a notice cannot do without.
LEGAL_HINT = late_re(r"声明|侵权|侵删|免责|版权|转载|不代表|仅供|公众号|二维码|©|ICP|责任编辑|责编")


def has_sentence_hint(text: str) -> bool:
    """Whether a folded line that reads as a sentence has one of the rarer words."""
    return any(_SENTENCE_HINT.match(text, m.start()) for m in _SENTENCE_PLACE.finditer(text))


def has_hint(text: str) -> bool:
    """Whether any family has a word in a folded line."""
    return next(_hints(text), None) is not None


def _hints(text: str) -> Iterator[str]:
    """Words of the families in order of place, of those that start at one place the longest, none over another."""
    done = 0
    for m in _PLACE.finditer(text):
        at = m.start()
        if at < done:
            continue
        for word in _BY_FIRST[text[at]]:
            if text.startswith(word, at):
                yield word
                done = at + len(word)
                break


def families(text: str) -> frozenset[str]:
    """The families of cues that have a hint in a folded line; empty for most lines of body."""
    found = {f for word in _hints(text) for f in _FAMILIES[word]}
    if SIGNS.search(text):
        found.add("sign")
    return frozenset(found)
