"""Articles read before: the file of their names, and repeats counted while reading."""

import pickle
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup import seen
from cleanup.errors import InputError
from cleanup.seen import Repeats, Seen, article_key, key_bytes, write_seen

KEYS = st.lists(
    st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.sampled_from([2**64 - 1, 2**63]), max_size=60
)


def write(folder, *lists, before=None, name=seen.FILE):
    parts = []
    for n, keys in enumerate(lists):
        parts.append(folder / f"part{n}")
        parts[-1].write_bytes(key_bytes(keys))
    with (folder / name).open("wb") as f:
        count = write_seen(f, parts, before, folder)
    known = Seen.open(folder / name)
    assert count == len(known)
    return known


def test_an_article_is_its_source_and_its_text():
    keys = {article_key(s, t) for s, t in [("a", "文"), ("a", "本"), ("b", "文"), ("", "a文"), ("a文", "")]}
    assert len(keys) == 5
    assert article_key("a", "文") in keys
    assert 0 <= article_key("\ud800", "\udfff") < 2**64


@pytest.fixture(params=["few", "many"], scope="module", autouse=True)
def size(request):
    """Few keys are sorted another way than many; all that is said of them holds for both."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "many":
            patch.setattr(seen, "_FEW", -1)
        yield


@settings(max_examples=30)
@given(KEYS, KEYS, KEYS)
def test_what_was_read_is_known_and_nothing_else(tmp_path_factory, first, second, others):
    folder = tmp_path_factory.mktemp("seen")
    known = write(folder, first, second)
    assert known.keys.tolist() == sorted({*first, *second})
    asked = first + others
    assert known.known(asked) == [k in {*first, *second} for k in asked]


@settings(max_examples=30)
@given(KEYS, KEYS)
def test_the_bytes_depend_on_the_set_alone(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("seen")
    at_once = write(folder, first + second, name="a")
    by_parts = write(folder, second, first, first, name="b")
    after = write(folder, second, before=write(folder, first, name="c"), name="d")
    assert at_once.path.read_bytes() == by_parts.path.read_bytes() == after.path.read_bytes()


def test_more_than_memory_may_hold_is_sorted_in_stretches(tmp_path, monkeypatch):
    monkeypatch.setattr(seen, "CHUNK", 100)
    rng = random.Random(3)
    lists = [[rng.getrandbits(64) for _ in range(n)] for n in (730, 0, 99, 201)]
    before = write(tmp_path, lists[0], name="before")
    known = write(tmp_path, *lists, before=before)
    assert known.keys.tolist() == sorted({k for keys in lists for k in keys})
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_file_that_is_not_whole_is_refused(tmp_path):
    known = write(tmp_path, range(9))
    data = known.path.read_bytes()
    for bad in (b"", data[:12], data[:-8], data[:-3], data + bytes(8), b"x" + data[1:]):
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(InputError):
            Seen.open(tmp_path / "bad")
    with pytest.raises(InputError):
        Seen.open(tmp_path / "none")


def test_it_is_opened_again_in_another_process(tmp_path):
    known = write(tmp_path, [4, 2])
    assert len(pickle.dumps(known)) < 500
    assert pickle.loads(pickle.dumps(known)).known([2, 3, 4]) == [True, False, True]
    assert isinstance(known.keys, np.memmap)


@pytest.mark.parametrize("few", [4, 1 << 12])
@given(keys=st.lists(st.integers(1, 12) | st.integers(1, 2**64 - 1)))
def test_repeats_are_counted_as_a_counter_counts_them(few, keys):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "_DICT", few)
        counted_as_a_counter_counts(keys)


def counted_as_a_counter_counts(keys):
    repeats, counter = Repeats(), Counter()
    for key in keys:
        assert repeats.count(key) == counter[key]
        counter[key] += 1
    assert len(repeats) == len(counter)


def test_many_keys_cost_little_memory():
    repeats, rng = Repeats(), random.Random(8)
    keys = [rng.getrandbits(64) for _ in range(50_000)]
    assert all(repeats.count(key) == 0 for key in keys)
    assert all(repeats.count(key) == 1 for key in keys[::7])
    assert len(repeats) == len(keys)
    assert len(repeats._table) * 8 / len(keys) < 24
