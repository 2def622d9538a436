"""A ``tablekin`` command in a process of its own that is ended at a change of a file, or from outside.

The command is the real one, with its real workers; only pages are not looked at with networks, but by
``tests/support/edition_stages.py``, so that an attack takes a second. Batches and blocks are small, so that a few pages
make several of them.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, wraps
from importlib import import_module
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_CHANGES = (
    "replace",
    "rename",
    "unlink",
    "remove",
)  # of module os, by which a program changes what files there are
_WITH_WORKERS = ("tablekin.orchestration.documents", "tablekin.recompute.stage", "tablekin.collation.stage")
_SECONDS = 120.0  # that a command may take, and what is left of a group may take to end


@dataclass(frozen=True)
class FaultPoint:
    """A change of a file at which a signal comes."""

    number: int  # of the change, from 0; -1 for none: changes are only counted
    after: bool  # whether the change is made before the signal
    signal: int
    group: bool  # whether the whole group of processes gets it, as from a terminal


def _guard(folder: Path, point: FaultPoint, counted: Path | None) -> None:
    """Let a signal come at a change of a file below a folder."""
    below, changes = f"{folder}{os.sep}", 0

    def send() -> None:
        if point.group:
            os.killpg(0, point.signal)
        else:
            os.kill(os.getpid(), point.signal)
        if point.signal == signal.SIGKILL:
            time.sleep(_SECONDS)  # nothing more must happen

    def guard(change: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(change)
        def guarded(path: Any, *arguments: Any, **options: Any) -> Any:
            nonlocal changes
            if not str(path).startswith(below):
                return change(path, *arguments, **options)
            is_due, changes = changes == point.number, changes + 1
            if is_due and not point.after:
                send()
            result = change(path, *arguments, **options)
            if counted is not None:
                counted.write_text(str(changes))
            if is_due and point.after:
                send()
            return result

        return guarded

    for name in _CHANGES:
        setattr(os, name, guard(getattr(os, name)))


@dataclass(frozen=True)
class InjectedFault:
    """What the system answers, or somebody else does, when a program asks for something."""

    operation: str  # create, sync, replace, unlink, mkdir or lock
    number: int  # of the request, from 0, from which on it is refused
    error: int = 0  # number of the error; 0 where something is done instead
    deletes: bool = False  # whether the corpus is deleted at that moment
    moves: bool = False  # whether it is moved


def _inject(folder: Path, fault: InjectedFault) -> None:
    """Let requests fail that are about files below a folder."""
    below, requests = f"{folder}{os.sep}", 0
    delete = partial(_delete, folder / "corpus") if fault.deletes else partial(_move, folder / "corpus")

    def guard(name: str, request: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(request)
        def guarded(what: Any, *arguments: Any, **options: Any) -> Any:
            nonlocal requests
            path = str(what)
            if name in ("fsync", "flock") and isinstance(what, int):
                path = str(Path(f"/proc/self/fd/{what}").readlink())
            concerned = path.startswith(below) and (name != "open" or arguments[0] & os.O_CREAT)
            if concerned:
                requests += 1
                if requests > fault.number and fault.error:
                    raise OSError(fault.error, os.strerror(fault.error), path)
                if requests == fault.number + 1:
                    delete()
            return request(what, *arguments, **options)

        return guarded

    names = {"create": "open", "sync": "fsync", "lock": "flock"}
    name = names.get(fault.operation, fault.operation)
    module = import_module("fcntl") if name == "flock" else os
    setattr(module, name, guard(name, getattr(module, name)))


def _delete(folder: Path) -> None:
    subprocess.run(["rm", "-rf", folder], check=False)


def _move(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))


def _forgo_rights_of_root() -> None:
    """Let permissions of files hold for this process and those it starts, also where it is root."""
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    rights = (ctypes.c_uint32 * 6)()
    libc.capget(header, rights)
    for place in (0, 1, 2):  # effective, permitted, inheritable
        rights[place] &= ~0b110
    if libc.capset(header, rights):
        raise OSError(ctypes.get_errno(), "cannot forgo the rights of root")


@dataclass(frozen=True)
class Surroundings:
    """What is wrong around a command."""

    fault: InjectedFault | None = None
    without_rights: bool = False  # whether permissions hold also for root
    largest_file: int | None = None  # bytes
    variables: tuple[tuple[str, str], ...] = ()  # of the environment

    def enter(self, folder: Path) -> None:
        """Let them hold for this process."""
        os.environ.update(self.variables)
        if self.without_rights:
            _forgo_rights_of_root()
        if self.largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.largest_file, resource.RLIM_INFINITY))
        if self.fault is not None:
            _inject(folder, self.fault)


def _run(
    arguments: Sequence[str],
    folder: Path,
    point: FaultPoint | None,
    counted: Path | None,
    log: Path,
    surroundings: Surroundings | None,
    alone: bool,
) -> None:
    """Run a command; the target of a process."""
    os.setsid()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    tracker: Any = resource_tracker._resource_tracker  # type: ignore[attr-defined]
    tracker._fd = tracker._pid = None  # this process has one of its own
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if point is not None:
        _guard(folder, point, counted)
    if surroundings is not None:
        surroundings.enter(folder)
    try:
        run_here(arguments, alone)
    except KeyboardInterrupt:  # the command has not begun: what it does with a signal is not concerned
        os._exit(128 + signal.SIGINT)


def _in_order(function: Callable[[Any], Any], tasks: Sequence[Any], _: Any) -> Iterator[Any]:
    """Do tasks in this process, as ``tablekin.execution.run_in_order`` does it in workers."""
    from tablekin.execution import attempt

    return (attempt(function, task) for task in tasks)


def run_here(arguments: Sequence[str], alone: bool) -> None:
    """Run a command in this process, with pages that are not looked at, in small batches and blocks.

    Parameters
    ----------
    arguments
        Of the command ``tablekin``.
    alone
        Whether it does without workers, which take seconds to begin.
    """
    import tablekin.explain.stage
    import tablekin.orchestration.documents
    import tablekin.orchestration.stage
    from tablekin.cli.app import main
    from tablekin.explain import match_pairs, score_pairs

    analyse = import_module("tests.support.edition_stages").analyse
    stages = tablekin.orchestration.stage.Stages(analyse, score_pairs, match_pairs)
    tablekin.orchestration.stage.load_stages = lambda: stages
    tablekin.orchestration.documents._BATCH = 2
    tablekin.explain.stage.SIZES = tablekin.explain.stage.BlockSizes(block=3, tile=2)
    if alone:
        for name in _WITH_WORKERS:
            vars(import_module(name))["run_in_order"] = _in_order
    sys.argv = ["tablekin", *arguments]
    main()


class Commands:
    """Starts commands by forking a server that has loaded everything: what is attacked is their work, not imports."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            [
                "lib.attacked_command",
                "lib.numba_loaded",
                "torch",
                "tqdm",
                "tablekin.document",
                "tablekin.orchestration.stage",
                "tablekin.check",
                *_WITH_WORKERS,
                "tests.support.edition_stages",
                "tablekin.cli",
                "tablekin.analyze",
                "tablekin.kinship",
                "tablekin.report.drawing",
                "tablekin.report.apparatus",
                "tablekin.orchestration.drop",
                "tablekin.explain.drivers",
            ]
        )

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        point: FaultPoint | None = None,
        counted: Path | None = None,
        log: Path | None = None,
        surroundings: Surroundings | None = None,
        alone: bool = True,
    ) -> BaseProcess:
        """Start a command that leads a group of its own; what it says is added to ``log.txt`` in the folder."""
        log = log or folder / "log.txt"
        process = self._context.Process(
            target=_run, args=(tuple(arguments), folder, point, counted, log, surroundings, alone)
        )
        program = sys.modules["__main__"]
        spec, file = program.__spec__, program.__dict__.pop("__file__", None)
        program.__spec__ = None  # or each command would begin this program anew
        try:
            process.start()
        finally:
            program.__spec__ = spec
            if file is not None:
                program.__file__ = file
        return process

    def finish(self, arguments: Sequence[str], folder: Path) -> int:
        """Let a command end by itself; its exit code."""
        return wait_for(self.start(arguments, folder))


def wait_for(process: BaseProcess) -> int:
    """Wait until a process has ended; its exit code, negative for a signal, 99 if it had to be killed."""
    process.join(_SECONDS)
    if process.exitcode is None:
        send_to_group(process, signal.SIGKILL)
        process.join()
        return 99
    return process.exitcode


def send_to_group(process: BaseProcess, number: int) -> None:
    """Send a signal to a command and all of its workers."""
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def members(group: int) -> list[int]:
    """Find the processes of a group that run; one that nobody has waited for does not."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, of = stat.read_text().rsplit(")", 1)[1].split()[:3]
            if int(of) == group and state != "Z":
                found.append(int(stat.parent.name))
    return found


def workers(group: int) -> list[int]:
    """Find the workers of a command, by how they were started."""
    found = []
    for process in members(group):
        with suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes():
                found.append(process)
    return found


def orphans(group: int) -> list[int]:
    """Give what is left of a group some seconds to end, and find what has not; that is killed."""
    deadline = time.monotonic() + 20
    while (left := members(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return left
