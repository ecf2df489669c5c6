"""The channels of a run's folder: what is taken back as a whole is not to be done again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from cleanup.channel.decisions import decide
from cleanup.channel.files import FOLDER, load_channels, write_channel
from cleanup.channel.items import Channel
from cleanup.revert.staged import Staged
from cleanup.revert.wanted import Wanted


@dataclass(frozen=True, slots=True)
class RunChannels:
    """The channels of a run with their files; none where it has no such folder."""

    loaded: tuple[tuple[Path, Channel], ...] = ()

    @classmethod
    def of(cls, folder: Path) -> RunChannels:
        """Raises ChannelError for one that does not load."""
        return cls(tuple(load_channels(folder)) if any((folder / FOLDER).glob("*.toml")) else ())

    @property
    def names(self) -> set[str]:
        """What their items are called."""
        return {i.name for _, c in self.loaded for i in c.items}

    def reject(self, wanted: Wanted, staged: Staged) -> list[tuple[str, str]]:
        """Write channels in which the wanted items are rejected; (source, name) of those that were not."""
        out = []
        for file, channel in self.loaded:
            if wanted.sources and channel.source not in wanted.sources:
                continue
            keys = {i.key for i in channel.items if i.name in wanted.items}
            after, changed = decide(channel, keys, "rejected")
            if changed:
                # a copy, whose comments are then kept
                copy = staged.path(f"{FOLDER}/{file.name}")
                shutil.copyfile(file, copy)
                write_channel(copy, after, in_place=True)
                out += [(channel.source, i.name) for i in changed]
        return out
