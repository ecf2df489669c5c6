"""How fast whole articles are cleaned, where the time goes, and what a run adds, beside jieba.lcut.

    python benchmarks/pipeline_speed.py clean SHARED [--rounds 5] [--clock cpu]   by text, and by stage with --parts
    python benchmarks/pipeline_speed.py run SHARED [--articles 20000] [--clock cpu]   reading, counting, writing, memory
    python benchmarks/pipeline_speed.py start                                     the command, in fresh processes

`clean`  Cleaner.clean_many, without a prior, over bench/clean.jsonl, over corpora of six registers with 12 lines to an article, and over
         bench/garbled.jsonl. jieba.lcut of the same texts takes turns with it, so that what else the machine does
         hits both; figures are medians of the rounds. --clock cpu counts the time that this process ran.
         With --parts each detector, each family of rules and what the stages share is timed from outside in a
         round of its own, in nanoseconds a character; the timers themselves cost about 3.
`run`    `cleanup run` over articles made of the corpora: the shares of cleaning, of counting recurring lines, and
         of all else (reading, findings, patch, report), and the most memory that was held, at a tenth of the
         articles and at all of them, in one process, without a prior. Linux only, for the memory.
`start`  `cleanup --version`, and `cleanup run` of a file of 2 kB of damaged text, with the prior and without:
         medians of 10 in time that passed and in processor time, and the libraries loaded. Not on Windows.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import lzma
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cleanup import pipeline
from cleanup.data import Document
from cleanup.detect import rules
from cleanup.flow import TOGETHER
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified
from speed import CLOCKS, read, seconds, warm_jieba

REGISTERS = {
    "news": "xwlb_2012-2026_china_data",
    "docs": "pingcap_docs_cn",
    "reviews": "online_shopping_reviews",
    "dialogue": "smilechat_dialogue",
    "laws": "laws_lawrefbook",
    "wiki": "zhwiki_sample_a",
}
LINES = 12
ARTICLES = 300
STARTS = 10
# Two kilobytes of what a filter leaves of a text.
DAMAGED = "".join(
    f"木匠把{what}刨平，再用砂纸打磨一遍，***上漆。主要的工作围就是这些，{who}要***的手段\u200b去晾干。\n"
    for what, who in zip("凳柜桌椅床门窗箱桶盆架梯案榻匾盒", "张王李赵孙周吴郑冯陈林何高梁宋唐", strict=True)
)
HEAVY = ("jieba", "numpy", "pandas", "trafilatura", "lxml", "jinja2", "pypinyin", "rapidfuzz", "opencc")


def articles(path: Path) -> Iterator[str]:
    """The lines of a corpus, 12 to an article."""
    rows: list[str] = []
    with lzma.open(path, "rt", encoding="utf-8") as f:
        for row in f:
            rows.append(row.rstrip("\n"))
            if len(rows) == LINES:
                yield "\n".join(rows)
                rows.clear()


def some(path: Path, n: int) -> list[str]:
    return [text for text, _ in zip(articles(path), range(n), strict=False)]


def samples(shared: Path) -> dict[str, list[str]]:
    corpora = {
        name: some(shared / "corpora" / f"{stem}.txt.xz", ARTICLES) for name, stem in REGISTERS.items()
    }
    bench = {name: read([shared / "bench" / f"{name}.jsonl"], "text") for name in ("clean", "garbled")}
    return {"clean": bench["clean"], **corpora, "garbled": bench["garbled"]}


def clean_all(cleaner: Cleaner, documents: list[Document]) -> None:
    """In the groups in which a run cleans them."""
    for i in range(0, len(documents), TOGETHER):
        cleaner.clean_many(documents[i : i + TOGETHER])


def clean(shared: Path, rounds: int, clock: str, parts: bool) -> None:
    tokenizer = warm_jieba()
    cleaner = Cleaner(load_verified())
    ratios = []
    print(f"{'':10}{'articles':>9}{'characters':>12}{'cleaned/s':>12}{'jieba/s':>11}{'':>8} ({clock} clock)")
    for name, texts in samples(shared).items():
        documents = [Document(str(n), text) for n, text in enumerate(texts)]
        work: dict[str, Callable[[], object]] = {
            "clean": lambda ds=documents: clean_all(cleaner, ds),
            "jieba": lambda ts=texts: [tokenizer.lcut(t) for t in ts],
        }
        work["clean"]()
        took: dict[str, list[float]] = {k: [] for k in work}
        for _ in range(rounds):
            for k, one in work.items():
                took[k].append(seconds(one, clock))
        chars = sum(map(len, texts))
        ours, theirs = (chars / statistics.median(took[k]) for k in work)
        ratios.append(ours / theirs)
        print(
            f"{name:10}{len(texts):>9}{chars:>12,}{ours / 1e6:>10.2f} M{theirs / 1e6:>9.2f} M  x{ratios[-1]:.1f}"
        )
        if parts:
            for part, ns in by_part(cleaner, documents, clock, rounds).most_common():
                print(f"{'':12}{part:36}{ns:7.1f} ns a character")
    print(f"median of the ratios x{statistics.median(ratios):.1f}, least x{min(ratios):.1f}")


class Timers:
    """Adds up the time of functions that are wrapped in it; a function that stands in another counts in both."""

    def __init__(self, clock: str) -> None:
        self.now = CLOCKS[clock]
        self.spent: Counter[str] = Counter()

    def around(
        self, name: str | Callable[..., str], work: Callable[..., Any], finish: Any = None
    ) -> Callable[..., Any]:
        def timed(*args: Any, **more: Any) -> Any:
            start = self.now()
            made = work(*args, **more)
            if finish is not None:
                made = finish(made)
            self.spent[name if isinstance(name, str) else name(*args)] += self.now() - start
            return made

        return timed


def by_part(cleaner: Cleaner, documents: list[Document], clock: str, rounds: int) -> Counter[str]:
    """Nanoseconds a character of each detector, rule family and shared step, medians of the rounds."""
    chars = sum(len(d.text) for d in documents)
    each: dict[str, list[float]] = {}
    for _ in range(rounds):
        timers = Timers(clock)
        with ExitStack() as stack:
            stages = tuple(
                dataclasses.replace(
                    s,
                    detectors=tuple(
                        timers.around(f"{s.name}: {d.__module__.rpartition('.')[2]}", d) for d in s.detectors
                    ),
                )
                for s in pipeline.STAGES
            )
            names = {id(book): s.name for s, book in zip(stages, cleaner._by_stage, strict=True)}
            for target, attribute, name, finish in (
                (pipeline, "fold", "fold", None),
                (pipeline, "simplified", "simplified script", None),
                (pipeline, "closed_spans", "closed spans", None),
                (rules.Book, "called", lambda book, *_, n=names: f"{n[id(book)]}: keywords of rules", None),
                (rules, "_places", lambda rule, *_: f"rules {rule.family}: places", None),
                (rules, "_matches", lambda rule, *_: f"rules {rule.family}: repairs", list),
                (pipeline, "numbered", "findings", None),
            ):
                wrapped = timers.around(name, getattr(target, attribute), finish)
                stack.enter_context(mock.patch.object(target, attribute, wrapped))
            stack.enter_context(mock.patch.object(pipeline, "STAGES", stages))
            whole = seconds(lambda: clean_all(cleaner, documents), clock)
        timers.spent["the rest"] = whole - sum(timers.spent.values())
        for name, spent in timers.spent.items():
            each.setdefault(name, []).append(spent / chars * 1e9)
    return Counter({name: statistics.median(ns) for name, ns in each.items()})


_RUN = """
import json, resource, sys, time
from pathlib import Path
from cleanup import batch
from cleanup.batch import job, work
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified

now = {"wall": time.perf_counter, "cpu": time.process_time}[sys.argv[3]]
spent = {}
def timed(name, work):
    def one(*args, **more):
        start = now()
        try:
            return work(*args, **more)
        finally:
            spent[name] = spent.get(name, 0) + now() - start
    return one

Cleaner.clean_many = timed("cleaning", Cleaner.clean_many)
job.freeze = timed("counting recurring lines", job.freeze)
work._Job._tell = timed("findings, facts, patch", work._Job._tell)
cleaner = Cleaner(load_verified())
start = now()
result = batch.run([Path(sys.argv[1])], Path(sys.argv[2]), cleaner, {"inputs": []}, batch.Options(learn=False, jobs=1), batch.Watch(), "zh")
whole = now() - start
spent["reading, writing, report"] = whole - sum(spent.values())
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"chars": result.tally.chars, "seconds": whole, "spent": spent, "most": most}))
"""


def run(shared: Path, articles_wanted: int, clock: str) -> None:
    paths = sorted((shared / "corpora").glob("*.txt.xz"))
    each = -(-articles_wanted // len(paths))
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            json.dumps({"id": f"{p.stem}-{n}", "source": p.stem, "text": t}, ensure_ascii=False)
            for p in paths
            for n, t in enumerate(some(p, each))
        ]
        # copies with a line of their own, where the corpora are too small
        while len(rows) < articles_wanted:
            rows += [
                json.dumps({**json.loads(r), "id": f"{len(rows)}-{n}"}, ensure_ascii=False)
                for n, r in enumerate(rows[: articles_wanted - len(rows)])
            ]
        for n in (articles_wanted // 10, articles_wanted):
            step = len(rows) // n
            path = Path(folder, f"{n}.jsonl")
            path.write_text("\n".join(rows[::step][:n]) + "\n", encoding="utf-8")
            told = json.loads(_child(_RUN, str(path), str(Path(folder, f"out-{n}")), clock))
            print(
                f"{n} articles, {told['chars']:,} characters: {told['seconds']:.1f} s,"
                f" {told['chars'] / told['seconds'] / 1e6:.2f} M a second; {told['most'] / 1e6:.0f} MB at most"
            )
            for name, spent in sorted(told["spent"].items(), key=lambda kv: -kv[1]):
                print(f"    {name:28}{spent:7.2f} s {spent / told['seconds']:6.1%}")


def _child(program: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    ).stdout


_LOADED = "import sys; from cleanup.cli.app import app; sys.argv = ['cleanup', *sys.argv[1:]]; app(standalone_mode=False); print(*sys.modules, file=sys.stderr)"


def start() -> None:
    import resource

    with tempfile.TemporaryDirectory() as folder:
        article = Path(folder, "article.txt")
        article.write_text(DAMAGED, encoding="utf-8")
        # a run that was done already is not done again unless it is told
        out, other = (["--out", str(Path(folder, n)), "--fresh"] for n in ("out", "other"))
        for name, arguments in (
            ("--version", ["--version"]),
            (f"run, {article.stat().st_size} bytes", ["run", str(article), *out]),
            ("run --no-prior", ["run", str(article), "--no-prior", *other]),
        ):
            passed, worked = [], []
            for _ in range(STARTS + 1):
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                begun = time.perf_counter()
                _quiet([sys.executable, "-m", "cleanup", *arguments])
                passed.append(1000 * (time.perf_counter() - begun))
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                worked.append(1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
            # the first found files that nobody had read lately
            passed, worked = passed[1:], worked[1:]
            modules = _quiet([sys.executable, "-c", _LOADED, *arguments]).split()
            heavy = [n for n in HEAVY if n in modules]
            print(
                f"cleanup {name:18}{statistics.median(passed):6.0f} ms ({min(passed):.0f} to {max(passed):.0f}),"
                f" processor {statistics.median(worked):.0f} ms ({min(worked):.0f} to {max(worked):.0f});"
                f" loads {', '.join(heavy) or 'none of the heavy libraries'}"
            )


def _quiet(command: list[str]) -> str:
    """Runs a command and gives what it said to stderr."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(dest="what", required=True)
    one = what.add_parser("clean")
    one.add_argument("shared", type=Path)
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--clock", choices=CLOCKS, default="wall")
    one.add_argument("--parts", action="store_true")
    one = what.add_parser("run")
    one.add_argument("shared", type=Path)
    one.add_argument("--articles", type=int, default=20_000)
    one.add_argument("--clock", choices=CLOCKS, default="wall")
    what.add_parser("start")
    options = parser.parse_args()
    if options.what == "clean":
        clean(options.shared, options.rounds, options.clock, options.parts)
    elif options.what == "run":
        run(options.shared, options.articles, options.clock)
    else:
        start()


if __name__ == "__main__":
    main()
