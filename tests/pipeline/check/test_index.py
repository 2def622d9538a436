import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tablekin.check.index import KINDS, DocumentIndex, sum_by_feature
from tablekin.schemas import FEATURES


@pytest.fixture
def index():
    index = DocumentIndex()
    for part, names in (("part-1", ["b", "c"]), ("part-0", ["a", "b"])):
        documents = pd.DataFrame({"doc_id": names, "sha256": "0", "status": ["ok", "ok"]})
        phi = pd.Series({name: np.full(len(FEATURES), float(ord(name))) for name in names})
        regions = pd.DataFrame(
            [(name, number, kind) for name in names for number, kind in enumerate(("outside", "cell"))],
            columns=["doc_id", "region_id", "kind"],
        ).astype({"region_id": "int32"})
        factors = pd.DataFrame(
            [(name, region, "12", value) for name in names for region, value in ((0, -1.0), (1, 3.0))],
            columns=["doc_id", "region_id", "feature", "relevance"],
        )
        index.note(part, documents)
        index.add(phi, factors, regions)
    index.settle()
    return index


def test_documents_are_sorted_and_one_that_comes_twice_counts_once(index):
    assert index.names.to_pylist() == ["a", "b", "c"]
    assert index.phi[:, 0].tolist() == [97, 98, 99]
    assert list(index.repeated()) == [("b", ["part-1", "part-0"])]
    assert index.count_by_status() == {"ok": 4}


def test_relevance_is_summed_without_signs_and_of_cells_alone(index):
    feature = FEATURES.index("12")
    assert index.magnitude[:, feature].tolist() == [4, 4, 4]
    assert index.cells[:, feature].tolist() == [3, 3, 3]
    assert index.cells.sum() == 9


def test_places_and_kinds_are_found_and_unknown_ones_told(index):
    plain = pa.chunked_array([["c", "x"], ["a"]])
    assert index.places(plain).tolist() == [2, -1, 0]
    assert index.places(plain.dictionary_encode()).tolist() == [2, -1, 0]
    kinds = index.kinds(np.array([0, 0, 2, 2, -1]), np.array([0, 1, 1, 7, 0]))
    assert [KINDS[kind] if kind >= 0 else None for kind in kinds] == ["outside", "cell", "cell", None, None]
    assert index.count_regions() == 6


def test_sums_by_feature_are_those_of_a_loop():
    rng = np.random.default_rng(0)
    names = ["a", "b"]
    factors = pd.DataFrame(
        {
            "doc_id": rng.choice(["a", "b", "x"], 300),
            "feature": rng.choice([*FEATURES, "?"], 300),
            "relevance": rng.random(300).astype(np.float32),
        }
    )
    found = sum_by_feature(factors, names)
    for row, name in enumerate(names):
        for column in range(0, len(FEATURES), 17):
            own = factors[(factors["doc_id"] == name) & (factors["feature"] == FEATURES[column])]
            assert found[row, column] == pytest.approx(own["relevance"].astype(float).sum())
