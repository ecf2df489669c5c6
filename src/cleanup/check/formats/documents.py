"""JSON of a document, whatever its values hold."""

from __future__ import annotations

import re
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_document(values: Any) -> str:
    """The values as JSON that a person can read, too, with a newline at its end.

    A file name that is not UTF-8 reaches us with lone surrogates, which no document can hold: they become U+FFFD.
    """
    import msgspec

    try:
        raw = msgspec.json.encode(values)
    except UnicodeEncodeError:
        raw = msgspec.json.encode(_writable(msgspec.to_builtins(values)))
    return msgspec.json.format(raw, indent=2).decode() + "\n"


def writable(text: str) -> str:
    """The text with U+FFFD for lone surrogates."""
    return _SURROGATE.sub("\ufffd", text)


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, dict):
        return {_writable(k): _writable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(v) for v in value]
    return value
