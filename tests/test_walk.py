"""From paths to files: links, pipes, folders and names that a file system holds and a reader must not trip over."""

import json
import os
import socket
from pathlib import Path

import pytest

from cleanup import batch
from cleanup.dumps.walk import walk
from cleanup.errors import InputError
from test_run import GOOD, cleanup, lines


def names(found):
    files, odd = found
    return [f.name for f in files], [(r.file, r.reason) for r in odd]


def ran(tree):
    out = tree.parent / "out"
    done = cleanup("run", tree, "--out", out, "--lang", "en")
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture
def tree(tmp_path):
    top = tmp_path / "in"
    (top / "sub").mkdir(parents=True)
    (top / "a.txt").write_text(GOOD, "utf-8")
    (top / "sub/b.txt").write_text(GOOD, "utf-8")
    return top


def test_links_that_lead_nowhere_and_round_are_told(tree):
    (tree / "gone.txt").symlink_to("nowhere.txt")
    (tree / "round.txt").symlink_to("round.txt")
    (tree / "sub/up").symlink_to("..")
    (tree / "z.txt").symlink_to("a.txt")
    assert names(walk([tree], None)) == (
        ["a.txt", "sub/b.txt"],
        [("gone.txt", "unreadable"), ("round.txt", "unreadable")],
    )
    with pytest.raises(InputError, match=r"gone\.txt: a link to nowhere\.txt, which does not exist"):
        walk([tree / "gone.txt"], None)
    with pytest.raises(InputError, match=r"round\.txt: cannot be read"):
        walk([tree / "round.txt"], None)


def test_pipes_and_sockets_are_not_waited_for(tree, monkeypatch):
    os.mkfifo(tree / "pipe.txt")
    monkeypatch.chdir(tree)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as s:
        s.bind("sock.md")
        assert names(walk([tree], None))[1] == [("pipe.txt", "not_a_file"), ("sock.md", "not_a_file")]
    for path in (tree / "pipe.txt", Path(os.devnull)):
        with pytest.raises(InputError, match=r"standard input \(-\)"):
            walk([path], None)


def test_a_folder_that_cannot_be_read_is_told(tree, monkeypatch):
    scandir = os.scandir

    def closed(path):
        if Path(os.fspath(path)).name == "sub":
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert names(walk([tree], None)) == (["a.txt"], [("sub", "unreadable")])
    with pytest.raises(InputError, match="sub: cannot be read: Permission denied"):
        walk([tree / "sub"], None)


def test_paths_that_no_file_system_takes_are_told(tmp_path):
    for path in ("x" * 300, "a\0b", "\ud800"):
        with pytest.raises(InputError):
            walk([tmp_path / path], None)
    with pytest.raises(InputError, match="no such file or folder"):
        walk([Path("~")], None)


def test_a_path_given_twice_and_paths_that_overlap_give_a_file_once(tree):
    os.mkfifo(tree / "sub/pipe.txt")
    once = names(walk([tree], None))
    for inputs in ([tree, tree], [tree, tree / "sub"], [tree, tree / "a.txt"], [tree / "sub/..", tree]):
        assert names(walk(inputs, None)) == once
    assert names(walk([tree / "a.txt", tree / "sub/../a.txt"], None)) == (["a.txt"], [])


def test_an_empty_folder_holds_nothing(tmp_path):
    assert walk([tmp_path], None) == ([], [])


def test_names_of_any_bytes_are_cleaned_and_shown(tree):
    odd = [b"\xd0\xc2\xce\xc5.txt", b"d\xff/x.\xfe", b"d\xff/c.txt"]
    try:
        for name in (*map(os.fsdecode, odd), "新\n行.txt", "\u202etxt.exe.txt"):
            (tree / name).parent.mkdir(exist_ok=True)
            (tree / name).write_text(GOOD, "utf-8")
    except OSError:
        pytest.skip("this file system takes names of UTF-8 alone")
    out = ran(tree)
    assert {a["article"] for a in lines(out / "articles.jsonl")} == {
        "a.txt",
        "sub/b.txt",
        r"\xd0\xc2\xce\xc5.txt",
        "新\n行.txt",
        "\u202etxt.exe.txt",
        r"d\xff/c.txt",
    }
    assert [r["file"] for r in lines(out / "rejected.jsonl")] == [r"d\xff/x.\xfe"]
    # as an input of its own, too, and a second time in the same folder
    folder = tree / os.fsdecode(b"d\xff")
    for _ in range(2):
        assert cleanup("run", folder, "--out", tree.parent / "again").exit_code == 0
    assert json.loads((tree.parent / "again/run.log.json").read_text("utf-8"))["command"]["inputs"] == [
        str(folder)
    ]
    assert (out / r"cleaned/\xd0\xc2\xce\xc5.txt").read_text("utf-8") == GOOD


def test_a_file_that_vanishes_costs_itself(tree, monkeypatch):
    def walked(*args, **kwargs):
        found = walk(*args, **kwargs)
        (tree / "a.txt").unlink()
        return found

    monkeypatch.setattr(batch.job, "walk", walked)
    out = ran(tree)
    assert [(r["file"], r["reason"]) for r in lines(out / "rejected.jsonl")] == [("a.txt", "unreadable")]
    assert [a["article"] for a in lines(out / "articles.jsonl")] == ["sub/b.txt"]
