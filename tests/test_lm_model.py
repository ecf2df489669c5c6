"""Scores of a model and gains of edits, against the plain reference and against whole texts."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cleanup.data import Edit
from cleanup.lm import gains, model
from cleanup.lm.alphabet import BORDER, UNKNOWN
from lm_fixtures import (
    ALL_WORDS,
    Plain,
    contexts_of,
    gram_of,
    lines_of,
    pruned_probability,
    raw_counts,
    sentences,
    small_model,
    toy_model,
)

SMALL = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.lists(st.text("山水火木土", min_size=1, max_size=14), min_size=1, max_size=12).map("\n".join)
TOY = sentences(60, 7)
# pieces of the toy language, and all that it has never seen
PIECE = st.one_of(
    st.sampled_from(ALL_WORDS),
    st.sampled_from(TOY),
    st.text(st.characters(), max_size=5),
    st.sampled_from(["\n", "\r\n", "", "猫", "😀", "\ud83d", "\udc00", "12", "，", ",", "\u2028", "𠀀"]),
)
PROSE = st.lists(PIECE, max_size=8).map("".join)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_model(tmp_path_factory)


def plain_of(small):
    discounts = {n: (e.discounts.one, e.discounts.two, e.discounts.more) for n, e in small.estimates.items()}
    return Plain(raw_counts(lines_of(small.alphabet, small.text)), len(small.alphabet), discounts)


def expected_scores(p, ids):
    """ln p of each symbol of an array that starts with a border, by a function of context and symbol."""
    ids = ids.tolist()
    out = []
    for i in range(1, len(ids)):
        before = ids[max(0, i - 4) : i]
        border = max((j for j, s in enumerate(before) if s == BORDER), default=0)
        out.append(np.log(p(tuple(before[border:]), ids[i])))
    return np.array(out)


def assert_close(got, expected, tolerance):
    """Within the tolerance of ln p; and 2e-5 of p, which is the floor under what backoff leaves."""
    slack = np.exp(expected) * np.expm1(tolerance) + 2e-5
    assert (np.abs(np.exp(got.astype(np.float64)) - np.exp(expected)) <= slack).all()


# ---- against the reference


@SMALL
@given(TEXT, st.text("山水火木土7\n猫", max_size=40))
def test_scores_are_those_of_the_plain_reference(text, other):
    """Tolerance: what the quantised numbers of this model are off, measured on its tables, and 1e-3.

    False positives of the tables are switched off here; the next tests have them.
    """
    small = small_model(text)
    m = small.without_false_positives()
    for t in (text, other):
        ids = m.encode([t])[0]
        # a border after a border was never counted: the model backs off, the reference has no such place
        at = np.flatnonzero((ids[1:] != BORDER) | (ids[:-1] != BORDER))
        expected = expected_scores(plain_of(small).p, ids)
        at = at[at < len(expected)]
        assert_close(m.score(ids)[1:][at], expected[at], small.tolerance + 1e-3)


def test_ngrams_that_were_counted_are_always_found():
    small = small_model("\n".join(TOY))
    ids = small.model.encode(["\n".join(TOY)])[0]
    expected = expected_scores(plain_of(small).p, ids)
    assert_close(small.model.score(ids)[1:], expected, small.tolerance + 1e-3)


def test_ngrams_that_were_not_counted_are_seldom_taken_for_counted_ones():
    """A fingerprint has 10 bits at order 5 and 16 below: one in a thousand lookups may find something."""
    small = small_model("\n".join(TOY))
    ids = small.model.encode(["\n".join(sentences(400, 8))])[0]
    loose = small.model.score(ids)
    strict = small.without_false_positives().score(ids)
    differ = np.count_nonzero(loose != strict)
    assert differ <= 10 + len(ids) / 300


@SMALL
@given(TEXT, st.integers(0, 5))
def test_a_quantised_model_still_nearly_sums_to_one(text, price):
    """Tolerance: each ln p is off by no more than the tables say, so the sum by that factor."""
    for keep in (None, lambda n, p: p > price / 10):
        small = small_model(text, keep=keep)
        m = small.without_false_positives()
        symbols = np.arange(len(small.alphabet), dtype=np.uint16)
        for context, _ in contexts_of(lines_of(small.alphabet, text)[0])[:6]:
            # each symbol after the context, four borders between so that they do not see each other
            rows = np.array([(BORDER,) * (8 - len(context)) + (*context, s) for s in symbols], np.uint16)
            p = np.exp(m.score(rows.reshape(-1)).reshape(rows.shape)[:, -1].astype(np.float64))
            assert p.sum() == pytest.approx(1, abs=np.expm1(small.tolerance) + 1e-3)


@SMALL
@given(TEXT, st.floats(0, 2), st.text("山水火木土", max_size=20))
def test_a_pruned_model_scores_as_its_unquantised_self(text, price, other):
    small = small_model(text, keep=lambda n, p: p > price)
    m = small.without_false_positives()
    ids = m.encode([other])[0]
    assume(len(ids) > 2)
    expected = expected_scores(pruned_probability(small.pruned, len(small.alphabet)), ids)
    # unlike the reference, the pruned model has the floor in itself
    assert np.abs(m.score(ids)[1:] - expected).max() <= small.tolerance + 1e-3


# ---- laws of scoring


@SMALL
@given(st.lists(PROSE, max_size=5), st.integers(1, 40))
def test_where_rounds_end_does_not_matter(toy, texts, size):
    ids = toy.encode(texts)[0]
    whole = toy.score(ids)
    with mock.patch.object(model, "_ROUND", size), mock.patch.object(toy, "kernel", None):
        assert np.array_equal(toy.score(ids), whole)


@SMALL
@given(st.lists(PROSE, min_size=1, max_size=5))
def test_neighbours_in_a_batch_do_not_matter(toy, texts):
    ids, starts = toy.encode(texts)
    assert len(starts) == len(texts) + 1
    scores = toy.score(ids)
    for i, text in enumerate(texts):
        own = scores[starts[i] : starts[i + 1] - 1]
        assert len(own) == len(text)
        assert np.array_equal(own, toy.log_prob(text))


@SMALL
@given(PROSE)
def test_every_character_of_any_text_has_a_finite_score(toy, text):
    p = toy.log_prob(text)
    assert p.shape == (len(text),)
    assert p.dtype == np.float32
    assert np.isfinite(p).all()
    assert (p < 0).all()


@SMALL
@given(PROSE, st.integers(1, 8))
def test_what_stands_more_than_four_characters_away_does_not_matter(toy, text, n):
    changed = "猫" * n + text[n:]
    assume(len(text) > n + 4)
    assert np.array_equal(toy.log_prob(text)[n + 4 :], toy.log_prob(changed)[n + 4 :])


@pytest.mark.parametrize("text", ["", "猫", "😀😀", "\ud83d\udc00", "\n", "\n\n\n", "猫狗鸟" * 50, "a", "7"])
def test_texts_of_nothing_known_are_scored(toy, text):
    assert toy.log_prob(text).shape == (len(text),)
    assert np.isfinite(toy.log_prob(text)).all()
    nats, n = toy.chinese_nats(text)
    assert (nats, n) == (0.0, 0) or UNKNOWN in toy.alphabet.encode(text)


def test_no_texts_are_one_border_line(toy):
    ids, starts = toy.encode([])
    assert set(ids.tolist()) == {BORDER}
    assert starts.tolist() == [1]
    assert np.isfinite(toy.score(ids)).all()
    assert len(toy.score(ids[:0])) == 0


def test_a_very_long_line_is_scored_like_its_pieces(toy):
    line = "".join(sentences(30, 9)).replace("\n", "")
    long = line * (3 * model._ROUND // len(line) + 1)
    p = toy.log_prob(long)
    assert len(p) == len(long) > 2 * model._ROUND
    again = toy.log_prob(line * 3)
    n = len(line)
    assert np.array_equal(p[n : 2 * n], again[n : 2 * n])
    assert np.array_equal(p[-n:], again[-n:])


def test_text_like_the_corpus_is_likelier_than_the_same_characters_shuffled(toy):
    for i, line in enumerate(sentences(40, 10)):
        shuffled = "".join(np.random.default_rng(i).permutation(list(line)))
        assert toy.log_prob(line).sum() > toy.log_prob(shuffled).sum()


def test_width_and_which_digit_do_not_matter(toy):
    a, b = "清晨，木匠说：“价钱是12元！”", "清晨,木匠说:“价钱是９7元!”"
    assert np.array_equal(toy.log_prob(a), toy.log_prob(b))


@SMALL
@given(PROSE)
def test_surprise_is_that_of_the_chinese_characters(toy, text):
    nats, n = toy.chinese_nats(text)
    ids = toy.alphabet.encode(text)
    chinese = [s >= 5 and "\u4e00" <= toy.alphabet.symbol(s) <= "\u9fff" for s in ids.tolist()]
    assert n == sum(chinese)
    assert nats == pytest.approx(-float(toy.log_prob(text)[chinese].sum(dtype=np.float64)), rel=1e-6)


# ---- bigrams


def test_bigrams_can_be_listed_from_both_sides():
    small = small_model("\n".join(TOY[:20]))
    base = len(small.alphabet)
    pairs = {gram_of(k, 2, base) for k in small.pruned[2].keys.tolist()}
    table = small.model.bigrams
    for s in range(base):
        assert table.after(s).tolist() == sorted(b for a, b in pairs if a == s)
        assert table.before(s).tolist() == sorted(a for a, b in pairs if b == s)
    every = np.arange(base)
    grid = table.has(every[:, None], every[None, :])
    assert {(int(a), int(b)) for a, b in np.argwhere(grid)} == pairs


# ---- gains


def total(m, text):
    """ln P of a text and of its end."""
    return float(m.score(m.encode([text])[0])[1:].sum(dtype=np.float64))


def edited(text, edit):
    return text[: edit.start] + edit.replacement + text[edit.end :]


@st.composite
def texts_and_edits(draw):
    texts = draw(st.lists(PROSE, min_size=1, max_size=4))
    edits = []
    for _ in range(draw(st.integers(0, 6))):
        number = draw(st.integers(0, len(texts) - 1))
        n = len(texts[number])
        start = draw(st.integers(0, n))
        end = draw(st.integers(start, min(n, start + 6)))
        written = draw(
            st.one_of(st.sampled_from(ALL_WORDS), st.text(max_size=3), st.sampled_from(["", "\n"]))
        )
        if start < end or written:
            edits.append((number, Edit(start, end, written)))
    return texts, edits


def assert_gains(m, texts, edits):
    """Tolerance 1e-3 nats: a gain is single precision, of sums of single-precision terms."""
    got = gains.gains(m, texts, edits)
    assert got.shape == (len(edits),)
    expected = [total(m, edited(texts[i], e)) - total(m, texts[i]) for i, e in edits]
    assert got.tolist() == pytest.approx(expected, abs=1e-3)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts_and_edits())
def test_a_gain_is_the_difference_of_two_whole_texts(toy, case):
    assert_gains(toy, *case)


def test_gains_at_the_edges_of_texts_and_lines(toy):
    texts = ["木匠在茶馆修理木船。", "", "渔夫\n猎人把水桶放在河边", "山"]
    edits = [
        (0, Edit(0, 0, "清晨，")),
        (0, Edit(0, 1, "")),
        (0, Edit(0, len(texts[0]), "")),
        (0, Edit(len(texts[0]), len(texts[0]), "！")),
        (0, Edit(len(texts[0]) - 1, len(texts[0]), "")),
        (1, Edit(0, 0, "木匠")),
        (2, Edit(2, 3, "")),
        (2, Edit(1, 5, "\n\n")),
        (2, Edit(2, 2, "\n")),
        (3, Edit(0, 1, "水")),
        (3, Edit(0, 1, "")),
        (3, Edit(1, 1, "\n")),
    ]
    assert_gains(toy, texts, edits)


def test_gains_do_not_depend_on_the_other_edits_or_on_rounds(toy):
    texts = TOY[:20]
    edits = [
        (i, Edit(j, j + (j % 3), "水桶"[: 1 + j % 2])) for i, t in enumerate(texts) for j in range(len(t) - 3)
    ]
    whole = gains.gains(toy, texts, edits)
    alone = [float(gains.gains(toy, texts, [e])[0]) for e in edits[::17]]
    assert whole[::17].tolist() == pytest.approx(alone, abs=1e-4)
    with mock.patch.object(gains, "_ROUND", 7), mock.patch.object(toy, "kernel", None):
        assert gains.gains(toy, texts, edits).tolist() == pytest.approx(whole.tolist(), abs=1e-4)


def test_gains_are_unharmed_by_much_text_before_them(toy):
    texts = [*TOY * 200, "木匠在茶馆修理木船。"]
    edit = Edit(3, 5, "水水")
    got = float(gains.gains(toy, texts, [(len(texts) - 1, edit)])[0])
    assert got == pytest.approx(float(gains.gains(toy, texts[-1:], [(0, edit)])[0]), abs=1e-3)


def test_mending_what_was_broken_gains(toy):
    line = "清晨，木匠在茶馆修理结实的木船。"
    at = line.index("馆")
    broken = line[:at] + line[at + 1 :]
    assert gains.gains(toy, [broken], [(0, Edit(at, at, "馆"))])[0] > 2
    assert gains.gains(toy, [line], [(0, Edit(at, at + 1, ""))])[0] < -2


def test_writing_what_is_there_gains_nothing(toy):
    text = TOY[0]
    assert gains.gains(toy, [text], [(0, Edit(3, 5, text[3:5]))])[0] == pytest.approx(0, abs=1e-4)


def test_insertions_are_changes_of_nothing(toy):
    scored = gains.Scored.of(toy, ["木匠在茶馆。", "渔夫"])
    at = np.array([scored.starts[0] + 2, scored.starts[1]])
    written = toy.alphabet.encode("水山").reshape(2, 1)
    got = gains.gains_of_insertions(toy, scored, at, written)
    expected = gains.gains(toy, ["木匠在茶馆。", "渔夫"], [(0, Edit(2, 2, "水")), (1, Edit(0, 0, "山"))])
    assert np.array_equal(got, expected)


@pytest.mark.parametrize("edit", [Edit(0, 5, "水"), Edit(5, 5, "水"), Edit(9, 12, "")])
def test_edits_that_reach_out_of_their_text_are_refused(toy, edit):
    with pytest.raises(ValueError, match="reaches out of text 0"):
        gains.gains(toy, ["木匠在河", "渔夫在茶馆修理木船"], [(0, edit)])


@pytest.mark.parametrize("edit", [Edit(0, 1, "水"), Edit(0, 0, "水"), Edit(1, 2, "")])
@pytest.mark.parametrize("number", [2, -1])
def test_edits_of_no_text_are_refused(toy, number, edit):
    with pytest.raises((ValueError, IndexError)):
        gains.gains(toy, ["木匠在河边", "渔夫在茶馆修理木船"], [(number, edit)])


def test_no_edits_have_no_gains(toy):
    assert gains.gains(toy, ["木匠"], []).shape == (0,)
    assert gains.gains(toy, [], []).shape == (0,)
