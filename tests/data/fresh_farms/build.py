"""Four sites that nothing was tuned on, made as samples/farm is: python tests/data/fresh_farms/build.py

They differ from the sample and from one another in domain, in style and in what is done to them: `travel` suffers
everything, with terms pushed in before stops and another swap; `insurance` is stripped and nothing else, of
characters that are no surnames; into `phones` terms are pushed, at any boundary of words; `careers` is undamaged.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "fresh_farms.jsonl"


def machine() -> ModuleType:
    """samples/farm/build.py, which is no package."""
    path = HERE.parents[2] / "samples" / "farm" / "build.py"
    spec = importlib.util.spec_from_file_location("farm_machine", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def records() -> list[dict[str, object]]:
    """The records of the four sites, in the format of gold files."""
    m = machine()
    sites = (
        m.Farm(
            "travel",
            chars="费票病酒死",
            words=("导游",),
            masked=("酒店",),
            mask="××",
            terms=["攻略", "报价", "跟团游", "特价", "自由行", "旅行社", "多少钱", "预订", "排行榜"],
            before_stop=0.12,
            swap=("很", "挺"),
            head=("首页 > 旅游 > 游记 {d} 浏览：{n}",),
            tail=("上一篇：{t}", "下一篇：{t}"),
        ),
        m.Farm(
            "insurance",
            chars="险费款贷病死",
            words=("理赔",),
            tail=("本文由网友投稿，如有侵权请联系删除。", "{t} {d}"),
        ),
        m.Farm(
            "phones",
            terms=[
                "以旧换新",
                "官方售后",
                "报价",
                "最新款",
                "客服电话",
                "怎么回事",
                "哪里有",
                "优惠",
                "评测",
            ],
            anywhere=0.03,
            head=("楼主 发表于 {d} | 只看该作者",),
        ),
        m.Farm("careers"),
    )
    files = ("travel", "insurance", "phones", "careers_honest")
    return [
        record
        for site, name in zip(sites, files, strict=True)
        for record in m.run_machine(site, m.read_articles(HERE / f"{name}.txt"))
    ]


if __name__ == "__main__":
    machine().write(OUT, records())
