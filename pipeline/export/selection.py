"""Selection: the documents that are exported, and what the corpus says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from tablekin.corpus import CorpusStore


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
    """

    corpus: CorpusStore
    doc_ids: tuple[str, ...]
    out: Path
    base: str

    @cached_property
    def documents(self) -> pd.DataFrame:
        """Rows of table documents with the user's and the libraries' columns, in the order of ``doc_ids``."""
        rows = self.corpus.read("documents", self.doc_ids)
        return rows.set_index("doc_id", drop=False).loc[list(self.doc_ids)]

    def regions(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield each document with its rows of table regions."""
        for doc_id in self.doc_ids:
            yield doc_id, self.corpus.read("regions", [doc_id])
