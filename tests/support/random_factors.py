"""Documents with random factors, and the tables that say the same."""

import numpy as np
import pandas as pd
import pyarrow as pa

from tablekin.config import Similarity
from tablekin.explain import FactorIndex, load_factors
from tablekin.models.networks.bigram import FEATURES

KINDS = ["outside", "header", "row", "row", "column", "column", "cell", "cell", "cell", "cell"]
ROWS = [None, None, 0, 1, None, None, 0, 0, 1, 1]
COLS = [None, None, None, None, 0, 1, 0, 1, 0, 1]


def corpus(count: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Documents with random factors (documents, features, regions) and the tables that say the same."""
    rng = np.random.default_rng(seed)
    dense = rng.random((count, len(FEATURES), len(KINDS))) * (
        rng.random((count, len(FEATURES), len(KINDS))) < 0.2
    )
    dense[:, :, 2:6] = 0  # rows and columns are unions of cells
    names = [f"doc{i}" for i in range(count)]
    features = pd.DataFrame({"doc_id": names, "phi": list(dense.sum(2).astype(np.float32))})
    d, f, r = np.nonzero(dense)
    factors = pd.DataFrame(
        {
            "doc_id": np.array(names)[d],
            "region_id": r,
            "feature": np.array(FEATURES)[f],
            "relevance": dense[d, f, r],
        }
    )
    regions = pd.concat(
        pd.DataFrame(
            {
                "doc_id": name,
                "region_id": range(len(KINDS)),
                "kind": KINDS,
                "table_id": pd.array([None, *[0] * 9], dtype="Int32"),
                "row": pd.array(ROWS, dtype="Int32"),
                "col": pd.array(COLS, dtype="Int32"),
            }
        )
        for name in names
    )
    return features, factors, regions, dense


def gathered(
    features: pd.DataFrame,
    factors: pd.DataFrame,
    regions: pd.DataFrame,
    similarity: Similarity = Similarity.PAPER,
) -> FactorIndex:
    """The documents in two batches, the last ones first."""
    batches = []
    names = features["doc_id"]
    for part in (names[len(names) // 2 :], names[: len(names) // 2]):
        frames = {"features": features, "factors": factors, "regions": regions}
        rows = {name: frame[frame["doc_id"].isin(part)] for name, frame in frames.items()}
        batches.append(
            {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in rows.items()}
        )
    return load_factors(batches, similarity)
