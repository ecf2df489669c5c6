"""The channel that ships: what farms do in general, for articles whose source is not known."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cleanup.channel.files import read_channel
from cleanup.channel.items import Channel

PRIOR = Path(__file__).with_name("prior.toml")


@cache
def shipped_prior() -> Channel:
    """The prior, read once a process. Raises ChannelError where its file does not load."""
    return read_channel(PRIOR)
