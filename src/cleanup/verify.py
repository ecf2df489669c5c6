"""Rules must do what their examples say, or they are not used."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleanup import __version__
from cleanup.builtin import BUILT_IN
from cleanup.data import Document, Example, Rule
from cleanup.errors import RuleError
from cleanup.lexicon import Lexicon, shared
from cleanup.pipeline import Cleaner
from cleanup.rules import RuleSet, shipped_rules
from cleanup.rules.load import held_files, read_rule_files, rules_of


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not hold, and what the rule made of it."""

    rule: Rule
    example: Example
    got: str

    @property
    def error(self) -> RuleError:
        quiet = not self.example.edits
        return RuleError(
            f"例句不符：{self.example.written!r} "
            + (f"本不应触发，却得到 {self.got!r}" if quiet else f"得到的是 {self.got!r}"),
            f"an example fails: {self.example.written!r} "
            + (f"must not fire and gives {self.got!r}" if quiet else f"gives {self.got!r}"),
            where=f"{self.rule.file}:{self.rule.line}: {self.rule.id}",
        )


def failures(rules: Iterable[Rule], lexicon: Callable[[], Lexicon] = shared) -> Iterator[Failure]:
    """Every example that does not hold, each rule tried alone, without what code finds by itself."""
    for rule in rules:
        cleaner = Cleaner(RuleSet((rule,), "", frozenset(BUILT_IN)), apply="none", lexicon=lexicon)
        for example in (*rule.fires, *rule.quiet):
            outcome = cleaner.clean(Document("example", example.text))
            got = tuple((f.start, f.end, f.replacement) for f in outcome.findings if f.rule == rule.id)
            if got != example.edits or outcome.notes:
                yield Failure(rule, example, "; ".join([_show(example.text, got), *outcome.notes]))


def _show(text: str, edits: Sequence[tuple[int, int, str | None]]) -> str:
    """Edits in the notation of examples."""
    out, at = [], 0
    for start, end, replacement in edits:
        out.append(f"{text[at:start]}[{text[start:end]}→{'?' if replacement is None else replacement}]")
        at = end
    return "".join(out) + text[at:]


def load_verified(extra: Sequence[Path] = (), *, shipped: bool = True) -> RuleSet:
    """The rules that ship, and those of `extra` files and folders, all examples holding.

    Those that ship are tried by the tests, which hold the stamp beside them true; as long as it names them they are
    not tried again. What else held once is remembered in the user's cache by digest and version.
    Raises RuleError, `file:line: rule-id`, for the first example that fails.
    """
    own = read_rule_files([shipped_rules()]) if shipped else []
    held = held_files(shipped_rules(), own) if own else []
    files = [*own, *read_rule_files(extra)]
    rules = rules_of(files, held=len(held))
    untried = {file.name for file in files[len(held) :]}
    if not untried:
        return rules
    remembered = _cache() / hashlib.sha256(f"{__version__} {rules.digest}".encode()).hexdigest()[:24]
    if remembered.exists():
        return rules
    for failure in failures([rule for rule in rules.rules if rule.file in untried]):
        raise failure.error
    with contextlib.suppress(OSError):  # a cache that cannot be written costs time, nothing else
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.touch()
    return rules


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cleanup" / "rules-held"
