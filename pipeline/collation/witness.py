"""Witness: what a document says, ready to be collated: the readings of its tables and the factor that explains them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation.expectation import NO_EXPECTATIONS, Expectations, expect
from tablekin.collation.grid import Grid, read_grids
from tablekin.collation.relevance import CellRelevance, TableFactors
from tablekin.corpus import CorpusStore
from tablekin.execution import Failure, attempt
from tablekin.recompute import number_columns, read_number_columns, read_tables, recompute
from tablekin.schemas import FEATURES

_COLUMNS = {
    "regions": [
        *("doc_id", "region_id", "kind", "table_id", "row", "col", "x0", "y0", "x1", "y1"),
        *("text", "confidence", "printed", "value"),
    ],
    "digits": ["doc_id", "digit", "score", "x0", "y0", "region_id", "other", "other_score"],
    "factors": ["doc_id", "region_id", "feature", "relevance"],
}
_PLACE = {feature: place for place, feature in enumerate(FEATURES)}


@dataclass(frozen=True)
class Witness:
    """A document with its tables."""

    doc_id: str
    tables: tuple[Grid, ...]
    factor: NDArray[np.float32]  # (regions, features), by region_id
    expected: Expectations = NO_EXPECTATIONS

    def relevance(self, grid: Grid, other: Witness, other_grid: Grid) -> CellRelevance:
        """Relevance of every cell of a table with every cell of another's."""
        return CellRelevance(self._factors_of(grid), other._factors_of(other_grid))

    @cached_property
    def _known_factors(self) -> dict[int, TableFactors]:
        return {}

    def _factors_of(self, grid: Grid) -> TableFactors:
        if grid.table not in self._known_factors:
            cells = self.factor[grid.region]
            cells[grid.region < 0] = 0
            self._known_factors[grid.table] = TableFactors(cells)
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


def make_witness(
    doc_id: str,
    regions: pd.DataFrame,
    digits: pd.DataFrame,
    factors: pd.DataFrame,
    expected: Expectations = NO_EXPECTATIONS,
) -> Witness:
    """Make a witness of a document's rows of the tables ``regions``, ``digits`` and ``factors``."""
    factor = np.zeros((int(regions["region_id"].max()) + 1 if len(regions) else 1, len(FEATURES)), np.float32)
    columns = factors["feature"].map(_PLACE).to_numpy(np.int64)
    factor[factors["region_id"].to_numpy(np.int64), columns] = factors["relevance"].to_numpy(np.float32)
    return Witness(doc_id, tuple(read_grids(regions, digits)), factor, expected)


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
        self._rows = {table: corpus.read(table, doc_ids, columns) for table, columns in _COLUMNS.items()}
        self._places = {table: rows.groupby("doc_id").indices for table, rows in self._rows.items()}
        self._numbers = corpus.recomputed_tables.numbers(doc_ids)  # much smaller than as a data frame
        names = self._numbers["doc_id"].to_pandas()
        self._places_of_numbers = names.groupby(names).indices
        self._expected: dict[str, Expectations] = {}

    def witness(self, doc_id: str) -> Witness:
        """Make a witness of a document; one without regions has no tables."""
        regions, digits, factors = (
            rows.iloc[self._places[table].get(doc_id, [])] for table, rows in self._rows.items()
        )
        if doc_id not in self._expected:
            places = self._places_of_numbers.get(doc_id, np.zeros(0, np.int64))
            self._expected[doc_id] = expect([*read_number_columns(self._numbers.take(places).to_pandas())])
        return make_witness(doc_id, regions, digits, factors, self._expected[doc_id])
