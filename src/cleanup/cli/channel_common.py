"""What the commands about channels share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanup.cli.voice import Voice, told
from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.channel.items import Channel

PathArgument = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help=told(
            "信道文件、文件夹，或运行的输出文件夹。", "A channel file, a folder, or the folder of a run."
        ),
        show_default=False,
    ),
]


def known(option: str, value: str, values: Sequence[str]) -> None:
    """Raise UsageError where an option has a value that is none of these; "" is not given."""
    if value and value not in values:
        near = get_close_matches(value, values, 1, 0.5)
        raise UsageError(
            f"{option} 不能是 {value!r}"
            + (f"，是否指 {near[0]}？" if near else f"；可用：{', '.join(values)}"),
            f"{option} cannot be {value!r}"
            + (f"; did you mean {near[0]}?" if near else f"; use one of {', '.join(values)}"),
        )


def tell_contradictions(voice: Voice, loaded: Iterable[tuple[Path, Channel]]) -> None:
    """What in the channels cannot both be so, on stderr."""
    from cleanup.channel.decisions import contradictions
    from cleanup.report.inline import plain

    for file, channel in loaded:
        for zh, en in contradictions(channel):
            voice.warn(f"{plain(str(file))}: {voice.pick('矛盾：' + zh, 'contradiction: ' + en)}")
