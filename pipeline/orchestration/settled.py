"""Settled: what a run has left as it should be, so that the next one sees without opening anything that it still is.

A run that finds nothing to do would take the digest of every scan and read the end of every file of the corpus. When
one has ended, it writes down what it was given and what the file system says of the scans and of the corpus. Where all
of that is the same for the next, it has nothing to do, and says what a run says that looks.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tablekin import data
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore, replacing, signs_of, state_of
from tablekin.errors import StorageError
from tablekin.ingest import Listing
from tablekin.provenance import versions, weights_digests
from tablekin.threshold import threshold

_PROGRAM = Path(str(data.__file__)).parents[1]
_PARAMETERS = Path(str(data.__file__)).parent / "parameters.json"
_LAYOUT = "1"  # of the file, and of what is looked at
_NOT_THERE = "-"
_NANOSECONDS = 10**9


@dataclass(frozen=True)
class SettlingLimits:
    """When what the file system says can be trusted."""

    age: float = threshold(
        2.0,
        "seconds",
        "since the last change of a scan when a run begins: one that is written once more within the steps of a file "
        "system's clock, 2 seconds at most (FAT), might not be told from what was read",
    )


LIMITS = SettlingLimits()


@dataclass(frozen=True)
class Settled:
    """What a run that has nothing to do says and finds."""

    key: str  # digest of what it was given and of what there was
    says: tuple[str, ...]
    ok: int  # pages of the scans that could be analysed
    failed: int


@dataclass(frozen=True)
class GivenToRun:
    """What a run depends on besides its corpus, as it was before anything was read."""

    digest: str
    is_old: bool  # whether no scan was changed only just now

    @classmethod
    def of(cls, listing: Listing, metadata: Path | None, config: RunConfig, engine: str | None) -> GivenToRun:
        """Look at what is given: files of scans, the file of metadata, settings, and what ships.

        Parameters
        ----------
        listing
            The scans.
        metadata
            The file, if one is given.
        config
            Settings.
        engine
            Name and version of the OCR engine, if one reads words.
        """
        digest, last = hashlib.sha256(), 0
        shipped = [str(versions()["tablekin"]), *weights_digests().values(), _digest(_PARAMETERS)]
        for said in (_LAYOUT, _program(), *shipped, config.model_dump_json(), engine or _NOT_THERE):
            digest.update(f"{said}\0".encode())
        digest.update((_digest(metadata) if metadata else _NOT_THERE).encode())
        for source in listing.sources:
            path = listing.path(source)
            signs = _NOT_THERE
            with suppress(
                OSError, ValueError
            ):  # a link to nothing; it is reported as a scan that cannot be read
                known = path.stat()
                signs = signs_of(known)
                # nobody can set the time of change, but Windows has that of creation in its place
                last = max(last, known.st_ctime_ns if os.name == "posix" else known.st_mtime_ns)
            digest.update(b"%s\0%s\0" % (os.fsencode(path), signs.encode()))
        return cls(digest.hexdigest(), time.time_ns() - last > LIMITS.age * _NANOSECONDS)


def find_settled(corpus: CorpusStore, given: GivenToRun) -> Settled | None:
    """Tell what a run says and finds that is given the same as one before; None if anything may be to be done.

    Parameters
    ----------
    corpus
        Which nobody writes to meanwhile.
    given
        What the run depends on besides it.
    """
    try:
        found = json.loads(corpus.layout.settled.read_text("utf-8"))
        settled = Settled(
            str(found["key"]), tuple(map(str, found["says"])), int(found["ok"]), int(found["failed"])
        )
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return settled if settled.key == _key(corpus, given) else None


def keep_settled(corpus: CorpusStore, given: GivenToRun, says: Iterable[str], ok: int, failed: int) -> None:
    """Write down that nothing is left to do; where that cannot be written, the next run looks for itself."""
    if not given.is_old:
        corpus.layout.settled.unlink(missing_ok=True)
        return
    settled = Settled(_key(corpus, given), tuple(says), ok, failed)
    with suppress(StorageError), replacing(corpus.layout.settled) as file:
        file.write((json.dumps(asdict(settled), indent=1, ensure_ascii=False) + "\n").encode())


def _key(corpus: CorpusStore, given: GivenToRun) -> str:
    return hashlib.sha256(f"{given.digest} {state_of(corpus.layout)}".encode()).hexdigest()


def _program() -> str:
    """Say what the files of this program are: one that was changed may find something to do in any corpus."""
    found = []
    for folder, _, names in os.walk(_PROGRAM, followlinks=True):
        for path in (Path(folder, name) for name in names if name.endswith(".py")):
            known = path.stat()
            found.append(f"{path} {known.st_size} {known.st_mtime_ns}")
    return "\n".join(sorted(found))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
