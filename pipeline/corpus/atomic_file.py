"""AtomicFile: a file is written beside its place and put there when it is whole, so that nobody sees half of it."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from tablekin.faults import faults_described
from tablekin.interruption import uninterrupted

try:
    import fcntl
except ImportError:  # pragma: no cover (not on Windows)
    fcntl = None  # type: ignore[assignment]

_TOKEN = re.compile(r"[0-9a-f]{16}\.tmp")
_UNFINISHED = ".*.tmp"  # a leading dot hides a file from whoever reads the folder as one table
_LONGEST = 40  # characters of the name that are kept in that of the unfinished file: a name has 255 bytes
_NO_SYNC = (
    errno.EINVAL,
    errno.EBADF,
    errno.ENOTSUP,
    errno.EACCES,
)  # of a folder, where a system cannot do it


@contextmanager
def replacing(path: Path, before: Callable[[Path], None] | None = None) -> Iterator[IO[bytes]]:
    """Open a file beside ``path``; at the end, force it to disk and rename it over ``path``.

    Its name is one that nobody can foresee, and it is not opened if it is there, be it as a link. What is no plain
    file, such as ``/dev/stdout``, is written to as it is. What a killed command left beside ``path`` is deleted.

    Parameters
    ----------
    path
        What is replaced.
    before
        Is given the file, whole and on disk, before it is renamed.

    Raises
    ------
    StorageError
        It cannot be written, for instance because the disk is full; what ``path`` was before, it still is.
    """
    with faults_described(path):
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as file:
                yield file
            return
        if (
            before is None
        ):  # else it is a part of a corpus, whose next writer looks for all that was left in it
            _discard_abandoned(path)
        unfinished = path.with_name(f"{_stem(path)}{secrets.token_hex(8)}.tmp")
        try:
            with _create(unfinished) as file, _held(unfinished):
                yield file
                file.flush()
                os.fsync(file.fileno())
                file.close()  # or it could not be renamed everywhere
                if before is not None:
                    before(unfinished)
                with uninterrupted():
                    unfinished.replace(path)
                    sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):  # the first error is the one to be told
                unfinished.unlink(missing_ok=True)  # it would take the room that is needed
            raise


def _stem(path: Path) -> str:
    return f".{path.name[:_LONGEST]}."


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Hold the lock of a file, which tells that somebody writes it; false where somebody does, or nobody can tell."""
    if fcntl is None:  # then a file that is open cannot be deleted
        yield True
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _discard_abandoned(path: Path) -> None:
    """Delete unfinished files of ``path`` whose writer has ended."""
    stem = _stem(path)
    with suppress(OSError):
        for name in [entry.name for entry in os.scandir(path.parent) if entry.name.startswith(stem)]:
            if _TOKEN.fullmatch(name[len(stem) :]):
                with _held(path.with_name(name)) as is_abandoned:
                    if is_abandoned:
                        path.with_name(name).unlink()


def _create(path: Path) -> IO[bytes]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return open(path, "wb", opener=lambda name, _: os.open(name, flags, 0o666))


def sync_folder(folder: Path) -> None:
    """Force to disk which files a folder has: without it, a new name may be lost when the power fails."""
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def write_json(path: Path, value: Any, before: Callable[[Path], None] | None = None) -> None:
    """Write ``value`` to ``path`` atomically; ``before`` is that of ``replacing``."""
    with replacing(path, before) as file:
        file.write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def list_unfinished(folder: Path) -> list[Path]:
    """Files that interrupted writes left in ``folder``."""
    return sorted(folder.glob(_UNFINISHED))


def discard_unfinished(folder: Path) -> None:
    """Delete what interrupted writes left in ``folder``."""
    for path in list_unfinished(folder):
        path.unlink()
