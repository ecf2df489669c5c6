"""The text of a config that says nothing yet: every key with its default, commented out, and what it is for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import msgspec

from cleanup import config as cf
from cleanup.cli.voice import Lang

_Keys = dict[str, tuple[str, str]]

# What each key is for, in the order of the tables of `config`.
_TOP: _Keys = {
    "rules": ('另加的规则文件或文件夹，如 ["rules/"]', 'rule files or folders to add, as ["rules/"]'),
    "shipped": ("是否使用随附的规则", "whether to use the rules that ship"),
    "off": (
        '停用的规则，如 ["odd-blank"]；一停到处都停',
        'rules that are off, as ["odd-blank"]: off for every command',
    ),
    "protected": (
        '保护词表，如 ["protected.txt"]：每行一个词，或“左-,词,-右”；其中的词不改',
        'files of protected terms, as ["protected.txt"]: a term a line, or left-,term,-right; they stay as they are',
    ),
    "channels": (
        '信道文件或文件夹，如 ["channels/"]，由 cleanup learn 写成',
        'channel files or folders, as ["channels/"], which cleanup learn writes',
    ),
    "prior": (
        "来源没有信道的文章，是否按各站通行的做法来判断",
        "whether articles of sources without a channel are judged by what farms do in general",
    ),
    "model": ('词频模型文件；"" 为随附的', 'term-frequency model file; "" is the one that ships'),
    "lang": (
        '消息的语言："zh" 或 "en"；"" 为环境变量 CLEANUP_LANG，没有则为中文',
        'language of messages: "zh" or "en"; "" is that of CLEANUP_LANG in the environment, else Chinese',
    ),
    "encoding": (
        '没有 BOM 的输入的编码："auto"，或 "utf-8"、"gb18030"、"big5" 等',
        'encoding of input without a byte order mark: "auto", or "utf-8", "gb18030", "big5" and the like',
    ),
}
_FIELDS: _Keys = {
    "id": ("编号", "its id"),
    "text": ("正文", "its text"),
    "source": ("来源，即用哪个信道", "its source, which tells the channel"),
    "title": ("标题", "its title"),
}
_CHECK: _Keys = {
    "paths": (
        '不给路径时检查什么，如 ["content/"]',
        'what is checked where no path is given, as ["content/"]',
    ),
    "exclude": (
        '不检查的文件，写法同 .gitignore，如 ["content/drafts/"]；点名的也不查',
        'files that are left out, written as in .gitignore, as ["content/drafts/"], also where they are named',
    ),
    "min-tier": (
        '算到哪一档："auto"、"suggest"（连同 auto）、"flag"（全部）',
        'lowest tier that counts: "auto", "suggest" (and auto) or "flag" (all)',
    ),
    "min-confidence": (
        "置信度不低于此才算，0 到 1",
        "findings of at least this confidence count, from 0 to 1",
    ),
    "kinds": (
        '只算这些类，如 ["mask", "noise"]；[] 为全部',
        'only these kinds count, as ["mask", "noise"]; [] is all',
    ),
    "any-tier": (
        '不论哪一档都算的类，如 ["mask"]：掩码只标出，不在 auto 档',
        'kinds that count whatever their tier, as ["mask"]: masks are flagged and never of tier auto',
    ),
    "max-damage": (
        "一篇里每千字不超过这么多处时，只警告",
        "up to so many findings per 1,000 characters, those of an article only warn",
    ),
    "warn": ('只警告、不算失败的规则，如 ["odd-blank"]', 'rules that warn and never fail, as ["odd-blank"]'),
    "new-rules": (
        '基线里还没有的规则："fail" 照算，"warn" 只警告',
        'rules that the baseline does not know yet: "fail" as others, or "warn"',
    ),
    "baseline": (
        '基线文件，如 "cleanup-baseline.json"：其中已有的发现不算失败',
        'baseline file, as "cleanup-baseline.json": findings that are in it do not fail',
    ),
    "digest": (
        '规则、模型、信道应有的摘要；不符以 3 退出。"" 为不管',
        'digest that rules, model and channels must have: exit 3 where it is another; "" does not ask',
    ),
}
_SUPPRESS: _Keys = {
    "path": ("哪些文件，写法同 .gitignore", "files, written as in .gitignore"),
    "rule": ("哪条规则", "id of a rule"),
    "kind": ("哪一类", "a kind"),
    "term": ("碰到哪个词，或“左-,词,-右”", "a term that it touches, or left-,term,-right"),
    "why": ("为什么；在各种格式里都会写出", "why, for those who read it later"),
}
# An entry that says nothing is an error, so this one says what it might.
_ENTRY = {
    "path": "content/history/",
    "rule": "odd-blank",
    "kind": "noise",
    "term": "某某",
    "why": "",
}
_HEAD = (
    "cleanup 的配置。写出的都是默认值；要改哪个，去掉它行首的 # 再改。\n"
    "路径相对于本文件所在的文件夹。rules、off、protected、channels 与命令行上的合在一起，其余以命令行为准。",
    "Config of cleanup. The values are the defaults: take the # away before a key and change it.\n"
    "Paths are relative to the folder of this file. rules, off, protected and channels add to those of the\n"
    "command line; for everything else the command line has the last word.",
)
_TABLES = {
    "fields": ("记录（JSONL）的哪个字段是什么", "Fields of records (JSONL) that hold"),
    "check": ("只有 cleanup check 用的", "What cleanup check alone is told"),
    "suppress": (
        "放过的发现：写出的条件都符合才放过；可以写许多个 suppress",
        "Findings that are let pass: all that is said must hold; there may be many entries",
    ),
}


def config_text(lang: Lang, *, table: str = "") -> str:
    """A config as its file holds it. `table` is where it stands in a shared file: "tool.cleanup".

    Lines that begin with "# " are words, those with "#" alone are TOML.
    """
    return "\n".join(_lines(0 if lang == "zh" else 1, table)) + "\n"


def _lines(lang: int, table: str) -> Iterator[str]:
    prefix = f"{table}." if table else ""
    if table:
        yield f"[{table}]"
    yield from _words(_HEAD[lang])
    yield from _keys(cf.Table(), _TOP, lang)
    for name, default, keys in (("fields", cf.FieldNames(), _FIELDS), ("check", cf.CheckTable(), _CHECK)):
        yield from ("", *_words(_TABLES[name][lang]), f"[{prefix}{name}]")
        yield from _keys(default, keys, lang)
    yield from ("", *_words(_TABLES["suppress"][lang]), f"#[[{prefix}suppress]]")
    for key, said in _SUPPRESS.items():
        yield f"#{key} = {_toml(_ENTRY[key])}  # {said[lang]}"


def _words(text: str) -> Sequence[str]:
    return [f"# {line}" for line in text.split("\n")]


def _keys(default: msgspec.Struct, keys: _Keys, lang: int) -> Iterator[str]:
    values = msgspec.to_builtins(default)
    for key, said in keys.items():
        yield from ("", *_words(said[lang]), f"#{key} = {_toml(values[key])}")


def _toml(value: object) -> str:
    """A value as TOML; strings, booleans, numbers and lists of them are written as in JSON."""
    return json.dumps(value, ensure_ascii=False)
