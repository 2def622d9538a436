"""Pool: one function over many tasks, in processes of one thread each or in those of a cluster."""

from __future__ import annotations

import errno
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, nullcontext

from tablekin.errors import UsageError
from tablekin.execution.tally import Say
from tablekin.execution.task import Failure, Result, Task, WorkerPool, attempt, prepare_worker

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def open_cluster(address: str | None, say: Say) -> Iterator[WorkerPool | None]:
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
        from tablekin.execution.dask_cluster import DaskCluster
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--scheduler needs Dask ({error}); install it with scripts/setup, or: pip install distributed"
        ) from error
    with closing(DaskCluster(address, say)) as opened:
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
    needs_program = b"__main__" in pickle.dumps((function, tasks[0]))
    with _one_thread(), ProcessPoolExecutor(min(workers, len(tasks)), context, _start_worker) as pool:
        waiting: deque[Future[Result | Failure]] = deque()
        upcoming = iter(tasks)
        try:
            while True:
                while len(waiting) < 2 * workers and (task := next(upcoming, None)) is not None:
                    with nullcontext() if needs_program else _hidden_program():
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


@contextmanager
def _hidden_program() -> Iterator[None]:
    """Keep the workers started meanwhile from importing the program that this process runs, as they would.

    A script that does not guard its calls by ``if __name__ == "__main__":`` would begin anew in each of them.
    """
    program = sys.modules["__main__"]
    spec, file = program.__spec__, program.__dict__.pop("__file__", None)
    program.__spec__ = None
    try:
        yield
    finally:
        program.__spec__ = spec
        if file is not None:
            program.__file__ = file


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
    prepare_worker()


def _end_with_parent() -> None:
    """End this worker when the process that started it has been killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


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
