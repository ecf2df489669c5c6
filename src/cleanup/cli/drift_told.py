"""What `cleanup run --after` tells of the sources' machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from cleanup.cli.voice import Voice

if TYPE_CHECKING:
    from cleanup.drift.compare import Way
    from cleanup.drift.report import Change, SourceDrift, Verdict

# Sources and changes of one that are told; drift.json has all.
_SOURCES, _CHANGES = 10, 4

_WAYS: dict[Way, tuple[str, str]] = {
    "stands again": ("又出现了", "stands again"),
    "less": ("几乎不再塞入", "is hardly pushed in any more"),
    "more": ("塞入得更多", "is pushed in more often"),
    "new": ("是新的", "is new"),
}
_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "unchanged": ("没有变化", "did not change"),
    "new source": ("是新来源", "are new"),
    "too few": ("新文章太少，看不出", "have too few new articles to tell"),
    "not watched": ("没有可比的记录", "have nothing to compare with"),
}


def tell_drift(voice: Voice, sources: Sequence[SourceDrift], inputs: Sequence[str], out: Path) -> None:
    """Which sources' machines changed, in what, and what to do about it; the others are counted."""
    from cleanup.report.inline import plain

    counts = Counter(s.verdict for s in sources)
    if not counts:
        return
    moved = [s for s in sources if s.verdict == "changed"]
    if counts["new source"] == len(sources):
        voice.warn(
            voice.pick(
                "今天没有一个来源是前一次有的；没有来源字段时以文件夹为来源，文件夹改名会这样",
                "no source of today is among those of the run before; without a source field the folder is the source, and "
                "a folder of another name is another source",
            )
        )
    rest = [(pair, n) for key, pair in _VERDICTS.items() if (n := counts[key])]
    changed = len(moved)
    voice.say(
        "来源：" + "，".join([f"{changed} 个变了", *(f"{n} 个{zh}" for (zh, _), n in rest)]),
        "sources: " + ", ".join([f"{changed} changed", *(f"{n} {en}" for (_, en), n in rest)]),
        "bold" if changed else "",
    )
    for source in moved[:_SOURCES]:
        voice.out.print(
            Text(f"  {plain(source.source) or voice.pick('（无来源名）', '(no source)')}", style="bold")
        )
        for change in source.changes[:_CHANGES]:
            voice.out.print(Text(f"    {_told(voice, change)}", style="yellow"))
        if (more := len(source.changes) - _CHANGES) > 0:
            voice.say(f"    另有 {more} 处", f"    and {more} more")
    if (more := changed - _SOURCES) > 0:
        voice.say(f"  另有 {more} 个来源变了", f"  and {more} more sources changed")
    if changed or counts["new source"]:
        told = inputs[0] + (" …" if len(inputs) > 1 else "")
        voice.say(
            f"  重学 cleanup learn {told} --out channels-new",
            f"  learn again: cleanup learn {told} --out channels-new",
        )
    if changed:
        folder = out / "channels"
        voice.say(
            f"  比较 cleanup channel diff {folder} channels-new；详见 {out / 'drift.json'}",
            f"  compare: cleanup channel diff {folder} channels-new; all of it is in {out / 'drift.json'}",
        )


def _told(voice: Voice, change: Change) -> str:
    from cleanup.drift.report import interval
    from cleanup.report.inline import plain

    told = f"{plain(change.name)} {voice.pick(*_WAYS[change.way])}"
    if (e := change.evidence) is not None:
        low, high = interval(e.articles, e.of)
        told += voice.pick(
            f"：从前 {e.of_before} 篇里有 {e.articles_before} 篇，今天 {e.of} 篇里有 {e.articles} 篇（{low:.0%}–{high:.0%}）",
            f": in {e.articles_before} of {e.of_before} articles then, in {e.articles} of {e.of} now ({low:.0%}–{high:.0%})",
        )
    if change.examples:
        told += f"  {plain(change.examples[0])}"
    return told
