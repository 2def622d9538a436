"""Clusters: communities of documents by how far their tables agree.

A cluster is not a family: a family is every document that collation found kin of another, or kin of kin
(:mod:`tablekin.kinship`); a cluster asks for more agreement, and bridges between two groups of documents do not join
them.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import pandas as pd

from tablekin.threshold import threshold

NO_CLUSTER = -1  # of a document that is in none


@dataclass(frozen=True)
class ClusterCriteria:
    """When two documents speak for one cluster."""

    min_agreement: float = threshold(
        0.8,
        "of the aligned cells",
        "in which two tables agree; those computed anew with like parameters agree less",
        chosen="generated archives of 200 documents, seeds 8686 and 31337",
    )


CRITERIA = ClusterCriteria()


def find_clusters(
    alignments: pd.DataFrame, min_agreement: float = CRITERIA.min_agreement, seed: int = 0
) -> dict[str, int]:
    """Find the cluster of each document, the largest is 0; a document without any is left out.

    A cluster is a community (Blondel et al., "Fast unfolding of communities in large networks", 2008) of two documents
    or more.

    Parameters
    ----------
    alignments
        Table ``alignments``.
    min_agreement
        Share of aligned cells in which two documents agree to speak for one cluster.
    seed
        Of the order in which documents are tried; clusters that are clear do not depend on it.
    """
    joined = alignments[alignments["is_kin"] & (alignments["agreement"] >= min_agreement)]
    joined = joined.sort_values(["doc_a", "doc_b"])
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(joined["doc_a"], joined["doc_b"], joined["agreement"].astype(float), strict=True)
    )
    communities = nx.community.louvain_communities(graph, seed=seed) if graph else []
    clusters = sorted((sorted(one) for one in communities if len(one) > 1), key=lambda one: (-len(one), one))
    return {doc: number for number, cluster in enumerate(clusters) for doc in cluster}
