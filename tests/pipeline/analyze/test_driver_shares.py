"""Which kinds of region carry similarity, against sums over the full maps of all pairs."""

import numpy as np
import pandas as pd
import pytest

from tablekin.analyze import driver_shares
from tablekin.analyze.driver_shares import share_drivers

KINDS = ["cell", "cell", "header", "row"]
ROLES = ["argument", "value", "value"]


class Shelf:
    """A corpus with the given table of drivers."""

    def __init__(self, rows):
        self.rows = rows
        self.tables = {
            "regions": rows[["doc_id", "region_id", "kind"]].assign(
                table_id=[0 if kind in ("cell", "row") else None for kind in rows["kind"]],
                col=[
                    number if kind == "cell" else None
                    for number, kind in rows[["region_id", "kind"]].to_numpy()
                ],
            ),
            "columns": pd.DataFrame(
                {"doc_id": list("aab"), "table_id": 0, "col": [0, 1, 1], "group": [0, 1, 0], "role": ROLES}
            ),
            "functions": pd.DataFrame({"doc_id": ["a"], "group": [1], "function": ["sine"]}),
        }

    def read(self, table, columns):
        return self.tables[table][columns]

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
    found = share_drivers(Shelf(table), DOCUMENTS, {"work": "oeuvre"})["drivers_by"]
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


def test_shares_of_parts_are_those_of_their_columns_and_add_up(monkeypatch):
    table, others = rows_of_drivers(), rows_of_drivers(1)
    monkeypatch.setattr(driver_shares, "find_drivers", lambda corpus, partners: others)
    found = share_drivers(Shelf(table), DOCUMENTS, {"work": "oeuvre"})
    parts = found["driver_parts"]
    np.testing.assert_allclose(parts.groupby(["by", "partners", "value"])["share"].sum(), 1)
    relevance = table.set_index(["doc_id", "region_id"])["relevance"]
    expected = {  # of the work w: a knows its columns, c does not
        ("argument", ""): relevance["a", 0],
        ("value", "sine"): relevance["a", 1],
        ("cell", ""): relevance["c", 0] + relevance["c", 1],
        ("heading", ""): relevance["a", 2] + relevance["c", 2],
    }
    of_work = parts[(parts["by"] == "work") & (parts["value"] == "w") & (parts["partners"] == "all")]
    told = of_work.set_index(["part", "function"])["relevance"].to_dict()
    assert told == pytest.approx(expected)
    alone = parts[(parts["by"] == "document") & (parts["value"] == "a")].set_index(["part", "function"])
    assert alone["relevance"].to_dict() == pytest.approx(
        {
            key: relevance["a", k]
            for k, key in enumerate([("argument", ""), ("value", "sine"), ("heading", "")])
        }
    )
    parts = parts[parts["by"] != "document"]
    kinds = found["drivers_by"].groupby(["by", "partners", "value"])["relevance"].sum()
    pd.testing.assert_series_equal(parts.groupby(["by", "partners", "value"])["relevance"].sum(), kinds)


def test_the_column_of_the_metadata_is_asked_for_by_its_own_name(monkeypatch):
    asked = []
    monkeypatch.setattr(
        driver_shares, "find_drivers", lambda corpus, partners: asked.append(partners) or rows_of_drivers()
    )
    share_drivers(Shelf(rows_of_drivers()), DOCUMENTS, {"work": "oeuvre", "place": "ort"})
    assert asked == ["other oeuvre"]  # no document has a place
