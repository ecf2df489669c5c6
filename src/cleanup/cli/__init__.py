"""The command line: parse, call, print, exit. No logic of cleaning lives here."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `cleanup` command."""
    try:
        from cleanup.cli.app import app
    except KeyboardInterrupt:
        # stopped while still loading: nothing is open yet, and no traceback is owed
        raise SystemExit(130) from None
    app()
