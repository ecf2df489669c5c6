"""The config file: found, read strictly, and obeyed by every command that takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cleanup.cli.app import app
from cleanup.config import Config, find, read
from cleanup.errors import UsageError
from cleanup.protect import Term, Terms


def written(tmp_path, text, name="cleanup.toml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def refused(path):
    with pytest.raises(UsageError) as e:
        read(path)
    assert e.value.exit_code == 2
    return e.value.tell("en")


def test_the_nearest_config_is_found_up_to_the_root_of_the_repository(tmp_path):
    deep = tmp_path / "repository" / "a" / "b"
    deep.mkdir(parents=True)
    above = written(tmp_path, "")
    (tmp_path / "repository" / ".git").mkdir()
    assert find(deep) is None  # what stands above the repository is not its own
    at_root = written(tmp_path / "repository", "[tool.cleanup]\n", "pyproject.toml")
    assert find(deep) == at_root
    own = written(tmp_path / "repository" / "a", "")
    assert find(deep) == own
    assert find(tmp_path) == above


@pytest.mark.parametrize("text", ["[tool.ruff]\n", "# [tool.cleanup]\n", "", "[broken\n"])
def test_a_pyproject_that_says_nothing_of_us_is_passed_over(tmp_path, text):
    (tmp_path / ".git").mkdir()
    written(tmp_path, text, "pyproject.toml")
    assert find(tmp_path) is None


def test_paths_are_relative_to_the_config(tmp_path):
    config = read(
        written(tmp_path, 'rules = ["r"]\nchannels = ["c"]\nmodel = "m"\n[check]\nbaseline = "b"\n')
    )
    assert (config.rules, config.channels) == ((tmp_path / "r",), (tmp_path / "c",))
    assert (config.model, config.baseline) == (tmp_path / "m", tmp_path / "b")


def test_an_empty_config_says_what_no_config_says(tmp_path):
    config = read(written(tmp_path, ""))
    assert {k: getattr(config, k) for k in Config.__slots__ if k not in ("file", "where")} == {
        k: getattr(Config(), k) for k in Config.__slots__ if k not in ("file", "where")
    }


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("of = []\n", 1, "did you mean off?"),
        ("\n[chekc]\n", 2, "did you mean check?"),
        ('[check]\nmin_tier = "auto"\n', 2, "did you mean min-tier?"),
        ('[check]\npaths = ["a"]\nmin-tier = "sugest"\n', 3, "did you mean suggest?"),
        ('[check]\nkinds = ["mask", "noize"]\n', 2, "did you mean noise?"),
        ('lang = "xx"\n', 1, "known are zh, en"),
        ('off = "rule"\n', 1, "Expected array"),
        ('\nfields = { txt = "body" }\n', 2, "did you mean text?"),
        ("[fields]\ntext = 3\n", 2, "Expected str"),
        ("[check]\nmin-confidence = 2\n", 2, "from 0 to 1"),
        ("[check]\nmin-confidence = nan\n", 2, "from 0 to 1"),
        ("[check]\nmax-damage = -1\n", 2, "below 0"),
        ('[[suppress]]\npath = "a"\n\n[[suppress]]\nwhy = "b"\n', 4, "needs one of"),
        ('[[suppress]]\nterm = ""\npath="x"\n\n[[suppress]]\nterm = " "\n', 6, "neither a term nor"),
        ('[[suppress]]\npath = "a"\nrules = "b"\n', 3, "did you mean rule?"),
        ("[check]\n[check]\n", 2, "not valid TOML"),
        ("check = 3\n", 1, "Expected object"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, line, says):
    said = refused(written(tmp_path, text))
    assert f"cleanup.toml:{line}: " in said
    assert says in said


@pytest.mark.parametrize("text", ["tool = 3\n", "[tool]\ncleanup = 3\n"])
def test_a_table_that_is_none_is_refused(tmp_path, text):
    assert "must be a table" in refused(written(tmp_path, text, "pyproject.toml"))


def test_in_pyproject_lines_are_those_of_the_file(tmp_path):
    text = '[project]\nname = "x"\n\n[tool.cleanup.check]\nmin-teir = "auto"\n'
    assert "pyproject.toml:5: " in refused(written(tmp_path, text, "pyproject.toml"))


def test_a_config_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "cleanup.toml"
    path.write_bytes(b"off = []\n\xff\n")
    assert "cleanup.toml:2: is not UTF-8" in refused(path)


def test_the_command_line_goes_before_the_config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLEANUP_LANG", raising=False)
    (tmp_path / ".git").mkdir()
    written(tmp_path, 'lang = "en"\nprior = false\n')
    text = "双方的工作围不同。"
    explain = ["explain", text]
    assert "no damage" in CliRunner().invoke(app, ["explain", "他们在海边散步。"]).stdout
    assert "没有" in CliRunner().invoke(app, ["explain", "他们在海边散步。", "--lang", "zh"]).stdout
    assert "repaired" in CliRunner().invoke(app, explain).stdout
    assert "已修复" in CliRunner().invoke(app, [*explain, "--config", "none", "--lang", "zh"]).stdout


def test_a_config_of_another_name_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, 'off = ["dropped-char-in-phrase"]\n', "other.toml")
    result = CliRunner().invoke(app, ["explain", "双方的工作围不同。", "--config", "other.toml"])
    assert "dropped-char-in-phrase" not in result.stdout


# protected terms

words = st.text("工作围范的不同一二", min_size=1, max_size=4)


@given(words, words, words, words)
def test_a_term_stands_where_its_sides_do(left, term, right, other):
    text = f"{other}{left}{term}{right}{other}"
    found = list(Term(term, left, right).places(text))
    assert (len(other) + len(left), len(other) + len(left) + len(term)) in found
    for start, end in found:
        assert text[start:end] == term
        assert text[:start].endswith(left) and text[end:].startswith(right)


@given(st.lists(words, max_size=6), st.text("工作围范的不同一二", max_size=30))
def test_terms_together_stand_where_each_does(terms, text):
    together = Terms(tuple(map(Term, terms)))
    assert together.places(text) == sorted({p for t in terms for p in Term(t).places(text)})


@given(words, words, words)
def test_a_term_is_read_as_it_is_written(left, term, right):
    for one in (Term(term), Term(term, left), Term(term, "", right), Term(term, left, right)):
        assert Term.of(str(one)) == one


@pytest.mark.parametrize("written", ["", "   ", "\t"])
def test_what_is_no_term_is_refused(written):
    with pytest.raises(ValueError):
        Term.of(written)
