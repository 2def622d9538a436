"""Tables as the truth of a sample archive has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

COLUMNS = ["doc", "work", "table", "row", "col", "kind", "text", "row_key", "column_keys"]


def printed_cells(
    doc: str, work: str, rows: Mapping[str, Sequence[str]], keys: Sequence[str], turned: bool = False
) -> pd.DataFrame:
    """List the cells of a table: a row of texts for every row key, a column for every column key."""
    found = []
    for i, (key, values) in enumerate(rows.items()):
        for j, (column, text) in enumerate(zip(keys, values, strict=True)):
            row, col = (j, i) if turned else (i, j)
            found.append((doc, work, 0, row, col, "cell", text, key, column))
    return pd.DataFrame(found, columns=COLUMNS)
