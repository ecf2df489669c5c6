"""What `cleanup run` tells: what it will take, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cleanup.cli.channel_run import tell_channels
from cleanup.cli.voice import Voice

if TYPE_CHECKING:
    from cleanup.batch.estimate import Estimate


def tell_result(result: Any, voice: Voice, where: str = "") -> None:
    """What was done and where it lies, in a few lines.

    where  the address that it was copied to
    """
    t = result.tally
    if result.interrupted:
        voice.warn(
            voice.pick(
                "已中断；做完的都保留着，用同一命令接着做",
                "interrupted; what was done is kept, and the same command goes on",
            )
        )
    if result.done_before:
        voice.say(
            "这次运行早已做完，输入、规则和选项都没变；要重做请加 --fresh",
            "this run is finished, and neither input, rules nor options changed; --fresh does it again",
        )
    voice.say(
        f"读取 {t.read} 篇：改动 {t.changed}，未动 {t.unchanged}，拒收 {t.rejected}；共 {t.chars:,} 字，{result.seconds:.1f} 秒",
        f"read {t.read} articles: {t.changed} changed, {t.unchanged} unchanged, {t.rejected} rejected; {t.chars:,} characters, {result.seconds:.1f} s",
        "bold",
    )
    if t.known:
        voice.say(
            f"另有 {t.known} 篇前一次已读过，没有再写出",
            f"{t.known} more were known to the run before and are left out",
        )
    tiers = t.by["tier"]
    waiting = t.found - t.applied - (tiers["flag"]["flag"] if "flag" in tiers else 0)
    flagged = tiers["flag"]["flag"] if "flag" in tiers else 0
    voice.say(
        f"发现 {t.found} 处：已修复 {t.applied}，待定 {waiting}，只标出 {flagged}",
        f"{t.found} findings: {t.applied} repaired, {waiting} suggested, {flagged} flagged",
    )
    kinds = sorted(t.by["kind"].items(), key=lambda kv: (-kv[1].total(), kv[0]))
    for kind, counts in kinds:
        found = counts["auto"] + counts["suggest"] + counts["flag"]
        voice.say(
            f"  {kind:<20} {found:>6}  修复 {counts['applied']}",
            f"  {kind:<20} {found:>6}  repaired {counts['applied']}",
        )
    for note in result.notes[:3]:
        voice.warn(note.rstrip())
    if not result.done_before:
        tell_channels(voice, result.used, result.out, after=result.after)
    base = where or str(result.out)
    if (result.out / "report.html").exists():
        voice.say(f"报告 {base}/report.html", f"report {base}/report.html")
    voice.say(f"文章 {base}/cleaned", f"articles {base}/cleaned")


def tell_estimate(voice: Voice, known: Estimate, *, learns: bool) -> None:
    """How long a run will take and how much it will write."""
    for n, (zh, en) in enumerate(known.told(learns=learns)):
        voice.say(zh, en, "" if n else "bold")
