"""Explain: similarity of every pair of documents, and the regions that carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.bigram import FEATURES

_FEATURES_NAMED = 3  # features listed with a match
_LEVELS = ("cell", "row", "column")


@dataclass(frozen=True)
class _Level:
    """A document's factor pooled over its regions of one level."""

    region_id: NDArray[np.int32]  # (regions,)
    relevance: NDArray[np.float32]  # (features, regions)


def score_pairs(features: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Score every pair of documents.

    Parameters
    ----------
    features
        Table ``features``: doc_id, phi.
    factors
        Table ``factors``: doc_id, region_id, feature, relevance.

    Returns
    -------
    DataFrame
        Table ``pairs`` sorted by doc_a, doc_b. ``z`` says how far the cosine stands above the median of the cosines
        of a document with its other partners, in robust standard deviations (1.4826 times the median absolute
        deviation); of the two documents' values the smaller one is given. ``rank_a`` is the place of doc_b among
        the partners of doc_a (1 is the nearest). ``conservation_error`` is the difference between the sum of the
        pair's region map and ``dot``, relative to ``dot``.
    """
    features = features.sort_values("doc_id")
    docs = features["doc_id"].to_numpy()
    phi = (
        np.stack([np.asarray(row, np.float64) for row in features["phi"]])
        if len(docs)
        else np.zeros((0, 110))
    )
    index = {feature: row for row, feature in enumerate(FEATURES)}
    sums = np.zeros_like(phi)
    place = {doc: row for row, doc in enumerate(docs)}
    rows = factors["doc_id"].map(place).to_numpy(np.int64)
    cols = factors["feature"].map(index).to_numpy(np.int64)
    np.add.at(sums, (rows, cols), factors["relevance"].to_numpy(np.float64))
    dot, explained = phi @ phi.T, sums @ sums.T
    norm = np.sqrt(np.diag(dot))
    cosine = dot / np.maximum(np.outer(norm, norm), 1e-30)
    rank, z = _ranks(cosine), _robust_z(cosine)
    a, b = np.triu_indices(len(docs), 1)
    scale = np.maximum(dot[a, b], 1e-30)
    return pd.DataFrame(
        {
            "doc_a": docs[a],
            "doc_b": docs[b],
            "dot": dot[a, b],
            "cosine": cosine[a, b],
            "z": np.minimum(z[a, b], z[b, a]),
            "rank_a": rank[a, b],
            "rank_b": rank[b, a],
            "conservation_error": np.where(dot[a, b] > 0, np.abs(explained[a, b] - dot[a, b]) / scale, 0.0),
        }
    )


def _ranks(cosine: NDArray[np.float64]) -> NDArray[np.int32]:
    """Rank of each column among a row's others, 1 the largest; ties by position."""
    others = cosine.copy()
    np.fill_diagonal(others, -np.inf)
    order = np.argsort(-others, axis=1, kind="stable")
    rank = np.empty(cosine.shape, np.int32)
    np.put_along_axis(
        rank, order, np.arange(1, len(cosine) + 1, dtype=np.int32)[None].repeat(len(cosine), 0), 1
    )
    return rank


def _robust_z(cosine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each cosine from its row's median in robust standard deviations; 0 for under four documents."""
    count = len(cosine)
    if count < 4:
        return np.zeros_like(cosine)
    others = cosine[~np.eye(count, dtype=bool)].reshape(count, count - 1)
    median = np.median(others, axis=1, keepdims=True)
    spread = 1.4826 * np.median(np.abs(others - median), axis=1, keepdims=True)
    return (cosine - median) / np.maximum(spread, 1e-6)


class _Documents:
    """Factors of all documents, pooled at each level when first asked for."""

    def __init__(self, factors: pd.DataFrame, regions: pd.DataFrame) -> None:
        index = {feature: row for row, feature in enumerate(FEATURES)}
        factors = factors.assign(row=factors["feature"].map(index).astype(np.int64))
        self._factors = dict(list(factors.groupby("doc_id", sort=False)))
        self._regions = dict(list(regions.groupby("doc_id", sort=False)))
        self._levels: dict[tuple[str, str], _Level] = {}

    def level(self, doc: str, level: str) -> _Level:
        """Relevance of a document's regions of one level."""
        if (doc, level) not in self._levels:
            self._levels[doc, level] = self._pool(doc, level)
        return self._levels[doc, level]

    def _pool(self, doc: str, level: str) -> _Level:
        empty = _Level(np.zeros(0, np.int32), np.zeros((len(FEATURES), 0), np.float32))
        if doc not in self._factors or doc not in self._regions:
            return empty
        regions, factor = self._regions[doc], self._factors[doc]
        leaves = regions[regions["kind"].isin(("cell", "header"))]
        if level == "cell":
            owner = pd.Series(leaves["region_id"].to_numpy(), index=leaves["region_id"])
        else:
            axis = "row" if level == "row" else "col"
            key = ["table_id", axis]
            groups = regions[regions["kind"] == level].set_index(key)["region_id"]
            cells = leaves[leaves["kind"] == "cell"]
            joined = cells.join(groups.rename("owner"), on=key).dropna(subset="owner")
            owner = pd.Series(joined["owner"].to_numpy(np.int64), index=joined["region_id"])
        target = factor["region_id"].map(owner)
        known = target.notna().to_numpy()
        if not known.any():
            return empty
        ids, col = np.unique(target[known].to_numpy(np.int64), return_inverse=True)
        pooled = csr_array(
            (factor["relevance"].to_numpy(np.float64)[known], (factor["row"].to_numpy()[known], col)),
            shape=(len(FEATURES), len(ids)),
        )
        return _Level(ids.astype(np.int32), pooled.toarray().astype(np.float32))


def match_pairs(
    pairs: pd.DataFrame, factors: pd.DataFrame, regions: pd.DataFrame, matches_per_pair: int
) -> Iterator[pd.DataFrame]:
    """Find the region pairs with the largest relevance, ``R = F_a^T F_b``, at the level of cells, rows and columns.

    Parameters
    ----------
    pairs
        Rows of table ``pairs`` to explain, sorted by doc_a, doc_b.
    factors, regions
        The tables of that name.
    matches_per_pair
        Matches kept for a pair at each level.

    Yields
    ------
    DataFrame
        Rows of table ``matches``, all of one doc_a.
    """
    documents = _Documents(factors, regions)
    for _, block in pairs.groupby("doc_a", sort=True):
        parts = [
            part
            for pair in block.itertuples()
            if pair.dot > 0
            for level in _LEVELS
            for part in _best(
                documents, str(pair.doc_a), str(pair.doc_b), float(pair.dot), level, matches_per_pair
            )
        ]
        yield pd.DataFrame(parts, columns=_MATCH_COLUMNS)


_MATCH_COLUMNS = ["doc_a", "doc_b", "level", "rank", "region_a", "region_b", "relevance", "share", "features"]


def _best(
    documents: _Documents, doc_a: str, doc_b: str, dot: float, level: str, count: int
) -> Iterator[tuple]:
    """Yield the rows of ``matches`` of one pair and level, strongest first; ties by position on the pages."""
    a, b = documents.level(doc_a, level), documents.level(doc_b, level)
    relevance = a.relevance.T @ b.relevance  # (regions of a, regions of b)
    flat = relevance.ravel()
    if flat.size > count:
        least = np.partition(flat, -count)[-count]
        candidates = np.flatnonzero(flat >= least)
    else:
        candidates = np.arange(flat.size)
    best = candidates[np.argsort(-flat[candidates], kind="stable")][:count]
    for rank, place in enumerate(best, 1):
        if flat[place] <= 0:
            return
        i, j = divmod(int(place), relevance.shape[1])
        product = a.relevance[:, i] * b.relevance[:, j]
        named = [FEATURES[f] for f in np.argsort(-product, kind="stable")[:_FEATURES_NAMED] if product[f] > 0]
        value = float(flat[place])
        yield doc_a, doc_b, level, rank, int(a.region_id[i]), int(b.region_id[j]), value, value / dot, named
