"""Libraries: pages that a run fetches from manifests, beside the scans that it finds in folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tablekin.config import IiifConfig
from tablekin.corpus import CorpusStore
from tablekin.execution import Say
from tablekin.iiif import FetchedPages, add_columns, fetch_pages, number_columns
from tablekin.ingest import Listing, printable
from tablekin.orchestration.changes import TRIED_AGAIN


@dataclass(frozen=True)
class LibraryColumns:
    """What libraries say of the pages of a corpus: by source, then by column."""

    before: Mapping[str, Mapping[str, str]]  # as the last run left it
    now: Mapping[str, Mapping[str, str]]

    @cached_property
    def columns(self) -> dict[str, bool]:
        """The columns, and whether they hold numbers."""
        return number_columns(self.now)

    def add(
        self, documents: pd.DataFrame, fields: Sequence[pa.Field]
    ) -> tuple[pd.DataFrame, Sequence[pa.Field]]:
        """Give rows of table documents what is said of them, beside the user's columns, which go before it."""
        if not self.now:
            return documents, fields
        return add_columns(documents, fields, self.now, self.before, self.columns)


def add_fetched(
    listing: Listing,
    manifests: Sequence[str | Path],
    corpus: CorpusStore,
    cache: Path | None,
    config: IiifConfig,
    say: Say,
) -> tuple[Listing, FetchedPages]:
    """Fetch the pages of manifests and list them after the scans.

    A page that cannot be fetched is listed with the reason, unless the corpus has it from an earlier run: then that
    stays.

    Parameters
    ----------
    listing
        The scans.
    manifests
        Addresses and files.
    corpus
        Which gets the pages.
    cache
        Folder for the pictures; the corpus's own by default.
    config
        How they are fetched.
    say
        Takes lines for the user.
    """
    fetched = fetch_pages(manifests, cache or corpus.layout.iiif, config, say)
    documents = corpus.read("documents", columns=["source", "status"])
    had = set(documents.loc[documents["status"] == "ok", "source"])
    lost = had.intersection(fetched.reasons)
    if lost:
        say(f"{len(lost)} pages of the corpus cannot be fetched again; what was read of them is kept")
    known = lost.union(listing.sources)
    new = [source for source in fetched.sources if source not in known]
    located = {source: fetched.root.absolute() / source for source in new}
    reasons = {
        source: printable(reason) + TRIED_AGAIN
        for source, reason in fetched.reasons.items()
        if source in located
    }
    return replace(listing, sources=(*listing.sources, *new), located=located, reasons=reasons), fetched


def begin_columns(corpus: CorpusStore, fetched: FetchedPages | None) -> LibraryColumns:
    """Join what libraries say now with what they said of other pages; what is new is kept, should the run be killed."""
    before = corpus.read_iiif_columns()
    now = {**before, **(fetched.columns if fetched else {})}
    if now.keys() != before.keys():
        corpus.write_iiif_columns({**now, **before})
    return LibraryColumns(before, now)


def keep_columns(corpus: CorpusStore, columns: LibraryColumns) -> None:
    """Keep what libraries say of the pages that the corpus has."""
    sources = set(corpus.read("documents", columns=["source"])["source"])
    said = {source: values for source, values in columns.now.items() if source in sources}
    if said != corpus.read_iiif_columns():
        corpus.write_iiif_columns(said)
