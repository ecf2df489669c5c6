"""Which findings are meant, and whether a run has such."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from cleanup.data import Finding
from cleanup.errors import UsageError

_KINDS = {
    "item": ("条目", "item"),
    "rule": ("规则", "rule"),
    "article": ("文章", "article"),
    "source": ("来源", "source"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters: a finding is meant where it fits one of each kind that names something.

    items     names of channel items, as strip:范
    articles  ids, or file:record, which is unique in a run
    """

    items: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def takes(self, f: Finding) -> bool:
        """Whether a finding is meant.

        An edit that was melted of several, as one that reaches into what another wrote is, cannot be taken apart.
        It is meant where its last part is, or where an earlier one is and it wrote something, which that part may
        have brought about.
        """
        if self.articles and f.article not in self.articles and place_of(f) not in self.articles:
            return False
        if self.sources and f.source not in self.sources:
            return False
        items, rules = {str(f.evidence.get("item", ""))}, {f.rule}
        if f.replacement:
            items |= set(f.evidence.get("melted_items", ()))
            rules |= set(f.evidence.get("melted_from", ()))
        return (not self.items or bool(self.items & items)) and (not self.rules or bool(self.rules & rules))

    @property
    def whole_items(self) -> bool:
        """Whether items are meant as such, and not some of their places."""
        return bool(self.items) and not self.rules and not self.articles

    @property
    def told(self) -> Mapping[str, list[str]]:
        """The filters that name something, for the record."""
        named = {"item": self.items, "rule": self.rules, "article": self.articles, "source": self.sources}
        return {kind: sorted(names) for kind, names in named.items() if names}


def place_of(f: Finding) -> str:
    """An article by its place: a file and the line of its record."""
    return f"{f.file}:{f.record}"


def known(wanted: Wanted, findings: Iterable[Finding], items: Collection[str]) -> Wanted:
    """The filters with items by their full names. Raises UsageError for one that fits no finding of the run.

    items  names that channels of the run know, beside those of its findings
    """
    has: dict[str, set[str]] = {"item": set(items), "rule": set(), "article": set(), "source": set()}
    for f in findings:
        has["item"] |= {str(n) for n in (f.evidence.get("item"), *f.evidence.get("melted_items", ())) if n}
        has["rule"] |= {f.rule, *f.evidence.get("melted_from", ())}
        has["source"].add(f.source)
        if wanted.articles:
            has["article"] |= {f.article, place_of(f)}
    named = {
        kind: frozenset(_known(kind, name, has[kind]) for name in names)
        for kind, names in wanted.told.items()
    }
    return Wanted(*(named.get(kind, frozenset()) for kind in ("item", "rule", "article", "source")))


def _known(kind: str, name: str, names: Collection[str]) -> str:
    arrow = name.replace("->", "→")
    for spelling in (name, arrow):
        if spelling in names:
            return spelling
    if kind == "item":
        short = sorted(n for n in names if arrow in (n.partition(":")[2], n.rpartition(":")[2]))
        if len(short) == 1:
            return short[0]
        if short:
            raise UsageError(
                f"{name} 可以指几个条目：{' '.join(short)}；请写全名",
                f"{name} may be any of {' '.join(short)}; name it in full",
            )
    zh, en = _KINDS[kind]
    word = arrow.rpartition(":")[2]
    near = [n for n in sorted(names) if kind == "item" and word and n.endswith(f":{word}")]
    near = [*dict.fromkeys([*near, *get_close_matches(arrow, names, 3, 0.5)])][:3]
    hint_zh = f"；是否指 {'、'.join(near)}？" if near else ""
    hint_en = f"; did you mean {', '.join(near)}?" if near else ""
    if not near and 0 < len(names) <= 12:
        hint_zh, hint_en = f"；有 {'、'.join(sorted(names))}", f"; it has {', '.join(sorted(names))}"
    raise UsageError(
        f"这次运行的发现里没有{zh} {name}{hint_zh}", f"no finding of the run is of {en} {name}{hint_en}"
    )
