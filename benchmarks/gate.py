"""The gate: how much of the damage a model can undo when it is told what each source did to its articles.

    python benchmarks/gate.py BENCH MODELS -o OUT.json

BENCH is a folder with garbled.jsonl and channels.json. MODELS is a folder with <fold>_<size>.lm, models that
did not count the sources of their fold (benchmarks/build_folds.py makes them).

The true channel of a source is given: which characters and words it strips, what its mask is and stands for,
which terms it inserts and how often, whether 最 became 更. Furniture, noise, contact lines and script mixing are
taken out beforehand, as they are other stages' work; lost commas and spun synonyms stay in the text.
Each hypothesis is judged alone, then once more in the text with the surest repairs made. What comes out is
precision and recall by kind at every threshold: the ceiling of what learning and decoding can reach with this model.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cleanup.data import Edit
from cleanup.edits import apply
from cleanup.lexicon import shared
from cleanup.lm.gains import Scored, gains_of_changes
from cleanup.lm.model import Model
from folds import FOLDS, family

# Thresholds and weights were chosen on these farms; the others confirm them.
TUNED = (
    "alpaca-site0",
    "fincuge-site0",
    "lctt-site0",
    "smilechat-site0",
    "xinwenlianbo-site0",
    "cail2019-site0",
    "msdocs-site0",
)
ELSEWHERE = {"boilerplate", "noise", "contact_insertion", "script_mix"}
KINDS = ("dropped_char", "dropped_word", "spam_insertion", "mask", "superlative_swap")


@dataclass
class Article:
    text: str
    gold: dict[tuple[int, int, str], str]  # canonical edit → kind
    soft: set[int]  # places of optional edits: neither for nor against
    total: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def canonical(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    """The leftmost smallest edit with the same effect."""
    old = text[start:end]
    while old and new and old[-1] == new[-1]:
        old, new, end = old[:-1], new[:-1], end - 1
    while old and new and old[0] == new[0]:
        old, new, start = old[1:], new[1:], start + 1
    if not old or not new:
        s = old or new
        while start > 0 and s and text[start - 1] == s[-1]:
            s = text[start - 1] + s[:-1]
            start, end = start - 1, end - 1
        old, new = (s, new) if old else (old, s)
    return start, end, new


def prepared(record: dict) -> Article:
    """An article with the gold edits that belong to other stages made, the others moved along."""
    text = record["text"]
    edits = sorted(record["edits"], key=lambda e: (e["start"], e["end"]))
    made, rest, at = [], [], 0
    for e in edits:
        if e["type"] in ELSEWHERE and e["start"] >= at:
            made.append(Edit(e["start"], e["end"], e["replacement"]))
            at = e["end"]
    for e in edits:
        if e["type"] not in ELSEWHERE and not any(m.start < e["end"] and e["start"] < m.end for m in made):
            rest.append(e)
    new = apply(text, made)
    article = Article(new, {}, set())
    for e in rest:
        shift = sum(len(m.replacement) - (m.end - m.start) for m in made if m.end <= e["start"])
        start, end = e["start"] + shift, e["end"] + shift
        if e.get("optional"):
            article.soft |= set(range(start - 1, end + 2))
        elif e["type"] in KINDS:
            article.gold[canonical(new, start, end, e["replacement"])] = e["type"]
    for kind in article.gold.values():
        article.total[kind] += 1
    return article


@dataclass
class Hypotheses:
    """Edits of one kind in all articles of a source: arrays of equal length, items by number."""

    kind: str
    items: list[str]
    item: np.ndarray
    article: np.ndarray
    start: np.ndarray
    end: np.ndarray
    prior: np.ndarray

    def __len__(self) -> int:
        return len(self.item)

    def take(self, which: np.ndarray) -> Hypotheses:
        return Hypotheses(
            self.kind,
            self.items,
            self.item[which],
            self.article[which],
            self.start[which],
            self.end[which],
            self.prior[which],
        )


def places(text: str) -> np.ndarray:
    """Where something may have been dropped: next to at least one Chinese character."""
    han = np.array([0x4E00 <= ord(c) <= 0x9FFF for c in text] + [False])
    left = np.concatenate([[False], han[:-1]])
    ok = han | left
    ok &= np.array([c not in "\n" for c in text] + [True]) | left
    return np.flatnonzero(ok)


def insertions(kind: str, items: list[str], articles: list[Article]) -> Hypotheses:
    where = [places(a.text) for a in articles]
    number = np.repeat(np.arange(len(articles)), [len(w) for w in where])
    at = np.concatenate(where)
    n, k = len(at), len(items)
    return Hypotheses(
        kind,
        items,
        np.repeat(np.arange(k), n),
        np.tile(number, k),
        np.tile(at, k),
        np.tile(at, k),
        np.zeros(n * k, np.float32),
    )


def occurrences(kind: str, pairs: list[tuple[str, str]], articles: list[Article], prior) -> Hypotheses:
    """Each place where one string of a pair stands may become the other."""
    rows = []
    for i, (old, _) in enumerate(pairs):
        for n, a in enumerate(articles):
            at = a.text.find(old)
            while at >= 0:
                rows.append((i, n, at, at + len(old), prior(a.text, at, old)))
                at = a.text.find(old, at + 1)
    item, article, start, end, p = (
        (np.array(x) for x in zip(*rows, strict=True)) if rows else (np.zeros(0, int),) * 5
    )
    return Hypotheses(kind, [new for _, new in pairs], item, article, start, end, p.astype(np.float32))


class Text:
    """The articles of a source in their present state: with the repairs made so far."""

    def __init__(self, model: Model, articles: list[Article], made: list[list[Edit]]):
        self.model = model
        self.made = made
        self.texts = [apply(a.text, m) for a, m in zip(articles, made, strict=True)]
        self.scored = Scored.of(model, self.texts)

    def moved(self, h: Hypotheses) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places of hypotheses in the scored symbols, and which of them meet a repair that was made."""
        start, end = h.start.copy(), h.end.copy()
        blocked = np.zeros(len(h), bool)
        order = np.argsort(h.article, kind="stable")
        cuts = np.searchsorted(h.article[order], np.arange(len(self.made) + 1))
        for n, edits in enumerate(self.made):
            rows = order[cuts[n] : cuts[n + 1]]
            if not len(rows):
                continue
            if edits:
                ends = np.array([e.end for e in edits])
                starts = np.array([e.start for e in edits])
                shift = np.concatenate(
                    [[0], np.cumsum([len(e.replacement) - (e.end - e.start) for e in edits])]
                )
                a, b = h.start[rows], h.end[rows]
                first = np.searchsorted(ends, a)  # the first edit that does not end before the place
                i = np.minimum(first, len(edits) - 1)
                blocked[rows] = (ends[i] >= a) & (starts[i] <= b)
                start[rows] += shift[np.searchsorted(ends, a, "right")]
                end[rows] += shift[np.searchsorted(ends, a, "right")]
            start[rows] += self.scored.starts[n]
            end[rows] += self.scored.starts[n]
        return start, end, blocked

    def gain(self, h: Hypotheses, written: list[str] | None = None) -> np.ndarray:
        """Gains of hypotheses, of other strings in their places if `written` is given (one an item)."""
        written = h.items if written is None else written
        start, end, blocked = self.moved(h)
        out = np.full(len(h), -np.inf, np.float32)
        for i, w in enumerate(written):
            rows = np.flatnonzero((h.item == i) & ~blocked)
            ids = self.model.alphabet.encode(w)
            out[rows] = gains_of_changes(
                self.model, self.scored, start[rows], end[rows], np.tile(ids, (len(rows), 1))
            )
        return out


def fits(text: Text, h: Hypotheses, *, stand_ins: bool) -> np.ndarray:
    """How much better each item fits its place than anywhere: gain less ln P(item), in nats.

    With stand-ins the slot is asked for any of the word and those that behave like it, each by its share: a word that
    was counted often enough speaks for itself. Shares of probabilities, not of logarithms: of nine words that fill a
    slot, one that is at home in it is enough, while a mean of logarithms would be ruled by those that are not.
    """
    words = text.model.words
    cost = np.array([item_log_prob(text.model, w) for w in h.items])
    own = text.gain(h) - cost[h.item]
    if not stand_ins:
        return own
    voice = np.array([words.count(w) / ENOUGH for w in h.items])[h.item] + 0.1
    total, norm = np.log(voice) + own, voice.copy()
    known = [words.stand_ins(w) for w in h.items]
    for k in range(max(map(len, known), default=0)):
        likeness = np.array([s[k].similarity if k < len(s) else 0.0 for s in known])[h.item]
        rows = np.flatnonzero(likeness > 0)
        if not len(rows):
            continue
        part = h.take(rows)
        others = [s[k].word if k < len(s) else "" for s in known]
        cost = np.array([words.log_prob(o) if o else 0.0 for o in others])
        gain = text.gain(part, [o or "的" for o in others]) - cost[part.item]
        total[rows] = np.logaddexp(total[rows], np.log(likeness[rows]) + gain)
        norm[rows] += likeness[rows]
    fit: np.ndarray = total - np.log(norm)
    return fit


# A word counted this often has as much say as a stand-in that is exactly like it.
ENOUGH = 300


def item_log_prob(model: Model, item: str) -> float:
    if not item:
        return 0.0
    if len(item) > 1:
        return model.words.log_prob(item)
    return float(model.unigram_log_prob[model.alphabet.encode(item)[0]])


# A repair is made before the second look where its gain is above this: in nats, of ten thousand such repairs
# on the farms tuned on, 97 to 99 of 100 were right.
SURE = {"dropped_char": 5.0, "dropped_word": 5.0, "spam_insertion": 3.0, "mask": 0.0, "superlative_swap": 2.0}
# What is kept for the curves.
FLOOR = -3.0


def pooled(h: Hypotheses, gain: np.ndarray, articles: list[Article], weight: float) -> np.ndarray:
    """Gains drawn towards the mean gain of the same repair between the same neighbours anywhere in the source.

    A stripped word leaves the same broken context everywhere; a mere fancy of the model is alone.
    """
    if not weight or not len(h):
        return gain
    keys = defaultdict(list)
    for i, (n, a, b, item) in enumerate(
        zip(h.article.tolist(), h.start.tolist(), h.end.tolist(), h.item.tolist(), strict=True)
    ):
        t = articles[n].text
        keys[item, t[max(0, a - 2) : a], t[a:b], t[b : b + 1]].append(i)
    out = gain.copy()
    for rows in keys.values():
        if len(rows) > 1:
            g = np.clip(gain[rows], -20, 20)
            n = len(rows) - 1
            share = weight * n / (n + 1)
            out[rows] = (
                (1 - share) * g + share * (g.sum() - g) / n + weight * min(n, 4) * 0.25 * (g.mean() > 0)
            )
    return out


def best_at_each_place(h: Hypotheses, gain: np.ndarray) -> np.ndarray:
    """Rows of the best hypothesis at each place, none of them next to a better one."""
    order = np.lexsort((h.start, -gain))
    taken: set[tuple[int, int]] = set()
    out = []
    for row in order[gain[order] > FLOOR].tolist():
        n, at = int(h.article[row]), int(h.start[row])
        if not any((n, at + d) in taken for d in (-1, 0, 1)):
            taken.add((n, at))
            out.append(row)
    return np.array(out, int)


# What the words around an edit say counts this much of what the characters say: of .25, .5 and 1, .25 was best.
WORD_WEIGHT = 0.25


def with_words(h: Hypotheses, gain: np.ndarray, rows: np.ndarray, articles: list[Article]) -> np.ndarray:
    """Gains of the chosen rows with the gain of the best segmentation around them added, under jieba's counts."""
    if h.kind not in ("dropped_char", "dropped_word"):
        return gain
    out = gain.copy()
    for row in rows.tolist():
        text, at = articles[int(h.article[row])].text, int(h.start[row])
        lo = max(0, at - 12)
        seen = shared().judge(text[lo : at + 12], at - lo, at - lo, h.items[int(h.item[row])])
        out[row] += WORD_WEIGHT * np.log(10) * seen.gain
    return out


def judged(
    h: Hypotheses, gain: np.ndarray, rows: np.ndarray, articles: list[Article]
) -> list[tuple[float, bool]]:
    """(gain, right) of the hypotheses chosen; those on optional edits are left out."""
    out, seen = [], set()
    for row in rows[np.argsort(-gain[rows])].tolist():
        a = articles[int(h.article[row])]
        edit = canonical(a.text, int(h.start[row]), int(h.end[row]), h.items[int(h.item[row])])
        key = (int(h.article[row]), edit)
        if key in seen:
            continue
        seen.add(key)
        if a.gold.get(edit) == h.kind:
            out.append((float(gain[row]), True))
        elif not a.soft & set(range(int(h.start[row]), int(h.end[row]) + 1)):
            out.append((float(gain[row]), False))
    return out


def own_terms(model: Model, text: str) -> list[str]:
    """The words that an article says most: half of what farms insert is taken from the page itself."""
    seen: dict[str, int] = defaultdict(int)
    for n in (2, 3, 4):
        for i in range(len(text) - n + 1):
            seen[text[i : i + n]] += 1
    words = [(-c, w) for w, c in seen.items() if c >= 3 and model.words.number(w) is not None]
    return [w for _, w in sorted(words)[:OWN_TERMS]]


OWN_TERMS = 20


def hypotheses(model: Model, channel: dict, articles: list[Article]) -> list[Hypotheses]:
    chars = channel["chars"]
    out = [
        insertions("dropped_char", chars, articles),
        insertions("dropped_word", channel["words"], articles),
    ]
    terms = set()
    for term in channel["spam"]:
        terms.add(term)
        for c in chars:
            term = term.replace(c, "")
        if term:
            terms.add(term)
    after_de, anywhere = max(channel["after_de"], 1e-4), max(channel["anywhere"], 1e-5)

    def rate(text: str, at: int) -> float:
        return after_de if at and text[at - 1] == "的" else anywhere

    rows = []
    for n, a in enumerate(articles):
        own = [t for t in own_terms(model, a.text) if t not in terms]
        size = max(1, len(a.text)) / 1.7
        for term, share in [(t, len(terms)) for t in sorted(terms)] + [(t, OWN_TERMS) for t in own]:
            count = a.text.count(term)
            # an honest term is as likely as it is in this article, not as the model finds it elsewhere
            here = np.log((count + 1) / size) if count else 0.0
            cost = here - item_log_prob(model, term)
            at = a.text.find(term)
            while at >= 0:
                rows.append((0, n, at, at + len(term), np.log(rate(a.text, at) / 2 / share) - max(0.0, cost)))
                at = a.text.find(term, at + 1)
    item, article, start, end, p = (
        (np.array(x) for x in zip(*rows, strict=True)) if rows else (np.zeros(0, int),) * 5
    )
    out.append(Hypotheses("spam_insertion", [""], item, article, start, end, p.astype(np.float32)))
    mask = channel["mask"]
    out.append(occurrences("mask", [(mask, w) for w in channel["masked"]], articles, lambda *_: 0.0))
    if channel["superlative"]:
        out.append(occurrences("superlative_swap", [("更", "最")], articles, lambda *_: 0.0))
    return [h for h in out if len(h)]


def doubled(h: Hypotheses, gain: np.ndarray, rows: np.ndarray, keep: int = 3) -> Hypotheses | None:
    """Two characters missing at one place: the best single ones there, with each other and with all."""
    if h.kind != "dropped_char" or not len(rows):
        return None
    items, parts = [], []
    best = rows[gain[rows] > 0]
    for row in best.tolist():
        c = h.items[int(h.item[row])]
        for other in h.items:
            for pair in {c + other, other + c}:
                items.append(pair)
                parts.append(row)
    if not items:
        return None
    names = sorted(set(items))
    number = {x: i for i, x in enumerate(names)}
    part = h.take(np.array(parts))
    return Hypotheses(
        h.kind, names, np.array([number[x] for x in items]), part.article, part.start, part.end, part.prior
    )


def joined(a: Hypotheses, b: Hypotheses | None) -> Hypotheses:
    if b is None:
        return a
    return Hypotheses(
        a.kind,
        a.items + b.items,
        np.concatenate([a.item, b.item + len(a.items)]),
        *(np.concatenate([getattr(a, f), getattr(b, f)]) for f in ("article", "start", "end", "prior")),
    )


def decode(
    model: Model,
    articles: list[Article],
    channel: dict,
    *,
    stand_ins: bool,
    pool: float,
    words: bool = False,
    passes: int = 2,
) -> dict[str, list[tuple[float, bool]]]:
    """All decisions of a source by kind, as (gain, right)."""
    made: list[list[Edit]] = [[] for _ in articles]
    kinds = hypotheses(model, channel, articles)
    kept: dict[str, tuple[Hypotheses, np.ndarray, np.ndarray]] = {}
    for _ in range(passes):
        text = Text(model, articles, made)
        for h in kinds:
            if h.kind in ("dropped_char", "dropped_word"):
                fit = fits(text, h, stand_ins=stand_ins and h.kind == "dropped_word")
                gain = (fit + np.array([item_log_prob(model, w) for w in h.items])[h.item]).astype(np.float32)
            elif h.kind == "mask":
                gain = fits(text, h, stand_ins=stand_ins).astype(np.float32)
            elif h.kind == "spam_insertion":
                # the place speaks against the term by how badly it fits there, whatever the term's frequency
                gain = (text.gain(h) + h.prior).astype(np.float32)
            else:
                gain = text.gain(h)
            if h.kind in kept:
                # what was made keeps the gain it was made for
                _, old_gain, _ = kept[h.kind]
                blocked = ~np.isfinite(gain)
                gain[blocked] = old_gain[: len(gain)][blocked]
            few = np.flatnonzero(gain > FLOOR - 3)
            if h.kind == "mask" and len(h.items) > 1:
                few = np.arange(len(h))
            part, g = (h.take(few), gain[few]) if pool else (h, gain)
            if pool:
                gain = gain.copy()
                gain[few] = pooled(part, g, articles, pool)
            if h.kind == "mask":
                gain = margins(h, gain)
            rows = best_at_each_place(h, gain)
            pairs = doubled(h, gain, rows)
            whole, g = h, gain
            if pairs is not None:
                more = text.gain(pairs)
                more[~np.isfinite(more)] = -99.0
                whole, g = joined(h, pairs), np.concatenate([gain, more])
                rows = best_at_each_place(whole, g)
            kept[h.kind] = (whole, g, rows)
        made = surest(kept, articles)
    if words:
        kept = {
            kind: (h, with_words(h, gain, rows, articles), rows) for kind, (h, gain, rows) in kept.items()
        }
    return {kind: judged(h, gain, rows, articles) for kind, (h, gain, rows) in kept.items()}


def margins(h: Hypotheses, gain: np.ndarray) -> np.ndarray:
    """For masks: how far each filling is ahead of the best other one at its place; 1 where there is no other."""
    best: dict[tuple[int, int], list[float]] = defaultdict(list)
    for n, a, g in zip(h.article.tolist(), h.start.tolist(), gain.tolist(), strict=True):
        best[n, a].append(g)
    out = np.empty(len(h), np.float32)
    for i, (n, a, g) in enumerate(zip(h.article.tolist(), h.start.tolist(), gain.tolist(), strict=True)):
        others = sorted(best[n, a], reverse=True)
        rival = others[1] if g == others[0] and len(others) > 1 else others[0]
        out[i] = 1.0 if len(others) == 1 else g - rival
    return out


def surest(
    kept: dict[str, tuple[Hypotheses, np.ndarray, np.ndarray]], articles: list[Article]
) -> list[list[Edit]]:
    """The repairs above SURE, the surest first where two meet."""
    due = []
    for kind, (h, gain, rows) in kept.items():
        for row in rows[gain[rows] > SURE[kind]].tolist():
            due.append(
                (
                    float(gain[row] - SURE[kind]),
                    int(h.article[row]),
                    Edit(int(h.start[row]), int(h.end[row]), h.items[int(h.item[row])]),
                )
            )
    due.sort(key=lambda d: (-d[0], d[1], d[2]))
    made: list[list[Edit]] = [[] for _ in articles]
    for _, n, e in due:
        if all(m.end < e.start or e.end < m.start for m in made[n]):
            made[n].append(e)
    return [sorted(m) for m in made]


def curve(decisions: list[tuple[float, bool]], gold: int) -> list[tuple[float, float, float]]:
    """(threshold, precision, recall) from the surest decision on."""
    out, right = [], 0
    for i, (gain, ok) in enumerate(sorted(decisions, reverse=True), 1):
        right += ok
        out.append((gain, right / i, right / gold))
    return out


def recall_at(points: list[tuple[float, float, float]], precision: float) -> float:
    return max((r for _, p, r in points if p >= precision), default=0.0)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("bench", type=Path)
    ap.add_argument("models", type=Path)
    ap.add_argument("-o", "--output", type=Path, required=True)
    ap.add_argument("--size", action="append", default=[])
    ap.add_argument("--source", action="append", default=[])
    ap.add_argument(
        "--variant", action="append", default=[], help="digits for stand-ins, pooling, words: 000 to 111"
    )
    a = ap.parse_args()
    channels = json.loads((a.bench / "channels.json").read_text("utf-8"))
    articles = defaultdict(list)
    with (a.bench / "garbled.jsonl").open(encoding="utf-8") as f:
        for line in f:
            record = json.loads(line)
            articles[record["source"]].append(prepared(record))
    results = json.loads(a.output.read_text("utf-8")) if a.output.exists() else []
    done = {(r["source"], r["size"], r["variant"]) for r in results}
    for size in a.size or ["64"]:
        for source in a.source or sorted(articles):
            fold = next(f for f, families in FOLDS.items() if family(source) in families)
            path = a.models / f"{fold}_{size}.lm"
            if not path.exists():
                continue
            model = Model.open(path)
            for variant in a.variant or ["000", "100", "010", "001", "111"]:
                if (source, size, variant) in done:
                    continue
                found = decode(
                    model,
                    articles[source],
                    channels[source],
                    stand_ins=variant[0] == "1",
                    pool=0.6 if variant[1] == "1" else 0.0,
                    words=variant[2] == "1",
                )
                gold = {k: sum(x.total[k] for x in articles[source]) for k in KINDS}
                results.append(
                    {
                        "source": source,
                        "size": size,
                        "variant": variant,
                        "gold": gold,
                        "decisions": {k: [(round(g, 3), ok) for g, ok in v] for k, v in found.items()},
                    }
                )
                a.output.write_text(json.dumps(results), "utf-8")
                for k, v in found.items():
                    c = curve(v, max(1, gold[k]))
                    print(
                        source,
                        size,
                        variant,
                        k,
                        "gold",
                        gold[k],
                        "recall at .99 .97 .95 .90:",
                        *(f"{recall_at(c, p):.3f}" for p in (0.99, 0.97, 0.95, 0.9)),
                        "all",
                        f"{sum(ok for _, ok in v) / max(1, gold[k]):.3f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
