"""Drivers: whether table ``drivers`` has every region once and adds up to the similarity of each document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tablekin.check.index import KINDS, DocumentIndex, Floats, Index
from tablekin.check.problem import ROUNDING, Mask, Problem, WrongRows, delete_tables, name_some
from tablekin.corpus import CorpusLayout
from tablekin.page import RegionKind

_UNIONS = [
    KINDS.index(RegionKind.ROW),
    KINDS.index(RegionKind.COLUMN),
]  # of cells, whose relevance would count twice


def check_drivers(layout: CorpusLayout, parts: Sequence[Path], index: DocumentIndex) -> Iterator[Problem]:
    """Check that every region is there once and that a document's add up to its similarity with all others.

    Parameters
    ----------
    layout
        Of the corpus.
    parts
        Those of the table that can be read.
    index
        All documents.
    """
    count, rows = len(index.names), 0
    total = np.zeros(count)
    again = delete_tables(layout, "drivers")
    met = set[int]()
    for part in parts:
        found = WrongRows()
        with pq.ParquetFile(part, read_dictionary=["doc_id", "kind", "top_partner"]) as file:
            for group in range(file.num_row_groups):
                batch = file.read_row_group(group)
                rows += len(batch)
                for what, wrong in _wrong_rows(batch, index, met, total):
                    found.note(what, wrong, batch)
        yield from found.problems(layout.place(part), again)
    if not index.complete or not parts:
        return
    place = layout.place(layout.table("drivers"))
    if rows != index.count_regions():
        yield Problem(place, f"has {rows} rows for {index.count_regions()} regions", again)
        return
    own = (index.phi**2).sum(1)
    expected = index.phi @ index.phi.sum(0) - own
    odd = np.flatnonzero(ROUNDING.differ(total, expected, expected + own))
    if len(odd):
        names = name_some([index.names[place].as_py() for place in odd])
        yield Problem(place, f"the relevance of {names} does not add up to the similarity", again)


def _wrong_rows(
    rows: pa.Table, index: DocumentIndex, met: set[int], total: Floats
) -> Iterator[tuple[str, Mask]]:
    """Yield what may be wrong with a region, and which rows it is wrong with; adds to ``met`` and ``total``."""
    document, region = index.places(rows["doc_id"]), rows["region_id"].to_numpy().astype(np.int64)
    kind = _kinds(rows)
    known = document >= 0
    if index.complete:
        fits = known & (kind >= 0) & (index.kinds(document, region) == kind)
        yield "are of no region in the table regions, or of another kind", ~fits
    keys = pd.Series(document << 32 | region)
    yield "are there twice", known & (keys.duplicated() | keys.isin(met)).to_numpy()
    met.update(keys[np.isin(document, document[-1:])])  # a document's rows may go on in the next group
    partner = index.places(rows["top_partner"])
    yield "have the document itself as top_partner", (partner == document) & known
    leaf = known & ~np.isin(kind, _UNIONS)
    relevance = rows["relevance"].to_numpy().astype(np.float64)
    total += np.bincount(document[leaf], relevance[leaf], len(index.names))


def _kinds(rows: pa.Table) -> Index:
    """Give kinds of regions their places in ``KINDS``; -1 for an unknown one."""
    found = pc.index_in(rows["kind"].cast(pa.string()), pa.array(KINDS))
    return pc.fill_null(found, -1).to_numpy().astype(np.int64)
