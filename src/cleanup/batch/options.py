"""What a run is told, and what it gives."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cleanup.channel.items import Channel
from cleanup.drift.after import After
from cleanup.drift.report import SourceDrift
from cleanup.drift.watch import Mode
from cleanup.dumps.record import Fields
from cleanup.sampling import SAMPLE
from cleanup.tally import Tally

if TYPE_CHECKING:
    from cleanup.lm.model import Model

# Above this many articles a patch and a table are written on request only: nobody reads them.
MANY = 10_000
# Seconds between two checkpoints: what a kill costs at most, beside the pieces at hand.
EVERY = 5.0
# Bytes of input that are worth a process of their own: starting one takes half a second.
_WORTH = 2_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is told beside its inputs. None for patch and csv: up to MANY articles.

    report        whether report.html is written; standard input that goes to standard output needs none
    recurrence    lines are counted over each source first, and what recurs is evidence of page
    learn         the channel of each source is learned first, but of those for which one is given in `channels`
    model         what opens the term-frequency model; the one that ships where it is None
    jobs          processes that clean; 0: as many as there are cores, and none beside this one for small inputs
    limit         so many records are read, the first ones; None: all
    sample        the share of articles that is cleaned, chosen by their texts alone
    cleaned_only  nothing is written but the cleaned files, what was rejected and the counts
    max_rejects   the run fails beyond so many rejects, or, below 1, beyond such a share of what was read
    fresh         begin anew, even where an interrupted run could be gone on with
    every         seconds between two checkpoints
    after         the run that this one comes after: articles that it knew are left out, and its channels, which are
                  among `channels`, are used and none is learned
    drift         whether a source's articles are held against those that its channel is of, and learned from
    """

    fields: Fields = field(default_factory=Fields)
    encoding: str = "auto"
    pages: str = "html"
    overwrite: bool = False
    patch: bool | None = None
    csv: bool | None = None
    report: bool = True
    recurrence: bool = True
    learn: bool = True
    channels: tuple[Channel, ...] = ()
    model: Callable[[], Model] | None = None
    jobs: int = 0
    limit: int | None = None
    sample: float = 1.0
    cleaned_only: bool = False
    max_rejects: float | None = None
    fresh: bool = False
    every: float = EVERY
    after: After | None = None
    drift: Mode = "auto"

    def opened(self) -> Model:
        """The model that channels are learned and decoded with."""
        if self.model is not None:
            return self.model()
        from cleanup.lm.model import shipped_model

        return shipped_model()


@dataclass(frozen=True, slots=True)
class Used:
    """The channels of a run: those learned, those given, those of both that had something to repair by,
    and of those given the ones whose source was not in the input.
    """

    learned: tuple[Channel, ...] = ()
    given: tuple[Channel, ...] = ()
    at_work: tuple[Channel, ...] = ()
    not_met: tuple[Channel, ...] = ()

    @staticmethod
    def of(channels: Mapping[str, Channel], given: Sequence[Channel], articles: Mapping[str, int]) -> Used:
        """`articles` has how many articles there were of the sources of the channels."""
        named = {c.source for c in given}
        met = [c for c in channels.values() if articles.get(c.source)]
        return Used(
            tuple(c for c in channels.values() if c.source not in named),
            tuple(given),
            tuple(c for c in met if any(i.status != "rejected" for i in c.items)),
            tuple(c for c in given if not articles.get(c.source)),
        )

    def differences(self, articles: Mapping[str, int], model: str) -> list[str]:
        """In what the input and the model are not those that the channels given were learned from."""
        notes = []
        for c in self.given:
            now = min(articles.get(c.source, 0), SAMPLE)
            if now and now != c.articles:
                notes.append(
                    f"channel of {c.source}: learned from {c.articles} articles, and there are {now} now"
                )
            if now and model and c.model and c.model != model:
                notes.append(
                    f"channel of {c.source}: learned with the model {c.model}, and decoded with {model}"
                )
        return notes


@dataclass(frozen=True, slots=True)
class Result:
    """A run that ended: its counts, and whether it was stopped before the end of the input.

    resumed     articles that an earlier, interrupted run of the same had done already
    done_before whether the folder held this very run, finished, and nothing had to be done
    failed      why the run gave up, in Chinese and English; None where it did not
    drift       what is told of the machine of each source, where the run came after another
    after       whether it did
    """

    tally: Tally
    out: Path
    interrupted: bool
    notes: list[str]
    seconds: float
    used: Used
    resumed: int = 0
    done_before: bool = False
    failed: tuple[str, str] | None = None
    drift: tuple[SourceDrift, ...] = ()
    after: bool = False


def jobs_for(options: Options, size: int) -> int:
    """Processes that clean so many bytes: this one alone where there is little to do, or where records are counted
    one by one.
    """
    if options.limit is not None:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return options.jobs or max(1, min(cores, size // _WORTH))
