"""Pool: one function over many tasks, in processes of one thread each or in those of a cluster."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from multiprocessing.connection import wait
from typing import Any

from tablekin.errors import UsageError
from tablekin.execution.tally import Say
from tablekin.execution.task import Failure, Result, Task, WorkerPool
from tablekin.execution.worker import Worker, Workers, pickle_task

_SECONDS_OF_A_STEP = 0.5  # in which Ctrl-C is heard, and a task found that takes too long
_TASKS_A_WORKER = 2  # done or under way whose turn has not come
_DEADLY = "its analysis ended the worker process, most likely for want of memory; try --workers 1"


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
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int | Workers | WorkerPool
) -> Generator[Result | Failure]:
    """Apply ``function`` to every task in worker processes; results come in the order of the tasks.

    A worker has one thread for every library, with one worker as with many, so the results do not depend on
    their number. A task that ends its worker, for instance for want of memory, is tried once more while nothing else
    is under way, and then fails alone; so does, at once, one that takes longer or needs more memory than it may.

    Parameters
    ----------
    function
        Importable by its name, as ``pickle`` needs.
    tasks
        Its arguments.
    workers
        Number of processes, with what a task may take or without limits; or those of a cluster.

    Yields
    ------
    object
        The result of each task, or its ``Failure``.
    """
    if isinstance(workers, int):
        workers = Workers(workers)
    if not isinstance(workers, Workers):
        yield from workers.run_in_order(function, tasks)
        return
    with closing(_Pool(function, tasks, workers)) as pool:
        yield from pool.results()


class _Pool:
    """Workers of this machine and what they are doing."""

    def __init__(self, function: Callable[[Any], Any], tasks: Sequence[Any], limits: Workers) -> None:
        self._function, self._tasks, self._limits = function, tasks, limits
        self._workers: list[Worker] = []
        self._done: dict[int, Any] = {}  # place of a task -> its result or failure
        self._next = 0  # task that nobody was given yet
        self._deadly: deque[int] = deque()  # tasks that a worker died of, or next to

    def close(self) -> None:
        for worker in self._workers:
            worker.end()

    def results(self) -> Iterator[Any]:
        for turn in range(len(self._tasks)):
            while turn not in self._done:
                self._give_tasks(turn + _TASKS_A_WORKER * self._limits.count)
                busy = [worker for worker in self._workers if worker.place is not None]
                wait([*(w.connection for w in busy), *(w.sentinel for w in busy)], _SECONDS_OF_A_STEP)
                for worker in busy:
                    self._take_result(worker)
            yield self._done.pop(turn)

    def _give_tasks(self, end: int) -> None:
        if self._deadly:
            if all(worker.place is None for worker in self._workers):
                self.close()  # all memory is for this one
                self._workers.clear()
                self._give(self._deadly[0])
            return
        while self._next < min(end, len(self._tasks)) and self._give(self._next):
            self._next += 1

    def _give(self, place: int) -> bool:
        """Give a task to a worker that has none; whether there is one."""
        worker = next((one for one in self._workers if one.place is None), None)
        if worker is None and len(self._workers) == self._limits.count:
            return False
        pickled = pickle_task(self._function, self._tasks[place])
        if worker is None:
            with nullcontext() if b"__main__" in pickled else _hidden_program():
                worker = Worker(self._limits)
            self._workers.append(worker)
        worker.send(place, pickled)
        return True

    def _take_result(self, worker: Worker) -> None:
        place = worker.place
        assert place is not None
        is_done, result = worker.receive()
        if not is_done:
            return
        if worker.place is not None:  # it is dead
            self._workers.remove(worker)
        elif isinstance(result, Failure) and result.of_memory:  # it keeps what it has got
            worker.end()
            self._workers.remove(worker)
        again = bool(self._deadly) and self._deadly[0] == place
        if result is None and worker.place is not None:
            if not again:
                self._deadly.append(place)
                return
            result = Failure(_DEADLY, may_succeed=worker.was_killed)
        if again:
            self._deadly.popleft()
        self._done[place] = result


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
