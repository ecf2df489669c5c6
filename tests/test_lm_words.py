"""Words, the pairs they stand in, and words that may stand in for each other."""

import random
from itertools import pairwise
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.lm import segment, standins
from cleanup.lm.alphabet import Alphabet
from cleanup.lm.words import MAX_LENGTH, WordTable, pack_words
from lm_fixtures import ALL_WORDS, PEOPLE, PLACES, Inline, sentences, toy_model

ALPHABET = Alphabet("木匠铁桶山水,火")
BASE = len(ALPHABET)
WORDS = ["", "木匠", "铁匠", "山", "山水", "火山", "猫", "木A", "山水山水火", "山水山水火山", "，", "木"]
NONE = np.zeros(0, np.int64), np.zeros((0, standins.STAND_INS), np.uint32)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_model(tmp_path_factory)


def table_of(counts, vocabulary=WORDS, able=NONE[0], similar=NONE[1], limit=100, alphabet=ALPHABET):
    arrays, tokens = pack_words(
        np.array(counts, np.int64), vocabulary, alphabet, able, similar, base=len(alphabet), limit=limit
    )
    return WordTable(arrays, alphabet, len(alphabet), tokens)


# ---- the table


def test_words_are_found_with_their_counts():
    table = table_of([0, 10, 20, 30, 5, 3, 99, 99, 7, 99, 99, 4])
    kept = ["山", "铁匠", "木匠", "山水山水火", "山水", "木", "火山"]
    assert [table.word(i) for i in range(len(table))] == kept
    assert [table.count(w) for w in kept] == [30, 20, 10, 7, 5, 4, 3]
    assert [table.number(w) for w in kept] == list(range(len(kept)))


def test_what_the_table_does_not_hold_is_told():
    counts = [0, 10, 20, 30, 5, 3, 99, 99, 7, 99, 99, 4]
    table = table_of(counts)
    # unknown characters, longer than a key, letters, never counted, nothing, a line break
    for word in ("猫", "木A", "山水山水火山", "水", "匠木", "", "\n", "木匠\n", "😀", "\ud800", "山" * 99):
        assert table.number(word) is None
        assert table.count(word) == 0
        assert table.stand_ins(word) == []
        assert table.log_prob(word) == pytest.approx(np.log(1 / sum(counts)))


def test_shares_are_of_all_tokens():
    table = table_of([0, 10, 20, 30, 0, 0, 40])
    assert table.log_prob("木匠") == pytest.approx(np.log(10 / 100))
    assert np.exp(table.log_probs).tolist() == pytest.approx([0.3, 0.2, 0.1])


def test_words_seen_less_than_three_times_are_left_out():
    table = table_of([0, 3, 2, 1])
    assert [table.word(i) for i in range(len(table))] == ["木匠"]


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_no_more_words_are_kept_than_the_limit(limit):
    table = table_of([0, 10, 20, 30], limit=limit)
    assert [table.word(i) for i in range(len(table))] == ["山", "铁匠"][:limit]


def test_words_that_cannot_be_kept_do_not_count_against_the_limit():
    table = table_of([0, 10, 20, 30, 0, 0, 99, 98], limit=2)
    assert [table.word(i) for i in range(len(table))] == ["山", "铁匠"]


def test_first_and_last_symbols_and_lengths():
    table = table_of([0, 10, 20, 30])
    first, last, length = table.first_last
    for i in range(len(table)):
        ids = ALPHABET.encode(table.word(i)).tolist()
        assert (first[i], last[i], length[i]) == (ids[0], ids[-1], len(ids))


def test_an_empty_table_answers():
    table = table_of([0, 0, 0])
    assert len(table) == 0
    assert table.number("木匠") is None
    assert table.count("木匠") == 0
    assert np.isfinite(table.log_prob("木匠"))
    assert table.stand_ins("木匠") == []
    assert len(table.log_probs) == 0
    assert [len(x) for x in table.first_last] == [0, 0, 0]


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.text("木匠铁桶山水火", min_size=1, max_size=MAX_LENGTH + 1), st.integers(0, 50), max_size=30
    )
)
def test_any_table_holds_its_words_and_no_others(words):
    table = table_of(list(words.values()), list(words))
    expected = {w: n for w, n in words.items() if n >= 3 and len(w) <= MAX_LENGTH}
    assert {table.word(i): table.count(table.word(i)) for i in range(len(table))} == expected
    for w in words:
        assert table.count(w) == expected.get(w, 0)
        number = table.number(w)
        assert number is None or table.word(number) == w
    counts = [table.count(table.word(i)) for i in range(len(table))]
    assert counts == sorted(counts, reverse=True)


def test_stand_ins_come_with_their_similarity_without_those_left_out():
    similar = np.zeros((2, standins.STAND_INS), np.uint32)
    similar[0, :3] = [2 << 8 | 255, 6 << 8 | 200, 3 << 8 | 51]  # 铁匠, 猫 (no symbol), 山
    similar[1, :1] = [1 << 8 | 255]
    table = table_of([0, 10, 20, 30, 0, 0, 99], able=np.array([1, 2]), similar=similar)
    assert [(s.word, round(s.similarity, 2)) for s in table.stand_ins("木匠")] == [("铁匠", 1.0), ("山", 0.2)]
    assert [s.word for s in table.stand_ins("铁匠")] == ["木匠"]
    assert table.stand_ins("山") == []


# ---- a built model


def test_a_built_model_knows_its_words(toy):
    for word in ALL_WORDS:
        assert toy.words.count(word) > 20
        assert toy.words.word(toy.words.number(word)) == word
    assert toy.words.count("飞机") == 0
    # weights: harbour once, village twice
    corpora = [sentences(1500, 1), sentences(1500, 2)]
    for word in ("木船", "灯塔", "裁缝"):
        once, twice = (sum(line.count(word) for line in lines) for lines in corpora)
        assert toy.words.count(word) == once + 2 * twice


def test_words_of_one_slot_stand_in_for_each_other_in_a_built_model(toy):
    for slot in (PEOPLE, PLACES):
        for word in slot:
            found = [s.word for s in toy.words.stand_ins(word)]
            assert found
            assert sum(w in slot for w in found) >= 0.8 * len(found)


def test_stand_ins_are_sorted_and_never_the_word_itself_or_inside_it(toy):
    for i in range(len(toy.words)):
        word = toy.words.word(i)
        found = toy.words.stand_ins(word)
        assert [s.similarity for s in found] == sorted((s.similarity for s in found), reverse=True)
        assert len({s.word for s in found}) == len(found) <= standins.STAND_INS
        for s in found:
            assert standins.MIN_SIMILARITY - 0.01 <= s.similarity <= 1
            assert s.word not in word
            assert word not in s.word


# ---- stand-ins from counts


def counts_of(sequences, vocabulary):
    """Word counts of sequences of words."""
    ids = {w: i for i, w in enumerate(vocabulary) if i}
    words = np.zeros(len(vocabulary), np.int64)
    pairs = []
    for sequence in sequences:
        numbers = [ids[w] for w in sequence]
        np.add.at(words, numbers, 1)
        pairs += [a << segment.PAIR_BITS | b for a, b in pairwise(numbers)]
    keys, times = np.unique(np.array(pairs, np.uint64), return_counts=True)
    return segment.WordCounts(words, keys, times.astype(np.int64))


def found_in(sequences, vocabulary):
    with mock.patch.object(standins, "_NEIGHBOURS", 500):
        able, similar = standins.stand_ins(counts_of(sequences, vocabulary), vocabulary)
    return {
        vocabulary[a]: {vocabulary[e >> 8]: (e & 0xFF) / 255 for e in row.tolist() if e}
        for a, row in zip(able.tolist(), similar, strict=True)
    }


def slots(seed=1, n=1500):
    """Two words with the same neighbours, two with others, and one that holds another."""
    r = random.Random(seed)
    frames = {
        "木匠": ("修理", "木船"),
        "铁匠": ("修理", "木船"),
        "老木匠": ("修理", "木船"),
        "山谷": ("远处", "安静"),
        "河边": ("来到", "洗衣"),
    }
    fill = ["然后", "昨天", "大家", "一起"]
    out = []
    for _ in range(n):
        word = r.choice(list(frames))
        before, after = frames[word]
        out.append([r.choice(fill), before, word, after, r.choice(fill)])
    vocabulary = ["", *sorted({w for s in out for w in s})]
    return out, vocabulary


def test_two_words_that_share_all_neighbours_find_each_other_first():
    found = found_in(*slots())
    assert next(iter(found["木匠"])) == "铁匠"
    assert "木匠" in list(found["铁匠"])[:2]
    assert found["木匠"]["铁匠"] > 0.9
    assert not {"山谷", "河边"} & set(found["木匠"])
    assert "山谷" not in found["河边"]


def test_words_inside_one_another_are_no_stand_ins():
    found = found_in(*slots())
    assert "老木匠" not in found["木匠"]
    assert "木匠" not in found["老木匠"]
    assert "铁匠" in found["老木匠"]


def test_similarity_is_symmetric():
    for found in (found_in(*slots(2)), found_in(*slots(3, 600))):
        for a, others in found.items():
            for b, cosine in others.items():
                if a in found.get(b, {}):
                    assert found[b][a] == pytest.approx(cosine, abs=1 / 255)


def test_rare_words_single_characters_and_other_scripts_have_no_stand_ins():
    sequences, vocabulary = slots()
    rare = [["昨天", "修理", "裁缝", "木船"]] * (standins.MIN_COUNT - 1)
    common = [["昨天", "修理", "渔夫", "木船"]] * standins.MIN_COUNT
    others = [["昨天", "修理", w, "木船"] for w in ("匠", "，", "T恤", "一二三四五")] * 50
    vocabulary = [*vocabulary, "裁缝", "渔夫", "匠", "，", "T恤", "一二三四五"]
    found = found_in([*sequences, *rare, *common, *others], vocabulary)
    assert "渔夫" in found
    assert not {"裁缝", "匠", "，", "T恤", "一二三四五"} & set(found)
    assert not {"裁缝", "匠", "，", "T恤", "一二三四五"} & {w for others in found.values() for w in others}


def test_the_same_counts_give_the_same_stand_ins():
    sequences, vocabulary = slots()
    shuffled = random.Random(4).sample(sequences, len(sequences))
    assert found_in(sequences, vocabulary) == found_in(shuffled, vocabulary)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_words_have_few_stand_ins(n):
    words = ["木匠", "铁匠"][:n]
    sequences = [["昨", w, "山"] for w in words] * 40
    found = found_in([*sequences, ["昨", "山"]], ["", "昨", "山", "木匠", "铁匠"])
    assert set(found) == set(words)
    for word, others in found.items():
        assert set(others) <= {"木匠", "铁匠"} - {word}


def test_words_without_neighbours_have_no_stand_ins():
    vocabulary = ["", "木匠", "铁匠"]
    counts = segment.WordCounts(np.array([0, 99, 99]), np.zeros(0, np.uint64), np.zeros(0, np.int64))
    with mock.patch.object(standins, "_NEIGHBOURS", 500):
        able, similar = standins.stand_ins(counts, vocabulary)
    assert able.tolist() == [1, 2]
    assert not similar.any()


# ---- segmentation


def words_of(text):
    return [segment.vocabulary()[i] for i in segment.segment(text).tolist()]


def test_lines_are_parted_and_punctuation_is_a_word_of_either_width():
    assert words_of("木匠,渔夫\n茶馆，abc") == ["", "木匠", "，", "渔夫", "", "茶馆", "，", ""]


def test_the_vocabulary_has_every_word_once_and_none_at_zero():
    vocabulary = segment.vocabulary()
    assert len(set(vocabulary)) == len(vocabulary) < 1 << segment.PAIR_BITS
    assert vocabulary[0] == ""


def plain_counts(texts):
    words, pairs = {}, {}
    for text in texts:
        for line in text.split("\n"):
            ws = words_of(line)[1:]
            for w in ws:
                words[w] = words.get(w, 0) + 1
            for a, b in pairwise(ws):
                if a and b:
                    pairs[a, b] = pairs.get((a, b), 0) + 1
    return words, pairs


@pytest.mark.parametrize(("piece", "flush"), [(1 << 19, 1 << 24), (40, 30), (1000, 3)])
def test_words_and_pairs_are_counted_whatever_the_pieces(piece, flush):
    lines = sentences(60, 12)
    blocks = ["\n".join(lines[:25]) + "\n", "\n".join(lines[25:])]
    with mock.patch.object(segment, "_PIECE", piece), mock.patch.object(segment, "_FLUSH", flush):
        got = segment.count_words(blocks, Inline(), 2)
    vocabulary = segment.vocabulary()
    words, pairs = plain_counts(blocks)
    words.pop("", None)
    assert {vocabulary[i]: int(got.words[i]) for i in np.flatnonzero(got.words) if i} == words
    mask = (1 << segment.PAIR_BITS) - 1
    assert (np.diff(got.pairs.astype(np.int64)) > 0).all()
    assert {
        (vocabulary[k >> segment.PAIR_BITS], vocabulary[k & mask]): t
        for k, t in zip(got.pairs.tolist(), got.times.tolist(), strict=True)
    } == pairs


def test_a_line_too_long_for_one_piece_is_counted_in_pieces():
    line = "".join(sentences(20, 13))
    with mock.patch.object(segment, "_PIECE", 50):
        got = segment.count_words([line], Inline(), 1)
    whole = segment.count_words([line], Inline(), 1)
    # a cut may part a word on each of its sides
    assert np.abs(got.words - whole.words)[1:].sum() <= 6 * (len(line) / 50)
    assert got.words[1:].sum() > 0.7 * whole.words[1:].sum()


@pytest.mark.parametrize("blocks", [[], [""], ["\n"], ["abc"]])
def test_text_without_words_has_none(blocks):
    got = segment.count_words(blocks, Inline(), 1)
    assert not got.words[1:].any()
    assert len(got.pairs) == len(got.times) == 0


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=12), min_size=1, max_size=4)
)
def test_merging_runs_adds_their_counts(runs):
    arrays = [
        (np.array([k for k, _ in run], np.uint64), np.array([t for _, t in run], np.int64)) for run in runs
    ]
    keys, times = segment.merged(arrays)
    expected = {}
    for k, t in (pair for run in runs for pair in run):
        expected[k] = expected.get(k, 0) + t
    assert keys.tolist() == sorted(expected)
    assert dict(zip(keys.tolist(), times.tolist(), strict=True)) == expected
