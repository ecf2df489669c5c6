"""The static map behind the tables of a model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.lm import fuse, pack

SIZES = (0, 1, 2, 5, 50, 999, 1000, 20_000)
LAYOUTS = [(16, np.uint32), (6, np.uint16), (8, np.uint16)]


def keys_of(n, seed=0):
    """Distinct keys, some of them small and neighbouring as n-grams of common symbols are."""
    r = np.random.default_rng(seed)
    keys = np.concatenate(
        [np.arange(n // 2, dtype=np.uint64), r.integers(2**40, 2**64, n, dtype=np.uint64, endpoint=False)]
    )
    return np.unique(keys)[:n] if n else keys[:0]


def values_of(n, bits, seed=1):
    return np.random.default_rng(seed).integers(0, 1 << bits, n).astype(np.uint32)


@pytest.mark.parametrize(("bits", "dtype"), LAYOUTS)
@pytest.mark.parametrize("n", SIZES)
def test_every_key_gives_its_value(n, bits, dtype):
    keys, values = keys_of(n), values_of(n, bits)
    assert len(keys) == n
    table = fuse.build(keys, values, value_bits=bits, dtype=dtype)
    there, found = table.get(keys)
    assert there.all()
    assert (found == values).all()
    assert table.slots.dtype == dtype
    assert len(table.slots) == table.shape.slots


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 63)), unique_by=lambda kv: kv[0]))
def test_any_set_of_keys_can_be_placed(pairs):
    keys = np.array([k for k, _ in pairs], np.uint64)
    values = np.array([v for _, v in pairs], np.uint32)
    table = fuse.build(keys, values, value_bits=6, dtype=np.uint16)
    there, found = table.get(keys)
    assert there.all()
    assert found.tolist() == values.tolist()


@pytest.mark.parametrize("n", [0, 1, 50, 20_000])
@pytest.mark.parametrize(("bits", "dtype"), LAYOUTS)
def test_other_keys_are_taken_for_keys_as_seldom_as_the_fingerprint_says(n, bits, dtype):
    keys = keys_of(n)
    table = fuse.build(keys, values_of(n, bits), value_bits=bits, dtype=dtype)
    asked = np.setdiff1d(np.arange(2**36, 2**36 + 400_000, dtype=np.uint64), keys)
    expected = len(asked) * 2.0**-table.fingerprint_bits
    assert table.fingerprint_bits == np.dtype(dtype).itemsize * 8 - bits
    # five standard deviations of a Poisson number, and two for the small expectations
    assert abs(table.get(asked)[0].sum() - expected) <= 5 * np.sqrt(expected) + 2


def test_neighbouring_keys_are_told_apart():
    keys = np.arange(0, 40_000, 2, dtype=np.uint64)
    table = fuse.build(keys, values_of(len(keys), 16), value_bits=16, dtype=np.uint32)
    assert table.get(keys + np.uint64(1))[0].sum() <= 6


def test_the_same_keys_give_the_same_bytes():
    keys, values = keys_of(5000), values_of(5000, 6)
    one, two = (fuse.build(keys.copy(), values.copy(), value_bits=6, dtype=np.uint16) for _ in range(2))
    assert one.shape == two.shape
    assert one.slots.tobytes() == two.slots.tobytes()


@pytest.mark.parametrize("n", [2, 5, 50, 1000])
def test_keys_that_repeat_are_refused(n):
    keys = keys_of(n)
    keys[-1] = keys[0]
    with pytest.raises(ValueError, match="twice"):
        fuse.build(keys, values_of(n, 6), value_bits=6, dtype=np.uint16)


def test_values_need_not_be_asked_in_the_order_they_were_given():
    keys, values = keys_of(1000), values_of(1000, 16)
    table = fuse.build(keys, values, value_bits=16, dtype=np.uint32)
    order = np.random.default_rng(3).permutation(1000)
    assert (table.get(keys[order])[1] == values[order]).all()
    assert len(table.get(keys[:0])[0]) == 0


@settings(max_examples=50)
@given(
    st.lists(st.floats(-20, 0, width=32), min_size=1, max_size=300),
    st.sampled_from([64, 255, 256]),
)
def test_a_value_gets_the_nearest_number_of_the_book(values, levels):
    values = np.array(values, np.float32)
    book, codes = pack.quantise(values, levels)
    assert len(book) == levels
    assert codes.max() < levels
    # values are told apart to a bin of the histogram, 1/8191 of their range
    bin_width = (values.max() - values.min()) / 8191
    nearest = np.abs(values[:, None] - book[None, :]).min(1)
    assert (np.abs(book[codes] - values) <= nearest + bin_width + 1e-5).all()


def test_a_single_value_is_kept_exactly():
    book, codes = pack.quantise(np.full(7, -1.25, np.float32), 64)
    assert (book[codes] == np.float32(-1.25)).all()
    assert len(pack.quantise(np.zeros(0, np.float32), 64)[1]) == 0
