"""From corpora to a model file: the same bytes each time, within the budget, or nothing at all."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from cleanup.errors import CorpusError, UsageError
from cleanup.lm import build, container, count, pack, recipe, segment
from cleanup.lm.alphabet import Alphabet
from cleanup.lm.corpus import Corpus, parted
from cleanup.lm.model import Model
from cleanup.lm.recipe import Recipe
from lm_fixtures import (
    PEOPLE,
    RECIPE,
    Plain,
    contexts_of,
    lines_of,
    raw_counts,
    sentences,
    toy_corpora,
    toy_path,
    within,
    write_corpora,
)

SMALL_BUDGET = 0.15


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    return toy_corpora(tmp_path_factory)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The path of a model that keeps everything."""
    return toy_path(tmp_path_factory)


@pytest.fixture(scope="module")
def small(corpora, tmp_path_factory):
    """The path of a model that had to be pruned."""
    path = tmp_path_factory.mktemp("small") / "small.lm"
    build.build(corpora, RECIPE, {path: SMALL_BUDGET}, workers=1)
    return path


@pytest.fixture
def tiny(tmp_path):
    """A corpus of a few lines, for builds that need not be good."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "tiny.txt"
    path.write_text("\n".join(sentences(120, 3)), "utf-8")
    return [Corpus(path, "tiny")]


def digest(path):
    return hashlib.blake2b(path.read_bytes()).hexdigest()


def names(folder):
    return sorted(p.name for p in folder.iterdir())


# ---- the same bytes


def test_the_same_corpora_give_the_same_bytes_with_any_number_of_workers(whole, tmp_path):
    again = write_corpora(tmp_path / "elsewhere")
    path = tmp_path / "again.lm"
    build.build(again, RECIPE, {path: 0.0}, workers=2)
    assert digest(path) == digest(whole)
    assert names(tmp_path) == ["again.lm", "elsewhere"]


def test_kept_word_counts_give_the_same_bytes_and_are_not_counted_again(
    corpora, whole, tmp_path, monkeypatch
):
    work = tmp_path / "deep" / "work"
    path = tmp_path / "a.lm"
    build.build(corpora, RECIPE, {path: 0.0}, work=work, workers=1)
    assert digest(path) == digest(whole)
    kept = names(work)
    assert len(kept) == len(corpora)

    def fail(*args):
        raise AssertionError("the words were counted again")

    monkeypatch.setattr(segment, "count_words", fail)
    path.unlink()
    build.build(corpora, RECIPE, {path: 0.0}, work=work, workers=1)
    assert digest(path) == digest(whole)
    assert names(work) == kept
    # another weight needs no other word counts
    build.build([replace(corpora[0], weight=3.0), corpora[1]], RECIPE, {path: 0.0}, work=work, workers=1)
    assert digest(path) != digest(whole)


def test_batches_and_partitions_do_not_change_the_bytes(corpora, small, tmp_path, monkeypatch):
    monkeypatch.setattr(count, "_BATCH", 5000)
    monkeypatch.setattr(count, "_PARTITION", 9000)
    build.build(corpora, RECIPE, {tmp_path / "a.lm": SMALL_BUDGET}, workers=1)
    assert digest(tmp_path / "a.lm") == digest(small)


def test_several_outputs_are_as_if_built_one_by_one(corpora, whole, small, tmp_path):
    outputs = {tmp_path / "one" / "whole.lm": 0.0, tmp_path / "two" / "small.lm": SMALL_BUDGET}
    build.build(corpora, RECIPE, outputs, workers=1)
    assert [digest(p) for p in outputs] == [digest(whole), digest(small)]


def test_what_word_counts_are_kept_for_is_told_apart(tmp_path):
    """Bytes that are a text in one file and records in another have other words."""
    data = json.dumps({"text": "木匠修理木船"}, ensure_ascii=False) + "\n"
    made = []

    def make(name):
        made.append(name)
        return segment.WordCounts(np.array([len(made)]), np.zeros(0, np.uint64), np.zeros(0, np.int64))

    got = []
    for name in ("a.txt", "b.jsonl", "c.txt"):
        (tmp_path / name).write_text(data, "utf-8")
        counts = segment.remembered(tmp_path / name, tmp_path / "work", "text", lambda name=name: make(name))
        got.append(int(counts.words[0]))
    assert made == ["a.txt", "b.jsonl"]
    assert got == [1, 2, 1]


def test_word_counts_that_cannot_be_kept_leave_nothing_half(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("山", "utf-8")
    counts = segment.WordCounts(np.zeros(5, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))
    real = np.savez

    def full(file, **arrays):
        real(file, words=arrays["words"])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        segment.remembered(tmp_path / "a.txt", tmp_path / "work", "text", lambda: counts)
    assert names(tmp_path / "work") == []


def test_one_corpus_or_many_of_its_lines_give_the_same_tables(corpora, tmp_path):
    lines = corpora[0].path.read_text("utf-8").splitlines()[:400]
    (tmp_path / "one.txt").write_text("\n".join(lines), "utf-8")
    parts = []
    for i in range(10):
        path = tmp_path / f"part{i}.txt"
        path.write_text("\n".join(lines[40 * i : 40 * i + 40]) + "\n", "utf-8")
        parts.append(Corpus(path, path.stem))
    crcs = []
    for inputs in ([Corpus(tmp_path / "one.txt", "one")], parts):
        build.build(inputs, RECIPE, {tmp_path / "a.lm": 0.0}, workers=1)
        crcs.append(container.read(tmp_path / "a.lm").crc32)
    assert crcs[0] == crcs[1]


# ---- what is in the file


def test_the_file_tells_what_it_was_made_of(whole, corpora):
    m = Model.open(whole)
    assert m.meta["name"] == "toy"
    assert [(c["name"], c["weight"]) for c in m.meta["corpora"]] == [("harbour", 1.0), ("village", 2.0)]
    for about, corpus in zip(m.meta["corpora"], corpora, strict=True):
        assert about["characters"] == len(corpus.path.read_text("utf-8"))
    assert m.meta["kept"] == {n: k for n, k in m.meta["counted"].items() if n != "1"}
    assert m.meta["symbols"] == m.meta["base"] == len(m.alphabet)
    assert m.meta["words"] == len(m.words)


def test_the_held_out_figure_is_that_of_the_lines_held_out(whole, corpora):
    m = Model.open(whole)
    told = m.meta["held_out"]
    nats, characters = 0.0, 0
    for corpus in corpora:
        held = parted(corpus.path.read_text("utf-8"))[1]
        own, n = m.chinese_nats(held)
        assert told["by_corpus"][corpus.name] == pytest.approx(own / n / np.log(2), abs=1e-4)
        nats += own
        characters += n
    assert told["characters"] == characters > 50
    assert told["bits_per_character"] == pytest.approx(nats / characters / np.log(2), abs=1e-4)
    assert told["perplexity"] == pytest.approx(2 ** told["bits_per_character"], abs=0.006)


def test_a_built_model_scores_as_the_plain_reference_of_its_corpora(whole, corpora):
    """All the way from files, two weights included. Tolerance .05 of ln p: 256 codes for a range of about 14."""
    m = Model.open(whole)
    raw = {n: {} for n in range(1, 6)}
    for corpus in corpora:
        lines = lines_of(m.alphabet, parted(corpus.path.read_text("utf-8"))[0])
        for n, grams in raw_counts(lines, int(16 * corpus.weight)).items():
            for gram, times in grams.items():
                raw[n][gram] = raw[n].get(gram, 0) + times
    plain = Plain(raw, len(m.alphabet), {int(n): d for n, d in m.meta["discounts"].items()})
    text = parted(corpora[1].path.read_text("utf-8"))[0].splitlines()[5:25]
    for line in text:
        expected = [np.log(plain.p(*c)) for c in contexts_of(lines_of(m.alphabet, line)[0])][:-1]
        off = np.abs(m.log_prob(line) - expected)
        # of order 5 there are 64 codes only
        assert off.max() < 0.25
        assert off.mean() < 0.05


def test_lines_that_are_held_out_are_not_counted(tmp_path):
    held = next(f"{i}号渔夫" for i in range(9999) if parted(f"{i}号渔夫\n")[1])
    path = tmp_path / "a.txt"
    path.write_text("\n".join([*sentences(100, 3), *[held] * 50]), "utf-8")
    build.build([Corpus(path, "a")], replace(RECIPE, rare_below=1), {tmp_path / "a.lm": 0.0}, workers=1)
    m = Model.open(tmp_path / "a.lm")
    left, right = m.alphabet.encode("号渔").astype(np.int64)
    assert "号" in m.alphabet.characters
    assert not m.bigrams.has(left[None], right[None])[0]
    assert m.meta["held_out"]["characters"] >= 50 * 3


# ---- budgets


def test_a_pruned_model_fits_its_budget_and_uses_it(small, whole):
    m = Model.open(small)
    size = small.stat().st_size
    # what is set aside for the header and for tables of few n-grams is not used up here
    assert SMALL_BUDGET * 1e6 - 80_000 < size <= SMALL_BUDGET * 1e6 < whole.stat().st_size
    for n in "345":
        assert 0 < m.meta["kept"][n] < m.meta["counted"][n]


def test_a_pruned_model_still_knows_the_language(small, whole):
    bits = [Model.open(p).meta["held_out"]["bits_per_character"] for p in (whole, small)]
    assert bits[0] - 0.01 <= bits[1] < bits[0] + 2


@pytest.mark.parametrize("budget", [0.12, 0.14, 0.17])
def test_no_budget_is_exceeded(tiny, budget, tmp_path):
    path = tmp_path / "a.lm"
    build.build(tiny, RECIPE, {path: budget}, workers=1)
    assert path.stat().st_size <= budget * 1e6


def test_a_budget_of_larger_tables_is_not_exceeded(tmp_path):
    """Tables take more than their slots a key: whole segments, and more room the fewer keys there are."""
    r = np.random.default_rng(1)
    often = 1 / np.arange(1, 61)
    ids = r.choice(60, 120_000, p=often / often.sum())
    text = "".join(chr(0x4E00 + i) for i in ids)
    source, path = tmp_path / "a.txt", tmp_path / "a.lm"
    source.write_text("\n".join(text[i : i + 50] for i in range(0, len(text), 50)), "utf-8")
    build.build([Corpus(source, "a")], RECIPE, {path: 0.9}, workers=1)
    assert path.stat().st_size <= 0.9e6


def test_a_larger_budget_keeps_no_fewer_ngrams(corpora, small, tmp_path):
    build.build(corpora, RECIPE, {tmp_path / "a.lm": SMALL_BUDGET + 0.02}, workers=1)
    more, fewer = (Model.open(p).meta["kept"] for p in (tmp_path / "a.lm", small))
    assert sum(more.values()) > sum(fewer.values())


def test_a_small_model_leaves_the_rarest_symbols_out(corpora, tmp_path):
    """A quarter of the budget is for the table of bigram bits."""
    (tmp_path / "rare.txt").write_text(
        "".join(f"渔夫{chr(c)}山谷\n" * 2 for c in range(0x7000, 0x712C)), "utf-8"
    )
    path, budget = tmp_path / "a.lm", 0.12
    recipe = replace(RECIPE, words=20)
    build.build([*corpora, Corpus(tmp_path / "rare.txt", "rare")], recipe, {path: budget}, workers=1)
    m = Model.open(path)
    assert 100 < len(m.alphabet) < m.meta["base"] - 64
    assert pack.fixed_bytes(len(m.alphabet)) <= budget * 1e6 / 4
    assert path.stat().st_size <= budget * 1e6
    assert len(m.words) <= 20
    assert sum(m.meta["kept"].values()) > 1000
    line = sentences(1, 4)[0]
    assert np.isfinite(m.log_prob(line + "猫")).all()
    # every symbol after a border: what is left out is in the unknown one
    symbols = np.arange(len(m.alphabet), dtype=np.uint16)
    rows = np.stack([np.full(len(symbols), 1, np.uint16), symbols], axis=1)
    assert np.exp(m.score(rows.reshape(-1))[1::2].astype(float)).sum() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("budget", [0.05, 0.08])
def test_a_budget_too_small_is_told_and_what_to_do(tiny, budget, tmp_path):
    with pytest.raises(UsageError) as e:
        build.build(tiny, RECIPE, {tmp_path / "a.lm": budget}, workers=1)
    assert f"{budget:g} MB" in e.value.en
    assert "--budget" in e.value.en
    assert f"{budget:g} MB" in e.value.zh
    assert names(tmp_path) == ["in"]


@pytest.mark.parametrize("budget", [0.02, 0.001, -1.0])
def test_no_budget_makes_the_alphabet_search_for_ever(budget):
    alphabet = Alphabet("".join(map(chr, range(0x4E00, 0x4E00 + 300))))
    with within(1, f"fitting {budget} MB"), suppress(UsageError):
        assert len(build._fitting(alphabet, budget)) <= len(alphabet)


def test_a_recipe_of_few_words_is_kept_to(tiny, tmp_path):
    for words in (3, 0):
        build.build(tiny, replace(RECIPE, words=words), {tmp_path / "a.lm": 0.0}, workers=1)
        assert len(Model.open(tmp_path / "a.lm").words) == words


def test_characters_all_too_rare_are_no_crash(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("木匠\n渔夫\n", "utf-8")
    try:
        build.build([Corpus(path, "a")], replace(RECIPE, rare_below=5), {tmp_path / "a.lm": 0.0}, workers=1)
    except CorpusError:
        return
    assert np.isfinite(Model.open(tmp_path / "a.lm").log_prob("木匠")).all()


@pytest.mark.parametrize("text", ["山", "山\n水\n", "山水\n" * 3, "山" * 50])
def test_the_smallest_corpora_give_a_model(tmp_path, text):
    (tmp_path / "a.txt").write_text(text, "utf-8")
    recipe = replace(RECIPE, rare_below=1)
    build.build([Corpus(tmp_path / "a.txt", "a")], recipe, {tmp_path / "a.lm": 0.0}, workers=1)
    m = Model.open(tmp_path / "a.lm")
    assert np.isfinite(m.log_prob(text + "水猫")).all()


# ---- nothing half


STAGES = ["read", "symbols", "count", "merge", "estimate", "words", "stand-ins", "prune", "pack"]


@pytest.mark.parametrize("stage", STAGES)
def test_an_interrupt_leaves_the_old_model_and_nothing_else(tiny, tmp_path, stage):
    path = tmp_path / "a.lm"
    path.write_bytes(b"the old model")

    def interrupt(what, share):
        if what == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.build(tiny, RECIPE, {path: 0.0}, workers=1, progress=interrupt)
    assert path.read_bytes() == b"the old model"
    assert names(tmp_path) == ["a.lm", "in"]


def fails(*args, **kwargs):
    raise MemoryError


@pytest.mark.parametrize(
    ("module", "name"), [(container, "write"), (build, "_held_out"), (pack, "pack"), (count, "count")]
)
def test_an_error_leaves_the_old_model_and_nothing_else(tiny, tmp_path, module, name, monkeypatch):
    path = tmp_path / "a.lm"
    path.write_bytes(b"the old model")
    monkeypatch.setattr(module, name, fails)
    with pytest.raises(MemoryError):
        build.build(tiny, RECIPE, {path: 0.0}, workers=1)
    assert path.read_bytes() == b"the old model"
    assert names(tmp_path) == ["a.lm", "in"]


def test_a_real_interrupt_leaves_the_old_model_and_nothing_else(tmp_path):
    """Ctrl-C reaches the workers, too; here while words are segmented."""
    source, path = tmp_path / "a.txt", tmp_path / "a.lm"
    source.write_text("\n".join(sentences(2000, 3) * 60), "utf-8")
    path.write_bytes(b"the old model")
    script = """
        import sys
        from pathlib import Path
        from cleanup.lm import build
        from cleanup.lm.corpus import Corpus
        from cleanup.lm.recipe import Recipe

        def tell(what, share):
            print(what, flush=True)

        source, path = map(Path, sys.argv[1:])
        try:
            build.build([Corpus(source, "a")], Recipe(budget_mb=0), {path: 0.0}, workers=2, progress=tell)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(source), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        told = ""
        while told != "estimate\n":
            told = process.stdout.readline()
            assert told
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
    assert rest.split()[-1] == "interrupted"
    assert path.read_bytes() == b"the old model"
    assert names(tmp_path) == ["a.lm", "a.txt"]


def test_an_interrupt_leaves_only_kept_word_counts_in_the_work_folder(tiny, tmp_path):
    work = tmp_path / "work"

    def interrupt(what, share):
        if what == "pack":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.build(tiny, RECIPE, {tmp_path / "a.lm": 0.0}, work=work, workers=1, progress=interrupt)
    assert [n.startswith("words-") and n.endswith(".npz") for n in names(work)] == [True]
    assert names(tmp_path) == ["in", "work"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is empty"),
        (b"abc 12\n", "no Chinese"),
        (b"\n\n", "no Chinese"),
        ("山\n".encode() + b"\xff\n", "not UTF-8"),
        ("山\n".encode() + b"\0\n", "not text"),
    ],
)
def test_a_corpus_that_cannot_be_counted_is_told_and_leaves_nothing(tmp_path, text, says):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("木匠在茶馆\n" * 9, "utf-8")
    bad.write_bytes(text)
    with pytest.raises(CorpusError, match=says) as e:
        build.build([Corpus(good, "good"), Corpus(bad, "bad")], RECIPE, {tmp_path / "a.lm": 0.0}, workers=1)
    assert str(bad) in e.value.where
    assert names(tmp_path) == ["bad.txt", "good.txt"]


# ---- recipes


def recipe_file(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_recipe_is_read(tmp_path):
    path = recipe_file(
        tmp_path,
        'name = "试"\nbudget_mb = 20\nrare_below = 3\nwords = 1000\n[corpora.a]\nweight = 2\nlicence = "CC0"\n',
    )
    assert recipe.load(path) == Recipe("试", 20, 3, 1000, {"a": {"weight": 2, "licence": "CC0"}})
    assert recipe.load(recipe_file(tmp_path, "")) == Recipe()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("budget = 3", "did you mean budget_mb"),
        ("bugdet_mb = 3", "did you mean budget_mb"),
        ("corpra = {}", "did you mean corpora"),
        ("[corpora.a]\nwieght = 2", "no key corpora.a.wieght; did you mean weight"),
        ("[corpora.a]\nlicense = 'x'", "did you mean licence"),
        ("zzz = 1", "no key zzz"),
        ("budget_mb = 'a'", "budget_mb has the wrong type"),
        ("words = true", "words has the wrong type"),
        ("rare_below = 1.5", "rare_below has the wrong type"),
        ("[corpora.a]\nweight = 'x'", "corpora.a.weight has the wrong type"),
        ("[corpora]\na = 1", "corpora.a should be a table"),
        ("[corpora.a]\nweight = 0", "between 1/16 and 100"),
        ("[corpora.a]\nweight = -1", "between 1/16 and 100"),
        ("[corpora.a]\nweight = 101", "between 1/16 and 100"),
        ("[corpora.a]\nweight = nan", "between 1/16 and 100"),
        ("[corpora.a]\nweight = inf", "between 1/16 and 100"),
        ("budget_mb = ", "not TOML"),
        (b"name = '\xff'", "not TOML"),
    ],
)
def test_a_wrong_recipe_is_told_with_its_key(tmp_path, text, says):
    path = recipe_file(tmp_path, text)
    with pytest.raises(UsageError) as e:
        recipe.load(path)
    assert says in e.value.en
    assert e.value.where == str(path)
    assert e.value.zh != e.value.en


@pytest.mark.parametrize(
    "text", ["budget_mb = -1", "budget_mb = nan", "budget_mb = inf", "rare_below = -2", "words = -1"]
)
def test_numbers_out_of_range_are_refused(tmp_path, text):
    with pytest.raises(UsageError):
        recipe.load(recipe_file(tmp_path, text))


def test_a_recipe_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError) as e:
        recipe.load(tmp_path / "missing.toml")
    assert e.value.where == str(tmp_path / "missing.toml")


# ---- which corpora


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "corpora"
    folder.mkdir()
    for name in (
        "news-b.txt.xz",
        "news-a.jsonl",
        "wiki.txt",
        "tea.ndjson.zst",
        "notes.md",
        "wiki.txt.partial",
    ):
        (folder / name).write_bytes(b"")
    (folder / "deeper.txt").mkdir()
    return folder


def gathered(inputs, exclude=(), recipe_=RECIPE):
    return [c.name for c in recipe.gather(inputs, recipe_, exclude)]


def test_a_folder_gives_its_corpora_in_order_of_names(folder):
    assert gathered([folder]) == ["news-a", "news-b", "tea", "wiki"]
    assert gathered([folder / "wiki.txt", folder / "news-a.jsonl"]) == ["news-a", "wiki"]


def test_a_file_that_is_named_is_taken_whatever_its_suffix(folder):
    assert gathered([folder / "notes.md"]) == ["notes.md"]


def test_corpora_can_be_excluded_by_name_and_pattern(folder):
    assert gathered([folder], ["wiki"]) == ["news-a", "news-b", "tea"]
    assert gathered([folder], ["news-*"]) == ["tea", "wiki"]
    assert gathered([folder], ["news-?", "tea"]) == ["wiki"]
    assert gathered([folder], ["wiki", "w*"]) == ["news-a", "news-b", "tea"]


def test_an_exclusion_of_nothing_is_told_with_the_nearest_name(folder):
    for wrong, meant in (("wikki", "wiki"), ("news_a", "news-a"), ("Wiki", "wiki")):
        with pytest.raises(UsageError, match=f"did you mean {meant}"):
            gathered([folder], [wrong])
    with pytest.raises(UsageError, match="no such corpus"):
        gathered([folder], ["zzzzzz*"])


def test_excluding_everything_leaves_nothing_to_count(folder):
    with pytest.raises(CorpusError, match="no corpus"):
        gathered([folder], ["*"])


def test_paths_of_nothing_are_told(folder, tmp_path):
    with pytest.raises(UsageError, match="no such file") as e:
        gathered([tmp_path / "missing"])
    assert e.value.where == str(tmp_path / "missing")
    with pytest.raises(UsageError, match=r"no \.txt or \.jsonl"):
        gathered([folder / "deeper.txt"])


def test_two_corpora_of_one_name_are_told(folder):
    (folder / "wiki.jsonl").write_bytes(b"")
    with pytest.raises(UsageError, match="one name") as e:
        gathered([folder])
    assert str(folder / "wiki.jsonl") in e.value.en
    assert str(folder / "wiki.txt") in e.value.en


def test_weights_come_from_the_recipe_by_name(folder):
    weighed = Recipe(corpora={"wiki": {"weight": 2.5}, "tea": {"licence": "CC0"}, "absent": {"weight": 3}})
    weights = {c.name: c.weight for c in recipe.gather([folder], weighed, [])}
    assert weights == {"wiki": 2.5, "tea": 1.0, "news-a": 1.0, "news-b": 1.0}


def test_a_corpus_left_out_is_not_in_the_model(corpora, tmp_path):
    kept = recipe.gather([corpora[0].path.parent], RECIPE, ["village"])
    build.build(kept, RECIPE, {tmp_path / "a.lm": 0.0}, workers=1)
    m = Model.open(tmp_path / "a.lm")
    assert [c["name"] for c in m.meta["corpora"]] == ["harbour"]
    lines = corpora[0].path.read_text("utf-8")
    assert m.words.count(PEOPLE[0]) == lines.count(PEOPLE[0])
