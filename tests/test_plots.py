"""`cleanup evaluate --plots`: what is drawn, that it is the same each time, and what is told of bad input."""

import json
import os
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cleanup.cli.app import app
from cleanup.evaluate import Calibration
from cleanup.evaluate.calibration import Change
from cleanup.evaluate.labels import Level
from cleanup.evaluate.plots import write
from conftest import ROOT

FILES = ["precision-recall.svg", "reliability.svg"]
SVG = "{http://www.w3.org/2000/svg}"
TEXT = "他们在湖边散，看见一只白的鸟。"
EDITS = [
    {"start": 6, "end": 6, "replacement": "步", "type": "dropped_char"},
    {"start": 12, "end": 12, "replacement": "色", "type": "dropped_char"},
]


def change(kind="dropped_char", tier="auto", confidence=0.99, right=True):
    return Change(kind, f"a-rule-of-{kind}", tier, confidence, right)


SOME = Calibration(
    changes={
        change(): 60,
        change(confidence=0.98, right=False): 1,
        change(tier="suggest", confidence=0.8): 30,
        change(tier="suggest", confidence=0.6, right=False): 12,
        change("mask", "suggest", 0.7): 3,
        change("duplicate", "suggest", 0.7, right=False): 4,
    },
    gold={"dropped_char": 150, "mask": 9, "lost_punctuation": 20},
    levels={
        ("dropped_char", Level(0.99, "auto")): 60,
        ("dropped_char", Level(0.8, "suggest")): 30,
        ("mask", Level(0.7, "suggest")): 3,
    },
)


def drawn(folder, calibration=SOME, **more):
    return [path.read_text("utf-8") for path in write(folder, calibration, **more)]


def words(svg):
    return [t.text for t in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def jsonl(path, *records):
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    return str(path)


@pytest.fixture
def gold(tmp_path):
    return jsonl(tmp_path / "gold.jsonl", {"id": "a", "text": TEXT, "source": "甲站", "edits": EDITS})


def finding(start, replacement, confidence=0.9, **more):
    stated = {} if confidence is None else {"confidence": confidence}
    rest = {"kind": "dropped_char", "rule": "some-rule", "tier": "auto", "applied": True}
    return {
        "article": "a",
        "start": start,
        "end": start,
        "replacement": replacement,
        **rest,
        **stated,
        **more,
    }


def evaluated(*args, lang="en"):
    return CliRunner().invoke(app, ["evaluate", *map(str, args), "--lang", lang])


# --- what is drawn -------------------------------------------------------------------------------


def test_kinds_get_panels_with_their_counts_and_the_rest_is_named(tmp_path):
    curve, reliability = map(words, drawn(tmp_path))
    assert {"all kinds", "dropped_char", "mask", "lost_punctuation"} <= set(curve)
    assert "n 103 · gold 150" in curve and "n 0 · gold 20" in curve
    assert "auto 61: P .984 R .400" in curve and "+suggest 103: P .874 R .600" in curve
    assert "Not drawn, having no gold: duplicate" in curve
    assert "dropped_char" in reliability and "auto ≥ .98" in reliability and "suggest ≥ .6" in reliability
    assert "Not drawn, having no finding with a repair: lost_punctuation" in reliability
    # of each bin its count: 12 at .6, 30 at .8, 1 at .98, 60 at .99
    assert {"12", "30", "1", "60"} <= set(reliability)


def test_chinese_labels_are_text_with_fonts_that_have_them(tmp_path):
    for svg in drawn(tmp_path, lang="zh", name=lambda kind: {"dropped_char": "掉字"}.get(kind, kind)):
        root = ElementTree.fromstring(svg)
        assert "'Noto Sans CJK SC'" in root.get("style") and root.get("style").endswith("sans-serif")
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
        assert {"全部", "掉字 dropped_char", "mask"} <= set(words(svg))
        # the fonts of the root hold for all text: none names its own
        assert svg.count("font-family") == 1


def test_the_same_figures_give_the_same_bytes_whatever_the_settings(tmp_path):
    here = drawn(tmp_path / "one")
    assert drawn(tmp_path / "two") == here
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 30\nsvg.fonttype: path\naxes.facecolor: red\n", "utf-8"
    )
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; "
        "from test_plots import SOME; from cleanup.evaluate.plots import write; write(Path(sys.argv[2]), SOME)"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(ROOT / "tests"), str(tmp_path / "three")],
        env={**os.environ, "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"), "PYTHONHASHSEED": "7"},
        check=True,
        timeout=120,
    )
    assert [(tmp_path / "three" / f).read_text("utf-8") for f in FILES] == here
    assert not any("<dc:date>" in svg for svg in here)


@pytest.mark.parametrize(
    "calibration",
    [
        Calibration({}, {}, {}),
        Calibration({}, {"mask": 3}, {}),
        Calibration({change(): 1}, {"dropped_char": 1}, {("dropped_char", Level(0.99, "auto")): 1}),
        Calibration({change(right=False): 40}, {}, {}),
        Calibration({change(confidence=c, right=c > 0): 2 for c in (0.0, 0.3, 1.0)}, {"dropped_char": 9}, {}),
        Calibration({change(tier="unheard-of"): 5}, {"dropped_char": 5}, {}),
    ],
    ids=["nothing", "gold alone", "one finding", "all wrong", "the ends", "no such tier"],
)
def test_the_least_figures_are_drawn(tmp_path, calibration):
    for svg in drawn(tmp_path, calibration):
        assert words(svg)
        assert "nan" not in svg.lower().replace("finance", "")


def test_a_name_may_hold_anything_and_many_kinds_are_cut(tmp_path):
    odd = "<b>&$x_1$\x07\ud800" + "长" * 60
    kinds = [odd, *(f"kind{n:02}" for n in range(60))]
    many = Calibration(
        {change(k): 2 + 100 * (k == odd) for k in kinds}, {k: 5 + 10 * (k == odd) for k in kinds}, {}
    )
    for svg in drawn(tmp_path, many):
        texts = words(svg)
        assert any(t.startswith("<b>&$x_1$\ufffd\ufffd长") and t.endswith("…") for t in texts)
        assert sum(t in kinds for t in texts) == 14  # and the odd one, and all of them
        assert any(t.startswith("Not drawn, being small: kind14, ") for t in texts)


def test_drawing_is_loaded_only_where_it_is_asked_for():
    code = "import sys, cleanup.cli, cleanup.evaluate.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the command ---------------------------------------------------------------------------------


def test_plots_replace_those_of_before_and_touch_nothing_else(tmp_path, gold):
    folder = tmp_path / "deep" / "plots"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("keep", "utf-8")
    (folder / FILES[0]).write_text("old", "utf-8")
    found = jsonl(tmp_path / "f.jsonl", finding(6, "步"))
    result = evaluated(gold, "--findings", found, "--plots", folder)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in folder.iterdir()) == ["notes.txt", *FILES]
    assert (folder / "notes.txt").read_text("utf-8") == "keep"
    assert all(words((folder / f).read_text("utf-8")) for f in FILES)
    assert all(str(folder / f) in result.stderr for f in FILES)


def test_the_sample_gold_is_drawn_in_both_languages(tmp_path):
    assert evaluated(ROOT / "samples" / "gold.jsonl", "--plots", tmp_path, lang="zh").exit_code == 0
    assert "掉字 dropped_char" in words((tmp_path / FILES[0]).read_text("utf-8"))
    assert evaluated(ROOT / "samples" / "gold.jsonl", "--plots", tmp_path).exit_code == 0
    assert "dropped_char" in words((tmp_path / FILES[0]).read_text("utf-8"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_folder_that_is_a_file_is_told_before_anything_is_read(tmp_path, lang):
    (tmp_path / "plots").write_text("mine", "utf-8")
    for path in (tmp_path / "plots", tmp_path / "plots" / "below"):
        result = evaluated(tmp_path / "no-gold.jsonl", "--plots", path, lang=lang)
        assert result.exit_code == 2
        assert ("要的是文件夹" if lang == "zh" else "needs a folder") in result.stderr
    assert (tmp_path / "plots").read_text("utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_told(tmp_path, gold, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    result = evaluated(gold, "--plots", tmp_path / "plots")
    assert result.exit_code == 2 and "plots cannot be written here: Permission denied" in result.stderr


def test_a_plot_that_cannot_be_written_leaves_nothing_behind(tmp_path, gold):
    folder = tmp_path / "plots"
    (folder / FILES[0]).mkdir(parents=True)
    found = jsonl(tmp_path / "f.jsonl", finding(6, "步"))
    result = evaluated(gold, "--findings", found, "--plots", folder)
    assert result.exit_code == 2 and FILES[0] in result.stderr
    assert [p.name for p in folder.iterdir()] == [FILES[0]]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_the_library_the_message_says_what_to_install(tmp_path, gold, monkeypatch, lang):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = evaluated(gold, "--plots", tmp_path / "plots", lang=lang)
    assert result.exit_code == 2 and "pip install 'cleanup[plots]'" in result.stderr
    assert not (tmp_path / "plots").exists()
    found = jsonl(tmp_path / "f.jsonl", finding(6, "步"))
    assert evaluated(gold, "--findings", found).exit_code == 0


def test_findings_without_a_confidence_are_told_and_not_counted(tmp_path, gold):
    found = jsonl(tmp_path / "f.jsonl", finding(6, "步", None), finding(12, "色"))
    result = evaluated(gold, "--findings", found, "--plots", tmp_path / "plots")
    assert result.exit_code == 0 and "findings without a confidence, not counted: 1" in result.stdout
    assert "n 1 · gold 2" in words((tmp_path / "plots" / FILES[0]).read_text("utf-8"))


def test_findings_of_which_none_states_a_confidence_are_told_too(tmp_path, gold):
    found = jsonl(tmp_path / "f.jsonl", finding(6, "步", None))
    result = evaluated(gold, "--findings", found, lang="zh")
    assert result.exit_code == 0 and "没有置信度、未计入的发现：1" in result.stdout


def test_a_confidence_that_is_none_is_told_with_its_line(tmp_path, gold):
    found = jsonl(tmp_path / "f.jsonl", finding(6, "步"), finding(12, "色", 1.2))
    result = evaluated(gold, "--findings", found)
    assert result.exit_code == 2 and "f.jsonl:2: confidence must be a number from 0 to 1" in result.stderr


def test_gold_without_edits_has_no_recall_and_every_finding_is_wrong(tmp_path):
    clean = jsonl(tmp_path / "clean.jsonl", {"id": "a", "text": TEXT, "edits": []})
    found = jsonl(tmp_path / "f.jsonl", finding(6, "步"))
    result = evaluated(clean, "--findings", found, "--plots", tmp_path / "plots", "--json")
    assert result.exit_code == 0
    kind = json.loads(result.stdout)["calibration"]["by_kind"]["dropped_char"]
    assert (kind["precision"], kind["gold"], kind["tiers"]["auto"]["recall"]) == (0.0, 0, None)
    assert any(
        t.startswith("Nothing to draw") for t in words((tmp_path / "plots" / FILES[0]).read_text("utf-8"))
    )


def test_json_and_tables_tell_calibration(tmp_path, gold):
    found = jsonl(
        tmp_path / "f.jsonl",
        finding(6, "步", 0.95),
        finding(12, "雪", 0.85, applied=False, tier="suggest"),
        finding(12, None, None, applied=False, tier="flag"),
    )
    figures = json.loads(evaluated(gold, "--findings", found, "--json").stdout)
    told = figures["calibration"]
    assert figures["found_only"] == {"dropped_char": 0.5}
    assert told["all"]["edits"] == told["by_kind"]["dropped_char"]["edits"] == 2
    assert told["all"]["ece"] == pytest.approx((0.05 + 0.85) / 2)
    assert [(b["from"], b["edits"], b["precision"]) for b in told["all"]["bins"]] == [
        (0.7, 1, 0.0),
        (0.9, 1, 1.0),
    ]
    assert told["by_rule"]["some-rule"]["edits"] == 2
    assert told["all"]["tiers"]["auto"] == {"confidence": 0.95, "edits": 1, "precision": 1.0, "recall": 0.5}
    for lang, heads in (("en", ("found only", "stated", "0.7–0.9")), ("zh", ("发现未修", "声称", "0.7–0.9"))):
        out = evaluated(gold, "--findings", found, lang=lang).stdout
        assert all(h in out for h in heads)
        assert "0.000/1" in out and "1.000/1" in out
