"""What the tests of the term-frequency model share: a small corpus, models of it, and a plain reference.

The corpus is put together from an invented vocabulary, so it has n-grams of all orders, words that share
their neighbours, and nothing of anyone's text. The reference is written from the definitions, in
dictionaries and tuples, and uses nothing of the package but the alphabet.

`toy_corpora`, `toy_path` and `toy_model` are made once a session, whichever module asks first.
"""

import random
import signal
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from cleanup.lm import build, container, count, estimate, pack
from cleanup.lm.alphabet import BORDER, Alphabet
from cleanup.lm.corpus import Corpus
from cleanup.lm.model import Model
from cleanup.lm.recipe import Recipe
from cleanup.lm.words import pack_words


def _each(words):
    return words.split()


TIMES = _each("清晨 中午 傍晚 深夜 去年 春天 秋天 周末 月底 今天 昨天 明天")
PEOPLE = _each("木匠 铁匠 裁缝 渔夫 猎人 牧民 船长 厨师 医生 护士 教师 学生 邻居 祖父 姑姑 孩子 商人 记者")
PLACES = _each("码头 集市 山谷 河边 村口 茶馆 学校 医院 车站 果园 仓库 祠堂 桥头 屋顶 院子 田野 森林 灯塔")
VERBS = _each("修理 搬运 寻找 整理 描绘 购买 出售 收藏 清洗 打磨 检查 借来 送走 包装 称量 晾晒")
THINGS = _each(
    "木船 渔网 水桶 茶壶 棉被 铜铃 灯笼 麻绳 竹篮 皮靴 草帽 瓷碗 铁锅 风筝 雨伞 砚台 药材 书信 地图 稻谷"
)
ADJECTIVES = _each("破旧 干净 沉重 精致 便宜 结实 潮湿 陌生 细长 宽大")
ENDINGS = _each(
    "，天色渐渐暗了。 ，然后慢慢回家。 ，没有人说话。 。 ！ ，价钱是12元。 ，大家都笑了。 ，约3天后再来。"
)
ALL_WORDS = sorted({*TIMES, *PEOPLE, *PLACES, *VERBS, *THINGS, *ADJECTIVES})


def sentences(n, seed):
    """`n` sentences of the toy language, always the same for a seed."""
    r = random.Random(seed)
    out = []
    for _ in range(n):
        form = r.randrange(4)
        who, where, thing, verb = r.choice(PEOPLE), r.choice(PLACES), r.choice(THINGS), r.choice(VERBS)
        if form == 0:
            line = f"{r.choice(TIMES)}，{who}在{where}{verb}{r.choice(ADJECTIVES)}的{thing}"
        elif form == 1:
            line = f"{who}把{thing}和{r.choice(THINGS)}放在{where}"
        elif form == 2:
            line = f"{where}的{who}不肯{verb}{thing}，因为{thing}太{r.choice(ADJECTIVES)}"
        else:
            line = f"{who}对{r.choice(PEOPLE)}说：“{r.choice(TIMES)}去{where}{verb}{thing}吧”"
        out.append(line + r.choice(ENDINGS))
    return out


class Inline(Executor):
    """An executor that works at once, in this process."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def within(seconds, what):
    """Fail instead of hanging for ever."""

    def late(signum, frame):
        raise AssertionError(f"{what} is not done after {seconds} s")

    old = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


# ---- a plain reference


def lines_of(alphabet, text):
    """The lines of a text as tuples of symbols, without the empty ones."""
    ids = alphabet.encode(text).tolist()
    return [tuple(g) for border, g in groupby(ids, lambda s: s == BORDER) if not border]


def gram_of(key, order, base):
    """The symbols of a key."""
    out = []
    for _ in range(order):
        key, symbol = divmod(key, base)
        out.append(symbol)
    return tuple(reversed(out))


def raw_counts(lines, units=16):
    """By order the n-grams of lines, each with one border in front and one behind, in `units` an occurrence.

    Two lines share the border between them, so as a symbol it counts once a line.
    """
    raw = {n: Counter() for n in range(1, 6)}
    for line in lines:
        s = (BORDER, *line, BORDER)
        for n in range(2, 6):
            for i in range(len(s) - n + 1):
                raw[n][s[i : i + n]] += units
        for symbol in s[:-1]:
            raw[1][(symbol,)] += units
    return raw


def kind_counts(raw, units=16):
    """By order what is estimated from: different symbols in front, and raw counts after a border."""
    kind = {5: dict(raw[5])}
    for n in range(1, 5):
        in_front = defaultdict(set)
        for gram in raw[n + 1]:
            in_front[gram[1:]].add(gram[0])
        kind[n] = {
            gram: max(1, raw[n][gram] // units) if n > 1 and gram[0] == BORDER else len(in_front[gram])
            for gram in raw[n]
        }
    return kind


class Plain:
    """Interpolated modified Kneser–Ney with given discounts, by recursion over dictionaries."""

    def __init__(self, raw, symbols, discounts, units=16):
        kind = kind_counts(raw, units)
        self.symbols = symbols
        self.counts = {n: {g: c / units if n == 5 else c for g, c in kind[n].items()} for n in kind}
        self.discounts = discounts
        self.followers = {n: defaultdict(dict) for n in range(2, 6)}
        for n in range(2, 6):
            for gram, c in self.counts[n].items():
                self.followers[n][gram[:-1]][gram[-1]] = c
        self.total = sum(self.counts[1].values())

    def taken(self, order, c):
        one, two, more = self.discounts[order]
        steps = (0.0, one, two, more)
        if c >= 3:
            return more
        low = int(c)
        return min(c, steps[low] + (c - low) * (steps[low + 1] - steps[low]))

    def p(self, context, symbol):
        order = len(context) + 1
        if order == 1:
            return self.counts[1].get((symbol,), 0) / self.total * (1 - 1e-4) + 1e-4 / self.symbols
        lower = self.p(context[1:], symbol)
        after = self.followers[order].get(context)
        if not after:
            return lower
        total = sum(after.values())
        left = sum(self.taken(order, c) for c in after.values()) / total
        c = after.get(symbol, 0)
        return (c - self.taken(order, c)) / total + left * lower


def contexts_of(line):
    """Each symbol of a line and the border behind it, after up to four symbols of the line."""
    s = (BORDER, *line, BORDER)
    return [(s[max(0, i - 4) : i], s[i]) for i in range(1, len(s))]


def pruned_probability(pruned, base):
    """p(context, symbol) of a pruned model before it is quantised, by the definition of backoff."""
    log_prob, backoff = {}, {}
    for n, level in pruned.items():
        for key, p, b in zip(
            level.keys.tolist(), level.log_prob.tolist(), level.log_backoff.tolist(), strict=True
        ):
            gram = gram_of(key, n, base)
            log_prob[gram] = p
            backoff[gram] = 0.0 if np.isnan(b) else b

    def ln(context, symbol):
        if (*context, symbol) in log_prob:
            return log_prob[(*context, symbol)]
        return backoff.get(context, 0.0) + ln(context[1:], symbol)

    return lambda context, symbol: np.exp(ln(context, symbol))


# ---- models without a file


class Sure:
    """A table of a model without false positives: of the keys that were put in, and no others."""

    def __init__(self, keys, table):
        self.keys, self.table = keys, table

    def get(self, keys):
        values = self.table.get(keys)[1]
        return np.isin(keys, self.keys), values


@dataclass
class Small:
    """A model of a text with all that it was made of."""

    model: Model
    alphabet: Alphabet
    tables: dict
    estimates: dict
    pruned: dict
    text: str = ""

    def without_false_positives(self):
        self.model.kernel = None  # which reads the real tables
        for n in (3, 4, 5):
            self.model._tables[n] = Sure(self.pruned[n].keys, self.model._tables[n])
        return self.model

    @property
    def tolerance(self):
        """How far ln p may be off: one quantised ln p, and at most the backoff weights of all orders."""
        off = 0.0
        base = len(self.alphabet)
        for n in range(2, 6):
            level, p = self.model._levels[n], self.pruned[n]
            if not len(p.keys):
                continue
            if n == 2:
                keys = p.keys.astype(np.int64)
                codes = self.model.bigrams.get(keys // base, keys % base)[1]
            else:
                codes = self.model._tables[n].get(p.keys)[1]
            of_p = level.log_prob[codes & 0xFF if n < 5 else codes] - p.log_prob
            off = max(off, float(np.abs(of_p).max()))
        backoffs = 0.0
        for n in range(2, 5):
            level, p = self.model._levels[n], self.pruned[n]
            good = ~np.isnan(p.log_backoff)
            if good.any():
                values = p.log_backoff[good]
                backoffs += float(np.abs(values[:, None] - level.log_backoff[None, 1:]).min(1).max())
        return off + backoffs


def counted(parts, alphabet, folder):
    """Tables of (text, weight) parts."""
    ids = [(alphabet.encode("\n" + text + "\n"), weight) for text, weight in parts]
    seen = sum((np.bincount(i, minlength=len(alphabet)) for i, _ in ids), np.zeros(len(alphabet), np.int64))
    return count.count(ids, seen, Path(folder))


def alphabet_of(text):
    counts = np.zeros(0x10000, np.int64)
    Alphabet.tally(text, counts)
    return Alphabet.counted(counts)


def small_model(text, *, keep=None, weight=1.0):
    """A model of one text; keep(order, price) tells which n-grams stay, all by default."""
    alphabet = alphabet_of(text)
    base = len(alphabet)
    with tempfile.TemporaryDirectory() as folder:
        tables = counted([(text, weight)], alphabet, folder)
        estimates = estimate.estimate(tables, base, Path(folder))
        price = estimate.needed_worth(tables, estimates, base, pack.BYTES_EACH)
        kept = {n: np.ones(len(p), bool) if keep is None else keep(n, p) for n, p in price.items()}
        pruned = estimate.prune(tables, estimates, estimate.unigrams(tables[1], base), kept, base)
        arrays, shapes = pack.pack(pruned, base, base)
    arrays["alphabet"] = np.frombuffer(alphabet.characters.encode(), np.uint8)
    words, tokens = pack_words(
        np.zeros(1, np.int64),
        [""],
        alphabet,
        np.zeros(0, np.int64),
        np.zeros((0, 12), np.uint32),
        base=base,
        limit=1,
    )
    meta = {"base": base, "fuse": shapes, "tokens": tokens}
    file = container.Container(Path("small"), meta, arrays | words, {}, "")
    return Small(Model(file), alphabet, tables, estimates, pruned, text)


# ---- built models


RECIPE = Recipe(name="toy", budget_mb=0, rare_below=2)


def write_corpora(folder):
    """Two corpora, one of them compressed; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "harbour.txt").write_text("\n".join(sentences(1500, 1)) + "\n", "utf-8")
    (folder / "village.txt").write_text("\n".join(sentences(1500, 2)) + "\n", "utf-8")
    return [Corpus(folder / "harbour.txt", "harbour"), Corpus(folder / "village.txt", "village", 2.0)]


_MADE = {}


def toy_corpora(tmp_path_factory):
    """The two corpora, written once a session; not to be changed."""
    if "corpora" not in _MADE:
        _MADE["corpora"] = write_corpora(tmp_path_factory.mktemp("lm") / "corpora")
    return _MADE["corpora"]


def toy_path(tmp_path_factory):
    """A model file that keeps every n-gram of the toy corpora, built once a session; not to be changed."""
    if "path" not in _MADE:
        corpora = toy_corpora(tmp_path_factory)
        path = corpora[0].path.parent.parent / "toy.lm"
        build.build(corpora, RECIPE, {path: 0.0}, workers=1)
        _MADE["path"] = path
    return _MADE["path"]


def toy_model(tmp_path_factory):
    if "model" not in _MADE:
        _MADE["model"] = Model.open(toy_path(tmp_path_factory))
    return _MADE["model"]
