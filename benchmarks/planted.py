"""What `cleanup check` catches of damage planted into good articles, and how often it cries wolf on them undamaged.

    python benchmarks/planted.py [ARTICLES …] [--bench BENCH] [--sample N] [--kind K …] [--seed S] [--json] [--alarms]

ARTICLES are JSONL files of undamaged articles, by default tests/data/articles.jsonl. --bench adds clean.jsonl of a bench
folder, without its classical prose; of it N articles are taken, all by default. Into each article 1, 2 and 4 places of
damage of one kind are planted (`plants.py` tells how), and each is judged alone, as a check does: rules, the prior that
ships and the article itself, nothing learned.

caught   share of planted places that a finding touches, to within a character
right    share with a finding that repairs the place, or several of the planted places, exactly
stopped  share of articles with at least one place caught: the check would tell
alarms   findings in the same articles undamaged, for 100,000 characters

--alarms lists every finding in the undamaged articles instead.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleanup import edits as ed
from cleanup.channel.prior import shipped_prior
from cleanup.data import KINDS, Document, Edit, Finding, Tier
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified
from plants import COUNTS, KIND_OF, MAKERS, Planted, plant

OWN = Path(__file__).parent.parent / "tests" / "data" / "articles.jsonl"
# Not the prose that a check is for.
LEFT_OUT = frozenset({"classical-clean"})
REACHES: dict[str, tuple[Tier, ...]] = {
    "auto": ("auto",),
    "auto+suggest": ("auto", "suggest"),
    "all": ("auto", "suggest", "flag"),
}
THRESHOLDS = (0.0, 0.7, 0.8, 0.9, 0.95, 0.99)
TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    text: str
    title: str = ""

    def document(self, text: str | None = None) -> Document:
        return Document(self.id, self.text if text is None else text, meta={"title": self.title})


@dataclass(frozen=True, slots=True)
class Catch:
    """A finding that touches a planted place, and whether it repairs it."""

    tier: Tier
    confidence: float
    right: bool


@dataclass
class Tally:
    """What became of the planted places of one kind and number: one list of catches a place, by article."""

    articles: list[list[list[Catch]]] = field(default_factory=list)

    def shares(self, tiers: Sequence[Tier], confidence: float = 0.0) -> dict[str, float]:
        def counts(c: Catch) -> bool:
            return c.tier in tiers and c.confidence >= confidence

        places = [place for article in self.articles for place in article]
        caught = sum(any(counts(c) for c in place) for place in places)
        right = sum(any(counts(c) and c.right for c in place) for place in places)
        stopped = sum(any(counts(c) for place in article for c in place) for article in self.articles)
        return {
            "caught": caught / max(1, len(places)),
            "right": right / max(1, len(places)),
            "stopped": stopped / max(1, len(self.articles)),
        }


@dataclass
class Figures:
    """All of a set of articles: tallies by kind and number, and the findings in the articles undamaged."""

    size: int
    articles: int
    tallies: dict[tuple[str, int], Tally]
    alarms: list[tuple[str, Finding]]

    def alarms_per_100k(self, tiers: Sequence[Tier], confidence: float = 0.0, kind: str = "") -> float:
        n = sum(
            f.tier in tiers and f.confidence >= confidence and kind in ("", f.kind) for _, f in self.alarms
        )
        return n / self.size * 100_000

    def stopped_undamaged(self, tiers: Sequence[Tier]) -> float:
        """Share of the undamaged articles in which something is found."""
        return len({a for a, f in self.alarms if f.tier in tiers}) / max(1, self.articles)

    def curve(self, tiers: Sequence[Tier]) -> list[dict[str, float]]:
        """Mean over kinds of the share caught, numbers taken together, with the alarms, at each least confidence."""
        pooled: dict[str, Tally] = {}
        for (name, _), tally in self.tallies.items():
            pooled.setdefault(KIND_OF[name], Tally()).articles += tally.articles
        kinds = sorted(pooled)
        return [
            {
                "min_confidence": c,
                "caught": sum(pooled[k].shares(tiers, c)["caught"] for k in kinds) / max(1, len(kinds)),
                "right": sum(pooled[k].shares(tiers, c)["right"] for k in kinds) / max(1, len(kinds)),
                "alarms_per_100k": self.alarms_per_100k(tiers, c),
            }
            for c in THRESHOLDS
        ]


def read(path: Path) -> list[Article]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [Article(r["id"], r["text"], r.get("title", "")) for r in rows if r.get("source") not in LEFT_OUT]


def cleaner() -> Cleaner:
    """What a check asks: it changes nothing, so nothing is applied."""
    return Cleaner(load_verified(), prior=shipped_prior(), apply="none")


def judged(asked: Cleaner, documents: Iterable[Document]) -> Iterator[tuple[Finding, ...]]:
    waiting = list(documents)
    for at in range(0, len(waiting), TOGETHER):
        for outcome in asked.clean_many(waiting[at : at + TOGETHER]):
            yield outcome.findings


def _places(planted: Planted, edit: Edit) -> list[tuple[int, int]]:
    """Where a finding may tell of a planted edit: a paragraph said twice may go at either place."""
    places = [(edit.start, edit.end)]
    if KIND_OF[planted.kind] == "duplicate":
        said = planted.text[edit.start : edit.end].strip()
        first = planted.text.find(said)
        places.append((first, first + len(said)))
    return places


def catches(planted: Planted, findings: Iterable[Finding]) -> list[list[Catch]]:
    """For each planted edit the findings that touch it, to within a character."""
    found: list[list[Catch]] = [[] for _ in planted.edits]
    for f in findings:
        touched = [
            i
            for i, e in enumerate(planted.edits)
            if any(f.start <= b + 1 and a - 1 <= f.end for a, b in _places(planted, e))
        ]
        if not touched:
            continue
        right = f.edit is not None and _repairs(planted, f.edit, [planted.edits[i] for i in touched])
        for i in touched:
            found[i].append(Catch(f.tier, f.confidence, right))
    return found


def _repairs(planted: Planted, edit: Edit, gold: Sequence[Edit]) -> bool:
    text = planted.text
    if KIND_OF[planted.kind] == "duplicate" and not edit.replacement:
        gone = text[edit.start : edit.end].strip()
        return any(gone == text[e.start : e.end].strip() for e in gold)
    return ed.apply(text, [edit]) == ed.apply(text, gold)


def measure(
    asked: Cleaner,
    articles: Sequence[Article],
    kinds: Sequence[str],
    seed: str,
    counts: Sequence[int] = COUNTS,
) -> Figures:
    tallies = {}
    for kind in kinds:
        for n in counts:
            planted = [(a, p) for a in articles if (p := plant(kind, a.text, n, f"{seed}/{a.id}"))]
            found = judged(asked, (a.document(p.text) for a, p in planted))
            tallies[kind, n] = Tally([catches(p, fs) for (_, p), fs in zip(planted, found, strict=True)])
    alarms = [
        (a.id, f)
        for a, fs in zip(articles, judged(asked, (a.document() for a in articles)), strict=True)
        for f in fs
    ]
    return Figures(sum(len(a.text) for a in articles), len(articles), tallies, alarms)


def _percent(shares: Iterable[float | None]) -> str:
    return " / ".join("–" if s is None else f"{100 * s:.0f}" for s in shares)


def tell(name: str, figures: Figures) -> None:
    kinds = list(dict.fromkeys(k for k, _ in figures.tallies))
    counts = sorted({n for _, n in figures.tallies})
    numbers = " / ".join(map(str, counts))
    print(f"\n## {name}: {figures.articles} articles, {figures.size} characters; {numbers} places planted\n")
    print(
        "| kind | articles | caught %: auto | auto+suggest | all three | right %: auto | auto+suggest | stopped %: auto | auto+suggest |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in kinds:
        own = [figures.tallies[kind, n] for n in counts]

        def column(what: str, reach: str, own: Sequence[Tally] = own) -> str:
            return _percent(t.shares(REACHES[reach])[what] if t.articles else None for t in own)

        cells = [
            " / ".join(str(len(t.articles)) for t in own),
            *(column("caught", r) for r in REACHES),
            *(column(w, r) for w in ("right", "stopped") for r in ("auto", "auto+suggest")),
        ]
        print("|", " | ".join((kind, *cells)), "|")
    print(
        "\n| alarms per 100,000 characters undamaged | auto | auto+suggest | all three |\n|---|---|---|---|"
    )
    seen = Counter(f.kind for _, f in figures.alarms)
    for kind in ("", *(k for k in KINDS if seen[k])):
        row = (f"{figures.alarms_per_100k(r, kind=kind):.1f}" for r in REACHES.values())
        print("|", " | ".join((kind or "all kinds", *row)), "|")
    stopped = (f"{100 * figures.stopped_undamaged(r):.1f}" for r in REACHES.values())
    print("| undamaged articles stopped, % |", " | ".join(stopped), "|")
    print("\n| --min-confidence, auto+suggest | caught %, mean of kinds | right % | alarms per 100,000 |")
    print("|---|---|---|---|")
    for p in figures.curve(REACHES["auto+suggest"]):
        print(
            f"| {p['min_confidence']:g} | {100 * p['caught']:.1f} | {100 * p['right']:.1f} | {p['alarms_per_100k']:.1f} |"
        )


def as_dict(figures: Figures) -> dict[str, Any]:
    return {
        "articles": figures.articles,
        "characters": figures.size,
        "planted": [
            {
                "kind": kind,
                "planted": n,
                "articles": len(t.articles),
                **{reach: t.shares(tiers) for reach, tiers in REACHES.items()},
            }
            for (kind, n), t in figures.tallies.items()
        ],
        "alarms_per_100k": {
            reach: {
                "all": figures.alarms_per_100k(tiers),
                **{
                    k: figures.alarms_per_100k(tiers, kind=k)
                    for k in sorted({f.kind for _, f in figures.alarms})
                },
            }
            for reach, tiers in REACHES.items()
        },
        "undamaged_stopped": {reach: figures.stopped_undamaged(tiers) for reach, tiers in REACHES.items()},
        "curve": figures.curve(REACHES["auto+suggest"]),
    }


def list_alarms(asked: Cleaner, articles: Sequence[Article]) -> None:
    for a, findings in zip(articles, judged(asked, (a.document() for a in articles)), strict=True):
        for f in findings:
            before, after = a.text[max(0, f.start - 15) : f.start], a.text[f.end : f.end + 15]
            place = f"{before}[{f.observed}→{f.replacement}]{after}".replace("\n", "⏎")
            print(f"{f.tier} {f.kind} {f.rule} {f.confidence:.2f} {a.id}  {place}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path, nargs="*", default=[OWN])
    parser.add_argument("--bench", type=Path)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--kind", action="append", choices=list(MAKERS))
    parser.add_argument("--seed", default="1")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--alarms", action="store_true")
    a = parser.parse_args()
    sets = {path.name: read(path) for path in a.articles}
    if a.bench:
        clean = read(a.bench / "clean.jsonl")
        if a.sample and a.sample < len(clean):
            clean = random.Random(a.seed).sample(clean, a.sample)
        sets["clean.jsonl"] = clean
    asked = cleaner()
    told = {}
    for name, articles in sets.items():
        if a.alarms:
            list_alarms(asked, articles)
            continue
        figures = measure(asked, articles, a.kind or list(MAKERS), a.seed)
        if a.json:
            told[name] = as_dict(figures)
        else:
            tell(name, figures)
    if told:
        print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
