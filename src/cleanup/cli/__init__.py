"""The command line: parse, call, print, exit. No logic of cleaning lives here."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `cleanup` command."""
    from cleanup.cli.app import app

    app()
