"""Joint search: hypotheses that stand close together are weighed in all their combinations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.decode import joint
from cleanup.decode.joint import Hypotheses, settle
from cleanup.decode.texts import Texts
from cleanup.lm.gains import gains_of_changes
from cleanup.lm.model import shipped_model

TEXT = "园丁在花房里采取了招聘措保护兰花，主要的工作围是浇水。"


@pytest.fixture(scope="module")
def model():
    return shipped_model()


def hypotheses(texts, *edits):
    """Hypotheses of (where, what stands, what is written, log-odds) in the first text."""
    starts = [int(texts.scored.starts[0]) + texts.texts[0].index(where) for where, *_ in edits]
    start = np.array(starts, np.int64)
    end = start + np.array([len(old) for _, old, _, _ in edits])
    written = [texts.model.alphabet.encode(new) for _, _, new, _ in edits]
    gain = [
        float(gains_of_changes(texts.model, texts.scored, start[i : i + 1], end[i : i + 1], w[None, :])[0])
        for i, w in enumerate(written)
    ]
    return Hypotheses(start, end, written, np.array([e[3] for e in edits], float), np.array(gain))


def test_one_that_stands_alone_keeps_its_probability(model):
    texts = Texts.of(model, [TEXT])
    p, [chosen] = settle(texts, hypotheses(texts, ("围是", "", "范", 1.5)))
    assert p[0] == pytest.approx(1 / (1 + np.exp(-1.5)))
    assert chosen.rows == (0,)


def test_a_term_and_the_gap_behind_it_lift_each_other(model):
    texts = Texts.of(model, ["浇水是园丁主要的工作招聘围，每天早上做。"])
    both = hypotheses(texts, ("招聘", "招聘", "", 0.0), ("围，", "", "范", 0.0))
    p, [chosen] = settle(texts, both)
    assert chosen.rows == (0, 1)
    assert (p > 0.55).all()
    assert min(chosen.wanted) >= joint.WANTED


def test_rivals_at_one_place_divide_it(model):
    texts = Texts.of(model, [TEXT])
    p, [chosen] = settle(texts, hypotheses(texts, ("围是", "", "范", 3.0), ("围是", "", "周", 2.0)))
    assert chosen.rows == (0,)
    assert p.sum() <= 1.0
    assert p[0] < 1 / (1 + np.exp(-3.0))


def test_one_insertion_on_either_side_of_an_equal_character_is_no_rival_of_itself(model):
    texts = Texts.of(model, ["大家都说谢您，花开得真好。"])
    same = hypotheses(texts, ("谢您", "", "谢", 2.0), ("您，", "", "谢", 2.0))
    p, _ = settle(texts, same)
    assert p == pytest.approx([1 / (1 + np.exp(-2.0))] * 2, abs=1e-6)


def test_a_part_that_the_model_does_not_want_beside_the_other_is_not_made(model):
    texts = Texts.of(model, [TEXT])
    p, [chosen] = settle(texts, hypotheses(texts, ("围是", "", "范", 5.0), ("围是", "", "程", 4.0)))
    assert chosen.rows == (0,)
    assert p[1] < 0.5


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2), st.floats(-3, 5)), max_size=6))
def test_what_is_chosen_can_be_made_together_and_probabilities_are_probabilities(rows):
    model = shipped_model()
    texts = Texts.of(model, [TEXT])
    edits = sorted({(a, a + n, round(odds, 3)) for a, n, odds in rows})
    base = int(texts.scored.starts[0])
    start = np.array([base + a for a, _, _ in edits], np.int64)
    end = np.array([base + b for _, b, _ in edits], np.int64)
    written = [model.alphabet.encode("" if b > a else "范") for a, b, _ in edits]
    gain = np.zeros(len(edits))
    p, chosen = settle(texts, Hypotheses(start, end, written, np.array([o for *_, o in edits], float), gain))
    assert ((p >= 0) & (p <= 1 + 1e-9)).all()
    for c in chosen:
        for a, b in zip(c.rows, c.rows[1:], strict=False):
            assert end[a] <= start[b]
