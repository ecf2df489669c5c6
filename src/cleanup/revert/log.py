"""A finished run as its folder tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from cleanup.compression import suffix_of
from cleanup.data import Finding
from cleanup.dumps.record import Fields, InputFile, Record, Reject
from cleanup.dumps.walk import FORMATS, cleaned_names, read
from cleanup.errors import CleanupError, InputError
from cleanup.facts import facts_told
from cleanup.rules import RuleSet
from cleanup.runfolder import LOG

Line = Mapping[str, Any]
Raw = tuple[bytes, Finding]

_READ_AS = re.compile(r"(.*):\d+: read as (\S+) \(by ", re.DOTALL)
_FINDING = msgspec.json.Decoder(Finding)


@dataclass(frozen=True)
class RunLog:
    """The folder of a run that ended.

    command  what the run was told; summary: summary.json
    """

    folder: Path
    command: Line
    notes: tuple[str, ...]
    summary: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> RunLog:
        """Raises InputError for a folder that holds no run, or one that did not end."""
        if not folder.is_dir():
            raise InputError("没有这个文件夹", "no such folder", where=str(folder))
        log = _json(folder / LOG) if (folder / LOG).exists() else {}
        needed = ("summary.json", "findings.jsonl", "articles.jsonl", "rejected.jsonl")
        if not isinstance(log.get("command"), dict) or "status" not in log:
            raise InputError(
                "不是 `cleanup run` 的输出文件夹",
                "is not the output folder of a `cleanup run`",
                where=str(folder),
            )
        missing = [n for n in needed if not (folder / n).exists()]
        if log["status"] != "finished" or missing:
            why_zh = f"缺少 {'、'.join(missing)}" if missing else f"状态是 {log['status']}"
            why_en = f"{', '.join(missing)} missing" if missing else f"its status is {log['status']}"
            raise InputError(
                f"里面的运行没有完成（{why_zh}）；请先重新运行",
                f"the run in it did not finish ({why_en}); run it again first",
                where=str(folder),
            )
        return cls(folder, log["command"], tuple(log.get("notes", ())), _json(folder / "summary.json"))

    def articles(self) -> Iterator[tuple[bytes, Line]]:
        """The lines of articles.jsonl, each as it stands and read."""
        for where, raw in _lines(self.folder / "articles.jsonl"):
            with _told(where):
                line = msgspec.json.decode(raw, type=dict[str, Any])
                line["file"], line["record"], line["article"], line["chars"], facts_told(line)
            yield raw, line

    def findings(self) -> Iterator[Raw]:
        """The findings, each with its line as it stands."""
        for where, raw in _lines(self.folder / "findings.jsonl"):
            with _told(where):
                finding = _FINDING.decode(raw)
            yield raw, finding

    def rejects(self) -> Iterator[Reject]:
        """What the run could not read, without its messages."""
        for where, raw in _lines(self.folder / "rejected.jsonl"):
            with _told(where):
                line = msgspec.json.decode(raw, type=dict[str, Any])
                reject = Reject(line["file"], line["line"], line["reason"], "", "")
            yield reject

    def cleaned(self, file: str) -> tuple[str, str]:
        """The format of an input file, and the name of what was written of it in the folder."""
        form, name = self._names[file]
        return form, f"cleaned/{name}"

    def is_there(self, file: str) -> bool:
        """Whether what was written of an input file is still there."""
        return (self.folder / self.cleaned(file)[1]).is_file()

    def records(self, file: str) -> Iterator[Record]:
        """The records of a cleaned file; none where it is gone."""
        form, _ = self.cleaned(file)
        if not self.is_there(file):
            return
        encoding = "utf-8" if form.startswith("html") else str(self.command.get("encoding", "auto"))
        yield from read(self.written(file), self.fields, encoding)

    def written(self, file: str) -> InputFile:
        """What was written of an input file, as a file to read."""
        form, name = self.cleaned(file)
        path, kind = self.folder / name, {"html-record": "jsonl", "html": "txt"}.get(form, form)
        return InputFile(path, name, kind, path.stat().st_size, packing=suffix_of(name))

    def readings(self, file: str, record: Record) -> Iterator[Record]:
        """A record, and again in other encodings that it may be in where it is a file by itself.

        A file that did not fit its encoding any more was written in UTF-8, and of a repaired one the evidence
        for its encoding may be less.
        """
        form, _ = self.cleaned(file)
        yield record
        if form not in ("txt", "md"):
            return
        read_as = {m[1]: m[2] for note in self.notes if (m := _READ_AS.match(note))}
        for encoding in dict.fromkeys(("auto", read_as.get(file, "auto"))):
            yield from read(self.written(file), self.fields, encoding)

    def rewritten(self, file: str, record: Record, text: str) -> bytes:
        """A record of a cleaned file with another text."""
        form, _ = self.cleaned(file)
        return FORMATS["jsonl" if form == "html-record" else form].rewrite(record, text)[0]

    def rules(self) -> RuleSet | dict[str, Any]:
        """The rules of the run, for what a report says of them; none where they do not load any more."""
        from cleanup.verify import load_verified

        try:
            paths = [Path(p) for p in self.command.get("rules", ())]
            return load_verified(paths, shipped=bool(self.command.get("shipped", True)))
        except CleanupError:
            return {}

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, str]]:
        files = chain((str(line["file"]) for _, line in self.articles()), (r.file for r in self.rejects()))
        pages = "html-record" if self.command.get("html_to") == "jsonl" else "html"
        return cleaned_names(dict.fromkeys(files), pages)

    @property
    def fields(self) -> Fields:
        """The names of the fields of what was written."""
        # what is written is the text, not the page that it was taken from
        return Fields(*self.command.get("fields", ()))


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as f:
        for n, raw in enumerate(f, 1):
            if raw.strip():
                yield f"{path}:{n}", raw


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except ValueError as e:
        raise InputError(f"不是合法的 JSON：{e}", f"is not valid JSON: {e}", where=str(path)) from None
    if not isinstance(value, dict):
        raise InputError("不是 JSON 对象", "is no JSON object", where=str(path))
    return value


@contextmanager
def _told(where: str) -> Iterator[None]:
    """What a line of the log lacks, as an error with its place."""
    try:
        yield
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError) as e:
        raise InputError(f"不是这次运行写的：{e}", f"is not as a run writes it: {e}", where=where) from None
