"""Rule files into rules. A file with anything wrong in it does not load, and says where."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

import regex

from cleanup.builtin import BUILT_IN
from cleanup.data import Rule
from cleanup.errors import RuleError, UsageError
from cleanup.rules.table import ONCE, RULE_KEYS, Lines, TableReader, unknown

_FILE_KEYS = ("family", "about", "defaults", "rule")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in the order of their files, the digest that names exactly these rules, and the ids switched off."""

    rules: tuple[Rule, ...]
    digest: str
    off: frozenset[str] = frozenset()

    def __getitem__(self, rule_id: str) -> Rule:
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        near = get_close_matches(rule_id, [*(r.id for r in self.rules), *BUILT_IN], 1, 0.5)
        raise UsageError(
            f"没有名为 {rule_id} 的规则"
            + (f",是否指 {near[0]}?" if near else ";`cleanup rules list` 列出全部"),
            f"no rule is called {rule_id}"
            + (f"; did you mean {near[0]}?" if near else "; see `cleanup rules list`"),
        )

    def without(self, off: Iterable[str]) -> RuleSet:
        """The same rules less some; an id that no rule has is an error."""
        gone = {rule_id if rule_id in BUILT_IN else self[rule_id].id for rule_id in off}
        if not gone:
            return self
        digest = hashlib.sha256(f"{self.digest} off {sorted(gone)}".encode()).hexdigest()[:16]
        return RuleSet(tuple(r for r in self.rules if r.id not in gone), digest, self.off | gone)


def shipped_rules() -> Path:
    """The folder of the rules that ship: inside the installed package, or beside src/ in a checkout."""
    inside = Path(str(resources.files("cleanup"))) / "shipped_rules"
    if inside.is_dir():
        return inside
    beside = Path(__file__).resolve().parents[3] / "rules"
    if beside.is_dir():
        return beside
    raise RuleError(
        f"找不到随附的规则({inside} 和 {beside} 都不存在),请重新安装 cleanup",
        f"the shipped rules are missing (neither {inside} nor {beside} exists); install cleanup again",
    )


# Beside the rules that ship: their digest, once all their examples held. tests/test_rules.py says how it is renewed.
HELD = "held"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file read: the name that messages use, the folder that names its family, its text."""

    name: str
    folder: str
    text: str


def read_rule_files(paths: Sequence[Path]) -> list[RuleFile]:
    """The rule files under some paths, in order. Raises RuleError for what is missing or cannot be read."""
    return [_read_file(path, name) for path, name in _rule_files(paths)]


def _rule_files(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*.toml") if p.is_file())
            if not inside:
                raise RuleError(
                    "文件夹里没有 .toml 规则文件", "no .toml rule file in this folder", where=str(path)
                )
            yield from ((p, f"{path.name}/{p.relative_to(path).as_posix()}") for p in inside)
        elif path.is_file():
            yield path, str(path)
        else:
            raise RuleError("没有这个规则文件或文件夹", "no such rule file or folder", where=str(path))


def _read_file(path: Path, name: str) -> RuleFile:
    try:
        raw = path.read_bytes()
        return RuleFile(name, path.parent.name, raw.decode())
    except OSError as e:
        raise RuleError(f"读不了：{e.strerror}", f"cannot be read: {e.strerror}", where=name) from e
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(b"\n") + 1
        raise RuleError("不是 UTF-8 文本", "is not UTF-8 text", where=f"{name}:{line}") from e


def digest(files: Iterable[RuleFile]) -> str:
    """16 hexadecimal digits that name what the rules are, not where they were checked out."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(hashlib.sha256(file.text.replace("\r\n", "\n").encode()).digest())
    return whole.hexdigest()[:16]


def held_files(folder: Path, files: list[RuleFile]) -> list[RuleFile]:
    """The files of a folder, if they are those whose examples held when its stamp was written; else none."""
    try:
        return files if (folder / HELD).read_text("utf-8").strip() == digest(files) else []
    except OSError:  # no stamp: tried here
        return []


def load_rules(paths: Sequence[Path]) -> RuleSet:
    """All rules of some files and folders. Patterns are compiled and examples parsed, not yet run.

    Raises RuleError, with `file:line: rule-id`, for the first thing that is wrong.
    """
    return rules_of(read_rule_files(paths))


def rules_of(files: Sequence[RuleFile], held: int = 0) -> RuleSet:
    """All rules of some files. Those of the first `held` compiled once, and are not compiled to see whether they do."""
    rules: dict[str, Rule] = {}
    for n, file in enumerate(files):
        for rule in _rules(file, tried=n < held):
            if rule.id in rules:
                first = rules[rule.id]
                raise RuleError(
                    f"规则名重复，已用于 {first.file}:{first.line}",
                    f"the id is taken, by {first.file}:{first.line}",
                    where=f"{file.name}:{rule.line}: {rule.id}",
                )
            rules[rule.id] = rule
    return RuleSet(tuple(rules.values()), digest(files))


def _rules(file: RuleFile, *, tried: bool) -> Iterator[Rule]:
    name, text = file.name, file.text
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        m = regex.search(r"at line (\d+)", str(e))
        where = f"{name}:{m[1]}" if m else name
        raise RuleError(f"不是合法的 TOML:{e}", f"not valid TOML: {e}", where=where) from e
    lines = Lines(text, name)
    for key in data:
        if key not in _FILE_KEYS:
            raise RuleError(*unknown(key, _FILE_KEYS), where=lines.at(key, None))
    defaults = data.get("defaults", {})
    if not isinstance(defaults, dict):
        raise RuleError("defaults 应是一个表", "defaults must be a table", where=lines.at("defaults", None))
    for key in defaults:
        if key not in RULE_KEYS or key in ONCE:
            allowed = tuple(k for k in RULE_KEYS if k not in ONCE)
            raise RuleError(*unknown(key, allowed), where=lines.at(key, None))
    entries = data.get("rule", [])
    if not isinstance(entries, list) or not entries or not all(isinstance(e, dict) for e in entries):
        raise RuleError("没有 [[rule]]", "holds no [[rule]]", where=name)
    for n, entry in enumerate(entries):
        family = str(data.get("family", file.folder))
        yield TableReader({**defaults, **entry}, family, lines, n, tried=tried).rule()
