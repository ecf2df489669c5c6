"""The article of a record, be it a line of JSON or a row of a table in text or in Parquet."""

from __future__ import annotations

from typing import Any

from cleanup.data import Document
from cleanup.dumps.encoding import Choice
from cleanup.dumps.page import extract, is_page
from cleanup.dumps.record import Fields


def article_of(
    file: str,
    form: str,
    row: int,
    *,
    article: str,
    before: int,
    text: str,
    title: str,
    source: str,
    fields: Fields,
    choice: Choice,
) -> Document:
    """The article of a record, the `row`th of a file of a format.

    article  its id, if it has one, which stood in the file `before` so many times
    """
    if not article:
        article = f"{file}:{row}"
    elif before:
        article = f"{article}#{before + 1}"
    meta: dict[str, Any] = {
        "format": form,
        "line": row,
        "title": title,
        "text_offset_exact": False,
        "encoding": choice.encoding,
        "encoding_sure": choice.sure,
        "encoding_by": choice.by,
    }
    if fields.html and text and is_page(text):
        page = extract(text)
        text = page.text
        meta |= {
            "title": title or page.title,
            "date": page.date,
            "site": page.site,
            "author": page.author,
            "list_page": page.links,
        }
    return Document(article, text, source, file, row, meta)


def id_of(value: Any) -> str:
    """An id as text: a string as it stands, a number by its digits, anything else as no id."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return value if isinstance(value, str) else str(value)
