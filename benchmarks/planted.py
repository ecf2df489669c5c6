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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleanup.channel.prior import shipped_prior
from cleanup.data import KINDS, Document, Finding
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified
from planted_figures import REACHES, Figures, Tally, catches
from plants import COUNTS, MAKERS, plant

OWN = Path(__file__).parent.parent / "tests" / "data" / "articles.jsonl"
# Not the prose that a check is for.
LEFT_OUT = frozenset({"classical-clean"})
TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    text: str
    title: str = ""

    def document(self, text: str | None = None) -> Document:
        return Document(self.id, self.text if text is None else text, meta={"title": self.title})


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
            if t.articles
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
