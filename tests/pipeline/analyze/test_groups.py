import numpy as np
import pandas as pd

from tablekin.analyze.groups import make_groups


class Shelf:
    """What of a corpus is read: features, alignments and the pairs that are nearest."""

    def __init__(self, cosine):
        self.cosine = cosine
        self.names = [f"page{k}" for k in range(len(cosine))]

    def read(self, table, columns):
        if table == "features":
            rng = np.random.default_rng(0)
            phi = [rng.random(110).astype(np.float32) for _ in self.names]
            return pd.DataFrame({"doc_id": self.names[::-1], "phi": phi})
        return pd.DataFrame([("page0", "page2", True, 0.9)], columns=columns)

    def read_nearest_pairs(self, neighbours, columns):
        rank = (-self.cosine).argsort(1, kind="stable").argsort(1) + 1
        rows = [
            (self.names[a], self.names[b], self.cosine[a, b], rank[a, b], rank[b, a])
            for a in range(len(self.names))
            for b in range(a + 1, len(self.names))
            if 1 in (rank[a, b], rank[b, a])
        ]
        return pd.DataFrame(rows, columns=columns)


def test_every_document_has_its_cluster_and_its_nearest():
    rng = np.random.default_rng(1)
    cosine = rng.random((6, 6))
    cosine = cosine + cosine.T
    np.fill_diagonal(cosine, -1)
    groups = make_groups(Shelf(cosine)).set_index("doc_id")
    assert groups.index.tolist() == [f"page{k}" for k in range(6)]
    assert groups["cluster"].tolist() == [0, -1, 0, -1, -1, -1]
    assert groups["nearest"].tolist() == [f"page{k}" for k in cosine.argmax(1)]
    assert groups["nearest_cosine"].tolist() == cosine.max(1).tolist()


def test_a_lone_document_has_no_nearest():
    groups = make_groups(Shelf(-np.ones((1, 1))))
    assert groups["nearest"].isna().all()
    assert len(groups) == 1
