"""CellRelevance: what the explanation of a pair says of every cell of one table with every cell of another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Factors = NDArray[np.float32]  # (rows, columns, features) of the cells of a table


@dataclass(frozen=True)
class TableFactors:
    """The factors of the cells of a table: their products with those of another are the relevance of both."""

    cells: Factors

    @cached_property
    def rows(self) -> NDArray[np.float64]:
        """Factor of every row, ``(rows, features)``."""
        return np.asarray(self.cells.sum(1, dtype=np.float64))

    @cached_property
    def columns(self) -> NDArray[np.float64]:
        """Factor of every column, ``(columns, features)``."""
        return np.asarray(self.cells.sum(0, dtype=np.float64))


@dataclass(frozen=True)
class CellRelevance:
    """Relevance of the cells of table a with those of table b."""

    a: TableFactors
    b: TableFactors
    is_transposed: bool = False  # whether the columns of b are taken for its rows

    def transposed(self) -> CellRelevance:
        """Take the columns of b for its rows."""
        return CellRelevance(self.a, self.b, not self.is_transposed)

    def of_rows(self) -> NDArray[np.float64]:
        """Relevance of every two rows, ``(rows of a, rows of b)``."""
        return np.asarray(self.a.rows @ (self.b.columns if self.is_transposed else self.b.rows).T)

    @cached_property
    def of_cells(self) -> NDArray[np.float32]:
        """Relevance of every two cells, ``(rows of a, columns of a, rows of b, columns of b)``, b as it stands."""
        own, others = (side.cells.reshape(-1, side.cells.shape[-1]) for side in (self.a, self.b))
        return (own @ others.T).reshape(*self.a.cells.shape[:2], *self.b.cells.shape[:2])
