"""Groups: families of tables, a map of the corpus, and the document nearest to each."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from tablekin.corpus import Comparison, Corpus
from tablekin.schemas import to_arrow

LEAST_AGREEMENT = 0.8  # of two tables of one family: tables computed anew with like parameters agree less
ALONE = -1  # cluster of a document that has no family
_FEWEST = 10  # documents for which neighbours are worth preserving on a map
_PERPLEXITY = 15.0
_COMPONENTS = 30


def make_groups(corpus: Corpus) -> pd.DataFrame:
    """Make table ``groups`` of all documents that were analysed.

    A family is a community (Blondel et al., "Fast unfolding of communities in large networks", 2008) of documents whose
    tables were collated and agree in four fifths of their cells or more; families are numbered by size. The map is
    t-SNE (van der Maaten and Hinton, 2008) of the square roots of the features, as unit vectors.
    """
    features = corpus.read("features", columns=["doc_id", "phi"]).sort_values("doc_id")
    names = features["doc_id"].tolist()
    phi = np.stack(features["phi"].to_list()).astype(np.float64) if names else np.zeros((0, 1))
    alignments = corpus.read("alignments", columns=["doc_a", "doc_b", "is_kin", "agreement"])
    place = draw_map(phi)
    nearest = _nearest(corpus, names)
    return pd.DataFrame(
        {
            "doc_id": names,
            "cluster": pd.Series(find_clusters(alignments))
            .reindex(names)
            .fillna(ALONE)
            .astype("int32")
            .to_numpy(),
            "x": place[:, 0],
            "y": place[:, 1],
            "nearest": nearest["nearest"].to_numpy(),
            "nearest_cosine": nearest["cosine"].to_numpy(),
        }
    )


def find_clusters(alignments: pd.DataFrame, least: float = LEAST_AGREEMENT) -> dict[str, int]:
    """Find the family of each document, the largest is 0; a document without any is left out.

    Parameters
    ----------
    alignments
        Table ``alignments``.
    least
        Share of aligned cells in which two documents of one family agree.
    """
    joined = alignments[alignments["is_kin"] & (alignments["agreement"] >= least)]
    joined = joined.sort_values(["doc_a", "doc_b"])
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(joined["doc_a"], joined["doc_b"], joined["agreement"].astype(float), strict=True)
    )
    found = [sorted(family) for family in nx.community.louvain_communities(graph, seed=0)] if graph else []
    found = sorted((family for family in found if len(family) > 1), key=lambda family: (-len(family), family))
    return {doc: number for number, family in enumerate(found) for doc in family}


def draw_map(phi: NDArray[np.float64]) -> NDArray[np.float32]:
    """Place documents in the plane, like ones near one another; ``(documents, 2)`` from ``(documents, features)``."""
    root = np.sqrt(np.maximum(phi, 0))
    unit = root / np.maximum(np.linalg.norm(root, axis=1, keepdims=True), 1e-30)
    if len(unit) < 3:
        return np.column_stack([np.arange(len(unit)), np.zeros(len(unit))]).astype(np.float32)
    with threadpool_limits(1):  # sums of several threads differ in their last digits
        components = min(_COMPONENTS if len(unit) >= _FEWEST else 2, *unit.shape)
        flat = PCA(components, svd_solver="full").fit_transform(unit)
        if len(unit) < _FEWEST:
            return flat.astype(np.float32)
        perplexity = min(_PERPLEXITY, (len(unit) - 1) / 3)
        return np.asarray(
            TSNE(perplexity=perplexity, init="pca", random_state=0).fit_transform(flat), np.float32
        )


def _nearest(corpus: Corpus, names: list[str]) -> pd.DataFrame:
    """Find the nearest document by cosine and the cosine; missing where there is no other."""
    columns = ["doc_a", "doc_b", "cosine"]
    near = corpus.read_nearest_pairs(1, [*columns, "rank_a", "rank_b"])
    both = pd.concat(
        [
            near.loc[near["rank_a"] == 1, columns].set_axis(["doc", "nearest", "cosine"], axis=1),
            near.loc[near["rank_b"] == 1, columns].set_axis(["nearest", "doc", "cosine"], axis=1),
        ]
    )
    return both.sort_values(["doc", "nearest"]).drop_duplicates("doc").set_index("doc").reindex(names)


def write_groups(corpus: Corpus, groups: pd.DataFrame) -> None:
    """Write table ``groups``, with what was compared when it was made."""
    made_from = corpus.pair_table.made_from() or Comparison("", "")
    corpus.group_table.replace([to_arrow("groups", groups)], made_from)
