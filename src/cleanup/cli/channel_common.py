"""What the commands about channels share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanup.cli.voice import Voice, told

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


def tell_contradictions(voice: Voice, loaded: Iterable[tuple[Path, Channel]]) -> None:
    """What in the channels cannot both be so, on stderr."""
    from cleanup.channel.decisions import contradictions
    from cleanup.report.inline import plain

    for file, channel in loaded:
        for zh, en in contradictions(channel):
            voice.warn(f"{plain(str(file))}: {voice.pick('矛盾：' + zh, 'contradiction: ' + en)}")
