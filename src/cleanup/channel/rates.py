"""How well a rate is known."""

from __future__ import annotations

from cleanup.channel.items import Item, lower_bound


def rate_interval(item: Item) -> tuple[float, float]:
    """Wilson's interval for an item's rate; 0 to 1 for an item without counts.

    Of an insert the trials are slots, of which its rate tells the number; of all others they are the places where
    it was damaged or stands.

    >>> [round(x, 2) for x in rate_interval(Item("strip", "范", found=10))]
    [0.71, 1.0]
    >>> [round(x, 3) for x in rate_interval(Item("insert", "招聘", slot="after-de", rate=0.02, found=20))]
    [0.013, 0.031]
    """
    of = float(item.found + item.surviving)
    if item.kind == "insert" and item.rate > 0:
        of = max(of, item.found / item.rate)
    if of <= 0:
        return 0.0, 1.0
    return lower_bound(item.found, of), 1.0 - lower_bound(of - item.found, of)
