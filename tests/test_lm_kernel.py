"""The compiled kernel gives the bits that numpy gives, is used only where it fits, and can be done without."""

import importlib.util
import shutil
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanup.channel.prior import shipped_prior
from cleanup.decode.single.decoder import SingleDecoder
from cleanup.decode.slots import Slots
from cleanup.decode.texts import Texts
from cleanup.lexicon import shared
from cleanup.lm import kernel as kernels
from cleanup.lm.gains import Scored, parts_of_changes
from cleanup.lm.model import Model, shipped_model
from lm_fixtures import ALL_WORDS, sentences, toy_path

ROOT = Path(__file__).parent.parent
SMALL = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
PIECE = st.one_of(
    st.sampled_from(ALL_WORDS),
    st.sampled_from(sentences(60, 7)),
    st.text(st.characters(), max_size=5),
    st.sampled_from(["\n", "猫", "😀", "12", "，", "\u2028"]),
)
TEXTS = st.lists(st.lists(PIECE, max_size=20).map("".join), min_size=1, max_size=4)


def hook():
    """The module that compiles, whose base class only builds have."""
    names = ["hatchling", "builders", "hooks", "plugin", "interface"]
    stubs = {".".join(names[: i + 1]): types.ModuleType(names[i]) for i in range(len(names))}
    stubs[".".join(names)].BuildHookInterface = object
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        for name, stub in stubs.items():
            patch.setitem(sys.modules, name, stub)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The kernel, compiled as the build does it."""
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("there is no C compiler")
    made = tmp_path_factory.mktemp("kernel") / "_kernel.so"
    assert hook().compiled(kernels.SOURCE, made) == ""
    return made


def both(path, library):
    """A model with the kernel, and the same without."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "LIBRARY", library)
        fast = Model.open(path)
        patch.setenv(kernels.SWITCH, "off")
        plain = Model.open(path)
    assert fast.kernel is not None and plain.kernel is None
    return fast, plain


@pytest.fixture(scope="module")
def toys(tmp_path_factory, library):
    return both(toy_path(tmp_path_factory), library)


@pytest.fixture(scope="module")
def shipped(library):
    return both(shipped_model().file.path, library)


@SMALL
@given(TEXTS)
def test_scores_are_the_same_bits(toys, texts):
    fast, plain = toys
    ids = plain.encode(texts)[0]
    assert fast.score(ids).tobytes() == plain.score(ids).tobytes()


def test_scores_over_many_rounds_are_the_same_bits(shipped):
    fast, plain = shipped
    rng = np.random.default_rng(5)
    ids = rng.choice(np.minimum(rng.zipf(1.3, 70_000), len(plain.alphabet)) - 1, 70_000).astype(np.uint16)
    for n in (0, 1, 2, 5, 255, 256, 257, 70_000):
        assert fast.score(ids[:n]).tobytes() == plain.score(ids[:n]).tobytes()


@SMALL
@given(TEXTS, st.integers(0, 3), st.integers(0, 3), st.sampled_from([-np.inf, -3.0, 0.0, 2.0]), st.data())
def test_gains_are_the_same_bits(toys, texts, taken, k, least, data):
    fast, plain = toys
    one, other = Scored.of(fast, texts), Scored.of(plain, texts)
    assert one.upto.tobytes() == other.upto.tobytes()
    start = np.arange(4, max(4, len(one.ids) - 4 - taken))
    end = start + taken
    symbols = st.integers(0, len(plain.alphabet) - 1)
    row = data.draw(st.lists(symbols, min_size=k, max_size=k))
    written = np.tile(np.array(row, np.uint16), (len(start), 1)).reshape(len(start), k)
    got = parts_of_changes(fast, one, start, end, written, least)
    wanted = parts_of_changes(plain, other, start, end, written, least)
    good = wanted[0] + wanted[1] > least
    assert ((got[0] + got[1] > least) == good).all()
    for a, b in zip(got, wanted, strict=True):
        assert a[good].tobytes() == b[good].tobytes()


def test_a_change_that_reaches_out_of_the_texts_is_refused(toys):
    fast, _ = toys
    scored = Scored.of(fast, ["山水"])
    nothing = np.zeros((1, 0), np.uint16)
    for start, end in ((3, 3), (6, 5), (4, len(scored.ids) - 3)):
        with pytest.raises(IndexError, match="out of the texts"):
            parts_of_changes(fast, scored, np.array([start]), np.array([end]), nothing)


@SMALL
@given(st.text("天地玄黄", max_size=700), st.text("天地玄", min_size=1, max_size=5))
def test_counting_is_that_of_strings(shipped, text, wanted):
    fast, plain = shipped
    texts = Texts.of(fast, ["黄" + text, text])
    symbols = plain.alphabet.encode(wanted)[None]
    start, end = texts.scored.starts[1:2], texts.scored.starts[2:] - 1
    assert texts.times(start, end, symbols, apart=True).tolist() == [text.count(wanted)]
    overlapping = sum(text.startswith(wanted, i) for i in range(len(text)))
    assert texts.times(start, end, symbols).tolist() == [overlapping]


@SMALL
@given(st.text("天地玄黄 ，\n", min_size=8, max_size=8), st.text("天地玄黄，", min_size=1, max_size=5))
def test_what_fits_a_slot_is_the_same_bits(shipped, window, written):
    _, plain = shipped
    slots = [Slots(m, np.tile(plain.encode([window])[0][None, 1:9], (3, 1)), np.arange(3)) for m in shipped]
    symbols = np.tile(plain.alphabet.encode(written), (4, 1))
    one, other = (s._written(np.array([1, 1, 2, 2]), symbols) for s in slots)
    assert one.tobytes() == other.tobytes()


DAMAGED = [
    "村里的木匠把凳子刨平，再用砂纸打磨一遍，最后上。\n他说主要的工作围是修理老屋，每年都要花去不少时。",
    "学校后面有一片树林，孩子们放学以后常在那里***，到天黑才回家。老师说这的培训做法不好。",
    "昨天的股票天气很好，我们去公园散了一会儿步，又到湖边看了看荷花，晚上才回到家里吃饭。" * 12,
]


def test_articles_are_decoded_alike_with_it_and_without(shipped):
    decoders = [SingleDecoder(m, shipped_prior(), shared) for m in shipped]
    one, other = (d.decode(DAMAGED) for d in decoders)
    assert one == other
    assert any(d.repairs for d in one)


def test_a_library_of_another_source_is_not_used(library, tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "SOURCE", tmp_path / "kernel.c")
    kernels.SOURCE.write_text("/* changed since */", "utf-8")
    copy = shutil.copy(library, tmp_path / "_kernel.so")
    monkeypatch.setattr(kernels, "LIBRARY", Path(copy))
    assert Model.open(shipped_model().file.path).kernel is None


def test_what_is_no_library_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "LIBRARY", tmp_path / "_kernel.so")
    assert Model.open(shipped_model().file.path).kernel is None
    kernels.LIBRARY.write_bytes(b"no library")
    kernels._library.cache_clear()
    assert Model.open(shipped_model().file.path).kernel is None


def test_a_build_without_a_working_compiler_says_why(tmp_path, monkeypatch):
    made = tmp_path / "_kernel.so"
    monkeypatch.setenv("CC", str(tmp_path / "none"))
    assert "No such file" in hook().compiled(kernels.SOURCE, made)
    monkeypatch.setenv("CC", sys.executable)
    assert hook().compiled(kernels.SOURCE, made)
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hook().compiled(kernels.SOURCE, made) == "there is no C compiler"
    assert not made.exists()
