"""The config of the repository, as defaults of options: what it lists is added to what the command line lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanup.cli.voice import Voice, errors_told, start_lang, told

if TYPE_CHECKING:
    from cleanup.config import Config

_NONE = "none"


def _read(context: typer.Context, value: Path | None) -> Path | None:
    """Find and read the config before any other option is looked at, and make its values their defaults."""
    from cleanup.config import Config, find, read

    if context.resilient_parsing:
        return value
    with errors_told(Voice(start_lang())):
        path = None if value == Path(_NONE) else value or find(Path.cwd())
        config = read(path) if path else Config()
    context.obj = config
    defaults: dict[str, Any] = {
        "shipped": config.shipped,
        "prior": config.prior,
        "encoding": config.encoding,
        "id_field": config.fields.id,
        "text_field": config.fields.text,
        "source_field": config.fields.source,
        "title_field": config.fields.title,
        "min_tier": config.check.min_tier,
        "min_confidence": config.check.min_confidence,
        "max_damage": config.check.max_damage,
        "digest": config.check.digest,
    }
    if config.lang:
        defaults["lang"] = config.lang
    if config.model:
        defaults["model"] = str(config.model)
    context.default_map = defaults
    return value


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        is_eager=True,
        callback=_read,
        help=told(
            "配置文件；默认用本文件夹或其上最近的 cleanup.toml 或 pyproject.toml，none 为不用。",
            "Config file; by default the nearest cleanup.toml or pyproject.toml at or above this folder; none for none.",
        ),
        show_default=False,
    ),
]


def configured(context: typer.Context) -> Config:
    """The config that a command was called under; one that says nothing where it takes none."""
    from cleanup.config import Config

    return context.obj if isinstance(context.obj, Config) else Config()


def with_rules(context: typer.Context, value: list[Path]) -> list[Path]:
    return [*configured(context).rules, *value]


def with_off(context: typer.Context, value: list[str]) -> list[str]:
    return [*configured(context).off, *value]


def with_channels(context: typer.Context, value: list[Path]) -> list[Path]:
    return [*configured(context).channels, *value]


def with_protected(context: typer.Context, value: list[Path]) -> list[Path]:
    return [*configured(context).protected, *value]
