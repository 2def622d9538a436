"""What commands are tried in: faults between program and system, missing rights, full drives, a clock that jumps."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lib.attack_sequences import SEQUENCES, AttackedCommand
from lib.attacked_command import InjectedFault, Surroundings

READING = (
    AttackedCommand("similar", "corpus", ("similar", "{}/corpus", "page0"), 0),
    AttackedCommand("show", "corpus", ("show", "{}/corpus", "page0", "page2", "--image", "{}/out.svg"), 0),
    AttackedCommand("read", "corpus", ("read", "{}/corpus", "page0", "--csv", "{}/out.csv"), 0),
    AttackedCommand("check", "corpus", ("check", "{}/corpus"), 0),
)
WRITING = tuple(one for one in SEQUENCES if "SCHEDULER" not in one.arguments)
TABLES = ("documents", "factors", "matches", "pairs", "drivers", "collations")
_CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
/* Each question is answered with another time: twelve years later, then twelve earlier, and so on. */
static long shift(void) {
    static long asked;
    return (__sync_fetch_and_add(&asked, 1) % 2 ? -1 : 1) * 12L * 365 * 24 * 3600;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int answer = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += shift();
    return answer;
}
time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}
"""


USUAL = Surroundings()


@dataclass(frozen=True)
class Trial:
    """A command in surroundings."""

    command: AttackedCommand
    fault: str  # for the table
    surroundings: Surroundings = USUAL
    before: Callable[[Path], object] = lambda folder: None  # makes a folder as it is to be
    after: Callable[[Path], object] = lambda folder: None  # and as it was
    succeeds: bool = False  # whether the command must succeed all the same
    room: int | None = None  # bytes that a file system has beside what it holds already
    read_only: bool = False


def injected(command: AttackedCommand, changes: int) -> Iterator[Trial]:
    """List faults that are put between the program and the system, at several moments each."""
    kinds = (
        ("quota used up", "create", errno.EDQUOT),
        ("disk full at the end of a file", "sync", errno.ENOSPC),
        ("drive fails", "sync", errno.EIO),
        ("rename forbidden", "replace", errno.EACCES),
        ("network drive is gone", "create", errno.ESTALE),
    )
    for name, operation, number in kinds:
        for moment in sorted({0, 1, changes // 3, changes // 2}):
            fault = InjectedFault(operation, moment, number)
            yield Trial(command, name, Surroundings(fault))
    for name, number in (("no locks here", errno.ENOLCK), ("locks not supported", errno.EOPNOTSUPP)):
        yield Trial(command, name, Surroundings(InjectedFault("lock", 0, number)))
    for moment in sorted({2, changes // 4, changes // 2, 3 * changes // 4}):
        yield Trial(command, "corpus deleted", Surroundings(InjectedFault("replace", moment, deletes=True)))
        yield Trial(command, "corpus moved", Surroundings(InjectedFault("replace", moment, moves=True)))


def _closed(name: str, mode: int) -> tuple[Callable[[Path], object], Callable[[Path], object]]:
    """Close a folder or file, and open it again."""

    def close(folder: Path) -> None:
        with suppress(FileNotFoundError):
            (folder / name).chmod(mode)

    def reopen(folder: Path) -> None:
        with suppress(FileNotFoundError):
            (folder / name).chmod(0o755)

    return close, reopen


def forbidden(command: AttackedCommand) -> Iterator[Trial]:
    """List permissions that are missing."""
    without = Surroundings(without_rights=True)
    writes, asks_for_file = command in WRITING, not {"--csv", "--image"}.isdisjoint(command.arguments)
    places = [("corpus forbidden", "corpus", 0), ("corpus only to be read", "corpus", 0o555)]
    places += [(f"table {table} forbidden", f"corpus/{table}", 0) for table in TABLES]
    places += [("run.json forbidden", "corpus/run.json", 0), ("folder only to be read", ".", 0o555)]
    for name, place, mode in places:
        close, reopen = _closed(place, mode)
        succeeds = mode == 0o555 and not writes and not (place == "." and asks_for_file)
        if command.name == "first run" and place.startswith("corpus"):
            continue
        yield Trial(command, name, without, close, reopen, succeeds)


def trials(command: AttackedCommand, changes: int, preload: Path | None) -> Iterator[Trial]:
    """List what is tried with a command."""
    if command in WRITING:
        yield from injected(command, changes)
        for size in (1000, 8000):
            yield Trial(command, "file size limited", Surroundings(largest_file=size))
        if is_root():
            for room in (0, 20_000, 60_000, 120_000):
                yield Trial(command, "disk full (tmpfs)", room=room)
            yield Trial(command, "file system only to be read", read_only=True)
    yield from forbidden(command)
    if preload is not None:
        clock = Surroundings(variables=(("LD_PRELOAD", str(preload)),))
        yield Trial(command, "clock jumps by years", clock, succeeds=True)


def is_root() -> bool:
    """Whether file systems can be mounted here."""
    return sys.platform.startswith("linux") and os.geteuid() == 0


def build_clock(folder: Path) -> Path | None:
    """Compile a library that gives a program wrong times; None without a compiler."""
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(_CLOCK)
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library
