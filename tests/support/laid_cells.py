"""Cells of two documents laid side by side by hand."""

from __future__ import annotations

import pandas as pd

from tablekin.collation import CellColumns, columns_of


def laid(cells: pd.DataFrame) -> CellColumns:
    """Give cells that stand beside one another as columns; what a test does not say of them does not matter."""
    texts = {"text_a", "text_b", "computed", "error_in"}
    unsaid = {name: "" if name in texts else 0 for name in CellColumns._fields if name not in cells}
    return columns_of(cells.assign(**unsaid))
