"""The inputs of a run on an engine, as far as their names tell: what they are, and what their files are named by."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from cleanup.dumps.walk import kind_of
from cleanup.engines.rows import place
from cleanup.errors import InputError, UsageError

FORMATS = ("jsonl", "csv", "parquet")
_MAGIC = re.compile(r"[*?\[{]")


def apart(inputs: Sequence[str], out: str) -> None:
    """Raise UsageError where the output lies in the input, which would be read, or the input in the output, which a run
    takes away.
    """
    to = PurePosixPath(place(out))
    for name in inputs:
        at = PurePosixPath(place(name))
        if at == to or to in at.parents:
            raise UsageError(
                "输入在输出文件夹里面；请用 --out 另指一个",
                "the input lies inside the output folder; name another with --out",
                where=name,
            )
        if at in to.parents:
            raise UsageError(
                "输出文件夹在输入里面；请用 --out 另指一个",
                "the output folder lies inside the input; name another with --out",
                where=out,
            )


def format_of(inputs: Sequence[str]) -> str:
    """The one format that the names of some inputs tell; of a folder on this machine the names of its files.

    Raises UsageError where there are several, or none can be told.
    """
    kinds: set[str] = set()
    for name in inputs:
        names: Iterable[str] = [name]
        if os.path.isdir(name):  # noqa: PTH112 - it may be an address
            names = (n for _, _, files in os.walk(name) for n in files if n[:1] not in ("_", "."))
        elif "://" not in name and not _MAGIC.search(name) and not Path(name).exists():
            raise InputError("没有这个文件或文件夹", "no such file or folder", where=name)
        kinds |= {k for n in names if (k := kind_of(PurePosixPath(n).name)[0])}
    wanted = kinds & {*FORMATS} or kinds
    if len(wanted) == 1:
        return wanted.pop()
    zh, en = (
        ("里有几种格式", "holds several formats")
        if wanted
        else ("看不出是什么格式", "has names that tell no format")
    )
    raise UsageError(
        f"{zh}；请用 --format 指定 {'、'.join(FORMATS)} 之一",
        f"{en}; say which to read with --format: {', '.join(FORMATS)}",
        where=" ".join(inputs),
    )


def base_of(inputs: Sequence[str]) -> str:
    """The folder that names of files are relative to: the one input folder, or what all inputs share."""
    tops = []
    for name in inputs:
        at = PurePosixPath(place(name))
        if found := _MAGIC.search(str(at)):
            tops.append(str(PurePosixPath(str(at)[: found.start()] + "x").parent))
        elif os.path.isdir(name) or not at.suffix:  # noqa: PTH112
            tops.append(str(at))
        else:
            tops.append(str(at.parent))
    absolute = {t.startswith("/") for t in tops}
    return os.path.commonpath(tops) if len(absolute) == 1 else ""
