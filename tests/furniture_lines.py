"""The marked lines of tests/cases/furniture.toml, each set into an article of its own."""

import tomllib
from dataclasses import dataclass

from conftest import ROOT

TITLE = "榆木凳子是怎样做成的"
BODY = (
    "老周在巷口开了一间木作铺，早上七点开门，先把昨天刨下的花扫到墙角，再给炉子添一把碎料。",
    "他说榆木的脾气要慢慢摸，春天伐下的料含水多，得在棚子里架上两年，才敢动锯。",
    "料干透了以后，他用墨斗弹线，锯口留出半条线的余地，最后再用刨子一点一点找平。",
    "凳面开四个榫眼，腿往外撇八度，装上以后坐的人越重，榫头咬得越紧，不用一颗钉子。",
)


@dataclass(frozen=True)
class Marked:
    """A line with where it stands; `kind` is "" for honest ones."""

    kind: str
    use: str
    at: str
    line: str

    def article(self) -> str:
        body = list(BODY)
        if self.at == "head":
            return "\n".join([TITLE, self.line, *body])
        if self.at == "middle":
            return "\n".join([TITLE, *body[:2], self.line, *body[2:]])
        return "\n".join([TITLE, *body, self.line])


def marked():
    data = tomllib.loads((ROOT / "tests" / "cases" / "furniture.toml").read_text("utf-8"))
    page = [
        Marked(kind, use, group["at"], line)
        for kind, group in data["page"].items()
        for use in ("tune", "hold")
        for line in group[use]
    ]
    honest = [
        Marked("", use, at, line)
        for use in ("tune", "hold")
        for line in data["honest"][use]
        for at in ("head", "middle", "tail")
    ]
    return page, honest
