"""Errors that a user can act on; each knows the exit code of the command it ends."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the ``tablekin`` command returns to the shell."""

    DONE = 0
    PARTIAL = 3  # done, but some documents failed
    USAGE = 2  # bad arguments or config
    NOTHING = 4  # nothing usable
    INTERRUPTED = 130  # ended by Ctrl-C, as shells report it


class TablekinError(Exception):
    """Base of the errors whose message alone tells the user what happened and what to do."""

    exit_code = ExitCode.USAGE


class UsageError(TablekinError):
    """An argument cannot be used: a missing folder, an unknown document, a device that is not there."""


class ConfigError(TablekinError):
    """The config file or the metadata file cannot be used."""


class CorpusError(TablekinError):
    """A folder is not a corpus, or was written by a version this one cannot read."""


class DiskFullError(CorpusError):
    """There is no room for a file of the corpus; everything that was there before is as it was."""


class InUseError(CorpusError):
    """Another run is writing to the corpus."""


class NothingUsableError(TablekinError):
    """No scan was found, or none could be analysed."""

    exit_code = ExitCode.NOTHING


class StoppedError(TablekinError):
    """A document failed and the user had asked to stop at the first failure."""

    exit_code = ExitCode.PARTIAL


class ScanError(TablekinError):
    """One scan cannot be read; this message becomes the reason in its row of the documents table."""

    exit_code = ExitCode.PARTIAL
