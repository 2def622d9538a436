import numpy as np
import pandas as pd
import pytest

from tablekin.explain import joint_relevance, joint_specific, pool_factor, specific_factor
from tablekin.models.specific_similarity import load_specific_similarity
from tests.support.random_factors import corpus


def test_region_map_is_the_sum_over_features():
    rng = np.random.default_rng(3)
    rows = [
        (d, r, f, rng.random())
        for d in "ab"
        for r in (1, 4, 5)
        for f in ("1", "11", "42")
        if rng.random() < 0.7
    ]
    factors = pd.DataFrame(rows, columns=["doc_id", "region_id", "feature", "relevance"])
    found = joint_relevance(*(factors[factors["doc_id"] == doc] for doc in "ab"))
    values = {(d, r, f): v for d, r, f, v in rows}
    for i in found.index:
        for j in found.columns:
            expected = sum(values.get(("a", i, f), 0) * values.get(("b", j, f), 0) for f in ("1", "11", "42"))
            assert found.loc[i, j] == pytest.approx(expected)


def test_a_row_or_column_pools_the_cells_of_its_table():
    cells = [(table, row, col) for table in (0, 1) for row in range(3) for col in range(2)]
    unions = [("row", table, row, None) for table in (0, 1) for row in range(3)]
    unions += [("column", table, None, col) for table in (0, 1) for col in range(2)]
    rows = [
        ("outside", None, None, None),
        ("header", 0, None, None),
        *(("cell", *cell) for cell in cells),
        *unions,
    ]
    regions = pd.DataFrame(rows, columns=["kind", "table_id", "row", "col"])
    regions = regions.astype(dict.fromkeys(["table_id", "row", "col"], "Int32"))
    regions.insert(0, "region_id", np.arange(len(regions)))
    rng = np.random.default_rng(8)
    dense = rng.normal(size=(2 + len(cells), 3)) * (rng.random((2 + len(cells), 3)) < 0.7)
    region, feature = np.nonzero(dense)
    names = np.array(["1", "11", "42"])
    factor = pd.DataFrame(
        {"doc_id": "a", "region_id": region, "feature": names[feature], "relevance": dense[region, feature]}
    )
    for level, axis in (("row", 1), ("column", 2)):
        found = pool_factor(factor, regions, level).set_index(["region_id", "feature"])["relevance"]
        for union in regions[regions["kind"] == level].itertuples():
            place = union.row if level == "row" else union.col
            inside = [
                2 + k for k, cell in enumerate(cells) if (cell[0], cell[axis]) == (union.table_id, place)
            ]
            for number, name in enumerate(names):
                expected = dense[inside, number].sum()
                assert found.get((union.region_id, name), 0.0) == pytest.approx(expected)
    of_cells = pool_factor(factor, regions, "cell")
    assert set(of_cells["region_id"]) == set(region) - {0}
    assert of_cells["relevance"].sum() == pytest.approx(dense[1:].sum())


def test_the_specific_map_is_that_of_the_factors_compared_and_pools_as_the_paper_s():
    _, factors, regions, dense = corpus(2)
    own, regions = ([frame[frame["doc_id"] == f"doc{k}"] for k in range(2)] for frame in (factors, regions))
    scaled = [specific_factor(factor) for factor in own]
    model = load_specific_similarity()
    left, right = (model.factor(one, one.sum(1)) for one in dense)
    found = joint_specific(*scaled)
    expected = pd.DataFrame(left.T @ right).loc[found.index, found.columns]
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert found.to_numpy().sum() == pytest.approx(
        model.features(dense[:1].sum(2))[0] @ model.features(dense[1:].sum(2))[0]
    )
    rows = [pool_factor(factor, region, "row") for factor, region in zip(scaled, regions, strict=True)]
    assert joint_specific(*rows).loc[2, 3] == pytest.approx(found.loc[[6, 7], [8, 9]].to_numpy().sum())
