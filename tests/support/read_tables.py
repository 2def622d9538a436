"""Documents that say what given tables say, as if they had been read without a doubt."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tablekin.collation.grid import Grid
from tablekin.collation.witness import Witness, make_witness
from tablekin.report.page import Page

ROWS = 24


def values(seed: int = 0, rows: int = ROWS, columns: int = 4) -> list[list[str]]:
    """Make a table of rising numbers whose first column counts."""
    rng = np.random.default_rng(seed)
    steps = rng.integers(11, 97, (rows, columns)).cumsum(0)
    return [[str(row + 1), *map(str, steps[row])] for row in range(rows)]


def rows_of(
    *tables: list[list[str]], scores: float = 0.9999, weak: dict[str, float] | None = None
) -> dict[str, pd.DataFrame]:
    """Make the rows of a document that says what the tables say; cells are 30 pixels wide and 20 high.

    ``weak`` gives other scores to the digits of some texts.
    """
    regions, digits = [], []
    for table_id, table in enumerate(tables):
        for row, line in enumerate(table):
            for col, text in enumerate(line):
                region, score = len(regions), (weak or {}).get(text, scores)
                box = (30.0 * col, 20.0 * row, 30.0 * col + 30, 20.0 * row + 20)
                certainty = score ** len(text.replace(" ", ""))
                regions.append((region, "cell", table_id, row, col, text, certainty, *box))
                digits += [
                    (int(d), score, box[0] + 3 * x, box[1], region) for x, d in enumerate(text) if d != " "
                ]
    names = ["region_id", "kind", "table_id", "row", "col", "text", "confidence", "x0", "y0", "x1", "y1"]
    return {
        "regions": pd.DataFrame(regions, columns=names).assign(
            printed=lambda rows: rows["text"], value=float("nan"), label=None
        ),
        "digits": pd.DataFrame(digits, columns=["digit", "score", "x0", "y0", "region_id"]),
        "factors": pd.DataFrame({"region_id": [], "feature": [], "relevance": []}),
        "pages": pd.DataFrame({"orientation": [0], "flags": [[]]}),
    }


def read(*tables: list[list[str]], scores: float = 0.9999, weak: dict[str, float] | None = None) -> Witness:
    """Make a document that says what the tables say, ready to be collated."""
    rows = rows_of(*tables, scores=scores, weak=weak)
    return make_witness("", rows["regions"], rows["digits"], rows["factors"])


def page_of(
    doc_id: str, *tables: list[list[str]], weak: dict[str, float] | None = None, without_tables: bool = False
) -> Page:
    """Make a page that says what the tables say, or as large a one without; its scan is white."""
    rows = rows_of(*tables, weak=weak)
    width, height = (int(rows["regions"][side].max()) for side in ("x1", "y1"))
    if without_tables:
        rows["regions"] = rows["regions"].iloc[:0]
    return Page(doc_id, f"about {doc_id}", rows.__getitem__, lambda: np.full((height, width), 255, np.uint8))


def grid(*rows: list[str], score: float = 0.9999) -> Grid:
    """Make a table of texts; its regions are numbered by row and column."""
    text = np.array(rows, object)
    scores = np.empty(text.shape, object)
    for place, cell in np.ndenumerate(text):
        scores[place] = (score,) * len(cell.replace(" ", ""))
    return Grid(0, text, np.arange(text.size).reshape(text.shape), scores)
