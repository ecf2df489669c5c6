"""Edits made in the files themselves: a file is replaced whole or not at all, and keeps its mode."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cleanup import edits as ed
from cleanup.data import Edit
from cleanup.dumps.formats import FORMATS, read, same_kind
from cleanup.dumps.record import Fields, InputFile

# Formats that can be written as they were read.
FIXED = frozenset({"txt", "md", "jsonl", "csv", "tsv", "parquet"})


class Moved(Exception):
    """A file is no longer what was checked, and is left alone."""


class Unwritable(Exception):
    """A repair has a character that the encoding of its file, which this names, does not have."""


def fix(
    file: InputFile,
    made: Mapping[int, tuple[str, Sequence[Edit]]],
    *,
    fields: Fields,
    encoding: str,
) -> None:
    """Make edits in a file.

    made  by record (the line of one in its file, 1 for a file that is one article): its text as it was checked, and
          the edits, in offsets of it
    Raises OSError where it cannot be written, Moved where a text is not what was checked, Unwritable; the file is then
    as it was.
    """
    target = Path(os.path.realpath(file.path))
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".mended", dir=target.parent)
    os.close(descriptor)
    mended = Path(name)
    try:
        with same_kind(file, mended, fields) as out:
            waiting = dict(made)
            for record in read(file, fields, encoding):
                document = record.document
                own = waiting.pop(document.record, None) if document else None
                if document is None or own is None:
                    out.write(record.raw)
                    continue
                text, edits = own
                if document.text != text:
                    raise Moved
                data, other = FORMATS[file.format].rewrite(
                    record, ed.apply(text, sorted(edits, key=ed.by_place))
                )
                if other:
                    raise Unwritable(document.meta.get("encoding"))
                out.write(data)
            if waiting:
                raise Moved
        with mended.open("rb+") as f:
            os.fsync(f.fileno())
        shutil.copymode(target, mended)
        mended.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            mended.unlink()
        raise
