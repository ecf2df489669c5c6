"""What the documents promise is what the code does."""

import json
import re
import subprocess

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from cleanup import config as cf
from cleanup.check.formats import FORMATS
from cleanup.cli.app import app
from cleanup.data import KINDS
from cleanup.rules.table import RULE_KEYS
from conftest import ROOT

PAGES = [
    "README.md",
    "README.zh.md",
    "CONTRIBUTING.md",
    "docs/design.md",
    "docs/rules.md",
    "docs/benchmark.md",
    "docs/model.md",
    "docs/gate.md",
    "docs/channels.md",
    "docs/learning.md",
    "docs/ci.md",
    "docs/runs.md",
    "docs/formats.md",
    "docs/scale.md",
    "CHANGELOG.md",
]


def page(name):
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_options_that_pages_name_exist(name):
    command = typer.main.get_command(app)
    known = {"--help", "--version"}
    groups = [command]
    while groups:
        group = groups.pop()
        for sub in getattr(group, "commands", {}).values():
            groups.append(sub)
            known |= {o for p in sub.params for o in (*p.opts, *p.secondary_opts)}
    for line in page(name).splitlines():
        m = re.search(
            r"\bcleanup (run|check|init|learn|revert|report|explain|evaluate|rules|lm|dedup|channel)\b.*",
            line,
        )
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", m[0]) if m else []:
            assert option in known, f"{name}: {option}"


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_before_and_after_of_the_readme_is_true(name):
    m = re.search(r'\$ echo "(.+?)" \| cleanup run -\n(.+)\n', page(name))
    assert m, "no before and after"
    assert CliRunner().invoke(app, ["run", "-"], input=m[1] + "\n").stdout == m[2] + "\n"


def test_the_rule_page_names_every_key_and_every_kind():
    text = page("docs/rules.md")
    assert [k for k in RULE_KEYS if f"`{k}`" not in text] == []
    assert [k for k in KINDS if f"`{k}`" not in text] == []


def test_the_page_of_checks_names_every_key_of_a_config_with_its_default():
    rows = dict(re.findall(r"^\| `([\w.-]+)` \| (?:`(.*?)`)? ?\|", page("docs/ci.md"), re.MULTILINE))
    tables = {
        "": cf.Table,
        "fields.": cf.FieldNames,
        "check.": cf.CheckTable,
        "suppress.": cf.SuppressTable,
    }
    for prefix, table in tables.items():
        own = {
            k: v
            for k, v in msgspec.to_builtins(table()).items()
            if prefix or k not in ("fields", "check", "suppress")
        }
        for key, default in own.items():
            said = rows.pop(prefix + key)
            # an entry of suppress has no defaults: what it does not say holds of everything
            assert said == ("" if prefix == "suppress." else json.dumps(default)), prefix + key
    assert [k for k in rows if "." in k] == []


def test_the_page_of_checks_names_every_option_format_and_exit_code():
    text = page("docs/ci.md")
    command = typer.main.get_command(app).commands["check"]
    options = [o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")]
    assert [o for o in options if f"`{o}" not in text and f" {o}" not in text] == []
    assert [f for f in FORMATS if f"| `{f}` |" not in text] == []
    assert re.findall(r"^\| (\d) \|", text, re.MULTILINE) == ["0", "1", "2", "3"]


def test_the_project_speaks_of_both_commands():
    for name in ("README.md", "README.zh.md"):
        assert "make demo" in page(name) and "make test" in page(name)


def test_every_help_page_is_there_with_examples():
    for args in (
        ["run"],
        ["check"],
        ["init"],
        ["explain"],
        ["evaluate"],
        ["rules", "new"],
        ["lm", "build"],
        ["lm", "info"],
        ["lm", "score"],
        ["lm", "fill"],
        ["dedup"],
        ["report"],
    ):
        result = CliRunner().invoke(app, [*args, "--help"])
        assert result.exit_code == 0 and "cleanup " in result.stdout


def test_the_wheel_brings_its_rules(tmp_path):
    import sys
    import zipfile

    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    shipped = {
        n.removeprefix("cleanup/shipped_rules/") for n in names if n.startswith("cleanup/shipped_rules/")
    }
    assert shipped == {
        p.relative_to(ROOT / "rules").as_posix() for p in (ROOT / "rules").rglob("*") if p.is_file()
    }
    assert "cleanup/report/report.html.j2" in names
    assert {"cleanup/models/zh.lm", "cleanup/models/zh.toml"} <= set(names)


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_python_of_the_readme_about_the_model_runs(name, capsys):
    block = next(b for b in re.findall(r"```python\n(.*?)```", page(name), re.DOTALL) if "cleanup.lm" in b)
    exec(compile(block, name, "exec"), {})
    assert "Fill(text='施'" in capsys.readouterr().out
