"""Whether a change of a source's machine is told the next day, and whether anything is told where there was none.

    python benchmarks/drift.py CORPORA [--corpus NAME …] [--pairs 4] [--before 400] [--after 100 --after 400]
                               [--scenario NAME …] [--mode auto] [--show]

CORPORA is a folder of clean text, NAME.txt.xz with a paragraph a line. Paragraphs in a row make articles of some 700
characters, and articles in a row a day, so that days differ as news of two weeks do. A simulated machine damages both
days; its table is drawn anew for each pair of days, from what the text has. A channel is learned from the first day.

same      the same machine and the next articles: anything that is told is a false alarm
topics    the same machine, and articles of another corpus
…         one thing is done otherwise on the second day: `right` is how often that is told, `else` how many other
          things are

`learned` is in how many pairs the second day was learned from, `s` the CPU seconds a pair, learning included.
"""

from __future__ import annotations

import argparse
import importlib.util
import lzma
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cleanup.channel.items import Channel
from cleanup.drift.report import SourceDrift
from cleanup.drift.signs import kept
from cleanup.drift.watch import drift, signs_of_source
from cleanup.learn.dump import Learner
from cleanup.learn.sample import Sampled
from cleanup.lm.model import shipped_model
from cleanup.verify import load_verified

SOURCE = "farm"
CORPORA = ("xinwenlianbo_2022-26", "weekly_ruanyf", "fincuge", "lctt_translate", "lawbench")
ARTICLE = 700
# What a machine's table is drawn from.
CHARACTERS = "范段程施史夏方毛金石江万田马康温关曾成平高安文周华时钟路向和应明水能常"
WORDS = (
    "服务",
    "管理",
    "系统",
    "企业",
    "经济",
    "技术",
    "项目",
    "产品",
    "环境",
    "信息",
    "工作",
    "问题",
    "数据",
    "市场",
)
TERMS = [
    "招聘",
    "工资",
    "多少钱",
    "官网",
    "教程",
    "哪家好",
    "加盟",
    "怎么办",
    "职位",
    "就业前景",
    "专员",
    "排名",
    "电话",
    "价格表",
    "培训班",
    "代理",
    "下载",
    "图片",
    "视频",
    "攻略",
    "地址",
    "费用",
    "流程",
    "推荐",
    "好不好",
    "靠谱吗",
    "预约",
    "优惠",
    "批发",
    "厂家",
]


def machine() -> Any:
    """The machine of the sample farm."""
    path = Path(__file__).parent.parent / "samples" / "farm" / "build.py"
    spec = importlib.util.spec_from_file_location("sample_farm", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules["sample_farm"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # the machines of all scenarios cut the same articles
    module.jieba = SimpleNamespace(lcut=lru_cache(4096)(module.jieba.lcut))
    return module


BUILD = machine()


def articles(path: Path, most: int) -> list[str]:
    """The first articles of a corpus."""
    out, held, size = [], [], 0
    with lzma.open(path, "rt", encoding="utf-8") as f:
        for line in f:
            held.append(line.strip())
            size += len(held[-1])
            if size >= ARTICLE:
                out.append("\n".join(held))
                held, size = [], 0
                if len(out) == most:
                    break
    return out


def share(texts: Sequence[str], string: str) -> float:
    return sum(string in t for t in texts) / len(texts)


def table(texts: Sequence[str], dice: random.Random) -> tuple[Any, dict[str, str]]:
    """A machine, and what it may do otherwise another day; characters and words are such that the texts have."""
    common = sorted(CHARACTERS, key=lambda c: not 0.08 <= share(texts, c) <= 0.6)[:14]
    words = sorted(WORDS, key=lambda w: -share(texts, w))[:8]
    dice.shuffle(common)
    dice.shuffle(words)
    terms = dice.sample(TERMS, 16)
    # a word that holds what is stripped is another word on the page
    words = [w for w in words if not set(w) & set(common[:9])]
    farm = BUILD.Farm(
        SOURCE,
        chars="".join(common[:8]),
        words=words[:1],
        masked=words[1:2],
        mask=dice.choice(["***", "XXX", "□□", "##"]),
        terms=terms[:15],
        after_de=0.3,
    )
    return farm, {"char": common[8], "word": words[2] if len(words) > 2 else "", "term": terms[15]}


Scenario = tuple[Callable[[Any, dict[str, str]], Any], Callable[[Any, dict[str, str]], set[str]]]


def named(kind: str, text: str) -> set[str]:
    return {f"{kind}:{text}"} if text else set()


# What the machine does on the second day, and which items tell it.
SCENARIOS: dict[str, Scenario] = {
    "same": (lambda f, o: f, lambda f, o: set()),
    "topics": (lambda f, o: f, lambda f, o: set()),
    "one character less": (
        lambda f, o: replace(f, chars=f.chars[1:]),
        lambda f, o: named("strip", f.chars[0]),
    ),
    "mask gone": (
        lambda f, o: replace(f, masked=()),
        lambda f, o: {f"mask:{f.mask}→{w}" for w in f.masked} | {f"mask:{f.mask}"},
    ),
    "no terms": (
        lambda f, o: replace(f, after_de=0.0),
        lambda f, o: {f"insert:after-de:{t}" for t in f.terms},
    ),
    "one term less": (
        lambda f, o: replace(f, terms=f.terms[1:]),
        lambda f, o: named("insert:after-de", f.terms[0]),
    ),
    "one character more": (
        lambda f, o: replace(f, chars=f.chars + o["char"]),
        lambda f, o: named("strip", o["char"]),
    ),
    "one word more": (
        lambda f, o: replace(f, words=[*f.words, o["word"]]),
        lambda f, o: named("strip", o["word"]),
    ),
    "one term more": (
        lambda f, o: replace(f, terms=[*f.terms, o["term"]]),
        lambda f, o: named("insert:after-de", o["term"]),
    ),
    "new swap": (
        lambda f, o: replace(f, swap=("最", "更"), swap_not="近后终初早"),
        lambda f, o: {"swap:最→更"},
    ),
    "new mask": (
        lambda f, o: replace(f, masked=[*f.masked, o["word"]], mask="●●"),
        lambda f, o: {"mask:●●", f"mask:●●→{o['word']}"},
    ),
}


def damaged(farm: Any, texts: Sequence[str]) -> list[str]:
    """The texts as the machine writes them; what it does to one does not depend on the others."""
    out = []
    for n, text in enumerate(texts):
        dice = random.Random(f"{n} {text[:50]}")
        out.append("".join(piece[0] for piece in BUILD._sentences(farm, "", text, dice)))
    return out


class Day:
    """A day's articles as a run samples them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.sampled = {SOURCE: [Sampled(t, "", False) for t in texts]}


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("corpora", type=Path)
    ap.add_argument("--corpus", action="append")
    ap.add_argument("--pairs", type=int, default=4)
    ap.add_argument("--before", type=int, default=400)
    ap.add_argument("--after", type=int, action="append")
    ap.add_argument("--scenario", action="append", choices=list(SCENARIOS))
    ap.add_argument("--mode", default="auto", choices=["auto", "full"])
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--show", action="store_true", help="what is told")
    a = ap.parse_args()
    names, sizes = a.corpus or list(CORPORA), a.after or [100, 400]
    rules, model = load_verified(), shipped_model()
    learner = Learner(rules, None, lambda: model)
    sums: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for name in names:
        other = CORPORA[(CORPORA.index(name) + 1) % len(CORPORA)] if name in CORPORA else CORPORA[0]
        day = a.before + max(sizes)
        pool = articles(a.corpora / f"{name}.txt.xz", day * (a.pairs + 1))
        foreign = articles(a.corpora / f"{other}.txt.xz", 2 * max(sizes))
        for pair in range(a.pairs):
            dice = random.Random(f"{name} {pair} {a.seed}")
            start = dice.randrange(max(1, len(pool) - day))
            texts = pool[start : start + day]
            first, second = texts[: a.before], texts[a.before :]
            farm, otherwise = table(first, dice)
            before = Day(damaged(farm, first))
            [channel] = learner.channels(before.sampled)
            signs = {SOURCE: _kept(signs_of_source(before.sampled[SOURCE], channel, None))}
            for scenario in a.scenario or SCENARIOS:
                change, tells = SCENARIOS[scenario]
                today = damaged(change(farm, otherwise), foreign if scenario == "topics" else second)
                wanted = tells(farm, otherwise)
                for n in sizes:
                    told, seconds = _asked(signs, channel, Day(today[:n]), learner, a.mode)
                    _count(sums[scenario, n], told, wanted, seconds, channel)
                    if a.show:
                        changes = " ".join(f"{c.name}({c.way} {c.p})" for c in told.changes)
                        print(f"{name} {pair} {scenario} {n}: {told.verdict} {wanted} {changes}", flush=True)
    print(
        f"{'':20} {'articles':>8} {'pairs':>6} {'changed':>8} {'right':>6} {'else':>6} {'learned':>8} {'s':>6}"
    )
    for (scenario, n), c in sums.items():
        right = f"{c['right'] / c['possible']:.2f}" if c["possible"] else ""
        print(
            f"{scenario:20} {n:8} {c['pairs']:6} {c['changed']:8} {right:>6} {c['else']:6} {c['learned']:8} "
            f"{c['ms'] / 1000 / c['pairs']:6.1f}"
        )


def _kept(signs: Any) -> Any:
    """Signs as the next day has them: without what is rare."""
    return replace(signs, grams=kept(signs.grams))


def _asked(
    signs: Any, channel: Channel, today: Day, learner: Learner, mode: Any
) -> tuple[SourceDrift, float]:
    began = time.process_time()
    [told] = drift(signs, {SOURCE: channel}, today.sampled, learner, mode)
    return told, time.process_time() - began


def _count(c: Counter[str], told: SourceDrift, wanted: set[str], seconds: float, channel: Channel) -> None:
    # an item that the channel never had cannot be told to be gone
    names = {change.name for change in told.changes}
    c.update(
        pairs=1,
        changed=told.verdict == "changed",
        possible=bool(wanted),
        right=bool(wanted & names),
        learned=told.learned,
        ms=round(1000 * seconds),
    )
    c["else"] += len(names - wanted)


if __name__ == "__main__":
    main()
