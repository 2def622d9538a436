"""Groups: of each document its cluster, its place on the map, and the document nearest to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tablekin.analyze.clusters import NO_CLUSTER, find_clusters
from tablekin.analyze.similarity_map import draw_map
from tablekin.corpus import Comparison, CorpusStore
from tablekin.schemas import to_arrow


def make_groups(corpus: CorpusStore, seed: int = 0) -> pd.DataFrame:
    """Make table ``groups`` of all documents that were analysed; ``seed`` is that of clusters and map."""
    features = corpus.read("features", columns=["doc_id", "phi"]).sort_values("doc_id")
    names = features["doc_id"].tolist()
    phi = np.stack(features["phi"].to_list()).astype(np.float64) if names else np.zeros((0, 1))
    alignments = corpus.read("alignments", columns=["doc_a", "doc_b", "is_kin", "agreement"])
    cluster = pd.Series(find_clusters(alignments, seed=seed)).reindex(names).fillna(NO_CLUSTER)
    place = draw_map(phi, seed)
    nearest = _nearest(corpus, names)
    return pd.DataFrame(
        {
            "doc_id": names,
            "cluster": cluster.astype("int32").to_numpy(),
            "x": place[:, 0],
            "y": place[:, 1],
            "nearest": nearest["nearest"].to_numpy(),
            "nearest_cosine": nearest["cosine"].to_numpy(),
        }
    )


def _nearest(corpus: CorpusStore, names: list[str]) -> pd.DataFrame:
    """Find the nearest document by rank, and the cosine with it; missing where there is no other."""
    columns = ["doc_a", "doc_b", "cosine"]
    near = corpus.read_nearest_pairs(1, [*columns, "rank_a", "rank_b"])
    both = pd.concat(
        [
            near.loc[near["rank_a"] == 1, columns].set_axis(["doc", "nearest", "cosine"], axis=1),
            near.loc[near["rank_b"] == 1, columns].set_axis(["nearest", "doc", "cosine"], axis=1),
        ]
    )
    return both.sort_values(["doc", "nearest"]).drop_duplicates("doc").set_index("doc").reindex(names)


def write_groups(corpus: CorpusStore, groups: pd.DataFrame) -> None:
    """Write table ``groups``, with what was compared when it was made."""
    made_from = corpus.pair_table.made_from() or Comparison("", "")
    corpus.group_table.replace([to_arrow("groups", groups)], made_from)
