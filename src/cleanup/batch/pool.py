"""Tasks over processes, results in order. A worker that dies costs the record it died of, not the run.

Workers are spawned, so that nothing of this process is shared by accident; the model is a file that each of them maps,
and the system keeps its pages once. They end when this process does, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Protocol

from cleanup.errors import CleanupError

# Tasks that are handed out ahead, for each process: enough that none waits, few enough to bound memory.
_AHEAD = 3
# A worker has so many seconds for a task, and a second more for so many bytes of it: twenty times what any took.
_SECONDS, _BYTES_A_SECOND = 300.0, 2_000


# Seconds that workers have to end.
_ENDING = 10.0


class Work(Protocol):
    """What workers do: called in their processes, where it is unpickled once."""

    def __call__(self, *arguments: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Lost:
    """What stands in the place of a result: the worker died or hung, twice, or failed, and then with what trace."""

    hung: bool = False
    trace: str = ""


class Pool:
    """Worker processes. `jobs` of 1 is this process itself: nothing is pickled, and nothing is survived."""

    def __init__(self, jobs: int, folder: Path) -> None:
        self.jobs = jobs
        self._folder = folder
        self._executor: ProcessPoolExecutor | None = None
        self._work: Callable[..., Any] | None = None
        self._job = ""
        self._jobs_made = 0
        self.deaths = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        self._kill()

    def ready(self, work: Callable[..., Any]) -> None:
        """What is to be done from now on."""
        if self.jobs == 1:
            self._work = work
            return
        self._jobs_made += 1
        path = self._folder / f"work-{self._jobs_made}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(work, pickle.HIGHEST_PROTOCOL))
        self._job = str(path)

    def map(
        self, calls: Iterable[tuple[Any, ...]], sizes: Callable[[tuple[Any, ...]], int] = lambda call: 0
    ) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Each call's arguments with its result, in order. A result is Lost where the worker died of it.

        Calls are drawn only as far ahead as keeps the workers busy.
        sizes  bytes of the input that a call is about: how long it may take
        """
        if self.jobs == 1:
            for call in calls:
                yield call, self._here(call)
            return
        coming: Iterator[tuple[Any, ...]] = iter(calls)
        open_calls: deque[tuple[tuple[Any, ...], Future[Any]]] = deque()
        try:
            while True:
                while len(open_calls) < self.jobs * _AHEAD:
                    drawn = next(coming, None)
                    if drawn is None:
                        break
                    open_calls.append((drawn, self._submit(drawn)))
                if not open_calls:
                    return
                call, future = open_calls.popleft()
                try:
                    result = future.result(_SECONDS + sizes(call) / _BYTES_A_SECOND)
                except (BrokenProcessPool, TookTooLong):
                    # which of the calls at hand did it nobody knows: each is tried while nothing else is done
                    self._kill()
                    self.deaths += 1
                    rest = [c for c, _ in open_calls]
                    open_calls.clear()
                    yield call, self.alone(call, sizes(call))
                    open_calls += ((c, self._submit(c)) for c in rest)
                    continue
                except CleanupError:
                    raise
                except Exception:
                    result = Lost(trace=traceback.format_exc())
                yield call, result
        finally:
            open_calls.clear()

    def alone(self, call: tuple[Any, ...], size: int = 0, *, method: str = "") -> Any:
        """The result of a call (of a method of the work) while nothing else is done; Lost where the worker died of it."""
        if self.jobs == 1:
            return self._here(call, method)
        try:
            return self._submit(call, method).result(_SECONDS + size / _BYTES_A_SECOND)
        except (BrokenProcessPool, TookTooLong) as e:
            self._kill()
            self.deaths += 1
            return Lost(hung=isinstance(e, TookTooLong))
        except CleanupError:
            raise
        except Exception:
            return Lost(trace=traceback.format_exc())

    def _here(self, call: tuple[Any, ...], method: str = "") -> Any:
        """A call in this process."""
        work: Any = self._work
        try:
            return (getattr(work, method) if method else work)(*call)
        except CleanupError:
            raise
        except Exception:
            return Lost(trace=traceback.format_exc())

    def _submit(self, call: tuple[Any, ...], method: str = "") -> Future[Any]:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(self.jobs, get_context("spawn"), _start)
        try:
            return self._executor.submit(_do, self._job, method, call)
        except BrokenProcessPool:
            # it broke while nobody waited for it
            self._kill()
            return self._submit(call, method)

    def _kill(self) -> None:
        """End the workers at once: what they were at is done again, or not wanted any more."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        workers = list((executor._processes or {}).values())
        manager: Any = executor._executor_manager_thread
        for process in workers:
            with contextlib.suppress(OSError, AttributeError):
                process.kill()
        for process in workers:
            process.join(_ENDING)
        # A worker may have died with half a result written, and half a task unread: with our own ends of the two pipes
        # closed, the executor's threads see that nothing more will come or be taken, and do not wait for it.
        queues: Any = executor._result_queue, executor._call_queue
        for queue, end in zip(queues, ("_writer", "_reader"), strict=True):
            with contextlib.suppress(OSError, AttributeError):
                getattr(queue, end).close()
        # futures that wait are told that the pool broke; cancelled ones would make its thread fail
        executor.shutdown(wait=False)
        if manager is not None:
            manager.join(_ENDING)


_DOING: dict[str, Any] = {}


def _start() -> None:
    """A worker leaves Ctrl-C to the process that began it, and ends with it, even where that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _do(job: str, method: str, call: tuple[Any, ...]) -> Any:
    """A call in a worker. The work is read once; what it remembers of a job is gone with the next."""
    if job not in _DOING:
        _DOING.clear()
        _DOING[job] = pickle.loads(Path(job).read_bytes())
    work = _DOING[job]
    return (getattr(work, method) if method else work)(*call)
