"""How the command line speaks: two languages, two streams, colours only on a terminal.

Results go to stdout, everything else to stderr, so that a pipe carries only what was asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from rich.console import Console
from rich.text import Text

from cleanup.errors import CleanupError

Lang = Literal["zh", "en"]


def start_lang(argv: Sequence[str] | None = None) -> Lang:
    """The language of help texts, which are fixed before options are parsed: --lang, then CLEANUP_LANG."""
    words = list(sys.argv[1:] if argv is None else argv)
    for i, word in enumerate(words):
        value = (
            word[7:]
            if word.startswith("--lang=")
            else words[i + 1]
            if word == "--lang" and i + 1 < len(words)
            else ""
        )
        if value in ("zh", "en"):
            return value  # type: ignore[return-value]
    return "en" if os.environ.get("CLEANUP_LANG", "").lower().startswith("en") else "zh"


def told(zh: str, en: str) -> str:
    """A help text in the language the process was started in."""
    return zh if start_lang() == "zh" else en


class Voice:
    """Speaks one language on stdout (results) and stderr (the rest)."""

    def __init__(self, lang: Lang, *, quiet: bool = False) -> None:
        self.lang: Lang = lang
        self.quiet = quiet
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    def pick(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def say(self, zh: str, en: str, style: str = "") -> None:
        """A result line."""
        self.out.print(Text(self.pick(zh, en), style=style))

    def warn(self, text: str) -> None:
        self.err.print(Text(text, style="yellow"))

    def fail(self, error: CleanupError) -> None:
        self.err.print(
            Text(self.pick("错误：", "error: "), style="bold red") + Text(error.tell(self.lang), style="none")
        )

    @property
    def on_terminal(self) -> bool:
        return self.err.is_terminal and not self.quiet


@contextmanager
def errors_told(voice: Voice) -> Iterator[None]:
    """Turn what a user can cause into a message and an exit code; never a traceback."""
    import typer

    try:
        yield
    except CleanupError as e:
        voice.fail(e)
        raise typer.Exit(e.exit_code) from None
    except BrokenPipeError:
        # the reader of a pipe has what it wanted (`| head`); Python must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except OSError as e:
        voice.fail(
            CleanupError(
                f"读写失败：{e.strerror or e}",
                f"cannot read or write: {e.strerror or e}",
                where=str(e.filename or ""),
            )
        )
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        voice.warn(voice.pick("已中断", "interrupted"))
        raise typer.Exit(130) from None
