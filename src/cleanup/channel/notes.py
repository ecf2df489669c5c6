"""What learning notes about a source, in the reader's language. A channel file holds the English form."""

from __future__ import annotations

import re

_CHINESE = (
    (r"articles the model does not know the kind of: (\d+)", r"有 \1 篇是模型不认识的文体，没有用来学"),
    (r"too few articles to learn from: (\d+) of at least (\d+)", r"文章太少，没有学：\1 篇，至少要 \2 篇"),
    (r"a fault of the program: nothing was learned", "程序出错，什么也没有学到；请报告"),
    (
        r"may be several sources in one: articles fall into two groups \((\d+) and (\d+)\), and (\d+) of (\d+) characters "
        r"that are stripped in one stand in the other; give each a source field or a folder of its own",
        r"像是几个来源混在一起：文章分成两群（\1 与 \2 篇），一群里滤掉的 \4 个字有 \3 个在另一群里完好；请用来源字段或文件夹分开",
    ),
)


def in_language(note: str, lang: str) -> str:
    """A note of a channel in Chinese ("zh") where a translation is known, else as it is.

    >>> in_language("too few articles to learn from: 3 of at least 10", "zh")
    '文章太少，没有学：3 篇，至少要 10 篇'
    """
    if lang == "zh":
        for english, chinese in _CHINESE:
            if re.fullmatch(english, note):
                return re.sub(english, chinese, note)
    return note
