"""The hooks, the action and the template for CI do what their users take them to do: they are run here as there."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from cleanup import config as cf
from cleanup.dumps.walk import SUFFIXES
from conftest import ROOT

BIN = Path(sys.executable).parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}
GITLAB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))["cleanup-check"]
HOOKS = {h["id"]: h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}

# A sentence that a filter took a character from, and others that are as they should be.
BAD = "景区采取措保护古树，老人们都很高兴。\n"
FINE = "河边新开了一家书店，周末常有人坐着看书。\n"
GOOD = "镇上的老桥修好了，孩子们放学以后都从桥上走。\n"

needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("git", "bash", "sh"))), reason="needs git, bash and sh"
)
pytestmark = needs_tools


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch, tmp_path_factory):
    """No config of git or of CI from outside."""
    for name in [n for n in os.environ if n.startswith(("GIT_", "GITHUB_", "CI_", "CLEANUP_", "PRE_COMMIT"))]:
        monkeypatch.delenv(name)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "tester")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "tester@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path_factory.getbasetemp() / "pre-commit"))
    monkeypatch.setenv("CLEANUP_LANG", "en")


def git(folder, *args):
    done = subprocess.run(["git", *args], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout.strip()


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def repository(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, files)
    return folder


def commit(folder, files):
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "articles")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def content(tmp_path):
    return repository(tmp_path / "work", {"content/bad.md": BAD, "content/good.md": GOOD})


@pytest.fixture
def pull_request(tmp_path):
    """A clone as a CI makes it of a pull request: one commit, the merge of a branch into main; and main's commit."""
    origin = repository(tmp_path / "origin", {"content/old.md": GOOD + BAD})
    git(origin, "checkout", "-q", "-b", "topic")
    commit(origin, {"content/new.md": BAD, "content/old.md": GOOD + BAD + FINE})
    git(origin, "checkout", "-q", "main")
    base = commit(origin, {"content/other.md": BAD})
    git(origin, "checkout", "-q", "--detach")
    git(origin, "merge", "-q", "--no-ff", "-m", "merged", "topic")
    git(origin, "update-ref", "refs/pull/1/merge", "HEAD")
    git(origin, "checkout", "-q", "main")
    clone = tmp_path / "clone"
    clone.mkdir()
    git(clone, "init", "-q")
    git(clone, "remote", "add", "origin", origin.as_uri())
    git(
        clone,
        "fetch",
        "-q",
        "--no-tags",
        "--depth=1",
        "origin",
        "+refs/pull/1/merge:refs/remotes/pull/1/merge",
    )
    git(clone, "checkout", "-q", "refs/remotes/pull/1/merge")
    return clone, base


def recorder(folder):
    """A `cleanup` that writes down how it was called."""
    folder.mkdir()
    said = folder / "called.json"
    (folder / "cleanup").write_text(
        f"#!{sys.executable}\nimport json, sys\nopen({str(said)!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    (folder / "cleanup").chmod(0o755)
    return folder, lambda: json.loads(said.read_text())


# --- the action of GitHub


def values_of(text):
    return set(re.findall(r"\$\{\{\s*(.+?)\s*\}\}", text))


def test_the_action_hands_every_input_on_and_names_none_that_there_is_not():
    whole = (ROOT / "action.yml").read_text("utf-8")
    assert {v.removeprefix("inputs.") for v in values_of(whole) if v.startswith("inputs.")} == set(
        ACTION["inputs"]
    )
    assert all(i["description"] and isinstance(i["default"], str) for i in ACTION["inputs"].values())
    for output in ACTION["outputs"].values():
        step, name = re.fullmatch(r"\$\{\{ steps\.(\w+)\.outputs\.([\w-]+) \}\}", output["value"]).groups()
        assert f"{name}=" in STEPS[step]["run"]


def test_nothing_from_outside_is_code_in_the_action():
    scripts = [step for step in STEPS.values() if "run" in step]
    assert [s["id"] for s in scripts] == ["install", "check"]
    assert all(s["shell"] == "bash" and not values_of(s["run"]) for s in scripts)


def run_step(name, folder, tmp_path, **env):
    """A step of the action as GitHub's runner runs it; its outputs are added to what is returned."""
    step = STEPS[name]
    script = tmp_path / f"{name}.sh"
    script.write_text(step["run"], "utf-8")
    temp = tmp_path / "runner temp"
    temp.mkdir(exist_ok=True)
    files = {n: tmp_path / n for n in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    own = {k: "" if "${{" in v else v for k, v in step["env"].items()}
    own |= {"FAIL_ON": "findings", "FORMAT": "github", "CHANGED_SINCE": "auto"} if name == "check" else {}
    assert set(env) <= set(own) | {"GITHUB_ACTION_PATH"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=folder,
        env=os.environ | {k: str(v) for k, v in files.items()} | {"RUNNER_TEMP": str(temp)} | own | env,
        capture_output=True,
        text=True,
        check=False,
    )
    done.outputs = dict(x.split("=", 1) for x in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines())
    done.summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
    return done


def test_the_action_annotates_sums_up_and_leaves_a_sarif_report(content, tmp_path):
    done = run_step("check", content, tmp_path, BIN=str(BIN), PATHS="content/\n")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=content/bad.md,line=1,")
    assert "景区采取措<ins>施</ins>保护古树" in done.summary
    assert done.outputs["exit-code"] == "1"
    report = json.loads(Path(done.outputs["sarif-file"]).read_text("utf-8"))
    assert [r["ruleId"] for r in report["runs"][0]["results"]] == ["dropped-char-in-word"]


@pytest.mark.parametrize(
    ("fail_on", "code", "expected"),
    [
        ("findings", 1, 1),
        ("findings", 0, 0),
        ("faults", 1, 0),
        ("faults", 2, 2),
        ("faults", 3, 3),
        ("nothing", 3, 0),
    ],
)
def test_the_action_fails_on_what_it_is_told_to(content, tmp_path, fail_on, code, expected):
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "cleanup").write_text(f"#!/bin/sh\nexit {code}\n")
    (stub / "cleanup").chmod(0o755)
    done = run_step("check", content, tmp_path, BIN=str(stub), FAIL_ON=fail_on)
    assert (done.returncode, done.outputs) == (expected, {"exit-code": str(code)})


@pytest.mark.parametrize(("name", "value"), [("FAIL_ON", "error"), ("SARIF_FILE", "a\nexit-code=0")])
def test_the_action_says_what_an_input_may_be(content, tmp_path, name, value):
    done = run_step("check", content, tmp_path, BIN=str(BIN), **{name: value})
    assert done.returncode == 2 and done.stdout.startswith("::error title=cleanup::") and not done.outputs


def test_inputs_of_the_action_are_words_never_code_nor_patterns(content, tmp_path):
    stub, called = recorder(tmp_path / "stub")
    run_step(
        "check",
        content,
        tmp_path,
        BIN=str(stub),
        PATHS="content/a b.md\r\n$(touch pwned)\n\n; touch pwned\n*\n--fix\n",
        ARGS="--min-tier=suggest  --kind mask\n`touch pwned` * $HOME",
        CHANGED_SINCE="none",
        BASE="main",
        BASELINE="known; touch pwned",
        SARIF_FILE="out/$(touch pwned).sarif",
        MESSAGES="zh",
    )
    assert called() == [
        "check",
        "--format=github",
        f"--report=sarif={content}/out/$(touch pwned).sarif",
        "--baseline=known; touch pwned",
        "--lang=zh",
        *("--min-tier=suggest", "--kind", "mask", "`touch", "pwned`", "*", "$HOME"),
        "--",
        *("content/a b.md", "$(touch pwned)", "; touch pwned", "*", "--fix"),
    ]
    assert not list(tmp_path.rglob("pwned"))


def test_without_paths_and_options_the_action_leaves_all_to_the_config(content, tmp_path):
    stub, called = recorder(tmp_path / "stub")
    done = run_step("check", content, tmp_path, BIN=str(stub))
    assert done.returncode == 0
    assert called() == [
        "check",
        "--format=github",
        f"--report=sarif={tmp_path}/runner temp/cleanup.sarif",
        "--",
    ]


def test_a_report_of_an_earlier_step_is_not_taken_for_one_of_this(content, tmp_path):
    (content / "old.sarif").write_text("{}")
    done = run_step(
        "check",
        content,
        tmp_path,
        BIN=str(BIN),
        PATHS="none-such.md",
        ARGS="--no-such",
        SARIF_FILE="old.sarif",
    )
    assert done.returncode == 2 and done.outputs == {"exit-code": "2"}


def test_in_a_pull_request_the_action_counts_what_it_changes_and_fetches_the_history_for_that(
    pull_request, tmp_path
):
    clone, base = pull_request
    assert git(clone, "rev-parse", "--is-shallow-repository") == "true"
    done = run_step("check", clone, tmp_path, BIN=str(BIN), BASE=base)
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.findall(r"^::error file=([^,]+)", done.stdout, re.MULTILINE)
    assert found == ["content/new.md"]


def test_without_history_the_action_and_the_check_say_how_to_get_it(pull_request, tmp_path):
    clone, base = pull_request
    git(clone, "remote", "set-url", "origin", (tmp_path / "gone").as_uri())
    done = run_step("check", clone, tmp_path, BIN=str(BIN), BASE=base)
    assert done.returncode == 2
    assert "::warning title=cleanup::" in done.stdout and "fetch-depth: 0" in done.stdout
    assert "fetch-depth: 0" in done.stderr and "Traceback" not in done.stderr


def test_a_pull_request_that_changes_no_article_is_clean(content, tmp_path):
    base = git(content, "rev-parse", "HEAD")
    commit(content, {"code.py": f"# {BAD}"})
    done = run_step("check", content, tmp_path, BIN=str(BIN), BASE=base)
    assert done.returncode == 0 and done.outputs["exit-code"] == "0"


def test_the_action_installs_its_own_checkout_into_an_environment_of_its_own(tmp_path):
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\nif [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"\n'
        'else printf "%s\\n" "$@" > "${0%/*}/called"; fi\n'
    )
    python.chmod(0o755)
    done = run_step("install", tmp_path, tmp_path, PYTHON=str(python), GITHUB_ACTION_PATH="/the action")
    assert done.returncode == 0, done.stderr
    bin_ = tmp_path / "runner temp" / "cleanup-venv" / "bin"
    assert done.outputs == {"bin": str(bin_)}
    assert (bin_ / "called").read_text().split("\n")[:3] == ["-m", "pip", "install"]
    assert (bin_ / "called").read_text().split("\n")[-2] == "/the action"


# --- the template of GitLab


def run_gitlab(folder, section="script", **env):
    """A section of the job as its runner runs it, in the shell that images without bash have."""
    own = {k: v for k, v in GITLAB["variables"].items() if not v.startswith("$")}
    assert {k for k in env if k.startswith("CLEANUP_")} <= set(own)
    path = f"{env.pop('BIN', BIN)}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-e", "-c", "\n".join(GITLAB[section])],
        cwd=folder,
        env=os.environ | {"PATH": path} | own | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_job_of_gitlab_leaves_the_reports_that_it_names(content):
    done = run_gitlab(content, CLEANUP_PATHS="content/")
    assert done.returncode == 1 and "content/bad.md:1:6:" in done.stdout, done.stderr
    reports = GITLAB["artifacts"]["reports"]
    issues = json.loads((content / reports["codequality"]).read_text("utf-8"))
    assert [i["location"]["path"] for i in issues] == ["content/bad.md"]
    cases = ET.parse(content / reports["junit"]).getroot()
    assert len(list(cases.iter("failure"))) == 1
    assert GITLAB["artifacts"]["when"] == "always"


def test_the_job_of_gitlab_counts_what_a_merge_request_changes(content):
    base = git(content, "rev-parse", "HEAD")
    commit(content, {"content/new.md": BAD})
    changed = run_gitlab(content, CLEANUP_PATHS="content/", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert changed.returncode == 1 and "new.md" in changed.stdout and "bad.md" not in changed.stdout
    assert GITLAB["variables"]["GIT_DEPTH"] == "0"


def test_variables_of_gitlab_are_words_never_code_nor_patterns(content, tmp_path):
    stub, called = recorder(tmp_path / "stub")
    run_gitlab(
        content,
        BIN=stub,
        CLEANUP_PATHS="content/a b.md\n$(touch pwned)\n*",
        CLEANUP_ARGS="--kind mask * ;touch",
        CLEANUP_CHANGED_SINCE="none",
        CI_MERGE_REQUEST_DIFF_BASE_SHA="main",
    )
    reports = GITLAB["artifacts"]["reports"]
    assert called() == [
        "check",
        f"--report=gitlab={reports['codequality']}",
        f"--report=junit={reports['junit']}",
        *("--kind", "mask", "*", ";touch"),
        "--",
        *("content/a b.md", "$(touch pwned)", "*"),
    ]
    assert not list(tmp_path.rglob("pwned"))


def test_the_job_of_gitlab_installs_nothing_that_was_not_named(content):
    done = run_gitlab(content, "before_script")
    assert done.returncode == 2 and "CLEANUP_PACKAGE" in done.stderr


# --- the page


def blocks(language):
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_recipes_of_the_page_name_what_is_there():
    hooks, workflow, gitlab, job = map(yaml.safe_load, blocks("yaml"))
    used = [h for repo in hooks["repos"] for h in repo["hooks"]]
    assert used and all(h["id"] in HOOKS for h in used)
    (step,) = [s for s in workflow["jobs"]["cleanup"]["steps"] if "/cleanup@" in s.get("uses", "")]
    assert set(step["with"]) <= set(ACTION["inputs"])
    asked = values_of(json.dumps(workflow))
    assert {o for v in asked for o in re.findall(r"steps\.cleanup\.outputs\.([\w-]+)", v)} <= set(
        ACTION["outputs"]
    )
    assert (
        set(gitlab["variables"]) <= set(GITLAB["variables"])
        and (ROOT / gitlab["include"][0]["file"][1:]).exists()
    )
    assert set(job) == {"cleanup-check"}


def test_the_page_describes_every_input_with_its_default_and_every_variable():
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.*?) \| .*\|$", page, re.MULTILINE))
    for name, given in ACTION["inputs"].items():
        assert name in rows, name
        assert rows[name] == f"`{given['default']}`" if given["default"] else "`" not in rows[name], name
    assert [v for v in GITLAB["variables"] if not v.startswith("PIP_") and v not in page] == []


def test_the_config_of_the_page_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (block,) = blocks("toml")
    (tmp_path / "cleanup.toml").write_text(block, "utf-8")
    config = cf.read(tmp_path / "cleanup.toml")
    assert config.check.min_tier == "suggest" and len(config.suppress) == 1


# --- hooks of pre-commit


@pytest.fixture
def hooked(tmp_path):
    """A repository whose config of pre-commit holds our hooks, run by what is installed here; and how to run one."""
    folder = repository(tmp_path / "hooked", {"README.txt": GOOD})

    def run(hook, *args, **over):
        own = HOOKS[hook] | {"language": "system"} | over
        own["entry"] = own["entry"].replace("cleanup", str(BIN / "cleanup"), 1)
        config = {"repos": [{"repo": "local", "hooks": [own]}]}
        (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
        git(folder, "add", "-A")
        command = [sys.executable, "-m", "pre_commit", "run", "--color=never", hook, *args]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    return folder, run


def test_the_hooks_are_such_as_pre_commit_takes():
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert all(h["language"] == "python" and h["entry"].startswith("cleanup ") for h in HOOKS.values())


def test_the_hooks_look_at_every_suffix_that_is_read_and_is_no_table_and_at_no_other():
    """Most tables in a repository are none of articles, and a hook names every file that a commit changes."""
    tables = {s for s, kind in SUFFIXES.items() if kind in ("csv", "tsv", "parquet")}
    texts = SUFFIXES.keys() - tables
    for hook in HOOKS.values():
        wanted = re.compile(hook["files"])
        assert all(wanted.search(f"content/a{s}") and wanted.search(f"A{s.upper()}") for s in texts)
        others = ("a.py", "a.md.png", "md", "a.mdx", "a.json", "a.md.gz", *(f"a{s}" for s in tables))
        assert not any(wanted.search(f) for f in others)


def test_a_commit_with_damage_is_stopped_and_shown(hooked):
    folder, run = hooked
    write(folder, {"content/坏 了.md": BAD, "content/good.md": GOOD, "notes.py": f"# {BAD}"})
    done = run("cleanup-check")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "content/坏 了.md:1:6:" in done.stdout and "notes.py" not in done.stdout
    assert "checked 2 articles" in done.stdout


def test_a_commit_without_articles_and_one_of_excluded_ones_pass(hooked):
    folder, run = hooked
    write(folder, {"notes.py": f"# {BAD}"})
    done = run("cleanup-check")
    assert done.returncode == 0 and "Skipped" in done.stdout
    write(
        folder,
        {"cleanup.toml": '[check]\npaths = ["content/"]\nexclude = ["drafts/"]\n', "drafts/bad.md": BAD},
    )
    # with an empty list of paths the config's would be checked, and this one be found
    git(folder, "commit", "-q", "-m", "x", "--allow-empty")
    commit(folder, {"content/bad.md": BAD})
    done = run("cleanup-check", "--files", "drafts/bad.md")
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout


def test_only_the_lines_of_the_commit_count_where_that_is_asked_for(hooked):
    folder, run = hooked
    commit(folder, {"content/old.md": BAD + GOOD})
    write(folder, {"content/old.md": BAD + GOOD + FINE})
    done = run("cleanup-check", args=["--changed-since", "HEAD"])
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout


def test_the_repairing_hook_mends_the_file_stops_the_commit_once_and_then_lets_it_pass(hooked):
    folder, run = hooked
    write(folder, {"content/bad.md": GOOD + BAD})
    first = run("cleanup-fix")
    assert first.returncode == 1 and "files were modified by this hook" in first.stdout, first.stdout
    mended = (folder / "content/bad.md").read_text("utf-8")
    assert mended == GOOD + BAD.replace("措", "措施")
    assert run("cleanup-fix").returncode == 0
