"""Laws of edits: what is applied can be reversed, and passes add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanup import edits as ed
from cleanup.data import Document, Edit
from cleanup.errors import EditError
from cleanup.pipeline import Cleaner
from cleanup.rules import load_rules

TEXT = st.text(alphabet="信用卡催收员,。ab\n", max_size=24)


@st.composite
def passes(draw, count=2):
    """A text and `count` passes of edits, each fit to be applied to the result of the one before."""
    text = draw(TEXT)
    now, out = text, []
    for _ in range(count):
        wanted = draw(st.lists(edit_of(len(now)), max_size=5))
        kept, _ = ed.select(wanted)
        out.append([wanted[k] for k in kept])
        now = ed.apply(now, out[-1])
    return text, out


def edit_of(size):
    return (
        st.tuples(st.integers(0, size), st.integers(0, 4), st.text(alphabet="催收范段z", max_size=3))
        .map(lambda t: (t[0], min(size, t[0] + t[1]), t[2]))
        .filter(lambda t: t[0] < t[1] or t[2])
        .map(lambda t: Edit(*t))
    )


@given(passes(count=1))
def test_reverse_takes_the_text_back(case):
    text, [edits] = case
    assert ed.apply(ed.apply(text, edits), ed.reverse(text, edits)) == text


@given(passes(count=1))
def test_selected_edits_do_not_overlap_and_stand_in_order(case):
    _, [edits] = case
    assert edits == sorted(edits, key=ed.by_place)
    assert not any(ed.overlap(a, b) for i, a in enumerate(edits) for b in edits[i + 1 :])


@given(st.lists(edit_of(30), max_size=12))
def test_select_agrees_with_the_plain_way(wanted):
    kept = []
    for i, e in enumerate(wanted):
        if not any(ed.overlap(wanted[k], e) for k in kept):
            kept.append(i)
    got, lost = ed.select(wanted)
    assert sorted(got) == kept
    assert set(lost) == set(range(len(wanted))) - set(kept)
    assert all(ed.overlap(wanted[i], wanted[k]) for i, k in lost.items())


@given(passes(count=2))
def test_two_passes_composed_do_what_they_did_one_after_the_other(case):
    text, [first, second] = case
    composed = ed.compose(text, first, second)
    edits = [c.edit for c in composed if c.edit is not None]
    assert ed.apply(text, edits) == ed.apply(ed.apply(text, first), second)
    assert edits == sorted(edits, key=ed.by_place)
    assert sorted(i for c in composed for i in c.first) == list(range(len(first)))
    assert sorted(j for c in composed for j in c.second) == list(range(len(second)))


@given(passes(count=3))
def test_passes_replay_from_the_original(case):
    text, todo = case
    made = ed.Passes(text)
    now = text
    for edits in todo:
        made.make(edits)
        now = ed.apply(now, edits)
    assert made.text == now == ed.apply(text, made.edits)
    assert made.count == len(todo)
    parts = [p for parts in made.made_of for p in parts]
    assert all(j < len(todo[n]) for n, j in parts)
    assert len(set(parts)) == len(parts)


@given(passes(count=1), st.data())
def test_spans_that_no_edit_wrote_are_found_again(case, data):
    text, [edits] = case
    after = ed.apply(text, edits)
    start = data.draw(st.integers(0, len(after)))
    end = data.draw(st.integers(start, len(after)))
    home = ed.WayHome(edits).span(start, end)
    if home is not None:
        assert text[home[0] : home[1]] == after[start:end]
    elif start < end:
        back = ed.reverse(text, edits)
        assert any(e.start < end and start < max(e.end, e.start + 1) for e in back)


@given(passes(count=1), st.integers(0, 12), st.integers(0, 12))
def test_what_a_place_overlaps_is_found_by_search_as_by_looking_at_all(case, a, b):
    _, [edits] = case
    start, end = min(a, b), max(a, b)
    over = [(e.start, e.end) for e in edits if ed.spans_overlap(start, end, e.start, e.end)]
    assert ed.Apart((e.start, e.end) for e in edits).over(start, end) == (over[0] if over else None)


_FLIP = """
[[rule]]
id = "{0}-becomes-{1}"
action = "replace"
kind = "spin_seam"
tier = "auto"
terms = ["{2}"]
replace = "{3}"
message = {{ zh = "换字", en = "swap" }}
why = "A rule that another one undoes."
fires = ["木[{2}→{3}]匠"]
quiet = ["木匠"]
"""


def test_rules_that_undo_each_other_are_told_not_followed(tmp_path):
    rules = tmp_path / "flip.toml"
    rules.write_text(
        'about = "two rules that undo each other"\n'
        + _FLIP.format("a", "b", "甲", "乙")
        + _FLIP.format("b", "a", "乙", "甲"),
        "utf-8",
    )
    outcome = Cleaner(load_rules([rules])).clean(Document("a", "木甲匠"))
    assert any(note.startswith("no fixed point: ") for note in outcome.notes), outcome.notes
    assert ed.apply("木甲匠", [f.edit for f in outcome.applied]) == outcome.text


def test_insertion_at_a_seam_comes_after_what_was_deleted():
    text = "的招聘员"
    [a, b] = [c.edit for c in ed.compose(text, [Edit(1, 3, "")], [Edit(1, 1, "催收")])]
    assert (a, b) == (Edit(1, 3, ""), Edit(3, 3, "催收"))


def test_an_edit_inside_what_an_earlier_pass_wrote_becomes_one_edit():
    [c] = ed.compose("实沟通", [Edit(1, 1, "施着")], [Edit(2, 3, "")])
    assert c == ed.Composed(Edit(1, 1, "施"), (0,), (0,))


@pytest.mark.parametrize("start,end,new", [(2, 1, "x"), (-1, 0, "x"), (1, 1, "")])
def test_edits_that_mean_nothing_are_refused(start, end, new):
    with pytest.raises(EditError):
        Edit(start, end, new)


def test_apply_refuses_what_does_not_fit():
    with pytest.raises(EditError, match="ends at 9"):
        ed.apply("工作围", [Edit(2, 9, "")])
    with pytest.raises(EditError, match="begins before"):
        ed.apply("工作围", [Edit(0, 2, ""), Edit(1, 2, "x")])
