"""Channel files: what is written is read back, what is wrong is named, what an editor wrote stays."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cleanup.channel.check import REPLACING, in_order, rounded
from cleanup.channel.decisions import contradictions, decide, merge_decisions, named
from cleanup.channel.diff import diff_channels
from cleanup.channel.files import channel_file_name, read_channel, read_channels, write_channel
from cleanup.channel.items import ITEM_KINDS, SLOTS, STATUSES, Channel, Item
from cleanup.channel.layout import HEADER_KEYS, HEADINGS, ITEM_KEYS
from cleanup.channel.rates import rate_interval
from cleanup.cli.app import app
from cleanup.errors import ChannelError, UsageError
from conftest import ROOT

GREENHOUSE = Channel(
    "www.greenhouse.example",
    (
        Item(
            "strip",
            "范",
            rate=0.97,
            found=31,
            articles=22,
            contexts=19,
            expected=29.4,
            sure=0.998,
            examples=("大棚的适用[→范]围", "按规[→范]浇水"),
        ),
        Item("strip", "段", rate=0.9, found=12, surviving=1, articles=9, contexts=9, sure=0.93),
        Item("mask", "方法", "***", rate=0.8, found=8, surviving=2, articles=5, contexts=6, sure=0.9),
        Item("insert", "招聘", slot="after-de", rate=0.02, found=20, articles=11, contexts=20, sure=0.97),
        Item("swap", "最", "更", rate=0.6, found=30, surviving=20, articles=14, contexts=25, sure=0.9),
        Item("spin", "浇水", "灌溉", rate=0.7, found=14, surviving=6, articles=8, contexts=12, sure=0.8),
        Item("commas", "，", rate=0.29, found=290, surviving=710, articles=40, contexts=250, sure=0.99),
    ),
    articles=40,
    characters=51_234,
    model="64d6060cc1df6503",
    notes=("样本只有 40 篇",),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / channel_file_name(GREENHOUSE.source)


def written(path, text):
    path.write_text(text, "utf-8")
    return path


def cli(*args):
    return CliRunner().invoke(app, ["channel", *map(str, args)])


# --- the round trip ---------------------------------------------------------------------------------------

NASTY = st.text(
    st.one_of(
        st.sampled_from('""\'\\\\\n\r\t\0\x1f\x7f\x85\u200b\u202e\u2028\ufeff\u3000 [[]]#=→,范围最更'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=8,
)
SHARE = st.floats(0, 1)
COUNT = st.integers(0, 10**9)


@st.composite
def items(draw):
    kind = draw(st.sampled_from(ITEM_KINDS))
    text = draw(NASTY.filter(bool))
    becomes = draw(NASTY.filter(lambda b: b and b != text)) if kind in REPLACING else ""
    slot = draw(st.sampled_from([s for s in SLOTS if s])) if kind == "insert" else ""
    return Item(
        kind,
        text,
        becomes,
        slot,
        rate=draw(SHARE),
        found=draw(COUNT),
        surviving=draw(COUNT),
        articles=draw(COUNT),
        contexts=draw(COUNT),
        expected=draw(st.floats(0, 1e12)),
        sure=draw(SHARE),
        status=draw(st.sampled_from(STATUSES)),
        goes_on=draw(NASTY),
        examples=tuple(draw(st.lists(NASTY, max_size=3))),
    )


@st.composite
def channels(draw, source=NASTY):
    return Channel(
        draw(source),
        tuple(draw(st.lists(items(), max_size=6, unique_by=lambda i: i.key))),
        articles=draw(COUNT),
        characters=draw(COUNT),
        model=draw(NASTY),
        notes=tuple(draw(st.lists(NASTY, max_size=2))),
    )


@given(channels())
def test_what_is_written_is_read_back(tmp_path_factory, channel):
    path = tmp_path_factory.mktemp("round") / channel_file_name(channel.source)
    write_channel(path, channel)
    assert read_channel(path) == in_order(channel)
    assert read_channel(path).digest == channel.digest
    text = path.read_bytes().decode()
    assert not re.search("[\0-\x09\x0b-\x1f\x7f\x85\u200b\u202e\u2028\ufeff]", text), "all of it is seen"
    assert [*path.parent.iterdir()] == [path]


@given(channels(st.just("梨园")), channels(st.just("梨园")), st.data())
def test_a_file_written_again_is_as_if_new(tmp_path_factory, old, new, data):
    shared = data.draw(st.lists(st.sampled_from(old.items), unique=True)) if old.items else []
    taken = {i.key for i in new.items}
    new = replace(new, items=(*new.items, *(replace(i, found=7) for i in shared if i.key not in taken)))
    folder = tmp_path_factory.mktemp("again")
    for channel in (old, new):
        write_channel(folder / "again.toml", channel)
    write_channel(folder / "new.toml", new)
    assert (folder / "again.toml").read_bytes() == (folder / "new.toml").read_bytes()


@given(channels(st.just("梨园")), channels(st.just("梨园")), st.data())
def test_comments_survive_whatever_is_learned_next(tmp_path_factory, old, new, data):
    shared = data.draw(st.lists(st.sampled_from(old.items), unique=True)) if old.items else []
    taken = {i.key for i in new.items}
    new = replace(new, items=(*new.items, *(replace(i, found=7) for i in shared if i.key not in taken)))
    path = tmp_path_factory.mktemp("comments") / "a.toml"
    write_channel(path, old)
    lines = path.read_text("utf-8").split("\n")
    # everywhere but inside of a list, whose strings are learned as a whole
    places = [n for n, line in enumerate(lines) if not line.startswith((" ", "]"))]
    chosen = data.draw(st.lists(st.sampled_from(places), max_size=4, unique=True))
    for k, n in enumerate(sorted(chosen, reverse=True)):
        lines.insert(n, f"# 编辑的话 {k}")
    path.write_text("\n".join(lines), "utf-8")
    assert read_channel(path) == in_order(old)
    for _ in range(2):
        write_channel(path, new)
        assert read_channel(path) == in_order(new)
        text = path.read_text("utf-8")
        assert [k for k in range(len(chosen)) if text.count(f"编辑的话 {k}") != 1] == []


@given(channels(), st.data())
def test_deciding_changes_statuses_and_no_other_byte(tmp_path_factory, channel, data):
    path = tmp_path_factory.mktemp("decide") / "a.toml"
    write_channel(path, channel)
    before = path.read_text("utf-8").split("\n")
    keys = {i.key for i in channel.items if data.draw(st.booleans())}
    after, _ = decide(channel, keys, data.draw(st.sampled_from(STATUSES)))
    write_channel(path, after, in_place=True)
    assert read_channel(path) == in_order(after)
    changed = [b for a, b in zip(before, path.read_text("utf-8").split("\n"), strict=True) if a != b]
    assert len(changed) == sum(a != b for a, b in zip(channel.items, after.items, strict=True))
    assert all(line.startswith("status = ") for line in changed)


WORDS = (
    *HEADER_KEYS,
    *ITEM_KEYS,
    *(f"[[{k}]]" for k in ITEM_KINDS),
    "[strip]",
    '"范"',
    '"approved"',
    '"after-de"',
)
SIGNS = ("=", " = ", "\n", "\n", "\n", "1", "0.5", "-1", "nan", "true", "[", "]", "{", "}", "1979-05-27", "#")
QUOTES = ('"', "'", "'" * 3, '"' * 3, "\\", ".", "[]", '["x"]', "\r", "\r\n")


@given(st.lists(st.sampled_from((*WORDS, *SIGNS, *QUOTES)), max_size=30).map("".join), st.booleans())
def test_no_text_is_more_than_an_error(tmp_path_factory, text, sourced):
    path = tmp_path_factory.mktemp("any") / "a.toml"
    path.write_bytes(('source = "果园"\n[[strip]]\ntext = "' * sourced + text).encode())
    try:
        channel = read_channel(path)
    except ChannelError as e:
        assert e.where.startswith(str(path)) and e.zh and e.en
    else:
        # what loads can be written
        write_channel(path, replace(channel, articles=7))
        assert read_channel(path) == replace(channel, articles=7)


def test_numbers_of_numpy_are_written_as_numbers(path):
    import numpy as np

    item = Item("strip", "范", rate=np.float64(0.5), found=np.int64(3), sure=np.float64(1))
    channel = Channel("a", (item,), articles=np.int64(4))
    write_channel(path, channel)
    assert read_channel(path) == channel and "np." not in path.read_text("utf-8")
    assert read_channel(path).digest == channel.digest
    assert {type(v) for v in (rounded(channel).items[0].rate, rounded(channel).items[0].found)} == {
        float,
        int,
    }


def test_rounding_is_settled_by_one_round(path):
    item = Item("strip", "范", rate=1 / 3, found=1, surviving=2, expected=2 / 3, sure=0.99999)
    channel = rounded(Channel("a", (item,)))
    assert channel.items[0] == replace(item, rate=0.3333, expected=0.7, sure=1.0)
    assert rounded(channel) == channel


# --- how a file looks -------------------------------------------------------------------------------------


def test_a_file_reads_well(path):
    write_channel(path, GREENHOUSE)
    text = path.read_text("utf-8")
    head, strips = text.split(HEADINGS["strip"])
    assert head.startswith("# 信道文件") and 'source = "www.greenhouse.example"' in head
    assert strips.startswith(
        """
[[strip]]
text = "范"
status = "learned"
rate = 0.97
rate_at_least = 0.8857
found = 31
surviving = 0
articles = 22
contexts = 19
expected = 29.4
sure = 0.998
examples = [
    "大棚的适用[→范]围",
    "按规[→范]浇水",
]

[[strip]]
text = "段"
"""
    )
    assert [text.index(h) for h in HEADINGS.values()] == sorted(text.index(h) for h in HEADINGS.values())


def test_items_come_surest_and_most_frequent_first():
    a, b, c = (
        Item("strip", t, found=n, sure=s) for t, n, s in (("甲", 9, 0.9), ("乙", 5, 0.99), ("丙", 8, 0.99))
    )
    assert [i.text for i in in_order(Channel("s", (a, b, c))).items] == ["丙", "乙", "甲"]


def test_the_bound_of_an_insert_is_one_of_its_slots(path):
    write_channel(path, GREENHOUSE)
    table = tomllib.loads(path.read_text("utf-8"))["insert"][0]
    assert table["rate_at_least"] == round(rate_interval(GREENHOUSE.of("insert")[0])[0], 4) < table["rate"]


# --- names ------------------------------------------------------------------------------------------------


@given(st.text(max_size=300), st.text(max_size=300))
def test_file_names_are_safe_and_tell_sources_apart(a, b):
    for source in (a, b):
        name = channel_file_name(source)
        assert regex.fullmatch(r"[0-9a-z_\-\p{Han}]+-[0-9a-f]{12}\.toml", name), name
        assert len(name.encode()) <= 78 and not name.startswith("-")
    assert (channel_file_name(a) == channel_file_name(b)) == (a == b)


@pytest.mark.parametrize(
    "source", ["", "..", "/etc/passwd", "CON", "a.b", "字" * 255, "\ud800", "ＡＢＣ", " ", "a\0b", "~", "-rf"]
)
def test_odd_sources_have_names(source, tmp_path):
    name = channel_file_name(source)
    (tmp_path / name).write_text("", "utf-8")
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_sources_that_differ_in_case_or_form_have_names_that_do(tmp_path):
    names = {channel_file_name(s).lower() for s in ("Site", "site", "SITE", "Ｓite", "si-te", "si/te")}
    assert len(names) == 6


# --- hand-written files -----------------------------------------------------------------------------------


def test_a_file_by_hand_needs_little(path):
    written(path, 'source = "果园"\n[[strip]]\ntext = "范"\nstatus = "approved"\n')
    assert read_channel(path) == Channel("果园", (Item("strip", "范", status="approved"),))


def test_a_file_with_a_byte_order_mark_and_windows_lines_keeps_them(path):
    text = '\ufeffsource = "果园"\r\n\r\n[[strip]]\r\ntext = "范"  # 看过\r\nstatus = "learned"'
    path.write_bytes(text.encode())
    channel, _ = decide(read_channel(path), {("strip", "范", "", "")}, "approved")
    write_channel(path, channel, in_place=True)
    assert path.read_bytes().decode() == text.replace("learned", "approved") + "\r\n"


def test_the_order_of_a_file_does_not_matter(path):
    write_channel(path, GREENHOUSE)
    head, *tables = path.read_text("utf-8").split("\n[[")
    written(path, "\n[[".join([head, *reversed(tables)]))
    assert read_channel(path) == GREENHOUSE


@pytest.mark.parametrize(
    ("text", "line", "item", "told"),
    [
        ("", 0, "", "empty"),
        ("# 只有注释\n", 1, "", "source is missing"),
        ('source = "a"\nsource = "b"\n', 2, "", "not valid TOML"),
        ("source = a\n", 1, "", "not valid TOML"),
        ("x = " + "[" * 100_000, 0, "", "not valid TOML"),
        ('source = "a"\narticles = ' + "9" * 5000 + "\n", 0, "", "not valid TOML"),
        ("source = 3\n", 1, "", "source must be a string"),
        ('source = "a"\nsuorce = "b"\n', 2, "", "unknown key suorce; did you mean source?"),
        ('source = "a"\n[[stripp]]\ntext = "范"\n', 2, "", "unknown key stripp; did you mean strip?"),
        ('format = 2\nsource = "a"\n', 1, "", "format 2 is newer"),
        ('format = 0\nsource = "a"\n', 1, "", "there is no format 0"),
        ('format = true\nsource = "a"\n', 1, "", "format must be an integer"),
        ('source = "a"\narticles = -1\n', 2, "", "articles cannot be negative"),
        ('source = "a"\nnotes = "x"\n', 2, "", "notes must be a list of strings"),
        ('source = "a"\nnotes = [1]\n', 2, "", "notes must be a list of strings"),
        ('source = "a"\nstrip = [{text = "范"}]\n', 2, "", "headed [[strip]]"),
        ('source = "a"\n[strip]\ntext = "范"\n', 2, "", "headed [[strip]]"),
        ('source = "a"\n[[strip]]\n', 2, "strip:?", "text is missing"),
        ('source = "a"\n[[strip]]\ntext = ""\n', 3, "strip:", "text is missing"),
        ('source = "a"\n[[strip]]\ntext = ["范"]\n', 3, "strip:?", "text must be a string"),
        ('source = "a"\n[[strip]]\ntext = "范"\ntxet = "范"\n', 4, "strip:范", "did you mean text?"),
        (
            'source = "a"\n[[strip]]\ntext = "范"\nstatus = "aproved"\n',
            4,
            "strip:范",
            "did you mean approved?",
        ),
        ('source = "a"\n[[strip]]\ntext = "范"\nstatus = ""\n', 4, "strip:范", "use one of learned"),
        ('source = "a"\n[[strip]]\ntext = "范"\nrate = 1.2\n', 4, "strip:范", "rate must be between 0 and 1"),
        ('source = "a"\n[[strip]]\ntext = "范"\nrate = nan\n', 4, "strip:范", "rate must be between 0 and 1"),
        (
            'source = "a"\n[[strip]]\ntext = "范"\nsure = -0.1\n',
            4,
            "strip:范",
            "sure must be between 0 and 1",
        ),
        ('source = "a"\n[[strip]]\ntext = "范"\nrate = "1"\n', 4, "strip:范", "rate must be a number"),
        ('source = "a"\n[[strip]]\ntext = "范"\nrate = true\n', 4, "strip:范", "rate must be a number"),
        ('source = "a"\n[[strip]]\ntext = "范"\nrate_at_least = 2\n', 4, "strip:范", "between 0 and 1"),
        ('source = "a"\n[[strip]]\ntext = "范"\nfound = -1\n', 4, "strip:范", "found cannot be negative"),
        ('source = "a"\n[[strip]]\ntext = "范"\nfound = 1.5\n', 4, "strip:范", "found must be an integer"),
        (
            'source = "a"\n[[strip]]\ntext = "范"\nexpected = inf\n',
            4,
            "strip:范",
            "expected must be a number",
        ),
        ('source = "a"\n[[strip]]\ntext = "范"\nbecomes = "围"\n', 4, "strip:范→围", "takes no becomes"),
        ('source = "a"\n[[strip]]\ntext = "范"\nslot = "anywhere"\n', 4, "strip:范", "takes no slot"),
        ('source = "a"\n[[swap]]\ntext = "最"\n', 2, "swap:最", "swap needs becomes"),
        ('source = "a"\n[[swap]]\ntext = "最"\nbecomes = "最"\n', 4, "swap:最→最", "the same as text"),
        ('source = "a"\n[[insert]]\ntext = "招聘"\n', 2, "insert::招聘", "insert needs slot"),
        (
            'source = "a"\n[[insert]]\ntext = "招聘"\nslot = "after_de"\n',
            4,
            "insert:after_de:招聘",
            "did you mean after-de?",
        ),
        ('source = "a"\n[[strip]]\ntext = "范"\n[strip.more]\nx = 1\n', 4, "strip:范", "unknown key more"),
        (
            'source = "a"\n[[strip]]\ntext = "范"\nstatus = "approved"\n\n[[strip]]\ntext = "范"\nstatus = "rejected"\n',
            7,
            "strip:范",
            "there twice, see line 2",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_item(path, text, line, item, told):
    with pytest.raises(ChannelError) as e:
        read_channel(written(path, text))
    assert told in e.value.en and e.value.zh
    assert e.value.where == str(path) + (f":{line}" if line else "") + (f": {item}" if item else "")
    assert e.value.exit_code == 3


def test_a_binary_file_is_no_channel(path):
    path.write_bytes(b'source = "a"\n\xff\xfe\x00')
    with pytest.raises(ChannelError, match=r":2: is not UTF-8"):
        read_channel(path)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        (Channel("\ud83d"), "surrogate"),
        (Channel("a", notes=("\udc00",)), "surrogate"),
        (Channel("a", (Item("strip", "范", examples=("[→范]\ud800",)),)), "surrogate"),
        (Channel("a", (Item("strip", "范"), Item("strip", "范", status="approved"))), "twice"),
        (Channel("a", (Item("strip", "范", rate=1.01),)), "between 0 and 1"),
        (Channel("a", (Item("strip", "范", status="maybe"),)), "not known"),
        (Channel("a", (Item("insert", "招聘"),)), "slot"),
        (Channel("a", articles=-1), "negative"),
    ],
)
def test_what_no_file_can_hold_is_refused_and_nothing_is_written(path, channel, told):
    with pytest.raises(ChannelError, match=told) as e:
        write_channel(path, channel)
    e.value.tell("zh").encode()
    assert not path.exists()


def test_a_failed_write_leaves_the_old_file(path, monkeypatch):
    write_channel(path, GREENHOUSE)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ChannelError, match="No space left"):
        write_channel(path, replace(GREENHOUSE, articles=41))
    assert path.read_bytes() == before and [*path.parent.iterdir()] == [path]


def test_a_broken_file_or_another_source_is_not_written_over(path):
    for text, told in (
        ('source = "果园"\n[[strip]]\n', "text is missing"),
        ('source = "果园"\n', "another source"),
    ):
        written(path, text)
        with pytest.raises(ChannelError, match=told):
            write_channel(path, GREENHOUSE)
        assert path.read_text("utf-8") == text


def test_text_blocks_may_look_like_anything(path):
    text = (
        '''\
source = "果园"
model = """
[[strip]]
# 不是注释"""

[[strip]]   # "引号
text = '''
        + "'''范\n\n[[strip]]\n# 也不是\n'''"
        + '''
status = "learned"

# 是注释 """
[["mask"]]
text = "方法"
becomes = """\\"""* [[mask]]
""\\u005b"""
'''
    )
    written(path, text)
    channel = read_channel(path)
    assert [i.text for i in channel.items] == ["范\n\n[[strip]]\n# 也不是\n", "方法"]
    decided, _ = decide(channel, {channel.items[0].key}, "approved")
    write_channel(path, decided, in_place=True)
    assert path.read_text("utf-8") == text.replace("learned", "approved")
    write_channel(path, replace(decided, articles=9))
    assert '# 是注释 """\n[["mask"]]' in path.read_text("utf-8")


# --- folders ----------------------------------------------------------------------------------------------


def test_channels_of_a_folder_and_of_a_run_come_in_order_of_sources(tmp_path):
    run = tmp_path / "run"
    for source in ("b", "a", "字"):
        write_channel(run / "channels" / channel_file_name(source), Channel(source))
    assert [c.source for c in read_channels(run)] == ["a", "b", "字"]
    assert read_channels(run) == read_channels(run / "channels")


def test_two_files_of_one_source_are_named(tmp_path):
    for name in ("one.toml", "two.toml"):
        written(tmp_path / name, 'source = "果园"\n')
    with pytest.raises(ChannelError) as e:
        read_channels(tmp_path)
    assert "one.toml" in e.value.en and e.value.where.endswith("two.toml")


def test_a_folder_without_channels_and_a_missing_or_dangling_file_are_told(tmp_path):
    with pytest.raises(ChannelError, match="holds no channel files"):
        read_channels(tmp_path)
    with pytest.raises(ChannelError, match="cannot be read: No such file"):
        read_channels(tmp_path / "nowhere.toml")
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere.toml")
    with pytest.raises(ChannelError, match="cannot be read: No such file"):
        read_channels(tmp_path)


# --- decisions --------------------------------------------------------------------------------------------


def test_decisions_outlive_learning_again():
    old = Channel(
        "果园",
        (
            Item("strip", "范", found=9, status="approved"),
            Item("strip", "段", found=8, status="approved"),
            Item("strip", "了", found=7, status="rejected"),
            Item("strip", "的", found=6, status="rejected"),
            Item("strip", "施", found=5),
            Item("strip", "夏", found=4),
        ),
        articles=10,
    )
    new = Channel(
        "果园",
        (
            Item("strip", "范", found=90),
            Item("strip", "了", found=70),
            Item("strip", "施", found=50),
            Item("strip", "史"),
        ),
        articles=99,
        notes=("新的",),
    )
    merged = merge_decisions(old, new)
    assert {i.text: (i.found, i.status) for i in merged.items} == {
        "范": (90, "approved"),
        "段": (8, "approved"),
        "了": (70, "rejected"),
        "的": (6, "rejected"),
        "施": (50, "learned"),
        "史": (0, "learned"),
    }
    assert (merged.articles, merged.notes) == (99, ("新的",))
    assert merge_decisions(merged, new) == merged
    with pytest.raises(ValueError, match="two sources"):
        merge_decisions(replace(old, source="菜园"), new)


def test_decisions_leave_all_else_of_a_file_as_it_is(path):
    text = """\
# 头上的话
source = "果园"   # 来源

# 先放同义改写
[[spin]]
text = '浇水'
becomes = "灌溉"
# 紧跟在下面

# ---- 我自己的分段 ----
[[strip]]   # 滤掉
text = "范"
status = "learned"  # 待定
sure = 1
[[strip]]
text = "段"
# 尾巴
"""
    written(path, text)
    assert cli("approve", path, "范", "spin:浇水->灌溉").exit_code == 0
    after = text.replace('"learned"', '"approved"')
    lines = path.read_text("utf-8").split("\n")
    lines.remove('status = "approved"')  # the spin had no status
    assert lines == after.split("\n")
    assert {i.name: i.status for i in read_channel(path).items} == {
        "spin:浇水→灌溉": "approved",
        "strip:范": "approved",
        "strip:段": "learned",
    }


def test_comments_stay_with_their_items_when_a_source_is_learned_again(path):
    write_channel(path, GREENHOUSE)
    text = path.read_text("utf-8").replace(
        '[[strip]]\ntext = "段"\nstatus = "learned"',
        '# 问过站长\n[[strip]]\ntext = "段"\nstatus = "approved"  # 老李',
    )
    text = text.replace("[[swap]]", "# 这条可疑\n[[swap]]")
    written(path, text)
    again = Channel(
        GREENHOUSE.source, (Item("strip", "施", found=3, sure=0.99), Item("strip", "段", found=40, sure=0.95))
    )
    write_channel(path, merge_decisions(read_channel(path), again))
    after = path.read_text("utf-8")
    assert after.index('text = "施"') < after.index(
        '# 问过站长\n[[strip]]\ntext = "段"\nstatus = "approved"  # 老李\n'
    )
    assert "found = 40" in after
    assert after.endswith("\n# 这条可疑\n# 已不再学到：swap:最→更\n")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("strip:范", ("strip", "范", "", "")),
        ("范", ("strip", "范", "", "")),
        ("swap:最→更", ("swap", "最", "更", "")),
        ("swap:最->更", ("swap", "最", "更", "")),
        ("最->更", ("swap", "最", "更", "")),
        ("最", ("swap", "最", "更", "")),
        ("insert:after-de:招聘", ("insert", "招聘", "", "after-de")),
        ("招聘", ("insert", "招聘", "", "after-de")),
        ("mask:***→方法", ("mask", "方法", "***", "")),
        ("方法", ("mask", "方法", "***", "")),
    ],
)
def test_items_go_by_their_name_or_what_is_enough_of_it(name, key):
    assert named([GREENHOUSE], [name]) == {key}


def test_names_of_none_or_of_several_are_refused():
    both = replace(GREENHOUSE, items=(*GREENHOUSE.items, Item("strip", "招聘")))
    with pytest.raises(UsageError, match=r"may be any of insert:after-de:招聘 strip:招聘"):
        named([both], ["招聘"])
    assert named([both], ["strip:招聘"]) == {("strip", "招聘", "", "")}
    with pytest.raises(UsageError, match=r"strip:方法; did you mean mask:\*\*\*→方法"):
        named([GREENHOUSE], ["strip:方法"])
    with pytest.raises(UsageError, match=r"did you mean swap:最→更"):
        named([GREENHOUSE], ["swop:最→更"])
    twins = Channel("a", (Item("swap", "甲", "乙→丙"), Item("swap", "甲→乙", "丙")))
    with pytest.raises(UsageError, match="several items are called"):
        named([twins], ["swap:甲→乙→丙"])
    with pytest.raises(UsageError, match="see `cleanup channel show`"):
        named([GREENHOUSE], ["zzzz"])


def test_contradictions_are_named_once():
    channel = Channel(
        "果园",
        (
            Item("strip", "范", status="approved"),
            Item("strip", "范", status="rejected"),
            Item("strip", "招聘"),
            Item("insert", "招聘", slot="after-de"),
            Item("swap", "最", "更"),
            Item("swap", "更", "最"),
            Item("spin", "浇水", "灌溉"),
            Item("spin", "灌溉", "浇灌"),
        ),
    )
    assert [en for _, en in contradictions(channel)] == [
        "strip:范 has several statuses: approved, rejected",
        "insert:after-de:招聘 and strip:招聘: both pushed in and taken out",
        "swap:更→最 and swap:最→更: each undoes the other",
    ]
    assert all("范" in zh or "与" in zh for zh, _ in contradictions(channel))
    silenced = tuple(replace(i, status="rejected") if i.text in ("招聘", "更") else i for i in channel.items)
    assert len(contradictions(replace(channel, items=silenced))) == 1
    assert contradictions(GREENHOUSE) == []


# --- what changed -----------------------------------------------------------------------------------------


def test_a_rate_moved_only_where_its_intervals_do_not_overlap():
    old = Channel(
        "果园",
        (
            Item("strip", "范", rate=0.9, found=9, surviving=1),
            Item("strip", "段", rate=0.95, found=95, surviving=5),
            Item("strip", "施", rate=0.5, found=1, surviving=1),
            Item("insert", "招聘", slot="after-de", rate=0.02, found=20),
            Item("insert", "工资", slot="after-de", rate=0.02, found=20),
            Item("swap", "最", "更", rate=0.5, found=5, surviving=5),
        ),
    )
    new = Channel(
        "果园",
        (
            Item("strip", "范", rate=0.7, found=7, surviving=3),
            Item("strip", "段", rate=0.4, found=40, surviving=60),
            Item("strip", "施", rate=0.5, found=1, surviving=1, sure=0.4),
            Item("insert", "招聘", slot="after-de", rate=0.06, found=60),
            Item("insert", "工资", slot="after-de", rate=0.025, found=25),
            Item("strip", "夏"),
        ),
    )
    (d,) = diff_channels([old], [new])
    assert {c.old.text: c.notable for c in d.changed} == {
        "范": False,
        "段": True,
        "招聘": True,
        "工资": False,
    }
    assert ([i.text for i in d.gone], [i.text for i in d.new]) == (["最"], ["夏"])
    slight = diff_channels([old], [replace(old, items=(new.items[0], *old.items[1:]))])
    assert [(d.state, d.notable) for d in slight] == [("changed", False)]
    decided, _ = decide(old, {old.items[2].key}, "approved")
    assert diff_channels([old], [decided])[0].notable
    assert [(d.state, d.notable) for d in diff_channels([old], [old])] == [("same", False)]


def test_sources_gone_and_new_are_changes():
    diffs = diff_channels([Channel("a"), Channel("b")], [Channel("b"), Channel("c")])
    assert [(d.source, d.state, d.notable) for d in diffs] == [
        ("a", "gone", True),
        ("b", "same", False),
        ("c", "new", True),
    ]


# --- the commands -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    run = tmp_path / "run"
    for channel in (
        GREENHOUSE,
        Channel("果园", (Item("strip", "范", found=5, sure=0.5, status="rejected"),)),
    ):
        write_channel(run / "channels" / channel_file_name(channel.source), channel)
    return run


def test_list_counts_by_kind_and_status(folder):
    result = cli("list", folder)
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[0] == ["www.greenhouse.example", *"2111117", "0", "0", "40", GREENHOUSE.digest]
    assert rows[1][:11] == ["果园", *"100000001", "0"]


def test_show_filters_and_gives_json(folder):
    result = cli("show", folder, "--kind", "strip", "--status", "learned", "--examples", "1")
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [(r[0], r[1], r[-1]) for r in rows] == [
        ("www.greenhouse.example", "strip:范", "大棚的适用[→范]围"),
        ("www.greenhouse.example", "strip:段", ""),
    ]
    first, second = map(json.loads, cli("show", folder, "--json").stdout.splitlines())
    assert first["digest"] == GREENHOUSE.digest and first["notes"] == list(GREENHOUSE.notes)
    assert [i["name"] for i in first["items"]] == [i.name for i in GREENHOUSE.items]
    assert second["items"][0]["status"] == "rejected"


def test_what_shows_nothing_is_spelled_out(tmp_path):
    channel = Channel("a\u202eb", (Item("strip", "招\u200b聘\n", found=1),))
    write_channel(tmp_path / "a.toml", channel)
    for command in ("list", "show"):
        shown = cli(command, tmp_path).stdout
        assert "⟨U+202E⟩" in shown and not re.search("[\u200b\u202e]", shown)


@pytest.mark.parametrize(
    ("option", "value", "meant"), [("--kind", "swop", "swap"), ("--status", "approve", "approved")]
)
def test_show_knows_what_was_meant(folder, option, value, meant):
    result = cli("show", folder, option, value, "--lang", "en")
    assert result.exit_code == 2 and f"did you mean {meant}?" in result.stderr


def test_a_name_decides_in_every_channel_that_has_it(folder):
    result = cli("approve", folder, "strip:范", "段", "--lang", "en")
    assert result.exit_code == 0 and "approved 3 items of 2 sources" in result.stdout
    assert "strip:范  rejected → approved" in result.stdout
    statuses = {(c.source, i.text): i.status for c in read_channels(folder) for i in c.items}
    assert sorted(k[1] for k, s in statuses.items() if s == "approved") == ["段", "范", "范"]
    assert "nothing changed; 3 were so already" in cli("approve", folder, "范", "段", "--lang", "en").stdout


def test_one_unknown_name_and_nothing_is_written(folder):
    before = {p: p.read_bytes() for p in folder.rglob("*.toml")}
    result = cli("approve", folder, "strip:段", "strip:饭", "--lang", "en")
    assert result.exit_code == 2 and "no item is called strip:饭; did you mean" in result.stderr
    assert {p: p.read_bytes() for p in folder.rglob("*.toml")} == before


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--all"], "段 方法 最 浇水 范 ， 招聘"),
        (["--kind", "strip"], "段 范"),
        (["--sure", "0.95"], "范 ， 招聘"),
        (["--below", "0.9"], "浇水"),
        (["--kind", "strip", "--sure", "0.95"], "范"),
        (["--kind", "mask", "--sure", "0.95"], ""),
    ],
)
def test_many_are_chosen_of_those_undecided(folder, options, expected):
    result = cli("approve", folder, *options)
    assert result.exit_code == 0
    approved = [i.text for c in read_channels(folder) for i in c.items if i.status == "approved"]
    assert sorted(approved) == sorted(expected.split())
    rejected = [i.text for c in read_channels(folder) for i in c.items if i.status == "rejected"]
    assert rejected == ["范"], "what was decided stays"


@pytest.mark.parametrize("args", [[], ["strip:范", "--all"]])
def test_items_are_named_or_chosen_not_both(folder, args):
    result = cli("reject", folder, *args, "--lang", "en")
    assert result.exit_code == 2 and "one of the two" in result.stderr


def test_contradictions_are_warned_of(tmp_path):
    channel = Channel("果园", (Item("swap", "最", "更"), Item("swap", "更", "最")))
    write_channel(tmp_path / "a.toml", channel)
    for args in (["list", tmp_path], ["show", tmp_path], ["approve", tmp_path, "最->更"]):
        result = cli(*args)
        assert result.exit_code == 0 and "矛盾：swap:更→最 与 swap:最→更" in result.stderr
    assert "矛盾" not in cli("reject", tmp_path, "更->最").stderr


def test_diff_tells_and_exits_as_asked(folder, tmp_path):
    other = tmp_path / "other"
    moved = [i for i in GREENHOUSE.items if i.text != "方法"]
    moved[1] = replace(moved[1], rate=0.1, found=12, surviving=108)
    write_channel(other / "a.toml", replace(GREENHOUSE, items=tuple(moved)))
    result = cli("diff", folder, other, "--lang", "en")
    assert result.exit_code == 0
    assert "  - mask:***→方法" in result.stdout
    assert "  ~ strip:段  90.0% (66.0%–98.7%) → 10.0%" in result.stdout
    assert "果园 (gone)" in result.stdout and "2 sources changed, 0 did not" in result.stdout
    assert cli("diff", folder, other, "--exit-code").exit_code == 1
    assert cli("diff", folder, folder, "--exit-code").exit_code == 0
    told = json.loads(cli("diff", folder, other, "--json").stdout)
    assert told["notable"] and [s["state"] for s in told["sources"]] == ["changed", "gone"]
    (change,) = told["sources"][0]["changed"]
    assert change["item"] == "strip:段" and change["new"]["rate_interval"][1] < 0.66


def test_broken_files_end_every_command_with_3(tmp_path):
    bad = written(tmp_path / "bad.toml", 'source = "a"\n[[strip]]\ntext = "范"\nstatus = "aproved"\n')
    for args in (["list", bad], ["show", bad], ["approve", bad, "范"], ["diff", bad, bad]):
        result = cli(*args)
        assert result.exit_code == 3 and f"{bad}:4: strip:范: status 不能是" in result.stderr


@pytest.mark.parametrize("command", ["list", "show", "approve", "reject", "diff"])
def test_every_command_has_a_help_page_with_examples(command):
    result = cli(command, "--help")
    assert result.exit_code == 0 and f"cleanup channel {command}" in result.stdout


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_names_every_key_kind_status_and_slot():
    text = (ROOT / "docs" / "channels.md").read_text("utf-8")
    names = (*HEADER_KEYS, *ITEM_KEYS, *ITEM_KINDS, *STATUSES, *(s for s in SLOTS if s))
    assert [n for n in names if f"`{n}`" not in text] == []


def test_the_file_of_the_page_loads(path):
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "channels.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 2
    for block in blocks:
        assert read_channel(written(path, block)).items


def test_phrases_lie_beside_the_file_and_belong_to_it(tmp_path):
    path = tmp_path / "a.toml"
    channel = Channel("a", (Item("strip", "范", found=3),), phrases=b"\x01\x02\x03\x04" * 3)
    write_channel(path, channel)
    assert read_channel(path) == channel
    assert channel.digest != Channel("a", channel.items).digest
    beside = path.with_suffix(".phrases")
    beside.write_bytes(b"\x00" * 8)
    with pytest.raises(ChannelError, match="another learning"):
        read_channel(path)
    beside.unlink()
    with pytest.raises(ChannelError, match=r"a\.phrases is not beside it"):
        read_channel(path)
    path.write_text(
        "".join(x for x in path.read_text("utf-8").splitlines(True) if not x.startswith("phrases"))
    )
    assert read_channel(path) == Channel("a", channel.items)


def test_phrases_go_with_a_channel_that_has_none_any_more(tmp_path):
    path = tmp_path / "a.toml"
    write_channel(path, Channel("a", (Item("strip", "范", found=3),), phrases=b"\x01\x02\x03\x04"))
    write_channel(path, Channel("a", (Item("strip", "范", found=4),)))
    assert not path.with_suffix(".phrases").exists()
    assert read_channel(path).phrases == b""
