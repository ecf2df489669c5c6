"""What a run will take, reckoned from a sample of its input before it begins."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cleanup.batch.options import Options, jobs_for
from cleanup.batch.tasks import Task
from cleanup.batch.work import Cleaning, Telling
from cleanup.dumps.record import Fields, InputFile, Piece
from cleanup.dumps.walk import FORMATS
from cleanup.pipeline import Cleaner

# Files of which the first piece is tried, spread over the input, and seconds after which no further one is.
_FILES, _SECONDS = 12, 2.0
# Records that are cleaned first, untimed: what is loaded and compiled on the way is paid once.
_WARM = 4
# Seconds that learning a source takes at most, with 400 articles (docs/benchmark.md).
LEARN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """articles, chars  in the whole input; seconds  of cleaning, with the processes there are; written  bytes;
    free  bytes on the disk of the output; sources  met in the sample; tried  articles of it;
    jobs  processes that clean
    """

    articles: int
    chars: int
    seconds: float
    written: int
    free: int
    sources: int
    tried: int
    jobs: int

    @property
    def fits(self) -> bool:
        """Whether the disk has room for it."""
        return self.written <= self.free

    def told(self, *, learns: bool) -> list[tuple[str, str]]:
        """The same in lines, in Chinese and English.

        learns  whether channels are learned first
        """
        lines = [
            (
                f"约 {self.articles:,} 篇、{self.chars:,} 字（由 {self.tried} 篇推算）",
                f"about {self.articles:,} articles of {self.chars:,} characters (reckoned from {self.tried})",
            ),
            (
                f"清理约 {_duration(self.seconds, zh=True)}（{self.jobs} 个进程），写出约 {_size(self.written)}，磁盘空余 {_size(self.free)}",
                f"cleaning takes about {_duration(self.seconds, zh=False)} (processes: {self.jobs}) and writes about "
                f"{_size(self.written)}; {_size(self.free)} are free",
            ),
        ]
        if learns:
            most = self.sources * LEARN_SECONDS / self.jobs
            lines.append(
                (
                    f"之前先学信道：抽看到的 {self.sources} 个来源至多 {_duration(most, zh=True)}；损坏重的文章用学到的信道清理，要慢三倍左右",
                    f"before that channels are learned, those of the {self.sources} sources that were met in at most "
                    f"{_duration(most, zh=False)}; with them damaged articles take about three times as long",
                )
            )
        if not self.fits:
            lines.append(("磁盘恐怕不够", "the disk may be too small"))
        return lines


def estimate(
    files: Sequence[InputFile],
    out: Path,
    cleaner: Cleaner,
    options: Options,
) -> Estimate | None:
    """Of a run over some files, told what it is told; None where none of those tried can be read."""
    size, share = sum(f.size for f in files), options.sample
    jobs = jobs_for(options, size)
    if options.channels:
        cleaner = cleaner.knowing(channels=options.channels)
    details = not options.cleaned_only
    work = Cleaning(cleaner, Telling("zh", details=details, patch=False, table=False))
    covered = articles = rejected = chars = written = 0
    seconds = 0.0
    sources: set[str] = set()
    begun = time.monotonic()
    for number, piece in enumerate(_some(files, options.fields, options.encoding), 1):
        task = Task(number, (piece,))
        if not articles:
            work(replace(task, number=0), _WARM)
        start = time.perf_counter()
        done = work(task)
        seconds += time.perf_counter() - start
        cleaned = sum(len(w.data) for w in done.written)
        stored = _stored(piece, cleaned)
        covered += stored
        articles += done.tally.read
        rejected += done.tally.rejected
        chars += done.tally.chars
        sources |= done.tally.sources.keys()
        written += (
            (stored if piece.file.format == "parquet" else cleaned)
            + len(done.findings)
            + len(done.lines)
            + len(done.rejects)
        )
        if time.monotonic() - begun > _SECONDS:
            break
    if articles == rejected:
        return None
    times = size / covered
    return Estimate(
        round(articles * times * share),
        round(chars * times * share),
        seconds * times * share / jobs,
        round(written * times * share),
        shutil.disk_usage(_there(out)).free,
        len(sources),
        articles,
        jobs,
    )


def _some(files: Sequence[InputFile], fields: Fields, encoding: str) -> Iterator[Piece]:
    """The first pieces of some files."""
    step = max(1, len(files) // _FILES)
    for file in files[step // 2 :: step]:
        try:
            piece = next(iter(FORMATS[file.format].pieces(file, fields=fields, encoding=encoding)), None)
        except OSError:
            continue
        if piece is not None and piece.size:
            yield piece


def _stored(piece: Piece, cleaned: int) -> int:
    """Bytes that a piece takes in its file: what is packed takes about what it takes packed again."""
    return max(1, cleaned if piece.file.packing else piece.size)


def _duration(seconds: float, *, zh: bool) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} {'秒' if zh else 's'}"
    if seconds < 5400:
        return f"{round(seconds / 60)} {'分钟' if zh else 'min'}"
    return f"{seconds / 3600:.1f} {'小时' if zh else 'h'}"


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path
