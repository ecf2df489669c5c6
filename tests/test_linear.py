"""One article may be very long: what it costs grows with its length, and no more, whatever it says.

Processor time of this process alone is counted, and a ratio asked, so that what else a machine does matters little.
"""

import time
from itertools import product

import pytest

from cleanup.data import Document
from cleanup.detect import rules
from cleanup.facts import facts_of
from cleanup.report.patch import article_patch

TIMES = 8
# Of a cost that grows with the square the ratio would be 64.
RATIO_MAX = 20.0
CHARACTERS = 20_000

WHO = ("木匠", "石匠", "师傅", "徒弟", "邻居", "掌柜", "老板", "舅舅")
WHAT = ("凳子", "柜子", "门板", "竹篮", "水缸", "书架", "窗框", "木桶")
HOW = ("刨平", "擦净", "晾干", "修好", "量准", "钉牢", "磨光", "上漆")
SENTENCES = [
    f"{who}先把{what}{how}，{after}又去院子里看了看天色，回来接着做{also}。"
    for who, what, how, after, also in product(WHO, WHAT, HOW, ("午后", "傍晚"), WHAT)
]


def article(size: int, end: str) -> str:
    text = end.join(SENTENCES)
    assert len(text) >= size
    return text[:size]


def again(piece: str, size: int) -> str:
    return (piece * (size // len(piece) + 1))[:size]


TEXTS = {
    "prose": lambda n: article(n, "\n"),
    "damaged prose": lambda n: (
        article(n, "\n").replace("院子里", "***里").replace("天色", "天\u200b色，工作围")
    ),
    "one line": lambda n: article(n, ""),
    "newlines": lambda n: "\n" * n,
    "masks": lambda n: "*" * n,
    "digits": lambda n: "7" * n,
    "short words": lambda n: again("ab 1 cd 2 ", n),
    "findings": lambda n: again("我们主要的工作围很广。", n),
    "page": lambda n: again("上一篇：修门板的人\n相关推荐\n", n),
    "page and headings": lambda n: again("上一篇：修门板的人\n修门板要先看木纹\n", n),
    "tags": lambda n: again("<p>木匠刨凳子</p>", n),
    "contacts": lambda n: again("修好门板，加微信abc12345才去看水缸。", n),
}


def seconds(cleaner, text: str) -> float:
    start = time.process_time()
    outcome = cleaner.clean(Document("a", text))
    facts_of(outcome)
    article_patch(outcome, "a")
    return time.process_time() - start


@pytest.mark.parametrize("name", TEXTS)
def test_what_an_article_costs_grows_with_its_length_alone(name, cleaner):
    short, long = TEXTS[name](CHARACTERS), TEXTS[name](TIMES * CHARACTERS)
    once = min(seconds(cleaner, short) for _ in range(3))
    # what takes no time to speak of has no ratio; a machine that does other things at once is asked again
    most = RATIO_MAX * max(once, 0.003)
    assert seconds(cleaner, long) < most or min(seconds(cleaner, long) for _ in range(2)) < most


def test_a_rule_that_has_very_many_places_is_not_out_of_time(cleaner, monkeypatch):
    monkeypatch.setattr(rules, "TIME_LIMIT_S", 0.3)
    text = again("木\u200b匠\u200b刨\u200b凳\u200b子，", 120_000)
    outcome = cleaner.clean(Document("a", text))
    assert not outcome.notes
    assert "\u200b" not in outcome.text


def test_a_row_of_numbers_costs_a_line_no_more_than_its_length(cleaner):
    start = time.process_time()
    cleaner.clean(Document("a", "页" + "1 " * 120 + "之后的话。\n" + "木匠把凳子刨平，再上一遍漆。"))
    assert time.process_time() - start < 1
