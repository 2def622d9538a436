"""Errors that a user can act on; each knows the exit code of the command it ends."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the ``tablekin`` command returns to the shell; ``meaning`` says it in a sentence."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Make a code with its meaning."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    DONE = 0, "Everything was done."
    FAULT = (
        1,
        "An error of tablekin itself, which its authors want to know; it is told with where it came about.",
    )
    USAGE = (
        2,
        "An argument, the config or the corpus cannot be used, or the disk is full or forbidden. The message says why.",
    )
    PARTIAL = (
        3,
        "Done, but some documents failed; their reasons stand in the table `documents`. Of `tablekin check`: something "
        "is wrong with the corpus.",
    )
    NOTHING = 4, "No scan was found, or none could be analysed."
    INTERRUPTED = (
        130,
        "Interrupted with Ctrl-C. What is finished is kept; the same command goes on from there.",
    )
    TERMINATED = (
        143,
        "Ended from outside (SIGTERM), for instance by the scheduler of a cluster. As with Ctrl-C, nothing is lost.",
    )


class TablekinError(Exception):
    """Base of the errors whose message alone tells the user what happened and what to do."""

    exit_code = ExitCode.USAGE


class UsageError(TablekinError):
    """An argument cannot be used: a missing folder, an unknown document, a device that is not there."""


class ConfigError(TablekinError):
    """The config file or the metadata file cannot be used."""


class CorpusError(TablekinError):
    """A folder is not a corpus, or was written by a version this one cannot read."""


class StorageError(CorpusError):
    """The system does not let a file be read or written: a forbidden folder, a drive that can only be read or fails."""


class DiskFullError(StorageError):
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


class ManifestError(TablekinError):
    """A IIIF manifest or collection cannot be read; the message goes on where its address leaves off."""

    exit_code = ExitCode.PARTIAL


class FetchError(TablekinError):
    """Something cannot be had from the web; this message becomes the reason of what needs it.

    Attributes
    ----------
    passing
        Whether it may be had another time.
    refused
        Whether the server does not want to give it.
    """

    exit_code = ExitCode.PARTIAL

    def __init__(self, reason: str, passing: bool = False, refused: bool = False) -> None:
        super().__init__(reason)
        self.passing, self.refused = passing, refused
