"""Lock: one run at a time writes to a corpus. A lock ends with its process, however that ends."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from tablekin.corpus.parts import write_json
from tablekin.errors import InUseError

_LOCK = ".lock"  # the dot hides both from whoever looks for tables
_HOLDER = ".lock.json"  # who holds the lock, for the message; outlives a killed run


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep other runs from writing to the corpus in ``root``; readers do not ask.

    Raises
    ------
    InUseError
        Another run is writing to it.
    """
    root.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(root / _LOCK).acquire(blocking=False)
    except Timeout as error:
        raise InUseError(
            f"another run is writing to {root}: {_holder(root)}; wait until it has ended, or end it, and run the "
            "same command again"
        ) from error
    with lock:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"process": os.getpid(), "machine": socket.gethostname(), "since": now}
        write_json(root / _HOLDER, holder)
        try:
            yield
        finally:
            (root / _HOLDER).unlink(missing_ok=True)


def _holder(root: Path) -> str:
    try:
        holder = json.loads((root / _HOLDER).read_text("utf-8"))
        return f"process {holder['process']} on {holder['machine']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "it has only just begun"
