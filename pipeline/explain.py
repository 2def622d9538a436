"""Explain: similarity of every pair of documents, and the regions that carry it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.factors import Factors
from pipeline.kernel import best_matches
from pipeline.pairs import Scores, name_documents
from pipeline.pooling import LEVELS
from pipeline.schemas import FEATURES, SCHEMAS


def score_pairs(factors: Factors, threads: int) -> Scores:
    """Score every pair of documents."""
    return Scores(factors.documents, factors.phi, factors.sums, threads)


def match_pairs(
    factors: Factors, a: NDArray[np.int64], b: NDArray[np.int64], dot: NDArray[np.floating], count: int
) -> pa.Table:
    """Find the region pairs with the largest relevance, ``R = F_a^T F_b``, at the level of cells, rows and columns.

    Parameters
    ----------
    factors
        Factors of all documents.
    a, b
        ``(pairs,)``, at least one, places of the documents in ``factors``; fastest where equal b follow one another.
    dot
        ``(pairs,)``, their similarity; a pair without any has no matches.
    count
        Matches kept of a pair at each level.

    Returns
    -------
    Table
        Rows of table ``matches``; of equal matches, that of the region that comes first on the page of a, then of b.
    """
    best = [best_matches(level, a, b, count) for level in factors.levels]
    relevance = np.stack([part.relevance for part in best], 1)  # (pairs, levels, count)
    kept = np.nonzero((relevance > 0) & (dot > 0)[:, None, None])
    pair, level, rank = kept
    if not len(pair):
        return SCHEMAS["matches"].empty_table()
    feature = np.stack([part.feature for part in best], 1)[kept]  # (matches, 3)
    named = feature >= 0
    begin = np.zeros(len(pair) + 1, np.int32)
    np.cumsum(named.sum(1), out=begin[1:])
    features = pa.DictionaryArray.from_arrays(pa.array(feature[named]), pa.array(FEATURES))
    return pa.table(
        [
            name_documents(factors.names, a[pair]),
            name_documents(factors.names, b[pair]),
            pa.DictionaryArray.from_arrays(pa.array(level.astype(np.int8)), pa.array(LEVELS)),
            (rank + 1).astype(np.int32),
            np.stack([part.region_a for part in best], 1)[kept],
            np.stack([part.region_b for part in best], 1)[kept],
            relevance[kept],
            (relevance[kept] / dot[pair]).astype(np.float32),
            pa.ListArray.from_arrays(pa.array(begin), features),
        ],
        SCHEMAS["matches"].names,
    )
