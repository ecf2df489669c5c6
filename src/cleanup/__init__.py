"""Finds and repairs the systematic damage in scraped Chinese articles.

    >>> from cleanup import clean
    >>> clean("双方的工作围不同").text          # doctest: +SKIP
    '双方的工作范围不同'

Names are loaded when they are asked for, so that `import cleanup` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.6.0"
__all__ = ["Cleaner", "Document", "Edit", "Finding", "Outcome", "Rule", "__version__", "clean"]

if TYPE_CHECKING:
    from cleanup.api import Cleaner, clean
    from cleanup.data import Document, Edit, Finding, Outcome, Rule


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in ("Cleaner", "clean"):
        return getattr(import_module("cleanup.api"), name)
    if name in __all__:
        return getattr(import_module("cleanup.data"), name)
    raise AttributeError(f"module 'cleanup' has no attribute {name!r}")
