"""JSON Lines: a line is a record. Lines that do not change are copied byte for byte; in those that
do, only the text field does: other values keep their bytes, fields their order.

The encoding of a file is decided on its head, and every line is read in it. A line that is not of it, as dumps
that were put together hold, is read in its own where that is certain, and is a reject where it is not.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from cleanup.compression import position
from cleanup.dumps.article import article_of, id_of
from cleanup.dumps.encoding import Choice, Unreadable, undecodable
from cleanup.dumps.lines import Ids, Lines, as_utf8
from cleanup.dumps.packing import opened
from cleanup.dumps.page import is_page
from cleanup.dumps.record import Fields, InputFile, Piece, Record, Reject, cut, finish, too_long

__all__ = ["finish", "page", "pieces", "read", "records", "rewrite"]

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of a file with what reading them takes: how often the id of each stood in the file before, the encoding
    of the file, and the bytes left out of those that are too long, by their index.
    """

    lines: tuple[bytes, ...]
    before: tuple[int, ...]
    choice: Choice
    over: dict[int, int]


def pieces(file: InputFile, *, fields: Fields, encoding: str) -> Iterator[Piece]:
    """The lines of a file, in stretches. Their ids are read here: what was there before only the whole file tells."""
    with opened(file) as f:
        lines = Lines(f, encoding)
        choice, ids, first, at = lines.choice, _Ids(fields), 1, 0
        rows = ((raw, (0 if over else ids.before(raw, choice), over)) for raw, over in lines)
        for run in cut(rows):
            raws = tuple(raw for raw, _ in run)
            left_out = {i: over for i, (_, (_, over)) in enumerate(run) if over}
            held = _Lines(raws, tuple(before for _, (before, _) in run), choice, left_out)
            size, before = sum(map(len, raws)) + sum(left_out.values()), at
            at = position(f) if file.packing else before + size
            yield Piece(file, first, size, fields, encoding, held, at - before)
            first += len(run)


def records(piece: Piece) -> Iterator[Record]:
    """The records of some lines, blank lines among them. A bad line is a reject and costs that line."""
    held: _Lines = piece.held
    name, folder = piece.file.name, piece.file.folder
    for i, (raw, before) in enumerate(zip(held.lines, held.before, strict=True)):
        n = piece.first + i
        if over := held.over.get(i):
            yield Record(b"", reject=too_long(name, n, len(raw) + over), told=raw)
            continue
        yield _record(raw, name, n, folder, piece.fields, held.choice, before)


def read(path: Path, name: str, *, fields: Fields, encoding: str) -> Iterator[Record]:
    """The records of a file."""
    file = InputFile(path, name, "jsonl", path.stat().st_size)
    for piece in pieces(file, fields=fields, encoding=encoding):
        yield from records(piece)


def apart(raw: bytes, name: str, folder: str, fields: Fields, choice: Choice) -> Record:
    """The record of a line that is read apart from its file: its line is 0, and nothing stood in front of it."""
    return _record(raw, name, 0, folder, fields, choice, 0)


class _Ids:
    """How often the id of a line stood in its file before. A line that is no record has none."""

    def __init__(self, fields: Fields) -> None:
        self._ids = Ids()
        self._decoder = _keys(fields)

    def before(self, raw: bytes, choice: Choice) -> int:
        try:
            line = raw if choice.encoding == "utf-8" else as_utf8(raw, choice)[0]
            keys = self._decoder.decode(line.removeprefix(codecs.BOM_UTF8))
        except (UnicodeDecodeError, Unreadable):
            return 0
        except (msgspec.DecodeError, RecursionError):
            # a line that is not of its file's encoding, perhaps
            if choice.encoding != "utf-8" or raw.isascii():
                return 0
            try:
                keys = self._decoder.decode(as_utf8(raw, choice)[0])
            except (UnicodeDecodeError, Unreadable, msgspec.DecodeError, RecursionError):
                return 0
        if keys.text is msgspec.UNSET or not bytes(keys.text).startswith(b'"'):
            return 0
        try:
            key = getattr(keys, "id", keys.text)
            article = _name(None if key is msgspec.UNSET else key)
        except msgspec.DecodeError:
            return 0
        return self._ids.before(article)


def _keys(fields: Fields) -> Any:
    """What reads the id and the text of a line, and passes over the rest of it."""
    raw = msgspec.Raw | msgspec.UnsetType
    names = {"text": fields.text} | ({"id": fields.id} if fields.id != fields.text else {})
    shape = msgspec.defstruct("Keys", [(n, raw, msgspec.UNSET) for n in names], rename=names)
    return msgspec.json.Decoder(shape)


def _record(
    raw: bytes, name: str, n: int, folder: str, fields: Fields, choice: Choice, before: int
) -> Record:
    bom = choice.bom if n <= 1 else b""
    body = raw.removeprefix(bom)
    try:
        line, choice = as_utf8(body, choice)
        if not line.strip():
            return Record(raw)
        values = _OBJECT.decode(line)
        text = _string(values, fields.text)
        title = _string(values, fields.title, needed=False)
        source = _string(values, fields.source, needed=False)
        article = _name(values.get(fields.id))
    except UnicodeDecodeError as e:
        return Record(raw, reject=_unreadable(name, n, undecodable(e)))
    except Unreadable as e:
        return Record(raw, reject=_unreadable(name, n, e))
    except _Bad as e:
        return Record(raw, reject=Reject(name, n, *e.args))
    except (msgspec.DecodeError, RecursionError) as e:
        return Record(raw, reject=_not_json(name, n, line, e))
    document = article_of(
        name,
        "jsonl",
        n,
        article=article,
        before=before,
        text=text or "",
        title=title or "",
        source=source or folder,
        fields=fields,
        choice=choice,
    )
    how = {"encoding": choice.encoding, "text_field": fields.text, "bom": bom, "derived": fields.html}
    return Record(raw, document, how=how)


def _unreadable(name: str, n: int, e: Unreadable) -> Reject:
    return Reject(name, n, e.reason, e.zh, e.en)


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
    try:
        value: Any = msgspec.json.decode(raw) if raw is not None else None
    except msgspec.ValidationError:  # a number beyond all floats is a name all the same
        return bytes(raw or b"").decode()
    return id_of(value)


def _not_json(name: str, n: int, body: bytes, e: Exception) -> Reject:
    """Which of the ways of not being a JSON object a line has."""
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


def page(record: Record) -> str | None:
    """The web page that the text of an article was extracted from, decoded again; None where the text is the field."""
    if not record.how["derived"]:
        return None
    line = record.raw.removeprefix(record.how["bom"]).decode(record.how["encoding"]).encode()
    text = _string(_OBJECT.decode(line), record.how["text_field"])
    return text if text and is_page(text) else None


def rewrite(record: Record, text: str) -> tuple[bytes, str]:
    """The line with another text, in the style it was written in; and "", as no encoding changes."""
    raw, encoding, bom = record.raw, str(record.how["encoding"]), bytes(record.how["bom"])
    body = raw[len(bom) :]
    line = body if encoding == "utf-8" else body.decode(encoding).encode()
    end = line[len(line.rstrip(b"\r\n")) :]
    values = _OBJECT.decode(line)
    key = record.how["text_field"]
    # \u escapes are kept where the text was written in them
    before = bytes(values[key])
    escaped = b"\\u" in before and before.isascii()
    after = _quoted(text, "ascii" if escaped else encoding)
    at = line.find(before)
    if at == line.rfind(before):
        # the one place where the value can stand: all around it stays, spacing and repeated keys too
        new = line[:at] + after + line[at + len(before) :]
        return bom + (new if encoding == "utf-8" else new.decode().encode(encoding)), ""
    values[key] = msgspec.Raw(after)
    comma, colon = (b", ", b": ") if b'": ' in line else (b",", b":")
    pairs = [_quoted(k, "ascii" if escaped else encoding) + colon + bytes(v) for k, v in values.items()]
    new = b"{" + comma.join(pairs) + b"}" + end
    return bom + (new if encoding == "utf-8" else new.decode().encode(encoding)), ""


def _quoted(text: str, encoding: str) -> bytes:
    """A JSON string, in UTF-8, with escapes for the characters that an encoding does not have."""
    string = json.dumps(text, ensure_ascii=encoding == "ascii")
    try:
        string.encode(encoding)
    except UnicodeEncodeError:
        string = "".join(c if _fits(c, encoding) else json.dumps(c)[1:-1] for c in string)
    return string.encode()


def _fits(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
