"""CellColumns: the cells of two documents side by side, a column of table ``collations`` an array.

A data frame of a pair takes longer to make than to fill. What is collated stays in arrays until it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation.values import Text

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
NEITHER, SAME, VARIANT, ONLY_A, ONLY_B, NOT_COMPARED = range(6)
"""How two cells are related; neither has a text, or one of the others: see the data dictionary."""
RELATIONS = np.array(["", "same", "variant", "only_a", "only_b", "not_compared"], object)
"""Names of these."""
_NUMBER_OF = {name: number for number, name in enumerate(RELATIONS.tolist())}


class CellColumns(NamedTuple):
    """Columns of ``collations`` without the documents; -1 and an empty text stand for the cell that is not there."""

    region_a: Integers  # (cells,), as are all
    region_b: Integers
    table_a: Integers
    row_a: Integers
    col_a: Integers
    table_b: Integers
    row_b: Integers
    col_b: Integers
    text_a: Text
    text_b: Text
    relation: NDArray[np.uint8]  # place in RELATIONS
    relevance: Floats
    confidence: Floats
    computed: Text
    error_in: Text

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.region_a)

    @property
    def is_aligned(self) -> NDArray[np.bool_]:
        """Which cells of either document have one of the other beside them, ``(cells,)``."""
        return (self.region_a >= 0) & (self.region_b >= 0)

    def only(self, own: NDArray[np.bool_]) -> CellColumns:
        """Keep some of the cells."""
        return CellColumns._make(column[own] for column in self)

    def to_frame(self) -> pd.DataFrame:
        """Make rows of table ``collations`` without documents."""
        return pd.DataFrame(self._replace(relation=RELATIONS[self.relation])._asdict())


_NO_TEXTS = np.zeros(0, object)
NO_CELLS = CellColumns._make(
    [np.zeros(0, np.int64)] * 8
    + [_NO_TEXTS, _NO_TEXTS, np.zeros(0, np.uint8), np.zeros(0), np.zeros(0), _NO_TEXTS, _NO_TEXTS]
)


def columns_of(frame: pd.DataFrame) -> CellColumns:
    """Take the columns of rows of table ``collations``."""
    columns: dict[str, Any] = {name: frame[name].to_numpy() for name in CellColumns._fields}
    columns["relation"] = np.array([_NUMBER_OF[name] for name in columns["relation"].tolist()], np.uint8)
    texts = ("text_a", "text_b", "computed", "error_in")
    return CellColumns(**columns | {name: columns[name].astype(object) for name in texts})


def concatenate(parts: Sequence[CellColumns]) -> CellColumns:
    """Put cells one after the other."""
    return CellColumns._make(map(np.concatenate, zip(*parts, strict=True))) if parts else NO_CELLS
