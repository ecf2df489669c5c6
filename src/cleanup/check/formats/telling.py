"""What every format says in the same words: an alarm on one line, the counts, and which of many come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from cleanup.check.nouns import Alarm, Report
from cleanup.data import Finding
from cleanup.dumps.record import Reject
from cleanup.report.inline import action_of, pieces, plain, shortened, spelled
from cleanup.report.words import Words

T = TypeVar("T")

# Characters of an article that a message repeats: the place itself is marked in the file.
_ECHO = 40
# A message that an editor or a review shows whole; longer ones are cut by GitHub at 1,024 and more.
_LONGEST = 400

_ZH = {
    "read": "查了 {n} 篇文章（{files}）",
    "files": "{n} 个文件",
    "clean": "没有发现损坏",
    "errors": "错误 {n} 处",
    "warnings": "警告 {n} 处",
    "known": "基线里已有 {n} 处",
    "suppressed": "已抑制 {n} 处",
    "rejects": "没能读入 {n} 处",
    "notes": "备注 {n} 条",
    "stale": "基线里过时 {n} 条",
    "unused": "没有用上的抑制 {n} 条",
    "fixed": "已就地修复 {n} 处",
    "colon": "：",
    "comma": "，",
    "left_out": "另有 {n} 处没有列在这里",
    "more": "另有 {n} 处",
    "reproduce": "在本地重现：{command}",
    "stale_entry": "基线里的这一条已经没有对应的发现：{rule}，“{old}”",
    "unused_entry": "这条抑制没有用上：{says}",
    "reject": "没能读入：{message}",
    "title": "检查结果",
    "rule": "规则",
    "kind": "类别",
    "col.errors": "错误",
    "col.warnings": "警告",
    "more_rules": "另有 {n} 条规则",
    "too_many": "结果超过 {most} 条，{n} 条没有写进来",
    "findings": "发现",
    "unread": "没能读入",
}
_EN = {
    "read": "{n} article checked, in {files}|{n} articles checked, in {files}",
    "files": "{n} file|{n} files",
    "clean": "no damage found",
    "errors": "{n} error|{n} errors",
    "warnings": "{n} warning|{n} warnings",
    "known": "{n} in the baseline",
    "suppressed": "{n} suppressed",
    "rejects": "{n} could not be read",
    "notes": "{n} note|{n} notes",
    "stale": "{n} stale in the baseline",
    "unused": "{n} unused suppression|{n} unused suppressions",
    "fixed": "{n} repaired in place",
    "colon": ": ",
    "comma": ", ",
    "left_out": "{n} more not listed here",
    "more": "{n} more",
    "reproduce": "to see the same locally: {command}",
    "stale_entry": "this entry of the baseline has no finding any more: {rule}, “{old}”",
    "unused_entry": "this suppression silenced nothing: {says}",
    "reject": "could not be read: {message}",
    "title": "Check",
    "rule": "Rule",
    "kind": "Kind",
    "col.errors": "Errors",
    "col.warnings": "Warnings",
    "more_rules": "{n} more rules",
    "too_many": "more than {most} results: {n} are left out",
    "findings": "Findings",
    "unread": "Could not be read",
}
SAYINGS = {"zh": _ZH, "en": _EN}


class Teller:
    """The words of a check in one language, `zh` or `en`."""

    def __init__(self, lang: str) -> None:
        self.words = Words("zh" if lang == "zh" else "en")
        self._sayings = SAYINGS[self.words.lang]

    def __call__(self, key: str, **values: object) -> str:
        """A saying, filled in. Whole numbers get thousands separators; `n` picks between `one|many`."""
        text = self._sayings[key]
        one, _, many = text.partition("|")
        text = many if many and values.get("n") != 1 else one
        return text.format(**{k: f"{v:,}" if isinstance(v, int) else v for k, v in values.items()})

    def alarm(self, alarm: Alarm) -> str:
        """What is wrong and what would mend it, on one line; whatever shows nothing is spelled out."""
        f = alarm.finding
        change = self.change(f)
        return cut(f"{plain(f.message)}{self.words('stop')}{change}" if f.message else change)

    def change(self, finding: Finding) -> str:
        """What would mend it, or that nothing is known to."""
        action = action_of(finding)
        old, new = echo(finding.observed), echo(finding.replacement or "")
        if action == "flag":
            return self.words("say.flag", old=old) if old else self.words("say.flag_gap")
        # a repair that a run would make is none that the check has made
        return self.words(f"say.open_{action}", old=old, new=new)

    def title(self, alarm: Alarm) -> str:
        """The name of its kind, and its rule."""
        return f"{self.kind(alarm.finding.kind)}{self.words('dot')}{plain(alarm.finding.rule)}"

    def kind(self, kind: str) -> str:
        return self.words.name("kind", kind)

    def reject(self, reject: Reject) -> str:
        """Why something could not be read, on one line."""
        return cut(self("reject", message=plain(reject.tell(self.words.lang))))

    def counts(self, report: Report) -> str:
        """The counts of a report that are not 0, in a sentence without its full stop."""
        found = [
            self(key, n=n)
            for key, n in (
                ("errors", len(report.errors)),
                ("warnings", len(report.warnings)),
                ("rejects", len(report.rejects)),
                ("known", sum(a.known for a in report.alarms)),
                ("suppressed", sum(bool(a.suppressed) for a in report.alarms)),
                ("fixed", sum(report.fixed.values())),
                ("stale", len(report.stale)),
                ("unused", len(report.unused)),
                ("notes", len(report.notes)),
            )
            if n
        ]
        if not any(a.is_open for a in report.alarms) and not report.rejects:
            found.insert(0, self("clean"))
        read = self("read", n=report.articles, files=self("files", n=report.files))
        return read + self("colon") + self("comma").join(found)


def echo(text: str) -> str:
    """Text of an article as a message repeats it: one line, what shows nothing spelled out, not too long."""
    return spelled(shortened(pieces(text, finding=True), _ECHO))


def cut(text: str) -> str:
    """A message no longer than is shown."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def marked(alarm: Alarm, width: int) -> str:
    """The place in its line as rule files write it: `工作[→范]围`, `[招聘→]`, and `[乱码]` without a repair."""
    before, old, after = around(alarm, width)
    new = alarm.finding.replacement
    return f"{before}[{old}{'' if new is None else f'→{echo(new)}'}]{after}"


def around(alarm: Alarm, width: int) -> tuple[str, str, str]:
    """The place in its line, each part on one line: up to `width` characters before, the place, and after it."""
    at, old = alarm.at, alarm.finding.observed
    begin, to = max(0, at - width), at + len(old)
    head = "…" if begin else ""
    tail = "…" if to + width < len(alarm.excerpt) else ""
    after = "" if to > len(alarm.excerpt) else plain(alarm.excerpt[to : to + width]) + tail
    return head + plain(alarm.excerpt[begin:at]), echo(old), after


def fair(items: Sequence[T], most: int, file: Callable[[T], str]) -> list[T]:
    """At most so many, in their order: the first of every file before the second of any."""
    if len(items) <= most:
        return list(items)
    turns: dict[str, int] = {}
    ranked = []
    for i, item in enumerate(items):
        turn = turns[file(item)] = turns.get(file(item), -1) + 1
        ranked.append((turn, i))
    return [items[i] for i in sorted(i for _, i in sorted(ranked)[:most])]
