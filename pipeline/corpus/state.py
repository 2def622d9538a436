"""State: what the file system tells of the files of a corpus, by which it is known that none has been touched since.

A file that was written anew, in place or under another name, has another time of change, which no program can set, or
another number; what is in it need not be read to know that it is what it was.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tablekin.corpus.atomic_file import list_unfinished
from tablekin.corpus.layout import CorpusLayout
from tablekin.schemas import ALL_SCHEMAS


def state_of(layout: CorpusLayout) -> str:
    """Digest of what the file system tells of all that a run reads of a corpus.

    Left out are the lock, and files that are made from the tables and may be deleted.
    """
    made_of_tables = {
        layout.lock,
        layout.lock_holder,
        layout.settled,
        layout.cell_index,
        layout.document_list,
    }
    digest = hashlib.sha256()
    for path in (layout.root, layout.ranking, *map(layout.table, ALL_SCHEMAS)):
        left_out = {one.name for one in made_of_tables} if path == layout.root else set()
        for line in _lines(path, left_out):
            digest.update(line)
    for folder in (layout.analysis, layout.kinship):  # of which a run only deletes what was left half written
        for path in list_unfinished(folder):
            digest.update(b"%s\0" % os.fsencode(path))
    with suppress(OSError):
        digest.update(signs_of(layout.iiif_columns.lstat()).encode())
    return digest.hexdigest()


def _lines(folder: Path, left_out: set[str]) -> Iterator[bytes]:
    """Describe a folder and the files in it; what other commands have in folders of their own is left out."""
    yield b"%s\0" % os.fsencode(folder)
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry.name, entry.stat(follow_symlinks=False)) for entry in entries)
    except OSError as error:
        yield b"%d\0" % (error.errno or 0)
        return
    for name, known in found:
        if name not in left_out and not stat.S_ISDIR(known.st_mode):
            yield b"%s %s\0" % (os.fsencode(name), signs_of(known).encode())


def signs_of(known: os.stat_result) -> str:
    """Say what of a file changes when it is written."""
    times = known.st_mtime_ns, known.st_ctime_ns
    return f"{known.st_mode} {known.st_dev} {known.st_ino} {known.st_size} {times[0]} {times[1]}"
