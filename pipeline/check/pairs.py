"""Pairs: whether table ``pairs`` has every pair of documents once, with the scores that their features give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tablekin.check.index import DocumentIndex, Floats, Index
from tablekin.check.kept import KeptPairs
from tablekin.check.problem import (
    ROUNDING,
    Mask,
    Problem,
    WrongRows,
    delete_tables,
    name_some,
    scatter_mask,
)
from tablekin.corpus import CorpusLayout
from tablekin.models.specific_similarity import SpecificSimilarity

_TINY = 1e-15  # norm of a document without features, so that nothing is divided by 0


class PairSet:
    """Which pairs of documents have been met, a byte each."""

    def __init__(self, documents: int) -> None:
        self._count = documents
        self.met = np.zeros(documents * (documents - 1) // 2, bool)

    def place(self, a: Index, b: Index) -> Index:
        """Give pairs, ``a < b``, their place in ``met``."""
        return a * self._count - a * (a + 1) // 2 + b - a - 1

    def missing(self) -> Iterator[tuple[int, int]]:
        """Find pairs that have not been met."""
        ends = np.cumsum(np.arange(self._count - 1, 0, -1))
        for place in np.flatnonzero(~self.met):
            a = int(np.searchsorted(ends, place, side="right"))
            yield a, int(self._count - (ends[a] - place))


def check_pairs(
    layout: CorpusLayout,
    parts: Sequence[Path],
    index: DocumentIndex,
    specific: SpecificSimilarity | None = None,
    kept: KeptPairs | None = None,
) -> Iterator[Problem]:
    """Check that every pair of documents that is to be there is there once, with scores that fit their features.

    Parameters
    ----------
    layout
        Of the corpus.
    parts
        Those of the table that can be read.
    index
        All documents.
    specific
        That they were compared by, if these weights are at hand.
    kept
        Those that are to be there, if not all.
    """
    count, table = len(index.names), layout.place(layout.table("pairs"))
    pairs = kept or PairSet(count)
    ranks = np.zeros((2, count))  # sum and sum of squares of the ranks among a document's partners
    again = delete_tables(layout, "pairs")
    compared = specific.features(index.phi) if specific else None
    for part in parts:
        found = WrongRows()
        with pq.ParquetFile(part, read_dictionary=["doc_a", "doc_b"]) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group)
                for what, wrong in _wrong_rows(rows, index, pairs, ranks, compared):
                    found.note(what, wrong, rows)
        yield from found.problems(layout.place(part), again)
    if not parts or not index.complete:
        return
    lost = len(pairs.met) - np.count_nonzero(pairs.met)
    if kept:  # one place is that of all pairs that are not kept
        lost -= not pairs.met[-1]
    if lost:
        a, b = (index.names[place].as_py() for place in next(pairs.missing()))
        yield Problem(table, f"{lost} pairs are missing (first: {a} and {b})", again)
        return
    last = count - 1
    if kept:  # the largest n of which 1 + 2 ... + n is no more than any document has
        last = int((2 * ranks[0].max(initial=0)) ** 0.5)
    whole = np.arange(1, last + 1, dtype=float)
    odd = np.flatnonzero((ranks[0] != whole.sum()) | (ranks[1] != (whole**2).sum()))
    if len(odd):
        names = name_some([index.names[place].as_py() for place in odd])
        yield Problem(table, f"the ranks of the partners of {names} are not 1, 2, 3 ...", again)


def _wrong_rows(
    rows: pa.Table, index: DocumentIndex, pairs: PairSet | KeptPairs, ranks: Floats, compared: Floats | None
) -> Iterator[tuple[str, Mask]]:
    """Yield what may be wrong with a pair, and which rows it is wrong with; adds to ``pairs`` and ``ranks``."""
    a, b = index.places(rows["doc_a"]), index.places(rows["doc_b"])
    known = (a >= 0) & (b >= 0)
    if index.complete:
        yield "name a document that is not in the table documents or not ok", ~known
    yield "do not have doc_a before doc_b", known & (a >= b)
    good = known & (a < b)
    a, b = a[good], b[good]
    pair = pairs.place(a, b)
    if isinstance(pairs, KeptPairs):
        others = pairs.is_other(pair)
        yield "are of documents that are neither near nor kin", scatter_mask(good, others)
        good[good] = ~others
        a, b, pair = a[~others], b[~others], pair[~others]
    yield "are there twice", scatter_mask(good, pairs.met[pair] | pd.Series(pair).duplicated().to_numpy())
    pairs.met[pair] = True
    values = {name: rows[name].to_numpy()[good].astype(np.float64) for name in rows.column_names[2:]}
    dot = np.einsum("pf,pf->p", index.phi[a], index.phi[b])
    wrong = ROUNDING.differ(values["dot"], dot, dot)
    yield "have a dot that their phi do not give", scatter_mask(good, wrong)
    norms = np.maximum(np.linalg.norm(index.phi, axis=1), _TINY)
    wrong = ROUNDING.differ(values["cosine"], dot / norms[a] / norms[b], 1.0)
    yield "have a cosine that their phi do not give", scatter_mask(good, wrong)
    if compared is not None and "specific" in values:
        wrong = ROUNDING.differ(values["specific"], np.einsum("pf,pf->p", compared[a], compared[b]), 1.0)
        yield "have a specific similarity that their phi do not give", scatter_mask(good, wrong)
    lost = ~(values["conservation_error"] <= ROUNDING.relative)
    yield "have a map that does not add up to dot", scatter_mask(good, lost)
    yield "have a z that is no number", scatter_mask(good, ~np.isfinite(values["z"]))
    for document, rank in ((a, values["rank_a"]), (b, values["rank_b"])):
        known = ~np.isnan(rank) if isinstance(pairs, KeptPairs) else np.ones(len(rank), bool)
        for power in (1, 2):
            ranks[power - 1] += np.bincount(document[known], rank[known] ** power, len(index.names))
