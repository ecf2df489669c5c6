"""JSON Lines: a line is a record. Lines that do not change are copied byte for byte; in those that
do, only the text field does: other values keep their bytes, fields their order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from cleanup.data import Document
from cleanup.dumps.page import extract, is_page
from cleanup.dumps.record import Fields, Record, Reject
from cleanup.dumps.text import undecodable

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BOM = b"\xef\xbb\xbf"


def read(path: Path, name: str, *, fields: Fields, encoding: str) -> Iterator[Record]:
    """The records of a file, blank lines among them. A bad line is a reject and costs that line."""
    ids: dict[bytes, int] = {}
    folder = path.resolve().parent.name
    with path.open("rb") as f:
        for n, raw in enumerate(f, 1):
            yield _record(raw, name, n, folder, fields, encoding, ids)


def _record(
    raw: bytes, name: str, n: int, folder: str, fields: Fields, encoding: str, ids: dict[bytes, int]
) -> Record:
    body = raw.removeprefix(_BOM) if n == 1 else raw
    if not body.strip():
        return Record(raw)
    try:
        line = body if encoding == "utf-8" else body.decode(encoding).encode()
        values = _OBJECT.decode(line)
        text = _string(values, fields.text)
        title = _string(values, fields.title, needed=False)
        source = _string(values, fields.source, needed=False)
        article = _name(values.get(fields.id))
    except UnicodeDecodeError as e:
        return Record(raw, reject=undecodable(name, n, e))
    except _Bad as e:
        return Record(raw, reject=Reject(name, n, *e.args))
    except (msgspec.DecodeError, RecursionError) as e:
        return Record(raw, reject=_not_json(name, n, body, e))
    article = _unrepeated(article, ids) if article else f"{name}:{n}"
    meta = {"format": "jsonl", "line": n, "title": title or "", "text_offset_exact": False}
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
    document = Document(article, text or "", source or folder, name, n, meta)
    return Record(
        raw, document, how={"encoding": encoding, "text_field": fields.text, "derived": fields.html}
    )


class _Bad(Exception):
    """A record whose fields cannot be used: (reason, zh, en)."""


def _string(values: dict[str, msgspec.Raw], key: str, *, needed: bool = True) -> str | None:
    """A field that must be a string; one that is not needed may be anything, and then is None."""
    raw = values.get(key)
    if raw is None:
        if not needed:
            return None
        raise _Bad(
            "no_text",
            f"没有 {key} 字段(有 {'、'.join(values) or '空对象'});正文在别的字段时请用 --text-field",
            f"has no field {key} (it has {', '.join(values) or 'none'}); if the text is in another, use --text-field",
        )
    value = msgspec.json.decode(raw)
    if isinstance(value, str):
        return value
    if not needed:
        return None
    kind = {type(None): "null", bool: "bool", int: "number", float: "number"}.get(
        type(value), type(value).__name__
    )
    raise _Bad("text_not_string", f"{key} 是 {kind}，不是字符串", f"{key} is a {kind}, not a string")


def _name(raw: msgspec.Raw | None) -> str:
    """The id as text: a string as it stands, a number by its digits, anything else as no id."""
    value: Any = msgspec.json.decode(raw) if raw is not None else None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return value if isinstance(value, str) else str(value)


def _unrepeated(article: str, ids: dict[bytes, int]) -> str:
    """The id, with #2, #3 … where it stood earlier in the file. Keeps 8 bytes an id, not the ids."""
    key = hashlib.blake2b(article.encode(), digest_size=8).digest()
    ids[key] = ids.get(key, 0) + 1
    return article if ids[key] == 1 else f"{article}#{ids[key]}"


def _not_json(name: str, n: int, body: bytes, e: Exception) -> Reject:
    """Which of the ways of not being a JSON object a line has."""
    try:
        body.decode()
    except UnicodeDecodeError as bad:
        return undecodable(name, n, bad)
    if isinstance(e, msgspec.ValidationError):
        return Reject(
            name, n, "not_an_object", "这一行是 JSON，但不是对象", "the line is JSON and not an object"
        )
    if _has_lone_surrogate(body):
        return Reject(
            name,
            n,
            "lone_surrogate",
            "字符串里有孤立的代理项（\\ud800 之类）",
            "a string holds a lone surrogate, as \\ud800 is",
        )
    return Reject(name, n, "not_json", f"不是合法的 JSON:{e}", f"not valid JSON: {e}")


def _has_lone_surrogate(body: bytes) -> bool:
    """Whether the line would be JSON but for half a surrogate pair, which no encoding can write."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
    except (ValueError, RecursionError):
        return False
    return any("\ud800" <= c <= "\udfff" for c in text)


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The line with another text, in the style it was written in; and "", as no encoding changes."""
    raw, encoding = record.raw, str(record.how["encoding"])
    bom = _BOM if raw.startswith(_BOM) else b""
    body = raw[len(bom) :]
    end = body[len(body.rstrip(b"\r\n")) :]
    values = _OBJECT.decode(body if encoding == "utf-8" else body.decode(encoding).encode())
    key = record.how["text_field"]
    # \u escapes are kept where the text was written in them; in any other encoding they are needed
    escaped = encoding != "utf-8" or (b"\\u" in bytes(values[key]) and bytes(values[key]).isascii())
    values[key] = msgspec.Raw(json.dumps(text, ensure_ascii=escaped).encode())
    comma, colon = (b", ", b": ") if b'": ' in body else (b",", b":")
    pairs = [json.dumps(k, ensure_ascii=escaped).encode() + colon + bytes(v) for k, v in values.items()]
    line = b"{" + comma.join(pairs) + b"}"
    return bom + (line if encoding == "utf-8" else line.decode().encode(encoding)) + end, ""
