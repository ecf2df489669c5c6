"""Probabilities: what is estimated, what pruning leaves, and that it all sums to one."""

import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.lm import count, estimate, pack
from cleanup.lm.alphabet import BORDER
from cleanup.lm.count import Table
from lm_fixtures import (
    Plain,
    alphabet_of,
    contexts_of,
    counted,
    gram_of,
    lines_of,
    pruned_probability,
    raw_counts,
    sentences,
    small_model,
)

# few characters, so that contexts are met again
TEXT = st.lists(st.text("山水火木土", min_size=1, max_size=14), min_size=1, max_size=12).map("\n".join)
SMALL = settings(max_examples=40)
LINES = "\n".join(sentences(40, 5))


def of_counts(n1, n2, n3, n4, shift=1.0):
    return estimate.Discounts.from_counts_of_counts(np.array([0, n1, n2, n3, n4, 9]), shift)


def plain_of(small, weight=1.0):
    discounts = {n: (e.discounts.one, e.discounts.two, e.discounts.more) for n, e in small.estimates.items()}
    raw = raw_counts(lines_of(small.alphabet, small.text), max(1, round(16 * weight)))
    return Plain(raw, len(small.alphabet), discounts)


# ---- discounts


def test_discounts_are_those_of_chen_and_goodman():
    d = of_counts(1000, 300, 150, 100)
    y = 1000 / (1000 + 2 * 300)
    assert d.one == pytest.approx(1 - 2 * y * 300 / 1000)
    assert d.two == pytest.approx(2 - 3 * y * 150 / 300)
    assert d.more == pytest.approx(3 - 4 * y * 100 / 150)


def test_discounts_grow_with_the_shift():
    plain, shifted = of_counts(1000, 300, 150, 100), of_counts(1000, 300, 150, 100, 1.2)
    assert shifted.one == pytest.approx(1.2 * plain.one)
    assert shifted.two == pytest.approx(1.2 * plain.two)


@given(*[st.integers(0, 10**9)] * 4, st.sampled_from([1.0, 1.1, 1.6]))
def test_a_discount_takes_something_and_never_all(n1, n2, n3, n4, shift):
    d = of_counts(n1, n2, n3, n4, shift)
    assert 0 < d.one < 1
    assert 0 < d.two < 2
    assert 0 < d.more < 3
    counts = np.linspace(0, 50, 400)
    taken = d.of(counts)
    assert taken[0] == 0
    assert (taken[1:] > 0).all()
    assert d.of(np.array([1.0, 2.0, 3.0, 900.0])).tolist() == [d.one, d.two, d.more, d.more]


# ---- the unpruned model


@SMALL
@given(TEXT, st.sampled_from([0.25, 1.0, 1.5, 3.0]))
def test_probabilities_are_those_of_the_plain_reference(text, weight):
    """Tolerance 1e-4 of ln p: they are kept in single precision, and lower orders enter so."""
    small = small_model(text, weight=weight)
    plain = plain_of(small, weight)
    base = len(small.alphabet)
    for n in range(2, 6):
        table, log_prob = small.tables[n], np.asarray(small.estimates[n].log_prob)
        assert len(table.keys) == len(log_prob)
        for key, ln in zip(table.keys.tolist(), log_prob.tolist(), strict=True):
            *context, symbol = gram_of(key, n, base)
            assert ln == pytest.approx(np.log(plain.p(tuple(context), symbol)), abs=1e-4)


@SMALL
@given(TEXT)
def test_the_reference_itself_sums_to_one(text):
    small = small_model(text)
    plain = plain_of(small)
    for line in lines_of(small.alphabet, text):
        for context, _ in contexts_of(line)[:6]:
            assert sum(plain.p(context, w) for w in range(len(small.alphabet))) == pytest.approx(1, abs=1e-9)


@SMALL
@given(TEXT)
def test_every_symbol_has_a_probability_even_if_it_was_never_seen(text):
    small = small_model(text)
    unigrams = estimate.unigrams(small.tables[1], len(small.alphabet))
    assert unigrams.sum() == pytest.approx(1)
    assert (unigrams > 0).all()
    seen = np.zeros(len(unigrams), bool)
    seen[small.tables[1].keys.astype(np.int64)] = True
    assert unigrams[~seen].max() < unigrams[seen].min()


@SMALL
@given(TEXT, st.integers(1, 9))
def test_the_size_of_chunks_changes_nothing(text, chunk):
    alphabet = alphabet_of(text)
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        tables = counted([(text, 1.0)], alphabet, a)
        whole = estimate.estimate(tables, len(alphabet), Path(a))
        with mock.patch.object(estimate, "_CHUNK", chunk):
            parted = estimate.estimate(tables, len(alphabet), Path(b))
        for n in range(2, 6):
            assert whole[n].discounts == parted[n].discounts
            for name in ("log_prob", "worth", "gamma"):
                assert np.array_equal(getattr(whole[n], name), getattr(parted[n], name))


@SMALL
@given(TEXT)
def test_worth_is_what_the_counted_text_would_lose(text):
    small = small_model(text)
    plain = plain_of(small)
    base = len(small.alphabet)
    raw = raw_counts(lines_of(small.alphabet, text), 1)
    for n in range(2, 6):
        for key, worth in zip(
            small.tables[n].keys.tolist(), np.asarray(small.estimates[n].worth).tolist(), strict=True
        ):
            *context, symbol = gram = gram_of(key, n, base)
            context = tuple(context)
            after = plain.followers[n][context]
            left = sum(plain.taken(n, c) for c in after.values()) / sum(after.values())
            without = left * plain.p(context[1:], symbol)
            expected = raw[n][gram] * np.log(plain.p(context, symbol) / without)
            assert worth == pytest.approx(expected, rel=1e-3, abs=1e-3)


# ---- pruning


def some(seed, share):
    """Keep n-grams by chance, and with each those that it continues."""

    def make(text):
        alphabet = alphabet_of(text)
        base = np.uint64(len(alphabet))
        with tempfile.TemporaryDirectory() as folder:
            tables = counted([(text, 1.0)], alphabet, folder)
            r = np.random.default_rng(seed)
            keep = {n: r.random(len(tables[n].keys)) < share for n in range(2, 6)}
            for n in range(5, 2, -1):
                keep[n - 1] |= np.isin(tables[n - 1].keys, np.asarray(tables[n].keys)[keep[n]] // base)
        return lambda n, price: keep[n]

    return make


def sums(pruned, symbols, contexts):
    p = pruned_probability(pruned, symbols)
    return [sum(p(context, w) for w in range(symbols)) for context in contexts]


@SMALL
@given(TEXT, st.integers(0, 9), st.sampled_from([0.0, 0.2, 0.6, 1.0]))
def test_a_pruned_model_sums_to_one_after_every_context(text, seed, share):
    """Before it is quantised. Tolerance 1e-4: single precision, and the floor of 1e-5 under what is left."""
    small = small_model(text, keep=some(seed, share)(text))
    symbols = len(small.alphabet)
    contexts = {(), (BORDER,), (symbols - 1,) * 4}
    for line in lines_of(small.alphabet, text)[:3]:
        contexts |= {context[i:] for context, _ in contexts_of(line)[:8] for i in range(len(context))}
    assert sums(small.pruned, symbols, contexts) == pytest.approx([1.0] * len(contexts), abs=1e-4)


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_contexts_that_saw_nearly_every_symbol_sum_to_one(share):
    """What they leave is little: a symbol of thirty or two that never came, and those never seen."""
    some_symbols = [*map(chr, range(0x5C71, 0x5C8F)), "\n"]
    text = "".join(np.random.default_rng(6).choice(some_symbols, 3000))
    small = small_model(text, keep=some(3, share)(text))
    symbols = len(small.alphabet)
    contexts = [(a,) for a in range(symbols)] + [(a, b) for a in range(5, symbols) for b in (5, 6, 7)]
    assert sums(small.pruned, symbols, contexts) == pytest.approx([1.0] * len(contexts), abs=1e-4)


def test_what_stays_keeps_its_probability_and_what_goes_backs_off():
    small = small_model(LINES, keep=some(1, 0.3)(LINES))
    base = len(small.alphabet)
    for n in range(2, 6):
        kept, all_keys = small.pruned[n], np.asarray(small.tables[n].keys)
        at = np.searchsorted(all_keys, kept.keys)
        assert np.array_equal(all_keys[at], kept.keys)
        assert np.array_equal(np.asarray(small.estimates[n].log_prob)[at], kept.log_prob)
        assert 0 < len(kept.keys) < len(all_keys)
    p = pruned_probability(small.pruned, base)
    gone = set(small.tables[5].keys.tolist()) - set(small.pruned[5].keys.tolist())
    for key in sorted(gone)[:12]:
        *context, symbol = gram_of(key, 5, base)
        context = tuple(context)
        ratio = p(context, symbol) / p(context[1:], symbol)
        # one weight for all that a context does not keep
        others = [w for w in range(base) if p(context, w) and (*context, w) not in _kept(small, 5)]
        for w in others[:5]:
            assert p(context, w) / p(context[1:], w) == pytest.approx(ratio)


def _kept(small, n):
    return {gram_of(k, n, len(small.alphabet)) for k in small.pruned[n].keys.tolist()}


def test_only_contexts_have_a_backoff_weight():
    small = small_model(LINES, keep=some(2, 0.4)(LINES))
    for n in range(1, 5):
        contexts = {gram[:-1] for gram in _kept(small, n + 1)}
        base = len(small.alphabet)
        for key, b in zip(small.pruned[n].keys.tolist(), small.pruned[n].log_backoff.tolist(), strict=True):
            assert (gram_of(key, n, base) in contexts) == (not np.isnan(b))
    assert np.isnan(small.pruned[5].log_backoff).all()


@SMALL
@given(TEXT, st.floats(0, 3))
def test_whatever_the_price_an_ngram_stays_only_with_those_it_continues(text, at):
    small = small_model(text, keep=lambda n, price: price > at)
    for n in range(3, 6):
        assert {gram[:-1] for gram in _kept(small, n)} <= _kept(small, n - 1)


# ---- thresholds

PRICES = st.lists(st.floats(-5, 50, width=32), max_size=40)


def priced(bytes_each):
    return lambda counts: sum(bytes_each[n] * count for n, count in counts.items())


def size_at(price, bytes_each, at):
    return priced(bytes_each)({n: np.count_nonzero(p > at) for n, p in price.items()})


@given(PRICES, PRICES, st.floats(0, 200))
def test_what_stays_fits_the_budget_and_a_lower_price_does_not(two, three, budget):
    price = {2: np.array(two, np.float32), 3: np.array(three, np.float32)}
    each = {2: 2.0, 3: 4.5}
    at = estimate.threshold(price, priced(each), budget)
    assert size_at(price, each, at) <= budget
    dearer = [p for p in two + three if p <= at]
    if dearer:
        # forty halvings of a range under 60 leave 1e-10
        assert size_at(price, each, max(dearer) - 1e-6) > budget


def test_without_need_nothing_is_pruned():
    price = {2: np.array([-3, 0, 2], np.float32), 3: np.zeros(0, np.float32)}
    assert estimate.threshold(price, priced({2: 2.0, 3: 4.0}), 6.0) == -np.inf


def test_ngrams_of_symbols_left_out_do_not_disturb_the_threshold():
    price = {2: np.array([-np.inf, -1.0, 2.0, 3.0], np.float32)}
    at = estimate.threshold(price, priced({2: 1.0}), 2.5)
    assert np.count_nonzero(price[2] > at) == 2


def test_finding_in_a_sorted_table():
    keys = np.array([3, 7, 9], np.uint64)
    there, place = estimate.find(keys, np.array([9, 1, 3, 8, 12], np.uint64))
    assert there.tolist() == [True, False, True, False, False]
    assert place[there].tolist() == [2, 0]


def test_counts_to_estimate_from_are_fractions_at_the_highest_order_only():
    keys = np.array([1], np.uint64)
    half = np.array([count.UNITS // 2], np.uint32)
    assert Table(5, keys, half, half).estimate_from(0, 1).tolist() == [0.5]
    assert Table(4, keys, half, np.array([3], np.uint32)).estimate_from(0, 1).tolist() == [3.0]
    assert set(pack.BYTES_EACH) == {2, 3, 4, 5}
