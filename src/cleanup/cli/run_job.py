"""`cleanup run` at work: from its options to a cleaner, a folder and an exit code."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleanup.cli.channel_common import tell_contradictions
from cleanup.cli.channel_run import given_channels
from cleanup.cli.drift_told import tell_drift
from cleanup.cli.options import model_opener, protected_terms
from cleanup.cli.run_told import tell_estimate, tell_result
from cleanup.cli.voice import Voice
from cleanup.cli.watching import watching
from cleanup.errors import UsageError

if TYPE_CHECKING:
    from cleanup.batch import Options
    from cleanup.pipeline import Cleaner

# What --html-to may be, and the format of the walk that it means.
PAGES = {"txt": "html", "jsonl": "html-record"}


@dataclass(frozen=True, slots=True)
class Job:
    """What `cleanup run` was told.

    options  what decides the output, as run.log.json keeps it; flags: the rest, by the names of batch.Options
    """

    inputs: Sequence[str]
    out: str
    options: dict[str, Any]
    flags: dict[str, Any]
    voice: Voice

    def run(self, *, strict: bool) -> int:
        """Clean, and tell. Returns the exit code."""
        from cleanup.dumps.remote import put, url_of

        url = url_of(self.out) if self.out else ""
        out = _staging(url) if url else Path(self.out) if self.out else default_out(self.inputs)
        result = self._run(self.inputs, out, self.inputs)
        if url and not result.interrupted and result.failed is None:
            put(out, url)
        if not self.voice.quiet:
            tell_result(result, self.voice, url)
            tell_drift(self.voice, result.drift, self.inputs, result.out)
        if result.failed is not None:
            self.voice.warn(self.voice.pick(*result.failed))
            return 2
        if result.interrupted:
            return 130
        nothing = result.tally.read == result.tally.rejected and not result.tally.known
        if nothing:
            self.voice.warn(self.voice.pick("没有一篇文章能读", "no article could be read"))
        return 2 if nothing or (strict and result.tally.rejected) else 0

    def estimate(self) -> int:
        """Tell what a run would take, and write nothing."""
        from cleanup.batch.estimate import estimate
        from cleanup.dumps.walk import walk

        out = Path(self.out) if self.out else default_out(self.inputs)
        cleaner, options = self.made(out)
        files, odd = walk(self.inputs, out, pages=options.pages)
        known = estimate(files, out, cleaner, options)
        for reject in odd[:20]:
            self.voice.warn(f"{reject.where}: {reject.tell(self.voice.lang)} [{reject.reason}]")
        if known is None:
            self.voice.warn(self.voice.pick("没有一篇文章能读", "no article could be read"))
            return 2
        tell_estimate(self.voice, known, learns=options.learn)
        return 0

    def stdin(self, kind: str) -> int:
        """Standard input, as the file stdin.<kind>: cleaned to stdout, or into a folder with --out."""
        from cleanup.dumps.walk import cleaned_names, kind_of

        if len(self.inputs) > 1:
            raise UsageError("- 不能与其他输入同用", "- cannot be used with other inputs")
        form, packing = kind_of(f"stdin.{kind}")
        if not form or kind != form + packing:
            raise UsageError(
                f"--format 不能是 {kind!r}，可用 txt、md、jsonl、csv、tsv、parquet、html，压缩的后加 .gz、.zst、.xz、.bz2",
                f"--format cannot be {kind!r}; use txt, md, jsonl, csv, tsv, parquet or html, and .gz, .zst, .xz or "
                ".bz2 behind it",
            )
        with tempfile.TemporaryDirectory(prefix="cleanup-") as folder:
            path = Path(folder, "stdin", f"stdin.{kind}")
            path.parent.mkdir()
            with path.open("wb") as f:
                shutil.copyfileobj(sys.stdin.buffer, f)
            if self.out:
                result = self._run([str(path)], Path(self.out), ["-"])
                tell_result(result, self.voice)
            else:
                # the folder is gone before anybody could look into it
                less = replace(self, flags={**self.flags, "report": False, "patch": False, "csv": False})
                result = less._run([str(path)], Path(folder, "out"), ["-"])
                _, name = cleaned_names([path.name], PAGES[self.options["html_to"]])[path.name]
                cleaned = result.out / "cleaned" / name
                if cleaned.exists():
                    with cleaned.open("rb") as f:
                        shutil.copyfileobj(f, sys.stdout.buffer)
                    sys.stdout.buffer.flush()
        return 2 if result.tally.read == result.tally.rejected else 0

    def _run(self, inputs: Sequence[str], out: Path, names: Sequence[str]) -> Any:
        from cleanup.batch import run
        from cleanup.dumps.walk import as_told

        cleaner, options = self.made(out)
        command = {"inputs": [n if n == "-" else as_told(n) for n in names], **self.options}
        with watching(self.voice, "清理", "cleaning", speed=True) as watch:
            return run(inputs, out, cleaner, command, options, watch, self.voice.lang)

    def made(self, out: Path) -> tuple[Cleaner, Options]:
        """The cleaner and the options of the run. Raises RuleError, ChannelError, ModelError, UsageError."""
        from cleanup.batch import Options
        from cleanup.channel.prior import shipped_prior
        from cleanup.dumps.record import Fields
        from cleanup.pipeline import Cleaner
        from cleanup.verify import load_verified

        told = self.options
        rules = load_verified([Path(p) for p in told["rules"]], shipped=told["shipped"]).without(told["off"])
        loaded = given_channels([Path(p) for p in told["channels"]], out)
        tell_contradictions(self.voice, loaded)
        channels, after = tuple(c for _, c in loaded), None
        if "after" in told:
            from cleanup.drift.after import After

            after = After.open(Path(told["after"]), out)
            channels = tuple(after.channels(out, channels))
        opener = model_opener(Path(told["model"]) if told["model"] else None)
        cleaner = Cleaner(
            rules,
            apply=told["apply"],
            lang=self.voice.lang,
            model=opener,
            prior=shipped_prior() if told["prior"] else None,
            protected=protected_terms([Path(p) for p in told["protected"]]),
        )
        options = Options(
            replace(Fields(*told["fields"]), html=told["html"]),
            told["encoding"],
            PAGES[told["html_to"]],
            recurrence=told["recurrence"],
            learn=told["learn"],
            channels=channels,
            model=opener,
            after=after,
            drift=told.get("drift", "auto"),
            **self.flags,
        )
        return cleaner, options


def default_out(inputs: Sequence[str]) -> Path:
    from cleanup.dumps.walk import title_of

    return Path("reports") / (title_of(inputs[0]) or "run")


def _staging(url: str) -> Path:
    """Where a run whose output goes to an address is written first, and gone on with after a kill."""
    from platformdirs import user_cache_path

    return user_cache_path("cleanup") / "runs" / hashlib.sha256(url.encode()).hexdigest()[:24]
