"""What editors decide: names of items, statuses, decisions carried over, and items that contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from cleanup.channel.check import escaped, in_order
from cleanup.channel.items import Channel, Item, Status
from cleanup.errors import UsageError

Key = tuple[str, str, str, str]


def merge_decisions(old: Channel, new: Channel) -> Channel:
    """A channel learned again, with what an editor decided about the one before.

    Approved and rejected items keep their status, and stay with their old evidence where they were not learned
    again; learned ones that were not learned again are gone. Raises ValueError for two sources.
    """
    if old.source != new.source:
        raise ValueError(f"channels of two sources: {old.source!r}, {new.source!r}")
    decided = {i.key: i for i in old.items if i.status != "learned"}
    again = tuple(replace(i, status=decided[i.key].status) if i.key in decided else i for i in new.items)
    learned = {i.key for i in new.items}
    kept = tuple(i for key, i in decided.items() if key not in learned)
    return in_order(replace(new, items=again + kept))


def decide(channel: Channel, keys: Collection[Key], status: Status) -> tuple[Channel, list[Item]]:
    """The channel with these items of this status, and the items of it that changed, as they were."""
    changed = [i for i in channel.items if i.key in keys and i.status != status]
    items = tuple(replace(i, status=status) if i.key in keys else i for i in channel.items)
    return replace(channel, items=items), changed


def named(channels: Iterable[Channel], names: Iterable[str]) -> set[Key]:
    """The keys of the items that are called so in some of the channels.

    A name is an item's own (`strip:范`), or its text, or its name without the kind, where that names one item;
    `->` may stand for `→`. Raises UsageError for a name of none or of several, with what may have been meant.
    """
    keys: dict[str, set[Key]] = {}
    short: dict[str, set[str]] = {}
    for item in (i for c in channels for i in c.items):
        keys.setdefault(item.name, set()).add(item.key)
        for word in (item.text, item.name.partition(":")[2]):
            short.setdefault(word, set()).add(item.name)
    found: set[Key] = set()
    for name in names:
        # what is really called so comes first: the text of an item may hold an arrow of either form
        spellings = (name, name.replace("->", "→"))
        whole = next((s for s in spellings if s in keys), "")
        meant = {whole} if whole else next((short[s] for s in spellings if s in short), set())
        if len(meant) > 1:
            listed = " ".join(map(escaped, sorted(meant)))
            raise UsageError(
                f"{name} 可以指几个条目：{listed}；请写全名",
                f"{name} may be any of {listed}; name it in full",
            )
        if not meant:
            near = [*dict.fromkeys(map(escaped, _near(spellings[1], keys, short)))]
            raise UsageError(
                f"没有名为 {name} 的条目"
                + (f"，是否指 {'、'.join(near)}？" if near else "；`cleanup channel show` 列出全部"),
                f"no item is called {name}"
                + (f"; did you mean {', '.join(near)}?" if near else "; see `cleanup channel show`"),
            )
        (whole,) = meant
        if len(keys[whole]) > 1:
            raise UsageError(
                f"{name} 是几个条目共同的名字；请在文件里改 status",
                f"several items are called {name}; change their status in the file",
            )
        found |= keys[whole]
    return found


def _near(name: str, keys: Collection[str], short: dict[str, set[str]]) -> list[str]:
    """Names that are nearly this one: first those of the text that was asked for, under another kind."""
    word = name.partition(":")[2]
    same = sorted(short.get(word, ())) if word else []
    near = get_close_matches(name, keys, 3, 0.6)
    by_text = [n for w in get_close_matches(word or name, short, 2, 0.5) for n in sorted(short[w])]
    return [*dict.fromkeys([*same, *near, *by_text])][:3]


def contradictions(channel: Channel) -> list[tuple[str, str]]:
    """What in a channel cannot both be so, by name, in Chinese and English. Rejected items contradict nothing."""
    out: list[tuple[str, str]] = []
    statuses: dict[Key, set[Status]] = {}
    for item in channel.items:
        statuses.setdefault(item.key, set()).add(item.status)
    by_key = {item.key: item for item in channel.items}
    for key, given in statuses.items():
        if len(given) > 1:
            name, listed = escaped(by_key[key].name), ", ".join(sorted(given))
            out.append((f"{name} 有几种状态：{listed}", f"{name} has several statuses: {listed}"))
    for item, other in _undoing(channel):
        names = escaped(item.name), escaped(other.name)
        zh, en = (
            ("既塞入又滤掉", "both pushed in and taken out")
            if item.kind == "insert"
            else ("来回互换", "each undoes the other")
        )
        out.append((f"{names[0]} 与 {names[1]}：{zh}", f"{names[0]} and {names[1]}: {en}"))
    # a key that stands twice says the same twice
    return list(dict.fromkeys(out))


def consistent(channel: Channel) -> Channel:
    """The channel without items that undo each other's repairs; of two the one that an editor approved stays."""
    silent = set()
    for pair in _undoing(channel):
        for one, other in (pair, pair[::-1]):
            if one.status != "approved" or other.status == "approved":
                silent.add(one.key)
    if not silent:
        return channel
    return replace(channel, items=tuple(i for i in channel.items if i.key not in silent))


def _undoing(channel: Channel) -> Iterator[tuple[Item, Item]]:
    """Items of which each undoes the other's repairs: a pair once, from its smaller end. Rejected ones undo nothing."""
    at_work = [item for item in channel.items if item.status != "rejected"]
    stripped = {i.text: i for i in at_work if i.kind == "strip"}
    replaced = {(i.text, i.becomes): i for i in at_work if i.kind in ("swap", "spin")}
    for item in at_work:
        other = None
        if item.kind == "insert":
            other = stripped.get(item.text)
        elif item.kind in ("swap", "spin") and item.text < item.becomes:
            other = replaced.get((item.becomes, item.text))
        if other is not None:
            yield item, other
