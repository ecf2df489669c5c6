"""Near-identical articles: found whatever is around them, never by a chain, and the rest kept to the byte."""

import itertools
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanup.data import Document
from cleanup.dedup.compare import PERMUTATIONS, Printer, shingles
from cleanup.dedup.group import groups, rows_for
from test_run import cleanup, lines

WORDS = "山水田泥井桥石路船网灯火茶米豆瓜李桃竹松鸟鱼牛羊春夏秋冬晴雨风雪早晚来去上下开关大小高低多少新旧"


def article(seed, sentences=12):
    """An article that no other is like: sentences of characters drawn by chance."""
    rng = random.Random(seed)
    made = ["".join(rng.choice(WORDS) for _ in range(rng.randrange(12, 30))) + "。" for _ in range(sentences)]
    return "\n".join("".join(made[i : i + 3]) for i in range(0, len(made), 3))


def reworded(text, seed, share):
    rng = random.Random(seed)
    return "".join(rng.choice(WORDS) if c in WORDS and rng.random() < share else c for c in text)


def dump(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")


def found(out):
    return [[m["article"] for m in g["members"]] for g in lines(out / "groups.jsonl")]


A, B, C = article(1), article(2), article(3)


def test_copies_are_found_whatever_is_around_them(tmp_path):
    wide = A.translate({0x3002: 0xFF0E}).replace("\n", "\n\n　　")
    rows = [
        {"id": "a", "text": A},
        {"id": "b", "text": B},
        {"id": "a same", "text": A},
        {"id": "a spaced", "text": wide.replace("山", "山\u200b")},
        {"id": "a page", "text": f"{A}\n上一篇：没有了\n版权所有 测ICP备10000000号-1\n"},
        {"id": "a reworded", "text": reworded(A, 5, 0.04)},
        {"id": "c", "text": C},
        {"id": "a mirrored", "text": A.translate(str.maketrans("桥灯鱼来开风鸟", "橋燈魚來開風鳥"))},
    ]
    dump(tmp_path / "d.jsonl", rows)
    result = cleanup("dedup", tmp_path / "d.jsonl", "--out", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 0, result.output
    [group] = lines(tmp_path / "out/groups.jsonl")
    how = {m["article"]: m["how"] for m in group["members"]}
    assert how == {
        "a": "kept",
        "a same": "exact",
        "a spaced": "body",
        "a mirrored": "body",
        "a page": "body",
        "a reworded": "near",
    }
    assert group["keep"] == "a" and group["members"][0]["similarity"] == 1
    assert 0.7 <= group["members"][-1]["similarity"] < 1
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["articles"] == {"read": 8, "rejected": 0, "kept": 3}
    assert "1 groups, 5 to drop" in result.stdout


def test_the_longest_body_is_kept(tmp_path):
    rows = [{"id": "cut", "text": A[: int(len(A) * 0.9)]}, {"id": "whole", "text": A}]
    dump(tmp_path / "d.jsonl", rows)
    assert cleanup("dedup", tmp_path / "d.jsonl", "--out", tmp_path / "out").exit_code == 0
    assert found(tmp_path / "out") == [["whole", "cut"]]


def test_the_copy_holds_the_bytes_of_what_is_kept(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    kept = [
        b'{"id": 1,  "text": "%s", "n": 1.50}\r\n' % A.replace("\n", "\\n").encode(),
        b"\n",
        b"not json\n",
        b'{"text": ""}\n',
        b'{"text": ""}\n',
        b'{"text": "%s"}' % B.replace("\n", "\\n").encode(),
    ]
    again = b'{"id": 9, "text": "%s"}\n' % A.replace("\n", "\\n").encode()
    (source / "a.jsonl").write_bytes(b"".join([*kept[:2], again, *kept[2:]]))
    (source / "b.txt").write_bytes(b"\xef\xbb\xbf" + B.encode())
    (source / "c.txt").write_bytes(C.encode())
    (source / "d.html").write_text(f"<p>{C}</p>", "utf-8")
    (source / "e.png").write_bytes(b"\x89")
    (source / "f.txt").write_bytes(b"\xff\xff")
    result = cleanup("dedup", source, "--out", out, "--write", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert (out / "kept/a.jsonl").read_bytes() == b"".join(kept)
    # what cannot be read stays in the copy, and is named
    assert sorted(p.name for p in (out / "kept").iterdir()) == ["a.jsonl", "c.txt", "f.txt"]
    assert {(r["file"], r["reason"]) for r in lines(out / "rejected.jsonl")} == {
        ("a.jsonl", "not_json"),
        ("e.png", "unknown_format"),
        ("f.txt", "unknown_encoding"),
    }
    assert cleanup("dedup", source, "--out", out, "--write", "--strict").exit_code == 2


def test_the_order_of_inputs_changes_nothing(tmp_path):
    folders = []
    for n, text in enumerate((A, B, reworded(A, 8, 0.03), A, C)):
        dump(tmp_path / f"{n}/d.jsonl", [{"id": f"{n}", "text": text}])
        folders.append(tmp_path / str(n) / "d.jsonl")
    made = set()
    for k, order in enumerate(itertools.islice(itertools.permutations(folders), 0, 120, 30)):
        out = tmp_path / f"out{k}"
        assert cleanup("dedup", *order, "--out", out).exit_code == 0
        made.add((out / "groups.jsonl").read_bytes())
    assert len(made) == 1 and b'"near"' in made.pop()


def test_short_texts_are_compared_whole_and_empty_ones_not_at_all(tmp_path):
    rows = [
        {"id": str(n), "text": t}
        for n, t in enumerate(("很好，推荐", "很好，推荐！", "很好，不推荐", "", " ", "…"))
    ]
    dump(tmp_path / "d.jsonl", rows)
    assert cleanup("dedup", tmp_path / "d.jsonl", "--out", tmp_path / "out").exit_code == 0
    assert found(tmp_path / "out") == [["0", "1"]]


def test_nothing_is_dropped_by_a_chain():
    import numpy as np

    # each is near to the next, and the last is far from the first
    rows = np.tile(np.arange(PERMUTATIONS, dtype=np.uint32), (6, 1))
    for i in range(6):
        rows[i, : 20 * i] += np.uint32(1000)
    for ranked in itertools.permutations(range(6)):
        for group in groups(rows, np.array(ranked), 0.8):
            for member, similarity in group.members:
                assert similarity == (rows[group.kept] == rows[member]).mean() >= 0.8


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40)), max_size=12), st.sampled_from([0.5, 0.7, 0.9])
)
def test_each_article_is_kept_or_goes_once(made, threshold):
    import numpy as np

    rng = np.random.default_rng(3)
    bases = rng.integers(0, 2**32, (5, PERMUTATIONS), dtype=np.uint32)
    rows = np.array([bases[b] for b, _ in made], dtype=np.uint32).reshape(len(made), PERMUTATIONS)
    for i, (_, changed) in enumerate(made):
        rows[i, :changed] = rng.integers(0, 2**32, changed, dtype=np.uint32)
    all_groups = list(groups(rows, np.arange(len(made)), threshold))
    seen = [i for g in all_groups for i in (g.kept, *(m for m, _ in g.members))]
    assert len(seen) == len(set(seen)) and all(len(g.members) for g in all_groups)
    kept = set(range(len(made))) - {m for g in all_groups for m, _ in g.members}
    # of those that stay none is near to another, but for what shares no band
    if threshold == 0.5:
        for i, k in itertools.combinations(sorted(kept), 2):
            assert (rows[i] == rows[k]).mean() < 0.9


def test_bands_miss_few_pairs_at_the_threshold():
    for threshold in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        rows = rows_for(threshold, PERMUTATIONS)
        assert (1 - threshold**rows) ** (PERMUTATIONS // rows) <= 0.05


def test_the_estimate_is_near_the_similarity(ruleset):
    printer = Printer(ruleset)
    for seed, share in enumerate((0.02, 0.05, 0.1, 0.2, 0.5)):
        text = article(seed + 50, 40)
        other = reworded(text, seed, share)
        a, b = (printer.of(Document("x", t)) for t in (text, other))
        s, t = (shingles(printer.body(Document("x", t))[0]) for t in (text, other))
        estimate = sum(x == y for x, y in zip(a.signature, b.signature, strict=True)) / PERMUTATIONS
        assert estimate == pytest.approx(len(s & t) / len(s | t), abs=0.13)


@pytest.mark.parametrize(
    "args,says",
    [
        (["none.jsonl", "--out", "o"], "none.jsonl: no such file or folder"),
        (["a.txt", "--out", "o", "--threshold", "70"], "--threshold is above 0 and at most 1"),
        (["a.txt", "--out", "o", "--encoding", "klingon"], "unknown encoding"),
        ([".", "--out", "."], "the output folder is the input folder"),
        (["b.txt", "--out", "o"], "no article could be read"),
    ],
)
def test_calls_that_cannot_be_carried_out_say_why(tmp_path, monkeypatch, args, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(A, "utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff")
    result = cleanup("dedup", *args, "--lang", "en")
    assert result.exit_code == 2 and says in result.stderr and "Traceback" not in result.output


def test_a_folder_of_another_run_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text(A, "utf-8")
    assert cleanup("run", tmp_path / "a.txt", "--out", tmp_path / "o").exit_code == 0
    result = cleanup("dedup", tmp_path / "a.txt", "--out", tmp_path / "o", "--lang", "en")
    assert result.exit_code == 2 and "holds another run" in result.stderr
    assert cleanup("dedup", tmp_path / "a.txt", "--out", tmp_path / "o", "--overwrite").exit_code == 0


def test_help_has_examples_in_both_languages():
    result = cleanup("dedup", "--help")
    assert result.exit_code == 0 and "cleanup dedup dump.jsonl" in result.stdout
