"""Pages of a made corpus, small and without a scan."""

from __future__ import annotations

import numpy as np
import pandas as pd
from lib.made_corpus import Page

from tablekin.schemas import FEATURES


def made_page(seed: int) -> Page:
    """A table of 4 by 3 cells, each with features of its own, and a header."""
    rng = np.random.default_rng(seed)
    kinds = ["outside", "header", *["row"] * 4, *["column"] * 3, *["cell"] * 12]
    regions = pd.DataFrame(
        {
            "region_id": range(len(kinds)),
            "kind": kinds,
            "table_id": pd.array([None, *[0] * 20], dtype="Int32"),
            "row": pd.array([None, None, 0, 1, 2, 3, *[None] * 3, *np.repeat(range(4), 3)], dtype="Int32"),
            "col": pd.array([*[None] * 6, 0, 1, 2, *np.tile(range(3), 4)], dtype="Int32"),
            "text": "",
            "confidence": 1.0,
            "printed": "",
            "value": float("nan"),
        }
    ).assign(x0=0.0, y0=0.0, x1=1.0, y1=1.0)
    leaves = np.array([0, 1, *range(9, 21)])
    region = np.repeat(leaves, 5)
    feature = np.concatenate([rng.choice(len(FEATURES), 5, replace=False) for _ in leaves])
    return Page(regions, region, feature, rng.uniform(0.1, 1, len(region)))
