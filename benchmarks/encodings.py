"""How well encodings are told and mojibake is mended, on text that is made for it at run time.

    .venv/bin/python benchmarks/encodings.py detect ../shared/corpora
    .venv/bin/python benchmarks/encodings.py mojibake ../shared/corpora
    .venv/bin/python benchmarks/encodings.py clean ../shared/corpora ../shared/bench/clean.jsonl
    .venv/bin/python benchmarks/encodings.py speed ../shared/corpora

`detect`    2,000 short files in five encodings, beside charset-normalizer and chardet where they are installed
`mojibake`  10,000 sentences through each way of going wrong: repaired, flagged, repaired wrongly
`clean`     everything that is found in text that is clean
`speed`     the detector and the readers beside jieba.lcut of the same text

`--table PATH` judges with another table of counts (benchmarks/count_chinese.py), and `--part odd` takes sentences
of every second corpus: a table of the even ones has then counted nothing that it is tried on.
"""

from __future__ import annotations

import argparse
import lzma
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from cleanup import chinese
from cleanup.dumps.encoding import Unreadable, decode

SEED = 20240
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")


def corpora(folder: Path, part: str, chars: int) -> Iterator[tuple[str, str]]:
    """(name, the head of it) of each corpus."""
    files = sorted(folder.glob("*.txt.xz"))
    for path in {"all": files, "even": files[::2], "odd": files[1::2]}[part]:
        with lzma.open(path, "rt", encoding="utf-8") as f:
            yield path.name.removesuffix(".txt.xz"), f.read(chars)


def pieces(folder: Path, part: str, n: int, low: int, high: int) -> Iterator[str]:
    """n pieces of low to high characters, the same number of each corpus, with Chinese in each."""
    dice = random.Random(SEED)
    texts = [t for _, t in corpora(folder, part, 300_000)]
    made = 0
    while made < n:
        text = texts[made % len(texts)]
        at = dice.randrange(len(text) - high)
        piece = text[at : at + dice.randint(low, high)].strip()
        if len(piece) >= low and sum("\u4e00" <= c <= "\u9fff" for c in piece) >= low // 2:
            made += 1
            yield piece


def detect(args: argparse.Namespace) -> None:
    from opencc import OpenCC

    to_traditional = OpenCC("s2t").convert
    tellers: dict[str, Callable[[bytes], str]] = {"cleanup": ours}
    try:
        import charset_normalizer

        def normalizer(raw: bytes) -> str:
            best = charset_normalizer.from_bytes(raw).best()
            return best.encoding if best else ""

        tellers["charset-normalizer"] = normalizer
    except ImportError:
        pass
    try:
        import chardet

        tellers["chardet"] = lambda raw: str(chardet.detect(raw)["encoding"] or "")
    except ImportError:
        pass
    right = {name: Counter() for name in tellers}
    wrong = {name: Counter() for name in tellers}
    seconds = Counter()
    total: Counter[str] = Counter()
    for i, piece in enumerate(pieces(args.corpora, args.part, 5 * args.n, args.low, args.high)):
        encoding = ENCODINGS[(i + i // 40) % 5]  # the pieces go round some 40 corpora
        text = to_traditional(piece) if encoding == "big5" else piece
        raw = text.encode(encoding, "ignore")
        text = raw.decode(encoding)
        total[encoding] += 1
        for name, tell in tellers.items():
            started = time.perf_counter()
            told = tell(raw)
            seconds[name] += time.perf_counter() - started
            try:
                if told and raw.decode(told) == text:
                    right[name][encoding] += 1
                elif told:
                    wrong[name][encoding] += 1
                    if name == "cleanup" and args.show:
                        print("wrong", encoding, told, repr(text))
                elif name == "cleanup" and args.show:
                    print("not told", encoding, repr(text))
            except (UnicodeDecodeError, LookupError):
                wrong[name][encoding] += 1
    print(
        f"{sum(total.values())} files of {args.low} to {args.high} characters: told rightly / wrongly / not at all"
    )
    for name in tellers:
        cells = [
            f"{e} {right[name][e] / total[e]:.4f}/{wrong[name][e] / total[e]:.4f}"
            f"/{1 - (right[name][e] + wrong[name][e]) / total[e]:.4f}"
            for e in ENCODINGS
        ]
        print(
            f"{name:<20} all {sum(right[name].values()) / sum(total.values()):.4f}  {'  '.join(cells)}"
            f"  {seconds[name] / sum(total.values()) * 1000:.2f} ms a file"
        )


def ours(raw: bytes) -> str:
    try:
        return decode(raw)[1].encoding
    except Unreadable:
        return ""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("what", choices=("detect",))
    ask.add_argument("corpora", type=Path)
    ask.add_argument("--part", choices=("all", "even", "odd"), default="all")
    ask.add_argument("--table", type=Path)
    ask.add_argument("--n", type=int, default=400)
    ask.add_argument("--low", type=int, default=20)
    ask.add_argument("--high", type=int, default=400)
    ask.add_argument("--show", action="store_true")
    args = ask.parse_args()
    if args.table:
        table = chinese.load(args.table)
        chinese.counts.cache_clear()
        for module in ("cleanup.dumps.encoding",):
            __import__("sys").modules[module].counts = lambda: table
    {"detect": detect}[args.what](args)


if __name__ == "__main__":
    main()
