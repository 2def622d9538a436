"""Documents that say what given tables say, as if they had been read without a doubt."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tablekin.collation.grid import Grid
from tablekin.collation.witness import Witness, make_witness

ROWS = 24


def values(seed: int = 0, rows: int = ROWS, columns: int = 4) -> list[list[str]]:
    """Make a table of rising numbers whose first column counts."""
    rng = np.random.default_rng(seed)
    steps = rng.integers(11, 97, (rows, columns)).cumsum(0)
    return [[str(row + 1), *map(str, steps[row])] for row in range(rows)]


def read(*tables: list[list[str]], scores: float = 0.9999, weak: dict[str, float] | None = None) -> Witness:
    """Make a document that says what the tables say; ``weak`` gives other scores to the digits of some texts."""
    regions, digits = [], []
    for table_id, table in enumerate(tables):
        for row, line in enumerate(table):
            for col, text in enumerate(line):
                region, score = len(regions), (weak or {}).get(text, scores)
                regions.append(
                    (region, "cell", table_id, row, col, text, score ** len(text.replace(" ", "")))
                )
                digits += [(int(d), score, float(x), region) for x, d in enumerate(text) if d != " "]
    names = ["region_id", "kind", "table_id", "row", "col", "text", "confidence"]
    return make_witness(
        "",
        pd.DataFrame(regions, columns=names),
        pd.DataFrame(digits, columns=["digit", "score", "x0", "region_id"]),
        pd.DataFrame({"region_id": [], "feature": [], "relevance": []}),
    )


def grid(*rows: list[str], score: float = 0.9999) -> Grid:
    """Make a table of texts; its regions are numbered by row and column."""
    text = np.array(rows, object)
    scores = np.empty(text.shape, object)
    for place, cell in np.ndenumerate(text):
        scores[place] = (score,) * len(cell.replace(" ", ""))
    return Grid(0, text, np.arange(text.size).reshape(text.shape), scores)
