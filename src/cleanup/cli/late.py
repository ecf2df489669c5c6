"""Commands whose modules are imported when they are called: all of them together take longer than a check."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


class LateCommands(MutableMapping[str, Any]):
    """Commands by name, in order; each is made when it is asked for."""

    def __init__(self, names: Sequence[str]) -> None:
        self._made: dict[str, Any] = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Any:
        if self._made[name] is None:
            self._made[name] = _made(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]


def commands_late(names: Sequence[str]) -> type[TyperGroup]:
    """A class of groups whose commands are modules of `cleanup.cli` of these names."""

    class Late(TyperGroup):
        def __init__(self, **attrs: Any) -> None:
            super().__init__(**attrs)
            self.commands = LateCommands(names)

    return Late


def _made(name: str) -> Any:
    """The command of a module, as Typer makes it of one that was registered."""
    module = import_module(f"cleanup.cli.{name}")
    holder = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
    # with a callback a single command stays one among commands, and keeps its name
    holder.callback()(lambda: None)
    if hasattr(module, "app"):
        holder.add_typer(module.app, name=name)
    else:
        holder.command(name, help=module.HELP)(getattr(module, name))
    group: Any = typer.main.get_command(holder)
    return group.commands[name]
