"""Recipes: which corpora a model is counted from, with what weight, and how large it may be."""

from __future__ import annotations

import difflib
import fnmatch
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from cleanup.errors import CorpusError, UsageError
from cleanup.lm.corpus import Corpus, name_of

_SUFFIXES = (".txt", ".jsonl", ".ndjson")
_PACKED = ("", ".xz", ".gz", ".bz2", ".zst")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What `cleanup lm build --recipe` reads.

    budget_mb       size of the model file at most, in units of 10^6 bytes; 0 keeps every n-gram
    rare_below      characters seen fewer times are no symbols of their own
    words           how many words the word table holds at most
    corpora         by name: weight, and whatever else shall be told by `cleanup lm info`
    """

    name: str = ""
    budget_mb: float = 64.0
    rare_below: int = 5
    words: int = 120_000
    corpora: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


_KEYS = {"name": str, "budget_mb": (int, float), "rare_below": int, "words": int, "corpora": dict}
_CORPUS_KEYS = {"weight": (int, float), "source": str, "licence": str, "domain": str, "note": str}


def load(path: Path) -> Recipe:
    """A recipe file; UsageError tells the line or key that is wrong."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as e:
        raise UsageError(f"打不开：{e.strerror}", f"cannot be opened: {e.strerror}", where=str(path)) from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise UsageError(f"不是 TOML：{e}", f"not TOML: {e}", where=str(path)) from e
    _known(path, "", table, _KEYS)
    for key, least in (("budget_mb", 0), ("rare_below", 1), ("words", 0)):
        if key in table and not least <= table[key] < math.inf:
            raise UsageError(
                f"{key} 是 {table[key]}，不能小于 {least}",
                f"{key} is {table[key]}; it must be {least} or more",
                where=str(path),
            )
    for name, about in table.get("corpora", {}).items():
        if not isinstance(about, dict):
            raise UsageError(f"corpora.{name} 应是表", f"corpora.{name} should be a table", where=str(path))
        _known(path, f"corpora.{name}.", about, _CORPUS_KEYS)
        weight = about.get("weight", 1.0)
        if not 1 / 16 <= weight <= 100:
            raise UsageError(
                f"corpora.{name}.weight 是 {weight}，应在 1/16 与 100 之间",
                f"corpora.{name}.weight is {weight}; it must be between 1/16 and 100",
                where=str(path),
            )
    return Recipe(**table)


def _known(path: Path, prefix: str, table: Mapping[str, Any], keys: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            hint_zh, hint_en = (f"；是否指 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
            raise UsageError(
                f"没有 {prefix}{key} 这个键{hint_zh}",
                f"there is no key {prefix}{key}{hint_en}",
                where=str(path),
            )
        if not isinstance(value, keys[key]) or isinstance(value, bool):
            raise UsageError(
                f"{prefix}{key} 的类型不对", f"{prefix}{key} has the wrong type", where=str(path)
            )


def gather(inputs: Sequence[Path], recipe: Recipe, exclude: Sequence[str]) -> list[Corpus]:
    """The corpora of files and folders, in order of their names, without the excluded ones.

    exclude  names, or patterns of names with * and ?
    UsageError where a path or an exclusion names nothing, or two corpora have one name.
    """
    files: list[Path] = []
    for path in inputs:
        if path.is_dir():
            found = [p for p in sorted(path.iterdir()) if p.is_file() and _is_corpus(p)]
            if not found:
                raise UsageError(
                    "文件夹里没有 .txt 或 .jsonl（可带 .xz .gz .bz2 .zst）",
                    "the folder holds no .txt or .jsonl (plain or .xz, .gz, .bz2, .zst)",
                    where=str(path),
                )
            files += found
        elif path.exists():
            files.append(path)
        else:
            raise UsageError("没有这个文件或文件夹", "no such file or folder", where=str(path))
    corpora = []
    for path in files:
        about = recipe.corpora.get(name_of(path), {})
        corpora.append(Corpus(path, name_of(path), float(about.get("weight", 1.0))))
    corpora.sort(key=lambda c: c.name)
    for a, b in pairwise(corpora):
        if a.name == b.name:
            raise UsageError(
                f"两个语料同名：{a.path} 与 {b.path}", f"two corpora of one name: {a.path} and {b.path}"
            )
    for pattern in exclude:
        if not any(fnmatch.fnmatchcase(c.name, pattern) for c in corpora):
            near = difflib.get_close_matches(pattern, [c.name for c in corpora], 1)
            raise UsageError(
                f"--exclude {pattern}：没有这个语料" + (f"；是否指 {near[0]}？" if near else ""),
                f"--exclude {pattern}: no such corpus" + (f"; did you mean {near[0]}?" if near else ""),
            )
    kept = [c for c in corpora if not any(fnmatch.fnmatchcase(c.name, p) for p in exclude)]
    if not kept:
        raise CorpusError("没有语料可数", "there is no corpus to count")
    return kept


def _is_corpus(path: Path) -> bool:
    return any(path.name.endswith(s + p) for s in _SUFFIXES for p in _PACKED)
