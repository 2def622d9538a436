"""Selection: the documents that are exported, and what the corpus says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from tablekin.corpus import CorpusStore
from tablekin.export.crate_metadata import Citation
from tablekin.schemas import SCHEMAS

_BLOCK = 64  # documents that are read at a time


@dataclass(frozen=True)
class Selection:
    """What a format writes.

    Attributes
    ----------
    corpus
        Where they are from.
    doc_ids
        The documents, in the order of their scans.
    out
        Folder for the files, which is there.
    base
        Address at which that folder will be found on the web, without a slash at its end.
    witness
        Column of the metadata that says which documents are of one witness; without it, each document is one.
    citation
        How the corpus is to be cited, for formats that say so.
    """

    corpus: CorpusStore
    doc_ids: tuple[str, ...]
    out: Path
    base: str
    witness: str | None = None
    citation: Citation = field(default_factory=Citation)

    @cached_property
    def documents(self) -> pd.DataFrame:
        """Rows of table documents with the user's and the libraries' columns, in the order of ``doc_ids``."""
        rows = self.corpus.read("documents", self.doc_ids)
        return rows.set_index("doc_id", drop=False).loc[list(self.doc_ids)]

    @cached_property
    def metadata(self) -> pd.DataFrame:
        """What is known of the documents: the columns of the user's and the libraries', and which scan each is."""
        own = {*SCHEMAS["documents"].names} - {"source", "page_index"}
        return self.documents.drop(columns=[name for name in self.documents if name in own])

    def regions(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield each document with its rows of table regions."""
        for doc_id, rows in self.rows_of("regions"):
            yield doc_id, rows["regions"]

    def rows_of(self, *tables: str) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
        """Yield each document with its rows of some tables.

        They are read for many documents at a time: those that follow one another mostly lie in one part.
        """
        for start in range(0, len(self.doc_ids), _BLOCK):
            block = self.doc_ids[start : start + _BLOCK]
            read = {table: self.corpus.read(table, block) for table in tables}
            own = {table: dict(list(rows.groupby("doc_id"))) for table, rows in read.items()}
            for doc_id in block:
                yield doc_id, {table: own[table].get(doc_id, read[table].iloc[:0]) for table in tables}
