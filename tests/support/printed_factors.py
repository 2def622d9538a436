"""Pages whose regions have relevance as if every cell were a few features of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tablekin.report.page import Page
from tablekin.schemas import FEATURES, empty

_CELL = (60.0, 30.0)  # width and height, in pixels


def page_with_factors(doc_id: str, rows: int, columns: int, seed: int = 0, is_turned: bool = False) -> Page:
    """Make a page with one table and a heading.

    Its first column is the same in every row, each other cell has three features by the seed, its row and its column.
    """
    regions, factors = [(0, "header", 0, -1, -1, "12", 0.0, 0.0, columns * _CELL[0], _CELL[1])], []
    shape = (columns, rows) if is_turned else (rows, columns)
    for row in range(shape[0]):
        for col in range(shape[1]):
            place = (col, row) if is_turned else (row, col)
            region = len(regions)
            x, y = col * _CELL[0], (row + 1) * _CELL[1]
            regions.append((region, "cell", 0, row, col, "34", x, y, x + _CELL[0], y + _CELL[1]))
            own = np.random.default_rng([seed, *place]).choice(len(FEATURES), 3, replace=False)
            factors += [(region, FEATURES[k], 1.0) for k in (own if place[1] else (1, 2, 3))]
    factors.append((0, FEATURES[12], 2.0))
    for kind, count in (("row", shape[0]), ("column", shape[1])):
        for number in range(count):
            line = (number, -1) if kind == "row" else (-1, number)
            box = [
                row[6:] for row in regions if row[1] == "cell" and row[3 if kind == "row" else 4] == number
            ]
            low, high = np.min(box, 0), np.max(box, 0)
            regions.append((len(regions), kind, 0, *line, "", *low[:2], *high[2:]))
    names = ["region_id", "kind", "table_id", "row", "col", "text", "x0", "y0", "x1", "y1"]
    frame = pd.DataFrame(regions, columns=names)
    tables = {
        "regions": frame.assign(printed=frame["text"], value=np.nan, label=None, confidence=1.0),
        "factors": pd.DataFrame(factors, columns=["region_id", "feature", "relevance"]),
        "pages": pd.DataFrame({"orientation": [0], "flags": [[]]}),
    }
    height, width = (int(frame[side].max()) + 20 for side in ("y1", "x1"))

    def read(table: str) -> pd.DataFrame:
        return tables[table] if table in tables else empty(table)

    return Page(doc_id, f"about {doc_id}", read, lambda: np.full((height, width), 255, np.uint8))
