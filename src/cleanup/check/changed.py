"""What a git repository says has changed since a revision: files, and lines of them."""

from __future__ import annotations

import subprocess
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import regex

from cleanup.errors import UsageError

_HUNK = regex.compile(rb"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", regex.MULTILINE)
# What the config of a user and the attributes of a repository may say otherwise.
_PLAIN = (
    "-O/dev/null",
    "--unified=0",
    "--inter-hunk-context=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--no-relative",
    "--text",
)
# Of UTF-16 and UTF-32 the marks and, in what has a newline, a zero; and a newline that is none for git.
_OTHER_LINES = regex.compile(rb"\A(?:\xff\xfe|\xfe\xff)|\0|\r(?!\n)")


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """Lines of a file that are new or were changed; all of one that is new."""

    spans: tuple[tuple[int, int], ...]
    whole: bool = False

    def touch(self, first: int, last: int) -> bool:
        """Whether one of the lines first..last is among them."""
        if self.whole:
            return True
        i = bisect_right(self.spans, (last, 1 << 60))
        return i > 0 and self.spans[i - 1][1] >= first


class Changed:
    """The changes of the working tree against where it left a revision.

    That is the merge base, as a pull request is shown: what others did on the branch meanwhile is not ours.
    Raises UsageError where there is no git, no repository, no such revision, or no common history.
    """

    def __init__(self, folder: Path, revision: str) -> None:
        if revision.startswith("-"):
            raise UsageError(f"{revision!r} 不是版本", f"{revision!r} is no revision")
        top = self._git(
            ["rev-parse", "--show-toplevel"], folder, "不在 git 仓库里", "is in no git repository"
        )
        self.top = Path(top.decode(errors="surrogateescape").rstrip("\r\n")).resolve()
        self._git(
            ["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
            self.top,
            f"没有 {revision!r} 这个版本；浅克隆请先取全历史（fetch-depth: 0）",
            f"has no revision {revision!r}; fetch the history first where the clone is shallow (fetch-depth: 0)",
        )
        self.base = (
            self._git(
                ["merge-base", revision, "HEAD"],
                self.top,
                f"与 {revision!r} 没有共同的历史；浅克隆请先取全历史（fetch-depth: 0）",
                f"shares no history with {revision!r}; fetch it first where the clone is shallow (fetch-depth: 0)",
            )
            .decode()
            .strip()
        )
        changed = self._names(
            ["diff", "--name-only", "-z", "-O/dev/null", "--no-renames", "--diff-filter=d", self.base, "--"]
        )
        self._new = set(self._names(["ls-files", "--others", "--exclude-standard", "-z"]))
        self.files = sorted({*changed, *self._new})

    def lines(self, path: Path) -> ChangedLines:
        """The changed lines of a file that is among `files`."""
        path = path.resolve()
        if path in self._new or not _has_lines_of_git(path):
            return ChangedLines((), whole=True)
        diff = self._run(["diff", *_PLAIN, self.base, "--", str(path)])
        spans = []
        for m in _HUNK.finditer(diff):
            start, count = int(m[1]), int(m[2]) if m[2] is not None else 1
            if count:
                spans.append((start, start + count - 1))
        return ChangedLines(tuple(spans))

    def _names(self, args: Sequence[str]) -> list[Path]:
        named = self._run(args).split(b"\0")
        return [(self.top / n.decode(errors="surrogateescape")).resolve() for n in named if n]

    def _run(self, args: Sequence[str]) -> bytes:
        return self._git(args, self.top, "git 出错", "git failed")

    @staticmethod
    def _git(args: Sequence[str], folder: Path, zh: str, en: str) -> bytes:
        try:
            # names of files are no patterns
            done = subprocess.run(
                ["git", "--literal-pathspecs", *args], cwd=folder, capture_output=True, check=False
            )
        except FileNotFoundError:
            raise UsageError("--changed-since 需要 git", "--changed-since needs git") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            why = f" ({said[-1]})" if said else ""
            raise UsageError(zh + why, en + why, where=str(folder))
        return done.stdout


def _has_lines_of_git(path: Path) -> bool:
    """Whether a file's lines are those that git counts, which end in the byte of a line feed."""
    try:
        return _OTHER_LINES.search(path.read_bytes()) is None
    except OSError:
        return True  # whoever reads it next tells
