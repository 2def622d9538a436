"""A ``tablekin`` command in a process of its own that is ended at a change of a file, or from outside.

The command is the real one, with its real workers; only pages are not looked at with networks, but by
``tests/support/edition_stages.py``, so that an attack takes a second. Batches and blocks are small, so that a few pages
make several of them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
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


def _run(
    arguments: Sequence[str], folder: Path, point: FaultPoint | None, counted: Path | None, log: Path
) -> None:
    """Run a command; the target of a process."""
    os.setsid()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    tracker: Any = resource_tracker._resource_tracker  # type: ignore[attr-defined]
    tracker._fd = tracker._pid = None  # this process has one of its own
    signal.signal(signal.SIGINT, signal.default_int_handler)
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
    if point is not None:
        _guard(folder, point, counted)
    import sys

    sys.argv = ["tablekin", *arguments]
    main()


class Commands:
    """Starts commands by forking a server that has loaded everything: what is attacked is their work, not imports."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            [
                "lib.attacked_command",
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
    ) -> BaseProcess:
        """Start a command that leads a group of its own; what it says is added to ``log.txt`` in the folder."""
        process = self._context.Process(
            target=_run, args=(tuple(arguments), folder, point, counted, folder / "log.txt")
        )
        process.start()
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
