"""What Python code calls: `clean(text)` and `Cleaner().frame(df)`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from cleanup import pipeline
from cleanup.channel.files import read_channels
from cleanup.channel.prior import shipped_prior
from cleanup.data import Apply, Document, Outcome
from cleanup.flow import TOGETHER
from cleanup.verify import load_verified

if TYPE_CHECKING:
    import pandas as pd


class Cleaner(pipeline.Cleaner):
    """A cleaner with the shipped rules and those of `rules` (files or folders).

    apply  "auto" (default), "suggest" (auto and suggest), or "none"
    lang   language of messages, "zh" or "en"
    off    ids of rules not to use
    prior  whether documents of sources without a channel are judged by what farms do in general and by themselves
    channels  a channel file, a folder of them, or the folder of a run: documents are repaired by the channel of
           their source, too

    Raises RuleError, ChannelError for files that do not load.
    """

    def __init__(
        self,
        rules: Sequence[str | Path] = (),
        *,
        apply: Apply = "auto",
        lang: pipeline.Lang = "zh",
        off: Sequence[str] = (),
        channels: str | Path | None = None,
        prior: bool = True,
    ) -> None:
        super().__init__(
            load_verified([Path(p) for p in rules]).without(off),
            apply=apply,
            lang=lang,
            channels=() if channels is None else read_channels(Path(channels)),
            prior=shipped_prior() if prior else None,
        )

    def frame(
        self, df: pd.DataFrame, *, text: str = "text", id: str = "id", source: str = "source"
    ) -> pd.DataFrame:
        """The frame with its text column cleaned; rows, order, index and other columns unchanged.

        The source column, if there is one, says whose channel a row is repaired by.
        A cell that is not a string stays as it is. Raises KeyError where there is no text column.
        """
        names = df[id].astype(str) if id in df.columns else df.index.astype(str)
        sources = df[source].astype(str) if source in df.columns else repeat("")
        cleaned = list(df[text])
        documents = [
            (row, Document(name, value, own))
            for row, (name, value, own) in enumerate(zip(names, cleaned, sources, strict=False))
            if isinstance(value, str)
        ]
        for at in range(0, len(documents), TOGETHER):
            rows, together = zip(*documents[at : at + TOGETHER], strict=True)
            for row, outcome in zip(rows, self.clean_many(together), strict=True):
                cleaned[row] = outcome.text
        out = df.copy(deep=False)
        out[text] = type(df[text])(cleaned, index=df.index, dtype=df[text].dtype)
        return out


@lru_cache(maxsize=1)
def _default() -> Cleaner:
    return Cleaner()


def clean(text: str) -> Outcome:
    """The outcome for one text under the shipped rules: `.text`, and `.findings` that explain it."""
    return _default().clean(Document("text", text))
