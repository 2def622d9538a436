"""Lock: one run at a time writes to a corpus. A lock ends with its process, however that ends."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from tablekin.corpus.atomic_file import write_json
from tablekin.corpus.layout import CorpusLayout
from tablekin.errors import CorpusError, InUseError
from tablekin.faults import faults_described


@dataclass(frozen=True)
class HeldLock:
    """The lock of a folder, which this process holds."""

    path: Path
    identity: tuple[int, int]  # of the file: device and inode

    def verify(self) -> None:
        """Check that the folder is the one that was locked: what is written must not go to the remains of another.

        Raises
        ------
        CorpusError
            It is gone or another.
        """
        with suppress(OSError):
            if _identity(self.path) == self.identity:
                return
        raise CorpusError(
            f"{self.path.parent} was deleted, moved or replaced while it was written to; put it back if you still need "
            "it, and run the same command again"
        )


@contextmanager
def locked(root: Path) -> Iterator[HeldLock]:
    """Keep others from writing to the corpus in ``root``, or to another folder; readers do not ask.

    Raises
    ------
    InUseError
        Another command is writing to it.
    StorageError
        It cannot be written to, or its file system has no locks.
    """
    layout = CorpusLayout(root)
    with faults_described(root):
        root.mkdir(parents=True, exist_ok=True)
        try:
            # a lock that is only a file would outlive a killed run, and nobody could tell it from one that is held
            lock = FileLock(layout.lock, fallback_to_soft=False).acquire(blocking=False)
        except Timeout as error:
            raise InUseError(
                f"another run is writing to {root}: {_holder(layout)}; wait until it has ended, or end it, and run "
                "the same command again"
            ) from error
    with lock:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"process": os.getpid(), "machine": socket.gethostname(), "since": now}
        write_json(layout.lock_holder, holder)
        try:
            yield HeldLock(layout.lock, _identity(layout.lock))
        finally:
            with suppress(OSError):
                layout.lock_holder.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _holder(layout: CorpusLayout) -> str:
    try:
        holder = json.loads(layout.lock_holder.read_text("utf-8"))
        return f"process {holder['process']} on {holder['machine']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "it has only just begun"
