"""Tasks over processes, results in order. A worker that dies costs the record it died of, not the run.

Workers are spawned, so that nothing of this process is shared by accident; the model is a file that each of them maps,
and the system keeps its pages once. Each has a pipe of its own and one call at a time: so it is known what a worker died
of, and nothing that it held can keep others waiting. They end when this process does, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from cleanup.errors import CleanupError

# Calls that are drawn ahead, for each process: enough that none waits, few enough to bound memory.
_AHEAD = 3
# A worker has so many seconds for a task, and a second more for so many bytes of it: twenty times what any took.
_SECONDS, _BYTES_A_SECOND = 300.0, 2_000
# Seconds that a worker has to end.
_ENDING = 10.0

Call = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """What stands in the place of a result: the worker died, or hung and was ended, or failed, and then with what trace."""

    hung: bool = False
    trace: str = ""


class _Worker:
    """A process that does one call at a time."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        # with our copy of its end closed, its death is the end of the pipe
        theirs.close()
        self.until = 0.0

    def begin(self, job: str, method: str, call: Call, seconds: float) -> bool:
        """Hand out a call; False where the worker is dead already."""
        self.until = time.monotonic() + seconds
        try:
            self.pipe.send((job, method, call))
        except OSError:
            return False
        return True

    def result(self) -> Any:
        """What came of the call, once the pipe says that something did. Raises CleanupError."""
        try:
            kind, value = self.pipe.recv()
        except (EOFError, OSError):
            return Lost()
        if kind == "raised":
            raise value
        return Lost(trace=value) if kind == "failed" else value

    def end(self) -> None:
        """End it at once, whatever it is at."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.join(_ENDING)
        self.pipe.close()


class Pool:
    """Worker processes. `jobs` of 1 is this process itself: nothing is pickled, and nothing is survived."""

    def __init__(self, jobs: int, folder: Path) -> None:
        self.jobs = jobs
        self._folder = folder
        self._work: Callable[..., Any] | None = None
        self._job = ""
        self._jobs_made = 0
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, int] = {}

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in (*self._idle, *self._busy):
            worker.end()
        self._idle.clear()
        self._busy.clear()

    def ready(self, work: Callable[..., Any]) -> None:
        """What is to be done from now on."""
        if self.jobs == 1:
            self._work = work
            return
        # what was left undone of the work before is not wanted any more
        for worker in self._busy:
            worker.end()
        self._busy.clear()
        self._jobs_made += 1
        path = self._folder / f"work-{self._jobs_made}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(work, pickle.HIGHEST_PROTOCOL))
        self._job = str(path)

    def map(
        self, calls: Iterable[Call], sizes: Callable[[Call], int] = lambda call: 0
    ) -> Iterator[tuple[Call, Any]]:
        """Each call's arguments with its result, in order. A result is Lost where the worker died of it.

        Calls are drawn only as far ahead as keeps the workers busy.
        sizes  bytes of the input that a call is about: how long it may take
        """
        if self.jobs == 1:
            for call in calls:
                yield call, self._here(call)
            return
        coming: Iterator[Call] = iter(calls)
        drawn: deque[tuple[int, Call]] = deque()
        results: dict[int, Any] = {}
        count, handed, exhausted = 0, 0, False
        waiting: deque[tuple[int, Call]] = deque()
        while True:
            while not exhausted and len(drawn) < self.jobs * _AHEAD:
                for call in coming:
                    drawn.append((count, call))
                    waiting.append((count, call))
                    count += 1
                    break
                else:
                    exhausted = True
            while waiting and len(self._busy) < self.jobs:
                handed, call = waiting.popleft()
                if (worker := self._begun(call, sizes(call))) is None:
                    results[handed] = Lost()
                else:
                    self._busy[worker] = handed
            if not drawn:
                return
            if drawn[0][0] in results:
                number, call = drawn.popleft()
                yield call, results.pop(number)
            else:
                self._collect(results)

    def _collect(self, results: dict[int, Any]) -> None:
        """Wait until a worker answers, dies, or has had its time."""
        soonest = min(w.until for w in self._busy)
        ready = wait([w.pipe for w in self._busy], max(0.0, soonest - time.monotonic()))
        now = time.monotonic()
        for worker, number in list(self._busy.items()):
            if worker.pipe in ready:
                del self._busy[worker]
                results[number] = self._answer(worker)
            elif now >= worker.until:
                del self._busy[worker]
                worker.end()
                results[number] = Lost(hung=True)

    def _begun(self, call: Call, size: int, method: str = "") -> _Worker | None:
        """A worker that has begun a call; None where two in turn died before they could."""
        for _ in range(2):
            worker = self._idle.pop() if self._idle else _Worker()
            if worker.begin(self._job, method, call, _SECONDS + size / _BYTES_A_SECOND):
                return worker
            worker.end()
        return None

    def _answer(self, worker: _Worker) -> Any:
        """The result that a worker has; one that died is ended, others have nothing to do."""
        try:
            result = worker.result()
        except CleanupError:
            worker.end()
            raise
        if isinstance(result, Lost) and not result.trace:
            worker.end()
        else:
            self._idle.append(worker)
        return result

    def alone(self, call: Call, size: int = 0, *, method: str = "") -> Any:
        """The result of a call, or of a method of the work, beside what others do; Lost where the worker died of it."""
        if self.jobs == 1:
            return self._here(call, method)
        worker = self._begun(call, size, method)
        if worker is None:
            return Lost()
        if not wait([worker.pipe], max(0.0, worker.until - time.monotonic())):
            worker.end()
            return Lost(hung=True)
        return self._answer(worker)

    def _here(self, call: Call, method: str = "") -> Any:
        """A call in this process."""
        work: Any = self._work
        try:
            return (getattr(work, method) if method else work)(*call)
        except CleanupError:
            raise
        except Exception:
            return Lost(trace=traceback.format_exc())


def _serve(pipe: Connection) -> None:
    """A worker: calls in, results out. It leaves Ctrl-C to the process that began it, and ends with it, even where that
    is killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # as in the command itself: workers share the cores already
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    doing: dict[str, Any] = {}
    while True:
        try:
            job, method, call = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            if job not in doing:
                # what it remembers of a job is gone with the next
                doing.clear()
                doing[job] = pickle.loads(Path(job).read_bytes())
            work = doing[job]
            answer = "done", (getattr(work, method) if method else work)(*call)
        except CleanupError as e:
            answer = "raised", e
        except Exception:
            answer = "failed", traceback.format_exc()
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception:  # a result that does not pickle
            pipe.send(("failed", traceback.format_exc()))


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
