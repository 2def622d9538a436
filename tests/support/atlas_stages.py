"""An analysis that needs no network, for atlases: editions of two tables whose cells lie where a reader sees them."""

import numpy as np
import pandas as pd

from tests.support import edition_stages
from tests.support.edition_stages import COLUMNS, ROWS

WIDTH, HEIGHT = 400, 600
_LEFT, _TOP, _WIDE, _HIGH = 40, 60, 80, 25
DOUBTFUL = 5  # a cell of every page


def analyse(image, doc_id, config, device):
    """Lay out the table of `edition_stages` as a grid, with its rows and columns, and one doubtful cell."""
    tables = edition_stages.analyse(image, doc_id, config, device)
    regions = tables["regions"].reset_index(drop=True)
    is_cell = regions["kind"] == "cell"
    regions["col"], regions["row"] = regions["col"].astype("Int32"), regions["row"].astype("Int32")
    regions.loc[is_cell, "x0"] = _LEFT + _WIDE * regions.loc[is_cell, "col"].astype(float)
    regions.loc[is_cell, "y0"] = _TOP + _HIGH * regions.loc[is_cell, "row"].astype(float)
    regions["x1"] = (regions["x0"] + _WIDE).where(is_cell, float(WIDTH))
    regions["y1"] = (regions["y0"] + _HIGH).where(is_cell, float(HEIGHT))
    regions.loc[regions["region_id"] == DOUBTFUL, "confidence"] = 0.4
    first = int(regions["region_id"].max()) + 1
    unions = [
        ("row", row, None, (_LEFT, _TOP + _HIGH * row, _LEFT + _WIDE * COLUMNS, _TOP + _HIGH * (row + 1)))
        for row in range(ROWS)
    ]
    unions += [
        ("column", None, col, (_LEFT + _WIDE * col, _TOP, _LEFT + _WIDE * (col + 1), _TOP + _HIGH * ROWS))
        for col in range(COLUMNS)
    ]
    added = pd.DataFrame(
        [
            {"doc_id": doc_id, "region_id": first + k, "kind": kind, "table_id": 0, "row": row, "col": col}
            | dict(zip(("x0", "y0", "x1", "y1"), map(float, box), strict=True))
            | {"text": "", "confidence": 0.0, "printed": "", "value": float("nan")}
            for k, (kind, row, col, box) in enumerate(unions)
        ]
    ).astype({"table_id": "Int32", "row": "Int32", "col": "Int32"})
    digit = {"doc_id": doc_id, "digit": 3, "score": 0.5, "x0": 50.0, "y0": 90.0, "x1": 60.0, "y1": 105.0}
    digits = pd.DataFrame([digit | {"region_id": DOUBTFUL, "other": 8, "other_score": 0.4}])
    everything = pd.concat([regions, added], ignore_index=True)
    return tables | {"regions": everything.astype({"x0": np.float32}), "digits": digits}
