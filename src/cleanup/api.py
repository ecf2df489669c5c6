"""What Python code calls: `clean(text)` and `Cleaner().frame(df)`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cleanup import pipeline
from cleanup.data import Apply, Document, Outcome
from cleanup.verify import load_verified

if TYPE_CHECKING:
    import pandas as pd


class Cleaner(pipeline.Cleaner):
    """A cleaner with the shipped rules and those of `rules` (files or folders).

    apply  "auto" (default), "suggest" (auto and suggest), or "none"
    lang   language of messages, "zh" or "en"
    off    ids of rules not to use
    """

    def __init__(
        self,
        rules: Sequence[str | Path] = (),
        *,
        apply: Apply = "auto",
        lang: pipeline.Lang = "zh",
        off: Sequence[str] = (),
    ) -> None:
        super().__init__(load_verified([Path(p) for p in rules]).without(off), apply=apply, lang=lang)

    def frame(self, df: pd.DataFrame, *, text: str = "text", id: str = "id") -> pd.DataFrame:
        """The frame with its text column cleaned; rows, order, index and other columns unchanged.

        A cell that is not a string stays as it is. Raises KeyError where there is no text column.
        """
        names = df[id].astype(str) if id in df.columns else df.index.astype(str)
        cleaned = [
            self.clean(Document(name, value)).text if isinstance(value, str) else value
            for name, value in zip(names, df[text], strict=True)
        ]
        out = df.copy(deep=False)
        out[text] = type(df[text])(cleaned, index=df.index, dtype=df[text].dtype)
        return out


@lru_cache(maxsize=1)
def _default() -> Cleaner:
    return Cleaner()


def clean(text: str) -> Outcome:
    """The outcome for one text under the shipped rules: `.text`, and `.findings` that explain it."""
    return _default().clean(Document("text", text))
