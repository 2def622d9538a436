"""Measure on a sample archive how well ways of grouping documents find its works, and what the map keeps together.

``python scripts/evaluate_groups.py ARCHIVE --corpus CORPUS`` reads the truth of ``tablekin sample`` and the corpus that
``tablekin run`` made of its scans. Prints, and writes as JSON with ``--json``:

- groups: adjusted Rand index, homogeneity and completeness against the works, of communities of documents that
  collation found kin by how much their cells must agree, of connected components, and of k-means clusters of the
  features that are told how many works there are;
- map: the share of documents whose nearest on the map, and by all features, is of their work.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, homogeneity_completeness_v_measure
from threadpoolctl import threadpool_limits

from tablekin.analyze.clusters import CRITERIA, find_clusters
from tablekin.analyze.similarity_map import draw_map
from tablekin.corpus import CorpusStore
from tablekin.sample import read_truth

AGREEMENTS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def ways_of_grouping(
    alignments: pd.DataFrame, names: list[str], phi: NDArray[np.float64], works: int
) -> Iterator[tuple[str, list[int]]]:
    """Group documents in several ways; a document without a group is one by itself."""
    for least in AGREEMENTS:
        clusters = find_clusters(alignments, least)
        yield f"communities, agreement {least:.2f}", [clusters.get(n, -1 - k) for k, n in enumerate(names)]
    kin = alignments[alignments["is_kin"]]
    for least in (0.0, CRITERIA.min_agreement):
        joined = kin[kin["agreement"] >= least]
        graph = nx.Graph(list(zip(joined["doc_a"], joined["doc_b"], strict=True)))
        part = {n: k for k, whole in enumerate(nx.connected_components(graph)) for n in whole}
        yield f"components, agreement {least:.2f}", [part.get(n, -1 - k) for k, n in enumerate(names)]
    root = np.sqrt(np.maximum(phi, 0))
    unit = root / np.maximum(np.linalg.norm(root, axis=1, keepdims=True), 1e-30)
    with threadpool_limits(1):
        yield "k-means of features", KMeans(works, n_init=10, random_state=0).fit_predict(unit).tolist()


def score_groups(work: list[str], group: list[int]) -> dict[str, float]:
    """Compare groups with works."""
    homogeneity, completeness, _ = homogeneity_completeness_v_measure(work, group)
    return {
        "groups": len({*group}),
        "adjusted Rand index": float(adjusted_rand_score(work, group)),
        "homogeneity": float(homogeneity),
        "completeness": float(completeness),
    }


def share_of_like_neighbours(place: NDArray[np.floating], work: list[str]) -> float:
    """Measure how many points have one of their own work nearest, of those whose work has another."""
    distance = ((place[:, None] - place[None]) ** 2).sum(2)
    np.fill_diagonal(distance, np.inf)
    names = np.array(work, object)
    several = pd.Series(work).duplicated(keep=False).to_numpy()
    return float((names[distance.argmin(1)] == names)[several].mean())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--corpus", type=Path, required=True, help="how the archive was read")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    corpus = CorpusStore.open(options.corpus)
    truth = read_truth(options.archive, "documents").set_index("doc")
    truth = truth[truth["kind"] == "table"]
    rows = corpus.read("documents", columns=["doc_id", "source"])
    doc = rows["source"].map(lambda source: Path(source).stem)
    features = corpus.read("features", columns=["doc_id", "phi"])
    known = rows.assign(work=doc.map(truth["work"])).dropna(subset=["work"])
    known = known.merge(features, on="doc_id").sort_values("doc_id")
    names, work = known["doc_id"].tolist(), known["work"].tolist()
    phi = np.stack(known["phi"].to_list()).astype(float)
    ways = ways_of_grouping(corpus.read("alignments"), names, phi, len({*work}))
    groups = pd.DataFrame({name: score_groups(work, group) for name, group in ways}).T
    unit = phi / np.maximum(np.linalg.norm(phi, axis=1, keepdims=True), 1e-30)
    near = {
        "map": share_of_like_neighbours(draw_map(phi), work),
        "features": share_of_like_neighbours(unit, work),
    }
    print(f"{len(names)} pages with tables, {len({*work})} works\n{groups.round(4).to_string()}")
    print(f"\nnearest of the same work\n{pd.Series(near).round(4).to_string()}")
    if options.json:
        result = {"pages": len(names), "works": len({*work}), "nearest": near}
        result["groups"] = groups.round(4).to_dict("index")
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
