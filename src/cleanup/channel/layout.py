"""How a channel file is laid out: what is written new, and how a file falls into blocks, comments included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from cleanup.channel.check import COUNTS, escaped, in_order
from cleanup.channel.items import Channel, Item, ItemKind
from cleanup.channel.rates import rate_interval

FORMAT = 1
HEADER_KEYS = ("format", "source", "articles", "characters", "model", "phrases", "cleanup", "notes")
# what an item is, what an editor says of it, and what was seen of it
_WHAT = ("text", "becomes", "slot")
_EVIDENCE = (
    "rate",
    "rate_at_least",
    "found",
    "surviving",
    "articles",
    "contexts",
    "expected",
    "sure",
    "goes_on",
    "examples",
)
ITEM_KEYS = (*_WHAT, "status", *_EVIDENCE)

_ABOUT = """\
# 信道文件：一个来源的程序对文章做了什么。由样本学出，供编辑审阅，也可以手写；自己的注释会保留。
# 通常只改 status：learned 学到、未审；approved 批准，照此修复；rejected 否决，不再使用。
#   strip   滤掉了 text                insert  在 slot 处塞入了 text
#   mask    text 成了 becomes（掩码）  swap    text 换成了 becomes
#   spin    text 改写成了 becomes      commas  丢了逗号 text
#   rate 受损的比例，insert 则是被塞的位置的比例；rate_at_least 由计数算出的下界
#   found 找到的受损处，surviving 完好处，articles 涉及的文章，contexts 不同的上下文
#   expected 正常文本里应出现的次数，sure 条目属实的概率
#   goes_on 该来源自己的固定搭配：text 后接这些字时不动
#   examples 例子：[→范] 补回，[招聘→] 删去，[更→最] 换回
# 各键的说明见 docs/channels.md。
"""
_TITLES: dict[ItemKind, str] = {
    "strip": "滤掉的字词",
    "mask": "掩码",
    "insert": "塞入的词",
    "swap": "换掉的字词",
    "spin": "同义改写",
    "commas": "丢掉的逗号",
}
HEADINGS = {kind: f"# ---- {kind}：{title} ----\n" for kind, title in _TITLES.items()}
_HEAD = regex.compile(r'\s*\[\[\s*["\']?([^\s"\'\]]+)["\']?\s*\]\]\s*(?:#.*)?\n')
_ASIDE = regex.compile(r"\s*(?:#.*)?\n")
_BLANK = regex.compile(r"\s*\n")
# Strings and comments of valid TOML, the longest form first: in a text block a line may look like anything.
_STRING = regex.compile(
    r""""{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*'|#[^\n]*""", regex.DOTALL
)


def header_values(channel: Channel, version: str) -> dict[str, Any]:
    """What the keys of the header hold, in their order."""
    return {
        "format": FORMAT,
        "source": channel.source,
        "articles": int(channel.articles),
        "characters": int(channel.characters),
        "model": channel.model,
        # named here, held in a file beside this one: thousands of numbers are no reading
        **({"phrases": channel.phrases_digest} if channel.phrases else {}),
        "cleanup": version,
        "notes": list(channel.notes),
    }


def item_values(item: Item) -> dict[str, Any]:
    """What the keys of an item hold, in their order."""
    values = {key: getattr(item, key) for key in ITEM_KEYS}
    return values | {
        # learners count in numpy
        **{key: int(values[key]) for key in COUNTS},
        "rate": float(item.rate),
        "rate_at_least": round(float(rate_interval(item)[0]), 4),
        "expected": float(item.expected),
        "sure": float(item.sure),
        "examples": list(item.examples),
    }


def written_keys(item: Item) -> list[str]:
    """The keys that a file needs for an item: none that does not apply, no evidence where there is none."""
    values = item_values(item)
    keys = [key for key in _WHAT if values[key] or key == "text"] + ["status"]
    if any(values[key] for key in _EVIDENCE):
        keys += [key for key in _EVIDENCE if values[key] or key not in ("expected", "goes_on", "examples")]
    return keys


def value_toml(value: Any) -> str:
    """A value as TOML writes it; a list has a line for each of its strings."""
    if isinstance(value, list):
        return "[\n" + "".join(f'    "{escaped(v)}",\n' for v in value) + "]" if value else "[]"
    return f'"{escaped(value)}"' if isinstance(value, str) else repr(value)


def header_toml(channel: Channel, version: str) -> str:
    """The header of a new file."""
    values = header_values(channel, version)
    return _ABOUT + "".join(f"{key} = {value_toml(value)}\n" for key, value in values.items())


def item_toml(item: Item) -> str:
    """The table of an item that no editor has touched."""
    values = item_values(item)
    lines = [f"{key} = {value_toml(values[key])}\n" for key in written_keys(item)]
    return f"[[{item.kind}]]\n{''.join(lines)}"


def assembled(header: str, items: Iterable[tuple[Item, str, str]], tail: str = "") -> str:
    """A file from its header, its items in order, each with the comments above it and its table, and its tail."""
    parts, kind = [header], ""
    for item, lead, body in items:
        if item.kind != kind:
            kind = item.kind
            parts.append("\n" + HEADINGS[item.kind])
        parts.append("\n" + lead + body)
    return "".join(parts) + ("\n" + tail if tail else "")


def channel_toml(channel: Channel, version: str) -> str:
    """A new file."""
    return assembled(header_toml(channel, version), ((i, "", item_toml(i)) for i in in_order(channel).items))


@dataclass(frozen=True, slots=True)
class Block:
    """A table of a file: `kind` from its head, `lead` the comments above, `body` itself, `line` of its head."""

    kind: str
    lead: str
    body: str
    line: int


def split(text: str) -> tuple[str, list[Block], str]:
    """The header of a file, its tables, and what follows the last one; together they are the text.

    Every line of the text must end with "\\n".
    Comments right below a table, with no blank line between, belong to it; others to the next table.
    """
    lines = [line + "\n" for line in text.split("\n")[:-1]]
    # what tells tables, comments and blank lines apart: lines that begin inside of a string are none of them
    signs = [line + "\n" for line in _STRING.sub(_flat, text).split("\n")[:-1]]
    heads = [n for n, line in enumerate(signs) if _HEAD.fullmatch(line)]
    if not heads:
        return text, [], ""
    first = _end(signs, 0, heads[0])
    header, lead = "".join(lines[:first]), "".join(lines[first : heads[0]])
    blocks = []
    for head, following in zip(heads, [*heads[1:], len(lines)], strict=True):
        end = _end(signs, head, following)
        m = _HEAD.fullmatch(lines[head])
        blocks.append(Block(m[1] if m else "", lead, "".join(lines[head:end]), head + 1))
        lead = "".join(lines[end:following])
    return header, blocks, lead


def _flat(m: regex.Match[str]) -> str:
    return str(m[0]).replace("\n", "\nx")


def _end(lines: Sequence[str], start: int, stop: int) -> int:
    """Where what begins at `start` ends: after its last value and the comments right below that."""
    end = stop
    while end > start and _ASIDE.fullmatch(lines[end - 1]):
        end -= 1
    while end < stop and not _BLANK.fullmatch(lines[end]):
        end += 1
    return end


def comments(lead: str) -> str:
    """The editor's own comments of what stands above a table: our headings and outer blank lines are gone."""
    lines = [line + "\n" for line in lead.split("\n")[:-1] if line + "\n" not in HEADINGS.values()]
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return "".join(lines)
