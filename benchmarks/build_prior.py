"""Write the channel that ships, of what farms do in general (`src/cleanup/channel/prior.toml`).

    python benchmarks/build_prior.py BENCH

BENCH is a folder with channels.json. No farm's list is in it: characters have the rate of their class, and the classes
are surnames by how common they are. A class's share of a list is the mean of two: the lists of the farms of
gate.TUNED together, and what the founding article shows to be stripped (范 段 史 夏 施 盖), since the lists of the bench
are drawn, most of them from the commonest hundred, and the real one is not.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from cleanup.channel.files import read_channel
from cleanup.channel.items import Item
from cleanup.channel.prior import PRIOR
from cleanup.learn.surnames import COMMONEST
from gate import TUNED

FOUNDING = "范段史夏施盖"
CLASSES = ((0, 100), (100, 200), (200, len(COMMONEST)))
HEAD = """\
# What farms do in general, for articles whose source is not known. Written by benchmarks/build_prior.py, which says
# where the rates come from: of a character the share of farms that strip it, of the slot after 的 the share that is
# filled, of a swap the share of farms that make it.
source = "prior"
"""


def rates(lists: list[list[str]]) -> list[float]:
    """For each class the share of its characters that a list has."""
    length = sum(map(len, lists)) / len(lists)
    out = []
    for a, b in CLASSES:
        own = set(COMMONEST[a:b])
        drawn = sum(c in own for one in lists for c in one) / sum(map(len, lists))
        real = sum(c in own for c in FOUNDING) / len(FOUNDING)
        out.append((drawn + real) / 2 * length / len(own))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", type=Path)
    a = parser.parse_args()
    channels = json.loads((a.bench / "channels.json").read_text("utf-8"))
    tuned = [channels[s] for s in TUNED]
    items = []
    for (lo, hi), rate in zip(CLASSES, rates([list(c["chars"]) for c in tuned]), strict=True):
        items += [
            Item("strip", c, status="prior", rate=round(rate, 3))
            for c in dict.fromkeys(COMMONEST[lo:hi])
            if c not in COMMONEST[:lo]
        ]
    after_de = sum(c["after_de"] for c in tuned) / len(tuned)
    swapped = sum(bool(c["superlative"]) for c in tuned) / len(tuned)
    items.append(Item("insert", "*", slot="after-de", status="prior", rate=round(after_de, 3)))
    items.append(Item("swap", "最", "更", status="prior", rate=round(swapped, 3)))
    items.append(Item("mask", "", becomes="***", status="prior"))
    PRIOR.write_text(HEAD + "".join(map(table, items)), encoding="utf-8")
    print(PRIOR, len(read_channel(PRIOR).items))


def table(item: Item) -> str:
    """An item as the file has it: nothing but what the prior says."""
    lines = [f"\n[[{item.kind}]]", f'text = "{item.text}"']
    lines += [f'{key} = "{value}"' for key in ("becomes", "slot") if (value := getattr(item, key))]
    lines.append('status = "prior"')
    if item.rate:
        lines.append(f"rate = {item.rate}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
