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


def tell_estimate(voice: Voice, known: Estimate, jobs: int, *, learns: bool) -> None:
    """How long a run will take and how much it will write."""
    voice.say(
        f"约 {known.articles:,} 篇、{known.chars:,} 字（抽看了 {known.tried} 篇）",
        f"about {known.articles:,} articles of {known.chars:,} characters (reckoned from {known.tried})",
        "bold",
    )
    voice.say(
        f"清理约 {_duration(known.seconds, 'zh')}（{jobs} 个进程），写出约 {_size(known.written)}，磁盘空余 {_size(known.free)}",
        f"cleaning takes about {_duration(known.seconds, 'en')} ({jobs} processes) and writes about "
        f"{_size(known.written)}; {_size(known.free)} are free",
    )
    if learns:
        from cleanup.batch.estimate import LEARN_SECONDS

        most = known.sources * LEARN_SECONDS / jobs
        voice.say(
            f"之前先学信道：抽看的里面有 {known.sources} 个来源，至多 {_duration(most, 'zh')}",
            f"before that channels are learned, those of {known.sources} sources that were met, at most {_duration(most, 'en')}",
        )
    if not known.fits:
        voice.warn(voice.pick("磁盘恐怕不够", "the disk may be too small"))


def _duration(seconds: float, lang: str) -> str:
    zh = lang == "zh"
    if seconds < 90:
        return f"{max(1, round(seconds))} {'秒' if zh else 's'}"
    if seconds < 5400:
        return f"{round(seconds / 60)} {'分钟' if zh else 'min'}"
    return f"{seconds / 3600:.1f} {'小时' if zh else 'h'}"


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError
