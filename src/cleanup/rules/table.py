"""One rule file's tables, checked key by key; every complaint names its line."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import regex

from cleanup.data import ACTIONS, KINDS, RAW_KINDS, TIER_CONFIDENCE, TIERS, Example, Rule
from cleanup.errors import RuleError
from cleanup.fold import fold, fold_pattern
from cleanup.rules.markup import parse_example, parse_loss

RULE_KEYS = (
    "id",
    "action",
    "kind",
    "tier",
    "confidence",
    "message",
    "why",
    "pattern",
    "terms",
    "words",
    "left",
    "right",
    "not_left",
    "not_right",
    "insert",
    "replace",
    "keywords",
    "needs",
    "absent",
    "survivors",
    "check_words",
    "suggest_from",
    "auto_from",
    "scope",
    "fires",
    "quiet",
)
ONCE = ("id", "message", "fires", "quiet", "pattern", "words")
_ID = regex.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def unknown(key: str, known: Sequence[str]) -> tuple[str, str]:
    near = get_close_matches(key, known, 1, 0.5)
    return (
        f"不认识的键 {key}" + (f",是否指 {near[0]}?" if near else f";可用的有 {', '.join(known)}"),
        f"unknown key {key}" + (f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"),
    )


class Lines:
    """Where keys stand in a file: TOML readers do not tell."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._lines = text.splitlines()
        self._heads = [i for i, s in enumerate(self._lines) if regex.match(r"\s*\[\[\s*rule\s*\]\]", s)]

    def head(self, n: int) -> int:
        return self._heads[n] + 1 if n < len(self._heads) else 1

    def at(self, key: str, n: int | None, rule_id: str = "") -> str:
        """`file:line: rule-id` of a key in the n-th rule, or anywhere in the file for None."""
        lo = self._heads[n] if n is not None and n < len(self._heads) else 0
        hi = self._heads[n + 1] if n is not None and n + 1 < len(self._heads) else len(self._lines)
        found = next(
            (
                i
                for i in range(lo, hi)
                if regex.match(rf"\s*\[*\s*\"?{regex.escape(key)}\"?\s*[.=\]]", self._lines[i])
            ),
            lo,
        )
        return f"{self.name}:{found + 1}" + (f": {rule_id}" if rule_id else "")


class TableReader:
    """One [[rule]] table, checked key by key. Patterns that were tried before are not compiled, which takes long."""

    def __init__(
        self, table: dict[str, Any], family: str, lines: Lines, n: int, *, tried: bool = False
    ) -> None:
        self._table = table
        self._tried = tried
        self._family = family
        self._lines = lines
        self._n = n
        self._id = table["id"] if isinstance(table.get("id"), str) else ""

    def fail(self, key: str, zh: str, en: str) -> RuleError:
        return RuleError(zh, en, where=self._lines.at(key, self._n, self._id or "?"))

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        value = self._table.get(key, default)
        if value is not default and (
            not isinstance(value, kind) or (kind is int and isinstance(value, bool))
        ):
            raise self.fail(key, f"{key} 应是 {kind.__name__}", f"{key} must be a {kind.__name__}")
        return value

    def strings(self, key: str, *, one: bool = False) -> tuple[str, ...]:
        """A list of strings; with `one`, a single string too."""
        value = self._table.get(key, [])
        if one and isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.fail(key, f"{key} 应是字符串列表", f"{key} must be a list of strings")
        if len(set(value)) < len(value):
            twice = next(v for v in value if value.count(v) > 1)
            raise self.fail(key, f"{key} 里 {twice!r} 重复", f"{twice!r} stands twice in {key}")
        return tuple(value)

    @property
    def _sees_raw(self) -> bool:
        """Whether the rule matches in the text as it is: what folding hides is what it looks for."""
        return self._table.get("kind") in RAW_KINDS

    def folded(self, key: str) -> tuple[str, ...]:
        """A list of strings as they stand in the view that the rule matches in."""
        strings = self.strings(key)
        return strings if self._sees_raw else tuple(dict.fromkeys(fold(s).folded for s in strings))

    def choice(self, key: str, known: Sequence[str], default: str | None = None) -> Any:
        value = self.get(key, str, default)
        if value is None:
            raise self.fail(key, f"缺少 {key}", f"{key} is missing")
        if value not in known:
            near = get_close_matches(value, known, 1, 0.4)
            raise self.fail(
                key,
                f"{key} 不能是 {value!r}" + (f",是否指 {near[0]}?" if near else f",可用：{', '.join(known)}"),
                f"{key} cannot be {value!r}"
                + (f"; did you mean {near[0]}?" if near else f"; use one of {', '.join(known)}"),
            )
        return value

    def rule(self) -> Rule:
        for key in self._table:
            if key not in RULE_KEYS:
                raise self.fail(key, *unknown(key, RULE_KEYS))
        if not self._id or not _ID.fullmatch(self._id):
            raise self.fail(
                "id",
                "id 缺失或不是 kebab-case(如 dropped-fan)",
                "id is missing or not kebab-case, as dropped-fan is",
            )
        action = self.choice("action", ACTIONS)
        kind = self.choice("kind", KINDS)
        tier = self.choice("tier", TIERS, "flag" if action == "flag" else None)
        if (action == "flag") != (tier == "flag"):
            raise self.fail(
                "tier", "flag 动作与 flag 档必须同时使用", "action flag and tier flag go together"
            )
        confidence = self.get("confidence", float, TIER_CONFIDENCE[tier])
        if not 0 < confidence <= 1:
            raise self.fail("confidence", "confidence 应在 0 与 1 之间", "confidence must be between 0 and 1")
        lost = self._lost(action)
        pattern = self._pattern(action, lost)
        needs, needs_min = self._needs()
        return Rule(
            id=self._id,
            family=self._family,
            action=action,
            kind=kind,
            tier=tier,
            confidence=confidence,
            message=self._message(),
            why=self._text("why"),
            fires=self._examples("fires"),
            quiet=self._examples("quiet"),
            pattern=pattern,
            repairs=self._repairs(action, bool(lost)),
            lost=lost,
            keywords=self.folded("keywords") or self._own_keywords(lost),
            needs=needs,
            needs_min=needs_min,
            absent=self.folded("absent"),
            survivors_silence=self.choice(
                "survivors", ("silence", "ignore"), "silence" if kind.startswith("dropped_") else "ignore"
            )
            == "silence",
            check_words=self.get("check_words", bool, False),
            suggest_from=self._company("suggest_from"),
            auto_from=self._company("auto_from"),
            scope=self.choice("scope", ("text", "line"), "text"),
            file=self._lines.name,
            line=self._lines.head(self._n),
        )

    def _text(self, key: str) -> str:
        value = self.get(key, str)
        if not value or not value.strip():
            raise self.fail(key, f"缺少 {key}", f"{key} is missing")
        return str(value).strip()

    def _message(self) -> dict[str, str]:
        value = self.get("message", dict, {})
        for lang in ("zh", "en"):
            if not isinstance(value.get(lang), str) or not value[lang].strip():
                raise self.fail("message", f"缺少 message.{lang}", f"message.{lang} is missing")
        for key in value:
            if key not in ("zh", "en"):
                raise self.fail("message", *unknown(f"message.{key}", ("message.zh", "message.en")))
        return dict(value)

    def _examples(self, key: str) -> tuple[Example, ...]:
        out = []
        for written in self.strings(key):
            try:
                example = parse_example(written)
            except ValueError as e:
                raise self.fail(key, f"例句有误：{e}", f"bad example: {e}") from e
            if bool(example.edits) != (key == "fires"):
                zh, en = (
                    ("没有标出改动，应写作 工作[→范]围", "marks no edit, as in 工作[→范]围")
                    if key == "fires"
                    else ("标了改动，应放进 fires", "marks an edit, and belongs in fires")
                )
                raise self.fail(key, f"例句 {written!r} {zh}", f"example {written!r} {en}")
            out.append(example)
        if not out:
            what = ("应当触发", "must fire") if key == "fires" else ("不应触发", "must not fire")
            raise self.fail(key, f"缺少{what[0]}的例句（{key}）", f"no example that {what[1]} ({key})")
        return tuple(out)

    def _lost(self, action: str) -> dict[str, tuple[tuple[str, int, int], ...]]:
        lost: dict[str, tuple[tuple[str, int, int], ...]] = {}
        words = self.strings("words")
        if words and action != "insert":
            raise self.fail(
                "words", 'words 只用于 action = "insert"', 'words goes with action = "insert" only'
            )
        for written in words:
            try:
                left, word, start, end = parse_loss(fold(written).folded)
            except ValueError as e:
                raise self.fail("words", f"有误：{e}", f"bad word: {e}") from e
            lost[left] = (*lost.get(left, ()), (word, start, end))
        return lost

    def _pattern(self, action: str, lost: dict[str, Any]) -> str:
        pattern, terms = self.get("pattern", str, ""), self.folded("terms")
        if (bool(pattern) + bool(terms) + bool(lost) > 1) or (action == "insert" and (pattern or terms)):
            raise self.fail(
                "pattern",
                "pattern、terms、words 只能用一个；插入用 words 或 left/right",
                "use one of pattern, terms, words; insertions use words, or left and right",
            )
        contexts = {k: self.get(k, str, "") for k in ("left", "right", "not_left", "not_right")}
        if not self._sees_raw:
            pattern = fold_pattern(pattern)
            contexts = {k: fold_pattern(v) for k, v in contexts.items()}
        if action != "insert" and not (pattern or terms):
            raise self.fail("pattern", "缺少 pattern 或 terms", "pattern or terms is missing")
        if action == "insert" and not lost and not (contexts["left"] or contexts["right"]):
            raise self.fail(
                "words", "插入需要 words 或 left/right", "an insertion needs words, or left or right"
            )
        for key in () if self._tried else ("pattern", *contexts):
            source = pattern if key == "pattern" else contexts[key]
            try:
                compiled = regex.compile(source)
            except regex.error as e:
                raise self.fail(key, f"正则有误：{e}", f"bad pattern: {e}") from e
            if key == "pattern" and source and compiled.fullmatch(""):
                raise self.fail(key, "pattern 能匹配空串", "pattern matches the empty string")
        core = pattern or "|".join(regex.escape(t) for t in sorted(terms or lost, key=lambda t: (-len(t), t)))
        return (
            (f"(?<={contexts['left']})" if contexts["left"] else "")
            + (f"(?<!{contexts['not_left']})" if contexts["not_left"] else "")
            + (f"(?P<at>{core})")
            + (f"(?={contexts['right']})" if contexts["right"] else "")
            + (f"(?!{contexts['not_right']})" if contexts["not_right"] else "")
        )

    def _own_keywords(self, lost: dict[str, Any]) -> tuple[str, ...]:
        """What a match cannot do without: the terms, or the words as they stand damaged."""
        return self.folded("terms") or tuple(lost)

    def _repairs(self, action: str, has_words: bool) -> tuple[str, ...]:
        insert, replace = self.strings("insert", one=True), self.strings("replace", one=True)
        if insert and (action != "insert" or has_words):
            raise self.fail(
                "insert", "insert 只用于插入且没有 words 时", "insert goes with action insert, without words"
            )
        if replace and action != "replace":
            raise self.fail(
                "replace", 'replace 只用于 action = "replace"', 'replace goes with action = "replace" only'
            )
        if action == "insert" and not has_words and not all(insert or ("",)):
            raise self.fail("insert", "缺少 insert", "insert is missing")
        if action == "replace" and not all(replace or ("",)):
            raise self.fail(
                "replace",
                '缺少 replace；删除请用 action = "delete"',
                'replace is missing; to delete, use action = "delete"',
            )
        return ("",) if action == "delete" else insert or replace

    def _needs(self) -> tuple[tuple[str, ...], int]:
        value = self.get("needs", dict, {})
        words, least = value.get("any", []), value.get("min", 1)
        if (
            set(value) - {"any", "min"}
            or not isinstance(words, list)
            or not all(isinstance(w, str) and w for w in words)
        ):
            raise self.fail(
                "needs",
                "needs 应为 { any = [词…], min = 数 }",
                "needs must be { any = [words], min = number }",
            )
        if not isinstance(least, int) or isinstance(least, bool) or (words and not 1 <= least <= len(words)):
            raise self.fail(
                "needs", "needs.min 应在 1 与词数之间", "needs.min must be from 1 to the number of words"
            )
        return tuple(fold(w).folded for w in words), least

    def _company(self, key: str) -> int:
        value = self.get(key, int, 1)
        if value < 1:
            raise self.fail(key, f"{key} 至少为 1", f"{key} must be at least 1")
        return int(value)
