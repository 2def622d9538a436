"""Witness: what a document says, ready to be collated: the readings of its tables and the factor that explains them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.collation.expectation import NO_EXPECTATIONS, Expectations, expect
from tablekin.collation.grid import Grid, make_grids
from tablekin.collation.relevance import CellRelevance, TableFactors
from tablekin.collation.witness_rows import (
    COLUMNS,
    NO_ROWS,
    FactorRows,
    WitnessRows,
    rows_by_document,
    rows_of_frames,
    take_rows,
)
from tablekin.corpus import CorpusStore
from tablekin.execution import Failure, attempt
from tablekin.recompute import number_columns, read_number_columns, read_tables, recompute
from tablekin.schemas import FEATURES

_KEPT = 128  # witnesses that a reader has made, each of some 0.2 MB


@dataclass(frozen=True)
class Witness:
    """A document with its tables."""

    doc_id: str
    tables: tuple[Grid, ...]
    factors: FactorRows
    expected: Expectations = NO_EXPECTATIONS

    def relevance(self, grid: Grid, other: Witness, other_grid: Grid) -> CellRelevance:
        """Relevance of every cell of a table with every cell of another's."""
        return CellRelevance(self._factors_of(grid), other._factors_of(other_grid))

    @cached_property
    def _known_factors(self) -> dict[int, TableFactors]:
        return {}

    def _factors_of(self, grid: Grid) -> TableFactors:
        if grid.table not in self._known_factors:
            self._known_factors[grid.table] = TableFactors(_factors(self.factors, grid))
        return self._known_factors[grid.table]


def expectations_of(regions: pd.DataFrame, digits: pd.DataFrame) -> Expectations:
    """Recompute a document, from its rows of the tables ``regions`` and ``digits``, and tell what its cells should say.

    Of a document that cannot be recomputed, nothing is expected. What a corpus holds need not be recomputed: see
    :class:`WitnessReader`.
    """
    found = attempt(
        lambda tables: expect([*number_columns(recompute(tables))]), list(read_tables(regions, digits))
    )
    return NO_EXPECTATIONS if isinstance(found, Failure) else found


def _factors(factors: FactorRows, grid: Grid) -> NDArray[np.float32]:
    """Factors of the cells of a table, ``(rows, columns, features)``."""
    places = np.full(max(int(grid.region.max()), int(factors.region.max(initial=0))) + 1, -1)
    places[grid.region.ravel()[grid.region.ravel() >= 0]] = np.flatnonzero(grid.region >= 0)
    own = places[factors.region] >= 0
    cells = np.zeros((grid.region.size, len(FEATURES)), np.float32)
    cells[places[factors.region[own]], factors.feature[own]] = factors.relevance[own]
    return cells.reshape(*grid.shape, -1)


def make_witness(
    doc_id: str,
    regions: pd.DataFrame,
    digits: pd.DataFrame,
    factors: pd.DataFrame,
    expected: Expectations = NO_EXPECTATIONS,
) -> Witness:
    """Make a witness of a document's rows of the tables ``regions``, ``digits`` and ``factors``."""
    return _make(doc_id, rows_of_frames(regions, digits, factors), expected)


def _make(doc_id: str, rows: WitnessRows, expected: Expectations) -> Witness:
    return Witness(doc_id, tuple(make_grids(rows.cells, rows.digits)), rows.factors, expected)


class WitnessReader:
    """Documents of a corpus, read once and made witnesses when they are asked for.

    Parameters
    ----------
    corpus
        It holds the documents.
    doc_ids
        The documents that may be asked for.
    """

    def __init__(self, corpus: CorpusStore, doc_ids: Collection[str]) -> None:
        wanted = pa.array(sorted(doc_ids), pa.string())
        self._rows = dict(
            found for batch in corpus.batches(COLUMNS, doc_ids) for found in rows_by_document(batch, wanted)
        )
        self._numbers = corpus.recomputed_tables.numbers(doc_ids)  # much smaller than as a data frame
        names = self._numbers["doc_id"].to_pandas()
        self._places_of_numbers = names.groupby(names).indices
        self._expected: dict[str, Expectations] = {}
        self._made: OrderedDict[str, Witness] = OrderedDict()

    def witness(self, doc_id: str) -> Witness:
        """Make a witness of a document; one without regions has no tables. The last ones are kept."""
        found = self._made.pop(doc_id, None) or self._make(doc_id)
        self._made[doc_id] = found
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return found

    def _make(self, doc_id: str) -> Witness:
        if doc_id not in self._expected:
            self._expected[doc_id] = expect([*read_number_columns(self._numbers_of(doc_id))])
        return _make(doc_id, self._rows.get(doc_id, NO_ROWS), self._expected[doc_id])

    def _numbers_of(self, doc_id: str) -> pa.Table:
        return take_rows(self._numbers, self._places_of_numbers.get(doc_id, np.zeros(0, np.int64)))
