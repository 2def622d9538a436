"""Matches: the regions that carry the similarity of each pair of documents."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.explain.factor_index import FactorIndex
from tablekin.explain.pooling import LEVELS
from tablekin.explain.scores import Scores, name_documents
from tablekin.explain.top_k import NAMED, Best, best_matches
from tablekin.models.compilation import compiled
from tablekin.schemas import FEATURES, SCHEMAS


def score_pairs(factors: FactorIndex, threads: int, device: str = "cpu") -> Scores:
    """Score every pair of documents."""
    return Scores(factors.documents, factors.phi, factors.sums, threads, device, factors.similarity)


def match_pairs(
    factors: FactorIndex, a: NDArray[np.int64], b: NDArray[np.int64], dot: NDArray[np.floating], count: int
) -> pa.Table:
    """Find the region pairs with the largest relevance, at the level of cells, rows and columns.

    Relevance is that of the similarity that the factors were loaded for: ``R = F_a^T F_b`` of the paper's, or that of
    the specific one (:mod:`tablekin.models.specific_similarity`). The other one is told of the same regions.

    Parameters
    ----------
    factors
        Features and factors of all documents.
    a, b
        ``(pairs,)``, at least one, places of the documents in ``factors``; fastest where equal b follow one another.
    dot
        ``(pairs,)``, their similarity as in the paper; a pair without any has no matches.
    count
        Matches kept of a pair at each level.

    Returns
    -------
    Table
        Rows of table ``matches``; of equal matches, that of the region that comes first on the page of a, then of b.
    """
    best = tuple(best_matches(level, a, b, count, factors.aside) for level in factors.levels)
    rows = _list_rows(best, dot.astype(np.float64), factors.similarity is Similarity.SPECIFIC)
    if not len(rows.pair):
        return SCHEMAS["matches"].empty_table()
    features = pa.DictionaryArray.from_arrays(pa.array(rows.feature), pa.array(FEATURES))
    return pa.table(
        [
            name_documents(factors.names, a[rows.pair]),
            name_documents(factors.names, b[rows.pair]),
            pa.DictionaryArray.from_arrays(pa.array(rows.level), pa.array(LEVELS)),
            rows.rank,
            rows.region_a,
            rows.region_b,
            rows.relevance,
            rows.share,
            pa.ListArray.from_arrays(pa.array(rows.begin), features),
            rows.specific,
        ],
        SCHEMAS["matches"].names,
    )


class _Rows(NamedTuple):
    """Columns of table ``matches``."""

    pair: NDArray[np.int64]  # (matches,)
    level: NDArray[np.int8]
    rank: NDArray[np.int32]
    region_a: NDArray[np.int32]
    region_b: NDArray[np.int32]
    relevance: NDArray[np.float32]
    specific: NDArray[np.float32]
    share: NDArray[np.float32]
    begin: NDArray[np.int32]  # (matches + 1,), a match's first feature
    feature: NDArray[np.int8]  # (features,), place in FEATURES


@compiled
def _list_rows(best: tuple[Best, ...], dot: NDArray[np.float64], is_specific: bool) -> _Rows:
    """List the matches of pairs, level by level, and leave out the places that were not used."""
    pairs, count = best[0].relevance.shape
    size = pairs * len(best) * count
    level, rank = np.empty(size, np.int8), np.empty(size, np.int32)
    region_a, region_b = np.empty(size, np.int32), np.empty(size, np.int32)
    relevance, share = np.empty(size, np.float32), np.empty(size, np.float32)
    specific = np.empty(size, np.float32)
    pair_of, begin, feature = (
        np.empty(size, np.int64),
        np.zeros(size + 1, np.int32),
        np.empty(size * NAMED, np.int8),
    )
    row = features = 0
    for pair in range(pairs):
        if dot[pair] <= 0:
            continue
        for number, found in enumerate(best):
            for place in range(count):
                if found.relevance[pair, place] <= 0:
                    break
                pair_of[row], level[row], rank[row] = pair, number, place + 1
                region_a[row], region_b[row] = found.region_a[pair, place], found.region_b[pair, place]
                chosen_by, aside = found.relevance[pair, place], found.aside[pair, place]
                relevance[row] = aside if is_specific else chosen_by
                specific[row] = chosen_by if is_specific else aside
                share[row] = relevance[row] / dot[pair]
                for named in found.feature[pair, place]:
                    if named >= 0:
                        feature[features] = named
                        features += 1
                row += 1
                begin[row] = features
    return _Rows(
        pair_of[:row],
        level[:row],
        rank[:row],
        region_a[:row],
        region_b[:row],
        relevance[:row],
        specific[:row],
        share[:row],
        begin[: row + 1],
        feature[:features],
    )
