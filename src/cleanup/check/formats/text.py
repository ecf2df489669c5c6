"""The document for people: each place with its line, a caret under it, and what to do next."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from cleanup.check.nouns import Alarm, Report
from cleanup.report.inline import plain

# Cells of a line that are shown before and behind a place, and the most of the place itself.
_BEFORE, _BEHIND, _PLACE = 36, 24, 40
_STYLE = {"error": "bold red", "warning": "yellow"}
_LEVEL = {"zh": {"error": "错误", "warning": "警告"}, "en": {"error": "error", "warning": "warning"}}


def render(report: Report, lang: str) -> str:
    """The document as plain text."""
    return document(report, lang).plain


def document(report: Report, lang: str) -> Text:
    """The document with its colours, for a terminal."""
    out = Text()
    zh = lang == "zh"
    for alarm in report.alarms:
        if alarm.is_open:
            out.append_text(_alarm(alarm, lang))
    for reject in report.rejects:
        out.append(f"{plain(reject.where)}: ", "bold")
        out.append("读不了" if zh else "unreadable", "bold red")
        out.append(f" {reject.tell(lang)} [{reject.reason}]\n")
    for where, note in report.notes:
        # of a fault the last line says what it was; all of it is in the machine formats
        out.append(f"{plain(where)}: {note.rstrip().splitlines()[-1]}\n", "yellow")
    for stale in report.stale:
        out.append(f"{plain(stale.file)}: {stale.rule} “{plain(stale.observed)}” ", "dim")
        out.append("基线里有，现在没有了\n" if zh else "is in the baseline, and is gone\n", "dim")
    for unused in report.unused:
        out.append(f"{plain(unused.where)}: {plain(unused.says)} ")
        out.append("没有压住任何发现\n" if zh else "suppresses nothing\n", "yellow")
    out.append_text(_summary(report, lang))
    return out


def _alarm(alarm: Alarm, lang: str) -> Text:
    f = alarm.finding
    out = Text()
    # a runner of GitHub takes a line that begins so for a command
    name = f"./{f.file}" if f.file.startswith("::") else f.file
    out.append(f"{plain(name)}:{alarm.start.line}:{alarm.start.column}: ", "bold")
    out.append(_LEVEL[lang][alarm.level], _STYLE[alarm.level])
    out.append(f" {f.rule}", "cyan").append(f" ({f.tier} {f.confidence:.2f})  ", "dim")
    out.append(f"{f.message}\n")
    gutter = f"{alarm.start.line:>6} | " if alarm.exact else "       | "
    left, place, right = _window(alarm)
    out.append(gutter, "dim").append(left).append(place, "bold red").append(f"{right}\n")
    out.append(" " * (len(gutter) - 2) + "| ", "dim").append(" " * cell_len(left))
    out.append("^" * max(1, cell_len(place)), "bold red")
    out.append(f" {_repair(alarm, lang)}\n\n", "green")
    return out


def _window(alarm: Alarm) -> tuple[str, str, str]:
    """What stands before, at and behind a place on its line, cut to what fits on a terminal."""
    line, at = alarm.excerpt, alarm.at
    # a span over several lines is shown up to the end of its first
    end = min(len(line), at + len(alarm.finding.observed))
    # what no room is for is not looked at: a line may be an article, and have a place in every sentence
    left, right = shown(line[max(0, at - _BEFORE - 1) : at]), shown(line[end : end + _BEHIND + 1])
    place = shown(line[at : min(end, at + _PLACE + 1)])
    return _cut(left[::-1], _BEFORE)[::-1], _cut(place, _PLACE), _cut(right, _BEHIND)


def _cut(text: str, cells: int) -> str:
    """The first cells of a text, with an ellipsis where there are more. Few characters are looked at of a long one."""
    head = text[: cells + 1]
    if cell_len(head) <= cells:
        return head
    while cell_len(head) > cells - 1:
        head = head[:-1]
    return head + "…"


def shown(text: str) -> str:
    """Text in which everything takes the room that it seems to: tabs are blanks, what shows nothing is spelled out."""
    return plain(text.replace("\t", " "))


def _repair(alarm: Alarm, lang: str) -> str:
    f, zh = alarm.finding, lang == "zh"
    if f.replacement is None:
        return "有损坏，无从修复，请核对原文" if zh else "damage without a known repair; see the original"
    new = shown(f.replacement)
    if not f.observed:
        return f"补“{new}”" if zh else f"insert “{new}”"
    if not new:
        return "删去" if zh else "delete"
    return f"改为“{new}”" if zh else f"change to “{new}”"


def _summary(report: Report, lang: str) -> Text:
    zh = lang == "zh"
    errors, warnings = len(report.errors), len(report.warnings)
    known = sum(a.known for a in report.alarms)
    hushed = sum(bool(a.suppressed) and not a.known for a in report.alarms)
    mended, of = sum(report.fixed.values()), len(report.fixed)
    if zh:
        head = f"检查了 {report.articles} 篇（{report.files} 个文件，{report.characters:,} 字）：错误 {errors}，警告 {warnings}"
        more = [
            (mended, f"已就地修复 {mended} 处（{of} 个文件）"),
            (known, f"基线里已有 {known}"),
            (hushed, f"已压住 {hushed}"),
            (report.below, f"未达门槛 {report.below}"),
            (len(report.rejects), f"读不了 {len(report.rejects)}"),
            (len(report.stale), f"基线过时 {len(report.stale)}（--update-baseline 清掉）"),
        ]
    else:
        head = (
            f"checked {_of(report.articles, 'article')} ({_of(report.files, 'file')}, {report.characters:,} characters): "
            f"{_of(errors, 'error')}, {_of(warnings, 'warning')}"
        )
        more = [
            (mended, f"{mended} mended in place ({_of(of, 'file')})"),
            (known, f"{known} in the baseline"),
            (hushed, f"{hushed} suppressed"),
            (report.below, f"{report.below} below the threshold"),
            (len(report.rejects), f"{len(report.rejects)} unreadable"),
            (len(report.stale), f"{len(report.stale)} stale in the baseline (--update-baseline drops them)"),
        ]
    out = Text()
    out.append(head, "bold red" if report.exit_code else "bold green")
    out.append("".join(("；" if zh else "; ") + said for n, said in more if n) + "\n")
    if report.command and (errors or warnings or report.rejects):
        out.append(f"{'本地复现：' if zh else 'to reproduce: '}{plain(report.command)}\n", "dim")
    return out


def _of(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
