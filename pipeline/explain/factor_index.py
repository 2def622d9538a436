"""FactorIndex: the factors of all documents of a corpus in memory, as the comparison of pairs needs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.corpus import places_among
from tablekin.explain.pooling import LEVELS, MATCH_KINDS, PLAIN, Leaves, PooledLevel, join, pool
from tablekin.explain.top_k import Aside
from tablekin.models.compilation import compiled
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.schemas import FEATURES, SCHEMAS

Integer = TypeVar("Integer", bound=np.integer)

FACTOR_TABLES = {
    "features": ["doc_id", "phi"],
    "regions": ["doc_id", "region_id", "kind", "table_id", "row", "col"],
    "factors": ["doc_id", "region_id", "feature", "relevance"],
}
_EMPTY = {table: SCHEMAS[table].empty_table().select(columns) for table, columns in FACTOR_TABLES.items()}


@dataclass(frozen=True)
class FactorIndex:
    """Features and factors of documents, in the order of their names."""

    documents: list[str]
    phi: NDArray[np.float64]  # (documents, features)
    sums: NDArray[np.float64]  # (documents, features), relevance summed over all regions
    similarity: Similarity  # by which partners are ranked and matches chosen
    levels: tuple[PooledLevel, ...]  # as LEVELS, by that similarity
    aside: Aside  # of the other one

    @cached_property
    def names(self) -> pa.Array:
        """The doc_id of each document."""
        return pa.array(self.documents, pa.string())


def load_factors(
    batches: Iterable[dict[str, pa.Table]], similarity: Similarity = Similarity.PAPER
) -> FactorIndex:
    """Load the factors of a corpus, six bytes for each of their entries.

    Parameters
    ----------
    batches
        Rows of ``FACTOR_TABLES`` for some documents at a time, each document in one batch only.
    similarity
        By which partners are to be ranked and matches to be chosen.
    """
    specific = load_specific_similarity()
    is_specific = similarity is Similarity.SPECIFIC
    metric = specific.metric if is_specific else PLAIN
    stretch = float(np.sqrt(np.linalg.eigvalsh(specific.metric)[-1])) if is_specific else 1.0
    names: list[str] = []
    phi: list[NDArray[np.float64]] = []
    sums: list[NDArray[np.float64]] = []
    levels: list[list[PooledLevel]] = [[] for _ in LEVELS]
    for batch in chain([_EMPTY], batches):
        documents = names_of(batch["features"])
        leaves = _leaves(documents, batch["regions"], batch["factors"])
        values = batch["features"]["phi"].combine_chunks().flatten().to_numpy().astype(np.float64)
        names += documents.to_pylist()
        phi.append(values.reshape(-1, len(FEATURES)))
        sums.append(_sum_relevance(leaves))
        scale = specific.scale(phi[-1]) if is_specific else PLAIN
        for number, parts in enumerate(levels):
            parts.append(pool(leaves, number, scale, metric, stretch))
    order = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    joined = []
    for parts in levels:
        joined.append(join(parts, order))
        parts.clear()
    sorted_phi = np.concatenate(phi)[order]
    return FactorIndex(
        [names[place] for place in order],
        sorted_phi,
        np.concatenate(sums)[order],
        similarity,
        tuple(joined),
        aside_of(sorted_phi, similarity),
    )


def aside_of(phi: NDArray[np.float64], similarity: Similarity) -> Aside:
    """Give what tells the similarity of documents by which matches are not chosen; ``phi`` are their features."""
    specific = load_specific_similarity()
    scale = specific.scale(phi)
    if similarity is not Similarity.SPECIFIC:
        return Aside(scale, specific.metric)
    return Aside(np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0), PLAIN)


def sum_factors(batch: dict[str, pa.Table]) -> tuple[list[str], NDArray[np.float64]]:
    """Sum the relevance of every feature over all regions of documents, ``(documents, features)``, with their names.

    Parameters
    ----------
    batch
        Rows of ``FACTOR_TABLES``.
    """
    documents = names_of(batch["features"])
    return documents.to_pylist(), _sum_relevance(_leaves(documents, batch["regions"], batch["factors"]))


@compiled
def _sum_relevance(leaves: Leaves) -> NDArray[np.float64]:
    documents = len(leaves.entry_begin) - 1
    total = np.zeros((documents, len(FEATURES)))
    for document in range(documents):
        for entry in range(leaves.entry_begin[document], leaves.entry_begin[document + 1]):
            total[document, leaves.feature[entry]] += leaves.relevance[entry]
    return total


def _leaves(documents: pa.Array, regions: pa.Table, factors: pa.Table) -> Leaves:
    """Sort rows by document; those of other documents are left out."""
    regions, region_begin = _by_document(documents, regions)
    factors, entry_begin = _by_document(documents, factors)
    return Leaves(
        region_begin,
        _integers(regions["region_id"], np.int32),
        places_among(regions["kind"], pa.array(MATCH_KINDS)).astype(np.int8),
        _integers(regions["table_id"], np.int32),
        _integers(regions["row"], np.int32),
        _integers(regions["col"], np.int32),
        entry_begin,
        _integers(factors["region_id"], np.int32),
        places_among(factors["feature"], pa.array(FEATURES)).astype(np.uint8),
        factors["relevance"].to_numpy().astype(np.float32),
    )


def _by_document(documents: pa.Array, table: pa.Table) -> tuple[pa.Table, NDArray[np.int64]]:
    place = places_among(table["doc_id"], documents)
    if not (np.diff(place) >= 0).all():
        order = np.argsort(place, kind="stable")
        place, table = place[order], table.take(pa.array(order))
    begin = np.searchsorted(place, np.arange(len(documents) + 1)).astype(np.int64)
    return table.slice(begin[0]), begin - begin[0]


def names_of(features: pa.Table) -> pa.Array:
    """Give the doc_id of each row of table ``features``, as strings."""
    return features["doc_id"].cast(pa.string()).combine_chunks()


def _integers(column: pa.ChunkedArray, kind: type[Integer]) -> NDArray[Integer]:
    """Read integers as numpy's; -1 where there is none."""
    return pc.fill_null(column.cast(pa.int64()), -1).to_numpy().astype(kind)
