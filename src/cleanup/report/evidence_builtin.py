"""The evidence of built-ins in plain words: for the keys that a detector writes, the sentence they make.

A sentence that is "" is left out. An unforeseen shape raises, and is then shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cleanup.report.words import Words

Tell = Callable[[Mapping[str, Any], Words], str]

# Beyond so many powers of ten a number says no more.
_POWER = 6


def _cues(e: Mapping[str, Any], words: Words) -> str:
    return words(
        "evidence.cues", listed=words("join").join(f"{k} {float(v):+g}" for k, v in e["cues"].items())
    )


def _points(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.points", points=f"{float(e['points']):g}", place=words.of("place", e["place"]))


def _recurs(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.recurs", n=int(e["recurs_in"]), of=int(e["of_articles"]))


def _list(e: Mapping[str, Any], words: Words) -> str:
    key, n = "evidence.list_under" if e["under"] else "evidence.list", int(e["links"])
    return words(key, n=n, under=str(e["under"])) + (words("evidence.to_the_end") if e["to_the_end"] else "")


def _misread(e: Mapping[str, Any], words: Words) -> str:
    again = "_again" if e["rounds"] > 1 else ""
    return words(
        f"evidence.misread{again}", right=str(e["encoding"]), wrong=str(e["read_as"]), n=int(e["rounds"])
    )


def _proof(e: Mapping[str, Any], words: Words) -> str:
    gain = float(e["evidence_log10"])
    times = words("power", n=f"{gain:.0f}") if gain > _POWER else f"{10**gain:,.0f}"
    how = words("evidence.proof_by", times=times) if gain > 0 else words("evidence.in_company")
    return words("evidence.proof", how=how)


def _escaped(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.escaped", n=int(e["escaped"]), means=str(e["means"]) or "?")


def _to_simplified(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.to_simplified", n=int(e["traditional"]), others=int(e["others_in_mixed_clauses"]))


def _to_traditional(e: Mapping[str, Any], words: Words) -> str:
    return words("evidence.to_traditional", n=int(e["simplified"]), by=words.of("by", e["by"]))


def _costume(e: Mapping[str, Any], words: Words) -> str:
    costume = str(e["costume"])
    if not costume.strip():
        return words("evidence.costume_blank")
    return words("evidence.costume", costume=costume, slot=words.of("slot", e["slot"]))


def _named(key: str, field: str) -> Tell:
    """A sentence with one value in it; none where the value is empty."""

    def tell(e: Mapping[str, Any], words: Words) -> str:
        value = e[key]
        if not isinstance(value, str):
            raise TypeError("not a string")
        return words(f"evidence.{key}", **{field: value}) if value else ""

    return tell


def _numbered(key: str) -> Tell:
    """A sentence that counts."""

    def tell(e: Mapping[str, Any], words: Words) -> str:
        value = e[key]
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError("not a count")
        return words(f"evidence.{key}", n=value)

    return tell


TELL: tuple[tuple[tuple[str, ...], Tell], ...] = (
    (("cues",), _cues),
    (("points", "place"), _points),
    (("recurs_in", "of_articles"), _recurs),
    (("under", "links", "to_the_end"), _list),
    (("stuck",), lambda e, words: words("evidence.stuck", what=words.of("stuck", e["stuck"]))),
    (("similarity",), lambda e, words: words("evidence.similarity", n=f"{float(e['similarity']):g}")),
    (("share", "pieces"), lambda e, words: words("evidence.share", share=f"{float(e['share']):.0%}")),
    (("encoding", "read_as", "rounds"), _misread),
    (("left",), lambda e, words: words("evidence.misread_left", reads=str(e["left"])) if e["left"] else ""),
    (("evidence_log10",), _proof),
    (("escaped", "means"), _escaped),
    (("code_point",), _named("code_point", "code")),
    (("char", "pinyin"), lambda e, words: words("evidence.pinyin", char=e["char"], pinyin=e["pinyin"])),
    (("characters",), _numbered("characters")),
    (("lines",), _numbered("lines")),
    (
        ("same_pair", "pairs"),
        lambda e, words: words("evidence.same_pair", n=int(e["same_pair"]), pairs=int(e["pairs"])),
    ),
    (("traditional", "others_in_mixed_clauses"), _to_simplified),
    (("simplified", "by"), _to_traditional),
    (("word",), _named("word", "word")),
    (("costume", "blanks", "slot"), _costume),
    (("in_article",), _numbered("in_article")),
    (("handle",), _named("handle", "handle")),
    (("service",), _named("service", "service")),
    (("tag",), _named("tag", "tag")),
    (("number",), _named("number", "number")),
    (("domain",), _named("domain", "domain")),
    (("site",), _named("site", "site")),
    (("call",), _named("call", "call")),
    (("disguised",), lambda e, words: words("evidence.disguised") if e["disguised"] else ""),
    (("glue",), lambda e, words: words.of("glue", e["glue"])),
    (("reads",), _named("reads", "reads")),
)
