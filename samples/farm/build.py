"""A small content farm: clean articles in, damaged ones and their gold out.

    python samples/farm/build.py        makes samples/farm.jsonl and samples/farm-gold.jsonl

articles.txt was written clean; `# ` begins an article with its title. A farm's machine treats it the way that real
ones do: it pushes search terms in, masks and strips words, strips characters (those of its own terms, too), swaps one
character, and wraps the rest in lines of a page. Everything comes from the settings and the name of the article.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jieba

STOPS = "，。；、：？！"
HERE = Path(__file__).resolve().parent
Piece = tuple[str, str, str]  # as the farm wrote it, as it was, kind of the damage


@dataclass(frozen=True)
class Farm:
    """What a farm's machine does.

    terms       pushed in after so many of its 的, before so many stops and commas, at so many other word boundaries
    swap        one string becomes another where none of `swap_not` follows
    head, tail  lines of the page with {n} a number, {d} a date, {t} another article's title
    """

    source: str
    chars: str = ""
    words: Sequence[str] = ()
    masked: Sequence[str] = ()
    mask: str = " *** "
    terms: Sequence[str] = ()
    own_words: bool = False
    after_de: float = 0.0
    before_stop: float = 0.0
    anywhere: float = 0.0
    swap: tuple[str, str] = ("", "")
    swap_not: str = ""
    head: Sequence[str] = ()
    tail: Sequence[str] = ()


SAMPLE = Farm(
    source="xiaojie.example",
    chars="范段程施史夏",
    words=("维修",),
    masked=("孩子",),
    terms=["招聘", "工资", "就业前景", "职位", "专员", "怎么办", "多少钱", "加盟", "哪家好", "官网"],
    own_words=True,
    after_de=0.3,
    swap=("最", "更"),
    swap_not="近后终初早",
    head=("小街生活网 {d} 编辑：小禾 阅读 {n}",),
    tail=("相关推荐", "{t} {d}{t} {d}网友小禾", "© 版权所有 京ICP备{n}号-1"),
)


def read_articles(path: Path) -> list[tuple[str, str]]:
    """Title and text of each article."""
    blocks = path.read_text("utf-8").removeprefix("# ").split("\n# ")
    return [(title, body.strip()) for title, _, body in (b.partition("\n") for b in blocks)]


def run_machine(farm: Farm, articles: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
    """The records of a farm: id, source, title, text, and `edits`, which undo what was done to the text."""
    titles = [title for title, _ in articles]
    records = []
    for number, (title, body) in enumerate(articles, 1):
        name = f"{farm.source}/{number:02}"
        dice = random.Random(name)
        pieces = [*_filtered(farm, f"{title}\n"), *_lines(farm.head, titles, dice)]
        pieces += [*_sentences(farm, title, body, dice), ("\n", "\n", ""), *_lines(farm.tail, titles, dice)]
        text, edits = "", []
        for observed, repair, kind in pieces:
            if kind:
                edit = {"start": len(text), "end": len(text) + len(observed), "replacement": repair}
                edits.append({**edit, "type": kind})
            text += observed
        record = {"id": name, "source": farm.source, "title": _on_page(farm, title), "text": text}
        records.append({**record, "edits": edits})
    return records


def _sentences(farm: Farm, title: str, body: str, dice: random.Random) -> Iterator[Piece]:
    """The body with terms pushed into it, and all of it filtered."""
    own = [w for w in jieba.lcut(title) if len(w) > 1] if farm.own_words else []
    # its own terms go through its filters, too; what is masked is no term
    terms = [term for t in (*farm.terms, *own) if t not in farm.masked and (term := _on_page(farm, t))]
    run, before = "", "\n"
    for word in jieba.lcut(body):
        rate = farm.anywhere
        if not (_is_han(before) and (_is_han(word) or word in STOPS)):
            rate = 0.0
        elif word in STOPS:
            rate = farm.before_stop
        elif before.endswith("的"):
            rate = farm.after_de
        if dice.random() < rate:
            yield from _filtered(farm, run)
            run = ""
            yield terms[int(dice.random() * len(terms))], "", "spam_insertion"
        before = word
        run += word
    yield from _filtered(farm, run)


def _lines(lines: Sequence[str], titles: Sequence[str], dice: random.Random) -> Iterator[Piece]:
    for line in lines:
        for sign in re.findall(r"\{[ndt]\}", line):
            number, title = int(dice.random() * 90000000), titles[int(dice.random() * len(titles))]
            date = f"20{number % 9 + 15}-{number % 12 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}"
            line = line.replace(sign, {"{n}": f"{number:08}", "{d}": date, "{t}": title}[sign], 1)
        yield f"{line}\n", "", "boilerplate"


def _filtered(farm: Farm, text: str) -> Iterator[Piece]:
    """Some text as it comes out of the filters."""
    hidden = [*farm.masked, *farm.words, *farm.chars]
    look = [re.escape(x) for x in hidden]
    if farm.swap[0]:
        look.append(re.escape(farm.swap[0]) + f"(?![{farm.swap_not}])" * bool(farm.swap_not))
    at = 0
    for m in re.finditer("|".join(look) or "(?!)", text):
        yield text[at : m.start()], text[at : m.start()], ""
        at = m.end()
        if m[0] in farm.masked:
            yield farm.mask, m[0], "mask"
        elif m[0] == farm.swap[0]:
            yield farm.swap[1], m[0], "superlative_swap"
        else:
            yield "", m[0], "dropped_char" if len(m[0]) == 1 else "dropped_word"
    yield text[at:], text[at:], ""


def _on_page(farm: Farm, text: str) -> str:
    return "".join(observed for observed, _, _ in _filtered(farm, text))


def _is_han(word: str) -> bool:
    return "一" <= word[-1] <= "龥"


def main() -> None:
    records = run_machine(SAMPLE, read_articles(HERE / "articles.txt"))
    write(HERE.parent / "farm-gold.jsonl", records)
    write(HERE.parent / "farm.jsonl", [{k: v for k, v in r.items() if k != "edits"} for r in records])


def write(path: Path, records: Sequence[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")


if __name__ == "__main__":
    main()
