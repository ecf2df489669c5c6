"""How the command starts: only what a command needs is loaded, and a machine that is new pays nothing more."""

import os
import re
import subprocess
import sys

import pytest

from cleanup.cli.app import COMMANDS
from conftest import ROOT

LOADED = """
import sys
from cleanup.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def started(tmp_path, *words):
    """Modules that a start of the command loads, on a machine with no caches; what it printed."""
    caches = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        env=os.environ | caches,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split()), done.stdout


def test_an_article_is_judged_without_the_heavy_libraries_and_without_caches(tmp_path):
    modules, told = started(
        tmp_path, "explain", "--lang", "en", "--file", str(ROOT / "samples/raw/collection.txt")
    )
    assert "after repair" in told
    heavy = {"jieba", "pkg_resources", "pandas", "trafilatura", "lxml", "jinja2", "tomlkit", "matplotlib"}
    assert heavy & modules == set()
    assert not (tmp_path / "cache").exists() and list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("lang,says", [("zh", "显示版本"), ("en", "Show the version")])
def test_help_lists_all_commands_in_their_order(lang, says):
    done = subprocess.run(
        [sys.executable, "-m", "cleanup", "--help"],
        env=os.environ | {"CLEANUP_LANG": lang, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert says in done.stdout
    listed = re.findall(r"^│ (\w+) ", done.stdout, re.MULTILINE)
    assert listed == list(COMMANDS)


def test_a_command_that_is_not_there_is_told_with_what_is_near():
    done = subprocess.run([sys.executable, "-m", "cleanup", "explian"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "explian" in done.stderr and "Did you mean 'explain'" in done.stderr
