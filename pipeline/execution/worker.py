"""Worker: a process that does one task after another, within limits of time and memory, and what its end tells."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tablekin.execution.garbage import leave_to_stay
from tablekin.execution.task import Failure, Task, attempt, prepare_worker
from tablekin.interruption import uninterrupted

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_SECONDS_TO_END = 5.0  # a worker is given before it is killed
_CRASHES = {
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP")
    if hasattr(signal, name)
}
_CRASHED = (
    "it makes the program that reads it crash; it is damaged, or holds much more than it seems to: open it in a viewer "
    "and save it again, or leave it out"
)
_TOO_LONG = (
    "it takes too long and was given up; it is damaged, or holds much more than it seems to: open it in a viewer and "
    "save it again, or leave it out"
)


@dataclass(frozen=True)
class Workers:
    """How many processes of this machine do the work, and what a task may take."""

    count: int
    seconds: float | None = None  # of a task, besides what ``more_time`` adds to it
    memory: int | None = None  # bytes that a task may take, besides those its worker has when it begins


class _Begun:
    """Says that a worker has imported what its task needs, and begins it."""


@dataclass(frozen=True)
class _More:
    """Asks for more time."""

    seconds: float


_ask: Callable[[float], None] | None = None  # of this process, if it is a worker


def more_time(seconds: float) -> None:
    """Give the task that this process is doing more time; without a limit nothing happens."""
    if _ask is not None:
        _ask(seconds)


class Worker:
    """A process that does tasks, as the process sees it that started it.

    Parameters
    ----------
    limits
        What a task may take.
    """

    def __init__(self, limits: Workers) -> None:
        self._limits = limits
        context = multiprocessing.get_context("spawn")
        self.connection, child = context.Pipe()
        self._process = context.Process(target=_serve, args=(child, limits.memory), daemon=True)
        self.place: int | None = None  # of its task
        self.was_killed = False  # from outside, as a system does that is short of memory
        self._deadline: float | None = None
        try:
            with _one_thread(), _interruptions_held():
                self._process.start()
        finally:
            child.close()

    @property
    def sentinel(self) -> int:
        """What becomes ready when the process ends."""
        return self._process.sentinel

    def send(self, place: int, pickled: bytes) -> None:
        """Give it a task; one that is dead will be found so."""
        self.place, self._deadline = place, None
        with suppress(OSError):
            self.connection.send_bytes(pickled)

    def receive(self) -> tuple[bool, Any]:
        """Take what it has sent: whether it is through with its task, and the result or failure.

        A worker that is dead keeps its ``place``; its result is None unless it tells what the task has done.
        """
        is_alive = self._process.is_alive()
        while self.connection.poll():
            try:
                answer = pickle.loads(self.connection.recv_bytes())
            except (EOFError, OSError):
                return True, self._find_cause()
            if isinstance(answer, _Begun):
                if self._limits.seconds is not None:
                    self._deadline = time.monotonic() + self._limits.seconds
            elif isinstance(answer, _More):
                if self._deadline is not None:
                    self._deadline += answer.seconds
            else:
                self.place = None
                return True, answer
        if not is_alive:
            return True, self._find_cause()
        if self._deadline is not None and time.monotonic() > self._deadline:
            self.end()
            return True, Failure(_TOO_LONG)
        return False, None

    def _find_cause(self) -> Failure | None:
        """Tell from how the process ended what its task has done, if that tells it."""
        self._process.join(_SECONDS_TO_END)
        code = self._process.exitcode
        self.was_killed = code is not None and code < 0 and -code not in _CRASHES
        self.end()
        return Failure(_CRASHED) if code is not None and -code in _CRASHES else None

    def end(self) -> None:
        """End the process."""
        self.connection.close()
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(_SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()


def pickle_task(function: Callable[[Task], Any], task: Task) -> bytes:
    """Pickle a call for a worker."""
    return pickle.dumps((function, task))


def _serve(connection: Connection, memory: int | None) -> None:
    """Do tasks until nobody has any more; runs in the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare_worker()

    def ask(seconds: float) -> None:
        connection.send_bytes(pickle.dumps(_More(seconds)))

    global _ask
    _ask = ask
    is_first = True
    while True:
        try:
            pickled = connection.recv_bytes()
        except (EOFError, OSError):
            return
        answer = _do(pickled, connection, memory)
        sys.stdout.flush()  # this process may be killed once its answer is there
        connection.send_bytes(answer)
        if is_first:  # which has imported all that its like need
            leave_to_stay()
            is_first = False


def _do(pickled: bytes, connection: Connection, memory: int | None) -> bytes:
    call = attempt(pickle.loads, pickled)  # imports what the function needs
    if isinstance(call, Failure):
        return pickle.dumps(call)
    connection.send_bytes(pickle.dumps(_Begun()))
    with limited_memory(memory):
        result = attempt(*call)
    if not isinstance(result, Failure):
        result = attempt(pickle.dumps, result)
    return pickle.dumps(result) if isinstance(result, Failure) else result


@contextmanager
def limited_memory(more: int | None) -> Iterator[None]:
    """Bound the address space of this process meanwhile: a request for more fails, here and not on the whole machine.

    Parameters
    ----------
    more
        Bytes besides those that it has now; None is no limit. Systems other than Linux have none either.
    """
    if more is None or not sys.platform.startswith("linux"):
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    old, hard = resource.getrlimit(resource.RLIMIT_AS)
    bounds = [
        pages * resource.getpagesize() + more,
        *(one for one in (old, hard) if one != resource.RLIM_INFINITY),
    ]
    resource.setrlimit(resource.RLIMIT_AS, (min(bounds), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (old, hard))


def _end_with_parent() -> None:
    """End this worker when the process that started it has been killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _interruptions_held() -> Iterator[None]:
    """Keep Ctrl-C from the processes started meanwhile until they ignore it: they inherit what is held back.

    This process must know those that it has started, too, to end them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    with uninterrupted():
        resource_tracker.ensure_running()  # which would let it through for the first of them
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
