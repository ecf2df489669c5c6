"""`cleanup init`: a config to begin with."""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from cleanup.cli.options import LANG_DEFAULT, LangOption, language
from cleanup.cli.voice import Voice, errors_told, told
from cleanup.errors import UsageError

HELP = told(
    """在本文件夹写一份 cleanup.toml：每个键都在，附默认值和一行说明，都注释着。

    已有配置时不覆盖，以 2 退出。

    例：

    `cleanup init` — 写 cleanup.toml

    `cleanup init --pyproject` — 写进 pyproject.toml 的 [tool.cleanup]，其余原样不动

    `cleanup init --print` — 只看看
    """,
    """Write a cleanup.toml into this folder: every key is there with its default and a line that explains it, all commented out.

    Where there is a config it is left alone, and the exit code is 2.

    Examples:

    `cleanup init` — write cleanup.toml

    `cleanup init --pyproject` — add [tool.cleanup] to pyproject.toml, and leave the rest as it is

    `cleanup init --print` — only have a look
    """,
)


def init(
    pyproject: Annotated[
        bool,
        typer.Option(
            "--pyproject",
            help=told(
                "写进 pyproject.toml 的 [tool.cleanup]。", "Add it to pyproject.toml, as [tool.cleanup]."
            ),
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help=told("覆盖已有的 cleanup.toml。", "Replace a cleanup.toml that is there.")
        ),
    ] = False,
    to_stdout: Annotated[
        bool,
        typer.Option("--print", help=told("写到标准输出，不写文件。", "Write it to stdout, and no file.")),
    ] = False,
    lang: LangOption = LANG_DEFAULT,
) -> None:
    """Write a config, or say why not."""
    voice = Voice("zh")
    with errors_told(voice):
        voice.lang = language(lang)
        from cleanup.cli.init_text import config_text
        from cleanup.config import OWN, SHARED, TABLE, find

        text = config_text(voice.lang, table=".".join(TABLE) if pyproject else "")
        if to_stdout:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
            return
        _none_there(pyproject, force)
        above = find(Path.cwd())
        path = Path(SHARED if pyproject else OWN)
        if pyproject:
            _replace(path, _appended(path, text))
        elif force:
            _replace(path, text.encode())
        else:
            _create(path, text.encode())
        voice.say(f"已写好 {path}；都是默认值", f"wrote {path}; all of it is defaults")
        if above is not None and above.parent != Path.cwd().resolve():
            other = os.path.relpath(above)
            voice.warn(
                voice.pick(f"在这个文件夹里不再读 {other}", f"{other} is no longer read in this folder")
            )


def _none_there(pyproject: bool, force: bool) -> None:
    """Raise UsageError where this folder has a config that would be lost, or that would keep the new one from being read."""
    from cleanup.config import OWN, SHARED, find

    there = find(Path.cwd())
    if there is None or there.parent != Path.cwd().resolve():
        return
    if there.name == OWN and pyproject:
        raise UsageError(
            f"已有配置，{SHARED} 里的不会被读到；请改它，或先删去",
            f"is the config here, and one in {SHARED} would not be read; change it, or take it away first",
            where=OWN,
        )
    if there.name == SHARED and pyproject:
        raise UsageError(
            "已有 [tool.cleanup]；请直接改，用 --print 看有哪些键",
            "already has [tool.cleanup]; change it there: --print shows the keys that there are",
            where=SHARED,
        )
    if not force and there.name == SHARED:
        raise UsageError(
            f"已有 [tool.cleanup]，有了 {OWN} 就不再读它；请直接改，或加 --force",
            f"already has [tool.cleanup], which would not be read beside {OWN}; change it there, or add --force",
            where=SHARED,
        )


def _appended(path: Path, text: str) -> bytes:
    """A shared file with the config behind what it holds, every byte of which stays. Raises UsageError."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            "这里没有这个文件；不加 --pyproject 则写 cleanup.toml",
            "there is none here; without --pyproject a cleanup.toml is written",
            where=str(path),
        ) from None
    _parsed(raw, path)
    newline = b"\r\n" if b"\r\n" in raw else b"\n"
    gap = b"" if not raw.strip() else newline if raw.endswith(b"\n") else newline * 2
    whole = raw + gap + text.encode().replace(b"\n", newline)
    # what stands there may leave no room for the table: `tool = {}` does
    _parsed(whole, path)
    return whole


def _parsed(raw: bytes, path: Path) -> None:
    try:
        tomllib.loads(raw.decode("utf-8-sig"))
    except ValueError as e:
        raise UsageError(
            f"加不进去，不是合法的 TOML：{e}", f"cannot be added to: not valid TOML: {e}", where=str(path)
        ) from e


def _create(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet."""
    try:
        with path.open("xb") as out:
            out.write(data)
    except FileExistsError:
        raise UsageError(
            "已经有了；请直接改，或加 --force 覆盖",
            "is there already; change it, or replace it with --force",
            where=str(path),
        ) from None


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    target = Path(os.path.realpath(path))
    descriptor, partial = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        Path(partial).chmod(mode)
        Path(partial).replace(target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
