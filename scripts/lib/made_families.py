"""Make the documents of a very large corpus: families of tables that nobody printed, a part of it at a time.

Each family has a table of its own; the cells of a document are drawn from its family's with replacement, and each
relevance is varied by about a tenth. A part depends on its number alone, so that parts can be made one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.corpus import CorpusStore
from tablekin.schemas import FEATURES, empty

DOCUMENTS_OF_A_PART = 500
_VARIATION = 0.1  # standard deviation of the logarithm of what a relevance is multiplied by


@dataclass(frozen=True)
class Shape:
    """What all tables of a corpus have in common."""

    rows: int
    columns: int
    features: int  # of a cell
    families: int

    @property
    def cells(self) -> int:
        """Cells of a table."""
        return self.rows * self.columns


def write_part(corpus: CorpusStore, number: int, documents: int, shape: Shape, fingerprint: str) -> None:
    """Write a part of a corpus.

    Parameters
    ----------
    corpus
        To which it is added.
    number
        Of the part; it decides everything but the shape.
    documents
        How many it has.
    shape
        Of their tables.
    fingerprint
        Digest of what the documents would depend on.
    """
    rng = np.random.default_rng([1, number])
    first = number * DOCUMENTS_OF_A_PART
    names = [f"page-{place:07d}" for place in range(first, first + documents)]
    drawn = rng.integers(0, shape.cells, (documents, shape.cells))
    feature = np.empty((documents, shape.cells, shape.features), np.int64)
    relevance = np.empty(feature.shape)
    for document, family in enumerate(rng.integers(0, shape.families, documents)):
        own = _family(int(family), shape)
        feature[document], relevance[document] = (values[drawn[document]] for values in own)
    relevance *= rng.lognormal(0, _VARIATION, relevance.shape)
    owner = np.repeat(np.arange(documents), shape.cells * shape.features)
    phi = np.bincount(
        owner * len(FEATURES) + feature.ravel(),
        relevance.astype(np.float32).ravel(),
        documents * len(FEATURES),
    )
    regions = _regions(shape)
    region = np.tile(np.repeat(regions["region_id"].to_numpy()[: shape.cells], shape.features), documents)
    page = {"orientation": 0, "skew_degrees": 0.0, "scale": 1.0, "digit_height": 20.0, "digit_advance": 10.0}
    plain = {"transform": [[1.0, 0, 0, 0, 1, 0]] * documents, "flags": [[]] * documents}
    tables = {
        "digits": empty("digits"),
        "pages": pd.DataFrame({"doc_id": names, "ink": 0.5, "is_table": True, **page, **plain}),
        "regions": pd.concat([regions] * documents, ignore_index=True).assign(
            doc_id=np.repeat(names, len(regions))
        ),
        "features": pd.DataFrame(
            {"doc_id": names, "model": "bigram", "phi": list(phi.reshape(documents, -1))}
        ),
        "factors": pd.DataFrame(
            {
                "doc_id": pd.Categorical.from_codes(owner, names),
                "region_id": region,
                "feature": pd.Categorical.from_codes(feature.ravel(), list(FEATURES)),
                "relevance": relevance.ravel().astype(np.float32),
            }
        ),
        "documents": pd.DataFrame(
            {
                "doc_id": names,
                "source": [f"{name}.png" for name in names],
                "page_index": 0,
                "sha256": names,
                "width": 1000,
                "height": 1500,
                "status": "ok",
                "reason": "",
            }
        ),
    }
    corpus.document_tables.add(tables, fingerprint, name=f"part-{number:05d}.parquet")


def _family(number: int, shape: Shape) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Make the table of a family: features of its cells, and their relevance; it likes some, as tables do."""
    rng = np.random.default_rng([2, number])
    liked = rng.dirichlet(np.full(len(FEATURES), 0.15)) + 1e-4
    # of each cell the largest of random numbers that grow with how much a feature is liked
    wanted = rng.gumbel(size=(shape.cells, len(FEATURES))) + np.log(liked)
    feature = np.argpartition(-wanted, shape.features, axis=1)[:, : shape.features]
    return feature, rng.lognormal(0, 1, feature.shape)


def _regions(shape: Shape) -> pd.DataFrame:
    row, col = np.divmod(np.arange(shape.cells), shape.columns)
    kinds = [*["cell"] * shape.cells, *["row"] * shape.rows, *["column"] * shape.columns]
    return pd.DataFrame(
        {
            "region_id": 1 + np.arange(len(kinds)),
            "kind": kinds,
            "table_id": 0,
            "row": pd.array([*row, *range(shape.rows), *[None] * shape.columns], "Int32"),
            "col": pd.array([*col, *[None] * shape.rows, *range(shape.columns)], "Int32"),
            **{name: np.arange(len(kinds), dtype=float) for name in ("x0", "y0", "x1", "y1")},
            "text": "12",
            "confidence": 0.99,
            "printed": "12",
            "value": 12.0,
        }
    )
