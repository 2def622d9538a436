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

from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.replacing import write_json
from tablekin.errors import InUseError


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep other runs from writing to the corpus in ``root``; readers do not ask.

    Raises
    ------
    InUseError
        Another run is writing to it.
    """
    root.mkdir(parents=True, exist_ok=True)
    layout = CorpusLayout(root)
    try:
        lock = FileLock(layout.lock).acquire(blocking=False)
    except Timeout as error:
        raise InUseError(
            f"another run is writing to {root}: {_holder(layout)}; wait until it has ended, or end it, and run the "
            "same command again"
        ) from error
    with lock:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"process": os.getpid(), "machine": socket.gethostname(), "since": now}
        write_json(layout.lock_holder, holder)
        try:
            yield
        finally:
            layout.lock_holder.unlink(missing_ok=True)


def _holder(layout: CorpusLayout) -> str:
    try:
        holder = json.loads(layout.lock_holder.read_text("utf-8"))
        return f"process {holder['process']} on {holder['machine']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "it has only just begun"
