"""`cleanup init` writes a config that means the defaults, explains every key, and destroys none."""

import dataclasses
import re
import tomllib

import msgspec
import pytest
from typer.testing import CliRunner

from cleanup import config as cf
from cleanup.cli.app import app
from cleanup.cli.init_text import config_text

LANGS = ("zh", "en")
FORMS = ("", "tool.cleanup")


def call(*args):
    return CliRunner().invoke(app, ["init", *args])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder that no config above it governs."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def switched_on(text):
    """The text with the sign taken from every line that is a key or a table behind it."""
    return re.sub(r"^#(?! )", "", text, flags=re.MULTILINE)


def written(folder, text, table):
    path = folder / (cf.SHARED if table else cf.OWN)
    path.write_text(text, "utf-8")
    return path


def said(config):
    """All that a config says, but for where it stands."""
    fields = {f.name: getattr(config, f.name) for f in dataclasses.fields(config)}
    return {k: v for k, v in fields.items() if k not in ("file", "where")}


def keys_of(struct):
    return [f.encode_name for f in msgspec.structs.fields(struct)]


@pytest.mark.parametrize("table", FORMS)
@pytest.mark.parametrize("lang", LANGS)
def test_it_means_the_defaults(folder, lang, table):
    assert said(cf.read(written(folder, config_text(lang, table=table), table))) == said(cf.Config())


@pytest.mark.parametrize("table", FORMS)
@pytest.mark.parametrize("lang", LANGS)
def test_it_loads_with_every_key_switched_on_and_still_means_the_defaults(folder, lang, table):
    text = switched_on(config_text(lang, table=table))
    read = cf.read(written(folder, text, table))
    assert said(read) | {"suppress": ()} == said(cf.Config())
    assert len(read.suppress) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_every_key_that_there_is_stands_in_it(lang):
    data = tomllib.loads(switched_on(config_text(lang)))
    assert sorted(data) == sorted(keys_of(cf.Table))
    assert sorted(data["check"]) == sorted(keys_of(cf.CheckTable))
    assert sorted(data["fields"]) == sorted(keys_of(cf.FieldNames))
    assert sorted(data["suppress"][0]) == sorted(keys_of(cf.SuppressTable))


@pytest.mark.parametrize("lang", LANGS)
def test_every_key_has_its_line_of_explanation(lang):
    lines = config_text(lang).splitlines()
    for n, line in enumerate(lines):
        if re.match(r"#[\w-]+ = ", line):
            assert lines[n - 1].startswith("# ") or "  # " in line, line


def test_the_languages_differ_in_words_alone():
    zh, en = (tomllib.loads(switched_on(config_text(lang))) for lang in LANGS)
    assert zh == en
    assert not re.search(r"[\u4e00-\u9fff]", config_text("en").replace("某某", ""))


def test_it_writes_the_file_in_the_language_that_is_asked_for(folder):
    done = call("--lang", "en")
    assert (done.exit_code, done.stdout) == (0, "wrote cleanup.toml; all of it is defaults\n")
    assert (folder / "cleanup.toml").read_text("utf-8") == config_text("en")
    assert cf.find(folder) == folder / "cleanup.toml"
    assert [p.name for p in folder.iterdir() if p.name != ".git"] == ["cleanup.toml"]


def test_a_key_of_it_that_is_switched_on_is_heard(folder):
    call()
    path = folder / "cleanup.toml"
    path.write_text(path.read_text("utf-8").replace('#min-tier = "auto"', 'min-tier = "flag"'), "utf-8")
    assert cf.read(path).check.min_tier == "flag"


def test_one_that_is_there_stays_unless_forced(folder):
    (folder / "cleanup.toml").write_text("shipped = false\n")
    done = call("--lang", "en")
    assert done.exit_code == 2 and "--force" in done.stderr and done.stdout == ""
    assert (folder / "cleanup.toml").read_text() == "shipped = false\n"
    assert call("--force").exit_code == 0
    assert (folder / "cleanup.toml").read_text("utf-8") == config_text("zh")


def test_a_link_to_nowhere_is_not_written_through(folder):
    (folder / "cleanup.toml").symlink_to("elsewhere.toml")
    assert call().exit_code == 2
    assert not (folder / "elsewhere.toml").exists()


def test_force_writes_to_where_a_link_points(folder):
    (folder / "real.toml").write_text("")
    (folder / "cleanup.toml").symlink_to("real.toml")
    assert call("--force").exit_code == 0
    assert (folder / "cleanup.toml").is_symlink()
    assert (folder / "real.toml").read_text("utf-8") == config_text("zh")


def test_it_can_be_looked_at_without_being_written(folder):
    assert call("--print", "--lang", "en").stdout == config_text("en")
    assert call("--print", "--pyproject").stdout == config_text("zh", table="tool.cleanup")
    assert not (folder / "cleanup.toml").exists()


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b'[project]\nname = "house"\n',
        b'[project]\nname = "house"',
        b'\xef\xbb\xbf[project]\r\nname = "house" # a comment\r\n',
        b"[tool.ruff]\nline-length = 100\n\n\n",
    ],
)
def test_a_shared_file_keeps_every_byte_that_it_had(folder, before):
    path = folder / "pyproject.toml"
    path.write_bytes(before)
    path.chmod(0o640)
    done = call("--pyproject", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    after = path.read_bytes()
    assert after.startswith(before) and path.stat().st_mode & 0o777 == 0o640
    assert after.count(b"\n") == (after.count(b"\r\n") if b"\r" in before else after.count(b"\n"))
    assert said(cf.read(path)) == said(cf.Config())
    assert cf.find(folder) == path


@pytest.mark.parametrize(
    ("name", "text", "args", "named"),
    [
        ("pyproject.toml", "[tool.cleanup]\nshipped = false\n", ["--pyproject"], "--print"),
        ("pyproject.toml", "[tool.cleanup.check]\n", ["--pyproject", "--force"], "--print"),
        # beside a cleanup.toml this one would never be read again
        ("pyproject.toml", "[tool.cleanup]\nshipped = false\n", [], "--force"),
        ("cleanup.toml", "shipped = false\n", ["--pyproject", "--force"], "cleanup.toml"),
        ("pyproject.toml", "[project\n", ["--pyproject"], "TOML"),
        ("pyproject.toml", "tool = {}\n", ["--pyproject"], "TOML"),
        ("pyproject.toml", "[tool]\ncleanup.shipped = true\n", ["--pyproject"], "already has"),
    ],
)
def test_what_would_be_lost_or_not_be_read_is_refused(folder, name, text, args, named):
    (folder / name).write_text(text)
    done = call("--lang", "en", *args)
    assert done.exit_code == 2 and named in done.stderr and "Traceback" not in done.stderr
    assert [p.name for p in folder.iterdir() if p.name != ".git"] == [name]
    assert (folder / name).read_text() == text


def test_without_a_shared_file_it_says_what_to_do(folder):
    done = call("--pyproject", "--lang", "en")
    assert done.exit_code == 2 and "without --pyproject" in done.stderr
    assert not (folder / "pyproject.toml").exists()


def test_a_config_above_is_no_hindrance_and_is_named(folder, monkeypatch):
    (folder / "cleanup.toml").write_text("")
    inner = folder / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    done = call("--lang", "en")
    assert done.exit_code == 0 and "../cleanup.toml is no longer read" in done.stderr
    assert cf.find(inner) == inner / "cleanup.toml"
