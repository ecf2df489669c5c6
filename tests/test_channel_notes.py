"""Every note that learning writes is told in Chinese, too."""

import re

from cleanup.channel.notes import in_language
from cleanup.learn.dump import SEVERAL
from cleanup.learn.source import learn_channel
from cleanup.lexicon import shared
from cleanup.lm.model import shipped_model
from conftest import ROOT

ENGLISH = re.compile(r"[a-z]{3,}")


def test_notes_of_learning_are_told_in_chinese():
    few = learn_channel("a", ["木工坊里很安静。"], shipped_model(), shared)
    odd = learn_channel(
        "a", [f"plain english text number {n} of some length" for n in range(12)], shipped_model(), shared
    )
    notes = {*few.notes, *odd.notes}
    assert len(notes) == 3
    for note in notes:
        assert not ENGLISH.search(in_language(note, "zh")), note
        assert in_language(note, "en") == note


def test_the_notes_of_the_dump_are_told_in_chinese():
    """Their words as they stand in the code, with numbers in."""
    code = (ROOT / "src/cleanup/learn/mixed.py").read_text("utf-8")
    assert "articles fall into two groups" in code and SEVERAL == "may be several sources in one"
    note = (
        f"{SEVERAL}: articles fall into two groups (20 and 31), and 5 of 9 characters that are stripped in one stand in "
        "the other; give each a source field or a folder of its own"
    )
    assert not ENGLISH.search(in_language(note, "zh"))
    assert not ENGLISH.search(in_language("a fault of the program: nothing was learned", "zh"))
    assert in_language("something else", "zh") == "something else"
