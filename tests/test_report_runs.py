"""`cleanup report`: runs are compared by what they wrote, and noise is not told as news."""

import csv
import io
import json
import math
import random
import re
import shutil
from collections import Counter
from html.parser import HTMLParser

import pytest

from cleanup.cli.app import app
from cleanup.errors import InputError, UsageError
from cleanup.report import compare_change
from cleanup.report.compare import compare, frames
from cleanup.report.compare_change import changes, tail
from cleanup.report.compare_lines import day_of
from cleanup.report.compare_runs import Count
from cleanup.report.compare_view import View, rate, spark
from cleanup.report.compare_words import OWN, CompareWords
from cleanup.report.words import WORDS
from conftest import ROOT
from test_run import cleanup, lines

FILES = {
    "monday": {
        "甲站/a.txt": "双方的工作围不同。\n他把结果记了下来，双方的工作围也写了。",
        "甲站/b.txt": "木匠\u200b师傅说，双方的工作围不同。",
        "乙站/c.txt": "窗外下着雨，没有什么可改的。",
        "乙站/d.jsonl": '{"text": "河边的柳树绿了。"}\n{broken\n',
    },
    "tuesday": {
        "甲站/a.txt": "双方的工作围不同。",
        "丙站/e.txt": "石桥\u200b下面\u200b有人钓鱼。",
        "丙站/f.txt": "雨停了，集市又热闹起来。",
    },
}
PAGE = """<html><head><title>石桥的故事</title><meta property="article:published_time" content="2024-05-06T08:00:00+08:00">
</head><body><article><h1>石桥的故事</h1><p>石桥建在两山之间，桥下的水一年四季都不结冰，附近的人靠它往来。</p>
<p>双方的工作围不同，但都要在春天修一次桥，夏天来临之前把木板换好，秋天再看一遍。</p></article></body></html>"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two small runs, as the command writes them."""
    root = tmp_path_factory.mktemp("runs")
    for name, files in FILES.items():
        for file, text in files.items():
            path = root / "in" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        options = ("--no-learn", "--no-prior", "--jobs", 1, "--quiet")
        assert cleanup("run", root / "in" / name, "--out", root / name, *options).exit_code == 0
    return root


@pytest.fixture
def runs(made, tmp_path):
    """The same, to be spoiled."""
    for name in FILES:
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


def counted(findings, articles, rejects=0, sources=None, versions=None, **command):
    """A folder's summary and log, of made-up counts: findings by rule, each a list of findings per article that has any."""
    rows = {
        rule: {
            "auto": sum(per), "suggest": 0, "flag": 0, "applied": sum(per),
            "articles": len(per), "squares": sum(n * n for n in per),
        }
        for rule, per in findings.items()
    }  # fmt: skip
    found = sum(r["auto"] for r in rows.values())
    summary = {
        "articles": {"read": articles + rejects, "changed": 1, "unchanged": articles - 1, "rejected": rejects},
        "chars": articles * 500,
        "findings": {"total": found, "applied": found},
        "by_rule": rows, "by_kind": {}, "by_tier": {},
        "by_source": sources or {},
        "rejected_reasons": {"not_json": rejects} if rejects else {},
        "versions": versions or {"cleanup": "1", "rules": "aa"},
    }  # fmt: skip
    log = {
        "status": "finished",
        "started": "2024-05-06T01:00:00+00:00",
        "command": {"inputs": ["x"], "apply": "auto", "channels": [], **command},
        "identity": {"inputs": ""},
    }
    return summary, log


def written(folder, summary, log):
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text(json.dumps(summary), "utf-8")
    (folder / "run.log.json").write_text(json.dumps(log), "utf-8")
    return folder


# --- counts --------------------------------------------------------------------------------------


def test_counts_are_those_of_the_lines_that_the_runs_wrote(made):
    tables = frames([made / "monday", made / "tuesday"])
    for name in FILES:
        found = lines(made / name / "findings.jsonl")
        articles = lines(made / name / "articles.jsonl")
        assert found, name
        for by in ("rule", "kind", "tier", "source"):
            rows = tables[by][tables[by]["run"] == name]
            told = dict(zip(rows[by], rows["count"], strict=True))
            assert {k: n for k, n in told.items() if n} == Counter(f[by] for f in found)
            applied = dict(zip(rows[by], rows["applied"], strict=True))
            assert sum(applied.values()) == sum(f["applied"] for f in found)
        rules = tables["rule"][tables["rule"]["run"] == name].set_index("rule")
        for rule in {f["rule"] for f in found}:
            assert rules.loc[rule, "found_in"] == len({f["file"] for f in found if f["rule"] == rule})
            assert rules.loc[rule, "per_1000"] == 1000 * rules.loc[rule, "count"] / len(articles)
            chars = sum(a["chars"] for a in articles)
            assert rules.loc[rule, "per_10000"] == 10_000 * rules.loc[rule, "count"] / chars
    run = tables["runs"].set_index("run").loc["monday"]
    assert (run["read"], run["articles"], run["rejected"]) == (5, 4, 1)
    assert tables["reason"].to_dict("records") == [
        {"run": "monday", "reason": "not_json", "count": 1, "per_1000": 200.0},
        {"run": "tuesday", "reason": "not_json", "count": 0, "per_1000": 0.0},
    ]


def test_every_run_has_a_row_for_every_key_also_where_it_has_none(made):
    table = frames([made / "monday", made / "tuesday"])["source"]
    assert sorted(table["run"]) == sorted(["monday", "tuesday"] * table["source"].nunique())
    gone = table[(table["source"] == "乙站") & (table["run"] == "tuesday")].iloc[0]
    assert gone["count"] == 0 and gone["articles"] == 0 and math.isnan(gone["per_1000"])


def test_a_run_that_was_killed_is_counted_by_its_lines_and_told_as_such(runs):
    whole = frames([runs / "monday", runs / "tuesday"])
    for name in ("findings.jsonl", "articles.jsonl", "rejected.jsonl"):
        path = runs / "tuesday" / name
        path.rename(path.with_name(name + ".partial"))
        # a kill may tear a line
        with path.with_name(name + ".partial").open("ab") as f:
            f.write(b'{"file": "e.txt", "rec')
    (runs / "tuesday" / "summary.json").unlink()
    log = json.loads((runs / "tuesday" / "run.log.json").read_text("utf-8"))
    log = {
        "status": "running",
        "started": log["started"],
        "command": log["command"],
        "identity": log["identity"],
    }
    (runs / "tuesday" / "run.log.json").write_text(json.dumps(log), "utf-8")
    killed = frames([runs / "monday", runs / "tuesday"])
    for by in ("rule", "kind", "tier", "source", "reason", "change"):
        assert killed[by].equals(whole[by]), by
    assert list(killed["runs"]["status"]) == ["finished", "running"]
    assert list(killed["difference"]["name"]) == ["recurrence"] or killed["difference"].empty
    told = cleanup("report", runs / "monday", runs / "tuesday", "--lang", "en").stdout
    assert "tuesday: not finished; what follows is the part that was written." in told
    assert "counted from the lines" in told


def test_counts_merged_from_parts_of_a_run_have_the_same_squares(ruleset):
    from cleanup.data import Document
    from cleanup.pipeline import Cleaner
    from cleanup.tally import Tally

    cleaner = Cleaner(ruleset)
    texts = ["双方的工作围不同。" * n for n in (1, 3, 2)]
    outcomes = [cleaner.clean(Document(str(n), text)) for n, text in enumerate(texts)]
    whole, first, second = Tally(), Tally(), Tally()
    for n, outcome in enumerate(outcomes):
        whole.add(outcome)
        (first if n < 1 else second).add(outcome)
    second.merge(first)
    assert second.summary({}) == whole.summary({})
    row = next(iter(whole.summary({})["by_kind"].values()))
    per = [len(o.findings) for o in outcomes]
    assert (row["articles"], row["squares"]) == (3, sum(n * n for n in per)) and per[1] > 1


# --- days ----------------------------------------------------------------------------------------


def test_days_are_those_of_the_articles_and_else_of_the_run(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_text(PAGE, "utf-8")
    (tmp_path / "in/b.txt").write_text("双方的工作围不同。", "utf-8")
    out = tmp_path / "out"
    assert cleanup("run", tmp_path / "in", "--out", out, "--no-learn", "--no-prior").exit_code == 0
    began = json.loads((out / "run.log.json").read_text("utf-8"))["started"][:10]
    days = frames([out], days=True)["day"].set_index("day")
    assert list(days.index) == ["2024-05-06", began]
    assert list(days["articles"]) == [1, 1]
    assert list(days["count"]) == [a["findings"] for a in lines(out / "articles.jsonl")]
    assert "day" not in frames([out])


def test_a_run_of_cleaned_files_alone_is_of_its_own_day(tmp_path):
    run = written(tmp_path / "r", *counted({"x": [1, 2]}, 10))
    assert frames([run], days=True)["day"][["day", "count", "articles"]].values.tolist() == [
        ["2024-05-06", 3, 10]
    ]


@pytest.mark.parametrize(
    "date,day",
    [
        ("2024-05-06", "2024-05-06"),
        ("2024-05-06T08:00:00+08:00", "2024-05-06"),
        ("2024/5/6 08:00", "2024-05-06"),
        ("2024年5月6日", "2024-05-06"),
        ("2024-13-06", ""),
        ("2024-05-061", ""),
        ("昨天", ""),
        ("", ""),
    ],
)
def test_a_date_is_taken_for_a_day_where_it_begins_with_one(date, day):
    assert day_of(date) == day


def test_days_of_few_articles_are_in_the_table_and_not_in_the_chart(tmp_path):
    run = written(tmp_path / "r", *counted({}, 61))
    days = ["2024-05-01"] * 30 + ["2024-05-02"] * 30 + ["2024-04-01"]
    article = {"source": "s", "chars": 100, "findings": 1, "applied": 1}
    (run / "articles.jsonl").write_text(
        "".join(json.dumps({**article, "date": d}) + "\n" for d in days), "utf-8"
    )
    view = View(compare([run], days=True), CompareWords("en"), ("day",), 0)
    assert [row.key for row in view.table("day").rows] == ["2024-04-01", "2024-05-01", "2024-05-02"]
    assert [[(d.day.isoformat(), d.per_1000) for d in line] for line in view.days()] == [
        [("2024-05-01", 1000.0), ("2024-05-02", 1000.0)]
    ]


# --- news ----------------------------------------------------------------------------------------


def brute(was, now, share):
    """The two-sided p by adding up the binomial."""
    n = was + now
    odds = [math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    beyond = odds[now:] if now > n * share else odds[: now + 1]
    return min(1.0, 2 * math.fsum(beyond))


@pytest.mark.parametrize("share", [0.5, 0.1, 0.97])
def test_the_test_is_the_exact_binomial(share):
    for was, now in [(0, 1), (0, 8), (7, 0), (3, 12), (40, 90), (200, 150), (1, 300)]:
        if abs(now - (was + now) * share) > 1e-9:
            assert tail(was, now, share) == pytest.approx(brute(was, now, share), rel=1e-9)
    assert tail(0, 0, share) == 1.0


def test_parts_of_events_tell_less_and_many_are_as_good_as_exact():
    assert tail(3, 12, 0.5) <= tail(3.4, 11.7, 0.5) <= 1
    assert tail(0.4, 0.4, 0.5) == tail(5, 5, 0.5) == 1.0
    # on both sides of where the normal distribution takes over
    was, now = 20_300, 19_700
    exact, near = tail(was, now, 0.5), tail(was + 200, now + 200, 0.5)
    assert math.log(near) == pytest.approx(math.log(exact), rel=0.02)


def clustered(rng, articles, rate=0.05, cluster=12):
    """Findings of each article that has any: few have some, and those have many."""
    return [rng.randint(1, 2 * cluster) for _ in range(articles) if rng.random() < rate]


def test_noise_is_no_news_however_much_findings_cluster(tmp_path, monkeypatch):
    rng = random.Random(5)

    def news(n):
        pair = []
        for side in "ab":
            rules = {f"rule-{k}": clustered(rng, 800) for k in range(25)}
            folder = written(tmp_path / f"{n}{side}", *counted(rules, 800))
            pair.append(folder)
        return len(compare(pair).news)

    told = sum(news(n) > 0 for n in range(30))
    assert told <= 1
    # which is the work of the dispersion: with each finding an event of its own there is news everywhere
    monkeypatch.setattr(compare_change, "dispersion", lambda a, b: 1.0)
    assert sum(news(n) > 0 for n in range(100, 110)) >= 8


def test_what_changed_is_told_as_what_it_is(tmp_path):
    before = {"steady": [2] * 300, "falls": [1, 3] * 200, "rises": [1] * 150, "goes": [1] * 60}
    after = {"steady": [2] * 305, "falls": [1, 3] * 90, "rises": [1] * 320, "comes": [2] * 50}
    a = written(tmp_path / "a", *counted(before, 1000, rejects=2))
    b = written(tmp_path / "b", *counted(after, 1000, rejects=40))
    told = {(c.by, c.key): c for c in compare([a, b]).news}
    assert {k: c.change for k, c in told.items()} == {
        ("rule", "falls"): "down",
        ("rule", "rises"): "up",
        ("rule", "goes"): "gone",
        ("rule", "comes"): "new",
        ("reason", "not_json"): "up",
    }
    assert told["rule", "falls"].ratio == pytest.approx(0.45)
    assert told["rule", "comes"].ratio is None and told["rule", "comes"].now == 100


def test_the_same_rate_in_a_dump_of_another_size_is_no_news(tmp_path):
    a = written(tmp_path / "a", *counted({"x": [1, 2] * 100}, 1000))
    b = written(tmp_path / "b", *counted({"x": [1, 2] * 1000}, 10_000))
    assert compare([a, b]).news == []


def test_longer_articles_are_no_news_and_a_hundredth_is_none_either(tmp_path):
    summary, log = counted({"x": [1] * 400}, 1000)
    long_summary, _ = counted({"x": [2] * 400}, 1000)
    a = written(tmp_path / "a", summary, log)
    b = written(tmp_path / "b", long_summary | {"chars": 2 * summary["chars"]}, log)
    assert compare([a, b]).news == []
    c = written(tmp_path / "c", *counted({"x": [1] * 1_000_000}, 10_000_000))
    d = written(tmp_path / "d", *counted({"x": [1] * 1_030_000}, 10_000_000))
    change = next(x for x in compare([c, d]).changes if x.key == "x")
    assert change.q < 1e-9 and change.change == ""


def test_a_source_is_compared_by_its_articles_and_by_what_is_found_in_them(tmp_path):
    def source(articles, per):
        return {
            "articles": articles, "findings": articles * per, "applied": 0, "chars": articles * 500,
            "squares": articles * per * per,
        }  # fmt: skip

    a = written(tmp_path / "a", *counted({}, 1000, sources={"甲": source(600, 1), "乙": source(400, 4)}))
    b = written(tmp_path / "b", *counted({}, 1000, sources={"甲": source(600, 2), "丙": source(400, 1)}))
    told = {(c.key, c.measure): c.change for c in compare([a, b]).news}
    assert told == {("甲", "findings"): "up", ("乙", "articles"): "gone", ("丙", "articles"): "new"}


def test_q_is_the_rate_of_benjamini_and_hochberg(tmp_path):
    rng = random.Random(1)
    pair = [
        written(tmp_path / side, *counted({f"r{k}": [1] * rng.randint(20, 60) for k in range(12)}, 500))
        for side in "ab"
    ]
    a, b = compare(pair).runs
    told = changes(a, b)
    p = [c.p for c in told]
    assert p == sorted(p) and len(p) == 12
    for n, c in enumerate(told):
        assert c.q == pytest.approx(min(p[k] * 12 / (k + 1) for k in range(n, 12)))


def test_tools_that_differ_are_named_and_the_same_input_is_told(tmp_path):
    summary, log = counted({"x": [1] * 9}, 100)
    log["identity"]["inputs"] = "same"
    later = summary | {"versions": {"cleanup": "1", "rules": "bb", "channels": "cc", "recurrence": "dd"}}
    a = written(tmp_path / "a", summary, log)
    b = written(tmp_path / "b", later, log | {"command": {**log["command"], "apply": "suggest"}})
    rows = frames([a, b])["difference"][["name", "was", "now", "learned"]].values.tolist()
    assert rows == [
        ["--apply", "auto", "suggest", False],
        ["rules", "aa", "bb", False],
        ["channels", "", "cc", True],
        ["recurrence", "", "dd", True],
    ]
    told = cleanup("report", a, b, "--lang", "en").stdout
    assert "Tools differ: --apply (auto → suggest), rules (aa → bb)." in told
    assert "The input is the same" in told


def test_channels_that_were_given_are_tools(tmp_path):
    a = written(tmp_path / "a", *counted({}, 10, versions={"channels": "aa"}, channels=["x.toml"]))
    b = written(tmp_path / "b", *counted({}, 10, versions={"channels": "bb"}, channels=["x.toml"]))
    assert [(d.name, d.learned) for d in compare([a, b]).differences] == [("channels", False)]


def test_coming_after_a_run_is_a_difference_and_after_which_is_none(tmp_path):
    days = [
        written(tmp_path / f"{n}", *counted({}, 10, **more))
        for n, more in enumerate([{}, {"after": "/0"}, {"after": "/1"}])
    ]
    assert [(d.before, d.name, d.was, d.now) for d in compare(days).differences] == [
        ("0", "--after", "", "…")
    ]


# --- forms ---------------------------------------------------------------------------------------


def test_a_pipe_gets_plain_tables_and_no_line_is_cut(made):
    result = cleanup("report", made / "monday", made / "tuesday", "--lang", "en")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout and "…" not in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()]
    assert any(row[:2] == ["monday", lines_day(made)] and row[2:4] == ["finished", "5"] for row in rows)
    assert "Nothing changed beyond chance: monday → tuesday." in result.stdout


def lines_day(made):
    return json.loads((made / "monday/run.log.json").read_text("utf-8"))["started"][:10]


def test_a_narrow_terminal_gets_the_latest_runs_and_whole_numbers(tmp_path):
    from rich.console import Console

    from cleanup.report.compare_text import renderables

    days = []
    for n in range(12):
        summary, log = counted({"a-rule-of-a-long-name-that-goes-on": [1] * (40_000 + n)}, 70_000)
        days.append(written(tmp_path / f"day-{n:02}", summary, log))
    view = View(compare(days), CompareWords("en"), ("rule",), 5)
    for width, shown in ((80, ["08", "09", "10", "11"]), (2000, [f"{n:02}" for n in range(12)])):
        console = Console(file=io.StringIO(), width=width, color_system=None)
        for part in renderables(view, width):
            console.print(part)
        told = console.file.getvalue()
        head = next(line for line in told.splitlines() if line.startswith("Rule  "))
        assert re.findall(r"day-(\d\d)", head) == shown
        assert told.count("40,011") == 2 and max(map(len, told.splitlines())) <= width


def test_by_and_top_choose_tables_and_rows(made):
    told = cleanup(
        "report", made / "monday", made / "tuesday", "--by", "source", "--top", 1, "--lang", "en"
    ).stdout
    assert "\nSource\n" in told and "\nRule\n" not in told and "\nDay\n" not in told
    assert "甲站" in told and "丙站" not in told and "more rows are not listed" in told
    assert "\nDay\n" in cleanup("report", made / "monday", "--by", "day", "--lang", "en").stdout


def test_json_holds_all_frames_and_nothing_that_is_no_json(made):
    told = cleanup("report", made / "monday", made / "tuesday", "--format", "json", "--by", "day").stdout
    data = json.loads(told, parse_constant=lambda c: pytest.fail(f"{c} is no JSON"))
    tables = frames([made / "monday", made / "tuesday"], days=True)
    assert {k: len(v) for k, v in data.items()} == {k: len(v) for k, v in tables.items()}
    gone = next(r for r in data["source"] if r["run"] == "tuesday" and r["source"] == "乙站")
    assert gone["per_1000"] is None and gone["count"] == 0


def test_csv_has_a_row_for_each_count_with_its_change(tmp_path):
    sources = {"=1+1": {"articles": 5, "findings": 5, "applied": 5, "chars": 500, "squares": 5}}
    a = written(tmp_path / "a", *counted({"x": [1] * 400}, 1000, rejects=1, sources=sources))
    b = written(tmp_path / "b", *counted({"x": [1] * 100}, 1000, sources=sources))
    told = cleanup("report", a, b, "--format", "csv", "--top", 1).stdout
    rows = {(r["run"], r["by"], r["key"]): r for r in csv.DictReader(io.StringIO(told))}
    assert len(rows) == 2 * (1 + 1 + 1)
    x = rows["b", "rule", "x"]
    assert (x["count"], x["per_1000"], x["change"], x["found_in"]) == ("100", "100.0", "down", "100")
    assert rows["a", "rule", "x"]["change"] == ""
    # a spreadsheet must not run it
    assert rows["a", "source", "'=1+1"]["count"] == "5"
    assert (rows["b", "reason", "not_json"]["count"], rows["b", "reason", "not_json"]["applied"]) == ("0", "")


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.links = Counter(), [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        if tag != "meta":
            self.open.append(tag)
        self.links |= {v for k, v in attrs if k in ("src", "href")}

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_offline_and_shows_names_as_names(tmp_path):
    name = "<script>alert(1)</script>"
    sources = {name: {"articles": 5, "findings": 5, "applied": 5, "chars": 500, "squares": 5}}
    a = written(tmp_path / "a&b", *counted({"x": [1] * 400, "y": [1] * 90}, 1000, sources=sources))
    b = written(tmp_path / "b", *counted({"x": [1] * 100, "y": [1] * 90}, 1000, sources=sources))
    out = tmp_path / "week.html"
    assert cleanup("report", a, b, "--out", out).exit_code == 0
    text = out.read_text("utf-8")
    page = Page(text)
    assert page.open == [] and page.tags["script"] == 0 and page.tags["h1"] == 1
    assert {link[0] for link in page.links} == {"#"}
    assert "&lt;script&gt;" in text and "a&amp;b" in text
    # one chart for each rule and source, and the bar of what fell is coloured and a quarter as high
    assert page.tags["svg"] == 3
    fell = next(s for s in re.findall(r"<svg.*?</svg>", text) if "400, 100" in s)
    heights = [float(h) for h in re.findall(r'height="([\d.]+)"(?: class="down")?/><title>', fell)]
    assert heights == [28.0, 7.0]
    assert fell.count('class="down"') == 1 and 'class="up"' not in fell
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_there_in_both_languages_for_one_run_or_many(tmp_path, lang):
    days = []
    for n in range(6):
        summary, log = counted({"x": [1] * (40 + n)}, 500)
        days.append(written(tmp_path / f"d{n}", summary, log | {"started": f"2024-05-0{n + 1}T01:00:00"}))
    for some in (days[:1], days):
        out = tmp_path / "p.html"
        result = cleanup("report", *some, "--by", "rule", "--by", "day", "--out", out, "--lang", lang)
        assert result.exit_code == 0, result.output
        page = Page(out.read_text("utf-8"))
        # the days of one run are no chart; six runs of a day each are one line
        assert page.tags["polyline"] == (len(some) > 1)
        assert page.tags["circle"] == (6 if len(some) > 1 else 0)


def test_plots_are_drawn_and_the_same_each_time(made, tmp_path):
    drawn = []
    for n in range(2):
        result = cleanup("report", made / "monday", made / "tuesday", "--plots", tmp_path / str(n), "--by", "rule", "--by", "day")  # fmt: skip
        assert result.exit_code == 0, result.output
        drawn.append({p.name: p.read_bytes() for p in (tmp_path / str(n)).iterdir()})
    assert sorted(drawn[0]) == ["days.svg", "rules.svg"] and drawn[0] == drawn[1]
    rule = lines(made / "monday/findings.jsonl")[0]["rule"]
    assert rule.encode() in drawn[0]["rules.svg"]


def test_both_languages_say_the_same_things():
    assert OWN["zh"].keys() == OWN["en"].keys()
    for key in OWN["zh"]:
        fields = [sorted(set(re.findall(r"\{(\w+)\}", OWN[lang][key]))) for lang in ("zh", "en")]
        assert fields[0] == fields[1], key
    # where the report has the word already, the comparison says it in the report's
    assert OWN["zh"].keys() & WORDS["zh"].keys() == set()


def test_rates_and_trends_are_short():
    assert [rate(x) for x in (None, 0.0, 0.004, 3.14159, 12.34, 1234.5)] == [
        "–",
        "0",
        "0.004",
        "3.1",
        "12.3",
        "1,234",
    ]
    assert spark([0.0, 5.0, None, 10.0]) == "▁▅ █"


def test_the_page_of_documents_lists_the_frames_and_its_python_runs(made):
    page = (ROOT / "docs/runs.md").read_text("utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    exec(code.replace("reports/", f"{made}/"), {})
    tables = frames([made / "monday", made / "tuesday"], days=True)
    listed = {}
    for names, columns in re.findall(r"^\| (`.+?) \| (run.+|before.+) \|$", page, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", names):
            listed[name] = re.sub(r"(\w+) \(.*?\)", name, columns).split(", ")
    assert listed == {name: list(table.columns) for name, table in tables.items()}


def test_the_page_of_documents_names_every_option():
    import typer

    page = (ROOT / "docs/runs.md").read_text("utf-8")
    options = [
        o for p in typer.main.get_command(app).commands["report"].params for o in p.opts if o[:2] == "--"
    ]
    assert [o for o in options if f"`{o} " not in page] == []


# --- bad input -----------------------------------------------------------------------------------


def told_of(*args):
    result = cleanup("report", *args, "--lang", "en")
    assert result.exit_code == 2 and not result.stdout, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stderr


def test_a_folder_that_is_no_run_is_named(runs):
    assert f"{runs / 'gone'}: no such folder" in told_of(runs / "monday", runs / "gone")
    (runs / "other").mkdir()
    assert f"{runs / 'other'}: is not the output folder of a `cleanup run`" in told_of(runs / "other")
    assert "no such folder" in told_of(runs / "monday" / "summary.json")
    # one of `cleanup dedup`
    written(runs / "dedup", {"groups": 3}, {"status": "finished", "command": {"inputs": []}})
    (runs / "dedup/groups.jsonl").write_text("")
    assert "is not the output folder of a `cleanup run`" in told_of(runs / "dedup")


def test_a_run_that_is_named_twice_is_told(runs):
    (runs / "again").symlink_to(runs / "monday")
    assert "the same run is named twice" in told_of(runs / "monday", runs / "again")
    with pytest.raises(UsageError):
        compare([runs / "monday", f"{runs}/tuesday/../monday"])


def test_a_summary_of_another_version_is_told_unless_the_lines_are_there(runs):
    whole = frames([runs / "monday"])
    path = runs / "monday/summary.json"
    summary = json.loads(path.read_text("utf-8"))
    for row in summary["by_rule"].values():
        del row["squares"]
    path.write_text(json.dumps(summary), "utf-8")
    assert frames([runs / "monday"])["rule"].equals(whole["rule"])
    (runs / "monday/findings.jsonl").unlink()
    told = told_of(runs / "monday")
    assert f"{path}: summary.json was written by another version of cleanup" in told and "squares" in told


def test_json_that_is_none_is_told(runs):
    (runs / "monday/summary.json").write_text('{"complete": tr', "utf-8")
    assert f"{runs / 'monday/summary.json'}: not valid JSON" in told_of(runs / "monday")
    (runs / "tuesday/run.log.json").write_text("", "utf-8")
    assert f"{runs / 'tuesday/run.log.json'}: not valid JSON" in told_of(runs / "tuesday")


@pytest.mark.parametrize("bad", [b"{broken\n", b"\xff\n", b"[]\n", b'{"source": "a"}\n'])
def test_a_broken_line_is_told_with_its_place(runs, bad):
    path = runs / "monday/articles.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(whole[0] + bad + whole[1])
    assert f"{path}:2: the line cannot be read" in told_of(runs / "monday", "--by", "day")
    with pytest.raises(InputError):
        frames([runs / "monday"], days=True)
    # who does not ask for days does not pay for them
    assert cleanup("report", runs / "monday").exit_code == 0


def test_a_run_that_has_written_nothing_is_told(runs):
    for path in (runs / "monday").iterdir():
        if path.is_file() and path.name != "run.log.json":
            path.unlink()
    assert "the run in it has written nothing yet" in told_of(runs / "monday")


def test_words_that_mean_nothing_are_told(runs):
    assert "did you mean source?" in told_of(runs / "monday", "--by", "sources")
    assert "--format cannot be" in told_of(runs / "monday", "--format", "xml")
    assert "--out needs a file" in told_of(runs / "monday", "--out", runs)
    assert "--plots needs a folder" in told_of(runs / "monday", "--plots", runs / "monday/summary.json")


def test_runs_of_one_name_are_told_apart_by_their_paths(made, tmp_path):
    for where in ("a", "b"):
        shutil.copytree(made / "monday", tmp_path / where / "out")
    assert list(frames([tmp_path / "a/out", tmp_path / "b/out"])["runs"]["run"]) == ["a/out", "b/out"]


def test_an_empty_run_is_compared(tmp_path):
    a = written(tmp_path / "a", *counted({"x": [1] * 50}, 100))
    summary, log = counted({}, 0)
    b = written(tmp_path / "b", summary | {"chars": 0}, log)
    for form in ("text", "json", "csv", "html"):
        assert cleanup("report", a, b, "--format", form).exit_code == 0
    assert Count(0, 0, 0, 0, 0).per_1000 is None


def test_the_command_is_listed_after_revert():
    import typer

    names = list(typer.main.get_command(app).commands)
    assert names[names.index("revert") + 1] == "report"
