"""DaskCluster: one function over many tasks in the workers of a Dask cluster, on one machine or many."""

from __future__ import annotations

import os
import pickle
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from distributed import Client, Future, KilledWorker, wait

from tablekin.errors import TablekinError, UsageError
from tablekin.execution.device import resolve_device
from tablekin.execution.tally import Say
from tablekin.execution.task import Failure, Result, Task, attempt, prepare_worker
from tablekin.provenance import versions, weights_digests
from tablekin.threshold import threshold


@dataclass(frozen=True)
class Patience:
    """How long a cluster is waited for, and what it is given at a time."""

    connection: float = threshold(10, "seconds", "until a scheduler that does not answer is given up")
    silence: float = threshold(20, "seconds", "without a worker, before the user is told")
    step: float = threshold(5, "seconds", "between two looks at whether there are workers left")
    tasks: int = threshold(2, "tasks a worker", "that are under way, so that none waits for its next")
    losses: int = threshold(3, "times", "in a row that all workers may die before the run is ended")


PATIENCE = Patience()
_ONE_THREAD = ("OMP_NUM_THREADS", "1")
_DEADLY = (
    "it ended every worker that tried it, most likely for want of memory; start workers with more memory"
)
_GUIDE = "docs/how-to/cluster.md says how to start one"


@dataclass(frozen=True)
class Requirements:
    """What a process of the cluster must have in common with this one for the tables to be the same."""

    versions: tuple[tuple[str, str], ...]
    scan: str = ""  # path of a scan that a worker must find
    size: int = 0  # bytes of that scan


@lru_cache(maxsize=4)
def unmet_requirements(required: Requirements) -> str:
    """Tell what this process has not in common with the one that made ``required``; empty if nothing."""
    here = {**os.environ, **_versions()}
    differences = [
        f"has {name} {here.get(name, 'not set')} instead of {wanted}"
        for name, wanted in required.versions
        if here.get(name) != wanted
    ]
    scan = Path(required.scan)
    if required.scan and not (scan.is_file() and scan.stat().st_size == required.size):
        differences.append(f"does not find the scan {scan} as it is here")
    return " and ".join(differences)


def _versions() -> dict[str, str]:
    found = versions()
    found["python"] = ".".join(found["python"].split(".")[:2])
    return found | {name: digest[:12] for name, digest in weights_digests().items()}


class DaskCluster:
    """The workers of a Dask scheduler, as ``run_in_order`` and the comparison use them.

    Parameters
    ----------
    address
        Of the scheduler, for instance ``tcp://192.168.1.5:8786``.
    say
        Takes lines for the user.

    Raises
    ------
    UsageError
        No scheduler answers there.
    """

    def __init__(self, address: str, say: Say) -> None:
        self._address, self._say = address, say
        self._required = Requirements(())
        try:
            self._client = Client(address, timeout=PATIENCE.connection, set_as_default=False)
        except (OSError, ValueError, ImportError, TypeError) as error:  # the last for want of a certificate
            raise UsageError(f"no Dask scheduler answers at {address} ({error}); {_GUIDE}") from error

    def close(self) -> None:
        """Leave the cluster; it goes on without this client."""
        self._client.close()

    def count(self) -> int:
        """Count the workers there are now."""
        return len(self._client.nthreads())

    def require(self, scan: Path) -> None:
        """Check that the scheduler and all workers can do the work; workers that come later are checked then.

        Parameters
        ----------
        scan
            One of those to be analysed.

        Raises
        ------
        UsageError
            There is no worker, or one has several threads, another version of something, or not this scan.
        """
        everywhere = Requirements(tuple(_versions().items()))
        self._required = Requirements((*everywhere.versions, _ONE_THREAD), str(scan), scan.stat().st_size)
        threads = self._client.nthreads()
        if not threads:
            raise UsageError(f"the scheduler at {self._address} has no workers; {_GUIDE}")
        for worker, number in threads.items():
            if number > 1:
                raise UsageError(
                    f"the worker {worker} has {number} threads; start it with --nthreads 1 --nworkers {number}"
                )
        answers = self._client.run(unmet_requirements, self._required, on_error="return")
        found = {f"worker {worker}": answer for worker, answer in answers.items()}
        try:
            found["scheduler"] = self._client.run_on_scheduler(unmet_requirements, everywhere)
        except Exception as error:  # of any kind: it comes from another machine
            found["scheduler"] = error
        for process, answer in found.items():
            if isinstance(answer, Exception):
                answer = f"cannot import this tablekin ({answer})"
            if answer:
                raise UsageError(_refusal(process, answer))

    def resolve_device(self, device: str) -> str:
        """Turn ``auto`` into the device that all workers have.

        Raises
        ------
        UsageError
            Not all workers have the same.
        """
        found = self._client.run(resolve_device, device, on_error="return")
        for worker, answer in found.items():
            if isinstance(answer, Exception):
                raise UsageError(f"the worker {worker} cannot use the device {device}: {answer}")
        if len(devices := set(found.values())) > 1:
            raise UsageError(f"the workers have different devices ({', '.join(devices)}); use --device cpu")
        return devices.pop()

    def run_in_order(
        self, function: Callable[..., Result], tasks: Iterable[Task], *shared: Any
    ) -> Generator[Result | Failure]:
        """Apply ``function`` to every task in the workers; results come in the order of the tasks.

        A bounded number of tasks is under way, and their results stay with the workers until it is their turn.
        What a worker had that died is done again by another. A task that its workers die of fails alone, after
        a second round of attempts: in the first it may only have been next to such a task.

        Parameters
        ----------
        function
            Importable by its name; takes a task and what is shared.
        tasks
            Its first arguments.
        shared
            Its further arguments, sent to every worker once.

        Raises
        ------
        UsageError
            The connection is lost, or the workers cannot do such work.
        """
        upcoming = iter(tasks)
        copies = self._share(shared)
        calls: deque[_Call] = deque()
        losses = 0
        while True:
            room = PATIENCE.tasks * self._await_workers() - len(calls)
            for task in islice(upcoming, max(room, 0)):
                calls.append(self._send(pickle.dumps((function, task)), copies))
            if not calls:
                return
            try:
                result = self._take(calls[0].future)
            except KilledWorker:
                if not calls[0].again:
                    calls[0] = self._send(calls[0].pickled, copies, again=True)
                    continue
                result = Failure(_DEADLY, may_succeed=True)
            except CancelledError as error:  # the last worker died that had what is shared
                losses += 1
                if losses > PATIENCE.losses:
                    raise UsageError(self._starved()) from error
                copies = self._share(shared)
                calls = deque(self._send(call.pickled, copies, call.again) for call in calls)
                continue
            losses = 0
            calls.popleft()
            yield result

    def _share(self, shared: tuple[Any, ...]) -> list[Future]:
        if not shared:
            return []
        for _ in range(PATIENCE.losses):
            self._await_workers()
            with self._errors_explained(), suppress(OSError):  # a worker died of it
                return list(self._client.scatter(list(shared), broadcast=True, hash=False))
        raise UsageError(self._starved())

    def _send(self, pickled: bytes, copies: list[Future], again: bool = False) -> _Call:
        with self._errors_explained():
            future = self._client.submit(_perform, self._required, pickled, *copies, pure=False)
        return _Call(pickled, future, again)

    def _take(self, future: Future) -> Any:
        """Wait for a result, in short steps, to see when no worker is left."""
        with self._errors_explained(), self._client.as_current():
            while True:
                try:
                    wait([future], timeout=PATIENCE.step)
                    return future.result()
                except TimeoutError:
                    self._await_workers()
                except CancelledError:
                    while self._client.status == "connecting":
                        time.sleep(PATIENCE.step / 10)
                    if self._client.status != "running":
                        raise UsageError(self._lost()) from None
                    raise

    def _await_workers(self) -> int:
        """Count the workers; wait while there is none, as between two jobs of a cluster."""
        begin, told = time.monotonic(), False
        with self._errors_explained():
            while not (workers := self.count()):
                if not told and time.monotonic() - begin > PATIENCE.silence:
                    self._say(f"the scheduler at {self._address} has no workers left; waiting for new ones")
                    told = True
                time.sleep(PATIENCE.step / 10)
        return workers

    @contextmanager
    def _errors_explained(self) -> Iterator[None]:
        """Turn what other machines raise into an error that says what to do."""
        try:
            yield
        except (TablekinError, KilledWorker, CancelledError):
            raise
        except Exception as error:
            if isinstance(error, OSError) or self._client.status != "running":
                raise UsageError(self._lost()) from error
            raise UsageError(
                f"a worker of {self._address} cannot do its work ({type(error).__name__}: {error}); install "
                "the same tablekin on all machines and run the same command again"
            ) from error

    def _starved(self) -> str:
        return (
            f"the workers of {self._address} died {PATIENCE.losses} times of what they were sent, most likely "
            "for want of memory; start fewer on a machine, or give them more"
        )

    def _lost(self) -> str:
        return (
            f"the connection to the scheduler at {self._address} is lost; what is finished is kept, start the "
            "cluster anew and run the same command again"
        )


@dataclass(frozen=True)
class _Call:
    """A task that was sent."""

    pickled: bytes  # so that the scheduler need not import what the task needs
    future: Future
    again: bool  # whether its workers died once before


def _perform(required: Requirements, pickled: bytes, *shared: Any) -> Any:
    """Do a task; runs in a worker."""
    if reason := unmet_requirements(required):
        raise UsageError(_refusal("worker that came later", reason))
    prepare_worker()
    function, task = pickle.loads(pickled)
    return attempt(function, task, *shared)


def _refusal(process: str, reason: str) -> str:
    return (
        f"the {process} {reason}; install the versions of requirements.lock on all machines, mount the "
        "scans under the same path, and start workers with `dask worker` and its nanny (docs/how-to/cluster.md)"
    )
