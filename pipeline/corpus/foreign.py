"""Foreign: what lies in the folder of a corpus that no run puts there and no command may follow or take for a part.

A corpus may come from elsewhere. A link in it would have ``drop`` or ``analyze`` write and delete in another folder, a
pipe or a device would be read for ever, and a copy that a file manager or a cloud made of a part would be read as rows.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from tablekin.corpus.layout import CorpusLayout
from tablekin.errors import CorpusError
from tablekin.schemas import ALL_SCHEMAS

_PART = re.compile(r"part-\d{5,}\.parquet")
_NAMES = {"matches": re.compile(r"part-\d{4,}-\d{5,}\.parquet")}  # where they are not as in the other tables


def find_foreign(layout: CorpusLayout) -> Iterator[tuple[Path, str]]:
    """Find what is not a corpus's own.

    Yields
    ------
    tuple
        What, and what is wrong with it.
    """
    own = [layout.record, layout.manifest, layout.new_metadata, layout.iiif_columns]
    own += [layout.cell_index, layout.document_list, layout.settled]
    for path in (layout.lock, layout.lock_holder, *own, *layout.all_begun()):
        yield from _unlike(path, stat.S_ISREG, "file")
    folders = [layout.analysis, layout.kinship, layout.iiif, layout.ranking, *map(layout.table, ALL_SCHEMAS)]
    for path in folders:
        yield from _unlike(path, stat.S_ISDIR, "folder")
    if layout.iiif.is_dir() and not layout.iiif.is_symlink():
        for path in sorted(layout.iiif.iterdir()):  # books, into which pictures are written
            if path.is_symlink():
                yield path, "is a link, which may lead out of the corpus"
    for table in ALL_SCHEMAS:
        if layout.table(table).is_dir() and not layout.table(table).is_symlink():
            yield from _foreign_parts(layout.table(table), _NAMES.get(table, _PART))


def _unlike(path: Path, fits: Callable[[int], bool], kind: str) -> Iterator[tuple[Path, str]]:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        yield path, "is a link, which may lead out of the corpus"
    elif not fits(mode):
        yield path, f"is no {kind}"


def _foreign_parts(folder: Path, name: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_symlink():
                yield Path(entry.path), "is a link, which may lead out of the corpus"
            elif entry.name.endswith((".parquet", ".tmp")) and not entry.is_file():
                yield Path(entry.path), "is no file"
            elif entry.name.endswith(".parquet") and not name.fullmatch(entry.name):
                yield Path(entry.path), "is no part of the table: something else has put it there"


def refuse_foreign(layout: CorpusLayout) -> None:
    """Do nothing with a corpus that has what is not its own.

    Raises
    ------
    CorpusError
        It has.
    """
    for path, what in find_foreign(layout):
        raise CorpusError(
            f"{path} {what}; delete it, or move it out of the corpus. If the corpus came from elsewhere, "
            "do not trust it: tablekin never makes such a thing"
        )
