"""report.html: one page, in one file, that shows a person what a run found and made."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from cleanup.builtin import BUILT_IN
from cleanup.chars import is_han
from cleanup.data import KINDS, TIERS, Outcome, Rule, Tier
from cleanup.decode.abstained import note
from cleanup.report.evidence import sentences
from cleanup.report.inline import (
    Block,
    Mark,
    Piece,
    blocks,
    code_point,
    code_point_name,
    marks,
    plain,
    shortened,
    spelled,
)
from cleanup.report.words import Lang, Words
from cleanup.rules import RuleSet

if TYPE_CHECKING:
    from jinja2 import Environment

# A page larger than this is slow to open and refused by some mail gates.
MAX_BYTES = 5_000_000
# Rows of a table: a dump may have thousands of sources, and summary.json has them all.
_ROWS_MAX = 100
# Characters of a name (an id, a file, a source) that the page shows.
_NAME_MAX = 160
# Characters of a change that a note or a label repeats; the text has all of them.
_ECHO_MAX = 48


@dataclass(frozen=True, slots=True)
class _Group:
    """The findings of one rule in one article."""

    rule: str
    message: str
    why: str
    why_lang: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Article:
    """What the template of an article is given."""

    number: int
    heading: str
    place: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    blocks: tuple[Block, ...]
    groups: tuple[_Group, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table of counts. `tiers` are those that it has findings of."""

    key: str
    total: int
    applied: int
    tiers: tuple[tuple[Tier, int], ...]
    more: Mapping[str, float]
    message: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    rows: tuple[_Row, ...]
    most: int
    left_out: int


def render(
    summary: Mapping[str, Any],
    outcomes: Sequence[Outcome],
    *,
    rules: RuleSet | Mapping[str, Rule],
    left_out: int,
    lang: Lang,
    title: str,
) -> str:
    """The page, at most MAX_BYTES of UTF-8: totals, tables, and the articles in the order given.

    `summary` is what summary.json holds. `articles`, `findings`, `by_rule`, `by_kind`, `by_tier` and
    `by_source` must be there (KeyError); `chars`, `by_verdict`, `rejected_reasons`, `versions` and
    `complete` need not. `left_out` are articles that the caller had no room for; those that do not
    fit the page are added to them, and the page says how many.
    """
    from markupsafe import Markup

    words = Words(lang)
    known = {r.id: r for r in rules.rules} if isinstance(rules, RuleSet) else rules
    environment = _environment()
    template = environment.get_template("article.html.j2")
    views = [_article(n, outcome, known, words) for n, outcome in enumerate(outcomes, 1)]
    # made by this environment, and so escaped by it
    made = [Markup(template.render(a=view, t=words)) for view in views]

    def page(keep: Sequence[int]) -> str:
        shown = [views[i] for i in keep]
        script = _script()
        return environment.get_template("report.html.j2").render(
            t=words,
            title=_name(title),
            lead=_lead(summary, words),
            complete=summary.get("complete", True),
            by_rule=_rule_table(summary["by_rule"], known, outcomes, words),
            by_kind=_table(summary["by_kind"]),
            by_tier=_table(summary["by_tier"], order=TIERS),
            by_source=_source_table(summary["by_source"]),
            verdicts=_counts(summary.get("by_verdict", {})),
            reasons=_counts(summary.get("rejected_reasons", {})),
            versions=[(plain(str(k)), _name(str(v))) for k, v in summary.get("versions", {}).items()],
            articles=[(view, made[i]) for i, view in zip(keep, shown, strict=True)],
            left_out=left_out + len(views) - len(keep),
            options=_options(shown),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            style=Markup(_file("report.css")),
        )

    return _fit(page, [len(m.encode()) for m in made])


def _fit(page: Any, sizes: Sequence[int]) -> str:
    """The page with as many articles, in order, as MAX_BYTES hold; one that is too long alone is passed over."""
    room = MAX_BYTES - len(page(()).encode())
    keep: list[int] = []
    for i, size in enumerate(sizes):
        if size <= room:
            keep.append(i)
            room -= size
    made: str = page(keep)
    # entries of the contents and the filter come on top of the articles
    while keep and len(made.encode()) > MAX_BYTES:
        keep.pop()
        made = page(keep)
    return made


@lru_cache(maxsize=1)
def _environment() -> Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("cleanup.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters |= {
        "code_point": code_point,
        "code_point_name": code_point_name,
        "lang_of": _lang_of,
        "short": _short,
    }
    environment.globals |= {"say": _say, "what": _what, "evidence": sentences}
    return environment


@lru_cache(maxsize=2)
def _file(name: str) -> str:
    return (resources.files("cleanup.report") / name).read_text("utf-8")


def _script() -> str:
    return _file("report.js")


def _name(text: str) -> str:
    """A name as the page shows it: on one line, nothing invisible in it, and not without end."""
    return plain(text if len(text) <= _NAME_MAX else text[:_NAME_MAX] + "…")


def _lang_of(text: str) -> str:
    """The language of a rule's own words, which come in one: Chinese if there is a Chinese character."""
    return "zh-Hans" if any(is_han(c) for c in text) else "en"


def _lead(summary: Mapping[str, Any], words: Words) -> list[str]:
    """The totals as sentences."""
    articles, findings = summary["articles"], summary["findings"]
    read = words("lead.read", n=articles["read"])
    if summary.get("chars"):
        read += words("lead.chars", n=summary["chars"])
    parts = [words("lead.changed", n=articles["changed"]), words("lead.unchanged", n=articles["unchanged"])]
    if articles["rejected"]:
        parts.append(words("lead.rejected", n=articles["rejected"]))
    found = [words("lead.found", n=findings["total"])]
    if findings["total"]:
        found.append(words("lead.applied", n=findings["applied"]))
    if rest := findings["total"] - findings["applied"]:
        found.append(words("lead.open", n=rest))
    comma = words("lead.comma")
    return [
        read + words("lead.colon") + comma.join(parts) + words("lead.period"),
        comma.join(found) + words("lead.period"),
    ]


def _table(counts: Mapping[str, Mapping[str, int]], *, order: Sequence[str] = ()) -> _Table:
    """Rows of counts per tier, the most first, or in a given order."""
    rows = []
    for key, n in counts.items():
        tiers = tuple((tier, n[tier]) for tier in TIERS if n.get(tier))
        rows.append(_Row(key, sum(c for _, c in tiers), n.get("applied", 0), tiers, {}))
    return _ranked(rows, order)


def _rule_table(
    counts: Mapping[str, Mapping[str, int]],
    known: Mapping[str, Rule],
    outcomes: Sequence[Outcome],
    words: Words,
) -> _Table:
    """Rules with their message and kind, which for findings of no rule file are those of a finding."""
    told = {f.rule: (f.message, f.kind) for o in outcomes for f in o.findings}
    table = _table(counts)
    rows = []
    for row in table.rows:
        rule = known.get(row.key)
        message, kind = (rule.message[words.lang], rule.kind) if rule else told.get(row.key, ("", ""))
        name = words.name("kind", kind) if kind else ""
        rows.append(_Row(row.key, row.total, row.applied, row.tiers, {}, plain(message), name))
    return _Table(tuple(rows), table.most, table.left_out)


def _source_table(counts: Mapping[str, Mapping[str, int]]) -> _Table:
    rows = [_Row(key, n.get("findings", 0), n.get("applied", 0), (), n) for key, n in counts.items()]
    table = _ranked(rows)
    shown = ("articles", "changed", "truncated", "untitled", "empty", "quality")
    named = tuple(
        _Row(_name(r.key), r.total, r.applied, (), {k: r.more.get(k, 0) for k in shown}) for r in table.rows
    )
    return _Table(named, table.most, table.left_out)


def _ranked(rows: Sequence[_Row], order: Sequence[str] = ()) -> _Table:
    place = {key: i for i, key in enumerate(order)}
    ranked = sorted(rows, key=lambda r: (place.get(r.key, len(order)), -r.total, r.key))
    most = max((r.total for r in rows), default=0)
    return _Table(tuple(ranked[:_ROWS_MAX]), most, max(0, len(ranked) - _ROWS_MAX))


def _counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda x: (-x[1], x[0]))[:_ROWS_MAX]


def _options(shown: Sequence[_Article]) -> dict[str, list[str]]:
    """What the filter offers: kinds, tiers and rules that some shown article has."""
    found = [m.finding for a in shown for g in a.groups for m in g.marks]
    kinds = {f.kind for f in found}
    tiers = {f.tier for f in found}
    return {
        "kind": [k for k in KINDS if k in kinds],
        "tier": [t for t in TIERS if t in tiers],
        "rule": sorted({f.rule for f in found}),
    }


def _article(number: int, outcome: Outcome, known: Mapping[str, Rule], words: Words) -> _Article:
    document = outcome.document
    title = str(document.meta.get("title") or "").strip()
    exact = bool(document.meta.get("text_offset_exact", False))
    found = marks(outcome)
    states = [m.state for m in found if not m.lost_to]
    heading = title or document.article
    place = [document.file]
    if not exact:
        place.append(words("record", n=document.record))
    place += [document.article, document.source]
    return _Article(
        number=number,
        heading=_name(heading),
        place=tuple(dict.fromkeys(_name(p) for p in place if p and p != heading)),
        counts=tuple((s, n) for s in ("done", "open", "flag") if (n := states.count(s))),
        notes=tuple(_name(n) for n in (*outcome.notes, note(outcome, words.lang)) if n),
        blocks=tuple(blocks(document.text, found)),
        groups=tuple(_groups(found, known, words)),
        exact=exact,
    )


def _groups(found: Sequence[Mark], known: Mapping[str, Rule], words: Words) -> list[_Group]:
    """Findings by rule, in the order in which the article first meets each."""
    by_rule: dict[str, list[Mark]] = {}
    for mark in found:
        by_rule.setdefault(mark.finding.rule, []).append(mark)
    out = []
    for rule_id, group in by_rule.items():
        rule = known.get(rule_id)
        message = rule.message[words.lang] if rule else group[0].finding.message
        code = BUILT_IN.get(rule_id)
        why = rule.why if rule else code.why if code else ""
        out.append(_Group(rule_id, plain(message), plain(why), _lang_of(why), tuple(group)))
    return out


def _what(mark: Mark, words: Words) -> str:
    """The change in words: what cannot be seen must be heard."""
    if mark.action == "flag":
        return words("say.flag", old=_echo(mark.old)) if mark.old else words("say.flag_gap")
    key = mark.action if mark.state == "done" else f"open_{mark.action}"
    return words(f"say.{key}", old=_echo(mark.old), new=_echo(mark.new))


def _say(mark: Mark, message: str, words: Words) -> str:
    return words("say", n=mark.number, what=_what(mark, words), message=message)


def _short(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    return shortened(pieces, _ECHO_MAX)


def _echo(pieces: Sequence[Piece]) -> str:
    return spelled(_short(pieces))
