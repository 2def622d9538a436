"""An analysis that needs no network: pages whose number is even are editions of one table, the others of another."""

import numpy as np
import pandas as pd

from tests.support import table_stages

ROWS, COLUMNS = 20, 4


def analyse(image, doc_id, config, device):
    """Make a table of the page's work; each page differs from the work in one row of its own."""
    tables = table_stages.analyse(image, doc_id, config, device)
    number = int(image[0, 0])  # as ``write_scan`` was given
    values = np.random.default_rng(number % 2).integers(101, 999, (ROWS, COLUMNS)).astype(str).astype(object)
    values[number % ROWS, 2] = "9" + values[number % ROWS, 2][:0:-1]
    row, col = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    cells = pd.DataFrame(
        {
            "doc_id": doc_id,
            "region_id": 1 + np.arange(ROWS * COLUMNS),
            "kind": "cell",
            "table_id": pd.array([0] * ROWS * COLUMNS, "Int32"),
            "row": pd.array(row, "Int32"),
            "col": pd.array(col, "Int32"),
            "x0": 9.0 * col,
            "y0": 9.0 * row,
            "x1": 9.0 * col + 9,
            "y1": 9.0 * row + 9,
            "text": values.ravel(),
            "confidence": 0.9999,
            "printed": values.ravel(),
            "value": values.ravel().astype(float),
        }
    )
    outside = tables["regions"].iloc[:1]
    rng = np.random.default_rng(number)
    factors = tables["factors"].assign(
        region_id=rng.permutation(ROWS * COLUMNS + 1)[np.arange(len(tables["factors"])) % (ROWS * COLUMNS)]
    )
    factors = factors.groupby(["doc_id", "region_id", "feature"], as_index=False)["relevance"].sum()
    digits = tables["digits"].iloc[:0]
    return tables | {"regions": pd.concat([outside, cells]), "factors": factors, "digits": digits}
