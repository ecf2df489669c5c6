"""A rule file from examples: what an editor saw once becomes a rule with its examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import regex

from cleanup.chars import is_han
from cleanup.data import Example
from cleanup.errors import RuleError, UsageError
from cleanup.rules import load_rules
from cleanup.rules.markup import parse_example
from cleanup.verify import failures

# How many characters of context on each side a new rule asks for. Two tell most words apart; an
# editor widens or narrows them in the file.
_CONTEXT = 2


def write_rule(
    to: Path,
    rule_id: str,
    fires: Sequence[str],
    quiet: Sequence[str],
    *,
    kind: str = "",
    tier: str = "suggest",
    why: str = "",
) -> Path:
    """Write rules/<to>/<rule_id>.toml for the edits marked in `fires`; return its path.

    All examples must mark the same change. Raises UsageError where they do not or the file is
    there already, RuleError where the rule would not load or its examples fail; then nothing is left.
    """
    if not regex.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", rule_id):
        raise UsageError(
            f"规则名 {rule_id!r} 不是 kebab-case(如 dropped-fan)",
            f"the id {rule_id!r} is not kebab-case, as dropped-fan is",
        )
    try:
        examples = [parse_example(f) for f in fires]
    except ValueError as e:
        raise UsageError(f"例句有误：{e}", f"bad example: {e}") from e
    changes = {(x.text[s:e], r) for x in examples for s, e, r in x.edits}
    if len(changes) != 1:
        raise UsageError(
            f"例句应标出同一处改动，现有 {len(changes)} 种；写法如 工作[→范]围",
            f"the examples must mark one and the same change, and mark {len(changes)}; write it as 工作[→范]围",
        )
    path = to / f"{rule_id}.toml"
    if path.exists():
        raise UsageError("文件已存在", "the file is there already", where=str(path))
    (change,) = changes
    text = _toml(
        rule_id, examples, change, list(fires), list(quiet), kind, "flag" if change[1] is None else tier, why
    )
    to.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    try:
        for failure in failures(load_rules([path]).rules):
            raise failure.error
    except RuleError:
        path.unlink()
        raise
    return path


def _toml(
    rule_id: str,
    examples: list[Example],
    change: tuple[str, str | None],
    fires: list[str],
    quiet: list[str],
    kind: str,
    tier: str,
    why: str,
) -> str:
    observed, repair = change
    action = (
        "flag" if repair is None else "replace" if observed and repair else "insert" if repair else "delete"
    )
    lines = [
        "[[rule]]",
        f"id = {_quote(rule_id)}",
        f"action = {_quote(action)}",
        f"kind = {_quote(kind or _kind(observed, repair))}",
        f"tier = {_quote(tier)}",
    ]
    if observed:
        lines.append(f"terms = [{_quote(observed)}]")
    left = _contexts([x.text[:s] for x in examples for s, _, _ in x.edits], last=True)
    right = _contexts([x.text[e:] for x in examples for _, e, _ in x.edits], last=False)
    lines += [f"{name} = {_quote(value)}" for name, value in (("left", left), ("right", right)) if value]
    if action in ("insert", "replace"):
        lines.append(f"{action} = {_quote(repair or '')}")
    zh = {
        "insert": f"这里可能少了“{repair}”",
        "delete": f"“{observed}”可能是塞进来的",
        "replace": f"“{observed}”可能本是“{repair}”",
        "flag": f"“{observed}”处可能有损坏",
    }[action]
    en = {
        "insert": f"{repair} may be missing here",
        "delete": f"{observed} may have been inserted",
        "replace": f"{observed} may stand for {repair}",
        "flag": f"there may be damage at {observed}",
    }[action]
    lines += [
        f"message = {{ zh = {_quote(zh)}, en = {_quote(en)} }}",
        f"why = {_quote(why or '由编辑的例句写成。')}",
        f"fires = [{', '.join(map(_quote, fires))}]",
        f"quiet = [{', '.join(map(_quote, quiet))}]",
    ]
    return "\n".join(lines) + "\n"


def _kind(observed: str, repair: str | None) -> str:
    if repair is None:
        return "dropped_word" if observed and is_han(observed[0]) else "mask"
    if not repair:
        return "spam_insertion"
    if observed:
        return "superlative_swap" if repair == "最" else "spin_seam"
    if not any(map(is_han, repair)):
        return "lost_punctuation"
    return "dropped_char" if len(repair) == 1 else "dropped_word"


def _contexts(sides: list[str], *, last: bool) -> str:
    """What the examples have beside their edits, as alternatives; "" where one has nothing there."""
    near = sorted({s[-_CONTEXT:] if last else s[:_CONTEXT] for s in sides})
    return "" if "" in near else "|".join(map(regex.escape, near))


def _quote(text: str) -> str:
    # JSON strings are TOML basic strings, but for DEL
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
