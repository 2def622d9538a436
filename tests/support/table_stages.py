"""An analysis that needs no network and makes whole tables, importable by the worker processes of a test."""

import numpy as np
import pandas as pd

from tablekin.schemas import FEATURES

ROWS, COLUMNS = 3, 2


def analyse(image, doc_id, config, device):
    """Make a table of three rows and two columns with random relevance, some of it negative."""
    rng = np.random.default_rng(int(image.sum()))
    lines = [("row", row, None) for row in range(ROWS)] + [("column", None, col) for col in range(COLUMNS)]
    cells = [("cell", row, col) for row in range(ROWS) for col in range(COLUMNS)]
    frame = [("outside", None, None), ("header", None, None), *lines, *cells]
    kind, row, col = zip(*frame, strict=True)
    height, width = image.shape
    regions = pd.DataFrame(
        {
            "doc_id": doc_id,
            "region_id": range(len(frame)),
            "kind": kind,
            "table_id": pd.array([None if name in ("outside", "header") else 0 for name in kind], "Int32"),
            "row": pd.array(row, "Int32"),
            "col": pd.array(col, "Int32"),
            "x0": 0.0,
            "y0": 0.0,
            "x1": float(width),
            "y1": float(height),
            "text": [f"{number} 45" if name == "cell" else "" for number, name in enumerate(kind)],
            "confidence": 1.0,
            "printed": "",
            "value": float("nan"),
        }
    )
    dense = rng.random((len(frame), len(FEATURES))) * (rng.random((len(frame), len(FEATURES))) < 0.1)
    dense[[name in ("row", "column") for name in kind]] = 0
    dense[1, 0] = -0.01
    dense[0, 0] += 0.02  # so that phi stays positive
    region, feature = np.nonzero(dense)
    factors = pd.DataFrame(
        {
            "doc_id": doc_id,
            "region_id": region,
            "feature": [FEATURES[f] for f in feature],
            "relevance": dense[region, feature],
        }
    )
    page = {
        "doc_id": doc_id,
        "orientation": 0,
        "skew_degrees": 0.0,
        "scale": 1.0,
        "transform": [1.0, 0, 0, 0, 1, 0],
        "digit_height": 20.0,
        "digit_advance": 10.0,
        "ink": 0.5,
        "is_table": True,
        "flags": [],
    }
    digit = {
        "doc_id": doc_id,
        "digit": 1,
        "score": 0.9,
        "x0": 0,
        "y0": 0,
        "x1": 5,
        "y1": 9,
        "region_id": 7,
        "other": 7,
        "other_score": 0.1,
    }
    phi = dense.sum(0).astype(np.float32)
    return {
        "pages": pd.DataFrame([page]),
        "regions": regions,
        "digits": pd.DataFrame([digit]),
        "features": pd.DataFrame([{"doc_id": doc_id, "model": "bigram", "phi": phi}]),
        "factors": factors,
        "seconds": pd.DataFrame([{"explain": 0.5}]),
    }
