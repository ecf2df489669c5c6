"""What changed in a source's machine between two channels: items gone and new, and rates that really moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from cleanup.channel.check import in_order
from cleanup.channel.items import Channel, Item
from cleanup.channel.rates import rate_interval

State = Literal["same", "changed", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """An item of both channels whose rate or status is another.

    notable  whether more than chance: another status, or intervals of the rates that do not overlap
    """

    old: Item
    new: Item

    @property
    def notable(self) -> bool:
        (old_low, old_high), (new_low, new_high) = rate_interval(self.old), rate_interval(self.new)
        return self.old.status != self.new.status or old_high < new_low or new_high < old_low


@dataclass(frozen=True, slots=True)
class SourceDiff:
    """What changed for one source. Of a source that is new or gone, all items are."""

    source: str
    state: State
    gone: tuple[Item, ...] = ()
    new: tuple[Item, ...] = ()
    changed: tuple[Change, ...] = ()

    @property
    def notable(self) -> bool:
        """Whether anything changed that is more than chance: a source, an item, or a notable rate or status."""
        return (
            self.state in ("new", "gone")
            or bool(self.gone or self.new)
            or any(c.notable for c in self.changed)
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "source": self.source,
            "state": self.state,
            "notable": self.notable,
            "gone": [_told(i) for i in self.gone],
            "new": [_told(i) for i in self.new],
            "changed": [
                {"item": c.old.name, "notable": c.notable, "old": _told(c.old), "new": _told(c.new)}
                for c in self.changed
            ],
        }


def diff_channels(old: Iterable[Channel], new: Iterable[Channel]) -> list[SourceDiff]:
    """What changed for each source of two sets of channels, in the order of sources, unchanged ones too."""
    before, after = ({c.source: c for c in channels} for channels in (old, new))
    return [_diff(s, before.get(s), after.get(s)) for s in sorted({*before, *after})]


def _diff(source: str, old: Channel | None, new: Channel | None) -> SourceDiff:
    if old is None or new is None:
        items = {i.key: i for c in (old, new) if c is not None for i in in_order(c).items}
        listed = tuple(items.values())
        return (
            SourceDiff(source, "gone", gone=listed) if new is None else SourceDiff(source, "new", new=listed)
        )
    was, now = ({i.key: i for i in in_order(c).items} for c in (old, new))
    gone = tuple(i for key, i in was.items() if key not in now)
    added = tuple(i for key, i in now.items() if key not in was)
    changed = tuple(
        Change(was[key], i)
        for key, i in now.items()
        if key in was and (_shown(was[key]) != _shown(i) or was[key].status != i.status)
    )
    return SourceDiff(source, "changed" if gone or added or changed else "same", gone, added, changed)


def _shown(item: Item) -> float:
    """The rate as far as it is shown."""
    return round(item.rate, 4)


def _told(item: Item) -> dict[str, Any]:
    low, high = rate_interval(item)
    return {
        "item": item.name,
        "kind": item.kind,
        "status": item.status,
        "rate": item.rate,
        "rate_interval": [round(low, 4), round(high, 4)],
        "found": item.found,
        "surviving": item.surviving,
    }
