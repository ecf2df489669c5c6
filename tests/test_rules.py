"""Rule files: what loads, what does not and where it says so, what rules do."""

import shutil

import pytest
from typer.testing import CliRunner

from cleanup.cli.app import app
from cleanup.data import Document
from cleanup.errors import RuleError
from cleanup.lexicon import shared
from cleanup.pipeline import Cleaner
from cleanup.rules import load_rules, shipped_rules
from cleanup.rules.load import HELD
from cleanup.rules.markup import parse_example, parse_loss
from cleanup.verify import failures, load_verified

GOOD = """[[rule]]
id = "dropped-fan"
action = "insert"
kind = "dropped_char"
tier = "auto"
words = ["[范]围"]
left = "工作"
message = { zh = "少了范", en = "范 is missing" }
why = "围 does not stand alone"
fires = ["双方的工作[→范]围不同。"]
quiet = ["周围很安静。"]
"""


def load(tmp_path, text, name="mine.toml"):
    (tmp_path / name).write_text(text, "utf-8")
    return load_rules([tmp_path])


def test_every_shipped_rule_does_what_its_examples_say():
    assert [f.error.tell("en") for f in failures(load_rules([shipped_rules()]).rules)] == []


def test_the_stamp_beside_the_shipped_rules_names_them():
    digest = load_rules([shipped_rules()]).digest
    stamp = shipped_rules() / HELD
    assert stamp.read_text("utf-8") == f"{digest}\n", f"where all examples hold: echo {digest} > {stamp}"


@pytest.fixture
def own_rules(tmp_path, monkeypatch):
    """A copy of the shipped rules that may be changed, and the rules whose examples were tried."""
    folder = tmp_path / "rules"
    shutil.copytree(shipped_rules(), folder)
    monkeypatch.setattr("cleanup.verify.shipped_rules", lambda: folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tried = []
    monkeypatch.setattr("cleanup.verify.failures", lambda rules: tried.extend(r.id for r in rules) or ())
    return folder, tried


def test_shipped_rules_that_the_stamp_names_are_not_tried_again(own_rules):
    folder, tried = own_rules
    assert load_verified() == load_rules([folder]) and tried == []


@pytest.mark.parametrize("change", ["a rule", "a new file", "no stamp"])
def test_shipped_rules_that_changed_are_tried_once(own_rules, change):
    folder, tried = own_rules
    if change == "a rule":
        path = next(folder.rglob("*.toml"))
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    elif change == "a new file":
        (folder / "mine.toml").write_text(GOOD.replace("dropped-fan", "my-fan"), "utf-8")
    else:
        (folder / HELD).unlink()
    rules = load_verified()
    assert tried == [r.id for r in rules.rules]
    assert load_verified() == rules and len(tried) == len(rules.rules)  # the cache remembers


def test_beside_shipped_rules_only_the_users_own_are_tried(own_rules, tmp_path):
    _, tried = own_rules
    (tmp_path / "mine.toml").write_text(GOOD.replace("dropped-fan", "my-fan"), "utf-8")
    load_verified([tmp_path / "mine.toml"])
    assert tried == ["my-fan"]


def test_a_shipped_rule_that_broke_is_told_where(own_rules):
    folder, _ = own_rules
    path = sorted(folder.rglob("*.toml"))[0]
    path.write_text(path.read_text("utf-8") + '\n[[rule]]\nid = "x"\npattern = "("\n', "utf-8")
    with pytest.raises(RuleError, match=path.name):
        load_verified()


def test_every_shipped_rule_speaks_both_languages_and_gives_a_reason(ruleset):
    for rule in ruleset.rules:
        assert rule.why and set(rule.message) == {"zh", "en"} and rule.fires and rule.quiet


@pytest.mark.parametrize(
    "old,new,line,says",
    [
        ("kind =", "knid =", 4, "unknown key knid; did you mean kind?"),
        ('left = "工作"', 'left = "(工作"', 7, "bad pattern"),
        ("fires = ", "# fires = ", 1, "no example that must fire"),
        ("quiet = ", "# quiet = ", 1, "no example that must not fire"),
        ('quiet = ["周围很安静。"]', 'quiet = ["工作[→范]围"]', 11, "belongs in fires"),
        ('fires = ["双方的工作[→范]围不同。"]', 'fires = ["双方"]', 10, "marks no edit"),
        ('tier = "auto"', 'tier = "atuo"', 5, "did you mean auto?"),
        ('kind = "dropped_char"', 'kind = "dropped_chr"', 4, "did you mean dropped_char?"),
        ('action = "insert"', 'action = "delete"', 6, "words goes with action"),
        ('words = ["[范]围"]', 'words = ["范围"]', 6, "does not mark one loss"),
        ('words = ["[范]围"]', 'words = "范围"', 6, "must be a list of strings"),
        ('id = "dropped-fan"', 'id = "Dropped Fan"', 2, "not kebab-case"),
        (
            'message = { zh = "少了范", en = "范 is missing" }',
            'message = { zh = "少了范" }',
            8,
            "message.en is missing",
        ),
        ('why = "围 does not stand alone"', "why = 3", 9, "why must be a str"),
        ('tier = "auto"', 'tier = "auto"\nconfidence = 1.5', 6, "between 0 and 1"),
        ('tier = "auto"', "tier = auto", 5, "not valid TOML"),
    ],
)
def test_a_broken_rule_says_where_and_what(tmp_path, old, new, line, says):
    assert old in GOOD
    with pytest.raises(RuleError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert f"mine.toml:{line}" in caught.value.where
    assert says in caught.value.tell("en")
    assert caught.value.tell("zh") != caught.value.tell("en")
    assert caught.value.exit_code == 3


def test_an_id_used_twice_names_both_places(tmp_path):
    with pytest.raises(RuleError, match=r"mine.toml:12: dropped-fan: the id is taken, by .*mine.toml:1"):
        load(tmp_path, GOOD + GOOD)


def test_failing_examples_do_not_load_and_exit_3(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace('quiet = ["周围很安静。"]', 'quiet = ["工作围很广。"]'), "utf-8")
    with pytest.raises(RuleError, match="must not fire"):
        load_verified([path])
    result = CliRunner().invoke(app, ["explain", "工作围", "--rules", str(path), "--lang", "en"])
    assert result.exit_code == 3
    assert f"{path}:1: dropped-fan: an example fails" in result.stderr


def test_a_missing_rule_file_is_not_an_empty_one(tmp_path):
    with pytest.raises(RuleError, match="no such rule file"):
        load_rules([tmp_path / "none.toml"])
    with pytest.raises(RuleError, match=r"no \.toml rule file"):
        load_rules([tmp_path])


def test_a_pattern_that_runs_away_is_stopped_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr("cleanup.detect.rules.TIME_LIMIT_S", 0.05)
    slow = """[[rule]]
id = "slow-rule"
action = "delete"
kind = "spam_insertion"
tier = "auto"
pattern = "(?:甲|甲甲)+[丙丁]"
message = { zh = "慢", en = "slow" }
why = "test"
fires = ["[甲丙→]"]
quiet = ["乙"]
"""
    outcome = Cleaner(load(tmp_path, slow)).clean(Document("x", "甲" * 60 + "乙"))
    assert outcome.text == "甲" * 60 + "乙"
    assert outcome.notes == ("rule out of time: slow-rule",)


def test_rules_match_whatever_the_width_and_what_hides_between(tmp_path):
    cleaner = Cleaner(
        load(tmp_path, GOOD.replace('left = "工作"', 'left = "工作（甲）？"').replace("工作[", "工作(甲)?["))
    )
    [f] = cleaner.clean(Document("x", "工\u200b作（甲）？\u200b围很广")).findings
    assert (f.start, f.replacement) == (8, "范")


def test_company_lifts_a_rule(ruleset):
    cleaner = Cleaner(ruleset)
    alone = cleaner.clean(Document("x", "店员的招聘购物体验。"))
    three = cleaner.clean(Document("x", "店员的招聘购物体验，店员的职位责任，店员的工资任务。"))
    four = cleaner.clean(
        Document("x", "店员的招聘购物体验，店员的职位责任，店员的工资任务，店员的加盟手续。")
    )
    assert alone.findings == ()
    assert [f.tier for f in three.findings] == ["suggest"] * 3 and not three.changed
    assert four.text == "店员的购物体验，店员的责任，店员的任务，店员的手续。"
    assert four.applied[0].evidence["different_here"] == 4


def test_what_code_finds_can_be_switched_off_like_a_rule(ruleset):
    text = "标题一共有八个字\n正文。\n标题一共有八个字\n"
    assert Cleaner(ruleset).clean(Document("x", text)).changed
    assert not Cleaner(ruleset.without(["title-repeated"])).clean(Document("x", text)).findings


def test_term_frequencies_choose_between_candidates(tmp_path):
    two = GOOD.replace('words = ["[范]围"]', 'words = ["[范]围", "[包]围"]').replace("工作[→范]", "工作[→范]")
    [f] = Cleaner(load(tmp_path, two)).clean(Document("x", "双方的工作围不同。")).findings
    assert f.replacement == "范"
    assert f.evidence["runner_up"]["replacement"] == "包"
    assert f.evidence["gain_log10"] > f.evidence["runner_up"]["gain_log10"]


@pytest.mark.parametrize(
    "text,at,new,veto",
    [
        ("商店采取措降低损耗", 5, "施", ""),
        ("可以通过法律手解决", 7, "段", ""),
        ("部队突围成功", 3, "范", "breaks-word"),
        ("清华银行系的学生", 2, "夏", "breaks-word"),
        ("双方的范围围攻", 5, "范", "breaks-word"),
    ],
)
def test_term_frequencies_veto_what_tears_words(text, at, new, veto):
    assert shared().judge(text, at, at, new).vetoed == veto


def test_the_lexicon_is_nobody_elses():
    import jieba

    before = shared().count("工作围")
    jieba.add_word("工作围", 10**6)
    assert shared().count("工作围") == before == 0
    jieba.del_word("工作围")


def test_example_notation():
    assert parse_example("手[→段]很[好→]，[更→最]低[***→?]").edits == (
        (1, 1, "段"),
        (2, 3, ""),
        (4, 5, "最"),
        (6, 9, None),
    )
    assert parse_loss("手[段]") == ("手", "手段", 1, 2)
    with pytest.raises(ValueError):
        parse_example("[范→范]围")
    with pytest.raises(ValueError):
        parse_loss("[范围]")


def test_rules_new_writes_a_rule_that_holds_or_leaves_nothing(tmp_path):
    run = CliRunner().invoke
    args = [
        "rules",
        "new",
        "my-rule",
        "--fires",
        "大家的[好物→]鞋子很多",
        "--quiet",
        "好物推荐",
        "--to",
        str(tmp_path),
    ]
    assert run(app, args).exit_code == 0
    [rule] = load_rules([tmp_path]).rules
    assert (rule.action, rule.kind, rule.tier) == ("delete", "spam_insertion", "suggest")
    assert run(app, args).exit_code == 2  # there already
    bad = ["rules", "new", "bad-rule", "--fires", "工[→范]围", "--quiet", "工围工围", "--to", str(tmp_path)]
    assert run(app, bad).exit_code == 3
    assert not (tmp_path / "bad-rule.toml").exists()


def test_rules_list_is_tabs_in_a_pipe():
    out = CliRunner().invoke(app, ["rules", "list", "--kind", "mask"]).stdout.splitlines()
    assert out and all(len(line.split("\t")) == 6 for line in out)
    assert CliRunner().invoke(app, ["rules", "list", "--kind", "masc"]).exit_code == 2


def test_rules_show_knows_near_names():
    result = CliRunner().invoke(app, ["rules", "show", "mask-star", "--lang", "en"])
    assert result.exit_code == 2 and "did you mean mask-stars?" in result.stderr
