import numpy as np
import pandas as pd
import pytest

from tablekin.collation import witness as module
from tablekin.collation.witness import WitnessReader, make_witness
from tablekin.corpus import CorpusStore
from tablekin.explain import joint_relevance
from tablekin.schemas import FEATURES
from tests.support.read_tables import read, values


def document(doc, seed):
    rng = np.random.default_rng(seed)
    regions = [(k, "cell", 0, k // 3, k % 3, str(rng.integers(10, 99)), 0.9) for k in range(6)]
    factors = [
        (doc, k, feature, rng.random())
        for k in range(6)
        for feature in rng.choice(FEATURES, 8, replace=False)
    ]
    names = ["region_id", "kind", "table_id", "row", "col", "text", "confidence"]
    return (
        pd.DataFrame(regions, columns=names),
        pd.DataFrame([], columns=["region_id", "digit", "score", "x0"]),
        pd.DataFrame(factors, columns=["doc_id", "region_id", "feature", "relevance"]),
    )


def test_relevance_of_cells_is_that_of_the_region_map():
    rows = {doc: document(doc, seed) for seed, doc in enumerate("ab")}
    a, b = (make_witness(doc, *rows[doc]) for doc in "ab")
    [one], [other] = a.tables, b.tables
    relevance = a.relevance(one, b, other)
    found = relevance.of_cells
    whole = joint_relevance(rows["a"][2], rows["b"][2])
    assert found.shape == (2, 3, 2, 3)
    for region_a in range(6):
        for region_b in range(6):
            place = (*divmod(region_a, 3), *divmod(region_b, 3))
            assert found[place] == pytest.approx(whole.loc[region_a, region_b], rel=1e-5)
    np.testing.assert_allclose(relevance.of_rows(), found.sum((1, 3)), rtol=1e-5)
    np.testing.assert_allclose(relevance.transposed().of_rows(), found.sum((1, 2)), rtol=1e-5)


def test_a_cell_that_is_not_there_has_no_relevance():
    table = values(rows=3)
    table[1][2] = ""
    whole = read(table)
    [grid] = whole.tables
    assert (whole.relevance(grid, whole, grid).of_cells == 0).all()


def test_a_document_without_regions_has_no_tables():
    regions, digits, factors = (rows.iloc[:0] for rows in document("a", 0))
    assert make_witness("a", regions, digits, factors).tables == ()


def test_a_reader_keeps_the_last_witnesses_and_makes_others_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_KEPT", 2)
    reader = WitnessReader(CorpusStore(tmp_path / "corpus"), ["a", "b", "c"])
    first, second = reader.witness("a"), reader.witness("b")
    assert reader.witness("a") is first
    third = reader.witness("c")
    assert reader.witness("c") is third and reader.witness("a") is first
    assert reader.witness("b") is not second
