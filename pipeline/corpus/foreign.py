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
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.parts import part_metadata
from tablekin.errors import CorpusError
from tablekin.faults import faults_described
from tablekin.schemas import ALL_SCHEMAS, SCHEMA_VERSION, PartKey

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


def refuse_other(root: Path, layout: CorpusLayout) -> None:
    """Do nothing with a folder that is no corpus of this version, or has what is not a corpus's own.

    Raises
    ------
    CorpusError
        It holds something else, tables of another schema version, or links and other things that no run puts there.
    """
    with faults_described(root):
        if root.exists() and not root.is_dir():
            raise CorpusError(f"{root} is a file; name a folder for the corpus")
        found = [path.name for path in root.iterdir()] if root.exists() else []
        visible = [name for name in found if not name.startswith(".")]
        if visible and not _is_begun(root, layout, {*visible}):
            raise CorpusError(
                f"{root} holds other files (such as {visible[0]}); name a new folder for the corpus"
            )
    with faults_described():
        _refuse_foreign(layout)
    for part in layout.parts("documents")[:1]:
        version = part_metadata(part).get(PartKey.SCHEMA)
        if version != SCHEMA_VERSION:
            raise CorpusError(
                f"{root} was written with schema version {version}, this tablekin writes "
                f"{SCHEMA_VERSION}; name a new folder for the corpus"
            )


def _is_begun(root: Path, layout: CorpusLayout, names: set[str]) -> bool:
    """Tell by what a folder holds whether a run has begun a corpus there."""
    own = {*ALL_SCHEMAS, layout.record.name, layout.iiif.name}
    if not own.isdisjoint(names):
        return True
    known = CorpusManifest.read(root).files  # other programs have a file of this name, too
    return names == {layout.manifest.name} and any(Path(file).parts[0] in own for file in known)


def _refuse_foreign(layout: CorpusLayout) -> None:
    for path, what in find_foreign(layout):
        raise CorpusError(
            f"{path} {what}; delete it, or move it out of the corpus. If the corpus came from elsewhere, "
            "do not trust it: tablekin never makes such a thing"
        )
