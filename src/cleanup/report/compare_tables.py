"""A comparison for other programs: all of its tables as JSON, and its counts as CSV in long form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cleanup.report.compare import Comparison, frames
from cleanup.report.table import cell

if TYPE_CHECKING:
    from pandas import DataFrame

_LONG = ("run", "by", "key", "count", "applied", "per_1000", "per_10000", "articles", "chars", "found_in")
_TESTED = ("change", "ratio", "p", "q")


def as_json(comparison: Comparison) -> str:
    """The frames as lists of objects, by name; what is not known is null."""
    tables = {name: _records(frame) for name, frame in frames(comparison).items()}
    return json.dumps(tables, ensure_ascii=False, indent=1) + "\n"


def as_csv(comparison: Comparison) -> str:
    """A row for each run, dimension and key, with the change of its findings (or rejects) since the run before."""
    frame = long(comparison)
    for column in ("run", "key"):
        frame[column] = [cell(v) for v in frame[column]]
    return str(frame.to_csv(index=False, lineterminator="\r\n"))


def long(comparison: Comparison) -> DataFrame:
    """The counts in long form: run, by, key, count, applied, …, and the change since the run before."""
    import pandas as pd

    tables = frames(comparison)
    parts = [
        frame.rename(columns={by: "key"}).assign(by=by)
        for by in ("rule", "kind", "tier", "source", "day", "reason")
        if (frame := tables.get(by)) is not None and len(frame)
    ]
    counts = pd.concat(parts) if parts else pd.DataFrame(columns=_LONG)
    tested = tables["change"].rename(columns={"after": "run"})
    tested = tested[tested["measure"] != "articles"][["run", "by", "key", *_TESTED]]
    whole = counts.reindex(columns=_LONG).merge(tested, on=["run", "by", "key"], how="left")
    whole["change"] = whole["change"].fillna("")
    for column in ("count", "applied", "articles", "chars", "found_in"):
        whole[column] = whole[column].astype("Int64")
    return whole


def _records(frame: DataFrame) -> list[dict[str, object]]:
    plain = frame.astype(object).where(frame.notna(), None)
    rows: list[dict[str, object]] = plain.to_dict("records")
    return rows
