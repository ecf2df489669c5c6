"""The pass that cleans: tasks out, results in, in order, with a checkpoint every few seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from cleanup.batch.pool import Lost, Pool
from cleanup.batch.setting import Setting
from cleanup.batch.tasks import End, Task
from cleanup.batch.work import Cleaning, Done, Telling, rejected
from cleanup.batch.writer import Writer
from cleanup.dumps.record import Reject
from cleanup.pipeline import Cleaner

# Of the time of a run at most one part in so many goes to checkpoints.
_SAVING = 20
# A share of rejects is judged once so many records were read.
_SHARE_OF = 1_000

Call = tuple[Task, int | None, tuple[int, ...], bool]


def clean(
    run: Setting, pool: Pool, writer: Writer, cleaner: Cleaner, save: Callable[[], None]
) -> tuple[str, str] | None:
    """Clean all tasks that are not done yet, until the user asks to stop.

    Returns why the run gave up, in Chinese and English; None where it did not.
    """
    run.watch.phase("清理", "cleaning")
    run.watch.total(run.size)
    options, state = run.options, run.state
    telling = Telling(
        run.lang,
        not options.cleaned_only,
        writer.patch,
        writer.table,
        options.sample,
        asked_patch=options.patch is True,
        asked_table=options.csv is True,
    )
    pool.ready(Cleaning(cleaner, telling, None if options.after is None else options.after.seen))
    ends: deque[tuple[int, End]] = deque()

    def end(upto: int) -> None:
        while ends and ends[0][0] <= upto:
            left = writer.end(ends.popleft()[1])
            if left is not None:
                # from here on nobody goes back to it
                save()
                left.unlink()

    due = time.monotonic() + options.every
    for call, result in pool.map(_calls(run, writer, ends), lambda call: call[0].size):
        if run.stop:
            return None
        task = call[0]
        end(task.number - 1)
        if isinstance(result, Lost):
            if result.trace:
                run.state.notes.append(result.trace)
            result = _isolated(run, pool, call)
        writer.take(task, result)
        end(task.number)
        run.watch.advance(task.stored)
        if (failed := _too_many_rejects(run, final=False)) is not None:
            return failed
        if (begun := time.monotonic()) >= due:
            save()
            ended = time.monotonic()
            # a slow disk must not make a run one of checkpoints
            due = ended + max(options.every, _SAVING * (ended - begun))
    if run.stop:
        return None
    end(state.done)
    if options.limit is not None:
        writer.all_whole()
    return _too_many_rejects(run, final=True)


def _calls(run: Setting, writer: Writer, ends: deque[tuple[int, End]]) -> Iterator[Call]:
    """The tasks that are not done yet; the ends of files go to `ends`, each with the number of the task before it."""
    state, limit = run.state, run.options.limit
    last, ended, done, already = -1, 0, state.done, state.ended
    for step in run.steps():
        if isinstance(step, End):
            ended += 1
            if ended > already:
                ends.append((last, step))
            continue
        last = step.number
        if step.number < done:
            run.watch.advance(step.stored)
            continue
        most = None if limit is None else limit - state.tally.read
        if most is not None and most <= 0:
            return
        yield step, most, (), writer.more


def _isolated(run: Setting, pool: Pool, call: Call) -> Done:
    """A task over which a worker died: the records that did it are found by halving, and rejected."""
    task, most, _, more = call
    count: Any = pool.alone((task,), task.size, method="count")
    if not isinstance(count, Lost):
        bad, spans = [], [(0, int(count))]
        while spans:
            first, behind = spans.pop()
            if first == behind or not isinstance(
                pool.alone((task, first, behind), task.size, method="only"), Lost
            ):
                continue
            if behind - first == 1:
                bad.append(first)
            else:
                middle = (first + behind) // 2
                spans += [(middle, behind), (first, middle)]
        done: Any = pool.alone((task, most, tuple(bad), more), task.size)
        if isinstance(done, Done):
            return done
    # it dies of reading, or of all of them together
    lost = Done(task.number)
    for piece in task.pieces:
        zh = "处理这一段时进程崩溃了；从这一行起的一段没有写出"
        en = "a worker crashed over the stretch that begins here, which is not written"
        reject = Reject(piece.file.name, piece.first, "worker_crashed", zh, en)
        lost.tally.reject(reject)
        lost.warnings.append(reject)
        lost.rejects += rejected(reject, b"", run.lang)
    return lost


def _too_many_rejects(run: Setting, *, final: bool) -> tuple[str, str] | None:
    most, tally = run.options.max_rejects, run.state.tally
    if most is None:
        return None
    if most < 1:
        over = (final or tally.read >= _SHARE_OF) and tally.rejected > most * tally.read
    else:
        over = tally.rejected > most
    if not over:
        return None
    return (
        f"拒收 {tally.rejected} 条（共读 {tally.read}），超过 --max-rejects；原因见 rejected.jsonl",
        f"{tally.rejected} of {tally.read} were rejected, more than --max-rejects; see rejected.jsonl for why",
    )
