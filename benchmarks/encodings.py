"""How well encodings are told and mojibake is mended, on text that is made for it at run time.

    .venv/bin/python benchmarks/encodings.py detect ../shared/corpora
    .venv/bin/python benchmarks/encodings.py mojibake ../shared/corpora
    .venv/bin/python benchmarks/encodings.py clean ../shared/corpora ../shared/bench/clean.jsonl
    .venv/bin/python benchmarks/encodings.py speed ../shared/corpora

`detect`    2,000 short files in five encodings, beside charset-normalizer and chardet where they are installed
`mojibake`  10,000 sentences through each way of going wrong: repaired, flagged, repaired wrongly
`clean`     everything that is found in text that is clean
`others`    other languages in their old encodings, as files and read wrongly
`speed`     the detector and the readers beside jieba.lcut of the same text

`--table PATH` judges with another table of counts (benchmarks/count_chinese.py), and `--part odd` takes sentences
of every second corpus: a table of the even ones has then counted nothing that it is tried on.
"""

from __future__ import annotations

import argparse
import gettext
import json
import lzma
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cleanup import chinese
from cleanup.detect import misread, misread_big5
from cleanup.detect.mojibake import propose
from cleanup.detect.reading import Reading
from cleanup.dumps import encoding
from cleanup.dumps.encoding import Unreadable, decode
from cleanup.edits import apply
from cleanup.fold import View

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
        wanted = ENCODINGS[(i + i // 40) % 5]  # the pieces go round some 40 corpora
        text = to_traditional(piece) if wanted == "big5" else piece
        raw = text.encode(wanted, "ignore")
        text = raw.decode(wanted)
        total[wanted] += 1
        for name, tell in tellers.items():
            started = time.perf_counter()
            told = tell(raw)
            seconds[name] += time.perf_counter() - started
            try:
                if told and raw.decode(told) == text:
                    right[name][wanted] += 1
                elif told:
                    wrong[name][wanted] += 1
                    if name == "cleanup" and args.show:
                        print("wrong", wanted, told, repr(text))
                elif name == "cleanup" and args.show:
                    print("not told", wanted, repr(text))
            except (UnicodeDecodeError, LookupError):
                wrong[name][wanted] += 1
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


# What each decoder of the web and of Windows makes of bytes, well or badly.
def as_gb(raw: bytes) -> str:
    """GB18030 as browsers read it: 80 is the euro sign, what is not GBK is U+FFFD."""
    out, at = [], 0
    while at < len(raw):
        size = 1 if raw[at] <= 0x80 else 2
        try:
            out.append("€" if raw[at] == 0x80 else raw[at : at + size].decode("gb18030"))
        except UnicodeDecodeError:
            out.append("\ufffd")
            size = 1
        at += size
    return "".join(out)


def as_cp1252(raw: bytes) -> str:
    return "".join(
        chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([b]).decode("cp1252") for b in raw
    )


def as_big5(raw: bytes) -> str:
    return raw.decode("cp950", "replace")


def as_latin1(raw: bytes) -> str:
    return raw.decode("latin-1")


# name: encodings and readers in turn, and whether the text is traditional
WAYS: dict[str, tuple[tuple[tuple[str, Callable[[bytes], str]], ...], bool]] = {
    "utf-8 as gb18030": ((("utf-8", as_gb),), False),
    "utf-8 as latin-1": ((("utf-8", as_latin1),), False),
    "utf-8 as cp1252": ((("utf-8", as_cp1252),), False),
    "gb18030 as latin-1": ((("gb18030", as_latin1),), False),
    "gb18030 as cp1252": ((("gb18030", as_cp1252),), False),
    "big5 as cp1252": ((("big5", as_cp1252),), True),
    "big5 as gb18030": ((("big5", as_gb),), True),
    "gb18030 as big5": ((("gb18030", as_big5),), False),
    "utf-8 as cp1252, twice": ((("utf-8", as_cp1252), ("utf-8", as_cp1252)), False),
    "utf-8 as gb18030, twice": ((("utf-8", as_gb), ("utf-8", as_gb)), False),
    "gb18030 as latin-1, then utf-8 as cp1252": ((("gb18030", as_latin1), ("utf-8", as_cp1252)), False),
}


def sentences(folder: Path, part: str, n: int) -> list[str]:
    """n sentences of 10 to 60 characters, from each corpus as many as it has."""
    dice = random.Random(SEED)
    made = []
    for _, text in corpora(folder, part, 300_000):
        own = [s for s in re.findall(r"[^\n。！？]{9,59}[。！？]", text) if is_chinese(s)]
        made += dice.sample(own, min(len(own), 3 * n // 20))
    dice.shuffle(made)
    return made[:n]


def is_chinese(text: str) -> bool:
    return sum("\u4e00" <= c <= "\u9fff" for c in text) >= 0.7 * len(text) and text == text.strip()


def mojibake(args: argparse.Namespace) -> None:
    from opencc import OpenCC

    to_traditional = OpenCC("s2t").convert
    clean = sentences(args.corpora, args.part, args.n)
    print(f"{len(clean)} sentences; as a whole, and 4 to 16 characters of them between the rest")
    dice = random.Random(SEED)
    for name, (steps, traditional) in WAYS.items():
        for inside in (False, True):
            counted: Counter[str] = Counter()
            for text in clean:
                if traditional:
                    text = to_traditional(text)
                a, b = 0, len(text)
                if inside:
                    a = dice.randrange(0, len(text) - 5)
                    b = min(len(text), a + dice.randint(4, 16))
                try:
                    broken, survives = gone_wrong(text[a:b], steps)
                except UnicodeEncodeError:
                    continue
                seen = text[:a] + broken + text[b:]
                if broken == text[a:b]:
                    continue
                result, repairs, flags = mended(seen)
                key = "survives" if survives else "lost"
                counted[key] += 1
                counted[f"{key} {judged(text, seen, result, repairs, flags)}"] += 1
                if args.show and judged(text, seen, result, repairs, flags) in args.show.split(","):
                    print("   ", name, repr(text), repr(seen), repr(result))
            cells = []
            for key in ("survives", "lost"):
                n = counted[key]
                if n:
                    shares = (f"{w} {counted[f'{key} {w}'] / n:.4f}" for w in VERDICTS)
                    cells.append(f"bytes {key} {n}: {' '.join(shares)}")
            print(f"{name + (', inside' if inside else ''):<50} {'   '.join(cells)}", flush=True)


def gone_wrong(text: str, steps: tuple[tuple[str, Callable[[bytes], str]], ...]) -> tuple[str, bool]:
    """A text after some wrong readings, and whether all bytes survived."""
    survives = True
    for name, read in steps:
        text = read(text.encode(name))
        survives &= "\ufffd" not in text
    return text, survives


VERDICTS = ("repaired", "partly", "flagged", "missed", "wrong")


def mended(text: str) -> tuple[str, list[str], int]:
    """The text with what the detector repairs, the repairs, and how much it only flags."""
    found = propose(reading(text))
    edits = [p.edit for p in found if p.edit is not None]
    return apply(text, edits), [e.replacement for e in edits], len(found) - len(edits)


def judged(text: str, seen: str, result: str, repairs: list[str], flags: int) -> str:
    """repaired: all of it; partly: what was repaired is right, and something is left; wrong: some repair is not."""
    if result == text:
        return "repaired"
    at = 0
    for repair in repairs:
        at = text.find(repair, at)
        if at < 0:
            return "wrong"
        at += len(repair)
    return "partly" if repairs else "flagged" if flags else "missed"


def clean(args: argparse.Namespace) -> None:
    """Everything that is found in clean text: the corpora, undamaged articles, the catalogs of this machine."""
    read = 0
    for name, text in corpora(args.corpora, args.part, args.chars):
        read += len(text)
        show(name, text)
    print(f"corpora: {read:,} characters")
    if args.articles:
        read = 0
        for line in args.articles.read_text("utf-8").splitlines():
            article = json.loads(line)
            read += len(article["text"])
            show(article["id"], article["text"])
        print(f"articles: {read:,} characters")
    read = Counter()
    for language, text in catalogs():
        read[language] += len(text)
        show(language, text)
    print(f"messages of programs in {len(read)} languages: {sum(read.values()):,} characters")


# Encodings that other languages were written in, to be read wrongly, too: none of them may come out as Chinese.
LEGACY = {
    "ru": "cp1251", "uk": "koi8-u", "bg": "cp1251", "be": "cp1251", "ko": "euc-kr", "ja": "euc-jp", "el": "cp1253",
    "he": "cp1255", "ar": "cp1256", "th": "cp874", "pl": "cp1250", "cs": "cp1250", "hu": "cp1250", "tr": "cp1254",
    "fr": "cp1252", "de": "cp1252", "es": "cp1252", "sv": "cp1252", "vi": "cp1258", "lt": "cp1257", "lv": "cp1257",
}  # fmt: skip


def others(args: argparse.Namespace) -> None:
    """Other languages in their old encodings: as files, and read as Latin-1, and their UTF-8 as GBK."""
    files: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for language, text in catalogs():
        if language not in LEGACY:
            continue
        for message in text.split("\n\n")[:20]:
            raw = message.encode(LEGACY[language], "ignore")
            if raw.isascii():
                continue
            files[language] += 1
            if (told := ours(raw)) in ("gb18030", "big5", "utf-16-le", "utf-16-be"):
                taken[language] += 1
                print(f"   taken for {told}: {language} {message[:50]!r} {raw.decode(told)[:50]!r}")
            for read in (as_cp1252(raw), as_gb(message.encode())):
                for p in propose(reading(read)):
                    if p.edit is None or p.replacement not in message:
                        changed[language] += 1
                        print(f"   {p.rule}: {language} {read[p.start : p.end]!r} {p.evidence['reads']!r}")
    print(
        f"{sum(files.values())} texts in {len(files)} languages: {sum(taken.values())} files taken for Chinese,"
    )
    print(f"   {sum(changed.values())} places found in their wrong readings that are not their own language")


def catalogs() -> Iterator[tuple[str, str]]:
    """(language, its messages) of the translated programs of this machine, in whatever language there is."""
    for path in sorted(Path("/usr/share/locale").glob("*/LC_MESSAGES/*.mo")):
        with path.open("rb") as f:
            try:
                messages = gettext.GNUTranslations(f)._catalog  # the class offers no other way to all of them
            except (OSError, ValueError, LookupError):
                continue
        yield path.parts[4], "\n".join(v for v in messages.values() if isinstance(v, str))


def show(name: str, text: str) -> None:
    for p in propose(reading(text)):
        around = text[max(0, p.start - 8) : p.start], text[p.start : p.end], text[p.end : p.end + 8]
        print(f"   {name}: {p.rule} {around} {p.replacement or p.evidence['reads']!r}")


def speed(args: argparse.Namespace) -> None:
    """The detector on articles of 2,000 characters, and decoding, beside jieba.lcut of the same text."""
    import jieba
    from opencc import OpenCC

    text = "".join(t for _, t in corpora(args.corpora, args.part, 100_000))
    articles = [text[i : i + 2000] for i in range(0, len(text), 2000)]
    jieba.initialize()
    started = time.perf_counter()
    for article in articles[:200]:
        jieba.lcut(article)
    jieba_rate = 200 * 2000 / (time.perf_counter() - started)
    print(f"jieba.lcut {jieba_rate / 1e6:.2f} M characters a second")
    convert = OpenCC("s2t").convert
    tasks: list[tuple[str, list[Reading] | list[bytes], Callable[[Any], object]]] = [
        ("mojibake, simplified", [reading(a) for a in articles], propose),
        ("mojibake, traditional", [reading(convert(a)) for a in articles[:500]], propose),
        ("mojibake, French", [reading(a) for a in french()], propose),
        *(
            (f"decode {e}", [a.encode(e, "ignore") for a in articles], decode)
            for e in ENCODINGS
            if e != "big5"
        ),
        ("bytes.decode utf-8", [a.encode() for a in articles], bytes.decode),
    ]
    for name, items, work in tasks:
        work(items[0])
        best = 1e9
        for _ in range(3):
            started = time.perf_counter()
            for item in items:
                work(item)
            best = min(best, time.perf_counter() - started)
        rate = len(items) * 2000 / best
        print(f"{name:<24} {rate / 1e6:8.1f} M characters a second, {rate / jieba_rate:6.0f} times jieba")


def french() -> list[str]:
    text = "\n".join(t for language, t in catalogs() if language == "fr")[:1_000_000]
    return [text[i : i + 2000] for i in range(0, len(text), 2000)]


def reading(text: str) -> Reading:
    return Reading(text, View(text, len(text)), text, "")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("what", choices=("detect", "mojibake", "clean", "others", "speed"))
    ask.add_argument("corpora", type=Path)
    ask.add_argument("articles", type=Path, nargs="?")
    ask.add_argument("--chars", type=int, default=1_500_000, help="of each corpus, for clean")
    ask.add_argument("--part", choices=("all", "even", "odd"), default="all")
    ask.add_argument("--table", type=Path)
    ask.add_argument("--n", type=int, default=400)
    ask.add_argument("--low", type=int, default=20)
    ask.add_argument("--high", type=int, default=400)
    ask.add_argument("--show", default="")
    args = ask.parse_args()
    if args.table:
        table = chinese.load(args.table)
        chinese.counts.cache_clear()
        encoding.counts = misread.counts = misread_big5.counts = lambda: table
    {"detect": detect, "mojibake": mojibake, "clean": clean, "others": others, "speed": speed}[args.what](
        args
    )


if __name__ == "__main__":
    main()
