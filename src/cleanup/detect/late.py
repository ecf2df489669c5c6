"""Patterns that are compiled when they are first asked: most texts ask few of the hundreds that there are."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any, cast

import regex


class _Late:
    """Stands for a pattern. Its methods are taken over at the first use of each, so that later ones cost nothing."""

    def __init__(self, module: ModuleType, source: str, flags: int) -> None:
        self._how = (module, source, flags)

    def __getattr__(self, name: str) -> Any:
        module, source, flags = self._how
        # both modules keep what they compiled, but not for ever
        compiled = self.__dict__.get("_compiled")
        if compiled is None:
            compiled = self.__dict__["_compiled"] = module.compile(source, flags)
        value = getattr(compiled, name)
        self.__dict__[name] = value
        return value


def late_re(source: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern of `re` that is compiled at its first use."""
    return cast("re.Pattern[str]", _Late(re, source, flags))


def late_regex(source: str, flags: int = 0) -> regex.Pattern[str]:
    """A pattern of `regex` that is compiled at its first use."""
    return cast("regex.Pattern[str]", _Late(regex, source, flags))
