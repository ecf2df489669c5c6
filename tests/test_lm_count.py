"""Counts of n-grams, against dictionaries."""

import tempfile
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.lm import count
from cleanup.lm.alphabet import BORDER, UNKNOWN, Alphabet
from lm_fixtures import counted, gram_of, kind_counts, lines_of, raw_counts

ALPHABET = Alphabet("山水火木,。")
BASE = len(ALPHABET)
# line breaks of several kinds, repeated, and characters that are no symbols of their own
TEXT = st.text("山水火木，7a 猫\n\n\r", max_size=60)
SMALL = settings(max_examples=60)


def as_dicts(table):
    grams = [gram_of(k, table.order, BASE) for k in table.keys.tolist()]
    return (
        dict(zip(grams, table.raw.tolist(), strict=True)),
        dict(zip(grams, table.kind.tolist(), strict=True)),
    )


def reference(parts):
    raw = {n: Counter() for n in range(1, 6)}
    for text, weight in parts:
        for n, grams in raw_counts(lines_of(ALPHABET, text), max(1, round(16 * weight))).items():
            raw[n].update(grams)
    return raw, kind_counts(raw)


def check(parts):
    with tempfile.TemporaryDirectory() as folder:
        tables = counted(parts, ALPHABET, folder)
        raw, kind = reference(parts)
        for n in range(1, 6):
            assert (np.diff(tables[n].keys.astype(np.int64)) > 0).all()
            got_raw, got_kind = as_dicts(tables[n])
            assert got_raw == raw[n]
            assert got_kind == kind[n]
        return tables


@SMALL
@given(TEXT)
def test_all_orders_are_counted_as_dictionaries_count_them(text):
    check([(text, 1.0)])


@SMALL
@given(st.lists(st.tuples(TEXT, st.sampled_from([1 / 16, 0.5, 1.0, 1.05, 2.0, 7.5])), max_size=4))
def test_weights_multiply_counts_in_sixteenths(parts):
    check(parts)


@SMALL
@given(st.lists(TEXT, max_size=5), st.integers(1, 40), st.integers(1, 40))
def test_tiny_batches_and_partitions_change_nothing(texts, batch, partition):
    with mock.patch.object(count, "_BATCH", batch), mock.patch.object(count, "_PARTITION", partition):
        check([(t, 1.0) for t in texts])


@SMALL
@given(st.lists(st.text("山水火", min_size=1, max_size=12), min_size=1, max_size=6), st.data())
def test_how_lines_fall_into_batches_does_not_matter(lines, data):
    cut = data.draw(st.integers(0, len(lines)))
    whole, parted = "\n".join(lines), ["\n".join(lines[:cut]), "\n".join(lines[cut:])]
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        one, two = counted([(whole, 1.0)], ALPHABET, a), counted([(t, 1.0) for t in parted], ALPHABET, b)
        for n in range(1, 6):
            for name in ("keys", "raw", "kind"):
                assert getattr(one[n], name).tolist() == getattr(two[n], name).tolist()


def test_batches_of_other_weights_are_not_mixed():
    with mock.patch.object(count, "_BATCH", 1000):
        check([("山水", 1.0), ("山水", 3.0), ("山水", 3.0), ("山水火", 1.0)])


def test_an_ngram_never_reaches_over_a_line_break():
    tables = check([("山水\n火木", 1.0)])
    for n in range(2, 6):
        for gram in as_dicts(tables[n])[0]:
            assert BORDER not in gram[1:-1]
            assert not {ALPHABET.encode("水")[0], ALPHABET.encode("火")[0]} <= set(gram)


def test_continuations_ignore_how_often_the_same_stands_in_front():
    _, kind = as_dicts(check([("山水\n" * 9 + "火水\n" * 2, 1.0)])[1])
    assert kind[(int(ALPHABET.encode("水")[0]),)] == 2


@pytest.mark.parametrize("text", ["", "\n", "\n\n\r\n"])
def test_a_text_without_a_symbol_has_no_ngrams(text):
    tables = check([(text, 1.0)])
    assert [len(tables[n].keys) for n in range(1, 6)] == [0] * 5


def test_unknown_characters_are_counted_as_one_symbol():
    tables = check([("猫狗鸟", 1.0)])
    assert as_dicts(tables[1])[0][(UNKNOWN,)] == 3 * 16


def test_counts_too_large_for_the_table_stop_at_its_top():
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(count, "UNITS", 1 << 30):
        tables = counted([("山水火木\n" * 9, 1.0)], ALPHABET, folder)
        assert set(tables[5].raw.tolist()) == {0xFFFFFFFF}


@SMALL
@given(st.lists(st.integers(0, 5), max_size=30))
def test_heads_are_where_runs_start(values):
    values = np.array(sorted(values), np.uint32)
    expected = [i for i in range(len(values)) if i == 0 or values[i] != values[i - 1]]
    assert count.heads(values).tolist() == expected


# ---- the symbols


@given(st.text(max_size=50))
def test_a_symbol_for_each_code_point(text):
    assert len(ALPHABET.encode(text)) == len(text)


def test_width_digits_letters_and_blanks_are_folded():
    encode = ALPHABET.encode
    assert encode("，").tolist() == encode(",").tolist() == [5 + ALPHABET.characters.index(",")]
    assert len(set(encode("0９7７").tolist())) == 1
    assert len(set(encode("aＺzＱ").tolist())) == 1
    assert len(set(encode(" \u3000\t\xa0").tolist())) == 1
    assert set(encode("\n\r\x0b\x0c\x85\u2028\u2029").tolist()) == {BORDER}
    assert set(encode("😀\ud800\udfff\uffff𠀀猫").tolist()) == {UNKNOWN}


def test_the_commonest_characters_get_the_first_symbols_and_ties_are_told():
    counts = np.zeros(0x10000, np.int64)
    Alphabet.tally("水水水火火木木山，，，,5a\n ", counts)
    assert Alphabet.counted(counts, at_least=2).characters == ",水" + "".join(sorted("火木"))
    assert Alphabet.counted(counts, at_least=1).characters[-1] == "山"


def test_characters_that_were_never_seen_are_no_symbols():
    counts = np.zeros(0x10000, np.int64)
    Alphabet.tally("山水", counts)
    assert set(Alphabet.counted(counts, at_least=0).characters) == {"山", "水"}


def test_too_many_or_repeated_characters_are_refused():
    for characters in ("山山", "".join(map(chr, range(0x4E00, 0x4E00 + 7127)))):
        with pytest.raises(ValueError):
            Alphabet(characters)


@given(st.text("山水火木", max_size=9))
def test_symbols_show_their_characters(text):
    assert "".join(map(ALPHABET.symbol, ALPHABET.encode(text).tolist())) == text
