"""CorpusLayout: where in the folder of a corpus each thing lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tablekin.corpus.atomic_file import list_unfinished
from tablekin.corpus.manifest import MANIFEST
from tablekin.corpus.parts import list_parts


@dataclass(frozen=True)
class CorpusLayout:
    """Paths in a corpus; what is asked for need not be there."""

    root: Path

    @property
    def record(self) -> Path:
        """What the last run was made with."""
        return self.root / "run.json"

    @property
    def manifest(self) -> Path:
        """Digests of the files, as they were written."""
        return self.root / MANIFEST

    @property
    def analysis(self) -> Path:
        """Folder for what ``tablekin analyze`` writes, if the user names no other."""
        return self.root / "analysis"

    @property
    def kinship(self) -> Path:
        """Folder for what ``tablekin kinship`` writes, if the user names no other."""
        return self.root / "kinship"

    @property
    def iiif(self) -> Path:
        """Folder for pages fetched from libraries, if the user names no other."""
        return self.root / "iiif"

    @property
    def iiif_columns(self) -> Path:
        """What libraries say of the pages that were fetched from them, wherever these lie."""
        return self.iiif / "columns.json"

    @property
    def cell_index(self) -> Path:
        """Index of all cells, which ``tablekin find`` makes when it is first called; may be deleted."""
        return self.root / "find.arrow"

    @property
    def document_list(self) -> Path:
        """Table ``documents`` in one file, which a run leaves where there are many parts; may be deleted."""
        return self.root / "documents.arrow"

    @property
    def settled(self) -> Path:
        """By what the next run sees that there is nothing to do; may be deleted."""
        return self.root / "settled.json"

    @property
    def lock(self) -> Path:
        """File that the process which writes to the corpus holds; the dot hides it from whoever looks for tables."""
        return self.root / ".lock"

    @property
    def lock_holder(self) -> Path:
        """Who holds the lock, for the message to others; outlives a killed run."""
        return self.root / ".lock.json"

    def begun(self, command: str) -> Path:
        """Journal of what a command has begun to do and has not ended."""
        return self.root / f".begun-{command}.json"

    def all_begun(self) -> list[Path]:
        """List the journals of all commands that have not ended."""
        return sorted(self.root.glob(".begun-*.json"))

    @property
    def ranking(self) -> Path:
        """Folder for what an unfinished run has found out of which documents are nearest."""
        return self.root / ".ranking"

    def ranking_file(self, digest: str, number: int) -> Path:
        """File of some documents there."""
        return self.ranking / f"{digest}-{number:06d}.npz"

    @property
    def new_metadata(self) -> Path:
        """The user's columns that are being written into table ``documents``; gone when all of them are."""
        return self.root / ".new-metadata.parquet"

    def table(self, table: str) -> Path:
        """Folder of the parts of a table."""
        return self.root / table

    def part(self, table: str, name: str) -> Path:
        """Part of a table; those of one batch of documents have the same name in all their tables."""
        return self.root / table / name

    def parts(self, table: str) -> list[Path]:
        """Parts of a table that are there, in the order of their names."""
        return list_parts(self.root / table)

    def next_part(self, table: str) -> Path:
        """Part that comes after all that are there."""
        numbers = [int(part.stem.removeprefix("part-")) for part in self.parts(table)]
        return self.part(table, f"part-{max(numbers, default=-1) + 1:05d}.parquet")

    def unfinished(self, table: str) -> list[Path]:
        """Files that interrupted writes left in the folder of a table."""
        return list_unfinished(self.root / table)

    def place(self, path: Path) -> str:
        """Name a file or folder of the corpus as messages do, from the folder of the corpus on."""
        return path.relative_to(self.root).as_posix()
