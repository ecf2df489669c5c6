"""The output folder of a run: whose it is, and files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from cleanup.errors import InputError, UsageError

LOG = "run.log.json"
LOCK = ".lock"
_OURS = (
    "cleaned",
    "channels",
    "findings.jsonl",
    "articles.jsonl",
    "summary.json",
    "rejected.jsonl",
    "report.html",
    "diff.patch",
    "findings.csv",
    # a run on an engine
    "findings",
    "articles",
    "rejected",
    "groups.jsonl",
    "kept",
    "reverted.jsonl",
    ".reverting",
    ".resume",
    "seen.u64",
    "signs.msgpack",
    "drift.json",
    LOG,
)
PARTIAL = ".partial"


def refuse_other(
    held: Collection[object],
    before: dict[str, Any] | None,
    command: dict[str, Any],
    where: str,
    *,
    overwrite: bool,
) -> None:
    """Refuse a folder to a command where it holds things and no run, or, unless `overwrite` is set, another run.

    held    what lies in the folder, hidden files aside
    before  the command of the run that lies there, or None
    """
    if held and before is None:
        raise UsageError(
            "输出文件夹里有不是 cleanup 写的东西；请用 --out 另指一个空文件夹",
            "the output folder holds files that no run wrote; name an empty one with --out",
            where=where,
        )
    if before is not None and before != command and not overwrite:
        raise UsageError(
            f"输出文件夹里是另一次运行（{' '.join(before.get('inputs', []))}）；请用 --out 另指一个，或加 --overwrite 覆盖",
            f"the output folder holds another run (of {' '.join(before.get('inputs', []))}); "
            "name another with --out, or replace it with --overwrite",
            where=where,
        )


class RunFolder:
    """A folder claimed for one run. Claiming it takes away what an earlier run of the same left there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds_run_of(self, inputs: Sequence[str]) -> bool:
        """Whether an earlier run of the same inputs lies here, whatever its options were."""
        before = self._command()
        return before is not None and before.get("inputs") == list(inputs)

    def claim(self, command: dict[str, Any], *, overwrite: bool, keep: Collection[str] = ()) -> None:
        """Make the folder this command's own, and empty of what an earlier run left but for what is named in `keep`.

        Raises UsageError, InputError.
        """
        self.check(command, overwrite=overwrite)
        self.clear(keep)

    def check(self, command: dict[str, Any], *, overwrite: bool) -> None:
        """Whether this command may have the folder, which is made where it is not there.

        A folder that holds things and no run is refused, whatever is asked. One that holds another
        run is refused, too, unless `overwrite` is set. Raises UsageError, InputError.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            held = [p for p in self.path.iterdir() if not p.name.startswith(".")]
        except (FileExistsError, NotADirectoryError):
            raise UsageError(
                "输出路径是一个文件，不是文件夹",
                "the output path is a file, not a folder",
                where=str(self.path),
            ) from None
        except OSError as e:
            raise InputError(
                f"不能写入：{e.strerror}", f"cannot be written: {e.strerror}", where=str(self.path)
            ) from e
        refuse_other(held, self._command(), command, str(self.path), overwrite=overwrite)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The folder is this process's own for as long as it lives. Raises UsageError where it is another's."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UsageError(
                "另一个 cleanup 正在写这个文件夹；等它结束，或用 --out 另指一个",
                "another cleanup is writing to this folder; wait for its end, or name another with --out",
                where=str(self.path),
            ) from None
        except OSError as e:
            raise InputError(
                f"不能写入：{e.strerror}", f"cannot be written: {e.strerror}", where=str(self.path)
            ) from e
        try:
            yield
        finally:
            lock.release()

    def clear(self, keep: Collection[str] = ()) -> None:
        """Take away what a run writes, but for what is named in `keep`, and nothing else. Raises InputError."""
        try:
            for name in set(_OURS) - set(keep):
                for stale in (self.path / name, self.path / (name + PARTIAL)):
                    if stale.is_dir():
                        shutil.rmtree(stale)
                    else:
                        stale.unlink(missing_ok=True)
        except OSError as e:
            raise InputError(
                f"不能写入：{e.strerror}", f"cannot be written: {e.strerror}", where=str(self.path)
            ) from e

    def _command(self) -> dict[str, Any] | None:
        """The command of the run that the folder holds, or None where it holds none."""
        command = (self.log() or {}).get("command")
        return command if isinstance(command, dict) else None

    def log(self) -> dict[str, Any] | None:
        """What the log of the run that lies here says; None where there is none."""
        try:
            log = json.loads((self.path / LOG).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return log if isinstance(log, dict) else None

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """A file that gets its name when it is whole. Interrupted, what was written keeps `.partial`."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + PARTIAL)
        with partial.open("wb") as f:
            yield f
        partial.replace(path)

    def write_json(self, name: str, value: dict[str, Any]) -> None:
        with self.writing(name) as f:
            # bytes of a path that are no UTF-8 are surrogates, which JSON escapes
            f.write(
                json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
            )
