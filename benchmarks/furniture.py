"""Figures of furniture on plain text.

    python benchmarks/furniture.py bench SHARED/bench/garbled.jsonl      recall and precision by source
    python benchmarks/furniture.py marked                                lines of tests/cases/furniture.toml
    python benchmarks/furniture.py without SHARED/corpora/NAME.txt.xz    a kind's cues taken away, 40 articles
    python benchmarks/furniture.py harm SHARED/corpora [ARTICLES]        every applied edit on clean corpora
    python benchmarks/furniture.py speed SHARED/corpora                  beside jieba.lcut in the same process

Corpora have a paragraph a line: twelve lines make an article, each corpus a source.
"""

from __future__ import annotations

import json
import lzma
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from cleanup.data import Document
from cleanup.detect import furniture, lines, repeats
from cleanup.detect.reading import Reading
from cleanup.fold import fold
from cleanup.pipeline import Cleaner
from cleanup.recurrence import LineCounts, Recurrence
from cleanup.rules import RuleSet
from cleanup.verify import load_verified
from furniture_lines import marked

FURNITURE = ("boilerplate", "duplicate")
PAGE = frozenset(["page-line", "page-line-likely", "page-list", "page-list-likely", "page-glued"])
RULES = tuple(r for r in load_verified().rules if r.kind in FURNITURE)
# The cues without which a kind of line must do in `without`.
OF_KIND = {
    "byline": "stamp ago dated-name two-roles role sure-role weak-role date-and-role counter counters date-verb reading-time own-sheet",
    "navigation": "breadcrumb path menu bars menu-entry widgets",
    "neighbours": "neighbours pages path",
    "list": "list-heading readers-also dated-title stamped-title more",
    "legal": "legal reprint own-sheet",
    "licence": "licence copyright contact",
    "comments": "comment gate manners widgets bare-buttons",
    "share": "share subscribe client bare-buttons counter counters handset more widgets",
    "tags": "tags weak-role",
    "image": "image button",
    "button": "button widgets bare-buttons gate",
    "generator": "scaffold",
}


def counted(texts: Iterable[tuple[str, str]]) -> Recurrence:
    counts = LineCounts()
    for source, text in texts:
        counts.add(source, text)
    return counts.freeze()


def bench(path: str) -> None:
    articles = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    recurring = counted((a["source"], a["text"]) for a in articles)
    for name, cleaner in (
        ("rules, features, recurrence", Cleaner(RuleSet(RULES, ""), recurrence=recurring)),
        ("rules, features", Cleaner(RuleSet(RULES, ""))),
        ("features, recurrence", Cleaner(RuleSet((), ""), recurrence=recurring)),
        ("features", Cleaner(RuleSet((), ""))),
        ("rules", Cleaner(RuleSet(RULES, "", PAGE))),
    ):
        gold: Counter[str] = Counter()
        found: Counter[str] = Counter()
        made: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for a in articles:
            text, source = a["text"], a["source"]
            spans = [(e["start"], e["end"]) for e in a["edits"] if e["type"] == "boilerplate"]
            outcome = cleaner.clean(Document(a["id"], text, source))
            applied = [(f.start, f.end) for f in outcome.applied if f.kind in FURNITURE]
            gold[source] += len(spans)
            made[source] += len(applied)
            found[source] += sum(_covered(text, s, applied) for s in spans)
            right[source] += sum(_covered(text, s, spans) for s in applied)
        print(
            f"{name}: recall {found.total() / gold.total():.4f}, precision {right.total() / made.total():.4f}"
        )
        print(
            "  "
            + "  ".join(
                f"{s} {found[s] / gold[s]:.3f}/{right[s] / made[s]:.3f}" for s in sorted(gold) if gold[s]
            )
        )


def _covered(text: str, span: tuple[int, int], by: list[tuple[int, int]]) -> bool:
    """Whether nine in ten visible characters of a span lie in others, as the bench's score has it."""
    seen = [i for i in range(*span) if not text[i].isspace()]
    return sum(any(a <= i < b for a, b in by) for i in seen) >= 0.9 * len(seen)


def marked_lines() -> None:
    page, honest = marked()
    for name, cleaner in (
        ("rules, features", Cleaner(RuleSet(RULES, ""))),
        ("features", Cleaner(RuleSet((), ""))),
        ("rules", Cleaner(RuleSet(RULES, "", PAGE))),
    ):
        for what, group in (("page", page), ("honest", honest)):
            counts: Counter[tuple[str, str]] = Counter()
            for m in group:
                found = [f for f in cleaner.clean(Document("a", m.article())).findings if f.kind in FURNITURE]
                state = "gone" if any(f.applied for f in found) else "shown" if found else "silent"
                counts[m.use, state] += 1
            print(name, what, {f"{use} {state}": n for (use, state), n in sorted(counts.items())})


def without(path: str) -> None:
    prose = [s for s in _lines(path, 4000) if len(s) > 30 and s[-1] in "。！？"][:320]
    bodies = [prose[i : i + 8] for i in range(0, len(prose), 8)]
    page, _ = marked()
    whole = (lines.CUES, lines._SENTENCE_CUES, lines.LEGAL_POINTS)
    for kind, names in OF_KIND.items():
        mine = [m for m in page if m.kind == kind]
        figures: Counter[str] = Counter()
        for i in range(0, len(mine), 4):  # a page has few lines of a kind
            group = mine[i : i + 4]
            for off in (frozenset(), frozenset(names.split())):
                lines.CUES, lines._SENTENCE_CUES = (
                    tuple(c for c in cs if c.name not in off) for cs in whole[:2]
                )
                lines.LEGAL_POINTS = (0.0, 0.0, 0.0, 0.0, -1.5) if "legal" in off else whole[2]
                lines._tried.cache_clear()
                at = {p: [m.line for m in group if m.at == p] for p in ("head", "middle", "tail")}
                texts = [
                    "\n".join(
                        [f"第{n}篇的题目叫做慢慢来", *at["head"], *b[:4], *at["middle"], *b[4:], *at["tail"]]
                    )
                    for n, b in enumerate(bodies)
                ]
                for name, recurring in (("", None), (" + recurrence", counted(("s", t) for t in texts))):
                    done = (
                        Cleaner(RuleSet((), ""), recurrence=recurring)
                        .clean(Document("a", texts[3], "s"))
                        .applied
                    )
                    taken = [f.observed for f in done if f.kind == "boilerplate"]
                    label = ("without its cues" if off else "all cues") + name
                    figures[label] += sum(any(m.line in t for t in taken) for m in group)
                    figures["body taken"] += sum(not any(m.line in t for m in group) for t in taken)
        body = figures.pop("body taken")
        print(
            f"{kind:11} {len(mine):3} lines ",
            {k: round(v / len(mine), 2) for k, v in figures.items()},
            "body taken",
            body,
        )
    lines.CUES, lines._SENTENCE_CUES, lines.LEGAL_POINTS = whole
    lines._tried.cache_clear()


def harm(folder: str, articles: int = 400) -> None:
    for path in sorted(Path(folder).glob("*.txt.xz")):
        texts = _articles(path, articles)
        cleaner = Cleaner(RuleSet(RULES, ""), recurrence=counted(("s", t) for t in texts))
        chars = sum(map(len, texts))
        applied = [
            f for t in texts for f in cleaner.clean(Document("a", t, "s")).applied if f.kind in FURNITURE
        ]
        print(f"{path.name}: {len(texts)} articles, {chars} characters, {len(applied)} applied")
        for f in applied:
            print(
                f"    {f.rule} {f.observed[:90]!r} {json.dumps(dict(f.evidence), ensure_ascii=False)[:120]}"
            )


def speed(folder: str) -> None:
    import jieba

    jieba.lcut("先把词典读进来")
    for path in sorted(Path(folder).glob("*.txt.xz")):
        texts = _articles(path, 300)
        chars = sum(map(len, texts))
        readings = [Reading(t, fold(t), t, "") for t in texts]
        few = texts[:60]
        cut = _ns(lambda few=few: [jieba.lcut(t) for t in few], sum(map(len, few)))
        page = _ns(lambda rs=readings: [furniture.propose(r) for r in rs], chars)
        twice = _ns(lambda rs=readings: [repeats.propose(r) for r in rs], chars)
        count = _ns(lambda ts=texts: counted(("s", t) for t in ts), chars)
        print(
            f"{path.name:40} jieba {cut:5.0f} ns a character; lines {page:4.0f} (x{cut / page:.0f}), "
            f"repeats {twice:3.0f} (x{cut / twice:.0f}), both x{cut / (page + twice):.0f}; counting lines {count:.0f}"
        )


def _ns(work: Callable[[], object], chars: int) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best / chars * 1e9


def _lines(path: str | Path, n: int) -> list[str]:
    with lzma.open(path, "rt", encoding="utf-8") as f:
        return [line.strip() for line, _ in zip(f, range(n), strict=False)]


def _articles(path: Path, n: int) -> list[str]:
    rows = _lines(path, 12 * n)
    return ["\n".join(rows[i : i + 12]) for i in range(0, len(rows), 12)]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bench", path]:
            bench(path)
        case ["marked"]:
            marked_lines()
        case ["without", path]:
            without(path)
        case ["harm", folder, *more]:
            harm(folder, *map(int, more))
        case ["speed", folder]:
            speed(folder)
        case _:
            sys.exit(__doc__)
