"""Counting strings in texts, which must not take longer than reading them."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.decode import texts as module
from cleanup.decode.texts import Texts
from cleanup.lm.model import shipped_model

LONG = "村里的木匠把凳子刨平，天天磨木头。" * 12_000


@settings(max_examples=15, deadline=None)
@given(st.text("天地人", max_size=60), st.text("天地人", min_size=1, max_size=6))
def test_strings_are_counted_as_str_count_does(text, string):
    texts = Texts.of(shipped_model(), ["地", LONG + text])
    assert len(LONG) > module._LONG
    assert texts.count(1, string) == (LONG + text).count(string)
    assert texts.holds(1, string) == (string in LONG + text)
    assert texts.count(0, string) == "地".count(string)


def test_a_thousand_strings_of_a_long_text_take_no_time():
    texts = Texts.of(shipped_model(), [LONG * 5])
    strings = {LONG[i : i + k] for i in range(17) for k in (1, 2, 3)} | {chr(0x4E00 + i) for i in range(1000)}
    start = time.process_time()
    times = {s: texts.count(0, s) for s in strings}
    assert time.process_time() - start < 2
    assert times["木匠"] == times["天天磨"] == 60_000
    assert times["丁"] == 0
