"""Execution: one function over many documents, in processes of one thread each, with progress."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

from tqdm import tqdm

from tablekin.errors import ScanError, UsageError
from tablekin.execution.malloc import keep_freed_memory

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_SECONDS_BETWEEN_LINES = 15.0

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Failure:
    """What became of a task that gave no result."""

    reason: str  # for the user
    detail: str = ""  # for a bug report: where in the code


class WorkerPool(Protocol):
    """Workers on other machines."""

    def count(self) -> int:
        """Count the workers there are now."""

    def require(self, scan: Path) -> None:
        """Check that all workers can do the work, and find ``scan``."""

    def resolve_device(self, device: str) -> str:
        """Turn ``auto`` into the device that all workers have."""

    def run_in_order(
        self, function: Callable[..., Result], tasks: Iterable[Task], *shared: Any
    ) -> Generator[Result | Failure]:
        """Apply ``function`` to every task and what is shared; results come in the order of the tasks."""


@contextmanager
def open_cluster(address: str | None, say: Callable[[str], None]) -> Iterator[WorkerPool | None]:
    """Connect with the Dask scheduler at ``address``; without one, the work is done on this machine.

    Raises
    ------
    UsageError
        No scheduler answers there, or Dask is not installed.
    """
    if address is None:
        yield None
        return
    try:
        from tablekin.execution import dask_cluster as cluster
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--scheduler needs Dask ({error}); install it with scripts/setup, or: pip install distributed"
        ) from error
    with closing(cluster.Cluster(address, say)) as opened:
        yield opened


def run_in_order(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int | WorkerPool
) -> Generator[Result | Failure]:
    """Apply ``function`` to every task in worker processes; results come in the order of the tasks.

    A worker has one thread for every library, with one worker as with many, so the results do not depend on
    their number. A task that ends its worker, for instance for want of memory, fails alone.

    Parameters
    ----------
    function
        Importable by its name, as ``pickle`` needs.
    tasks
        Its arguments.
    workers
        Number of processes, or those of a cluster.

    Yields
    ------
    object
        The result of each task, or its ``Failure``.
    """
    if not isinstance(workers, int):
        yield from workers.run_in_order(function, tasks)
        return
    done = 0
    while done < len(tasks):
        try:
            with closing(_run_pool(function, tasks[done:], workers)) as results:
                for result in results:
                    done += 1
                    yield result
        except BrokenProcessPool:
            yield _run_alone(function, tasks[done])
            done += 1


def _run_pool(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Generator[Result | Failure]:
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    with _one_thread(), ProcessPoolExecutor(min(workers, len(tasks)), context, _start_worker) as pool:
        waiting: deque[Future[Result | Failure]] = deque()
        upcoming = iter(tasks)
        try:
            while True:
                while len(waiting) < 2 * workers and (task := next(upcoming, None)) is not None:
                    waiting.append(_submit(pool, function, task))
                if not waiting:
                    return
                yield _wait_for(waiting.popleft())
        except (KeyboardInterrupt, GeneratorExit, BrokenProcessPool):
            # A broken pool has ended its processes, but not one that was starting then, and would join it for ever.
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def _submit(
    pool: ProcessPoolExecutor, function: Callable[[Task], Result], task: Task
) -> Future[Result | Failure]:
    """Submit a task; a pool that breaks while it starts a worker for it has closed what the worker would inherit."""
    try:
        return pool.submit(attempt, function, task)
    except OSError as error:
        if error.errno not in (None, errno.EBADF):
            raise
        raise BrokenProcessPool("a worker ended while another one started") from error


def _wait_for(future: Future[Result | Failure]) -> Result | Failure:
    """Wait in short steps, so that Ctrl-C is heard even if another thread receives the signal."""
    while not future.done():
        wait([future], timeout=0.5)
    return future.result()


def _run_alone(function: Callable[[Task], Result], task: Task) -> Result | Failure:
    try:
        return next(_run_pool(function, [task], 1))
    except BrokenProcessPool:
        return Failure(
            "its analysis ended the worker process, most likely for want of memory; try --workers 1"
        )


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    import cv2

    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """End this worker when the process that started it has been killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def attempt(function: Callable[..., Result], task: Task, *shared: Any) -> Result | Failure:
    """Apply ``function``; what it raises becomes a ``Failure``."""
    try:
        return function(task, *shared)
    except ScanError as error:
        return Failure(str(error))
    except MemoryError:
        return Failure("not enough memory to analyse it; try fewer --workers")
    except Exception as error:
        return Failure(f"its analysis failed ({type(error).__name__}: {error})", traceback.format_exc())


@contextmanager
def _one_thread() -> Iterator[None]:
    """Give the processes started meanwhile one thread a library; they read these variables at their start."""
    old = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class Progress:
    """Count of what is done and the time that remains: a bar on a terminal, now and then a line in a log."""

    def __init__(self, label: str, total: int, unit: str, stream: TextIO | None = None) -> None:
        self._label, self._total, self._unit = label, total, unit
        self._stream = stream or sys.stderr
        self._done, self._begin, self._last = 0, time.monotonic(), time.monotonic()
        self._bar = (
            tqdm(total=total, desc=label, unit=unit, file=self._stream) if self._stream.isatty() else None
        )

    def advance(self, count: int = 1) -> None:
        """Add to what is done."""
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        """Set what is done."""
        count, self._done = done - self._done, done
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(count)
        elif now - self._last >= _SECONDS_BETWEEN_LINES or self._done >= self._total:
            self._last = now
            self._write(now - self._begin)

    def _write(self, seconds: float) -> None:
        rest = seconds / self._done * (self._total - self._done)
        ahead = f", about {_duration(rest)} to go" if self._done < self._total else ""
        print(
            f"{self._label}: {self._done} of {self._total} {self._unit} in {_duration(seconds)}{ahead}",
            file=self._stream,
            flush=True,
        )

    def close(self) -> None:
        """Take the bar from the terminal's hands."""
        if self._bar is not None:
            self._bar.close()


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 5400 else f"{whole / 3600:.1f} h"


def default_workers(device: str) -> int:
    """Count the processes worth starting: one a core, or one alone on an accelerator."""
    if device != "cpu":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resolve_device(device: str) -> str:
    """Turn ``auto`` into the device to be used.

    Raises
    ------
    UsageError
        The device asked for is not there.
    """
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "auto":
        return "cuda:0" if count else "cpu"
    if device.startswith("cuda"):
        number = int(device.partition(":")[2] or 0)
        if number >= count:
            raise UsageError(
                f"there is no device {device}: torch sees {count} CUDA devices; use --device cpu"
            )
        return f"cuda:{number}"
    return device
