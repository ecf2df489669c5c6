"""The command line: parse, call, print, exit. No logic of cleaning lives here."""

from __future__ import annotations

import gc
import os


def main() -> None:
    """Entry point of the `cleanup` command."""
    # what is made while starting stays: looking it through again and again takes 30 ms of half a second
    gc.set_threshold(50_000)
    # numpy would start a thread of its BLAS for every core, another 60 ms; only `lm build` multiplies large matrices
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from cleanup.cli.app import app
    except KeyboardInterrupt:
        # stopped while still loading: nothing is open yet, and no traceback is owed
        raise SystemExit(130) from None
    app()
