"""Clusters against the works of the truth."""

from __future__ import annotations

import evaluate_kinship
import numpy as np
import pandas as pd
import pytest
from lib.related_pages import RelatedPages
from sklearn.metrics import adjusted_rand_score


@pytest.mark.parametrize(
    ("kin", "clusters"),
    [([("a", "b"), ("c", "d")], 3), ([], 5)],
)
def test_a_document_without_a_cluster_is_one_by_itself(monkeypatch, tmp_path, kin, clusters) -> None:
    class Kin:
        def read(self, table, columns=None):
            rows = pd.DataFrame(kin, columns=["doc_a", "doc_b"])
            return rows.assign(is_kin=True, agreement=0.95, same=95, variant=5, doubtful=0, evidence=100.0)

    names = list("abcde")
    nothing = np.zeros((5, 5), bool)
    pages = RelatedPages(tuple(names), np.array(["sine"] * 5), np.array(names), nothing, nothing, {})
    work = pd.DataFrame({"doc": names, "work": ["one", "one", "two", "two", "three"]})
    monkeypatch.setattr(evaluate_kinship, "read_truth", lambda archive, table: work)
    found = evaluate_kinship.evaluate_clusters(Kin(), tmp_path, pages, {name: name for name in names})
    assert (found["clusters"], found["works"]) == (clusters, 3)
    if clusters == 3:
        assert found["adjusted Rand index"] == found["homogeneity"] == found["completeness"] == 1
    if clusters == 5:
        assert found["adjusted Rand index"] == adjusted_rand_score(work["work"], range(5)) == 0
        assert found["homogeneity"] == 1
