"""Imports go one way: a module may import what stands above it in this list, and nothing else of ours."""

import ast
import re

from conftest import ROOT

LAYERS = [
    {"errors"},
    {"data", "chars", "chinese"},
    {"fold", "edits", "builtin", "sampling", "keywords", "compression"},
    {"lexicon", "rules", "lm", "recurrence", "channel", "protect", "seen"},
    {"dumps", "detect", "config"},
    {"decode", "numbering"},
    {"pipeline"},
    {"verify", "facts", "learn", "flow"},
    {"api", "rulewriter", "tally", "runfolder", "report", "evaluate"},
    {"drift"},
    {"batch", "revert", "check"},
    {"dedup", "engines"},
    {"cli"},
    {"__main__"},
]
SRC = ROOT / "src" / "cleanup"


def part(module):
    return module.split(".")[1] if "." in module else ""


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "cleanup":
            if node.module == "cleanup":
                yield from (a.name for a in node.names if a.name != "__version__")
            else:
                yield part(node.module)
        elif isinstance(node, ast.Import):
            yield from (part(a.name) for a in node.names if a.name.startswith("cleanup."))


def test_imports_go_one_way():
    rank = {name: i for i, layer in enumerate(LAYERS) for name in layer}
    seen = set()
    for path in SRC.rglob("*.py"):
        if path == SRC / "__init__.py":
            continue
        own = path.relative_to(SRC).parts[0].removesuffix(".py")
        seen.add(own)
        assert own in rank, f"{own} has no layer"
        for other in imports(path):
            assert other == own or rank[other] < rank[own], f"{path.relative_to(SRC)} imports {other}"
    assert seen == set(rank)


def test_the_design_lists_the_layers_as_they_are():
    page = (ROOT / "docs" / "design.md").read_text("utf-8")
    listed = [set(re.findall(r"`(\w+)`", line)) for line in page.splitlines() if re.match(r"\d+\. `", line)]
    assert listed == LAYERS[:-1]  # __main__ is no layer of the design


def test_heavy_libraries_are_imported_where_they_are_used():
    # an adapter is imported where its engine is asked for
    adapters = {SRC / "engines" / name for name in ("ray.py", "ray_files.py", "spark.py")}
    for path in {*SRC.rglob("*.py")} - adapters:
        for node in ast.parse(path.read_text("utf-8")).body:
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [getattr(node, "module", "") or ""]
            )
            assert not {n.split(".")[0] for n in names} & {
                "pandas",
                "jieba",
                "backports",
                "trafilatura",
                "lxml",
                "rensa",
                "pyarrow",
                "fsspec",
                "ray",
                "pyspark",
            }, path


def test_numpy_is_imported_by_what_asks_the_model_alone():
    """It takes a tenth of a second; commands that ask no model do without."""
    for path in SRC.rglob("*.py"):
        if path.relative_to(SRC).parts[0] in ("lm", "decode", "learn"):
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [getattr(node, "module", "") or ""]
            )
            assert "numpy" not in {n.split(".")[0] for n in names}, path
