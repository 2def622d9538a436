"""Faults of the system around the program, such as a full disk or a forbidden folder: what to do about each."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tablekin.errors import DiskFullError, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_GONE = (
    "{path} is not there, or not any more; if it was deleted or moved, or its drive is detached, put it back, and run "
    "{again}"
)
_FORBIDDEN = (
    "you have no right to read or write {path}; get the right or name another folder, and run {again}"
)
_NO_LOCKS = (
    "the file system of {path} has no locks, which keep two runs from writing to one corpus; name a folder on a disk "
    "of this machine for the corpus, and copy it when the run has ended"
)
_NO_FOLDER = (
    "{path}: a file is where a folder is needed, or a folder where a file is; move it away, and run {again}"
)
_NETWORK = "the network drive of {path} does not answer ({error}); see that it is connected, and run {again}"
_BROKEN = "the drive of {path} fails ({error}); copy what can be read to another one, and run {again}"
_REMEDIES: dict[int, str] = {
    errno.EROFS: "{path} is on a file system that can only be read; name a folder on another one, and run {again}",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.ENOENT: _GONE,
    errno.ESTALE: _GONE,
    errno.ENOLCK: _NO_LOCKS,
    errno.ENOSYS: _NO_LOCKS,
    errno.EOPNOTSUPP: _NO_LOCKS,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EISDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.ENAMETOOLONG: "the name {path} is too long for its file system; name a folder with a shorter path",
    errno.EIO: _BROKEN,
    errno.ENXIO: _BROKEN,
    errno.ENODEV: _BROKEN,
    errno.ETIMEDOUT: _NETWORK,
    errno.EHOSTDOWN: _NETWORK,
    errno.EHOSTUNREACH: _NETWORK,
    errno.ENETDOWN: _NETWORK,
    errno.ENETUNREACH: _NETWORK,
    errno.ENOTCONN: _NETWORK,
    errno.EMFILE: "too many files are open; raise the limit with: ulimit -n 4096, and run {again}",
    errno.ENFILE: "too many files are open on this machine; end other programs, and run {again}",
    errno.ENOMEM: "there is not enough memory; end other programs, or try fewer --workers, and run {again}",
}
_AGAIN = "the same command again, which goes on from what is finished"


def describe_fault(error: OSError, path: Path | None = None) -> StorageError | None:
    """Say which file an error of the system is about, and what to do; None if it is of no kind that a user can mend.

    Parameters
    ----------
    error
        What the system, or a library that asked it, said.
    path
        What was read or written, if the error does not name it.
    """
    number = error.errno
    if number is None:  # as libraries raise it
        number = {FileNotFoundError: errno.ENOENT, PermissionError: errno.EACCES}.get(type(error), 0)
    named = error.filename or (found[1] if (found := re.search(r"'([^']+)'", str(error))) else None)
    if number in _FULL:
        return DiskFullError(_no_room(path or named))
    place = path or named or "what was read or written"
    if number not in _REMEDIES:
        return None
    reason = error.strerror or type(error).__name__
    return StorageError(_REMEDIES[number].format(path=place, error=reason, again=_AGAIN))


def _no_room(path: str | Path | None) -> str:
    if path is None:
        return f"no room for what is written, on the disk it goes to; free space or raise the quota and run {_AGAIN}"
    folder = next((folder for folder in Path(path).absolute().parents if folder.is_dir()), Path("/"))
    free = shutil.disk_usage(folder).free
    return (
        f"no room on the disk for {path}, or your quota or the limit of a file's size is reached: {free / 1e6:.1f} MB "
        f"are free now; free space or raise the quota and run {_AGAIN}"
    )


@contextmanager
def faults_described(path: Path | None = None) -> Iterator[None]:
    """Turn errors of the system into such as say what to do.

    Raises
    ------
    StorageError
        Of an error of a kind that a user can mend; what ``path`` was before, it still is.
    """
    try:
        yield
    except OSError as error:
        if told := describe_fault(error, path):
            raise told from error
        raise
