"""Which kinds of region carry similarity, against sums over the full maps of all pairs."""

import numpy as np
import pandas as pd
import pytest

from tablekin.analyze import driver_shares
from tablekin.analyze.driver_shares import share_drivers

KINDS = ["cell", "cell", "header", "row"]


class Shelf:
    """A corpus with the given table of drivers."""

    def __init__(self, rows):
        self.rows = rows

    def read_drivers(self):
        return self.rows


def rows_of_drivers(seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        [(doc, region, kind, rng.random()) for doc in "abc" for region, kind in enumerate(KINDS)],
        columns=["doc_id", "region_id", "kind", "relevance"],
    )


DOCUMENTS = pd.DataFrame({"doc_id": list("abc"), "work": ["w", "v", "w"]})


def test_shares_are_of_the_leaves_of_a_work(monkeypatch):
    monkeypatch.setattr(driver_shares, "find_drivers", lambda corpus, partners: rows_of_drivers(1))
    table, others = rows_of_drivers(), rows_of_drivers(1)
    found = share_drivers(Shelf(table), DOCUMENTS, {"work": "oeuvre"})
    for partners, rows in (("all", table), ("other", others)):
        own = rows[rows["doc_id"].isin(["a", "c"]) & (rows["kind"] != "row")]
        part = found[(found["by"] == "work") & (found["value"] == "w") & (found["partners"] == partners)]
        part = part.set_index("kind")
        sums = own.groupby("kind")["relevance"].sum()
        for kind in ("cell", "header"):
            assert part.at[kind, "relevance"] == pytest.approx(sums[kind])
            assert part.at[kind, "share"] == pytest.approx(sums[kind] / sums.sum())
        assert part.at["cell", "regions"] == 4
        assert part["documents"].tolist() == [2, 2]
    whole = found[found["by"] == "corpus"]
    assert whole["share"].sum() == pytest.approx(1)
    assert set(found["kind"]) == {"cell", "header"}


def test_the_column_of_the_metadata_is_asked_for_by_its_own_name(monkeypatch):
    asked = []
    monkeypatch.setattr(
        driver_shares, "find_drivers", lambda corpus, partners: asked.append(partners) or rows_of_drivers()
    )
    share_drivers(Shelf(rows_of_drivers()), DOCUMENTS, {"work": "oeuvre", "place": "ort"})
    assert asked == ["other oeuvre"]  # no document has a place
