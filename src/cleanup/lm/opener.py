"""A model by its path, open once a process: what a worker is told instead of being handed a model."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # numpy takes a tenth of a second, and a run may never ask the model
    from cleanup.lm.model import Model


@cache
def opened(path: Path) -> Model:
    """The model of a file. Raises ModelError."""
    from cleanup.lm.model import Model

    return Model.open(path)
