"""The run that another one comes after: the articles it knew, the channels it worked with, the signs it kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleanup.channel.files import FOLDER, channel_file_name, load_channels, phrases_file, write_channel
from cleanup.channel.items import Channel, digest_of
from cleanup.drift import kept
from cleanup.drift.signs import Signs
from cleanup.errors import ChannelError, UsageError
from cleanup.learn.dump import Before
from cleanup.runfolder import LOG
from cleanup.seen import FILE as SEEN
from cleanup.seen import Seen

# Keys that name the articles of a run in its digest, spread evenly over them.
_KEYS = 1024


@dataclass(frozen=True, slots=True)
class After:
    """A finished run.

    files     its channels with their files, as an editor left them: those learned, and those it was given
    versions  of the rules, the model and what else it worked with, as its summary names them
    """

    folder: Path
    seen: Seen
    files: tuple[tuple[Path, Channel], ...]
    signs: Mapping[str, Signs]
    versions: Mapping[str, str]

    @classmethod
    def open(cls, folder: Path, out: Path) -> After:
        """The run in a folder, for one that writes into `out`.

        Raises UsageError where it holds no finished run, or would be written over; ChannelError, InputError where a file
        of it does not load.
        """
        where = str(folder)
        if folder.resolve() == out.resolve() or out.resolve() in folder.resolve().parents:
            raise UsageError(
                "--after 的运行就在输出文件夹里，会被这次运行清掉；请用 --out 另指一个",
                "the run that --after names lies in the output folder, which a run empties; name another with --out",
                where=where,
            )
        log, summary = _json(folder / LOG), _json(folder / "summary.json")
        if not log:
            raise UsageError(
                "不是 cleanup run 写出的文件夹",
                "is no folder that `cleanup run` wrote",
                where=where,
            )
        if log.get("status") != "finished" or not summary.get("complete", False):
            raise UsageError(
                "这次运行没有跑完；先用同一条命令跑完它，再接着它跑",
                "that run is not finished; run the same command again to finish it, then come after it",
                where=where,
            )
        if not (folder / SEEN).exists():
            raise UsageError(
                f"没有 {SEEN}，是较早的版本写出的；用这个版本重跑一次，再接着它跑",
                f"lacks {SEEN}: an earlier version wrote it; run it again with this one, then come after it",
                where=where,
            )
        signs = kept.read_signs(folder / kept.FILE) if (folder / kept.FILE).exists() else {}
        return cls(
            folder, Seen.open(folder / SEEN), _channels(folder, log), signs, summary.get("versions", {})
        )

    @property
    def digest(self) -> str:
        """Names what the next run depends on: articles known, channels, signs."""
        h = hashlib.sha256(digest_of(c for _, c in self.files).encode())
        keys = self.seen.keys
        h.update(len(keys).to_bytes(8, "little") + keys[:: len(keys) // _KEYS + 1].tobytes())
        h.update(kept.signs_bytes(self.signs))
        return h.hexdigest()[:16]

    def channels(self, out: Path, given: Sequence[Channel] = ()) -> list[Channel]:
        """The channels to decode with, by source: those given, then those of the run.

        What an editor decided in the channels of the folder that is written to holds, too.
        """
        before = Before.of(out / FOLDER)
        by_source = {c.source: before.merged(c) for _, c in self.files} | {c.source: c for c in given}
        return [by_source[s] for s in sorted(by_source)]

    def carry(self, out: Path, channels: Sequence[Channel]) -> None:
        """Put the channels of a run into its folder, with the comments of editors, so that the next one may come after it."""
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
        at = {c.source: (path, c) for path, c in self.files}
        before = Before.of(out / FOLDER)
        for channel in channels:
            if channel.source in before.channels and before.channels[channel.source][1] == channel:
                continue
            path, old = at.get(channel.source, (None, None))
            file = before.file(channel.source)
            if path is not None and old == channel and channel.source not in before.channels:
                file = out / FOLDER / channel_file_name(channel.source)
                # the phrases lie beside it under its name
                if phrases_file(path).exists():
                    shutil.copyfile(phrases_file(path), phrases_file(file))
                shutil.copyfile(path, file)
            else:
                write_channel(file, channel)

    def differences(self, versions: Mapping[str, str]) -> list[tuple[str, str]]:
        """In what this run is another program than that one was, in Chinese and English."""
        names = {
            "cleanup": ("程序", "the program"),
            "rules": ("规则", "the rules"),
            "model": ("模型", "the model"),
        }
        out = []
        for key, (zh, en) in names.items():
            then, now = self.versions.get(key), versions.get(key)
            if then and now and then != now:
                out.append(
                    (
                        f"{zh}与前一次不同：{then} → {now}",
                        f"{en} are not those of the run before: {then} → {now}",
                    )
                )
        return out


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _channels(folder: Path, log: Mapping[str, Any]) -> tuple[tuple[Path, Channel], ...]:
    """Those in the folder of a run, and those that it was given and that lie elsewhere; of one source the given ones."""
    loaded: dict[str, tuple[Path, Channel]] = {}
    own = folder / FOLDER
    if own.is_dir() and any(own.glob("*.toml")):
        loaded = {c.source: (path, c) for path, c in load_channels(own)}
    command = log.get("command")
    if not isinstance(command, dict) or "after" in command:
        # one that came after another has all of its channels in its folder
        return tuple(loaded[s] for s in sorted(loaded))
    for name in command.get("channels", ()):
        path = Path(str(name))
        if not path.exists():
            raise ChannelError(
                f"前一次运行（{folder}）用的信道已不在；请放回原处",
                f"the run before ({folder}) worked with these channels, and they are gone; put them back",
                where=str(path),
            )
        for file, channel in load_channels(path):
            loaded[channel.source] = file, channel
    return tuple(loaded[s] for s in sorted(loaded))
