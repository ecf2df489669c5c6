"""Word counts: read from jieba's file character by character, they are those that jieba itself reads."""

import json
import logging
import random
import subprocess
import sys

import pytest

from cleanup import lexicon
from cleanup.errors import ModelError
from cleanup.lexicon import Lexicon
from conftest import ROOT


@pytest.fixture(scope="module")
def theirs():
    import jieba

    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


def segmented(tokenizer, text):
    route = {}
    tokenizer.calc(text, tokenizer.get_DAG(text), route)
    spans, at = [], 0
    while at < len(text):
        spans.append((at, route[at][1] + 1))
        at = spans[-1][1]
    return spans


def test_every_count_is_jiebas(theirs):
    ours = Lexicon()
    words = list(theirs.FREQ)
    random.Random(1).shuffle(words)  # whatever is asked first
    assert [w for w in words if ours.count(w) != theirs.FREQ[w]] == []
    for absent in ("", "围绕着我", "乚", "\ud800", "\U00020000", "1号", "zz"):
        assert ours.count(absent) == theirs.FREQ.get(absent, 0)


def test_segmentation_is_jiebas_to_the_end_of_ties(theirs):
    lines = (ROOT / "samples" / "farm.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines][:150]
    noise = random.Random(2)
    characters = sorted({c for t in texts for c in t})
    texts += ["".join(noise.choices(characters, k=60)) for _ in range(100)] + ["", "大S", "江南Style的𠀀"]
    ours = Lexicon()
    for text in texts:
        spans = ours.segment(text)
        assert spans == segmented(theirs, text)


def test_what_was_segmented_before_is_told_again_whatever_was_done_to_the_answer(monkeypatch):
    monkeypatch.setattr(lexicon, "_KEPT", 2)
    ours = Lexicon()
    windows = ["主要的工作范围", "工作范围", "工作围", "主要的工作范围"]
    first = [ours.segment(w) for w in windows]
    told = [list(spans) for spans in first]
    for spans in first:
        spans.clear()
    assert [ours.segment(w) for w in windows] == told
    assert [Lexicon().segment(w) for w in windows] == told


def test_jieba_is_not_loaded():
    code = "from cleanup.lexicon import shared; import sys; shared().judge('工作围', 2, 2, '范'); print('jieba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_another_dictionary_is_read_whatever_its_order(tmp_path, monkeypatch):
    (tmp_path / "dict.txt").write_text("范围 40 n\n一 10 m\n工作 30 v\n范 5 n\n", "utf-8")
    monkeypatch.setattr(lexicon, "_dictionary", lambda: tmp_path / "dict.txt")
    other = Lexicon()
    assert [other.count(w) for w in ("范围", "范", "围", "工", "工作", "一", "大S")] == [
        40,
        5,
        0,
        0,
        30,
        10,
        0,
    ]
    assert other.segment("工作范围") == [(0, 2), (2, 4)]


def test_a_dictionary_that_is_gone_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(lexicon, "_dictionary", lambda: tmp_path / "dict.txt")
    with pytest.raises(
        ModelError, match=r"dict\.txt: jieba's dictionary cannot be read: .*install jieba again"
    ):
        Lexicon()
